"""Requests, responses, refusals and options of the emulator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs

from bird_dynamic.emulator.checks import (
    boolean,
    choice,
    demand,
    mapping,
    number,
    settings,
    whole,
)
from bird_dynamic.emulator.dialect import Dialect

Json = dict[str, Any]


def parsed_query(query: str) -> dict[str, str | list[str]]:
    """The query of a URL, in the form of `Request.query`."""
    parsed = parse_qs(query, keep_blank_values=True)
    return {name: each if len(each) > 1 else each[0] for name, each in parsed.items()}


@dataclass(frozen=True)
class Request:
    """A request. Header names are in lower case; a repeated query parameter is a list."""

    method: str
    path: str
    query: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def values(self, name: str) -> list[str]:
        """All values of a query parameter."""
        value = self.query.get(name, [])
        return [value] if isinstance(value, str) else list(value)


@dataclass(frozen=True)
class Response:
    """An answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Reply:
    """An answer and its delivery: "normal", or the kind of a connection fault. `fault` is the kind
    of any fault."""

    response: Response
    delivery: str = "normal"
    delay: float = 0.0
    fault: str | None = None


MAX_CLOCK_AHEAD = 1e9
"""Limit in seconds, some 30 years. Python's dates end in the year 9999."""
OUTCOMES = {
    "completed": ("starting", "ringing", "ongoing", "completed"),
    "no-answer": ("starting", "ringing", "no-answer"),
    "busy": ("starting", "busy"),
    "failed": ("starting", "failed"),
}
"""How a call may end, and its statuses until then. A call that the API starts is `accepted` before
them."""
LONGEST_STEP = 3600.0
"""Limit in seconds between two statuses of a call."""
check_options = settings(
    {
        "channel_after": whole(0),
        "allow_duplicates": boolean(),
        "added_arguments": mapping(),
        "sparse_lists": boolean(),
        "list_signing_keys": boolean(),
        "largest_page": whole(1),
        "clock_ahead": number(-MAX_CLOCK_AHEAD, MAX_CLOCK_AHEAD),
        "release_after": number(0),
        "call_step": number(0, LONGEST_STEP),
        "call_outcome": choice(*OUTCOMES),
        "retry_scale": number(0, 1),
    }
)
"""Checks options."""


@dataclass
class Options:
    """Options with free values, where the behaviour of Bird is unknown or may change.

    `channel_after`: reads of a connector before its channel is ready (0: at once). `clock_ahead`:
    seconds by which the server's clock is ahead. `release_after`: delay in seconds of the choices
    `later` of a dialect. `call_step`: seconds between two statuses of a call (0: at once).
    `call_outcome`: how a call that the API starts ends. `retry_scale`: factor of the waits between
    the attempts of a delivery (1: 30 seconds after the first one, as long as Bird would wait).
    Behaviour with a fixed set of choices is in `dialect`. Three options are
    short for such a choice, and override it: `allow_duplicates` (`conflict` is `none`),
    `sparse_lists` (`rows` is `null`), `list_signing_keys` (`signing_key` is `listed`). Raises
    ValueError for a value that is out of its range.
    """

    channel_after: int = 1
    allow_duplicates: bool = False
    added_arguments: Json = field(default_factory=dict)
    sparse_lists: bool = False
    list_signing_keys: bool = False
    largest_page: int = 100
    clock_ahead: float = 0.0
    release_after: float = 6.0
    call_step: float = 0.0
    call_outcome: str = "completed"
    retry_scale: float = 0.001

    def __post_init__(self) -> None:
        demand(check_options, vars(self))

    def applied_to(self, dialect: Dialect) -> Dialect:
        """The dialect with the choices of the options."""
        choices = {
            **({"conflict": "none"} if self.allow_duplicates else {}),
            **({"rows": "null"} if self.sparse_lists else {}),
            **({"signing_key": "listed"} if self.list_signing_keys else {}),
        }
        return replace(dialect, **choices) if choices else dialect


CONFLICT = "ResourceAlreadyExists"
"""The error code of a conflict with an existing item."""


class RefusalError(Exception):
    """Raised by operations; becomes an error response."""

    def __init__(
        self, status: int, code: str, message: str, details: Json | None = None, **headers: str
    ) -> None:
        super().__init__(message)
        self.status, self.headers = status, headers
        self.body: Json = {
            "code": code,
            "message": message,
            **({"details": details} if details else {}),
        }


def invalid(path: str, *texts: str) -> RefusalError:
    """The refusal of a request that is invalid at this path."""
    return invalid_at({path: list(texts)})


def invalid_at(problems: Mapping[str, list[str]]) -> RefusalError:
    """The refusal of a request that is invalid at these paths."""
    message = "one or more fields of the payload are invalid"
    return RefusalError(422, "InvalidPayload", message, dict(problems))


def not_found(what: str) -> RefusalError:
    """The refusal of a request for an item that does not exist."""
    return RefusalError(404, "NotFound", f"{what} not found")
