"""Archives that depend on the contents of their files alone."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
from pathlib import Path


def write_archive(folder: Path, archive: Path) -> None:
    """Pack all files of a folder. Links are followed, because Pulumi does not unpack them."""
    # Without a name and a time in gzip's header, and with only these attributes of each file.
    with (
        archive.open("wb") as file,
        gzip.GzipFile("", "wb", compresslevel=6, fileobj=file, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for path in _files(folder):
            content = path.read_bytes()
            member = tarfile.TarInfo(path.relative_to(folder).as_posix())
            member.size = len(content)
            member.mtime = int(os.environ["SOURCE_DATE_EPOCH"])
            member.mode = 0o755 if os.access(path, os.X_OK) else 0o644
            tar.addfile(member, io.BytesIO(content))


def _files(folder: Path) -> list[Path]:
    found = os.walk(folder, followlinks=True)
    return sorted(Path(place) / name for place, _, names in found for name in names)
