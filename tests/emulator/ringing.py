"""A workspace whose first number has a voice channel and webhooks, for the tests that ring it."""

from __future__ import annotations

from typing import Any

from bird_dynamic.emulator import BirdEmulator, Options, PhoneNumber
from tests.emulator.caller import VOICE

NUMBER = PhoneNumber.made_up(0)
TO = NUMBER.number
PUBLIC = "https://example.com"
URL = f"{PUBLIC}/calls"
KEY = "a signing key"


def workspace(**options: Any) -> BirdEmulator:
    """An emulator whose first number has a voice channel."""
    emulator = BirdEmulator(options=Options(channel_after=0, **options))
    emulator.add_connector(connectorTemplateRef=VOICE, arguments={"phoneNumberId": NUMBER.id})
    return emulator


def subscribe(emulator: BirdEmulator, **wire: Any) -> str:
    """The id of a new subscription to incoming calls."""
    given = {"event": "voice.inbound", "url": URL, "signingKey": KEY, **wire}
    return str(emulator.add_webhook_subscription(**given)["id"])


def channel_of(emulator: BirdEmulator) -> str:
    """The id of the voice channel."""
    return str(emulator.items("channels")[0]["id"])


def ring(emulator: BirdEmulator, **given: Any) -> Any:
    """Call the number, and wait until all is delivered."""
    call = emulator.incoming_call({"to": TO, **given})
    assert emulator.settled(10)
    return call


def delivered(emulator: BirdEmulator) -> list[str]:
    """The states of the deliveries."""
    return [each["status"] for each in emulator.deliveries.shown()]
