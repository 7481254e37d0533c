"""Formats an error as one paragraph for the user.

It names the operation and the resource, Bird's answer (status, code, message, every detail with its
Python argument), the remedy, and the request id that Bird's support asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain

from bird_dynamic.bird.errors import (
    Answer,
    BirdError,
    DeadlineError,
    NotSentError,
    RejectedError,
    UnknownOutcomeError,
)
from bird_dynamic.lifecycle.errors import ExistsError
from bird_dynamic.lifecycle.redaction import marked, printable, repeats, shortened, without
from bird_dynamic.schema.fields import ResourceSchema
from bird_dynamic.settings import EMULATOR_ACCESS_KEY, Settings


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
    secrets: Callable[[], Iterable[str]] = tuple,
    timeout_argument: str = "",
) -> Iterator[None]:
    """Raises OperationError for every BirdError of the block. Redacted are the access key,
    `secrets`, and what the program has marked secret.

    `timeout_argument` names the argument that limits the operation; by default a setting does.
    """
    try:
        yield
    except BirdError as error:
        hidden = [settings.access_key, *secrets(), *marked()]
        answer = _answer(error)
        said = " ".join(_said(doing, error, answer, schema))
        if answer is not None:
            for text in (answer.message, answer.code, *chain(*answer.details.values())):
                # The emulator's key is no secret, and its words occur in ordinary messages.
                pieces_of = [each for each in hidden if each != EMULATOR_ACCESS_KEY]
                if repeats(without(text, hidden).replace("[secret]", ""), pieces_of):
                    said = said.replace(text, NOT_SHOWN)
        sentences = [shortened(without(said, hidden))]
        limit = timeout_argument or settings.setting_names("timeout")
        if remedy := _remedy(doing.partition(" ")[0], error, schema, settings, limit):
            sentences.append(remedy)
        if isinstance(error, ExistsError):
            sentences += [f"{without(each, hidden)}." for each in error.remedies]
        if answer is not None and answer.request_id:
            sentences.append(f"Request id: {without(answer.request_id, hidden)[:100]}.")
        raise OperationError(printable(" ".join(sentences)), error) from None


NOT_SHOWN = "[not shown: it repeats a part of a secret]"
"""What takes the place of a text of Bird's."""


def _said(
    doing: str, error: BirdError, answer: Answer | None, schema: ResourceSchema
) -> Iterator[str]:
    failed = f"{doing} failed: {error}".rstrip(".")
    yield failed if failed.endswith("?") else f"{failed}."
    for path, texts in answer.details.items() if answer is not None else ():
        yield f"{_where(path, schema)}: {', '.join(texts)}.".replace("..", ".")
        if advice := schema.advice_at(path):
            yield f"{advice}."


def _answer(error: BirdError) -> Answer | None:
    if isinstance(error, RejectedError | UnknownOutcomeError):
        return error.answer
    if isinstance(error, DeadlineError) and error.last is not None:
        return _answer(error.last)
    return _answer(error.__cause__) if isinstance(error.__cause__, BirdError) else None


def _where(path: str, schema: ResourceSchema) -> str:
    argument = schema.argument_at(path)
    return f"{argument} ({path})" if argument else path


WRITES = ("Creating", "Updating")
"""The operations that send the arguments of the program."""


def _remedy(
    verb: str, error: BirdError, schema: ResourceSchema, settings: Settings, limit: str
) -> str:
    """The next step after that operation (`Creating`, `Deleting`, …). `limit` names what sets its
    timeout."""
    address = settings.setting_names("apiUrl")
    again = "Run `pulumi up` again" if verb in WRITES else "Run the command again"
    if isinstance(error, RejectedError):
        if 300 <= error.status < 400:
            return f"Check {address}, and any proxy between this machine and Bird."
        return _remedies(verb, schema, settings).get(error.status, "")
    if isinstance(error, DeadlineError):
        return f"{again} later, or allow more time with {limit}."
    if isinstance(error, UnknownOutcomeError):
        looks = ": it looks for the result before it sends a request"
        is_of_bird = error.answer is not None and error.answer.status >= 500
        check = "" if is_of_bird else f" If the error remains, check the network and {address}."
        return f"{again} later{looks if verb == 'Creating' else ''}.{check}"
    if isinstance(error, NotSentError) and error.temporary:
        return f"Nothing was sent. Check the network and {address}."
    cause = error.__cause__
    return _remedy(verb, cause, schema, settings, limit) if isinstance(cause, BirdError) else ""


def _remedies(verb: str, schema: ResourceSchema, settings: Settings) -> dict[int, str]:
    places = " and ".join(
        settings.setting_names(field.setting) for field in schema.configurable_inputs
    )
    in_use = (
        f"Bird does not delete the {schema.item} now: something may still use it, or another "
        "change is in progress. It stays in the state. End that use, or wait, and run the command "
        "again."
    )
    correct = "Correct the arguments, then run `pulumi up` again." if verb in WRITES else ""
    return {
        400: correct,
        401: f"Check {settings.setting_names('accessKey')}: it must be a CRM access key of this "
        "organization. A key without an access role gets 401 on every request.",
        403: "The access key's roles do not allow this. It needs a role that allows "
        f"{schema.permission}.",
        404: f"Check {places}, and that the access key has access to that workspace.",
        422: correct,
        **(dict.fromkeys((409, 412, 423), in_use) if verb == "Deleting" else {}),
    }
