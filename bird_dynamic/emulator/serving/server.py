"""Serves the emulator: HTTP/1.1 with kept-alive connections, on localhost unless told otherwise."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from bird_dynamic.emulator.core import BirdEmulator
from bird_dynamic.emulator.serving.connections import POLL, Connections
from bird_dynamic.emulator.serving.handler import Handler
from bird_dynamic.emulator.serving.web_pages import name_of

if TYPE_CHECKING:
    from typing_extensions import Self


LOOPBACK = "127.0.0.1"


class EmulatorServer:
    """Serves an emulator on a free port (or on `port`) until it is stopped; a context manager.

    `host` is the IP address to listen on; `0.0.0.0` and `::` are all those of this machine.
    `allowed_hosts` are names, in lower case and without a port, under which other machines send
    control requests. `url` is the address for this machine, and `page` that of the page for a
    browser. `log` is called with a line for each request.

    Raises OSError if it cannot listen there.
    """

    def __init__(
        self,
        emulator: BirdEmulator | None = None,
        *,
        host: str = LOOPBACK,
        port: int = 0,
        allowed_hosts: Collection[str] = (),
        log: Callable[[str], None] | None = None,
    ) -> None:
        self.emulator = emulator or BirdEmulator()
        self._server = Connections(
            host, port, Handler, self.emulator, allowed_hosts=allowed_hosts, log=log
        )
        self.port = self._server.server_port
        is_any = ipaddress.ip_address(host).is_unspecified
        self.url = f"http://{LOOPBACK if is_any else name_of(host)}:{self.port}"
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
