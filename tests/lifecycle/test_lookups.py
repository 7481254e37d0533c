"""Look-ups, with what Bird states of phone numbers in odd ways too."""

from __future__ import annotations

from typing import Any

import pytest

from bird_dynamic.emulator import WORKSPACE_ID, Dialect, PhoneNumber
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


def of_endpoint(world: World, endpoint: Any) -> dict[str, Any]:
    """What is found of the only number, if Bird states this endpoint of it."""

    def odd(operation: str, body: Any) -> tuple[int, Any]:
        rows = [{**row, "endpoint": endpoint} for row in body.get("results", [body])]
        return 0, {**body, "results": rows} if "results" in body else rows[0]

    answering(world, odd)
    (found,) = find(world, "get_phone_number", number=FIRST.number)
    return {name: found[name] for name in ENDPOINT}


ENDPOINT = ("connector_ids", "voice_inbound_status", "voice_outbound_status", "voice_issues")
UNKNOWN = dict.fromkeys(ENDPOINT)
VOICE = {"name": "voice", "inbound": {"status": "active"}, "outbound": {"status": "active"}}
ID = "b2f4a2f0-6d1c-4f0b-9a57-0c1e6f0f7a11"
OTHER_ID = "11111111-2222-4333-8444-555555555555"


def test_a_number_knows_its_connectors_and_whether_voice_is_ready() -> None:
    world = World(numbers=1)
    (found,) = find(world, "get_phone_number", number=FIRST.number)
    assert {name: found[name] for name in ENDPOINT} == {
        "connector_ids": [],
        "voice_inbound_status": "active",
        "voice_outbound_status": "active",
        "voice_issues": [],
    }
    connector_id, _ = world.run().create(world.inputs())
    sms = world.emulator.add_connector(arguments={"phoneNumberId": NUMBER})["id"]
    late = {"status": "inactive", "issues": ["subscription-is-not-active"]}
    voice = {"name": "voice", "inbound": {"status": "active"}, "outbound": late}
    world.emulator.change("numbers", NUMBER, endpoint={"capabilities": [voice], "issues": ["new"]})
    (found,) = find(world, "get_phone_number", number=FIRST.number)
    assert {name: found[name] for name in ENDPOINT} == {
        "connector_ids": [connector_id, sms],
        "voice_inbound_status": "active",
        "voice_outbound_status": "inactive",
        "voice_issues": ["new", "outbound: subscription-is-not-active"],
    }


@pytest.mark.parametrize(
    ("stated", "ids"),
    [
        ([], []),
        ([{"type": "connector", "connectorId": ID.upper()}], [ID]),
        ([{"connectorId": ID}, {"type": "connector", "connectorId": ID}], [ID]),
        ([{"type": "flow", "flowId": "1"}], []),
        ([{"type": "flow", "flowId": "1"}, {"type": "Connector", "connectorId": ID}], [ID]),
        ([{"type": "connector", "connectorId": ID}, "what", {"type": "connector"}], [ID]),
        ([{"type": "connector"}], None),
        ([{"type": "connector", "connectorId": "../x"}], None),
        ([{"type": "connector", "connectorId": 5}, {"type": "flow"}], None),
        (["what", None], None),
        ({"type": "connector", "connectorId": ID}, None),
        ("what", None),
        (None, None),
    ],
)
def test_the_connectors_of_a_number_are_those_whose_ids_can_be_read(
    stated: Any, ids: list[str] | None
) -> None:
    found = of_endpoint(World(numbers=1), {"dependencies": stated, "capabilities": [VOICE]})
    assert found["connector_ids"] == ids
    assert found["voice_inbound_status"] == "active"


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ([VOICE], ("active", "active", [])),
        ([], (None, None, [])),
        ([{"name": "sms", "inbound": {"status": "active", "issues": ["x"]}}], (None, None, [])),
        ([{"name": "voice", "inbound": None, "outbound": "x"}], (None, None, [])),
        ([{"name": "voice", "inbound": {"status": 1}}], (None, None, [])),
        ([{"name": "voice"}, None, "voice", VOICE], ("active", "active", [])),
        (
            [{"name": "voice", "inbound": {"status": "inactive", "issues": "late"}}],
            ("inactive", None, []),
        ),
        (
            [{"name": "voice", "inbound": {"issues": ["late", 5, None, {"code": "x"}]}}],
            (None, None, ["inbound: late"]),
        ),
        ({"voice": "active"}, (None, None, None)),
        (None, (None, None, None)),
    ],
)
def test_voice_is_as_ready_as_bird_says_and_no_more(stated: Any, expected: tuple[Any]) -> None:
    found = of_endpoint(World(numbers=1), {"dependencies": [], "capabilities": stated})
    assert (*found.values(),) == ([], *expected)


