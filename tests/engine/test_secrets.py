"""Secrets are in no text and in no file, except encrypted; and they are there, encrypted."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import pytest

from bird_dynamic.emulator import ACCESS_KEY, EmulatorServer, Fault
from tests.engine.programs import (
    HEAD,
    NUMBER,
    bird_error,
    both_ways,
    channel,
    foreign,
    only,
    sent,
    summary,
)
from tests.support.engine import IS_OLDEST, Stack

SECURITY, TOKEN, GREETING = "canary/security+1", "canary/token+2", "canary/greeting+3"
ROTATED, TURNED = "canary/rotated+4", "canary/turned+5"


def program(token: str) -> str:
    return f"""{HEAD}
channel = VoiceChannel(
    "support",
    phone_number_id={NUMBER!r},
    arguments={{"greeting": pulumi.Config().require_secret("greeting"), "language": "nl"}},
    security_arguments={{"scheme": {{"key": {SECURITY!r}}}}},
    invitation_token={token!r},
)
pulumi.export("channel_id", channel.channel_id)
pulumi.export("arguments", channel.arguments)
pulumi.export("security_arguments", channel.security_arguments)
"""


@both_ways
def test_secret_inputs_and_secret_configuration_stay_secret_through_every_command(
    stack: Stack, bird: EmulatorServer
) -> None:
    secrets = [f"bird:accessKey={ACCESS_KEY}", f"phones:greeting={GREETING}"]
    flags = [flag for each in secrets for flag in ("--secret", each)]
    assert stack.run("config", "set-all", *flags).ok
    stack.environment |= {"BIRD_ACCESS_KEY": "", "BIRD_LOG": "debug"}

    stack.write(program(TOKEN))
    up = stack.up("--diff")
    assert summary(up) == {"+ 2 created"}
    assert "POST /workspaces/" in up.output, "the log was on"
    assert only(bird)["arguments"]["greeting"] == GREETING, "the secret got there"
    refresh = stack.refresh()
    exported = stack.export()
    stack.write(program(ROTATED))
    preview = stack.preview()
    assert "[secret]" in preview.output
    assert summary(preview) == {"+-1 to replace", "1 unchanged"}

    texts = {
        "up": up.output,
        "refresh": refresh.output,
        "preview": preview.output,
        "export": exported,
        **files(stack.folder / "state"),
        **files(stack.folder / "home"),
    }
    canaries = (SECURITY, TOKEN, GREETING, ROTATED, ACCESS_KEY)
    assert leaks(texts, canaries) == []

    # The engine keeps the whole configuration, encrypted, with the provider; not so the resource.
    shown = json.loads(stack.run("stack", "export", "--show-secrets").output)
    (resource,) = (
        json.dumps(each)
        for each in shown["deployment"]["resources"]
        if each["type"].endswith(":VoiceChannel")
    )
    assert leaks({"state": resource}, canaries) == [
        f"{each} in state" for each in (SECURITY, TOKEN, GREETING)
    ]


def test_a_secret_argument_stays_secret_when_refresh_finds_another_value(
    stack: Stack, bird: EmulatorServer
) -> None:
    assert stack.run("config", "set-all", "--secret", f"phones:greeting={GREETING}").ok
    stack.write(program(TOKEN))
    assert summary(stack.up()) == {"+ 2 created"}
    connector = only(bird)
    turned = {**connector["arguments"], "greeting": TURNED}
    bird.emulator.store.change(connector["id"], arguments=turned)

    refresh = stack.refresh()
    assert summary(refresh) == {"~ 1 updated", "1 unchanged"}
    texts = {"refresh": refresh.output, "export": stack.export()}
    assert leaks(texts, (SECURITY, TOKEN, GREETING, TURNED)) == []
    assert TURNED in stack.run("stack", "export", "--show-secrets").output


def test_an_access_key_from_the_environment_is_in_no_output_and_no_state(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.environment["BIRD_LOG"] = "debug"
    stack.write(channel())
    up = stack.up("--diff")
    assert summary(up) == {"+ 2 created"}
    assert sent(bird).count("create_connector") == 1, "the key was used"
    texts = {
        "up": up.output,
        "refresh": stack.refresh().output,
        "export": stack.run("stack", "export", "--show-secrets").output,
        **files(stack.folder / "state"),
        **files(stack.folder / "home"),
    }
    assert leaks(texts, [ACCESS_KEY]) == []


def test_neither_the_engines_own_log_nor_any_command_line_shows_a_secret(
    stack: Stack, bird: EmulatorServer
) -> None:
    assert stack.run("config", "set-all", "--secret", f"phones:greeting={GREETING}").ok
    stack.write(program(TOKEN))
    hang = Fault("hang", operation="create_connector", applied=True, seconds=2.0)
    bird.emulator.faults = (hang,)
    with ThreadPoolExecutor(1) as aside:
        running = aside.submit(stack.up, "-v=3", "--logtostderr")
        while not bird.emulator.journal or bird.emulator.journal[-1]["fault"] != "hang":
            assert not running.done()
            time.sleep(0.05)
        processes = subprocess.run(["ps", "-e", "-o", "args="], capture_output=True, text=True)
        up = running.result()
    assert up.ok, up.output
    assert "pulumi.dynamic" in processes.stdout
    assert re.search(r'"level":|^I\d{4} ', up.output, re.M), "the engine logged nothing"
    texts = {"log": up.output, "processes": processes.stdout}
    # The oldest SDK logs the outputs of a stack as they are.
    exported = () if IS_OLDEST else (SECURITY,)
    assert leaks(texts, (*exported, TOKEN, GREETING, ACCESS_KEY)) == []


def test_a_secret_output_that_differs_from_what_is_to_be_adopted_is_not_shown(
    stack: Stack, bird: EmulatorServer
) -> None:
    existing = foreign(
        bird, name="Support", arguments={"phoneNumberId": NUMBER, "greeting": "hello"}
    )
    # The engine itself hides what is secret in the configuration, but not what a program made so.
    stack.write(
        f"""{HEAD}
