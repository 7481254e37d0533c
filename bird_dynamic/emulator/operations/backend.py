"""The environment of every operation: the workspace as one request sees it, and the kinds of
items."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bird_dynamic.emulator.checks import Check, mapping
from bird_dynamic.emulator.delivering.delivery import Delivery, timestamp
from bird_dynamic.emulator.dialect import Dialect
from bird_dynamic.emulator.faults import Fault
from bird_dynamic.emulator.json_body import parsed
from bird_dynamic.emulator.messages import (
    Json,
    Options,
    RefusalError,
    Request,
    invalid_at,
    not_found,
)
from bird_dynamic.emulator.phone_numbers import PhoneNumber, twin
from bird_dynamic.emulator.store import Store, StoredConnector
from bird_dynamic.emulator.tables import Row, RowType, Table

Answer = tuple[int, Json | None]
if TYPE_CHECKING:
    from typing import Concatenate

    Handler = Callable[Concatenate["Backend", Request, ...], Answer]
    """Called with the backend, the request, and the ids in its path."""
LAG = 2.0
"""Seconds after which a lagging listing shows a change."""


@dataclass
class Backend:
    """One workspace, as one request sees it, with the fault for that request, if any.

    `now` returns the server's time, `new_id` a new UUID. `play` plays a call, by its id, to one of
    `OUTCOMES`, and `logged` returns the deliveries to a webhook subscription.
    """

    store: Store
    options: Options
    dialect: Dialect
    now: Callable[[], float]
    new_id: Callable[[], str]
    play: Callable[[str, str], None]
    logged: Callable[[str], Sequence[Delivery]]
    fault: Fault | None = None

    def timestamp(self) -> str:
        """The current time, in the API's format."""
        return timestamp(self.now())

    def list(self, table: Table[RowType]) -> list[RowType]:
        """The rows of a listing."""
        if self.fault is not None and self.fault.kind == "stale_list":
            return self._earlier(table, self.fault)
        if self.dialect.listing_lag == "moment":
            return table.as_of(moment=self.now() - LAG)
        return list(table.live())

    def read(self, table: Table[RowType], row_id: str) -> RowType | None:
        """The row of a read."""
        if self.fault is None or self.fault.kind != "stale_read":
            return table.find(row_id)
        earlier = self._earlier(table, self.fault)
        return next((each for each in earlier if each.wire["id"] == row_id), None)

    def is_ready(self, connector: StoredConnector) -> bool:
        """Whether its channel is ready."""
        return self.dialect.channel == "at-once" or connector.reads >= self.options.channel_after

    @property
    def numbers(self) -> dict[str, PhoneNumber]:
        """The phone numbers, by each of their ids."""
        numbers = self.store.numbers
        if self.dialect.number_id != "twin":
            return numbers
        return {**numbers, **{twin(each): number for each, number in numbers.items()}}

    def delete(self, row: Row) -> None:
        """Delete a row, at once or later."""
        if self.dialect.deletion == "at-once":
            self.store.remove(row.wire["id"])
        elif row.leaves_at is None:
            self.store.leave(row.wire["id"], self.now() + self.options.release_after)

    def catch_up(self) -> None:
        """Complete the accepted deletes that are due."""
        leaving = [
            row
            for table in self.store.tables.values()
            for row in table.live()
            if row.leaves_at is not None and row.leaves_at <= self.now()
        ]
        for row in leaving:
            self.store.remove(row.wire["id"], row.leaves_at)

    def deleted(self, item: Json) -> Answer:
        """The answer to the delete of this item."""
        bodies: dict[int, Json | None] = {204: None, 200: item, 202: {}}
        status = int(self.dialect.delete_status)
        return status, bodies[status]

    def channel(self, channel_id: str) -> StoredConnector:
        """The connector of this channel. Raises RefusalError if it does not exist."""
        found = self.store.find_channel(channel_id)
        if found is None or not self.is_ready(found):
            raise not_found("channel")
        return found

    def _earlier(self, table: Table[RowType], fault: Fault) -> builtins.list[RowType]:
        if fault.seconds:
            return table.as_of(moment=self.now() - fault.seconds)
        return table.before_last_change()


def existing(row: RowType | None, what: str) -> RowType:
    """The row. Raises RefusalError if it is None."""
    if row is None:
        raise not_found(what)
    return row


def body_of(request: Request, check: Check | None = None) -> Json:
    """The JSON object in a request's body. Raises RefusalError for any other body, and if it does
    not pass the check."""
    try:
        body = parsed(request.body)
    except ValueError as error:
        raise RefusalError(422, "InvalidPayload", str(error)) from None
    if not isinstance(body, dict):
        raise RefusalError(422, "InvalidPayload", "the body must be an object")
    if check is not None and (problems := check(body, "")):
        raise invalid_at(problems)
    return body


_ANYTHING = mapping()


def _as_it_is(bird: Backend, row: Any) -> Json:
    return dict(row.wire)


@dataclass(frozen=True)
class Kind:
    """A kind of item: its name, such as `webhook-subscriptions`, and its operations.

    `routes` are (method, path, handler), as in `Route`. `add` adds an item without validation, if
    the kind supports it. `shown` converts a row to its form in the API. `rows` supplies the rows of
    a kind without a table of its own, and `change` changes one of these. `check` is what an item
    must have, however it came about; all else may be as odd as Bird permits.
    """

    name: str
    routes: Sequence[tuple[str, str, Handler]]
    add: Callable[[Backend, Json], Any] | None = None
    shown: Callable[[Backend, Any], Json] = _as_it_is
    rows: Callable[[Backend], Iterable[Any]] | None = None
    change: Callable[[Backend, str, Json], None] | None = None
    check: Check = _ANYTHING

    def items(self, bird: Backend) -> list[Json]:
        """The existing items as the API returns them; without those whose delete was accepted."""
        if self.rows is not None:
            return [self.shown(bird, each) for each in self.rows(bird)]
        stored = bird.store.tables[self.name].live()
        return [self.shown(bird, each) for each in stored if each.leaves_at is None]
