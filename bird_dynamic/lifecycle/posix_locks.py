"""Locks of POSIX systems, and what else of files is particular to them."""

from __future__ import annotations

import errno
import fcntl
import os
from io import FileIO
from pathlib import Path


def lock(file: FileIO) -> bool:
    """Lock the file for this process alone; False if another one has it. Raises OSError."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES):
            return False
        raise
    return True


def share(file: FileIO) -> None:
    """Lock the file together with other processes; the first one empties it. Raises OSError."""
    if lock(file):
        file.truncate(0)
    fcntl.flock(file, fcntl.LOCK_SH)


def append(file: FileIO, content: bytes) -> int:
    """Append to a file that was opened with O_APPEND; the number of bytes written."""
    return file.write(content)


def sync_folder(folder: Path) -> None:
    """Write the names of new files to the disk. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_of_this_user(folder: Path) -> bool:
    """Whether this user created the folder, and it is no link."""
    return not folder.is_symlink() and folder.stat().st_uid == os.getuid()
