"""Reads the snapshot of a workspace: list pages, and one request for the deliveries of each active
subscription to calls. Single reads are only for what a listing leaves in doubt. GET requests alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain

from bird_dynamic.bird.deliveries import MOST_PAGES, latest_deliveries
from bird_dynamic.bird.errors import DeadlineError, RejectedError, UnknownOutcomeError
from bird_dynamic.bird.ids import canonical
from bird_dynamic.bird.models import Item
from bird_dynamic.bird.moments import moment
from bird_dynamic.lifecycle.audit.joins import Setup
from bird_dynamic.lifecycle.audit.snapshot import (
    Delivery,
    Managed,
    Number,
    Workspace,
    channel_of,
    connector_of,
    merged,
    number_of,
    subscription_of,
)
from bird_dynamic.lifecycle.error_messages import OperationError, describing_errors
from bird_dynamic.lifecycle.session import Account, CollectionSession
from bird_dynamic.schema.connector import CONNECTOR
from bird_dynamic.schema.fields import ResourceSchema
from bird_dynamic.schema.found import ANY_NUMBER, CHANNEL, PHONE_NUMBER
from bird_dynamic.schema.webhook_subscription import WEBHOOK_SUBSCRIPTION

CONCURRENT_REQUESTS = 8
"""The client paces them to Bird's limit."""
FAILURES = ("fail", "error", "timeout", "expired")
REFUSED = (403, 404, 405)
"""What Bird answers to an operation that the key may not use: 403 cannot be told from an unknown
one."""


MOST_LATE = 3
"""Subscriptions whose deliveries did not come in time, after which no others are read."""


