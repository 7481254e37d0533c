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
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _remove_old(folder)
            self._file = _joined(folder / f"{run.replace(':', '-').replace('/', '-')}.jsonl")
        except (OSError, AttributeError):
            # AttributeError: no such locks here.
            self._file = None

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
        if self._file is None or os.fstat(self._file).st_size <= self._read_to:
            return []
        size = os.fstat(self._file).st_size
        # A line that is being written has no end yet: it is read the next time.
        whole, _, _ = os.pread(self._file, size - self._read_to, self._read_to).rpartition(b"\n")
        self._read_to += len(whole) + 1 if whole else 0
        return [json.loads(line) for line in whole.splitlines()]


def _joined(path: Path) -> int:
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        pass
    else:
        os.ftruncate(file, 0)
    fcntl.flock(file, fcntl.LOCK_SH)
    return file


def _remove_old(folder: Path) -> None:
    for path in folder.glob("*.jsonl"):
        if path.stat().st_mtime < time.time() - KEPT:
            path.unlink(missing_ok=True)
