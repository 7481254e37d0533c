"""Possible behaviour of Bird where its documentation is silent: a table of questions, each with its
choices and their confidence. One choice for each question makes a `Dialect`.

The first choice is the most likely one, and the emulator's default. The confidence (`documented`,
`observed`, `assumed`) is that of `docs/openapi.yaml`.
"""

from __future__ import annotations

import difflib
import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Self


@dataclass(frozen=True)
class Choice:
    """One possible behaviour, with its meaning, confidence and source."""

    name: str
    means: str
    confidence: str = "assumed"
    source: str = ""


@dataclass(frozen=True)
class Question:
    """A question that the documentation leaves open. The first choice is the default."""

    name: str
    asks: str
    choices: tuple[Choice, ...]

    @property
    def names(self) -> list[str]:
        """The names of its choices."""
        return [choice.name for choice in self.choices]


def _question(name: str, asks: str, *choices: Choice) -> Question:
    return Question(name, asks, choices)


QUESTIONS = (
    _question(
        "name",
        "How is a connector's name stored?",
        Choice("as-sent", "as it was sent", "documented", "Installing a Voice channel"),
        Choice("trimmed", "without surrounding spaces"),
        Choice("collapsed", "without surrounding spaces, inner ones collapsed"),
        Choice("lower", "in lower case"),
        Choice("upper", "in upper case"),
    ),
    _question(
        "template",
        "Which template version does a connector return?",
        Choice("as-sent", "the requested one", "documented", "Installing a Voice channel"),
        Choice("newest", "always the newest one"),
    ),
    _question(
        "arguments",
        "How are a connector's arguments stored?",
        Choice("as-sent", "as they were sent", "documented", "Installing a Voice channel"),
        Choice("keys-added", "with keys added in every map, also inside lists"),
        Choice("text", "numbers and booleans as strings"),
        Choice("reordered", "lists in another order"),
    ),
    _question(
        "number_id",
        "Which phone number id does a connector return?",
        Choice(
            "as-sent",
            "the one that was sent",
            "observed",
            "connector objects that third parties quote",
        ),
        Choice("twin", "another id of the same number; both are accepted"),
    ),
    _question(
        "channel",
        "When does a connector return its channel?",
        Choice("later", "some reads later: it is created in the background", "documented"),
        Choice("at-once", "in the answer to the create"),
    ),
    _question(
        "channel_place",
        "Where does a connector return its channel?",
        Choice("everywhere", "in every answer", "assumed", "by analogy with a read of one"),
        Choice("single", "only in a read of one, not in listings", "documented", "the read alone"),
    ),
    _question(
        "create_status",
        "Which status answers a create?",
        Choice("201", "created", "documented", "Installing a Voice channel"),
        Choice("200", "a plain success"),
        Choice("202", "accepted"),
    ),
    _question(
        "create_answer",
        "What does the answer to a create contain?",
        Choice("whole", "the whole connector", "documented", "Installing a Voice channel"),
        Choice("id", "only its id"),
    ),
    _question(
        "conflict",
        "How is a second connector of a template on a number answered?",
        Choice(
            "409",
            "a conflict, with an error body",
            "assumed",
            "the CRM reference has a 409 for an existing resource",
        ),
        Choice("409-empty", "a conflict without a body"),
        Choice("422", "invalid input, with the code of a conflict"),
        Choice("existing", "a plain success, with the existing connector"),
        Choice("none", "a success: it is created"),
    ),
    _question(
        "delete_status",
        "Which status answers a delete?",
        Choice("204", "no content", "assumed", "no page documents a DELETE's answer"),
        Choice("200", "a plain success, with the deleted connector"),
        Choice("202", "accepted"),
    ),
    _question(
        "deletion",
        "When is a deleted connector gone?",
        Choice("at-once", "when the delete is answered"),
        Choice("later", "some seconds after that (option `release_after`)"),
    ),
    _question(
        "number_free",
        "When can the number of a deleted connector be used again?",
        Choice("at-once", "at once"),
        Choice("later", "some seconds after that (option `release_after`)"),
    ),
    _question(
        "gone",
        "Which status answers a request for a missing item?",
        Choice("404", "not found", "documented", "CRM reference: status codes"),
        Choice("410", "gone"),
    ),
    _question(
        "order",
        "In which order are listings?",
        Choice("oldest-first", "the oldest first", "assumed", "documented only for numbers"),
        Choice("newest-first", "the newest first"),
        Choice("by-id", "by id"),
    ),
    _question(
        "page_size",
        "How is a `limit` of 100 treated?",
        Choice("100", "it is allowed", "documented", "for webhook subscriptions"),
        Choice("25", "it is refused: 25 is the maximum"),
        Choice("25-silently", "it is treated as 25"),
    ),
    _question(
        "page_token",
        "What is a page token?",
        Choice("digits", "a string of digits"),
        Choice("base64", "base64 of a JSON list", "observed", "tokens that third parties quote"),
    ),
    _question(
        "page_end",
        "How is the last page marked?",
        Choice("absent", "it has no `nextPageToken`", "documented", "channels management API"),
        Choice("null", "its `nextPageToken` is null"),
        Choice("empty", "its `nextPageToken` is empty"),
    ),
    _question(
        "empty_page",
        "What are the results of an empty page?",
        Choice("list", "an empty list"),
        Choice("null", "null"),
    ),
    _question(
        "listing_lag",
        "Does a listing show a change at once?",
        Choice("none", "it does"),
        Choice("moment", "two seconds later"),
    ),
    _question(
        "rows",
        "What does a row in a listing of connectors contain?",
        Choice("rich", "the whole connector"),
        Choice("null", "no channel, number and arguments: they are null"),
        Choice("keyless", "no channel, number and arguments: they are omitted"),
    ),
    _question(
        "webhook_path",
        "Where are webhook subscriptions?",
        Choice("both", "in the workspace, with or without its organization in the path"),
        Choice("short", "only in the workspace", "documented", "notifications API, newest pages"),
        Choice(
            "long",
            "only with the organization in the path",
            "documented",
            "notifications API, older pages",
        ),
    ),
    _question(
        "webhook_url",
        "How is the URL of a webhook subscription stored?",
        Choice("as-sent", "as it was sent"),
        Choice("normalized", "its host in lower case, and a slash for an empty path"),
    ),
    _question(
        "webhook_filters",
        "How are the filters of a webhook subscription stored?",
        Choice("as-sent", "as they were sent"),
        Choice("reordered", "in another order"),
        Choice("keys-added", "with a key added to each"),
        Choice("lower", "with their values in lower case"),
    ),
    _question(
        "webhook_overlap",
        "Who gets an event that a subscription without filters and one with filters ask for?",
        Choice("filtered", "only the one with filters", "documented", "Voice webhooks"),
        Choice("both", "each of them"),
    ),
    _question(
        "signing_key",
        "Is a signing key ever returned?",
        Choice("never", "never", "observed", "answers that third parties quote"),
        Choice(
            "single", "in a read of one, and in the answer to a create", "documented", "samples"
        ),
        Choice("listed", "also in listings", "documented", "samples"),
    ),
    _question(
        "timestamps",
        "In which format are timestamps?",
        Choice("milliseconds", "2026-01-31T12:00:00.000Z", "documented", "samples"),
        Choice("nanoseconds", "2026-01-31T12:00:00.000000000Z"),
        Choice("offset", "2026-01-31T12:00:00+00:00"),
        Choice("zoneless", "2026-01-31T12:00:00"),
    ),
    _question(
        "id_case",
        "In which case are ids?",
        Choice("lower", "lower", "documented", "samples"),
        Choice("upper", "upper"),
    ),
    _question(
        "error_body",
        "What does an error body contain?",
        Choice(
            "full", "code, message and details", "documented", "API reference: the error object"
        ),
        Choice("brief", "code and message", "documented", "API reference: the error object"),
        Choice("text", "a line of text that is not JSON"),
        Choice("empty", "nothing"),
    ),
    _question(
        "transfer",
        "How is a body transferred over a socket?",
        Choice("whole", "with its length"),
        Choice("chunked", "in chunks"),
        Choice("gzip", "compressed"),
    ),
    _question(
        "connection",
        "Is a connection kept after an answer?",
        Choice("kept", "it is kept"),
        Choice("closed", "it is closed"),
    ),
    _question(
        "endpoint",
        "Where does a phone number return its endpoint, with its connectors?",
        Choice("everywhere", "in every answer", "documented", "Long code numbers: samples"),
        Choice("single", "only in a read of one, not in listings"),
        Choice("without-dependencies", "in every answer, without its connectors"),
    ),
)
"""Every open question."""
_BY_NAME = {question.name: question for question in QUESTIONS}


