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
from tests.support.engine import Run, Stack


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
    assert "front_desk.channel_id" in export(stack, monkeypatch)
    sent(bird)

    if imports:
        assert summary(imported(stack)) >= {"= 7 imported"}
    else:
        assert summary(stack.preview()) == {"+ 8 to create"}
        assert sent(bird) == []
        assert summary(stack.up()) == {"+ 8 created"}
    reads = READS | {"get_webhook_subscription", "list_webhook_subscriptions"}
    assert set(sent(bird)) <= reads
    assert summary(stack.preview("--expect-no-changes")) == {"8 unchanged"}
    assert summary(stack.refresh("--expect-no-changes")) == {"8 unchanged"}
    assert things(bird) == before


ODD = (
    {"name": ""},
    {"name": "   "},
    {"name": None},
    {"name": "two\nlines"},
    {"name": "\u202ereversed"},
    {"name": "x" * 300},
    {"arguments": {"large": 2**60, "small": 1}},
    {"arguments": {"nothing": None, "list": [1, "2"]}},
    {"arguments": {"": 1}},
    {"arguments": {"limits": [{"large": 2**70}], "lim": "x"}},
    {"arguments": None},
    {"arguments": {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}},
    {"connectorTemplateRef": "voice-messagebird:1", "arguments": {"phoneNumberId": "of old"}},
    {"connectorTemplateRef": "line"},
)
"""What a workspace may have, although no program may ask for it."""


@both_ways
def test_an_odd_workspace_is_adopted_without_a_change(
    stack: Stack,
    bird: EmulatorServer,
    monkeypatch: pytest.MonkeyPatch,
    not_as_described: list[str],
) -> None:
    for odd in ODD:
        foreign(bird, **{"name": "LINE", "connectorTemplateRef": "line:1", "arguments": {}, **odd})
    before = things(bird)
    program = export(stack, monkeypatch)
    assert program.count("= Connector(") >= len(ODD) - 2
    run = imported(stack) if stack.way == "plugin" else stack.up()
    assert run.ok, run.output
    assert not {"create_connector", "delete_connector"} & set(sent(bird))
    assert stack.preview("--expect-no-changes").ok
    assert stack.refresh("--expect-no-changes").ok
    assert things(bird) == before
    not_as_described.clear()


def export(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make the exported program that of the stack; return it."""
    for name, value in stack.variables().items():
        if name.startswith("BIRD_"):
            monkeypatch.setenv(name, value)
    folder = stack.folder / "exported"
    options = ["--import-file"] if stack.way == "plugin" else []
    assert main(["export", str(folder), *options]) == 0
    shutil.copy(folder / "__main__.py", stack.folder / "__main__.py")
    return (folder / "__main__.py").read_text()


def imported(stack: Stack) -> Run:
    """Import what the export names."""
    document = str(stack.folder / "exported" / "import.json")
    return stack.run("import", "--file", document, "--yes", "--generate-code=false")


def things(bird: EmulatorServer) -> list[dict[str, object]]:
    """All that the workspace has; channels are left out, because Bird shows them after a while."""
    everything = [*bird.emulator.connectors(), *bird.emulator.webhook_subscriptions()]
    return [{**each, "channel": None} for each in everything]