greeting = pulumi.Output.secret({GREETING!r})
inputs = {{"phone_number_id": {NUMBER!r}, "name": "Support", "adopt": {existing["id"]!r}}}
VoiceChannel("support", **inputs, arguments={{"greeting": greeting}})
"""
    )
    run = stack.up()
    assert "arguments" in bird_error(run)
    assert leaks({"up": run.output}, [GREETING]) == []


HIDDEN = "canary line 6"


@both_ways
def test_a_name_that_the_program_made_secret_is_in_no_error_of_any_command(
    stack: Stack, bird: EmulatorServer
) -> None:
    # Not from the configuration: the engine itself would hide that.
    def written(flag: bool) -> str:
        name = f'pulumi.Output.secret("".join({list(HIDDEN)!r}))'
        return (
            f"{HEAD}\nVoiceChannel('support', phone_number_id={NUMBER!r}, name={name}, "
            f"channel_conversational_status_enabled={flag})"
        )

    refused = Fault("status", status=422, times=None)
    stack.write(written(False))
    bird.emulator.faults = (refused,)
    texts = {"create": stack.up().output}
    bird.emulator.faults = ()
    assert stack.up().ok
    assert only(bird)["name"] == HIDDEN
    texts["up"] = stack.up().output
    assert summary(stack.preview("--expect-no-changes")) == {"2 unchanged"}
    bird.emulator.faults = (refused,)
    texts["refresh"] = stack.refresh().output
    stack.write(written(True))
    texts["update"] = stack.up().output
    texts["destroy"] = stack.run("destroy", "--yes", "--skip-preview").output
    texts["state"] = stack.export()
    for command in ("create", "refresh", "update", "destroy"):
        assert "[secret]" in texts[command], texts[command]
    assert leaks(texts, [HIDDEN]) == []


@pytest.mark.parametrize("before", ["", "x", "xy"])
def test_the_search_sees_through_encodings(before: str) -> None:
    text = f"{before}{TOKEN} and more"
    for written in (text, base64.b64encode(text.encode()).decode(), quote(text), json.dumps(text)):
        assert leaks({"text": written}, [TOKEN]) == [f"{TOKEN} in text"]
    assert leaks({"text": "nothing"}, [TOKEN]) == []


def leaks(texts: dict[str, str], secrets: Iterator[str] | list[str] | tuple[str, ...]) -> list[str]:
    """Which secret is in which text, in any encoding."""
    return [
        f"{secret} in {where}"
        for secret in secrets
        for where, text in texts.items()
        if any(form in text for form in forms(secret))
    ]


def forms(secret: str) -> Iterator[str]:
    """How a secret looks in a text that was encoded, wherever in the text it stood."""
    yield from (secret, quote(secret), quote(secret, safe=""), json.dumps(secret)[1:-1])
    raw = secret.encode()
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + raw).decode()
        # Only those digits that no neighbouring byte has a part in.
        inside = encoded[-(-shift * 8 // 6) : (shift + len(raw)) * 8 // 6]
        yield from (inside, inside.replace("+", "-").replace("/", "_"))


def files(folder: Path) -> dict[str, str]:
    """Every file below a folder."""
    return {
        str(each.relative_to(folder.parent)): each.read_text(errors="replace")
        for each in folder.rglob("*")
        if each.is_file()
    }
