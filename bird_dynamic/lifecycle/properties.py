"""From a program's inputs to Bird's body, from what Bird returns to the state, and what differs
between the two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bird_dynamic.bird.models import Item
from bird_dynamic.lifecycle.fields import MAP, Description, Field, OnChange
from bird_dynamic.settings import UUID, Settings

Properties = dict[str, Any]
"""A resource's inputs, or its whole state, by Python name. Absent and None mean the same."""

DERIVED_NAME = "derived_name"
"""Beside `name` in a state whose program gives no name: the one that the resource was given, or had
when it was adopted."""
MARK = "resource_mark"
"""The mark of the resource (see `naming`), in its inputs and in its state. Neither is hidden by a
`__` in front, because older SDKs drop such keys."""


@dataclass(frozen=True)
class Difference:
    """The names of the inputs that differ, and of those that cannot be changed in place."""

    changed: tuple[str, ...]
    replaces: tuple[str, ...]


def difference(
    description: Description, state: Mapping[str, Any], inputs: Properties
) -> Difference:
    """What has to change for the state to be as the inputs say. Sends nothing."""
    wanted = with_own_name(state, inputs)
    changed = [
        field
        for field in description.inputs
        if field.on_change is not OnChange.NOTHING
        and not _same_in(field, state.get(field.name, field.default), wanted.get(field.name))
    ]
    return Difference(
        changed=tuple(field.name for field in changed),
        replaces=tuple(
            field.name
            for field in changed
            if field.on_change is OnChange.REPLACE
            or (not field.removable and wanted.get(field.name) is None)
        ),
    )


def with_own_name(state: Mapping[str, Any], inputs: Mapping[str, Any]) -> Properties:
    """The inputs; without a name of the program's, with the one that the resource was given."""
    if DERIVED_NAME in inputs or inputs.get("name") is None:
        return {**inputs, "name": state.get(DERIVED_NAME) or state.get("name")}
    return dict(inputs)


def marks_of(*properties: Mapping[str, Any]) -> frozenset[str]:
    """The marks in the inputs and the state of a resource."""
    return frozenset(each[MARK] for each in properties if each.get(MARK))


def located(
    description: Description, props: Mapping[str, Any], settings: Settings
) -> dict[str, Any]:
    """The properties, with the settings that stand in for inputs that were left out."""
    stand_ins = {
        field.name: value
        for field in description.settings
        if (value := getattr(settings, field.name)) is not None
    }
    return {**stand_ins, **{name: value for name, value in props.items() if value is not None}}


