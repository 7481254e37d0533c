"""The state of every release can be read, refreshed and destroyed by this one, without a change."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bird_dynamic.emulator import BirdEmulator, EmulatorServer, Store
from tests.engine.programs import summary
from tests.support.engine import ROOT, Stack

STATES = ROOT / "tests" / "data" / "states"


@pytest.mark.parametrize("release", sorted(each.name for each in STATES.iterdir()))
def test_an_upgrade_changes_nothing(release: str, empty_stack: Path, tmp_path: Path) -> None:
    shutil.copytree(STATES / release, tmp_path / "left")
    bird = BirdEmulator(Store.kept_in(str(tmp_path / "left" / "bird.json")))
    with EmulatorServer(bird) as running:
        shutil.copytree(empty_stack, tmp_path / "project")
        stack = Stack(tmp_path / "project", running.url)
        shutil.copy(tmp_path / "left" / "__main__.py", stack.folder)
        assert stack.run("stack", "import", "--file", str(tmp_path / "left" / "stack.json")).ok

        assert summary(stack.preview("--refresh", "--expect-no-changes")) == {"4 unchanged"}
        assert {each["method"] for each in bird.journal} == {"GET"}
        assert stack.destroy().ok
        assert bird.connectors() == bird.webhook_subscriptions() == []
