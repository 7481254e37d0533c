"""Whether Pulumi's engine is still there.

The engine starts a provider's process and normally ends it. One that is killed cannot, and nobody
is left to learn what a request comes to: so before each request that changes something, and during
each wait, the provider asks whether its engine still listens, sends nothing more if not, and ends.

Sources: the engine gives its address to every plugin as the first argument, `pulumi-resource-X
HOST:PORT`; what the dynamic provider's script starts gets it too. The script stays between the two
as the parent, so that the parent alone tells nothing.
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
"""Seconds between two looks for the engine."""
_ADDRESS = re.compile(r"[A-Za-z0-9.\[\]:-]+:[0-9]+")
FRESH = 0.02
"""Seconds for which one look serves all lanes."""
GRACE = 5.0
"""Seconds that a provider has to end once it was asked to: as many as the engine gives it."""
PATIENCE = 0.5
"""Seconds for the engine to accept a connection; one that is too busy to is alive."""


class EngineWatch:
    """Watches the engine at an address (`host:port`; None where nobody says one).

    Once it is gone, `ended` is set, which ends every wait, and `end` is called.
    """

    def __init__(
        self, address: str | None, ended: threading.Event, end: Callable[[], None]
    ) -> None:
        host, _, port = (address or "").rpartition(":")
        # An address of IPv6 stands in brackets.
        self._address = (host.strip("[]"), int(port)) if host and port.isdecimal() else None
        self._parent = os.getppid()
        self._ended = ended
        self._end = end
        self._is_gone = False
        self._seen = float("-inf")
        if self._address is not None:
            threading.Thread(target=self._watch, name="engine-watch", daemon=True).start()

    def check(self) -> None:
        """Raises EngineGoneError where the engine has ended."""
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
    """End the process as the engine does it: ask first, for the sake of other providers in it."""
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(GRACE)
    end_at_once()


def end_at_once() -> None:
    """End the process, whatever its threads wait for."""
    os._exit(1)


def address_from(arguments: list[str]) -> str | None:
    """The engine's address among the arguments of a provider's process."""
    return next((each for each in arguments if _ADDRESS.fullmatch(each)), None)


def of_this_process() -> str | None:
    """The address of the engine that has started this process."""
    return address_from(sys.argv[1:])


def run_of(
    address: str | None,
    *,
    say: Callable[[str], None],
    warn: Callable[[str], None],
    end: Callable[[], None],
    cancelled: threading.Event,
) -> Run:
    """What the accounts of a process share that serves the engine at that address."""
    folder = state_folder()
    log = RunLog(address, folders(folder)) if address else None
    if log is not None and not log.is_shared:
        warn(
            "the providers of this run cannot tell each other what they manage: neither "
            f"{folder} nor the folder for temporary files can be used. Set BIRD_STATE_DIR to a "
            "folder that can be written"
        )
    return Run(
        records=Records(folder / RECORDS, say=warn),
        managed=ManagedItems(log, Deletions(folder / DELETIONS)),
        clock=SystemClock(cancelled),
        say=say,
        warn=warn,
        before_writing=EngineWatch(address, cancelled, end).check,
    )
