"""From nothing to a channel id, and to nothing again."""

from __future__ import annotations

from bird_dynamic.emulator import EmulatorServer
from tests.engine.programs import (
    HEAD,
    NUMBER,
    OTHER_NUMBER,
    both_ways,
    channel,
    only,
    sent,
    summary,
    vanish,
)
from tests.support.engine import Stack

pytestmark = both_ways


def test_up_installs_one_connector_and_after_that_there_is_nothing_to_do(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.write(channel())

    assert summary(stack.preview()) == {"+ 2 to create"}
    assert sent(bird) == []

    assert summary(stack.up()) == {"+ 2 created"}
    assert sent(bird).count("create_connector") == 1
    connector = only(bird)
    assert connector["arguments"]["phoneNumberId"] == NUMBER
    assert stack.outputs() == {
        "channel_id": connector["channel"]["channelId"],
        "connector_id": connector["id"],
        "name": connector["name"],
    }
    assert connector["name"].startswith("support-")

    assert summary(stack.preview("--expect-no-changes")) == {"2 unchanged"}
    assert summary(stack.up()) == {"2 unchanged"}
    assert sent(bird) == []
    assert only(bird) == connector


def test_destroy_deletes_and_one_that_is_gone_already_is_as_good_as_deleted(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.write(
        f"""{HEAD}
VoiceChannel("stays", phone_number_id={NUMBER!r}, name="stays")
VoiceChannel("vanishes", phone_number_id={OTHER_NUMBER!r}, name="vanishes")
"""
    )
    assert summary(stack.up()) == {"+ 3 created"}
    vanish(bird, next(e["id"] for e in bird.emulator.connectors() if e["name"] == "vanishes"))
    assert only(bird)["name"] == "stays"
    bird.emulator.journal.clear()

    assert summary(stack.destroy()) == {"- 3 deleted"}
    deletes = [
        each["status"] for each in bird.emulator.journal if each["operation"] == "delete_connector"
    ]
    assert sorted(deletes) == [204, 404]
    assert bird.emulator.connectors() == []
    assert stack.resources() == []
