"""The phones, tested twice: on Pulumi's mocks, and with the real engine on an emulated Bird."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from runpy import run_path
from typing import Any

import pulumi
from phones import hotline
from pulumi import automation

from bird_dynamic.emulator import Fault
from bird_dynamic.testing import EmulatedBird

URL = "https://example.com/calls"


class Mocks(pulumi.runtime.Mocks):
    """Notes what is declared, and makes a channel id up."""

    def __init__(self) -> None:
        self.declared: dict[str, dict[str, Any]] = {}

    def new_resource(
        self, args: pulumi.runtime.MockResourceArgs
    ) -> tuple[str | None, dict[Any, Any]]:
        self.declared[args.name] = args.inputs
        return f"id of {args.name}", {**args.inputs, "channel_id": f"channel of {args.name}"}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], None]:
        return {}, None


def test_the_webhook_tells_of_the_calls_of_its_channel_alone() -> None:
    # The mocks need an event loop, and Python makes none by itself since 3.14.
    asyncio.set_event_loop(asyncio.new_event_loop())
    mocks = Mocks()
    pulumi.runtime.set_mocks(mocks)
    pulumi.runtime.test(lambda: hotline("support", "2cffb55c-120e-91a8-8f10-ed9d1b412d29", URL))()
    webhook = mocks.declared["support-calls"]
    assert webhook["event_filters"] == [{"key": "channelId", "value": "channel of support"}]


def test_it_comes_up_once_and_whole_though_an_answer_is_lost(
    bird: EmulatedBird, tmp_path: Path
) -> None:
    def program() -> None:
        run_path(str(Path(__file__).with_name("__main__.py")))

    configuration = {"phones:phoneNumberId": bird.phone_number_ids[0], "phones:url": URL}
    stack = automation.create_stack(
        stack_name="test",
        project_name="phones",
        program=program,
        opts=automation.LocalWorkspaceOptions(
            work_dir=str(tmp_path),
            env_vars={
                **bird.environment,
                "PULUMI_BACKEND_URL": tmp_path.as_uri(),
                "PULUMI_CONFIG_PASSPHRASE": "test",
            },
            project_settings=automation.ProjectSettings(
                "phones", automation.ProjectRuntimeInfo("python", {"virtualenv": sys.prefix})
            ),
            stack_settings={"test": automation.StackSettings(config=configuration)},
        ),
    )
    bird.emulator.faults = (Fault("reset", operation="create_connector", applied=True),)

    channel_id = stack.up().outputs["channel_id"].value
    (connector,) = bird.connectors()
    (webhook,) = bird.webhook_subscriptions()
    assert connector["channel"]["channelId"] == channel_id
    assert webhook["eventFilters"] == [{"key": "channelId", "value": channel_id}]

    assert stack.preview().change_summary == {automation.OpType.SAME: 3}

    stack.destroy()
    assert bird.connectors() == bird.webhook_subscriptions() == []
