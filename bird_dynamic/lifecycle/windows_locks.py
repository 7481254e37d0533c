"""The same as in `posix_locks` for Windows. Tested on Linux only, with a stand-in for `msvcrt`.

Windows locks ranges of bytes, and keeps other processes from reading and writing them: the ranges
here are beyond any content. Each process that shares a file locks one byte of a range; a process
that locks the whole range is alone. Windows does not append atomically either, so a byte is locked
meanwhile.
"""

from __future__ import annotations

import errno
import importlib
import time
from io import FileIO
from pathlib import Path
from typing import Any

BEYOND = 1 << 30
"""Position of the bytes that stand for sharing processes."""
SHARERS = 512
"""The number of processes that can share a file."""
APPENDING = BEYOND + SHARERS
"""Position of the byte that is locked during an append."""
RETRY = 0.01
"""Seconds between attempts to lock a byte."""

# Type checkers know its functions on Windows only.
_msvcrt: Any = importlib.import_module("msvcrt")


def lock(file: FileIO) -> bool:
    """Lock the file for this process alone; False if another one has it. Raises OSError."""
    return _lock_bytes(file, BEYOND, SHARERS)


def share(file: FileIO) -> None:
    """Lock the file together with other processes; the first one empties it. Raises OSError."""
    if lock(file):
        file.truncate(0)
        _locking(file, BEYOND, _msvcrt.LK_UNLCK, SHARERS)
    # Nobody has all the bytes for longer than it takes to empty the file.
    while not any(_lock_bytes(file, BEYOND + each, 1) for each in range(SHARERS)):
        time.sleep(RETRY)


def append(file: FileIO, content: bytes) -> int:
    """Append to a file that was opened with O_APPEND; the number of bytes written."""
    while not _lock_bytes(file, APPENDING, 1):
        time.sleep(RETRY)
    try:
        return file.write(content)
    finally:
        _locking(file, APPENDING, _msvcrt.LK_UNLCK, 1)


def sync_folder(folder: Path) -> None:
    """Nothing: Windows cannot sync a folder."""


def is_of_this_user(folder: Path) -> bool:
    """Whether the folder is no link: each user has a temporary folder of their own."""
    return not folder.is_symlink()


def _lock_bytes(file: FileIO, position: int, count: int) -> bool:
    try:
        _locking(file, position, _msvcrt.LK_NBLCK, count)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES):
            return False
        raise
    return True


def _locking(file: FileIO, position: int, mode: int, count: int) -> None:
    # The range begins at the current position.
    before = file.tell()
    file.seek(position)
    try:
        _msvcrt.locking(file.fileno(), mode, count)
    finally:
        file.seek(before)
