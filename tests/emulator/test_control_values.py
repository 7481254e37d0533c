"""Control values that are out of their range: named, and nothing changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pytest

from bird_dynamic.emulator import BirdEmulator, Dialect, Fault, Options, Request
from bird_dynamic.emulator.api import KINDS
from bird_dynamic.emulator.serving.control import control
from tests.emulator.caller import WEBHOOKS, Caller

HUGE = 10**400


def ask(bird: BirdEmulator, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    raw = b"" if body is None else json.dumps(body).encode()
    response = control(bird, Request(method, f"/__emulator__/{path}", body=raw))
    return response.status, json.loads(response.body)


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"kind": 1}, "kind: must be one of: status, latency"),
    ({"kind": ["reset"]}, "kind: must be one of: status, latency"),
    ({"kind": "reset", "operation": 1}, "operation: must be a string"),
    ({"kind": "reset", "nth": 0}, "nth: must be a whole number of at least 1"),
    ({"kind": "reset", "nth": 1.0}, "nth: must be a whole number of at least 1"),
    ({"kind": "reset", "nth": True}, "nth: must be a whole number of at least 1"),
    ({"kind": "reset", "times": 0}, "times: must be a whole number of at least 1"),
    ({"kind": "reset", "times": "2"}, "times: must be a whole number of at least 1"),
    ({"kind": "reset", "probability": 1.1}, "probability: must be a number between 0 and 1"),
    ({"kind": "reset", "probability": None}, "probability: must be a number between 0 and 1"),
    ({"kind": "reset", "applied": "yes"}, "applied: must be a boolean"),
    ({"kind": "status", "status": 99}, "status: must be a whole number between 200 and 599"),
    ({"kind": "status", "status": "503"}, "status: must be a whole number between 200 and 599"),
    ({"kind": "status", "headers": []}, "headers: must be an object"),
    ({"kind": "status", "headers": {"A": 1}}, "headers: must be an object"),
    ({"kind": "status", "headers": {"A": "b\r\nC: d"}}, "headers: must be an object"),
    ({"kind": "status", "headers": {"A: b\r\nC": "d"}}, "headers: must be an object"),
    ({"kind": "status", "headers": {"A": "é"}}, "headers: must be an object"),
    ({"kind": "status", "headers": {"content-Length": "1"}}, "without the body's length"),
    ({"kind": "latency", "seconds": -1}, "seconds: must be a number of at least 0"),
    ({"kind": "latency", "seconds": 3601}, "seconds: must be a number between 0 and 3600"),
    ({"kind": "hang", "seconds": 1e9}, "seconds: must be a number between 0 and 3600"),
    ({"kind": "stale_list", "seconds": HUGE}, "seconds: must be a number of at least 0"),
    ({"kind": "throttle", "rate": -1}, "rate: must be a number of at least 0"),
    ({"kind": "throttle", "rate": True}, "rate: must be a number of at least 0"),
    ({"kind": "throttle", "retry_after": 1}, "retry_after: must be one of: none, seconds, date"),
]
OPTIONS: list[tuple[dict[str, Any], str]] = [
    ({"channel_after": -1}, "channel_after: must be a whole number of at least 0"),
    ({"channel_after": "1"}, "channel_after: must be a whole number of at least 0"),
    ({"allow_duplicates": 1}, "allow_duplicates: must be a boolean"),
    ({"added_arguments": []}, "added_arguments: must be an object"),
    ({"sparse_lists": None}, "sparse_lists: must be a boolean"),
    ({"list_signing_keys": "no"}, "list_signing_keys: must be a boolean"),
    ({"largest_page": 0}, "largest_page: must be a whole number of at least 1"),
    ({"clock_ahead": 1e12}, "clock_ahead: must be a number between -1e+09 and 1e+09"),
    ({"release_after": -1}, "release_after: must be a number of at least 0"),
    ({"release_after": HUGE}, "release_after: must be a number of at least 0"),
]


@pytest.mark.parametrize(("wrong", "says"), FAULTS, ids=str)
def test_a_fault_names_its_wrong_field(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=r".+") as raised:
        Fault(**wrong)
    assert says in str(raised.value)
    bird = BirdEmulator(faults=[Fault("reset")])
    status, answer = ask(bird, "PUT", "faults", [{"kind": "reset"}, wrong])
    assert (status, bird.faults) == (422, (Fault("reset"),))
    assert answer["message"].startswith("[1].")
    assert says in answer["message"]


@pytest.mark.parametrize(("wrong", "says"), OPTIONS, ids=str)
def test_options_name_their_wrong_field(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=r".+") as raised:
        Options(**wrong)
    assert says in str(raised.value)
    bird = BirdEmulator()
    status, answer = ask(bird, "PATCH", "options", wrong)
    assert (status, bird.options) == (422, Options())
    assert says in answer["message"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize(
    "make",
    [
        lambda value: Fault("latency", seconds=value),
        lambda value: Fault("stale_list", seconds=value),
        lambda value: Fault("reset", probability=value),
        lambda value: Fault("throttle", rate=value),
        lambda value: Options(clock_ahead=value),
        lambda value: Options(release_after=value),
    ],
)
def test_no_number_is_endless_or_none(make: Callable[[float], object], value: float) -> None:
    with pytest.raises(ValueError, match="must be a number"):
        make(value)


def test_several_problems_are_told_at_once() -> None:
    with pytest.raises(ValueError, match=r"^nth: must be .*; status: must be [^;]*$"):
        Fault("status", nth=0, status=1)


@pytest.mark.parametrize(
    ("method", "path", "body", "says"),
    [
        ("PUT", "faults", None, "the body: must be a list"),
        ("PUT", "faults", {"kind": "reset"}, "the body: must be a list"),
        ("PUT", "faults", "reset", "the body: must be a list"),
        ("PUT", "faults", ["reset"], "[0]: must be an object"),
        ("PUT", "faults", [None], "[0]: must be an object"),
        ("PUT", "faults", [{}], "[0].kind: is required"),
        ("PUT", "faults", [{"kind": "reset", "mood": 1}], "[0].mood: is unknown; known are: kind"),
        ("PUT", "faults", [{"kind": "reset", "operation": "x"}], "unknown operation 'x'"),
        ("PATCH", "options", None, "the body: must be an object"),
        ("PATCH", "options", [["channel_after", 5]], "the body: must be an object"),
        ("PATCH", "options", {"mood": 1}, "mood: is unknown; known are: channel_after"),
        ("PUT", "dialect", None, "the body: must be an object"),
        ("PATCH", "dialect", ["gone"], "the body: must be an object"),
        ("PATCH", "dialect", {"gone": ["410"]}, "gone must be a string, in quotes: 404 or 410"),
        ("PATCH", "dialect", {"gone": 410}, "gone must be a string, in quotes: 404 or 410"),
        ("PUT", "dialect", {"gonne": "410"}, "did you mean 'gone'?"),
        ("POST", "connectors", None, "the body: must be an object"),
        ("POST", "connectors", ["name"], "the body: must be an object"),
        ("POST", "connectors", {"id": "x"}, "id: is given by the emulator"),
        ("POST", "connectors", {"arguments": []}, "arguments: must be an object"),
        ("POST", "connectors", {"connectorTemplateSlug": 1}, "connectorTemplateSlug: must be a"),
        ("POST", "webhook-subscriptions", {"id": "x"}, "id: is given by the emulator"),
        ("POST", "webhook-subscriptions", {"url": 1}, "url: must be a string"),
        ("POST", "webhook-subscriptions", {"eventFilters": {}}, "eventFilters: must be a list"),
        ("POST", "webhook-subscriptions", {"eventFilters": [1]}, "eventFilters[0]: must be an"),
    ],
)
def test_a_body_of_another_form_is_told(method: str, path: str, body: Any, says: str) -> None:
    bird = BirdEmulator()
    status, answer = ask(bird, method, path, body)
    assert status == 422
    assert says in answer["message"]
    assert (bird.faults, bird.options, bird.dialect) == ((), Options(), Dialect())
    assert bird.connectors() == bird.webhook_subscriptions() == []


@pytest.mark.parametrize(
    ("kind", "wrong", "says"),
    [
        ("connectors", {"id": "x"}, "id: is given by the emulator"),
        ("connectors", {"connectorTemplateSlug": None}, "connectorTemplateSlug: must be a string"),
        ("connectors", {"arguments": "x"}, "arguments: must be an object"),
        ("webhook-subscriptions", {"id": "x"}, "id: is given by the emulator"),
        ("webhook-subscriptions", {"eventFilters": "x"}, "eventFilters: must be a list"),
    ],
)
def test_a_change_that_the_emulator_cannot_work_with_is_told(
    kind: str, wrong: dict[str, Any], says: str
) -> None:
    bird = BirdEmulator()
    made = bird.add(kind)
    status, answer = ask(bird, "PATCH", f"{kind}/{made['id']}", wrong)
    assert status == 422
    assert says in answer["message"]
    assert ask(bird, "PATCH", f"{kind}/{made['id']}", [])[0] == 422
    assert bird.items(kind) == [made]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "faults/1"),
        ("POST", "reset/all"),
        ("DELETE", "connectors"),
        ("PATCH", "connectors"),
        ("GET", "connectors/x"),
        ("POST", "connectors/x"),
        ("PATCH", "numbers/x"),
        ("DELETE", "channels/x"),
        ("HEAD", "journal"),
        ("OPTIONS", "reset"),
        ("POST", ""),
    ],
)
def test_a_path_that_does_not_exist_is_not_taken_for_another(method: str, path: str) -> None:
    bird = BirdEmulator()
    bird.add_connector()
    assert ask(bird, method, path, {})[0] == 404
    assert len(bird.connectors()) == 1


ODD: list[Any] = [None, 1, 1.5, True, "x", "", [], ["x"], {}, {"key": 1}, [{"key": []}, {}], HUGE]
NAMES = {
    "connectors": ("name", "arguments", "connectorTemplateRef", "createdAt", "channel", "kind"),
    "webhook-subscriptions": ("url", "eventFilters", "service", "event", "status", "item_id"),
}
DIALECTS = [
    Dialect(),
    Dialect(name="collapsed", arguments="text", number_id="twin", webhook_filters="lower"),
    Dialect(name="upper", arguments="reordered", template="newest", webhook_url="normalized"),
    Dialect(arguments="keys-added", rows="keyless", order="by-id", webhook_filters="keys-added"),
    Dialect(id_case="upper", timestamps="offset", rows="null", webhook_filters="reordered"),
]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda each: str(each.differences))
@pytest.mark.parametrize("value", [*ODD, {"phoneNumberId": ["x"]}], ids=lambda each: str(each)[:20])
@pytest.mark.parametrize("kind", NAMES)
def test_an_item_as_odd_as_it_may_be_breaks_no_later_request(
    kind: str, value: Any, dialect: Dialect, not_as_described: list[str]
) -> None:
    bird = BirdEmulator(dialect=dialect)
    call = Caller(bird)
    made = bird.add(kind)["id"]
    for name in NAMES[kind]:
        assert ask(bird, "POST", kind, {name: value})[0] in (200, 422)
        assert ask(bird, "PATCH", f"{kind}/{made}", {name: value})[0] in (200, 422)
    for each in KINDS:
        assert ask(bird, "GET", each)[0] == 200
    for path in ("/connectors", "/channels", "/numbers-long-code", WEBHOOKS):
        assert call("GET", path)[0] == 200
    assert call.create()[0] == 201
    webhook = {"service": "channels", "event": "voice.inbound", "url": "https://example.com"}
    assert call("POST", WEBHOOKS, webhook)[0] == 201
    assert bird.journal[-1]["path"] == WEBHOOKS
    if kind == "connectors":
        assert call("GET", f"/connectors/{made}")[0] == 200
        channel = bird.store.connectors[made].channel_id
        assert call("POST", f"/channels/{channel}/calls", {"to": "+31612345678"})[0] in (202, 422)
    not_as_described.clear()


def test_defaults_and_existing_values_are_in_range() -> None:
    assert Options(**asdict(Options())) == Options()
    assert Fault(**asdict(Fault("status", headers={"Retry-After": "3"}))).status == 500


def test_a_message_is_short_however_long_the_request_is() -> None:
    status, answer = ask(BirdEmulator(), "PATCH", "options", {"x" * 100_000: 1})
    assert (status, len(answer["message"])) == (422, 1000)
