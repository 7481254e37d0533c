"""Judges a snapshot: what may lose a call, or sends it twice, and what mends it.

A pure function. Each kind of finding is one function in `FAULTS`. What Bird does not state is not
taken for a fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timezone

from bird_dynamic.lifecycle.audit import subscription_faults
from bird_dynamic.lifecycle.audit.remedies import OWN_QUERY, Remedy
from bird_dynamic.lifecycle.audit.report import AuditFinding
from bird_dynamic.lifecycle.audit.snapshot import (
    Connector,
    Delivery,
    Managed,
    Workspace,
)
from bird_dynamic.lifecycle.audit.view import Found, View, on

RECOVERED = 3
"""How many deliveries in a row have to succeed after one that failed: a call has about as many."""


def judged(workspace: Workspace) -> list[AuditFinding]:
    """The findings of a snapshot, in the order of the table."""
    view = View(workspace)
    return [
        AuditFinding(kind, about, message, _with_own_query(remedy), remedy.line, numbers)
        for kind, find in FAULTS.items()
        for about, message, remedy, numbers in find(view)
    ]


def _with_own_query(remedy: Remedy) -> str:
    if OWN_QUERY not in remedy.line:
        return remedy.text
    return f"{remedy.text}. In the URL, put what the line leaves out in place of {OWN_QUERY}"


def _no_connector(view: View) -> Iterator[Found]:
    for line in view.lines:
        if line.takes_calls and not line.connectors:
            message = "No voice connector: calls to this number are lost."
            yield on(line, message, view.remedies.connect(line))


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
        message = f"{len(ranked)} voice connectors share this number: {names}."
        yield on(line, message, view.remedies.remove_connector(ranked[-1], line.number))


def _no_channel(view: View) -> Iterator[Found]:
    for line in view.lines:
        is_certain = len(line.connectors) > 1 or not line.channels
        for each in line.connectors:
            if is_certain and not view.channels_of.get(each.id):
                stated = f": channel {each.channel_id} is gone" if each.channel_id else ""
                message = f"The connector {view.connector_called(each)} has no channel{stated}."
                yield on(line, message, view.remedies.make_again(each, line.number))


def _channel_not_active(view: View) -> Iterator[Found]:
    for line in view.lines:
        for channel in line.channels:
            if channel.status not in ("", "active"):
                message = f"The channel {channel.id} is {channel.status}, not active."
                yield on(line, message, Remedy("Activate the channel in app.bird.com"))


def _voice_not_ready(view: View) -> Iterator[Found]:
    for line in view.lines:
        if line.number.has_capabilities and not line.number.voice:
            message = "This number has a voice connector, but no voice."
            yield on(line, message, view.remedies.remove_connector(line.connectors[0], line.number))
        for direction, reason in line.number.unready.items():
            # A number without a connector has a finding of its own.
            if line.connectors:
                message = f"Bird is not ready for {direction} calls of this number: {reason}."
                remedy = "Do in app.bird.com what Bird asks for at this number, or ask its support"
                yield on(line, message, Remedy(remedy))


def _deliveries_failing(view: View) -> Iterator[Found]:
    for each in view.voice_subscriptions:
        deliveries = view.workspace.deliveries.get(each.id, ())
        if (last := failing(deliveries)) is None:
            continue
        failed = sum(not one.succeeded and not one.is_open for one in deliveries)
        at = datetime.fromtimestamp(last.at, timezone.utc)
        message = (
            f"{view.called(each)} sends to {each.shown_url}, where {failed} of the last "
            f"{len(deliveries)} deliveries failed, the last one at {at:%Y-%m-%d %H:%M} UTC: "
            f"{last.answer}."
        )
        remedy = (
            "Mend the application at this URL so that it answers 2xx. The finding ends when "
            f"{RECOVERED} deliveries in a row have succeeded"
        )
        yield each.id, message, Remedy(remedy), view.numbers_of.get(each.id, ())


def failing(deliveries: Sequence[Delivery]) -> Delivery | None:
    """The last failed delivery, unless those after it succeeded. `deliveries`: newest first."""
    concluded = [each for each in deliveries if not each.is_open]
    return next((each for each in concluded[:RECOVERED] if not each.succeeded), None)


def _orphan_connector(view: View) -> Iterator[Found]:
    for each in view.workspace.connectors:
        is_known = each.id in view.number_of or not (each.number_ids or each.number)
        if each.is_voice and not is_known and view.workspace.knows_all_numbers:
            number = f"+{each.number}" if each.number else min(each.number_ids)
            message = (
                f"The voice connector {view.connector_called(each)} is for the phone number "
                f"{number}, which the workspace does not have."
            )
            yield each.id, message, view.remedies.remove_connector(each, None), ()


def _gone_from_bird(view: View) -> Iterator[Found]:
    for each in view.gone:
        message = f"The stack manages {each.type_name} {each.name}, which is gone from Bird."
        yield each.id, message, view.remedies.refresh(), _numbers_of(view, each)


def _numbers_of(view: View, managed: Managed) -> tuple[str, ...]:
    return tuple(
        line.number.label for line in view.lines if managed.phone_number_id in line.number.ids
    )


def _stale_channel(view: View) -> Iterator[Found]:
    for connector in view.workspace.connectors:
        if (managed := view.stale(connector)) is not None:
            message = (
                f"The stack states the channel {managed.channel_id} for {managed.name}, but Bird "
                f"has {view.channels_of[connector.id][0].id}."
            )
            remedy = view.remedies.refresh()
            yield connector.id, message, remedy, _numbers_of(view, managed)


FAULTS: dict[str, Callable[[View], Iterator[Found]]] = {
    "no-connector": _no_connector,
    "doubled-connector": _doubled_connector,
    "no-channel": _no_channel,
    "channel-not-active": _channel_not_active,
    "voice-not-ready": _voice_not_ready,
    "no-inbound-subscription": subscription_faults.no_inbound,
    "subscription-inactive": subscription_faults.inbound_inactive,
    "subscription-filtered": subscription_faults.inbound_filtered,
    "subscription-shadowed": subscription_faults.shadowed,
    "deliveries-failing": _deliveries_failing,
    "doubled-subscription": subscription_faults.doubled,
    "orphan-subscription": subscription_faults.orphan,
    "orphan-connector": _orphan_connector,
    "gone-from-bird": _gone_from_bird,
    "stale-channel-id": _stale_channel,
}
"""The kinds of findings, each with the function that finds them."""
