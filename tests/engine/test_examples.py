"""Every example does what it promises: up, nothing left to do, destroy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bird_dynamic.emulator import EmulatorServer
from tests.engine.programs import NUMBER, sent
from tests.support.engine import ROOT, Stack

EXAMPLES = sorted(each.parent.name for each in (ROOT / "examples").glob("*/__main__.py"))


def test_there_are_examples() -> None:
    assert "quickstart" in EXAMPLES


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_comes_up_is_done_then_and_can_be_destroyed(
    example: str, bird: EmulatorServer, tmp_path: Path
) -> None:
    stack = project_of(example, bird, tmp_path)
    stack.init()
    stack.config("phoneNumberId", NUMBER)

    assert stack.up().ok
    connectors = bird.emulator.connectors()
    assert connectors
    assert sent(bird).count("create_connector") == len(connectors)
    channels = {each["channel"]["channelId"] for each in connectors}
    assert channels & set(map(str, stack.outputs().values())), "a channel id is an output"

    assert stack.preview("--expect-no-changes").ok
    assert sent(bird) == []

    assert stack.destroy().ok
    assert bird.emulator.connectors() == []
    assert stack.resources() == []


def project_of(example: str, bird: EmulatorServer, tmp_path: Path) -> Stack:
    """A copy of the project that the example is the program of, so that the tree is not written
    to: its own, or else the repository's."""
    inside = ROOT / "examples" / example
    within = inside if (inside / "Pulumi.yaml").exists() else ROOT
    folder = tmp_path / "copy"
    ignored = shutil.ignore_patterns("__pycache__", "Pulumi.*.yaml")
    shutil.copytree(inside, folder / inside.relative_to(within), ignore=ignored)
    stack = Stack(folder, bird.url)
    shutil.copyfile(within / "Pulumi.yaml", folder / "Pulumi.yaml")
    if within == ROOT:
        assert f"main: examples/{example}\n" in (folder / "Pulumi.yaml").read_text()
    return stack
