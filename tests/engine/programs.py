"""What the tests of this folder write into their programs, and what they look for afterwards."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from bird_dynamic.emulator import EmulatorServer, Store
from tests.support.engine import Run, Stack

_NUMBERS = list(Store.with_numbers().numbers.values())
NUMBER, OTHER_NUMBER, THIRD_NUMBER = [each.id for each in _NUMBERS if "voice" in each.capabilities][
    :3
]
NUMBER_WITHOUT_VOICE = next(each.id for each in _NUMBERS if "voice" not in each.capabilities)
VOICE = "voice-messagebird:1"
READS = {"get_connector", "list_connectors", "get_conversational"}
"""Operations that change nothing."""

both_ways = pytest.mark.parametrize("way", ["dynamic", "plugin"])
"""For a test of the main job: through the dynamic provider and through the plugin."""

HEAD = "import pulumi\nfrom bird_dynamic import VoiceChannel\n"


def channel(resource_name: str = "support", *, opts: str = "None", **inputs: Any) -> str:
    """Source of a program with one voice channel, whose outputs are the stack's."""
    return f"""{HEAD}
inputs = { ({"phone_number_id": NUMBER} | inputs)!r}
channel = VoiceChannel({resource_name!r}, **inputs, opts={opts})
pulumi.export("channel_id", channel.channel_id)
pulumi.export("connector_id", channel.connector_id)
pulumi.export("name", channel.name)
"""


def audit(stack: Stack, *flags: str) -> tuple[int, Any]:
    """The exit status of `bird-dynamic audit --json`, and what it printed."""
    done = subprocess.run(
        [Path(sys.prefix) / "bin" / "bird-dynamic", "audit", "--json", *flags],
        cwd=stack.folder,
        env=stack.variables(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.stderr == "", done.stderr
    return done.returncode, json.loads(done.stdout)


def sent(bird: EmulatorServer) -> list[str]:
    """The operations that Bird was asked for since this was called last."""
    operations = [each["operation"] for each in bird.emulator.journal]
    bird.emulator.journal.clear()
    return operations


def only(bird: EmulatorServer) -> dict[str, Any]:
    """The connector that Bird has: there must be exactly one."""
    (connector,) = bird.emulator.connectors()
    return connector


def vanish(bird: EmulatorServer, connector_id: str) -> None:
    """Delete a connector behind the engine's back."""
    bird.emulator.store.remove(connector_id, time.time())


def is_conversational(bird: EmulatorServer, connector_id: str) -> bool:
    """Whether inbound messages open conversations: no connector shows it."""
    return bird.emulator.store.connectors[connector_id].conversational


def foreign(bird: EmulatorServer, **wire: Any) -> dict[str, Any]:
    """A connector that somebody else made."""
    return bird.emulator.add_connector(
        **{
            "connectorTemplateRef": VOICE,
            "name": "made by hand",
            "arguments": {"phoneNumberId": NUMBER},
            **wire,
        }
    )


def summary(run: Run) -> set[str]:
    """The engine's own count of what it did, such as {"+ 1 created", "1 unchanged"}."""
    assert run.ok, run.output
    block = run.output.rpartition("Resources:\n")[2].split("\n\n")[0]
    return {re.sub(r"\s+", " ", line).strip() for line in block.splitlines() if line.strip()}


def bird_error(run: Run) -> str:
    """The one line in which a failed run says what Bird, or the provider, objects to."""
    assert not run.ok, run.output
    # How an error begins is up to Pulumi's SDK.
    begins = "BirdError: |Exception calling application: "
    lines = set(re.findall(rf"^ *error: (?:{begins})?(\w+ing .+ failed: .+)$", run.output, re.M))
    assert len(lines) == 1, run.output
    ours = re.search(r'File "[^"]*bird_dynamic', run.output)
    assert run.interrupted or not ours, run.output
    return str(lines.pop())


def problems(run: Run) -> list[str]:
    """What a failed preview says is wrong with the inputs of its resources."""
    assert not run.ok, run.output
    assert not run.crashed, run.output
    assert run.interrupted or 'File "' not in run.output, run.output
    # A failure of the plugin names its property, and the engine shows the value.
    place = r"(?:: property \S+ value \{.*\})?"
    return re.findall(
        rf"^ *error: \S+ resource '\S+'{place} has a problem: (.+)$", run.output, re.M
    )
