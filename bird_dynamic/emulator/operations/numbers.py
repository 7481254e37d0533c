"""The phone numbers of the workspace, in the two shapes that Bird has for them. A guess: the names
of the filters on status, type, country and capabilities."""

from __future__ import annotations

from bird_dynamic.emulator.faults import Fault
from bird_dynamic.emulator.messages import Json, Request, not_found
from bird_dynamic.emulator.operations import parameters
from bird_dynamic.emulator.operations.backend import Answer, Backend
from bird_dynamic.emulator.operations.paging import page
from bird_dynamic.emulator.phone_numbers import PhoneNumber

LARGEST_PAGE = 99
PROVIDER_ID = "b17d0000-0000-4000-8000-0000000000aa"
"""Every number is of this one carrier."""
_STATUS = "active"
_SINCE = dict.fromkeys(("createdAt", "updatedAt"), "2026-01-01T00:00:00.000Z")


def list_numbers(bird: Backend, request: Request, fault: Fault | None) -> Answer:
    """GET …/numbers"""
    rows = list(bird.store.numbers.values())
    for name in ("country", "type"):
        wanted = parameters.text(request, name)
        rows = [each for each in rows if wanted in (None, getattr(each, name))]
    if parameters.text(request, "status") not in (None, _STATUS):
        rows = []
    prefix = (parameters.text(request, "prefix") or "").removeprefix("+")
    rows = [each for each in rows if each.number.removeprefix("+").startswith(prefix)]
    searched = parameters.text(request, "searchTerm") or ""
    rows = [each for each in rows if searched in each.number]
    for capability in ("voice", "sms", "mms", "fax"):
        able = parameters.flag(request, capability)
        rows = [each for each in rows if able in (None, capability in each.capabilities)]
    return 200, page(bird, request, rows, _shown, LARGEST_PAGE, reversible=True)


def get_number(bird: Backend, request: Request, fault: Fault | None, number_id: str) -> Answer:
    """GET …/numbers/{numberId}"""
    return 200, _shown(_found(bird, number_id))


def list_long_codes(bird: Backend, request: Request, fault: Fault | None) -> Answer:
    """GET …/numbers-long-code"""
    rows = list(bird.store.numbers.values())
    searched = parameters.text(request, "numberString") or ""
    rows = [each for each in rows if searched in each.number]
    countries = parameters.several(request, "countryCodes")
    rows = [each for each in rows if not countries or each.country in countries]
    providers = parameters.several(request, "providerIds")
    if providers and PROVIDER_ID not in providers:
        rows = []
    return 200, page(bird, request, rows, _long_code, LARGEST_PAGE, reversible=True)


def get_long_code(bird: Backend, request: Request, fault: Fault | None, number_id: str) -> Answer:
    """GET …/numbers-long-code/{longCodeNumberId}"""
    return 200, _long_code(_found(bird, number_id))


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


def _long_code(number: PhoneNumber) -> Json:
    return {
        "id": number.id,
        "endpointId": number.id,
        "numberString": number.number,
        "countryCode": number.country,
        "type": number.type,
        "capabilities": _capabilities(number),
        **_SINCE,
    }


def _capabilities(number: PhoneNumber) -> Json:
    return {
        each: dict.fromkeys(("inbound", "outbound"), each in number.capabilities)
        for each in ("voice", "sms", "mms")
    }
