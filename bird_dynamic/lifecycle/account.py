"""What all operations of one engine run share: one connection to Bird for an access key, one
inventory for each collection.

The connection is made by the first operation that sends something, so that previews and checks need
no HTTP library.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bird_dynamic.bird.client import Collection
from bird_dynamic.bird.clock import Clock, Deadline, SystemClock
from bird_dynamic.bird.errors import ConfigurationError, DeadlineError
from bird_dynamic.bird.models import Request, Response, Transport
from bird_dynamic.bird.sending import Sender
from bird_dynamic.lifecycle.inventory import Inventory
from bird_dynamic.lifecycle.managed import ManagedItems
from bird_dynamic.lifecycle.records import RECORDS, Records
from bird_dynamic.lifecycle.refreshing import SharedReads
from bird_dynamic.settings import Settings, state_folder
from bird_dynamic.values import parse_duration

LONGEST_POLL = 5.0
QUIET_WAIT = 15.0
"""Seconds of waiting after which the user is told, and told again."""


@dataclass(frozen=True)
class Run:
    """What all accounts of one engine run share in one process.

    `managed` are the ids that resources have, `records` the creates that have begun on this
    machine. `say` shows the user something while an operation goes on, `warn` something that
    stays. What `before_writing` raises keeps a request from being sent.
    """

    records: Records = field(default_factory=lambda: Records(state_folder() / RECORDS))
    managed: ManagedItems = field(default_factory=ManagedItems)
    clock: Clock = field(default_factory=SystemClock)
    say: Callable[[str], None] = lambda text: None
    warn: Callable[[str], None] = lambda text: None
    before_writing: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Session:
    """One run's dealings with one collection."""

    collection: Collection
    inventory: Inventory
    reads: SharedReads
    timeout: float
    run: Run

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

    def polls(self, first: float, deadline: Deadline, waiting: str) -> Iterator[float]:
        """The pauses between looks for something that takes its time, each after its wait, as the
        seconds waited so far. They grow from `first`, and end with the deadline; `waiting`, what
        for, is said now and then."""
        pause, waited, told = first, 0.0, 0.0
        while pause < deadline.remaining:
            self.wait(pause, deadline)
            waited, pause = waited + pause, min(LONGEST_POLL, pause * 1.6)
            if waited - told >= QUIET_WAIT:
                told = waited
                self.run.say(f"{waiting} ({waited:.0f} s)")
            yield waited


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
    """One access key's view of Bird. Thread-safe. `connect` makes the transport."""

    def __init__(
        self,
        settings: Settings,
        connect: Callable[[Settings], Transport],
        run: Run | None = None,
    ) -> None:
        self.settings = settings
        self.run = run = run or Run()
        self.sender = Sender(
            _FirstUse(settings, connect), run.clock, before_writing=run.before_writing
        )
        self._lock = threading.Lock()
        self._sessions: dict[str, Session] = {}

    def session(self, path: str) -> Session:
        """The session of the collection at a path."""
        with self._lock:
            if path not in self._sessions:
                collection = Collection(self.sender, path)
                self._sessions[path] = Session(
                    collection=collection,
                    inventory=Inventory(collection, self.run.managed),
                    reads=SharedReads(collection),
                    timeout=self.settings.timeout,
                    run=self.run,
                )
            return self._sessions[path]
