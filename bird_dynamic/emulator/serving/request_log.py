"""One line for each request, for the terminal of `bird-emulator`.

A line has the path and the query, which hold no secret, and neither a header nor a body. It is
written in a thread of its own: a terminal that is stopped, or a pipe that nobody reads, delays no
request.
"""

from __future__ import annotations

import contextlib
import os
import queue
import threading
import time

LONGEST_LINE = 500
_MAX_WAITING = 1000
"""Lines that wait for a slow reader. Further ones are dropped."""
_PATIENCE = 1.0


def line_of(method: str, target: str, status: int | None, fault: str | None, seconds: float) -> str:
    """A line such as `12:34:56 GET /workspaces/… 200 3 ms`. `status` is None if the connection was
    broken instead of an answer."""
    target = target if len(target) <= LONGEST_LINE else f"{target[:LONGEST_LINE]}..."
    parts = [time.strftime("%H:%M:%S"), method, target, "-" if status is None else str(status)]
    parts.append(f"{seconds * 1000:.0f} ms")
    if fault:
        parts.append(f"fault: {fault}")
    # No escape sequence of a request reaches the terminal.
    return "".join(
        each if " " <= each <= "~" else f"\\x{ord(each):02x}" for each in " ".join(parts)
    )


class RequestLog:
    """Writes lines to a file descriptor until it is closed."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lines: queue.Queue[str | None] = queue.Queue(_MAX_WAITING)
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def note(self, line: str) -> None:
        """Write a line soon."""
        with contextlib.suppress(queue.Full):
            self._lines.put_nowait(line)

    def close(self) -> None:
        """Write what waits, unless the reader is too slow."""
        with contextlib.suppress(queue.Full):
            self._lines.put(None, timeout=_PATIENCE)
            self._thread.join(_PATIENCE)

    def _write(self) -> None:
        # A reader that has ended, such as `head`, ends the lines, and not the emulator.
        with contextlib.suppress(OSError):
            while (line := self._lines.get()) is not None:
                os.write(self._descriptor, f"{line}\n".encode())
