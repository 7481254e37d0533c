"""What a preview says about settings and inputs that cannot work, without asking Bird."""

from __future__ import annotations

import re

from bird_dynamic.emulator import ACCESS_KEY, WORKSPACE_ID, EmulatorServer
from tests.engine.programs import (
    HEAD,
    NUMBER,
    OTHER_NUMBER,
    both_ways,
    channel,
    foreign,
    only,
    problems,
    sent,
    summary,
)
from tests.support.engine import Stack


def test_stack_configuration_goes_before_the_environment(
    stack: Stack, bird: EmulatorServer
) -> None:
    settings = (
        ("bird:accessKey", ACCESS_KEY),
        ("bird:workspaceId", WORKSPACE_ID),
        (
            "bird:apiUrl",
            bird.url,
        ),
    )
    flags = [flag for key, value in settings for flag in ("--plaintext", f"{key}={value}")]
    assert stack.run("config", "set-all", *flags).ok
    stack.environment |= {
        "BIRD_ACCESS_KEY": "the-environments-key",
        "BIRD_WORKSPACE_ID": "00000000-0000-4000-8000-000000000000",
        "BIRD_API_URL": "http://127.0.0.1:9",
    }
    stack.write(channel())
    assert summary(stack.up()) == {"+ 2 created"}
    assert only(bird)["workspaceId"] == WORKSPACE_ID
    assert {each["status"] for each in bird.emulator.journal} == {200, 201}


