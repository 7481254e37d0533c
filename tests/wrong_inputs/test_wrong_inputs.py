"""Every wrong input is answered with the argument or setting and the remedy, and nothing else."""

from __future__ import annotations

import pytest

from tests.support.python_left import python_left
from tests.wrong_inputs import rows
from tests.wrong_inputs.row import Row, Way

LONGEST = 2000
"""Characters of an answer that somebody still reads."""

IN_PYTHON = {Way.PROGRAM, Way.COMMAND, Way.EMULATOR}
"""Answers that do not come from the plugin: they may tell what to write in Python only."""


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row.way.value}: {row.wrong}")
def test_a_wrong_input_is_answered(row: Row) -> None:
    answer = row.answer()
    rest = answer
    for part in row.says:
        assert part in rest, f"{part!r} is not (or not in this place) in: {answer}"
        rest = rest.partition(part)[2]
    assert answer.startswith("warning: ") == row.wrong.endswith("(a warning)")
    assert "Traceback" not in answer
    assert len(answer) <= LONGEST
    assert all(each.isprintable() or each == "\n" for each in answer)
    assert row.way in IN_PYTHON or python_left(answer) == []


def test_the_table_has_no_row_twice() -> None:
    named = [(row.way, row.wrong) for row in rows()]
    assert len(named) == len(set(named))
