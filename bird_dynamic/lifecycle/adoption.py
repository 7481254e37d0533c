"""Whether what is to be adopted is what the program asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bird_dynamic.bird.models import Item
from bird_dynamic.lifecycle.diff import without_version
from bird_dynamic.lifecycle.mapping import as_asked, read_value, request_body, value_at
from bird_dynamic.schema.equality import is_alike, same
from bird_dynamic.schema.fields import MAP, TEMPLATE, Field, OnChange, Properties, ResourceSchema


def mismatches(
    schema: ResourceSchema, item: Item, state: Mapping[str, Any], inputs: Properties
) -> list[str]:
    """In what a connector is not what the inputs ask for, in words.

    Stricter than a diff: what Bird does not state is not there. More lenient in how Bird spells it.
    The inputs are not shown, because a program may have passed a secret anywhere, and of a map only
    the keys.
    """
    item = as_asked(schema, item, request_body(schema, inputs))
    found = []
    for field in schema.inputs:
        asked = inputs.get(field.name)
        stated = (
            value_at(field.response_path, item) if field.response_path else state.get(field.name)
        )
        if field.kind is MAP and field.response_path:
            has = stated if isinstance(stated, Mapping) else {}
            keys = [
                key for key, value in (asked or {}).items() if not is_alike(value, has.get(key))
            ]
            if keys:
                found.append(f"{field.name} has other values for {', '.join(keys)}")
        elif field.on_change is not OnChange.NOTHING and not _may_be_spelled(field, asked, stated):
            found.append(f"{field.name} is {stated!r} in Bird")
    return found


def _may_be_spelled(field: Field, asked: Any, stated: Any) -> bool:
    stated = read_value(field, stated)
    if asked is None:
        return same(stated, None)
    if field.kind is TEMPLATE:
        asked, stated = without_version(asked), without_version(stated)
    return is_alike(asked, stated)
