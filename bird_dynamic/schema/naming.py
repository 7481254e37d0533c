"""The names of connectors whose program gives them none: `support-40595e4cf0-k7x2m9qd`.

The middle is the resource's *mark*: a digest of organization, project, stack and resource. It finds
what this resource may have left in Bird, and proves nothing: another stack of the same name, a
renamed stack or a moved state have it too. The end is the *token*: random, drawn for one create. A
connector with that token is the result of that create, which is what a proof of ownership needs.

Release 0.1.0 wrote names without a token; they bear the same mark.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple

from bird_dynamic.schema.fields import Properties, ResourceSchema

DERIVED_NAME = "derived_name"
"""Beside `name` in a state whose program gives no name: the one that the resource was given, or had
when it was adopted."""
MARK = "resource_mark"
"""The mark of the resource (see `naming`), in its inputs and in its state. Neither is hidden by a
`__` in front, because older SDKs drop such keys."""
LONGEST_NAME = 50
"""Characters of the resource's name that a mark begins with, so that people can read it."""
DIGITS = 10
TOKEN_LENGTH = 8
_TOKEN_CHARACTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # noqa: S105
"""32 of them, so that each byte of chance gives one evenly."""


def mark(identity: str, resource_name: str) -> str:
    """The mark of a resource. `identity` says which: organization and URN."""
    digest = hashlib.sha256(identity.encode()).hexdigest()[:DIGITS]
    return f"{resource_name[:LONGEST_NAME]}-{digest}"


def resource_of(of: str | None) -> str:
    """The name of the resource that has that mark, as far as the mark shows it."""
    return of[: -1 - DIGITS] if of else ""


def draw_token() -> str:
    """Random characters for one create."""
    return "".join(_TOKEN_CHARACTERS[each % 32] for each in secrets.token_bytes(TOKEN_LENGTH))


def automatic_name(of: str, token: str) -> str:
    """The name of what a resource with that mark creates."""
    return f"{of}-{token}"


class Parts(NamedTuple):
    """What an automatic name is made of."""

    mark: str
    token: str


def parts_of(name: Any) -> Parts | None:
    """The mark and the token of a name; None where it is not an automatic one."""
    if not isinstance(name, str):
        return None
    match = re.fullmatch(rf"(.*-[0-9a-f]{{{DIGITS}}})-([a-z0-9]{{{TOKEN_LENGTH}}})", name)
    return Parts(*match.groups()) if match else None


def bears_mark(name: str, of: str) -> bool:
    """Whether a name has that mark in it, whatever Bird has made of the rest."""
    return of[-DIGITS:].lower() in name.lower()


def bears_token(name: str, of: str, token: str) -> bool:
    """Whether a name is that of the one create for which the token was drawn, whatever Bird has
    made of the rest."""
    return bears_mark(name, of) and token in name.lower()


def with_own_name(
    schema: ResourceSchema, state: Mapping[str, Any], inputs: Mapping[str, Any]
) -> Properties:
    """The inputs; without a name of the program's, with the one that the resource was given."""
    if schema.is_named and (DERIVED_NAME in inputs or inputs.get("name") is None):
        return {**inputs, "name": state.get(DERIVED_NAME) or state.get("name")}
    return dict(inputs)


def marks_of(*properties: Mapping[str, Any]) -> frozenset[str]:
    """The marks in the inputs and the state of a resource."""
    return frozenset(each[MARK] for each in properties if each.get(MARK))
