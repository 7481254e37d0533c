"""What the faults look at: the joined snapshot, with words for its items, and the remedies."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from bird_dynamic.lifecycle.audit.joins import Line, Setup
from bird_dynamic.lifecycle.audit.remedies import Remedies, Remedy
from bird_dynamic.lifecycle.audit.snapshot import Connector, Subscription


class View(Setup):
    """What the faults look at."""

    @cached_property
    def remedies(self) -> Remedies:
        """The remedies."""
        return Remedies(self)

    @cached_property
    def numbers_of(self) -> dict[str, tuple[str, ...]]:
        """The numbers that each subscription to inbound calls is for, by its id."""
        found: dict[str, list[str]] = defaultdict(list)
        for line in self.lines:
            for each in line.inbound:
                found[each.id].append(line.number.label)
        return {key: tuple(each) for key, each in found.items()}

    def called(self, subscription: Subscription) -> str:
        """A subscription in words."""
        return f"The webhook subscription {subscription.id}{self._managed_as(subscription.id)}"

    def connector_called(self, connector: Connector) -> str:
        """A connector in words."""
        name = f' "{connector.name}"' if connector.name else ""
        return f"{connector.id}{name}{self._managed_as(connector.id)}"

    def _managed_as(self, item_id: str) -> str:
        manager = self.manager(item_id)
        return f" (resource {manager.name})" if manager is not None else ""


Found = tuple[str, str, Remedy, tuple[str, ...]]
"""What it is about, a sentence, the remedy, and the numbers whose calls it concerns."""


def on(line: Line, message: str, remedy: Remedy) -> Found:
    """What is found on one number."""
    return line.number.label, message, remedy, (line.number.label,)
