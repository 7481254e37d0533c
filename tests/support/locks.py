"""What `make locks` has written, for tests that install something by other means."""

from __future__ import annotations

from pathlib import Path

from packaging.requirements import Requirement

LOCKS = Path(__file__).parents[2] / "tools" / "locks"


def pins(lock: str) -> list[Requirement]:
    """Each requirement of a lock, which names one version."""
    lines = (LOCKS / f"{lock}.txt").read_text().splitlines()
    return [Requirement(each.removesuffix("\\")) for each in lines if each[:1].isalnum()]


def constraints(folder: Path) -> Path:
    """A file for `pip install -c`: with checksums, pip would want them for the wheel, too."""
    file = folder / "constraints.txt"
    file.write_text("\n".join(map(str, pins("dev"))))
    return file
