"""The classes over the plugin: the same arguments and attributes, the plugin's names."""

from __future__ import annotations

import inspect
from typing import Any

import pulumi
import pytest

import bird_dynamic
from bird_dynamic import native
from bird_dynamic.resources import over_plugin
from bird_dynamic.schema.resources import SCHEMAS
from tests.program.test_voice_channel import NUMBER, Mocks, mark


def run(preview: bool = False) -> tuple[Mocks, dict[str, Any]]:
    """A program over the plugin, on mocks."""
    mocks = _Wired()
    pulumi.runtime.set_mocks(mocks, project="phones", stack="dev", preview=preview)
    found: dict[str, Any] = {}

    @pulumi.runtime.test
    def program() -> Any:
        channel = native.VoiceChannel(
            "support",
            phone_number_id=NUMBER,
            invitation_token="t",
            opts=pulumi.ResourceOptions(ignore_changes=["channel_conversational_status_enabled"]),
        )
        native.Provider("eu", access_key="k", workspace_id="w")
        wanted = {
            "channel_id": channel.channel_id,
            "number": channel.number,
            "name": channel.name,
            "arguments": channel.arguments,
        }
        return pulumi.Output.all(**wanted).apply(found.update)

    program()
    return mocks, found


class _Wired(Mocks):
    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        self.registered.append(args)
        outputs = {
            "channelId": "c",
            "number": {"numberId": "n", "capabilities": ["voice-inbound"]},
            "arguments": {"someKey": 1},
        }
        return f"{args.name}-id", {**args.inputs, **outputs}


def test_the_plugin_gets_its_own_names_and_the_program_keeps_pythons() -> None:
    mocks, found = run()
    channel = next(each for each in mocks.registered if each.typ == "bird:index:VoiceChannel")
    assert channel.inputs["phoneNumberId"] == NUMBER
    assert channel.inputs["resourceMark"].startswith("support-")
    assert "__provider" not in channel.inputs
    assert found["channel_id"] == "c"
    assert found["number"] == {"number_id": "n", "capabilities": ["voice-inbound"]}
    assert found["arguments"] == {"someKey": 1}


def test_a_provider_is_given_its_settings() -> None:
    mocks, _ = run()
    (provider,) = [each for each in mocks.registered if each.typ == "pulumi:providers:bird"]
    assert "k" in provider.inputs["accessKey"].values(), "it is a secret"
    assert provider.inputs["workspaceId"] == "w"


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_classes_are_the_same_but_for_the_way(name: str) -> None:
    ours, dynamic = getattr(native, name), getattr(bird_dynamic, name)
    assert issubclass(ours, dynamic)
    assert inspect.signature(ours.__init__) == inspect.signature(dynamic.__init__)
    assert ours.SCHEMA is dynamic.SCHEMA


def test_the_mark_is_the_same_both_ways_in() -> None:
    mocks, _ = run()
    channel = next(each for each in mocks.registered if each.typ == "bird:index:VoiceChannel")
    assert channel.inputs["resourceMark"] == mark()


def test_every_name_of_the_package_that_a_stack_uses_is_here_too() -> None:
    audit = {name for name in bird_dynamic.__all__ if "audit" in name.lower()}
    assert set(bird_dynamic.__all__) - audit | {"Provider"} == set(native.__all__)


@pytest.mark.parametrize(
    ("path", "wired"),
    [
        ("phone_number_id", "phoneNumberId"),
        ("security_arguments.my_key", "securityArguments.my_key"),
        ('event_filters[0]["some_key"]', 'eventFilters[0]["some_key"]'),
        ("*", "*"),
    ],
)
def test_only_the_name_of_a_property_is_translated_in_a_path(path: str, wired: str) -> None:
    assert over_plugin.camel_path(path) == wired
