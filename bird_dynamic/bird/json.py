"""Reading JSON that somebody else wrote, so that nothing in it can fail later.

What comes out can be written as JSON again and sent over Pulumi's wire: no lone surrogates, no
numbers beyond a double, no nesting that exhausts a stack. After a POST that has made a connector,
a crash over a decorative field of the answer would lose the connector.
"""

from __future__ import annotations

import json
import math
from typing import Any

DEEPEST = 20
"""Levels of nesting that are kept; what is deeper is null. Bird's documented objects have five."""
LONGEST_NUMBER = 308
"""Characters of an integer that a double certainly can hold; a longer one is kept as text."""


def parse(content: bytes) -> Any:
    """The value. Raises ValueError for what is not JSON."""
    try:
        text = content.decode("utf-8-sig")
        return _harmless(json.loads(text, parse_int=_integer, parse_float=_real), DEEPEST)
    except RecursionError:
        raise ValueError("JSON with too many levels") from None


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= LONGEST_NUMBER else digits


def _real(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def _harmless(value: Any, levels: int) -> Any:
    if isinstance(value, str):
        return (
            value
            if value.isascii()
            else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        )
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict | list) and levels == 0:
        return None
    if isinstance(value, dict):
        return {_harmless(key, 0): _harmless(each, levels - 1) for key, each in value.items()}
    if isinstance(value, list):
        return [_harmless(each, levels - 1) for each in value]
    return value
