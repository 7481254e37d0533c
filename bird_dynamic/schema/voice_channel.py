"""The schema of `VoiceChannel`: a connector of Bird's voice template.

Source: "Installing a Voice channel".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from bird_dynamic.schema.common import local_inputs
from bird_dynamic.schema.connector import (
    ARGUMENTS,
    CHANGES,
    COMMON_INPUTS,
    EXCLUSIVE,
    EXCLUSIVE_NAME,
    HELD,
    NAME,
    OTHER_IDS,
    OUTPUTS,
    PATH,
    PERMISSION,
    TEMPLATE_REF,
    advice,
    problems_of_security,
)
from bird_dynamic.schema.fields import Field, ResourceSchema
from bird_dynamic.schema.kinds import PHONE_NUMBER_ID
from bird_dynamic.schema.templates import VOICE_TEMPLATE
from bird_dynamic.schema.values import without_version

TEMPLATE = "voice-messagebird:1"


def _is_voice_channel(connector: Mapping[str, Any]) -> bool:
    template, arguments = connector.get("connectorTemplateRef"), connector.get("arguments")
    return (
        without_version(template) == without_version(TEMPLATE)
        and isinstance(arguments, Mapping)
        and bool(arguments.get("phoneNumberId"))
    )


def _doubts(inputs: Mapping[str, Any]) -> Iterator[str]:
    template = inputs.get("connector_template_ref")
    if isinstance(template, str) and without_version(template) != without_version(TEMPLATE):
        yield (
            f"connector_template_ref: is not {TEMPLATE}, the documented template for voice; for "
            "other templates, use Connector"
        )


VOICE_CHANNEL = ResourceSchema(
    type_name="VoiceChannel",
    noun="voice channel",
    summary="A voice connector installed in a Bird workspace, and its channel, whose `channel_id` "
    'the Voice Calls API needs. Source: Bird\'s page "Installing a Voice channel".',
    changes=CHANGES,
    path=PATH,
    identity=("name",),
    exclusive=EXCLUSIVE,
    exclusive_name=EXCLUSIVE_NAME,
    held=HELD,
    other_ids=OTHER_IDS,
    advice=advice('"voice"'),
    permission=PERMISSION,
    fields=(
        Field(
            name="phone_number_id",
            kind=PHONE_NUMBER_ID,
            description="Id (UUID) of a phone number of the workspace that can make or take voice "
            "calls.",
            example="2cffb55c-120e-91a8-8f10-ed9d1b412d29",
            request_path=("arguments", "phoneNumberId"),
            response_path=("arguments", "phoneNumberId"),
            is_input=True,
            required=True,
        ),
        NAME,
        replace(
            TEMPLATE_REF,
            kind=VOICE_TEMPLATE,
            required=False,
            type=None,
            default=TEMPLATE,
            example=TEMPLATE,
        ),
        replace(
            ARGUMENTS,
            description="More arguments of the template, with Bird's own names. Bird documents "
            "none for voice besides the phone number.",
            example=None,
        ),
        *COMMON_INPUTS,
        *local_inputs("connector"),
        *OUTPUTS,
    ),
    describes=_is_voice_channel,
    validate=problems_of_security,
    doubts=_doubts,
    example="""\
number = get_phone_number(number="+3197010200001")
support = VoiceChannel(
    "support",
    phone_number_id=number.id,
    opts=pulumi.ResourceOptions(protect=True),
)
pulumi.export("channel_id", support.channel_id)
""",
)
