"""What only the plugin can do: import, diffs of single keys, half-created connectors that are kept,
functions, and sixty-four operations at once."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from bird_dynamic.emulator import (
    WORKSPACE_ID,
    BirdEmulator,
    EmulatorServer,
    Options,
    Reply,
    Request,
    Store,
)
from bird_dynamic.providers.schema import schema
from tests.engine.programs import (
    HEAD,
    NUMBER,
    channel,
    foreign,
    only,
    sent,
    summary,
)
from tests.support.engine import PROGRAMS, Run, Stack


@pytest.fixture
def way() -> str:
    return "plugin"


@pytest.mark.parametrize("place", ["", "workspace/"])
def test_an_imported_connector_is_in_the_state_and_then_there_is_nothing_to_do(
    stack: Stack, bird: EmulatorServer, place: str
) -> None:
    existing = foreign(bird, name="Support", arguments={"phoneNumberId": NUMBER, "greeting": "hi"})
    where = place.replace("workspace", existing["workspaceId"])
    stack.write("")
    run = stack.run(
        "import",
        "bird:index:VoiceChannel",
        "support",
        where + existing["id"],
        "--yes",
        "--generate-code=false",
        "--protect=false",
    )
    assert run.ok, run.output
    sent(bird)
    stack.write(channel(name="Support", arguments={"greeting": "hi"}))
    preview = stack.preview("--expect-no-changes")
    assert preview.ok, preview.output
    assert sent(bird) == []
    assert only(bird)["id"] == existing["id"]


def test_an_import_of_what_is_not_there_says_so(stack: Stack, bird: EmulatorServer) -> None:
    stack.write("")
    absent = "11111111-2222-4333-8444-555555555555"
    run = stack.run("import", "bird:index:VoiceChannel", "support", absent, "--yes")
    assert not run.ok
    assert f"workspace {WORKSPACE_ID} has no connector " in run.output


@pytest.mark.parametrize("form", ["the command", "the option import_"])
def test_an_import_keeps_the_name_that_bird_has_if_the_program_sets_none(
    stack: Stack, bird: EmulatorServer, form: str
) -> None:
    existing = foreign(bird, name="Support")
    if form == "the command":
        stack.write("")
        flags = ("--yes", "--generate-code=false", "--protect=false")
        run = stack.run("import", "bird:index:VoiceChannel", "support", existing["id"], *flags)
    else:
        stack.write(channel(opts=f"pulumi.ResourceOptions(import_={existing['id']!r})"))
        run = stack.up()
    assert run.ok, run.output
    stack.write(channel())
    for _ in range(2):
        run = stack.up()
        assert run.ok, run.output
        assert "replace" not in run.output
    assert stack.outputs()["name"] == "Support"
    assert stack.preview("--expect-no-changes").ok
    assert only(bird)["id"] == existing["id"]
    assert not {"create_connector", "delete_connector"} & set(sent(bird))


def test_a_connector_of_another_template_is_not_imported_as_a_voice_channel(
    stack: Stack, bird: EmulatorServer
) -> None:
    arguments = {"phoneNumberId": NUMBER, "channelMessageType": "promotional"}
    sms = foreign(bird, connectorTemplateRef="sms-messagebird:1", arguments=arguments)
    stack.write("")
    for item_id, says in (
        (sms["id"], "sms-messagebird:1, not from voice-messagebird:1: use Connector for it"),
        ("support", '"support" is not an id. Write CONNECTOR_ID or WORKSPACE_ID/CONNECTOR_ID'),
    ):
        run = stack.run("import", "bird:index:VoiceChannel", "support", item_id, "--yes")
        assert not run.ok
        assert says in run.output
        assert not run.crashed, run.output
    assert stack.resources() == []


def test_a_diff_names_the_key_that_changes(stack: Stack, bird: EmulatorServer) -> None:
    stack.write(channel(arguments={"greeting": "hello", "language": "nl"}))
    assert summary(stack.up()) == {"+ 2 created"}
    stack.write(channel(arguments={"greeting": "goodbye", "language": "nl"}))
    preview = stack.preview()
    assert '~ greeting: "hello" => "goodbye"' in preview.output
    assert "language" not in preview.output


def test_a_connector_without_its_channel_is_kept_and_the_next_up_completes_it(
    stack: Stack, bird: EmulatorServer
) -> None:
    bird.emulator.options = Options(channel_after=10**6)
    stack.environment["BIRD_TIMEOUT"] = "2s"
    stack.write(channel())
    run = stack.up()
    assert not run.ok
    assert "is kept; the next `pulumi up` completes it" in run.output
    made = only(bird)
    (held,) = stack.resources()
    assert held["id"] == made["id"]
    assert held["initErrors"]

    bird.emulator.options = Options(channel_after=0)
    sent(bird)
    assert summary(stack.up()) == {"~ 1 updated", "1 unchanged"}
    assert "create_connector" not in sent(bird)
    channel_id = only(bird)["channel"]["channelId"]
    assert stack.outputs()["channel_id"] == channel_id
    assert summary(stack.preview("--expect-no-changes")) == {"2 unchanged"}


def test_the_autonaming_of_the_stack_names_new_connectors_only(
    stack: Stack, bird: EmulatorServer
) -> None:
    def mode(name: str) -> None:
        assert stack.run("config", "set", "--path", "pulumi:autonaming.mode", name).ok

    mode("disabled")
    stack.write(channel())
    run = stack.up()
    assert "name: is required, because pulumi:autonaming is disabled" in run.output
    assert bird.emulator.connectors() == []
    mode("verbatim")
    run = stack.up()
    assert run.ok, run.output
    assert "autonaming" not in run.output
    assert only(bird)["name"] == "support"
    for name in ("disabled", "default"):
        mode(name)
        assert stack.preview("--expect-no-changes").ok


def test_custom_timeouts_are_obeyed(stack: Stack, bird: EmulatorServer) -> None:
    bird.emulator.options = Options(channel_after=10**6)
    timeouts = "pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create='3s'))"
    stack.write(channel(opts=timeouts))
    assert "Bird created no channel within 3 s" in stack.up().output


def test_an_explicit_provider_is_another_account(stack: Stack, bird: EmulatorServer) -> None:
    with EmulatorServer() as european:
        stack.write(
            f"""
