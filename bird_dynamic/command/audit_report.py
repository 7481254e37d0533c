"""Prints an audit for a person: a row for each phone number with voice, then each finding with what
mends it. Colours only repeat what the words say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TextIO

from bird_dynamic.lifecycle.audit.report import Audit, AuditedNumber, AuditFinding
from bird_dynamic.lifecycle.redaction import printable, shortened

OK, FAIL, IGNORED, NOT_CHECKED = "ok", "FAIL", "ignored", "NOT CHECKED"
WIDTH = 11
"""Width of the first column, as that of `bird-dynamic doctor`."""
LONGEST_URL = 48
SHORT_ID = 8
"""Characters of an id that the table shows."""
_COLOURS = {OK: "32", FAIL: "31", NOT_CHECKED: "33", IGNORED: "33"}


@dataclass(frozen=True)
class Style:
    """Whether the words are coloured."""

    is_coloured: bool

    @classmethod
    def of(cls, output: TextIO, environment: Mapping[str, str]) -> Style:
        """Colours only for a terminal, and not if NO_COLOR is set (see no-color.org)."""
        is_plain = environment.get("NO_COLOR") or environment.get("TERM") == "dumb"
        return cls(output.isatty() and not is_plain)

    def word(self, word: str) -> str:
        """The word of the first column."""
        padded = f"{word:<{WIDTH}}"
        return f"\x1b[{_COLOURS[word]}m{padded}\x1b[0m" if self.is_coloured else padded


def lines_of(found: Audit, style: Style) -> Iterator[str]:
    """The report, without what identifies the workspace."""
    yield from _table(found, style)
    for finding in found.findings:
        yield ""
        yield from _finding(finding, style)
    for each in found.not_checked:
        yield ""
        yield f"{style.word(NOT_CHECKED)} {_said(each)}"
    yield ""
    yield from _summary(found)


def _table(found: Audit, style: Style) -> Iterator[str]:
    heads = ["number", "connector", "channel", "inbound calls to", "deliveries"]
    has_stack = any(each.managed_by is not None for each in found.numbers)
    rows = [_cells(each, has_stack) for each in found.numbers]
    heads += ["managed by"] * has_stack
    if not rows:
        return
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    words = [_word(each) for each in found.numbers]
    for word, cells in zip([None, *words], [heads, *rows], strict=True):
        row = "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True))
        first = " " * WIDTH if word is None else style.word(word)
        yield f"{first}{row}".rstrip()


def _word(row: AuditedNumber) -> str:
    if row.ignored:
        return IGNORED
    return OK if row.is_complete else FAIL


def _cells(row: AuditedNumber, has_stack: bool) -> list[str]:
    connectors = [each[:SHORT_ID] for each in row.connector_ids]
    channel = row.channel_status or "yes" if row.channel_ids else "none"
    urls = row.urls or (("inactive",) if row.subscription_ids else ())
    short = [each if len(each) <= LONGEST_URL else f"{each[: LONGEST_URL - 1]}…" for each in urls]
    cells = [row.number, _first_of(connectors), channel, _first_of(short), _counts(row)]
    if has_stack:
        cells.append(", ".join(row.managed_by or ()) or "nothing")
    return [printable(each) for each in cells]


def _first_of(texts: Sequence[str]) -> str:
    if not texts:
        return "none"
    return texts[0] + (f" and {len(texts) - 1} more" if len(texts) > 1 else "")


def _counts(row: AuditedNumber) -> str:
    if not row.urls:
        return "-"
    if row.delivered is None or row.failed is None:
        return "not checked"
    if not row.delivered and not row.failed:
        return "none yet"
    return f"{row.delivered} ok" + (f", {row.failed} failed" if row.failed else "")


def _finding(finding: AuditFinding, style: Style) -> Iterator[str]:
    margin = " " * WIDTH
    yield f"{style.word(FAIL)}{finding.kind:<30}{_said(finding.about)}"
    yield f"{margin}{_said(finding.message)}"
    yield f"{margin}{_said(finding.remedy)}{':' if finding.line else '.'}"
    if finding.line:
        # Never shortened: it is to be copied.
        yield f"{margin}    {printable(finding.line)}"


def _summary(found: Audit) -> Iterator[str]:
    numbers = [each for each in found.numbers if not each.ignored]
    good = sum(each.is_complete for each in numbers)
    parts = [f"{good} of {_counted(len(numbers), 'phone number')} with voice complete"]
    if ignored := len(found.numbers) - len(numbers):
        parts.append(f"{ignored} ignored")
    if found.without_voice:
        parts.append(f"{found.without_voice} without voice")
    parts.append(_counted(len(found.findings), "finding"))
    yield f"{', '.join(parts)}."
    if found.findings and found.managed is None:
        yield "With --stack NAME, what mends them fits what that stack manages."
    if found.managed is not None and found.unmanaged is not None:
        total = len(found.managed) + len(found.unmanaged)
        yield (
            f"The stack manages {len(found.managed):,} of {total:,} connectors and webhook "
            "subscriptions."
        )
        if found.unmanaged:
            yield f"Not managed by it: {', '.join(found.unmanaged)}."


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _said(text: str) -> str:
    return printable(shortened(text))
