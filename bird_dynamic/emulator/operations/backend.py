"""What every operation works with: the store, the options, the time, and new ids."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from bird_dynamic.emulator.faults import Fault
from bird_dynamic.emulator.messages import Json, Options, RefusalError, Request, not_found
from bird_dynamic.emulator.store import Store, StoredConnector
from bird_dynamic.emulator.tables import RowType, Table

Answer = tuple[int, Json | None]
Handler = Callable[..., Answer]
"""Takes the backend, the request, its fault if any, and the ids in its path."""


@dataclass
class Backend:
    """One workspace at work. `now` is the server's time, `new_id` makes UUIDs."""

    store: Store
    options: Options
    now: Callable[[], float]
    new_id: Callable[[], str]

    def timestamp(self) -> str:
        """Now, as the API writes it."""
        now = datetime.fromtimestamp(self.now(), timezone.utc)
        return now.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def listed(self, table: Table[RowType], fault: Fault | None) -> list[RowType]:
        """The rows that a listing sees."""
        if fault is None or fault.kind != "stale_list":
            return list(table.live())
        return self._earlier(table, fault)

    def read(self, table: Table[RowType], row_id: str, fault: Fault | None) -> RowType | None:
        """The row that a read sees."""
        if fault is None or fault.kind != "stale_read":
            return table.find(row_id)
        earlier = self._earlier(table, fault)
        return next((each for each in earlier if each.wire["id"] == row_id), None)

    def is_ready(self, connector: StoredConnector) -> bool:
        """Whether its channel is there."""
        return connector.reads >= self.options.channel_after

    def channel(self, channel_id: str) -> StoredConnector:
        """The connector that has this channel. Raises RefusalError if there is none."""
        found = self.store.find_channel(channel_id)
        if found is None or not self.is_ready(found):
            raise not_found("channel")
        return found

    def _earlier(self, table: Table[RowType], fault: Fault) -> list[RowType]:
        if fault.seconds:
            return table.as_of(moment=self.now() - fault.seconds)
        return table.before_last_change()


def body_of(request: Request) -> Json:
    """The object that a request carries. Raises RefusalError for anything else."""
    try:
        body: Any = json.loads(request.body)
    except ValueError:
        raise RefusalError(422, "InvalidPayload", "the body is not JSON") from None
    if not isinstance(body, dict):
        raise RefusalError(422, "InvalidPayload", "the body must be an object")
    return body
