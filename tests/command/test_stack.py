"""`--stack NAME`: the settings of a stack, which `pulumi config` prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bird_dynamic.command.__main__ import main
from bird_dynamic.emulator import ACCESS_KEY, WORKSPACE_ID, EmulatorServer

CONFIGURATION = {
    "bird:accessKey": {"value": ACCESS_KEY, "secret": True},
    "bird:workspaceId": {"value": WORKSPACE_ID, "secret": False},
    "shop:settings": {"value": '{"a":1}', "objectValue": {"a": 1}, "secret": False},
}


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A program named `pulumi` that notes how it is called, and prints a configuration."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    (folder / "configuration.json").write_text(json.dumps(CONFIGURATION))
    return says(folder, f'echo "$@" > {folder}/called; /bin/cat {folder}/configuration.json')


def says(folder: Path, script: str) -> Path:
    """Let `pulumi` run this script."""
    program = folder / "pulumi"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return folder


def test_the_stack_comes_first_and_the_environment_second(
    bird: EmulatorServer,
    cli: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BIRD_ACCESS_KEY", "another-key")
    monkeypatch.delenv("BIRD_WORKSPACE_ID")
    # The URL is in the environment alone.
    assert main(["doctor", "--stack", "dev"]) == 0
    said = capsys.readouterr().out
    assert "access key    from the configuration of stack dev (bird:accessKey), ends in" in said
    assert f"workspace     {WORKSPACE_ID}" in said
    called = (cli / "called").read_text().split()
    assert called == ["config", "--json", "--show-secrets", "--non-interactive", "--stack=dev"]


def test_a_key_that_the_stack_lacks_comes_from_the_environment(
    bird: EmulatorServer, cli: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (cli / "configuration.json").write_text("{}")
    assert main(["doctor", "--stack", "dev"]) == 0
    assert "from the environment (BIRD_ACCESS_KEY)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("script", "cause"),
    [
        (
            'echo "warning: old" >&2; echo "error: no stack named \'dev\' found" >&2; exit 6',
            "`pulumi config` failed: no stack named 'dev' found. Check that",
        ),
        ("exit 3", "`pulumi config` failed: exit status 3."),
        ("echo nothing", "its answer is not the JSON of a configuration"),
        ("echo '[]'", "its answer is not the JSON of a configuration"),
    ],
    ids=["no stack", "silent", "no JSON", "a list"],
)
def test_a_stack_that_cannot_be_read_is_one_line(
    bird: EmulatorServer,
    cli: Path,
    capsys: pytest.CaptureFixture[str],
    script: str,
    cause: str,
) -> None:
    says(cli, script)
    assert main(["doctor", "--stack", "dev"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: --stack dev: ")
    assert cause in line
    assert list(bird.emulator.journal) == []


def test_without_the_cli_it_is_one_line(
    bird: EmulatorServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["doctor", "--stack", "dev"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "the command pulumi is not on PATH; install the Pulumi CLI, or set the" in line


def test_without_settings_the_option_is_named(
    bird: EmulatorServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BIRD_ACCESS_KEY")
    assert main(["doctor"]) == 2
    said = capsys.readouterr().err
    assert "bird:accessKey (or BIRD_ACCESS_KEY): is not set. Export BIRD_ACCESS_KEY, or" in said
    assert "`bird-dynamic doctor --stack NAME`" in said


@pytest.mark.parametrize(
    ("project", "status"), [("name: phones\nruntime: python\n", 2), ("name: 'bird'\n", 0), ("", 2)]
)
def test_a_misspelled_key_of_the_stack_is_told(
    bird: EmulatorServer,
    cli: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    project: str,
    status: int,
) -> None:
    wrong = {"bird:timout": {"value": "5m"}, **CONFIGURATION}
    (cli / "configuration.json").write_text(json.dumps(wrong))
    inside = tmp_path / "program" / "part"
    inside.mkdir(parents=True)
    if project:
        (tmp_path / "program" / "Pulumi.yaml").write_text(project)
    monkeypatch.chdir(inside)
    assert main(["doctor", "--stack", "dev"]) == status
    assert ("bird:timout: is not a setting" in capsys.readouterr().err) == (status == 2)


def test_a_cli_without_a_login_is_told_to_log_in(
    bird: EmulatorServer, cli: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    says(cli, "echo 'error: PULUMI_ACCESS_TOKEN must be set for login' >&2; exit 255")
    assert main(["doctor", "--stack", "dev"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(
        "error: --stack dev: the Pulumi CLI is not logged in. Run `pulumi login`"
    )
    assert "lists its stacks" not in line
