"""Every way in which talking to Bird can fail.

    BirdError
    ├── ConfigurationError     a setting is missing or cannot work; nothing was sent
    ├── NotSentError           no connection could be made (refused, DNS, TLS): Bird saw nothing
    ├── UnknownOutcomeError    no readable answer (timeout, reset, 5xx): done or not, nobody knows
    ├── RejectedError          Bird answered and did not do it: a 4xx or a redirect
    ├── DeadlineError          the time allowed for the operation is over
    ├── EngineGoneError        Pulumi's engine has ended: nothing more is sent
    └── in `lifecycle`: ExistsError, HalfCreatedError, AdoptError, AbsentError, NoChannelError,
        NotFoundError, SharedError, IdError, and OperationError, which explains any of the others

What a caller may conclude about the remote state is the first thing these classes tell: it is what
decides whether a request may be repeated. Errors of the HTTP library never leave the transport, and
no error holds a request, so none can hold the access key.

Error bodies: `{code, message, details}`, details being JSON path -> list of texts (seen in live
answers of neighbouring endpoints; assumed for connectors). They are read leniently.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_CONFLICT = re.compile(r"already[ _-]?exists|conflict", re.IGNORECASE)


class BirdError(Exception):
    """The root of the tree. Its text is fit to be shown to a user."""


class ConfigurationError(BirdError):
    """A setting is missing or cannot work. The text names the configuration key and the
    variable."""


class NotSentError(BirdError):
    """No connection: the request certainly did not reach Bird.

    `temporary` is false where trying again cannot help (a certificate that is not trusted).
    """

    def __init__(self, text: str, *, temporary: bool = True) -> None:
        super().__init__(text)
        self.temporary = temporary


class DeadlineError(BirdError):
    """The time allowed for the operation is over. `last` is what went wrong before that, if
    anything."""

    def __init__(self, text: str, last: BirdError | None = None) -> None:
        super().__init__(f"{text} ({last})" if last else text)
        self.last = last


class EngineGoneError(BirdError):
    """Pulumi's engine has ended, and with it everybody who could learn of a result. The request was
    not sent."""


@dataclass(frozen=True)
class Answer:
    """What Bird said in an error: all of it optional."""

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
    """There was no readable answer: the request may have been carried out or not."""

    def __init__(self, text: str, answer: Answer | None = None) -> None:
        super().__init__(text)
        self.answer = answer


class RejectedError(BirdError):
    """Bird answered that it did not do what was asked."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"Bird answered {answer}")
        self.answer = answer

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.answer.status

    @property
    def is_conflict(self) -> bool:
        """Whether something that exists is in the way. 409 is documented for that; some of Bird's
        neighbouring operations refuse it as bad input, with the same words."""
        said = f"{self.answer.code} {self.answer.message}"
        return self.status == 409 or (
            self.status in (400, 422) and _CONFLICT.search(said) is not None
        )


def _text(value: Any) -> str:
    return "" if value is None else str(value)
