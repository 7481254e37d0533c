"""Parses untrusted JSON into values that cannot fail later.

The result can be written as JSON again and sent to Pulumi without change: no lone surrogates, no
integer that a double cannot represent, no nesting that exhausts a stack, and none of Pulumi's own
signatures. After a POST that has created a connector, a crash over an unimportant field of the
answer would lose the connector.
"""

from __future__ import annotations

import json
import math
from typing import Any

MAX_DEPTH = 20
"""Levels of nesting; deeper values become null. Bird's documented objects have five."""
MAX_VALUES = 500_000
"""Limit of values in one answer: parsing more would take seconds that no deadline bounds. A page of
100 connectors has about 10,000."""
LARGEST_NUMBER = 2**53
"""Doubles represent integers up to this one exactly; a larger one is kept as a string."""
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
"""Pulumi's signatures. A map with the one without dashes as a key is an asset, an archive, a
secret, an output or a resource; a string that equals one of the others is an unknown value.
Sources: the Go SDK's `resource/sig` and `resource/plugin/rpc.go`."""


def parse(content: bytes) -> Any:
    """The value. Raises ValueError for invalid JSON, and for too many values or levels."""
    # Each value, or its key, follows one of these characters.
    if sum(map(content.count, (b",", b"[", b"{"))) > MAX_VALUES:
        raise ValueError("JSON with too many values")
    try:
        text = content.decode("utf-8-sig")
        return _harmless(json.loads(text, parse_int=_integer, parse_float=_real), MAX_DEPTH)
    except RecursionError:
        raise ValueError("JSON with too many levels") from None


def _integer(digits: str) -> int | str:
    # Python refuses to convert very long digit strings.
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
    # Ids are converted to lower case later, so compare in lower case.
    return f"[{text}]" if text.lower() in SIGNS else text
