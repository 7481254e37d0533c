"""The description of `VoiceChannel`: a connector of Bird's voice template, with the channel that it
brings.

Sources: "Installing a Voice channel" for the body and the connector object; the conversations API
("update conversations configuration") for the one input that can be changed in place.
"""

from __future__ import annotations

import re
from typing import Any

from bird_dynamic.lifecycle.fields import (
    DURATION,
    FLAG,
    MAP,
    TEMPLATE,
    TEXT,
    UUID_TEXT,
    WORKSPACE_ID,
    Description,
    Field,
    OnChange,
)


def _number_in_python(number: Any) -> Any:
    """Bird's `number` object with Python's names; its comma-separated capabilities become a
    list."""
    if not isinstance(number, dict):
        return None
    named = {
        re.sub("[A-Z]", lambda capital: f"_{capital[0].lower()}", key): value
        for key, value in number.items()
    }
    if isinstance(capabilities := named.get("capabilities"), str):
        named["capabilities"] = [each.strip() for each in capabilities.split(",") if each.strip()]
    return named


VOICE_CHANNEL = Description(
    type_name="VoiceChannel",
    noun="voice channel",
    fields=(
        Field(
            name="phone_number_id",
            kind=UUID_TEXT,
            description="Id of the phone number, which must be able to make or take voice calls.",
            sent=("arguments", "phoneNumberId"),
            returned=("arguments", "phoneNumberId"),
            is_input=True,
            required=True,
        ),
        Field(
            name="name",
            kind=TEXT,
            description="Name of the connector. Derived from stack and resource if omitted.",
            sent=("name",),
            returned=("name",),
            is_input=True,
            required=True,
        ),
        Field(
            name="connector_template_ref",
            kind=TEMPLATE,
            description="Template that the connector is made from.",
            sent=("connectorTemplateRef",),
            returned=("connectorTemplateRef",),
            is_input=True,
            default="voice-messagebird:1",
        ),
        Field(
            name="arguments",
            kind=MAP,
            description="Further arguments of the template, with Bird's own names.",
            sent=("arguments",),
            returned=("arguments",),
            is_input=True,
        ),
        Field(
            name="security_arguments",
            kind=MAP,
            description="Arguments of the template's security schemes. Write-only.",
            sent=("securityArguments",),
            is_input=True,
            secret=True,
        ),
        Field(
            name="channel_conversational_status_enabled",
            kind=FLAG,
            description="Whether inbound messages open conversations. Left alone if omitted.",
            sent=("channelConversationalStatusEnabled",),
            is_input=True,
            on_change=OnChange.UPDATE,
        ),
        Field(
            name="invitation_token",
            kind=TEXT,
            description="Token for templates that are not generally available. Write-only.",
            sent=("invitationToken",),
            is_input=True,
            secret=True,
        ),
        Field(
            name="workspace_id",
            kind=WORKSPACE_ID,
            description="Workspace of the connector. Taken from the configuration if omitted.",
            is_input=True,
            required=True,
        ),
        Field(
            name="adopt",
            kind=UUID_TEXT,
            description="Id of an existing connector to take over instead of creating one.",
            is_input=True,
            on_change=OnChange.NOTHING,
        ),
        Field(
            name="create_timeout",
            kind=DURATION,
            description="The longest that creating may take. By configuration if omitted.",
            is_input=True,
            on_change=OnChange.UPDATE,
        ),
        Field(
            name="delete_timeout",
            kind=DURATION,
            description="The longest that deleting may take. By configuration if omitted.",
            is_input=True,
            on_change=OnChange.UPDATE,
        ),
        Field(
            name="connector_id",
            kind=UUID_TEXT,
            description="Id of the connector.",
            returned=("id",),
        ),
        Field(
            name="channel_id",
            kind=UUID_TEXT,
            description="Id of the channel: what the Voice Calls API asks for.",
            returned=("channel", "channelId"),
        ),
        Field(
            name="platform",
            kind=TEXT,
            description="Platform of the channel.",
            returned=("channel", "platform"),
        ),
        Field(
            name="phone_number",
            kind=TEXT,
            description="The phone number, in international form.",
            returned=("number", "phoneNumber"),
        ),
        Field(
            name="number",
            kind=MAP,
            description="Everything that Bird tells about the phone number.",
            returned=("number",),
            convert=_number_in_python,
        ),
        Field(
            name="region",
            kind=TEXT,
            description="Region that the connector is installed in.",
            returned=("region",),
        ),
        Field(
            name="routing_key",
            kind=TEXT,
            description="Routing key of the connector.",
            returned=("routingKey",),
        ),
        Field(
            name="description",
            kind=TEXT,
            description="Bird's description of the connector.",
            returned=("description",),
        ),
        Field(
            name="connector_template_slug",
            kind=TEXT,
            description="Template reference without its version.",
            returned=("connectorTemplateSlug",),
        ),
        Field(
            name="created_at",
            kind=TEXT,
            description="When the connector was created, in ISO 8601.",
            returned=("createdAt",),
        ),
        Field(
            name="updated_at",
            kind=TEXT,
            description="When the connector was last changed, in ISO 8601.",
            returned=("updatedAt",),
        ),
    ),
)