def body(description: Description, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON body of the create request."""
    built: dict[str, Any] = {}
    for field in description.inputs:
        value = inputs.get(field.name)
        if not field.sent or value is None or not field.created_with:
            continue
        target = built
        for step in field.sent[:-1]:
            target = target.setdefault(step, {})
        if field.kind is MAP:
            target.setdefault(field.sent[-1], {}).update(value)
        else:
            target[field.sent[-1]] = value
    return built


def changes(description: Description, state: Mapping[str, Any], inputs: Properties) -> Properties:
    """The JSON body of the update request: what differs, with an empty value for what was left
    out."""
    changed = difference(description, state, inputs).changed
    return {
        field.sent[-1]: inputs.get(field.name, [] if field.unordered else None)
        for field in description.inputs
        if field.sent and field.name in changed
    }


def state_of(description: Description, item: Item, held: Mapping[str, Any]) -> Properties:
    """The whole state of a resource: what Bird states now, and what was held where it states
    nothing.

    `held` is the state until now, or the inputs of a resource that is being created.
    """
    state: Properties = {field.name: held.get(field.name) for field in description.fields}
    state |= {key: held[key] for key in (DERIVED_NAME, MARK) if held.get(key) is not None}
    for field in description.fields:
        stated, value = _find(item, field.returned)
        if not stated or (value is None and field.needed):
            # Nothing says that it has none: it cannot be without.
            continue
        if field.is_input and field.kind is MAP:
            value = _as_held(value, held.get(field.name))
        if field.unordered and _same_in(field, value, held.get(field.name)):
            value = held.get(field.name)
        state[field.name] = field.convert(value) if field.convert else value
    return state


def maps_of(description: Description, item: Item) -> Properties:
    """The inputs that are maps as Bird has them, without what other inputs say: for a resource that
    no program has described yet."""
    maps: Properties = {}
    for field in description.inputs:
        stated, value = _find(item, field.returned)
        if field.kind is MAP and stated and isinstance(value, Mapping):
            siblings = (other for other in description.inputs if other.sent[:-1] == field.sent)
            others = {other.sent[-1] for other in siblings}
            maps[field.name] = {key: each for key, each in value.items() if key not in others}
    return {name: value for name, value in maps.items() if value}


def differences_to_adopt(
    description: Description, item: Item, state: Mapping[str, Any], inputs: Properties
) -> list[str]:
    """In what a connector is not what the inputs ask for, in words.

    Stricter than a diff: what Bird does not state is not there. The inputs are not shown, because a
    program may have passed a secret anywhere, and of a map only the keys.
    """
    changed = difference(description, state, inputs).changed
    found = []
    for field in description.inputs:
        if field.kind is MAP and field.returned:
            stated = _find(item, field.returned)[1]
            has = stated if isinstance(stated, Mapping) else {}
            keys = [
                key
                for key, value in (inputs.get(field.name) or {}).items()
                if not same_where_asked(value, has.get(key))
            ]
            if keys:
                found.append(f"{field.name} has other values for {', '.join(keys)}")
        elif field.name in changed:
            found.append(f"{field.name} is {state.get(field.name)!r} in Bird")
    return found


def states_all(description: Description, row: Item, state: Mapping[str, Any]) -> bool:
    """Whether a row of a listing states everything that the state has: a poorer one proves
    nothing."""
    for field in description.fields:
        held = state.get(field.name)
        if field.returned and held is not None:
            _, value = _find(row, field.returned)
            if value is None:
                return False
            if (
                field.is_input
                and field.kind is MAP
                and not (isinstance(value, Mapping) and held.keys() <= value.keys())
            ):
                return False
    return True


def updated(description: Description, state: Mapping[str, Any], inputs: Properties) -> Properties:
    """The state after an update in place: the new inputs, with the outputs and the name that the
    state has."""
    after: Properties = {
        field.name: (inputs if field.is_input else state).get(field.name)
        for field in description.fields
    }
    if inputs.get("name") is None and state.get("name") is not None:
        after["name"] = state["name"]
        after[DERIVED_NAME] = state.get(DERIVED_NAME) or state["name"]
    if inputs.get(MARK) is not None:
        after[MARK] = inputs[MARK]
    return after


def inputs_of(description: Description, state: Mapping[str, Any]) -> Properties:
    """The inputs that would have made this state: what a refresh stores as the new inputs."""
    given = [
        field.name
        for field in description.inputs
        if not (field.automatic and state.get(DERIVED_NAME) is not None)
    ]
    return {name: state[name] for name in (*given, MARK) if state.get(name) is not None}


def same_where_asked(asked: Any, found: Any) -> bool:
    """Whether `found` has everything that was asked for, whatever else Bird has added to it."""
    if isinstance(asked, Mapping):
        return isinstance(found, Mapping) and all(
            same_where_asked(value, found.get(key)) for key, value in asked.items()
        )
    return same(asked, found)


def same(old: Any, new: Any) -> bool:
    """Whether two values say the same; nothing, an empty map and an empty list do."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return old.keys() == new.keys() and all(same(old[key], new[key]) for key in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(same, old, new))
    if old in (None, {}, []) and new in (None, {}, []):
        return True
    if isinstance(old, str) and isinstance(new, str) and UUID.fullmatch(old):
        return old.lower() == new.lower()
    # True == 1.0 in Python, and every number from Pulumi is a float.
    return isinstance(old, bool) == isinstance(new, bool) and bool(old == new)


def ordered(value: Any) -> Any:
    """A list whose order says nothing, in one order."""
    if not isinstance(value, list):
        return value
    return sorted(
        value, key=lambda each: repr(sorted(each.items()) if isinstance(each, Mapping) else each)
    )


def _same_in(field: Field, old: Any, new: Any) -> bool:
    return same(ordered(old), ordered(new)) if field.unordered else same(old, new)


def _as_held(stated: Any, held: Any) -> Any:
    # Bird may add keys to what it was given, and need not repeat all of them: only a key that was
    # set and that Bird states can drift.
    if not isinstance(held, Mapping) or not isinstance(stated, Mapping):
        return held
    return {
        key: _as_held(stated[key], value)
        if isinstance(value, Mapping) and isinstance(stated.get(key), Mapping)
        else stated.get(key, value)
        for key, value in held.items()
    }


def _find(item: Item, path: tuple[str, ...]) -> tuple[bool, Any]:
    value: Any = item
    for step in path:
        if not isinstance(value, Mapping) or step not in value:
            return False, None
        value = value[step]
    return bool(path), value
