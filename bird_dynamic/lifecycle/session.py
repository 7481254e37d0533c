"""What all operations of one engine run share: one connection to Bird for an access key, one
listing for each collection.

The connection is made by the first operation that sends something, so that previews and checks need
no HTTP library.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bird_dynamic.bird.client import Collection
from bird_dynamic.bird.clock import Clock, Deadline, SystemClock
from bird_dynamic.bird.errors import ConfigurationError, DeadlineError
from bird_dynamic.bird.ids import required_id
from bird_dynamic.bird.models import Request, Response, Transport
from bird_dynamic.bird.retry import RetryingClient
from bird_dynamic.lifecycle.listing import SharedListing
from bird_dynamic.lifecycle.managed import ManagedItems
from bird_dynamic.lifecycle.mapping import with_settings
from bird_dynamic.lifecycle.observe import Observer
from bird_dynamic.lifecycle.records import RECORDS, Records
from bird_dynamic.schema.fields import Properties, ResourceSchema
from bird_dynamic.schema.values import parse_duration
from bird_dynamic.settings import Settings, state_folder

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
class CollectionSession:
    """The client of one collection, with what one run shares of it."""

    collection: Collection
    listing: SharedListing
    observer: Observer
    timeout: float
    run: Run

    def deadline(self, timeout: str | float | None = None) -> Deadline:
        """The end of an operation that begins now: its own timeout, or the one of the settings."""
        seconds = parse_duration(timeout) if timeout is not None else None
        return Deadline.after(seconds or self.timeout, self.collection.client.clock)

    def sleep(self, seconds: float, deadline: Deadline) -> None:
        """Sleep; raises DeadlineError where that would be too long."""
        if seconds >= deadline.remaining:
            raise DeadlineError(f"the time of {deadline.seconds:.0f} s is over")
        if seconds > 0:
            self.collection.client.clock.sleep(seconds)

    def polls(self, first: float, deadline: Deadline, waiting: str) -> Iterator[float]:
        """The pauses between looks for something that takes its time, each after its wait, as the
        seconds waited so far. They grow from `first`, and end with the deadline; `waiting`, what
        for, is said now and then."""
        pause, waited, told = first, 0.0, 0.0
        while pause < deadline.remaining:
            self.sleep(pause, deadline)
            waited, pause = waited + pause, min(LONGEST_POLL, pause * 1.6)
            if waited - told >= QUIET_WAIT:
                told = waited
                self.run.say(f"{waiting} ({waited:.0f} s)")
            yield waited


class _LazyTransport:
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
        self.client = RetryingClient(
            _LazyTransport(settings, connect), run.clock, before_writing=run.before_writing
        )
        self._lock = threading.Lock()
        self._sessions: dict[str, CollectionSession] = {}

    def open(
        self, schema: ResourceSchema, props: Mapping[str, Any]
    ) -> tuple[Properties, CollectionSession]:
        """The collection that these properties name, and the properties with the settings that
        stand in for what they leave out.

        Raises ConfigurationError for a place that neither names, and IdError for one that is none.
        """
        complete = with_settings(schema, props, self.settings)
        for place in schema.configurable_inputs:
            if place.name in complete:
                complete[place.name] = required_id(complete[place.name], f"{place.name}: it")
            elif not place.is_optional_place:
                raise ConfigurationError(self.settings.missing_text(place.setting))
        return complete, self._session(schema.path_of(complete), schema.page_size)

    def _session(self, path: str, page_size: int) -> CollectionSession:
        with self._lock:
            if path not in self._sessions:
                collection = Collection(self.client, path, page_size)
                listing = SharedListing(collection)
                self._sessions[path] = CollectionSession(
                    collection=collection,
                    listing=listing,
                    observer=Observer(collection, listing, self.run.managed),
                    timeout=self.settings.timeout,
                    run=self.run,
                )
            return self._sessions[path]
