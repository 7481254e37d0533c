"""Plays calls: their status proceeds, and each change is an event for the webhook subscriptions.

No call is really made. The statuses and what each of them means are documented. Assumed: the order
in which a call has them, and the content of an event, which is the call as the API returns it (a
public receiver of voice events reads `payload.id` and `payload.status`).

A call whose emulator stops keeps the status that it had then.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING

from bird_dynamic.emulator.checks import choice, demand, settings, text
from bird_dynamic.emulator.delivering.deliveries import Deliveries
from bird_dynamic.emulator.delivering.delivery import Event
from bird_dynamic.emulator.delivering.pool import Pool
from bird_dynamic.emulator.messages import OUTCOMES, Json, RefusalError
from bird_dynamic.emulator.operations.calls import begin
from bird_dynamic.emulator.operations.connectors import number_of
from bird_dynamic.emulator.spelling import spelled
from bird_dynamic.emulator.store import StateFileError, StoredConnector
from bird_dynamic.emulator.tables import Row

if TYPE_CHECKING:
    from bird_dynamic.emulator.operations.backend import Backend

CALLER = "+12025550199"
"""Who calls, unless a caller is given: a number that is reserved for fiction."""
_ACTIVE = "active"
"""The status of a channel whose calls are told. Assumed: those of any other are not."""
_EVENTS = {"incoming": "voice.inbound", "outgoing": "voice.outbound"}
_MOMENTS = {"ringing": "ringingAt", "ongoing": "answeredAt"}
_INCOMING = settings(
    {
        "to": text(r"\+[0-9]{3,15}", "a phone number of the workspace, such as +3197010200001"),
        "from": text(r".{1,250}", "a string such as +12025550199"),
        "outcome": choice(*OUTCOMES),
    },
    required=("to",),
)


class LostCallError(ValueError):
    """Nobody learns of this call: its number has no voice channel that is ready and active, or too
    many calls are under way. The text says why and what to do."""


class Telephone:
    """Plays calls, in a pool of its own. `lock` is that of the emulator, and `backend` returns the
    workspace."""

    def __init__(
        self,
        deliveries: Deliveries,
        *,
        lock: threading.RLock,
        backend: Callable[[], Backend],
    ) -> None:
        # Not the pool of the deliveries: a receiver that does not answer holds up no call.
        self.pool = Pool(1)
        self._deliveries, self._lock = deliveries, lock
        self._backend = backend

    def ring(self, given: Json) -> Json:
        """Play a call from outside: `to`, and optionally `from` and `outcome`. Returns it as the
        API does. Raises LookupError if no number of the workspace is called, LostCallError if the
        call is lost, and ValueError for other wrong input."""
        demand(_INCOMING, given)
        with self._lock:
            bird = self._backend()
            bird.catch_up()
            channel = _voice_channel(bird, given["to"])
            try:
                call = begin(bird, channel, "incoming", given.get("from", CALLER), given["to"])
            except RefusalError as refusal:
                raise LostCallError(f"the call to {given['to']} is lost: {refusal}") from None
            self.play(call.wire["id"], given.get("outcome", "completed"))
            return dict(bird.store.calls[call.wire["id"]].wire)

    def play(self, call_id: str, outcome: str) -> None:
        """Play a call from its present status to this end. The emulator is locked."""
        bird = self._backend()
        call = bird.store.calls[call_id]
        self._tell(bird, call)
        statuses = deque(each for each in OUTCOMES[outcome] if each != call.wire["status"])
        with self._saved_once():
            self._go_on(call_id, statuses)

    def _go_on(self, call_id: str, statuses: deque[str]) -> None:
        while statuses:
            if seconds := self._backend().options.call_step:
                self.pool.run(lambda: self._proceed_later(call_id, statuses), seconds)
                return
            self._proceed(call_id, statuses)

    def _proceed_later(self, call_id: str, statuses: deque[str]) -> None:
        with self._lock, self._saved_once():
            self._proceed(call_id, statuses)
            self._go_on(call_id, statuses)

    def _proceed(self, call_id: str, statuses: deque[str]) -> None:
        bird = self._backend()
        call = bird.store.calls.find(call_id)
        if call is None:
            # The workspace was emptied, or the channel deleted.
            statuses.clear()
            return
        status, moment = statuses.popleft(), bird.timestamp()
        changes: Json = {"status": status, "updatedAt": moment}
        if status in _MOMENTS:
            changes[_MOMENTS[status]] = moment
        if not statuses:
            changes |= {"endedAt": moment, "duration": _seconds(call.wire, moment)}
        bird.store.change(call_id, **changes)
        self._tell(bird, call)

    @contextmanager
    def _saved_once(self) -> Iterator[None]:
        # A file that cannot be written ends no call: the next save writes everything.
        with suppress(StateFileError), self._backend().store.saved_once():
            yield

    def _tell(self, bird: Backend, call: Row) -> None:
        wire = call.wire
        channel = bird.store.find_channel(wire["channelId"])
        attributes = {"channelId": wire["channelId"], "status": wire["status"]}
        if channel is not None:
            attributes["platformId"] = channel.wire["connectorTemplateSlug"]
        event = Event(
            service="channels",
            event=_EVENTS[wire["direction"]],
            attributes=attributes,
            payload=spelled(bird.dialect, wire),
            subject=wire["id"],
        )
        asking = [
            each.wire
            for each in bird.store.webhook_subscriptions.live()
            if each.leaves_at is None and event.matches(each.wire)
        ]
        filtered = [each for each in asking if each.get("eventFilters")]
        if bird.dialect.webhook_overlap == "filtered":
            asking = filtered or asking
        self._deliveries.offer(event, asking)


def _voice_channel(bird: Backend, to: str) -> StoredConnector:
    number_id = next((each.id for each in bird.store.numbers.values() if each.number == to), None)
    if number_id is None:
        raise LookupError(
            f"{to} is not a number of this workspace, so nobody can call it; "
            "GET /__emulator__/numbers lists its numbers"
        )
    found: StoredConnector | None = None
    for each in bird.store.connectors.live():
        number = number_of(bird, each)
        if number is None or number.number != to or each.leaves_at is not None:
            continue
        if each.wire["connectorTemplateSlug"].startswith("voice-"):
            found = each
            if bird.is_ready(each) and each.channel_status == _ACTIVE:
                return each
    if found is not None and not bird.is_ready(found):
        raise LostCallError(
            f"the call to {to} is lost: the channel of its connector {found.wire['id']} is not "
            "ready yet; read the connector until it has a channel"
        )
    if found is not None:
        raise LostCallError(
            f"the call to {to} is lost: its channel {found.channel_id} is {found.channel_status}; "
            f'PATCH /__emulator__/channels/{found.channel_id} with {{"status": "{_ACTIVE}"}}'
        )
    raise LostCallError(
        f"the call to {to} is lost: the number has no voice channel; create one, such as "
        f'VoiceChannel("line", phone_number_id="{number_id}")'
    )


def _seconds(wire: Json, ended: str) -> int:
    answered = wire.get("answeredAt")
    if answered is None:
        return 0
    began, over = (
        datetime.fromisoformat(each.replace("Z", "+00:00")) for each in (answered, ended)
    )
    return int((over - began).total_seconds())
