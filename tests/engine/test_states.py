"""The state of every release can be read, refreshed and destroyed by this one, without a change."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bird_dynamic.emulator import BirdEmulator, EmulatorServer, Store
from tests.engine.programs import summary
from tests.support.engine import ROOT, Stack

STATES = ROOT / "tests" / "data" / "states"


RELEASES = pytest.mark.parametrize("release", sorted(each.name for each in STATES.iterdir()))


@RELEASES
@pytest.mark.parametrize("command", ["destroy", "destroy --refresh", "up", "up --refresh"])
def test_an_upgrade_changes_nothing_and_what_is_removed_is_deleted(
    release: str, command: str, empty_stack: Path, tmp_path: Path
) -> None:
    shutil.copytree(STATES / release, tmp_path / "left")
    bird = BirdEmulator(Store.from_file(str(tmp_path / "left" / "bird.json")))
    with EmulatorServer(bird) as running:
        shutil.copytree(empty_stack, tmp_path / "project")
        stack = Stack(tmp_path / "project", running.url)
        shutil.copy(tmp_path / "left" / "__main__.py", stack.folder)
        assert stack.run("stack", "import", "--file", str(tmp_path / "left" / "stack.json")).ok

        assert summary(stack.preview("--refresh", "--expect-no-changes")) == {"4 unchanged"}
        assert {each["method"] for each in bird.journal} == {"GET"}
        # From now on the inputs are those of this release, and the outputs of the old one.
        assert summary(stack.up("--expect-no-changes")) == {"4 unchanged"}
        if command.startswith("up"):
            stack.write("import pulumi")
        done = stack.run(*command.split(), "--yes", "--skip-preview")
        assert done.ok, done.output
        assert bird.connectors() == bird.webhook_subscriptions() == []
