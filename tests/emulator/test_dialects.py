"""What each choice of a dialect does over the wire, and how a dialect is chosen."""

from __future__ import annotations

import base64
import gzip
import json
import urllib.error
import urllib.request
from dataclasses import asdict
from http.client import HTTPConnection
from typing import Any

import pytest

from bird_dynamic.emulator import BirdEmulator, Dialect, EmulatorServer
from bird_dynamic.emulator.__main__ import main
from bird_dynamic.emulator.dialect import NAMED, QUESTIONS
from bird_dynamic.emulator.phone_numbers import twin
from tests.emulator.caller import AUTHORIZED, NUMBER, OTHER_NUMBER, ROOT, VOICE, WEBHOOKS, Caller
from tests.support.clock import FakeClock

pytestmark = pytest.mark.usefixtures("any_dialect")
ABSENT = "11111111-2222-4333-8444-555555555555"


def caller(clock: FakeClock | None = None, **choices: str) -> Caller:
    emulator = BirdEmulator(seed=1, dialect=Dialect.of(choices), clock=(clock or FakeClock()).time)
    return Caller(emulator)


def subscribe(call: Caller, **changes: Any) -> Any:
    body = {"service": "channels", "event": "voice.inbound", "url": "https://Example.com"}
    return call("POST", WEBHOOKS, {**body, **changes})[1]


def foreign(call: Caller, count: int) -> list[str]:
    """Connectors that somebody else made, which hold no number; their ids."""
    return [call.emulator.add_connector()["id"] for _ in range(count)]


@pytest.mark.parametrize(
    ("choice", "stored"),
    [("as-sent", " My  Line "), ("trimmed", "My  Line"), ("collapsed", "My Line"),
     ("lower", " my  line "), ("upper", " MY  LINE ")],
)  # fmt: skip
def test_how_a_name_is_stored(choice: str, stored: str) -> None:
    assert caller(name=choice).create(name=" My  Line ")[1]["name"] == stored


@pytest.mark.parametrize(
    ("choice", "stated"), [("as-sent", VOICE), ("newest", "voice-messagebird:2")]
)
def test_which_template_is_stated(choice: str, stated: str) -> None:
    call = caller(template=choice)
    assert call.create()[1]["connectorTemplateRef"] == stated
    again = {"connectorTemplateRef": stated, "arguments": {"phoneNumberId": OTHER_NUMBER}}
    assert call.create(**again)[1]["connectorTemplateRef"] == stated
    assert call.create(connectorTemplateRef="voice-messagebird:3")[0] == 422


@pytest.mark.parametrize(
    ("choice", "stored"),
    [
        ("as-sent", {"a": [1, 2], "b": {"c": True}}),
        ("keys-added", {"a": [1, 2], "b": {"c": True, "addedByBird": "yes"}, "addedByBird": "yes"}),
        ("text", {"a": ["1", "2"], "b": {"c": "true"}}),
        ("reordered", {"a": [2, 1], "b": {"c": True}}),
    ],
)
def test_how_arguments_are_stored(choice: str, stored: dict[str, Any]) -> None:
    made = caller(arguments=choice).emulator.add_connector(
        arguments={"a": [1, 2], "b": {"c": True}}
    )
    assert made["arguments"] == stored


@pytest.mark.parametrize(("choice", "stated"), [("as-sent", NUMBER), ("twin", twin(NUMBER))])
def test_which_id_of_a_number_is_stated(choice: str, stated: str) -> None:
    call = caller(number_id=choice)
    made = call.create()[1]
    assert made["arguments"]["phoneNumberId"] == made["number"]["numberId"] == stated
    assert call("GET", f"/numbers/{stated}")[0] == 200
    assert call.create(arguments={"phoneNumberId": stated})[0] == 409


@pytest.mark.parametrize(("choice", "there"), [("later", False), ("at-once", True)])
def test_when_a_channel_is_stated(choice: str, there: bool) -> None:
    call = caller(channel=choice)
    _, made = call.create()
    assert bool(made["channel"]) is there
    assert call("GET", f"/connectors/{made['id']}")[1]["channel"]


