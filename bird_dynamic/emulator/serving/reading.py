"""Reads the rest of a request, after its head, within bounds.

Whatever leaves it unclear where a request ends is refused, and its connection is closed: what
follows on a kept-alive connection would be taken for another request.
"""

from __future__ import annotations

import email.errors
import re
import socket
import time
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

from bird_dynamic.emulator.messages import Request, parsed_query

MAX_BODY = 4 * 1024 * 1024
"""In bytes. Bird documents no limit; no request of this API needs nearly as much."""
_MALFORMED = (
    email.errors.MissingHeaderBodySeparatorDefect,
    email.errors.FirstHeaderLineIsContinuationDefect,
    email.errors.InvalidHeaderDefect,
)
LINGER = 1.0
"""Seconds for which a refused caller may go on sending, so that it reads the answer."""


class UnreadableError(Exception):
    """A request that cannot be read; `status` is that of the answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def read_request(handler: BaseHTTPRequestHandler) -> Request:
    """The request of which `handler` has parsed the head. Raises UnreadableError, and
    ConnectionError if the caller goes away."""
    # A repeated header is one with all values.
    given = handler.headers
    headers = {name.lower(): ", ".join(given.get_all(name, [])) for name in given}
    # Only these: the parser also misses the parts of a multipart body, which is not there yet.
    if any(isinstance(each, _MALFORMED) for each in given.defects):
        raise UnreadableError(400, "a line of the headers has no name followed by a colon")
    length = _length(headers)
    try:
        target = urlsplit(handler.path)
        query = parsed_query(target.query)
    except ValueError:
        raise UnreadableError(400, "the target is not a path or a URL") from None
    if headers.get("expect", "").lower() == "100-continue":
        handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = handler.rfile.read(length) if length else b""
    if len(body) < length:
        raise ConnectionResetError("the caller went away")
    return Request(handler.command, target.path, query, headers, body)


def discard_rest(connection: socket.socket) -> None:
    """End a connection whose request was not read. Closing it at once would reset it, and the
    caller might lose the answer."""
    until = time.monotonic() + LINGER
    try:
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(LINGER)
        while time.monotonic() < until and connection.recv(65536):
            pass
    except OSError:
        """The caller has gone away."""


def _length(headers: dict[str, str]) -> int:
    if "transfer-encoding" in headers:
        raise UnreadableError(
            411, "Transfer-Encoding is not supported: send the body with its Content-Length"
        )
    stated = headers.get("content-length", "0")
    if not re.fullmatch(r"[0-9]{1,18}", stated):
        raise UnreadableError(400, "Content-Length must be one number of bytes")
    if int(stated) > MAX_BODY:
        raise UnreadableError(413, f"the body may have at most {MAX_BODY} bytes")
    return int(stated)
