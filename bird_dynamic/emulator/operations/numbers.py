"""The phone numbers of the workspace, in Bird's two formats. Assumed: the names of the filters on
status, type, country and capabilities."""

from __future__ import annotations

from functools import partial

from bird_dynamic.emulator.messages import Json, Request, invalid, not_found
from bird_dynamic.emulator.operations import parameters
from bird_dynamic.emulator.operations.backend import Answer, Backend, Kind
from bird_dynamic.emulator.operations.connectors import number_of
from bird_dynamic.emulator.operations.paging import page
from bird_dynamic.emulator.phone_numbers import PhoneNumber

LARGEST_PAGE = 99
LONGEST_PART = 250
PROVIDER_ID = "b17d0000-0000-4000-8000-0000000000aa"
"""The carrier of every number."""
_STATUS = "active"
_SINCE = dict.fromkeys(("createdAt", "updatedAt"), "2026-01-01T00:00:00.000Z")


def list_numbers(bird: Backend, request: Request) -> Answer:
    """GET …/numbers"""
    rows = list(bird.store.numbers.values())
    for name in ("country", "type"):
        wanted = parameters.text(request, name)
        rows = [each for each in rows if wanted in (None, getattr(each, name))]
    if parameters.text(request, "status") not in (None, _STATUS):
        rows = []
    prefix = _part(request, "prefix").removeprefix("+")
    rows = [each for each in rows if each.number.removeprefix("+").startswith(prefix)]
    searched = _part(request, "searchTerm")
    rows = [each for each in rows if searched in each.number]
    for capability in ("voice", "sms", "mms", "fax"):
        able = parameters.flag(request, capability)
        rows = [each for each in rows if able in (None, capability in each.capabilities)]
    return 200, page(bird, request, rows, _shown, LARGEST_PAGE, reversible=True)


def get_number(bird: Backend, request: Request, number_id: str) -> Answer:
    """GET …/numbers/{numberId}"""
    return 200, _shown(_found(bird, number_id))


def list_long_codes(bird: Backend, request: Request) -> Answer:
    """GET …/numbers-long-code"""
    rows = list(bird.store.numbers.values())
    searched = parameters.text(request, "numberString") or ""
    rows = [each for each in rows if searched in each.number]
    countries = parameters.several(request, "countryCodes")
    rows = [each for each in rows if not countries or each.country in countries]
    providers = parameters.several(request, "providerIds")
    if providers and PROVIDER_ID not in providers:
        rows = []
    return 200, page(bird, request, rows, partial(_long_code, bird), LARGEST_PAGE, reversible=True)


def get_long_code(bird: Backend, request: Request, number_id: str) -> Answer:
    """GET …/numbers-long-code/{longCodeNumberId}"""
    return 200, _long_code(bird, _found(bird, number_id))


def _part(request: Request, name: str) -> str:
    """A search parameter: a part of a number."""
    given = parameters.text(request, name) or ""
    if len(given) > LONGEST_PART:
        raise invalid(f".{name}", f"must have at most {LONGEST_PART} characters")
    return given


def _found(bird: Backend, number_id: str) -> PhoneNumber:
    number = bird.numbers.get(number_id)
    if number is None:
        raise not_found("number")
    return number


def _shown(number: PhoneNumber) -> Json:
    return {
        "id": number.id,
        "number": number.number,
        "country": number.country,
        "type": number.type,
        "capabilities": _capabilities(number),
        "status": _STATUS,
        **_SINCE,
    }


def _long_code(bird: Backend, number: PhoneNumber) -> Json:
    return {
        "id": number.id,
        "endpointId": number.id,
        "numberString": number.number,
        "countryCode": number.country,
        "type": number.type,
        "capabilities": _capabilities(number),
        "endpoint": _endpoint(bird, number),
        **_SINCE,
    }


def _endpoint(bird: Backend, number: PhoneNumber) -> Json:
    """The connectors that use a number, and its capabilities."""
    ready = {"status": _STATUS}
    return {
        "type": "long-code-number",
        "capabilities": [
            {"name": each, "inbound": ready, "outbound": ready} for each in number.capabilities
        ],
        "dependencies": [
            {"type": "connector", "connectorId": each.wire["id"]}
            for each in bird.store.connectors.live()
            if number_of(bird, each) == number
        ],
    }


def _capabilities(number: PhoneNumber) -> Json:
    return {
        each: dict.fromkeys(("inbound", "outbound"), each in number.capabilities)
        for each in ("voice", "sms", "mms")
    }


_PATH = "/workspaces/{workspaceId}"
NUMBERS = Kind(
    "numbers",
    (
        ("GET", f"{_PATH}/numbers", list_numbers),
        ("GET", f"{_PATH}/numbers/{{numberId}}", get_number),
        ("GET", f"{_PATH}/numbers-long-code", list_long_codes),
        ("GET", f"{_PATH}/numbers-long-code/{{longCodeNumberId}}", get_long_code),
    ),
    shown=lambda bird, number: _shown(number),
    rows=lambda bird: bird.store.numbers.values(),
)
