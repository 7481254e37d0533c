"""State shared by all operations of one engine run: one client per access key, one listing per
collection.

The first operation that sends a request opens the connection, so previews and checks need no HTTP
library.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bird_dynamic.bird.client import Collection
from bird_dynamic.bird.clock import Clock, Deadline, SystemClock
from bird_dynamic.bird.errors import ConfigurationError
from bird_dynamic.bird.ids import required_id
from bird_dynamic.bird.models import Request, Response, Transport
from bird_dynamic.bird.retry import RetryingClient
from bird_dynamic.lifecycle.listing import SharedListing
from bird_dynamic.lifecycle.managed import ManagedItems
from bird_dynamic.lifecycle.mapping import with_settings
from bird_dynamic.lifecycle.observe import Observer
from bird_dynamic.lifecycle.program_conflicts import ProgramConflicts
from bird_dynamic.lifecycle.records import RECORDS, Records
from bird_dynamic.schema.fields import Properties, ResourceSchema
from bird_dynamic.schema.values import parse_duration
from bird_dynamic.settings import Settings, state_folder

LONGEST_POLL = 5.0
QUIET_WAIT = 15.0
"""Seconds of waiting between progress messages."""


@dataclass(frozen=True)
class Run:
    """State shared by all accounts of one engine run in one process.

    `managed`: the ids that resources manage. `conflicts`: what the program's resources want
    exclusively. `records`: the unfinished creates of this machine.
    `say` shows progress, `warn` a permanent warning. `before_writing` is called before each
    modifying request; an exception prevents the request.
    """

    records: Records = field(default_factory=lambda: Records(state_folder() / RECORDS))
    managed: ManagedItems = field(default_factory=ManagedItems)
    clock: Clock = field(default_factory=SystemClock)
    say: Callable[[str], None] = lambda text: None
    warn: Callable[[str], None] = lambda text: None
    before_writing: Callable[[], None] = lambda: None
    conflicts: ProgramConflicts = field(default_factory=ProgramConflicts)
    _warned: set[str] = field(default_factory=set)

    def warn_once(self, text: str) -> None:
        """Show a permanent warning, unless this process has shown it: the engine checks a resource
        again for its replacement."""
        if text not in self._warned:
            self._warned.add(text)
            self.warn(text)


@dataclass(frozen=True)
class CollectionSession:
    """The client of one collection, with the listing and observer that its run shares."""

    collection: Collection
    listing: SharedListing
    observer: Observer
    timeout: float
    run: Run

    def deadline(self, timeout: str | float | None = None) -> Deadline:
        """The deadline of an operation that begins now; by default the timeout of the settings."""
        seconds = parse_duration(timeout) if timeout is not None else None
        return Deadline.after(seconds or self.timeout, self.collection.client.clock)

    def sleep(self, seconds: float, deadline: Deadline) -> None:
        """Sleep. Raises DeadlineError if the deadline would pass."""
        if seconds >= deadline.remaining:
            raise deadline.passed()
        if seconds > 0:
            self.collection.client.clock.sleep(seconds)

    def polls(self, first: float, deadline: Deadline, waiting: str) -> Iterator[float]:
        """Sleep with backoff, from `first` seconds until the deadline; after each sleep, yield the
        seconds waited so far. `waiting` is the progress message."""
        pause, waited, reported = first, 0.0, 0.0
        while pause < deadline.remaining:
            self.sleep(pause, deadline)
            waited, pause = waited + pause, min(LONGEST_POLL, pause * 1.6)
            if waited - reported >= QUIET_WAIT:
                reported = waited
                self.run.say(f"{waiting} ({waited:.0f} s)")
            yield waited


class _LazyTransport:
    """A transport that is created on first use, so that previews load no HTTP library."""

    def __init__(self, settings: Settings, connect: Callable[[Settings], Transport]) -> None:
        self._settings = settings
        self._connect = connect
        self._lock = threading.Lock()
        self._transport: Transport | None = None

    def send(self, request: Request, timeout: float) -> Response:
        """Raises ConfigurationError if the settings are invalid; then nothing is sent."""
        with self._lock:
            if self._settings.problems:
                raise ConfigurationError(" ".join(self._settings.problems))
            if self._transport is None:
                self._transport = self._connect(self._settings)
        return self._transport.send(request, timeout)


class Account:
    """The client and sessions of one access key. Thread-safe. `connect` makes the transport."""

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
        """The properties with settings filled in, and the session of their collection.

        Raises ConfigurationError if a location is missing, and IdError if it is not an id.
        """
        complete = with_settings(schema, props, self.settings)
        for place in schema.configurable_inputs:
            if place.name in complete:
                complete[place.name] = required_id(complete[place.name], f"{place.name}: it")
            elif not place.is_optional_place:
                raise ConfigurationError(self.settings.unset_text(place.setting))
        return complete, self._session(schema.path_of(complete), schema)

    def _session(self, path: str, schema: ResourceSchema) -> CollectionSession:
        with self._lock:
            if path not in self._sessions:
                collection = Collection(self.client, path, schema.page_size, has_ids=schema.has_ids)
                listing = SharedListing(collection)
                self._sessions[path] = CollectionSession(
                    collection=collection,
                    listing=listing,
                    observer=Observer(collection, listing, self.run.managed),
                    timeout=self.settings.timeout,
                    run=self.run,
                )
            return self._sessions[path]
