"""Recognizes the text that an SDK makes of an Output, instead of its value, in an f-string.

Pulumi only warns of it, so Bird would store a name that is this text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_IN_PYTHON = re.compile(r"Calling __\w+__ on an Output\b|<pulumi\.output\.Output object at ")
_ELSEWHERE = re.compile(r"Calling \[\w+\] on an \[?Output\b")
_OBJECT = re.compile(r"<[A-Za-z_][\w.]*\.\w+ object at 0x[0-9A-Fa-f]+>")
"""A resource in an f-string. Python's text of it has its address in memory."""


def problem_of_text(text: str) -> str | None:
    """What is wrong with a text that contains that of an Output or of a resource; None if nothing
    is."""
    if _IN_PYTHON.search(text):
        return (
            "contains an Output inside an f-string; pass the Output itself, or join it to a text "
            "with pulumi.Output.concat(…)"
        )
    if _ELSEWHERE.search(text):
        return (
            "contains the text of an Output, not its value; use pulumi.interpolate (Node.js) or "
            "Output.Format (C#)"
        )
    if _OBJECT.search(text):
        return "contains a Python object inside an f-string; use one of its properties"
    return None


def texts_of_outputs(path: str, value: Any) -> Iterator[str]:
    """Those texts in a value of any depth, each as `path: problem`."""
    if isinstance(value, str):
        if (problem := problem_of_text(value)) is not None:
            yield f"{path}: {problem}"
    elif isinstance(value, Mapping):
        for key, each in value.items():
            if isinstance(key, str) and (problem := problem_of_text(key)) is not None:
                yield f"{path}: a key {problem}"
            else:
                yield from texts_of_outputs(f"{path}.{key}", each)
    elif isinstance(value, list | tuple | set):
        for index, each in enumerate(value):
            yield from texts_of_outputs(f"{path}[{index}]", each)
