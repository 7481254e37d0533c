"""What this machine has deleted of late, in a folder: an empty file for each id.

Bird may show something for a while after it has accepted to delete it, and the next run of the
engine must not take that for somebody's. Ids never come again, so what is written here can never be
wrong of anything else. Where the folder cannot be used, nothing is remembered.
"""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

from bird_dynamic.bird.ids import canonical

DELETIONS = "deletions"
"""The folder, in that of this package's state."""
KEPT = 86_400.0
"""Seconds after which a deletion is forgotten."""


class Deletions:
    """The deletions in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._is_tidy = False

    def remember(self, item_id: str) -> None:
        """Bird has deleted it, or has accepted to."""
        if canonical(item_id) is None:
            return
        with suppress(OSError):
            if not self._is_tidy:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._is_tidy = True
                self._forget_old()
            (self._folder / item_id).touch(mode=0o600)

    def _forget_old(self) -> None:
        for path in self._folder.iterdir():
            with suppress(OSError):
                if path.stat().st_mtime < time.time() - KEPT:
                    path.unlink()

    def __contains__(self, item_id: str) -> bool:
        if canonical(item_id) is None:
            # A row of a listing may have any id, and this is going to be part of a path.
            return False
        try:
            return (self._folder / item_id).stat().st_mtime >= time.time() - KEPT
        except OSError:
            return False
