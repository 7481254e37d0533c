"""Files of this user that processes lock, on POSIX and on Windows.

The operating system releases a lock when its process ends, for whatever reason.
"""

from __future__ import annotations

import os
from contextlib import suppress
from io import FileIO
from pathlib import Path

try:
    from bird_dynamic.lifecycle import posix_locks as system
except ImportError:
    from bird_dynamic.lifecycle import windows_locks as system  # type: ignore[no-redef]

ATTEMPTS = 100
"""How often to open and lock a file that another process removes in between."""

lock = system.lock
share = system.share
append = system.append
sync_folder = system.sync_folder
is_of_this_user = system.is_of_this_user


def open_own(path: Path, flags: int = 0) -> FileIO:
    """The file, created if it is missing; other users cannot read it. Raises OSError.

    `flags`: further ones of `os.open`. Symbolic links are not followed, except on Windows.
    """
    flags |= os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    return FileIO(os.open(path, flags, 0o600), "r+")


def is_at(file: FileIO, path: Path) -> bool:
    """Whether the open file still has that path: another process may have removed it."""
    with suppress(FileNotFoundError):
        return os.path.samestat(os.stat(path), os.fstat(file.fileno()))
    return False
