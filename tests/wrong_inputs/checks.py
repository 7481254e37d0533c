"""Wrong values that Bird would accept or refuse late, and that the preview already knows."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from pulumi.runtime import rpc

from bird_dynamic.emulator import PhoneNumber
from bird_dynamic.lifecycle.registry import lifecycle_of
from bird_dynamic.lookups import GetPhoneNumberResult
from bird_dynamic.providers.dynamic import provider
from bird_dynamic.schema.naming import MARK
from tests.support.world import NUMBER, OTHER_MARK, OWN_MARK, World
from tests.wrong_inputs.row import Row, Way
from tests.wrong_inputs.ways import CORRECT, WEBHOOK, preview, text_of_output

ABSENT = "11111111-2222-4333-8444-555555555555"
SKIP = "(check_arguments=False skips this check)"
USE_THE_ID = "use get_phone_number(number=…).id"
FOUND = GetPhoneNumberResult(NUMBER, None, PhoneNumber.made_up(0).number, "NL", None, [])


def _row(wrong: str, type_name: str, says: tuple[str, ...], **inputs: Any) -> Row:
    return Row(wrong, Way.PREVIEW, says, lambda: preview(type_name, **inputs))


def _number(value: Any) -> Row:
    says = ("phone_number_id", "must be a UUID", USE_THE_ID)
    return _row(f"`phone_number_id={value!r}`", "VoiceChannel", says, phone_number_id=value)


def _webhook(argument: str, value: Any, *says: str) -> Row:
    wrong = f"`WebhookSubscription(…, {argument}={value!r})` (a warning)"
    return _row(wrong, "WebhookSubscription", (argument, *says), **{argument: value})


def _sms(arguments: dict[str, str], *says: str, warns: bool = False) -> Row:
    shown = {key: "…" if value == NUMBER else value for key, value in arguments.items()}
    wrong = f"`Connector(…, arguments={shown})` for SMS{' (a warning)' * warns}"
    return _row(wrong, "Connector", ("arguments", *says), arguments=arguments)


def _template(type_name: str, template: str, *says: str) -> Row:
    return _row(
        f"`{type_name}(…, connector_template_ref={template!r})` (a warning)",
        type_name,
        ("connector_template_ref", *says),
        connector_template_ref=template,
    )


def _odd(wrong: str, value: Any, *says: str) -> Row:
    return _row(
        f'`VoiceChannel(…, arguments={{"a": {{"b": [{wrong}]}}}})`',
        "VoiceChannel",
        ("arguments.a.b[0]: ", *says),
        arguments={"a": {"b": [value]}},
    )


def _in_text(type_name: str, argument: str, wrong: str, value: Any, *says: str) -> Row:
    says = (*says, "contains an Output inside an f-string", "pulumi.Output.concat(")
    wrong = f"`{type_name}(…, {argument}={wrong})`"
    return _row(wrong, type_name, says, **{argument: value})


def _asset() -> str:
    asset = {rpc._special_sig_key: rpc._special_asset_sig, "path": "x"}
    news = {**CORRECT["VoiceChannel"], "arguments": {"a": asset}}
    return "\n".join(each.reason for each in provider("VoiceChannel").check({}, news).failures)


def _filter(key: str, value: str, *says: str) -> Row:
    filters = [{"key": key, "value": value}]
    wrong = f"`WebhookSubscription(…, event_filters={filters})`"
    return _row(wrong, "WebhookSubscription", ("event_filters", *says), event_filters=filters)


def _connector_id_as_channel_id() -> str:
    """The program has the connector; the webhook is checked later in the run."""
    account = World().account()
    voice, webhook = (
        lifecycle_of(name, lambda profile: account)
        for name in ("VoiceChannel", "WebhookSubscription")
    )
    inputs = voice.check({}, {**CORRECT["VoiceChannel"], MARK: OWN_MARK}).inputs
    connector_id, _ = voice.create(inputs)
    filters = [{"key": "channelId", "value": connector_id}]
    checked = webhook.check({}, {**WEBHOOK, "event_filters": filters, MARK: OTHER_MARK})
    return "\n".join(checked.failures)


def _one_number_twice() -> str:
    account = World().account()
    run = lifecycle_of("VoiceChannel", lambda profile: account)
    inputs = CORRECT["VoiceChannel"]
    failures = [run.check({}, {**inputs, MARK: mark}).failures for mark in (OWN_MARK, OTHER_MARK)]
    return "\n".join(each for found in failures for each in found)


IN_TEXT = f"sms-{text_of_output()}"

ROWS = (
    _in_text("VoiceChannel", "name", 'f"sms-{v.channel_id}"', IN_TEXT, "name"),
    _in_text(
        "Connector",
        "arguments",
        '{"useCaseId": f"sms-{v.channel_id}", …}',
        {"useCaseId": IN_TEXT},
        "arguments.useCaseId",
    ),
    _in_text("WebhookSubscription", "url", 'f"https://{host}/calls"', f"https://{IN_TEXT}", "url"),
    _in_text(
        "WebhookSubscription",
        "event_filters",
        '[{"key": "channelId", "value": f"{v.channel_id}"}]',
        [{"key": "channelId", "value": IN_TEXT}],
        "event_filters[0].value",
    ),
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
    _filter("channelID", ABSENT, '[0]: the key "channelID" is unknown; did you mean channelId?'),
    _filter("channel_id", ABSENT, "did you mean channelId?"),
    _filter("chanelId", ABSENT, "did you mean channelId?"),
    _filter("Status", "ringing", "did you mean status?"),
    _filter("channelId", "support", "must be a UUID", "channel_id"),
    Row(
        "`channelId` filter with a `connector_id` of the program",
        Way.UP,
        ("event_filters", "is the id of a connector", "use its channel_id"),
        _connector_id_as_channel_id,
    ),
    _webhook("service", "channel", "did you mean channels?"),
    _webhook("service", "faxes", "channels, numbers, conversations, payments"),
    _webhook("event", "voice.inbond", "did you mean voice.inbound?"),
    _webhook("event", "Voice_Inbound", "did you mean voice.inbound?"),
    _webhook("event", "call.started", "known events of channels: channel.created", "voice.inbound"),
    _webhook("event", "*", "known events of channels: channel.created", "voice.inbound"),
    _row(
        '`WebhookSubscription(…, service="numbers", event="voice.inbound")` (a warning)',
        "WebhookSubscription",
        ("event: belongs to the service channels, not to numbers",),
        service="numbers",
    ),
    _webhook(
        "event_filters",
        [{"key": "to", "value": "x"}],
        "[0]: the key is not among the known values: channelId, messageStatus",
    ),
    _sms({"phoneNumberID": NUMBER}, "phoneNumberID: did you mean phoneNumberId?"),
    _sms({"phone_number_id": NUMBER}, "phone_number_id: did you mean phoneNumberId?"),
    _sms(
        {"phoneNumberId": NUMBER, "channelMessagetype": "2fa"}, "did you mean channelMessageType?"
    ),
    _sms(
        {"phoneNumberId": NUMBER, "channelMessageType": "marketing"},
        "channelMessageType is not among the known values",
        "promotional, 2fa",
        warns=True,
    ),
    _sms(
        {"phoneNumberId": NUMBER, "channelMessageType": "Promotional"},
        "channelMessageType is not among the known values",
        "did you mean promotional?",
        warns=True,
    ),
    _sms(
        {"phoneNumberId": NUMBER, "channelMessageType": "2fa", "usecaseId": "x"},
        "usecaseId: did you mean useCaseId?",
        warns=True,
    ),
    _sms({}, "phoneNumberId (use get_phone_number", "channelMessageType (promotional, 2fa", SKIP),
    _sms({"phoneNumberId": NUMBER}, "channelMessageType (promotional, 2fa", "is required", SKIP),
    _row(
        '`Connector(…, connector_template_ref="whatsapp:1", arguments={})`',
        "Connector",
        ("arguments: wabaId, phoneId and phoneNumber are required by the template whatsapp:1",),
        connector_template_ref="whatsapp:1",
        arguments={},
    ),
    _template("Connector", "fax:1", "known values: voice-messagebird:1, sms-messagebird:1"),
    _template("Connector", "sms-mesagebird:1", "did you mean sms-messagebird:1?"),
    _template("VoiceChannel", "sms-messagebird:1", "voice-messagebird:1", "use Connector"),
    _row(
        '`VoiceChannel(…, arguments={"phoneNumberID": "…"})`',
        "VoiceChannel",
        ("arguments", "phoneNumberID is set by phone_number_id", "remove it"),
        arguments={"phoneNumberID": NUMBER},
    ),
    Row(
        "two `VoiceChannel`s of a program with one `phone_number_id`",
        Way.PREVIEW,
        ("phone_number_id", "sales and support", "another phone number, or remove it"),
        _one_number_twice,
    ),
    _odd('b"…"', b"x", "is a Python bytes object", "value.decode()"),
    _odd("{1, 2}", {1, 2}, "is a Python set object", "pass sorted(value)"),
    _odd("date(2026, 1, 31)", date(2026, 1, 31), "is a Python date object", "pass str(value)"),
    _odd("uuid4()", uuid4(), "is a Python UUID object", "pass str(value)"),
    _odd("object()", object(), "is a Python object object", "pass a string, a number, a boolean"),
    _odd('float("inf")', float("inf"), "is not a finite number", "in quotes"),
    _odd('{5: "x"}', {5: "x"}, "must be a dict with string keys"),
    Row(
        '`VoiceChannel(…, arguments={"a": pulumi.FileAsset("x")})`',
        Way.PREVIEW,
        ("arguments.a: must not contain an asset", "pass a string"),
        _asset,
    ),
)
