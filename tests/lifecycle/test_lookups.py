"""Look-ups, with what Bird states of phone numbers in odd ways too."""

from __future__ import annotations

from typing import Any

import pytest

from bird_dynamic.emulator import WORKSPACE_ID, PhoneNumber
from bird_dynamic.lifecycle.error_messages import OperationError
from bird_dynamic.lifecycle.lookups import Lookups
from bird_dynamic.schema.found import PHONE_NUMBER
from bird_dynamic.schema.lookups import LOOKUPS
from tests.lifecycle.test_answers_to_a_create import answering
from tests.support.world import NUMBER, World

FIRST = PhoneNumber.made_up(0)


def find(world: World, name: str, workspace: str | None = None, **given: Any) -> list[Any]:
    return Lookups(world.run()._accounts(None), workspace).find(LOOKUPS[name], given)


@pytest.mark.usefixtures("any_dialect")
@pytest.mark.parametrize(
    ("stated", "capabilities"),
    [
        ({"voice": {"inbound": True, "outbound": False}, "sms": {"outbound": True}}, 2),
        ({"voice": {"inbound": "yes", "outbound": 1}}, 0),
        ({"voice": None, "sms": True}, 0),
        ({}, 0),
        (None, 0),
        ("voice", 0),
        (["voice"], 0),
    ],
)
def test_a_number_can_do_what_bird_says_for_certain(stated: Any, capabilities: int) -> None:
    world = World(numbers=1)

    def odd(operation: str, body: Any) -> tuple[int, Any]:
        rows = [{**row, "capabilities": stated} for row in body["results"]]
        return 0, {**body, "results": rows}

    answering(world, odd)
    (found,) = find(world, "get_phone_number", number=FIRST.number)
    assert found["id"] == NUMBER
    assert found["capabilities"] == ["voice-inbound", "sms-outbound"][:capabilities]
    for asked in ("voice", "voice-inbound"):
        if capabilities:
            assert find(world, "get_phone_number", capability=asked) == [found]
        else:
            with pytest.raises(OperationError, match=f"capability {asked}"):
                find(world, "get_phone_number", capability=asked)
    for asked in ("voic", "voice-outbound", "sms-inbound", "-inbound"):
        with pytest.raises(OperationError, match="capability"):
            find(world, "get_phone_number", capability=asked)


def test_of_what_does_not_match_five_are_named_and_the_others_counted() -> None:
    for count, more in ((5, None), (6, "1 more")):
        world = World(numbers=count)
        with pytest.raises(OperationError, match='number "1"') as caught:
            find(world, "get_phone_number", number="1")
        numbers = [PhoneNumber.made_up(each).number for each in range(count)]
        assert sum(each in str(caught.value) for each in numbers) == 5
        assert (more is None) is (" more" not in str(caught.value))
        assert more is None or more in str(caught.value)


def test_a_workspace_is_the_given_one_or_that_of_the_settings() -> None:
    world = World()
    elsewhere = WORKSPACE_ID.replace("1", "2")
    assert find(world, "list_connectors") == []
    assert find(world, "list_connectors", WORKSPACE_ID) == []
    with pytest.raises(OperationError, match="404"):
        find(world, "list_connectors", elsewhere)
    world.forget()
    with pytest.raises(OperationError, match="workspace_id"):
        find(world, "list_connectors", "..")
    del world.environment["BIRD_WORKSPACE_ID"]
    for name, given in (("list_connectors", {}), ("get_connector", {"id": NUMBER})):
        with pytest.raises(OperationError, match=r"bird:workspaceId.* workspace_id"):
            find(world, name, **given)
    assert world.operations == []


def test_a_listing_of_numbers_asks_for_no_more_than_that_api_serves() -> None:
    world = World(numbers=3)
    assert len(Lookups(world.run()._accounts(None), None).all(PHONE_NUMBER)) == 3
    (asked,) = world.emulator.journal
    assert asked["query"]["limit"] == "99"
