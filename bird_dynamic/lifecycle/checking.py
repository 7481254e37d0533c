"""Checking a program's inputs before anything is sent: all failures at once, each with its remedy.

No failure shows a value: a program may have passed a secret anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bird_dynamic.lifecycle.fields import MAP, UNKNOWN, UUID_TEXT, WORKSPACE_ID, Description
from bird_dynamic.lifecycle.properties import DERIVED_NAME, Properties
from bird_dynamic.settings import Settings


@dataclass(frozen=True)
class Checked:
    """Inputs with defaults, names and settings filled in, and what is wrong with them."""

    inputs: Properties
    failures: tuple[str, ...]


def check(
    description: Description, olds: Mapping[str, Any], news: Mapping[str, Any], settings: Settings
) -> Checked:
    """`olds` are the inputs of the last run (empty for a new resource), `news` what the program
    says now."""
    inputs = {
        field.name: value
        for field in description.inputs
        if (value := _said(news.get(field.name, field.default))) is not None
    }
    if "name" not in inputs and news.get(DERIVED_NAME):
        inputs["name"] = inputs[DERIVED_NAME] = olds.get(DERIVED_NAME) or news[DERIVED_NAME]
    for field in description.inputs:
        if field.kind in (UUID_TEXT, WORKSPACE_ID) and isinstance(inputs.get(field.name), str):
            # Bird answers in lower case: the same id must never look like another one.
            inputs[field.name] = inputs[field.name].lower()
    configured = {"workspace_id": settings.workspace_id} if settings.workspace_id else {}
    failures = (*settings.problems, *_failures(description, inputs, configured))
    return Checked({**configured, **inputs}, failures)


def _failures(
    description: Description, inputs: Properties, configured: Properties
) -> Iterator[str]:
    for field in description.inputs:
        value = inputs.get(field.name)
        if value is None:
            if field.required and field.name not in configured:
                yield f"{field.name}: {_missing(field.name)}"
        elif value is UNKNOWN:
            continue
        elif (problem := field.kind.problem(value)) is not None:
            yield f"{field.name}: {problem}"
        elif field.kind is MAP:
            yield from _taken(description, field.name, field.sent, value)


def _missing(name: str) -> str:
    if name == "workspace_id":
        return (
            "no workspace is set. Run `pulumi config set bird:workspaceId`, export "
            "BIRD_WORKSPACE_ID, or pass workspace_id."
        )
    return "is missing; it is required"


def _taken(
    description: Description, name: str, path: tuple[str, ...], value: Mapping[str, Any]
) -> Iterator[str]:
    for field in description.inputs:
        if field.sent[:-1] == path and field.sent[-1] in value:
            yield f"{name}: {field.sent[-1]} is set by {field.name}; remove it from {name}"


def _said(value: Any) -> Any:
    """An empty map says nothing."""
    return None if value == {} else value
