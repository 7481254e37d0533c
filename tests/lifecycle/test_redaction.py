"""Redaction sees a secret however Bird repeats it."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bird_dynamic.bird.errors import Answer, DeadlineError, RejectedError
from bird_dynamic.lifecycle.error_messages import NOT_SHOWN, OperationError, describing_errors
from bird_dynamic.lifecycle.redaction import repeats, without
from bird_dynamic.schema.voice_channel import VOICE_CHANNEL
from bird_dynamic.settings import Settings

SECRET = "zq7/Wk+\"x'9&Vé"
PLAIN = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=8, max_size=30)
WRITTEN: dict[str, Callable[[str], str]] = {
    "plain": str,
    "upper case": str.upper,
    "lower case": str.lower,
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON without escapes": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "JSON twice": lambda text: json.dumps(json.dumps(text)[1:-1])[1:-1],
    "URL": lambda text: quote(text, safe=""),
    "URL in lower case": lambda text: quote(text, safe="").lower(),
    "form": quote_plus,
    "HTML": html.escape,
    "hex": lambda text: text.encode().hex(),
    "hex in upper case": lambda text: text.encode().hex().upper(),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64url": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
}


@pytest.mark.parametrize("how", WRITTEN)
def test_a_secret_is_seen_however_it_is_written(how: str) -> None:
    assert without(f"<{WRITTEN[how](SECRET)}>", [SECRET]).rstrip("=") == "<[secret]>"


@given(PLAIN, st.binary(max_size=5), st.binary(max_size=5), st.booleans())
def test_a_secret_is_seen_in_the_base64_of_something_longer(
    secret: str, before: bytes, after: bytes, url_safe: bool
) -> None:
    encode = base64.urlsafe_b64encode if url_safe else base64.b64encode
    text = encode(before + secret.encode() + after).decode()
    assert "[secret]" in without(text, [secret])


@given(PLAIN, st.data())
def test_a_piece_of_a_secret_is_seen_in_any_case_and_however_it_is_split(
    secret: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(secret) - 6))
    separator = data.draw(st.sampled_from(["", " ", "-", "\n", "…"]))
    piece = separator.join(secret[start : start + 6].swapcase())
    assert repeats(f"<{piece}>", [secret])


def test_a_text_without_a_piece_is_shown() -> None:
    assert not repeats("no such phone number", ["AbC1dEf2GhI3jKl4", "no-1"])


def told(answer: Answer) -> str:
    with (
        pytest.raises(OperationError) as caught,
        describing_errors("Creating it", VOICE_CHANNEL, Settings("k"), lambda: [SECRET]),
    ):
        raise DeadlineError("too late", RejectedError(answer))
    return str(caught.value)


def test_a_text_of_birds_with_a_piece_of_a_secret_is_not_shown_and_the_rest_is() -> None:
    piece = SECRET[:-4]
    text = told(Answer(422, "Invalid", f"bad: {piece}", {".name": (f"is {piece}", "odd")}, "r-1"))
    assert piece not in text
    assert f"Bird answered 422 Invalid: {NOT_SHOWN}" in text
    assert f"name (.name): {NOT_SHOWN}, odd." in text
    assert text.endswith("Request id: r-1.")


@pytest.mark.parametrize(
    "answer",
    [
        Answer(400, SECRET[:-4] + " ", "no"),
        Answer(400, "No", "no", {f".{SECRET[:-4]}": ("bad",)}),
        Answer(400, "No", "no", {}, f"r-{SECRET[:-4]}"),
        Answer(400, "No", f"is {SECRET[:9]}", {".name": (f"is {SECRET[:-1]}",)}),
    ],
    ids=["code", "path", "request id", "one text begins another"],
)
def test_no_part_of_an_answer_shows_a_piece_of_a_secret(answer: Answer) -> None:
    text = told(answer)
    assert SECRET[:6] not in text
    assert SECRET[9:-1] not in text


def test_an_error_has_at_most_two_thousand_characters_and_its_advice() -> None:
    details = {f".arguments.a{index}": ("x" * 50,) * 20 for index in range(50)}
    text = told(Answer(422, "Invalid", "y" * 5000, details, "r" * 5000))
    assert len(text) < 2000
    assert "BIRD_TIMEOUT" in text


def test_nothing_of_birds_changes_the_terminal() -> None:
    odd = "\x1b[31m red \u202e back \u2066 \u200b \x07 \r\n \x9b"
    text = told(Answer(422, odd, odd, {odd: (odd,)}, odd))
    assert text.isprintable()
