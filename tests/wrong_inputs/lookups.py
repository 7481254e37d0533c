"""Look-ups that are asked in a wrong way, or for what the workspace does not have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from unittest import mock

import pulumi

from bird_dynamic import lookup_base, lookups
from bird_dynamic.lifecycle.session import Account
from bird_dynamic.settings import Settings
from tests.support.world import World
from tests.wrong_inputs.row import Row, Way

FORM = "write it in international form, such as +31612345678"


def look_up(name: str, world: World | None = None, **given: Any) -> str:
    """What the program's look-up says."""
    account = (world or World()).account()

    def of(settings: Settings) -> Account:
        return account

    with mock.patch.object(lookup_base, "_account", of):
        try:
            return repr(getattr(lookups, name)(**given))
        except pulumi.RunError as error:
            return str(error)


def _row(name: str, given: Mapping[str, Any], *says: str) -> Row:
    written = ", ".join(f"{argument}={value!r}" for argument, value in given.items())
    return Row(f"`{name}({written})`", Way.LOOK_UP, says, lambda: look_up(name, **given))


ROWS = (
    Row(
        "`get_connector(support.id)`, an Output",
        Way.LOOK_UP,
        ("id", "not an Output", "get_connector_output"),
        lambda: look_up("get_connector", id=pulumi.Output.from_input("x")),
    ),
    _row("get_phone_number", {"number": "0612345678"}, "number", FORM),
    _row("get_phone_number", {"number": "612345678"}, "number", FORM),
    _row("get_phone_number", {"number": "+1 800 FLOWERS"}, "number", FORM),
    _row("get_phone_number", {"number": 31612345678}, "number", "must be a string", "+31"),
    _row(
        "get_phone_number",
        {"number": "0031 06 12345678"},
        "no such number; it has +31",
        "read as +310612345678",
    ),
    _row("get_phone_number", {"country": "Germany"}, "country", "two letters, such as DE"),
    _row("get_phone_number", {"country": "USA"}, "country", "two letters, such as DE"),
    _row("get_phone_number", {"country": 49}, "country", "two letters, such as DE"),
    _row("get_phone_number", {"country": "UK"}, "of country UK", "are of AU, DE, FR, GB"),
    _row("get_phone_number", {"capability": "vioce"}, "capability", "Did you mean voice?", "sms"),
    _row(
        "get_phone_number",
        {"number": "+3197010200003", "capability": "voice"},
        "capability voice",
        "+3197010200003 has sms-inbound, sms-outbound",
    ),
)
