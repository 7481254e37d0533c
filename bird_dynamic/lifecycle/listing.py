"""The listing of a collection, shared by all operations of one engine run.

A create needs all rows, to find existing items. A refresh reads the resources one by one, and their
number is not known in advance. So the first few reads use a GET each; every further read fetches
two pages of the listing, and reads are answered from its rows. One resource in a huge workspace
costs one GET; a thousand in a workspace of their own cost ten pages and a few GETs.

A row is not authoritative: an item that is missing from the listing, or whose row is incomplete, is
read by a GET.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import cached_property

from bird_dynamic.bird import client as bird
from bird_dynamic.bird.clock import Deadline, held
from bird_dynamic.bird.errors import BirdError
from bird_dynamic.bird.models import Item

SINGLE_READS = 3
PAGES_PER_READ = 2
MAX_AGE = 60.0
"""Seconds after which a read is no longer answered from a listing."""
ANY_AGE = float("-inf")


@dataclass(frozen=True)
class Rows:
    """The rows of a listing, the ids of all that were listed (also of rows dropped since), and the
    number of rows without a name."""

    rows: Collection[Item]
    ids: Collection[str]
    nameless: int


@dataclass
class _Listing:
    """One listing: the pages still to fetch, the rows fetched so far, and the ids read from it."""

    began: float
    pages: bird.Pages
    rows: dict[str, Item] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    fetched: int = 0
    is_complete: bool = False
    is_broken: bool = False
    read: set[str] = field(default_factory=set)

    def fetch(self, deadline: Deadline) -> None:
        """Fetch one more page. Raises what the client raises."""
        self.fetched += 1
        try:
            page = self.pages.next(deadline)
        except BirdError:
            self.is_broken = True
            raise
        self.is_complete = page is None
        self.rows |= {row["id"]: row for row in page or ()}
        self.ids |= {row["id"] for row in page or ()}

    @cached_property
    def all_rows(self) -> Rows:
        """The rows of a complete listing; cached, because many creates use them."""
        rows = tuple(self.rows.values())
        nameless = sum(not isinstance(row.get("name"), str) for row in rows)
        return Rows(rows, frozenset(self.ids), nameless)

    def forget(self, item_id: str) -> None:
        """Drop a stale row."""
        self.rows.pop(item_id, None)
        self.__dict__.pop("all_rows", None)

    def put(self, row: Item) -> None:
        """Put in a row that is newer than the listing."""
        self.rows[row["id"]] = row
        self.__dict__.pop("all_rows", None)


class SharedListing:
    """The listing of one collection in one run. Thread-safe: one thread lists, the others wait for
    its result."""

    def __init__(self, collection: bird.Collection) -> None:
        self._collection = collection
        self._clock = collection.client.clock
        self._lock = threading.Lock()
        self._listing: _Listing | None = None

    def all(self, since: float, deadline: Deadline) -> Rows:
        """All rows of a listing that began at `since` (monotonic clock) or later. Raises what the
        client raises: an incomplete listing is never used."""
        with held(self._lock, deadline):
            listing = self._listing
            if listing is None or listing.is_broken or listing.began < since:
                listing = self._begin()
            while not listing.is_complete:
                listing.fetch(deadline)
            return listing.all_rows

    def read(
        self, item_id: str, is_enough: Callable[[Item], bool], deadline: Deadline
    ) -> Item | None:
        """The current item, or None if it does not exist. `is_enough`: whether a row is complete
        enough to replace a GET."""
        with held(self._lock, deadline):
            row = self._row(item_id, deadline)
        if row is not None and is_enough(row):
            return row
        return self._collection.get(item_id, deadline)

    def forget(self, item_id: str) -> None:
        """Drop the row of an item that is being changed."""
        with self._lock:
            if self._listing is not None:
                self._listing.forget(item_id)

    def put(self, row: Item) -> None:
        """Put in the row of an item that was changed."""
        with self._lock:
            if self._listing is not None:
                self._listing.put(row)

    def _begin(self) -> _Listing:
        self._listing = _Listing(self._clock.monotonic(), bird.Pages(self._collection))
        return self._listing

    def _row(self, item_id: str, deadline: Deadline) -> Item | None:
        listing = self._listing
        # A second read of the same id means that another refresh has begun: list again.
        if (
            listing is None
            or item_id in listing.read
            or self._clock.monotonic() - listing.began > MAX_AGE
        ):
            listing = self._begin()
        listing.read.add(item_id)
        allowed = PAGES_PER_READ * (len(listing.read) - SINGLE_READS)
        while item_id not in listing.rows and listing.fetched < allowed:
            if listing.is_complete or listing.is_broken:
                break
            try:
                listing.fetch(deadline)
            except BirdError:
                # Without a listing, each item can still be read by a GET.
                break
        return listing.rows.get(item_id)
