"""Handles one connection: reads its requests, and answers or breaks it.

Connection faults are real here: a reset is a TCP reset. Requests under `/__emulator__/` control the
emulator, and `/health` tells that it is running; they need no access key, because no web page can
send them (`web_pages`), and whoever can reach the emulator can know its key.
"""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any

from bird_dynamic.emulator.dialect import Dialect
from bird_dynamic.emulator.messages import Reply, Request, Response
from bird_dynamic.emulator.serving.connections import Connections
from bird_dynamic.emulator.serving.control import (
    control,
    is_control,
    is_page,
    message,
    refusal_from_elsewhere,
)
from bird_dynamic.emulator.serving.reading import UnreadableError, discard_rest, read_request
from bird_dynamic.emulator.serving.request_log import line_of
from bird_dynamic.emulator.serving.streams import EVENTS, MAX_STREAMS
from bird_dynamic.emulator.serving.web_pages import (
    comes_from_page,
    is_this_machine,
    name_of,
    refusal_of,
)
from bird_dynamic.emulator.serving.writing import write_response

IDLE_TIMEOUT = 300.0
"""Seconds after which a connection that neither sends nor reads is closed."""


class Handler(BaseHTTPRequestHandler):
    """Serves one connection until its caller or a fault ends it."""

    timeout = IDLE_TIMEOUT
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    server: Connections

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
        if self._streams(request, began):
            return
        reply, dialect = self._answered(request)
        try:
            self._deliver(reply, dialect)
        finally:
            status = reply.response.status if reply.delivery == "normal" else None
            self._log(status, reply.fault, time.monotonic() - began)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = _serve  # noqa: N815

    def _streams(self, request: Request, began: float) -> bool:
        """Whether this was a request for events, which is served then."""
        if (request.method, request.path) != ("GET", EVENTS) or self._refusal_of(request):
            return False
        served = self.server.streams.serve(self)
        self._log(200 if served else 503, None, time.monotonic() - began)
        if not served:
            full = (
                f"there are {MAX_STREAMS} streams of events already; close a page of the emulator"
            )
            write_response(self, message(503, full), Dialect())
        return True

    def _answered(self, request: Request) -> tuple[Reply, Dialect]:
        try:
            if refused := self._refusal_of(request):
                return Reply(message(403, refused)), Dialect()
            if not is_control(request.path):
                return self.server.emulator.handle(request), self.server.emulator.dialect
            answer = control(self.server.emulator, request)
        except Exception as error:
            # The caller is told, instead of a reset of the connection.
            answer = _failure(500, f"the emulator failed: {type(error).__name__}: {error}")
        return Reply(answer), Dialect()

    def _refusal_of(self, request: Request) -> str | None:
        if not (is_control(request.path) or comes_from_page(request.headers)):
            return None
        own = name_of(self.connection.getsockname()[0])
        allowed = (own, *self.server.allowed_hosts)
        refused = refusal_of(request.headers, allowed, opens_page=is_page(request))
        if refused or is_this_machine(self.client_address[0]):
            return refused
        return refusal_from_elsewhere(request)

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
        # Before Python 3.11, an HTTPStatus is written as its name.
        status = int(code)
        answer = _failure(status, message or HTTPStatus(status).phrase)
        write_response(self, answer, Dialect(connection="closed"))
        self._log(status)
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


_RENAMED = {413: "Content Too Large", 414: "URI Too Long"}
"""The phrases of RFC 9110, which `http` has since Python 3.13."""


def _failure(status: int, text: str) -> Response:
    """An answer with the error body of Bird."""
    phrase = _RENAMED.get(status, HTTPStatus(status).phrase)
    code = phrase.title().replace(" ", "").replace("-", "")
    body = json.dumps({"code": code, "message": text[:1000]})
    return Response(status, {"Content-Type": "application/json"}, body.encode())
