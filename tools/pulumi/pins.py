"""Which versions of the Pulumi CLI are pinned, and the checksums of their official releases.

The Go module in `cli/` requires the version that is installed; that in `cli-oldest/` the oldest one
that is supported. `checksums.txt` has the published checksums of releases. The newest version may
be missing there: it can be built before anybody has fetched them (`make checksums`).
"""

from __future__ import annotations

import os
import platform
import re
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "bird-dynamic"
CHECKSUMS = HERE / "checksums.txt"
MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}
"""Pulumi's names of processors, by those of Python."""

Version = tuple[int, ...]


@dataclass(frozen=True)
class Pin:
    """The version that a Go module requires. `module`: the folder of its `go.mod`."""

    module: Path

    @property
    def version(self) -> str:
        """As in `3.259.0`."""
        return required(self.module, r"github\.com/pulumi/pulumi/pkg/v3 v(\S+)")

    @property
    def folder(self) -> Path:
        """Where that version is installed."""
        return CACHE / f"pulumi-{self.version}"


@dataclass(frozen=True)
class Release:
    """An official release for this machine: its archive, and the archive's SHA-256."""

    version: str
    archive: str
    digest: str

    @property
    def folder(self) -> Path:
        """Where that version is installed."""
        return CACHE / f"pulumi-{self.version}"


NEWEST = Pin(HERE / "cli")
OLDEST = Pin(HERE / "cli-oldest")


def release_for(pin: Pin) -> Release | None:
    """The release of the pinned version; without its checksum, the newest supported one before it.

    None if there is none for this machine.
    """
    machine = f"{platform.system().lower()}-{MACHINES.get(platform.machine().lower())}"
    releases = [
        Release(version, archive, digest)
        for archive, digest in checksums().items()
        for version in re.findall(rf"pulumi-v(\S+)-{machine}\.tar\.gz", archive)
        if parse_version(OLDEST.version) <= parse_version(version) <= parse_version(pin.version)
    ]
    return max(releases, key=lambda each: parse_version(each.version), default=None)


def checksums() -> dict[str, str]:
    """The pinned SHA-256 of each archive."""
    lines = [line.split() for line in CHECKSUMS.read_text().splitlines()]
    return {line[1]: line[0] for line in lines if line and line[0] != "#"}


def required(module: Path, pattern: str) -> str:
    """What a line of a `go.mod` requires."""
    found = re.findall(rf"^\s*{pattern}", (module / "go.mod").read_text(), re.MULTILINE)
    return str(found[0])


def parse_version(text: str) -> Version:
    """Read the first dotted version in a text: `v3.259.0`, `3.259.0-dev.1`, `go1.25.11`."""
    match = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    return tuple(int(part or 0) for part in match.groups()) if match else (0, 0, 0)
