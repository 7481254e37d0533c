"""Every wrong input is answered with the argument or setting and the remedy, and nothing else."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import tests.wrong_inputs
from tests.wrong_inputs.row import Row

LONGEST = 2000
"""Characters of an answer that somebody still reads."""


def rows() -> list[Row]:
    """The table, area by area."""
    names = sorted(each.name for each in pkgutil.iter_modules(tests.wrong_inputs.__path__))
    modules = [
        importlib.import_module(f"tests.wrong_inputs.{name}")
        for name in names
        if name != "test_wrong_inputs"
    ]
    return [row for module in modules for row in getattr(module, "ROWS", ())]


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row.way.value}: {row.wrong}")
def test_a_wrong_input_is_answered(row: Row) -> None:
    answer = row.answer()
    rest = answer
    for part in row.says:
        assert part in rest, f"{part!r} is not (or not in this place) in: {answer}"
        rest = rest.partition(part)[2]
    assert "Traceback" not in answer
    assert len(answer) <= LONGEST
    assert all(each.isprintable() or each == "\n" for each in answer)


def test_the_table_has_no_row_twice() -> None:
    named = [(row.way, row.wrong) for row in rows()]
    assert len(named) == len(set(named))
