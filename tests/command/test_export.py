"""`bird-dynamic export`: the program of a workspace that exists. That it adopts everything is shown
with the real engine (`tests/engine/test_export.py`)."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from bird_dynamic.command.__main__ import main
from bird_dynamic.command.export import Workspace, exported
from bird_dynamic.emulator import EmulatorServer, Fault, Options, PhoneNumber
from bird_dynamic.lifecycle.session import Account

NUMBER = PhoneNumber.made_up(0).id


def program(folder: Path) -> str:
    text = (folder / "__main__.py").read_text()
    ast.parse(text)
    return text


def test_names_are_made_unique_and_texts_are_escaped(bird: EmulatorServer, tmp_path: Path) -> None:
    for name in ("Front desk", "front-desk", 'The "best" desk \\', "2nd", "class", "電話"):
        bird.emulator.add_connector(
            name=name, connectorTemplateRef="line:1", arguments={"greeting": name}
        )
    assert main(["export", str(tmp_path / "new")]) == 0
    text = program(tmp_path / "new")
    calls = [
        node.value
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
    ][1:]
    names = [ast.literal_eval(call.args[0]) for call in calls]
    assert names == ["front-desk", "front-desk-2", "the-best-desk", "2nd", "class", "connector"]
    given = [
        {each.arg: ast.literal_eval(each.value) for each in call.keywords if each.arg != "opts"}
        for call in calls
    ]
    assert given[2]["name"] == given[2]["arguments"]["greeting"] == 'The "best" desk \\'
    assert given[5]["name"] == "電話"
    assert "_2nd = Connector(" in text
    assert "_class = Connector(" in text


def test_it_changes_nothing_and_holds_no_secret(
    bird: EmulatorServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bird.emulator.add_webhook_subscription(
        service="channels",
        event="voice.inbound",
        url="https://example.com/x",
        signingKey="canary-signing-key",
    )
    assert main(["export", str(tmp_path)]) == 0
    assert {each["method"] for each in bird.emulator.journal} == {"GET"}
    assert "canary" not in program(tmp_path) + str(capsys.readouterr())


def test_an_empty_workspace_is_an_empty_program(bird: EmulatorServer, tmp_path: Path) -> None:
    assert main(["export", str(tmp_path)]) == 0
    assert "import" not in program(tmp_path)


def test_protection_can_be_left_out(bird: EmulatorServer, tmp_path: Path) -> None:
    bird.emulator.add_connector()
    assert main(["export", str(tmp_path / "a")]) == 0
    assert "opts=PROTECTED" in program(tmp_path / "a")
    assert main(["export", "--no-protect", str(tmp_path / "b")]) == 0
    assert "PROTECTED" not in program(tmp_path / "b")


def test_connectors_without_a_channel_are_not_waited_for(
    bird: EmulatorServer, tmp_path: Path
) -> None:
    bird.emulator.options = Options(channel_after=10**6)
    bird.emulator.add_connector(connectorTemplateRef="line:1")
    assert main(["export", str(tmp_path)]) == 0
    assert "wait_for_channel=False" in program(tmp_path)


def test_poor_rows_of_a_listing_are_read_one_by_one(bird: EmulatorServer, tmp_path: Path) -> None:
    bird.emulator.options = Options(sparse_lists=True)
    for _ in range(12):
        bird.emulator.add_connector(
            connectorTemplateRef="voice-messagebird:1", arguments={"phoneNumberId": NUMBER}
        )
    assert main(["export", str(tmp_path)]) == 0
    assert program(tmp_path).count(f'phone_number_id="{NUMBER}"') == 12


def test_a_program_that_is_there_is_not_overwritten(
    bird: EmulatorServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "Pulumi.yaml").write_text("mine")
    assert main(["export", str(tmp_path)]) == 2
    assert "already exists; choose another folder" in capsys.readouterr().err
    assert (tmp_path / "Pulumi.yaml").read_text() == "mine"
    assert list(bird.emulator.journal) == []


@pytest.mark.parametrize("target", ["elsewhere", "missing"])
def test_a_symlink_in_place_of_a_file_is_never_written_through(
    bird: EmulatorServer, tmp_path: Path, capsys: pytest.CaptureFixture[str], target: str
) -> None:
    (tmp_path / "elsewhere").write_text("mine")
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "__main__.py").symlink_to(tmp_path / target)
    assert main(["export", str(folder)]) == 2
    assert "already exists; choose another folder" in capsys.readouterr().err
    assert (tmp_path / "elsewhere").read_text() == "mine"
    assert not (tmp_path / "missing").exists()


def test_what_appears_during_the_export_is_not_overwritten(
    bird: EmulatorServer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def meanwhile(account: Account) -> Workspace:
        (tmp_path / "Pulumi.yaml").symlink_to(tmp_path / "elsewhere")
        return exported(account)

    monkeypatch.setattr("bird_dynamic.command.__main__.exported", meanwhile)
    assert main(["export", str(tmp_path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    path = tmp_path / "Pulumi.yaml"
    assert line == f"error: {path} cannot be written: File exists; choose another folder"
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    ("folder", "says"),
    [
        ("file", "is not a folder; choose another folder"),
        ("file/new", "is not a folder; choose another folder"),
        ("dangling", "is not a folder; choose another folder"),
        ("locked", "cannot be written: no permission; choose another folder"),
        ("locked/new", "cannot be written: no permission; choose another folder"),
    ],
)
def test_a_folder_that_cannot_be_written_is_one_line_and_nothing_is_sent(
    bird: EmulatorServer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    folder: str,
    says: str,
) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "dangling").symlink_to(tmp_path / "missing")
    (tmp_path / "locked").mkdir()
    # Root may write everywhere, so the permission is not taken from the file system.
    monkeypatch.setattr("os.access", lambda path, mode: Path(path).name != "locked")
    assert main(["export", str(tmp_path / folder)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"error: {tmp_path / folder} ")
    assert line.endswith(says)
    assert list(bird.emulator.journal) == []


def test_one_resource_is_not_several(
    bird: EmulatorServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bird.emulator.add_connector()
    assert main(["export", str(tmp_path / "one")]) == 0
    assert "Wrote 1 resource to " in capsys.readouterr().out
    bird.emulator.add_connector()
    assert main(["export", str(tmp_path / "two")]) == 0
    assert "Wrote 2 resources to " in capsys.readouterr().out


def project(folder: Path) -> Any:
    return yaml.safe_load((folder / "Pulumi.yaml").read_text())


@pytest.mark.parametrize("flags", [(), ("--import-file",)], ids=["dynamic", "plugin"])
def test_the_project_says_where_this_package_is_installed(
    bird: EmulatorServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: tuple[str, ...]
) -> None:
    environment = tmp_path / 'virtual "environment"'
    scripts = environment / "bin"
    scripts.mkdir(parents=True)
    (scripts / "pulumi-resource-bird").write_text("")
    (scripts / "pulumi-resource-bird").chmod(0o755)
    monkeypatch.setattr("sys.prefix", str(environment))
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(scripts))
    folder = tmp_path / "new" / "phones"
    assert main(["export", *flags, str(folder)]) == 0
    written = project(folder)
    options = written["runtime"]["options"]
    assert not Path(options["virtualenv"]).is_absolute()
    assert (folder / options["virtualenv"]).resolve() == environment
    if flags:
        (plugin,) = written["plugins"]["providers"]
        assert plugin["name"] == "bird"
        assert (folder / plugin["path"]).resolve() == scripts
    else:
        assert "plugins" not in written


def test_outside_of_a_virtual_environment_none_is_written(
    bird: EmulatorServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.prefix", sys.base_prefix)
    assert main(["export", str(tmp_path)]) == 0
    assert project(tmp_path)["runtime"]["options"] == {"toolchain": "pip"}


def test_an_unknown_folder_of_the_plugin_has_an_instruction(
    bird: EmulatorServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["export", "--import-file", str(tmp_path / "new")]) == 0
    text = (tmp_path / "new" / "Pulumi.yaml").read_text()
    assert "change this to the folder of pulumi-resource-bird" in text
    assert project(tmp_path / "new")["plugins"]["providers"][0]["name"] == "bird"


def test_without_an_organization_webhooks_are_exported_too(
    bird: EmulatorServer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("BIRD_ORGANIZATION_ID")
    bird.emulator.add_webhook_subscription()
    assert main(["export", str(tmp_path)]) == 0
    program = (tmp_path / "__main__.py").read_text()
    assert "WebhookSubscription(" in program
    assert "organization_id" not in program


def test_a_refusal_writes_nothing(
    bird: EmulatorServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bird.emulator.faults = (Fault("status", status=403, times=None),)
    assert main(["export", str(tmp_path / "new")]) == 1
    assert "View on /workspaces/*/connectors:" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("odd", "remark"),
    [
        ({"url": "http://example.com"}, "url: must be an https URL"),
        ({"url": None}, "url: is required"),
        ({"eventFilters": [{"key": "channelId"}]}, "event_filters[0]: must be {"),
        ({"eventFilters": [{"key": "a", "value": 1}]}, "event_filters[0]: must be {"),
        ({"status": "paused"}, 'status: must be "active" or "inactive"'),
        ({"event": ""}, "event: must be a non-empty string"),
    ],
    ids=str,
)
def test_what_no_program_can_declare_is_left_out_and_told(
    bird: EmulatorServer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    not_as_described: list[str],
    odd: dict[str, object],
    remark: str,
) -> None:
    webhook = {"service": "channels", "event": "voice.inbound", "url": "https://example.com"}
    left_out = bird.emulator.add_webhook_subscription(**{**webhook, **odd})["id"]
    kept = bird.emulator.add_webhook_subscription(**webhook)["id"]
    assert main(["export", str(tmp_path)]) == 0
    text = program(tmp_path)
    assert (kept in text, left_out in text) == (True, False)
    assert f"Left out: webhook subscription {left_out} ({remark}" in capsys.readouterr().out
    not_as_described.clear()


def test_an_argument_that_no_program_can_have_is_left_out_and_told(
    bird: EmulatorServer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    not_as_described: list[str],
) -> None:
    item = bird.emulator.add_connector(name="", connectorTemplateRef="line:1")["id"]
    assert main(["export", str(tmp_path)]) == 0
    assert item in program(tmp_path)
    assert "name=" not in program(tmp_path)
    assert f"Left out of connector {item}: name: must be a" in capsys.readouterr().out
    not_as_described.clear()
