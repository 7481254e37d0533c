"""What the emulated workspace holds: phone numbers, connectors with their channels, calls, webhook
subscriptions. Plain data, kept in a file if asked to.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from typing import Any

from bird_dynamic.emulator.phone_numbers import NUMBERS, PhoneNumber
from bird_dynamic.emulator.tables import Row, Table

ACCESS_KEY = "fake-access-key-for-the-emulator"
WORKSPACE_ID = "b17d0000-0000-4000-8000-000000000001"
ORGANIZATION_ID = "b17d0000-0000-4000-8000-0000000000ff"


@dataclass(kw_only=True)
class StoredConnector(Row):
    """A connector as the API shows it, and what the API does not show."""

    channel_id: str
    conversational: bool
    reads: int = 0


@dataclass
class Store:
    """One workspace. `path` is the file that holds it after every change, if any."""

    numbers: dict[str, PhoneNumber] = field(default_factory=dict)
    connectors: Table[StoredConnector] = field(default_factory=Table)
    calls: Table[Row] = field(default_factory=Table)
    webhook_subscriptions: Table[Row] = field(default_factory=Table)
    version: int = 0
    path: str | None = None

    @classmethod
    def with_numbers(cls, count: int = len(NUMBERS)) -> Store:
        """A workspace with made-up phone numbers and nothing else."""
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
            for each in kept["connectors"]:
                store.connectors[each["wire"]["id"]] = StoredConnector(**each)
            # Files of the first release have connectors only.
            for each in kept.get("calls", ()):
                store.calls[each["wire"]["id"]] = Row(**each)
            for each in kept.get("webhookSubscriptions", ()):
                store.webhook_subscriptions[each["wire"]["id"]] = Row(**each)
        return store

    def find_channel(self, channel_id: str) -> StoredConnector | None:
        """The connector that has this channel."""
        return next(
            (each for each in self.connectors.live() if each.channel_id == channel_id), None
        )

    def add(
        self, wire: dict[str, Any], channel_id: str, conversational: bool, now: float
    ) -> StoredConnector:
        """Put a connector in."""
        added = StoredConnector(
            wire=wire,
            channel_id=channel_id,
            conversational=conversational,
            created_version=self._next_version(),
            created_at=now,
        )
        self.connectors[wire["id"]] = added
        self.save()
        return added

    def remove(self, item_id: str, now: float) -> None:
        """Delete a connector, and its channel and its calls with it; or a webhook subscription."""
        gone = self.connectors.get(item_id)
        if gone is None:
            self.remove_webhook_subscription(item_id, now)
            return
        calls = [each for each in self.calls.live() if each.wire["channelId"] == gone.channel_id]
        self._delete(now, gone, *calls)

    def change(self, connector_id: str, **wire: Any) -> None:
        """Change a connector behind everybody's back, as somebody in Bird's dashboard could."""
        self.connectors[connector_id].wire.update(wire)
        self.save()

    def add_call(self, wire: dict[str, Any], now: float) -> Row:
        """Put a call in."""
        return self._add(self.calls, wire, now)

    def add_webhook_subscription(self, wire: dict[str, Any], now: float) -> Row:
        """Put a webhook subscription in."""
        return self._add(self.webhook_subscriptions, wire, now)

    def change_webhook_subscription(self, subscription_id: str, now: float, **wire: Any) -> None:
        """Change a webhook subscription."""
        found = self.webhook_subscriptions.find(subscription_id)
        if found is None:
            raise LookupError(subscription_id)
        found.change(wire, self._next_version(), now)
        self.save()

    def remove_webhook_subscription(self, subscription_id: str, now: float) -> None:
        """Delete a webhook subscription."""
        found = self.webhook_subscriptions.find(subscription_id)
        if found is None:
            raise LookupError(subscription_id)
        self._delete(now, found)

    def clear(self) -> None:
        """Forget all but the phone numbers."""
        for table in (self.connectors, self.calls, self.webhook_subscriptions):
            table.clear()
        self.save()

    def save(self) -> None:
        """Replace the file, if there is one, in one step."""
        if self.path is None:
            return
        kept = {
            "version": self.version,
            "connectors": [asdict(each) for each in self.connectors.values()],
            "calls": [asdict(each) for each in self.calls.values()],
            "webhookSubscriptions": [asdict(each) for each in self.webhook_subscriptions.values()],
        }
        temporary = f"{self.path}.new"
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump(kept, file)
        os.replace(temporary, self.path)

    def _add(self, table: Table[Row], wire: dict[str, Any], now: float) -> Row:
        added = Row(wire=wire, created_version=self._next_version(), created_at=now)
        table[wire["id"]] = added
        self.save()
        return added

    def _delete(self, now: float, *rows: Row) -> None:
        version = self._next_version()
        for row in rows:
            row.deleted_version, row.deleted_at = version, now
        self.save()

    def _next_version(self) -> int:
        self.version += 1
        return self.version
