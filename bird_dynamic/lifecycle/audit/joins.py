"""Joins a snapshot: which connector, channel and subscriptions belong to each phone number.

Listings may lack the properties that join them, so each join has several ways.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from bird_dynamic.lifecycle.audit.snapshot import (
    Channel,
    Connector,
    Managed,
    Number,
    Subscription,
    Workspace,
)
from bird_dynamic.schema.equality import address
from bird_dynamic.schema.number_endpoints import VOICE

INBOUND = "voice.inbound"
BEGINNING = ("starting", "ringing")
"""Statuses of an inbound call that nobody has answered yet. Source: "Voice webhooks"."""
KEYS_OF_VOICE = frozenset({"channelId", "status", "platformId"})
"""Filters that a voice event can match."""


@dataclass(frozen=True)
class Line:
    """A phone number with voice, and what belongs to it. `channel_ids`: those of its connectors,
    also of channels that the workspace does not list."""

    number: Number
    connectors: tuple[Connector, ...]
    channels: tuple[Channel, ...]
    channel_ids: tuple[str, ...]
    inbound: tuple[Subscription, ...]
    """Subscriptions to inbound calls that may reach a channel of it, whatever their status."""

    @property
    def takes_calls(self) -> bool:
        """Whether the number can receive calls; taken as read if Bird does not say."""
        return "inbound" in self.number.voice or not self.number.has_capabilities

    @property
    def active(self) -> tuple[Subscription, ...]:
        """The subscriptions that get its inbound calls: the active ones, without those that give
        way to another one in all its events."""
        active = [each for each in self.inbound if each.is_active]
        return tuple(each for each in active if not self._loses_all(each, active))

    def _loses_all(self, subscription: Subscription, others: Iterable[Subscription]) -> bool:
        return any(
            gives_way(subscription, each)
            and not same_receiver(subscription, each)
            and not each.values("status")
            and all(reaches(each, channel_id) for channel_id in self.channel_ids)
            for each in others
        )


class Setup:
    """A snapshot with its joins."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._managed = {each.id: each for each in workspace.managed or ()}

    @cached_property
    def channels_of(self) -> dict[str, list[Channel]]:
        """The channels of each connector, by its id."""
        found: dict[str, list[Channel]] = {}
        by_channel = {each.channel_id: each.id for each in self.workspace.connectors}
        for channel in self.workspace.channels:
            owner = channel.connector_id or by_channel.get(channel.id)
            if owner is not None:
                found.setdefault(owner, []).append(channel)
        return found

    @cached_property
    def number_of(self) -> dict[str, Number]:
        """The number of each connector that has one, by the connector's id."""
        numbers = self.workspace.numbers
        by_dependency = {connector: each for each in numbers for connector in each.connector_ids}
        by_id = {number_id: each for each in numbers for number_id in each.ids}
        by_digits = {each.digits: each for each in numbers if each.digits}
        found = {}
        for connector in self.workspace.connectors:
            identifiers = (each.identifier for each in self.channels_of.get(connector.id, ()))
            candidates = (
                by_dependency.get(connector.id),
                *map(by_id.get, connector.number_ids),
                *map(by_digits.get, (connector.number, *identifiers)),
            )
            if (number := next(filter(None, candidates), None)) is not None:
                found[connector.id] = number
        return found

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The numbers that have voice or a voice connector, in the order of the numbers."""
        by_number: dict[str, list[Connector]] = {}
        for connector in self.workspace.connectors:
            number = self.number_of.get(connector.id)
            if connector.is_voice and number is not None:
                by_number.setdefault(number.id, []).append(connector)
        return tuple(
            self._line(number, tuple(by_number.get(number.id, ())))
            for number in sorted(self.workspace.numbers, key=lambda each: each.number)
            if number.voice or number.id in by_number
        )

    @cached_property
    def _unowned(self) -> dict[str, list[Channel]]:
        """The voice channels whose connector is not known, by the digits of their number."""
        owned = {each.id for those in self.channels_of.values() for each in those}
        found: dict[str, list[Channel]] = {}
        for each in self.workspace.channels:
            if each.id not in owned and each.identifier and each.platform.startswith(VOICE):
                found.setdefault(each.identifier, []).append(each)
        return found

    def _line(self, number: Number, connectors: tuple[Connector, ...]) -> Line:
        channels = tuple(
            channel for each in connectors for channel in self.channels_of.get(each.id, ())
        ) or tuple(self._unowned.get(number.digits, ()))
        stated = (each.channel_id for each in connectors if each.channel_id)
        channel_ids = tuple(dict.fromkeys((*(each.id for each in channels), *stated)))
        return Line(
            number=number,
            connectors=connectors,
            channels=channels,
            channel_ids=channel_ids,
            inbound=tuple(
                each for each in self._inbound if any(reaches(each, one) for one in channel_ids)
            ),
        )

    @cached_property
    def _inbound(self) -> tuple[Subscription, ...]:
        return tuple(
            each
            for each in self.workspace.subscriptions
            if each.service == "channels" and each.event == INBOUND
        )

    @cached_property
    def channel_ids(self) -> frozenset[str]:
        """Every channel that exists, also those that only a connector states."""
        stated = (each.channel_id for each in self.workspace.connectors if each.channel_id)
        return frozenset((*(each.id for each in self.workspace.channels), *stated))

    @property
    def voice_subscriptions(self) -> Iterator[Subscription]:
        """The active subscriptions to calls of channels that exist."""
        for each in self.workspace.subscriptions:
            is_of_voice = each.service == "channels" and each.event.startswith(f"{VOICE}.")
            if is_of_voice and each.is_active and not self.is_orphan(each):
                yield each

    def is_orphan(self, subscription: Subscription) -> bool:
        """Whether it is for a channel that does not exist."""
        wanted = subscription.channel_ids
        return bool(wanted) and not subscription.values("channelId") & self.channel_ids

    @cached_property
    def gone(self) -> tuple[Managed, ...]:
        """What the stack manages and Bird does not have."""
        existing = {each.id for each in self.workspace.connectors}
        existing |= {each.id for each in self.workspace.subscriptions}
        managed = self.workspace.managed or ()
        return tuple(each for each in managed if each.is_in_workspace and each.id not in existing)

    def stale(self, connector: Connector) -> Managed | None:
        """The resource that manages a connector, if its state has another channel of it."""
        managed = self.manager(connector.id)
        now = [each.id for each in self.channels_of.get(connector.id, ())]
        if managed is None or not now or managed.channel_id in (None, *now):
            return None
        return managed

    def drifted(self, line: Line) -> Managed | None:
        """A resource of the stack that gives the line what it lacks, once the stack is up to date:
        declaring another one would double it."""
        for each in self.gone:
            if each.phone_number_id in line.number.ids:
                return each
            is_for_it = each.channel_id is None or each.channel_id in line.channel_ids
            if line.connectors and each.type_name == "WebhookSubscription" and is_for_it:
                return each
        return next(filter(None, map(self.stale, line.connectors)), None)

    def manager(self, item_id: str) -> Managed | None:
        """The resource of the stack that manages an item."""
        return self._managed.get(item_id)


def reaches(subscription: Subscription, channel_id: str) -> bool:
    """Whether events of this channel can match its filters. Several values of a key are
    alternatives."""
    channels, platforms = subscription.values("channelId"), subscription.values("platformId")
    return (not channels or channel_id in channels) and (
        not platforms or any(each.startswith(VOICE) for each in platforms)
    )


def gives_way(one: Subscription, other: Subscription) -> bool:
    """Whether the first one does not get the events of calls that the other one asks for. Source:
    "Voice webhooks": without filters it gets all events, "except where you have other webhooks with
    an explicit filter"."""
    return (
        (one.service, one.event) == (other.service, other.event)
        and one.event.startswith(f"{VOICE}.")
        and other.is_active
        and not one.filters
        and bool(other.filters)
        and {key for key, _ in other.filters} <= KEYS_OF_VOICE
    )


