"""The programs that Pulumi's registry shows, as `docs/_index.md` has them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bird_dynamic.emulator import EmulatorServer
from tests.engine.test_examples import NODE_MODULES, copied, host_for
from tests.support.engine import ROOT, Stack

PLUGINS = "plugins: {providers: [{name: bird, path: .venv/bin}]}\n"


def program(language: str) -> str:
    page = (ROOT / "docs" / "_index.md").read_text()
    (found,) = re.findall(rf"```{language}\n(.+?)```\n", page, re.S)
    return str(found)


def gives_the_number_a_channel(stack: Stack, bird: EmulatorServer) -> None:
    stack.init()
    stack.config("number", "+3197010200001")
    run = stack.up()
    assert run.ok, run.output
    (connector,) = bird.emulator.connectors()
    assert stack.outputs() == {"channelId": connector["channel"]["channelId"]}


def test_python(bird: EmulatorServer, tmp_path: Path) -> None:
    stack = Stack(tmp_path / "project", bird.url)
    stack.write(program("python"))
    gives_the_number_a_channel(stack, bird)


@pytest.mark.skipif(not host_for("yaml"), reason="there is no host for YAML programs")
def test_yaml(bird: EmulatorServer, tmp_path: Path) -> None:
    stack = copied("yaml", bird, tmp_path)
    (stack.folder / "Pulumi.yaml").write_text(program("yaml") + PLUGINS)
    gives_the_number_a_channel(stack, bird)


@pytest.mark.skipif(
    not (host_for("nodejs") and NODE_MODULES.exists()),
    reason="there is no host for TypeScript programs, or npm could not install its SDK",
)
def test_typescript(bird: EmulatorServer, tmp_path: Path) -> None:
    # The SDK that Pulumi generates cannot be made here: a declaration of the same form stands in.
    stack = copied("typescript", bird, tmp_path)
    (stack.folder / "node_modules").symlink_to(NODE_MODULES)
    text = program("typescript").replace('from "pulumi-bird"', 'from "./bird"')
    text = text.replace("bird.getPhoneNumberOutput(", "bird.getPhoneNumber(")
    (stack.folder / "index.ts").write_text(text)
    gives_the_number_a_channel(stack, bird)
