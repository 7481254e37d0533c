"""The plugin as an executable for this machine's system, which needs no Python.

It is a program with a folder of libraries beside it, not a single file. A single file unpacks
itself at each start: that takes half a second more, needs a temporary folder that programs may
run from, and leaves 70 MB there whenever the engine has to kill it.
"""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from pathlib import Path

from tools.distribution.archives import write_archive
from tools.distribution.environments import UnavailableError, environment, ran
from tools.distribution.source_plugin import BESIDE, PLUGIN

PROGRAM = "pulumi-resource-bird"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
"""As Pulumi names them, where that is not what the system says."""


def write_executable(python: Path, folder: Path, stem: str) -> None:
    """Write the archive with what the environment of this Python holds. `stem` is the name of the
    archive up to the version; the names of system and architecture follow."""
    pyinstaller = environment("pyinstaller")
    (packages,) = python.parents[1].glob("lib/python3*/site-packages")
    variables = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": str(packages)}
    with tempfile.TemporaryDirectory() as name:
        made = Path(name)
        options = ["--onedir", "--name", PROGRAM, "--log-level", "WARN", "--noconfirm"]
        # The licences of what it contains, and the version of this package.
        options += ["--recursive-copy-metadata", "bird-dynamic"]
        # What it reads beside its modules, such as the examples in the schema.
        options += ["--collect-data", "bird_dynamic"]
        # Pulumi imports it if a program is debugged; it is a third of the size.
        options += ["--exclude-module", "debugpy"]
        options += ["--distpath", str(made), "--workpath", str(made / "work")]
        options += ["--specpath", str(made), str(PLUGIN / "__main__.py")]
        ran(pyinstaller, "-m", "PyInstaller", *options, variables=variables)
        program = made / PROGRAM
        for each in program.glob("_internal/*.dist-info/RECORD"):
            # It lists an installation that this is not, with checksums of paths of this machine.
            each.unlink()
        for each in BESIDE:
            shutil.copyfile(each, program / each.name)
        _check(program / PROGRAM, stem)
        write_archive(program, folder / f"{stem}-{_system()}.tar.gz")


def _check(program: Path, stem: str) -> None:
    version = stem.rpartition("-v")[2]
    said = ran(program, "--version", variables={})
    if said.split() != [PROGRAM, version]:
        raise UnavailableError(f"the executable of version {version} says: {said.strip()}")


def _system() -> str:
    """As Pulumi names it: `linux-amd64`."""
    machine = platform.machine().lower()
    return f"{platform.system().lower()}-{ARCHITECTURES.get(machine, machine)}"
