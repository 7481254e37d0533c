"""Recognizes the id of another item: that of a channel in place of its connector's, and the
reverse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.errors import BirdError
from bird_dynamic.bird.ids import canonical
from bird_dynamic.lifecycle.mapping import value_at
from bird_dynamic.lifecycle.session import Account
from bird_dynamic.schema.connector import CONNECTOR
from bird_dynamic.schema.fields import ResourceSchema
from bird_dynamic.schema.found import CHANNEL

LONGEST_HINT = 10.0
"""Seconds that an operation which has failed may still take to say more."""
MISTAKEN: Mapping[str, tuple[ResourceSchema, str]] = {
    CONNECTOR.item: (CHANNEL, "connector_id"),
    CHANNEL.item: (CONNECTOR, "channel_id"),
}
"""The item that is wanted -> the item whose id is often given instead, and its property with the
right id."""


def right_id(
    account: Account, wanted: str, given: str, place: Mapping[str, Any], deadline: Deadline
) -> str:
    """`this is the id of a channel, whose connector is …`, if `given` is the id of another item
    than the `wanted` one in that location. Empty if not, or if that cannot be found out by then."""
    if wanted not in MISTAKEN:
        return ""
    schema, name = MISTAKEN[wanted]
    try:
        _, session = account.open(schema, place)
        hint = Deadline.after(min(LONGEST_HINT, deadline.remaining), session.run.clock)
        item = session.collection.get(given, hint)
    except BirdError:
        return ""
    right = canonical(value_at(schema.by_name[name].response_path, item or {}))
    return f"this is the id of a {schema.item}, whose {wanted} is {right}" if right else ""
