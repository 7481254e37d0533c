"""Types with a name: the documented values of a text, and the documented members of a map.

The plugin's schema has them, for completion and type checks. To the provider, a list of values is
open unless the kind says otherwise, and a map may have other members.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bird_dynamic.schema.kinds import Shape


@dataclass(frozen=True)
class Enumeration:
    """The documented values of a text. `is_closed`: the documentation excludes others."""

    name: str
    description: str
    values: tuple[str, ...]
    is_closed: bool = False


@dataclass(frozen=True)
class Member:
    """A key of a map, by its name in Bird's bodies."""

    name: str
    description: str
    shape: Shape = Shape.TEXT
    required: bool = False
    type: Enumeration | Structure | None = None


@dataclass(frozen=True)
class Structure:
    """A map whose members are documented."""

    name: str
    description: str
    members: tuple[Member, ...]

    def fitting(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """The map without documented members of another type than documented: in some languages,
        one of them would fail the program."""
        shapes = {member.name: member.shape for member in self.members}
        return {
            key: each
            for key, each in value.items()
            if key not in shapes or _IS_OF[shapes[key]](each)
        }


def _are(kind: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(isinstance(each, kind) for each in value)


_IS_OF: Mapping[Shape, Callable[[Any], bool]] = {
    Shape.TEXT: lambda value: isinstance(value, str),
    Shape.MAP: lambda value: isinstance(value, Mapping),
    Shape.TEXTS: _are(str),
    Shape.MAPS: _are(dict),
}
