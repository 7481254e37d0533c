"""Judges the webhook subscriptions of a snapshot. See `faults`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from bird_dynamic.lifecycle.audit.joins import (
    BEGINNING,
    KEYS_OF_VOICE,
    covers_beginning,
    gives_way,
    overlap,
    reaches,
    same_receiver,
)
from bird_dynamic.lifecycle.audit.remedies import Remedy
from bird_dynamic.lifecycle.audit.snapshot import Subscription
from bird_dynamic.lifecycle.audit.view import Found, View, on
from bird_dynamic.schema.equality import address
from bird_dynamic.schema.number_endpoints import VOICE


def no_inbound(view: View) -> Iterator[Found]:
    """No subscription reaches the channel of a number."""
    for line in view.lines:
        if line.takes_calls and line.channel_ids and not line.inbound:
            message = "No webhook subscription to voice.inbound: no URL learns of its calls."
            yield on(line, message, view.remedies.subscribe(line))


def inbound_inactive(view: View) -> Iterator[Found]:
    """Those of a number are inactive, or Bird has switched one off."""
    told: set[str] = set()
    for line in view.lines:
        if line.takes_calls and line.inbound and not line.active:
            first = line.inbound[0]
            reason = f": {first.shown_reason}" if first.status_reason else ""
            message = f"{view.called(first)} is {first.status}{reason}".rstrip(".")
            message += ". No other one receives the calls of this number."
            told.add(first.id)
            yield on(line, message, view.remedies.activate(first))
    for each in view.workspace.subscriptions:
        # Bird has switched it off: its own URL gets nothing, whatever the others get.
        is_off = each.status_reason and not each.is_active and each.event.startswith(f"{VOICE}.")
        if not is_off or each.id in told or view.is_orphan(each) or _is_replaced(view, each):
            continue
        message = f"{view.called(each)} to {each.shown_url} is {each.status}: {each.shown_reason}"
        numbers = view.numbers_of.get(each.id, ())
        yield each.id, f"{message.rstrip('.')}.", view.remedies.activate(each), numbers


def _is_replaced(view: View, subscription: Subscription) -> bool:
    """Whether an active one sends the same events to the same URL."""
    return any(
        each.is_active and overlap(each, subscription) and _includes(each, subscription)
        for each in view.workspace.subscriptions
    )


def inbound_filtered(view: View) -> Iterator[Found]:
    """The URL of a number does not learn of the beginning of a call."""
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
            message = f"{view.called(first)} {cause}."
            beginning = () if foreign else BEGINNING
            remedy = view.remedies.tell(line.number, line.channel_ids[0], first, beginning)
            yield on(line, message, remedy)


def shadowed(view: View) -> Iterator[Found]:
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
        message = (
            f"{view.called(each)} has no filters, so {each.shown_url} does not get the {which} "
            f"events of {each.event}: by Bird's documentation, they go only to {taker.id}, which "
            f"asks for them with a filter, and sends them to {taker.shown_url}."
        )
        numbers = tuple(dict.fromkeys(line.number.label for line, _ in found))
        yield each.id, message, view.remedies.filter_by_channel(line, each), numbers


def _is_asked(own: Iterable[Subscription], taker: Subscription, channel_id: str) -> bool:
    """Whether one of these asks for all that the taker gets of a channel."""
    wanted = taker.values("status") or {""}
    return any(
        reaches(each, channel_id) and (not (asked := each.values("status")) or wanted <= asked)
        for each in own
    )


def doubled(view: View) -> Iterator[Found]:
    """A URL gets an event twice."""
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
        message = f"{view.called(each)} {how} {other.id}: {each.shown_url} gets {each.event} twice."
        remedy = (
            view.remedies.remove_subscription(each)
            if is_extra
            else Remedy(
                "Change the event_filters of one of them, so that no event matches both, or "
                "remove one"
            )
        )
        yield each.id, message, remedy, ()


def is_twice(one: Subscription, other: Subscription) -> bool:
    """Whether an event is sent twice. One without filters gives way to one with filters."""
    return overlap(one, other) and not gives_way(one, other) and not gives_way(other, one)


def _includes(one: Subscription, other: Subscription) -> bool:
    """Whether the first sends every event that the second one sends."""
    return all(
        other.values(key) and other.values(key) <= one.values(key)
        for key in {key for key, _ in one.filters}
    )


def orphan(view: View) -> Iterator[Found]:
    """One is for channels that do not exist."""
    for each in view.workspace.subscriptions:
        if view.is_orphan(each):
            mistaken = [one for one in view.workspace.connectors if one.id in each.channel_ids]
            message = (
                f"{view.called(each)} ({each.event}, {each.shown_url}) is for the channel "
                f"{' and '.join(sorted(each.channel_ids))}, which does not exist."
                f"{''.join(_connector_in_place_of(view, one.id) for one in mistaken)}"
            )
            remedy = view.remedies.release_subscription(each, is_mistaken=bool(mistaken))
            yield each.id, message, remedy, ()


def _connector_in_place_of(view: View, connector_id: str) -> str:
    ids = [each.id for each in view.channels_of.get(connector_id, ())]
    whose = f", whose channel is {' or '.join(ids)}" if ids else ""
    return f" {connector_id} is the id of a connector{whose}."
