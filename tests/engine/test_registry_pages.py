"""The YAML program that Pulumi's registry shows; the others are those of the templates."""

from __future__ import annotations

from pathlib import Path

import pytest

from bird_dynamic.emulator import EmulatorServer
from tests.docs.test_registry_pages import program
from tests.engine.test_examples import copied, host_for

PLUGINS = "plugins: {providers: [{name: bird, path: .venv/bin}]}\n"


@pytest.mark.skipif(not host_for("yaml"), reason="there is no host for YAML programs")
def test_the_program_gives_the_number_a_channel(bird: EmulatorServer, tmp_path: Path) -> None:
    stack = copied("yaml", bird, tmp_path)
    (stack.folder / "Pulumi.yaml").write_text(program("yaml") + PLUGINS)
    stack.init()
    run = stack.up()
    assert run.ok, run.output
    (connector,) = bird.emulator.connectors()
    assert stack.outputs() == {"channelId": connector["channel"]["channelId"]}
