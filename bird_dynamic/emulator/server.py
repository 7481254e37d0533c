"""Serves the emulator: HTTP/1.1 with kept-alive connections, on localhost only.

Connection faults are real here: a reset is a TCP reset. Requests under `/__emulator__/` control the
emulator; they need no access key, because only this machine's programs can send them (`web_pages`).
"""

from __future__ import annotations

import gzip
import socket
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from bird_dynamic.emulator.control import CONTROL, control, message
from bird_dynamic.emulator.core import BirdEmulator
from bird_dynamic.emulator.dialect import Dialect
from bird_dynamic.emulator.messages import Reply, Request, Response, parsed_query
from bird_dynamic.emulator.web_pages import refusal_of

if TYPE_CHECKING:
    from typing_extensions import Self


class EmulatorServer:
    """Serves an emulator on a free port (or on `port`) until it is stopped; a context manager."""

    def __init__(self, emulator: BirdEmulator | None = None, *, port: int = 0) -> None:
        self.emulator = emulator or BirdEmulator()
        handler = type("Handler", (_Handler,), {"emulator": self.emulator})
        self._server = _Server(("127.0.0.1", port), handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )

    def start(self) -> Self:
        """Serve in a background thread."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving, and close the connections."""
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.stopped = True
        self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    stopped = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore callers that disconnect."""


class _Handler(BaseHTTPRequestHandler):
    emulator: ClassVar[BirdEmulator]
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    server: _Server

    def _serve(self) -> None:
        if self.server.stopped:
            self.close_connection = True
            return
        parts = urlsplit(self.path)
        stated = self.headers.get("Content-Length") or "0"
        if not stated.isdecimal():
            self.send_error(400)
            return
        length = int(stated)
        request = Request(
            self.command,
            parts.path,
            parsed_query(parts.query),
            # A repeated header is one with all values.
            {name.lower(): ", ".join(self.headers.get_all(name, [])) for name in self.headers},
            self.rfile.read(length) if length else b"",
        )
        if parts.path.startswith(CONTROL):
            refused = refusal_of(request.headers)
            answer = message(403, refused) if refused else control(self.emulator, request)
            self._write(answer, Dialect())
        else:
            self._deliver(self.emulator.handle(request))

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = _serve  # noqa: N815

    def _deliver(self, reply: Reply) -> None:
        if reply.delay:
            time.sleep(reply.delay)
        if reply.delivery == "normal":
            self._write(reply.response, self.emulator.dialect)
            return
        self.close_connection = True
        if reply.delivery == "truncate":
            self._write(reply.response, self.emulator.dialect, cut=True)
        elif reply.delivery in ("reset", "refuse"):
            # Closing with a linger time of zero sends a reset.
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()

    def _write(self, response: Response, dialect: Dialect, cut: bool = False) -> None:
        content = response.body
        lines = [f"HTTP/1.1 {response.status} -"]
        lines += [f"{name}: {value}" for name, value in response.headers.items()]
        if dialect.transfer == "gzip" and content:
            content = gzip.compress(content)
            lines.append("Content-Encoding: gzip")
        if dialect.connection == "closed":
            self.close_connection = True
            lines.append("Connection: close")
        body = content[: len(content) // 2] if cut else content
        if dialect.transfer == "chunked" and content:
            lines.append("Transfer-Encoding: chunked")
            body = b"%x\r\n%b%b" % (len(content), body, b"" if cut else b"\r\n0\r\n\r\n")
        elif response.status != 204:
            lines.append(f"Content-Length: {len(content)}")
        head = "\r\n".join([*lines, "", ""]).encode()
        self.wfile.write(head if self.command == "HEAD" else head + body)

    def log_message(self, format: str, *args: Any) -> None:
        """The journal is the log."""
