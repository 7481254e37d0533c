"""What was asked, what Bird made of it, and what Bird states now are kept apart."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bird_dynamic.emulator import Fault, Options
from bird_dynamic.emulator import Request as WireRequest
from bird_dynamic.lifecycle.drift import (
    STATED_OTHERWISE,
    accepted,
    forgotten,
    is_respelled,
    is_unchanged,
    observed,
)
from bird_dynamic.schema.equality import is_alike, loosened
from bird_dynamic.schema.fields import Properties
from bird_dynamic.schema.naming import MARK
from tests.support.world import OTHER_NUMBER, OWN_MARK, World, planned

PAIRS: list[tuple[Any, Any, Any]] = [
    # what the program says, what Bird makes of it, what somebody makes of that
    (" Support ", "Support", "Sales"),
    ("voice:1", "voice:2", "voice:3"),
    (5, "5", "6"),
    ({"a": 1}, {"a": "1", "added": True}, {"a": "2", "added": True}),
    ({"a": {"b": "X"}}, {"a": {"b": "x", "c": 1}}, {"a": {"b": "y", "c": 1}}),
    (["x", "y"], ["y", "x"], ["y", "z"]),
    ([{"k": "A"}], [{"k": "a", "id": 1}], [{"k": "b", "id": 1}]),
    (["x", "x"], ["x"], []),
    (["x", "x"], ["x"], ["y", "z", "z"]),
    ({"a": {"b": ["x", "x"]}}, {"a": {"b": ["x"]}}, {"a": {"b": ["y"]}}),
    (3, {"a": 1}, {"a": 2}),
    (None, "default", "other"),
    ({"a": True}, {"a": "true"}, {"a": "false"}),
    (0.5, "0.50", "0.51"),
]


@pytest.mark.parametrize(("asked", "first", "later"), PAIRS)
def test_what_bird_made_of_it_is_no_drift_and_a_change_of_that_is(
    asked: Any, first: Any, later: Any
) -> None:
    remembered = accepted("x", asked, first)
    assert observed("x", asked, first, remembered) == asked
    # Said by Bird as the program says it after all.
    assert observed("x", asked, asked, remembered) == asked
    drifted = observed("x", asked, later, remembered)
    assert not is_unchanged("x", drifted, asked, remembered)
    assert not is_respelled("x", drifted, asked, remembered)
    # Somebody takes the change back.
    restored = observed("x", drifted, first, remembered)
    assert is_unchanged("x", restored, asked, remembered)
    # Seen again and again, it stays what it is.
    assert observed("x", restored, first, remembered) == restored


@pytest.mark.parametrize(("asked", "first", "later"), PAIRS)
def test_a_program_that_says_what_bird_made_of_it_changes_nothing_in_bird(
    asked: Any, first: Any, later: Any
) -> None:
    remembered = accepted("x", asked, first)
    now = observed("x", first, first, {})
    if not (isinstance(first, dict) or (first and isinstance(first, list))):
        assert is_respelled("x", asked, now, remembered)
    kept = forgotten("x", asked, now, remembered)
    assert observed("x", now, first, kept) == now


@pytest.mark.parametrize("value", ["x", 1, {"a": [1, {"b": None}]}, [], None, True, 1.5])
def test_nothing_is_remembered_where_they_agree(value: Any) -> None:
    assert accepted("x", value, value) == {}


@pytest.mark.parametrize(
    ("changed", "kept"),
    [
        (
            {"a": {"b": "B", "c": "C"}, "l": ["X", {"k": "K"}]},
            {"p.a.b", "p.a.c", "p.l[0]", "p.l[1].k"},
        ),
        ({"a": {"b": "other", "c": "C"}, "l": ["X", {"k": "K"}]}, {"p.a.c", "p.l[0]", "p.l[1].k"}),
        ({"a": {"b": "B", "c": "C"}, "l": ["X", {"k": "o"}]}, {"p.a.b", "p.a.c", "p.l[0]"}),
        ({"a": {"b": "B", "c": "C"}, "l": ["X"]}, {"p.a.b", "p.a.c"}),
        ({"a": 1, "l": ["X", {"k": "K"}]}, {"p.l[0]", "p.l[1].k"}),
        ({"l": ["X", {"k": "K"}]}, {"p.l[0]", "p.l[1].k"}),
        (None, set()),
    ],
)
def test_a_change_of_one_part_forgets_what_was_remembered_of_that_part_alone(
    changed: Any, kept: set[str]
) -> None:
    asked = {"a": {"b": "B", "c": "C"}, "l": ["X", {"k": "K"}]}
    stated = {"a": {"b": "b", "c": "c"}, "l": ["x", {"k": "k"}]}
    other = accepted("pa", "A", "a")
    remembered = accepted("p", asked, stated)
    assert set(remembered) == {"p.a.b", "p.a.c", "p.l[0]", "p.l[1].k"}
    assert set(forgotten("p", asked, changed, {**remembered, **other})) == kept | {"pa"}


def test_keys_that_bird_adds_are_nobodys_wish_at_any_depth() -> None:
    asked = {"list": [{"k": 1}], "map": {"inner": {}}}
    stated = {"list": [{"k": 1, "id": "a"}], "map": {"inner": {}, "more": 1}, "region": "eu"}
    assert accepted("x", asked, stated) == {}
    stated["list"][0]["id"] = "b"  # type: ignore[index]
    assert observed("x", asked, stated, {}) == asked


ITEMS = st.lists(
    st.integers(0, 9)
    | st.sampled_from((" Spaced ", "CASE", "case two"))
    | st.fixed_dictionaries({"k": st.integers(0, 9)}),
    min_size=2,
    max_size=6,
)


@given(ITEMS, st.data())
def test_where_birds_order_is_its_own_any_order_is_no_drift(items: list[Any], data: Any) -> None:
    def stated() -> list[Any]:
        spelled = [each.strip().lower() if isinstance(each, str) else each for each in items]
        return data.draw(st.permutations(spelled))

    remembered = accepted("x", items, stated())
    assume("x[*]" in remembered)
    seen = observed("x", items, stated(), remembered)
    assert seen == items
    assert is_unchanged("x", seen, data.draw(st.permutations(items)), remembered)
    changed = stated()
    changed[0] = "somebody else's"
    drifted = observed("x", items, changed, remembered)
    assert not is_unchanged("x", drifted, items, remembered)
    assert is_unchanged("x", observed("x", drifted, stated(), remembered), items, remembered)


def test_an_order_that_bird_keeps_is_drift_where_somebody_changes_it() -> None:
    assert observed("x", ["a", "b", "b"], ["b", "a", "b"], {}) == ["b", "a", "b"]


def test_what_is_remembered_tells_no_value() -> None:
    remembered = accepted("x", {"pin": " 1234567 "}, {"pin": "1234567"})
    assert "1234567" not in json.dumps(remembered)
    assert list(remembered) == ["x.pin"]


@pytest.mark.parametrize(
    ("asked", "found", "alike"),
    [
        (" a  B ", "A b", True),
        (1, "1", True),
        (["x", "Y"], ["y", "x", "z"], False),
        (["x", "Y"], ["y", "x"], True),
        ({"a": 1}, {"a": "1", "b": 2}, True),
        ({"a": 1}, {}, False),
        ("https://A.com/x", "https://a.com/x/", True),
        ("HTTPS://a.com", "https://a.com/", True),
        ("https://a.com/X", "https://a.com/x", False),
        ("https://a.com?X=1", "https://a.com?x=1", False),
        ("a", None, False),
        (True, 1, False),
        (None, {}, True),
    ],
)
def test_alike_is_what_bird_may_have_made_of_it(asked: Any, found: Any, alike: bool) -> None:
    assert is_alike(asked, found) is alike


# With an emulated Bird that makes something else of what it is given.


def tidying(world: World) -> None:
    """Bird trims and re-cases names and arguments, and has a newer template."""
    handle = world.emulator.handle
    inner = {"reads": 0}

    def tidied(request: WireRequest) -> Any:
        if request.method == "POST" and request.path.endswith("/connectors"):
            body = json.loads(request.body)
            body["name"] = body["name"].strip().upper()
            arguments = body.get("arguments") or {}
            body["arguments"] = {
                key: value if key == "phoneNumberId" else str(value).strip().lower()
                for key, value in arguments.items()
            }
            request = WireRequest(
                request.method,
                request.path,
                request.query,
                request.headers,
                json.dumps(body).encode(),
            )
        inner["reads"] += 1
        return handle(request)

    world.emulator.handle = tidied  # type: ignore[method-assign]


GIVEN = {"name": " Support  line ", "arguments": {"codec": " OPUS ", "channels": 2}}


def made(keeps: bool = False) -> tuple[World, str, Properties]:
    world = World()
    tidying(world)
    connector_id, state = world.run(keeps_half_created=keeps).create(world.inputs(**GIVEN))
    return world, connector_id, state


def test_any_order_is_remembered_by_the_word_that_states_have() -> None:
    assert list(accepted("data", ["a", "b"], ["b", "a"]).values()) == ["any"]


def test_lists_in_another_order_are_looked_for_as_one() -> None:
    assert loosened(["B ", "a"]) == loosened(["a", "b"])
    assert loosened(["a"]) != loosened(["b"])


@pytest.mark.parametrize("keeps", [False, True])
def test_a_line_is_not_replaced_because_bird_spells_it_otherwise(keeps: bool) -> None:
    world, connector_id, state = made(keeps)
    assert state["name"] == GIVEN["name"]
    assert state["arguments"] == GIVEN["arguments"]
    told = [each for each in world.said if "in another form" in each]
    assert len(told) == 1
    assert "arguments.channels, arguments.codec, name" in told[0]
    assert "OPUS" not in told[0]
    inputs = world.inputs(**GIVEN)
    for _ in range(2):
        read = world.run().read(connector_id, state)
        assert read is not None
        state, _ = read
        assert planned(world.run(), connector_id, state, inputs).changed == ()
    assert len([each for each in world.said if "in another form" in each]) == 1


def test_a_real_change_is_seen_where_bird_spells_it_otherwise() -> None:
    world, connector_id, state = made()
    changed = {**world.emulator.connectors()[0]["arguments"], "codec": "g711"}
    world.emulator.change_connector(connector_id, arguments=changed)
    real, _ = world.run().read(connector_id, state) or ({}, {})
    assert real["arguments"] == {"codec": "g711", "channels": 2}
    inputs = world.inputs(**GIVEN)
    assert planned(world.run(), connector_id, real, inputs).replaces == ("arguments",)


def test_a_program_that_takes_over_birds_spelling_replaces_nothing() -> None:
    world, connector_id, state = made()
    taken_over = {"name": "SUPPORT  LINE", "arguments": {"codec": "opus", "channels": "2"}}
    inputs = world.inputs(**taken_over)
    difference = planned(world.run(), connector_id, state, inputs)
    assert (difference.changed, difference.replaces) == ((), ())
    assert set(difference.respelled) == {"name", "arguments"}
    world.forget()
    after = world.run().update(connector_id, state, inputs)
    assert STATED_OTHERWISE not in after
    assert set(world.operations) <= {"get_connector"}
    real, _ = world.run().read(connector_id, after) or ({}, {})
    assert planned(world.run(), connector_id, real, inputs).changed == ()


@pytest.mark.parametrize(
    ("news", "goes"),
    [
        (GIVEN, False),
        ({**GIVEN, "name": "SUPPORT  LINE"}, True),
        ({**GIVEN, "channel_conversational_status_enabled": True}, True),
    ],
    ids=["unchanged", "respelled", "changed in place"],
)
def test_what_differs_can_still_be_replaced_and_deleted_by_the_programs_wish(
    news: dict[str, Any], goes: bool
) -> None:
    """With `replace_on_changes`, of which a provider learns nothing."""
    world, connector_id, state = made()
    run = world.run()
    inputs = run.check(world.inputs(**GIVEN), world.inputs(**news)).inputs
    assert planned(run, connector_id, state, inputs).replaces == ()
    run.delete(connector_id, state)
    assert world.connector_ids() == ([] if goes else [connector_id])


def test_what_bird_spells_otherwise_can_be_adopted() -> None:
    world, connector_id, _ = made()
    inputs = world.inputs(adopt=connector_id, **GIVEN)
    adopted, state = world.run().create(inputs)
    assert adopted == connector_id
    assert state["name"] == GIVEN["name"]
    real, _ = world.run().read(connector_id, state) or ({}, {})
    assert planned(world.run(), connector_id, real, inputs).changed == ()


@pytest.mark.parametrize("name", [None, GIVEN["name"]])
def test_a_lost_answer_heals_where_bird_spells_it_otherwise(name: str | None) -> None:
    world = World(
        Fault("empty", operation="create_connector", applied=True),
        options=Options(allow_duplicates=True),
    )
    tidying(world)
    connector_id, _ = world.run().create(world.inputs(**{**GIVEN, "name": name}))
    assert world.connector_ids() == [connector_id]


def test_a_replacement_is_there_first_where_both_can_exist() -> None:
    world = World()
    connector_id, state = world.run().create(world.inputs())
    run = world.run()
    other = world.inputs(phone_number_id=OTHER_NUMBER)
    run.check(state, other)
    assert not planned(run, connector_id, state, other).deletes_first
    assert "there is no gap" in world.said[-1]
    assert "phone_number_id" in world.said[-1]
    renamed = world.inputs(name="other")
    assert planned(world.run(), connector_id, state, renamed).deletes_first


def test_a_replacement_that_the_program_asks_for_is_warned_of_and_nothing_else_is() -> None:
    world = World()
    connector_id, state = world.run().create(world.inputs())
    run = world.run()
    other = world.inputs(name="Front desk", arguments={"recording": True})
    planned(run, connector_id, state, other)
    assert world.said == [], "a refresh asks before the program says anything"
    run.check(state, state)
    planned(run, connector_id, state, world.inputs())
    assert world.said == []
    run.check(state, other)
    planned(run, connector_id, state, other)
    (said,) = world.said
    for told in (
        "Front desk",
        connector_id,
        state["phone_number"],
        "name, arguments",
        "channel_id",
    ):
        assert told in said


def test_of_what_has_no_channel_and_no_number_the_warning_says_nothing_of_them() -> None:
    world = World()
    kind = "WebhookSubscription"
    news = {"service": "channels", "event": "voice.inbound", "url": "https://example.com/a"}
    item_id, state = world.run(kind).create(world.checked(kind, {**news, MARK: OWN_MARK}))
    run = world.run(kind)
    other = run.check(state, {**news, MARK: OWN_MARK, "event": "voice.outbound"}).inputs
    planned(run, item_id, state, other)
    (said,) = world.said
    for told in ("support", item_id, "event"):
        assert told in said
    assert "channel_id" not in said
    assert "None" not in said


def test_what_bird_repeats_at_first_and_spells_otherwise_later_is_no_drift() -> None:
    world = World(options=Options(channel_after=0))
    connector_id, state = world.run().create(world.inputs(**GIVEN))
    spelled = {"name": "support line", "arguments": {**GIVEN["arguments"], "codec": "opus"}}  # type: ignore[dict-item]
    spelled["arguments"]["phoneNumberId"] = state["phone_number_id"]  # type: ignore[index]
    world.emulator.change_connector(connector_id, **spelled)
    inputs = world.inputs(**GIVEN)
    for _ in range(2):
        state, _ = world.run().read(connector_id, state) or ({}, {})
        assert planned(world.run(), connector_id, state, inputs).changed == ()
    assert len([each for each in world.said if "in another form" in each]) == 1
    # The same once Bird says that somebody has changed it.
    world.emulator.change_connector(
        connector_id, name="SUPPORT LINE", updatedAt="2030-01-01T00:00:00.000Z"
    )
    state, _ = world.run().read(connector_id, state) or ({}, {})
    assert planned(world.run(), connector_id, state, inputs).replaces == ("name",)
