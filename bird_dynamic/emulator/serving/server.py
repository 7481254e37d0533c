"""Serves the emulator: HTTP/1.1 with kept-alive connections, on localhost only."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from bird_dynamic.emulator.core import BirdEmulator
from bird_dynamic.emulator.serving.connections import POLL, Connections
from bird_dynamic.emulator.serving.handler import Handler

if TYPE_CHECKING:
    from typing_extensions import Self


class EmulatorServer:
    """Serves an emulator on a free port (or on `port`) until it is stopped; a context manager.

    `url` is its address, and `page` that of the page for a browser.
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
        self._server = Connections(port, Handler, self.emulator, log)
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        self.page = f"{self.url}/__emulator__/"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL,), daemon=True
        )

    def start(self) -> Self:
        """Serve in a background thread."""
        self.emulator.start()
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving and delivering. Kept-alive connections are closed at their next request."""
        self._server.stopped.set()
        self.emulator.feed.wake()
        self.emulator.stop()
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.stop()
