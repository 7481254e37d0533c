"""What the plugin is given by YAML and other languages: types, settings, and names in camelCase."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from unittest import mock

from pulumi.runtime.proto import provider_pb2

from bird_dynamic.emulator import ACCESS_KEY, WORKSPACE_ID, EmulatorServer
from bird_dynamic.providers.engine_log import EngineLog
from tests.support.plugin_client import AbortedError, PluginClient, struct
from tests.support.world import NUMBER
from tests.wrong_inputs.row import Row, Way

UUID = "must be a UUID"


def _asked(method: str, request: Any) -> str:
    told: list[str] = []
    with (
        EmulatorServer() as bird,
        mock.patch.object(EngineLog, "warning", lambda log, text: told.append(text)),
    ):
        try:
            answer = PluginClient(bird.url).call(method, request)
        except AbortedError as error:
            return str(error)
    failures = [each.reason for each in answer.failures]
    return "\n".join([*failures, *(f"warning: {text}" for text in told)])


def _looked_up(wrong: str, function: str, given: Mapping[str, Any], *says: str) -> Row:
    request = provider_pb2.InvokeRequest(tok=f"bird:index:{function}", args=struct(given))
    return Row(wrong, Way.LOOK_UP, says, lambda: _asked("Invoke", request))


def _checked(wrong: str, type_name: str, given: Mapping[str, Any], *says: str) -> Row:
    urn = f"urn:pulumi:dev::phones::bird:index:{type_name}::support"
    request = provider_pb2.CheckRequest(urn=urn, news=struct(given))
    return Row(wrong, Way.PREVIEW, says, lambda: _asked("Check", request))


def _explicit(settings: Mapping[str, Any]) -> str:
    """What a `VoiceChannel` of `Provider("eu", …)` with these arguments says."""
    with EmulatorServer() as bird:
        engine = PluginClient(bird.url)
        urn = "urn:pulumi:dev::phones::pulumi:providers:bird::eu"
        given = {"apiUrl": bird.url, **settings}
        engine.call("Configure", provider_pb2.ConfigureRequest(urn=urn, args=struct(given)))
        if failures := engine.check({"phoneNumberId": NUMBER}).failures:
            return "\n".join(each.reason for each in failures)
        try:
            engine.create({"phoneNumberId": NUMBER})
        except AbortedError as error:
            text = str(error)
        else:
            raise AssertionError("it was created")
    assert "bird-dynamic doctor" not in text, "it reads the stack configuration"
    return text


def _taken(name: str) -> str:
    """What the create says if a connector of that name holds the number."""
    with EmulatorServer() as bird:
        bird.emulator.add_connector(
            connectorTemplateRef="voice-messagebird:1",
            name=name,
            arguments={"phoneNumberId": NUMBER},
        )
        try:
            PluginClient(bird.url).create({"phoneNumberId": NUMBER})
        except AbortedError as error:
            return str(error)
    raise AssertionError("it was created")


def _provider(wrong: str, given: Mapping[str, Any], *says: str) -> Row:
    urn = "urn:pulumi:dev::phones::pulumi:providers:bird::eu"
    request = provider_pb2.CheckRequest(urn=urn, news=struct(given))
    return Row(wrong, Way.PREVIEW, says, lambda: _asked("CheckConfig", request))


IN_NODE = (
    "Calling [toString] on an [Output<T>] is not supported.\n\nTo get the value of an Output<T> as "
    "an Output<string> consider either:\n1: o.apply(v => `prefix${v}suffix`)"
)

ROWS = (
    _checked(
        "a generic client, such as a Kubernetes operator: `nmae: Support` (a warning)",
        "VoiceChannel",
        {"phoneNumberId": NUMBER, "nmae": "Support"},
        "nmae: is not an argument of VoiceChannel",
        "did you mean name?",
    ),
    _checked(
        "a generic client, such as a Kubernetes operator: `phoneNumberID: …`",
        "VoiceChannel",
        {"phoneNumberID": NUMBER},
        "phoneNumberId",
        "is required",
        "is not an argument of VoiceChannel; did you mean phoneNumberId?",
    ),
    _checked(
        "TypeScript: ``new VoiceChannel(…, {name: `sms-${v.channelId}`})``",
        "VoiceChannel",
        {"phoneNumberId": NUMBER, "name": f"sms-{IN_NODE}"},
        "name",
        "contains the text of an Output, not its value",
        "pulumi.interpolate",
    ),
    _looked_up(
        "TypeScript: ``getPhoneNumber({number: `+${number}`})``",
        "getPhoneNumber",
        {"number": f"+{IN_NODE}"},
        "number",
        "contains the text of an Output, not its value",
        "Use getPhoneNumberOutput (Node.js) or GetPhoneNumber.Invoke (C#)",
    ),
    _checked(
        "`pulumi import bird:index:VoicChannel support ID`",
        "VoicChannel",
        {"phoneNumberId": NUMBER},
        "unknown resource type VoicChannel",
        "did you mean bird:index:VoiceChannel?",
    ),
    _checked(
        "YAML: `phoneNumberId: +31612345678`",
        "VoiceChannel",
        {"phoneNumberId": 31612345678},
        "phoneNumberId",
        UUID,
    ),
    _checked(
        "a generic client: a `VoiceChannel` with four values of a wrong type",
        "VoiceChannel",
        {
            "phoneNumberId": 5,
            "name": 7,
            "arguments": "x",
            "channelConversationalStatusEnabled": "yes",
        },
        "phoneNumberId",
        UUID,
        "name",
        "must be a non-empty string",
        "arguments",
        "channelConversationalStatusEnabled",
        "must be True or False",
    ),
    _checked(
        '`native.VoiceChannel(…, profile="bird-eu")`',
        "VoiceChannel",
        {"phoneNumberId": NUMBER, "profile": "bird-eu"},
        "profile",
        "is only for the dynamic provider; with the plugin,",
        "provider",
    ),
    _checked(
        '`native.VoiceChannel(…, create_timeout="5m")`',
        "VoiceChannel",
        {"phoneNumberId": NUMBER, "createTimeout": "5m"},
        "create_timeout",
        "is only for the dynamic provider; with the plugin,",
        "custom",
    ),
    _provider(
        "`Provider` with five wrong arguments",
        {
            "accessKey": "bk_1",
            "workspaceId": "ws_1",
            "organizationId": "org",
            "apiUrl": "api.bird.com",
            "timeout": "soon",
        },
        "accessKey",
        "create a CRM access key",
        "apiUrl",
        "must begin with https:// (http:// for the emulator), such as https://api.bird.com",
        "timeout",
        "must be a positive duration such as",
        "workspaceId",
        "use the workspace's UUID",
        "organizationId",
        "must be a UUID",
    ),
    _provider(
        "`Provider(…, acessKey=…)` in another language",
        {"acessKey": "KEY"},
        "acessKey: is not an argument of Provider; did you mean accessKey?",
    ),
    Row(
        '`Provider("eu", access_key=…)` without a workspace',
        Way.PREVIEW,
        ("no workspace is set", "Pass workspace_id (workspaceId) to the provider"),
        lambda: _explicit({"accessKey": ACCESS_KEY}),
    ),
    Row(
        '`Provider("eu", …)` with a wrong access key',
        Way.UP,
        ("401", 'access_key (accessKey) of the provider "eu" (or BIRD_ACCESS_KEY)'),
        lambda: _explicit({"accessKey": "wrong", "workspaceId": WORKSPACE_ID}),
    ),
    Row(
        "YAML: the resource `sales` was renamed to `support`, without `aliases`",
        Way.UP,
        (
            "already exists and conflicts with this resource",
            'renamed or moved, add the option aliases: ["urn:pulumi:dev::phones::'
            'bird:index:VoiceChannel::sales"] (in Python, opts=',
            "add the option deleteBeforeReplace: true (in Python, opts=",
        ),
        lambda: _taken("sales-abcdef0123-k7x2m9qd"),
    ),
    Row(
        "YAML: a `phoneNumberId` whose number has a connector that somebody made in the dashboard",
        Way.UP,
        (
            "(name: Support line)",
            "conflicts with this resource",
            "use another phone number",
            'adopt it with adopt: "',
            '(in Python, adopt="',
        ),
        lambda: _taken("Support line"),
    ),
    _provider("`Provider(…, lanes=100)`", {"lanes": 100}, "lanes", "an integer from 1 to 64"),
)
