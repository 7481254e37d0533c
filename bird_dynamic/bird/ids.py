"""Canonical ids: a UUID in lower case.

Anything else is refused before it becomes part of a path: `..` would turn the delete of a connector
into a delete of its workspace.
"""

from __future__ import annotations

from typing import Any

from bird_dynamic.bird.errors import BirdError
from bird_dynamic.schema.values import UUID


class IdError(BirdError):
    """A value is not an id. Nothing was sent."""


def canonical(value: Any) -> str | None:
    """The canonical form of an id; None if the value is not an id."""
    return value.lower() if isinstance(value, str) and UUID.fullmatch(value) else None


def required_id(value: Any, what: str = "the id") -> str:
    """The canonical form of an id. Raises IdError if the value is not an id."""
    item_id = canonical(value)
    if item_id is None:
        raise IdError(
            f"{what} is not a UUID such as 2cffb55c-120e-91a8-8f10-ed9d1b412d29; nothing was sent"
        )
    return item_id


def with_its_place(value: str) -> tuple[str, dict[str, str]]:
    """Split an id that may be preceded by its location (`workspaceId/connectorId`,
    `organizationId/workspaceId/webhookSubscriptionId`) into both. Raises IdError."""
    *place, item_id = map(required_id, value.split("/"))
    names = ("workspace_id", "organization_id")
    if len(place) > len(names):
        raise IdError("the id has too many parts; it may be workspaceId/connectorId")
    return item_id, dict(zip(names, reversed(place), strict=False))
