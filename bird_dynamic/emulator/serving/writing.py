"""Writes an answer to a connection, in the transfer that a dialect selects."""

from __future__ import annotations

import gzip
from http.server import BaseHTTPRequestHandler

from bird_dynamic.emulator.dialect import Dialect
from bird_dynamic.emulator.messages import Response

_WITHOUT_BODY = (204, 304)


def write_response(
    handler: BaseHTTPRequestHandler, response: Response, dialect: Dialect, *, cut: bool = False
) -> None:
    """Write an answer; `cut`: only half of its body."""
    content = b"" if response.status in _WITHOUT_BODY else response.body
    lines = [f"HTTP/1.1 {response.status} -"]
    lines += [f"{name}: {value}" for name, value in response.headers.items()]
    if dialect.transfer == "gzip" and content:
        content = gzip.compress(content)
        lines.append("Content-Encoding: gzip")
    if dialect.connection == "closed":
        handler.close_connection = True
        lines.append("Connection: close")
    body = content[: len(content) // 2] if cut else content
    if dialect.transfer == "chunked" and content:
        lines.append("Transfer-Encoding: chunked")
        body = b"%x\r\n%b%b" % (len(content), body, b"" if cut else b"\r\n0\r\n\r\n")
    elif response.status not in _WITHOUT_BODY:
        lines.append(f"Content-Length: {len(content)}")
    head = "\r\n".join([*lines, "", ""]).encode()
    handler.wfile.write(head if handler.command == "HEAD" else head + body)
