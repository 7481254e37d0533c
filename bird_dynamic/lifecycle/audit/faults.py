"""Judges a snapshot: what may lose a call, or sends it twice, and what mends it.

A pure function. Each kind of finding is one function in `FAULTS`. What Bird does not state is not
taken for a fault.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timezone

from bird_dynamic.lifecycle.audit.mending import OWN_QUERY, Remedy
from bird_dynamic.lifecycle.audit.report import AuditFinding
from bird_dynamic.lifecycle.audit.setup import (
    BEGINNING,
    KEYS_OF_VOICE,
    covers_beginning,
    gives_way,
    overlap,
    reaches,
    same_receiver,
)
from bird_dynamic.lifecycle.audit.snapshot import (
    Connector,
    Delivery,
    Managed,
    Subscription,
    Workspace,
)
from bird_dynamic.lifecycle.audit.view import Found, View, on
from bird_dynamic.schema.equality import address
from bird_dynamic.schema.number_endpoints import VOICE

RECOVERED = 3
"""How many deliveries in a row have to succeed after one that failed: a call has about as many."""


def judged(workspace: Workspace) -> list[AuditFinding]:
    """The findings of a snapshot, in the order of the table."""
    view = View(workspace)
    return [
        AuditFinding(kind, about, said, _with_own_query(remedy), remedy.line, numbers)
        for kind, find in FAULTS.items()
        for about, said, remedy, numbers in find(view)
    ]


def _with_own_query(remedy: Remedy) -> str:
    if OWN_QUERY not in remedy.line:
        return remedy.text
    return f"{remedy.text}. In the URL, put what the line leaves out in place of {OWN_QUERY}"


def _no_connector(view: View) -> Iterator[Found]:
    for line in view.lines:
        if line.takes_calls and not line.connectors:
            said = "No voice connector: calls to this number are lost."
            yield on(line, said, view.mending.connect(line))


def _doubled_connector(view: View) -> Iterator[Found]:
    for line in view.lines:
        if len(line.connectors) < 2:
            continue
        # The one to keep: managed by the stack, with a channel that subscriptions are for.
        used = {channel_id for each in line.active for channel_id in each.values("channelId")}

        def rank(connector: Connector, used: AbstractSet[str] = used) -> tuple[bool, bool]:
            channels = {each.id for each in view.channels_of.get(connector.id, ())}
            return view.manager(connector.id) is None, not used & channels

        ranked = sorted(line.connectors, key=rank)
        names = ", ".join(map(view.connector_called, line.connectors))
        said = f"{len(ranked)} voice connectors share this number: {names}."
        yield on(line, said, view.mending.remove_connector(ranked[-1], line.number))


def _no_channel(view: View) -> Iterator[Found]:
    for line in view.lines:
        is_certain = len(line.connectors) > 1 or not line.channels
        for each in line.connectors:
            if is_certain and not view.channels_of.get(each.id):
                stated = f": channel {each.channel_id} is gone" if each.channel_id else ""
                said = f"The connector {view.connector_called(each)} has no channel{stated}."
                yield on(line, said, view.mending.make_again(each, line.number))


def _channel_not_active(view: View) -> Iterator[Found]:
    for line in view.lines:
        for channel in line.channels:
            if channel.status not in ("", "active"):
                said = f"The channel {channel.id} is {channel.status}, not active."
                yield on(line, said, Remedy("Activate the channel in app.bird.com"))


def _voice_not_ready(view: View) -> Iterator[Found]:
    for line in view.lines:
        if line.number.has_capabilities and not line.number.voice:
            said = "This number has a voice connector, but no voice."
            yield on(line, said, view.mending.remove_connector(line.connectors[0], line.number))
        for direction, reason in line.number.unready.items():
            # A number without a connector has a finding of its own.
            if line.connectors:
                said = f"Bird is not ready for {direction} calls of this number: {reason}."
                remedy = "Do in app.bird.com what Bird asks for at this number, or ask its support"
                yield on(line, said, Remedy(remedy))


def _no_inbound(view: View) -> Iterator[Found]:
    for line in view.lines:
        if line.takes_calls and line.channel_ids and not line.inbound:
            said = "No webhook subscription to voice.inbound: no URL learns of its calls."
            yield on(line, said, view.mending.subscribe(line))


def _inbound_inactive(view: View) -> Iterator[Found]:
    told: set[str] = set()
    for line in view.lines:
        if line.takes_calls and line.inbound and not line.active:
            first = line.inbound[0]
            reason = f": {first.shown_reason}" if first.status_reason else ""
            said = f"{view.called(first)} is {first.status}{reason}".rstrip(".")
            said += ". No other one receives the calls of this number."
            told.add(first.id)
            yield on(line, said, view.mending.activate(first))
    for each in view.workspace.subscriptions:
        # Bird has switched it off: its own URL gets nothing, whatever the others get.
        is_off = each.status_reason and not each.is_active and each.event.startswith(f"{VOICE}.")
        if not is_off or each.id in told or view.is_orphan(each) or _is_replaced(view, each):
            continue
        said = f"{view.called(each)} to {each.shown_url} is {each.status}: {each.shown_reason}"
        numbers = view.numbers_of.get(each.id, ())
        yield each.id, f"{said.rstrip('.')}.", view.mending.activate(each), numbers


def _is_replaced(view: View, subscription: Subscription) -> bool:
    """Whether an active one sends the same events to the same URL."""
    return any(
        each.is_active and overlap(each, subscription) and _includes(each, subscription)
        for each in view.workspace.subscriptions
    )


def _inbound_filtered(view: View) -> Iterator[Found]:
    for line in view.lines:
        if line.takes_calls and line.active and not any(map(covers_beginning, line.active)):
            first = line.active[0]
            foreign = sorted({key for key, _ in first.filters} - KEYS_OF_VOICE)
            cause = (
                f"filters on {' and '.join(foreign)}, which calls do not have: its URL learns of "
                "no call"
                if foreign
                else f"leaves out {' and '.join(BEGINNING)} calls: its URL learns too late of a "
                "call"
            )
            said = f"{view.called(first)} {cause}."
            beginning = () if foreign else BEGINNING
            remedy = view.mending.tell(line.number, line.channel_ids[0], first, beginning)
            yield on(line, said, remedy)


def _shadowed(view: View) -> Iterator[Found]:
    """One without filters, and one to another URL that takes events of the same calls from it. A
    `channelId` filter alone is no fault: it gives all calls of a number a URL of their own."""
    active = list(view.voice_subscriptions)
    for each in (one for one in active if not one.filters):
        takers = [
            other
            for other in active
            if gives_way(each, other)
            and not same_receiver(each, other)
            and (other.values("status") or not other.values("channelId"))
        ]
        own = [other for other in active if gives_way(each, other) and same_receiver(each, other)]
        found = [
            (line, taker)
            for taker in takers
            for line in view.lines
            if any(
                reaches(taker, channel_id) and not _is_asked(own, taker, channel_id)
                for channel_id in line.channel_ids
            )
        ]
        if not found:
            continue
        line, taker = found[0]
        which = " and ".join(sorted(taker.values("status"))) or "all"
        said = (
            f"{view.called(each)} has no filters, so {each.shown_url} does not get the {which} "
            f"events of {each.event}: by Bird's documentation, they go only to {taker.id}, which "
            f"asks for them with a filter, and sends them to {taker.shown_url}."
        )
        numbers = tuple(dict.fromkeys(line.number.label for line, _ in found))
        yield each.id, said, view.mending.filter_by_channel(line, each), numbers


def _is_asked(own: Iterable[Subscription], taker: Subscription, channel_id: str) -> bool:
    """Whether one of these asks for all that the taker gets of a channel."""
    wanted = taker.values("status") or {""}
    return any(
        reaches(each, channel_id) and (not (asked := each.values("status")) or wanted <= asked)
        for each in own
    )


def _deliveries_failing(view: View) -> Iterator[Found]:
    for each in view.voice_subscriptions:
        deliveries = view.workspace.deliveries.get(each.id, ())
        if (last := failing(deliveries)) is None:
            continue
        failed = sum(not one.succeeded and not one.is_open for one in deliveries)
        at = datetime.fromtimestamp(last.at, timezone.utc)
        said = (
            f"{view.called(each)} sends to {each.shown_url}, where {failed} of the last "
            f"{len(deliveries)} deliveries failed, the last one at {at:%Y-%m-%d %H:%M} UTC: "
            f"{last.answer}."
        )
        remedy = (
            "Mend the application at this URL so that it answers 2xx. The finding ends when "
            f"{RECOVERED} deliveries in a row have succeeded"
        )
        yield each.id, said, Remedy(remedy), view.numbers_of.get(each.id, ())


def failing(deliveries: Sequence[Delivery]) -> Delivery | None:
    """The last failed delivery, unless those after it succeeded. `deliveries`: newest first."""
    concluded = [each for each in deliveries if not each.is_open]
    return next((each for each in concluded[:RECOVERED] if not each.succeeded), None)


def _doubled_subscription(view: View) -> Iterator[Found]:
    groups: dict[tuple[str, ...], list[Subscription]] = defaultdict(list)
    for each in view.workspace.subscriptions:
        if each.is_active and not view.is_orphan(each):
            groups[each.service, each.event, each.template, address(each.url)].append(each)
    for group in groups.values():
        yield from _doubled_in(view, group)


def _doubled_in(view: View, group: Sequence[Subscription]) -> Iterator[Found]:
    # The one to keep comes first: what the stack manages, then what has the fewest filters.
    ranked = sorted(
        group, key=lambda each: (view.manager(each.id) is None, len(each.filters), each.id)
    )
    kept: dict[str | None, list[Subscription]] = defaultdict(list)
    for each in ranked:
        channel_ids: Iterable[str | None] = sorted(each.channel_ids) or [None]
        # Only those of the same channels are compared: there may be a thousand.
        places = [*channel_ids, None] if each.channel_ids else list(kept)
        rivals = [one for place in places for one in kept[place]]
        for channel_id in channel_ids:
            kept[channel_id].append(each)
        if (other := next((one for one in rivals if is_twice(one, each)), None)) is None:
            continue
        if other.filters == each.filters:
            is_extra, how = True, "is equal to"
        else:
            is_extra, how = _includes(other, each), "sends the same events to the same URL as"
        said = f"{view.called(each)} {how} {other.id}: {each.shown_url} gets {each.event} twice."
        remedy = (
            view.mending.remove_subscription(each)
            if is_extra
            else Remedy(
                "Change the event_filters of one of them, so that no event matches both, or "
                "remove one"
            )
        )
        yield each.id, said, remedy, ()


def is_twice(one: Subscription, other: Subscription) -> bool:
    """Whether an event is sent twice. One without filters gives way to one with filters."""
    return overlap(one, other) and not gives_way(one, other) and not gives_way(other, one)


def _includes(one: Subscription, other: Subscription) -> bool:
    """Whether the first sends every event that the second one sends."""
    return all(
        other.values(key) and other.values(key) <= one.values(key)
        for key in {key for key, _ in one.filters}
    )


def _orphan_subscription(view: View) -> Iterator[Found]:
    for each in view.workspace.subscriptions:
        if view.is_orphan(each):
            said = (
                f"{view.called(each)} ({each.event}, {each.shown_url}) is for the channel "
                f"{' and '.join(sorted(each.channel_ids))}, which does not exist."
            )
            yield each.id, said, view.mending.release_subscription(each), ()


def _orphan_connector(view: View) -> Iterator[Found]:
    for each in view.workspace.connectors:
        is_known = each.id in view.number_of or not (each.number_ids or each.number)
        if each.is_voice and not is_known and view.workspace.knows_all_numbers:
            number = f"+{each.number}" if each.number else min(each.number_ids)
            said = (
                f"The voice connector {view.connector_called(each)} is for the phone number "
                f"{number}, which the workspace does not have."
            )
            yield each.id, said, view.mending.remove_connector(each, None), ()


def _gone_from_bird(view: View) -> Iterator[Found]:
    for each in view.gone:
        said = f"The stack manages {each.type_name} {each.name}, which is gone from Bird."
        yield each.id, said, view.mending.refresh(), _numbers_of(view, each)


def _numbers_of(view: View, managed: Managed) -> tuple[str, ...]:
    return tuple(
        line.number.label for line in view.lines if managed.phone_number_id in line.number.ids
    )


def _stale_channel(view: View) -> Iterator[Found]:
    for connector in view.workspace.connectors:
        if (managed := view.stale(connector)) is not None:
            said = (
                f"The stack states the channel {managed.channel_id} for {managed.name}, but Bird "
                f"has {view.channels_of[connector.id][0].id}."
            )
            remedy = view.mending.refresh()
            yield connector.id, said, remedy, _numbers_of(view, managed)


FAULTS: dict[str, Callable[[View], Iterator[Found]]] = {
    "no-connector": _no_connector,
    "doubled-connector": _doubled_connector,
    "no-channel": _no_channel,
    "channel-not-active": _channel_not_active,
    "voice-not-ready": _voice_not_ready,
    "no-inbound-subscription": _no_inbound,
    "subscription-inactive": _inbound_inactive,
    "subscription-filtered": _inbound_filtered,
    "subscription-shadowed": _shadowed,
    "deliveries-failing": _deliveries_failing,
    "doubled-subscription": _doubled_subscription,
    "orphan-subscription": _orphan_subscription,
    "orphan-connector": _orphan_connector,
    "gone-from-bird": _gone_from_bird,
    "stale-channel-id": _stale_channel,
}
"""The kinds of findings, each with the function that finds them."""
