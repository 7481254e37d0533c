"""Single values: ids, durations, template references. Each problem is a sentence, or None.

Shared by settings, arguments and look-ups, for the same messages.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, time, timedelta
from decimal import Decimal
from difflib import SequenceMatcher, get_close_matches
from enum import Enum
from math import isfinite
from pathlib import PurePath
from typing import Any

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
NEAR = 0.85
"""How much of a word a typo leaves, from 0 to 1."""
DURATION_PROBLEM = 'must be a positive duration such as "90s", "5m" or a number of seconds.'
_NO_LISTS = (str, bytes, bytearray, memoryview, range)
"""Sequences that Pulumi does not take as lists."""
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_PART = re.compile(rf"({_NUMBER.pattern})(ms|s|m|h)")
_DURATION = re.compile(rf"(?:{_PART.pattern})+")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def parse_duration(value: str | float) -> float | None:
    """Seconds in 90, "90", "90s", "5m", "1h" or "1h30m"; None if it is not a positive duration."""
    text = str(value)
    if _NUMBER.fullmatch(text):
        return float(text) or None
    if not _DURATION.fullmatch(text):
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(text)) or None


def duration_problem(text: str) -> str | None:
    """The problem of a duration, or None."""
    return None if parse_duration(text) else DURATION_PROBLEM


def workspace_problem(workspace_id: str) -> str | None:
    """The problem of a workspace id, or None."""
    if workspace_id.startswith("ws_"):
        return (
            "an id that starts with ws_ belongs to another Bird product (the platform API); "
            "use the workspace's UUID, which app.bird.com shows in its address bar after "
            "/workspaces/."
        )
    if not UUID.fullmatch(workspace_id):
        return "must be a UUID; app.bird.com shows it in its address bar after /workspaces/."
    return None


def organization_problem(organization_id: str) -> str | None:
    """The problem of an organization id, or None."""
    if UUID.fullmatch(organization_id):
        return None
    return "must be a UUID; app.bird.com shows it in the organization's settings."


def without_version(value: Any) -> Any:
    """A template reference without its version: versions are not documented to be distinct."""
    return value.partition(":")[0] if isinstance(value, str) else value


def meant(given: str, known: Iterable[str]) -> str | None:
    """The known word that `given` misspells: in another case, with other separators, or with a
    small typo in a part of it. None if it is a known word itself, or near none."""
    words = tuple(known)
    if given in words:
        return None
    same = (word for word in words if _letters(word) == _letters(given))
    return next(same, None) or next((word for word in words if _is_typo(given, word)), None)


def nearest(given: str, known: Iterable[str]) -> str | None:
    """The known word that is most like one that is certainly wrong; None if none is near. `meant`
    asks for more, because its words may be right."""
    return next(iter(get_close_matches(given, tuple(known), 1)), None)


def unlisted(given: str, known: Iterable[str]) -> str:
    """A warning, without its subject, of a word that is not among the known ones."""
    words = tuple(known)
    known_word = meant(given, words)
    advice = f"; did you mean {known_word}?" if known_word else f": {', '.join(words)}"
    return f"is not among the known values{advice}"


ANYTHING = "a string, a number, a boolean, a list or a dict"
"""What JSON can represent."""


def odd_values(
    path: str, value: Any, carried: tuple[type, ...] = (), accepted: str = ANYTHING
) -> Iterator[str]:
    """The parts of a value that JSON has no form for, each as `path: problem`. `carried` are more
    types that are no problem here; `accepted` says what the argument takes."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            if isinstance(key, str):
                yield from odd_values(f"{path}.{key}", each, carried, accepted)
            else:
                yield f"{path}: must be a dict with string keys"
    elif isinstance(value, Sequence) and not isinstance(value, _NO_LISTS):
        for index, each in enumerate(value):
            yield from odd_values(f"{path}[{index}]", each, carried, accepted)
    elif isinstance(value, float) and not isfinite(value):
        yield f"{path}: is not a finite number; leave it out, or write it as a string, in quotes"
    elif value is not None and not isinstance(value, (str, int, float, *carried)):
        remedy = _conversion(value, accepted) or f"pass {accepted}"
        yield f"{path}: is a Python {type(value).__name__} object; {remedy}"


def _conversion(value: Any, accepted: str) -> str | None:
    """How to convert an object to what an argument accepts; None if it has no such form."""
    if isinstance(value, Enum):
        return "pass its .value"
    if isinstance(value, timedelta):
        return "pass its .total_seconds()" if accepted == ANYTHING else None
    if isinstance(value, bytes | bytearray):
        return "pass text: value.decode()"
    if isinstance(value, date | time | uuid.UUID | Decimal | PurePath):
        return "pass str(value)"
    if accepted == ANYTHING and isinstance(value, Iterable):
        # The order of a set differs from run to run.
        return "pass sorted(value)" if isinstance(value, AbstractSet) else "pass list(value)"
    return None


def _letters(word: str) -> str:
    return re.sub(r"[\W_]", "", word).lower()


def _is_typo(given: str, word: str) -> bool:
    # Part by part, so that `mms.inbound` is no typo of `sms.inbound`.
    parts = [re.split(r"[\W_]+", each.lower()) for each in (given, word)]
    return len(parts[0]) == len(parts[1]) and all(
        one == other
        or (
            sorted(one) == sorted(other)
            or SequenceMatcher(None, one, other, autojunk=False).ratio() > NEAR
        )
        for one, other in zip(*parts, strict=True)
    )
