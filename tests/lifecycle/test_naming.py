"""Marks, tokens and automatic names: states and connectors have them, so they must not change."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bird_dynamic.schema.naming import (
    DERIVED_NAME,
    MARK,
    automatic_name,
    bears_mark,
    bears_token,
    draw_token,
    mark,
    marks_of,
    parts_of,
    resource_of,
    with_own_name,
)
from bird_dynamic.schema.voice_channel import VOICE_CHANNEL
from bird_dynamic.schema.webhook_subscription import WEBHOOK_SUBSCRIPTION

URN = "urn:pulumi:dev::phones::bird:index:VoiceChannel::support"
OF = "support-854ea1a6f3"
TOKEN = "k7x2m9qd"


def test_a_later_release_gives_a_resource_the_mark_that_it_has() -> None:
    assert mark(URN, "support") == OF
    assert (DERIVED_NAME, MARK) == ("derived_name", "resource_mark")


def test_a_mark_begins_with_what_people_can_read_of_the_resources_name() -> None:
    found = mark(URN, "x" * 80)
    assert found == "x" * 50 + "-854ea1a6f3"
    assert resource_of(found) == "x" * 50
    assert resource_of(OF) == "support"
    assert resource_of(None) == resource_of("") == ""


def test_each_create_draws_a_token_of_its_own_that_nobody_misreads() -> None:
    drawn = {draw_token() for _ in range(200)}
    assert len(drawn) == 200
    assert all(re.fullmatch(r"[a-km-np-z2-9]{8}", each) for each in drawn)
    assert len(set("".join(drawn))) == 32


def test_an_automatic_name_is_taken_apart_again_and_no_other_name_is() -> None:
    name = automatic_name(OF, TOKEN)
    assert name == f"{OF}-{TOKEN}"
    assert parts_of(name) == (OF, TOKEN)
    others = [OF, TOKEN, f"{name}x", f"{OF}-K7X2M9QD", f"support-854ea1a6g3-{TOKEN}", "", None, 3]
    assert [parts_of(each) for each in others] == [None] * len(others)


@pytest.mark.parametrize(
    ("name", "has_mark", "has_token"),
    [
        (f"{OF}-{TOKEN}", True, True),
        (f" {OF}-{TOKEN} (Voice)".upper(), True, True),
        (f"854ea1a6f3_{TOKEN}", True, True),
        (OF, True, False),
        (f"sales-9876543210-{TOKEN}", False, False),
        ("support", False, False),
        ("54ea1a6f3", False, False),
    ],
)
def test_a_mark_and_a_token_are_found_whatever_bird_makes_of_the_name(
    name: str, has_mark: bool, has_token: bool
) -> None:
    assert bears_mark(name, OF) is has_mark
    assert bears_token(name, OF, TOKEN) is has_token


@pytest.mark.parametrize(
    ("state", "inputs", "name"),
    [
        ({"name": "a", DERIVED_NAME: "b"}, {}, "b"),
        ({"name": "a"}, {}, "a"),
        ({"name": "a", DERIVED_NAME: "b"}, {"name": None}, "b"),
        ({"name": "a", DERIVED_NAME: "b"}, {"name": "c"}, "c"),
        ({"name": "a", DERIVED_NAME: "b"}, {"name": "c", DERIVED_NAME: "c"}, "b"),
        ({}, {}, None),
    ],
)
def test_where_the_program_gives_no_name_the_resource_keeps_the_one_that_it_was_given(
    state: dict[str, Any], inputs: dict[str, Any], name: str | None
) -> None:
    found = with_own_name(VOICE_CHANNEL, state, {**inputs, "adopt": "x"})
    assert (found["name"], found["adopt"]) == (name, "x")


def test_a_resource_whose_creates_draw_no_name_keeps_none() -> None:
    assert with_own_name(WEBHOOK_SUBSCRIPTION, {"name": "a"}, {"url": "u"}) == {"url": "u"}


def test_a_resource_is_known_by_the_marks_of_its_state_and_of_its_inputs() -> None:
    assert marks_of({MARK: "a"}, {MARK: "b"}) == {"a", "b"}
    assert marks_of({MARK: "a"}, {}, {MARK: None}, {MARK: ""}) == {"a"}
    assert marks_of({}) == frozenset()