def same_receiver(one: Subscription, other: Subscription) -> bool:
    """Whether both send to the same URL, in the same form."""
    return one.template == other.template and address(one.url) == address(other.url)


def covers_beginning(subscription: Subscription) -> bool:
    """Whether it sends the event of a call that nobody has answered yet."""
    statuses = subscription.values("status")
    keys = {key for key, _ in subscription.filters}
    return keys <= KEYS_OF_VOICE and (not statuses or not statuses.isdisjoint(BEGINNING))


def covers_all(subscription: Subscription) -> bool:
    """Whether it sends the beginning of each inbound call, of any channel."""
    is_of_calls = subscription.service == "channels" and subscription.event == INBOUND
    is_for_all = not subscription.values("channelId") and reaches(subscription, "")
    return is_of_calls and subscription.is_active and is_for_all and covers_beginning(subscription)


def overlap(one: Subscription, other: Subscription) -> bool:
    """Whether both ask for some event, for the same URL, in the same form."""
    if (one.service, one.event) != (other.service, other.event):
        return False
    if not one.url or not same_receiver(one, other):
        return False
    keys = {key for key, _ in one.filters | other.filters}
    if one.event.startswith(f"{VOICE}.") and not keys <= KEYS_OF_VOICE:
        # No event of a call matches such a filter.
        return False
    return all(
        not one.values(key) or not other.values(key) or one.values(key) & other.values(key)
        for key in keys
    )
