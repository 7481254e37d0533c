"""Accepts connections on localhost, as many at a time as memory and threads allow."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bird_dynamic.emulator.core import BirdEmulator
from bird_dynamic.emulator.serving.streams import Streams

MAX_CONNECTIONS = 512
"""Connections at a time; further ones wait until one is closed."""
POLL = 0.05
"""Seconds after which it is noticed that the server is to stop."""


class Connections(ThreadingHTTPServer):
    """Serves each connection in a thread of its own, with a handler that knows the emulator."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self,
        port: int,
        handler: type[BaseHTTPRequestHandler],
        emulator: BirdEmulator,
        log: Callable[[str], None] | None,
    ) -> None:
        super().__init__(("127.0.0.1", port), handler)
        self.emulator = emulator
        self.log = log
        self.stopped = threading.Event()
        self.streams = Streams(emulator.feed, self.stopped)
        self._free = threading.BoundedSemaphore(MAX_CONNECTIONS)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection as soon as there may be another one."""
        while not self._free.acquire(timeout=POLL):
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
        """Serve a connection in this thread."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore callers that disconnect."""
