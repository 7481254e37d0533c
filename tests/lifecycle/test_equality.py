"""When two values say the same, and when one may be what Bird has made of the other."""

from __future__ import annotations

from typing import Any

import pytest

from bird_dynamic.schema.equality import (
    address,
    identity,
    is_alike,
    is_identical,
    loosened,
    ordered,
    same,
)
from bird_dynamic.schema.fields import UNKNOWN

ID = "2cffb55c-120e-91a8-8f10-ed9d1b412d29"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"a": 1}, {"a": 1.0}, True),
        ({"a": 1}, {"a": 2}, False),
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, False),
        ({"a": 1}, {"b": 1}, False),
        ({"a": 1}, {"a": 1, "b": None}, False),
        ({"a": 1}, ["a"], False),
        ({"a": {}}, {"a": []}, True),
        ([1, 2], [1, 2], True),
        ([1, 2], [2, 1], False),
        ([1], [1, 1], False),
        ([1], 1, False),
        (None, {}, True),
        ([], None, True),
        (None, "", False),
        (None, 0, False),
        (None, False, False),
        (None, [1], False),
        (ID, ID.upper(), True),
        (ID, ID.replace("2", "3"), False),
        (ID, 3, False),
        ("abc", "ABC", False),
        ("abc", "abc", True),
        (True, 1, False),
        (True, True, True),
        (False, 0.0, False),
        (1, "1", False),
        (0.5, 0.5, True),
    ],
)
def test_two_values_say_the_same_or_not_in_either_order(
    one: Any, other: Any, expected: bool
) -> None:
    assert same(one, other) is expected
    assert same(other, one) is expected


@pytest.mark.parametrize(
    ("asked", "found", "expected"),
    [
        ({"a": "X", "b": "Y"}, {"a": "x", "b": "y"}, True),
        ({"a": "X", "b": "Y"}, {"a": "x", "b": "z"}, False),
        ({"a": "X"}, "x", False),
        ({"a": "X"}, ["x"], False),
        ({}, {"a": 1}, True),
        ({"a": None}, {}, True),
        (["a"], "a", False),
        (["a"], ["a", "b"], False),
        (["a", "b"], ["a"], False),
        (["a", "a"], ["a", "b"], False),
        (["b", "a"], ["A", "B"], True),
        ([{"k": 1}, {"k": 1, "v": 2}], [{"k": 1, "v": 2}, {"k": 1}], True),
        ([{"k": 1}, {"k": 1, "v": 2}], [{"k": 1, "v": 2}, {"k": 1, "v": 3}], True),
        ([{"k": 1, "v": 2}], [{"k": 1}], False),
        ([], [], True),
        (1.0, "1", True),
        (1.5, "1.5", True),
        (1.5, "1", False),
        (True, "true", True),
        (None, "", False),
        ("x/", "X", True),
        ("https://A.com/B", "https://a.com/B", True),
        ("https://A.com/B/", "https://a.com/B", True),
        ("https://a.com/B", "https://a.com/b", False),
        ("https://a.com/X", "https://a.com/", False),
        ("https://a.com/Xx", "https://a.com/x", False),
        ("https://a.com?Q", "https://A.com?Q", True),
        ("https://a.com:443/B/", "https://a.com/B", True),
        ("https://a.com#Q", "https://A.com#q", False),
        ("http://a.com", "https://a.com", False),
        ("see https://a.com/B", "see https://a.com/b", True),
    ],
)
def test_alike_is_what_bird_may_have_made_of_what_was_asked(
    asked: Any, found: Any, expected: bool
) -> None:
    assert is_alike(asked, found) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"a": " X  y"}, {"a": "x Y"}, True),
        ({"a": "x"}, {"a": "y"}, False),
        ({"a": "x"}, {"b": "x"}, False),
        (["b", "A"], ["a", "B "], True),
        (["a"], ["b"], False),
        ([], None, True),
        (1, "1", True),
        (2.0, 2, True),
    ],
)
def test_what_is_alike_has_one_loose_form(one: Any, other: Any, expected: bool) -> None:
    assert (loosened(one) == loosened(other)) is expected


def test_a_list_whose_order_says_nothing_has_one_order_and_nothing_else_is_changed() -> None:
    filters = [{"key": "b", "value": 1}, {"value": 2, "key": "a"}]
    assert ordered(filters) == ordered(filters[::-1]) == filters[::-1]
    assert ordered([filters[0], UNKNOWN]) == [UNKNOWN, filters[0]]
    for each in ("ba", {"b": 1, "a": 2}, None, 3):
        assert ordered(each) is each


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("https://h/x", "HTTPS://H:443/x", True),
        ("http://h/x", "http://h:80/x", True),
        ("https://h", "https://h/", True),
        ("https://h?q", "https://h/?q", True),
        ("https://h:80/x", "https://h/x", False),
        ("https://h:8443/x", "https://h/x", False),
        ("https://h:4430/x", "https://h/x", False),
        ("https://h/x", "https://h/x/", False),
        ("https://h/x", "https://h/X", False),
        ("https://h/x?a", "https://h/x?A", False),
        ("https://h/x", "https://h/x?", False),
        ("https://u:P@h/x", "https://u:p@h/x", False),
        ("http://h/x", "https://h/x", False),
    ],
)
def test_two_urls_have_one_address_if_they_request_the_same_of_a_server(
    one: str, other: str, expected: bool
) -> None:
    assert (address(one) == address(other)) is expected
    assert is_identical(one, other) is expected
    assert is_identical(other, one) is expected
    assert (identity(one) == identity(other)) is expected


def test_what_is_not_a_url_has_no_address_and_is_identical_to_what_is_alike() -> None:
    assert address("H/X") == "H/X"
    assert is_identical("Voice.inbound ", "voice.inbound")
    assert identity("Voice.inbound ") == identity("voice.inbound")
    assert identity([{"key": "b"}, {"key": "a"}]) == identity([{"key": "A"}, {"key": "b"}])
    assert repr(identity([{"b": 1, "a": {"d": 2, "c": 3}}])) == repr(
        identity([{"a": {"c": 3, "d": 2}, "b": 1}])
    )
    assert not is_identical("a", "b")
