"""The real Pulumi engine, against an emulator, in a folder of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bird_dynamic.emulator import ACCESS_KEY, ORGANIZATION_ID, WORKSPACE_ID

PASSPHRASE = "a passphrase for tests"
ROOT = Path(__file__).parents[2]
PROGRAMS = Path(os.environ.get("BIRD_PROGRAMS_VENV") or sys.prefix)
"""The environment in which programs and the plugin run; `make test-oldest` names another."""
IS_OLDEST = str(PROGRAMS) != sys.prefix
"""Whether the engine and the SDK are the oldest supported ones."""


@dataclass
class Run:
    """What a command of the engine said."""

    status: int
    output: str

    @property
    def ok(self) -> bool:
        return self.status == 0

    @property
    def interrupted(self) -> bool:
        """Whether the program's host printed where the program was when the engine ended it: newer
        engines do that as soon as a resource fails."""
        return "KeyboardInterrupt" in self.output

    @property
    def crashed(self) -> bool:
        return "Traceback" in self.output and not self.interrupted


@dataclass
class Stack:
    """One stack with a file backend. `way` is how it reaches Bird: "dynamic" or "plugin"."""

    folder: Path
    bird_url: str
    name: str = "test"
    way: str = "dynamic"
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "state").mkdir(exist_ok=True)
        (self.folder / "Pulumi.yaml").write_text(
            "name: phones\nruntime:\n  name: python\n  options:\n    toolchain: pip\n"
            f"    virtualenv: {PROGRAMS}\n"
            f"plugins:\n  providers:\n    - name: bird\n      path: {PROGRAMS / 'bin'}\n"
        )

    def write(self, program: str) -> None:
        """A program; it is written for the dynamic provider."""
        if self.way == "plugin":
            program = program.replace("from bird_dynamic import", "from bird_dynamic.native import")
        (self.folder / "__main__.py").write_text(program)

    def init(self) -> None:
        assert self.run("stack", "init", self.name).ok

    def config(self, key: str, value: str, *, secret: bool = False) -> None:
        flags = ("--secret",) if secret else ()
        assert self.run("config", "set", key, value, *flags).ok

    def up(self, *flags: str) -> Run:
        """`up` without the preview before it: half the time."""
        return self.run("up", "--yes", "--skip-preview", *flags)

    def preview(self, *flags: str) -> Run:
        return self.run("preview", "--diff", *flags)

    def refresh(self, *flags: str) -> Run:
        return self.run("refresh", "--yes", "--skip-preview", "--diff", *flags)

    def destroy(self) -> Run:
        return self.run("destroy", "--yes", "--skip-preview")

    def outputs(self) -> dict[str, Any]:
        """The stack's outputs; secret ones are encrypted."""
        stacks = [each for each in self._state() if each["type"] == "pulumi:pulumi:Stack"]
        return dict(stacks[0].get("outputs", {})) if stacks else {}

    def export(self) -> str:
        run = self.run("stack", "export")
        assert run.ok, run.output
        return run.output

    def resources(self) -> list[dict[str, Any]]:
        """The resources of this package that the state has."""
        ours = ("pulumi-python:dynamic/bird:", "bird:index:")
        return [each for each in self._state() if each["type"].startswith(ours)]

    def _state(self) -> list[dict[str, Any]]:
        # Read from the backend's file: asking the engine for it takes most of a second.
        stacks = self.folder / "state" / ".pulumi" / "stacks"
        (file,) = stacks.glob(f"*/{self.name}.json")
        latest = json.loads(file.read_text())["checkpoint"].get("latest") or {}
        return list(latest.get("resources") or [])

    def command(self, *arguments: str) -> list[str]:
        pulumi = shutil.which("pulumi", path=self.variables()["PATH"])
        assert pulumi, "there is no pulumi on PATH; run the tests with `make test`"
        names_its_own = arguments[:2] in (("stack", "init"), ("state", "move"))
        stack = () if names_its_own else ("--stack", self.name)
        return [pulumi, *arguments, *stack, "--non-interactive", "--color", "never"]

    def run(self, *arguments: str) -> Run:
        return self.finish(self.command(*arguments))

    def finish(self, command: list[str], *, folder: Path | None = None, **variables: str) -> Run:
        """Run a command to its end, in the stack's folder or another one."""
        done = subprocess.run(
            command,
            cwd=folder or self.folder,
            env=self.variables() | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        return Run(done.returncode, done.stdout)

    def variables(self) -> dict[str, str]:
        """The environment of the engine: nothing of the caller's Pulumi or Bird."""
        kept: Mapping[str, str] = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PULUMI_", "BIRD_"))
        }
        return {
            **kept,
            "PATH": os.pathsep.join([str(PROGRAMS / "bin"), os.environ["PATH"]]),
            "PYTHONPATH": str(Path(__file__).parent / "no_packages"),
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'state'}",
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "1",
            "BIRD_API_URL": self.bird_url,
            "BIRD_ACCESS_KEY": ACCESS_KEY,
            "BIRD_WORKSPACE_ID": WORKSPACE_ID,
            "BIRD_ORGANIZATION_ID": ORGANIZATION_ID,
            "BIRD_STATE_DIR": str(self.folder / "records"),
            **self.environment,
        }
