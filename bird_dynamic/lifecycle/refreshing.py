"""Reading many connectors (or whatever a collection holds) with few requests.

A refresh reads every resource, one by one, and nobody says how many there will be. So the first few
are read by a GET each; then pages of the listing are fetched, two for every further read, and reads
are answered from their rows. One resource in a huge workspace costs one GET; a thousand in a
workspace of their own cost ten pages and a few GETs.

A row is never the last word: what is missing from the listing, and what is poorer than the state,
is read by a GET.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bird_dynamic.bird.client import Collection
from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.errors import BirdError
from bird_dynamic.bird.models import Item

SINGLE_READS = 3
PAGES_PER_READ = 2
LONGEST_TRUST = 60.0
"""Seconds after which a listing that was begun is begun anew."""


@dataclass
class _Refresh:
    """One refresh: who was asked for, and the rows that nobody has asked for yet."""

    began: float
    asked: set[str] = field(default_factory=set)
    rows: dict[str, Item] = field(default_factory=dict)
    listing: Iterator[tuple[Item, ...]] | None = None
    pages: int = 0
    complete: bool = False


class SharedReads:
    """The reads of one collection in one run. Thread-safe."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._clock = collection.sender.clock
        self._lock = threading.Lock()
        self._refresh = _Refresh(self._clock.monotonic())

    def read(self, item_id: str, enough: Callable[[Item], bool], deadline: Deadline) -> Item | None:
        """It as it is now, or None where it is gone.

        `enough` tells whether a row of the listing says all that is needed.
        """
        with self._lock:
            row = self._row(item_id, deadline)
        if row is not None and enough(row):
            return row
        return self._collection.get(item_id, deadline)

    def forget(self, item_id: str) -> None:
        """It is being changed: a row that shows it is out of date."""
        with self._lock:
            self._refresh.rows.pop(item_id, None)

    def _row(self, item_id: str, deadline: Deadline) -> Item | None:
        now = self._clock.monotonic()
        # Asked for again: another refresh has begun. So no row is ever used twice.
        if item_id in self._refresh.asked or now - self._refresh.began > LONGEST_TRUST:
            self._refresh = _Refresh(now)
        refresh = self._refresh
        refresh.asked.add(item_id)
        allowed = PAGES_PER_READ * (len(refresh.asked) - SINGLE_READS)
        while item_id not in refresh.rows and refresh.pages < allowed:
            if refresh.complete:
                return None
            self._fetch(refresh, deadline)
        return refresh.rows.pop(item_id, None)

    def _fetch(self, refresh: _Refresh, deadline: Deadline) -> None:
        if refresh.listing is None:
            refresh.listing = self._collection.pages(deadline)
        refresh.pages += 1
        try:
            page = next(refresh.listing, None)
        except BirdError:
            # Whatever keeps the listing from being read, each item can still be read by itself.
            page = None
        refresh.complete = page is None
        refresh.rows |= {row["id"]: row for row in page or ()}
