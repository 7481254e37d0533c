"""Look-ups in the account of an explicit provider."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bird_dynamic.emulator import (
    ACCESS_KEY,
    WORKSPACE_ID,
    BirdEmulator,
    EmulatorServer,
    PhoneNumber,
    Store,
)
from tests.engine.programs import NUMBER
from tests.support.engine import ROOT, Run, Stack

HERE, THERE = PhoneNumber.made_up(0), PhoneNumber.made_up(9)
WRONG_KEY = "canary-51fe93ab"


@pytest.fixture
def european() -> Iterator[EmulatorServer]:
    """Another account, with one phone number."""
    with EmulatorServer(BirdEmulator(Store(numbers={THERE.id: THERE}))) as running:
        yield running


def program(url: str, then: str, *, key: str = ACCESS_KEY, workspace_id: str = "None") -> str:
    return f"""
import pulumi
from bird_dynamic.native import *
first = VoiceChannel("first", phone_number_id={NUMBER!r})
eu = Provider("eu", access_key={key!r}, api_url={url!r}, workspace_id={workspace_id})
opts = pulumi.InvokeOptions(provider=eu)
{then}
"""


def one_line(run: Run, begins: str) -> str:
    """The error of a run that failed, without a traceback."""
    assert not run.ok, run.output
    assert not run.crashed, run.output
    lines = set(re.findall(rf"error: ({begins}.*)$", run.output, re.M))
    assert len(lines) == 1, run.output
    return str(lines.pop())


def test_a_look_up_finds_the_number_of_the_account_of_its_provider(
    stack: Stack, bird: EmulatorServer, european: EmulatorServer
) -> None:
    then = f"""
pulumi.export("there", [each.number for each in get_phone_numbers(opts=opts)])
number = pulumi.Output.from_input({THERE.number!r})
pulumi.export("later", get_phone_number_output(number, opts=opts).id)
pulumi.export("here", get_phone_number({HERE.number!r}).id)
passed_on = pulumi.ResourceOptions(providers=[eu])
desk = pulumi.ComponentResource("shop:index:Desk", "desk", None, passed_on)
pulumi.export("none", list_connectors(opts=pulumi.InvokeOptions(parent=desk)))
after = pulumi.InvokeOutputOptions(depends_on=[first])
pulumi.export("made", list_connectors_output(opts=after).apply(lambda found: len(found)))
"""
    stack.write(program(european.url, then))
    preview = stack.preview()
    assert preview.ok, preview.output
    assert re.search(r"made +: \[unknown\]", preview.output), preview.output
    made = stack.up()
    assert made.ok, made.output
    assert stack.outputs() == {
        "there": [THERE.number],
        "later": THERE.id,
        "here": HERE.id,
        "none": [],
        "made": 1,
    }
    assert {each["operation"] for each in european.emulator.journal} == {
        "list_long_codes",
        "list_connectors",
    }


def test_with_an_unknown_configuration_of_the_provider_the_result_is_unknown_in_a_preview(
    stack: Stack, bird: EmulatorServer, european: EmulatorServer
) -> None:
    workspace_id = f"first.channel_id.apply(lambda _: {WORKSPACE_ID!r})"
    found = f"""
found = get_phone_number_output({THERE.number!r}, opts=opts)
VoiceChannel("there", phone_number_id=found.id, opts=pulumi.ResourceOptions(provider=eu))
"""
    stack.write(program(european.url, found, workspace_id=workspace_id))
    preview = stack.preview()
    assert preview.ok, preview.output
    assert re.search(r"phoneNumberId +: \[unknown\]", preview.output), preview.output
    assert list(european.emulator.journal) == []

    plain = f"get_phone_number({THERE.number!r}, opts=opts)"
    stack.write(program(european.url, plain, workspace_id=workspace_id))
    said = one_line(stack.preview(), "get_phone_number")
    assert "not known in this preview. Use get_phone_number_output" in said

    stack.write(program(european.url, found + plain, workspace_id=workspace_id))
    made = stack.up()
    assert made.ok, made.output
    (connector,) = european.emulator.connectors()
    assert connector["arguments"]["phoneNumberId"] == THERE.id


@pytest.mark.parametrize("form", ["", "_output"])
def test_what_the_plugin_refuses_is_one_line_without_the_access_key(
    stack: Stack, european: EmulatorServer, form: str
) -> None:
    then = f"get_phone_number{form}({THERE.number!r}, opts=opts)"
    stack.write(program(european.url, then, key=WRONG_KEY))
    run = stack.preview()
    said = one_line(run, "Looking up the phone number")
    assert "Bird answered 401 Unauthorized" in said
    assert 'access_key (accessKey) of the provider "eu"' in said
    assert WRONG_KEY not in run.output


@pytest.mark.parametrize("opts", ["", ", opts=opts"], ids=["in the program", "over the plugin"])
@pytest.mark.parametrize("written", ["+31699887766", "+31 6 9988-7766"])
def test_a_failed_look_up_shows_no_argument_that_is_secret(
    stack: Stack, european: EmulatorServer, opts: str, written: str
) -> None:
    secret = "31699887766"
    number = f"pulumi.Output.secret({written!r})"
    stack.write(program(european.url, f"get_phone_number_output({number}{opts})"))
    run = stack.up()
    assert "[secret]" in one_line(run, ".*phone number")
    assert secret not in run.output
    assert written not in run.output


def test_the_example_of_the_providers_page_works_and_has_types(
    stack: Stack, bird: EmulatorServer, tmp_path: Path
) -> None:
    page = (ROOT / "docs" / "reference" / "provider.md").read_text()
    (example,) = re.findall(r"```python\n(.*?)```", page, re.S)
    stack.write(example)
    typed = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", stack.folder / "__main__.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert typed.returncode == 0, typed.stdout
    stack.config("euAccessKey", ACCESS_KEY, secret=True)
    stack.config("euWorkspaceId", WORKSPACE_ID)
    stack.config("number", HERE.number)
    made = stack.up()
    assert made.ok, made.output
    (connector,) = bird.emulator.connectors()
    assert connector["arguments"]["phoneNumberId"] == HERE.id
