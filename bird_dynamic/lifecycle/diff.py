"""Compares a state with the inputs of a program: update, replacement, or no change. Without side
effects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bird_dynamic.lifecycle.drift import STATED_OTHERWISE, is_respelled, is_unchanged
from bird_dynamic.schema.equality import is_alike
from bird_dynamic.schema.fields import UNKNOWN, OnChange, Properties, ResourceSchema
from bird_dynamic.schema.kinds import MAP
from bird_dynamic.schema.naming import with_own_name
from bird_dynamic.schema.values import without_version

ValueAt = Callable[[tuple[str, ...]], Any]


@dataclass(frozen=True)
class Difference:
    """The names of the inputs that differ (`changed`), and of those that force a replacement.

    `respelled`: inputs that the program now spells as Bird does, so that Bird needs no change.
    `deletes_first`: Bird does not allow the old item and its replacement at the same time. Never in
    another workspace, which may be the wrong one: the old item must outlive a create that fails.
    """

    changed: tuple[str, ...]
    replaces: tuple[str, ...]
    respelled: tuple[str, ...] = ()
    deletes_first: bool = False


def compare(schema: ResourceSchema, state: Mapping[str, Any], inputs: Properties) -> Difference:
    """The difference between the state and the inputs."""
    wanted = with_own_name(schema, state, inputs)
    remembered = state.get(STATED_OTHERWISE) or {}
    changed, respelled = [], []
    for field in schema.inputs:
        if field.on_change is OnChange.NOTHING:
            continue
        prior = field.in_order(state.get(field.name, field.default))
        asked = field.in_order(wanted.get(field.name))
        if field.is_optional_place and prior is None:
            # The state needs it no more than Bird does. To leave it out changes the state, so that
            # the next operations do without it.
            continue
        if is_unchanged(field.name, prior, asked, remembered):
            continue
        if is_respelled(field.name, prior, asked, remembered):
            respelled.append(field.name)
        else:
            changed.append(field)
    return Difference(
        changed=tuple(field.name for field in changed),
        replaces=tuple(
            field.name
            for field in changed
            if field.on_change is OnChange.REPLACE
            or (not field.clearable and wanted.get(field.name) is None)
        ),
        respelled=tuple(respelled),
        deletes_first=not any(field in schema.configurable_inputs for field in changed)
        and are_exclusive(
            schema,
            lambda path: sent_at(schema, path, state),
            lambda path: sent_at(schema, path, wanted),
        ),
    )


def are_exclusive(schema: ResourceSchema, one: ValueAt, other: ValueAt) -> bool:
    """Whether two items cannot exist at the same time. Each is a function from a path of a create
    request to the value there. Unknown values may be equal."""
    return bool(schema.exclusive) and all(
        _may_be_one(one(path), other(path)) for path in schema.exclusive
    )


def _may_be_one(old: Any, new: Any) -> bool:
    if UNKNOWN in (old, new):
        return True
    return old is not None and is_alike(without_version(old), without_version(new))


def sent_at(schema: ResourceSchema, path: tuple[str, ...], props: Mapping[str, Any]) -> Any:
    """The value that a create request has at that path."""
    for field in schema.inputs:
        if field.request_path == path and props.get(field.name, field.default) is not None:
            return props.get(field.name, field.default)
    for field in schema.inputs:
        if field.kind is MAP and field.request_path == path[:-1]:
            value = props.get(field.name) or {}
            return UNKNOWN if value is UNKNOWN else value.get(path[-1])
    return None
