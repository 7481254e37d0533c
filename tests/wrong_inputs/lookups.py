"""Look-ups that are asked in a wrong way, or for what the workspace does not have."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any
from unittest import mock

import pulumi

from bird_dynamic import lookup_base, lookups, native
from bird_dynamic.bird.errors import BirdError
from bird_dynamic.emulator import WORKSPACE_ID
from bird_dynamic.lifecycle.session import Account
from bird_dynamic.settings import Settings
from tests.support.plugin_client import AbortedError, PluginClient
from tests.support.world import NUMBER, World
from tests.wrong_inputs.row import Row, Way
from tests.wrong_inputs.ways import text_of_output, up

FORMS = ("Write CONNECTOR_ID or WORKSPACE_ID/CONNECTOR_ID (each a UUID)", "Nothing was sent")
FORM = "write it in international form, such as +31612345678"


def look_up(
    function: str, world: World | None = None, *, way: ModuleType = lookups, **given: Any
) -> str:
    """What the program's look-up says."""
    account = (world or World()).account()

    def of(settings: Settings) -> Account:
        return account

    with mock.patch.object(lookup_base, "_account", of):
        try:
            return repr(getattr(way, function)(**given))
        except pulumi.RunError as error:
            return str(error)


def _row(function: str, given: Mapping[str, Any], *says: str) -> Row:
    written = ", ".join(f"{argument}={value!r}" for argument, value in given.items())
    return Row(f"`{function}({written})`", Way.LOOK_UP, says, lambda: look_up(function, **given))


def _in_plugin(function: str, given: Mapping[str, Any], *says: str) -> Row:
    written = ", ".join(f"{argument}: {value}" for argument, value in given.items())

    def answer() -> str:
        try:
            # Nothing listens there: nothing may be sent.
            return str(PluginClient("http://127.0.0.1:1").invoke(function, **given))
        except AbortedError as error:
            return str(error)

    return Row(f"`bird:index:{function}` with `{{{written}}}`", Way.LOOK_UP, says, answer)


def _without_settings() -> str:
    world = World()
    world.environment = {}
    return look_up("get_phone_number", world)


def _with_the_id_of_a_channel(*, imports: bool) -> str:
    world = World()
    item = world.emulator.add_connector(
        connectorTemplateRef="voice-messagebird:1", arguments={"phoneNumberId": NUMBER}
    )
    look_up("get_connector", world, id=item["id"])
    (made,) = world.emulator.connectors()
    channel_id = made["channel"]["channelId"]
    if imports:
        return imported(channel_id, world=world)
    return look_up("get_connector", world, id=channel_id)


def imported(item_id: str, type_name: str = "VoiceChannel", world: World | None = None) -> str:
    """What an import by this id says."""
    run = (world or World()).run(type_name)
    try:
        alone, state = run.identified(item_id, {})
        return str(run.read(alone, state))
    except BirdError as error:
        return str(error)


def _import(item_id: str, *says: str, type_name: str = "VoiceChannel") -> Row:
    wrong = f"`pulumi import bird:index:{type_name} support {item_id}`"
    return Row(wrong, Way.IMPORT, says, lambda: imported(item_id, type_name))


def _of_another_template(*, adopts: bool) -> str:
    world = World()
    arguments = {"phoneNumberId": NUMBER, "channelMessageType": "promotional"}
    item = world.emulator.add_connector(
        connectorTemplateRef="sms-messagebird:1", arguments=arguments
    )
    return up(world=world, adopt=item["id"]) if adopts else imported(item["id"], world=world)


