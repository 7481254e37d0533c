"""What an audit reads alone, because a listing lacks it, and where it stops reading."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from bird_dynamic.bird.deliveries import MOST_PAGES
from bird_dynamic.bird.errors import UnknownOutcomeError
from bird_dynamic.bird.models import Request, Response
from bird_dynamic.emulator import ACCESS_KEY, Dialect, PhoneNumber
from bird_dynamic.lifecycle.audit.auditing import audited
from bird_dynamic.lifecycle.audit.reading import Reader
from bird_dynamic.lifecycle.audit.report import Audit
from bird_dynamic.lifecycle.audit.snapshot import Managed
from bird_dynamic.lifecycle.session import Account
from bird_dynamic.settings import Settings
from tests.support.planted import healthy
from tests.support.world import EmulatorTransport, World

Answer = Callable[[Request, Response], Response]


def answering(world: World, answer: Answer) -> Account:
    """An account to which Bird's answers are changed."""

    class Changed(EmulatorTransport):
        def send(self, request: Request, timeout: float) -> Response:
            return answer(request, super().send(request, timeout))

    def connect(settings: Settings) -> Changed:
        return Changed(world.emulator, world.clock, ACCESS_KEY)

    account = world.account()
    return Account(account.settings, connect, account.run)


def audit(world: World, answer: Answer, managed: tuple[Managed, ...] | None = None) -> Audit:
    return audited(Reader(answering(world, answer), managed))


def in_lists(collection: str, change: Callable[[dict[str, Any]], dict[str, Any] | None]) -> Answer:
    """Changes the rows of a listing; None leaves a row out."""

    def answer(request: Request, response: Response) -> Response:
        if not request.path.endswith(f"/{collection}"):
            return response
        rows = map(change, response.body["results"])
        return replace(
            response, body={**response.body, "results": [each for each in rows if each is not None]}
        )

    return answer


@pytest.mark.parametrize("collection", ["connectors", "webhook-subscriptions"])
def test_what_the_stack_manages_and_a_listing_lacks_is_read_alone(collection: str) -> None:
    world = World(dialect=Dialect(listing_lag="none"))
    site = healthy(world.emulator)
    connector, subscription = site.connector(2), site.subscription(2)
    managed = (
        Managed("VoiceChannel", "front", "urn:front", connector, site.channel(2)),
        Managed("WebhookSubscription", "calls", "urn:calls", subscription),
    )
    hidden = in_lists(
        collection,
        lambda row: None if str(row["id"]).lower() in (connector, subscription) else row,
    )
    found = audit(world, hidden, managed)
    assert found.findings == ()
    assert found.managed is not None
    assert set(found.managed) == {connector, subscription}


def test_a_connector_whose_listed_number_is_unknown_is_read_alone() -> None:
    world = World(dialect=Dialect(listing_lag="none"))
    site = healthy(world.emulator)
    odd = "77777777-2222-4333-8444-555555555555"

    def answer(request: Request, response: Response) -> Response:
        if request.path.endswith("/connectors"):
            listed = [
                {**row, "arguments": {"phoneNumberId": odd}, "number": None}
                for row in response.body["results"]
            ]
            return replace(response, body={**response.body, "results": listed})
        if request.path.endswith("/channels"):
            listed = [{**row, "identifier": None} for row in response.body["results"]]
            return replace(response, body={**response.body, "results": listed})
        if "/numbers" in request.path:
            return replace(response, body=without_dependencies(response.body))
        return response

    assert audit(world, answer).findings == ()
    assert site.connector(0)


def without_dependencies(body: Any) -> Any:
    if isinstance(body, Mapping):
        return {
            key: without_dependencies(each) for key, each in body.items() if key != "dependencies"
        }
    return [without_dependencies(each) for each in body] if isinstance(body, list) else body


def row(place: int, **changed: Any) -> dict[str, Any]:
    return {
        "requestId": str(place),
        "attemptCount": 1,
        "httpStatusCode": 200,
        "executionStatus": "succeeded",
        "createdAt": f"2026-11-20T12:{place // 60 % 60:02d}:{place % 60:02d}Z",
        **changed,
    }


def logs_of(subscription: str, answer: Answer) -> Answer:
    def changed(request: Request, response: Response) -> Response:
        is_logs = request.path.lower().endswith(f"{subscription}/logs")
        return answer(request, response) if is_logs else response

    return changed


def test_many_deliveries_with_the_oldest_first_are_not_checked_and_end_the_reading() -> None:
    world = World()
    subscription = healthy(world.emulator).subscription(1)
    asked: list[str] = []

    def endless(request: Request, response: Response) -> Response:
        asked.append(request.path)
        rows = [row(100 * len(asked) + each) for each in range(100)]
        return replace(response, body={"results": rows, "nextPageToken": str(len(asked))})

    found = audit(world, logs_of(subscription, endless))
    assert found.findings == ()
    assert len(asked) == MOST_PAGES + 1
    (told,) = found.not_checked
    assert told == (
        f"Deliveries of webhook subscription {subscription}: There are more than {MOST_PAGES} "
        "pages of them, and the last ones do not come first"
    )
    assert [each.delivered for each in found.numbers].count(None) == 1


def test_deliveries_that_do_not_come_in_time_do_not_end_the_audit() -> None:
    world = World()
    subscription = healthy(world.emulator).subscription(1)

    def silent(request: Request, response: Response) -> Response:
        world.clock.sleep(30)
        raise UnknownOutcomeError("Bird did not answer in time")

    found = audit(world, logs_of(subscription, silent))
    assert found.findings == ()
    (told,) = found.not_checked
    assert told.startswith(f"Deliveries of webhook subscription {subscription}: Reading the deliv")
    assert [each.delivered for each in found.numbers].count(None) == 1


@pytest.mark.parametrize(("rows", "delivered"), [([0], None), ([0, 1], 1)])
def test_deliveries_without_a_time_are_not_checked(rows: list[int], delivered: int | None) -> None:
    world = World()
    site = healthy(world.emulator)
    subscription = site.subscription(1)

    def timeless(request: Request, response: Response) -> Response:
        listed = [row(each, **({} if each else {"createdAt": None})) for each in rows]
        return replace(response, body={"results": listed})

    found = audit(world, logs_of(subscription, timeless))
    (told,) = found.not_checked
    assert told.endswith(f"{subscription}: Bird states no time of some")
    number = site.number(1).number
    assert [each.delivered for each in found.numbers if each.number == number] == [delivered]


def test_numbers_whose_number_bird_does_not_state_are_told_apart() -> None:
    world = World()
    site = healthy(world.emulator)
    spare: list[PhoneNumber] = [site.number(place) for place in (1, 2)]
    for place in (1, 2):
        site.emulator.remove("webhook-subscriptions", site.subscription(place))

    def answer(request: Request, response: Response) -> Response:
        if "/numbers" not in request.path:
            return response
        return replace(response, body=without_numbers(response.body, {one.number for one in spare}))

    found = audit(world, answer)
    assert {each.kind for each in found.findings} == {"no-inbound-subscription"}
    assert sorted(each.about for each in found.findings) == sorted(each.id for each in spare)
    assert all("calls-" + each.about[:8] in each.line for each in found.findings)
    assert sum(not each.is_complete for each in found.numbers) == 2


def without_numbers(body: Any, hidden: set[str]) -> Any:
    if isinstance(body, Mapping):
        return {
            key: without_numbers(each, hidden)
            for key, each in body.items()
            if not (isinstance(each, str) and each in hidden)
        }
    return [without_numbers(each, hidden) for each in body] if isinstance(body, list) else body
