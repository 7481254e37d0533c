"""Each operation: what it sends, and what it makes of odd answers."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from bird_dynamic.bird.client import Collection, Conversational
from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.errors import (
    Answer,
    BirdError,
    DeadlineError,
    EngineGoneError,
    RejectedError,
    UnknownOutcomeError,
)
from bird_dynamic.bird.ids import IdError
from bird_dynamic.bird.models import UNREADABLE, Page, Request, Response
from bird_dynamic.bird.retry import RetryingClient
from tests.support.clock import FakeClock
from tests.support.scripted import ID, OTHER_ID, ScriptedTransport, answer

PAGE = answer(body={"results": []})


def bird(*script: Response | BirdError) -> tuple[Collection, list[Request], Deadline]:
    clock = FakeClock()
    transport = ScriptedTransport(*script)
    connectors = Collection(RetryingClient(transport, clock), "/workspaces/w/connectors")
    return connectors, transport.requests, Deadline.after(60, clock)


def test_gone_is_a_404_in_a_workspace_that_can_be_seen() -> None:
    connectors, requests, deadline = bird(answer(404), PAGE)
    assert connectors.get(ID, deadline) is None
    assert [request.path for request in requests] == [
        f"/workspaces/w/connectors/{ID}",
        "/workspaces/w/connectors",
    ]


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_nothing_is_gone_in_a_workspace_that_cannot_be_seen(status: int) -> None:
    connectors, _, deadline = bird(answer(404), answer(status))
    with pytest.raises(RejectedError):
        connectors.get(ID, deadline)


@pytest.mark.parametrize("status", [400, 422, 409])
def test_what_is_gone_is_gone_where_a_listing_is_refused_for_another_reason(status: int) -> None:
    connectors, _, deadline = bird(answer(404), answer(status))
    assert connectors.get(ID, deadline) is None


@pytest.mark.parametrize(
    ("status", "code", "message", "is_conflict"),
    [
        (409, "", "", True),
        *((status, "ResourceAlreadyExists", "", True) for status in (400, 422)),
        *((status, "", "it already exists", True) for status in (400, 422)),
        *((status, "", "CONFLICT with another", True) for status in (400, 422)),
        *((status, "InvalidPayload", "no such number", False) for status in (400, 422)),
        *((status, "ResourceAlreadyExists", "", False) for status in (401, 403, 404, 410, 423)),
    ],
)
def test_a_conflict_is_told_by_its_status_or_by_its_words(
    status: int, code: str, message: str, is_conflict: bool
) -> None:
    assert RejectedError(Answer(status, code, message)).is_conflict is is_conflict


@pytest.mark.parametrize("status", [400, 401, 403, 405, 409, 422])
def test_not_being_allowed_is_not_gone(status: int) -> None:
    connectors, _, deadline = bird(answer(status))
    with pytest.raises(RejectedError):
        connectors.get(ID, deadline)
    with pytest.raises(RejectedError):
        connectors.delete(ID, deadline)


@pytest.mark.parametrize("gone", [404, 410])
def test_deleting_what_is_gone_is_done(gone: int) -> None:
    connectors, requests, deadline = bird(answer(gone), PAGE)
    assert connectors.delete(ID, deadline) is True
    assert [request.method for request in requests] == ["DELETE", "GET"]


@pytest.mark.parametrize(("status", "is_done"), [(200, True), (202, False), (204, True)])
def test_a_delete_that_bird_has_only_accepted_need_not_be_done(status: int, is_done: bool) -> None:
    connectors, _, deadline = bird(answer(status))
    assert connectors.delete(ID, deadline) is is_done


def test_a_delete_with_an_unknown_outcome_is_confirmed_by_another_one() -> None:
    connectors, requests, deadline = bird(answer(500), answer(404), PAGE)
    connectors.delete(ID, deadline)
    assert [request.method for request in requests] == ["DELETE", "DELETE", "GET"]


def test_a_delete_that_somebody_else_answered_is_repeated() -> None:
    page_of_html = Response(200, {}, UNREADABLE)
    connectors, requests, deadline = bird(page_of_html, answer(204, None))
    connectors.delete(ID, deadline)
    assert [request.method for request in requests] == ["DELETE", "DELETE"]


def test_a_page_token_that_comes_round_again_ends_the_listing() -> None:
    rounds = ["a", "b", "a"]
    pages = [answer(body={"results": [{"id": ID}], "nextPageToken": each}) for each in rounds]
    connectors, requests, deadline = bird(*pages)
    assert list(connectors.pages(deadline)) == [({"id": ID},)] * 3
    assert [request.query.get("pageToken") for request in requests] == [None, "a", "b"]


def test_a_page_size_that_bird_refuses_is_left_to_bird() -> None:
    connectors, requests, deadline = bird(answer(422), PAGE)
    connectors.page(None, deadline)
    connectors.page("t", deadline)
    assert [dict(request.query) for request in requests] == [
        {"limit": "100"},
        {},
        {"pageToken": "t"},
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"results": [{"id": ID}, {}]},
        {"results": [{"id": ID}, 3]},
        {"results": {}},
        {"results": "none"},
        {"results": [], "nextPageToken": 2},
        {"nextPageToken": "t"},
        {},
        [],
    ],
)
def test_half_a_listing_is_none(body: Any) -> None:
    connectors, _, deadline = bird(answer(body=body))
    with pytest.raises(UnknownOutcomeError, match="an unreadable body"):
        connectors.page(None, deadline)


@pytest.mark.parametrize("rows", [[], [{"id": ID}]])
def test_an_endless_listing_ends_with_the_time_or_with_too_many_pages(rows: Any) -> None:
    numbers = itertools.count()

    def next_page(request: Request) -> Response:
        return answer(body={"results": rows, "nextPageToken": str(next(numbers))})

    clock = FakeClock()
    client = RetryingClient(ScriptedTransport(next_page), clock)
    connectors = Collection(client, "/workspaces/w/connectors")
    with pytest.raises(DeadlineError):
        list(connectors.pages(Deadline.after(5, clock)))
    assert next(numbers) <= 5 * 50
    with pytest.raises(UnknownOutcomeError, match="has not ended after 10,000 pages"):
        list(connectors.pages(Deadline.after(3600, clock)))


def test_null_where_the_rows_should_be_is_an_empty_page() -> None:
    connectors, _, deadline = bird(answer(body={"results": None, "nextPageToken": ""}))
    assert connectors.page(None, deadline) == Page((), None)


def test_an_answer_about_something_else_is_no_answer() -> None:
    connectors, requests, deadline = bird(answer(body={"id": OTHER_ID}))
    with pytest.raises(UnknownOutcomeError, match="an unreadable body"):
        connectors.get(ID, deadline)
    assert {request.path for request in requests} == {f"/workspaces/w/connectors/{ID}"}


def test_ids_have_one_spelling() -> None:
    connectors, requests, deadline = bird(answer(body={"id": ID.upper(), "name": "n"}))
    assert connectors.get(ID.upper(), deadline) == {"id": ID, "name": "n"}
    assert connectors.create({}, deadline)["id"] == ID
    assert requests[0].path == f"/workspaces/w/connectors/{ID}"


@pytest.mark.parametrize("item_id", ["..", "", "c1", f"{ID}/x", f"{ID}?a=b", f" {ID}", "%2e%2e"])
def test_what_is_no_id_is_refused_before_it_becomes_part_of_a_path(item_id: str) -> None:
    connectors, requests, deadline = bird(answer(204, None))
    switch = Conversational(connectors.client, "w")
    for send in (
        lambda: connectors.get(item_id, deadline),
        lambda: connectors.delete(item_id, deadline),
        lambda: connectors.update(item_id, {}, deadline),
        lambda: switch.get(item_id, deadline),
        lambda: switch.set(item_id, True, deadline),
    ):
        with pytest.raises(IdError, match="nothing was sent"):
            send()
    assert requests == []


@pytest.mark.parametrize("item_id", ["..", "", None, 3, ["x"], "../../x"])
def test_what_is_made_with_no_id_was_made_all_the_same(item_id: Any) -> None:
    connectors, _, deadline = bird(answer(201, {"id": item_id}))
    with pytest.raises(UnknownOutcomeError):
        connectors.create({}, deadline)


def test_a_refused_second_page_is_an_error() -> None:
    connectors, _, deadline = bird(answer(422))
    with pytest.raises(RejectedError):
        connectors.page("t", deadline)


@pytest.mark.parametrize(("status", "expected"), [("active", True), ("inactive", False)])
def test_the_conversational_switch_is_read(status: str, expected: bool) -> None:
    connectors, _, deadline = bird(answer(body={"status": status}))
    assert Conversational(connectors.client, "w").get(ID, deadline) is expected


def test_a_channel_without_that_configuration_is_not_conversational() -> None:
    connectors, requests, deadline = bird(answer(404), PAGE)
    assert Conversational(connectors.client, "w").get(ID, deadline) is False
    assert [request.path for request in requests] == [
        f"/workspaces/w/channels/{ID}/conversational",
        "/workspaces/w/connectors",
    ]


@pytest.mark.parametrize(("value", "status"), [(True, "active"), (False, "inactive")])
def test_the_conversational_switch_is_set(value: bool, status: str) -> None:
    connectors, requests, deadline = bird(answer(204, None))
    Conversational(connectors.client, "w").set(ID, value, deadline)
    assert (requests[0].method, requests[0].body) == ("PATCH", {"status": status})


def test_a_request_that_is_shown_shows_nothing_of_its_body() -> None:
    shown = repr(Request("POST", "/x", body={"securityArguments": {"key": "canary"}}))
    assert "canary" not in shown
    assert "/x" in shown


def test_what_changes_something_is_sent_only_where_it_may_be_and_a_read_always() -> None:
    def gone() -> None:
        raise EngineGoneError("gone")

    clock = FakeClock()
    transport = ScriptedTransport(answer())
    client = RetryingClient(transport, clock, before_writing=gone)
    connectors, switch = Collection(client, "/workspaces/w/connectors"), Conversational(client, "w")
    deadline = Deadline.after(60, clock)
    for send in (
        lambda: connectors.create({}, deadline),
        lambda: connectors.update(ID, {}, deadline),
        lambda: connectors.delete(ID, deadline),
        lambda: switch.set(ID, True, deadline),
    ):
        with pytest.raises(EngineGoneError):
            send()
    assert transport.requests == []
    assert connectors.get(ID, deadline) == {"id": ID}
