"""Which properties differ, down to the key of a map, as the engine reads it."""

from __future__ import annotations

from typing import Any

import pytest

from bird_dynamic.lifecycle.diff import compare
from bird_dynamic.providers.detailed_diff import detailed
from bird_dynamic.schema.connector import CONNECTOR

BEFORE: dict[str, Any] = {
    "connector_template_ref": "x:1",
    "name": "n",
    "arguments": {"a": 1, "map": {"b": "c", "d": None}, "list": ["e"]},
    "channel_conversational_status_enabled": False,
}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, {}),
        ({"name": "m"}, {"name": "UPDATE_REPLACE"}),
        (
            {"channel_conversational_status_enabled": True},
            {"channelConversationalStatusEnabled": "UPDATE"},
        ),
        (
            {"channel_conversational_status_enabled": None},
            {"channelConversationalStatusEnabled": "DELETE"},
        ),
        ({"invitation_token": "t"}, {"invitationToken": "ADD_REPLACE"}),
        ({"arguments": None}, {"arguments": "DELETE_REPLACE"}),
        ({"arguments": {}}, {"arguments": "DELETE_REPLACE"}),
        ({"security_arguments": {"k": "v"}}, {"securityArguments": "ADD_REPLACE"}),
        (
            {"arguments": {**BEFORE["arguments"], "a": 2}},
            {"arguments.a": "UPDATE_REPLACE"},
        ),
        (
            {"arguments": {**BEFORE["arguments"], "list": ["e", "f"]}},
            {"arguments.list": "UPDATE_REPLACE"},
        ),
        (
            {"arguments": {**BEFORE["arguments"], "map": {"b": "x", "d": "y"}}},
            {"arguments.map.b": "UPDATE_REPLACE", "arguments.map.d": "ADD_REPLACE"},
        ),
        (
            {"arguments": {**BEFORE["arguments"], "map": {}, "list": None, "new": [1]}},
            {
                "arguments.map": "DELETE_REPLACE",
                "arguments.list": "DELETE_REPLACE",
                "arguments.new": "ADD_REPLACE",
            },
        ),
        (
            {"arguments": {**BEFORE["arguments"], "map": "text"}},
            {"arguments.map": "UPDATE_REPLACE"},
        ),
    ],
)
def test_each_part_that_differs_is_named_with_what_its_change_does(
    change: dict[str, Any], expected: dict[str, str]
) -> None:
    inputs = {**BEFORE, **change}
    assert detailed(CONNECTOR, compare(CONNECTOR, BEFORE, inputs), BEFORE, inputs) == expected


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("plain_1", "arguments.plain_1"),
        ("e f", 'arguments["e f"]'),
        ("1st", 'arguments["1st"]'),
        ("a.b", 'arguments["a.b"]'),
        ("[0]", 'arguments["[0]"]'),
        ("it's", 'arguments["it\'s"]'),
        ('say "hi"', r'arguments["say \"hi\""]'),
        ("", 'arguments[""]'),
    ],
)
def test_a_key_is_written_as_the_engine_reads_paths(key: str, path: str) -> None:
    """By `ParsePropertyPath` of the Go SDK: in brackets, only quotes are escaped."""
    inputs = {**BEFORE, "arguments": {**BEFORE["arguments"], key: 1}}
    found = detailed(CONNECTOR, compare(CONNECTOR, BEFORE, inputs), BEFORE, inputs)
    assert found == {path: "ADD_REPLACE"}
