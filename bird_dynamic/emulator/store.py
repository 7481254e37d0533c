"""The data of the emulated workspace: phone numbers, and one table per kind of item. Optionally
stored in a file.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from bird_dynamic.emulator.checks import (
    Problems,
    boolean,
    demand,
    holding,
    mapping,
    nullable,
    number,
    several,
    text,
    whole,
)
from bird_dynamic.emulator.phone_numbers import NUMBERS, PhoneNumber
from bird_dynamic.emulator.tables import Row, Table

ACCESS_KEY = "fake-access-key-for-the-emulator"
WORKSPACE_ID = "b17d0000-0000-4000-8000-000000000001"
ORGANIZATION_ID = "b17d0000-0000-4000-8000-0000000000ff"


class StateFileError(Exception):
    """The file of the workspace cannot be read or written. The text names it and says what to
    do."""


@dataclass(kw_only=True)
class StoredConnector(Row):
    """A connector as the API returns it, and its hidden properties."""

    channel_id: str
    conversational: bool
    reads: int = 0
    channel_status: str = "active"


_ROWS: dict[str, type[Row]] = {"connectors": StoredConnector}
"""Row classes other than `Row`, by kind."""


def _check_change(value: Any, path: str) -> Problems:
    match value:
        case [int(), int() | float(), dict()]:
            return {}
    return {path: ["must be a version, a time and a value"]}


_MOMENT = number(-1e12)
_ROW = holding(
    {
        "wire": holding({"id": text()}),
        "created_version": whole(0),
        "created_at": _MOMENT,
        "deleted_version": nullable(whole(0)),
        "deleted_at": nullable(_MOMENT),
        "leaves_at": nullable(_MOMENT),
        "earlier": several(_check_change),
        "channel_id": text(),
        "conversational": boolean(),
        "reads": whole(0),
        "channel_status": text(),
    }
)
"""Checks a row in a file."""


@dataclass
class Store:
    """One workspace. `tables` has the rows of each kind, by a name such as `webhook-subscriptions`.

    `path` is the file in which it is saved after every change, if any. `now` is the server's time.
    `changed` is called with the kind and the row of each created, changed or deleted item.
    """

    numbers: dict[str, PhoneNumber] = field(default_factory=dict)
    tables: defaultdict[str, Table[Row]] = field(default_factory=lambda: defaultdict(Table))
    version: int = 0
    path: str | None = None
    now: Callable[[], float] = time.time
    changed: Callable[[str, Row], None] = lambda kind, row: None
    _held: int = field(default=0, init=False)

    @classmethod
    def with_numbers(cls, count: int = len(NUMBERS)) -> Store:
        """A workspace with fictitious phone numbers and nothing else."""
        numbers = map(PhoneNumber.made_up, range(count))
        return cls(numbers={number.id: number for number in numbers})

    @classmethod
    def from_file(cls, path: str) -> Store:
        """The workspace in a file, or a new one that is saved there. Raises StateFileError."""
        store = cls.with_numbers()
        store.path = path
        if os.path.islink(path):
            raise StateFileError(f"{path} is a symlink; name the file itself")
        if os.path.exists(path) and not os.path.isfile(path):
            raise StateFileError(f"{path} is not a file; choose another file")
        try:
            if os.path.exists(path):
                with open(path, encoding="utf-8") as file:
                    store._restore(json.load(file))
        except OSError as error:
            raise StateFileError(f"{path}: {error.strerror}; choose another file") from None
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            raise StateFileError(
                f"{path} is damaged, or was not written by bird-emulator; choose another file. It "
                "was not changed"
            ) from None
        # A file that cannot be written is told now, not at the first request.
        store.save()
        return store

    def _restore(self, kept: dict[str, Any]) -> None:
        self.version = kept.pop("version")
        demand(whole(0), self.version)
        demand(mapping(several(_ROW)), kept)
        for name, rows in kept.items():
            kind = re.sub("[A-Z]", lambda match: f"-{match[0].lower()}", name)
            row_class = _ROWS.get(kind, Row)
            self.tables[kind].update((each["wire"]["id"], row_class(**each)) for each in rows)

    @property
    def connectors(self) -> Table[StoredConnector]:
        """The connectors, each with its channel."""
        return cast("Table[StoredConnector]", self.tables["connectors"])

    @property
    def calls(self) -> Table[Row]:
        """The calls."""
        return self.tables["calls"]

    @property
    def webhook_subscriptions(self) -> Table[Row]:
        """The webhook subscriptions."""
        return self.tables["webhook-subscriptions"]

    def find_channel(self, channel_id: str) -> StoredConnector | None:
        """The connector of this channel."""
        return next(
            (each for each in self.connectors.live() if each.channel_id == channel_id), None
        )

    def add(self, kind: str, wire: dict[str, Any], **hidden: Any) -> Row:
        """Add an item. `hidden`: properties of its row that the API does not return."""
        added = _ROWS.get(kind, Row)(
            wire=wire, created_version=self._next_version(), created_at=self.now(), **hidden
        )
        self.tables[kind][wire["id"]] = added
        self.changed(kind, added)
        self.save()
        return added

    def change(self, item_id: str, /, **wire: Any) -> None:
        """Change an item. Raises LookupError if it does not exist."""
        kind, row = self._found(item_id)
        row.change(wire, self._next_version(), self.now())
        self.changed(kind, row)
        self.save()

    def remove(self, item_id: str, now: float | None = None) -> None:
        """Delete an item, and the calls of a connector's channel with it. Raises LookupError if it
        does not exist."""
        kind, gone = self._found(item_id)
        rows = [(kind, gone)]
        if isinstance(gone, StoredConnector):
            rows += [
                ("calls", each)
                for each in self.tables["calls"].live()
                if each.wire["channelId"] == gone.channel_id
            ]
        version = self._next_version()
        for each, row in rows:
            row.deleted_version, row.deleted_at = version, self.now() if now is None else now
            self.changed(each, row)
        self.save()

    def leave(self, item_id: str, moment: float) -> None:
        """Accept the deletion of an item, which takes effect at that moment. Raises LookupError if
        it does not exist."""
        kind, row = self._found(item_id)
        row.leaves_at = moment
        self.changed(kind, row)
        self.save()

    def clear(self) -> None:
        """Remove everything but the phone numbers."""
        self.tables.clear()
        self.save()

    @contextmanager
    def saved_once(self) -> Iterator[None]:
        """Save at the end of this block, instead of after each change in it. Raises
        StateFileError."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
        self.save()

    def save(self) -> None:
        """Replace the file, if any, atomically. Raises StateFileError; the file is then as it was,
        and the next save writes everything."""
        if self.path is None or self._held:
            return
        kept: dict[str, Any] = {"version": self.version}
        # Always write these keys, even without rows: earlier releases require `connectors`.
        for kind in ("connectors", "calls", "webhook-subscriptions", *self.tables):
            name = re.sub("-(.)", lambda match: match[1].upper(), kind)
            kept[name] = [vars(each) for each in self.tables[kind].values()]
        text = json.dumps(kept)
        try:
            _replace_file(self.path, text)
        except OSError as error:
            raise StateFileError(f"{self.path}: {error.strerror}; choose another file") from None

    def _found(self, item_id: str) -> tuple[str, Row]:
        for kind, table in self.tables.items():
            if found := table.find(item_id):
                return kind, found
        raise LookupError(item_id)

    def _next_version(self) -> int:
        self.version += 1
        return self.version


def _replace_file(path: str, text: str) -> None:
    # For this user only: webhook subscriptions have signing keys.
    descriptor, temporary = tempfile.mkstemp(dir=os.path.dirname(path) or ".")
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
