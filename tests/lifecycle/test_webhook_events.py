"""The events that Bird offers to a workspace, with answers of odd forms too."""

from __future__ import annotations

from typing import Any

import pytest

from bird_dynamic.emulator import Fault
from bird_dynamic.lifecycle.error_messages import OperationError
from bird_dynamic.schema.webhook_events import EVENTS, FILTER_KEYS
from tests.lifecycle.test_answers_to_a_create import answering
from tests.lifecycle.test_lookups import find
from tests.support.world import World


def events(world: World, **given: Any) -> list[tuple[str, str, list[str] | None]]:
    found = find(world, "get_webhook_events", **given)
    return [(each["service"], each["event"], each["filter_keys"]) for each in found]


def stated(body: Any, **given: Any) -> list[tuple[str, str, list[str] | None]]:
    """What is found if Bird answers with this body."""
    world = World()
    answering(world, lambda operation, answer: (0, body))
    return events(world, **given)


def test_every_event_has_its_service_and_the_keys_of_its_filters() -> None:
    world = World()
    found = events(world)
    assert ("channels", "voice.inbound", list(FILTER_KEYS)) in found
    assert {service for service, _, _ in found} > {"channels", "numbers"}
    documented = {event for event in EVENTS["channels"] if not event.startswith("whatsapp")}
    assert documented == {event for service, event, _ in found if service == "channels"}
    (asked,) = world.emulator.journal
    assert (asked["operation"], asked["query"]) == ("list_available_webhooks", {})


def test_the_events_of_a_service_are_those_of_that_service() -> None:
    world = World()
    numbers = events(world, service="numbers")
    assert numbers == [each for each in events(world) if each[0] == "numbers"]
    assert [(event, keys) for _, event, keys in numbers] == [
        ("number.created", []),
        ("number.updated", []),
    ]


VOICE = {"name": "voice.inbound", "filterKeys": ["channelId"]}
FOUND = ("channels", "voice.inbound", ["channelId"])


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([], []),
        (None, []),
        ([{"service": "channels", "events": [VOICE]}], [FOUND]),
        ([{"service": "channels", "events": []}, {"service": "numbers"}], []),
        ([{"service": "channels", "events": None}, {"events": [VOICE]}, {}], []),
        ([{"service": 5, "events": [VOICE]}, {"service": "x", "events": "what"}], []),
        ([{"service": "channels", "events": [None, "x", {}, {"name": ""}, VOICE]}], [FOUND]),
        ([{"service": "channels", "events": [{"name": "e"}]}], [("channels", "e", None)]),
        (
            [{"service": "channels", "events": [{"name": "e", "filterKeys": "channelId"}]}],
            [("channels", "e", None)],
        ),
        (
            [{"service": "channels", "events": [{"name": "e", "filterKeys": ["a", 1, ""]}]}],
            [("channels", "e", ["a"])],
        ),
    ],
)
def test_what_has_another_form_is_left_out(rows: Any, found: list[Any]) -> None:
    assert stated({"results": rows}) == found
    assert stated({"results": rows, "nextPageToken": ""}) == found


@pytest.mark.parametrize("body", [None, [], "what", {}, {"results": 5}, {"results": ["x"]}])
def test_an_answer_that_is_no_listing_is_an_error(body: Any) -> None:
    with pytest.raises(OperationError, match="Listing webhook events failed"):
        stated(body)


def test_pages_that_are_not_documented_are_read_all_the_same() -> None:
    world = World()
    pages = [[{"service": "channels", "events": [VOICE]}], [{"service": "new", "events": [VOICE]}]]

    def paged(operation: str, body: Any) -> tuple[int, Any]:
        count = world.count(operation)
        return 0, {"results": pages[count - 1], **({"nextPageToken": "2"} if count == 1 else {})}

    answering(world, paged)
    assert [service for service, _, _ in events(world)] == ["channels", "new"]
    assert world.emulator.journal[-1]["query"] == {"pageToken": "2"}


@pytest.mark.parametrize(
    ("service", "says"),
    [
        ("channel", r"service: is unknown\. Did you mean channels\?"),
        (" CHANNELS ", r"service: is unknown\. Did you mean channels\?"),
        ("new", r"service: is unknown\. Known are channels, conversations, numbers, payments"),
        (5, "service: must be a service, in quotes: channels,"),
    ],
)
def test_a_service_that_is_certainly_wrong_is_no_empty_list(service: Any, says: str) -> None:
    with pytest.raises(OperationError, match=says):
        events(World(), service=service)


def test_a_service_that_only_bird_knows_is_found_and_a_documented_one_may_have_no_events() -> None:
    body = {"results": [{"service": "new", "events": [VOICE]}]}
    assert stated(body, service="new") == [("new", *FOUND[1:])]
    assert stated(body, service="payments") == []


def test_a_key_without_the_role_is_told_what_it_needs() -> None:
    world = World(Fault("status", operation="list_available_webhooks", status=403))
    with pytest.raises(OperationError, match=r"allows View on /workspaces/\*/available-webhooks"):
        events(world)
