"""Wrong values of arguments, and what Bird refuses."""

from __future__ import annotations

from typing import Any

from bird_dynamic.emulator import PhoneNumber
from bird_dynamic.schema.naming import MARK
from tests.support.world import NUMBER, OTHER_MARK, World
from tests.wrong_inputs.row import Row, Way
from tests.wrong_inputs.ways import preview, up

GET_VOICE = 'get_phone_number(number=…, capability="voice").id'
USE_THE_ID = "use get_phone_number(number=…).id"
ABSENT = "11111111-2222-4333-8444-555555555555"


def _row(type_name: str, argument: str, value: Any, *says: str) -> Row:
    wrong = f"`{type_name}(…, {argument}={value!r})`"
    inputs = {argument: value}
    return Row(wrong, Way.PREVIEW, (argument, *says), lambda: preview(type_name, **inputs))


def _without_voice() -> str:
    numbers = (PhoneNumber.made_up(index) for index in range(40))
    return next(each.id for each in numbers if not any("voice" in c for c in each.capabilities))


def _adopting(item_id: str, world: World) -> str:
    return up(world=world, adopt=item_id)


def _adopting_a_channel() -> str:
    world = World()
    run = world.run()
    _, state = run.create(run.check({}, {"phone_number_id": NUMBER, "name": "support"}).inputs)
    return _adopting(state["channel_id"], world)


def _adopting_anothers() -> str:
    world = World()
    item_id = world.foreign(name="Support")
    run = world.run()
    run.create(world.inputs(name="Support", adopt=item_id))
    other = world.inputs(name="Support", adopt=item_id)
    return "\n".join(run.check({}, {**other, MARK: OTHER_MARK}).failures)


def _adopting_another() -> str:
    world = World()
    item = world.emulator.add_connector(
        connectorTemplateRef="voice-messagebird:1",
        name="sales",
        arguments={"phoneNumberId": PhoneNumber.made_up(1).id},
    )
    return _adopting(item["id"], world)


