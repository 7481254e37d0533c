"""The schema of `Connector`: a connector of any template, with its channel.

Sources: "Installing a Voice channel" for the body and the connector object; the conversations API
("update conversations configuration") for the one input that can be updated in place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bird_dynamic.schema.case import snake_case
from bird_dynamic.schema.common import WORKSPACE, local_inputs
from bird_dynamic.schema.fields import CAMEL_CASE, UNKNOWN, Field, Held, OnChange, ResourceSchema
from bird_dynamic.schema.found import PHONE_NUMBER
from bird_dynamic.schema.kinds import FLAG, MAP, TEXT, UUID_TEXT, Shape
from bird_dynamic.schema.templates import (
    TEMPLATE,
    TEMPLATE_TYPE,
    doubts_about_template,
    problems_of_arguments,
)
from bird_dynamic.schema.types import Member, Structure

NUMBER = Structure(
    "ConnectorNumber",
    "Bird's details of a connector's phone number.",
    (
        Member("numberId", "Id (UUID) of the number."),
        Member("phoneNumber", "The number in international form."),
        Member("country", "Two-letter country code."),
        Member("capabilities", "Capabilities of the number, each with its direction.", Shape.TEXTS),
        Member("numberType", "Type of the number, such as `mobile`."),
        Member("endpointType", "Type of the endpoint, such as `long-code-number`."),
        Member("profileId", "Id (UUID) of the number's profile."),
        Member("variables", "Variables of the profile.", Shape.MAP),
        Member(
            "profileAttachments",
            "What the profile is used for.",
            Shape.MAPS,
            type=Structure(
                "ConnectorNumberProfileAttachment",
                "A use of a number's profile.",
                (
                    Member("capability", "Capability that the use is for."),
                    Member("profileId", "Id (UUID) of the profile."),
                    Member("variables", "Variables of the use.", Shape.MAP),
                ),
            ),
        ),
    ),
)


def _number_in_python(number: Any) -> Any:
    """Bird's `number` object with Python's names; its comma-separated capabilities become a
    list."""
    if not isinstance(number, dict):
        return None
    if isinstance(capabilities := number.get("capabilities"), str):
        listed = [each.strip() for each in capabilities.split(",") if each.strip()]
        number = {**number, "capabilities": listed}
    return {snake_case(key): value for key, value in NUMBER.fitting(number).items()}


NAME = Field(
    name="name",
    kind=TEXT,
    description="Name of the connector. If omitted, each create generates one: the resource's "
    "name, a digest of stack and resource, and random characters, by which a later run recognizes "
    "the connector of an interrupted create.",
    example="support line",
    request_path=CAMEL_CASE,
    response_path=CAMEL_CASE,
    is_input=True,
    required=True,
    automatic=True,
)
TEMPLATE_REF = Field(
    name="connector_template_ref",
    kind=TEMPLATE,
    description="Template that the connector is made from, and its version: `name:version`.",
    example="sms-messagebird:1",
    type=TEMPLATE_TYPE,
    request_path=CAMEL_CASE,
    response_path=CAMEL_CASE,
    is_input=True,
    required=True,
)

ARGUMENTS = Field(
    name="arguments",
    kind=MAP,
    description="Arguments of the template, with Bird's own names.",
    example={"channelMessageType": "promotional"},
    request_path=CAMEL_CASE,
    response_path=CAMEL_CASE,
    is_input=True,
)
COMMON_INPUTS = (
    Field(
        name="security_arguments",
        kind=MAP,
        description="Arguments of the template's security schemes. Secret; Bird never returns "
        "them.",
        example={"scheme": {"key": "value"}},
        request_path=CAMEL_CASE,
        is_input=True,
        secret=True,
    ),
    Field(
        name="channel_conversational_status_enabled",
        kind=FLAG,
        description="Whether inbound messages open conversations. If omitted, Bird's setting "
        "is not changed.",
        example=False,
        request_path=CAMEL_CASE,
        is_input=True,
        on_change=OnChange.UPDATE,
    ),
    Field(
        name="invitation_token",
        kind=TEXT,
        description="Token for a template that is not generally available. Secret; Bird never "
        "returns it.",
        request_path=CAMEL_CASE,
        is_input=True,
        secret=True,
    ),
    WORKSPACE,
)
"""The inputs of every connector besides its name, template and arguments."""

OUTPUTS = (
    Field(
        name="connector_id",
        kind=UUID_TEXT,
        description="Id (UUID) of the connector: the `id` of its resource.",
        example="b2f4a2f0-6d1c-4f0b-9a57-0c1e6f0f7a11",
        response_path=("id",),
    ),
    Field(
        name="channel_id",
        kind=UUID_TEXT,
        description="Id (UUID) of the channel, which the Voice Calls API needs.",
        example="5d2f1a64-9a0e-4a0c-8a5c-3b9f7e21c0d4",
        response_path=("channel", "channelId"),
        certain=True,
    ),
    Field(
        name="platform",
        kind=TEXT,
        description="Platform of the channel.",
        example="voice-messagebird",
        response_path=("channel", "platform"),
    ),
    Field(
        name="phone_number",
        kind=TEXT,
        description="The phone number in international form.",
        example="+31612345678",
        response_path=("number", "phoneNumber"),
    ),
    Field(
        name="number",
        kind=MAP,
        description="Bird's details of the phone number: `number_id`, `country`, "
        "`capabilities` (a list) and more.",
        example={"country": "NL", "capabilities": ["voice-inbound"]},
        type=NUMBER,
        response_path=CAMEL_CASE,
        convert=_number_in_python,
    ),
    Field(
        name="region",
        kind=TEXT,
        description="Region that the connector is installed in.",
        response_path=CAMEL_CASE,
    ),
    Field(
        name="routing_key",
        kind=TEXT,
        description="Routing key of the connector.",
        response_path=CAMEL_CASE,
    ),
    Field(
        name="description",
        kind=TEXT,
        description="Bird's description of the connector.",
        response_path=CAMEL_CASE,
    ),
    Field(
        name="connector_template_slug",
        kind=TEXT,
        description="Template reference without its version.",
        example="voice-messagebird",
        response_path=CAMEL_CASE,
    ),
    Field(
        name="created_at",
        kind=TEXT,
        description="When the connector was created, in ISO 8601.",
        example="2026-01-31T09:30:00.000Z",
        response_path=CAMEL_CASE,
        certain=True,
    ),
    Field(
        name="updated_at",
        kind=TEXT,
        description="When the connector was last changed, in ISO 8601.",
        example="2026-01-31T09:30:00.000Z",
        response_path=CAMEL_CASE,
    ),
)
"""The outputs of every connector."""


def problems_of_security(inputs: Mapping[str, Any]) -> Iterator[str]:
    """The problems of the form of `security_arguments`."""
    given = inputs.get("security_arguments")
    for scheme, arguments in given.items() if isinstance(given, Mapping) else ():
        if not isinstance(arguments, Mapping) and arguments not in (None, UNKNOWN):
            yield (
                f"security_arguments.{scheme}: must be a dict: the first level names a security "
                f'scheme of the template, the second its arguments: {{"<scheme>": {{"{scheme}": …'
                "}}. Bird's documentation does not list the schemes: ask Bird for those of the "
                "template"
            )


def _problems(inputs: Mapping[str, Any]) -> Iterator[str]:
    yield from problems_of_arguments(inputs)
    yield from problems_of_security(inputs)


EXCLUSIVE_NAME = "phone number"
EXCLUSIVE = (("connectorTemplateRef",), ("arguments", "phoneNumberId"))
"""Bird allows one connector of a template per phone number. Source: the create operation's
"connector already exists"; its condition is assumed."""
HELD = Held(schema=PHONE_NUMBER, path=("arguments", "phoneNumberId"), holders="connector_ids")
OTHER_IDS: Mapping[tuple[str, ...], tuple[tuple[str, ...], ...]] = {
    ("arguments", "phoneNumberId"): (("number", "numberId"), ("number", "profileId"))
}
"""Assumed: Bird may return another id of the phone number than was sent."""


def advice(capability: str) -> Mapping[tuple[str, ...], str]:
    """What to do if Bird refuses the phone number of a connector."""
    return {
        (
            "arguments",
            "phoneNumberId",
        ): "Use a number of this workspace with the capability it needs: "
        f"get_phone_number(number=…, capability={capability}).id"
    }


CHANGES = (
    "Changing an input replaces the connector and gives a new `channel_id`. The old connector is "
    "deleted first if Bird does not allow both (same workspace, template and phone number). Only "
    "`channel_conversational_status_enabled` is updated in place."
)
PATH = "/workspaces/{workspace_id}/connectors"
PERMISSION = (
    "any action on /workspaces/*/connectors and /workspaces/*/connectors/**, and View and Update "
    "on /workspaces/*/channels/** for the conversational status"
)

CONNECTOR = ResourceSchema(
    type_name="Connector",
    noun="connector",
    summary="A connector of any template installed in a Bird workspace, and its channel. For "
    "voice, use `VoiceChannel`, which has an argument for the phone number. Source: Bird's "
    '"Channel connectors" reference.',
    changes=CHANGES,
    path=PATH,
    identity=("name",),
    exclusive=EXCLUSIVE,
    exclusive_name=EXCLUSIVE_NAME,
    held=HELD,
    other_ids=OTHER_IDS,
    advice=advice("…"),
    permission=PERMISSION,
    fields=(
        TEMPLATE_REF,
        NAME,
        ARGUMENTS,
        *COMMON_INPUTS,
        Field(
            name="check_arguments",
            kind=FLAG,
            description="Whether the arguments of known templates are checked before anything is "
            "sent. False skips the check.",
            example=False,
            is_input=True,
            default=True,
            on_change=OnChange.NOTHING,
        ),
        Field(
            name="wait_for_channel",
            kind=FLAG,
            description="Whether a create waits for the connector's channel. Use False for "
            "templates without a channel.",
            example=False,
            is_input=True,
            default=True,
            on_change=OnChange.NOTHING,
        ),
        *local_inputs("connector"),
        *OUTPUTS,
    ),
    validate=_problems,
    doubts=doubts_about_template,
    example="""\
number = get_phone_number(number="+3197010200001")
sms = Connector(
    "sms",
    connector_template_ref="sms-messagebird:1",
    arguments={"phoneNumberId": number.id, "channelMessageType": "promotional"},
)
pulumi.export("channel_id", sms.channel_id)
""",
)
