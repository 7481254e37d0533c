"""The description of `VoiceChannel`: a connector of Bird's voice template.

Source: "Installing a Voice channel".
"""

from __future__ import annotations

from dataclasses import replace

from bird_dynamic.schema.connector import (
    COMMON_INPUTS,
    EXCLUSIVE,
    EXCLUSIVE_NAME,
    NAME,
    OTHER_IDS,
    OUTPUTS,
    PATH,
    PERMISSION,
    TEMPLATE_REF,
)
from bird_dynamic.schema.fields import UUID_TEXT, Field, ResourceSchema

VOICE_CHANNEL = ResourceSchema(
    type_name="VoiceChannel",
    noun="voice channel",
    path=PATH,
    identity=("name",),
    exclusive=EXCLUSIVE,
    exclusive_name=EXCLUSIVE_NAME,
    other_ids=OTHER_IDS,
    permission=PERMISSION,
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
        NAME,
        replace(TEMPLATE_REF, required=False, default="voice-messagebird:1"),
        *COMMON_INPUTS,
        *OUTPUTS,
    ),
)
