"""Formats an error as one paragraph for the user.

It names the operation and the resource, Bird's answer (status, code, message, every detail with its
Python argument), the remedy, and the request id that Bird's support asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from bird_dynamic.bird.errors import (
    Answer,
    BirdError,
    DeadlineError,
    NotSentError,
    RejectedError,
    UnknownOutcomeError,
)
from bird_dynamic.lifecycle.redaction import printable, shortened, without
from bird_dynamic.schema.fields import ResourceSchema
from bird_dynamic.settings import Settings


class OperationError(BirdError):
    """An operation failed. The text is the complete message; `cause` is the original error."""

    def __init__(self, text: str, cause: BirdError) -> None:
        super().__init__(text)
        self.cause = cause


@contextmanager
def describing_errors(
    doing: str,
    schema: ResourceSchema,
    settings: Settings,
    secrets: Callable[[], Iterable[str]],
    timeout_argument: str = "",
) -> Iterator[None]:
    """Raises OperationError for every BirdError of the block, with the secrets redacted.

    `timeout_argument` names the argument that limits the operation; by default a setting does.
    """
    try:
        yield
    except BirdError as error:
        hidden = list(secrets())
        sentences = _sentences(doing, error, schema, settings, timeout_argument)
        text = " ".join(printable(shortened(without(sentence, hidden))) for sentence in sentences)
        raise OperationError(text, error) from None


def _sentences(
    doing: str,
    error: BirdError,
    schema: ResourceSchema,
    settings: Settings,
    timeout_argument: str,
) -> list[str]:
    answer = _answer(error)
    sentences = [f"{doing} failed: {error}".rstrip(".") + "."]
    if answer is not None:
        sentences += [
            f"{_where(path, schema)}: {', '.join(texts)}.".replace("..", ".")
            for path, texts in answer.details.items()
        ]
    if remedy := _remedy(error, schema, settings, timeout_argument):
        sentences.append(remedy)
    if answer is not None and answer.request_id:
        sentences.append(f"Request id: {answer.request_id}.")
    return sentences


def _answer(error: BirdError) -> Answer | None:
    if isinstance(error, RejectedError | UnknownOutcomeError):
        return error.answer
    if isinstance(error, DeadlineError) and error.last is not None:
        return _answer(error.last)
    return _answer(error.__cause__) if isinstance(error.__cause__, BirdError) else None


def _where(path: str, schema: ResourceSchema) -> str:
    argument = schema.argument_at(path)
    return f"{argument} ({path})" if argument else path


def _remedy(
    error: BirdError, schema: ResourceSchema, settings: Settings, timeout_argument: str
) -> str:
    if isinstance(error, RejectedError):
        return _remedies(schema, settings).get(error.status, "")
    if isinstance(error, DeadlineError):
        more = timeout_argument or settings.setting_names("timeout")
        return f"Run `pulumi up` again later, or allow more time with {more}."
    if isinstance(error, NotSentError) and error.temporary:
        return f"Nothing was sent. Check the network and {settings.setting_names('apiUrl')}."
    cause = error.__cause__
    if not isinstance(cause, BirdError):
        return ""
    return _remedy(cause, schema, settings, timeout_argument)


def _remedies(schema: ResourceSchema, settings: Settings) -> dict[int, str]:
    places = " and ".join(
        settings.setting_names(field.setting) for field in schema.configurable_inputs
    )
    return {
        401: f"Check {settings.setting_names('accessKey')}: it must be a CRM access key of this "
        "organization. A key without an access role gets 401 on every request.",
        403: "The access key's roles do not allow this. It needs a role that allows "
        f"{schema.permission}.",
        404: f"Check {places}, and that the access key has access to that workspace.",
        422: "Correct the arguments, then run `pulumi up` again.",
    }
