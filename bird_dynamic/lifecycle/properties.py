"""From a program's inputs to Bird's body, from what Bird returns to the state, and what differs
between the two."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bird_dynamic.bird.models import Item
from bird_dynamic.lifecycle.drift import (
    STATED_OTHERWISE,
    accepted,
    forgotten,
    is_alike,
    is_respelled,
    is_unchanged,
    late,
    observed,
    ordered,
    same,
)
from bird_dynamic.lifecycle.fields import (
    MAP,
    TEMPLATE,
    TEXT,
    UNKNOWN,
    UUID_TEXT,
    Description,
    Field,
    OnChange,
)
from bird_dynamic.settings import Settings

Properties = dict[str, Any]
"""A resource's inputs, or its whole state, by Python name. Absent and None mean the same."""

ValueAt = Callable[[tuple[str, ...]], Any]
DERIVED_NAME = "derived_name"
"""Beside `name` in a state whose program gives no name: the one that the resource was given, or had
when it was adopted."""
MARK = "resource_mark"
"""The mark of the resource (see `naming`), in its inputs and in its state. Neither is hidden by a
`__` in front, because older SDKs drop such keys."""


@dataclass(frozen=True)
class Difference:
    """The names of the inputs that differ, and of those that cannot be changed in place.

    `respelled` are those in which only the program differs: it says now what Bird has made of what
    it said before. `deletes_first`: a replacement cannot exist beside what it replaces.
    """

    changed: tuple[str, ...]
    replaces: tuple[str, ...]
    respelled: tuple[str, ...] = ()
    deletes_first: bool = False


def difference(
    description: Description, state: Mapping[str, Any], inputs: Properties
) -> Difference:
    """What has to change for the state to be as the inputs say. Sends nothing."""
    wanted = with_own_name(state, inputs)
    remembered = state.get(STATED_OTHERWISE) or {}
    changed, respelled = [], []
    for field in description.inputs:
        if field.on_change is OnChange.NOTHING:
            continue
        held = _ordered(field, state.get(field.name, field.default))
        asked = _ordered(field, wanted.get(field.name))
        if field.is_optional_place and None in (held, asked):
            continue
        if is_unchanged(field.name, held, asked, remembered):
            continue
        if is_respelled(field.name, held, asked, remembered):
            respelled.append(field.name)
        else:
            changed.append(field)
    return Difference(
        changed=tuple(field.name for field in changed),
        replaces=tuple(
            field.name
            for field in changed
            if field.on_change is OnChange.REPLACE
            or (not field.removable and wanted.get(field.name) is None)
        ),
        respelled=tuple(respelled),
        deletes_first=exclude_each_other(
            description,
            lambda path: _sent_at(description, path, state),
            lambda path: _sent_at(description, path, wanted),
        ),
    )


def exclude_each_other(description: Description, one: ValueAt, other: ValueAt) -> bool:
    """Whether two of them cannot exist at the same time, each as a function from a path of a create
    request to the value there. What is not known yet may be the same."""
    return bool(description.exclusive) and all(
        _may_be_one(one(path), other(path)) for path in description.exclusive
    )


def _may_be_one(old: Any, new: Any) -> bool:
    if UNKNOWN in (old, new):
        return True
    return old is not None and is_alike(without_version(old), without_version(new))


def _sent_at(description: Description, path: tuple[str, ...], props: Mapping[str, Any]) -> Any:
    """What a create request says there."""
    for field in description.inputs:
        if field.sent == path and props.get(field.name, field.default) is not None:
            return props.get(field.name, field.default)
    for field in description.inputs:
        if field.kind is MAP and field.sent == path[:-1]:
            value = props.get(field.name) or {}
            return UNKNOWN if value is UNKNOWN else value.get(path[-1])
    return None


def without_version(value: Any) -> Any:
    """A template reference without its version: nothing says that two versions are two things."""
    return value.partition(":")[0] if isinstance(value, str) else value


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


def is_stated(description: Description, body: Mapping[str, Any]) -> bool:
    """Whether Bird states anything of what an update changes."""
    return any(
        field.returned and field.sent and field.sent[-1] in body for field in description.inputs
    )