def _default(name: str) -> str:
    return _BY_NAME[name].names[0]


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """One choice for each of the `QUESTIONS`. Raises ValueError for an unknown choice."""

    name: str = _default("name")
    template: str = _default("template")
    arguments: str = _default("arguments")
    number_id: str = _default("number_id")
    channel: str = _default("channel")
    channel_place: str = _default("channel_place")
    create_status: str = _default("create_status")
    create_answer: str = _default("create_answer")
    conflict: str = _default("conflict")
    delete_status: str = _default("delete_status")
    deletion: str = _default("deletion")
    number_free: str = _default("number_free")
    gone: str = _default("gone")
    order: str = _default("order")
    page_size: str = _default("page_size")
    page_token: str = _default("page_token")
    page_end: str = _default("page_end")
    empty_page: str = _default("empty_page")
    listing_lag: str = _default("listing_lag")
    rows: str = _default("rows")
    webhook_path: str = _default("webhook_path")
    webhook_url: str = _default("webhook_url")
    webhook_filters: str = _default("webhook_filters")
    webhook_overlap: str = _default("webhook_overlap")
    signing_key: str = _default("signing_key")
    timestamps: str = _default("timestamps")
    id_case: str = _default("id_case")
    error_body: str = _default("error_body")
    transfer: str = _default("transfer")
    connection: str = _default("connection")
    endpoint: str = _default("endpoint")

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            names = _BY_NAME[name].names
            if not isinstance(value, str):
                raise ValueError(f"{name} must be a string, in quotes: {' or '.join(names)}")
            if value not in names:
                raise ValueError(f"{name} must be {' or '.join(names)}, not {value!r}")

    @classmethod
    def of(cls, choices: Mapping[str, str]) -> Self:
        """The dialect with these choices, and the default for every other question. Raises
        ValueError for an unknown question, with the nearest known one."""
        for name in choices:
            if name not in _BY_NAME:
                nearest = difflib.get_close_matches(name.lower(), _BY_NAME, 1, 0.0)
                raise ValueError(f"unknown question {name!r}; did you mean {nearest[0]!r}?")
        return cls(**choices)

    @classmethod
    def drawn(cls, seed: int) -> Self:
        """A random dialect, determined by the seed: about half of the questions are drawn."""
        lots = random.Random(f"dialect {seed}")  # noqa: S311
        return cls.of(
            {
                question.name: lots.choice(question.names)
                for question in QUESTIONS
                if lots.random() < 0.5
            }
        )

    @property
    def differences(self) -> dict[str, str]:
        """The choices that differ from the default."""
        return {
            field.name: value
            for field in fields(self)
            if (value := getattr(self, field.name)) != field.default
        }


