"""A team's secrets: the access key of Bird is rotated without downtime, and so is the passphrase; a
stack moves to another backend with them. Bird is unchanged by all of it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bird_dynamic.emulator import (
    ACCESS_KEY,
    BirdEmulator,
    EmulatorServer,
    Reply,
    Request,
)
from tests.engine.programs import NUMBER, both_ways, only, sent
from tests.support.backends import started
from tests.teams.people import Person, Team

OLD, NEW = "0ldK3y0ldK3y0ldK3y0ldK3y", "n3wK3yn3wK3yn3wK3yn3wK3y"
SIGNING_KEY = "the key that signs webhooks"
PROGRAM = f"""
from bird_dynamic import VoiceChannel, WebhookSubscription

support = VoiceChannel("support", phone_number_id="{NUMBER}")
WebhookSubscription(
    "calls",
    service="channels",
    event="voice.inbound",
    url="https://example.com/calls",
    signing_key="{SIGNING_KEY}",
    event_filters=[{{"key": "channelId", "value": support.channel_id}}],
)
"""
EXPLICIT = f"""
import pulumi
from bird_dynamic.native import Provider, VoiceChannel

provider = Provider("bird", access_key=pulumi.Config().require_secret("birdKey"))
VoiceChannel("support", phone_number_id="{NUMBER}", opts=pulumi.ResourceOptions(provider=provider))
"""


class Keys(BirdEmulator):
    """A Bird in which the keys `valid` are valid; `used` has the key of each request."""

    def __init__(self) -> None:
        super().__init__()
        self.valid: set[str] = {OLD}
        self.used: list[str] = []

    def handle(self, request: Request) -> Reply:
        key = request.headers["authorization"].removeprefix("AccessKey ")
        self.used.append(key)
        shown = ACCESS_KEY if key in self.valid else "revoked"
        headers = {**request.headers, "authorization": f"AccessKey {shown}"}
        return super().handle(replace(request, headers=headers))

    def used_by_now(self) -> set[str]:
        """The keys of the requests since this was called last."""
        used = set(self.used)
        self.used.clear()
        return used


@pytest.fixture
def keys() -> Keys:
    return Keys()


@pytest.fixture
def bird(keys: Keys) -> Iterator[EmulatorServer]:
    with EmulatorServer(keys) as running:
        yield running


def keyed(team: Team, program: str, setting: str = "bird:accessKey") -> Person:
    """A person whose stack has the old key in its configuration, and nothing in the environment."""
    anna = team.founder("anna", program)
    anna.environment["BIRD_ACCESS_KEY"] = ""
    anna.config(setting, OLD, secret=True)
    assert anna.up().ok
    return anna


def is_readable(text: str, folder: Path) -> bool:
    """Whether a file of a folder shows the text."""
    return any(text in each.read_text() for each in folder.rglob("*") if each.is_file())


@both_ways
def test_an_access_key_is_rotated_while_the_old_one_is_valid_too(
    team: Team, keys: Keys, way: str
) -> None:
    anna = keyed(team, PROGRAM)
    assert keys.used_by_now() == {OLD}
    keys.valid = {OLD, NEW}
    anna.config("bird:accessKey", NEW, secret=True)
    # Pulumi gives dynamic providers the settings of the last `up`, until there is another one.
    assert anna.refresh("--expect-no-changes").ok
    assert keys.used_by_now() == ({OLD} if way == "dynamic" else {NEW})
    assert anna.up("--expect-no-changes").ok
    keys.used_by_now()
    keys.valid = {NEW}
    assert anna.refresh("--expect-no-changes").ok
    assert keys.used_by_now() == {NEW}
    exported = anna.export()
    assert OLD not in exported
    assert NEW not in exported
    ben = team.joins("ben", anna)
    ben.environment["BIRD_ACCESS_KEY"] = ""
    assert ben.destroy().ok
    assert keys.used_by_now() == {NEW}
    assert keys.connectors() == []


def test_a_key_that_was_revoked_too_early_fails_and_a_new_one_goes_on(
    team: Team, keys: Keys
) -> None:
    anna = keyed(team, PROGRAM)
    keys.valid = {NEW}
    refused = anna.refresh()
    assert not refused.ok
    assert "401" in refused.output
    anna.config("bird:accessKey", NEW, secret=True)
    healed = anna.refresh("--expect-no-changes", "--run-program")
    assert healed.ok, healed.output
    assert anna.up("--expect-no-changes").ok
    assert anna.refresh("--expect-no-changes").ok


def test_the_key_of_an_explicit_provider_is_rotated_by_one_up_that_sends_nothing(
    team: Team, keys: Keys, bird: EmulatorServer
) -> None:
    anna = keyed(team, EXPLICIT, "birdKey")
    keys.valid = {OLD, NEW}
    anna.config("birdKey", NEW, secret=True)
    sent(bird)
    rotated = anna.up()
    assert rotated.ok, rotated.output
    assert "~ 1 updated" in rotated.output
    assert sent(bird) == []
    keys.valid = {NEW}
    keys.used_by_now()
    assert anna.refresh("--expect-no-changes").ok
    assert keys.used_by_now() == {NEW}
    assert OLD not in anna.export()
    assert NEW not in anna.export()
    assert anna.destroy().ok


def test_no_file_of_a_folder_of_states_shows_a_key(team: Team, keys: Keys) -> None:
    if team.backend.kind != "file":
        pytest.skip("the files of the other backends are the same ones")
    anna = keyed(team, PROGRAM)
    keys.valid = {OLD, NEW}
    anna.config("bird:accessKey", NEW, secret=True)
    assert anna.up().ok
    folder = Path(team.backend.url.removeprefix("file://"))
    assert is_readable(NUMBER, folder), "the search finds what is there"
    for secret in (OLD, NEW, SIGNING_KEY):
        assert not is_readable(secret, folder)


def test_a_passphrase_is_changed_without_a_change_in_bird(team: Team, bird: EmulatorServer) -> None:
    anna = keyed(team, PROGRAM)
    sent(bird)
    changed = subprocess.run(
        anna.command("stack", "change-secrets-provider", "passphrase"),
        input="a new passphrase\na new passphrase\n",
        cwd=anna.folder,
        env=anna.variables(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert changed.returncode == 0, changed.stderr
    refused = anna.up()
    assert not refused.ok
    assert "incorrect passphrase" in refused.output
    anna.environment["PULUMI_CONFIG_PASSPHRASE"] = "a new passphrase"
    again = anna.up("--expect-no-changes")
    assert again.ok, again.output
    assert sent(bird) == []


def test_a_stack_moves_to_another_backend_and_bird_is_unchanged(
    team: Team, bird: EmulatorServer, tmp_path: Path
) -> None:
    with started("file") as before:
        anna = keyed(replace(team, folder=tmp_path / "before", backend=before), PROGRAM)
        connector = only(bird)["id"]
        exported = anna.export()
    sent(bird)
    ben = team.joins("ben", anna)
    ben.environment["BIRD_ACCESS_KEY"] = ""
    (ben.folder / "moved.json").write_text(exported)
    ben.init()
    imported = ben.run("stack", "import", "--file", "moved.json")
    assert imported.ok, imported.output
    preview = ben.preview("--expect-no-changes")
    assert preview.ok, preview.output
    assert ben.up("--expect-no-changes").ok
    assert sent(bird) == []
    assert ben.refresh("--expect-no-changes").ok
    assert only(bird)["id"] == connector
    assert SIGNING_KEY not in ben.export()
    assert ben.destroy().ok
    assert bird.emulator.connectors() == []