def state_of(
    description: Description, item: Item, held: Mapping[str, Any], *, is_first: bool = False
) -> Properties:
    """The whole state of a resource: what Bird states now, and what was held where it states
    nothing.

    `held` is the state until now, or the inputs of a resource that is being created. `is_first`:
    this is what Bird makes of those inputs, so they stay, and what differs is remembered.
    """
    state: Properties = {field.name: held.get(field.name) for field in description.fields}
    state |= {key: held[key] for key in (DERIVED_NAME, MARK) if held.get(key) is not None}
    remembered = dict(held.get(STATED_OTHERWISE) or {})
    changed_at = item.get("updatedAt")
    is_untouched = changed_at is not None and changed_at == held.get("updated_at")
    for field in description.fields:
        stated, value = _find(item, field.returned)
        if not stated or (value is None and field.needed):
            # Nothing says that it has none: it cannot be without.
            continue
        found = _read(field, value)
        if not field.is_input:
            state[field.name] = found
            continue
        if found is None and value is not None:
            # Of another type than there can be: that states nothing.
            continue
        asked = _ordered(field, held.get(field.name))
        if field.kind is MAP and not isinstance(asked, Mapping):
            # What Bird adds to nothing is nobody's wish.
            continue
        if is_first:
            remembered |= accepted(field.name, asked, found)
            continue
        if is_untouched:
            remembered |= late(field.name, asked, found, remembered)
        now = observed(field.name, asked, found, remembered)
        if not same(now, asked):
            state[field.name] = now
    if remembered:
        state[STATED_OTHERWISE] = remembered
    return state


def _read(field: Field, value: Any) -> Any:
    """What Bird states, as a state has it and of the type that the schema says; None where it is of
    another one."""
    value = _ordered(field, field.convert(value) if field.convert else value)
    if field.kind in (TEXT, UUID_TEXT):
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return None
        return str(value)
    return value if field.kind is not MAP or isinstance(value, Mapping) else None


def differing_paths(state: Mapping[str, Any]) -> list[str]:
    """Where Bird has stated otherwise than the program says."""
    return sorted(state.get(STATED_OTHERWISE) or ())


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


def as_asked(description: Description, item: Item, asked: Mapping[str, Any]) -> Item:
    """What Bird states, with the ids that a create request asks for where it states others of the
    same things."""
    for (*inside, last), places in description.other_ids.items():
        wanted = _find(asked, (*inside, last))[1]
        if wanted is not None and any(is_alike(wanted, _find(item, place)[1]) for place in places):
            (outer,) = inside
            item = {**item, outer: {**(item.get(outer) or {}), last: wanted}}
    return item


def differences_to_adopt(
    description: Description, item: Item, state: Mapping[str, Any], inputs: Properties
) -> list[str]:
    """In what a connector is not what the inputs ask for, in words.

    Stricter than a diff: what Bird does not state is not there. More lenient in how Bird spells it.
    The inputs are not shown, because a program may have passed a secret anywhere, and of a map only
    the keys.
    """
    item = as_asked(description, item, body(description, inputs))
    found = []
    for field in description.inputs:
        asked = inputs.get(field.name)
        stated = _find(item, field.returned)[1] if field.returned else state.get(field.name)
        if field.kind is MAP and field.returned:
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
    stated = _read(field, stated)
    if asked is None:
        return same(stated if stated is not None else field.default, None)
    if field.kind is TEMPLATE:
        asked, stated = without_version(asked), without_version(stated)
    return is_alike(asked, stated)


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


def updated(
    description: Description,
    state: Mapping[str, Any],
    inputs: Properties,
    item: Item | None = None,
) -> Properties:
    """The state after an update in place: the new inputs, with the outputs and the name that the
    state has. `item` is what Bird has made of what was changed in it."""
    after: Properties = {
        field.name: (inputs if field.is_input else state).get(field.name)
        for field in description.fields
    }
    if inputs.get("name") is None and state.get("name") is not None:
        after["name"] = state["name"]
        after[DERIVED_NAME] = state.get(DERIVED_NAME) or state["name"]
    if inputs.get(MARK) is not None:
        after[MARK] = inputs[MARK]
    remembered = dict(state.get(STATED_OTHERWISE) or {})
    changed = difference(description, state, inputs).changed
    for field in description.inputs:
        held, asked = _ordered(field, state.get(field.name)), _ordered(field, after[field.name])
        remembered = forgotten(field.name, held, asked, remembered)
        stated, value = _find(item or {}, field.returned)
        if field.name in changed and stated:
            remembered |= accepted(field.name, asked, _read(field, value))
    if remembered:
        after[STATED_OTHERWISE] = remembered
    return after


def inputs_of(description: Description, state: Mapping[str, Any]) -> Properties:
    """The inputs that would have made this state: what a refresh stores as the new inputs."""
    given = [
        field.name
        for field in description.inputs
        if not (field.automatic and state.get(DERIVED_NAME) is not None)
    ]
    return {name: state[name] for name in (*given, MARK) if state.get(name) is not None}


def _ordered(field: Field, value: Any) -> Any:
    return ordered(value) if field.unordered else value


def value_at(path: tuple[str, ...], item: Item) -> Any:
    """The value at a path of what is sent or answered; None where there is none."""
    return _find(item, path)[1]


def _find(item: Item, path: tuple[str, ...]) -> tuple[bool, Any]:
    value: Any = item
    for step in path:
        if not isinstance(value, Mapping) or step not in value:
            return False, None
        value = value[step]
    return bool(path), value