import pulumi
from bird_dynamic.native import Provider, VoiceChannel
europe = Provider("europe", access_key="fake-access-key-for-the-emulator", api_url={european.url!r})
VoiceChannel(
    "there", phone_number_id={NUMBER!r}, opts=pulumi.ResourceOptions(provider=europe)
)
"""
        )
        assert summary(stack.up()) == {"+ 3 created"}
        assert len(european.emulator.connectors()) == 1
        assert bird.emulator.connectors() == []
        assert "fake-access-key" not in stack.export()
        assert stack.destroy().ok


def test_a_look_up_is_a_function_and_one_that_finds_nothing_is_one_line(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.write(
        """
import pulumi
found = pulumi.runtime.invoke("bird:index:getPhoneNumber", {"country": "FR"}).value
pulumi.export("number", found["number"])
listed = pulumi.runtime.invoke("bird:index:getConnectors", {}).value
pulumi.export("connectors", listed["results"])
"""
    )
    assert stack.up().ok
    assert stack.outputs() == {"number": "+33199000001", "connectors": []}
    stack.write(
        """
import pulumi
pulumi.runtime.invoke("bird:index:getChannel", {"id": "nonsense"})
"""
    )
    assert (
        'Looking up channel "nonsense" failed: id: must be the id (UUID) of a'
        in stack.preview().output
    )


def test_what_is_not_for_the_plugin_is_told_with_what_is(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.write(channel(profile="bird-eu", create_timeout="1m"))
    said = stack.preview().output
    assert (
        "profile: is only for the dynamic provider; with the plugin, pass an explicit provider"
        in said
    )
    only = "is only for the dynamic provider; with the plugin,"
    assert f"create_timeout (createTimeout): {only} use the option customTimeouts" in said


def test_a_waiting_create_ends_when_the_run_is_interrupted_and_nothing_is_lost(
    stack: Stack, bird: EmulatorServer
) -> None:
    bird.emulator.options = Options(channel_after=10**6)
    stack.write(channel())
    process = subprocess.Popen(
        stack.command("up", "--yes", "--skip-preview"),
        cwd=stack.folder,
        env=stack.variables(),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while "get_connector" not in [each["operation"] for each in list(bird.emulator.journal)]:
        time.sleep(0.05)
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert "the run was cancelled" in Run(process.returncode, output).output
    (held,) = stack.resources()
    assert held["id"] == only(bird)["id"]
    bird.emulator.options = Options(channel_after=0)
    assert summary(stack.up()) == {"~ 1 updated", "1 unchanged"}


def test_sixty_four_creates_run_at_once(
    empty_stack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No create is answered before all of them are there.
    together = threading.Barrier(64, timeout=60)
    handle = BirdEmulator.handle

    def waiting(self: BirdEmulator, request: Request) -> Reply:
        if request.method == "POST":
            together.wait()
        return handle(self, request)

    monkeypatch.setattr(BirdEmulator, "handle", waiting)
    emulator = BirdEmulator(Store.with_numbers(200), options=Options(channel_after=0))
    numbers = [each.id for each in emulator.store.numbers.values() if "voice" in each.capabilities]
    with EmulatorServer(emulator) as bird:
        shutil.copytree(empty_stack, tmp_path / "project")
        stack = Stack(tmp_path / "project", bird.url, way="plugin")
        stack.environment["PULUMI_SKIP_CHECKPOINTS"] = "1"
        stack.write(
            f"{HEAD}for index, number in enumerate({numbers[:64]!r}):\n"
            "    VoiceChannel(str(index), phone_number_id=number)\n"
        )
        up = stack.up("--parallel", "64")
    assert summary(up) == {"+ 65 created"}
    assert sent(bird).count("create_connector") == 64


def test_the_engine_reads_the_schema(stack: Stack) -> None:
    plugin = PROGRAMS / "bin" / "pulumi-resource-bird"
    done = subprocess.run(
        [stack.command()[0], "package", "get-schema", plugin],
        cwd=stack.folder,
        env=stack.variables(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    read = json.loads(done.stdout)
    assert set(read["resources"]) == set(schema("0")["resources"])
