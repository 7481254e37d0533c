"""The phone numbers of the workspace, in their two shapes, and their filters."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bird_dynamic.emulator import BirdEmulator, Dialect, PhoneNumber, Store
from bird_dynamic.emulator.operations.numbers import PROVIDER_ID
from tests.emulator.caller import NUMBER, Caller

ABSENT = "11111111-2222-4333-8444-555555555555"
ALL = [PhoneNumber.made_up(index) for index in range(12)]


@pytest.fixture
def call() -> Caller:
    return Caller(BirdEmulator())


@pytest.mark.parametrize("path", ["/numbers", "/numbers-long-code"])
def test_a_listing_has_every_number_once_in_either_direction(call: Caller, path: str) -> None:
    ids = [each.id for each in ALL]
    assert call.listed(path, limit="5") == call.listed(path, limit="99") == ids
    assert call.listed(path, limit="5", reverse="true") == ids[::-1]
    assert call("GET", path, limit="100")[0] == 422


def test_a_number_can_be_read_in_both_shapes(call: Caller) -> None:
    status, number = call("GET", f"/numbers/{NUMBER}")
    assert (status, number["number"], number["country"]) == (200, ALL[0].number, "NL")
    assert number["capabilities"]["voice"] == {"inbound": True, "outbound": True}
    status, long_code = call("GET", f"/numbers-long-code/{NUMBER}")
    assert (status, long_code["numberString"]) == (200, ALL[0].number)
    assert long_code["capabilities"]["voice"] == {"inbound": True, "outbound": True}
    assert call("GET", f"/numbers/{ABSENT}")[0] == 404
    assert call("GET", f"/numbers-long-code/{ABSENT}")[0] == 404


def test_a_long_code_names_the_connector_that_holds_it(call: Caller) -> None:
    path = f"/numbers-long-code/{NUMBER}"
    assert call("GET", path)[1]["endpoint"]["dependencies"] == []
    connector_id = call.create()[1]["id"]
    held = [
        {
            "type": "connector",
            "connectorId": connector_id,
            "connectorTemplateRef": "voice-messagebird:1",
            "capabilities": ["voice"],
        }
    ]
    assert call("GET", path)[1]["endpoint"]["dependencies"] == held
    call("DELETE", f"/connectors/{connector_id}")
    assert call("GET", path)[1]["endpoint"]["dependencies"] == []


def test_the_endpoint_of_a_number_is_changed_until_a_reset(call: Caller) -> None:
    path, bird = f"/numbers-long-code/{NUMBER}", call.emulator
    before = call("GET", path)[1]
    assert before["endpoint"]["capabilities"][0] == {
        "name": "voice",
        "inbound": {"status": "active", "issues": []},
        "outbound": {"status": "active", "issues": []},
    }
    inactive = {"status": "inactive", "issues": ["subscription-is-not-active"]}
    voice = [{"name": "voice", "inbound": inactive, "outbound": None}]
    bird.change("numbers", NUMBER, endpoint={"capabilities": voice})
    bird.change("numbers", NUMBER, endpoint={"issues": ["not-provisioned"]})
    changed = {**before["endpoint"], "capabilities": voice, "issues": ["not-provisioned"]}
    assert call("GET", path)[1] == {**before, "endpoint": changed}
    rows = call("GET", "/numbers-long-code", limit="99")[1]["results"]
    assert [each["endpoint"] == changed for each in rows] == [True] + [False] * 11
    bird.reset()
    assert call("GET", path)[1] == before


def test_nothing_but_the_endpoint_of_a_known_number_can_be_changed(call: Caller) -> None:
    for given in ({}, {"country": "DE"}, {"endpoint": None}, {"endpoint": {}, "type": "local"}):
        with pytest.raises(ValueError, match=r"endpoint|country|type"):
            call.emulator.change("numbers", NUMBER, **given)
    with pytest.raises(LookupError, match=f"numbers {ABSENT}"):
        call.emulator.change("numbers", ABSENT, endpoint={})
    call.emulator.change("numbers", NUMBER, endpoint={"issues": ["late"]})
    with pytest.raises(LookupError, match=f"numbers {NUMBER}"):
        call.emulator.remove("numbers", NUMBER)


def test_a_changed_endpoint_is_published_as_a_change_of_its_number(call: Caller) -> None:
    with call.emulator.feed.subscribe() as subscription:
        call.emulator.change("numbers", NUMBER, endpoint={"issues": ["late"]})
        ((kind, item),) = subscription.take(5)
    number = call("GET", f"/numbers/{NUMBER}")[1]
    assert (kind, json.loads(item)) == ("item", {"kind": "numbers", "id": NUMBER, "item": number})


def test_a_file_keeps_the_endpoint_of_a_number(tmp_path: Path) -> None:
    path = str(tmp_path / "bird.json")
    BirdEmulator(Store.from_file(path)).change("numbers", NUMBER, endpoint={"issues": ["late"]})
    call = Caller(BirdEmulator(Store.from_file(path)))
    assert call("GET", f"/numbers-long-code/{NUMBER}")[1]["endpoint"]["issues"] == ["late"]


@pytest.mark.parametrize(
    ("choice", "listed", "read"),
    [
        ("everywhere", True, True),
        ("single", None, True),
        ("without-dependencies", False, False),
    ],
)
def test_a_dialect_chooses_where_the_connectors_of_a_number_are(
    choice: str, listed: bool | None, read: bool
) -> None:
    call = Caller(BirdEmulator(dialect=Dialect(endpoint=choice)))
    call.create()
    row = call("GET", "/numbers-long-code")[1]["results"][0]
    shows = "dependencies" in row["endpoint"] if "endpoint" in row else None
    assert shows is listed
    one = call("GET", f"/numbers-long-code/{NUMBER}")[1]
    assert ("dependencies" in one["endpoint"]) is read


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"country": "US"}, ["+12025550101", "+12025550102", "+12025550103"]),
        ({"country": "US", "type": "toll-free"}, ["+12025550102"]),
        ({"country": "NL", "prefix": "31970"}, [each.number for each in ALL[:3]]),
        ({"country": "NL", "prefix": "+31970102"}, [each.number for each in ALL[:3]]),
        ({"searchTerm": "7946000"}, ["+442079460001", "+442079460002"]),
        ({"mms": "true"}, ["+12025550101"]),
        ({"voice": "false"}, ["+3197010200003"]),
        ({"fax": "true"}, []),
        ({"status": "inactive"}, []),
        ({"status": "active", "country": "AU"}, ["+61255500001"]),
    ],
)
def test_numbers_are_filtered(call: Caller, query: dict[str, str], found: list[str]) -> None:
    rows = call("GET", "/numbers", limit="99", **query)[1]["results"]
    assert [row["number"] for row in rows] == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"numberString": "+33199000001"}, ["+33199000001"]),
        ({"countryCodes": "FR"}, ["+33199000001"]),
        ({"countryCodes": ["FR", "AU"]}, ["+33199000001", "+61255500001"]),
        (
            {"countryCodes": ["FR", "AU"], "providerIds": [PROVIDER_ID]},
            ["+33199000001", "+61255500001"],
        ),
        ({"providerIds": [ABSENT]}, []),
        ({"countryCodes[]": "FR", "providerIds[]": [ABSENT]}, [each.number for each in ALL]),
    ],
)
def test_long_codes_are_filtered(
    call: Caller, query: dict[str, str | list[str]], found: list[str]
) -> None:
    rows = call("GET", "/numbers-long-code", limit="99", **query)[1]["results"]
    assert [row["numberString"] for row in rows] == found


@pytest.mark.parametrize(
    "query",
    [
        {"voice": "yes"},
        {"country": ["NL", "DE"]},
        {"reverse": ""},
        {"prefix": ""},
        {"searchTerm": "1" * 251},
    ],
)
def test_a_filter_that_cannot_be_understood_is_refused(
    call: Caller, query: dict[str, str | list[str]]
) -> None:
    assert call("GET", "/numbers", **query)[0] == 422
