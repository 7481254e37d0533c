"""Two resources of one program that want the same exclusive value, such as a phone number.

Only what this process has checked counts: another process of the run finds the conflict in Bird.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

from bird_dynamic.lifecycle.diff import are_exclusive, sent_at
from bird_dynamic.lifecycle.managed import Marks
from bird_dynamic.schema.fields import UNKNOWN, Properties, ResourceSchema
from bird_dynamic.schema.naming import MARK, marks_of, resource_of
from bird_dynamic.schema.values import without_version


def exclusive_value(
    schema: ResourceSchema, api_url: str, inputs: Properties
) -> tuple[str, ...] | None:
    """What Bird allows only once, with its place; None if a part of it is not known, or if it is to
    be adopted: another resource may still hold that, and leave it in this run."""
    wanted = [sent_at(schema, path, inputs) for path in schema.exclusive]
    places = [inputs.get(field.name) for field in schema.configurable_inputs]
    known = bool(wanted) and all(isinstance(each, str) for each in wanted)
    if not known or inputs.get("adopt") or UNKNOWN in places:
        return None
    alike = (without_version(each).lower() for each in wanted)
    return (api_url, schema.path_of(inputs), *alike)


class ProgramConflicts:
    """The exclusive values that the program's resources want in this run. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._value_of: dict[str, Hashable] = {}
        self._marks: dict[str, Marks] = defaultdict(frozenset)
        self._wanting: dict[Hashable, dict[str, bool]] = defaultdict(dict)

    def problems(
        self,
        schema: ResourceSchema,
        wanted: Hashable | None,
        olds: Mapping[str, Any],
        inputs: Properties,
    ) -> Iterator[str]:
        """Another resource of the program wants what Bird allows only once."""
        mark = inputs.get(MARK)
        if not schema.exclusive or not mark:
            return
        other = self.with_another(
            wanted,
            mark,
            marks_of(inputs, olds),
            has_it=are_exclusive(
                schema,
                lambda path: sent_at(schema, path, olds),
                lambda path: sent_at(schema, path, inputs),
            ),
        )
        if other is not None:
            yield (
                f"{schema.argument_at('.'.join(schema.exclusive[-1]))}: the resources "
                f"{resource_of(mark)} and {resource_of(other)} of this program have the same "
                f"{schema.exclusive_name}, and Bird allows only one {schema.item} of a template on "
                f"it. Give one of them another {schema.exclusive_name}, or remove it"
            )

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
