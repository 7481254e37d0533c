"""Distinguishes drift from Bird's own spelling of a value.

Bird may store a value in another form than it was sent: trimmed, re-cased, with keys added, another
version of a template, numbers as text. So the state keeps the program's value. If the value that
Bird first returned differs, the pair is stored beside it (`STATED_OTHERWISE`), as digests: a value
may be secret. Drift means that Bird's present value differs from the one it first returned.

Values are compared part by part: maps key by key, lists of the same length item by item. Keys that
Bird adds are not drift. The order of a list is a part of its own: if Bird first returned another
order than was sent, order is ignored.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bird_dynamic.schema.equality import is_alike, same
from bird_dynamic.schema.values import UUID

STATED_OTHERWISE = "stated_otherwise"
"""Key of a state. Maps a path to the digests of the value that was sent and of the value that Bird
first returned. Absent if all agree."""

ANY_ORDER = "any"
"""Stored in place of digests for the order of a list: order is ignored."""

Remembered = Mapping[str, str]
OnDifference = Callable[[str, Any, Any], Any]


def merged(path: str, asked: Any, stated: Any, on_difference: OnDifference) -> Any:
    """`asked`, with each part that differs in `stated` replaced by the result of
    `on_difference(path, asked, stated)`."""
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
    """A list that is compared with its order."""


def _places(asked: list[Any], stated: list[Any]) -> list[int]:
    """The index in `stated` of each item of `asked`, both of the same length: equal items first,
    then similar ones, then the rest."""
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
    """The parts that differ: path, asked value, stated value."""
    found: list[tuple[str, Any, Any]] = []
    merged(path, asked, stated, lambda *part: found.append(part))
    return found


def accepted(path: str, asked: Any, stated: Any) -> dict[str, str]:
    """The entries of `STATED_OTHERWISE` for the value that Bird first returned."""
    return {part[0]: _pair(*part) for part in _differences(path, asked, stated)}


def observed(path: str, prior: Any, stated: Any, remembered: Remembered) -> Any:
    """The value of the new state: the prior value where Bird still returns what it first returned,
    otherwise Bird's value."""
    return merged(
        path,
        prior,
        stated,
        lambda where, wanted, found: (
            wanted if remembered.get(where) == _pair(where, wanted, found) else found
        ),
    )


def late(path: str, prior: Any, stated: Any) -> dict[str, str]:
    """The entries of `STATED_OTHERWISE` for an unchanged item: Bird may first have echoed the value
    that it was sent, and respell it only now."""
    return {
        where: _pair(where, wanted, found)
        for where, wanted, found in _differences(path, prior, stated)
        if is_alike(wanted, found)
    }


def is_unchanged(path: str, prior: Any, wanted: Any, remembered: Remembered) -> bool:
    """Whether the desired value matches the state, so that nothing has to change."""
    return all(_is_content(*leaf, remembered) for leaf in _leaves(path, prior, wanted))


def is_respelled(path: str, prior: Any, wanted: Any, remembered: Remembered) -> bool:
    """Whether the program now spells the value as Bird returned it: a change of the program
    alone."""
    return all(
        _is_content(where, old, new, remembered) or remembered.get(where) == _pair(where, old, new)
        for where, old, new in _leaves(path, prior, wanted)
    )


def forgotten(path: str, prior: Any, wanted: Any, remembered: Remembered) -> dict[str, str]:
    """The entries that remain valid once the state has the desired value."""
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
    # After a drift that was reverted in Bird, the state has Bird's spelling.
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
    """A canonical form: equal for values that `same` treats as equal."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()} or None
    if isinstance(value, list):
        return [_plain(each) for each in value] or None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.lower() if isinstance(value, str) and UUID.fullmatch(value) else value
