"""Converts names between snake_case (Python) and camelCase (Bird, Pulumi)."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

DYNAMIC_PROVIDER = "__provider"
"""The key that only states of a dynamic provider have."""


@cache
def camel_case(name: str) -> str:
    """`channel_id` as `channelId`."""
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), name)


@cache
def snake_case(name: str) -> str:
    """`channelId` as `channel_id`."""
    return re.sub(r"[A-Z]", lambda match: f"_{match[0].lower()}", name)


def snake_keys(value: Any) -> Any:
    """A map with its keys in snake_case; any other value unchanged."""
    return (
        {snake_case(key): each for key, each in value.items()} if isinstance(value, dict) else value
    )
