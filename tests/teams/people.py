"""Two people and a CI job on one stack: each has a checkout, a machine and its own records."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bird_dynamic.emulator import EmulatorServer
from tests.support.backends import Backend
from tests.support.engine import Stack

PATIENCE = 120.0
"""Seconds within which a command of the engine must come to where a test waits for it."""


@dataclass
class Person(Stack):
    """One who works on the stack. The state is read through Pulumi, wherever it is."""

    def _state(self) -> list[dict[str, Any]]:
        return list(json.loads(self.export())["deployment"].get("resources") or [])

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        """A command of the engine that goes on in the background."""
        return subprocess.Popen(
            self.command(*arguments),
            cwd=self.folder,
            env=self.variables(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def records(self) -> list[Path]:
        """The unfinished creates that this machine has recorded."""
        return list((self.folder / "records" / "creates").glob("*"))


@dataclass
class Team:
    """People who share a repository (the program and `Pulumi.STACK.yaml`) and a backend."""

    folder: Path
    bird: EmulatorServer
    backend: Backend
    stack: str
    way: str = "dynamic"

    def founder(self, name: str, program: str) -> Person:
        """The person who writes the program and makes the stack."""
        person = self._machine(name)
        person.write(program)
        person.init()
        return person

    def joins(self, name: str, first: Person) -> Person:
        """Another person, with a checkout of what the first one has."""
        person = self._machine(name)
        for each in (*first.folder.glob("*.yaml"), first.folder / "__main__.py"):
            shutil.copy(each, person.folder)
        return person

    def _machine(self, name: str) -> Person:
        variables = self.backend.environment | {"PULUMI_BACKEND_URL": self.backend.url}
        return Person(self.folder / name, self.bird.url, self.stack, self.way, variables)


def until(condition: Callable[[], bool], running: subprocess.Popen[str]) -> None:
    """Wait for something that a command which still runs brings about."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert running.poll() is None, running.communicate()[0]
        assert time.monotonic() < end
        time.sleep(0.02)


def asked(bird: EmulatorServer, operation: str) -> Callable[[], bool]:
    """Whether Bird has been asked for an operation."""
    return lambda: any(each["operation"] == operation for each in list(bird.emulator.journal))
