"""The complete emulator without a socket: from a request to a reply.

It checks the access key, runs the operation, injects faults, and records everything in the journal.
"""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any

from bird_dynamic.emulator.api import KINDS, OPERATIONS, answer, operation_of
from bird_dynamic.emulator.checks import demand
from bird_dynamic.emulator.delivering.deliveries import Deliveries
from bird_dynamic.emulator.dialect import Dialect
from bird_dynamic.emulator.faults import DELIVER, Fault, FaultPlan
from bird_dynamic.emulator.feed import Feed
from bird_dynamic.emulator.journal import Journal
from bird_dynamic.emulator.messages import (
    Json,
    Options,
    RefusalError,
    Reply,
    Request,
    Response,
)
from bird_dynamic.emulator.operations.backend import Backend
from bird_dynamic.emulator.redaction import redacted, redacted_body
from bird_dynamic.emulator.responses import Responses
from bird_dynamic.emulator.spelling import spelled
from bird_dynamic.emulator.store import ACCESS_KEY, StateFileError, Store, StoredConnector
from bird_dynamic.emulator.tables import Row
from bird_dynamic.emulator.telephone import Telephone

Observer = Callable[[str, Request, Response], None]

_GENTLE = ("latency", "stale_list", "stale_read", "slow_channel", "revoked")
"""Faults with which a request is still processed and answered."""


