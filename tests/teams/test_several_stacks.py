"""Several stacks in one workspace: each owns its own lines, and reads those of the others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bird_dynamic.emulator import EmulatorServer
from tests.engine.programs import NUMBER, OTHER_NUMBER, audit, channel, sent
from tests.teams.people import Person, Team


def reading(stack: str) -> str:
    """A program with a line of its own that reads the one of another stack, in three ways."""
    return (
        channel("sales", phone_number_id=OTHER_NUMBER)
        + f"""
from bird_dynamic import get_connector_output
theirs = pulumi.StackReference("organization/phones/{stack}")
pulumi.export("theirs", theirs.get_output("channel_id"))
found = get_connector_output(theirs.get_output("connector_id"))
pulumi.export("found", found.channel_id)
read = VoiceChannel.get("theirs", theirs.get_output("connector_id"))
pulumi.export("read", read.channel_id)
"""
    )


def audited(person: Person) -> Any:
    """What the audit of the person's stack says."""
    _, found = audit(person, "--stack", person.name)
    return found


def owners(found: Any) -> dict[str, list[str]]:
    return {each["id"]: each["managedBy"] for each in found["numbers"] if each["managedBy"]}


def test_a_stack_reads_the_line_of_another_one_and_leaves_it(
    team: Team, bird: EmulatorServer
) -> None:
    support = team.founder("support", channel())
    assert support.up().ok
    (first,) = bird.emulator.connectors()
    other = replace(team, stack=f"{team.stack}-sales")
    sales = other.founder("sales", reading(team.stack))
    assert sales.up().ok
    outputs = sales.outputs()
    expected = support.outputs()["channel_id"]
    assert [outputs[each] for each in ("theirs", "found", "read")] == [expected] * 3
    assert owners(audited(support)) == {NUMBER: ["support"]}
    assert owners(audited(sales))[OTHER_NUMBER] == ["sales"]
    assert len(audited(support)["unmanaged"]) == 1
    assert sales.destroy().ok
    assert bird.emulator.connectors() == [first]


def test_two_stacks_do_not_share_a_line(team: Team, bird: EmulatorServer) -> None:
    support = team.founder("support", channel())
    assert support.up().ok
    (first,) = bird.emulator.connectors()
    other = replace(team, stack=f"{team.stack}-sales")
    sales = other.founder("sales", channel("sales"))
    sent(bird)
    refused = sales.up()
    assert not refused.ok
    assert first["id"] in refused.output
    # The same name in both stacks: the mark of the one is not that of the other.
    sales.write(channel())
    sales.environment["BIRD_TAKE_OVER"] = "marked"
    assert not sales.up().ok
    assert bird.emulator.connectors() == [first]
    assert sales.destroy().ok
    assert bird.emulator.connectors() == [first]