NAMED: Mapping[str, Dialect] = {
    "default": Dialect(),
    "tidy": Dialect(
        name="collapsed", webhook_url="normalized", webhook_path="short", page_end="null"
    ),
    "versioned": Dialect(template="newest", create_status="200", delete_status="200"),
    "twins": Dialect(number_id="twin", gone="410", endpoint="single"),
    "slow": Dialect(
        create_status="202",
        delete_status="202",
        deletion="later",
        number_free="later",
        listing_lag="moment",
    ),
    "terse": Dialect(create_answer="id", rows="keyless", conflict="409-empty", error_body="empty"),
    "texts": Dialect(
        arguments="text",
        webhook_filters="keys-added",
        error_body="text",
        conflict="422",
        endpoint="without-dependencies",
    ),
    "mixed": Dialect(
        arguments="reordered", webhook_filters="reordered", order="by-id", conflict="existing"
    ),
    "generous": Dialect(
        arguments="keys-added",
        signing_key="listed",
        channel="at-once",
        conflict="none",
        webhook_overlap="both",
    ),
    "paged": Dialect(
        page_size="25",
        page_token="base64",  # noqa: S106
        page_end="empty",
        empty_page="null",
        order="newest-first",
    ),
    "shouting": Dialect(name="upper", id_case="upper", timestamps="zoneless", transfer="gzip"),
    "fleeting": Dialect(number_free="later", connection="closed", transfer="chunked", rows="null"),
}
"""Named dialects, for complete test runs."""
