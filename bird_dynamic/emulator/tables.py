"""Versioned tables, for stale reads, as from an API with lagging replicas.

A deleted row stays with its time of deletion, a changed one with its earlier values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar


@dataclass(kw_only=True)
class Row:
    """An item as the API returns it, with the times of its creation, changes and deletion.

    Each time has two forms: number of changes of the store (`…_version`) and seconds (`…_at`).
    `leaves_at` is the time at which an accepted delete takes effect. `earlier` has, for each
    change, its version, its time, and the previous value.
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
        """The version of its last change."""
        changed = self.earlier[-1][0] if self.earlier else self.created_version
        return max(changed, self.deleted_version or 0)

    def existed(self, version: float, moment: float) -> bool:
        """Whether it existed at that version of the store, and at that time."""
        if self.created_version > version or self.created_at > moment:
            return False
        if self.deleted_version is None or self.deleted_at is None:
            return True
        return self.deleted_version > version or self.deleted_at > moment

    def change(self, wire: dict[str, Any], version: int, moment: float) -> None:
        """Change it, and record the previous value."""
        self.earlier.append((version, moment, self.wire))
        self.wire = {**self.wire, **wire}


RowType = TypeVar("RowType", bound=Row)


class Table(dict[str, RowType]):
    """Rows by id, in order of creation, including deleted ones."""

    def live(self) -> Iterator[RowType]:
        """The existing rows, oldest first."""
        return (each for each in self.values() if each.deleted_version is None)

    def find(self, row_id: str) -> RowType | None:
        """The existing row with that id, or None."""
        found = self.get(row_id)
        return found if found and found.deleted_version is None else None

    def before_last_change(self) -> list[RowType]:
        """The rows as they were before this table's last change."""
        return self.as_of(version=max((each.last_change for each in self.values()), default=0) - 1)

    def as_of(
        self, *, version: float = float("inf"), moment: float = float("inf")
    ) -> list[RowType]:
        """The rows as they were at that version of the store, and at that time."""
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
