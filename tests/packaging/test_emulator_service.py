"""The emulator as a service: the commands of its container and of its action run here as they are
written, without a container and without GitHub."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from bird_dynamic.emulator import ACCESS_KEY, ORGANIZATION_ID, WORKSPACE_ID
from tests.support.workflow import Job

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "emulator"
SETTINGS = {
    "BIRD_ACCESS_KEY": ACCESS_KEY,
    "BIRD_WORKSPACE_ID": WORKSPACE_ID,
    "BIRD_ORGANIZATION_ID": ORGANIZATION_ID,
}


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile, and what follows each."""
    lines = (FOLDER / "Dockerfile").read_text().replace("\\\n", "").splitlines()
    pairs = (each.partition(" ") for each in lines if each and not each.startswith("#"))
    return [(name, rest.strip()) for name, _, rest in pairs]


def only(name: str) -> str:
    (found,) = [rest for each, rest in instructions() if each == name]
    return found


@pytest.fixture(scope="module")
def container(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a process in the container, whose files were copied and installed."""
    folder = tmp_path_factory.mktemp("container")
    venv.create(folder / "python", with_pip=True)
    environment = {"PATH": f"{folder / 'python' / 'bin'}:/usr/bin:/bin"}
    (folder / "source").mkdir()
    for name, rest in instructions():
        if name == "COPY":
            *sources, target = rest.split()
            for each in sources:
                copy = shutil.copytree if (ROOT / each).is_dir() else shutil.copy
                place = folder / "source" / target
                copy(ROOT / each, place)  # type: ignore[operator]
        elif name == "RUN":
            # Where packages come from is a matter of the machine.
            network = {key: each for key, each in os.environ.items() if key.startswith("PIP_")}
            done = subprocess.run(
                ["sh", "-c", rest],
                cwd=folder / "source",
                env=network | environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr
    shutil.rmtree(folder / "source")
    return environment


@contextmanager
def started(container: dict[str, str], *options: str) -> Iterator[tuple[dict[str, str], Any]]:
    """The settings that the container prints, and its process."""
    command = [*json.loads(only("ENTRYPOINT")), "--port", "0", *options]
    program = shutil.which(command[0], path=container["PATH"])
    assert program is not None
    with subprocess.Popen(
        [program, *command[1:]],
        cwd="/",
        env=container,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "in a browser" in line:
                break
        try:
            yield settings_in("".join(lines)), process
        finally:
            process.terminate()


def settings_in(text: str) -> dict[str, str]:
    return dict(re.findall(r"^(?:export )?(\w+)=(.*)$", text, re.M))


def test_the_container_serves_is_healthy_and_ends_at_once(container: dict[str, str]) -> None:
    options, _, command = only("HEALTHCHECK").partition("CMD ")
    assert "--start-period" in options
    with started(container, "--dialect", "gone=410") as (settings, process):
        assert {**settings, **SETTINGS} == settings
        port = settings["BIRD_API_URL"].rpartition(":")[2]
        check = json.loads(command.replace("8080", port))
        assert subprocess.run(check, env=container, check=False).returncode == 0
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    assert (
        subprocess.run(check, env=container, stderr=subprocess.DEVNULL, check=False).returncode == 1
    )


def test_the_container_holds_no_other_package(container: dict[str, str]) -> None:
    shown = subprocess.run(
        ["pip", "list", "--format", "json", "--disable-pip-version-check"],
        env=container,
        capture_output=True,
        check=True,
    )
    names = {each["name"] for each in json.loads(shown.stdout)}
    assert names - {"setuptools"} == {"pip", "bird-dynamic"}


def test_the_image_has_a_user_and_gets_nothing_but_what_it_copies() -> None:
    assert re.fullmatch(r"python:3\.\d+-slim", only("FROM"))
    assert int(only("USER").partition(":")[0]) > 0
    ignored = (FOLDER / "Dockerfile.dockerignore").read_text().splitlines()
    assert "*" in ignored
    copied = [each for name, rest in instructions() if name == "COPY" for each in rest.split()[:-1]]
    assert sorted(each[1:] for each in ignored if each.startswith("!")) == sorted(copied)


def test_the_composition_builds_the_image_for_this_machine_alone() -> None:
    composed = yaml.safe_load((FOLDER / "compose.yaml").read_text())
    ((name, service),) = composed["services"].items()
    context = FOLDER / service["build"]["context"]
    assert (context / service["build"]["dockerfile"]).samefile(FOLDER / "Dockerfile")
    port = only("EXPOSE")
    assert service["ports"] == [f"127.0.0.1:{port}:{port}"]
    entry = json.loads(only("ENTRYPOINT"))
    assert entry[entry.index("--allow-host") + 1] == name
    assert entry[entry.index("--port") + 1] == port


def test_the_settings_in_the_readme_are_those_of_the_emulator() -> None:
    readme = (FOLDER / "README.md").read_text()
    for name in ("BIRD_ACCESS_KEY", "BIRD_WORKSPACE_ID"):
        shown = re.findall(rf'{name}"?: "?([\w-]+)', readme)
        assert shown == [SETTINGS[name]] * 2
    assert "BIRD_API_URL: http://bird-emulator:8080" in readme


ACTION = yaml.safe_load((FOLDER / "action.yml").read_text())
INSTALL, START = ACTION["runs"]["steps"]


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a runner on which the action has installed the emulator."""
    if shutil.which("curl") is None:
        pytest.skip("this machine has no curl, which the action uses")
    folder = tmp_path_factory.mktemp("runner")
    runner = os.environ | {
        "RUNNER_TEMP": str(folder),
        "GITHUB_ENV": str(folder / "env"),
        "GITHUB_ACTION_PATH": str(FOLDER),
    }
    with step(INSTALL, runner) as process:
        output, _ = process.communicate()
        assert process.returncode == 0, output
    return runner


@contextmanager
def step(
    written: dict[str, Any], runner: dict[str, str], options: str = ""
) -> Iterator[subprocess.Popen[str]]:
    """A step of the action. What it leaves running ends with the block."""
    job = Job([written], {"inputs.options": options}, Path(runner["RUNNER_TEMP"]), runner)
    process = job.started(written["run"], written)
    try:
        yield process
    finally:
        try:
            os.killpg(process.pid, signal.SIGTERM)
        except ProcessLookupError:
            """Nothing is left."""
        process.wait()


def test_the_action_starts_the_emulator_for_the_next_steps(runner: dict[str, str]) -> None:
    with step(START, runner, "--port 0 --dialect gone=410") as process:
        output, _ = process.communicate()
        assert process.returncode == 0, output
        settings = settings_in(Path(runner["GITHUB_ENV"]).read_text())
        assert settings == SETTINGS | {"BIRD_API_URL": settings["BIRD_API_URL"]}
        answered = requests.get(f"{settings['BIRD_API_URL']}/__emulator__/dialect", timeout=10)
        assert answered.json()["gone"] == "410"


def test_the_action_fails_with_the_reason_if_the_emulator_does_not_start(
    runner: dict[str, str],
) -> None:
    with step(START, runner, "--dialect gone=411") as process:
        output, _ = process.communicate()
    assert process.returncode == 1
    assert "error: --dialect" in output
