"""What one engine run knows of a collection, such as a workspace's connectors, shared by all lanes
so that it is listed as rarely as possible.

One `Inventory` lives as long as the provider's process: one run of the engine. It remembers what
some state is known to have, because that can never be the remains of an interrupted create.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain

from bird_dynamic.bird.client import Collection
from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.errors import RejectedError
from bird_dynamic.bird.models import Item
from bird_dynamic.lifecycle.creation import Look
from bird_dynamic.lifecycle.wanted import Wanted

NEVER = float("-inf")
MOST_READ = 100
"""Rows of a listing so poor that they tell nothing are read one by one where there are no more."""


@dataclass(frozen=True)
class Found:
    """What a look has found: what no resource has, and what another resource of this stack has."""

    free: list[Item] = field(default_factory=list)
    held: list[Item] = field(default_factory=list)


class Inventory:
    """One collection. Thread-safe."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._clock = collection.sender.clock
        self._listing = threading.Lock()
        self._rows: tuple[Item, ...] = ()
        self._listed_at = NEVER
        self._lock = threading.Lock()
        self._looked_for: set[str] = set()
        self._turns: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self._created: set[str] = set()
        self._held: set[str] = set()
        self._adopted: set[str] = set()
        self._deleted: set[str] = set()
        self._replaced: set[str] = set()

    def holds(self, item_id: str) -> None:
        """The engine has shown us that a state has it."""
        with self._lock:
            self._held.add(item_id)

    def lacks(self, item_id: str) -> None:
        """Bird has it no longer, whatever the state says."""
        with self._lock:
            self._held.discard(item_id)

    def created(self, item_id: str) -> None:
        """A create of this run is about to hand it to the engine."""
        with self._lock:
            self._created.add(item_id)

    def adopts(self, item_id: str) -> bool:
        """This run is about to take it over; false where a resource has it already."""
        with self._lock:
            if item_id in self._held | self._created:
                return False
            self._held.add(item_id)
            self._adopted.add(item_id)
            return True

    def is_adopted(self, item_id: str) -> bool:
        """Whether this run has taken it over, or tried to."""
        with self._lock:
            return item_id in self._adopted

    def deleted(self, item_id: str) -> None:
        """This run has deleted it; a lagging listing may still show it."""
        with self._lock:
            self._deleted.add(item_id)

    def replaces(self, item_id: str) -> None:
        """This run is about to put something else in its place."""
        with self._lock:
            self._replaced.add(item_id)
            self._adopted.discard(item_id)

    def is_leaving(self, item_id: str) -> bool:
        """Whether this run has deleted it, or replaces it."""
        with self._lock:
            return item_id in self._deleted | self._replaced

    @contextmanager
    def creating(self, wanted: Wanted) -> Iterator[None]:
        """One create at a time for each identity, so that two lanes cannot take over the same
        thing."""
        with self._lock:
            turn = self._turns[wanted.key]
        with turn:
            yield

    def find(self, wanted: Wanted, look: Look, deadline: Deadline) -> Found:
        """What `look` asks for, as it is now.

        A row of a listing may lag or be poorer than what it stands for, so each is confirmed by a
        GET.
        """
        with self._lock:
            # An identity that comes up again was lost by the engine since: what was listed before
            # is too old.
            fresh = look.fresh or wanted.key in self._looked_for
            self._looked_for.add(wanted.key)
            since = self._clock.monotonic() if fresh else NEVER
            held, created, deleted = set(self._held), set(self._created), set(self._deleted)
        try:
            rows = self._list(since, deadline)
        except RejectedError as error:
            # Before anything was sent, a workspace that cannot be seen is left to the create
            # itself: its answer says so.
            if fresh or error.status not in (404, 405):
                raise
            rows = ()
        found = Found()
        for row in rows:
            named = wanted.is_named_by(row)
            in_the_way = look.in_the_way and (
                wanted.is_blocked_by(row) or (len(rows) <= MOST_READ and not wanted.shows(row))
            )
            if row["id"] in deleted or not (named or in_the_way):
                continue
            has_a_resource = row["id"] in held or (
                # A derived name that comes up again is one that the engine lost.
                row["id"] in created and not (named and wanted.derived)
            )
            if has_a_resource and not look.in_the_way:
                continue
            item = self._collection.get(row["id"], deadline)
            if item is not None and (named or wanted.is_blocked_by(item)):
                (found.held if has_a_resource else found.free).append(item)
        return found

    def _list(self, since: float, deadline: Deadline) -> tuple[Item, ...]:
        """All of them, listed at `since` or later: one lane lists, the others wait for its
        result."""
        with self._listing:
            if self._listed_at == NEVER or self._listed_at < since:
                started = self._clock.monotonic()
                rows = chain.from_iterable(self._collection.pages(deadline))
                self._rows = tuple({row["id"]: row for row in rows}.values())
                self._listed_at = started
            return self._rows
