"""Taking over a connector that exists."""

from __future__ import annotations

from bird_dynamic.emulator import EmulatorServer
from tests.engine.programs import (
    HEAD,
    NUMBER,
    OTHER_NUMBER,
    READS,
    bird_error,
    both_ways,
    channel,
    foreign,
    only,
    sent,
    summary,
)
from tests.support.engine import Stack


def test_adopting_changes_nothing_in_bird_and_adopt_may_be_removed_afterwards(
    stack: Stack, bird: EmulatorServer
) -> None:
    named = foreign(bird, name="Support", arguments={"phoneNumberId": NUMBER, "greeting": "hello"})
    unnamed = foreign(bird, name="Sales", arguments={"phoneNumberId": OTHER_NUMBER})
    before = wires(bird)

    def program(adopt_named: str | None, adopt_unnamed: str | None) -> str:
        return f"""{HEAD}
named = VoiceChannel("a", phone_number_id={NUMBER!r}, name="Support", adopt={adopt_named!r})
unnamed = VoiceChannel("b", phone_number_id={OTHER_NUMBER!r}, adopt={adopt_unnamed!r})
pulumi.export("ids", [named.connector_id, unnamed.connector_id])
pulumi.export("names", [named.name, unnamed.name])
"""

    stack.write(program(named["id"], unnamed["id"]))
    assert summary(stack.up()) == {"+ 3 created"}
    assert set(sent(bird)) <= READS
    adopted = stack.outputs()
    assert adopted == {"ids": [named["id"], unnamed["id"]], "names": ["Support", "Sales"]}
    assert summary(stack.preview("--expect-no-changes")) == {"3 unchanged"}

    stack.write(program(None, None))
    assert summary(stack.up("--expect-no-changes")) == {"3 unchanged"}
    assert summary(stack.preview("--expect-no-changes")) == {"3 unchanged"}
    assert sent(bird) == []
    assert stack.outputs() == adopted
    assert wires(bird) == before


@both_ways
def test_a_resource_that_is_renamed_while_it_has_adopt_keeps_its_connector(
    stack: Stack, bird: EmulatorServer
) -> None:
    existing = foreign(bird, name="Support", arguments={"phoneNumberId": NUMBER})
    stack.write(channel("old", name="Support", adopt=existing["id"]))
    assert summary(stack.up()) == {"+ 2 created"}
    stack.write(channel("new", name="Support", adopt=existing["id"]))
    assert summary(stack.up()) == {"+ 1 created", "- 1 deleted", "2 changes. 1 unchanged"}
    assert only(bird)["id"] == existing["id"]
    assert [each["id"] for each in stack.resources()] == [existing["id"]]
    stack.write(channel("new", name="Support"))
    assert stack.preview("--expect-no-changes").ok
    assert stack.destroy().ok
    assert bird.emulator.connectors() == []


@both_ways
def test_adopting_another_connector_has_no_effect_on_a_resource_that_has_one_and_is_told_so(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.write(channel(name="Support"))
    assert stack.up().ok
    mine = only(bird)["id"]
    other = foreign(bird, name="Other", arguments={"phoneNumberId": OTHER_NUMBER})
    stack.write(channel(name="Support", adopt=other["id"]))
    for ran in (stack.preview("--expect-no-changes"), stack.up("--expect-no-changes")):
        told = f"has no effect on a resource that has another connector, here {mine}"
        assert ran.ok
        assert told in " ".join(ran.output.split())
    stack.write(channel(name="Support", adopt=mine))
    assert "has no effect" not in stack.up("--expect-no-changes").output


def test_a_connector_that_differs_is_not_adopted_and_every_difference_is_told(
    stack: Stack, bird: EmulatorServer
) -> None:
    existing = foreign(bird, name="Support", arguments={"phoneNumberId": NUMBER})
    before = wires(bird)
    stack.write(channel(name="Sales", phone_number_id=OTHER_NUMBER, adopt=existing["id"]))

    line = bird_error(stack.up())
    assert existing["id"] in line
    assert 'name="Support"' in line
    assert f'phone_number_id="{NUMBER}"' in line
    assert "template" not in line
    assert set(sent(bird)) <= READS
    assert wires(bird) == before
    assert stack.resources() == []


def test_a_connector_that_lacks_an_argument_is_not_adopted(
    stack: Stack, bird: EmulatorServer
) -> None:
    existing = foreign(bird, name="Support", arguments={"phoneNumberId": NUMBER})
    stack.write(channel(name="Support", arguments={"greeting": "hello"}, adopt=existing["id"]))

    line = bird_error(stack.up())
    assert "arguments with Bird's values for greeting" in line
    assert stack.resources() == []


def wires(bird: EmulatorServer) -> list[dict[str, object]]:
    """All connectors; their channel is left out, because Bird shows it some time after a create."""
    return [{**each, "channel": None} for each in bird.emulator.connectors()]
