"""What the provider processes of one engine run tell each other, in a file that they share.

One run of the engine has several of them: the dynamic provider's, the plugin's, one for each
explicit provider. What one of them has adopted, another one must not delete. Each appends lines and
reads what the others have appended; `run` is the engine's address, the same for all of them.

A process holds a shared lock on the file while it lives, so a file that nobody has locked belongs
to a run that is over (addresses come round again) and is begun anew. Where a folder cannot be
used, or its disk is full, the next one is: this must work when the records do not.
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

try:
    import fcntl
except ImportError:  # Windows has no such locks: each process knows its own part alone.
    fcntl = None  # type: ignore[assignment]

KEPT = 86_400.0
"""Seconds after which the file of a run that is over is removed."""

Line = dict[str, Any]


def folders(state_folder: Path) -> list[Path]:
    """Where the files may lie: in this package's folder, or in one of this user's for temporary
    files."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    return [state_folder / "runs", Path(tempfile.gettempdir()) / f"bird-dynamic-{user}"]


class RunLog:
    """The lines of one run, in the first of the folders that takes them. Not thread-safe."""

    def __init__(self, run: str, folders: Sequence[Path]) -> None:
        has_locks = fcntl is not None
        self._parts = []
        for folder in folders if has_locks else ():
            with suppress(OSError):
                self._parts.append(_Part(folder, f"{run.replace(':', '-')}.jsonl"))

    @property
    def is_shared(self) -> bool:
        """Whether other processes can read what this one appends."""
        return bool(self._parts)

    def close(self) -> None:
        """Leave the run."""
        for part in self._parts:
            part.file.close()
        self._parts = []

    def append(self, line: Line) -> None:
        """Tell the others."""
        for part in self._parts:
            with suppress(OSError):
                part.append(json.dumps(line).encode() + b"\n")
                return

    def news(self) -> list[Line]:
        """What was appended, by anybody, since this was asked last."""
        return [line for part in self._parts for line in part.news()]


class _Part:
    """The file in one folder. Raises OSError where it cannot be had."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid != os.getuid():
            raise PermissionError(folder)
        _remove_old(folder)
        self.file = _joined(folder / name)
        weakref.finalize(self, self.file.close)
        self._read_to = 0

    def append(self, line: bytes) -> None:
        # A disk that was full may have left half a line, without an end.
        line = b"\n" + line
        if self.file.write(line) != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def news(self) -> list[Line]:
        size = os.fstat(self.file.fileno()).st_size
        if size <= self._read_to:
            return []
        # A line that is being written has no end yet: it is read the next time.
        read = os.pread(self.file.fileno(), size - self._read_to, self._read_to)
        whole, end, _ = read.rpartition(b"\n")
        self._read_to += len(whole) + len(end)
        return [line for each in whole.splitlines() if (line := _parsed(each)) is not None]


def _parsed(line: bytes) -> Line | None:
    """None for what a full disk or a killed process has left of a line."""
    try:
        parsed = json.loads(line)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) and parsed.keys() == {"what", "id", "marks"} else None


def _joined(path: Path) -> FileIO:
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
    while True:
        file = FileIO(os.open(path, flags, 0o600), "r+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            pass
        else:
            file.truncate(0)
        fcntl.flock(file, fcntl.LOCK_SH)
        # A process that has tidied up may have removed it between our open and our lock.
        with suppress(FileNotFoundError):
            if os.path.samestat(os.stat(path), os.fstat(file.fileno())):
                return file
        file.close()


def _remove_old(folder: Path) -> None:
    for path in folder.glob("*.jsonl"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < time.time() - KEPT:
                path.unlink()
