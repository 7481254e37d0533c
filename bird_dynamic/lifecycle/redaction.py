"""Keeping secrets out of text, whoever wrote it: Bird's messages may repeat what they were sent."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

SHORTEST = 4
"""Characters below which a value is too common a text to be replaced."""
LONGEST_TEXT = 1200
"""Characters above which the middle of a text is left out: Bird's messages have no limit."""


def texts_in(value: Any) -> Iterator[str]:
    """Every text in a value of any depth; a number is one too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from texts_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from texts_in(each)


def without(text: str, secrets: Iterable[str]) -> str:
    """The text with every secret, plain or encoded, replaced by [secret]."""
    forms = {
        form
        for secret in secrets
        if len(secret) >= SHORTEST
        for form in (
            secret,
            json.dumps(secret)[1:-1],
            quote(secret, safe=""),
            base64.b64encode(secret.encode()).decode(),
        )
    }
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, "[secret]")
    return text


def shortened(text: str) -> str:
    """A text without its middle if it is too long. What is secret must be gone from it before: half
    a secret would not be found."""
    if len(text) <= LONGEST_TEXT:
        return text
    half = LONGEST_TEXT // 2
    return f"{text[:half]} … {text[-half:]}"


def printable(text: str) -> str:
    """A text that no terminal obeys: control characters, which Bird's texts may have, are blanks
    in it."""
    return "".join(each if each.isprintable() else " " for each in text)