@pytest.mark.parametrize(("choice", "listed"), [("everywhere", True), ("single", False)])
def test_where_a_channel_is_stated(choice: str, listed: bool) -> None:
    call = caller(channel_place=choice)
    made = call.create()[1]
    assert call("GET", f"/connectors/{made['id']}")[1]["channel"]
    row = call("GET", "/connectors")[1]["results"][0]
    assert bool(row.get("channel")) is listed
    assert row["arguments"]


@pytest.mark.parametrize("choice", ["201", "200", "202"])
def test_which_status_answers_a_creation(choice: str) -> None:
    assert caller(create_status=choice).create()[0] == int(choice)


@pytest.mark.parametrize(("choice", "alone"), [("whole", False), ("id", True)])
def test_what_the_answer_to_a_creation_holds(choice: str, alone: bool) -> None:
    assert (set(caller(create_answer=choice).create()[1]) == {"id"}) is alone


@pytest.mark.parametrize(
    ("choice", "status", "told"),
    [
        ("409", 409, True),
        ("409-empty", 409, False),
        ("422", 422, True),
        ("existing", 200, True),
        ("none", 201, True),
    ],
)
def test_what_answers_a_second_connector(choice: str, status: int, told: bool) -> None:
    call = caller(conflict=choice)
    call.create()
    answered, body = call.create()
    assert (answered, body is not None) == (status, told)


@pytest.mark.parametrize(
    ("choice", "short", "long"), [("both", 200, 200), ("short", 200, 404), ("long", 404, 200)]
)
def test_where_webhook_subscriptions_are(choice: str, short: int, long: int) -> None:
    call = caller(webhook_path=choice)
    assert call("GET", "/webhook-subscriptions")[0] == short
    assert call("GET", WEBHOOKS)[0] == long
    assert call("GET", "/connectors")[0] == 200


@pytest.mark.parametrize("choice", ["204", "200", "202"])
def test_which_status_answers_a_deletion(choice: str) -> None:
    call = caller(delete_status=choice)
    made = call.emulator.add_connector()
    for path in (f"/connectors/{made['id']}", f"{WEBHOOKS}/{subscribe(call)['id']}"):
        item = call("GET", path)[1]
        bodies = {"204": None, "200": item, "202": {}}
        assert call("DELETE", path) == (int(choice), bodies[choice])


@pytest.mark.parametrize(("choice", "soon"), [("at-once", 404), ("later", 200)])
def test_when_a_deleted_connector_is_gone(choice: str, soon: int) -> None:
    clock = FakeClock()
    call = caller(clock, deletion=choice)
    path = f"/connectors/{foreign(call, 1)[0]}"
    call("DELETE", path)
    assert call("GET", path)[0] == soon
    clock.sleep(call.emulator.options.release_after)
    assert call("GET", path)[0] == 404


@pytest.mark.parametrize(("choice", "soon"), [("at-once", 201), ("later", 409)])
def test_when_a_number_is_free(choice: str, soon: int) -> None:
    clock = FakeClock()
    call = caller(clock, number_free=choice)
    call("DELETE", f"/connectors/{call.create()[1]['id']}")
    assert call.create()[0] == soon
    clock.sleep(call.emulator.options.release_after)
    assert call.create()[0] == (409 if soon == 201 else 201)


@pytest.mark.parametrize("choice", ["404", "410"])
def test_which_status_says_that_something_is_gone(choice: str) -> None:
    assert caller(gone=choice)("GET", f"/connectors/{ABSENT}")[0] == int(choice)


@pytest.mark.parametrize("choice", ["oldest-first", "newest-first", "by-id"])
def test_in_which_order_a_listing_comes(choice: str) -> None:
    call = caller(order=choice)
    made = foreign(call, 30)
    orders = {"oldest-first": made, "newest-first": made[::-1], "by-id": sorted(made)}
    assert call.listed("/connectors", limit="7") == orders[choice]


@pytest.mark.parametrize(
    ("choice", "status", "rows"), [("100", 200, 30), ("25", 422, None), ("25-silently", 200, 25)]
)
def test_what_becomes_of_a_large_limit(choice: str, status: int, rows: int | None) -> None:
    call = caller(page_size=choice)
    foreign(call, 30)
    answered, body = call("GET", "/connectors", limit="100")
    assert answered == status
    assert rows is None or len(body["results"]) == rows
    assert call("GET", "/connectors", limit="25")[0] == 200


