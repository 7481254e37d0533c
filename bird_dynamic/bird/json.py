"""Reading JSON that somebody else wrote, so that nothing in it can fail later.

What comes out can be written as JSON again and sent over Pulumi's wire, and means the same there:
no lone surrogates, no integer that a double may change, no nesting that exhausts a stack, and
nothing that Pulumi takes for a sign of its own. After a POST that has made a connector, a crash
over a decorative field of the answer would lose the connector.
"""

from __future__ import annotations

import json
import math
from typing import Any

MAX_DEPTH = 20
"""Levels of nesting that are kept; what is deeper is null. Bird's documented objects have five."""
MAX_VALUES = 500_000
"""Values in one answer: reading more would take seconds that the deadline knows nothing of. A page
of a hundred connectors has some ten thousand."""
LARGEST_NUMBER = 2**53
"""The largest integer up to which a double holds each one; a larger one is kept as text."""
SIGNS = frozenset(
    {
        "4dabf18193072939515e22adb298388d",
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
"""What Pulumi's wire obeys: a map with the one without dashes as a key is an asset, an archive, a
secret, an output or a resource, whatever else it says; a text that equals one of the others is an
unknown value. Sources: the Go SDK's `resource/sig` and `resource/plugin/rpc.go`."""


def parse(content: bytes) -> Any:
    """The value. Raises ValueError for what is not JSON, or too much of it."""
    # There is one of these in front of each value or of its key.
    if sum(map(content.count, (b",", b"[", b"{"))) > MAX_VALUES:
        raise ValueError("JSON with too many values")
    try:
        text = content.decode("utf-8-sig")
        return _harmless(json.loads(text, parse_int=_integer, parse_float=_real), MAX_DEPTH)
    except RecursionError:
        raise ValueError("JSON with too many levels") from None


def _integer(digits: str) -> int | str:
    # Python refuses to read very many digits as a number.
    if len(digits) > 20 or abs(int(digits)) > LARGEST_NUMBER:
        return digits
    return int(digits)


def _real(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def _harmless(value: Any, levels: int) -> Any:
    if isinstance(value, str):
        return _harmless_text(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict | list) and levels == 0:
        return None
    if isinstance(value, dict):
        return {_harmless_text(key): _harmless(each, levels - 1) for key, each in value.items()}
    if isinstance(value, list):
        return [_harmless(each, levels - 1) for each in value]
    return value


def _harmless_text(text: str) -> str:
    if not text.isascii():
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    # Ids are put in lower case later.
    return f"[{text}]" if text.lower() in SIGNS else text
