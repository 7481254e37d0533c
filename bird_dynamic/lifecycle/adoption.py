"""Compares an item that is to be adopted with the inputs of the program."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bird_dynamic.bird.models import Item
from bird_dynamic.lifecycle.mapping import as_asked, read_value, request_body, value_at
from bird_dynamic.schema.equality import is_alike, same
from bird_dynamic.schema.fields import Field, OnChange, Properties, ResourceSchema
from bird_dynamic.schema.kinds import MAP
from bird_dynamic.schema.values import without_version


def mismatches(
    schema: ResourceSchema, item: Item, state: Mapping[str, Any], inputs: Properties
) -> list[str]:
    """The arguments that would match the item, as a program writes them, where the inputs differ.

    Stricter than a diff: a value that Bird does not return counts as absent. More lenient about
    spelling. Never shows inputs, and only the keys of maps: any input may contain a secret.
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
                found.append(f"{field.name} with Bird's values for {', '.join(keys)}")
        elif field.on_change is not OnChange.NOTHING and not _may_be_spelled(field, asked, stated):
            found.append(_written(field, stated))
    return found


def _written(field: Field, stated: Any) -> str:
    if stated is None:
        return f"no {field.name}"
    is_json = isinstance(stated, str | list)
    value = json.dumps(stated, ensure_ascii=False) if is_json else repr(stated)
    return f"{field.name}={value}"


def _may_be_spelled(field: Field, asked: Any, stated: Any) -> bool:
    stated = read_value(field, stated)
    if asked is None:
        return same(stated, None)
    if field.kind.is_template:
        asked, stated = without_version(asked), without_version(stated)
    return is_alike(asked, stated)
