"""Routing: finds the operation of a request, and checks its organization and workspace."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from bird_dynamic.emulator.faults import DELIVER
from bird_dynamic.emulator.messages import RefusalError, Request, not_found
from bird_dynamic.emulator.operations import (
    calls,
    channels,
    connectors,
    numbers,
    webhook_subscriptions,
)
from bird_dynamic.emulator.operations.backend import Answer, Backend
from bird_dynamic.emulator.store import ORGANIZATION_ID, WORKSPACE_ID

if TYPE_CHECKING:
    from bird_dynamic.emulator.operations.backend import Handler


@dataclass(frozen=True)
class Route:
    """An operation: its method, its path with `{parameters}` and `[optional parts]`, and its
    handler."""

    method: str
    path: str
    handler: Handler

    @property
    def paths(self) -> tuple[str, ...]:
        """Its paths, with and without the optional part."""
        whole = re.sub(r"[\[\]]", "", self.path)
        return tuple(dict.fromkeys((whole, re.sub(r"\[.+?\]", "", self.path))))

    def ids(self, path: str) -> dict[str, str] | None:
        """The ids in a path by name, in lower case; None if the path does not match."""
        match = self._pattern.fullmatch(path)
        return match and {name: each.lower() for name, each in match.groupdict().items() if each}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        optional = re.sub(r"\[(.+?)\]", r"(?:\1)?", self.path)
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", optional))


KINDS = {
    kind.name: kind
    for kind in (
        connectors.CONNECTORS,
        calls.CALLS,
        channels.CHANNELS,
        numbers.NUMBERS,
        webhook_subscriptions.WEBHOOK_SUBSCRIPTIONS,
    )
}
"""The kinds of items, by name. The first matching route is used, so the calls of the workspace
come before a channel's id."""
ROUTES = {
    handler.__name__: Route(method, path, handler)
    for kind in KINDS.values()
    for method, path, handler in kind.routes
}
OPERATIONS = ("any", *ROUTES, "unknown", DELIVER)
"""The operation names that a fault accepts."""


def operation_of(request: Request) -> str:
    """The name of the request's operation, or "unknown"."""
    for name, route in ROUTES.items():
        if request.method == route.method and route.ids(request.path):
            return name
    return "unknown"


def answer(bird: Backend, operation: str, request: Request) -> Answer:
    """Run an operation. Raises RefusalError if Bird would refuse the request."""
    if operation == "unknown":
        raise _unknown(request)
    route = ROUTES[operation]
    ids = route.ids(request.path) or {}
    other_path = "short" if "organizationId" in ids else "long"
    if len(route.paths) > 1 and bird.dialect.webhook_path == other_path:
        raise _no_such_path()
    if ids.pop("organizationId", ORGANIZATION_ID) != ORGANIZATION_ID:
        raise not_found("organization")
    if ids.pop("workspaceId") != WORKSPACE_ID:
        raise not_found("workspace")
    return route.handler(bird, request, *ids.values())


def _unknown(request: Request) -> RefusalError:
    allowed = [route.method for route in ROUTES.values() if route.ids(request.path)]
    if allowed:
        return RefusalError(405, "MethodNotAllowed", "method not allowed", Allow=", ".join(allowed))
    return _no_such_path()


def _no_such_path() -> RefusalError:
    return RefusalError(404, "NotFound", "no such path")
