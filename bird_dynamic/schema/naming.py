"""Automatic names of connectors, such as `support-40595e4cf0-k7x2m9qd`.

The beginning is the resource's *mark*: its name, and a digest of organization, project, stack and
resource. It helps to find connectors of this resource, but proves nothing: another stack of this
name, a renamed stack or a moved state has the same mark. The end is the *token*: random, drawn for
one create. A connector with that token is the result of that create: this proves ownership.

Names of release 0.1.0 have the same mark, but no token.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple

from bird_dynamic.schema.fields import Properties, ResourceSchema

DERIVED_NAME = "derived_name"
"""Key of a state without an explicit name: the automatic name, or the name when it was adopted."""
MARK = "resource_mark"
"""Key of inputs and state: the resource's mark. Neither key starts with `__`, because older SDKs
drop such keys."""
LONGEST_NAME = 50
"""Limit, in characters, of the resource's name in a mark."""
DIGITS = 10
TOKEN_LENGTH = 8
_TOKEN_CHARACTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # noqa: S105
"""32 characters, so that random bytes select them evenly."""


def mark(identity: str, resource_name: str) -> str:
    """The mark of a resource. `identity` is its organization and URN."""
    digest = hashlib.sha256(identity.encode()).hexdigest()[:DIGITS]
    return f"{resource_name[:LONGEST_NAME]}-{digest}"


def resource_of(of: str | None) -> str:
    """The resource's name in a mark, which may be cut."""
    return of[: -1 - DIGITS] if of else ""


def draw_token() -> str:
    """A random token for one create."""
    return "".join(_TOKEN_CHARACTERS[each % 32] for each in secrets.token_bytes(TOKEN_LENGTH))


def automatic_name(of: str, token: str) -> str:
    """The automatic name for a mark and a token."""
    return f"{of}-{token}"


class Parts(NamedTuple):
    """The parts of an automatic name."""

    mark: str
    token: str


def parts_of(name: Any) -> Parts | None:
    """The mark and the token of a name; None if it is not an automatic one."""
    if not isinstance(name, str):
        return None
    match = re.fullmatch(rf"(.*-[0-9a-f]{{{DIGITS}}})-([a-z0-9]{{{TOKEN_LENGTH}}})", name)
    return Parts(*match.groups()) if match else None


def bears_mark(name: str, of: str) -> bool:
    """Whether a name contains the digest of that mark, even if Bird has changed the rest."""
    return of[-DIGITS:].lower() in name.lower()


def bears_token(name: str, of: str, token: str) -> bool:
    """Whether a name contains that mark and token, even if Bird has changed the rest."""
    return bears_mark(name, of) and token in name.lower()


def with_own_name(
    schema: ResourceSchema, state: Mapping[str, Any], inputs: Mapping[str, Any]
) -> Properties:
    """The inputs; without an explicit name, with the name in the state."""
    if schema.is_named and (DERIVED_NAME in inputs or inputs.get("name") is None):
        return {**inputs, "name": state.get(DERIVED_NAME) or state.get("name")}
    return dict(inputs)


def marks_of(*properties: Mapping[str, Any]) -> frozenset[str]:
    """The marks in the inputs and the state of a resource."""
    return frozenset(each[MARK] for each in properties if each.get(MARK))
