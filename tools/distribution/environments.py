"""The virtual environments that the plugin is built with, apart from the one for development.

`shipped` holds the wheel, and the locked versions of what it needs. Each tool has an environment of
its own, because whatever is installed beside the wheel can end up in the executable: requests uses
`chardet` where it finds one.
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
LOCKS = ROOT / "tools" / "locks"


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
    python = environment("shipped")
    release = f"bird-dynamic=={wheel.name.split('-')[1]}"
    # By its name, or its metadata would tell the path of the wheel.
    found = ("--no-index", "--find-links", str(wheel.resolve().parent))
    _install(python, *found, "--no-deps", "--force-reinstall", release)
    return python


def environment(lock: str) -> Path:
    """The Python of the environment with all that a lock lists, made anew if that or this Python
    has changed."""
    folder = FOLDER / lock
    python = folder / "bin" / "python"
    file = LOCKS / f"{lock}.txt"
    made_of = hashlib.sha256(file.read_bytes() + sys.version.encode()).hexdigest()
    stamp = folder / "made-of"
    if not stamp.exists() or stamp.read_text() != made_of:
        ran(sys.executable, "-m", "venv", "--clear", "--without-pip", folder)
        _install(python, "--require-hashes", "-r", str(file))
        stamp.write_text(made_of)
    return python


def ran(*command: str | Path, variables: dict[str, str] | None = None) -> str:
    """The output of a command. Raises UnavailableError with its error if it fails."""
    done = subprocess.run(
        command,
        env=variables,
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


def _install(python: Path, *arguments: str) -> None:
    options = ("--quiet", "--disable-pip-version-check", "--python", python)
    try:
        ran(sys.executable, "-m", "pip", *options, "install", "--retries", "2", *arguments)
    except UnavailableError as error:
        raise UnavailableError(f"pip cannot install {Path(arguments[-1]).name}: {error}") from None
