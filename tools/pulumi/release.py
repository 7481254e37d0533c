"""Download an official release of Pulumi, which must have its pinned checksum."""

from __future__ import annotations

import hashlib
import shutil
import tarfile
import threading
import urllib.request
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import TypeVar

from tools.pulumi.console import InstallError, say
from tools.pulumi.pins import Release

DOWNLOADS = "https://get.pulumi.com/releases/sdk"

T = TypeVar("T")


def download(release: Release, folder: Path) -> None:
    """Download, verify and unpack it. Raises OSError, EOFError, TarError or InstallError."""
    url = f"{DOWNLOADS}/{release.archive}"
    within(
        6,
        lambda: urllib.request.urlopen(
            urllib.request.Request(url, method="HEAD"), timeout=3
        ).close(),
    )
    say(f"downloading the Pulumi CLI {release.version}")
    packed = folder / release.archive
    digest = hashlib.sha256()
    with urllib.request.urlopen(url, timeout=30) as response, packed.open("wb") as file:
        while block := response.read(1 << 20):
            digest.update(block)
            file.write(block)
    if digest.hexdigest() != release.digest:
        raise InstallError(f"{release.archive} does not have the pinned checksum")
    with tarfile.open(packed) as tar:
        for member in tar:
            content = tar.extractfile(member)
            if content is not None:
                # Only the last part of the name: an archive cannot write outside the folder.
                program = folder / PurePosixPath(member.name).name
                with program.open("wb") as unpacked:
                    shutil.copyfileobj(content, unpacked)
                program.chmod(0o755)
    packed.unlink()


def within(seconds: float, work: Callable[[], T]) -> T:
    """Limit the whole of some work: a resolver or a list of addresses outlasts any timeout."""
    results: list[T] = []
    errors: list[OSError] = []

    def attempt() -> None:
        try:
            results.append(work())
        except OSError as error:
            errors.append(error)

    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not results:
        raise TimeoutError("no answer in time")
    return results[0]
