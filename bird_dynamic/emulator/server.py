"""Serves the emulator: HTTP/1.1 with kept-alive connections, on localhost only.

Connection faults are real here: a reset is a TCP reset. Requests under `/__emulator__/` control the
emulator, and `/health` tells that it is running; they need no access key, because only this
machine's programs can send them (`web_pages`).
Bodies, connections and their idle time are bounded.
"""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar

from bird_dynamic.emulator.control import control, is_control, message
from bird_dynamic.emulator.core import BirdEmulator
from bird_dynamic.emulator.dialect import Dialect
from bird_dynamic.emulator.messages import Reply, Request, Response
from bird_dynamic.emulator.reading import UnreadableError, discard_rest, read_request
from bird_dynamic.emulator.request_log import line_of
from bird_dynamic.emulator.web_pages import refusal_of
from bird_dynamic.emulator.writing import write_response

if TYPE_CHECKING:
    from typing_extensions import Self

IDLE_TIMEOUT = 300.0
"""Seconds after which a connection that neither sends nor reads is closed."""
MAX_CONNECTIONS = 512
"""Connections at a time; further ones wait until one is closed."""
_POLL = 0.05


class EmulatorServer:
    """Serves an emulator on a free port (or on `port`) until it is stopped; a context manager.

    `log` is called with a line for each request.
    """

    def __init__(
        self,
        emulator: BirdEmulator | None = None,
        *,
        port: int = 0,
        log: Callable[[str], None] | None = None,
    ) -> None:
        self.emulator = emulator or BirdEmulator()
        handler = type("Handler", (_Handler,), {"emulator": self.emulator, "timeout": IDLE_TIMEOUT})
        self._server = _Server(("127.0.0.1", port), handler, log)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_POLL,), daemon=True
        )

    def start(self) -> Self:
        """Serve in a background thread."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving. Kept-alive connections are closed at their next request."""
        self._server.stopped.set()
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self,
        address: tuple[str, int],
        handler: type[BaseHTTPRequestHandler],
        log: Callable[[str], None] | None,
    ) -> None:
        super().__init__(address, handler)
        self.log = log
        self.stopped = threading.Event()
        self._free = threading.BoundedSemaphore(MAX_CONNECTIONS)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in its own thread, as soon as there may be another one."""
        while not self._free.acquire(timeout=_POLL):
            if self.stopped.is_set():
                self.shutdown_request(request)
                return
        try:
            super().process_request(request, client_address)
        except BaseException:
            # No thread could be started.
            self._free.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a connection."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore callers that disconnect."""


class _Handler(BaseHTTPRequestHandler):
    emulator: ClassVar[BirdEmulator]
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    server: _Server

    def _serve(self) -> None:
        if self.server.stopped.is_set():
            self.close_connection = True
            return
        began = time.monotonic()
        try:
            request = read_request(self)
        except UnreadableError as error:
            self.send_error(error.status, str(error))
            return
        reply, dialect = self._answered(request)
        try:
            self._deliver(reply, dialect)
        finally:
            status = reply.response.status if reply.delivery == "normal" else None
            self._log(status, reply.fault, time.monotonic() - began)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = _serve  # noqa: N815

    def _answered(self, request: Request) -> tuple[Reply, Dialect]:
        try:
            if not is_control(request.path):
                return self.emulator.handle(request), self.emulator.dialect
            refused = refusal_of(request.headers)
            answer = message(403, refused) if refused else control(self.emulator, request)
        except Exception as error:
            # The caller is told, instead of a reset of the connection.
            answer = _failure(500, f"the emulator failed: {type(error).__name__}: {error}")
        return Reply(answer), Dialect()

    def _deliver(self, reply: Reply, dialect: Dialect) -> None:
        if reply.delay:
            self._wait(reply)
        if reply.delivery == "normal":
            write_response(self, reply.response, dialect)
            return
        self.close_connection = True
        if reply.delivery == "truncate":
            write_response(self, reply.response, dialect, cut=True)
        elif reply.delivery in ("reset", "refuse"):
            # Closing with a linger time of zero sends a reset.
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()

    def _wait(self, reply: Reply) -> None:
        """Wait before an answer. Without one, only as long as the caller does: it may give up
        early, and its connection counts until then."""
        until = time.monotonic() + reply.delay
        while (left := until - time.monotonic()) > 0 and not self.server.stopped.is_set():
            if reply.delivery == "normal":
                self.server.stopped.wait(left)
                continue
            self.connection.settimeout(left)
            with contextlib.suppress(OSError):
                if self.connection.recv(65536):
                    continue
            return

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse a request that cannot be read, and close the connection."""
        self.close_connection = True
        answer = _failure(code, message or HTTPStatus(code).phrase)
        write_response(self, answer, Dialect(connection="closed"))
        self._log(code)
        discard_rest(self.connection)

    def handle_expect_100(self) -> bool:
        """Leave `100 Continue` to `read_request`, which may refuse the body."""
        return True

    def _log(self, status: int | None, fault: str | None = None, seconds: float = 0.0) -> None:
        if self.server.log is not None:
            # Without a command, the request line could not be parsed.
            method, target = (self.command, self.path) if self.command else ("?", "?")
            self.server.log(line_of(method, target, status, fault, seconds))

    def log_message(self, format: str, *args: Any) -> None:
        """The lines of `http.server`; `_log` has its own."""


def _failure(status: int, text: str) -> Response:
    """An answer with the error body of Bird."""
    code = HTTPStatus(status).phrase.title().replace(" ", "").replace("-", "")
    body = json.dumps({"code": code, "message": text[:1000]})
    return Response(status, {"Content-Type": "application/json"}, body.encode())
