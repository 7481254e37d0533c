"""The templates: `pulumi new`, then `pulumi up`, with what they suggest."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml

from bird_dynamic.emulator import ACCESS_KEY, WORKSPACE_ID, EmulatorServer, PhoneNumber
from bird_dynamic.emulator.__main__ import DEFAULT_PORT
from tests.engine.test_examples import EXAMPLES, NODE_MODULES, host_for
from tests.engine.test_languages import GENERATES, generated_node
from tests.support.engine import ROOT, Stack
from tests.support.locks import constraints

TEMPLATES = ROOT / "templates"
NUMBER = PhoneNumber.made_up(0)


def new_project(template: Path, bird: EmulatorServer, folder: Path) -> Stack:
    """A folder for `pulumi new`, and for a stack that nothing but its configuration configures."""
    stack = Stack(folder, bird.url, "dev")
    unset = ("BIRD_ACCESS_KEY", "BIRD_API_URL", "BIRD_ORGANIZATION_ID", "BIRD_WORKSPACE_ID")
    stack.environment.update(dict.fromkeys(unset, ""))
    (folder / "Pulumi.yaml").unlink()
    return stack


def created(stack: Stack, template: Path) -> None:
    # Its folder has the state; the emulator of the test is not at the port that is suggested.
    options = ("--yes", "--force", "--name", "phones", "--config", f"bird:apiUrl={stack.bird_url}")
    run = stack.run("new", str(template), *options)
    assert run.ok, run.output
    configured = yaml.safe_load((stack.folder / "Pulumi.dev.yaml").read_text())["config"]
    assert set(configured["bird:accessKey"]) == {"secure"}


def comes_up(stack: Stack, bird: EmulatorServer, output: str) -> None:
    run = stack.up()
    assert run.ok, run.output
    (connector,) = bird.emulator.connectors()
    assert stack.outputs() == {output: connector["channel"]["channelId"]}


def install_plugin(stack: Stack) -> None:
    """Install this environment's plugin as an archive of a release is installed."""
    program = f'#!/bin/sh\nexec "{Path(sys.prefix) / "bin"}/pulumi-resource-bird" "$@"\n'.encode()
    archive = stack.folder / "plugin.tar.gz"
    with tarfile.open(archive, "w:gz") as file:
        member = tarfile.TarInfo("pulumi-resource-bird")
        member.mode, member.size = 0o755, len(program)
        file.addfile(member, io.BytesIO(program))
    plugin = ("resource", "bird", version("bird-dynamic"))
    command = stack.command("plugin", "install", *plugin, "--file", str(archive))
    command.remove("--stack")
    command.remove(stack.name)
    subprocess.run(command, env=stack.variables(), check=True, capture_output=True)


def suggested(template: Path) -> dict[str, Any]:
    project = yaml.safe_load((template / "Pulumi.yaml").read_text())
    return dict(project["template"]["config"])


@pytest.mark.parametrize("template", sorted(TEMPLATES.glob("*/")), ids=lambda each: each.name)
def test_what_a_template_suggests_is_what_a_running_emulator_has(template: Path) -> None:
    questions = suggested(template)
    assert all(each["description"] for each in questions.values())
    defaults = {key: each["default"] for key, each in questions.items()}
    line = {"number": NUMBER.number, "phoneNumberId": NUMBER.id}
    assert defaults == {
        "bird:accessKey": ACCESS_KEY,
        "bird:workspaceId": WORKSPACE_ID,
        "bird:apiUrl": f"http://127.0.0.1:{DEFAULT_PORT}",
        **{key: line[key] for key in line if key in defaults},
    }
    assert [key for key, each in questions.items() if each.get("secret")] == ["bird:accessKey"]


def test_python(bird: EmulatorServer, tmp_path: Path) -> None:
    template = tmp_path / "template"
    shutil.copytree(TEMPLATES / "bird-python", template)
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    folder = template / "wheels"
    subprocess.run([*build, "--directory", folder], cwd=ROOT, check=True, capture_output=True)
    stack = new_project(template, bird, tmp_path / "project")
    environment = stack.folder / ".venv"
    others = [each for each in os.environ["PATH"].split(os.pathsep) if sys.prefix not in each]
    stack.environment |= {
        "PATH": os.pathsep.join([str(environment / "bin"), *others]),
        # An address, because pip separates several files by spaces.
        "PIP_CONSTRAINT": constraints(tmp_path).as_uri(),
        # Other tests have a stand-in for pip there.
        "PYTHONPATH": "",
    }
    created(stack, template)
    if not environment.exists():
        # The host that is built from source is old: it made the project itself an environment.
        environment.symlink_to(stack.folder)
    comes_up(stack, bird, "channel_id")


@pytest.mark.skipif(not host_for("yaml"), reason="there is no host for YAML programs")
def test_yaml(bird: EmulatorServer, tmp_path: Path) -> None:
    template = TEMPLATES / "bird-yaml"
    stack = new_project(template, bird, tmp_path / "project")
    install_plugin(stack)
    created(stack, template)
    comes_up(stack, bird, "channelId")


@pytest.mark.skipif(
    not (host_for("nodejs") and NODE_MODULES.exists() and GENERATES),
    reason="there is no host for TypeScript programs, none that generates their packages, or npm "
    "could not install Pulumi's",
)
def test_typescript(bird: EmulatorServer, tmp_path: Path) -> None:
    template = tmp_path / "template"
    shutil.copytree(TEMPLATES / "bird-typescript", template)
    # Of these versions npm has copies already.
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(EXAMPLES / "typescript" / name, template / name)
    stack = new_project(template, bird, tmp_path / "project")
    stack.environment |= {"npm_config_prefer_offline": "true", "npm_config_ignore_scripts": "true"}
    install_plugin(stack)
    created(stack, template)
    # What `pulumi package add` would do with a host that generates code.
    generated_node(stack).rename(stack.folder / "node_modules" / "pulumi-bird")
    comes_up(stack, bird, "channelId")


def test_the_templates_want_packages_that_there_are() -> None:
    requirements = (TEMPLATES / "bird-python" / "requirements.txt").read_text()
    # By its path: no index has this package, and somebody else may register its name there.
    wheel = f"./wheels/bird_dynamic-{version('bird-dynamic')}-py3-none-any.whl"
    wanted = [each for each in requirements.splitlines() if not each.startswith("#")]
    assert wanted == [wheel]
    packages = json.loads((TEMPLATES / "bird-typescript" / "package.json").read_text())
    pinned = json.loads((EXAMPLES / "typescript" / "package.json").read_text())
    for kind in ("dependencies", "devDependencies"):
        assert packages[kind].keys() == pinned[kind].keys()
