"""Pulumi's detailed diffs: the properties that differ, down to the keys of maps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bird_dynamic.lifecycle.diff import Difference
from bird_dynamic.schema.case import camel_case
from bird_dynamic.schema.equality import same
from bird_dynamic.schema.fields import ResourceSchema

NOTHING: tuple[Any, ...] = (None, {}, [])


def detailed(
    schema: ResourceSchema,
    difference: Difference,
    state: Mapping[str, Any],
    inputs: Mapping[str, Any],
) -> dict[str, str]:
    """Path -> ADD, DELETE or UPDATE, with the suffix _REPLACE if the change replaces."""
    return {
        path: f"{kind}_REPLACE" if field.name in difference.replaces else kind
        for field in schema.inputs
        if field.name in difference.changed
        for path, kind in _paths(
            camel_case(field.name), state.get(field.name), inputs.get(field.name)
        )
    }


def _paths(path: str, old: Any, new: Any) -> Iterator[tuple[str, str]]:
    if old in NOTHING and new not in NOTHING:
        yield path, "ADD"
    elif new in NOTHING and old not in NOTHING:
        yield path, "DELETE"
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new}):
            if not same(old.get(key), new.get(key)):
                yield from _paths(_below(path, key), old.get(key), new.get(key))
    else:
        yield path, "UPDATE"


def _below(path: str, key: str) -> str:
    if key.isidentifier():
        return f"{path}.{key}"
    escaped = key.replace('"', '\\"')
    return f'{path}["{escaped}"]'
