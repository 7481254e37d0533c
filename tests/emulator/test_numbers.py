"""The phone numbers of the workspace, in their two shapes, and their filters."""

from __future__ import annotations

import pytest

from bird_dynamic.emulator import BirdEmulator, PhoneNumber
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
    held = [{"type": "connector", "connectorId": connector_id}]
    assert call("GET", path)[1]["endpoint"]["dependencies"] == held
    call("DELETE", f"/connectors/{connector_id}")
    assert call("GET", path)[1]["endpoint"]["dependencies"] == []


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
        ({"countryCodes[]": "FR"}, ["+33199000001"]),
        ({"countryCodes": "FR"}, ["+33199000001"]),
        ({"countryCodes[]": ["FR", "AU"]}, ["+33199000001", "+61255500001"]),
        (
            {"countryCodes[]": ["FR", "AU"], "providerIds[]": [PROVIDER_ID]},
            ["+33199000001", "+61255500001"],
        ),
        ({"providerIds[]": [ABSENT]}, []),
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
