"""Observed state for a create: items that may be its own, and items in conflict."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from bird_dynamic.bird import client as bird
from bird_dynamic.bird.clock import Deadline, held
from bird_dynamic.bird.errors import RejectedError
from bird_dynamic.bird.ids import canonical
from bird_dynamic.bird.models import Item
from bird_dynamic.lifecycle.desired import DesiredState, Match
from bird_dynamic.lifecycle.listing import ANY_AGE, Rows, SharedListing
from bird_dynamic.lifecycle.managed import ManagedItems, Marks, Standing
from bird_dynamic.lifecycle.mapping import value_at
from bird_dynamic.schema.fields import Held

MAX_SINGLE_READS = 100
"""Rows without a name, and rows that do not show what they hold, are read one by one only in
listings with at most this many of them."""
RECENT = 5.0
"""Age, in seconds, up to which creates of items without a name share a listing: without a token in
a name, the listing is all that prevents a second one."""


@dataclass(frozen=True)
class Observed:
    """The result of a `List` step.

    `unmanaged`: items that no resource is known to manage; each may be this create's own, or in
    conflict. The others are managed and in conflict: `kept` by a resource that keeps the item,
    `leaving` if this run will replace it, `replaced` if this run has begun to create its
    replacement and deletes it at the end. `doubled`: items without a name that another resource
    keeps, and that the create would double. `ids`: those of all rows. `is_complete`: whether all
    names are known. `server_time`: Bird's time.
    """

    unmanaged: tuple[Match, ...] = ()
    server_time: float | None = None
    kept: tuple[Item, ...] = ()
    leaving: tuple[Item, ...] = ()
    replaced: tuple[Item, ...] = ()
    doubled: tuple[Match, ...] = ()
    ids: Collection[str] = frozenset()
    is_complete: bool = True


class Observer:
    """Observes one collection in one run. Thread-safe."""

    def __init__(
        self, collection: bird.Collection, listing: SharedListing, managed: ManagedItems
    ) -> None:
        self._collection = collection
        self._listing = listing
        self._managed = managed
        self._clock = collection.client.clock
        self._lock = threading.Lock()
        self._seen_keys: set[str] = set()
        self._taken_elsewhere = 0
        self._not_before = ANY_AGE
        self._locks: dict[str, threading.Lock] = defaultdict(threading.Lock)

    @contextmanager
    def lock(self, desired: DesiredState, deadline: Deadline) -> Iterator[None]:
        """Run one create at a time per identity, so that two threads cannot take over the same
        item. Raises DeadlineError if another one takes too long."""
        with self._lock:
            lock = self._locks[desired.lock_key]
        with held(lock, deadline):
            yield

    def observe(
        self,
        desired: DesiredState,
        mark: str,
        deadline: Deadline,
        *,
        is_fresh: bool,
        with_conflicts: bool,
    ) -> Observed:
        """The observed state for the resource with that mark. `is_fresh`: do not use a listing that
        this run has cached. `with_conflicts`: include items in conflict.

        A list row may be stale or incomplete, so each candidate is confirmed by a GET.
        """
        with self._lock:
            # A second create of the same identity means that the engine lost the first result.
            is_fresh = is_fresh or desired.lock_key in self._seen_keys
            self._seen_keys.add(desired.lock_key)
        try:
            since = self._clock.monotonic() if is_fresh else self._since(desired)
            listed = self._listing.all(since, deadline)
        except RejectedError as error:
            # Nothing was sent yet: if the workspace does not exist, the create reports it.
            if is_fresh or error.status not in (404, 405):
                raise
            return Observed()
        is_complete = desired.mark is None or listed.nameless <= MAX_SINGLE_READS
        found: list[tuple[Item, Match]] = []
        for row in self._candidates(desired, listed, is_complete, with_conflicts):
            if (confirmed := self._confirmed(desired, row, deadline)) is not None:
                found.append(confirmed)
        return replace(self._sorted(found, mark), ids=listed.ids, is_complete=is_complete)

    def doubled_by_update(
        self, desired: DesiredState, item_id: str, marks: Marks, deadline: Deadline
    ) -> Item | None:
        """An item with the desired identity that an update of `item_id` to it would double, if
        there is one. Raises what the client raises."""
        for row in self._listing.all(self._since(desired), deadline).rows:
            other_id = row["id"]
            if canonical(other_id) in (None, canonical(item_id)):
                continue
            if not Match(desired, row).may_have_identity or self._managed.is_deleted(other_id):
                continue
            if self._managed.is_managed(other_id) and not self._managed.is_kept_by_another(
                other_id, marks
            ):
                continue
            confirmed = self._confirmed(desired, row, deadline)
            if confirmed is not None and confirmed[1].would_be_doubled:
                return confirmed[1].item
        return None

    def _since(self, desired: DesiredState) -> float:
        """The earliest begin of a listing that a first look may use."""
        if desired.schema.is_named:
            return ANY_AGE
        now, elsewhere = self._clock.monotonic(), self._managed.taken_elsewhere()
        with self._lock:
            if elsewhere != self._taken_elsewhere:
                self._taken_elsewhere, self._not_before = elsewhere, now
            return max(now - RECENT, self._not_before)

    def _confirmed(
        self, desired: DesiredState, row: Item, deadline: Deadline
    ) -> tuple[Item, Match] | None:
        """The item of a row, and what it is compared as; None if it does not exist."""
        item = self._collection.get(row["id"], deadline)
        if item is None:
            return None
        # A GET may return less than the listing.
        return item, Match(desired, {**row, **{key: item[key] for key in item if item[key]}})

    def observe_holders(
        self, desired: DesiredState, mark: str, ids: Iterable[str], deadline: Deadline
    ) -> Observed:
        """The same for the items with these ids, which hold what only one can hold; without those
        that are no conflict, such as connectors of another template."""
        found: list[tuple[Item, Match]] = []
        held = desired.schema.held
        if held is None:
            return self._sorted(found, mark)
        for item_id in ids:
            if self._managed.is_deleted(item_id):
                continue
            item = self._collection.get(item_id, deadline)
            if item is not None:
                holder = _as_holder(item, held, desired.body)
                found.append((item, Match(desired, holder)))
        return self._sorted(found, mark)

    def _sorted(self, found: Iterable[tuple[Item, Match]], mark: str) -> Observed:
        """Confirmed items, each with what it was compared as, by who manages them."""
        unmanaged: list[Match] = []
        kept: list[Item] = []
        leaving: list[Item] = []
        replaced: list[Item] = []
        doubled: list[Match] = []
        has_one, marks = False, frozenset({mark})
        for item, match in found:
            item_id = item["id"]
            standing = self._managed.standing(item_id, mark)
            if standing is Standing.DELETED and not match.is_proven:
                # It was deleted since it was read.
                continue
            if standing in (Standing.UNMANAGED, Standing.DELETED):
                if match.may_be_ours or match.is_in_conflict:
                    unmanaged.append(match)
            elif not match.desired.schema.is_named and match.would_be_doubled:
                # The replacement of one of two equal ones doubles nothing.
                has_one = has_one or self._managed.is_of(item_id, marks)
                if self._managed.is_kept_by_another(item_id, marks):
                    doubled.append(match)
            elif not match.is_in_conflict:
                continue
            elif standing is Standing.REPLACED:
                replaced.append(item)
            elif standing is Standing.LEAVING:
                leaving.append(item)
            else:
                kept.append(item)
        return Observed(
            unmanaged=tuple(unmanaged),
            kept=tuple(kept),
            leaving=tuple(leaving),
            replaced=tuple(replaced),
            doubled=() if has_one else tuple(doubled),
        )

    def _candidates(
        self, desired: DesiredState, listed: Rows, is_complete: bool, with_conflicts: bool
    ) -> Iterator[Item]:
        """The rows that may be ours or in conflict, so that a GET is needed."""
        reads_poor_rows = len(listed.rows) <= MAX_SINGLE_READS
        for row in listed.rows:
            match = Match(desired, row)
            may_be_ours = (match.may_have_identity or match.was_left) and (
                is_complete or isinstance(row.get("name"), str)
            )
            may_conflict = with_conflicts and (
                match.is_in_conflict or (reads_poor_rows and not match.shows_what_it_holds)
            )
            # Checked last, because it takes locks and reads files.
            if not (may_conflict or may_be_ours) or canonical(row["id"]) is None:
                continue
            if self._managed.is_deleted(row["id"]) and not match.is_proven:
                continue
            if may_conflict or not (
                desired.schema.is_named and self._managed.is_managed(row["id"])
            ):
                yield row


def _as_holder(item: Item, held: Held, body: Mapping[str, Any]) -> Item:
    """The item of a holder: it holds what is asked for, whatever else it states, or omits."""
    outer, name = held.path
    return {**item, outer: {name: value_at(held.path, body)}}
