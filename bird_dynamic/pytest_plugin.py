"""The fixtures of `bird_dynamic.testing`, in every project in which this package is installed.

pytest loads this module wherever it runs, so it imports the emulator only when a test asks for it.
`-p no:bird_dynamic` switches it off. (PYTEST_DONT_REWRITE: there is no assertion here.)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from bird_dynamic.emulator import Dialect
    from bird_dynamic.emulator.emulated_bird import EmulatedBird


@pytest.fixture
def bird_dialect() -> Dialect | None:
    """The dialect of `bird`; override this fixture in your tests to choose another."""
    return None


@pytest.fixture
def bird(request: pytest.FixtureRequest) -> Iterator[EmulatedBird]:
    """A new emulated Bird for this test."""
    from bird_dynamic.emulator.emulated_bird import EmulatedBird

    with EmulatedBird(dialect=_chosen(request)) as running:
        yield running


def _chosen(request: pytest.FixtureRequest) -> Dialect | None:
    try:
        chosen: Dialect | None = request.getfixturevalue("bird_dialect")
    except pytest.FixtureLookupError:
        # A test module may import `bird` without `bird_dialect`, where plugins are not loaded.
        return None
    return chosen
