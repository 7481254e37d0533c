"""The schema of `WebhookSubscription`: where Bird sends the events of a workspace.

Source: the notifications API reference ("webhook subscriptions", create and update), and "Voice
webhooks" for the filters of voice events.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from bird_dynamic.schema.common import WORKSPACE, local_inputs
from bird_dynamic.schema.fields import CAMEL_CASE, UNKNOWN, Field, OnChange, ResourceSchema
from bird_dynamic.schema.kinds import ORGANIZATION_ID, TEXT, UUID_TEXT, Kind, Shape
from bird_dynamic.schema.types import Enumeration, Member, Structure
from bird_dynamic.schema.values import UUID, meant, unlisted
from bird_dynamic.schema.webhook_events import EVENT, EVENTS, FILTER_KEYS, SERVICE, SERVICES

_URL = re.compile(r"https://([a-zA-Z0-9-]+\.)+[a-zA-Z]{2,}(:[0-9]+)?(/\S*)?")


_SERVER = re.compile(r"(https?)://(?:[^/?#]*@)?([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)
_PLAUSIBLE = re.compile(
    r"[a-z0-9-]+\.(inbound|outbound|interaction)|template\.(created|updated|deleted)"
)
"""Events of platforms, which are not all documented, and of templates, whose service is not."""
FILTER = Structure(
    "WebhookEventFilter",
    "A property of events, and the value that it must have.",
    (
        Member(
            "key",
            "Property of the events: `channelId`, `status` or another.",
            required=True,
            type=Enumeration(
                "WebhookFilterKey", "The documented keys of filters; others exist.", FILTER_KEYS
            ),
        ),
        Member("value", "Value that the property must have.", required=True),
    ),
)
STATUSES = ("active", "inactive")
"""The documented statuses; there are no others."""


def _url_problem(value: Any) -> str | None:
    if isinstance(value, str) and _URL.fullmatch(value):
        return None
    return "must be an https URL with a public host name, such as https://example.com/calls"


def _status_problem(value: Any) -> str | None:
    return None if value in STATUSES else 'must be "active" or "inactive"'


def _service_problem(value: Any) -> str | None:
    return f"must be one of Bird's services{_SERVICES}" if TEXT.problem(value) else None


def _event_problem(value: Any) -> str | None:
    if isinstance(value, list | tuple):
        return f"must be one event{_AN_EVENT}; declare one subscription per event"
    return f"must be a non-empty string{_AN_EVENT}" if TEXT.problem(value) else None


_SERVICES = f": {', '.join(SERVICES[:-1])} or {SERVICES[-1]}"
_AN_EVENT = ', such as "voice.inbound"'
_A_FILTER = '{"key": …, "value": …}, both strings'


def _filters_problem(value: Any) -> str | None:
    return None if isinstance(value, list) else f"must be a list of {_A_FILTER}"


def _problems_of_filters(inputs: Mapping[str, Any]) -> Iterator[str]:
    filters = inputs.get("event_filters")
    known = [
        (place, each)
        for place, each in enumerate(filters if isinstance(filters, list) else ())
        if each is not UNKNOWN
    ]
    for place, each in known:
        if (problem := _filter_problem(each)) is not None:
            yield f"event_filters[{place}]: {problem}"
    keys = [each.get("key") for _, each in known if isinstance(each, Mapping)]
    if keys.count("channelId") > 1:
        yield (
            "event_filters: may filter on one channelId only; declare one subscription per channel"
        )


def _filter_problem(value: Any) -> str | None:
    if not isinstance(value, Mapping) or value.keys() != {"key", "value"}:
        return f"must be {_A_FILTER}"
    if any(part is not UNKNOWN and TEXT.problem(part) for part in value.values()):
        return f"must be {_A_FILTER}"
    key, filtered = value["key"], value["value"]
    if key is not UNKNOWN and (known := meant(key, FILTER_KEYS)):
        return f'the key "{key}" is unknown; did you mean {known}?'
    if key == "channelId" and filtered is not UNKNOWN and not UUID.fullmatch(filtered):
        return "the value of the filter channelId must be a UUID: use the channel_id of a channel"
    return None


def _doubts(inputs: Mapping[str, Any]) -> Iterator[str]:
    service, event = inputs.get("service"), inputs.get("event")
    if isinstance(service, str) and service not in SERVICES:
        yield f"service: {unlisted(service, SERVICES)}"
    if isinstance(event, str) and (doubt := _doubt_about_event(event, service)) is not None:
        yield (
            f"event: {doubt} Bird sends nothing for an event that the service does not have; "
            "get_webhook_events() lists the events of a workspace"
        )
    filters = inputs.get("event_filters")
    for place, each in enumerate(filters if isinstance(filters, list) else ()):
        key = each.get("key") if isinstance(each, Mapping) else None
        if isinstance(key, str) and key not in FILTER_KEYS:
            yield f"event_filters[{place}]: the key {unlisted(key, FILTER_KEYS)}"


def _doubt_about_event(event: str, service: Any) -> str | None:
    if known := meant(event, chain.from_iterable(EVENTS.values())):
        return f"did you mean {known}?"
    if service not in SERVICES:
        return None
    owner = next((each for each, events in EVENTS.items() if event in events), None)
    if owner is None and service in EVENTS and not _PLAUSIBLE.fullmatch(event):
        return f"is not among the known events of {service}: {', '.join(EVENTS[service])}."
    if owner in (None, service):
        return None
    return f'belongs to the service {owner}, not to {service}: write service="{owner}".'


def _details(item: Mapping[str, Any]) -> str:
    """The event, and the server of the URL: the rest may be secret, and a part of a secret cannot
    be redacted."""
    parts = _SERVER.match(str(item.get("url")))
    server = "an unreadable URL"
    if parts is not None:
        scheme, host, rest = parts.groups()
        server = f"{scheme.lower()}://{host}{'/…' if rest not in ('', '/') else ''}"
    told = f"{item.get('event')} to {server}"
    return f"{told}, {item['status']}" if item.get("status") not in (None, "active") else told


def _keys_and_values(filters: Any) -> Any:
    """Bird's filters without keys that it may have added."""
    if not isinstance(filters, list):
        return None
    return [
        {name: each[name] for name in ("key", "value") if name in each}
        for each in filters
        if isinstance(each, Mapping)
    ]


