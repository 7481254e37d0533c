"""Phone numbers in a program: what a look-up tells before a create, and which connector holds the
number of one that was refused."""

from __future__ import annotations

from typing import Any

import pytest

from bird_dynamic.emulator import Dialect, EmulatorServer
from bird_dynamic.lifecycle.observe import MAX_SINGLE_READS
from tests.engine.programs import (
    NUMBER,
    OTHER_NUMBER,
    bird_error,
    both_ways,
    channel,
    foreign,
    sent,
)
from tests.support.engine import Stack

READY = """
import pulumi
from bird_dynamic import VoiceChannel, get_phone_number_output, get_phone_numbers

for number in get_phone_numbers(country="NL", capability="voice"):
    VoiceChannel(number.number, phone_number_id=number.id, name=number.number)
first = get_phone_number_output(pulumi.Output.from_input("+31 970 102 00001"))
pulumi.export("connector_ids", first.connector_ids)
pulumi.export("inbound", first.voice_inbound_status)
pulumi.export("outbound", first.voice_outbound_status)
pulumi.export("issues", first.voice_issues)
"""


@both_ways
@pytest.mark.parametrize("endpoint", ["everywhere", "single"])
def test_a_program_makes_a_line_of_each_number_and_shows_what_is_ready(
    stack: Stack, bird: EmulatorServer, endpoint: str
) -> None:
    late: dict[str, Any] = {"status": "inactive", "issues": ["subscription-is-not-active"]}
    voice = {"name": "voice", "inbound": {"status": "active", "issues": []}, "outbound": late}
    bird.emulator.change("numbers", NUMBER, endpoint={"capabilities": [voice]})
    bird.emulator.dialect = Dialect(endpoint=endpoint)
    stack.write(READY)
    made = stack.up()
    assert made.ok, made.output
    by_number = {each["arguments"]["phoneNumberId"]: each for each in bird.emulator.connectors()}
    assert by_number.keys() == {NUMBER, OTHER_NUMBER}
    again = stack.up()
    assert again.ok, again.output
    assert stack.outputs() == {
        "connector_ids": [by_number[NUMBER]["id"]],
        "inbound": "active",
        "outbound": "inactive",
        "issues": ["outbound: subscription-is-not-active"],
    }


@both_ways
def test_a_refused_create_names_the_connector_that_no_listing_shows(
    stack: Stack, bird: EmulatorServer
) -> None:
    bird.emulator.dialect = Dialect(rows="keyless")
    for index in range(MAX_SINGLE_READS + 1):
        other = {"phoneNumberId": f"{index:08d}-0000-4000-8000-000000000000"}
        foreign(bird, name=f"line {index}", arguments=other)
    holder = foreign(bird, name="Front desk")
    stack.write(channel())
    line = bird_error(stack.up())
    assert f"the connector {holder['id']} (name: Front desk) already exists and conflicts" in line
    assert f'adopt="{holder["id"]}"' in line
    assert sent(bird).count("create_connector") == 1

    stack.write(channel(name="Front desk", adopt=holder["id"]))
    adopted = stack.up()
    assert adopted.ok, adopted.output
    assert stack.outputs()["connector_id"] == holder["id"]
    assert "create_connector" not in sent(bird)