ROWS = (
    _row("VoiceChannel", "phone_number_id", 5, "must be a UUID", USE_THE_ID),
    _row("VoiceChannel", "phone_number_id", None, "is required", USE_THE_ID),
    _row("VoiceChannel", "phone_number_id", "", "must be a UUID", USE_THE_ID),
    _row("VoiceChannel", "name", "", "must be a non-empty string"),
    _row("VoiceChannel", "name", 7, "must be a non-empty string, in quotes"),
    _row("VoiceChannel", "arguments", ["x"], "must be a dict with string keys"),
    _row("VoiceChannel", "arguments", "x", "must be a dict with string keys"),
    _row("VoiceChannel", "arguments", {"phoneNumberId": NUMBER}, "is set by phone_number_id"),
    _row("VoiceChannel", "arguments", {"id": 2**60}, "write it as a string, in quotes"),
    _row("VoiceChannel", "security_arguments", "key", "must be a dict with string keys"),
    _row(
        "Connector",
        "security_arguments",
        {"accessToken": "…"},
        ".accessToken: must be a dict",
        '{"<scheme>": {"accessToken": …}}',
    ),
    _row("VoiceChannel", "connector_template_ref", "voice", "NAME:VERSION", "leave it out"),
    _row("VoiceChannel", "channel_conversational_status_enabled", "yes", "must be True or False"),
    _row("VoiceChannel", "invitation_token", 5, "must be a non-empty string, in quotes"),
    _row("VoiceChannel", "workspace_id", "ws_1", "another Bird product", "UUID"),
    _row("VoiceChannel", "workspace_id", "support", "must be a UUID", "address bar"),
    _row("VoiceChannel", "workspace_id", 5, "must be a UUID", "address bar"),
    _row("WebhookSubscription", "organization_id", 5, "must be a UUID", "organization"),
    _row(
        "VoiceChannel",
        "adopt",
        "support",
        "must be the id (UUID) of a connector",
        "`bird-dynamic export FOLDER`",
    ),
    _row("WebhookSubscription", "adopt", "x", "must be the id (UUID) of a webhook subscription"),
    _row("VoiceChannel", "profile", "bird:eu", 'must not contain a colon; write "bird-eu"'),
    _row("VoiceChannel", "create_timeout", "five minutes", 'such as "90s", "5m"'),
    _row("VoiceChannel", "create_timeout", 0, "positive duration"),
    _row("VoiceChannel", "delete_timeout", "-5s", "positive duration"),
    _row(
        "Connector",
        "connector_template_ref",
        "sms messagebird",
        "NAME:VERSION",
        "did you mean sms-messagebird:1?",
    ),
    _row("Connector", "connector_template_ref", "fax", "NAME:VERSION", "such as sms-messagebird:1"),
    _row("Connector", "connector_template_ref", None, "is required, such as sms-messagebird:1"),
    _row("Connector", "check_arguments", "no", "must be True or False"),
    _row("Connector", "wait_for_channel", 1, "must be True or False"),
    _row("WebhookSubscription", "url", "http://example.com/calls", "https", "https://example.com"),
    _row("WebhookSubscription", "url", "https://localhost/calls", "public host name"),
    _row("WebhookSubscription", "url", "example.com", "https", "https://example.com"),
    _row("WebhookSubscription", "status", "paused", '"active" or "inactive"'),
    _row("WebhookSubscription", "url", None, "is required, such as https://example.com"),
    _row("WebhookSubscription", "event", "", 'must be a non-empty string, such as "voice.inbound"'),
    _row("WebhookSubscription", "event", None, 'is required, such as "voice.inbound"'),
    _row(
        "WebhookSubscription",
        "event",
        ["voice.inbound", "voice.outbound"],
        "must be one event",
        "one subscription per event",
    ),
    _row("WebhookSubscription", "service", None, "is required", "channels, numbers"),
    _row("WebhookSubscription", "service", 5, "must be one of Bird's services: channels, numbers"),
    _row("WebhookSubscription", "event_filters", {"channelId": "x"}, "must be a list of"),
    _row("WebhookSubscription", "event_filters", [{"key": "channelId"}], '[0]: must be {"key": …'),
    _row("WebhookSubscription", "signing_key", 5, "must be a non-empty string"),
    _row("WebhookSubscription", "organization_id", "org", "must be a UUID", "organization"),
    Row(
        "`VoiceChannel` with six wrong arguments",
        Way.PREVIEW,
        ("phone_number_id", "name", "arguments", "adopt", "create_timeout", "delete_timeout"),
        lambda: preview(
            phone_number_id="x",
            name="",
            arguments=[1],
            adopt="x",
            create_timeout="x",
            delete_timeout="x",
        ),
    ),
    Row(
        "`phone_number_id` of a number that the workspace does not have",
        Way.UP,
        ("422", "phone_number_id", "no such phone number", GET_VOICE, "Correct the arguments"),
        lambda: up(phone_number_id=ABSENT),
    ),
    Row(
        "`phone_number_id` of a number without voice",
        Way.UP,
        ("422", "phone_number_id", "no voice capability", GET_VOICE),
        lambda: up(phone_number_id=_without_voice()),
    ),
    Row(
        "`adopt` with an id that does not exist",
        Way.UP,
        ("adopt", "no connector", ABSENT, "`bird-dynamic export FOLDER` writes a program"),
        lambda: _adopting(ABSENT, World()),
    ),
    Row(
        "`adopt` with the id of a channel",
        Way.UP,
        ("adopt", "has no connector", "the id of a channel", "whose connector is", "Use that id"),
        _adopting_a_channel,
    ),
    Row(
        "`adopt` with the id of a connector that another resource of the program adopts",
        Way.PREVIEW,
        ("adopt", "another resource of this stack manages", "aliases="),
        _adopting_anothers,
    ),
    Row(
        "`adopt` of a connector with other arguments",
        Way.UP,
        (
            "adopt",
            "does not match the arguments",
            'Write what Bird has: phone_number_id="',
            "nothing was",
        ),
        _adopting_another,
    ),
)
