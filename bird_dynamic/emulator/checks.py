"""Validates request bodies, faults and options; reports all problems at once, by JSON path, like
Bird's error details.

A check is a function of a value and its path. Checks are combined to describe a body.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

Problems = dict[str, list[str]]
"""JSON path -> problems; empty if the value is valid."""
Check = Callable[[Any, str], Problems]


def text(pattern: str = r"(?s).*", says: str = "a string") -> Check:
    """A string that matches the complete pattern."""
    return _only_if(
        lambda value: isinstance(value, str) and bool(re.fullmatch(pattern, value)), says
    )


def boolean() -> Check:
    """True or false."""
    return _only_if(lambda value: isinstance(value, bool), "a boolean")


def whole(least: int, most: int | None = None) -> Check:
    """An integer from `least` to `most`."""

    def good(value: Any) -> bool:
        return (
            isinstance(value, int)
            and not isinstance(value, bool)
            and least <= value
            and (most is None or value <= most)
        )

    limits = f"of at least {least}" if most is None else f"between {least} and {most}"
    return _only_if(good, f"a whole number {limits}")


def number(least: float, most: float | None = None) -> Check:
    """A finite number from `least` to `most`."""

    def good(value: Any) -> bool:
        return (
            isinstance(value, (int, float))
            and not isinstance(value, bool)
            # An integer may be too large for a float.
            and abs(value) <= sys.float_info.max
            and least <= value
            and (most is None or value <= most)
        )

    limits = f"of at least {least:g}" if most is None else f"between {least:g} and {most:g}"
    return _only_if(good, f"a number {limits}")


def choice(*values: str) -> Check:
    """One of these strings."""
    return _only_if(
        lambda value: isinstance(value, str) and value in values, f"one of: {', '.join(values)}"
    )


def moment() -> Check:
    """A timestamp in the format of RFC 3339."""

    def good(value: Any) -> bool:
        if not isinstance(value, str) or not re.fullmatch(_RFC_3339, value, re.ASCII):
            return False
        try:
            datetime.fromisoformat(value[:19].replace("t", "T"))
        except ValueError:
            return False
        return True

    return _only_if(good, "a time such as 2030-01-31T12:00:00Z")


def mapping(item: Check | None = None) -> Check:
    """An object with any keys, whose values pass the check."""

    def check(value: Any, path: str) -> Problems:
        if not isinstance(value, dict):
            return {path: ["must be an object"]}
        return (
            {}
            if item is None
            else _all((item, each, f"{path}.{key}") for key, each in value.items())
        )

    return check


def several(item: Check, most: int | None = None) -> Check:
    """A list of at most `most` values, each of which passes the check."""

    def check(value: Any, path: str) -> Problems:
        if not isinstance(value, list):
            return {path: ["must be a list"]}
        if most is not None and len(value) > most:
            return {path: [f"must have at most {most} items"]}
        return _all((item, each, f"{path}[{index}]") for index, each in enumerate(value))

    return check


def nullable(check: Check) -> Check:
    """Null, or a value that passes the check."""
    return lambda value, path: {} if value is None else check(value, path)


def record(
    fields: Mapping[str, Check],
    required: tuple[str, ...] = (),
    unknown: str = 'property "{key}" is unsupported',
) -> Check:
    """An object with these fields and no others. `unknown` is what to say of another one."""

    def check(value: Any, path: str) -> Problems:
        if not isinstance(value, dict):
            return {path: ["must be an object"]}
        problems = {f"{path}.{key}": [unknown.format(key=key)] for key in value.keys() - fields}
        problems |= {f"{path}.{key}": ["is required"] for key in required if key not in value}
        known = ((fields[key], value[key], f"{path}.{key}") for key in fields if key in value)
        return problems | _all(known)

    return check


def settings(fields: Mapping[str, Check], required: tuple[str, ...] = ()) -> Check:
    """A record of the emulator's own; an unknown field is told the known ones."""
    return record(fields, required, f"is unknown; known are: {', '.join(fields)}")


def holding(fields: Mapping[str, Check]) -> Check:
    """An object with any fields, of which these are valid if they are there."""

    def check(value: Any, path: str) -> Problems:
        if not isinstance(value, dict):
            return {path: ["must be an object"]}
        return _all((fields[key], value[key], f"{path}.{key}") for key in fields if key in value)

    return check


def never(says: str) -> Check:
    """A field that must not be there."""
    return lambda value, path: {path: [says]}


def demand(check: Check, value: Any, path: str = "") -> None:
    """Raise ValueError with all problems of a value, each with its path, if there are any."""
    if problems := check(value, path):
        told = (
            f"{at.removeprefix('.') or 'the body'}: {', '.join(texts)}"
            for at, texts in problems.items()
        )
        raise ValueError("; ".join(told))


_RFC_3339 = r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})"


def _only_if(good: Callable[[Any], bool], says: str) -> Check:
    return lambda value, path: {} if good(value) else {path: [f"must be {says}"]}


def _all(checks: Any) -> Problems:
    problems: Problems = {}
    for check, value, path in checks:
        problems |= check(value, path)
    return problems
