"""What all operations of one engine run share: one connection to Bird for an access key, one
inventory for each collection.

The connection is made by the first operation that sends something, so that previews and checks need
no HTTP library.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from bird_dynamic.bird.client import Collection
from bird_dynamic.bird.clock import Clock, Deadline, SystemClock
from bird_dynamic.bird.errors import ConfigurationError, DeadlineError
from bird_dynamic.bird.models import Request, Response, Transport
from bird_dynamic.bird.sending import Sender
from bird_dynamic.lifecycle.inventory import Inventory
from bird_dynamic.lifecycle.refreshing import SharedReads
from bird_dynamic.settings import Settings, parse_duration


@dataclass(frozen=True)
class Session:
    """One run's dealings with one collection."""

    collection: Collection
    inventory: Inventory
    reads: SharedReads
    timeout: float
    say: Callable[[str], None]

    def deadline(self, timeout: str | float | None = None) -> Deadline:
        """The end of an operation that begins now: its own timeout, or the one of the settings."""
        seconds = parse_duration(timeout) if timeout is not None else None
        return Deadline.after(seconds or self.timeout, self.collection.sender.clock)

    def wait(self, seconds: float, deadline: Deadline) -> None:
        """Wait; raises DeadlineError where that would be too long."""
        if seconds >= deadline.remaining:
            raise DeadlineError(f"the time of {deadline.seconds:.0f} s is over")
        if seconds > 0:
            self.collection.sender.clock.sleep(seconds)


class _FirstUse:
    """A transport that is made when it is first needed, so that previews load no HTTP library."""

    def __init__(self, settings: Settings, connect: Callable[[Settings], Transport]) -> None:
        self._settings = settings
        self._connect = connect
        self._lock = threading.Lock()
        self._transport: Transport | None = None

    def send(self, request: Request, timeout: float) -> Response:
        """Raises ConfigurationError where the settings cannot work; nothing is sent then."""
        with self._lock:
            if self._settings.problems:
                raise ConfigurationError(" ".join(self._settings.problems))
            if self._transport is None:
                self._transport = self._connect(self._settings)
        return self._transport.send(request, timeout)


class Account:
    """One access key's view of Bird. Thread-safe.

    `connect` makes the transport; `say` tells the user something while an operation goes on.
    """

    def __init__(
        self,
        settings: Settings,
        connect: Callable[[Settings], Transport],
        *,
        clock: Clock | None = None,
        say: Callable[[str], None] = lambda text: None,
    ) -> None:
        self.settings = settings
        self.sender = Sender(_FirstUse(settings, connect), clock or SystemClock())
        self._say = say
        self._lock = threading.Lock()
        self._sessions: dict[str, Session] = {}

    def session(self, path: str) -> Session:
        """The session of the collection at a path."""
        with self._lock:
            if path not in self._sessions:
                collection = Collection(self.sender, path)
                self._sessions[path] = Session(
                    collection=collection,
                    inventory=Inventory(collection),
                    reads=SharedReads(collection),
                    timeout=self.settings.timeout,
                    say=self._say,
                )
            return self._sessions[path]
