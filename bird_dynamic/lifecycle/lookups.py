"""Looking things up in Bird, by their descriptions: one by its id, or all that a collection has.

Nothing is changed. What is raised is a `BirdError` whose text is one readable paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from typing import Any

from bird_dynamic.bird.client import PAGE_SIZE, Collection
from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.errors import BirdError, ConfigurationError
from bird_dynamic.bird.models import Item
from bird_dynamic.lifecycle import properties
from bird_dynamic.lifecycle.account import Account
from bird_dynamic.lifecycle.descriptions.connector import CONNECTOR
from bird_dynamic.lifecycle.descriptions.found import CHANNEL, PHONE_NUMBER
from bird_dynamic.lifecycle.explaining import explained
from bird_dynamic.lifecycle.fields import UUID_TEXT, Description
from bird_dynamic.lifecycle.properties import Properties
from bird_dynamic.values import workspace_problem

LARGEST_PAGE_OF_NUMBERS = 99
LOOKED_UP = {
    "GetPhoneNumberResult": PHONE_NUMBER,
    "GetConnectorResult": CONNECTOR,
    "GetChannelResult": CHANNEL,
}
"""Type of result -> the description that its fields come from."""
MOST_SHOWN = 5
"""How many candidates an error names."""


class NotFoundError(BirdError):
    """Nothing, or more than one thing, is what was asked for."""


class Lookups:
    """Look-ups in one workspace of an account: the given one, or that of the settings."""

    def __init__(self, account: Account, workspace_id: str | None) -> None:
        self._account = account
        self._workspace_id = workspace_id

    def connector(self, connector_id: str) -> Properties:
        """GET …/connectors/{connectorId}. Raises OperationError where there is none."""
        return self._one(CONNECTOR, connector_id)

    def channel(self, channel_id: str) -> Properties:
        """GET …/channels/{channelId}. Raises OperationError where there is none."""
        return self._one(CHANNEL, channel_id)

    def connectors(self, template: str | None = None, name: str | None = None) -> list[Properties]:
        """All connectors, or those of a template or a name. Rows may lack what only a GET of one
        tells."""
        wanted = {"connector_template_ref": template, "name": name}
        with self._doing(CONNECTOR, "Listing connectors"):
            found = self._all(CONNECTOR)
        return [
            each
            for each in found
            if all(value in (None, each[key]) for key, value in wanted.items())
        ]

    def phone_numbers(self) -> list[Properties]:
        """All phone numbers of the workspace. Raises what the sender raises."""
        return self._all(PHONE_NUMBER, LARGEST_PAGE_OF_NUMBERS)

    def phone_number(
        self, number: str | None, country: str | None, capability: str | None
    ) -> Properties:
        """The one phone number that fits. Raises OperationError for none or several."""
        asked = {"number": number, "country": country, "capability": capability}
        said = [f"{key} {value}" for key, value in asked.items() if value is not None]
        words = f"the phone number with {', '.join(said)}" if said else "the phone number"

        def fits(each: Properties) -> bool:
            return (
                (number is None or _digits(each["number"]) == _digits(number))
                and (country is None or str(each["country"]).upper() == country.upper())
                and (capability is None or _can(each["capabilities"], capability))
            )

        with self._doing(PHONE_NUMBER, f"Looking up {words}"):
            all_of_them = self.phone_numbers()
            found = [each for each in all_of_them if fits(each)]
            if len(found) == 1:
                return found[0]
            if found:
                raise NotFoundError(f"there are {len(found)}: {_named(found)}. Ask for one of them")
            has = f"it has {_named(all_of_them)}" if all_of_them else "it has no numbers at all"
            raise NotFoundError(f"the workspace has no such number; {has}")

    def _one(self, description: Description, item_id: str) -> Properties:
        noun = description.noun
        with self._doing(description, f"Looking up {noun} {item_id}"):
            if (problem := UUID_TEXT.problem(item_id)) is not None:
                raise NotFoundError(f"id: {problem}")
            collection, place, deadline = self._collection(description)
            item = collection.get(item_id, deadline)
            if item is None:
                raise NotFoundError(f"there is no such {noun} in workspace {place['workspace_id']}")
            return _shown(description, item, place)

    def _all(self, description: Description, page_size: int = PAGE_SIZE) -> list[Properties]:
        collection, place, deadline = self._collection(description, page_size)
        rows = chain.from_iterable(collection.pages(deadline))
        return [_shown(description, row, place) for row in rows]

    def _collection(
        self, description: Description, page_size: int = PAGE_SIZE
    ) -> tuple[Collection, Properties, Deadline]:
        settings = self._account.settings
        given = self._workspace_id
        if given is not None and (problem := workspace_problem(given)) is not None:
            raise ConfigurationError(f"workspace_id: {problem}")
        place = properties.located(description, {"workspace_id": given}, settings)
        if "workspace_id" not in place:
            raise ConfigurationError(
                f"{settings.unset('workspaceId')} Set it, or pass workspace_id"
            )
        collection = Collection(self._account.sender, description.path_of(place), page_size)
        return collection, place, Deadline.after(settings.timeout, self._account.sender.clock)

    @contextmanager
    def _doing(self, description: Description, doing: str) -> Iterator[None]:
        settings = self._account.settings
        with explained(doing, description, settings, lambda: [settings.access_key]):
            yield


def _shown(description: Description, item: Item, place: Mapping[str, Any]) -> Properties:
    # What a resource would hold as inputs, a look-up takes from Bird.
    held = {**place, "arguments": item.get("arguments")}
    return properties.state_of(description, item, held)


def _digits(number: Any) -> str:
    return re.sub(r"\D", "", str(number))


def _can(capabilities: list[str], capability: str) -> bool:
    """`voice` is inbound or outbound; `voice-inbound` is what it says."""
    return any(each == capability or each.startswith(f"{capability}-") for each in capabilities)


def _named(numbers: list[Properties]) -> str:
    shown = ", ".join(str(each["number"]) for each in numbers[:MOST_SHOWN])
    more = len(numbers) - MOST_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
