"""Runs an input as a user would, and returns what the user sees."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from unittest import mock

import pulumi

from bird_dynamic.bird.errors import BirdError
from bird_dynamic.schema.naming import MARK
from tests.support.world import NUMBER, OWN_MARK, World

WEBHOOK = {"service": "channels", "event": "voice.inbound", "url": "https://example.com/calls"}
CORRECT: Mapping[str, Mapping[str, Any]] = {
    "VoiceChannel": {"phone_number_id": NUMBER},
    "Connector": {
        "connector_template_ref": "sms-messagebird:1",
        "arguments": {"phoneNumberId": NUMBER, "channelMessageType": "promotional"},
    },
    "WebhookSubscription": WEBHOOK,
}
"""Correct inputs of each resource, which a row makes wrong."""


def text_of_output() -> str:
    """What Python makes of an Output inside an f-string."""
    with contextlib.redirect_stderr(io.StringIO()):
        # The SDK warns, and goes on.
        return str(pulumi.Output.from_input("x"))


def preview(type_name: str = "VoiceChannel", world: World | None = None, **inputs: Any) -> str:
    """The failures of a preview, and what it warns of."""
    world = world or World()
    failures = world.run(type_name).check({}, _inputs(type_name, inputs)).failures
    return "\n".join([*failures, *map(warning, world.said)])


def warning(text: str) -> str:
    """A warning, as the answer of a row of one has to begin."""
    return f"warning: {text}"


def up(type_name: str = "VoiceChannel", world: World | None = None, **inputs: Any) -> str:
    """The error of a create, which the preview does not find, and what the run says."""
    world = world or World()
    run = world.run(type_name)
    checked = run.check({}, _inputs(type_name, inputs))
    assert not checked.failures, checked.failures
    try:
        run.create(checked.inputs)
    except BirdError as error:
        return "\n".join([*world.said, str(error)])
    return "\n".join(world.said)


def command(
    main: Callable[[Sequence[str]], int],
    *arguments: str,
    environment: Mapping[str, str] | None = None,
) -> str:
    """The output and the exit status of a command, with these variables only."""
    variables = {"PATH": os.environ["PATH"], "HOME": os.devnull, **(environment or {})}
    output = io.StringIO()
    with (
        mock.patch.dict(os.environ, variables, clear=True),
        contextlib.redirect_stdout(output),
        contextlib.redirect_stderr(output),
    ):
        try:
            status = main(arguments)
        except SystemExit as stopped:
            status = int(stopped.code or 0)
    return f"{output.getvalue()}(exit status {status})"


def _inputs(type_name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    return {**CORRECT[type_name], MARK: OWN_MARK, **given}
