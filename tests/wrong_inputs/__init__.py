"""What users get wrong, and what they are told: one row each, in one table.

A module of this folder holds the rows of one area, in `ROWS`. `make docs` prints them as a page.
"""

from __future__ import annotations

import importlib
import pkgutil

from tests.wrong_inputs.row import Row


def rows() -> list[Row]:
    """The table, in the order of `Way`."""
    names = sorted(each.name for each in pkgutil.iter_modules(__path__))
    modules = (
        importlib.import_module(f"{__name__}.{name}")
        for name in names
        if not name.startswith("test_")
    )
    found = [row for module in modules for row in getattr(module, "ROWS", ())]
    ways = list(type(found[0].way))
    return sorted(found, key=lambda row: ways.index(row.way))
