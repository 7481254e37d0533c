"""Which items hold what only one of them can hold, such as a phone number, as Bird states it of the
thing itself. This finds the item behind a conflict that no listing shows. It proves nothing about
who created that item.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.errors import BirdError
from bird_dynamic.bird.ids import canonical
from bird_dynamic.lifecycle.desired import DesiredState
from bird_dynamic.lifecycle.mapping import read_value, value_at
from bird_dynamic.lifecycle.session import Account

LONGEST_LOOK = 10.0
"""Seconds that finding a holder may take: the conflict is told, or waited out, without it too."""


def holder_ids(
    account: Account, desired: DesiredState, inputs: Mapping[str, Any], deadline: Deadline
) -> Sequence[str]:
    """The ids of the items that hold what the desired state would hold. Empty if Bird states none,
    or if that cannot be found out by then."""
    held = desired.schema.held
    wanted = None if held is None else canonical(value_at(held.path, desired.body))
    if held is None or wanted is None:
        return ()
    soon = Deadline.after(min(LONGEST_LOOK, deadline.remaining), account.run.clock)
    place = {each.name: inputs.get(each.name) for each in held.schema.configurable_inputs}
    try:
        _, session = account.open(held.schema, place)
        thing = session.collection.get(wanted, soon) or {}
    except BirdError:
        return ()
    field = held.schema.by_name[held.holders]
    return read_value(field, value_at(field.response_path, thing)) or ()
