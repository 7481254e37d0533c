"""What was asked, what Bird made of it, and what Bird states now.

Bird may store a value otherwise than it was sent: trimmed, re-cased, with keys added, another
version of a template, numbers as text. So the state keeps the program's value, and where Bird's
first statement differs from it, the pair is remembered beside it (`STATED_OTHERWISE`), as digests:
a value may be secret. Drift is a change of Bird's first statement into its present one.

A value is compared part by part: key by key where both sides are maps, item by item where both are
lists of the same length. What Bird adds is nobody's wish, and no drift. The order of a list is a
part of its own: where Bird has stated another one than was asked for, order says nothing to it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bird_dynamic.schema.equality import is_alike, same
from bird_dynamic.schema.values import UUID

STATED_OTHERWISE = "stated_otherwise"
"""In a state: path -> the digests of what was asked there and of what Bird stated first. Absent
where the two agree everywhere."""

ANY_ORDER = "any"
"""What is remembered of the order of a list instead: that it says nothing."""

Remembered = Mapping[str, str]
OnDifference = Callable[[str, Any, Any], Any]


def merged(path: str, asked: Any, stated: Any, on_difference: OnDifference) -> Any:
    """What was asked, with the result of `on_difference(path, asked, stated)` in place of each part
    that is stated otherwise."""
    if isinstance(asked, Mapping) and isinstance(stated, Mapping):
        return {
            key: merged(f"{path}.{key}", value, stated[key], on_difference)
            if key in stated
            else value
            for key, value in asked.items()
        }
    if isinstance(asked, list) and isinstance(stated, list) and len(asked) == len(stated):
        places = _places(asked, stated)
        items = [
            merged(f"{path}[{index}]", each, stated[places[index]], on_difference)
            for index, each in enumerate(asked)
        ]
        wanted = _InOrder(asked)
        if places == sorted(places) or on_difference(f"{path}[*]", wanted, stated) is wanted:
            return items
        return [items[places.index(at)] for at in range(len(items))]
    return asked if same(asked, stated) else on_difference(path, asked, stated)


class _InOrder(list[Any]):
    """A list as one whose order matters."""


def _places(asked: list[Any], stated: list[Any]) -> list[int]:
    """Where each item of a list is in another one of the same length: first those that are the
    same, then those that are alike, then what is left."""
    pairs = enumerate(zip(asked, stated, strict=True))
    places = {at: at for at, (each, found) in pairs if same(each, found)}
    free = [at for at in range(len(stated)) if at not in places]
    for fits in (same, is_alike):
        for index, each in enumerate(asked):
            if index in places:
                continue
            at = next((at for at in free if fits(each, stated[at])), None)
            if at is not None:
                places[index] = at
                free.remove(at)
    rest = iter(free)
    return [places[at] if at in places else next(rest) for at in range(len(asked))]


def _differences(path: str, asked: Any, stated: Any) -> list[tuple[str, Any, Any]]:
    """The parts that are stated otherwise: where, what was asked, what is stated."""
    found: list[tuple[str, Any, Any]] = []
    merged(path, asked, stated, lambda *part: found.append(part))
    return found


def accepted(path: str, asked: Any, stated: Any) -> dict[str, str]:
    """What is to be remembered of Bird's first statement."""
    return {part[0]: _pair(*part) for part in _differences(path, asked, stated)}


def observed(path: str, prior: Any, stated: Any, remembered: Remembered) -> Any:
    """The value of the new state: the prior one, where Bird still states what it stated first, and
    Bird's statement where that has changed."""
    return merged(
        path,
        prior,
        stated,
        lambda where, wanted, found: (
            wanted if remembered.get(where) == _pair(where, wanted, found) else found
        ),
    )


def late(path: str, prior: Any, stated: Any) -> dict[str, str]:
    """What is to be remembered of something that nobody has changed since Bird stated it first:
    Bird may have repeated what it was sent, and spell it in its own way only now."""
    return {
        where: _pair(where, wanted, found)
        for where, wanted, found in _differences(path, prior, stated)
        if is_alike(wanted, found)
    }


def is_unchanged(path: str, prior: Any, wanted: Any, remembered: Remembered) -> bool:
    """Whether a program that wants that is content with what the state holds."""
    return all(_is_content(*leaf, remembered) for leaf in _leaves(path, prior, wanted))


def is_respelled(path: str, prior: Any, wanted: Any, remembered: Remembered) -> bool:
    """Whether the program now says what Bird has made of what it said before: a change of the
    program alone."""
    return all(
        _is_content(where, old, new, remembered) or remembered.get(where) == _pair(where, old, new)
        for where, old, new in _leaves(path, prior, wanted)
    )


def forgotten(path: str, prior: Any, wanted: Any, remembered: Remembered) -> dict[str, str]:
    """What is still to be remembered once the state holds what is wanted now."""
    outdated = [
        where
        for where, old, new in _leaves(path, prior, wanted)
        if not _is_content(where, old, new, remembered)
    ]
    return {
        where: pair
        for where, pair in remembered.items()
        if not any(where == each or where.startswith((f"{each}.", f"{each}[")) for each in outdated)
    }


def _is_content(where: str, prior: Any, wanted: Any, remembered: Remembered) -> bool:
    # After a drift that somebody has taken back, the state holds Bird's spelling.
    return same(prior, wanted) or remembered.get(where) == _pair(where, wanted, prior)


def _leaves(path: str, one: Any, other: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in one.keys() | other.keys():
            yield from _leaves(f"{path}.{key}", one.get(key), other.get(key))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        places = _places(one, other)
        for index, first in enumerate(one):
            yield from _leaves(f"{path}[{index}]", first, other[places[index]])
        if places != sorted(places):
            yield f"{path}[*]", _InOrder(one), _InOrder(other)
    else:
        yield path, one, other


def _pair(path: str, asked: Any, stated: Any) -> str:
    if isinstance(asked, _InOrder):
        return ANY_ORDER
    return f"{_digest(path, asked)} {_digest(path, stated)}"


def _digest(path: str, value: Any) -> str:
    text = json.dumps([path, _plain(value)], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    """The same for everything that `same` takes for the same."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()} or None
    if isinstance(value, list):
        return [_plain(each) for each in value] or None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.lower() if isinstance(value, str) and UUID.fullmatch(value) else value
