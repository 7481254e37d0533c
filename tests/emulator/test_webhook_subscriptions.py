"""Webhook subscriptions: made, read, changed, deleted, refused, and what faults do to them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bird_dynamic.emulator import (
    ORGANIZATION_ID,
    WORKSPACE_ID,
    BirdEmulator,
    Dialect,
    Fault,
    Options,
    Store,
)
from tests.emulator.caller import WEBHOOKS, Caller
from tests.support.clock import FakeClock

ABSENT = "11111111-2222-4333-8444-555555555555"
URL = "https://example.com/hook"
CHANNEL = {"key": "channelId", "value": ABSENT}
RINGING = {"key": "status", "value": "ringing"}
ONGOING = {"key": "status", "value": "ongoing"}
DOCUMENTED = {
    "id",
    "organizationId",
    "workspaceId",
    "service",
    "event",
    "eventFilters",
    "template",
    "url",
    "signingKey",
    "status",
    "createdAt",
    "updatedAt",
}


@pytest.fixture
def call() -> Caller:
    return Caller(BirdEmulator(seed=1, dialect=Dialect(signing_key="single")))


def subscribe(call: Caller, **changes: Any) -> tuple[int, Any]:
    body = {"service": "channels", "event": "voice.inbound", "url": URL}
    return call("POST", WEBHOOKS, {**body, **changes})


def test_a_subscription_has_the_documented_fields(call: Caller) -> None:
    status, made = subscribe(call, signingKey="k", eventFilters=[CHANNEL, RINGING], template="t")
    assert status == 201
    assert set(made) == DOCUMENTED
    assert (made["organizationId"], made["workspaceId"]) == (ORGANIZATION_ID, WORKSPACE_ID)
    assert (made["status"], made["signingKey"], made["template"]) == ("active", "k", "t")
    assert made["eventFilters"] == [CHANNEL, RINGING]
    assert call("GET", f"{WEBHOOKS}/{made['id']}") == (200, made)
    assert call.emulator.webhook_subscriptions() == [made]


def test_a_signing_key_is_not_given_back_unless_a_dialect_says_so() -> None:
    call = Caller(BirdEmulator())
    _, made = subscribe(call, signingKey="k")
    assert (
        set(made) == set(call("GET", f"{WEBHOOKS}/{made['id']}")[1]) == DOCUMENTED - {"signingKey"}
    )


def test_a_listing_shows_the_signing_key_only_where_it_is_told_to(call: Caller) -> None:
    subscribe(call, signingKey="k")
    assert set(call("GET", WEBHOOKS)[1]["results"][0]) == DOCUMENTED - {"signingKey"}
    call.emulator.options = Options(list_signing_keys=True)
    assert set(call("GET", WEBHOOKS)[1]["results"][0]) == DOCUMENTED


def test_subscriptions_come_in_pages(call: Caller) -> None:
    made = [call.emulator.add_webhook_subscription()["id"] for _ in range(30)]
    assert call.listed(WEBHOOKS) == call.listed(WEBHOOKS, limit="7") == made
    assert len(call("GET", WEBHOOKS)[1]["results"]) == 25
    assert call("GET", WEBHOOKS, limit="101")[0] == 422


def test_a_subscription_without_deliveries_has_empty_logs(call: Caller) -> None:
    _, made = subscribe(call)
    logs = f"{WEBHOOKS}/{made['id']}/logs"
    assert call("GET", logs) == (200, {"results": []})
    assert call("GET", f"{logs}/details", requestId=ABSENT)[0] == 404
    assert call("GET", f"{logs}/details")[0] == 422
    assert call("GET", f"{WEBHOOKS}/{ABSENT}/logs")[0] == 404


def test_a_subscription_is_changed_in_place() -> None:
    clock = FakeClock()
    call = Caller(BirdEmulator(clock=clock.time, dialect=Dialect(signing_key="single")))
    _, made = subscribe(call, signingKey="k", eventFilters=[RINGING])
    clock.sleep(5)
    path = f"{WEBHOOKS}/{made['id']}"
    status, changed = call("PATCH", path, {"url": f"{URL}/2", "eventFilters": None})
    assert status == 200
    different = {key for key in made if made[key] != changed[key]}
    assert different == {"url", "eventFilters", "updatedAt"}
    assert call("PATCH", path, {"status": "inactive"})[1]["status"] == "inactive"
    assert call("PATCH", path, {"signingKey": "k2", "template": "t"})[1]["signingKey"] == "k2"
    assert call("GET", path)[1]["url"] == f"{URL}/2"


def test_a_deleted_subscription_is_gone(call: Caller) -> None:
    _, made = subscribe(call)
    path = f"{WEBHOOKS}/{made['id']}"
    assert call("DELETE", path) == (204, None)
    answers = [call("GET", path), call("DELETE", path), call("PATCH", path, {"url": URL})]
    assert [status for status, _ in answers] == [404, 404, 404]
    assert call.listed(WEBHOOKS) == []


@pytest.mark.parametrize(
    ("organization", "workspace", "says"),
    [
        (ABSENT, WORKSPACE_ID, "organization not found"),
        (ORGANIZATION_ID, ABSENT, "workspace not found"),
    ],
)
def test_another_organization_or_workspace_is_not_found(
    call: Caller, organization: str, workspace: str, says: str
) -> None:
    path = f"/organizations/{organization}/workspaces/{workspace}/webhook-subscriptions"
    status, refusal = call("GET", path)
    assert (status, refusal["message"]) == (404, says)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"service": "faxes"}, ".service"),
        ({"service": ["channels"]}, ".service"),
        ({"event": ""}, ".event"),
        ({"event": 1}, ".event"),
        ({"url": "http://example.com"}, ".url"),
        ({"url": "https://localhost/x"}, ".url"),
        ({"url": "https://example.com/a b"}, ".url"),
        ({"url": "https://example.com\n"}, ".url"),
        ({"url": None}, ".url"),
        ({"eventFilters": "status"}, ".eventFilters"),
        ({"eventFilters": [{"key": "status"}]}, ".eventFilters[0].value"),
        ({"eventFilters": [RINGING, {**RINGING, "x": 1}]}, ".eventFilters[1].x"),
        ({"eventFilters": [CHANNEL, {**CHANNEL, "value": "x"}]}, ".eventFilters"),
        ({"signingKey": 1}, ".signingKey"),
        ({"template": {}}, ".template"),
        ({"status": "active"}, ".status"),
        ({"extra": 1}, ".extra"),
    ],
)
def test_a_body_that_is_wrong_is_refused_by_path(
    call: Caller, changes: dict[str, Any], path: str
) -> None:
    status, refusal = subscribe(call, **changes)
    assert (status, refusal["code"]) == (422, "InvalidPayload")
    assert list(refusal["details"]) == [path]
    assert call.emulator.webhook_subscriptions() == []


def test_a_url_may_have_a_port(call: Caller) -> None:
    assert subscribe(call, url="https://hooks.example.com:8443")[0] == 201


def test_all_that_is_missing_is_told_at_once(call: Caller) -> None:
    assert set(call("POST", WEBHOOKS, {})[1]["details"]) == {".service", ".event", ".url"}


@pytest.mark.parametrize(
    "body", [{}, {"service": "channels"}, {"event": "x"}, {"status": "paused"}, {"url": None}, []]
)
def test_a_change_that_is_wrong_is_refused(call: Caller, body: Any) -> None:
    _, made = subscribe(call)
    assert call("PATCH", f"{WEBHOOKS}/{made['id']}", body)[0] == 422
    assert call.emulator.webhook_subscriptions() == [made]


def test_at_most_five_subscriptions_are_alike(call: Caller) -> None:
    filters = [RINGING, ONGOING]
    made = [subscribe(call, eventFilters=filters)[1]["id"] for _ in range(5)]
    status, refusal = subscribe(call, eventFilters=filters[::-1])
    assert status == 422
    assert "5 subscriptions with this service, event and filters" in refusal["message"]
    assert subscribe(call, eventFilters=[RINGING])[0] == 201
    _, other = subscribe(call, eventFilters=filters, event="voice.outbound")
    assert call("PATCH", f"{WEBHOOKS}/{made[0]}", {"eventFilters": filters})[0] == 200
    _, sixth = subscribe(call)
    assert call("PATCH", f"{WEBHOOKS}/{sixth['id']}", {"eventFilters": filters})[0] == 422
    call("DELETE", f"{WEBHOOKS}/{made[0]}")
    assert subscribe(call, eventFilters=filters)[0] == 201
    assert other["event"] == "voice.outbound"


def test_no_filters_and_an_empty_list_of_them_are_alike(call: Caller) -> None:
    answers = [subscribe(call, eventFilters=each)[0] for each in (None, [], None, [], None, [])]
    assert answers == [201] * 5 + [422]


def test_listings_and_reads_can_be_stale() -> None:
    clock = FakeClock()
    call = Caller(BirdEmulator(clock=clock.time))
    _, made = subscribe(call)
    path = f"{WEBHOOKS}/{made['id']}"
    call.emulator.faults = (Fault("stale_list"), Fault("stale_read", nth=2))
    assert call("GET", WEBHOOKS)[1]["results"] == []
    assert call("GET", path)[0] == 404
    clock.sleep(60)
    call("PATCH", path, {"url": f"{URL}/2"})
    call.create()
    call.emulator.faults = (Fault("stale_read"), Fault("stale_read", nth=2, seconds=10.0))
    assert call("GET", path)[1]["url"] == URL
    assert call("GET", path)[1]["url"] == URL
    assert call("GET", path)[1]["url"] == f"{URL}/2"
    call.emulator.remove_webhook_subscription(made["id"])
    call.emulator.faults = (Fault("stale_list", "list_webhook_subscriptions"),)
    assert call("GET", WEBHOOKS)[1]["results"][0]["url"] == f"{URL}/2"


@pytest.mark.parametrize("applied", [True, False])
def test_a_lost_answer_was_carried_out_or_not_as_told(call: Caller, applied: bool) -> None:
    fault = Fault("reset", "create_webhook_subscription", applied=applied)
    call.emulator.faults = (fault,)
    subscribe(call)
    assert len(call.emulator.webhook_subscriptions()) == applied


def test_the_journal_names_the_operations_and_holds_no_signing_key(call: Caller) -> None:
    _, made = subscribe(call, signingKey="s3cret")
    path = f"{WEBHOOKS}/{made['id']}"
    call("PATCH", path, {"signingKey": "s3cret"})
    call("GET", path)
    call("GET", WEBHOOKS)
    call("DELETE", path)
    call("GET", "/available-webhooks")
    assert [each["operation"] for each in call.emulator.journal] == [
        "create_webhook_subscription",
        "update_webhook_subscription",
        "get_webhook_subscription",
        "list_webhook_subscriptions",
        "delete_webhook_subscription",
        "list_available_webhooks",
    ]
    assert "s3cret" not in str(call.emulator.journal)


def test_they_can_be_changed_behind_everybodys_back(call: Caller) -> None:
    made = call.emulator.add_webhook_subscription(event="voice.outbound")
    call.emulator.change_webhook_subscription(made["id"], status="inactive", statusReason="gone")
    (changed,) = call.emulator.webhook_subscriptions()
    assert (changed["event"], changed["status"]) == ("voice.outbound", "inactive")
    call.emulator.remove_webhook_subscription(made["id"])
    assert call.emulator.webhook_subscriptions() == []
    for act in (
        call.emulator.remove_webhook_subscription,
        call.emulator.change_webhook_subscription,
    ):
        with pytest.raises(LookupError):
            act(made["id"])


def test_they_are_kept_in_the_file_and_forgotten_by_a_reset(tmp_path: Path) -> None:
    path = str(tmp_path / "bird.json")
    call = Caller(BirdEmulator(Store.from_file(path)))
    _, made = subscribe(call)
    _, gone = subscribe(call)
    call("PATCH", f"{WEBHOOKS}/{made['id']}", {"status": "inactive"})
    call("DELETE", f"{WEBHOOKS}/{gone['id']}")
    call("POST", f"/channels/{call.channel()}/calls", {"to": "+31612345678"})
    again = Caller(BirdEmulator(Store.from_file(path)))
    assert again.emulator.webhook_subscriptions() == call.emulator.webhook_subscriptions()
    assert len(again.listed("/channels/calls")) == 1
    again.emulator.faults = (Fault("stale_read", seconds=3600.0),)
    assert again("GET", f"{WEBHOOKS}/{made['id']}")[0] == 404
    again.emulator.reset()
    assert again.emulator.webhook_subscriptions() == again.listed("/channels/calls") == []


def test_a_file_of_the_first_release_is_still_read(tmp_path: Path) -> None:
    path = tmp_path / "bird.json"
    connector = {
        "wire": {"id": "c", "arguments": None},
        "channel_id": "d",
        "conversational": False,
        "created_version": 1,
        "created_at": 1.0,
        "deleted_version": None,
        "deleted_at": None,
        "reads": 1,
    }
    path.write_text(json.dumps({"version": 1, "connectors": [connector]}))
    store = Store.from_file(str(path))
    assert list(store.connectors) == ["c"]
    assert store.webhook_subscriptions == {}


def test_the_available_events_are_listed_by_service(call: Caller) -> None:
    rows = call("GET", "/available-webhooks", service="channels")[1]["results"]
    assert [row["service"] for row in rows] == ["channels"]
    events = {each["name"]: each["filterKeys"] for each in rows[0]["events"]}
    assert "status" in events["voice.inbound"]
    assert len(call("GET", "/available-webhooks")[1]["results"]) > len(rows)
    assert call("GET", "/available-webhooks", service="faxes")[0] == 422


def test_subscriptions_lie_in_the_workspace_too_without_its_organization(call: Caller) -> None:
    _, made = subscribe(call)
    short = "/webhook-subscriptions"
    assert call("GET", f"{short}/{made['id']}") == (200, made)
    assert call("PATCH", f"{short}/{made['id']}", {"status": "inactive"})[0] == 200
    assert call("DELETE", f"{short}/{made['id']}")[0] == 204
    assert call.emulator.journal[-1]["operation"] == "delete_webhook_subscription"
    assert call("PUT", short)[0] == 405
