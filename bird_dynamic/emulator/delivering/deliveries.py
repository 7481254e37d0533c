"""The deliveries of events to webhook subscriptions: sent, repeated, and kept to be looked at.

Each matching subscription is one delivery, sent until it is answered with a 2xx. The waits between
its attempts are those of `WAITS`, times the option `retry_scale`.

Order: the first attempts of the deliveries of one call to one subscription are made in the order of
its events, each once the one before was answered. A repeated delivery holds up no later one.

Memory is bounded: the oldest deliveries that are complete make room for new ones.

A delivery that is pending at a stop fails, and is not sent after a start.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from bird_dynamic.emulator.delivering.delivery import (
    FAILED,
    PENDING,
    SUCCEEDED,
    UNMAPPED,
    UNSUBSCRIBED,
    Attempt,
    Delivery,
    Event,
)
from bird_dynamic.emulator.delivering.pool import Pool
from bird_dynamic.emulator.delivering.sending import Answer, send
from bird_dynamic.emulator.delivering.targets import Targets
from bird_dynamic.emulator.faults import Fault
from bird_dynamic.emulator.feed import Feed
from bird_dynamic.emulator.messages import Json

WAITS = (30, 60, 120, 240, 480, *[900] * 30)
"""Seconds before each repetition: 36 attempts within 8 hours. The 8 hours and the increasing
intervals are documented, and 36 is the number in an example of Bird's; the intervals are
assumed."""
SENDERS = 8
"""Deliveries that are sent at a time."""
MAX_KEPT = 20_000
MAX_SIZE = 64 * 1024 * 1024
"""Limits of the deliveries that are kept, and of their size in bytes. Further ones are not sent
while so many are pending."""
LOGS_ARE_KEPT_FOR = 7 * 24 * 3600.0
"""Seconds for which the API shows a delivery."""
Lane = tuple[str | None, str]


class Deliveries:
    """All deliveries, and the pool that sends them. Thread-safe.

    `now` is the server's time, `new_id` returns a UUID, `scale` the factor of the waits, and
    `fault` the fault of the next attempt. `feed` is told each delivery that changed.
    """

    def __init__(
        self,
        *,
        now: Callable[[], float],
        new_id: Callable[[], str],
        scale: Callable[[], float],
        fault: Callable[[], Fault | None],
        feed: Feed,
    ) -> None:
        self.targets = Targets()
        self.pool = Pool(SENDERS)
        self._now, self._new_id, self._scale = now, new_id, scale
        self._fault, self._feed = fault, feed
        self._lock = threading.RLock()
        self._sequence = itertools.count(1)
        self._kept: dict[int, Delivery] = {}
        self._complete: deque[int] = deque()
        self._size = 0
        self._is_stopped = False
        # The deliveries that wait for the first attempt of an earlier one; a lane exists while
        # such an attempt is made.
        self._lanes: dict[Lane, deque[Delivery]] = {}

    def offer(self, event: Event, subscriptions: Sequence[Json]) -> None:
        """Deliver an event to these subscriptions; without any, it is noted as unsubscribed."""
        body = event.body()
        if not subscriptions:
            self._begin(event, body, None)
        for each in subscriptions:
            self._begin(event, body, each)

    @property
    def count(self) -> int:
        """How many deliveries are kept."""
        with self._lock:
            return len(self._kept)

    def shown(self, limit: int | None = None) -> list[Json]:
        """The newest deliveries, oldest first, as the control requests show them."""
        with self._lock:
            kept = list(self._kept.values())
        return [each.shown() for each in (kept[-limit:] if limit else kept)]

    def logged(self, subscription_id: str) -> list[Delivery]:
        """The deliveries to a subscription that Bird has attempted, oldest first."""
        oldest = self._now() - LOGS_ARE_KEPT_FOR
        with self._lock:
            return [
                each
                for each in self._kept.values()
                if each.subscription_id == subscription_id
                and each.attempts
                and each.created_at >= oldest
            ]

    def clear(self) -> None:
        """Forget all deliveries. None of them is repeated any more."""
        with self._lock:
            for each in self._kept.values():
                each.status = FAILED if each.status == PENDING else each.status
            self._kept.clear()
            self._complete.clear()
            self._lanes.clear()
            self._size = 0
        self.pool.clear()

    def start(self) -> None:
        """Deliver again after a stop: what is offered from now on."""
        with self._lock:
            self._is_stopped = False
        self.pool.start()

    def stop(self) -> None:
        """Send nothing more. What is pending fails."""
        with self._lock:
            self._is_stopped = True
        self.pool.stop()
        with self._lock:
            self._lanes.clear()
            for each in self._kept.values():
                if each.status == PENDING:
                    answer = Answer(error="the emulator stopped; this is not sent any more")
                    self._note(each, Attempt(self._now(), answer))
                    self._end(each, FAILED)
                    self._tell(each)
            self._make_room()

    def _begin(self, event: Event, body: bytes, subscription: Json | None) -> None:
        wire: dict[str, Any] = subscription or {}
        url = wire.get("url")
        target = self.targets.of(url) if url else None
        with self._lock:
            made = Delivery(
                request_id=self._new_id(),
                sequence=next(self._sequence),
                event=event,
                body=body,
                created_at=self._now(),
                subscription_id=wire.get("id"),
                url=url,
                target=target,
                signing_key=wire.get("signingKey"),
            )
            if subscription is None:
                made.status = UNSUBSCRIBED
            elif target is None:
                made.status = UNMAPPED
            elif problem := self._problem():
                made.status = FAILED
                unsent = Answer(error=f"{problem}; this one was not sent")
                made.attempts.append(Attempt(made.created_at, unsent))
            self._keep(made)
            if made.status == PENDING:
                lane = (made.subscription_id, event.subject)
                if lane in self._lanes:
                    self._lanes[lane].append(made)
                else:
                    self._lanes[lane] = deque()
                    self.pool.run(lambda: self._attempt(made))
            self._tell(made)

    def _tell(self, delivery: Delivery) -> None:
        if self._feed.is_watched:
            self._feed.publish("delivery", delivery.shown())

    def _problem(self) -> str | None:
        """Why a new delivery cannot be sent, if it cannot."""
        if self._is_stopped:
            return "the emulator is stopped"
        return "too many deliveries are pending" if self._is_full() else None

    def _is_full(self) -> bool:
        pending = len(self._kept) - len(self._complete)
        return pending >= MAX_KEPT or (pending > 0 and not self._complete and self._size > MAX_SIZE)

    def _keep(self, made: Delivery) -> None:
        self._kept[made.sequence] = made
        self._size += made.size
        if made.status != PENDING:
            self._complete.append(made.sequence)
        self._make_room()

    def _make_room(self) -> None:
        while self._complete and (len(self._kept) > MAX_KEPT or self._size > MAX_SIZE):
            self._size -= self._kept.pop(self._complete.popleft()).size

    def _attempt(self, delivery: Delivery) -> None:
        """Make one attempt, and decide what comes next."""
        with self._lock:
            if delivery.status != PENDING:
                return
            delivery.next_attempt_at = None
            # The receiver may listen elsewhere by now, or nowhere.
            delivery.target = self.targets.of(delivery.url or "")
            if delivery.target is None:
                self._end(delivery, UNMAPPED)
                if not delivery.attempts:
                    self._next_in_lane((delivery.subscription_id, delivery.event.subject))
                self._make_room()
                self._tell(delivery)
                return
            headers = delivery.headers(self._now())
        began, at = time.monotonic(), self._now()
        answer = self._answer(delivery, headers)
        attempt = Attempt(at, answer, time.monotonic() - began)
        with self._lock:
            if delivery.status != PENDING:
                return
            self._note(delivery, attempt)
            self._decide(delivery, answer)
            self._make_room()
            if len(delivery.attempts) == 1:
                self._next_in_lane((delivery.subscription_id, delivery.event.subject))
            self._tell(delivery)

    def _note(self, delivery: Delivery, attempt: Attempt) -> None:
        before = delivery.size
        delivery.note(attempt)
        self._size += delivery.size - before

    def _end(self, delivery: Delivery, status: str) -> None:
        delivery.status, delivery.next_attempt_at = status, None
        self._complete.append(delivery.sequence)

    def _decide(self, delivery: Delivery, answer: Answer) -> None:
        tries = len(delivery.attempts)
        if answer.succeeded or tries > len(WAITS):
            self._end(delivery, SUCCEEDED if answer.succeeded else FAILED)
            return
        wait = WAITS[tries - 1] * self._scale()
        delivery.next_attempt_at = self._now() + wait
        self.pool.run(lambda: self._attempt(delivery), wait)

    def _next_in_lane(self, lane: Lane) -> None:
        waiting = self._lanes.get(lane)
        if waiting:
            following = waiting.popleft()
            self.pool.run(lambda: self._attempt(following))
        else:
            self._lanes.pop(lane, None)

    def _answer(self, delivery: Delivery, headers: dict[str, str]) -> Answer:
        fault = self._fault()
        if fault is None:
            return self._send(delivery, headers)
        if fault.kind in ("latency", "hang"):
            self.pool.sleep(fault.seconds)
        if fault.kind == "latency":
            return self._send(delivery, headers)
        if fault.applied:
            self._send(delivery, headers)
        status = fault.status if fault.kind == "status" else None
        return Answer(status, error=f"a fault was injected: {fault.kind}")

    def _send(self, delivery: Delivery, headers: dict[str, str]) -> Answer:
        if delivery.target is None or delivery.url is None:
            return Answer(error="it has no target")
        return send(delivery.target, delivery.url, headers, delivery.body)
