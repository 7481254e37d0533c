"""A workspace that exists comes under control in one go."""

from __future__ import annotations

import shutil

import pytest

from bird_dynamic.command.__main__ import main
from bird_dynamic.emulator import EmulatorServer
from tests.engine.programs import (
    NUMBER,
    OTHER_NUMBER,
    READS,
    both_ways,
    foreign,
    sent,
    summary,
)
from tests.support.engine import Stack


@both_ways
def test_an_exported_workspace_comes_under_control_and_then_there_is_nothing_to_do(
    stack: Stack, bird: EmulatorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    imports = stack.way == "plugin"
    voice = foreign(bird, name="Front desk", arguments={"phoneNumberId": NUMBER, "greeting": "hi"})
    foreign(bird, name="Front desk", arguments={"phoneNumberId": OTHER_NUMBER})
    arguments = {"phoneNumberId": NUMBER, "channelMessageType": "promotional"}
    foreign(bird, name="SMS", connectorTemplateRef="sms-messagebird:1", arguments=arguments)
    foreign(bird, name="Old SMS", connectorTemplateRef="sms-messagebird:1", arguments={})
    foreign(bird, name="LINE", connectorTemplateRef="line:1", arguments={})
    channel_id = bird.emulator.store.connectors[voice["id"]].channel_id
    for url, status in (("https://example.com/a", "active"), ("https://example.com/b", "inactive")):
        bird.emulator.add_webhook_subscription(
            service="channels",
            event="voice.inbound",
            url=url,
            status=status,
            signingKey="canary",
            eventFilters=[
                {"key": "status", "value": "ringing"},
                {"key": "channelId", "value": channel_id},
            ],
        )
    before = things(bird)
    for name, value in stack.variables().items():
        if name.startswith("BIRD_"):
            monkeypatch.setenv(name, value)
    folder = stack.folder / "exported"
    assert main(["export", str(folder), *(["--import-file"] if imports else [])]) == 0
    shutil.copy(folder / "__main__.py", stack.folder / "__main__.py")
    assert "front_desk.channel_id" in (folder / "__main__.py").read_text()
    sent(bird)

    if imports:
        document = str(folder / "import.json")
        run = stack.run("import", "--file", document, "--yes", "--generate-code=false")
        assert summary(run) >= {"= 7 imported"}
    else:
        assert summary(stack.preview()) == {"+ 8 to create"}
        assert sent(bird) == []
        assert summary(stack.up()) == {"+ 8 created"}
    reads = READS | {"get_webhook_subscription", "list_webhook_subscriptions"}
    assert set(sent(bird)) <= reads
    assert summary(stack.preview("--expect-no-changes")) == {"8 unchanged"}
    assert summary(stack.refresh("--expect-no-changes")) == {"8 unchanged"}
    assert things(bird) == before


def things(bird: EmulatorServer) -> list[dict[str, object]]:
    """All that the workspace has; channels are left out, because Bird shows them after a while."""
    everything = [*bird.emulator.connectors(), *bird.emulator.webhook_subscriptions()]
    return [{**each, "channel": None} for each in everything]
