"""Who may ask, for what, and what every answer looks like."""

from __future__ import annotations

import json
import uuid

import pytest

from bird_dynamic.emulator import ACCESS_KEY, WORKSPACE_ID, Request
from tests.emulator.asking import NO_SUCH_ID, Caller

LIST = f"/workspaces/{WORKSPACE_ID}/connectors"


@pytest.mark.parametrize(
    "headers",
    [{}, {"authorization": "AccessKey wrong"}, {"authorization": f"Bearer {ACCESS_KEY}"}],
)
def test_without_the_right_key_nothing_is_told(bird: Caller, headers: dict[str, str]) -> None:
    response = bird.emulator.handle(Request("GET", LIST, {}, headers)).response
    assert response.status == 401
    assert json.loads(response.body)["code"] == "Unauthorized"


def test_an_unknown_workspace_is_not_found_by_name(bird: Caller) -> None:
    answer = bird.ask("GET", f"/workspaces/{NO_SUCH_ID}/connectors")
    assert (answer.status, answer.body["code"]) == (404, "NotFound")
    assert "workspace not found" in answer.body["message"]


def test_the_workspace_is_the_same_in_upper_case(bird: Caller) -> None:
    assert bird.ask("GET", f"/workspaces/{WORKSPACE_ID.upper()}/connectors").status == 200


def test_an_unknown_path_is_not_found(bird: Caller) -> None:
    assert bird.ask("GET", "/nothing").status == 404


def test_a_wrong_method_is_told_the_right_ones(bird: Caller) -> None:
    answer = bird.ask("PUT", f"/connectors/{NO_SUCH_ID}")
    assert (answer.status, answer.body["code"]) == (405, "MethodNotAllowed")
    assert answer.headers["Allow"] == "GET, DELETE"


def test_every_answer_has_a_request_id_of_its_own_a_date_and_a_type(bird: Caller) -> None:
    answers = [bird.ask("GET", path) for path in ("/connectors", "/nothing", "/numbers")]
    ids = {uuid.UUID(each.headers["Messagebird-Request-Id"]) for each in answers}
    assert len(ids) == 3
    assert {each.headers["Content-Type"] for each in answers} == {"application/json"}
    assert all(each.headers["Date"].endswith(" GMT") for each in answers)


def test_the_servers_clock_may_be_ahead_of_ours(bird: Caller) -> None:
    bird.emulator.options.clock_ahead = 3600.0
    assert bird.create().body["createdAt"] == "2026-11-18T12:06:40.000Z"
