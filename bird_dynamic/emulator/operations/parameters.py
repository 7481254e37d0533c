"""Reads and validates the query parameters of a request."""

from __future__ import annotations

import re

from bird_dynamic.emulator.messages import Request, invalid


def text(request: Request, name: str) -> str | None:
    """A non-empty parameter that must not be repeated."""
    values = request.values(name)
    if "" in values:
        raise invalid(f".{name}", "must not be empty")
    if len(values) > 1:
        raise invalid(f".{name}", "is given more than once")
    return values[0] if values else None


def several(request: Request, name: str) -> list[str]:
    """A parameter that may be repeated. Its name has no brackets: those on Bird's pages belong to
    its type."""
    return request.values(name)


def flag(request: Request, name: str) -> bool | None:
    """A parameter that is true or false."""
    value = choice(request, name, "true", "false")
    return None if value is None else value == "true"


def choice(request: Request, name: str, *values: str) -> str | None:
    """A parameter with one of these values."""
    value = text(request, name)
    if value is not None and value not in values:
        raise invalid(f".{name}", f"must be one of: {', '.join(values)}")
    return value


def whole(request: Request, name: str, least: int, most: int, default: int) -> int:
    """A parameter that is an integer from `least` to `most`."""
    value = text(request, name)
    if value is None:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", value) or not least <= int(value) <= most:
        raise invalid(f".{name}", f"must be between {least} and {most}")
    return int(value)
