"""Birds that nobody has seen and that no dialect has: what they answer may cost requests or an
error, and never a line, a duplicate or somebody else's connector."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest

from bird_dynamic.bird.errors import BirdError
from bird_dynamic.bird.moments import moment
from bird_dynamic.emulator import Dialect, Fault, PhoneNumber
from bird_dynamic.emulator.phone_numbers import twin
from tests.lifecycle.test_answers_to_a_create import answering
from tests.support.engine_model import ModelEngine
from tests.support.world import NUMBER, World, killed, planned

pytestmark = pytest.mark.usefixtures("any_dialect")
LINE: dict[str, dict[str, Any]] = {"line": {"phone_number_id": NUMBER}}
Change = Callable[[dict[str, Any]], dict[str, Any]]


def stating(world: World, change: Change, *operations: str) -> None:
    """Let Bird state its items otherwise, in all answers or those of these operations."""

    def changed(operation: str, body: Any) -> tuple[int, Any]:
        if not isinstance(body, dict) or (operations and operation not in operations):
            return 0, body
        if "results" in body:
            return 0, {**body, "results": [change(each) for each in body["results"]]}
        return 0, change(body) if "id" in body else body

    answering(world, changed)


@pytest.mark.parametrize(
    "row",
    [
        lambda row: {**row, "connectorTemplateRef": row["connectorTemplateSlug"]},
        lambda row: {**row, "name": row["name"][:9]},
        lambda row: {**row, "name": f"{row['name']} &amp; more", "updatedAt": "2031-01-01"},
        lambda row: {**row, "arguments": {**row["arguments"], "phoneNumberId": ""}},
    ],
    ids=["template", "cut", "escaped", "empty"],
)
def test_a_row_that_is_spelled_otherwise_than_its_item_is_no_drift(row: Change) -> None:
    world = World(numbers=40)
    numbers = [each for each in map(PhoneNumber.made_up, range(40)) if "voice" in each.capabilities]
    program = {f"line{index}": {"phone_number_id": numbers[index].id} for index in range(6)}
    engine = ModelEngine(world)
    engine.up(program)
    ids = world.connector_ids()
    stating(world, row, "list_connectors")
    engine.refresh()
    assert engine.up(program) == 0
    assert world.connector_ids() == ids


def without_update(item: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key != "updatedAt"}


def test_a_later_spelling_is_no_drift_where_bird_states_no_update() -> None:
    world = World(dialect=Dialect(channel="at-once"))
    engine = ModelEngine(world)
    program = {"line": {"phone_number_id": NUMBER, "name": "Front Desk"}}
    stating(world, without_update, "create_connector")
    engine.up(program)
    ids = world.connector_ids()
    for spell in (str.lower, str.upper, str.title):
        stating(
            world,
            lambda item, spell=spell: {**without_update(item), "name": spell(item["name"])},  # type: ignore[misc]
        )
        engine.refresh()
        assert engine.up(program) == 0
    assert world.connector_ids() == ids


def test_another_id_of_the_number_later_is_no_drift() -> None:
    world = World(dialect=Dialect(conflict="none"))
    engine = ModelEngine(world)
    engine.up(LINE)
    ids = world.connector_ids()

    def other_id(item: dict[str, Any]) -> dict[str, Any]:
        return {**item, "arguments": {"phoneNumberId": twin(item["arguments"]["phoneNumberId"])}}

    stating(world, other_id, "get_connector")
    engine.refresh()
    assert engine.up(LINE) == 0
    assert world.connector_ids() == ids


@pytest.mark.parametrize(
    "created",
    [lambda text: 1000 * (moment(text) or 0), lambda text: None, lambda text: f"{text[:10]} UTC"],
    ids=["epoch", "absent", "odd"],
)
def test_what_is_not_proven_to_be_new_is_never_deleted(created: Callable[[str], Any]) -> None:
    world = World(dialect=Dialect(conflict="existing"), timeout="60")
    theirs = world.foreign(name="Front")
    world.clock.sleep(3600)

    def odd(operation: str, body: Any) -> tuple[int, Any]:
        if operation == "list_connectors":
            return 0, {"results": []}
        if isinstance(body, dict) and "id" in body:
            return 0, {**body, "createdAt": created(body["createdAt"]), "channel": None}
        return 0, body

    answering(world, odd)
    with pytest.raises(BirdError, match=theirs):
        world.run().create(world.inputs(name="Front"))
    assert world.connector_ids() == [theirs]


RENAMED = {
    "added": lambda name: f"{name} (Voice)",
    "cut": lambda name: name[:14],
    "underscores": lambda name: name.replace("-", "_"),
    "none": lambda name: None,
}


@pytest.mark.parametrize("rename", RENAMED.values(), ids=RENAMED)
def test_a_lost_answer_makes_no_duplicate_where_bird_changes_names(
    rename: Callable[[str], Any],
) -> None:
    world = World(
        Fault("reset", operation="create_connector", applied=True),
        dialect=Dialect(conflict="none"),
    )
    stating(world, lambda item: {**item, "name": rename(item["name"])})
    engine = ModelEngine(world)
    said: list[str] = []
    for _ in range(3):
        try:
            engine.up(LINE)
        except BirdError as error:
            said.append(str(error))
        assert len(world.connector_ids()) == 1
    assert all(world.connector_ids()[0] in each for each in said)


@pytest.mark.parametrize(
    ("name", "rename"),
    [
        ("Tom & Co", lambda name: name.replace("&", "&amp;")),
        (unicodedata.normalize("NFD", "Büro"), lambda name: unicodedata.normalize("NFC", name)),
        ("The front desk of the house", lambda name: name[:20]),
        ("Front", lambda name: f"{name} (Voice)"),
    ],
    ids=["escaped", "normalized", "cut", "added"],
)
def test_a_name_that_bird_changes_converges(name: str, rename: Callable[[str], str]) -> None:
    world = World(dialect=Dialect(conflict="none"))
    stating(world, lambda item: {**item, "name": rename(item["name"])})
    engine = ModelEngine(world)
    program = {"line": {"phone_number_id": NUMBER, "name": name}}
    engine.up(program)
    engine.refresh()
    assert engine.up(program) == 0
    assert len(world.connector_ids()) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda item: {**item, "event": item["event"].replace(".", "_")},
        lambda item: {**item, "url": item["url"].replace(".com", ".com:443")},
        lambda item: {**item, "eventFilters": {each["key"]: 1 for each in item["eventFilters"]}},
    ],
    ids=["event", "url", "filters"],
)
def test_a_subscription_that_bird_changes_is_made_once(change: Change) -> None:
    world = World()
    kind = "WebhookSubscription"
    stating(world, change, "create_webhook_subscription", "get_webhook_subscription")
    inputs = world.checked(
        kind,
        {
            "service": "channels",
            "event": "voice.inbound",
            "url": "https://example.com/calls",
            "event_filters": [{"key": "status", "value": "ringing"}],
        },
    )
    item_id, state = world.run(kind).create(inputs)
    state, _ = world.run(kind).read(item_id, state) or ({}, {})
    assert not planned(world.run(kind), item_id, state, inputs).changed
    assert len(world.emulator.webhook_subscriptions()) == 1


def test_a_conflict_with_what_an_interrupted_create_made_keeps_its_record() -> None:
    world = World(timeout="60")
    left = killed(world)
    hidden = True

    def late(operation: str, body: Any) -> tuple[int, Any]:
        return 0, {"results": []} if operation == "list_connectors" and hidden else body

    answering(world, late)
    world.clock.sleep(60)
    with pytest.raises(BirdError):
        world.run().create(world.inputs())
    assert len(world.records.all()) == 1
    hidden = False
    assert world.run().create(world.inputs())[0] == left


def test_a_moment_to_the_minute_is_no_older_connector() -> None:
    world = World()
    stating(world, lambda item: {**item, "createdAt": f"{item['createdAt'][:17]}00Z"})
    world.clock.sleep(40)
    connector_id, _ = world.run().create(world.inputs(name="Front"))
    assert world.connector_ids() == [connector_id]


def test_what_bird_normalizes_after_an_update_is_no_drift() -> None:
    world = World()
    kind = "WebhookSubscription"
    stating(
        world,
        lambda item: {**item, "url": item["url"].replace("E", "e")},
        "get_webhook_subscription",
        "list_webhook_subscriptions",
    )
    news = {"service": "channels", "event": "voice.inbound", "url": "https://Example.com/a"}
    item_id, state = world.run(kind).create(world.checked(kind, news))
    changed = world.checked(kind, {**news, "url": "https://Example.com/b"})
    state = world.run(kind).update(item_id, state, changed)
    for _ in range(2):
        world.clock.sleep(60)
        state, _ = world.run(kind).read(item_id, state) or ({}, {})
        assert not planned(world.run(kind), item_id, state, changed).changed


def test_a_row_that_is_no_connector_is_in_nobodys_way() -> None:
    world = World()

    def with_another(operation: str, body: Any) -> tuple[int, Any]:
        if operation == "list_connectors":
            return 0, {"results": [{"id": "builtin-email", "name": None}, *body["results"]]}
        return 0, body

    answering(world, with_another)
    connector_id, _ = world.run().create(world.inputs())
    assert world.connector_ids() == [connector_id]
