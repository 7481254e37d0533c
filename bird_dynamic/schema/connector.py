"""The description of `Connector`: any connector template, with the channel that it brings.

Sources: "Installing a Voice channel" for the body and the connector object; the conversations API
("update conversations configuration") for the one input that can be changed in place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bird_dynamic.schema.common import LOCAL_INPUTS, WORKSPACE
from bird_dynamic.schema.fields import (
    FLAG,
    MAP,
    TEMPLATE,
    TEXT,
    UUID_TEXT,
    Field,
    OnChange,
    ResourceSchema,
)
from bird_dynamic.schema.templates import problems_of_arguments


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


NAME = Field(
    name="name",
    kind=TEXT,
    description="Name of the connector. Made from the resource's name if omitted.",
    sent=("name",),
    returned=("name",),
    is_input=True,
    required=True,
    automatic=True,
)
TEMPLATE_REF = Field(
    name="connector_template_ref",
    kind=TEMPLATE,
    description="Template that the connector is made from.",
    sent=("connectorTemplateRef",),
    returned=("connectorTemplateRef",),
    is_input=True,
    required=True,
)

COMMON_INPUTS = (
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
    WORKSPACE,
    *LOCAL_INPUTS,
)
"""What every connector may be given besides its name and its template."""

OUTPUTS = (
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
)
"""What Bird knows of every connector."""

EXCLUSIVE_NAME = "phone number"
EXCLUSIVE = (("connectorTemplateRef",), ("arguments", "phoneNumberId"))
"""One connector of a template on a phone number. Source: the create operation's "connector already
exists"; what makes it so is assumed."""
OTHER_IDS: Mapping[tuple[str, ...], tuple[tuple[str, ...], ...]] = {
    ("arguments", "phoneNumberId"): (("number", "numberId"), ("number", "profileId"))
}
"""Whether a connector may state another id of its phone number is not known."""
PATH = "/workspaces/{workspace_id}/connectors"
PERMISSION = (
    "any action on /workspaces/*/connectors and /workspaces/*/connectors/**, and View and Update "
    "on /workspaces/*/channels/** for the conversational switch"
)

CONNECTOR = ResourceSchema(
    type_name="Connector",
    noun="connector",
    path=PATH,
    identity=("name",),
    exclusive=EXCLUSIVE,
    exclusive_name=EXCLUSIVE_NAME,
    other_ids=OTHER_IDS,
    permission=PERMISSION,
    fields=(
        TEMPLATE_REF,
        NAME,
        *COMMON_INPUTS,
        Field(
            name="check_arguments",
            kind=FLAG,
            description="Whether the arguments of well-known templates are checked. "
            "False sends them as they are.",
            is_input=True,
            default=True,
            on_change=OnChange.NOTHING,
        ),
        Field(
            name="wait_for_channel",
            kind=FLAG,
            description="Whether creating waits for a channel. False for templates without one.",
            is_input=True,
            default=True,
            on_change=OnChange.NOTHING,
        ),
        *OUTPUTS,
    ),
    problems=problems_of_arguments,
)