@pytest.mark.parametrize("order", ["oldest-first", "newest-first", "by-id"])
@pytest.mark.parametrize("choice", ["digits", "base64"])
def test_what_a_page_token_is(choice: str, order: str) -> None:
    call = caller(page_token=choice, order=order)
    made = foreign(call, 3)
    token = call("GET", "/connectors", limit="1")[1]["nextPageToken"]
    if choice == "base64":
        assert isinstance(json.loads(base64.b64decode(token))[0], int)
    else:
        assert token.isdecimal()
    assert sorted(call.listed("/connectors", limit="1")) == sorted(made)
    for wrong in ("", "e30=", "W10=", "\u00e9", "-1"):
        assert call("GET", "/connectors", pageToken=wrong)[0] == 422


@pytest.mark.parametrize(
    ("choice", "end"),
    [("absent", {}), ("null", {"nextPageToken": None}), ("empty", {"nextPageToken": ""})],
)
def test_how_the_last_page_says_so(choice: str, end: dict[str, Any]) -> None:
    assert caller(page_end=choice)("GET", "/connectors")[1] == {"results": [], **end}


@pytest.mark.parametrize(("choice", "results"), [("list", []), ("null", None)])
def test_what_an_empty_page_holds(choice: str, results: Any) -> None:
    assert caller(empty_page=choice)("GET", "/connectors")[1]["results"] == results


@pytest.mark.parametrize(("choice", "soon"), [("none", 1), ("moment", 0)])
def test_when_a_listing_shows_a_change(choice: str, soon: int) -> None:
    clock = FakeClock()
    call = caller(clock, listing_lag=choice)
    foreign(call, 1)
    clock.sleep(0.5)
    assert len(call.listed("/connectors")) == soon
    clock.sleep(3)
    assert len(call.listed("/connectors")) == 1


@pytest.mark.parametrize("choice", ["rich", "null", "keyless"])
def test_what_a_row_tells(choice: str) -> None:
    call = caller(rows=choice)
    call.create()
    row = call("GET", "/connectors")[1]["results"][0]
    assert ("arguments" in row) is (choice != "keyless")
    assert bool(row.get("arguments")) is (choice == "rich")


@pytest.mark.parametrize(
    ("choice", "stored"),
    [("as-sent", "https://Example.com"), ("normalized", "https://example.com/")],
)
def test_how_an_address_is_stored(choice: str, stored: str) -> None:
    assert subscribe(caller(webhook_url=choice))["url"] == stored


@pytest.mark.parametrize("choice", ["as-sent", "reordered", "keys-added", "lower"])
def test_how_filters_are_stored(choice: str) -> None:
    sent = [{"key": "status", "value": each} for each in ("Ringing", "ongoing")]
    stored = {
        "as-sent": sent,
        "reordered": sent[::-1],
        "keys-added": [{**each, "operator": "eq"} for each in sent],
        "lower": [{**each, "value": each["value"].lower()} for each in sent],
    }
    assert (
        subscribe(caller(webhook_filters=choice), eventFilters=sent)["eventFilters"]
        == (stored[choice])
    )


@pytest.mark.parametrize(
    ("choice", "single", "listed"),
    [("never", False, False), ("single", True, False), ("listed", True, True)],
)
def test_where_a_signing_key_is_given_back(choice: str, single: bool, listed: bool) -> None:
    call = caller(signing_key=choice)
    made = subscribe(call, signingKey="k")
    assert ("signingKey" in made) is single
    assert ("signingKey" in call("GET", f"{WEBHOOKS}/{made['id']}")[1]) is single
    assert ("signingKey" in call("GET", WEBHOOKS)[1]["results"][0]) is listed


@pytest.mark.parametrize(
    ("choice", "ends"),
    [("milliseconds", ".000Z"), ("nanoseconds", ".000000000Z"), ("offset", "+00:00"),
     ("zoneless", "")],
)  # fmt: skip
def test_how_a_moment_is_written(choice: str, ends: str) -> None:
    written = caller(timestamps=choice).create()[1]["createdAt"]
    assert written[19:] == ends


