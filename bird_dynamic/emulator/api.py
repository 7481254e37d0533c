"""Which operation a request asks for, and whether the place it asks about is there at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

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
    """An operation: its method, its path with `{names}` in it and `[what may be left out]`, and
    what carries it out."""

    method: str
    path: str
    handler: Handler

    @property
    def paths(self) -> tuple[str, ...]:
        """Where it may be asked for: with what stands in brackets, and without it."""
        whole = re.sub(r"[\[\]]", "", self.path)
        return tuple(dict.fromkeys((whole, re.sub(r"\[.+?\]", "", self.path))))

    def ids(self, path: str) -> dict[str, str] | None:
        """The ids in a path by name, in lower case; None if the path is another one."""
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
"""What there is. The first route that fits is taken: the calls of the workspace come before a
channel's id."""
ROUTES = {
    handler.__name__: Route(method, path, handler)
    for kind in KINDS.values()
    for method, path, handler in kind.routes
}
OPERATIONS = ("any", *ROUTES, "unknown")
"""The names that a fault can be aimed at."""


def operation_of(request: Request) -> str:
    """The name of the operation that a request asks for, or "unknown"."""
    for name, route in ROUTES.items():
        if request.method == route.method and route.ids(request.path):
            return name
    return "unknown"


def answer(bird: Backend, operation: str, request: Request) -> Answer:
    """Carry an operation out. Raises RefusalError for everything that Bird would refuse."""
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
