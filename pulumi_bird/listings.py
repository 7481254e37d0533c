"""The look-ups of several items, which return an object with `results` in Pulumi's packages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Generic, ParamSpec, TypeVar

import pulumi

from bird_dynamic import native

__all__ = [
    "Listing",
    "get_connectors",
    "get_connectors_output",
    "get_phone_numbers",
    "get_phone_numbers_output",
    "get_webhook_events",
    "get_webhook_events_output",
    "list_connectors",
    "list_connectors_output",
]

Item = TypeVar("Item")
Arguments = ParamSpec("Arguments")


@dataclass(frozen=True)
class Listing(Generic[Item]):
    """What a look-up of several items has found."""

    results: list[Item]
    """The matching items."""


def _listing(look_up: Callable[Arguments, list[Item]]) -> Callable[Arguments, Listing[Item]]:
    @wraps(look_up)
    def listing(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Listing[Item]:
        return Listing(look_up(*args, **kwargs))

    return listing


def _listing_output(
    look_up: Callable[Arguments, pulumi.Output[list[Item]]],
) -> Callable[Arguments, pulumi.Output[Listing[Item]]]:
    @wraps(look_up)
    def listing(*args: Arguments.args, **kwargs: Arguments.kwargs) -> pulumi.Output[Listing[Item]]:
        return look_up(*args, **kwargs).apply(Listing)

    return listing


get_connectors = list_connectors = _listing(native.list_connectors)
get_connectors_output = list_connectors_output = _listing_output(native.list_connectors_output)
get_phone_numbers = _listing(native.get_phone_numbers)
get_phone_numbers_output = _listing_output(native.get_phone_numbers_output)
get_webhook_events = _listing(native.get_webhook_events)
get_webhook_events_output = _listing_output(native.get_webhook_events_output)