WEBHOOK_SUBSCRIPTION = ResourceSchema(
    type_name="WebhookSubscription",
    noun="webhook subscription",
    summary="A webhook: Bird sends an event, such as an inbound voice call, to your URL. "
    'Source: Bird\'s notifications API, "Webhook subscriptions".',
    changes="Changing `service` or `event` replaces the subscription. The new one is created "
    "first, so that no event is missed. The other inputs are updated in place. Removing a "
    "`signing_key` or `template` also replaces it, because Bird documents no way to unset them.",
    path="[/organizations/{organization_id}]/workspaces/{workspace_id}/webhook-subscriptions",
    identity=("service", "event", "url", "eventFilters"),
    permission="any action on /workspaces/*/webhook-subscriptions and "
    "/workspaces/*/webhook-subscriptions/** (with /organizations/* in front, if an organization is "
    "set)",
    fields=(
        Field(
            name="service",
            kind=Kind("str", _service_problem, hint=_SERVICES),
            description="Part of Bird whose events are sent: `channels`, `numbers`, "
            "`conversations` or `payments`.",
            example="channels",
            type=SERVICE,
            request_path=CAMEL_CASE,
            response_path=CAMEL_CASE,
            is_input=True,
            required=True,
        ),
        Field(
            name="event",
            kind=Kind("str", _event_problem, hint=_AN_EVENT),
            description="Event that is sent.",
            example="voice.inbound",
            type=EVENT,
            request_path=CAMEL_CASE,
            response_path=CAMEL_CASE,
            is_input=True,
            required=True,
        ),
        Field(
            name="url",
            kind=Kind("https URL", _url_problem, hint=", such as https://example.com/calls"),
            description="URL that Bird sends the events to: https, with a public host name.",
            example="https://example.com/calls",
            request_path=CAMEL_CASE,
            response_path=CAMEL_CASE,
            is_input=True,
            required=True,
            on_change=OnChange.UPDATE,
        ),
        Field(
            name="event_filters",
            kind=Kind("list of key and value", _filters_problem, Shape.MAPS),
            description="Which of the events are sent: those that match every filter. At most one "
            "filter has the key `channelId`.",
            example=[{"key": "channelId", "value": "5d2f1a64-9a0e-4a0c-8a5c-3b9f7e21c0d4"}],
            type=FILTER,
            request_path=CAMEL_CASE,
            response_path=CAMEL_CASE,
            is_input=True,
            unordered=True,
            convert=_keys_and_values,
            on_change=OnChange.UPDATE,
        ),
        Field(
            name="signing_key",
            kind=TEXT,
            description="Key that Bird signs the events with. Secret; Bird never returns it.",
            request_path=CAMEL_CASE,
            is_input=True,
            secret=True,
            clearable=False,
            on_change=OnChange.UPDATE,
        ),
        Field(
            name="status",
            kind=Kind("active or inactive", _status_problem),
            description="`active`, or `inactive` to pause the events.",
            example="inactive",
            type=Enumeration(
                "WebhookStatus",
                "Whether a webhook subscription sends events.",
                STATUSES,
                is_closed=True,
            ),
            request_path=CAMEL_CASE,
            response_path=CAMEL_CASE,
            is_input=True,
            default="active",
            in_create=False,
            on_change=OnChange.UPDATE,
        ),
        Field(
            name="template",
            kind=TEXT,
            description="Template of the events that are sent.",
            request_path=CAMEL_CASE,
            response_path=CAMEL_CASE,
            is_input=True,
            clearable=False,
            on_change=OnChange.UPDATE,
        ),
        WORKSPACE,
        Field(
            name="organization_id",
            kind=ORGANIZATION_ID,
            description="Id (UUID) of the workspace's organization. If omitted, "
            "`bird:organizationId` or BIRD_ORGANIZATION_ID. Not required: with it, the path of "
            "Bird's older documentation is used.",
            example="0a5c3b9f-7e21-4c0d-8d2f-1a649a0e4a0c",
            is_input=True,
            setting="organizationId",
            on_change=OnChange.UPDATE,
        ),
        *local_inputs("webhook subscription"),
        Field(
            name="webhook_subscription_id",
            kind=UUID_TEXT,
            description="Id (UUID) of the webhook subscription: the `id` of its resource.",
            example="9a570c1e-6f0f-4a11-82f4-a2f06d1c4f0b",
            response_path=("id",),
        ),
        Field(
            name="status_reason",
            kind=TEXT,
            description="Bird's explanation of the present status, if it has one.",
            response_path=CAMEL_CASE,
            cleared_if_omitted=True,
        ),
        Field(
            name="created_at",
            kind=TEXT,
            description="When the subscription was created, in ISO 8601.",
            example="2026-01-31T09:30:00.000Z",
            response_path=CAMEL_CASE,
            certain=True,
        ),
        Field(
            name="updated_at",
            kind=TEXT,
            description="When the subscription was last changed, in ISO 8601.",
            example="2026-01-31T09:30:00.000Z",
            response_path=CAMEL_CASE,
        ),
    ),
    validate=_problems_of_filters,
    doubts=_doubts,
    label="event",
    details=_details,
    doubling="with two equal ones, Bird sends each event twice",
    example="""\
number = get_phone_number(number="+3197010200001")
support = VoiceChannel("support", phone_number_id=number.id)
WebhookSubscription(
    "calls",
    service="channels",
    event="voice.inbound",
    url="https://example.com/calls",
    event_filters=[{"key": "channelId", "value": support.channel_id}],
)
""",
)
