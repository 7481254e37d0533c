"""Kinds of values: the name, the shape and the validation of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, is_dataclass
from enum import Enum, auto
from typing import Any

from bird_dynamic.schema.values import (
    DURATION_PROBLEM,
    UUID,
    organization_problem,
    parse_duration,
    workspace_problem,
)

_PHONE_NUMBER = re.compile(
    r"\s*(tel:|phone:)?\s*[+(]?(?=(?:\D*\d){5})[\d\s()./\u2010-\u2015-]+"
    r"((?:;\s*ext=|,|x|#|ext\.?|extension)\s*\d+)?\s*",
    re.IGNORECASE,
)
"""Phone numbers as people write them. Some UUIDs match too."""


_UUID = "UUID"
_TEMPLATE = "template reference"


class Shape(Enum):
    """The type of a value, independent of its notation in classes and in the plugin's schema."""

    TEXT = auto()
    TEXT_OR_NUMBER = auto()
    BOOLEAN = auto()
    MAP = auto()
    TEXTS = auto()
    MAPS = auto()


@dataclass(frozen=True)
class Kind:
    """A kind of value. `name` is for the documentation; `problem` returns a sentence, or None;
    `hint` ends the sentence that a value is missing, and says what to write."""

    name: str
    problem: Callable[[Any], str | None]
    shape: Shape = Shape.TEXT
    hint: str = ""

    @property
    def is_id(self) -> bool:
        """Whether its values are ids, of whatever: UUIDs, in any case."""
        return self.name == _UUID

    @property
    def is_template(self) -> bool:
        """Whether its values are references to templates."""
        return self.name == _TEMPLATE


def _flag_problem(value: Any) -> str | None:
    return None if isinstance(value, bool) else "must be True or False"


def _text_problem(value: Any) -> str | None:
    if isinstance(value, str):
        return None if value.strip() else "must be a non-empty string"
    in_quotes = ", in quotes" if isinstance(value, int | float) else ""
    return f"must be a non-empty string{in_quotes}"


def _map_problem(value: Any) -> str | None:
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return None
    return "must be a dict with string keys"


def _uuid_problem(value: Any) -> str | None:
    if isinstance(value, str) and UUID.fullmatch(value):
        return None
    return "must be a UUID such as 2cffb55c-120e-91a8-8f10-ed9d1b412d29"


def adopted_id(item: str) -> Kind:
    """The id of an item to adopt: `connector`."""

    def problem(value: Any) -> str | None:
        if _uuid_problem(value) is None:
            return None
        return (
            f"must be the id (UUID) of a {item}, without a workspace; "
            "`bird-dynamic export FOLDER` writes a program with all ids"
        )

    return Kind(_UUID, problem)


_FROM_LOOKUP = ": use get_phone_number(number=…).id"


def _phone_number_id_problem(value: Any) -> str | None:
    problem = _uuid_problem(value)
    if problem is None:
        return None
    if isinstance(value, str | int) and _PHONE_NUMBER.fullmatch(str(value)):
        problem = "must be a UUID, not the number itself"
    elif isinstance(value, Mapping) or is_dataclass(value):
        problem = "must be a UUID, not the whole phone number"
    return problem + _FROM_LOOKUP


def _workspace_problem(value: Any) -> str | None:
    return workspace_problem(value if isinstance(value, str) else "")


def _organization_problem(value: Any) -> str | None:
    return organization_problem(value if isinstance(value, str) else "")


def _profile_problem(value: Any) -> str | None:
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", value):
        return None
    if isinstance(value, str) and ":" in value:
        return 'must not contain a colon; write "bird-eu" to use bird-eu:accessKey'
    return "must be the prefix of the configuration keys, before the colon, such as bird-eu"


def template(problem: Callable[[Any], str | None], hint: str) -> Kind:
    """References to templates that have to meet that condition."""
    return Kind(_TEMPLATE, problem, hint=hint)


def _duration_problem(value: Any) -> str | None:
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return None if parse_duration(value) else DURATION_PROBLEM
    return DURATION_PROBLEM


TEXT = Kind("str", _text_problem)
UUID_TEXT = Kind(_UUID, _uuid_problem)
PHONE_NUMBER_ID = Kind(_UUID, _phone_number_id_problem, hint=_FROM_LOOKUP)
WORKSPACE_ID = Kind(_UUID, _workspace_problem)
ORGANIZATION_ID = Kind(_UUID, _organization_problem)
PROFILE = Kind("str", _profile_problem)
FLAG = Kind("bool", _flag_problem, Shape.BOOLEAN)
DURATION = Kind("duration", _duration_problem, Shape.TEXT_OR_NUMBER)
MAP = Kind("dict", _map_problem, Shape.MAP)
