"""Redacts secrets from messages: Bird's answers may repeat what they were sent."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

SHORTEST = 4
"""Minimal length of a secret, in characters: shorter values occur in ordinary text."""
LONGEST_TEXT = 1200
"""Length, in characters, to which a text is shortened: Bird's messages have no limit."""


def texts_in(value: Any) -> Iterator[str]:
    """Every string or number in a nested value, as text."""
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
    """A text without its middle if it is too long. Redact secrets first: half a secret would not
    be found."""
    if len(text) <= LONGEST_TEXT:
        return text
    half = LONGEST_TEXT // 2
    return f"{text[:half]} … {text[-half:]}"


def printable(text: str) -> str:
    """A text that is safe to print on a terminal: control characters become spaces."""
    return "".join(each if each.isprintable() else " " for each in text)
