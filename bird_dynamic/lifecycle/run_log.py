"""What the provider processes of one engine run tell each other, in a file that they share.

One run of the engine has several of them: the dynamic provider's, the plugin's, one for each
explicit provider. What one of them has adopted, another one must not delete. Each appends lines and
reads what the others have appended; `run` is the engine's address, the same for all of them.

A process holds a shared lock on the file while it lives, so a file that nobody has locked belongs
to a run that is over (addresses come round again) and is begun anew.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

try:
    import fcntl
except ImportError:  # Windows has no such locks: each process knows its own part alone.
    fcntl = None  # type: ignore[assignment]

KEPT = 86_400.0
"""Seconds after which the file of a run that is over is removed."""

Line = dict[str, Any]


class RunLog:
    """The lines of one run. Where the file cannot be had, there are none. Not thread-safe."""

    def __init__(self, folder: Path, run: str) -> None:
        self._file: int | None = None
        self._read_to = 0
        has_locks = fcntl is not None
        if has_locks:
            with suppress(OSError):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                _remove_old(folder)
                self._file = _joined(folder / f"{run.replace(':', '-')}.jsonl")

    def close(self) -> None:
        """Leave the run."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def append(self, line: Line) -> None:
        """Tell the others."""
        if self._file is not None:
            try:
                os.write(self._file, json.dumps(line).encode() + b"\n")
            except OSError:
                self._file = None

    def news(self) -> list[Line]:
        """What was appended, by anybody, since this was asked last."""
        size = 0 if self._file is None else os.fstat(self._file).st_size
        if self._file is None or size <= self._read_to:
            return []
        # A line that is being written has no end yet: it is read the next time.
        whole, _, _ = os.pread(self._file, size - self._read_to, self._read_to).rpartition(b"\n")
        self._read_to += len(whole) + 1 if whole else 0
        return [line for each in whole.splitlines() if (line := _parsed(each)) is not None]


def _parsed(line: bytes) -> Line | None:
    """None for what a full disk or a killed process has left of a line."""
    try:
        parsed = json.loads(line)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) and parsed.keys() == {"what", "id", "marks"} else None


def _joined(path: Path) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
    while True:
        file = os.open(path, flags, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            pass
        else:
            os.ftruncate(file, 0)
        fcntl.flock(file, fcntl.LOCK_SH)
        # A process that has tidied up may have removed it between our open and our lock.
        with suppress(FileNotFoundError):
            if os.path.samestat(os.stat(path), os.fstat(file)):
                return file
        os.close(file)


def _remove_old(folder: Path) -> None:
    for path in folder.glob("*.jsonl"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < time.time() - KEPT:
                path.unlink()
