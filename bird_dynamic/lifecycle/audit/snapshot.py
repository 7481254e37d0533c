"""A snapshot of a workspace: what the audit judges. Plain values, read from Bird's objects.

Every property but `id` may be missing in Bird's listings: an absent one is None or empty, and is
never taken for a fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bird_dynamic.bird.ids import canonical
from bird_dynamic.bird.models import Item
from bird_dynamic.schema.number_endpoints import (
    DIRECTIONS,
    VOICE,
    connector_ids,
    voice_issues,
    voice_status,
)
from bird_dynamic.schema.values import without_version

READY, UNAVAILABLE = "active", "unavailable"
"""The statuses of a direction that is ready, and of one that the number does not have. Assumed:
only `active` is ready."""


@dataclass(frozen=True)
class Number:
    """A phone number. `ids` are all its ids; `voice` are its directions of voice, `inbound` and
    `outbound`; `unready` says of a direction why Bird is not ready for it."""

    id: str
    number: str
    ids: frozenset[str]
    voice: tuple[str, ...]
    unready: Mapping[str, str] = field(default_factory=dict)
    connector_ids: tuple[str, ...] = ()
    has_endpoint: bool = True
    """Whether Bird stated its endpoint: a listing may omit it."""
    has_capabilities: bool = True
    """Whether Bird stated what it can be used for."""

    @property
    def label(self) -> str:
        """What it is called: Bird may not state the number."""
        return self.number or self.id

    @property
    def digits(self) -> str:
        """The digits of the number in international form."""
        return digits(self.number)


@dataclass(frozen=True)
class Connector:
    """A connector. `number_ids` are the ids that it has of its phone number, `number` are the
    digits of that. `arguments` are those of its template, empty if a listing omitted them."""

    id: str
    name: str
    template: str
    is_voice: bool
    number_ids: frozenset[str]
    number: str
    channel_id: str | None
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Channel:
    """A channel. `identifier` are the digits of its phone number, if it has one."""

    id: str
    connector_id: str | None
    platform: str
    identifier: str
    status: str


@dataclass(frozen=True)
class Subscription:
    """A webhook subscription. `filters` are pairs of a key and a value."""

    id: str
    service: str
    event: str
    url: str
    filters: frozenset[tuple[str, str]]
    status: str
    status_reason: str
    template: str

    @property
    def is_active(self) -> bool:
        """Whether it sends events. `active` and `inactive` are all documented statuses."""
        return self.status in ("", "active")

    @property
    def shown_url(self) -> str:
        """Its URL as it is shown: without what may be a secret."""
        return without_query(self.url)

    @property
    def shown_reason(self) -> str:
        """The reason of its status, which may quote its URL."""
        url = self.url or "\0"
        return self.status_reason.replace(url, self.shown_url)

    def values(self, key: str) -> frozenset[str]:
        """The values of the filters with this key, in lower case."""
        return frozenset(value.lower() for name, value in self.filters if name == key)

    @property
    def channel_ids(self) -> frozenset[str]:
        """The channels that it is for; empty if it is for all, or no id is one."""
        return frozenset(filter(None, map(canonical, self.values("channelId"))))


@dataclass(frozen=True)
class Delivery:
    """A delivery of an event. `at` is in seconds since the epoch. `is_open`: not yet concluded."""

    at: float
    succeeded: bool
    is_open: bool
    answer: str


@dataclass(frozen=True)
class Managed:
    """A resource in the state of a stack, and the ids that it has there. Never anything else of the
    state: it has secrets. `channel_id`: also that of the filters of a subscription."""

    type_name: str
    name: str
    urn: str
    id: str
    channel_id: str | None = None
    phone_number_id: str | None = None
    is_in_workspace: bool = True
    """Whether it is certainly of this workspace; a stack may have several."""


@dataclass(frozen=True)
class Workspace:
    """All that the audit looks at. `deliveries`: the last ones of a subscription, newest first.
    `not_checked`: what could not be read, and why. `managed`: None without a stack."""

    numbers: tuple[Number, ...] = ()
    connectors: tuple[Connector, ...] = ()
    channels: tuple[Channel, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    deliveries: Mapping[str, tuple[Delivery, ...]] = field(default_factory=dict)
    not_checked: tuple[str, ...] = ()
    knows_all_numbers: bool = True
    managed: tuple[Managed, ...] | None = None
    stack: str = ""


def without_query(url: str, mark: str = "…") -> str:
    """A URL in which a mark stands for the query, and for a user with a password: both may be
    secret."""
    place, *rest = re.split(r"[?#]", url, maxsplit=1)
    scheme, separator, address = place.partition("//")
    host, slash, path = address.partition("/")
    user, at, host = host.rpartition("@")
    hidden, query = mark if user else "", f"?{mark}" if rest else ""
    return f"{scheme}{separator}{hidden}{at}{host}{slash}{path}{query}"


def digits(value: Any) -> str:
    """The digits of a phone number; empty for anything else."""
    return re.sub(r"\D", "", value) if isinstance(value, str) else ""


def number_of(row: Item) -> Number:
    """A row of either list of phone numbers."""
    endpoint = _map(row.get("endpoint"))
    ids = (canonical(row.get(key)) for key in ("id", "endpointId"))
    stated = row.get("capabilities")
    voice = _directions(stated) if stated else _directions_of(endpoint)
    return Number(
        id=str(row["id"]),
        number=_text(row, "numberString") or _text(row, "number"),
        ids=frozenset(filter(None, ids)),
        voice=voice,
        unready=dict(_unready(endpoint, voice)),
        connector_ids=tuple(connector_ids(endpoint.get("dependencies")) or ()),
        has_endpoint=bool(endpoint),
        has_capabilities=bool(stated or endpoint.get("capabilities")),
    )


def merged(one: Number, other: Number) -> Number:
    """The same number, from both lists."""
    voice = {*one.voice, *other.voice}
    return Number(
        id=one.id,
        number=one.number or other.number,
        ids=one.ids | other.ids,
        voice=tuple(each for each in DIRECTIONS if each in voice),
        has_endpoint=one.has_endpoint or other.has_endpoint,
        has_capabilities=one.has_capabilities or other.has_capabilities,
        unready=one.unready or other.unready,
        connector_ids=one.connector_ids or other.connector_ids,
    )


def connector_of(row: Item) -> Connector:
    """A connector, from a listing or a read."""
    arguments, number = _map(row.get("arguments")), _map(row.get("number"))
    template = _text(row, "connectorTemplateRef")
    slug = _text(row, "connectorTemplateSlug") or without_version(template)
    ids = (arguments.get("phoneNumberId"), number.get("numberId"), number.get("profileId"))
    return Connector(
        id=str(row["id"]),
        name=_text(row, "name"),
        template=template,
        is_voice=slug.lower().startswith(VOICE),
        number_ids=frozenset(filter(None, map(canonical, ids))),
        number=digits(number.get("phoneNumber")),
        channel_id=canonical(_map(row.get("channel")).get("channelId")),
        arguments=arguments,
    )


def channel_of(row: Item) -> Channel:
    """A channel."""
    return Channel(
        id=str(row["id"]),
        connector_id=canonical(row.get("connectorId")),
        platform=_text(row, "platformId"),
        identifier=digits(row.get("identifier")),
        status=_text(row, "status").lower(),
    )


def subscription_of(row: Item) -> Subscription:
    """A webhook subscription."""
    return Subscription(
        id=str(row["id"]),
        service=_text(row, "service"),
        event=_text(row, "event"),
        url=_text(row, "url"),
        filters=frozenset(
            (_text(each, "key"), str(each.get("value"))) for each in _list(row.get("eventFilters"))
        ),
        status=_text(row, "status").lower(),
        status_reason=_text(row, "statusReason"),
        template=_text(row, "template"),
    )


def _directions(capabilities: Any) -> tuple[str, ...]:
    """The directions of voice: `{"voice": {"inbound": true}}`, or a list of texts."""
    if isinstance(capabilities, Mapping):
        voice = capabilities.get(VOICE)
        if isinstance(voice, Mapping):
            return tuple(each for each in DIRECTIONS if voice.get(each) is True)
        return DIRECTIONS if voice is True else ()
    listed = capabilities if isinstance(capabilities, list) else ()
    texts = {each.lower() for each in listed if isinstance(each, str)}
    return tuple(each for each in DIRECTIONS if {VOICE, f"{VOICE}-{each}"} & texts)


def _directions_of(endpoint: Mapping[str, Any]) -> tuple[str, ...]:
    """The directions of voice that an endpoint has."""
    statuses = {each: voice_status(each)(endpoint.get("capabilities")) for each in DIRECTIONS}
    return tuple(each for each, status in statuses.items() if status not in (None, UNAVAILABLE))


def _unready(endpoint: Mapping[str, Any], directions: Iterable[str]) -> Iterator[tuple[str, str]]:
    issues = voice_issues(endpoint) or []
    for direction in directions:
        others = tuple(f"{each}: " for each in DIRECTIONS if each != direction)
        own = [
            each.removeprefix(f"{direction}: ") for each in issues if not each.startswith(others)
        ]
        status = voice_status(direction)(endpoint.get("capabilities"))
        is_told = f"{direction}: " in " ".join(issues)
        if status == READY or (status is None and not is_told):
            continue
        reasons = f" ({'; '.join(own)})" if own else ""
        yield direction, f"{status or 'no status'}{reasons}"


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) else ""


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
