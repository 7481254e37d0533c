"""Read one connector, list many, delete."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import Any

import pytest

from tests.emulator.asking import NO_SUCH_ID, Caller


def names(rows: list[dict[str, Any]]) -> list[str]:
    return [each["name"] for each in rows]


def fill(bird: Caller, count: int) -> None:
    for index in range(count):
        bird.emulator.add_connector(name=str(index))


def test_a_connector_that_is_not_there_is_not_found(bird: Caller) -> None:
    for method in ("GET", "DELETE"):
        answer = bird.ask(method, f"/connectors/{NO_SUCH_ID}")
        assert (answer.status, answer.body["message"]) == (404, "connector not found")


def test_a_delete_takes_the_channel_with_it_and_is_not_repeatable(bird: Caller) -> None:
    connector = bird.ready()
    path = f"/connectors/{connector['id']}"
    deleted = bird.ask("DELETE", path)
    assert (deleted.status, deleted.body) == (204, None)
    assert [bird.ask(method, path).status for method in ("GET", "DELETE")] == [404, 404]
    assert bird.ask("GET", f"/channels/{connector['channel']['channelId']}").status == 404


def test_a_delete_may_answer_with_what_it_deleted(bird: Caller) -> None:
    bird.emulator.options.delete_answers_json = True
    connector_id = bird.create().body["id"]
    answer = bird.ask("DELETE", f"/connectors/{connector_id}")
    assert (answer.status, answer.body["id"]) == (200, connector_id)


def test_a_listing_has_ten_rows_unless_told_otherwise(bird: Caller) -> None:
    fill(bird, 11)
    assert len(bird.ask("GET", "/connectors").body["results"]) == 10


def test_all_rows_are_on_exactly_one_page_and_the_last_one_has_no_token(bird: Caller) -> None:
    fill(bird, 6)
    first = bird.ask("GET", "/connectors", limit=3).body
    last = bird.ask("GET", "/connectors", limit=3, pageToken=first["nextPageToken"]).body
    assert names(first["results"] + last["results"]) == list("012345")
    assert "nextPageToken" not in last


def test_pages_do_not_shift_when_rows_come_and_go(bird: Caller) -> None:
    fill(bird, 6)
    first = bird.ask("GET", "/connectors", limit=3).body
    bird.emulator.remove_connector(first["results"][0]["id"])
    bird.emulator.add_connector(name="new")
    last = bird.ask("GET", "/connectors", limit=100, pageToken=first["nextPageToken"]).body
    assert names(last["results"]) == ["3", "4", "5", "new"]


@pytest.mark.parametrize("limit", ["0", "101", "x", "", "-1", "٣"])
def test_a_limit_out_of_range_is_refused(bird: Caller, limit: str) -> None:
    answer = bird.ask("GET", "/connectors", limit=limit)
    assert (answer.status, list(answer.body["details"])) == (422, [".limit"])


@pytest.mark.parametrize(
    "token",
    ["", "x", "é", "YQ", *(urlsafe_b64encode(each).decode() for each in (b"after:x", b"\xff"))],
)
def test_a_token_that_was_never_given_out_is_refused(bird: Caller, token: str) -> None:
    answer = bird.ask("GET", "/connectors", pageToken=token)
    assert (answer.status, list(answer.body["details"])) == (422, [".pageToken"])


def test_the_largest_page_can_be_made_smaller(bird: Caller) -> None:
    bird.emulator.options.largest_page = 20
    assert bird.ask("GET", "/connectors", limit=21).status == 422


def test_a_listing_can_be_of_one_template(bird: Caller) -> None:
    fill(bird, 2)
    bird.create()
    listed = bird.ask("GET", "/connectors", templateRef="voice-messagebird:1").body["results"]
    assert names(listed) == ["support"]


def test_the_rows_of_a_listing_may_be_sparse(bird: Caller) -> None:
    connector = bird.ready()
    bird.emulator.options.sparse_lists = True
    (row,) = bird.ask("GET", "/connectors").body["results"]
    assert set(connector) - set(row) == {"channel", "number", "arguments"}


def test_listing_is_not_reading(bird: Caller) -> None:
    bird.create()
    for _ in range(2):
        assert bird.ask("GET", "/connectors").body["results"][0]["channel"] is None
