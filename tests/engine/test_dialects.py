"""The whole life of a line and of its webhook subscription with the real engine, under every Bird
that its documentation allows and that has a name."""

from __future__ import annotations

import pytest

from bird_dynamic.emulator import Dialect, EmulatorServer, Options
from bird_dynamic.emulator.dialect import NAMED
from tests.engine.programs import NUMBER, OTHER_NUMBER, both_ways, only, sent
from tests.support.engine import Stack

pytestmark = [pytest.mark.usefixtures("any_dialect"), both_ways]
MAKES = {"create_connector", "create_webhook_subscription"}
CHANGES = {
    *MAKES,
    "delete_connector",
    "delete_webhook_subscription",
    "update_webhook_subscription",
    "set_conversational",
}


def program(number: str = NUMBER, codec: str = " OPUS ") -> str:
    return f"""
import pulumi
from bird_dynamic import VoiceChannel, WebhookSubscription

line = VoiceChannel(
    "support",
    phone_number_id="{number}",
    arguments={{"codec": "{codec}", "channels": 2, "steps": ["a", "b", {{"loud": True}}]}},
    channel_conversational_status_enabled=True,
)
WebhookSubscription(
    "calls",
    service="channels",
    event="voice.inbound",
    url="https://Example.com",
    signing_key=pulumi.Output.secret("s3cret-s3cret"),
    event_filters=[
        {{"key": "status", "value": "ringing"}},
        {{"key": "channelId", "value": line.channel_id}},
    ],
)
pulumi.export("connector_id", line.connector_id)
"""


def changes(bird: EmulatorServer) -> set[str]:
    return CHANGES & set(sent(bird))


@pytest.mark.parametrize("dialect", NAMED.values(), ids=NAMED)
def test_each_command_converges_and_changes_nothing_that_nobody_changed(
    stack: Stack, bird: EmulatorServer, dialect: Dialect
) -> None:
    bird.emulator.dialect = dialect
    if dialect.webhook_path == "short":
        stack.environment["BIRD_ORGANIZATION_ID"] = ""
    stack.write(program())
    made = stack.up()
    assert made.ok, made.output
    first = only(bird)["id"]
    sent(bird)
    for _ in range(2):
        again = stack.up("--refresh", "--expect-no-changes")
        assert again.ok, again.output
        assert changes(bird) == set()
    assert only(bird)["id"] == first

    # One that has to go first, and one that can stay until the new one is there.
    for source in (program(codec="g711"), program(number=OTHER_NUMBER, codec="g711")):
        before = only(bird)["id"]
        stack.write(source)
        replaced = stack.up()
        assert replaced.ok, replaced.output
        assert only(bird)["id"] != before
    assert stack.outputs()["connector_id"] == only(bird)["id"]
    assert len(bird.emulator.webhook_subscriptions()) == 1

    destroyed = stack.destroy()
    assert destroyed.ok, destroyed.output
    assert bird.emulator.connectors() == bird.emulator.webhook_subscriptions() == []
    returned = stack.up()
    assert returned.ok, returned.output
    assert only(bird)["id"] not in (first, before)


@pytest.mark.parametrize(("status", "later"), [("204", "number_free"), ("202", "deletion")])
def test_a_number_that_is_freed_twenty_seconds_later_is_waited_for(
    stack: Stack, bird: EmulatorServer, status: str, later: str
) -> None:
    bird.emulator.dialect = Dialect.of({"delete_status": status, later: "later"})
    bird.emulator.options = Options(release_after=20.0)
    stack.write(program())
    assert stack.up().ok
    stack.write(program(codec="g711"))
    replaced = stack.up()
    assert replaced.ok, replaced.output
    assert len(bird.emulator.connectors()) == 1
    assert stack.destroy().ok
    returned = stack.up()
    assert returned.ok, returned.output
    assert len(bird.emulator.connectors()) == 1
