"""What can be looked up in Bird and is not made by this package: phone numbers and channels.

Sources: the numbers API ("long code numbers") and the channels API ("channels management").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bird_dynamic.schema.common import PROFILE_INPUT, WORKSPACE
from bird_dynamic.schema.fields import TEXT, UUID_TEXT, Field, Kind, ResourceSchema


def _capabilities(value: Any) -> list[str]:
    """`{"voice": {"inbound": true, …}}` as `["voice-inbound", …]`, as connectors have it."""
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
    page_size=99,
    path="/workspaces/{workspace_id}/numbers-long-code",
    identity=("numberString",),
    permission="View on /workspaces/*/numbers-long-code",
    fields=(
        WORKSPACE,
        PROFILE_INPUT,
        Field(
            name="id",
            kind=UUID_TEXT,
            description="Id of the number: the `phone_number_id` of a voice channel.",
            returned=("id",),
        ),
        Field(
            name="endpoint_id",
            kind=UUID_TEXT,
            description="Bird's second id for the number, often the same.",
            returned=("endpointId",),
        ),
        Field(
            name="number",
            kind=TEXT,
            description="The number in international form.",
            returned=("numberString",),
        ),
        Field(
            name="country",
            kind=TEXT,
            description="Country code of two letters.",
            returned=("countryCode",),
        ),
        Field(
            name="type",
            kind=TEXT,
            description="Such as `local`, `mobile`, `national` or `toll-free`.",
            returned=("type",),
        ),
        Field(
            name="capabilities",
            kind=Kind("list of texts", lambda value: None),
            description="What it can do, such as `voice-inbound` and `sms-outbound`.",
            returned=("capabilities",),
            convert=_capabilities,
        ),
    ),
)

CHANNEL = ResourceSchema(
    type_name="Channel",
    noun="channel",
    path="/workspaces/{workspace_id}/channels",
    identity=("name",),
    permission="View on /workspaces/*/channels and /workspaces/*/channels/*",
    fields=(
        WORKSPACE,
        PROFILE_INPUT,
        Field(
            name="id",
            kind=UUID_TEXT,
            description="Id of the channel.",
            returned=("id",),
        ),
        Field(
            name="name",
            kind=TEXT,
            description="Name of the channel.",
            returned=("name",),
        ),
        Field(
            name="connector_id",
            kind=UUID_TEXT,
            description="Id of the connector that brought it.",
            returned=("connectorId",),
        ),
        Field(
            name="platform",
            kind=TEXT,
            description="Platform, such as `voice-messagebird`.",
            returned=("platformId",),
        ),
        Field(
            name="identifier",
            kind=TEXT,
            description="Who it is on its platform: for voice and SMS the phone number.",
            returned=("identifier",),
        ),
        Field(
            name="status",
            kind=TEXT,
            description="Such as `active`.",
            returned=("status",),
        ),
        Field(
            name="created_at",
            kind=TEXT,
            description="When it was created, in ISO 8601.",
            returned=("createdAt",),
        ),
        Field(
            name="updated_at",
            kind=TEXT,
            description="When it was last changed, in ISO 8601.",
            returned=("updatedAt",),
        ),
    ),
)
