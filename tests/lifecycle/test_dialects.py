"""One resource, its whole life, under every choice that Bird's documentation leaves open."""

from __future__ import annotations

from typing import Any

import pytest

from bird_dynamic.emulator import Dialect, Options
from bird_dynamic.emulator.dialect import NAMED, QUESTIONS
from bird_dynamic.lifecycle.resource import ResourceLifecycle
from bird_dynamic.schema.fields import Properties
from tests.support.world import NUMBER, OTHER_NUMBER, World, planned

pytestmark = pytest.mark.usefixtures("any_dialect")
CHOICES = [
    pytest.param(Dialect.of({question.name: choice}), id=f"{question.name}-{choice}")
    for question in QUESTIONS
    for choice in question.names
]
WHOLE = [pytest.param(dialect, id=name) for name, dialect in NAMED.items()]
DRAWN = [pytest.param(Dialect.drawn(seed), id=f"drawn-{seed}") for seed in range(12)]
every_dialect = pytest.mark.parametrize("dialect", [*CHOICES, *WHOLE, *DRAWN])
ways_in = pytest.mark.parametrize("keeps", [False, True], ids=["dynamic", "plugin"])
GIVEN: dict[str, Any] = {
    "name": " The  Front desk ",
    "arguments": {"codec": " OPUS ", "channels": 2, "steps": ["a", "b", {"loud": True}]},
    "channel_conversational_status_enabled": True,
}
FILTERS = [{"key": "status", "value": "ringing"}, {"key": "channelId", "value": NUMBER}]


def is_unchanged(run: ResourceLifecycle, item_id: str, state: Properties, inputs: Any) -> bool:
    difference = planned(run, item_id, state, inputs)
    return not (difference.changed or difference.respelled or difference.replaces)


@every_dialect
@ways_in
@pytest.mark.parametrize("given", [{}, GIVEN], ids=["automatic", "explicit"])
def test_a_line_is_made_and_kept_and_gone(
    dialect: Dialect, keeps: bool, given: dict[str, Any]
) -> None:
    world = World(dialect=dialect)
    inputs = world.inputs(**given)
    connector_id, state = world.run(keeps_half_created=keeps).create(inputs)
    assert world.connector_ids() == [connector_id]
    assert state["channel_id"]
    for _ in range(2):
        assert is_unchanged(world.run(), connector_id, state, inputs)
        world.clock.sleep(60)
        read = world.run().read(connector_id, state)
        assert read is not None
        state, real_inputs = read
        assert is_unchanged(world.run(), connector_id, state, real_inputs)
    assert is_unchanged(world.run(), connector_id, state, inputs)
    world.emulator.change_connector(connector_id, name="Somebody else's")
    drifted, _ = world.run().read(connector_id, state) or ({}, {})
    assert planned(world.run(), connector_id, drifted, inputs).replaces == ("name",)
    world.run().delete(connector_id, state)
    assert world.connector_ids() == []
    # At once, in the next command on the same machine.
    again, _ = world.run(keeps_half_created=keeps).create(inputs)
    assert world.connector_ids() == [again]
    assert again != connector_id


@every_dialect
def test_a_webhook_subscription_is_made_and_changed_and_kept(dialect: Dialect) -> None:
    world = World(dialect=dialect)
    kind = "WebhookSubscription"
    news = {
        "service": "channels",
        "event": "voice.inbound",
        "url": "https://Example.com",
        "event_filters": FILTERS,
        "signing_key": "s3cret-s3cret",
    }
    inputs = world.checked(kind, news)
    item_id, state = world.run(kind).create(inputs)
    for url in ("https://Example.com", "https://Example.org"):
        inputs = world.checked(kind, {**news, "url": url, "status": "inactive"})
        if not is_unchanged(world.run(kind), item_id, state, inputs):
            state = world.run(kind).update(item_id, state, inputs)
        assert is_unchanged(world.run(kind), item_id, state, inputs)
        world.clock.sleep(60)
        read = world.run(kind).read(item_id, state)
        assert read is not None
        state = read[0]
        assert is_unchanged(world.run(kind), item_id, state, inputs)
    world.emulator.change_webhook_subscription(item_id, url="https://evil.example.net/")
    drifted, _ = world.run(kind).read(item_id, state) or ({}, {})
    assert planned(world.run(kind), item_id, drifted, inputs).changed == ("url",)
    world.run(kind).delete(item_id, state)
    assert world.emulator.webhook_subscriptions() == []


