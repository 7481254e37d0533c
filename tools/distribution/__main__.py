"""Builds all that is published, into a folder: `python -m tools.distribution FOLDER`.

`bird_dynamic-*` is for a Python index, and `pulumi-resource-bird-*` is what Pulumi downloads. Two
builds of one tree are equal byte by byte.

Only the wheel and the source distribution are certain. Without the network, PyInstaller and the
tool for the bill of materials cannot be installed: this says what it left out, and succeeds.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from bird_dynamic.schema.publisher import PUBLISHER
from tools.distribution.bill_of_materials import write_bill_of_materials
from tools.distribution.checksums import write_checksums
from tools.distribution.environments import ROOT, UnavailableError, bundle, locked
from tools.distribution.executable import write_executable
from tools.distribution.source_plugin import write_source_plugin

MOMENT = "1580601600"
"""The time that files in archives bear, in seconds since 1970: the one that hatchling uses."""


def main() -> int:
    """Build everything; tell what there is, what was left out, and what a release still lacks."""
    if problems := PUBLISHER.problems():
        sys.exit("\n".join(f"bird_dynamic/schema/publisher.py: {each}" for each in problems))
    os.environ.setdefault("SOURCE_DATE_EPOCH", MOMENT)
    folder = Path(sys.argv[1])
    wheel = _distributions(folder)
    version = wheel.name.split("-")[1]
    stem = f"pulumi-resource-bird-v{version}"
    for old in folder.glob("pulumi-resource-bird-v*"):
        old.unlink()
    write_source_plugin(wheel, folder / f"{stem}-source.tar.gz")
    with locked():
        left_out = [
            *_left_out("the executable", lambda: write_executable(bundle(wheel), folder, stem)),
            *_left_out(
                "the bill of materials",
                lambda: write_bill_of_materials(bundle(wheel), folder / f"{stem}.cdx.json"),
            ),
        ]
    built = sorted([*folder.glob(f"bird_dynamic-{version}*"), *folder.glob(f"{stem}*")])
    checksums = folder / f"{stem}-checksums.txt"
    write_checksums(built, checksums)
    for name in sorted([checksums.name, *(each.name for each in built)]):
        print(name)
    for line in left_out:
        print(line, file=sys.stderr)
    if unset := PUBLISHER.unset():
        print(
            f"before a release, fill in {', '.join(unset)} in bird_dynamic/schema/publisher.py",
            file=sys.stderr,
        )
    return 0


def _distributions(folder: Path) -> Path:
    """Build the source distribution, and from it the wheel, which is returned."""
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stdout)
    return max(folder.glob("bird_dynamic-*.whl"), key=lambda each: each.stat().st_mtime_ns)


def _left_out(what: str, build: Callable[[], None]) -> list[str]:
    try:
        build()
    except UnavailableError as error:
        return [f"left out {what}: {error}"]
    return []


if __name__ == "__main__":
    sys.exit(main())
