"""Validates inputs before anything is sent; reports all failures at once, each with its remedy.

No failure shows a value: any input may contain a secret.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from bird_dynamic.bird.json import LARGEST_NUMBER
from bird_dynamic.lifecycle.mapping import with_settings
from bird_dynamic.schema.fields import UNKNOWN, Field, Properties, ResourceSchema
from bird_dynamic.schema.kinds import MAP
from bird_dynamic.schema.naming import MARK
from bird_dynamic.schema.texts_of_outputs import texts_of_outputs
from bird_dynamic.schema.values import meant, odd_values
from bird_dynamic.settings import Settings


@dataclass(frozen=True)
class Checked:
    """Inputs with defaults and settings filled in, the validation failures, and the warnings."""

    inputs: Properties
    failures: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def check(schema: ResourceSchema, news: Mapping[str, Any], settings: Settings) -> Checked:
    """Validate `news`, the new inputs. An automatic name is not filled in here: each create draws
    its own."""
    inputs = {
        field.name: value
        for field in schema.inputs
        if (value := _none_if_empty(news.get(field.name, field.default))) is not None
    }
    complete = with_settings(schema, inputs, settings)
    if news.get(MARK):
        complete[MARK] = news[MARK]
    for field in schema.inputs:
        if field.kind.is_id and isinstance(complete.get(field.name), str):
            # Bird returns ids in lower case: the spelling must not make one id look like two.
            complete[field.name] = complete[field.name].lower()
    failures = (*settings.problems, *_failures(schema, inputs, complete, settings))
    return Checked(complete, failures, () if failures else tuple(schema.doubts(inputs)))


def _failures(
    schema: ResourceSchema, inputs: Properties, complete: Properties, settings: Settings
) -> Iterator[str]:
    mistaken = {
        field.name: found
        for field in schema.inputs
        if (found := [*texts_of_outputs(field.name, inputs.get(field.name))])
    }
    for field in schema.inputs:
        # Values from the settings were validated with the settings.
        value = inputs.get(field.name)
        if field.name in mistaken:
            yield from mistaken[field.name]
        elif value is None:
            made_up = field.automatic and MARK in complete
            is_wanted = field.required or field.setting in dict(settings.location_problems)
            is_wanted = is_wanted and field.setting not in settings.misspelled
            if is_wanted and complete.get(field.name) is None and not made_up:
                yield _missing(field, settings)
        elif value is UNKNOWN:
            continue
        elif (problem := field.kind.problem(value)) is not None:
            yield f"{field.name}: {problem}"
        else:
            if field.kind is MAP:
                yield from _set_twice(schema, field.name, field.request_path, value)
            yield from odd_values(field.name, value, (type(UNKNOWN),))
            yield from _numbers_that_change(field.name, value)
    if not mistaken:
        yield from schema.validate(inputs)


def _numbers_that_change(path: str, value: Any) -> Iterator[str]:
    """Numbers that may already have been rounded: Pulumi transfers every number as a double."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _numbers_that_change(f"{path}.{key}", each)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _numbers_that_change(f"{path}[{index}]", each)
    elif isinstance(value, int | float) and isfinite(value) and abs(value) >= LARGEST_NUMBER:
        yield (
            f"{path}: is a number that Pulumi cannot represent exactly (integers up to 2**53 are "
            "exact); write it as a string, in quotes"
        )


def _missing(field: Field, settings: Settings) -> str:
    if not field.setting:
        return f"{field.name}: is required{field.kind.hint}"
    if field.setting in dict(settings.location_problems):
        return settings.missing_text(field.setting)
    what, how = field.name.removesuffix("_id"), settings.how_to_set(field.setting)
    return f"{field.name}: no {what} is set. {how}, or pass {field.name} to the resource."


def _set_twice(
    schema: ResourceSchema, name: str, path: tuple[str, ...], value: Mapping[str, Any]
) -> Iterator[str]:
    for field in schema.inputs:
        if not field.request_path or field.request_path[:-1] != path:
            continue
        for key in value:
            if key == field.request_path[-1] or meant(str(key), field.request_path[-1:]):
                yield f"{name}: {key} is set by {field.name}; remove it from {name}"


def _none_if_empty(value: Any) -> Any:
    """An empty map or list is the same as no value."""
    return None if value in ({}, []) else value
