"""The control requests on the page of `bird-emulator` are sent as they are written there."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import pytest
import requests

from bird_dynamic.emulator import BirdEmulator, EmulatorServer, Options
from bird_dynamic.emulator.faults import Fault
from tests.emulator.caller import VOICE

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "bird-emulator.md"
SECTION = re.search(r"### Faults.*?(?=\n## )", PAGE.read_text(), re.S)
COMMANDS = re.findall(r"^\$ (curl (?:.*\\\n)*.*)$", SECTION[0] if SECTION else "", re.M)


def parts(command: str) -> tuple[str, str, Any]:
    """The method, the path and the body of a command."""
    words = iter(shlex.split(command)[1:])
    method, url, body = "", "", None
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "--json":
            body = json.loads(next(words))
        else:
            url = word
    return method or "POST", url.removeprefix("http://127.0.0.1:8080"), body


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    with EmulatorServer(BirdEmulator(options=Options(channel_after=0))) as running:
        number = next(iter(running.emulator.store.numbers.values()))
        assert number.number == "+3197010200001"
        arguments = {"phoneNumberId": number.id}
        running.emulator.add_connector(connectorTemplateRef=VOICE, arguments=arguments)
        yield running


@pytest.mark.parametrize("command", COMMANDS)
def test_the_example_does_what_it_sends(server: EmulatorServer, command: str) -> None:
    method, path, body = parts(command)
    (channel,) = server.emulator.items("channels")
    url = server.url + path.replace("CHANNEL_ID", channel["id"])
    answered = requests.request(method, url, json=body, timeout=10)
    assert answered.status_code == 200, answered.text
    if path.endswith("/channels/CHANNEL_ID"):
        assert server.emulator.items("channels")[0]["status"] == body["status"]
        return
    if path.endswith("/calls/incoming"):
        assert answered.json()["to"] == body["to"]
        return
    now = requests.get(url, timeout=10).json()
    if path.endswith("/faults"):
        assert now == [asdict(Fault(**each)) for each in body or ()]
    else:
        assert now == {**now, **body}


def test_every_option_and_the_fields_of_faults_have_an_example() -> None:
    bodies = [parts(each)[2] for each in COMMANDS]
    faults = {name for body in bodies if isinstance(body, list) for each in body for name in each}
    assert faults == {each.name for each in fields(Fault)}
    named = {name for body in bodies if isinstance(body, dict) for name in body}
    assert {each.name for each in fields(Options)} <= named
