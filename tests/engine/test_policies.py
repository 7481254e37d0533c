"""The policy pack of the examples, run by the real engine in previews and updates."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from bird_dynamic.emulator import EmulatorServer
from tests.engine.programs import NUMBER, OTHER_NUMBER, THIRD_NUMBER, both_ways
from tests.support.engine import ROOT, Run, Stack

PACK = ROOT / "examples" / "policies"
ENVIRONMENT = os.environ.get("BIRD_OLDEST_VENV")
"""Its protobuf is one that `pulumi-policy` accepts; `make test` installs the pack's needs there."""

pytestmark = pytest.mark.skipif(
    ENVIRONMENT is None, reason="the environment of the pack is made by `make test`"
)

HEAD = """
import pulumi
from bird_dynamic import VoiceChannel, WebhookSubscription

def told(name, channel_id=None, event="voice.inbound", **options):
    filters = [{"key": "channelId", "value": channel_id}] if channel_id is not None else None
    return WebhookSubscription(
        name, service="channels", event=event, url=f"https://example.com/{name}",
        event_filters=filters, **options,
    )
"""
WEBHOOK = "every-voice-channel-has-an-inbound-webhook"
PROTECTED = "production-lines-are-protected"


@pytest.fixture
def pack(stack: Stack) -> Path:
    """A copy of the pack with its virtual environment, as its page says it."""
    folder = stack.folder / "policies"
    shutil.copytree(PACK, folder, ignore=shutil.ignore_patterns(".venv", "__pycache__"))
    (folder / ".venv").symlink_to(str(ENVIRONMENT))
    stack.write("import pulumi\n")
    if started(stack, folder):
        return folder
    program = start_by_script(folder)
    assert started(stack, program)
    return program


def started(stack: Stack, pack: Path) -> bool:
    run = stack.run("preview", "--policy-pack", str(pack))
    assert run.ok or "failed to start: could not read plugin" in run.output, run.output
    return run.ok


def start_by_script(pack: Path) -> Path:
    """A program that the engine starts as a policy pack, in place of the folder.

    The Python host that `make setup` can build is older than the request that starts a pack.
    """
    script = pack / "pulumi-analyzer-policies"
    script.write_text(
        '#!/bin/sh\ncd "$(dirname "$0")" && exec .venv/bin/python -u -m pulumi.policy "$1" .\n'
    )
    script.chmod(0o755)
    return script


def violated(run: Run) -> set[tuple[str, str]]:
    """The policies that failed, each with its resource."""
    assert "Policies:" in run.output, run.output
    found = re.findall(r"\[mandatory\] +(\S+) +\(\S+: ([\w-]+)\)", run.output)
    assert run.ok == (not found), run.output
    return set(found)


@both_ways
def test_each_voice_channel_needs_a_webhook_for_its_inbound_calls(
    stack: Stack, bird: EmulatorServer, pack: Path
) -> None:
    channels = f"""{HEAD}
support = VoiceChannel("support", phone_number_id="{NUMBER}")
sales = VoiceChannel("sales", phone_number_id="{OTHER_NUMBER}")
night = VoiceChannel("night", phone_number_id="{THIRD_NUMBER}")
"""
    some = channels + (
        'told("support-calls", support.channel_id)\n'
        'told("sales-calls", sales.channel_id, status="inactive")\n'
        'told("night-calls", night.channel_id, event="voice.outbound")\n'
    )
    stack.write(some)
    with_pack = ("--policy-pack", str(pack))
    # No channel has an id yet.
    first = stack.run("preview", *with_pack)
    assert violated(first) == {(WEBHOOK, "sales"), (WEBHOOK, "night")}
    assert 'event_filters=[{"key": "channelId", "value": sales.channel_id}]' in first.output
    assert bird.emulator.connectors() == []

    every = some + 'told("more-sales-calls", sales.channel_id)\ntold("all", night.channel_id)\n'
    stack.write(every)
    assert violated(stack.up(*with_pack)) == set()

    # Now each has: written as text, the id need not come from the resource.
    ids = {
        each["inputs"].get("phone_number_id") or each["inputs"].get("phoneNumberId"): (
            each["outputs"].get("channel_id") or each["outputs"].get("channelId")
        )
        for each in stack.resources()
        if each["type"].endswith("VoiceChannel")
    }
    stack.write(f'{channels}told("a", "{ids[NUMBER]}")\ntold("b", "{ids[OTHER_NUMBER]}")\n')
    assert violated(stack.run("preview", *with_pack)) == {(WEBHOOK, "night")}
    stack.write(f'{channels}told("all")\n')
    assert violated(stack.run("preview", *with_pack)) == set()


@both_ways
def test_the_lines_of_production_are_protected(
    stack: Stack, bird: EmulatorServer, pack: Path
) -> None:
    program = f"""{HEAD}
opts = pulumi.ResourceOptions(protect=PROTECT)
support = VoiceChannel("support", phone_number_id="{NUMBER}", opts=opts)
told("calls", support.channel_id, opts=opts)
"""
    stack.write(program.replace("PROTECT", "False"))
    with_pack = ("--policy-pack", str(pack))
    # This stack is none of production unless the pack's configuration says so.
    assert violated(stack.run("preview", *with_pack)) == set()
    configuration = stack.folder / "policies.json"
    configuration.write_text(json.dumps({PROTECTED: {"stacks": [stack.name]}}))
    with_pack += ("--policy-pack-config", str(configuration))
    both = {(PROTECTED, "support"), (PROTECTED, "calls")}
    assert violated(stack.run("preview", *with_pack)) == both
    assert violated(stack.run("up", "--yes", *with_pack)) == both
    assert bird.emulator.connectors() == []

    stack.write(program.replace("PROTECT", "True"))
    assert violated(stack.run("preview", *with_pack)) == set()


@both_ways
def test_the_parts_of_a_phone_line_are_seen(stack: Stack, pack: Path) -> None:
    configuration = stack.folder / "policies.json"
    configuration.write_text(json.dumps({PROTECTED: {"stacks": [stack.name]}}))
    with_pack = ("--policy-pack", str(pack), "--policy-pack-config", str(configuration))
    program = """
import pulumi
from bird_dynamic import PhoneLine

opts = pulumi.ResourceOptions(protect=PROTECT)
PhoneLine("heard", number="+3197010200001", inbound_url="https://example.com/in", opts=opts)
PhoneLine("deaf", number="+12025550101", outbound_url="https://example.com/out", opts=opts)
"""
    stack.write(program.replace("PROTECT", "True"))
    assert violated(stack.run("preview", *with_pack)) == {(WEBHOOK, "deaf")}
    stack.write(program.replace("PROTECT", "False"))
    parts = ("heard", "heard-inbound", "deaf", "deaf-outbound")
    unprotected = {(PROTECTED, part) for part in parts}
    assert violated(stack.run("preview", *with_pack)) == {(WEBHOOK, "deaf"), *unprotected}
