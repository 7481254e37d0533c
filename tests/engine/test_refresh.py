"""What a refresh finds, and what the next up makes of it."""

from __future__ import annotations

import re

from bird_dynamic.emulator import EmulatorServer, Options
from bird_dynamic.schema.case import camel_case
from tests.engine.programs import (
    HEAD,
    NUMBER,
    OTHER_NUMBER,
    READS,
    both_ways,
    channel,
    is_conversational,
    only,
    sent,
    summary,
    vanish,
)
from tests.support.engine import IS_OLDEST, Stack


def test_what_bird_adds_to_the_arguments_is_no_drift(stack: Stack, bird: EmulatorServer) -> None:
    bird.emulator.options = Options(added_arguments={"codec": "opus"})
    stack.write(channel(arguments={"greeting": "hello"}))
    assert summary(stack.up()) == {"+ 2 created"}
    assert only(bird)["arguments"] == {
        "phoneNumberId": NUMBER,
        "greeting": "hello",
        "codec": "opus",
    }
    sent(bird)

    assert summary(stack.refresh("--expect-no-changes")) == {"2 unchanged"}
    assert sent(bird) == ["get_connector"]
    assert summary(stack.preview("--expect-no-changes")) == {"2 unchanged"}


def names_inputs(stack: Stack) -> bool:
    """Whether a refresh shows the inputs that differ: the oldest engine only does for a plugin."""
    return stack.way == "plugin" or not IS_OLDEST


@both_ways
def test_a_rename_in_bird_is_shown_and_repaired_whether_the_name_was_given_or_made_up(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.write(
        f"""{HEAD}
VoiceChannel("given", phone_number_id={NUMBER!r}, name="Support")
VoiceChannel("derived", phone_number_id={OTHER_NUMBER!r})
"""
    )
    assert summary(stack.up()) == {"+ 3 created"}
    before = bird.emulator.connectors()
    for each in before:
        bird.emulator.store.change(each["id"], name=f"{each['name']} renamed")
    sent(bird)
    assert not stack.preview("--refresh", "--expect-no-changes").ok

    refreshed = stack.refresh()
    assert summary(refreshed) == {"~ 2 updated", "1 unchanged"}
    for each in before if names_inputs(stack) else ():
        assert re.search(
            rf'~ name *: "{each["name"]}" => "{each["name"]} renamed"', refreshed.output
        )
    assert set(sent(bird)) <= READS

    assert summary(stack.up()) == {"+-2 replaced", "1 unchanged"}
    after = bird.emulator.connectors()
    bare = [sorted(each["name"].split("-")[0] for each in found) for found in (before, after)]
    assert bare == [["Support", "derived"]] * 2
    assert not {each["id"] for each in after} & {each["id"] for each in before}


@both_ways
def test_a_connector_that_is_gone_is_dropped_from_the_state_and_made_again(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.write(channel())
    assert summary(stack.up()) == {"+ 2 created"}
    gone = only(bird)
    vanish(bird, gone["id"])

    assert summary(stack.refresh()) == {"- 1 deleted", "1 unchanged"}
    assert stack.resources() == []

    assert summary(stack.up()) == {"+ 1 created", "1 unchanged"}
    connector = only(bird)
    assert connector["id"] != gone["id"]
    assert connector["name"] != gone["name"], "each create draws a token of its own"
    assert stack.outputs()["channel_id"] == connector["channel"]["channelId"]


@both_ways
def test_a_conversational_switch_that_somebody_turned_is_shown_and_turned_back_in_place(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.write(channel(channel_conversational_status_enabled=True))
    assert summary(stack.up()) == {"+ 2 created"}
    connector_id = only(bird)["id"]
    bird.emulator.store.connectors[connector_id].conversational = False

    refreshed = stack.refresh()
    assert summary(refreshed) == {"~ 1 updated", "1 unchanged"}
    name = "channel_conversational_status_enabled"
    name = name if stack.way == "dynamic" else camel_case(name)
    assert (f"~ {name}: true => false" in refreshed.output) == names_inputs(stack)
    sent(bird)

    assert summary(stack.up()) == {"~ 1 updated", "1 unchanged"}
    assert sent(bird) == ["set_conversational"]
    assert is_conversational(bird, connector_id)
    assert only(bird)["id"] == connector_id
