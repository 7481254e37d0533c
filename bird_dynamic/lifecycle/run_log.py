"""A file through which the provider processes of one engine run share which ids they manage.

One run of the engine has several provider processes: the dynamic provider's, the plugin's, one for
each explicit provider. An item that one of them has adopted must not be deleted by another. Each
appends lines and reads those of the others; `run` is the engine's address, the same for all.

Each process holds a shared lock on the file while it lives. A file without a lock belongs to a
finished run (addresses are reused) and is truncated. If a folder cannot be used, or its disk is
full, the next one is used: this must work even if the records do not.
"""

from __future__ import annotations

import errno
import json
import os
import tempfile
import time
import weakref
from collections.abc import Sequence
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Any

from bird_dynamic.lifecycle import locked_files

KEPT = 86_400.0
"""Seconds after which the file of a finished run is removed."""

Line = dict[str, Any]


def folders(state_folder: Path) -> list[Path]:
    """The folders for the files, in order of preference: this package's, or a temporary one of this
    user."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    return [state_folder / "runs", Path(tempfile.gettempdir()) / f"bird-dynamic-{user}"]


class RunLog:
    """The lines of one run, in the first writable folder. Not thread-safe."""

    def __init__(self, run: str, folders: Sequence[Path]) -> None:
        self._parts = []
        for folder in folders:
            with suppress(OSError):
                self._parts.append(_Part(folder, f"{run.replace(':', '-')}.jsonl"))

    @property
    def is_shared(self) -> bool:
        """Whether other processes can read what this one appends."""
        return bool(self._parts)

    def close(self) -> None:
        """Close the files."""
        for part in self._parts:
            part.file.close()
        self._parts = []

    def append(self, line: Line) -> None:
        """Append a line for the other processes."""
        for part in self._parts:
            with suppress(OSError):
                part.append(json.dumps(line).encode() + b"\n")
                return

    def news(self) -> list[Line]:
        """The lines appended since the last call, by any process."""
        return [line for part in self._parts for line in part.news()]


class _Part:
    """The file in one folder. Raises OSError if it cannot be used."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not locked_files.is_of_this_user(folder):
            raise PermissionError(folder)
        _remove_old(folder)
        self.file = _joined(folder / name)
        weakref.finalize(self, self.file.close)
        self._read_to = 0

    def append(self, line: bytes) -> None:
        # A full disk may have left an incomplete line.
        line = b"\n" + line
        if locked_files.append(self.file, line) != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def news(self) -> list[Line]:
        size = os.fstat(self.file.fileno()).st_size
        if size <= self._read_to:
            return []
        # A line without an end is still being written: it is read by the next call.
        self.file.seek(self._read_to)
        read = self.file.read(size - self._read_to)
        whole, end, _ = read.rpartition(b"\n")
        self._read_to += len(whole) + len(end)
        return [line for each in whole.splitlines() if (line := _parsed(each)) is not None]


def _parsed(line: bytes) -> Line | None:
    """The line; None if a full disk or a killed process has truncated it."""
    try:
        parsed = json.loads(line)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) and parsed.keys() == {"what", "id", "marks"} else None


def _joined(path: Path) -> FileIO:
    for _ in range(locked_files.ATTEMPTS):
        file = locked_files.open_own(path, os.O_APPEND)
        locked_files.share(file)
        # Another process may have removed the file between our open and our lock.
        if locked_files.is_at(file, path):
            return file
        file.close()
    raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(path))


def _remove_old(folder: Path) -> None:
    for path in folder.glob("*.jsonl"):
        # Gone, or, on Windows, still open in another process.
        with suppress(OSError):
            if path.stat().st_mtime < time.time() - KEPT:
                path.unlink()
