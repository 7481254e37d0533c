"""What the documentation tells its reader to type works as it is written."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bird_dynamic.emulator import EmulatorServer
from bird_dynamic.schema.resources import SCHEMAS
from tests.support.engine import ROOT, Stack

REFERENCE = ROOT / "docs" / "reference"
RESOURCES = {schema.module: name for name, schema in SCHEMAS.items()}
"""The resource of each page."""
FILES = {"yaml": "Pulumi.yaml", "python": "__main__.py"}
INSTALLED = ("python3 -m venv", "source .venv", "pip install", "deactivate")
"""Commands of the README that need the network: the environment of the tests stands in."""


def test_the_first_program_of_the_readme_works_when_typed(
    bird: EmulatorServer, tmp_path: Path
) -> None:
    page = (ROOT / "README.md").read_text()
    section = page.partition("## Your first program")[2].partition("## Features")[0]
    lines = ["set -e", "mkdir typed && cd typed"]
    for language, block in re.findall(r"```(\w+)\n(.*?)```", section, re.S):
        if language in FILES:
            lines.append(f"cat > {FILES[language]} <<'END'\n{block}END")
        else:
            typed = [line[2:] for line in block.splitlines() if line.startswith("$ ")]
            lines += [line for line in typed if not line.startswith(INSTALLED)]
    # Two seconds are enough for a person.
    script = "\n".join(lines).replace(
        "sleep 2",
        "ln -s \"$ENVIRONMENT\" .venv\nuntil grep -q '# phone' emulator.env; do sleep 0.1; done",
    )
    assert "pulumi up" in script
    stack = Stack(tmp_path / "typing", bird.url)
    stack.environment["ENVIRONMENT"] = sys.prefix
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=stack.folder,
        env=stack.variables(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    channel_ids = re.findall(r'channel_id +: "([0-9a-f-]{36})"', done.stdout)
    assert len(channel_ids) == 1
    assert f"\n{channel_ids[0]}\n" in done.stdout
    assert "2 deleted" in done.stdout
    assert not (stack.folder / "typed" / "phones").exists()


@pytest.mark.parametrize("page", [*RESOURCES, "lookups"])
def test_the_example_of_a_reference_page_works(
    page: str, bird: EmulatorServer, tmp_path: Path
) -> None:
    # The second one is over the plugin, and is run by the tests of other languages.
    program, *_ = re.findall(r"```python\n(.*?)```", (REFERENCE / f"{page}.md").read_text(), re.S)
    stack = Stack(tmp_path / "stack", bird.url)
    stack.write(program)
    stack.init()
    run = stack.up()
    assert run.ok, run.output
    created = {each["type"].rpartition(":")[2] for each in stack.resources()}
    assert page == "lookups" or RESOURCES[page] in created
