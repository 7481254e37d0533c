"""Maps inputs to request bodies, and responses to the state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bird_dynamic.bird.models import Item
from bird_dynamic.lifecycle.diff import compare
from bird_dynamic.lifecycle.drift import STATED_OTHERWISE, accepted, forgotten, late, observed
from bird_dynamic.schema.equality import is_alike, same
from bird_dynamic.schema.fields import Field, Properties, ResourceSchema
from bird_dynamic.schema.kinds import MAP, TEXT
from bird_dynamic.schema.naming import DERIVED_NAME, MARK
from bird_dynamic.settings import Settings


def with_settings(
    schema: ResourceSchema, props: Mapping[str, Any], settings: Settings
) -> dict[str, Any]:
    """The properties, with omitted inputs filled in from the settings."""
    stand_ins = {
        field.name: value
        for field in schema.configurable_inputs
        if (value := getattr(settings, field.name)) is not None
    }
    return {**stand_ins, **{name: value for name, value in props.items() if value is not None}}


def request_body(schema: ResourceSchema, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON body of the create request."""
    built: dict[str, Any] = {}
    for field in schema.inputs:
        value = inputs.get(field.name)
        if not field.request_path or value is None or not field.in_create:
            continue
        target = built
        for step in field.request_path[:-1]:
            target = target.setdefault(step, {})
        if field.kind is MAP:
            target.setdefault(field.request_path[-1], {}).update(value)
        else:
            target[field.request_path[-1]] = value
    return built


def update_body(schema: ResourceSchema, state: Mapping[str, Any], inputs: Properties) -> Properties:
    """The JSON body of the update request: the changed inputs, with an empty value for omitted
    ones."""
    changed = compare(schema, state, inputs).changed
    return {
        field.request_path[-1]: inputs.get(field.name, [] if field.unordered else None)
        for field in schema.inputs
        if field.request_path and field.name in changed
    }


def is_stated(schema: ResourceSchema, body: Mapping[str, Any]) -> bool:
    """Whether Bird returns any of the properties in an update request."""
    return any(
        field.response_path and field.request_path and field.request_path[-1] in body
        for field in schema.inputs
    )


def to_state(
    schema: ResourceSchema, item: Item, prior: Mapping[str, Any], *, is_first: bool = False
) -> Properties:
    """The complete state of a resource: observed values, and the prior value where the response
    omits a field.

    `prior` is the previous state, or the inputs of a resource that is being created. `is_first`:
    this is Bird's first answer to those inputs, so the inputs are kept and differences recorded.
    """
    state: Properties = {field.name: prior.get(field.name) for field in schema.fields}
    state |= {key: prior[key] for key in (DERIVED_NAME, MARK) if prior.get(key) is not None}
    remembered = dict(prior.get(STATED_OTHERWISE) or {})
    changed_at, known_at = item.get("updatedAt"), prior.get("updated_at")
    is_untouched = None in (changed_at, known_at) or changed_at == known_at
    if not is_first:
        # Bird may now return another id of the same phone number.
        item = as_asked(schema, item, request_body(schema, prior))
    for field in schema.fields:
        stated, value = _find(item, field.response_path)
        if field.cleared_if_omitted:
            state[field.name] = read_value(field, value)
            continue
        if not stated or (value is None and field.always_set):
            # Omitted, or null although it always has a value: keep the prior value.
            continue
        found = read_value(field, value)
        if not field.is_input:
            state[field.name] = found
            continue
        if found is None and value is not None:
            # A value of the wrong type is treated as omitted.
            continue
        asked = field.in_order(prior.get(field.name))
        if field.kind is MAP and not isinstance(asked, Mapping):
            # Keys that Bird adds to an omitted map are not drift.
            continue
        if is_first:
            remembered |= accepted(field.name, asked, found)
            continue
        if is_untouched:
            remembered |= late(field.name, asked, found)
        now = observed(field.name, asked, found, remembered)
        if not same(now, asked):
            state[field.name] = now
    if remembered:
        state[STATED_OTHERWISE] = remembered
    return state


def read_value(field: Field, value: Any) -> Any:
    """A value from Bird in the form of the state; None if it is not of the schema's type."""
    value = field.in_order(field.convert(value) if field.convert else value)
    if field.kind is TEXT or field.kind.is_id:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return None
        return str(value)
    return value if field.kind is not MAP or isinstance(value, Mapping) else None