@dataclass
class Reader:
    """Reads one workspace, more than once. `say` is told the progress. The deliveries of a
    subscription are read once, unless they are forgotten."""

    account: Account
    managed: tuple[Managed, ...] | None = None
    stack: str = ""
    say: Callable[[str], None] = lambda text: None
    cancel: Callable[[], None] = lambda: None
    """Ends all requests, after one that failed."""
    _read: int = 0
    _deliveries: dict[str, tuple[Delivery, ...]] = field(default_factory=dict)
    _refused_read: OperationError | None = None
    _refused_logs: OperationError | None = None
    _unread: dict[str, str] = field(default_factory=dict)
    """Why the deliveries of a subscription are not all known."""
    _late: int = 0
    _may_read_logs: bool = True

    def snapshot(self) -> Workspace:
        """The workspace now. Raises OperationError."""
        with _lanes(self.cancel) as pool:
            numbers = pool.submit(self._all, PHONE_NUMBER)
            others = pool.submit(self._optional, ANY_NUMBER)
            connectors = pool.submit(self._all, CONNECTOR)
            channels = pool.submit(self._all, CHANNEL)
            subscriptions = pool.submit(self._all, WEBHOOK_SUBSCRIPTION)
            more, problem = others.result()
            long_codes = pool.map(self._with_endpoint, map(number_of, numbers.result()))
            workspace = Workspace(
                numbers=_joined(long_codes, map(number_of, more)),
                connectors=tuple(map(connector_of, connectors.result())),
                channels=tuple(map(channel_of, channels.result())),
                subscriptions=tuple(map(subscription_of, subscriptions.result())),
                not_checked=(f"Phone numbers that are no long codes: {problem}",) * bool(problem),
                knows_all_numbers=not problem,
                managed=self.managed,
                stack=self.stack,
            )
            workspace = self._without_doubts(workspace, pool)
            return self._with_deliveries(workspace, pool)

    def _with_endpoint(self, number: Number) -> Number:
        """The number, read alone if the listing omitted the endpoint of one with voice."""
        if number.has_endpoint or not number.voice:
            return number
        row = self._one(PHONE_NUMBER, number.id)
        return number if row is None else number_of(row)

    def forget_deliveries(self, subscription_ids: Iterable[str]) -> None:
        """Read the deliveries of these subscriptions again in the next snapshot."""
        for each in subscription_ids:
            self._deliveries.pop(each, None)
            self._unread.pop(each, None)

    def _without_doubts(self, workspace: Workspace, pool: ThreadPoolExecutor) -> Workspace:
        """The snapshot, with single reads of what the listings do not show or explain."""
        listed = {each.id for each in workspace.connectors}
        named = {each for number in workspace.numbers for each in number.connector_ids}
        setup = Setup(workspace)
        unclear = {
            each.id
            for each in workspace.connectors
            if each.is_voice
            and (
                not setup.channels_of.get(each.id)
                # Bird may list another id of the number than it states in a single read.
                or each.id not in setup.number_of
            )
        }
        found = {each.id: each for each in workspace.connectors}
        for row in pool.map(partial(self._one, CONNECTOR), sorted(unclear | (named - listed))):
            if row is not None:
                found[str(row["id"])] = connector_of(row)
        workspace = replace(workspace, connectors=tuple(found.values()))
        workspace = self._with_managed(workspace, pool)
        stated = {each.channel_id for each in workspace.connectors if each.is_voice}
        asked = {one for each in workspace.subscriptions for one in each.channel_ids}
        missing = (stated | asked) - {each.id for each in workspace.channels} - {None}
        rows = pool.map(partial(self._one, CHANNEL), sorted(filter(None, missing)))
        more = map(channel_of, filter(None, rows))
        return replace(workspace, channels=(*workspace.channels, *more))

    def _with_managed(self, workspace: Workspace, pool: ThreadPoolExecutor) -> Workspace:
        """The snapshot, with what the stack manages and no listing shows."""
        lost = Setup(workspace).gone
        subscription_ids = [
            each.id for each in lost if each.type_name == WEBHOOK_SUBSCRIPTION.type_name
        ]
        connector_ids = [each.id for each in lost if each.id not in subscription_ids]
        connectors = pool.map(partial(self._one, CONNECTOR), connector_ids)
        subscriptions = pool.map(partial(self._one, WEBHOOK_SUBSCRIPTION), subscription_ids)
        return replace(
            workspace,
            connectors=(*workspace.connectors, *map(connector_of, filter(None, connectors))),
            subscriptions=(
                *workspace.subscriptions,
                *map(subscription_of, filter(None, subscriptions)),
            ),
        )

    def _with_deliveries(self, workspace: Workspace, pool: ThreadPoolExecutor) -> Workspace:
        wanted = [
            each.id
            for each in Setup(workspace).voice_subscriptions
            if each.id not in self._deliveries and each.id not in self._unread
        ]
        pending: dict[str, Future[Sequence[Item] | None]] = {
            each: pool.submit(self._logs, each) for each in wanted
        }
        for place, (subscription_id, future) in enumerate(pending.items(), 1):
            if (rows := future.result()) is not None:
                known = delivered(rows)
                if len(known) < len(rows):
                    self._unread[subscription_id] = "Bird states no time of some"
                if known or not rows:
                    self._deliveries[subscription_id] = known
            self.say(f"deliveries of {place:,} of {len(pending):,} webhook subscriptions")
        not_checked = workspace.not_checked
        if self._refused_read is not None:
            not_checked = (*not_checked, f"What listings do not show: {self._refused_read}")
        if self._refused_logs is not None:
            not_checked = (*not_checked, f"Deliveries: {self._refused_logs}")
        for reason in dict.fromkeys(self._unread.values()):
            ids = [each for each, why in self._unread.items() if why == reason]
            which = f"webhook subscription {ids[0]}"
            more = f" and {len(ids) - 1:,} more" if ids[1:] else ""
            not_checked = (*not_checked, f"Deliveries of {which}{more}: {reason}")
        return replace(workspace, deliveries=dict(self._deliveries), not_checked=not_checked)

    def _logs(self, subscription_id: str) -> Sequence[Item] | None:
        """The deliveries of a subscription; None if they cannot be read, or it is gone."""
        if not self._may_read_logs:
            return None
        if self._late >= MOST_LATE:
            self._unread[subscription_id] = "Those of others did not come in time"
            return None
        session = self._open(WEBHOOK_SUBSCRIPTION)
        try:
            with self._describing("Reading the deliveries", WEBHOOK_SUBSCRIPTION):
                rows = latest_deliveries(session.collection, subscription_id, session.deadline())
            if rows is None:
                self._unread[subscription_id] = (
                    f"There are more than {MOST_PAGES} pages of them, and the last ones do not "
                    "come first"
                )
            return rows
        except OperationError as error:
            if isinstance(error.cause, DeadlineError | UnknownOutcomeError):
                self._unread[subscription_id] = str(error)
                self._late += 1
                return None
            if not _is_refused(error):
                raise
            self._refused_logs = error
            # A 404 may be about this one alone, which is gone.
            self._may_read_logs = self._may_read_logs and _status(error) == 404
            return None

    def _all(self, schema: ResourceSchema) -> list[Item]:
        session = self._open(schema)
        rows: dict[str, Item] = {}
        with self._describing(f"Listing {schema.noun}s", schema):
            for page in session.collection.pages(session.deadline()):
                rows.update((row["id"], row) for row in page)
                self._read += len(page)
                self.say(f"{self._read:,} items")
        return list(rows.values())

    def _optional(self, schema: ResourceSchema) -> tuple[list[Item], str]:
        """The rows, or why they cannot be read."""
        try:
            return self._all(schema), ""
        except OperationError as error:
            if not _is_refused(error):
                raise
            return [], str(error)

    def _one(self, schema: ResourceSchema, item_id: str) -> Item | None:
        """A single item; None if it does not exist, or cannot be read."""
        if canonical(item_id) is None:
            return None
        session = self._open(schema)
        try:
            with self._describing(f"Reading {schema.noun} {item_id}", schema):
                return session.collection.get(item_id, session.deadline())
        except OperationError as error:
            if not _is_refused(error):
                raise
            self._refused_read = error
            return None

    def _open(self, schema: ResourceSchema) -> CollectionSession:
        return self.account.open(schema, {})[1]

    def _describing(self, doing: str, schema: ResourceSchema) -> AbstractContextManager[None]:
        return describing_errors(doing, schema, self.account.settings)