@every_dialect
@pytest.mark.parametrize("given", [{}, GIVEN], ids=["automatic", "explicit"])
def test_what_is_there_can_be_adopted(dialect: Dialect, given: dict[str, Any]) -> None:
    world = World(dialect=dialect)
    connector_id, _ = world.run().create(world.inputs(**given))
    stated = world.emulator.connectors()[0]["arguments"]["phoneNumberId"]
    inputs = world.inputs(**{**given, "phone_number_id": stated, "adopt": connector_id})
    adopted, state = world.run().create(inputs)
    assert adopted == connector_id
    state, _ = world.run().read(connector_id, state) or ({}, {})
    assert is_unchanged(world.run(), connector_id, state, inputs)


@pytest.mark.parametrize("release_after", [6.0, 20.0])
@pytest.mark.parametrize("delete_status", ["204", "200", "202"])
@pytest.mark.parametrize("later", ["deletion", "number_free"])
def test_a_replacement_waits_for_the_number(
    release_after: float, delete_status: str, later: str
) -> None:
    dialect = Dialect.of({"delete_status": delete_status, later: "later"})
    world = World(dialect=dialect, options=Options(release_after=release_after))
    old, state = world.run().create(world.inputs())
    run = world.run()
    inputs = world.inputs(arguments={"codec": "g711"})
    assert planned(run, old, state, inputs).deletes_first
    run.delete(old, state)
    new, _ = run.create(inputs)
    assert world.connector_ids() == [new]
    assert [each for each in world.said if "left alone" in each] == []


def test_an_accepted_delete_is_waited_for_and_looked_after_soon() -> None:
    dialect = Dialect(delete_status="202", deletion="later")
    world = World(dialect=dialect, options=Options(release_after=3.0))
    connector_id, state = world.run().create(world.inputs())
    world.forget()
    world.clock.sleeps.clear()
    world.run().delete(connector_id, state)
    waits = [each for each in world.clock.sleeps if each > 0.1]
    assert waits == pytest.approx([0.5, 0.8, 1.28, 2.048])
    assert world.count("delete_connector") == 1
    assert world.connector_ids() == []


def test_an_accepted_delete_that_never_ends_is_told() -> None:
    dialect = Dialect(delete_status="202", deletion="later")
    world = World(dialect=dialect, options=Options(release_after=1e9), timeout="60s")
    connector_id, state = world.run().create(world.inputs())
    with pytest.raises(Exception, match="accepted the delete, but still returns the connector"):
        world.run().delete(connector_id, state)


def test_two_lines_that_exchange_their_numbers_lose_nothing() -> None:
    world = World(timeout="60s")
    one, state_of_one = world.run().create(world.inputs())
    sales = {"resource_mark": "sales-9876543210", "phone_number_id": OTHER_NUMBER}
    other, state_of_other = world.run().create(world.inputs(**sales))
    run = world.run()
    wanted_one = world.inputs(phone_number_id=OTHER_NUMBER)
    wanted_other = world.inputs(**{**sales, "phone_number_id": NUMBER})
    for item_id, state, wanted in (
        (one, state_of_one, wanted_one),
        (other, state_of_other, wanted_other),
    ):
        run.check(state, wanted)
        planned(run, item_id, state, wanted)
    with pytest.raises(Exception, match=r"exchange their phone numbers.*delete_before_replace"):
        run.create(wanted_one)
    assert world.connector_ids() == [one, other]


def test_the_default_dialect_costs_no_request_more() -> None:
    world = World()
    connector_id, state = world.run().create(world.inputs(**GIVEN))
    assert world.operations == ["list_connectors", "create_connector", "get_connector"]
    world.forget()
    world.run().delete(connector_id, state)
    assert world.operations == ["delete_connector"]
    kind = "WebhookSubscription"
    news = {"service": "channels", "event": "voice.inbound", "url": "https://example.com/x"}
    inputs = world.checked(kind, news)
    item_id, state = world.run(kind).create(inputs)
    world.forget()
    changed = world.checked(kind, {**news, "url": "https://example.com/y"})
    world.run(kind).update(item_id, state, changed)
    assert world.operations == ["list_webhook_subscriptions", "update_webhook_subscription"]
