"""The plugin's translation, in this process: what the engine sends, and what it gets."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version
from typing import Any, ClassVar

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime import rpc
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from bird_dynamic.emulator import (
    ACCESS_KEY,
    ORGANIZATION_ID,
    WORKSPACE_ID,
    BirdEmulator,
    EmulatorServer,
    Fault,
    Options,
    PhoneNumber,
    Reply,
    Request,
)
from bird_dynamic.lifecycle.records import RECORDS, Records
from bird_dynamic.providers.engine_log import EngineLog
from bird_dynamic.providers.plugin import BirdPlugin
from bird_dynamic.providers.wire import received
from bird_dynamic.schema.case import camel_case, snake_case
from bird_dynamic.settings import state_folder
from tests.client.peers import LINE, Peer, answer, drip
from tests.provider.test_engine_log import EngineServer
from tests.support.plugin_client import URN, AbortedError, Context, PluginClient, struct

NUMBER = PhoneNumber.made_up(0).id
Response = provider_pb2.DiffResponse
Kind = provider_pb2.PropertyDiff


def secret(value: Any) -> Any:
    return rpc.wrap_rpc_secret(value)


def is_secret(properties: Any, name: str) -> bool:
    return bool(rpc.is_rpc_secret(rpc.deserialize_properties(properties)[name]))


def test_it_introduces_itself(engine: PluginClient) -> None:
    handshake = provider_pb2.ProviderHandshakeRequest(engine_address="127.0.0.1:1")
    met = engine.call("Handshake", handshake)
    configured = engine.call("Configure", provider_pb2.ConfigureRequest())
    for can, secrets, resources, outputs in (
        (met, met.accept_secrets, met.accept_resources, met.accept_outputs),
        (
            configured,
            configured.acceptSecrets,
            configured.acceptResources,
            configured.acceptOutputs,
        ),
    ):
        assert (secrets, resources, outputs) == (True, False, False), can
    told = engine.call("GetPluginInfo", plugin_pb2.PluginInfo()).version
    assert told == version("bird-dynamic")
    schema = json.loads(engine.call("GetSchema", provider_pb2.GetSchemaRequest()).schema)
    assert "bird:index:VoiceChannel" in schema["resources"]


def test_a_plugin_that_was_not_configured_uses_the_environment(
    bird: EmulatorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIRD_ACCESS_KEY", ACCESS_KEY)
    monkeypatch.setenv("BIRD_WORKSPACE_ID", WORKSPACE_ID)
    news = struct({"phoneNumberId": NUMBER})
    request = provider_pb2.CheckRequest(urn=URN.format("VoiceChannel"), news=news)
    answer = BirdPlugin().Check(request, Context())  # type: ignore[arg-type]
    assert list(answer.failures) == []
    assert answer.inputs["workspaceId"] == WORKSPACE_ID


@pytest.mark.parametrize("told", ["on the command line", "by the handshake", "twice", "nowhere"])
def test_lines_go_to_the_engine_that_has_started_the_plugin(told: str) -> None:
    ours, other = EngineServer(), EngineServer()
    try:
        given = ours.address if told in ("on the command line", "twice") else None
        plugin = BirdPlugin(given)
        before = plugin._run
        later = {"by the handshake": ours.address, "twice": other.address}.get(told, "")
        request = provider_pb2.ProviderHandshakeRequest(engine_address=later)
        plugin.Handshake(request, Context())  # type: ignore[arg-type]
        plugin._run.warn("beware")
        heard = [each.message for each in ours.lines]
        assert heard == ([] if told == "nowhere" else ["beware"])
        assert other.lines == []
        assert (plugin._run is before) is (told != "by the handshake"), "it knows what it knew"
    finally:
        for each in (ours, other):
            each.server.stop(None)


def test_its_process_tells_its_port_and_serves_there() -> None:
    command = [sys.executable, "-c", "from bird_dynamic.providers.plugin import main; main()"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            options = [("grpc.max_receive_message_length", -1)]
            port = int(process.stdout.readline())
            with grpc.insecure_channel(f"127.0.0.1:{port}", options) as channel:
                stub = provider_pb2_grpc.ResourceProviderStub(channel)
                assert stub.GetPluginInfo(empty_pb2.Empty(), wait_for_ready=True).version
                # gRPC itself allows 4 MiB, each way.
                large = struct({"phoneNumberId": NUMBER, "arguments": {"a": "x" * 5 * 2**20}})
                urn = URN.format("VoiceChannel")
                checked = stub.Check(provider_pb2.CheckRequest(urn=urn, news=large))
                assert checked.inputs["arguments"] == large["arguments"]
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (
            {"accessKey": "bk_eu_1"},
            "bird:accessKey (or BIRD_ACCESS_KEY): a key that starts",
        ),
        ({"apiUrl": "http://bird.test"}, "bird:apiUrl (or BIRD_API_URL): plain http"),
        ({"workspaceId": "ws_1"}, "bird:workspaceId (or BIRD_WORKSPACE_ID): an id that starts"),
        ({"lanes": 65}, "bird:lanes: must be an integer from 1 to 64."),
        ({"lanes": "many"}, "bird:lanes: must be an integer from 1 to 64."),
        ({"lanes": 0}, "bird:lanes: must be an integer from 1 to 64."),
        ({"lanes": 1}, None),
        ({"lanes": 64}, None),
        ({"lanes": "8"}, None),
        ({}, None),
        ({"accessKey": rpc.UNKNOWN, "apiUrl": "nonsense"}, None),
        ({"acessKey": "k"}, "bird:acessKey: is not a setting. Did you mean bird:accessKey?"),
        ({"accessKey": rpc.UNKNOWN, "timout": "5m"}, "bird:timout: is not a setting."),
        ({"version": "1.0.0", "pluginDownloadURL": "https://x.test", "__internal": {}}, None),
    ],
)
def test_bad_settings_are_told_when_the_provider_is_configured(
    engine: PluginClient, settings: dict[str, Any], says: str | None
) -> None:
    request = provider_pb2.CheckRequest(urn="", news=struct(settings))
    reasons = [each.reason for each in engine.call("CheckConfig", request).failures]
    assert len(reasons) == (says is not None)
    assert all(reason == says or reason.startswith(f"{says} ") for reason in reasons)


def test_the_access_key_is_secret_in_the_state(engine: PluginClient) -> None:
    given = struct({"accessKey": "canary", "workspaceId": WORKSPACE_ID})
    inputs = engine.call("CheckConfig", provider_pb2.CheckRequest(news=given)).inputs
    assert dict(inputs["accessKey"]) == secret("canary")
    assert inputs["workspaceId"] == WORKSPACE_ID


def test_a_project_that_is_called_bird_may_have_keys_of_its_own(engine: PluginClient) -> None:
    urn = "urn:pulumi:dev::bird::pulumi:providers:bird::default"
    request = provider_pb2.CheckRequest(urn=urn, news=struct({"number": "+31612345678"}))
    assert not engine.call("CheckConfig", request).failures


def test_no_more_requests_are_under_way_than_there_are_lanes(
    bird: EmulatorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    under_way: list[Request] = []
    most = 0
    handle = BirdEmulator.handle

    def watched(self: BirdEmulator, request: Request) -> Reply:
        nonlocal most
        under_way.append(request)
        most = max(most, len(under_way))
        time.sleep(0.05)
        under_way.remove(request)
        return handle(self, request)

    monkeypatch.setattr(BirdEmulator, "handle", watched)
    numbers = [
        each.id for each in bird.emulator.store.numbers.values() if "voice" in each.capabilities
    ]
    engine = PluginClient(bird.url, lanes=2)
    with ThreadPoolExecutor(6) as threads:
        made = list(threads.map(lambda each: create_on(engine, each), numbers[:6]))
    assert len(set(made)) == 6
    assert most == 2


def create_on(engine: PluginClient, number: str) -> str:
    """Creates a voice channel with a name of its own; its id."""
    return engine.create({"phoneNumberId": number, "name": number, "resourceMark": number})[0]


def test_another_account_replaces_no_resource(engine: PluginClient) -> None:
    before, now = struct({"accessKey": secret("k")}), struct({"accessKey": secret("l")})
    same = engine.call("DiffConfig", provider_pb2.DiffRequest(old_inputs=before, news=before))
    assert same.changes == Response.DIFF_NONE
    other = engine.call("DiffConfig", provider_pb2.DiffRequest(old_inputs=before, news=now))
    assert other.changes == Response.DIFF_SOME
    assert list(other.replaces) == []


def test_a_name_is_made_up_by_each_create_and_bears_the_mark_of_the_resource(
    engine: PluginClient,
) -> None:
    inputs = engine.inputs({"phoneNumberId": NUMBER})
    assert "name" not in inputs
    assert inputs["resourceMark"].startswith("support-")
    _, state = engine.create({"phoneNumberId": NUMBER})
    assert state["name"] == state["derivedName"]
    assert re.fullmatch(rf"{inputs['resourceMark']}-[a-z0-9]{{8}}", state["name"])


def test_a_create_reads_updates_and_deletes(engine: PluginClient, bird: EmulatorServer) -> None:
    news = {"phoneNumberId": NUMBER, "channelConversationalStatusEnabled": False}
    item_id, state = engine.create(news)
    assert state["connectorId"] == item_id
    assert state["number"]["phoneNumber"] == PhoneNumber.made_up(0).number
    assert state["number"]["numberId"] == NUMBER

    asked = provider_pb2.ReadRequest(id=item_id, urn=URN.format("VoiceChannel"), properties=state)
    read = engine.call("Read", asked)
    assert (read.id, read.properties) == (item_id, state)
    assert dict(read.inputs) == engine.inputs(news)

    switched = {**news, "channelConversationalStatusEnabled": True}
    for preview in (True, False):
        request = provider_pb2.UpdateRequest(
            id=item_id,
            urn=URN.format("VoiceChannel"),
            olds=state,
            news=struct(engine.inputs(switched)),
            preview=preview,
        )
        after = engine.call("Update", request).properties
        assert after["channelConversationalStatusEnabled"] is True
        assert after["channelId"] == state["channelId"]
        changed = bird.emulator.store.connectors[item_id].conversational
        assert changed is not preview

    gone = provider_pb2.DeleteRequest(id=item_id, urn=URN.format("VoiceChannel"), properties=after)
    engine.call("Delete", gone)
    assert len(bird.emulator.connectors()) == 1, "what this run has created is kept"
    later = PluginClient(bird.url)
    later.call("Delete", gone)
    assert bird.emulator.connectors() == []
    assert later.call("Read", asked).id == ""


def test_a_preview_of_a_create_sends_nothing_and_knows_what_is_known(
    engine: PluginClient, bird: EmulatorServer
) -> None:
    item_id, state = engine.create({"phoneNumberId": NUMBER, "name": "Support"}, preview=True)
    assert (item_id, state["name"], state["channelId"]) == ("", "Support", rpc.UNKNOWN)
    assert state["number"] == rpc.UNKNOWN
    assert list(bird.emulator.journal) == []


def test_a_diff_names_each_property_and_what_its_change_does(engine: PluginClient) -> None:
    news = {"phoneNumberId": NUMBER, "arguments": {"a": 1, "b": {"c": "d"}, "e f": "g"}}
    item_id, state = engine.create(news)
    same = engine.diff(item_id, state, news)
    assert (same.changes, dict(same.detailedDiff)) == (Response.DIFF_NONE, {})
    other = {
        **news,
        "arguments": {"b": {"c": "x"}, "e f": "h", "new": True},
        "channelConversationalStatusEnabled": True,
    }
    answer = engine.diff(item_id, state, other)
    assert answer.changes == Response.DIFF_SOME
    assert list(answer.replaces) == ["arguments"]
    assert answer.deleteBeforeReplace
    assert {path: each.kind for path, each in answer.detailedDiff.items()} == {
        "arguments.a": Kind.DELETE_REPLACE,
        "arguments.b.c": Kind.UPDATE_REPLACE,
        'arguments["e f"]': Kind.UPDATE_REPLACE,
        "arguments.new": Kind.ADD_REPLACE,
        "channelConversationalStatusEnabled": Kind.ADD,
    }


def test_a_state_of_the_dynamic_provider_is_rewritten_in_place(engine: PluginClient) -> None:
    news = {"phoneNumberId": NUMBER}
    item_id, state = engine.create(news)
    written = {snake_case(name): value for name, value in dict(state).items()}
    olds = struct({**written, "__provider": "gASV"})
    answer = engine.diff(item_id, olds, news)
    assert (answer.changes, list(answer.replaces)) == (Response.DIFF_SOME, [])
    request = provider_pb2.UpdateRequest(
        id=item_id, urn=URN.format("VoiceChannel"), olds=olds, news=struct(engine.inputs(news))
    )
    assert dict(engine.call("Update", request).properties) == dict(state)


def test_what_is_secret_stays_secret_and_some_of_it_always_is(engine: PluginClient) -> None:
    news = {
        "phoneNumberId": NUMBER,
        "name": secret("Support"),
        "arguments": {"greeting": secret("hello")},
        "invitationToken": "told in plain text",
    }
    checked = engine.check(news)
    _, state = engine.create(news)
    for properties in (checked.inputs, state):
        assert is_secret(properties, "name")
        assert is_secret(properties, "arguments")
        assert is_secret(properties, "invitationToken")
        assert not is_secret(properties, "phoneNumberId")


class _Echo(BaseHTTPRequestHandler):
    """Refuses every request, and repeats what it was sent."""

    repeats: ClassVar[str] = ""

    def do_GET(self) -> None:
        self.answer(200, {"results": []})

    def do_POST(self) -> None:
        self.answer(422, {"code": "Invalid", "message": f"no {self.repeats} here"})

    do_PATCH = do_POST  # noqa: N815

    def answer(self, status: int, body: Any) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.mark.parametrize(
    ("kind", "news", "repeated"),
    [
        ("VoiceChannel", {"name": secret("Canary Desk")}, "CANARY desk"),
        ("VoiceChannel", {"arguments": {"greeting": secret("canary-greeting")}}, "canary-gre"),
        ("WebhookSubscription", {"url": secret("https://canary.test/t0ken")}, "canary.test/t0ken"),
    ],
)
def test_what_the_program_marked_secret_is_in_no_error(
    kind: str, news: dict[str, Any], repeated: str
) -> None:
    others = {
        "VoiceChannel": {"phoneNumberId": NUMBER},
        "WebhookSubscription": {"service": "channels", "event": "voice.inbound"},
    }
    handler = type("Handler", (_Echo,), {"repeats": repeated})
    with HTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
        engine = PluginClient(f"http://127.0.0.1:{running.server_address[1]}")
        with pytest.raises(AbortedError) as caught:
            engine.create({**others[kind], "checkArguments": False, **news}, kind)
        running.shutdown()
    text = str(caught.value)
    assert "422 Invalid" in text, text
    assert "canary" not in text.lower(), text


def test_a_half_created_connector_is_given_back_with_its_id(
    engine: PluginClient, bird: EmulatorServer
) -> None:
    bird.emulator.options = Options(channel_after=10**6)
    news = {"phoneNumberId": NUMBER, "invitationToken": "t"}
    with pytest.raises(AbortedError, match="is kept; the next"):
        engine.create(news, timeout=2.0)
    ((name, details),) = engine.context.metadata
    assert name == "grpc-status-details-bin"
    status = status_pb2.Status.FromString(details)
    assert status.code == grpc.StatusCode.UNKNOWN.value[0]
    failed = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(failed)
    assert list(failed.reasons) == [status.message]
    (made,) = bird.emulator.connectors()
    assert failed.id == made["id"] == failed.properties["connectorId"]
    assert is_secret(failed.inputs, "invitationToken")
    difference = engine.diff(failed.id, failed.properties, news)
    assert (difference.changes, list(difference.diffs)) == (Response.DIFF_SOME, [])

    bird.emulator.options = Options(channel_after=0)
    request = provider_pb2.UpdateRequest(
        id=failed.id,
        urn=URN.format("VoiceChannel"),
        olds=failed.properties,
        news=struct(engine.inputs(news)),
    )
    finished = engine.call("Update", request).properties
    assert finished["channelId"]
    assert engine.diff(failed.id, finished, news).changes == Response.DIFF_NONE


AUTONAMING = provider_pb2.CheckRequest.AutonamingOptions


@pytest.mark.parametrize(
    ("mode", "given", "olds", "name", "failures"),
    [
        (AUTONAMING.PROPOSE, {}, {}, None, 0),
        (AUTONAMING.ENFORCE, {}, {}, "support", 0),
        (AUTONAMING.ENFORCE, {"name": "own"}, {}, "own", 0),
        (AUTONAMING.ENFORCE, {"adopt": NUMBER}, {}, None, 0),
        (AUTONAMING.ENFORCE, {}, {"phoneNumberId": NUMBER}, None, 0),
        (AUTONAMING.DISABLE, {"name": "own"}, {}, "own", 0),
        (AUTONAMING.DISABLE, {}, {}, None, 1),
        (AUTONAMING.DISABLE, {}, {"phoneNumberId": NUMBER}, None, 0),
    ],
)
def test_the_stacks_autonaming_is_obeyed_for_new_resources(
    engine: PluginClient,
    mode: Any,
    given: dict[str, Any],
    olds: dict[str, Any],
    name: str | None,
    failures: int,
) -> None:
    request = provider_pb2.CheckRequest(
        urn=URN.format("VoiceChannel"),
        news=struct({"phoneNumberId": NUMBER, **given}),
        olds=struct(olds),
        autonaming=AUTONAMING(proposed_name="support", mode=mode),
    )
    answer = engine.call("Check", request)
    assert dict(answer.inputs).get("name") == name
    assert [each.property for each in answer.failures] == ["name"] * failures
    assert all("pulumi:autonaming is disabled" in each.reason for each in answer.failures)


@pytest.mark.parametrize("preview", [True, False])
def test_an_update_clears_what_the_program_no_longer_sets(
    engine: PluginClient, preview: bool
) -> None:
    news = {"service": "channels", "event": "voice.inbound", "url": "https://example.com"}
    filters = {"eventFilters": [{"key": "channelId", "value": NUMBER}]}
    item_id, state = engine.create({**news, **filters}, "WebhookSubscription")
    assert "eventFilters" in state
    request = provider_pb2.UpdateRequest(
        id=item_id,
        urn=URN.format("WebhookSubscription"),
        olds=state,
        news=struct(engine.inputs(news, "WebhookSubscription")),
        preview=preview,
    )
    assert "eventFilters" not in engine.call("Update", request).properties


@pytest.mark.parametrize("preview", [True, False])
def test_an_update_that_would_be_a_replacement_is_refused(
    engine: PluginClient, bird: EmulatorServer, preview: bool
) -> None:
    item_id, state = engine.create({"phoneNumberId": NUMBER, "name": "support"})
    request = provider_pb2.UpdateRequest(
        id=item_id,
        urn=URN.format("VoiceChannel"),
        olds=state,
        news=struct(engine.inputs({"phoneNumberId": NUMBER, "name": "sales"})),
        preview=preview,
    )
    bird.emulator.journal.clear()
    with pytest.raises(AbortedError, match="name cannot be changed in place"):
        engine.call("Update", request)
    assert not bird.emulator.journal


def test_a_create_ends_with_its_timeout_whatever_the_other_side_says() -> None:
    listing = answer(b'{"results": []}')

    def says(connection: socket.socket) -> None:
        while b"POST" not in connection.recv(65536):
            connection.sendall(listing)
        drip(LINE + b"Content-Length: 9999\r\n\r\n", b"[", asked=False)(connection)

    with Peer(says) as peer:
        began = time.monotonic()
        with pytest.raises(AbortedError, match=r"Bird did not answer within (1|0\.\d) s"):
            PluginClient(peer.url).create({"phoneNumberId": NUMBER}, timeout=1.0)
        assert time.monotonic() < began + 20
    assert len(Records(state_folder() / RECORDS).all()) == 1


def test_waiting_ends_when_the_run_is_cancelled(engine: PluginClient, bird: EmulatorServer) -> None:
    bird.emulator.options = Options(channel_after=10**6)
    engine.call("Cancel", empty_pb2.Empty())
    with pytest.raises(AbortedError, match="the run was cancelled"):
        engine.create({"phoneNumberId": NUMBER})


def test_a_cancel_ends_a_request_that_hangs_and_the_next_run_finds_what_it_made(
    engine: PluginClient, bird: EmulatorServer
) -> None:
    bird.emulator.faults = (
        Fault("hang", operation="create_connector", applied=True, seconds=20, times=1),
    )
    began = time.monotonic()
    with ThreadPoolExecutor(1) as lane:
        creating = lane.submit(engine.create, {"phoneNumberId": NUMBER})
        while not bird.emulator.connectors():
            time.sleep(0.01)
        engine.call("Cancel", empty_pb2.Empty())
        with pytest.raises(AbortedError, match="the run was cancelled before Bird answered"):
            creating.result()
    assert time.monotonic() < began + 10
    (left,) = Records(state_folder() / RECORDS).all()
    assert left.mark.startswith("support-")
    found, _ = PluginClient(bird.url).create({"phoneNumberId": NUMBER})
    assert [each["id"] for each in bird.emulator.connectors()] == [found]
    assert Records(state_folder() / RECORDS).all() == []


@pytest.mark.parametrize("place", [f"{WORKSPACE_ID}/", f"{ORGANIZATION_ID}/{WORKSPACE_ID}/", ""])
def test_an_import_finds_the_inputs(bird: EmulatorServer, place: str) -> None:
    found = bird.emulator.add_webhook_subscription(
        service="channels", event="voice.inbound", url="https://example.com/x"
    )
    stated = {"workspaceId": WORKSPACE_ID, "organizationId": ORGANIZATION_ID}
    left_out = dict.fromkeys(list(stated)[: place.count("/")], "")
    engine = PluginClient(bird.url, **left_out)
    request = provider_pb2.ReadRequest(
        id=f"{place}{found['id']}", urn=URN.format("WebhookSubscription")
    )
    answer = engine.call("Read", request)
    assert answer.id == found["id"]
    assert dict(answer.inputs)["url"] == "https://example.com/x"
    assert {name: answer.inputs[name] for name in stated} == stated


def test_an_import_has_the_arguments_that_bird_has(
    engine: PluginClient, bird: EmulatorServer
) -> None:
    found = bird.emulator.add_connector(
        connectorTemplateRef="voice-messagebird:1",
        arguments={"phoneNumberId": NUMBER, "greeting": "hi"},
    )
    request = provider_pb2.ReadRequest(id=found["id"], urn=URN.format("VoiceChannel"))
    inputs = dict(engine.call("Read", request).inputs)
    assert dict(inputs["arguments"]) == {"greeting": "hi"}
    assert inputs["phoneNumberId"] == NUMBER


@pytest.mark.parametrize("operation", ["Read", "Update", "Delete"])
def test_every_operation_has_the_time_that_its_custom_timeout_says(
    engine: PluginClient, bird: EmulatorServer, operation: str
) -> None:
    item_id, state = engine.create({"phoneNumberId": NUMBER})
    bird.emulator.faults = (Fault("hang", seconds=30, times=None),)
    news = {"phoneNumberId": NUMBER, "channelConversationalStatusEnabled": True}
    common = {"id": item_id, "urn": URN.format("VoiceChannel"), "timeout": 1.0}
    asked = {
        "Read": lambda: provider_pb2.ReadRequest(properties=state, **common),
        "Update": lambda: provider_pb2.UpdateRequest(
            olds=state, news=struct(engine.inputs(news)), **common
        ),
        "Delete": lambda: provider_pb2.DeleteRequest(properties=state, **common),
    }
    with pytest.raises(AbortedError, match="did not answer within 1 s"):
        PluginClient(bird.url).call(operation, asked[operation]())


def test_functions_find_what_there_is(engine: PluginClient, bird: EmulatorServer) -> None:
    item_id, state = engine.create({"phoneNumberId": NUMBER})
    assert engine.invoke("getPhoneNumber", country="FR")["number"] == "+33199000001"
    number = engine.invoke("getPhoneNumber", number=PhoneNumber.made_up(0).number)
    assert (number["connectorIds"], number["voiceInboundStatus"]) == ([item_id], "active")
    bird.emulator.dialect = replace(bird.emulator.dialect, endpoint="single")
    numbers = engine.invoke("getPhoneNumbers", country="NL", capability="sms")["results"]
    assert [each["id"] for each in numbers] == [PhoneNumber.made_up(each).id for each in range(3)]
    assert "connectorIds" not in numbers[0]
    assert engine.invoke("getPhoneNumber", number=number["number"]) == number
    events = engine.invoke("getWebhookEvents", service="channels")["results"]
    assert {"service": "channels", "event": "voice.inbound"}.items() <= events[-2].items()
    assert "channelId" in events[-2]["filterKeys"]
    assert engine.invoke("getConnector", id=item_id)["channelId"] == state["channelId"]
    channel = engine.invoke("getChannel", id=state["channelId"])
    assert channel["connectorId"] == item_id
    (row,) = engine.invoke("listConnectors", connectorTemplateRef="voice-messagebird:1")["results"]
    assert row["connectorId"] == item_id
    with pytest.raises(AbortedError, match="2 phone numbers match"):
        engine.invoke("getPhoneNumber", country="DE")
    with pytest.raises(AbortedError, match="unknown function"):
        engine.invoke("getNothing")


@pytest.mark.parametrize(
    ("function", "args", "says"),
    [
        ("getPhoneNumber", {"workspaceId": "x"}, "failed: workspaceId: must be a UUID"),
        (
            "getConnectors",
            {"connectorTemplateRef": "voice-messagebird"},
            "failed: connectorTemplateRef: must be NAME:VERSION; did you mean voice-messagebird:1?",
        ),
        (
            "getConnector",
            {},
            "Looking up connector failed: id: must be the id (UUID) of a connector",
        ),
        (
            "getPhoneNumber",
            {"nmber": "+31612345678"},
            "bird:index:getPhoneNumber: nmber: is not an argument; did you mean number?",
        ),
        (
            "getConnectors",
            {"templateRef": "x", "connectorTemplateReff": "y"},
            "connectorTemplateReff: is not an argument; did you mean connectorTemplateRef?",
        ),
        ("getChannel", {"colour": "red"}, "colour: is not an argument; there are id, work"),
        ("getChannel", {"profile": "bird-eu"}, "profile: is only for the dynamic provider; with"),
        (
            "getPhoneNumber",
            {"number": {rpc._special_sig_key: rpc._special_asset_sig, "text": "x"}},
            "number: must not contain an asset",
        ),
    ],
)
def test_a_look_up_is_told_its_mistakes_in_the_names_of_the_plugin(
    engine: PluginClient, bird: EmulatorServer, function: str, args: dict[str, Any], says: str
) -> None:
    bird.emulator.journal.clear()
    with pytest.raises(AbortedError) as caught:
        engine.invoke(function, **args)
    assert says in str(caught.value)
    assert "_" not in str(caught.value).replace("list_connectors(name=…) (bird:index:get", "")
    assert not bird.emulator.journal


def test_a_look_up_without_a_workspace_names_the_argument_and_the_setting() -> None:
    engine = PluginClient("http://127.0.0.1:1", workspaceId="")
    with pytest.raises(AbortedError, match=r"set bird:workspaceId.*, or pass workspaceId\."):
        engine.invoke("getConnectors")


def test_what_the_program_marked_secret_is_in_no_error_of_a_look_up(engine: PluginClient) -> None:
    with pytest.raises(AbortedError, match="no such number") as caught:
        engine.invoke("getPhoneNumber", number=secret("+31 6 1234 5678"))
    assert "1234" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "news", "says"),
    [
        (
            "VoiceChannel",
            {"phoneNumberId": "+31612345678"},
            "use get_phone_number(number=…).id (bird:index:getPhoneNumber)",
        ),
        (
            "VoiceChannel",
            {"phoneNumberId": NUMBER, "arguments": {"phoneNumberId": NUMBER}},
            "phoneNumberId is set by phone_number_id (phoneNumberId); remove it from arguments",
        ),
        (
            "WebhookSubscription",
            {"eventFilters": [{"key": "channelId", "value": "x"}]},
            "event_filters[0] (eventFilters[0]): the value of the filter channelId must be a UUID: "
            "use the channel_id (channelId) of a channel",
        ),
        (
            "Connector",
            {"connectorTemplateRef": "sms-messagebird:1"},
            "(checkArguments: false (in Python, check_arguments=False) skips this check)",
        ),
        (
            "Connector",
            {
                "connectorTemplateRef": "sms-messagebird:1",
                "arguments": {"phone_number_id": NUMBER, "channelMessageType": "2fa"},
            },
            "arguments: phone_number_id: did you mean phoneNumberId?",
        ),
    ],
)
def test_a_failure_has_the_names_of_every_language(
    engine: PluginClient, kind: str, news: dict[str, Any], says: str
) -> None:
    reasons = " ".join(each.reason for each in engine.check(news, kind).failures)
    assert says in reasons, reasons


def test_errors_and_warnings_have_the_names_of_every_language(
    bird: EmulatorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(EngineLog, "warning", lambda log, text: said.append(text))
    engine = PluginClient(bird.url)
    sms = {"phoneNumberId": NUMBER, "channelMessageType": "promotional"}
    given = {"connectorTemplateRef": "fax:1", "arguments": sms}
    assert list(engine.check(given, "Connector").failures) == []
    assert "connector_template_ref (connectorTemplateRef): is not among the known" in said[0]
    given["connectorTemplateRef"] = "sms-messagebird:1"
    item_id, state = engine.create(given, "Connector")
    update = provider_pb2.UpdateRequest(
        id=item_id,
        urn=URN.format("Connector"),
        olds=state,
        news=struct(engine.inputs({**given, "connectorTemplateRef": "fax:1"}, "Connector")),
    )
    with pytest.raises(AbortedError, match=r"ref \(connectorTemplateRef\) cannot be changed"):
        engine.call("Update", update)
    absent = {"phoneNumberId": "11111111-2222-4333-8444-555555555555"}
    with pytest.raises(AbortedError, match=r"phone_number_id \(\.arguments\.phoneNumberId\): no"):
        engine.create(absent)


def test_a_resource_that_does_not_exist_is_told(engine: PluginClient) -> None:
    with pytest.raises(AbortedError, match="unknown resource type Nothing"):
        engine.check({}, "Nothing")


@pytest.mark.parametrize("name", ["profile", "createTimeout", "deleteTimeout"])
def test_what_is_for_the_dynamic_provider_is_refused(engine: PluginClient, name: str) -> None:
    value = "bird-eu" if name == "profile" else "1m"
    reasons = [
        each.reason for each in engine.check({"phoneNumberId": NUMBER, name: value}).failures
    ]
    (told,) = [reason for reason in reasons if "is only for the dynamic provider" in reason]
    assert name in told.partition(":")[0]


def test_a_bad_argument_is_named_as_every_language_may_write_it(engine: PluginClient) -> None:
    given = {"phoneNumberId": "x", "name": "", "apiUrl": "x"}
    reasons = [each.reason for each in engine.check(given).failures]
    assert sorted(each.partition(":")[0] for each in reasons) == [
        "name",
        "phone_number_id (phoneNumberId)",
    ]
    unset = PluginClient("http://127.0.0.1:1", accessKey="")
    (missing,) = (each.reason for each in unset.check({"phoneNumberId": NUMBER}).failures)
    assert missing.startswith("bird:accessKey (or BIRD_ACCESS_KEY): ")


@pytest.mark.parametrize("name", ["channel_id", "connector_template_ref", "name"])
def test_names_are_translated_both_ways(name: str) -> None:
    assert snake_case(camel_case(name)) == name


def test_what_was_secret_is_known_by_its_name_in_python() -> None:
    found = received(struct({"phoneNumberId": secret("x"), "name": "n", "arguments": None}))
    assert found.properties == {"phone_number_id": "x", "name": "n"}
    assert found.secret == {"phone_number_id"}


def test_an_unknown_value_that_is_secret_is_not_a_missing_one(engine: PluginClient) -> None:
    answer = engine.check({"phoneNumberId": secret(rpc.UNKNOWN)})
    assert list(answer.failures) == []
    assert is_secret(answer.inputs, "phoneNumberId")
    assert answer.inputs["phoneNumberId"]["value"] == rpc.UNKNOWN


def test_a_file_is_refused_by_the_name_of_its_argument(engine: PluginClient) -> None:
    asset = {rpc._special_sig_key: rpc._special_asset_sig, "text": "hello"}
    given = {"phoneNumberId": NUMBER, "arguments": {"greeting": [asset]}}
    (failure,) = engine.check(given).failures
    assert failure.property == "arguments.greeting[0]"
    assert failure.reason.startswith("arguments.greeting[0]: must not contain an asset")


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"phoneNumberId": "x"}, "phoneNumberId"),
        ({}, "phoneNumberId"),
        ({"phoneNumberId": NUMBER, "name": ""}, "name"),
        ({"phoneNumberId": NUMBER, "arguments": {"a": {"b": [2.0**60]}}}, "arguments.a.b[0]"),
        ({"phoneNumberId": NUMBER, "profile": "bird-eu"}, "profile"),
        (
            {"phoneNumberId": NUMBER, "securityArguments": {"a": {"b": 2.0**60}}},
            "securityArguments.a.b",
        ),
        # The engine would show the value, which is secret or contains more than is wrong.
        ({"phoneNumberId": secret("x")}, ""),
        ({"phoneNumberId": NUMBER, "invitationToken": ["x"]}, ""),
        ({"phoneNumberId": NUMBER, "securityArguments": "x"}, ""),
        ({"phoneNumberId": NUMBER, "arguments": {"phoneNumberId": "x"}}, ""),
    ],
)
def test_a_failure_names_its_property_unless_its_value_must_not_be_shown(
    engine: PluginClient, given: dict[str, Any], place: str
) -> None:
    (failure,) = engine.check(given).failures
    assert failure.property == place
    assert place in failure.reason


@pytest.mark.parametrize(
    ("name", "given", "counts"),
    [
        ("default", {"accessKey": "wrong", "workspaceId": WORKSPACE_ID}, True),
        ("default_0_1_0", {"accessKey": "wrong", "workspaceId": WORKSPACE_ID}, True),
        ("eu", {"accessKey": "wrong", "workspaceId": WORKSPACE_ID}, False),
        ("default_eu", {"accessKey": "wrong", "workspaceId": WORKSPACE_ID}, False),
        ("default", {"bird:accessKey": "wrong"}, False),
        ("default", {}, False),
        ("default", ["accessKey"], False),
        ("default", None, False),
    ],
)
def test_the_default_provider_has_the_configuration_of_this_run(
    bird: EmulatorServer, monkeypatch: pytest.MonkeyPatch, name: str, given: Any, counts: bool
) -> None:
    """Without the program, the engine configures it as the last `pulumi up` did."""
    engine = PluginClient(bird.url)
    item_id, state = engine.create({"phoneNumberId": NUMBER})
    monkeypatch.setenv("PULUMI_CONFIG", json.dumps(given) if given is not None else "{")
    monkeypatch.setenv("BIRD_API_URL", bird.url)
    of_the_last_up = {"accessKey": ACCESS_KEY, "workspaceId": WORKSPACE_ID, "apiUrl": bird.url}
    engine = PluginClient(bird.url)
    urn = f"urn:pulumi:dev::phones::pulumi:providers:bird::{name}"
    request = provider_pb2.ConfigureRequest(urn=urn, args=struct(of_the_last_up))
    engine.call("Configure", request)
    urn = URN.format("VoiceChannel")
    reading = provider_pb2.ReadRequest(id=item_id, urn=urn, properties=state)
    if counts:
        with pytest.raises(AbortedError, match="401 Unauthorized"):
            engine.call("Read", reading)
    else:
        assert engine.call("Read", reading).id == item_id
