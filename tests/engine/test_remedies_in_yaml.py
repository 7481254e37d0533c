"""The remedies of the plugin's messages, followed to the letter by somebody who writes YAML."""

from __future__ import annotations

import re

import pytest

from bird_dynamic.emulator import EmulatorServer
from tests.engine.programs import NUMBER, bird_error, foreign, only, sent, summary
from tests.engine.test_examples import host_for
from tests.support.engine import PROGRAMS, Stack

pytestmark = pytest.mark.skipif(not host_for("yaml"), reason="there is no host for YAML programs")


@pytest.fixture
def way() -> str:
    return "plugin"


def write(stack: Stack, name: str = "support", *, argument: str = "", option: str = "") -> None:
    """A program with one voice channel, and with the lines of a remedy."""
    (stack.folder / "Pulumi.yaml").write_text(
        f"""\
name: phones
runtime: yaml
plugins: {{providers: [{{name: bird, path: {PROGRAMS / "bin"}}}]}}
resources:
  {name}:
    type: bird:VoiceChannel
    properties:
      phoneNumberId: {NUMBER}
      {argument}
    options: {{{option}}}
"""
    )


def remedy(message: str, pattern: str) -> str:
    """The line of a remedy, for Python and for every other language."""
    found = re.search(pattern, message)
    assert found, message
    return found[1]


def test_a_connector_that_holds_the_number_is_adopted(stack: Stack, bird: EmulatorServer) -> None:
    existing = foreign(bird)
    write(stack)
    line = remedy(bird_error(stack.up()), r'adopt it with (adopt: "\S+") \(in Python, adopt="')
    sent(bird)
    write(stack, argument=line)
    assert summary(stack.up()) == {"+ 1 created", "1 unchanged"}
    assert only(bird)["id"] == existing["id"] == stack.resources()[0]["id"]
    assert "create_connector" not in sent(bird)


def test_a_renamed_resource_keeps_its_connector(stack: Stack, bird: EmulatorServer) -> None:
    write(stack, "sales")
    assert stack.up().ok
    before = only(bird)
    write(stack, "support")
    line = remedy(bird_error(stack.up()), r"renamed or moved, add the option (aliases: \[\S+\])")
    write(stack, "support", option=line)
    assert summary(stack.up()) == {"2 unchanged"}
    assert only(bird) == before


def test_a_forced_replacement_deletes_first(stack: Stack, bird: EmulatorServer) -> None:
    write(stack)
    assert stack.up().ok
    before = only(bird)
    forced = f"--target-replace={stack.resources()[0]['urn']}"
    line = remedy(bird_error(stack.up(forced)), r"add the option (deleteBeforeReplace: \w+)")
    write(stack, option=line)
    assert stack.up(forced).ok
    assert only(bird)["id"] != before["id"]
