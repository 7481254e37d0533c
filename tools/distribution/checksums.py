"""SHA-256 checksums of what is published, as `sha256sum --check` reads them.

`pulumi plugin install --checksum` takes the first word of a line. A release has executables of
several machines: with them in its folder, `python -m tools.distribution.checksums FOLDER` writes
the file anew.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path


def checksum_of(file: Path) -> str:
    """The checksum of a file, in hexadecimal digits."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def write_checksums(files: Sequence[Path], file: Path) -> None:
    """Write one line for each of the files."""
    lines = (f"{checksum_of(each)}  {each.name}\n" for each in files)
    file.write_text("".join(lines))


if __name__ == "__main__":
    given = Path(sys.argv[1])
    (written,) = given.glob("*-checksums.txt")
    write_checksums(sorted({*given.iterdir()} - {written}), written)
