"""A receiver of webhooks on this machine: it keeps what it gets, and answers as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing_extensions import Self


@dataclass(frozen=True)
class Received:
    """A request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> Any:
        """Its body as JSON."""
        return json.loads(self.body)

    @property
    def status(self) -> str:
        """The status of the call in its body."""
        return str(self.event["payload"]["status"])


class Receiver:
    """Listens on a free port; a context manager. `answer` returns the status for a request, or None
    to close the connection without one. `requests` has what arrived."""

    def __init__(self, answer: Callable[[Received], int | None] = lambda request: 200) -> None:
        self.answer = answer
        self.requests: list[Received] = []
        self.answer_headers: dict[str, str] = {}
        self._lock = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                request = Received(self.path, dict(self.headers.items()), body)
                with receiver._lock:
                    receiver.requests.append(request)
                status = receiver.answer(request)
                if status is None:
                    self.close_connection = True
                    return
                self.send_response(status)
                for name, value in receiver.answer_headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "5")
                self.end_headers()
                self.wfile.write(b"noted")

            def log_message(self, format: str, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )

    @property
    def statuses(self) -> list[str]:
        """The statuses of the calls in the requests, in the order of their arrival."""
        return [each.status for each in self.requests]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()