@pytest.mark.parametrize("endpoint", [None, "what", [], {}, 5, {"capabilities": 1}])
def test_an_endpoint_that_cannot_be_read_says_nothing(endpoint: Any) -> None:
    assert of_endpoint(World(numbers=1), endpoint) == UNKNOWN


def test_a_number_whose_row_omits_its_endpoint_is_read_by_its_id() -> None:
    world = World(numbers=2, dialect=Dialect(endpoint="single"))
    connector_id, _ = world.run().create(world.inputs())
    world.forget()
    (found,) = find(world, "get_phone_number", number=FIRST.number)
    assert found["connector_ids"] == [connector_id]
    assert found["voice_inbound_status"] == "active"
    assert (found["id"], found["country"]) == (NUMBER, FIRST.country)
    assert world.operations == ["list_long_codes", "get_long_code"]
    for row in find(world, "get_phone_numbers"):
        assert {name: row[name] for name in ENDPOINT} == UNKNOWN
    assert world.operations[2:] == ["list_long_codes"]


def test_a_number_whose_row_has_its_endpoint_costs_no_more_than_the_listing() -> None:
    world = World(numbers=3)
    without_voice = PhoneNumber.made_up(2)
    (found,) = find(world, "get_phone_number", number=without_voice.number)
    assert [found[name] for name in ENDPOINT] == [[], None, None, []]
    assert world.operations == ["list_long_codes"]


@pytest.mark.parametrize("status", [401, 403, 404, 405, 410, 422])
def test_a_number_that_may_not_be_read_by_its_id_is_found_all_the_same(status: int) -> None:
    world = World(numbers=1, dialect=Dialect(endpoint="single"))
    answering(
        world,
        lambda operation, body: (
            (status, {"code": "Forbidden"}) if operation == "get_long_code" else (0, body)
        ),
    )
    (found,) = find(world, "get_phone_number", number=FIRST.number)
    assert found["id"] == NUMBER
    assert {name: found[name] for name in ENDPOINT} == UNKNOWN


def test_what_only_the_row_of_a_number_has_is_kept() -> None:
    world = World(numbers=1, dialect=Dialect(endpoint="single"))
    answering(
        world,
        lambda operation, body: (
            0,
            {key: each for key, each in body.items() if key != "countryCode"},
        ),
    )
    (found,) = find(world, "get_phone_number", number=FIRST.number)
    assert (found["country"], found["voice_inbound_status"]) == (FIRST.country, "active")


def test_a_number_whose_id_is_no_uuid_is_not_read_by_it() -> None:
    world = World(numbers=1, dialect=Dialect(endpoint="single"))

    def odd(operation: str, body: Any) -> tuple[int, Any]:
        return 0, {**body, "results": [{**each, "id": "../x"} for each in body["results"]]}

    answering(world, odd)
    (found,) = find(world, "get_phone_number", number=FIRST.number)
    assert (found["id"], found["connector_ids"]) == ("../x", None)
    assert world.operations == ["list_long_codes"]


def test_numbers_are_listed_by_country_and_capability() -> None:
    world = World()

    def numbers(**given: Any) -> list[str]:
        return [each["number"] for each in find(world, "get_phone_numbers", **given)]

    everything = [PhoneNumber.made_up(each) for each in range(12)]
    assert numbers() == [each.number for each in everything]
    assert numbers(country="nl") == [each.number for each in everything[:3]]
    assert numbers(country="NL", capability="voice") == [each.number for each in everything[:2]]
    assert numbers(capability="mms-inbound") == ["+12025550101"]
    assert numbers(country="ES") == numbers(country="DE", capability="sms") == []
    assert find(World(numbers=0), "get_phone_numbers") == []


@pytest.mark.parametrize("count", [0, 12])
@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"capability": "vioce"}, r"capability: is unknown\. Did you mean voice\?"),
        ({"country": "uk"}, r"country: UK is not an ISO 3166 code; did you mean GB\?"),
        ({"country": "Germany"}, "country: must be two letters"),
    ],
)
def test_a_filter_that_is_certainly_wrong_is_no_empty_list(
    count: int, given: dict[str, str], says: str
) -> None:
    with pytest.raises(OperationError, match=f"Listing phone numbers failed: {says}"):
        find(World(numbers=count), "get_phone_numbers", **given)


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