class BirdEmulator:
    """The emulated Bird. Thread-safe: one request at a time.

    `observer` is called for every processed request, with the name of its operation and its answer
    before any fault. Set on the class, it applies to all emulators.
    """

    observer: Observer | None = None

    def __init__(
        self,
        store: Store | None = None,
        *,
        options: Options | None = None,
        dialect: Dialect | None = None,
        faults: Iterable[Fault] = (),
        seed: int | None = None,
        clock: Callable[[], float] = time.time,
        observer: Observer | None = None,
    ) -> None:
        self.store = store or Store.with_numbers()
        self.store.now = self._now
        self.store.changed = self._announce
        self.options = options or Options()
        self.dialect = dialect or Dialect()
        self.journal = Journal()
        self.feed = Feed()
        self._seed = seed or 0
        # A store from a file already contains the ids of its earlier versions.
        ids_from = None if seed is None else f"{seed} {self.store.version}"
        self._ids = random.Random(ids_from)  # noqa: S311
        self._clock = clock
        self._responses = Responses(self._now, self._new_id)
        if observer is not None:
            self.observer = observer
        self._revoked = False
        self._sequence = 0
        self._lock = threading.RLock()
        # Ids of their own: those of the items are the same with a seed, whatever is delivered.
        request_ids = random.Random(ids_from and f"{ids_from} deliveries")  # noqa: S311
        self.deliveries = Deliveries(
            now=self._now,
            new_id=lambda: _uuid(request_ids),
            scale=lambda: self.options.retry_scale,
            fault=self._fault_of_delivery,
            feed=self.feed,
        )
        self._telephone = Telephone(
            self.deliveries,
            lock=self._lock,
            backend=self._backend,
        )
        self.faults = tuple(faults)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The active faults; setting them resets their counters."""
        return self._plan.faults

    @faults.setter
    def faults(self, faults: Sequence[Fault]) -> None:
        with self._lock:
            for fault in faults:
                if fault.operation not in OPERATIONS:
                    raise ValueError(
                        f"unknown operation {fault.operation!r}; known are: {', '.join(OPERATIONS)}"
                    )
            self._plan = FaultPlan(faults, self._seed)
            self._revoked = False
            self.feed.publish("faults", self.faults_left())

    def faults_left(self) -> list[Json]:
        """The active faults as objects; `left` is how many times each will still fire at most."""
        with self._lock:
            left = zip(self.faults, self._plan.left(), strict=True)
            return [{**asdict(fault), "left": times} for fault, times in left]

    def reset(self) -> None:
        """Empty the workspace and the journal, forget the deliveries, and remove all faults."""
        with self._lock:
            self.store.clear()
            self.journal.clear()
            self._telephone.pool.clear()
            self.deliveries.clear()
            self.faults = ()
            self.feed.publish("reset", {})

    def items(self, kind: str) -> list[Json]:
        """The items of a kind, such as `webhook-subscriptions`, as the API returns them; without
        those whose delete was accepted. Raises LookupError for an unknown kind."""
        with self._lock:
            bird = self._backend()
            bird.catch_up()
            return KINDS[kind].items(bird)

    def add(self, kind: str, /, **wire: Any) -> Json:
        """Create an item as in Bird's dashboard; missing properties get defaults. Raises
        LookupError for an unknown kind, and for a kind to which nothing can be added, and
        ValueError for a property with which the emulator could not work."""
        with self._lock:
            bird, known = self._backend(), KINDS[kind]
            if known.add is None:
                raise LookupError(kind)
            demand(known.check, wire)
            return known.shown(bird, known.add(bird, wire))

    def change(self, kind: str, item_id: str, /, **wire: Any) -> None:
        """Change an item as in Bird's dashboard. Of a phone number, only its `endpoint` can change:
        `change("numbers", …, endpoint={"capabilities": […]})`; of a channel, only its `status`.
        Raises LookupError if the item does not exist, and ValueError for a property with which the
        emulator could not work."""
        with self._lock:
            if kind in KINDS and (change := KINDS[kind].change) is not None:
                change(self._backend(), item_id, wire)
                return
            self._check(kind, item_id)
            demand(KINDS[kind].check, wire)
            self.store.change(item_id, **wire)

    def remove(self, kind: str, item_id: str) -> None:
        """Delete an item as in Bird's dashboard. Raises LookupError if it does not exist."""
        with self._lock:
            self._check(kind, item_id)
            self.store.remove(item_id)

    def _check(self, kind: str, item_id: str) -> None:
        has_table = kind in KINDS and KINDS[kind].rows is None
        if not has_table or self.store.tables[kind].find(item_id) is None:
            raise LookupError(f"{kind} {item_id}")

    def connectors(self) -> list[Json]:
        """The connectors: `items("connectors")`."""
        return self.items("connectors")

    def add_connector(self, **wire: Any) -> Json:
        """Create a connector as in Bird's dashboard: `add("connectors", …)`."""
        return self.add("connectors", **wire)

    def change_connector(self, connector_id: str, /, **wire: Any) -> None:
        """Change a connector as in Bird's dashboard: `change("connectors", …)`."""
        self.change("connectors", connector_id, **wire)

    def remove_connector(self, connector_id: str) -> None:
        """Delete a connector as in Bird's dashboard: `remove("connectors", …)`."""
        self.remove("connectors", connector_id)

    def calls(self) -> list[Json]:
        """The started calls: `items("calls")`."""
        return self.items("calls")

    def webhook_subscriptions(self) -> list[Json]:
        """The webhook subscriptions: `items("webhook-subscriptions")`."""
        return self.items("webhook-subscriptions")

    def add_webhook_subscription(self, **wire: Any) -> Json:
        """Create a webhook subscription: `add("webhook-subscriptions", …)`."""
        return self.add("webhook-subscriptions", **wire)

    def change_webhook_subscription(self, subscription_id: str, /, **wire: Any) -> None:
        """Change a webhook subscription: `change("webhook-subscriptions", …)`."""
        self.change("webhook-subscriptions", subscription_id, **wire)

    def remove_webhook_subscription(self, subscription_id: str) -> None:
        """Delete a webhook subscription: `remove("webhook-subscriptions", …)`."""
        self.remove("webhook-subscriptions", subscription_id)

    def deliver(self, public: str, local: str) -> None:
        """Send the deliveries for a public address, such as `https://example.com`, to a local one,
        such as `http://127.0.0.1:5000`. Raises ValueError if it is not on this machine."""
        self.deliveries.targets = self.deliveries.targets.with_pair(public, local)
        self.feed.publish("targets", self.deliveries.targets.shown())

    def incoming_call(self, given: Json) -> Json:
        """Play a call from outside: see `Telephone.ring`."""
        return self._telephone.ring(given)

    def settled(self, timeout: float) -> bool:
        """Wait until no call and no delivery is under way, at most `timeout` seconds. Returns
        whether none is."""
        until = time.monotonic() + timeout
        over = self._telephone.pool.join(timeout)
        return self.deliveries.pool.join(max(0.0, until - time.monotonic())) and over

    def start(self) -> None:
        """Play calls and deliver again after a stop: those that begin from now on."""
        self._telephone.pool.start()
        self.deliveries.start()

    def stop(self) -> None:
        """End what is under way: a call keeps the status that it has, a pending delivery fails."""
        self._telephone.pool.stop()
        self.deliveries.stop()

    def handle(self, request: Request) -> Reply:
        """Answer a request, with any injected fault, and record both in the journal."""
        with self._lock:
            operation = operation_of(request)
            fault = self._plan.firing(operation, self._now())
            if fault is not None and fault.kind == "revoked":
                self._revoked = True
            carried_out = fault is None or fault.applied or fault.kind in _GENTLE
            response = self._respond(request, operation, fault) if carried_out else None
            if response is not None and self.observer is not None:
                self.observer(operation, request, response)
            reply = Reply(response or self._responses.of(200, {}))
            if fault is not None and fault.kind not in _GENTLE:
                wait = self._plan.retry_after(self._now())
                reply = self._responses.spoiled(reply.response, fault, wait)
            elif fault is not None and fault.kind == "latency":
                reply = replace(reply, delay=fault.seconds)
            self._note(request, operation, reply, fault)
            if fault is not None:
                self.feed.publish("faults", self.faults_left())
            return replace(reply, fault=fault.kind if fault else None)

    def _backend(self, fault: Fault | None = None) -> Backend:
        dialect = self.options.applied_to(self.dialect)
        return Backend(
            self.store,
            self.options,
            dialect,
            self._now,
            self._new_id,
            self._telephone.play,
            self.deliveries.logged,
            fault,
        )

    def _fault_of_delivery(self) -> Fault | None:
        with self._lock:
            fault = self._plan.firing(DELIVER, self._now())
            if fault is not None:
                self.feed.publish("faults", self.faults_left())
            return fault

    def _respond(self, request: Request, operation: str, fault: Fault | None) -> Response:
        try:
            self._backend().catch_up()
            given = request.headers.get("authorization", "")
            if self._revoked or given != f"AccessKey {ACCESS_KEY}":
                raise RefusalError(401, "Unauthorized", "the access key is not valid")
            status, body = answer(self._backend(fault), operation, request)
            return self._responses.of(status, spelled(self.dialect, body))
        except RefusalError as refusal:
            return self._responses.refusal(refusal, self.dialect)
        except StateFileError as error:
            body = {"code": "StateFileError", "message": str(error)}
            return self._responses.of(500, body)

    def _note(self, request: Request, operation: str, reply: Reply, fault: Fault | None) -> None:
        self._sequence += 1
        answered = reply.delivery == "normal"
        size = len(request.body) + len(request.path) + len(str(request.query))
        entry = {
            "sequence": self._sequence,
            "time": self._now(),
            "operation": operation,
            "method": request.method,
            "path": request.path,
            "query": dict(request.query),
            "body": redacted_body(request.body),
            "status": reply.response.status if answered else None,
            "fault": fault.kind if fault else None,
            "applied": fault is None or fault.applied or fault.kind in _GENTLE,
        }
        self.journal.note(entry, size)
        self.feed.publish("request", entry)

    def _announce(self, kind: str, row: Row) -> None:
        """Tell those who watch the emulator that an item was created, changed or deleted."""
        if self.feed.is_watched:
            bird = self._backend()
            gone = row.deleted_version is not None or row.leaves_at is not None
            item = None if gone else redacted(KINDS[kind].shown(bird, row))
            self.feed.publish("item", {"kind": kind, "id": row.wire["id"], "item": item})
            if isinstance(row, StoredConnector):
                absent = gone or not bird.is_ready(row)
                item = None if absent else redacted(KINDS["channels"].shown(bird, row))
                self.feed.publish("item", {"kind": "channels", "id": row.channel_id, "item": item})

    def _new_id(self) -> str:
        return _uuid(self._ids)

    def _now(self) -> float:
        return self._clock() + self.options.clock_ahead


def _uuid(source: random.Random) -> str:
    return str(uuid.UUID(int=source.getrandbits(128), version=4))
