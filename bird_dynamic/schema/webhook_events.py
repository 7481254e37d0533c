"""The events that webhook subscriptions can have: those that are documented or were seen, and the
look-up of those that Bird offers to a workspace.

Source: the notifications API, "webhook subscriptions" and "list available webhook events".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from bird_dynamic.schema.common import PROFILE_INPUT, WORKSPACE
from bird_dynamic.schema.fields import CAMEL_CASE, Field, ResourceSchema
from bird_dynamic.schema.kinds import TEXT, Kind, Shape
from bird_dynamic.schema.types import Enumeration
from bird_dynamic.schema.values import nearest

SERVICES = ("channels", "numbers", "conversations", "payments")
"""The documented services; others exist."""
EVENTS: Mapping[str, tuple[str, ...]] = {
    "channels": (
        "channel.created",
        "channel.updated",
        "sms.inbound",
        "sms.outbound",
        "voice.inbound",
        "voice.outbound",
        "whatsapp.inbound",
        "whatsapp.interaction",
        "whatsapp.outbound",
    ),
    "conversations": ("conversation.created", "conversation.updated"),
}
"""Events that are documented or were seen, by service; many others exist."""
FILTER_KEYS = (
    "channelId",
    "messageStatus",
    "interactionType",
    "platformId",
    "channelStatus",
    "status",
)
"""The documented keys of filters; others may exist."""
SERVICE = Enumeration("WebhookService", "The documented parts of Bird; others exist.", SERVICES)
EVENT = Enumeration(
    "WebhookEvent",
    "Events that are documented or were seen; others exist.",
    tuple(sorted(chain(*EVENTS.values()))),
)


def unknown_service(asked: str, rows: Sequence[Mapping[str, Any]]) -> str | None:
    """Says that this service is unknown, with the nearest known one; None if it is documented, or
    one of these rows has it."""
    known = sorted({*SERVICES, *(row["service"] for row in rows)})
    if asked in known:
        return None
    near = nearest(asked.strip().lower(), known)
    meant = f"Did you mean {near}? " if near else ""
    return f"service: is unknown. {meant}Known are {', '.join(known)}"


def _events(row: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The events of a service, each with its service; without those that have no name."""
    service, events = row.get("service"), row.get("events")
    for each in events if isinstance(events, list) else ():
        if isinstance(service, str) and isinstance(each, Mapping) and _is_text(each.get("name")):
            yield {**each, "service": service}


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _texts(value: Any) -> list[str] | None:
    """The texts of a list; None if it is none."""
    return list(filter(_is_text, value)) if isinstance(value, list) else None


WEBHOOK_EVENT = ResourceSchema(
    type_name="WebhookEvent",
    noun="webhook event",
    summary="An event that a webhook subscription of the workspace can have. Source: Bird's "
    'notifications API, "List available webhook events".',
    path="/workspaces/{workspace_id}/available-webhooks",
    identity=("service", "name"),
    permission="View on /workspaces/*/available-webhooks",
    page_size=None,
    has_ids=False,
    unfolded=_events,
    fields=(
        WORKSPACE,
        PROFILE_INPUT,
        Field(
            name="service",
            kind=TEXT,
            description="Part of Bird that sends the event: the `service` of a "
            "`WebhookSubscription`.",
            example="channels",
            response_path=CAMEL_CASE,
        ),
        Field(
            name="event",
            kind=TEXT,
            description="Name of the event: the `event` of a `WebhookSubscription`.",
            example="voice.inbound",
            response_path=("name",),
        ),
        Field(
            name="filter_keys",
            kind=Kind("list[str]", lambda value: None, Shape.TEXTS),
            description="Keys that the `event_filters` of a `WebhookSubscription` can have for "
            "this event: empty if there are none, None if Bird does not say.",
            example=["channelId", "status"],
            response_path=CAMEL_CASE,
            convert=_texts,
        ),
    ),
)
