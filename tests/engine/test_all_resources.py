"""More than one channel: connectors, webhook subscriptions, other accounts, others' work."""

from __future__ import annotations

from bird_dynamic.emulator import ACCESS_KEY, WORKSPACE_ID, EmulatorServer
from tests.engine.programs import (
    NUMBER,
    OTHER_NUMBER,
    THIRD_NUMBER,
    bird_error,
    foreign,
    only,
    problems,
    sent,
    summary,
)
from tests.support.engine import Stack

HEAD = "import pulumi\nfrom bird_dynamic import Connector, VoiceChannel, WebhookSubscription\n"
CANARY = "canary-signing-key-51f0"


def set_up(url: str = "https://example.com/calls", event: str = "voice.inbound") -> str:
    return f"""{HEAD}
voice = VoiceChannel("voice", phone_number_id={NUMBER!r})
sms = Connector(
    "sms",
    connector_template_ref="sms-messagebird:1",
    arguments={{"phoneNumberId": {NUMBER!r}, "channelMessageType": "promotional"}},
)
inbound = WebhookSubscription(
    "inbound",
    service="channels",
    event={event!r},
    url={url!r},
    event_filters=[{{"key": "channelId", "value": voice.channel_id}}],
    signing_key={CANARY!r},
)
pulumi.export("sms", sms.channel_id)
pulumi.export("inbound", inbound.webhook_subscription_id)
"""


def test_a_channel_a_connector_and_a_webhook_come_up_change_and_go(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.write(set_up())
    assert summary(stack.preview()) == {"+ 4 to create"}
    assert sent(bird) == []

    assert summary(stack.up()) == {"+ 4 created"}
    (subscription,) = bird.emulator.webhook_subscriptions()
    voice = next(each for each in bird.emulator.connectors() if each["name"].startswith("voice-"))
    assert subscription["eventFilters"] == [
        {"key": "channelId", "value": voice["channel"]["channelId"]}
    ]
    assert stack.outputs()["inbound"] == subscription["id"]
    assert CANARY not in stack.export()
    assert summary(stack.preview("--expect-no-changes")) == {"4 unchanged"}

    stack.write(set_up(url="https://example.com/moved"))
    sent(bird)
    assert summary(stack.up()) == {"~ 1 updated", "3 unchanged"}
    assert sent(bird) == ["list_webhook_subscriptions", "update_webhook_subscription"]
    (moved,) = bird.emulator.webhook_subscriptions()
    assert (moved["id"], moved["url"]) == (subscription["id"], "https://example.com/moved")

    stack.write(set_up(event="voice.outbound"))
    assert summary(stack.up()) == {"+-1 replaced", "3 unchanged"}
    changes = [each for each in sent(bird) if each.startswith(("create", "delete"))]
    assert changes == ["create_webhook_subscription", "delete_webhook_subscription"]

    assert stack.destroy().ok
    assert bird.emulator.connectors() == bird.emulator.webhook_subscriptions() == []


def test_a_profile_is_another_account_with_keys_of_its_own(
    stack: Stack, bird: EmulatorServer
) -> None:
    with EmulatorServer() as european:
        stack.write(
            f"""{HEAD}
VoiceChannel("here", phone_number_id={NUMBER!r})
VoiceChannel("there", phone_number_id={OTHER_NUMBER!r}, profile="bird-eu")
"""
        )
        (problem, *_) = problems(stack.preview())
        assert problem.startswith("bird-eu:accessKey: no access key is set.")
        assert "BIRD_ACCESS_KEY" not in problem

        stack.config("bird-eu:accessKey", ACCESS_KEY, secret=True)
        stack.config("bird-eu:workspaceId", WORKSPACE_ID)
        stack.config("bird-eu:apiUrl", european.url)
        assert summary(stack.up()) == {"+ 3 created"}
        assert only(bird)["arguments"]["phoneNumberId"] == NUMBER
        assert only(european)["arguments"]["phoneNumberId"] == OTHER_NUMBER
        assert summary(stack.refresh()) == {"3 unchanged"}
        assert stack.destroy().ok
        assert european.emulator.connectors() == bird.emulator.connectors() == []


def test_what_others_have_made_can_be_read_and_is_never_deleted(
    stack: Stack, bird: EmulatorServer
) -> None:
    existing = foreign(bird, arguments={"phoneNumberId": THIRD_NUMBER})

    def program(connector_id: str) -> str:
        return f"""{HEAD}
found = VoiceChannel.get("theirs", {connector_id!r})
pulumi.export("channel_id", found.channel_id)
pulumi.export("phone_number_id", found.phone_number_id)
"""

    stack.write(program(existing["id"]))
    assert stack.up().ok
    channel = only(bird)["channel"]["channelId"]
    assert stack.outputs() == {"channel_id": channel, "phone_number_id": THIRD_NUMBER}
    assert stack.preview("--expect-no-changes").ok
    assert stack.destroy().ok
    assert only(bird)["id"] == existing["id"]

    stack.write(program("11111111-2222-4333-8444-555555555555"))
    line = bird_error(stack.up())
    assert " has no connector " in line
    assert "11111111-2222-4333-8444-555555555555" in line
