"""The virtual environments that the plugin is built with, apart from the one for development.

`bundle` holds what is shipped: the wheel, and the pinned versions of what it needs. Each tool has
an environment of its own, because whatever is installed beside the wheel can end up in the
executable: requests uses `chardet` where it finds one.
"""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".venv-dist"
SHIPPED = ROOT / "tools" / "constraints.txt"
TOOLS = ROOT / "tools" / "distribution" / "constraints.txt"


class UnavailableError(Exception):
    """Something cannot be built here; says why, in one line."""


@contextmanager
def locked() -> Iterator[None]:
    """Keep other builds, such as those of tests, out of the environments."""
    FOLDER.mkdir(exist_ok=True)
    with (FOLDER / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@cache
def bundle(wheel: Path) -> Path:
    """The Python of the environment with this wheel and what it needs."""
    python = _environment("bundle", SHIPPED)
    release = f"bird-dynamic=={wheel.name.split('-')[1]}"
    # By its name, or its metadata would tell the path of the wheel.
    found = ("--no-index", "--find-links", str(wheel.resolve().parent))
    _install(python, *found, "--no-deps", "--force-reinstall", release)
    _install(python, "-c", str(SHIPPED), release)
    return python


def tool(name: str) -> Path:
    """The Python of the environment with this tool."""
    python = _environment(name, TOOLS)
    _install(python, "-c", str(TOOLS), name)
    return python


def ran(*command: str | Path, environment: dict[str, str] | None = None) -> str:
    """The output of a command. Raises UnavailableError with its error if it fails."""
    done = subprocess.run(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = done.stdout.strip().splitlines() or ["no message"]
        # Those after pip's first one explain it in general.
        raise UnavailableError(next((each for each in lines if "ERROR:" in each), lines[-1]))
    return done.stdout


def _environment(name: str, constraints: Path) -> Path:
    """An environment, new if what is pinned or this Python has changed."""
    folder = FOLDER / name
    made_of = hashlib.sha256(constraints.read_bytes() + sys.version.encode()).hexdigest()
    stamp = folder / "made-of"
    if not stamp.exists() or stamp.read_text() != made_of:
        ran(sys.executable, "-m", "venv", "--clear", "--without-pip", folder)
        stamp.write_text(made_of)
    return folder / "bin" / "python"


def _install(python: Path, *arguments: str) -> None:
    # With all of it installed, this asks no index.
    options = ("--quiet", "--disable-pip-version-check", "--python", python)
    try:
        ran(sys.executable, "-m", "pip", *options, "install", "--retries", "2", *arguments)
    except UnavailableError as error:
        what = arguments[-1]
        raise UnavailableError(
            f"pip cannot install {what} with its dependencies: {error}"
        ) from None
