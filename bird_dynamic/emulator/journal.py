"""The requests that the emulator has received, within a bound of memory."""

from __future__ import annotations

import threading
from collections import deque

from bird_dynamic.emulator.messages import Json

MAX_ENTRIES = 100_000
MAX_SIZE = 64 * 1024 * 1024
"""Limit in bytes of all bodies, paths and queries, as they were received."""


class Journal(deque[Json]):
    """Entries, oldest first. The oldest ones make room for new ones."""

    def __init__(self) -> None:
        super().__init__()
        self._sizes: deque[int] = deque()
        self._size = 0
        self._lock = threading.Lock()

    def note(self, entry: Json, size: int) -> None:
        """Append an entry; `size` is that of its request in bytes."""
        with self._lock:
            self.append(entry)
            self._sizes.append(size)
            self._size += size
            while len(self) > MAX_ENTRIES or (self._size > MAX_SIZE and len(self) > 1):
                self.popleft()
                self._size -= self._sizes.popleft()

    def clear(self) -> None:
        """Forget all entries."""
        with self._lock:
            super().clear()
            self._sizes.clear()
            self._size = 0
