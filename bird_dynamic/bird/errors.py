"""The errors of the client, and what each of them proves.

    BirdError
    ├── ConfigurationError     a setting is missing or invalid; nothing was sent
    ├── NotSentError           no connection (refused, DNS, TLS): the request did not reach Bird
    ├── UnknownOutcomeError    no readable answer (timeout, reset, 5xx): the outcome is unknown
    ├── RejectedError          Bird refused the request: a 4xx or a redirect
    ├── DeadlineError          the deadline of the operation has passed
    ├── RunCancelledError      the run was cancelled, and this request was not sent
    ├── EngineGoneError        Pulumi's engine has ended: nothing more is sent
    └── IdError, those of `lifecycle.errors`, and OperationError, which explains any of the others

The classes differ in what they prove about the state of Bird, which decides whether a request may
be retried. Errors of the HTTP library never leave the transport. No error contains a request, so
none can contain the access key; a refusal has the method and the path of its request.

Error bodies: `{code, message, details}`, details being JSON path -> list of texts (seen in live
answers of neighbouring endpoints; assumed for connectors). They are read leniently.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing_extensions import Self

_CONFLICT = re.compile(r"already[ _-]?exists|conflict", re.IGNORECASE)


class BirdError(Exception):
    """The base class. Its text can be shown to a user. `out_of_time` is true if the deadline of the
    operation leaves no time for another attempt. `tells`: the other errors whose texts it repeats,
    the one that decides what to do next at the end."""

    out_of_time = False
    tells: tuple[BirdError, ...] = ()

    def telling(self, *errors: BirdError) -> Self:
        """This error, which tells those, and is out of time like the last one."""
        self.tells, self.out_of_time = errors, errors[-1].out_of_time
        return self


class ConfigurationError(BirdError):
    """A setting is missing or invalid. The text names the configuration key and the environment
    variable."""


class NotSentError(BirdError):
    """No connection: the request certainly did not reach Bird.

    `temporary` is false if a retry cannot help (a certificate that is not trusted).
    """

    def __init__(self, text: str, *, temporary: bool = True) -> None:
        super().__init__(text)
        self.temporary = temporary


class DeadlineError(BirdError):
    """The deadline of the operation has passed. `last` is the previous error, if any, whose text it
    repeats."""

    out_of_time = True

    def __init__(self, text: str, last: BirdError | None = None) -> None:
        super().__init__(f"{text} ({last})" if last else text)
        self.tells = () if last is None else (last,)


class RunCancelledError(BirdError):
    """The run was cancelled, and the request was not sent."""

    def __init__(self) -> None:
        super().__init__("the run was cancelled")


class EngineGoneError(BirdError):
    """Pulumi's engine has ended, so a result could not be stored. The request was not sent."""


@dataclass(frozen=True)
class Answer:
    """An error response of Bird; every property but `status` is optional."""

    status: int
    code: str = ""
    message: str = ""
    details: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    request_id: str = ""

    @classmethod
    def read(cls, status: int, body: Any, request_id: str) -> Answer:
        """An answer from a parsed body of any shape."""
        body = body if isinstance(body, Mapping) else {}
        details = body.get("details")
        return cls(
            status=status,
            code=_text(body.get("code")),
            message=_text(body.get("message")),
            details={
                _text(path): tuple(map(_text, texts if isinstance(texts, list) else [texts]))
                for path, texts in (details.items() if isinstance(details, Mapping) else ())
            },
            request_id=request_id,
        )

    def __str__(self) -> str:
        said = f"{self.status} {self.code}".strip()
        return f"{said}: {self.message}" if self.message else said


class UnknownOutcomeError(BirdError):
    """No readable answer: Bird may have processed the request or not."""

    def __init__(self, text: str, answer: Answer | None = None) -> None:
        super().__init__(text)
        self.answer = answer


class RejectedError(BirdError):
    """Bird refused the request, and did not process it. `explained` says what Bird's answer does
    not. `method` and `path` are those of the request, or empty."""

    def __init__(
        self, answer: Answer, explained: str = "", *, method: str = "", path: str = ""
    ) -> None:
        super().__init__(f"Bird answered {answer}{explained}")
        self.answer = answer
        self.method = method
        self.path = path

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.answer.status

    @property
    def is_conflict(self) -> bool:
        """Whether the request conflicts with an existing item. 409 is documented for that; some of
        Bird's neighbouring operations answer 400 or 422 with the same words."""
        said = f"{self.answer.code} {self.answer.message}"
        return self.status == 409 or (
            self.status in (400, 422) and _CONFLICT.search(said) is not None
        )


def _text(value: Any) -> str:
    return "" if value is None else str(value)
