"""What goes to Bird and what comes back, without any HTTP library's types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Item = Mapping[str, Any]
"""Something as Bird returns it, such as a connector; only `id` is certain to be there. Source:
"Installing a Voice channel"."""


@dataclass(frozen=True)
class Request:
    """One request. `path` starts at the API's root, `body` is JSON or absent."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = field(default=None, repr=False)

    @property
    def idempotent(self) -> bool:
        """Whether sending it twice leaves Bird as sending it once does."""
        return self.method != "POST"


@dataclass(frozen=True)
class Response:
    """One answer. `body` is parsed JSON, or `UNREADABLE`; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def request_id(self) -> str:
        """Bird's id for the request: what its support asks for."""
        return self.headers.get("messagebird-request-id", "")


UNREADABLE = object()
"""Stands for a body that is not JSON, or too long."""


@dataclass(frozen=True)
class Page:
    """One page of a listing, and the token of the next one."""

    items: tuple[Item, ...]
    next_token: str | None


class Transport(Protocol):
    """Sends one request once.

    Raises NotSentError or UnknownOutcomeError where there is no answer, DeadlineError where the run
    is cancelled before anything was sent, and returns every answer that there is, whatever its
    status.
    """

    def send(self, request: Request, timeout: float) -> Response:
        """`timeout` is in seconds, from the first attempt to connect to the end of the answer."""
        ...
