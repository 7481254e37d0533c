"""Requests and responses, independent of any HTTP library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Item = Mapping[str, Any]
"""An object that Bird returns, such as a connector; only `id` is always present. Source:
"Installing a Voice channel"."""


@dataclass(frozen=True)
class Request:
    """One request. `path` is relative to the API's root; `body` is JSON or absent. `attempt` is 1
    the first time that it is sent."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    attempt: int = field(default=1, compare=False)

    @property
    def idempotent(self) -> bool:
        """Whether sending it twice has the same effect as once."""
        return self.method != "POST"


@dataclass(frozen=True)
class Response:
    """One answer. `body` is parsed JSON, or `UNREADABLE`; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def request_id(self) -> str:
        """Bird's id of the request, which its support asks for."""
        return self.headers.get("messagebird-request-id", "")


UNREADABLE = object()
"""The body of an answer that is not JSON, or too long."""


@dataclass(frozen=True)
class Page:
    """One page of a listing, and the token of the next one."""

    items: tuple[Item, ...]
    next_token: str | None


class Transport(Protocol):
    """Sends one request once.

    Returns every answer, whatever its status. Raises NotSentError or UnknownOutcomeError without an
    answer, and RunCancelledError if the run is cancelled before anything was sent.
    """

    def send(self, request: Request, timeout: float) -> Response:
        """`timeout` is in seconds, from the first attempt to connect to the end of the answer."""
        ...
