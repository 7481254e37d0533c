"""An isolated Bird emulator for each test of your stack; nothing leaves this machine.

    def test_my_stack(bird: EmulatedBird) -> None:
        subprocess.run(["pulumi", "up", "--yes"], env=os.environ | bird.environment, check=True)
        assert len(bird.connectors()) == 1

pytest has the fixture wherever this package is installed. Without pytest: `with EmulatedBird() as
bird:`. Only the fixtures need pytest, so it is not a dependency of this package.
(PYTEST_DONT_REWRITE prevents a warning of pytest if a test module both imports this module and
names it in `pytest_plugins`, which was needed once.)
"""

from __future__ import annotations

from typing import Any

from bird_dynamic.emulator import LostCallError as LostCallError
from bird_dynamic.emulator.emulated_bird import EmulatedBird as EmulatedBird

try:
    from bird_dynamic.pytest_plugin import bird as bird
    from bird_dynamic.pytest_plugin import bird_dialect as bird_dialect
except ImportError:

    def __getattr__(name: str) -> Any:
        if name in ("bird", "bird_dialect"):
            raise ImportError(
                f"the fixture `{name}` needs pytest: install it, or write "
                "`with bird_dynamic.testing.EmulatedBird() as bird:`"
            )
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