def differing_paths(state: Mapping[str, Any]) -> list[str]:
    """The paths at which Bird returned another form of the value than the program's."""
    return sorted(state.get(STATED_OTHERWISE) or ())


def imported_maps(schema: ResourceSchema, item: Item) -> Properties:
    """Map inputs as observed, without keys that belong to other inputs; for a resource without
    inputs yet (import)."""
    maps: Properties = {}
    for field in schema.inputs:
        stated, value = _find(item, field.response_path)
        if field.kind is MAP and stated and isinstance(value, Mapping):
            siblings = (
                other for other in schema.inputs if other.request_path[:-1] == field.request_path
            )
            others = {other.request_path[-1] for other in siblings}
            maps[field.name] = {key: each for key, each in value.items() if key not in others}
    return {name: value for name, value in maps.items() if value}


def as_asked(schema: ResourceSchema, item: Item, asked: Mapping[str, Any]) -> Item:
    """The item, with the requested ids where Bird returns another id of the same thing."""
    for (*inside, last), places in schema.other_ids.items():
        wanted = _find(asked, (*inside, last))[1]
        if wanted is not None and any(is_alike(wanted, _find(item, place)[1]) for place in places):
            (outer,) = inside
            item = {**item, outer: {**(item.get(outer) or {}), last: wanted}}
    return item


def is_complete_row(schema: ResourceSchema, row: Item, state: Mapping[str, Any]) -> bool:
    """Whether a list row is as complete as the state and shows no drift. An incomplete row proves
    nothing, and a row may spell a value in another way than the item itself."""
    for field in schema.fields:
        prior = state.get(field.name)
        if field.response_path and prior is not None:
            _, value = _find(row, field.response_path)
            if value is None:
                return False
            if (
                field.is_input
                and field.kind is MAP
                and not (isinstance(value, Mapping) and prior.keys() <= value.keys())
            ):
                return False
    observed_state = to_state(schema, row, state)
    unchanged = (*(field.name for field in schema.inputs), STATED_OTHERWISE)
    return all(same(observed_state.get(name), state.get(name)) for name in unchanged)


def merged_update(
    schema: ResourceSchema,
    state: Mapping[str, Any],
    inputs: Properties,
    item: Item | None = None,
) -> Properties:
    """The state after an update in place: the new inputs, with the outputs and the name of the
    state. `item` is Bird's answer to the update, if any."""
    after: Properties = {
        field.name: (inputs if field.is_input else state).get(field.name) for field in schema.fields
    }
    if schema.is_named and inputs.get("name") is None and state.get("name") is not None:
        after["name"] = state["name"]
        after[DERIVED_NAME] = state.get(DERIVED_NAME) or state["name"]
    if inputs.get(MARK) is not None:
        after[MARK] = inputs[MARK]
    changed_at = (item or {}).get("updatedAt")
    if "updated_at" in after and item is not None:
        # A later difference without a newer timestamp is spelling, not drift.
        after["updated_at"] = str(changed_at) if changed_at is not None else None
    for field in schema.fields:
        if field.cleared_if_omitted and item is not None:
            after[field.name] = read_value(field, value_at(field.response_path, item))
    remembered = dict(state.get(STATED_OTHERWISE) or {})
    changed = compare(schema, state, inputs).changed
    for field in schema.inputs:
        prior, asked = field.in_order(state.get(field.name)), field.in_order(after[field.name])
        remembered = forgotten(field.name, prior, asked, remembered)
        stated, value = _find(item or {}, field.response_path)
        if field.name in changed and stated:
            remembered |= accepted(field.name, asked, read_value(field, value))
    if remembered:
        after[STATED_OTHERWISE] = remembered
    return after


def to_inputs(schema: ResourceSchema, state: Mapping[str, Any]) -> Properties:
    """The inputs that would produce this state; a refresh stores them as the new inputs."""
    given = [
        field.name
        for field in schema.inputs
        if not (field.automatic and state.get(DERIVED_NAME) is not None)
    ]
    return {name: state[name] for name in (*given, MARK) if state.get(name) is not None}


def value_at(path: tuple[str, ...], item: Item) -> Any:
    """The value at a path of a request or response body, or None."""
    return _find(item, path)[1]


def _find(item: Item, path: tuple[str, ...]) -> tuple[bool, Any]:
    value: Any = item
    for step in path:
        if not isinstance(value, Mapping) or step not in value:
            return False, None
        value = value[step]
    return bool(path), value
