"""Names in Python's form and in the form that Bird and Pulumi's other languages use."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

DYNAMIC_PROVIDER = "__provider"
"""What every state that a dynamic provider wrote has, and no other."""


@cache
def camel_case(name: str) -> str:
    """`channel_id` as `channelId`."""
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), name)


@cache
def snake_case(name: str) -> str:
    """`channelId` as `channel_id`."""
    return re.sub(r"[A-Z]", lambda match: f"_{match[0].lower()}", name)


def snake_keys(value: Any) -> Any:
    """A map with its own keys in Python's form; anything else as it is."""
    return (
        {snake_case(key): each for key, each in value.items()} if isinstance(value, dict) else value
    )
