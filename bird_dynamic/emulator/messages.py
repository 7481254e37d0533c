"""What the parts of the emulator say to each other: requests, answers, refusals, options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs

from bird_dynamic.emulator.dialect import Dialect

Json = dict[str, Any]


def parsed_query(query: str) -> dict[str, str | list[str]]:
    """The query of an address, as a `Request` holds it."""
    parsed = parse_qs(query, keep_blank_values=True)
    return {name: each if len(each) > 1 else each[0] for name, each in parsed.items()}


@dataclass(frozen=True)
class Request:
    """A request; header names in lower case. A query parameter that is repeated has a list."""

    method: str
    path: str
    query: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def values(self, name: str) -> list[str]:
        """All that a query parameter was given."""
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
    """An answer and how it is delivered: `delivery` is "normal" or the kind of a fault of the
    connection."""

    response: Response
    delivery: str = "normal"
    delay: float = 0.0


@dataclass
class Options:
    """How this Bird behaves where the real one is not known to, or may change.

    `channel_after`: reads of a connector before its channel is there (0: at once). `clock_ahead`:
    seconds by which the server's clock is ahead. `release_after`: seconds that what a dialect does
    later takes. What has a fixed set of choices is in `dialect`. Three options are short for such a
    choice, and override it: `allow_duplicates` (`conflict` is `none`), `sparse_lists` (`rows` is
    `null`), `list_signing_keys` (`signing_key` is `listed`).
    """

    channel_after: int = 1
    allow_duplicates: bool = False
    added_arguments: Json = field(default_factory=dict)
    sparse_lists: bool = False
    list_signing_keys: bool = False
    largest_page: int = 100
    clock_ahead: float = 0.0
    release_after: float = 6.0

    def applied_to(self, dialect: Dialect) -> Dialect:
        """The dialect with the choices that the options make."""
        choices = {
            **({"conflict": "none"} if self.allow_duplicates else {}),
            **({"rows": "null"} if self.sparse_lists else {}),
            **({"signing_key": "listed"} if self.list_signing_keys else {}),
        }
        return replace(dialect, **choices) if choices else dialect


CONFLICT = "ResourceAlreadyExists"
"""The code of an error that says that something is in the way."""


class RefusalError(Exception):
    """An error status, on its way to become an answer."""

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
    """The refusal of a request of which the part at this path is wrong."""
    return invalid_at({path: list(texts)})


def invalid_at(problems: Mapping[str, list[str]]) -> RefusalError:
    """The refusal of a request that is wrong at these paths."""
    message = "one or more fields of the payload are invalid"
    return RefusalError(422, "InvalidPayload", message, dict(problems))


def not_found(what: str) -> RefusalError:
    """The refusal of a request about something that is not there."""
    return RefusalError(404, "NotFound", f"{what} not found")
