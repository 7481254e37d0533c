"""Write the plugin's schema where everybody can read it, `docs/schema.json`; `--check` tells
whether it is current."""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path

from bird_dynamic.providers.schema import schema

FILE = Path(__file__).parents[1] / "docs" / "schema.json"


def text() -> str:
    """The schema of this version."""
    return json.dumps(schema(version("bird-dynamic")), indent=2) + "\n"


def main() -> int:
    """Write it, or with --check say whether that is needed."""
    if "--check" not in sys.argv[1:]:
        FILE.write_text(text())
        return 0
    if FILE.exists() and FILE.read_text() == text():
        return 0
    print(f"{FILE.name} is out of date: run `make docs`")
    return 1


if __name__ == "__main__":
    sys.exit(main())
