"""Errors of the operations; those of the client are in `bird.errors`.

All of them reach the user as an `OperationError`, which names the operation and the resource.
"""

from __future__ import annotations

from collections.abc import Sequence

from bird_dynamic.bird.errors import BirdError
from bird_dynamic.schema.fields import Properties


class ExistsError(BirdError):
    """An existing item, possibly of another resource, prevents the create. It was left alone, and
    nothing is known to have been created. `remedies`: a sentence for each possible cause, the
    likeliest first."""

    def __init__(self, text: str, remedies: Sequence[str] = ()) -> None:
        super().__init__(text)
        self.remedies = tuple(remedies)


class ProvenError(ExistsError):
    """An interrupted create used other arguments than are desired now, or one of our requests may
    have created an item without proof: the record must stay."""


class StillInConflictError(BirdError):
    """Bird refused a create because of a conflict, and then something else ended it: the last one
    of the errors that it tells. Nothing was created."""


class HalfCreatedError(BirdError):
    """An item was created but could not be completed; the text says if it was kept."""

    def __init__(
        self,
        text: str,
        item_id: str,
        state: Properties | None = None,
        *,
        settled: bool = True,
    ) -> None:
        super().__init__(text)
        self.item_id = item_id
        self.state = state
        """Its state, if it is kept."""
        self.settled = settled
        """Whether no later run has to find the item."""


class SharedError(BirdError):
    """Two resources would manage the same item."""


class AbsentError(BirdError):
    """The item of a `get` or an import does not exist."""


class OtherKindError(BirdError):
    """The item of a `get` or an import belongs to another resource. Nothing was changed."""


class AdoptError(BirdError):
    """The item to adopt does not exist, or does not match the inputs. Nothing was changed."""


class NotInPlaceError(BirdError):
    """An update would have to change an input that only a replacement can change."""


class NoChannelError(BirdError):
    """The setting to update belongs to a channel that does not exist yet."""


class NotFoundError(BirdError):
    """No item, or more than one, matches the look-up."""
