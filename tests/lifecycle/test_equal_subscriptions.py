"""Two equal webhook subscriptions send each event twice, and Bird allows five alike."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bird_dynamic.emulator import Dialect, Fault
from bird_dynamic.lifecycle.error_messages import OperationError
from bird_dynamic.lifecycle.managed import ManagedItems
from bird_dynamic.lifecycle.run_log import RunLog
from bird_dynamic.lifecycle.webhook_subscription import UNTIL_SEEN
from bird_dynamic.schema.fields import UNKNOWN
from bird_dynamic.schema.naming import MARK
from bird_dynamic.schema.webhook_subscription import WEBHOOK_SUBSCRIPTION
from tests.lifecycle.test_answers_to_a_create import answering
from tests.support.world import OTHER_MARK, OWN_MARK, World, planned

TYPE = "WebhookSubscription"
CREATE = "create_webhook_subscription"
UPDATE = "update_webhook_subscription"
URL = "https://example.com/calls"
FILTERS = [{"key": "status", "value": "ringing"}, {"key": "status", "value": "completed"}]
NEWS: dict[str, Any] = {
    "service": "channels",
    "event": "voice.inbound",
    "url": URL,
    "event_filters": FILTERS,
    MARK: OWN_MARK,
}


def inputs(world: World, **news: Any) -> dict[str, Any]:
    return world.checked(TYPE, {**NEWS, **news})


def foreign(world: World, **wire: Any) -> str:
    """A subscription that somebody else has made; its id."""
    given = {"service": "channels", "event": "voice.inbound", "url": URL, "eventFilters": FILTERS}
    return str(world.emulator.add_webhook_subscription(**{**given, **wire})["id"])


@pytest.mark.usefixtures("any_dialect")
@pytest.mark.parametrize(
    "wire",
    [
        {},
        {"template": "twilio"},
        {"status": "inactive"},
        {"signingKey": "somebody's"},
        {"eventFilters": FILTERS[::-1]},
        {"url": "HTTPS://Example.com:443/calls"},
    ],
    ids=str,
)
@pytest.mark.parametrize("template", [None, "other"])
def test_an_equal_one_of_somebody_else_is_named_and_never_doubled(
    wire: dict[str, Any], template: str | None
) -> None:
    world = World()
    found = foreign(world, **wire)
    with pytest.raises(OperationError) as caught:
        world.run(TYPE).create(inputs(world, template=template))
    text = str(caught.value)
    for told in (found, "It was left alone", f'adopt it with adopt="{found}"', "sends each event"):
        assert told in text, text
    assert world.count(CREATE) == 0


def test_one_that_a_poor_row_does_not_show_is_read_before_the_create() -> None:
    world = World()
    found = foreign(world)

    def poor(operation: str, body: Any) -> tuple[int, Any]:
        if operation == "list_webhook_subscriptions":
            rows = [
                {k: v for k, v in each.items() if k != "eventFilters"} for each in body["results"]
            ]
            return 0, {**body, "results": rows}
        return 0, body

    answering(world, poor)
    with pytest.raises(OperationError, match=found):
        world.run(TYPE).create(inputs(world))
    assert world.count(CREATE) == 0
    # The row alone proves nothing: other filters may be there.
    world.run(TYPE).create(inputs(world, event_filters=FILTERS[:1]))
    assert world.count(CREATE) == 1


@pytest.mark.parametrize(
    "wire",
    [
        {"url": "https://example.com/others"},
        {"url": f"{URL}/"},
        {"url": "https://example.com:8443/calls"},
        {"event": "voice.outbound"},
        {"eventFilters": FILTERS[:1]},
        {"eventFilters": None},
    ],
    ids=str,
)
def test_one_that_differs_in_what_counts_is_nobodys_business(wire: dict[str, Any]) -> None:
    world = World()
    foreign(world, **wire)
    world.run(TYPE).create(inputs(world))
    assert len(world.emulator.webhook_subscriptions()) == 2


def test_one_without_filters_is_equal_to_one_with_none() -> None:
    world = World()
    found = foreign(world, eventFilters=[])
    with pytest.raises(OperationError, match=found):
        world.run(TYPE).create(inputs(world, event_filters=None))


@pytest.mark.parametrize(
    "secret",
    [
        f"{URL}?token=canary-7d1f",
        "https://example.com/canary-7d1f?a=b",
        f"https://example.com/{'canary' * 40}",
    ],
)
def test_of_a_url_only_the_server_is_told(secret: str) -> None:
    world = World()
    foreign(world, url=secret)
    with pytest.raises(OperationError) as caught:
        world.run(TYPE).create(inputs(world, url=secret))
    text = str(caught.value)
    assert "voice.inbound to https://example.com/…)" in text
    assert "canary" not in text


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://example.com", "https://example.com)"),
        ("https://example.com/", "https://example.com)"),
        ("HTTPS://user:canary@example.com:8443/x", "https://example.com:8443/…)"),
        ("https://example.com?canary", "https://example.com/…)"),
        ("https://example.com#canary", "https://example.com/…)"),
        ("canary", "an unreadable URL)"),
        (7, "an unreadable URL)"),
    ],
    ids=str,
)
def test_what_is_told_of_a_url_is_the_server_at_most(url: Any, told: str) -> None:
    text = WEBHOOK_SUBSCRIPTION.called({"id": "x", "event": "voice.inbound", "url": url})
    assert text == f"x (voice.inbound to {told}"


@pytest.mark.parametrize("others", [1, 2])
def test_a_forced_replacement_makes_its_own_anew_and_names_the_others(others: int) -> None:
    world = World()
    given = inputs(world)
    item_id, state = world.run(TYPE).create(given)
    for _ in range(others - 1):
        foreign(world)
    run = world.run(TYPE)
    run.check(given, given)
    again, _ = run.create(given)
    run.delete(item_id, state)
    left = {each["id"] for each in world.emulator.webhook_subscriptions()}
    assert again in left
    assert item_id not in left
    assert len(left) == others
    told = [each for each in world.said if "are equal to this resource" in each]
    assert len(told) == others - 1


def test_a_replacement_beside_an_equal_foreign_one_is_refused_with_nothing_lost() -> None:
    world = World()
    given = inputs(world, signing_key="a-key-of-ours")
    item_id, state = world.run(TYPE).create(given)
    found = foreign(world)
    wanted = inputs(world)
    run = world.run(TYPE)
    assert planned(run, item_id, state, wanted).replaces == ("signing_key",)
    with pytest.raises(OperationError, match=f'adopt="{found}"'):
        run.create(wanted)
    assert {each["id"] for each in world.emulator.webhook_subscriptions()} == {item_id, found}


def failures(world: World, *programs: dict[str, Any], olds: dict[str, Any] | None = None) -> str:
    """What a preview of these resources says of the last one."""
    run, checked = world.run(TYPE), None
    for each in programs:
        checked = run.check(olds or {}, {**NEWS, **each})
    assert checked is not None
    return " ".join(checked.failures)


def test_two_equal_ones_of_one_program_are_refused_in_the_preview() -> None:
    text = failures(World(), {}, {MARK: OTHER_MARK, "event_filters": FILTERS[::-1]})
    assert text.startswith("url: the resources sales and support of this program have the same")
    assert "send each event twice" in text


def test_the_order_in_which_the_engine_sends_the_keys_of_a_filter_counts_for_nothing() -> None:
    turned = [dict(reversed(each.items())) for each in FILTERS]
    assert "send each event twice" in failures(
        World(), {}, {MARK: OTHER_MARK, "event_filters": turned}
    )


@pytest.mark.parametrize(
    "other",
    [
        {"url": "https://example.com/others"},
        {"url": UNKNOWN},
        {"event_filters": UNKNOWN},
        {"event_filters": [{"key": "channelId", "value": UNKNOWN}]},
        {"workspace_id": "11111111-2222-4333-8444-555555555555"},
        {"adopt": "11111111-2222-4333-8444-555555555555"},
        {MARK: OWN_MARK},
    ],
    ids=str,
)
def test_what_is_not_known_to_be_equal_is_not_refused(other: dict[str, Any]) -> None:
    assert failures(World(), {}, {MARK: OTHER_MARK, **other}) == ""


@pytest.mark.parametrize("before", [{}, {"adopt": "11111111-2222-4333-8444-555555555555"}])
def test_two_equal_ones_that_a_state_already_has_are_left_to_it(before: dict[str, Any]) -> None:
    world = World()
    run, given = world.run(TYPE), {**inputs(world), **before}
    run.check(given, NEWS)
    checked = run.check({**given, MARK: OTHER_MARK}, {**NEWS, MARK: OTHER_MARK})
    assert checked.failures == ()


def full(world: World, **wire: Any) -> list[str]:
    """As many subscriptions as Bird allows; their ids."""
    return [foreign(world, url=f"https://example.com/{place}", **wire) for place in range(5)]


@pytest.mark.parametrize("status", [400, 409, 422])
def test_a_full_limit_is_told_with_the_five_that_fill_it(status: int) -> None:
    world = World()
    ids = full(world)
    if status != 422:
        world.break_with(Fault("status", operation=CREATE, status=status, times=None))
    with pytest.raises(OperationError) as caught:
        world.run(TYPE).create(inputs(world))
    text = str(caught.value)
    assert str(status) in text
    for each in ids:
        assert f"{each} (voice.inbound to https://example.com/…)" in text
    assert "Bird allows only 5" in text
    assert f'such as adopt="{ids[0]}", or remove one that is unused' in text
    assert "Request id: " in text
    assert "Correct the arguments" not in text


def test_an_update_that_would_exceed_the_limit_is_told_with_the_five() -> None:
    world = World()
    given = inputs(world, event_filters=None)
    item_id, state = world.run(TYPE).create(given)
    ids = full(world)
    with pytest.raises(OperationError, match="Bird allows only 5") as caught:
        world.run(TYPE).update(item_id, state, inputs(world))
    assert all(each in str(caught.value) for each in ids)


def test_another_refusal_is_not_taken_for_the_limit() -> None:
    world = World(Fault("status", operation=CREATE, status=422))
    full(world, event="voice.outbound")
    with pytest.raises(OperationError, match="422 InjectedFault") as caught:
        world.run(TYPE).create(inputs(world))
    assert "allows only" not in str(caught.value)


def test_a_limit_that_cannot_be_looked_at_is_told_in_birds_words() -> None:
    world = World()
    full(world)
    handle = world.emulator.handle

    def refusing(request: Any) -> Any:
        reply = handle(request)
        if world.operations[-1] == CREATE:
            world.break_with(Fault("status", status=403, times=None))
        return reply

    world.emulator.handle = refusing  # type: ignore[method-assign]
    with pytest.raises(OperationError, match="422 InvalidPayload"):
        world.run(TYPE).create(inputs(world))


def test_a_conflict_that_nothing_explains_is_not_waited_for_until_the_deadline() -> None:
    world = World(Fault("status", operation=CREATE, status=409, times=None))
    began = world.clock.monotonic()
    with pytest.raises(OperationError, match="409"):
        world.run(TYPE).create(inputs(world))
    assert world.clock.monotonic() - began < 60


def test_another_process_of_the_run_makes_no_second_one_for_the_same_resource() -> None:
    world, managed = World(), ManagedItems()
    given = inputs(world)
    item_id, _ = world.run(TYPE, managed=managed).create(given)
    with pytest.raises(OperationError, match=item_id):
        world.run(TYPE).create(given)
    assert world.count(CREATE) == 1


def test_a_url_that_drifts_away_and_back_is_one_subscription() -> None:
    world = World(dialect=replace(Dialect(), webhook_url="normalized"))
    given = inputs(world)
    item_id, state = world.run(TYPE).create(given)
    for hour, url in enumerate(["https://example.com/elsewhere", URL, "https://example.com/b"]):
        moment = f"2026-05-01T0{hour}:00:00.000Z"
        world.emulator.change_webhook_subscription(item_id, url=url, updatedAt=moment)
        state, _ = world.run(TYPE).read(item_id, state) or ({}, {})
        difference = planned(world.run(TYPE), item_id, state, given)
        assert difference.replaces == ()
        assert bool(difference.changed) == (url != URL)
    world.run(TYPE).update(item_id, state, given)
    (found,) = world.emulator.webhook_subscriptions()
    assert (found["id"], found["url"]) == (item_id, URL)


OTHERS = "https://example.com/others"


def only(n: int) -> list[dict[str, str]]:
    """Filters of their own."""
    return [{"key": "platformId", "value": f"platform-{n}"}]


BY_HAND = "11111111-2222-4333-8444-555555555555"


@pytest.mark.parametrize(
    ("before", "wire"),
    [
        ({"url": OTHERS}, {}),
        ({"event_filters": FILTERS[:1]}, {}),
        ({"url": OTHERS}, {"eventFilters": FILTERS[::-1], "template": "twilio"}),
    ],
    ids=str,
)
def test_an_update_that_would_double_a_subscription_is_refused_with_nothing_changed(
    before: dict[str, Any], wire: dict[str, Any]
) -> None:
    world = World()
    item_id, state = world.run(TYPE).create(inputs(world, **before))
    found = foreign(world, **wire)
    with pytest.raises(OperationError) as caught:
        world.run(TYPE).update(item_id, state, inputs(world))
    text = str(caught.value)
    for told in (found, "the same service, event, url and event_filters", "Nothing was changed"):
        assert told in text, text
    assert "adopt=" not in text
    assert world.count(UPDATE) == 0


def test_an_update_of_something_else_asks_for_no_listing() -> None:
    world = World()
    item_id, state = world.run(TYPE).create(inputs(world))
    foreign(world)
    world.forget()
    world.run(TYPE).update(item_id, state, inputs(world, status="inactive"))
    assert world.operations == [UPDATE]


def test_many_updates_of_identities_share_listings() -> None:
    world = World()
    made = [
        world.run(TYPE).create(inputs(world, url=OTHERS, event_filters=only(n))) for n in range(8)
    ]
    world.forget()
    run = world.run(TYPE)
    for n, (item_id, state) in enumerate(made):
        run.update(item_id, state, inputs(world, event_filters=only(n)))
    assert world.count(UPDATE) == 8
    assert world.count("list_webhook_subscriptions") == 1


def test_two_subscriptions_may_exchange_their_urls() -> None:
    world = World()
    one, other = inputs(world), inputs(world, url=OTHERS, **{MARK: OTHER_MARK})
    first = world.run(TYPE).create(one)
    second = world.run(TYPE).create(other)
    run = world.run(TYPE)
    changed = {**one, "url": OTHERS}, {**other, "url": URL}
    told = list(zip((first, second), changed, strict=True))

    def seen() -> None:
        (item_id, state), wanted = told.pop(0)
        assert run.check(state, wanted).failures == ()
        planned(run, item_id, state, wanted)

    sleep = world.clock.sleep

    def meanwhile(seconds: float) -> None:
        sleep(seconds)
        if told and seconds >= UNTIL_SEEN[0]:
            seen()

    # The engine tells of the second one while the first one is updated.
    world.clock.sleep = meanwhile  # type: ignore[method-assign]
    seen()
    run.update(*first, changed[0])
    assert told == []
    run.update(*second, changed[1])
    urls = {each["id"]: each["url"] for each in world.emulator.webhook_subscriptions()}
    assert urls == {first[0]: OTHERS, second[0]: URL}
    # Nothing is free any more.
    with pytest.raises(OperationError, match=first[0]):
        run.create(inputs(world, url=OTHERS, **{MARK: "third-0123456789"}))


def test_one_equal_to_what_another_resource_adopted_before_is_refused_in_the_preview() -> None:
    world = World()
    given = inputs(world, adopt=BY_HAND)
    run = world.run(TYPE)
    assert run.check(given, {**NEWS, "adopt": BY_HAND.upper()}).failures == ()
    (text,) = run.check({}, {**NEWS, MARK: OTHER_MARK}).failures
    assert "send each event twice" in text


@pytest.mark.parametrize("adopted", [True, False])
def test_one_that_another_resource_keeps_is_never_doubled(adopted: bool) -> None:
    world, managed = World(), ManagedItems()
    theirs = foreign(world) if adopted else None
    kept, _ = world.run(TYPE, managed=managed).create(inputs(world, adopt=theirs))
    world.forget()
    with pytest.raises(OperationError) as caught:
        world.run(TYPE, managed=managed).create(inputs(world, **{MARK: OTHER_MARK}))
    text = str(caught.value)
    for told in (kept, "another resource of this stack manages", "remove one of the two"):
        assert told in text, text
    assert world.count(CREATE) == 0


def test_one_that_a_refresh_has_shown_of_another_resource_is_never_doubled() -> None:
    world = World()
    kept, state = world.run(TYPE).create(inputs(world))
    run = world.run(TYPE)
    run.read(kept, state)
    with pytest.raises(OperationError, match=kept):
        run.create(inputs(world, **{MARK: OTHER_MARK}))
    assert world.count(CREATE) == 1


def test_one_of_two_equal_ones_of_a_state_may_be_replaced() -> None:
    world = World()
    one, other = foreign(world), foreign(world)
    adopted, state = world.run(TYPE).create(inputs(world, adopt=one))
    first = adopted, {**state, "signing_key": "a-key-of-ours"}
    second = world.run(TYPE).create(inputs(world, adopt=other, **{MARK: OTHER_MARK}))
    run = world.run(TYPE)
    wanted, same = inputs(world), inputs(world, **{MARK: OTHER_MARK})
    run.check(first[1], wanted)
    run.check(second[1], same)
    assert planned(run, *second, same).replaces == ()
    assert planned(run, *first, wanted).replaces == ("signing_key",)
    again, _ = run.create(wanted)
    run.delete(*first)
    assert {each["id"] for each in world.emulator.webhook_subscriptions()} == {again, other}


def test_a_place_that_another_resource_leaves_is_free() -> None:
    world = World()
    item_id, state = world.run(TYPE).create(inputs(world))
    run, moved = world.run(TYPE), inputs(world, url=OTHERS)
    run.check(state, moved)
    planned(run, item_id, state, moved)
    run.create(inputs(world, **{MARK: OTHER_MARK}))
    run.update(item_id, state, moved)
    assert sorted(each["url"] for each in world.emulator.webhook_subscriptions()) == [URL, OTHERS]


def test_one_that_somebody_made_during_a_long_run_is_not_doubled() -> None:
    world = World()
    run = world.run(TYPE)
    run.create(inputs(world, url=OTHERS))
    found = foreign(world)
    world.clock.sleep(60)
    with pytest.raises(OperationError, match=found):
        run.create(inputs(world))


def test_many_creates_share_listings() -> None:
    world = World()
    run = world.run(TYPE)
    for n in range(8):
        run.create(inputs(world, event_filters=only(n)))
    assert world.count(CREATE) == 8
    assert world.count("list_webhook_subscriptions") == 1


def test_one_that_another_process_of_the_run_has_just_made_is_not_doubled(
    tmp_path: Path,
) -> None:
    world = World()
    here, there = (ManagedItems(RunLog("run", [tmp_path])) for _ in range(2))
    run = world.run(TYPE, managed=here)
    run.create(inputs(world, url=OTHERS, **{MARK: OTHER_MARK}))
    made, _ = world.run(TYPE, managed=there).create(inputs(world))
    with pytest.raises(OperationError, match=made):
        run.create(inputs(world, **{MARK: OTHER_MARK}))
    assert world.count(CREATE) == 2


@pytest.mark.parametrize("status", [400, 409, 422])
@pytest.mark.parametrize(
    "change", [{"url": OTHERS}, {"signing_key": "a-key"}, {"status": "inactive"}], ids=str
)
def test_a_refused_update_of_what_bird_does_not_count_is_not_blamed_on_the_limit(
    change: dict[str, Any], status: int
) -> None:
    world = World()
    item_id, state = world.run(TYPE).create(inputs(world))
    full(world)
    world.break_with(Fault("status", operation=UPDATE, status=status, times=None))
    with pytest.raises(OperationError, match=str(status)) as caught:
        world.run(TYPE).update(item_id, state, inputs(world, **change))
    assert "allows only" not in str(caught.value)


@pytest.mark.parametrize("others", [4, 5])
def test_a_refused_update_of_filters_counts_the_others_and_proposes_no_adoption(
    others: int,
) -> None:
    world = World()
    item_id, state = world.run(TYPE).create(inputs(world, event_filters=None))
    ids = full(world)[:others]
    for each in world.emulator.webhook_subscriptions():
        if each["id"] not in (item_id, *ids):
            world.emulator.change_webhook_subscription(each["id"], event="voice.outbound")
    # Bird has changed its own already, although the state does not know it.
    world.emulator.change_webhook_subscription(item_id, eventFilters=FILTERS)
    world.break_with(Fault("status", operation=UPDATE, status=422, times=None))
    with pytest.raises(OperationError, match="422") as caught:
        world.run(TYPE).update(item_id, state, inputs(world))
    text = str(caught.value)
    assert ("allows only 5" in text) is (others == 5)
    assert "adopt" not in text
    assert text.count(item_id) == 1
    assert all(each in text for each in ids) is (others == 5)
