"""In every process with this folder on PYTHONPATH: Python as on Windows, as far as we need it.

What Windows lacks is missing, and `msvcrt` locks ranges of bytes with the locks of Linux that
resemble those of Windows most: of an open file, ended by its close, also within one process.
"""

from __future__ import annotations

import errno
import fcntl
import os

# These ask which of the two modules there is; they must still find what runs here.
import selectors  # noqa: F401
import struct
import subprocess  # noqa: F401
import sys
import types

LACKS_MODULES = ("fcntl", "grp", "pwd", "resource", "syslog", "termios")
LACKS = ("O_CLOEXEC", "O_NOFOLLOW", "fork", "forkpty", "getpgid", "killpg", "pread", "setsid")
UNLOCK, _, WITHOUT_WAITING = range(3)
"""Modes of `msvcrt.locking`."""


def locking(descriptor: int, mode: int, count: int) -> None:
    """Lock or unlock so many bytes from the current position. Raises OSError as Windows does."""
    kind = fcntl.F_UNLCK if mode == UNLOCK else fcntl.F_WRLCK
    begin = os.lseek(descriptor, 0, os.SEEK_CUR)
    wanted = struct.pack("hhqqi", kind, os.SEEK_SET, begin, count, 0)
    try:
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, wanted)
    except BlockingIOError:
        raise PermissionError(errno.EACCES, "Permission denied") from None


fake = types.ModuleType("msvcrt")
vars(fake).update(locking=locking, LK_UNLCK=UNLOCK, LK_NBLCK=WITHOUT_WAITING)
sys.modules["msvcrt"] = fake
for module in LACKS_MODULES:
    sys.modules[module] = None  # type: ignore[assignment]
for name in LACKS:
    delattr(os, name)
