"""Write the plugin's schema where everybody can read it, `docs/schema.json`; `--check` tells
whether it is current."""

from __future__ import annotations

import json
import sys
from importlib.metadata import version

from bird_dynamic.providers.schema import schema
from tools.generated import ROOT, write_or_check


def text() -> str:
    """The schema of this version."""
    return json.dumps(schema(version("bird-dynamic")), indent=2) + "\n"


if __name__ == "__main__":
    sys.exit(write_or_check({ROOT / "docs" / "schema.json": text()}))
