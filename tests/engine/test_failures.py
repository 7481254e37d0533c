"""When Bird refuses, or does not answer: one line for the user, nothing left behind."""

from __future__ import annotations

import re
import uuid

from bird_dynamic.emulator import ACCESS_KEY, EmulatorServer, Fault, Options
from tests.engine.programs import (
    HEAD,
    NUMBER,
    NUMBER_WITHOUT_VOICE,
    OTHER_NUMBER,
    bird_error,
    both_ways,
    channel,
    foreign,
    only,
    sent,
    summary,
)
from tests.support.engine import Stack


@both_ways
def test_a_number_without_voice_is_told_by_the_name_of_the_argument(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.write(channel(phone_number_id=NUMBER_WITHOUT_VOICE))
    line = bird_error(stack.up())
    assert 'Creating voice channel "support" failed' in line
    assert "422" in line
    assert "phone_number_id (.arguments.phoneNumberId): the phone number has no voice" in line
    assert re.search(r"Request id: [0-9a-f-]{36}\.", line)
    assert_nothing_is_left(stack, bird)


def test_a_wrong_access_key_is_told_and_not_shown(stack: Stack, bird: EmulatorServer) -> None:
    stack.environment["BIRD_ACCESS_KEY"] = "not-the-access-key"
    stack.write(channel())
    run = stack.up()
    line = bird_error(run)
    assert "401" in line
    assert "bird:accessKey (or BIRD_ACCESS_KEY)" in line
    assert "not-the-access-key" not in run.output
    assert ACCESS_KEY not in run.output
    assert "create_connector" not in sent(bird)
    assert_nothing_is_left(stack, bird)


def test_an_unknown_workspace_is_told_with_the_setting_to_check(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.environment["BIRD_WORKSPACE_ID"] = str(uuid.uuid4())
    stack.write(channel())
    line = bird_error(stack.up())
    assert "404" in line
    assert "bird:workspaceId (or BIRD_WORKSPACE_ID)" in line
    assert_nothing_is_left(stack, bird)


def test_a_number_that_another_connector_holds_is_told_with_the_adopt_to_write(
    stack: Stack, bird: EmulatorServer
) -> None:
    existing = foreign(bird, name="made by hand")
    stack.write(channel())
    line = bird_error(stack.up())
    assert 409 in {each["status"] for each in bird.emulator.journal}
    assert "(name: made by hand) already exists and conflicts with this resource" in line
    assert f'adopt="{existing["id"]}"' in line
    assert only(bird)["id"] == existing["id"]
    assert stack.resources() == []


def test_a_connector_whose_channel_never_comes_is_removed_again(
    stack: Stack, bird: EmulatorServer
) -> None:
    bird.emulator.options = Options(channel_after=10**6)
    stack.environment["BIRD_TIMEOUT"] = "2s"
    stack.write(channel())
    line = bird_error(stack.up())
    (made,) = bird.emulator.store.connectors
    assert "no channel within 2 s" in line
    assert f"The connector {made} was deleted again" in line
    assert_nothing_is_left(stack, bird)
    assert "bird:timeout (or BIRD_TIMEOUT)" in line, "what to do next"


def test_creates_whose_answers_were_lost_are_found_again_in_the_same_run(
    stack: Stack, bird: EmulatorServer
) -> None:
    bird.emulator.faults = [Fault("reset", operation="create_connector", times=2, applied=True)]
    stack.write(
        f"""{HEAD}
VoiceChannel("derived", phone_number_id={NUMBER!r})
VoiceChannel("given", phone_number_id={OTHER_NUMBER!r}, name="Support")
"""
    )
    assert summary(stack.up()) == {"+ 3 created"}
    assert [each["fault"] for each in bird.emulator.journal].count("reset") == 2
    assert sent(bird).count("create_connector") == 2
    in_bird = {each["id"]: each["channel"]["channelId"] for each in bird.emulator.connectors()}
    assert len(in_bird) == 2
    assert {each["id"]: each["outputs"]["channel_id"] for each in stack.resources()} == in_bird


def assert_nothing_is_left(stack: Stack, bird: EmulatorServer) -> None:
    assert bird.emulator.connectors() == []
    assert stack.resources() == []
