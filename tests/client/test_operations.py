"""Each operation: what it sends, and what it makes of odd answers."""

from __future__ import annotations

import pytest

from bird_dynamic.bird.client import Collection, Conversational
from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.errors import BirdError, RejectedError
from bird_dynamic.bird.models import UNREADABLE, Request, Response
from bird_dynamic.bird.sending import Sender
from tests.support.clock import FakeClock
from tests.support.scripted import ScriptedTransport, answer

PAGE = answer(body={"results": []})


def bird(*script: Response | BirdError) -> tuple[Collection, list[Request], Deadline]:
    clock = FakeClock()
    transport = ScriptedTransport(*script)
    connectors = Collection(Sender(transport, clock), "/workspaces/w/connectors")
    return connectors, transport.requests, Deadline.after(60, clock)


def test_gone_is_a_404_in_a_workspace_that_can_be_seen() -> None:
    connectors, requests, deadline = bird(answer(404), PAGE)
    assert connectors.get("c1", deadline) is None
    assert [request.path for request in requests] == [
        "/workspaces/w/connectors/c1",
        "/workspaces/w/connectors",
    ]


@pytest.mark.parametrize("status", [401, 403, 404])
def test_nothing_is_gone_in_a_workspace_that_cannot_be_seen(status: int) -> None:
    connectors, _, deadline = bird(answer(404), answer(status))
    with pytest.raises(RejectedError):
        connectors.get("c1", deadline)


@pytest.mark.parametrize("status", [401, 403])
def test_not_being_allowed_is_not_gone(status: int) -> None:
    connectors, _, deadline = bird(answer(status))
    with pytest.raises(RejectedError):
        connectors.get("c1", deadline)
    with pytest.raises(RejectedError):
        connectors.delete("c1", deadline)


@pytest.mark.parametrize("gone", [404, 410])
def test_deleting_what_is_gone_is_done(gone: int) -> None:
    connectors, requests, deadline = bird(answer(gone), PAGE)
    connectors.delete("c1", deadline)
    assert [request.method for request in requests] == ["DELETE", "GET"]


def test_a_delete_with_an_unknown_outcome_is_confirmed_by_another_one() -> None:
    connectors, requests, deadline = bird(answer(500), answer(404), PAGE)
    connectors.delete("c1", deadline)
    assert [request.method for request in requests] == ["DELETE", "DELETE", "GET"]


def test_a_delete_that_somebody_else_answered_is_repeated() -> None:
    page_of_html = Response(200, {}, UNREADABLE)
    connectors, requests, deadline = bird(page_of_html, answer(204, None))
    connectors.delete("c1", deadline)
    assert [request.method for request in requests] == ["DELETE", "DELETE"]


def test_a_page_size_that_bird_refuses_is_left_to_bird() -> None:
    connectors, requests, deadline = bird(answer(422), PAGE)
    connectors.page(None, deadline)
    connectors.page("t", deadline)
    assert [dict(request.query) for request in requests] == [
        {"limit": "100"},
        {},
        {"pageToken": "t"},
    ]


def test_rows_without_an_id_are_left_out() -> None:
    connectors, _, deadline = bird(
        answer(body={"results": [{"id": "a"}, {}, 3], "nextPageToken": "t"})
    )
    page = connectors.page(None, deadline)
    assert page.items == ({"id": "a"},)
    assert page.next_token == "t"


def test_a_refused_second_page_is_an_error() -> None:
    connectors, _, deadline = bird(answer(422))
    with pytest.raises(RejectedError):
        connectors.page("t", deadline)


@pytest.mark.parametrize(("status", "expected"), [("active", True), ("inactive", False)])
def test_the_conversational_switch_is_read(status: str, expected: bool) -> None:
    connectors, _, deadline = bird(answer(body={"status": status}))
    assert Conversational(connectors.sender, "w").get("ch", deadline) is expected


def test_a_channel_without_that_configuration_is_not_conversational() -> None:
    connectors, _, deadline = bird(answer(404), PAGE)
    assert Conversational(connectors.sender, "w").get("ch", deadline) is False


@pytest.mark.parametrize(("value", "status"), [(True, "active"), (False, "inactive")])
def test_the_conversational_switch_is_set(value: bool, status: str) -> None:
    connectors, requests, deadline = bird(answer(204, None))
    Conversational(connectors.sender, "w").set("ch", value, deadline)
    assert (requests[0].method, requests[0].body) == ("PATCH", {"status": status})