@pytest.mark.parametrize("choice", ["lower", "upper"])
def test_in_which_case_ids_are(choice: str) -> None:
    call = caller(id_case=choice)
    made = call.create()[1]
    assert made["id"] == getattr(made["id"], choice)()
    assert made["arguments"]["phoneNumberId"] == getattr(NUMBER, choice)()
    assert call("GET", f"/connectors/{made['id']}")[0] == 200


@pytest.mark.parametrize("choice", ["full", "brief", "text", "empty"])
def test_what_an_error_holds(choice: str) -> None:
    response = caller(error_body=choice).reply("POST", f"{ROOT}/connectors", {}).response
    assert response.status == 422
    if choice == "full":
        assert set(json.loads(response.body)) == {"code", "message", "details"}
    elif choice == "brief":
        assert set(json.loads(response.body)) == {"code", "message"}
    elif choice == "text":
        assert response.headers["Content-Type"] == "text/plain"
        assert not response.body.startswith(b"{")
    else:
        assert response.body == b""


@pytest.mark.parametrize(
    ("choice", "header"),
    [("whole", "Content-Length"), ("chunked", "Transfer-Encoding"), ("gzip", "Content-Encoding")],
)
def test_how_a_body_comes(
    server: EmulatorServer, connection: HTTPConnection, choice: str, header: str
) -> None:
    server.emulator.dialect = Dialect(transfer=choice)
    connection.request("GET", f"{ROOT}/connectors", headers=AUTHORIZED)
    answer = connection.getresponse()
    body = answer.read()
    assert answer.headers[header]
    assert json.loads(gzip.decompress(body) if choice == "gzip" else body) == {"results": []}


@pytest.mark.parametrize(("choice", "kept"), [("kept", True), ("closed", False)])
def test_what_becomes_of_a_connection(
    server: EmulatorServer, connection: HTTPConnection, choice: str, kept: bool
) -> None:
    server.emulator.dialect = Dialect(connection=choice)
    connection.request("GET", f"{ROOT}/connectors", headers=AUTHORIZED)
    connection.getresponse().read()
    assert (connection.sock is not None) is kept


def test_naming_every_default_changes_nothing() -> None:
    defaults = {question.name: question.names[0] for question in QUESTIONS}
    assert Dialect.of(defaults) == Dialect()
    assert Dialect.of(defaults).differences == {}
    assert caller(**defaults).create() == caller().create()


def test_the_same_seed_draws_the_same_dialect_and_the_seeds_draw_every_choice() -> None:
    drawn = [Dialect.drawn(seed) for seed in range(300)]
    assert drawn == [Dialect.drawn(seed) for seed in range(300)]
    for question in QUESTIONS:
        assert {getattr(each, question.name) for each in drawn} == set(question.names)


def test_a_question_or_a_choice_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="did you mean 'template'"):
        Dialect.of({"templat": "newest"})
    with pytest.raises(ValueError, match="name must be as-sent or trimmed"):
        Dialect.of({"name": "backwards"})


@pytest.mark.parametrize("dialect", NAMED.values(), ids=NAMED)
def test_a_named_dialect_can_be_read_back(dialect: Dialect) -> None:
    assert Dialect.of(dialect.differences) == dialect


@pytest.mark.parametrize("given", ["gone", "gone=405", "gonne=410"])
def test_a_wrong_choice_ends_the_command(given: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--dialect", given])
    assert ended.value.code == 2
    assert "--dialect: " in capsys.readouterr().err


def control(server: EmulatorServer, method: str, body: Any = None) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{server.url}/__emulator__/dialect", data, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_a_running_emulator_is_told_another_dialect(server: EmulatorServer) -> None:
    assert control(server, "GET") == (200, asdict(Dialect()))
    assert control(server, "PUT", {"gone": "410"})[0] == 200
    assert control(server, "PATCH", {"name": "upper"})[0] == 200
    assert server.emulator.dialect == Dialect(gone="410", name="upper")
    assert control(server, "PUT", {"order": "by-id"})[0] == 200
    assert server.emulator.dialect == Dialect(order="by-id")


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize("body", [{"gone": "405"}, {"gonne": "410"}, ["gone"]])
def test_a_wrong_dialect_is_refused(server: EmulatorServer, method: str, body: Any) -> None:
    assert control(server, method, body)[0] == 422
    assert server.emulator.dialect == Dialect()
