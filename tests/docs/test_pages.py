"""The documentation: its made pages are current, its links lead somewhere, its errors exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bird_dynamic.schema.resources import SCHEMAS

ROOT = Path(__file__).parents[2]
OTHERS = ("README.md", "emulator/README.md")
PAGES = sorted(
    [*(ROOT / each for each in OTHERS), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("[CS]*.md")]
)


def check(script: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "tools" / script, "--check"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("script", ["classes.py", "reference.py", "schema.py", "wrong_inputs.py"])
def test_what_is_generated_is_current(script: str) -> None:
    done = check(script)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("type_name", SCHEMAS)
def test_every_field_is_on_the_page_of_its_resource(type_name: str) -> None:
    name = SCHEMAS[type_name].module
    page = (ROOT / "docs" / "reference" / f"{name}.md").read_text()
    for field in SCHEMAS[type_name].fields:
        assert f"| `{field.name}` |" in page
    for index, link in (("README.md", "docs/reference"), ("docs/README.md", "reference")):
        assert f"({link}/{name}.md)" in (ROOT / index).read_text(), f"{index} has no link to it"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if target.startswith(("http", "#", "mailto:")):
            continue
        path, _, heading = target.partition("#")
        found = page.parent / path
        assert found.exists(), f"{page.name}: {target}"
        if heading:
            headings = re.findall(r"^#+ (.+)$", found.read_text(), re.M)
            slugs = [re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings]
            assert heading in slugs, f"{page.name}: {target}"


def test_the_messages_of_the_troubleshooting_page_are_said_by_the_package() -> None:
    page = (ROOT / "docs" / "troubleshooting.md").read_text()
    source = " ".join(
        re.sub(r'"\s*\n\s*f?[\'"]', "", each.read_text())
        for each in (ROOT / "bird_dynamic").rglob("*.py")
    )
    messages = re.findall(r"^(?:### |\* )`(.+?)`", page, re.M)
    assert len(messages) > 50
    missing = [
        message
        for message in messages
        if not all(part.strip() in source for part in message.split("…") if part.strip())
    ]
    assert missing == []
