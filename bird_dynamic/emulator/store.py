"""What the emulated workspace holds: phone numbers, connectors, channels. Plain data, kept in a
file if asked to.

Nothing is ever forgotten: a deleted connector stays with its time of deletion, so that a read may
be answered as of an earlier moment, as an API whose replicas lag would do.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

ACCESS_KEY = "fake-access-key-for-the-emulator"
WORKSPACE_ID = "b17d0000-0000-4000-8000-000000000001"
ORGANIZATION_ID = "b17d0000-0000-4000-8000-0000000000ff"

_NUMBERS = (
    ("+3197010200001", "NL", "local", ("voice", "sms")),
    ("+3197010200002", "NL", "local", ("voice", "sms")),
    ("+3197010200003", "NL", "mobile", ("sms",)),
    ("+12025550101", "US", "local", ("voice", "sms", "mms")),
    ("+12025550102", "US", "toll-free", ("voice",)),
    ("+12025550103", "US", "local", ("voice", "sms")),
    ("+442079460001", "GB", "local", ("voice",)),
    ("+442079460002", "GB", "local", ("voice", "sms")),
    ("+4930231250001", "DE", "national", ("voice",)),
    ("+4930231250002", "DE", "local", ("voice",)),
    ("+33199000001", "FR", "local", ("voice", "sms")),
    ("+61255500001", "AU", "local", ("voice", "sms")),
)
_FIRST_NUMBER_ID = "2cffb55c-120e-91a8-8f10-ed9d1b412d29"


@dataclass(frozen=True)
class PhoneNumber:
    """A number of the workspace. The numbers are from ranges that are set aside for fiction, or
    invented."""

    id: str
    number: str
    country: str
    type: str
    capabilities: tuple[str, ...]

    @classmethod
    def made_up(cls, index: int) -> PhoneNumber:
        """The index-th number; its id is always the same."""
        if index < len(_NUMBERS):
            number, country, kind, capabilities = _NUMBERS[index]
        else:
            number, country, kind, capabilities = (
                f"+3197020{index:06d}",
                "NL",
                "local",
                ("voice", "sms"),
            )
        number_id = _FIRST_NUMBER_ID if index == 0 else str(uuid.uuid5(uuid.NAMESPACE_URL, number))
        return cls(number_id, number, country, kind, tuple(capabilities))


@dataclass
class StoredConnector:
    """A connector as the API shows it, and what the API does not show."""

    wire: dict[str, Any]
    channel_id: str
    conversational: bool
    created_version: int
    created_at: float
    deleted_version: int | None = None
    deleted_at: float | None = None
    reads: int = 0

    def existed(self, version: float, moment: float) -> bool:
        """Whether it existed after that many changes of the store, and at that moment."""
        if self.created_version > version or self.created_at > moment:
            return False
        if self.deleted_version is None or self.deleted_at is None:
            return True
        return self.deleted_version > version or self.deleted_at > moment


@dataclass
class Store:
    """One workspace. `path` is the file that holds it after every change, if any."""

    numbers: dict[str, PhoneNumber] = field(default_factory=dict)
    connectors: dict[str, StoredConnector] = field(default_factory=dict)
    version: int = 0
    path: str | None = None

    @classmethod
    def with_numbers(cls, count: int = len(_NUMBERS)) -> Store:
        """A workspace with made-up phone numbers and no connectors."""
        numbers = map(PhoneNumber.made_up, range(count))
        return cls(numbers={number.id: number for number in numbers})

    @classmethod
    def kept_in(cls, path: str) -> Store:
        """The workspace that a file holds, or a new one that will be kept there."""
        store = cls.with_numbers()
        store.path = path
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                kept = json.load(file)
            store.version = kept["version"]
            store.connectors = {
                each["wire"]["id"]: StoredConnector(**each) for each in kept["connectors"]
            }
        return store

    def live(self) -> Iterator[StoredConnector]:
        """The connectors that exist, oldest first."""
        return (each for each in self.connectors.values() if each.deleted_version is None)

    def as_of(
        self, *, version: float = float("inf"), moment: float = float("inf")
    ) -> list[StoredConnector]:
        """The connectors that existed after that many changes, at that moment."""
        return [each for each in self.connectors.values() if each.existed(version, moment)]

    def find(self, connector_id: str) -> StoredConnector | None:
        """A connector that exists."""
        found = self.connectors.get(connector_id)
        return found if found and found.deleted_version is None else None

    def find_channel(self, channel_id: str) -> StoredConnector | None:
        """The connector that has this channel."""
        return next((each for each in self.live() if each.channel_id == channel_id), None)

    def add(
        self, wire: dict[str, Any], channel_id: str, conversational: bool, now: float
    ) -> StoredConnector:
        """Put a connector in."""
        self.version += 1
        added = StoredConnector(wire, channel_id, conversational, self.version, now)
        self.connectors[wire["id"]] = added
        self.save()
        return added

    def remove(self, connector_id: str, now: float) -> None:
        """Delete a connector, and its channel with it."""
        self.version += 1
        gone = self.connectors[connector_id]
        gone.deleted_version, gone.deleted_at = self.version, now
        self.save()

    def change(self, connector_id: str, **wire: Any) -> None:
        """Change a connector behind everybody's back, as somebody in Bird's dashboard could."""
        self.connectors[connector_id].wire.update(wire)
        self.save()

    def clear(self) -> None:
        """Forget all connectors."""
        self.connectors.clear()
        self.save()

    def save(self) -> None:
        """Replace the file, if there is one, in one step."""
        if self.path is None:
            return
        kept = {
            "version": self.version,
            "connectors": [asdict(each) for each in self.connectors.values()],
        }
        temporary = f"{self.path}.new"
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump(kept, file)
        os.replace(temporary, self.path)
