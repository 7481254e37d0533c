"""Recent deletions of this machine: a folder with an empty file for each deleted id.

Bird may return an item for a while after it has accepted the delete; the next run must not treat it
as an existing item. Bird never reuses ids, so an entry cannot apply to another item. If the folder
cannot be used, nothing is recorded.
"""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

from bird_dynamic.bird.ids import canonical

DELETIONS = "deletions"
"""The folder, inside `BIRD_STATE_DIR`."""
KEPT = 86_400.0
"""Seconds after which a deletion is forgotten."""


class Deletions:
    """The deletions recorded in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._is_tidy = False

    def remember(self, item_id: str) -> None:
        """Record that Bird has deleted the item, or has accepted the delete."""
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
            # A row of a listing may have any id, and the id becomes part of a path.
            return False
        try:
            return (self._folder / item_id).stat().st_mtime >= time.time() - KEPT
        except OSError:
            return False
