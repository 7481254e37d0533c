"""What messages call a resource, and the warning that describes its replacement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bird_dynamic.lifecycle.diff import Difference
from bird_dynamic.schema.fields import ResourceSchema
from bird_dynamic.schema.naming import MARK, resource_of
from bird_dynamic.settings import Settings


def called(schema: ResourceSchema, props: Mapping[str, Any]) -> str:
    """`voice channel "support"`: with the name of the item, or that of the resource."""
    name = props.get("name") or resource_of(props.get(MARK))
    return f'{schema.noun} "{name}"' if name else schema.noun


def replacement(
    schema: ResourceSchema,
    settings: Settings,
    item_id: str,
    state: Mapping[str, Any],
    inputs: Mapping[str, Any],
    difference: Difference,
) -> str:
    """The warning in a preview: which line is replaced, because of what, and whether there is a
    gap."""
    names = {each: _setting_of(schema, settings, each, inputs) for each in difference.replaces}
    causes = [f"{each}, from {setting}" if setting else each for each, setting in names.items()]
    subject = called(schema, inputs if inputs.get("name") else state)
    number = f", {state['phone_number']}" if state.get("phone_number") else ""
    item = "" if subject.startswith(schema.item) else f"{schema.item} "
    said = f"{subject} ({item}{item_id}{number}) is replaced because of {', '.join(causes)}. "
    if state.get("channel_id"):
        said += "Its channel_id changes. "
    for name, setting in names.items():
        if setting is not None:
            said += f"To keep the {schema.item}, set {setting} back to {state.get(name)}. "
    if difference.deletes_first:
        return (
            f"{said}Bird allows only one {schema.item} of a template on a "
            f"{schema.exclusive_name}, so the old one is deleted first: the "
            f"{schema.exclusive_name} has no channel until the new one is ready"
        )
    return f"{said}The new one is created before the old one is deleted: there is no gap"


def _setting_of(
    schema: ResourceSchema, settings: Settings, name: str, inputs: Mapping[str, Any]
) -> str | None:
    """The names of the setting that the value of an input may come from."""
    setting = schema.by_name[name].setting
    if not setting or inputs.get(name) != getattr(settings, name):
        return None
    return settings.setting_names(setting)
