"""Wrong values that Bird would accept or refuse late, and that the preview already knows."""

from __future__ import annotations

from typing import Any

from bird_dynamic.emulator import PhoneNumber
from bird_dynamic.lookups import GetPhoneNumberResult
from tests.support.world import NUMBER
from tests.wrong_inputs.row import Row, Way
from tests.wrong_inputs.ways import preview

USE_THE_ID = "use get_phone_number(number=…).id"
FOUND = GetPhoneNumberResult(NUMBER, None, PhoneNumber.made_up(0).number, "NL", None, [])


def _row(wrong: str, type_name: str, says: tuple[str, ...], **inputs: Any) -> Row:
    return Row(wrong, Way.PREVIEW, says, lambda: preview(type_name, **inputs))


def _number(value: Any) -> Row:
    says = ("phone_number_id", "must be a UUID", USE_THE_ID)
    return _row(f"`phone_number_id={value!r}`", "VoiceChannel", says, phone_number_id=value)


ROWS = (
    _number("+31612345678"),
    _number("0031 6 1234 5678"),
    _number("tel:+31-6-12345678"),
    _number("+1 (202) 555-0101 ext. 12"),
    _number(31612345678),
    _number({"id": NUMBER}),
    _row(
        "`phone_number_id=get_phone_number(…)`, without `.id`",
        "VoiceChannel",
        ("phone_number_id", "must be a UUID", USE_THE_ID),
        phone_number_id=FOUND,
    ),
    _row(
        '`Connector(…, arguments={"phoneNumberId": "+31612345678"})`',
        "Connector",
        ("arguments", "phoneNumberId", "must be a UUID", USE_THE_ID),
        connector_template_ref="sms-messagebird:1",
        arguments={"phoneNumberId": "+31612345678", "channelMessageType": "promotional"},
    ),
)
