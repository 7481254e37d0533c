"""An item that was created but could not be completed: it is kept, left alone or rolled back. Each
method returns the error that describes this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.errors import BirdError
from bird_dynamic.lifecycle.create import Created
from bird_dynamic.lifecycle.errors import HalfCreatedError
from bird_dynamic.lifecycle.mapping import to_state
from bird_dynamic.lifecycle.session import CollectionSession
from bird_dynamic.schema.fields import ResourceSchema

ROLL_BACK_TIMEOUT = 30.0
"""Seconds of a create's time that are reserved for the roll-back."""
ROLL_BACK_SHARE = 0.2
"""Limit of that reserve, as a share of the create's time."""


@dataclass(frozen=True)
class HalfCreated:
    """One item that could not be completed."""

    schema: ResourceSchema
    session: CollectionSession
    created: Created

    def kept(self, inputs: Mapping[str, Any], cause: BirdError) -> HalfCreatedError:
        """The state keeps it, and the next update completes it. `inputs`: as applied so far."""
        return HalfCreatedError(
            f"{cause}. {self._called} is kept; the next `pulumi up` completes it",
            self._item_id,
            to_state(self.schema, self.created.item, inputs, is_first=True),
        )

    def left_alone(self, cause: BirdError) -> HalfCreatedError:
        """Nothing proves that this create made it, so it is not deleted."""
        return HalfCreatedError(
            f"{cause}. {self._called} was not deleted, because it may have existed before. Run "
            "`pulumi up` again; if that does not take it over, write "
            f'adopt="{self._item_id}"',
            self._item_id,
            settled=False,
        )

    def rolled_back(
        self, marks: frozenset[str], cause: BirdError, deadline: Deadline
    ) -> HalfCreatedError:
        """Delete it. `marks` are those of its resource."""
        managed = self.session.run.managed
        try:
            is_done = self.session.collection.delete(self._item_id, deadline)
            managed.mark_gone(self._item_id)
        except BirdError as failure:
            return HalfCreatedError(
                f"{cause}. {self._called} was created, and deleting it failed too: {failure}. "
                f'To adopt it, write adopt="{self._item_id}"; otherwise delete it in app.bird.com',
                self._item_id,
                settled=False,
            ).telling(failure)
        managed.mark_deleted(self._item_id, marks)
        deleted = "was deleted again"
        if not is_done:
            deleted = "is being deleted again: Bird has accepted the delete"
        return HalfCreatedError(f"{cause}. {self._called} {deleted}", self._item_id)

    @property
    def _item_id(self) -> str:
        return str(self.created.item["id"])

    @property
    def _called(self) -> str:
        return f"The {self.schema.item} {self._item_id}"


def without_reserve(deadline: Deadline) -> Deadline:
    """The deadline, less the reserve for the roll-back."""
    reserve = min(ROLL_BACK_TIMEOUT, ROLL_BACK_SHARE * deadline.seconds)
    return deadline.earlier(reserve)
