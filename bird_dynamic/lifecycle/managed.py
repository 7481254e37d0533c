"""Tracks which ids the resources of this run manage, as far as the engine has shown them.

It prevents two mistakes. A create must not treat a managed item as a leftover. And a delete must
not remove an item that another resource manages: two entries of a state can have the same connector
(adopted by one before the other was shown, imported twice, moved between stacks).

An id that is not tracked here may still be managed elsewhere (`--target`, another stack): this can
prove that an item is managed, never that it is not.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from bird_dynamic.bird.ids import canonical
from bird_dynamic.lifecycle.deletions import Deletions
from bird_dynamic.lifecycle.run_log import RunLog
from bird_dynamic.schema.naming import marks_of

Marks = frozenset[str]
"""The identity of a resource: the marks of its state and its inputs, which differ after a rename.
Empty if neither has one (states of release 0.1.0, imports)."""


class Standing(Enum):
    """How far an item is in the way of a resource that is created."""

    UNMANAGED = "No resource is known to manage it."
    DELETED = "This run, or an earlier one on this machine, has deleted it."
    KEPT = "A resource keeps it."
    LEAVING = "This run will replace it, and may delete it before its replacement is created."
    REPLACED = "The create of its replacement has begun: it is deleted at the end of the run."


@dataclass
class _Holder:
    """A resource that manages an id. `leaving`: this run replaces the item. `moving`: this run
    gives it another identity. `keeps`: certainly not replaced. `took_it`: claimed in this run
    (created, adopted or taken over)."""

    marks: Marks
    leaving: bool = False
    moving: bool = False
    keeps: bool = False
    took_it: bool = False

    def is_another_than(self, marks: Marks) -> bool:
        """Whether these marks identify another resource. If only one side has marks, the resources
        count as different; if neither has, as the same."""
        return self.marks != marks and not (self.marks & marks)


class ManagedItems:
    """The managed ids of one run. Thread-safe."""

    def __init__(self, log: RunLog | None = None, deletions: Deletions | None = None) -> None:
        self._log = log
        self._deletions = deletions
        self._lock = threading.Lock()
        self._known: set[str] = set()
        self._known_of: dict[str, set[str]] = defaultdict(set)
        self._deleted: dict[str, Marks] = {}
        self._read_only: set[str] = set()
        self._holders: dict[str, list[_Holder]] = defaultdict(list)
        self._wanted: dict[str, set[str]] = defaultdict(set)
        self._creating: set[str] = set()
        self._program: set[str] = set()
        self._diffed: set[str] = set()
        self._in_state: dict[str, str | None] = {}
        self._taken_here: set[str] = set()
        self._taken_elsewhere: set[str] = set()

    # Events.

    def mark_managed(self, item_id: str, marks: Marks = frozenset()) -> None:
        """A resource of the state manages the id."""
        self._happens("known", item_id, marks)

    def mark_missing(self, item_id: str) -> None:
        """The item no longer exists in Bird, although the state has it."""
        self._happens("missing", item_id)

    def mark_diffed(
        self, item_id: str, marks: Marks, *, leaving: bool, is_unchanged: bool = False
    ) -> None:
        """A resource of the state manages the id. `leaving`: this run replaces it. Any difference
        can still lead to a replacement (`replace_on_changes`), unless `is_unchanged`.

        A refresh calls diff too, before any check: this does not show whether the program still has
        the resource.
        """
        with self._lock:
            is_in_program = bool(marks & self._program)
            if is_in_program:
                self._diffed |= marks
            what = "leaving" if leaving else "keeps" if is_unchanged else "stays"
            what = what if is_in_program else "known"
            self._happens_locked(what, item_id, marks)

    def mark_moving(self, item_id: str, marks: Marks) -> None:
        """This run gives the item of a resource another identity, in place."""
        self._happens("moving", item_id, marks)

    def mark_moved(self, item_id: str, marks: Marks) -> None:
        """The item of a resource has its new identity."""
        self._happens("moved", item_id, marks)

    def mark_updated(self, item_id: str, marks: Marks) -> None:
        """A resource that manages the id is updated in place, so it is not replaced."""
        self._happens("keeps", item_id, marks)

    def mark_wanted(self, item_id: str, marks: Marks) -> None:
        """A new resource of the program will adopt the id."""
        self._happens("wanted", item_id, marks)

    def mark_creating(self, marks: Marks) -> None:
        """A create of the resource with these marks has begun."""
        self._happens("creating", "", marks)

    def mark_read_only(self, item_id: str) -> None:
        """The program reads an item that it does not manage (`get`)."""
        self._happens("read", item_id)

    def mark_deleted(self, item_id: str, marks: Marks) -> None:
        """This run deletes the item of a resource; a stale listing may still show it."""
        self._happens("deleted", item_id, marks)

    def mark_gone(self, item_id: str) -> None:
        """Bird has deleted the item, or accepted the delete: recorded for later runs too."""
        if self._deletions is not None:
            self._deletions.remember(canonical(item_id) or item_id)

    def mark_released(self, item_id: str, marks: Marks) -> None:
        """The resource that claimed the id does not manage it after all."""
        self._happens("released", item_id, marks)

    def mark_checked(self, marks: Marks, olds: Mapping[str, Any]) -> None:
        """The program has a resource with these marks; so has the state, if `olds` is not empty."""
        with self._lock:
            self._program |= marks
            if olds:
                for each in marks | marks_of(olds):
                    self._in_state[each] = canonical(olds.get("adopt"))

    # Questions.

    def is_replaced_unseen(self, marks: Marks) -> bool:
        """Whether the state already has a resource with these marks, and no diff has shown its id:
        its replacement was forced."""
        with self._lock:
            return bool(marks & self._in_state.keys()) and not marks & self._diffed

    def is_in_program(self, marks: Marks) -> bool:
        """Whether a check has shown that the program has a resource with these marks."""
        with self._lock:
            return bool(marks & self._program)

    def is_managed(self, item_id: str) -> bool:
        """Whether a resource is known to manage the id."""
        with self._lock:
            item_id = self._up_to_date(item_id)
            return item_id in self._known or bool(self._holders.get(item_id))

    def is_kept_by_another(self, item_id: str, marks: Marks) -> bool:
        """Whether another resource than the one with these marks manages the item, and this run
        does not replace it or give it another identity."""
        with self._lock:
            item_id = self._up_to_date(item_id)
            if holders := self._holders.get(item_id):
                return any(
                    not (holder.leaving or holder.moving) and holder.is_another_than(marks)
                    for holder in holders
                )
            known_of = self._known_of.get(item_id, set())
            return item_id in self._known and bool(known_of) and not known_of & marks

    def is_of(self, item_id: str, marks: Marks) -> bool:
        """Whether the resource with these marks manages the item."""
        with self._lock:
            holders = self._holders.get(self._up_to_date(item_id), ())
            return any(holder.marks & marks for holder in holders)

    def taken_elsewhere(self) -> int:
        """How many ids other processes of this run have claimed: a listing from before the last one
        does not show what they have created since."""
        with self._lock:
            self._up_to_date("")
            return len(self._taken_elsewhere)

    def is_deleted(self, item_id: str) -> bool:
        """Whether this run, or an earlier one on this machine, has deleted the item: a listing that
        still shows it is stale."""
        with self._lock:
            return self._is_deleted_locked(self._up_to_date(item_id))

    def is_leaving(self, item_id: str, marks: Marks) -> bool:
        """Whether a create with these marks replaces the item, so it must not adopt it again."""
        with self._lock:
            item_id = self._up_to_date(item_id)
            deleted_for = self._deleted.get(item_id)
            return (
                (deleted_for is not None and (not deleted_for or bool(deleted_for & marks)))
                or any(
                    not (holder.took_it or holder.is_another_than(marks))
                    for holder in self._holders[item_id]
                )
                or any(self._in_state.get(each) == item_id for each in marks)
            )

    def standing(self, item_id: str, mark: str) -> Standing:
        """How far the item is in the way of the resource with that mark, at one moment: other
        threads may delete it meanwhile."""
        with self._lock:
            item_id = self._up_to_date(item_id)
            holders = self._holders.get(item_id, [])
            if not holders and item_id not in self._known:
                return Standing.DELETED if self._is_deleted_locked(item_id) else Standing.UNMANAGED
            if not holders or not all(holder.leaving for holder in holders):
                return Standing.KEPT
            if all(
                self._took_any_locked(holder.marks)
                or (mark not in holder.marks and holder.marks & self._creating)
                for holder in holders
            ):
                return Standing.REPLACED
            # If its own item had to be deleted first, it would be gone already.
            is_own = any(mark in holder.marks for holder in holders)
            return Standing.KEPT if is_own else Standing.LEAVING

    def _is_deleted_locked(self, item_id: str) -> bool:
        return item_id in self._deleted or (
            self._deletions is not None and item_id in self._deletions
        )

    def _took_any_locked(self, marks: Marks) -> bool:
        return any(
            other.took_it and bool(other.marks & marks)
            for others in self._holders.values()
            for other in others
        )

    def claim(self, item_id: str, marks: Marks) -> bool:
        """Assign the id to a resource. False if a resource manages it and is not replaced."""
        with self._lock:
            item_id = self._up_to_date(item_id)
            holders = self._holders[item_id]
            if item_id in self._known and not holders:
                return False
            if any(not holder.leaving for holder in holders):
                return False
            self._happens_locked("taken", item_id, marks)
            return True

    def taken_from(self, item_id: str, marks: Marks) -> bool:
        """Whether another resource has claimed the id in this run, or will adopt it, although the
        program still has the resource with these marks."""
        with self._lock:
            item_id = self._up_to_date(item_id)
            if not marks:
                return False
            return bool(self._wanted[item_id] - marks) or any(
                holder.took_it and holder.is_another_than(marks)
                for holder in self._holders[item_id]
            )

    def is_shared(self, item_id: str, marks: Marks) -> bool:
        """Whether another resource manages the id and is not being replaced."""
        with self._lock:
            item_id = self._up_to_date(item_id)
            return any(
                not holder.leaving and holder.is_another_than(marks)
                for holder in self._holders[item_id]
            )

    def why_kept(self, item_id: str, marks: Marks) -> str | None:
        """Why the item must not be deleted; None if it may be."""
        with self._lock:
            item_id = self._up_to_date(item_id)
            for holder in self._holders[item_id]:
                if holder.took_it:
                    return "a resource of this run manages it: created, adopted or taken over"
                if holder.keeps:
                    # An interrupted replacement has left a second entry of the same resource.
                    return "the resource manages it again"
                if not holder.leaving and holder.is_another_than(marks):
                    return "another resource of this stack manages it too"
            if item_id in self._read_only:
                return "the program reads it (get)"
            return None

    def _happens(self, what: str, item_id: str, marks: Iterable[str] = ()) -> None:
        with self._lock:
            self._happens_locked(what, item_id, marks)

    def _happens_locked(self, what: str, item_id: str, marks: Iterable[str]) -> None:
        item_id = canonical(item_id) or item_id
        if what == "taken":
            self._taken_here.add(item_id)
        self._apply(what, item_id, frozenset(marks))
        if self._log is not None:
            self._log.append({"what": what, "id": item_id, "marks": sorted(marks)})

    def _up_to_date(self, item_id: str) -> str:
        """Apply the events of the other processes; return the id in canonical form."""
        if self._log is not None:
            for line in self._log.news():
                if line["what"] == "taken" and line["id"] not in self._taken_here:
                    self._taken_elsewhere.add(line["id"])
                self._apply(line["what"], line["id"], frozenset(line["marks"]))
        return canonical(item_id) or item_id

    def _apply(self, what: str, item_id: str, marks: Marks) -> None:
        # The file returns our own lines too, so this must be idempotent.
        match what:
            case "known":
                self._known.add(item_id)
                self._known_of[item_id] |= marks
            case "missing":
                self._known.discard(item_id)
                self._holders.pop(item_id, None)
            case "deleted":
                self._deleted[item_id] = marks
                self._known.discard(item_id)
                self._holders.pop(item_id, None)
            case "released":
                self._known.discard(item_id)
                self._holders[item_id] = [
                    holder for holder in self._holders[item_id] if holder.marks != marks
                ]
            case "read":
                self._read_only.add(item_id)
            case "creating":
                self._creating |= marks
            case "wanted":
                self._wanted[item_id] |= marks
            case "stays" | "keeps" | "leaving" | "moving" | "moved" | "taken":
                self._known.add(item_id)
                self._hold(what, item_id, marks)

    def _hold(self, what: str, item_id: str, marks: Marks) -> None:
        for holder in self._holders[item_id]:
            if not holder.is_another_than(marks):
                holder.marks |= marks
                break
        else:
            holder = _Holder(marks)
            self._holders[item_id].append(holder)
        holder.leaving = what == "leaving"
        holder.moving = what == "moving" or (holder.moving and what == "keeps")
        holder.keeps = what in ("keeps", "moved")
        holder.took_it = holder.took_it or what == "taken"