ROWS = (
    Row(
        "`get_connector(support.id)`, an Output",
        Way.LOOK_UP,
        ("id", "not an Output", "get_connector_output"),
        lambda: look_up("get_connector", id=pulumi.Output.from_input("x")),
    ),
    Row(
        '`get_phone_number(number=f"+{number}")`, an Output in an f-string',
        Way.LOOK_UP,
        (
            "number",
            "contains an Output inside an f-string",
            "Use get_phone_number_output with pulumi.Output.concat(",
        ),
        lambda: look_up("get_phone_number", number=f"+{text_of_output()}"),
    ),
    Row(
        '`native.get_phone_number(profile="bird-eu", opts=pulumi.InvokeOptions(…))`',
        Way.LOOK_UP,
        ("profile and opts", "pass one of them", "a provider has its own account"),
        lambda: look_up(
            "get_phone_number", way=native, profile="bird-eu", opts=pulumi.InvokeOptions()
        ),
    ),
    Row(
        "`native.get_phone_number(opts=pulumi.ResourceOptions(provider=eu))`",
        Way.LOOK_UP,
        ("opts", "must be pulumi.InvokeOptions(provider=…), not a ResourceOptions"),
        lambda: look_up("get_phone_number", way=native, opts=pulumi.ResourceOptions()),
    ),
    _row("get_phone_number", {"number": "0612345678"}, "number", FORM),
    _row("get_phone_number", {"number": "612345678"}, "number", FORM),
    _row("get_phone_number", {"number": "+1 800 FLOWERS"}, "number", FORM),
    _row("get_phone_number", {"number": 31612345678}, "number", "in quotes", '"+31'),
    _row("get_phone_number", {"number": ""}, 'number ""', "international form, in quotes"),
    _row(
        "get_phone_number",
        {"number": "0031 06 12345678"},
        "no such number; it has +31",
        "read as +310612345678",
        "without the 0 after 31, it is +31612345678",
    ),
    _row(
        "get_phone_number",
        {"country": "Germany"},
        "country",
        'two letters, in quotes, such as "DE"',
    ),
    _row("get_phone_number", {"country": "USA"}, "country", 'two letters, in quotes, such as "DE"'),
    _row("get_phone_number", {"country": 49}, "country", 'two letters, in quotes, such as "DE"'),
    _row("get_phone_number", {"country": "UK"}, "of UK (only AU, DE, FR, GB", "mean GB?"),
    _row("get_phone_number", {"capability": "vioce"}, "capability", "Did you mean voice?", "sms"),
    _row(
        "get_phone_number",
        {"number": "+3197010200003", "capability": "voice"},
        "lacks the capability voice",
        "+3197010200003 has sms-inbound, sms-outbound",
        "Choose another number or another capability",
    ),
    _row("get_phone_number", {}, "phone numbers", "+3197010200001", "more"),
    _row("get_phone_numbers", {"country": "Germany"}, "country", "two letters, in quotes"),
    _row("get_phone_numbers", {"country": "UK"}, "UK is not an ISO 3166 code", "mean GB?"),
    _row("get_phone_numbers", {"capability": "vioce"}, "capability", "Did you mean voice?", "sms"),
    _row("get_phone_number", {"country": "US"}, "US", "+12025550101"),
    _row("get_phone_number", {"number": "+31612345678"}, "no such number", "+3197010200001"),
    Row(
        "`get_phone_number()` without an access key and a workspace",
        Way.LOOK_UP,
        (
            "pulumi config set --secret bird:accessKey",
            "BIRD_ACCESS_KEY",
            "pulumi config set bird:workspaceId",
            "BIRD_WORKSPACE_ID",
        ),
        _without_settings,
    ),
    _row(
        "get_connector",
        {"id": "support"},
        "id: must be the id (UUID) of a connector",
        "list_connectors(name=…) finds connectors",
    ),
    _row(
        "get_connector",
        {"id": f"{WORKSPACE_ID}/{NUMBER}"},
        "id: must be the id of the connector alone",
        "pass its workspace as workspace_id",
    ),
    Row(
        "`get_connector(…)` with the id of a channel",
        Way.LOOK_UP,
        ("no such connector", "the id of a channel", "whose connector is"),
        lambda: _with_the_id_of_a_channel(imports=False),
    ),
    _row("get_channel", {"id": "ch_1"}, "id: must be the id (UUID) of a channel", "channel_id"),
    _row(
        "list_connectors",
        {"connector_template_ref": "voice-messagebird"},
        "connector_template_ref",
        "NAME:VERSION",
        "did you mean voice-messagebird:1?",
    ),
    _row(
        "list_connectors", {"connector_template_ref": 1}, "connector_template_ref", "NAME:VERSION"
    ),
    _row(
        "list_connectors",
        {"connector_template_ref": "Voice-MessageBird:1"},
        "connector_template_ref",
        "did you mean voice-messagebird:1?",
    ),
    _row("list_connectors", {"name": 5}, "name", "must be a non-empty string, in quotes"),
    _row("list_connectors", {"profile": "bird:eu"}, "profile", 'colon; write "bird-eu"'),
    _row("list_connectors", {"profile": "bird eu"}, "profile", "must be the prefix"),
    _row("get_webhook_events", {"service": "channel"}, "service: is unknown", "mean channels?"),
    _row("get_webhook_events", {"service": "voice"}, "service: is unknown", "Known are channels"),
    _row("get_webhook_events", {"service": 5}, "service", "must be a service, in quotes: channels"),
    _in_plugin("getPhoneNumber", {"nmber": "+31…"}, "nmber: is not an argument", "mean number?"),
    _in_plugin("getPhoneNumber", {"profile": "bird-eu"}, "profile", "pass an explicit provider"),
    _in_plugin("getPhoneNumbers", {"number": "+31…"}, "number: is not an argument", "there are"),
    _in_plugin(
        "getConnectors",
        {"connectorTemplateRef": "voice-messagebird"},
        "connectorTemplateRef",
        "did you mean voice-messagebird:1?",
    ),
    _in_plugin(
        "getChannel",
        {"id": "ch_1", "workspaceId": "x"},
        "id: must be the id (UUID)",
        "channelId",
        "workspaceId: must be a UUID",
    ),
    _import("support", '"support" is not an id', *FORMS),
    _import("ws_1", '"ws_1" is not an id', *FORMS),
    _import("+31612345678", '"+31612345678" is not an id', *FORMS),
    _import(
        f"https://app.bird.com/workspaces/{WORKSPACE_ID}/connectors",
        "is not an id",
        *FORMS,
    ),
    _import(
        "calls",
        '"calls" is not an id',
        "Write WEBHOOK_SUBSCRIPTION_ID, ",
        "ORGANIZATION_ID/WORKSPACE_ID/WEBHOOK_SUBSCRIPTION_ID (each a UUID)",
        type_name="WebhookSubscription",
    ),
    Row(
        '`VoiceChannel.get("support", "support")`',
        Way.REFRESH,
        ('"support" is not an id', *FORMS),
        lambda: imported("support"),
    ),
    Row(
        '`VoiceChannel.get("support", …)` with an id that does not exist',
        Way.REFRESH,
        (f"workspace {WORKSPACE_ID} has no connector {NUMBER}", "Check the workspace and the id"),
        lambda: imported(NUMBER),
    ),
    Row(
        "`pulumi import` of a `VoiceChannel` by the id of its channel",
        Way.IMPORT,
        ("has no connector", "the id of a channel", "whose connector is", "Use that id"),
        lambda: _with_the_id_of_a_channel(imports=True),
    ),
    Row(
        "`pulumi import` of an SMS connector as `VoiceChannel`",
        Way.IMPORT,
        ("template sms-messagebird:1", "use Connector for it", "bird:index:Connector"),
        lambda: _of_another_template(adopts=False),
    ),
    Row(
        "`VoiceChannel(…, adopt=…)` with the id of an SMS connector",
        Way.UP,
        ("adopt", "template sms-messagebird:1", "use Connector for it, not VoiceChannel"),
        lambda: _of_another_template(adopts=True),
    ),
    _import(NUMBER, f"has no connector {NUMBER}", "Check the workspace and the id"),
)
