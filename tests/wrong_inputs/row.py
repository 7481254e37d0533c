"""One row of the table of wrong inputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class Way(Enum):
    """Where the wrong input is noticed."""

    PREVIEW = "preview"
    UP = "up"
    REFRESH = "refresh"
    DESTROY = "destroy"
    IMPORT = "import"
    PROGRAM = "program"
    LOOK_UP = "look-up"
    COMMAND = "command"
    EMULATOR = "emulator"


@dataclass(frozen=True)
class Row:
    """A wrong input and its answer.

    `wrong` is the input, in Markdown, as a user would write it. `says` are parts of the answer, in
    order: the argument or setting, and the remedy. `answer` runs the input and returns everything
    that the user sees.
    """

    wrong: str
    way: Way
    says: tuple[str, ...]
    answer: Callable[[], str]
