"""Redacts secrets from messages: Bird's answers may repeat what they were sent."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from urllib.parse import quote, quote_plus

_URL_SAFE = str.maketrans("+/", "-_")
PIECE = 6
"""Length, in letters and digits, of a piece of a secret that must not be shown."""
SHORTEST = 4
"""Minimal length of a secret, in characters: shorter values occur in ordinary text."""
LONGEST_TEXT = 1200
"""Length, in characters, to which a text is shortened: Bird's messages have no limit."""

_marked: ContextVar[Callable[[], Iterable[str]]] = ContextVar("marked", default=tuple)


@contextmanager
def hiding(secrets: Callable[[], Iterable[str]]) -> Iterator[None]:
    """Within the block, `marked` returns these texts, which the program has marked secret. They are
    collected only for a message: most operations have none."""
    token = _marked.set(secrets)
    try:
        yield
    finally:
        _marked.reset(token)


def marked() -> tuple[str, ...]:
    """What the program has marked secret in the arguments of the current operation."""
    return tuple(_marked.get()())


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
    """The text with every secret, plain or encoded, in any letter case, replaced by [secret]."""
    forms = {
        form
        for secret in secrets
        if len(secret) >= SHORTEST
        for form in _forms(secret)
        if len(form) >= SHORTEST
    }
    if not forms:
        return text
    longest_first = sorted(forms, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest_first)), "[secret]", text, flags=re.IGNORECASE)


def repeats(text: str, secrets: Iterable[str]) -> bool:
    """Whether the text contains a piece of a secret, so that it must not be shown at all: cut,
    split by other characters, or in another case."""
    normalized = _normalized(text)
    return any(
        piece in normalized
        for secret in map(_normalized, secrets)
        for piece in (secret[at : at + PIECE] for at in range(len(secret) - PIECE + 1))
    )


def _normalized(text: str) -> str:
    return "".join(filter(str.isalnum, text)).lower()


def _forms(secret: str) -> Iterator[str]:
    """The secret as it may be written, also as a part of something longer."""
    yield secret
    yield html.escape(secret)
    yield html.escape(secret).replace("&#x27;", "&#39;")
    for ensure_ascii in (True, False):
        escaped = json.dumps(secret, ensure_ascii=ensure_ascii)[1:-1]
        yield escaped
        yield json.dumps(escaped, ensure_ascii=ensure_ascii)[1:-1]
    # A lone surrogate cannot be encoded.
    content = secret.encode(errors="replace")
    yield quote(content, safe="")
    yield quote_plus(content)
    yield content.hex()
    encoded = base64.b64encode(content).decode()
    yield encoded
    yield encoded.translate(_URL_SAFE)
    for before in range(3):
        # Inside something longer, the first and the last character depend on the neighbours.
        shifted = base64.b64encode(bytes(before) + content).decode()
        inside = shifted[-(-before * 8 // 6) : (before + len(content)) * 8 // 6]
        yield inside
        yield inside.translate(_URL_SAFE)


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
