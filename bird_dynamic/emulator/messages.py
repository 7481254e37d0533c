"""What the parts of the emulator say to each other: requests, answers, refusals, options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """A request; header names in lower case."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


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

    `channel_after`: reads of a connector before its channel is there (0: at once). `sparse_lists`:
    rows of a listing lack `channel`, `number` and `arguments`. `clock_ahead`: seconds by which the
    server's clock is ahead.
    """

    channel_after: int = 1
    allow_duplicates: bool = False
    added_arguments: Json = field(default_factory=dict)
    sparse_lists: bool = False
    largest_page: int = 100
    clock_ahead: float = 0.0


class RefusalError(Exception):
    """An error status, on its way to become an answer."""

    def __init__(
        self, status: int, code: str, message: str, details: Json | None = None, **headers: str
    ) -> None:
        super().__init__(message)
        self.status, self.headers = status, headers
        self.body = {"code": code, "message": message, **({"details": details} if details else {})}
