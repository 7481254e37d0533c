"""Parses the JSON body of a request.

Refuses what the emulator could not keep or return: numbers that JSON does not have, and values that
are nested too deeply to be written.
"""

from __future__ import annotations

import json
import math
from typing import Any

MAX_DEPTH = 100
"""Levels of lists and objects. Python writes about 1,000, less those of the program itself."""


def parsed(body: bytes) -> Any:
    """The value of a body. Raises ValueError, with a text for the caller."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise ValueError("the body is not UTF-8") from None
    try:
        value = json.loads(text, parse_constant=_refused, parse_float=_finite)
        deep = _is_deep(value)
    except RecursionError:
        deep = True
    except ValueError as error:
        raise ValueError(f"the body is not JSON: {error}") from None
    if deep:
        raise ValueError(f"the body is nested too deeply: at most {MAX_DEPTH} levels")
    return value


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        inner = [each for each in level if isinstance(each, (dict, list))]
        level = [
            each
            for container in inner
            for each in (container.values() if isinstance(container, dict) else container)
        ]
        if not inner:
            return False
    return True


def _refused(name: str) -> float:
    raise ValueError(f"{name} is not a number")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits[:20]} is too large")
    return number
