"""Compares values: exactly, or leniently, as Bird may spell one of them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from bird_dynamic.schema.values import UUID

_URL = re.compile(r"(https?)://([^/?#]*)([^?#]*)(.*)", re.IGNORECASE | re.DOTALL)
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def same(old: Any, new: Any) -> bool:
    """Equality that treats None, {} and [] as equal."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return old.keys() == new.keys() and all(same(old[key], new[key]) for key in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(same, old, new))
    if old in (None, {}, []) and new in (None, {}, []):
        return True
    if isinstance(old, str) and isinstance(new, str) and UUID.fullmatch(old):
        return old.lower() == new.lower()
    # True == 1.0 in Python, and every number from Pulumi is a float.
    return isinstance(old, bool) == isinstance(new, bool) and bool(old == new)


def is_alike(asked: Any, found: Any) -> bool:
    """Whether `found` can be Bird's form of `asked`: equal apart from case, whitespace, numbers as
    text, the order of lists, and added keys.

    For recognizing the possible result of a create. Similarity never proves ownership.
    """
    if isinstance(asked, Mapping):
        return isinstance(found, Mapping) and all(
            is_alike(value, found.get(key)) for key, value in asked.items()
        )
    if isinstance(asked, list) and isinstance(found, list):
        rest = list(found)
        # Longest first: a less specific item could take the match of a more specific one.
        for each in sorted(asked, key=lambda each: len(repr(each)), reverse=True):
            match = next((other for other in rest if is_alike(each, other)), None)
            if match is None:
                return False
            rest.remove(match)
        return not rest
    loose = _loose(asked)
    return same(asked, found) or (loose is not None and loose == _loose(found))


def _loose(value: Any) -> str | None:
    if not isinstance(value, str | int | float):
        return None
    value = int(value) if isinstance(value, float) and value.is_integer() else value
    text = " ".join(str(value).split())
    # Bird may add or drop the final slash of a URL.
    return (address(text) if _URL.match(text) else text.casefold()).rstrip("/")


def address(url: str) -> str:
    """The canonical form of a URL: equal for those that request the same of the same server. Scheme
    and host in lower case, without the default port, and with a path. Any other text unchanged."""
    parts = _URL.fullmatch(url)
    if parts is None:
        return url
    scheme, server, path, rest = parts.groups()
    scheme = scheme.lower()
    user, at, host = server.rpartition("@")
    host = host.lower().removesuffix(_DEFAULT_PORTS[scheme])
    return f"{scheme}://{user}{at}{host}{path or '/'}{rest}"


def is_identical(asked: Any, found: Any) -> bool:
    """Whether they are alike and, if they are URLs, have the same address: to a server, a path with
    a final slash is another one."""
    return is_alike(asked, found) and _address(asked) == _address(found)


def identity(value: Any) -> Any:
    """A canonical form: equal, also as text, for values that are identical."""
    return _address(value) or loosened(value)


def _address(value: Any) -> str | None:
    return address(value.strip()) if isinstance(value, str) and _URL.match(value.strip()) else None


def loosened(value: Any) -> Any:
    """A canonical form: equal, also as text, for values that are alike."""
    if isinstance(value, Mapping):
        # The engine sends the keys of a map in any order.
        return {key: loosened(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return ordered([loosened(each) for each in value]) or None
    return _loose(value)


def ordered(value: Any) -> Any:
    """A list in canonical order; any other value unchanged."""
    if not isinstance(value, list):
        return value
    return sorted(value, key=lambda each: json.dumps(each, sort_keys=True, default=repr))
