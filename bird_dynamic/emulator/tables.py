"""Rows of which nothing is ever forgotten, so that a read may be answered as of an earlier moment,
as an API whose replicas lag would do.

A deleted row stays with its time of deletion, a changed one with what it was before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar


@dataclass(kw_only=True)
class Row:
    """A thing as the API shows it, and when it came, changed and went.

    Times are told twice: in changes of the store so far (`…_version`) and in seconds (`…_at`).
    `leaves_at` is when a deletion that was accepted is carried out. `earlier` has, for each
    change, its version, its moment, and what the row was until then.
    """

    wire: dict[str, Any]
    created_version: int
    created_at: float
    deleted_version: int | None = None
    deleted_at: float | None = None
    leaves_at: float | None = None
    earlier: list[tuple[int, float, dict[str, Any]]] = field(default_factory=list)

    @property
    def last_change(self) -> int:
        """The version that created, changed or deleted it last."""
        changed = self.earlier[-1][0] if self.earlier else self.created_version
        return max(changed, self.deleted_version or 0)

    def existed(self, version: float, moment: float) -> bool:
        """Whether it existed after that many changes of the store, and at that moment."""
        if self.created_version > version or self.created_at > moment:
            return False
        if self.deleted_version is None or self.deleted_at is None:
            return True
        return self.deleted_version > version or self.deleted_at > moment

    def change(self, wire: dict[str, Any], version: int, moment: float) -> None:
        """Change it, and remember what it was."""
        self.earlier.append((version, moment, self.wire))
        self.wire = {**self.wire, **wire}


RowType = TypeVar("RowType", bound=Row)


class Table(dict[str, RowType]):
    """Rows by id, in the order in which they came; the deleted ones too."""

    def live(self) -> Iterator[RowType]:
        """The rows that exist, oldest first."""
        return (each for each in self.values() if each.deleted_version is None)

    def find(self, row_id: str) -> RowType | None:
        """A row that exists."""
        found = self.get(row_id)
        return found if found and found.deleted_version is None else None

    def before_last_change(self) -> list[RowType]:
        """The rows as they were before this table's last change."""
        return self.as_of(version=max((each.last_change for each in self.values()), default=0) - 1)

    def as_of(
        self, *, version: float = float("inf"), moment: float = float("inf")
    ) -> list[RowType]:
        """The rows as they were after that many changes of the store, at that moment."""
        return [
            _as_it_was(each, version, moment)
            for each in self.values()
            if each.existed(version, moment)
        ]


def _as_it_was(row: RowType, version: float, moment: float) -> RowType:
    for changed_version, changed_at, wire in row.earlier:
        if changed_version > version or changed_at > moment:
            return replace(row, wire=wire)
    return row
