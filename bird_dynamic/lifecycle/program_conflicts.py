"""Two resources of one program that want the same exclusive value, such as a phone number.

Only what this process has checked counts: another process of the run finds the conflict in Bird.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Hashable

from bird_dynamic.lifecycle.managed import Marks


class ProgramConflicts:
    """The exclusive values that the program's resources want in this run. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._value_of: dict[str, Hashable] = {}
        self._marks: dict[str, Marks] = defaultdict(frozenset)
        self._wanting: dict[Hashable, dict[str, bool]] = defaultdict(dict)

    def with_another(
        self, value: Hashable | None, mark: str, marks: Marks, *, has_it: bool
    ) -> str | None:
        """Note that the resource with `mark` wants that value, in place of what it wanted before;
        the mark of another resource that wants it too, or None.

        `marks` are all marks of the resource, which differ after a rename. Two that both have the
        value already (`has_it`) are no conflict: Bird allows them.
        """
        with self._lock:
            # The engine checks a replacement again, and then as if it were new.
            before = self._value_of.pop(mark, None)
            had_it = self._wanting[before].pop(mark, False) and before == value
            has_it = has_it or had_it
            self._marks[mark] |= marks
            if value is None:
                return None
            self._value_of[mark] = value
            wanting = self._wanting[value]
            wanting[mark] = has_it
            return next(
                (
                    other
                    for other, other_has_it in wanting.items()
                    if other not in self._marks[mark] and not (has_it and other_has_it)
                ),
                None,
            )
