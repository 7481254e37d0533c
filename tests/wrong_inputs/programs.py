"""What the classes refuse when the program runs, before anything reaches the engine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pulumi

from bird_dynamic import PhoneLine, VoiceChannel, WebhookSubscription, native
from tests.program.test_voice_channel import run
from tests.support.world import NUMBER
from tests.wrong_inputs.row import Row, Way
from tests.wrong_inputs.ways import WEBHOOK, text_of_output

OPTIONS = pulumi.ResourceOptions


def _row(wrong: str, program: Callable[[], Any], *says: str) -> Row:
    return Row(f"`{wrong}`", Way.PROGRAM, says, lambda: _told(program))


def _told(program: Callable[[], Any]) -> str:
    try:
        run(lambda: program() and None)
    except (pulumi.RunError, TypeError) as error:
        return str(error)
    raise AssertionError("it was accepted")


def _channel(**given: Any) -> VoiceChannel:
    return VoiceChannel("support", **{"phone_number_id": NUMBER, **given})


def _line(**given: Any) -> PhoneLine:
    url = "https://example.com/calls"
    return PhoneLine("support", **{"phone_number_id": NUMBER, "url": url, **given})


ROWS = (
    _row(
        'PhoneLine("support", url=…)',
        lambda: _line(phone_number_id=None),
        'PhoneLine support: number: is required, such as number="+31612345678"',
        "or pass phone_number_id",
    ),
    _row(
        "PhoneLine(…, number=…, phone_number_id=…)",
        lambda: _line(number="+31612345678"),
        "PhoneLine support: number and phone_number_id: pass one of them, not both",
    ),
    _row(
        'PhoneLine("support", number=…)',
        lambda: _line(url=None),
        'PhoneLine support: url: is required, such as url="https://example.com/calls"',
        "inbound_url or outbound_url alone",
        "use VoiceChannel",
    ),
    _row(
        'PhoneLine(…, adopt={"webhook": "…"})',
        lambda: _line(adopt={"webhook": NUMBER}),
        "PhoneLine support: adopt: 'webhook' is no part of a line",
        "channel, inbound, outbound",
    ),
    _row(
        'PhoneLine(…, aliases=["support"])',
        lambda: _line(aliases=["support"]),
        "PhoneLine support: aliases: must be a dict of parts of the line, each with an old name",
    ),
    _row(
        'PhoneLine(…, inbound_url=…, aliases={"outbound": "calls"})',
        lambda: _line(url=None, inbound_url="https://example.com/calls", aliases={"outbound": "x"}),
        "aliases: the line has no outbound webhook; pass url or outbound_url",
    ),
    _row(
        'PhoneLine(…, opts=pulumi.ResourceOptions(import_="…"))',
        lambda: _line(opts=OPTIONS(import_=NUMBER)),
        "the option import_ has no effect on a line: pass the argument adopt",
    ),
    _row(
        'PhoneLine(…, opts=pulumi.ResourceOptions(ignore_changes=["url"]))',
        lambda: _line(opts=OPTIONS(ignore_changes=["url"])),
        "the option ignore_changes has no effect on a line",
        "transformations",
    ),
    _row(
        "PhoneLine(…, opts=pulumi.ResourceOptions(replace_with=[number]))",
        lambda: _line(opts=OPTIONS(replace_with=[None])),
        "the option replace_with has no effect on a line",
        "transformations",
    ),
    _row(
        'PhoneLine(…, opts={"protect": True})',
        lambda: _line(opts={"protect": True}),
        "PhoneLine support: opts: must be pulumi.ResourceOptions(protect=…), not a dict",
    ),
    _row(
        'PhoneLine(f"line-{channel.id}", …)',
        lambda: PhoneLine(
            f"line-{text_of_output()}", phone_number_id=NUMBER, url="https://example.com/calls"
        ),
        "PhoneLine: the resource name contains an Output",
    ),
    _row(
        "VoiceChannel(…, phone_numer_id=number.id)",
        lambda: _channel(phone_numer_id=NUMBER),
        "VoiceChannel",
        "unexpected keyword argument 'phone_numer_id'",
    ),
    _row(
        'VoiceChannel("support")',
        lambda: VoiceChannel("support"),  # type: ignore[call-arg]
        "VoiceChannel",
        "missing 1 required keyword-only argument: 'phone_number_id'",
    ),
    _row(
        'VoiceChannel("support", number.id)',
        lambda: VoiceChannel("support", NUMBER),  # type: ignore[call-arg, arg-type]
        "VoiceChannel",
        "positional argument",
    ),
    _row(
        "VoiceChannel(…, opts=pulumi.ResourceOptions(import_=…))",
        lambda: _channel(opts=OPTIONS(import_=NUMBER)),
        "option import_ is not passed to dynamic providers",
        'pass the argument adopt="<its id>", or use bird_dynamic.native',
    ),
    _row(
        "VoiceChannel(…, opts=pulumi.ResourceOptions(provider=native.Provider(…)))",
        lambda: _channel(opts=OPTIONS(provider=native.Provider("eu"))),
        "option provider is not passed to dynamic providers",
        "bird_dynamic.native",
        "pass the argument profile",
    ),
    _row(
        'VoiceChannel(…, opts=pulumi.ResourceOptions(custom_timeouts=CustomTimeouts(update="5m")))',
        lambda: _channel(opts=OPTIONS(custom_timeouts=pulumi.CustomTimeouts(update="5m"))),
        "option custom_timeouts: update is not passed to dynamic providers: remove it",
        "bird:timeout (or BIRD_TIMEOUT) limits updates and reads",
    ),
    _row(
        'VoiceChannel(…, opts=pulumi.ResourceOptions(custom_timeouts=CustomTimeouts(create="soon"))'
        ")",
        lambda: _channel(opts=OPTIONS(custom_timeouts=pulumi.CustomTimeouts(create="soon"))),
        "custom_timeouts: create must be a positive duration",
        'pulumi.CustomTimeouts(create="5m")',
    ),
    _row(
        "native.VoiceChannel(…, opts=pulumi.ResourceOptions(custom_timeouts="
        'CustomTimeouts(update="five minutes")))',
        lambda: native.VoiceChannel(
            "support",
            phone_number_id=NUMBER,
            opts=OPTIONS(custom_timeouts=pulumi.CustomTimeouts(update="five minutes")),
        ),
        "custom_timeouts: update must be a positive duration",
        'pulumi.CustomTimeouts(update="5m")',
    ),
    _row(
        'WebhookSubscription(…, event_filters=[{"key": "channelId", "value": {1, 2}}])',
        lambda: WebhookSubscription(
            "calls", **WEBHOOK, event_filters=[{"key": "channelId", "value": {1, 2}}]
        ),
        "event_filters[0].value",
        "is a Python set object",
        "pass a string",
    ),
    _row(
        'VoiceChannel(…, opts={"protect": True})',
        lambda: _channel(opts={"protect": True}),
        "VoiceChannel support: opts: must be pulumi.ResourceOptions(protect=…), not a dict",
    ),
    _row(
        'VoiceChannel.get(…, opts={"protect": True})',
        lambda: VoiceChannel.get("support", NUMBER, opts={"protect": True}),  # type: ignore[arg-type]
        "VoiceChannel support: opts: must be pulumi.ResourceOptions(protect=…), not a dict",
    ),
    _row(
        "VoiceChannel(…, create_timeout=timedelta(minutes=5))",
        lambda: _channel(create_timeout=timedelta(minutes=5)),
        "create_timeout: is a Python timedelta object",
        'pass "5m" or a number of seconds',
    ),
    _row(
        "VoiceChannel(…, name={1, 2})",
        lambda: _channel(name={1, 2}),
        "name: is a Python set object; pass a string",
    ),
    _row(
        'VoiceChannel(f"sms-{v.channel_id}", …)',
        lambda: VoiceChannel(f"sms-{text_of_output()}", phone_number_id=NUMBER),
        "VoiceChannel: the resource name contains an Output",
        "known from the start",
    ),
    _row(
        'VoiceChannel.get("support", f"{v.id}")',
        lambda: VoiceChannel.get("support", text_of_output()),
        "get: the id contains an Output inside an f-string",
        "pass the Output itself",
    ),
    _row(
        "VoiceChannel.get(…, 5)",
        lambda: VoiceChannel.get("support", 5),  # type: ignore[arg-type]
        "get: the id must be a string",
        "the UUID of the item to read",
    ),
)
