"""Texts with Python's names, for programs of the plugin in any language."""

from __future__ import annotations

import pytest

from bird_dynamic.providers.names import (
    function_name,
    in_plugin_terms,
    of_provider,
    with_plugin_names,
)
from bird_dynamic.schema.lookups import LOOKUPS


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name: is required", "name: is required"),
        ("pass workspace_id.", "pass workspace_id (workspaceId)."),
        ("channel_id, then channel_id", "channel_id (channelId), then channel_id"),
        ("check_arguments=False skips", "check_arguments=False skips"),
        ("get_connector(…).channel_id", "get_connector(…).channel_id (bird:index:getConnector)"),
        ("list_connectors", "list_connectors (bird:index:getConnectors)"),
        ("phone_number_id (.arguments): no", "phone_number_id (.arguments): no"),
        ("arguments: channel_id: did you mean x?", "arguments: channel_id: did you mean x?"),
        ("no_such_name, my_channel_id", "no_such_name, my_channel_id"),
    ],
)
def test_a_message_has_both_names_where_they_differ(text: str, told: str) -> None:
    assert with_plugin_names(text) == told
    assert with_plugin_names(told) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("as `get_connector` returns", "as `getConnector` returns"),
        ("the `phone_number_id`", "the `phoneNumberId`"),
        ("`slug:version`, `bird:workspaceId`", "`slug:version`, `bird:workspaceId`"),
        ("Use False. Example: `False`.", "Use `false`. Example: `false`."),
        ("empty, or None if unknown", "empty, or not set if unknown"),
    ],
)
def test_a_description_has_the_names_of_the_plugin_only(text: str, told: str) -> None:
    assert in_plugin_terms(text) == told


def test_a_setting_is_an_argument_of_the_provider_and_the_token_of_a_look_up_is_none() -> None:
    assert of_provider("check bird:apiUrl", "eu") == 'check api_url (apiUrl) of the provider "eu"'
    unchanged = "bird:index:getChannel: profile: is only for the dynamic provider"
    assert of_provider(unchanged, "eu") == unchanged


def test_a_look_up_that_was_renamed_has_its_new_name() -> None:
    assert {name: function_name(name) for name in LOOKUPS} == {
        "get_phone_number": "getPhoneNumber",
        "get_phone_numbers": "getPhoneNumbers",
        "get_webhook_events": "getWebhookEvents",
        "get_connector": "getConnector",
        "get_channel": "getChannel",
        "list_connectors": "getConnectors",
    }
