"""Accepts connections on one address, as many at a time as memory and threads allow."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Collection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any

from bird_dynamic.emulator.core import BirdEmulator
from bird_dynamic.emulator.serving.streams import Streams

MAX_CONNECTIONS = 512
"""Connections at a time; further ones wait until one is closed."""
POLL = 0.05
"""Seconds after which it is noticed that the server is to stop."""


class Connections(ThreadingHTTPServer):
    """Serves each connection in a thread of its own, with a handler that knows the emulator.

    `host` is an IPv4 or IPv6 address. `allowed_hosts` are further names for control requests.
    """

    # On Windows it would let a second server have the same port.
    allow_reuse_address = os.name != "nt"
    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self,
        host: str,
        port: int,
        handler: type[BaseHTTPRequestHandler],
        emulator: BirdEmulator,
        *,
        allowed_hosts: Collection[str],
        log: Callable[[str], None] | None,
    ) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), handler)
        self.emulator = emulator
        self.allowed_hosts = allowed_hosts
        self.log = log
        self.stopped = threading.Event()
        self.streams = Streams(emulator.feed, self.stopped)
        self._free = threading.BoundedSemaphore(MAX_CONNECTIONS)

    def server_bind(self) -> None:
        """Bind; `::` serves IPv4 as well."""
        if self.address_family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        # Not that of HTTPServer: it asks the DNS for the name of this machine, which may take long.
        TCPServer.server_bind(self)
        self.server_port = self.server_address[1]

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
