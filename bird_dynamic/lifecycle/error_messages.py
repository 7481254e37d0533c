"""Formats an error as one paragraph for the user.

It names the operation and the resource, Bird's answer (status, code, message, every detail with its
Python argument), the remedy, and the request id that Bird's support asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from bird_dynamic.bird.errors import (
    Answer,
    BirdError,
    RejectedError,
    UnknownOutcomeError,
)
from bird_dynamic.lifecycle.errors import ExistsError
from bird_dynamic.lifecycle.redaction import marked, printable, repeats, shortened, without
from bird_dynamic.lifecycle.remedies import Operation, is_of_another_server
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
    state: Mapping[str, Any] = MappingProxyType({}),
) -> Iterator[None]:
    """Raises OperationError for every BirdError of the block. Redacted are the access key,
    `secrets`, and what the program has marked secret.

    `timeout_argument` names the argument that limits the operation; by default a setting does.
    `state` is that of the resource, if it has one.
    """
    try:
        yield
    except BirdError as error:
        hidden = [settings.access_key, *secrets(), *marked()]
        answer = _answer(error)
        said = " ".join(_said(doing, error, answer, schema))
        # The emulator's key is no secret, and its words occur in ordinary messages.
        pieces_of = [each for each in hidden if each != EMULATOR_ACCESS_KEY]

        def shows(text: str) -> bool:
            return repeats(without(text, hidden).replace("[secret]", ""), pieces_of)

        for told in _told(error):
            if is_of_another_server(told) and (theirs := _own_answer(told)):
                whose = f"Bird answered {theirs.status}"
                server = urlsplit(settings.api_url).netloc
                said = said.replace(whose, whose.replace("Bird", server))
        # One text may begin another.
        for text in sorted(chain(*map(_texts, _told(error))), key=len, reverse=True):
            if shows(text):
                said = said.replace(text, NOT_SHOWN)
        sentences = [shortened(without(said, hidden))]
        limit = timeout_argument or settings.setting_names("timeout")
        operation = Operation(doing.partition(" ")[0], schema, settings, limit, state)
        if remedy := operation.remedy(error):
            # It may name the address, which is Bird's or the user's.
            sentences.append(without(remedy, hidden))
        if isinstance(error, ExistsError):
            sentences += [f"{without(each, hidden)}." for each in error.remedies]
        if answer is not None and answer.request_id and not shows(answer.request_id):
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
        yield f"{_where(path, schema)}: {', '.join(texts).rstrip('.')}."
        if advice := schema.advice_at(path):
            yield f"{advice}."


def _answer(error: BirdError) -> Answer | None:
    """The answer of Bird that decides what to do next."""
    if (answer := _own_answer(error)) is not None:
        return answer
    cause = error.__cause__
    if isinstance(cause, BirdError) and (answer := _answer(cause)) is not None:
        return answer
    return _answer(error.tells[-1]) if error.tells else None


def _own_answer(error: BirdError) -> Answer | None:
    return error.answer if isinstance(error, RejectedError | UnknownOutcomeError) else None


def _told(error: BirdError) -> Iterator[BirdError]:
    """The error, and every other one whose text it may repeat."""
    yield error
    for each in (*error.tells, error.__cause__):
        if isinstance(each, BirdError):
            yield from _told(each)


def _texts(error: BirdError) -> Iterator[str]:
    """The texts of Bird's answer, without what a message removes at their ends."""
    if (answer := _own_answer(error)) is not None:
        details = (*answer.details, *chain(*answer.details.values()))
        for each in (answer.message, answer.code, *details):
            yield each.strip().rstrip(".")


def _where(path: str, schema: ResourceSchema) -> str:
    argument = schema.argument_at(path)
    return f"{argument} ({path})" if argument else path
