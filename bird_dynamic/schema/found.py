"""The schemas of items that can only be looked up: phone numbers and channels.

Sources: the numbers API ("long code numbers") and the channels API ("channels management").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bird_dynamic.schema.common import PROFILE_INPUT, WORKSPACE
from bird_dynamic.schema.fields import CAMEL_CASE, Field, ResourceSchema
from bird_dynamic.schema.kinds import TEXT, UUID_TEXT, Kind, Shape
from bird_dynamic.schema.number_endpoints import connector_ids, voice_issues, voice_status

_TEXTS = Kind("list[str]", lambda value: None, Shape.TEXTS)


def _capabilities(value: Any) -> list[str]:
    """`{"voice": {"inbound": true, …}}` as `["voice-inbound", …]`, the form of connectors."""
    if not isinstance(value, Mapping):
        return []
    return [
        f"{capability}-{direction}"
        for capability, directions in value.items()
        if isinstance(directions, Mapping)
        for direction, able in directions.items()
        if able is True
    ]


PHONE_NUMBER = ResourceSchema(
    type_name="PhoneNumber",
    noun="phone number",
    summary='A phone number of the workspace. Source: Bird\'s numbers API, "Long code numbers".',
    path="/workspaces/{workspace_id}/numbers-long-code",
    identity=("numberString",),
    permission="View on /workspaces/*/numbers-long-code",
    page_size=99,
    fields=(
        WORKSPACE,
        PROFILE_INPUT,
        Field(
            name="id",
            kind=UUID_TEXT,
            description="Id (UUID) of the number: the `phone_number_id` of a voice channel.",
            example="2cffb55c-120e-91a8-8f10-ed9d1b412d29",
            response_path=CAMEL_CASE,
        ),
        Field(
            name="endpoint_id",
            kind=UUID_TEXT,
            description="Bird's second id (UUID) for the number, often the same.",
            example="2cffb55c-120e-91a8-8f10-ed9d1b412d29",
            response_path=CAMEL_CASE,
        ),
        Field(
            name="number",
            kind=TEXT,
            description="The number in international form.",
            example="+31612345678",
            response_path=("numberString",),
        ),
        Field(
            name="country",
            kind=TEXT,
            description="Two-letter country code.",
            example="NL",
            response_path=("countryCode",),
        ),
        Field(
            name="type",
            kind=TEXT,
            description="`local`, `mobile`, `national`, `toll-free` or another type.",
            example="mobile",
            response_path=CAMEL_CASE,
        ),
        Field(
            name="capabilities",
            kind=_TEXTS,
            description="Capabilities of the number, each with its direction.",
            example=["voice-inbound", "sms-outbound"],
            response_path=CAMEL_CASE,
            convert=_capabilities,
        ),
        Field(
            name="connector_ids",
            kind=_TEXTS,
            description="Ids (UUIDs) of the connectors that use the number: empty if there are "
            "none, None if Bird does not say.",
            example=["b2f4a2f0-6d1c-4f0b-9a57-0c1e6f0f7a11"],
            response_path=("endpoint", "dependencies"),
            convert=connector_ids,
        ),
        *(
            Field(
                name=f"voice_{direction}_status",
                kind=TEXT,
                description=f"Status of voice for {calls} calls: `active`, `inactive` or another "
                "one; None if Bird states none. Assumed: only `active` is ready.",
                example="active",
                response_path=("endpoint", "capabilities"),
                convert=voice_status(direction),
            )
            for direction, calls in (("inbound", "incoming"), ("outbound", "outgoing"))
        ),
        Field(
            name="voice_issues",
            kind=_TEXTS,
            description="Why voice is not ready, in Bird's words, with the direction if an issue "
            "has one: empty if there are none, None if Bird does not say.",
            example=["inbound: subscription-is-not-active"],
            response_path=("endpoint",),
            convert=voice_issues,
        ),
    ),
)

ANY_NUMBER = ResourceSchema(
    type_name="PhoneNumber",
    noun="phone number",
    path="/workspaces/{workspace_id}/numbers",
    identity=("number",),
    permission="View on /workspaces/*/numbers",
    page_size=99,
    fields=(WORKSPACE, PROFILE_INPUT),
)
"""Also the numbers that are no long codes. Source: numbers API, "List your numbers"."""

CHANNEL = ResourceSchema(
    type_name="Channel",
    noun="channel",
    summary='A channel. Source: Bird\'s channels API, "Channels management".',
    path="/workspaces/{workspace_id}/channels",
    identity=("name",),
    permission="View on /workspaces/*/channels and /workspaces/*/channels/*",
    fields=(
        WORKSPACE,
        PROFILE_INPUT,
        Field(
            name="id",
            kind=UUID_TEXT,
            description="Id (UUID) of the channel.",
            example="5d2f1a64-9a0e-4a0c-8a5c-3b9f7e21c0d4",
            response_path=CAMEL_CASE,
        ),
        Field(
            name="name",
            kind=TEXT,
            description="Name of the channel.",
            response_path=CAMEL_CASE,
        ),
        Field(
            name="connector_id",
            kind=UUID_TEXT,
            description="Id (UUID) of the connector that the channel belongs to.",
            example="b2f4a2f0-6d1c-4f0b-9a57-0c1e6f0f7a11",
            response_path=CAMEL_CASE,
        ),
        Field(
            name="platform",
            kind=TEXT,
            description="Platform of the channel.",
            example="voice-messagebird",
            response_path=("platformId",),
        ),
        Field(
            name="identifier",
            kind=TEXT,
            description="Address on the platform; for voice and SMS, the phone number.",
            example="+31612345678",
            response_path=CAMEL_CASE,
        ),
        Field(
            name="status",
            kind=TEXT,
            description="Status of the channel.",
            example="active",
            response_path=CAMEL_CASE,
        ),
        Field(
            name="created_at",
            kind=TEXT,
            description="When the channel was created, in ISO 8601.",
            example="2026-01-31T09:30:00.000Z",
            response_path=CAMEL_CASE,
        ),
        Field(
            name="updated_at",
            kind=TEXT,
            description="When the channel was last changed, in ISO 8601.",
            example="2026-01-31T09:30:00.000Z",
            response_path=CAMEL_CASE,
        ),
    ),
)