@both_ways
def test_a_plain_access_key_is_warned_of_and_an_unknown_key_is_refused(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.config("bird:accessKey", ACCESS_KEY)
    stack.write(channel())
    run = stack.preview()
    assert run.ok
    assert run.output.count("bird:accessKey: is stored in plain text in Pulumi.test.yaml.") == 1
    stack.config("bird:acessKey", ACCESS_KEY, secret=True)
    (told,) = problems(stack.preview())
    assert told.startswith("bird:acessKey: is not a setting. Did you mean bird:accessKey?")
    assert sent(bird) == []


@both_ways
def test_missing_settings_are_told_with_both_places_where_they_can_be_set(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.environment |= {"BIRD_ACCESS_KEY": "", "BIRD_WORKSPACE_ID": ""}
    stack.write(channel())
    told = problems(stack.preview())
    assert len(told) == 2
    assert told[0].startswith("bird:accessKey (or BIRD_ACCESS_KEY): no access key is set")
    assert "bird:workspaceId" in told[1]
    assert "BIRD_WORKSPACE_ID" in told[1]
    assert sent(bird) == []


def test_settings_of_another_product_and_plain_http_are_told_all_at_once(
    stack: Stack, bird: EmulatorServer
) -> None:
    port = bird.url.rpartition(":")[2]
    stack.environment |= {
        "BIRD_ACCESS_KEY": "bk_canary-of-a-key",
        "BIRD_WORKSPACE_ID": "ws_123",
        # Not a loopback address, and yet it would reach the emulator.
        "BIRD_API_URL": f"http://0.0.0.0:{port}",
    }
    stack.write(channel())
    run = stack.preview()
    told = problems(run)
    assert len(told) == 3
    key, url, workspace = told
    assert key.startswith("bird:accessKey (or BIRD_ACCESS_KEY): ")
    assert "bk_ belongs to another Bird product" in key
    assert workspace.startswith("bird:workspaceId (or BIRD_WORKSPACE_ID): ")
    assert "ws_ belongs to another Bird product" in workspace
    assert url.startswith(
        "bird:apiUrl (or BIRD_API_URL): plain http is accepted only for localhost"
    )
    assert "canary-of-a-key" not in run.output
    assert sent(bird) == []


@both_ways
def test_all_bad_inputs_are_told_at_once_each_by_the_name_of_its_argument(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.write(
        channel(
            phone_number_id="+31612345678",
            name="",
            connector_template_ref="voice-messagebird",
            arguments={"phoneNumberId": "canary-in-arguments"},
            security_arguments="canary-in-security-arguments",
            invitation_token=["canary-in-invitation-token"],
            adopt="support",
        )
    )
    run = stack.preview()
    assert sorted(re.split("[ :]", each)[0] for each in problems(run)) == [
        "adopt",
        "arguments",
        "connector_template_ref",
        "invitation_token",
        "name",
        "phone_number_id",
        "security_arguments",
    ]
    if stack.way == "plugin":
        assert "phone_number_id (phoneNumberId): must be a UUID" in run.output
    assert "canary" not in run.output
    assert sent(bird) == []


@both_ways
def test_an_output_in_an_f_string_is_told_and_creates_nothing(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.write(
        channel() + 'VoiceChannel("sales", phone_number_id=f"{channel.phone_number_id}", '
        'name=f"sales-{channel.channel_id}")\n'
    )
    run = stack.up()
    assert not run.ok, run.output
    assert "name: contains an Output inside an f-string; pass the Output itself" in run.output
    assert "has a problem: phone_number_id" in run.output
    assert not run.crashed, run.output
    assert len(bird.emulator.connectors()) <= 1


def test_arguments_that_are_no_dict_are_told(stack: Stack, bird: EmulatorServer) -> None:
    stack.write(channel(arguments=["greeting"]))
    assert problems(stack.preview()) == ["arguments: must be a dict with string keys"]
    assert sent(bird) == []


def test_an_output_given_to_a_look_up_is_told_in_one_line(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.write(
        channel() + "from bird_dynamic import get_connector\nget_connector(channel.connector_id)\n"
    )
    run = stack.preview()
    assert not run.ok
    (told,) = re.findall("^.*an Output.*$", run.output, re.M)
    assert "get_connector: id: must be a plain value, not an Output. Use get_connector_out" in told
    assert "warning" not in run.output
    assert not run.crashed, run.output
    assert sent(bird) == []


@both_ways
def test_a_get_of_what_is_no_voice_channel_says_so(stack: Stack, bird: EmulatorServer) -> None:
    arguments = {"phoneNumberId": NUMBER, "channelMessageType": "promotional"}
    sms = foreign(bird, connectorTemplateRef="sms-messagebird:1", arguments=arguments)
    for item_id, says in (
        (
            sms["id"],
            f"the connector {sms['id']} is made from the template sms-messagebird:1, not from "
            "voice-messagebird:1: use Connector for it",
        ),
        ("support", '"support" is not an id. Write CONNECTOR_ID or WORKSPACE_ID/CONNECTOR_ID'),
        ("ws_1/x", '"ws_1/x" is not an id. Write CONNECTOR_ID or WORKSPACE_ID/CONNECTOR_ID'),
    ):
        stack.write(f'{HEAD}VoiceChannel.get("theirs", {item_id!r})\n')
        run = stack.preview()
        assert not run.ok
        assert f"failed: {says}" in run.output
        assert not run.crashed, run.output
    assert sent(bird) == ["get_connector"]


@both_ways
def test_a_corrected_setting_counts_in_the_next_command_also_without_the_program(
    stack: Stack, bird: EmulatorServer, way: str
) -> None:
    stack.environment["BIRD_ACCESS_KEY"] = ""
    stack.config("bird:accessKey", ACCESS_KEY, secret=True)
    stack.write(channel())
    assert stack.up().ok
    stack.config("bird:accessKey", "wrong", secret=True)
    # It changes nothing, so nothing is sent; the state has the wrong key now.
    assert stack.up().ok
    with_program: tuple[str, ...] = ()
    refused = stack.refresh()
    assert "401 Unauthorized" in refused.output
    stack.config("bird:accessKey", ACCESS_KEY, secret=True)
    if way == "dynamic":
        # The engine gives it the settings of the last `up`, and the message says what to do.
        refused = stack.refresh()
        assert "use it only with --run-program" in " ".join(refused.output.split())
        with_program = ("--run-program",)
    assert stack.refresh(*with_program).ok
    assert stack.run("destroy", "--yes", "--skip-preview", *with_program).ok
    assert bird.emulator.connectors() == []


def test_autonaming_which_pulumi_does_not_pass_to_dynamic_providers_is_warned_of(
    stack: Stack, bird: EmulatorServer
) -> None:
    def warnings(program: str) -> int:
        stack.write(program)
        run = stack.preview()
        assert run.ok, run.output
        told = re.findall(
            r"^ *warning: pulumi:autonaming of stack \S+ has no effect", run.output, re.M
        )
        return len(told)

    def configure(place: str, value: str) -> None:
        assert stack.run("config", "set", "--path", f"pulumi:autonaming.{place}", value).ok

    two = f"{channel()}VoiceChannel('sales', phone_number_id={OTHER_NUMBER!r})\n"
    for mode, count in (("disabled", 1), ("verbatim", 1), ("default", 0)):
        configure("mode", mode)
        assert warnings(two) == count, mode
    configure("mode", "verbatim")
    assert warnings(channel(name="Support")) == 0
    assert stack.run("config", "rm", "pulumi:autonaming").ok
    configure("providers.aws.mode", "verbatim")
    assert warnings(channel()) == 0
    configure("providers.bird.mode", "verbatim")
    assert warnings(channel()) == 1
