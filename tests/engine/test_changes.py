"""What an up does with a changed input: in place where Bird can, a new connector where not."""

from __future__ import annotations

import re

import pytest

from bird_dynamic.emulator import WORKSPACE_ID, EmulatorServer
from tests.engine.programs import (
    NUMBER,
    OTHER_NUMBER,
    both_ways,
    channel,
    is_conversational,
    only,
    sent,
    summary,
)
from tests.support.engine import Stack

pytestmark = both_ways


def test_the_conversational_switch_changes_in_place_and_left_out_it_is_left_alone(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.write(channel(channel_conversational_status_enabled=True))
    assert summary(stack.up()) == {"+ 2 created"}
    connector_id = only(bird)["id"]
    assert is_conversational(bird, connector_id)
    sent(bird)

    stack.write(channel(channel_conversational_status_enabled=False))
    assert summary(stack.up()) == {"~ 1 updated", "1 unchanged"}
    assert sent(bird) == ["set_conversational"]
    assert not is_conversational(bird, connector_id)

    stack.write(channel())
    assert stack.up().ok
    assert sent(bird) == []
    assert not is_conversational(bird, connector_id)
    assert only(bird)["id"] == connector_id
    assert stack.outputs()["connector_id"] == connector_id


def test_another_phone_number_replaces_the_connector_and_the_new_one_is_there_first(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.write(channel(phone_number_id=NUMBER))
    assert summary(stack.up()) == {"+ 2 created"}
    before, old = stack.outputs(), only(bird)
    sent(bird)

    stack.write(channel(phone_number_id=OTHER_NUMBER))
    replaced = stack.up()
    assert summary(replaced) == {"+-1 replaced", "1 unchanged"}
    assert "because of phone_number_id" in replaced.output.replace(
        "phoneNumberId", "phone_number_id"
    )
    assert "there is no gap" in replaced.output
    changing = [each for each in sent(bird) if each in ("create_connector", "delete_connector")]
    assert changing == ["create_connector", "delete_connector"]
    new, after = only(bird), stack.outputs()
    assert new["arguments"]["phoneNumberId"] == OTHER_NUMBER
    assert new["id"] != old["id"]
    assert after == {
        "channel_id": new["channel"]["channelId"],
        "connector_id": new["id"],
        "name": new["name"],
    }
    assert new["name"] != before["name"], "each create draws a token of its own"
    assert after["channel_id"] != before["channel_id"]


def test_what_cannot_exist_beside_the_old_one_replaces_it_with_a_gap_and_the_preview_says_so(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.write(channel(name="Support"))
    assert stack.up().ok
    sent(bird)
    stack.write(channel(name="Sales"))
    preview = stack.run("preview")
    assert preview.ok
    assert "has no channel until the new one is ready" in preview.output
    assert re.search(r"Its channel_id( \(channelId\))? changes", preview.output)
    assert sent(bird) == []
    assert stack.up().ok
    changing = [each for each in sent(bird) if each in ("create_connector", "delete_connector")]
    assert changing == ["delete_connector", "create_connector"]
    assert only(bird)["name"] == "Sales"


@pytest.mark.parametrize("by_setting", [True, False])
def test_a_wrong_workspace_never_costs_the_channel(
    stack: Stack, bird: EmulatorServer, by_setting: bool
) -> None:
    stack.write(channel())
    assert stack.up().ok
    old = only(bird)
    wrong = "11111111-2222-4333-8444-555555555555"
    if by_setting:
        stack.environment["BIRD_WORKSPACE_ID"] = wrong
    else:
        stack.write(channel(workspace_id=wrong))
    preview = stack.run("preview")
    assert "to replace" in preview.output
    keeps = f"set bird:workspaceId (or BIRD_WORKSPACE_ID) back to {WORKSPACE_ID}"
    assert (keeps in preview.output) is by_setting
    failed = stack.up()
    assert not failed.ok
    assert "workspace not found" in failed.output
    assert bird.emulator.connectors() == [old]
    stack.environment["BIRD_WORKSPACE_ID"] = WORKSPACE_ID
    stack.write(channel())
    done = stack.up()
    assert done.ok
    assert "2 unchanged" in done.output
    assert bird.emulator.connectors() == [old]


def lines(*, adopt: str | None = None, opts: str = "None") -> str:
    return f"""
import pulumi
from bird_dynamic import VoiceChannel

support = VoiceChannel("support", phone_number_id="{OTHER_NUMBER}", opts={opts})
sales = VoiceChannel(
    "sales",
    phone_number_id="{NUMBER}",
    adopt={adopt!r},
    opts=pulumi.ResourceOptions(depends_on=support),
)
"""


def test_a_number_that_one_line_hands_to_another_is_told_with_the_way_on(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.write(channel())
    assert stack.up().ok
    handed = only(bird)["id"]
    stack.write(lines())
    refused = stack.up()
    assert not refused.ok
    assert f'adopt="{handed}"' in " ".join(refused.output.split())
    assert "delete_before_replace=True" in refused.output
    assert len(bird.emulator.connectors()) == 2

    stack.write(lines(adopt=handed))
    followed = stack.up()
    assert followed.ok, followed.output
    held = {each["id"]: each["arguments"]["phoneNumberId"] for each in bird.emulator.connectors()}
    assert held.pop(handed) == NUMBER
    assert list(held.values()) == [OTHER_NUMBER]
    assert summary(stack.up()) == {"3 unchanged"}


def test_a_number_that_one_line_gives_up_first_is_handed_over_in_one_command(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.write(channel())
    assert stack.up().ok
    stack.write(lines(opts="pulumi.ResourceOptions(delete_before_replace=True)"))
    moved = stack.up()
    assert moved.ok, moved.output
    held = {each["arguments"]["phoneNumberId"] for each in bird.emulator.connectors()}
    assert held == {NUMBER, OTHER_NUMBER}
