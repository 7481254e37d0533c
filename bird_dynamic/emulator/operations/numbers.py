"""The phone numbers of the workspace, in Bird's two formats. Assumed: the names of the filters on
status, type, country and capabilities.

The numbers never change, but their endpoints may: `change` replaces properties of an endpoint.
"""

from __future__ import annotations

from functools import partial

from bird_dynamic.emulator.checks import demand, mapping, settings
from bird_dynamic.emulator.messages import Json, Request, invalid, not_found
from bird_dynamic.emulator.operations import parameters
from bird_dynamic.emulator.operations.backend import Answer, Backend, Kind
from bird_dynamic.emulator.operations.connectors import TEMPLATES, number_of
from bird_dynamic.emulator.operations.paging import page
from bird_dynamic.emulator.phone_numbers import PhoneNumber
from bird_dynamic.emulator.tables import Row

_KIND = "numbers"
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
    shown = partial(_long_code, bird, is_listed=True)
    return 200, page(bird, request, rows, shown, LARGEST_PAGE, reversible=True)


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


def _long_code(bird: Backend, number: PhoneNumber, *, is_listed: bool = False) -> Json:
    shown: Json = {
        "id": number.id,
        "endpointId": number.id,
        "numberString": number.number,
        "countryCode": number.country,
        "type": number.type,
        "capabilities": _capabilities(number),
        **_SINCE,
    }
    shows_endpoint = bird.dialect.endpoint != "single" or not is_listed
    return {**shown, "endpoint": _endpoint(bird, number)} if shows_endpoint else shown


def _endpoint(bird: Backend, number: PhoneNumber) -> Json:
    """The connectors that use a number, and whether its capabilities are ready."""
    ready: Json = {"status": _STATUS, "issues": []}
    endpoint: Json = {
        "id": number.id,
        "type": "long-code-number",
        "capabilities": [
            {"name": each, "inbound": ready, "outbound": ready} for each in number.capabilities
        ],
        "dependencies": [
            _dependency(each.wire["id"], each.wire["connectorTemplateRef"])
            for each in bird.store.connectors.live()
            if number_of(bird, each) == number
        ],
        "issues": [],
    }
    changed = bird.store.tables[_KIND].find(number.id)
    endpoint |= {} if changed is None else changed.wire.get("endpoint") or {}
    if bird.dialect.endpoint == "without-dependencies":
        del endpoint["dependencies"]
    return endpoint


def _dependency(connector_id: str, template: str) -> Json:
    capability = TEMPLATES.get(template)
    return {
        "type": "connector",
        "connectorId": connector_id,
        "connectorTemplateRef": template,
        "capabilities": [capability] if capability else [],
    }


_CHANGE = settings({"endpoint": mapping()}, required=("endpoint",))


def change(bird: Backend, number_id: str, given: Json) -> None:
    """Replace properties of a number's endpoint: `{"endpoint": {"capabilities": […]}}`. Raises
    LookupError for an unknown number, and ValueError for any other property."""
    if number_id not in bird.numbers:
        raise LookupError(f"{_KIND} {number_id}")
    demand(_CHANGE, given)
    own_id, kept = bird.numbers[number_id].id, bird.store.tables[_KIND]
    if (row := kept.find(own_id)) is None:
        bird.store.add(_KIND, {"id": own_id, **given})
    else:
        bird.store.change(own_id, endpoint={**row.wire["endpoint"], **given["endpoint"]})


def _of_its_kind(bird: Backend, number: PhoneNumber | Row) -> Json:
    """A number, or that of a changed endpoint."""
    return _shown(bird.store.numbers[number.wire["id"]] if isinstance(number, Row) else number)


def _capabilities(number: PhoneNumber) -> Json:
    return {
        each: dict.fromkeys(("inbound", "outbound"), each in number.capabilities)
        for each in ("voice", "sms", "mms")
    }


_PATH = "/workspaces/{workspaceId}"
NUMBERS = Kind(
    _KIND,
    (
        ("GET", f"{_PATH}/numbers", list_numbers),
        ("GET", f"{_PATH}/numbers/{{numberId}}", get_number),
        ("GET", f"{_PATH}/numbers-long-code", list_long_codes),
        ("GET", f"{_PATH}/numbers-long-code/{{longCodeNumberId}}", get_long_code),
    ),
    shown=_of_its_kind,
    rows=lambda bird: bird.store.numbers.values(),
    change=change,
)
