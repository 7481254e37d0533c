"""Detects the end of Pulumi's engine.

The engine starts a provider's process and normally ends it. A killed engine cannot, and nothing
would store the result of a request. So before each modifying request, and during each wait, the
provider checks whether its engine still listens; if not, it sends nothing more, and exits.

Sources: the engine passes its address to every plugin as the first argument, `pulumi-resource-X
HOST:PORT`, and to the process of the dynamic provider. That one's parent is a script, not the
engine, so checking the parent is not enough.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable

from bird_dynamic.bird.clock import SystemClock
from bird_dynamic.bird.errors import EngineGoneError
from bird_dynamic.lifecycle.deletions import DELETIONS, Deletions
from bird_dynamic.lifecycle.managed import ManagedItems
from bird_dynamic.lifecycle.records import RECORDS, Records
from bird_dynamic.lifecycle.run_log import RunLog, folders
from bird_dynamic.lifecycle.session import Run
from bird_dynamic.settings import state_folder

EVERY = 0.5
"""Seconds between two checks of the engine."""
_ADDRESS = re.compile(r"[A-Za-z0-9.\[\]:-]+:[0-9]+")
FRESH = 0.02
"""Seconds for which all threads reuse the result of a check."""
GRACE = 5.0
"""Seconds that a provider has to end after it was asked to; the engine allows as many."""
PATIENCE = 0.5
"""Timeout in seconds of a check; an engine that is too busy to answer is alive."""


class EngineWatch:
    """Watches the engine at an address (`host:port`; None if it is unknown).

    Once the engine has ended, sets `ended`, which ends every wait, and calls `end`.
    """

    def __init__(
        self, address: str | None, ended: threading.Event, end: Callable[[], None]
    ) -> None:
        host, _, port = (address or "").rpartition(":")
        # IPv6 addresses are in brackets.
        self._address = (host.strip("[]"), int(port)) if host and port.isdecimal() else None
        self._parent = os.getppid()
        self._ended = ended
        self._end = end
        self._is_gone = False
        self._seen = float("-inf")
        if self._address is not None:
            threading.Thread(target=self._watch, name="engine-watch", daemon=True).start()

    def check(self) -> None:
        """Raises EngineGoneError if the engine has ended."""
        if self._is_gone or (time.monotonic() > self._seen + FRESH and self._look()):
            raise EngineGoneError("Pulumi's engine has ended; nothing more is sent")

    def _look(self) -> bool:
        if self._address is None:
            return False
        if os.getppid() != self._parent:
            self._is_gone = True
        else:
            try:
                socket.create_connection(self._address, PATIENCE).close()
            except ConnectionRefusedError:
                self._is_gone = True
            except OSError:
                return False
            else:
                self._seen = time.monotonic()
        return self._is_gone

    def _watch(self) -> None:
        while not self._look():
            time.sleep(EVERY)
        self._ended.set()
        self._end()


def end_with_grace() -> None:
    """End the process as the engine does: ask first, because other providers may share it."""
    if os.name == "nt":
        # There, `os.kill` ends a process at once.
        signal.raise_signal(signal.SIGINT)
    else:
        os.kill(os.getpid(), signal.SIGINT)
    time.sleep(GRACE)
    end_at_once()


def end_at_once() -> None:
    """End the process without waiting for its threads."""
    os._exit(1)


def address_from(arguments: list[str]) -> str | None:
    """The engine's address among the arguments of a provider's process."""
    return next((each for each in arguments if _ADDRESS.fullmatch(each)), None)


def of_this_process() -> str | None:
    """The address of the engine that started this process."""
    return address_from(sys.argv[1:])


def run_of(
    address: str | None,
    *,
    say: Callable[[str], None],
    warn: Callable[[str], None],
    end: Callable[[], None],
    cancelled: threading.Event,
) -> Run:
    """The shared state of a process that serves the engine at that address."""
    folder = state_folder()
    log = RunLog(address, folders(folder)) if address else None
    if log is not None and not log.is_shared:
        warn(
            "the provider processes of this run cannot share which connectors they manage: neither "
            f"{folder} nor the folder for temporary files is writable. Set BIRD_STATE_DIR to a "
            "writable folder"
        )
    return Run(
        records=Records(folder / RECORDS, say=warn),
        managed=ManagedItems(log, Deletions(folder / DELETIONS)),
        clock=SystemClock(cancelled),
        say=say,
        warn=warn,
        before_writing=EngineWatch(address, cancelled, end).check,
    )