def delivered(rows: Iterable[Mapping[str, object]]) -> tuple[Delivery, ...]:
    """Delivery logs, newest first; those without a time are left out."""
    found = [_delivery(row, at) for row in rows if (at := moment(row.get("createdAt"))) is not None]
    return tuple(sorted(found, key=lambda each: each.at, reverse=True))


def _delivery(row: Mapping[str, object], at: float) -> Delivery:
    """Only an answer of 2xx is a success; without an answer, the status decides. Its values are
    assumed: Bird documents no list of them."""
    code, status = row.get("httpStatusCode"), str(row.get("executionStatus") or "").lower()
    answered = isinstance(code, int) and code > 0
    succeeded = 200 <= code < 300 if isinstance(code, int) and answered else "succe" in status
    tries = row.get("attemptCount")
    was_tried = isinstance(tries, int) and tries > 0
    has_failed = answered or was_tried or any(word in status for word in FAILURES)
    answer = f"HTTP {code}" if answered else "no answer"
    return Delivery(at, succeeded, not succeeded and not has_failed, answer)


def _joined(long_codes: Iterable[Number], others: Iterable[Number]) -> tuple[Number, ...]:
    """The numbers of both lists, once each."""
    numbers: list[Number] = []
    places: dict[str, int] = {}
    for number in chain(long_codes, others):
        keys = {number.digits, *number.ids} - {""}
        place = next((places[key] for key in keys if key in places), None)
        if place is None:
            place = len(numbers)
            numbers.append(number)
        else:
            numbers[place] = merged(numbers[place], number)
        places.update(dict.fromkeys(keys, place))
    return tuple(numbers)


def _is_refused(error: OperationError) -> bool:
    return _status(error) in REFUSED


def _status(error: OperationError) -> int | None:
    return error.cause.status if isinstance(error.cause, RejectedError) else None


@contextmanager
def _lanes(cancel: Callable[[], None]) -> Iterator[ThreadPoolExecutor]:
    """Threads whose tasks end with the block, also if it fails."""
    pool = ThreadPoolExecutor(CONCURRENT_REQUESTS)
    try:
        yield pool
    except BaseException:
        cancel()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
