"""Write the table of wrong inputs, `docs/wrong-inputs.md`; `--check` tells whether it is
current."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from tests.wrong_inputs import rows
from tests.wrong_inputs.row import Row
from tools.generated import ROOT, write_or_check

INTRODUCTION = """\
# Wrong inputs, and what the answer says

Each row of this table is a test. The input is run, and the answer has to contain these parts in
this order, without a traceback or a control character, in at most 2,000 characters.
[Troubleshooting](troubleshooting.md) explains the messages.

Inputs that are noticed in a *preview* or a *program* send nothing to Bird. An input whose row ends
in *(a warning)* is let through. Where a row says what Bird, or a proxy, answers, the
[emulator](reference/testing.md) gives that answer: it calls its own faults `InjectedFault`.

| wrong input | noticed in | the answer says |
|---|---|---|
"""


def text() -> str:
    """The page."""
    return INTRODUCTION + "".join(_line(row) for row in rows())


def _line(row: Row) -> str:
    says = " … ".join(f"`{each}`" for each in _parts(row))
    return f"| {_cell(row.wrong)} | {row.way.value} | {_cell(says)} |\n"


def _parts(row: Row) -> Iterator[str]:
    for part in row.says:
        yield re.sub(r"\s+", " ", part.replace("`", "")).strip()


def _cell(markdown: str) -> str:
    return markdown.replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(write_or_check({ROOT / "docs" / "wrong-inputs.md": text()}))
