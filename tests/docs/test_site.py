"""The web site of the documentation. `make docs-site` builds it, with each link checked."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_each_page_is_in_its_navigation() -> None:
    configuration = (ROOT / "mkdocs.yml").read_text()
    excluded = configuration.partition("exclude_docs: |\n")[2].partition("\n\n")[0].split()
    pages = {str(each.relative_to(ROOT / "docs")) for each in (ROOT / "docs").rglob("*.md")}
    named = set(re.findall(r"^ *- .+: (\S+\.md)$", configuration, re.M))
    assert pages - set(excluded) <= named
