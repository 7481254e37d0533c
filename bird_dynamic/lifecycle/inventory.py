"""What one engine run knows of a collection, such as a workspace's connectors, shared by all lanes
so that it is listed as rarely as possible.

One `Inventory` lives as long as the provider's process: one run of the engine. What resources are
known to have (`ManagedItems`) is never the remains of an interrupted create.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from itertools import chain

from bird_dynamic.bird import client as bird
from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.errors import RejectedError
from bird_dynamic.bird.models import Item
from bird_dynamic.lifecycle.creation import Look, Seen
from bird_dynamic.lifecycle.managed import ManagedItems
from bird_dynamic.lifecycle.wanted import Wanted

NEVER = float("-inf")
MOST_READ = 100
"""Rows of a listing so poor that they tell nothing are read one by one where there are no more."""


class Inventory:
    """One collection. Thread-safe."""

    def __init__(self, collection: bird.Collection, managed: ManagedItems) -> None:
        self._collection = collection
        self._managed = managed
        self._clock = collection.sender.clock
        self._listing = threading.Lock()
        self._rows: tuple[Item, ...] = ()
        self._ids: Collection[str] = frozenset()
        self._nameless = 0
        self._listed_at = NEVER
        self._lock = threading.Lock()
        self._looked_for: set[str] = set()
        self._turns: dict[str, threading.Lock] = defaultdict(threading.Lock)

    @contextmanager
    def creating(self, wanted: Wanted) -> Iterator[None]:
        """One create at a time for each identity, so that two lanes cannot take over the same
        thing."""
        with self._lock:
            turn = self._turns[wanted.key]
        with turn:
            yield

    def find(self, wanted: Wanted, look: Look, deadline: Deadline, mark: str) -> Seen:
        """What `look` asks for, for the resource with that mark, as it is now. Bird's time is left
        to the caller.

        A row of a listing may lag or be poorer than what it stands for, so each is confirmed by a
        GET.
        """
        with self._lock:
            # An identity that comes up again was lost by the engine since: what was listed before
            # is too old.
            fresh = look.fresh or wanted.key in self._looked_for
            self._looked_for.add(wanted.key)
            since = self._clock.monotonic() if fresh else NEVER
        try:
            rows, ids = self._list(since, deadline)
        except RejectedError as error:
            # Before anything was sent, a workspace that cannot be seen is left to the create
            # itself: its answer says so.
            if fresh or error.status not in (404, 405):
                raise
            return Seen((), None)
        tells_all = wanted.mark is None or self._nameless <= MOST_READ
        free: list[Item] = []
        held: list[Item] = []
        leaving: list[Item] = []
        replaced: list[Item] = []
        for row in rows:
            may_be = wanted.may_be(row) and (tells_all or isinstance(row.get("name"), str))
            in_the_way = look.in_the_way and (
                wanted.is_blocked_by(row) or (len(rows) <= MOST_READ and not wanted.shows(row))
            )
            if not (may_be or in_the_way) or self._managed.is_deleted(row["id"]):
                continue
            is_managed = self._managed.is_managed(row["id"])
            if is_managed and not in_the_way:
                continue
            item = self._collection.get(row["id"], deadline)
            if item is None:
                continue
            if not is_managed and (wanted.may_be(item) or wanted.is_blocked_by(item)):
                free.append(item)
            elif is_managed and wanted.is_blocked_by(item):
                if self._managed.is_replaced(row["id"]):
                    replaced.append(item)
                elif self._managed.is_about_to_go(row["id"], mark):
                    leaving.append(item)
                else:
                    held.append(item)
        return Seen(
            items=tuple(free),
            at=None,
            held=tuple(held),
            leaving=tuple(leaving),
            replaced=tuple(replaced),
            listed=ids,
            complete=tells_all,
        )

    def _list(self, since: float, deadline: Deadline) -> tuple[tuple[Item, ...], Collection[str]]:
        """All of them, listed at `since` or later, and their ids: one lane lists, the others wait
        for its result."""
        with self._listing:
            if self._listed_at == NEVER or self._listed_at < since:
                started = self._clock.monotonic()
                rows = chain.from_iterable(self._collection.pages(deadline))
                by_id = {row["id"]: row for row in rows}
                self._rows, self._ids = tuple(by_id.values()), by_id.keys()
                self._nameless = sum(not isinstance(row.get("name"), str) for row in self._rows)
                self._listed_at = started
            return self._rows, self._ids
