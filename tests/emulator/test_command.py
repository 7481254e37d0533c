"""`bird-emulator`, as a process of its own."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

COMMAND = [sys.executable, "-m", "bird_dynamic.emulator"]


def introduction(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return "".join(process.stdout.readline() for _ in range(17))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_how_to_use_it_and_stops_cleanly(tmp_path: Path, number: int) -> None:
    state = tmp_path / "bird.json"
    with subprocess.Popen(
        [*COMMAND, "--state", str(state), "--seed", "1", "--channel-after", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        text = introduction(process)
        exports = dict(re.findall(r"^export (BIRD_\w+)=(\S+)$", text, re.M))
        answer = requests.get(
            f"{exports['BIRD_API_URL']}/workspaces/{exports['BIRD_WORKSPACE_ID']}/numbers",
            headers={"Authorization": f"AccessKey {exports['BIRD_ACCESS_KEY']}"},
            timeout=5,
        )
        process.send_signal(number)
        rest = process.communicate(timeout=10)
    assert (process.returncode, rest) == (0, ("", ""))
    assert answer.status_code == 200
    assert state.exists()
    assert text.splitlines()[0] == (
        f"# Bird emulator on {exports['BIRD_API_URL']} (state: {state})."
        " It looks like Bird; it is not Bird."
    )
    assert set(exports) == {
        *("BIRD_API_URL", "BIRD_ACCESS_KEY", "BIRD_WORKSPACE_ID", "BIRD_ORGANIZATION_ID")
    }
    numbers = re.findall(r"^# phone number  ([0-9a-f-]{36})  (\+\d+)  [A-Z]{2}  (.+)$", text, re.M)
    assert len(numbers) == 12
    assert [each[2] for each in numbers if "voice" not in each[2]] == ["sms"]


def test_a_shell_can_evaluate_what_it_says() -> None:
    with subprocess.Popen(COMMAND, stdout=subprocess.PIPE, text=True) as process:
        text = introduction(process)
        process.terminate()
    shell = 'eval "$1"; echo "$BIRD_API_URL"'
    done = subprocess.run(
        ["sh", "-c", shell, "sh", text], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("http://127.0.0.1:")


def failure(*arguments: str) -> str:
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_port_that_is_taken_is_an_error_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"cannot listen on port {port}" in failure("--port", port)


@pytest.mark.parametrize("content", ["not JSON", "{}", "[]", '{"version": 0, "connectors": [1]}'])
def test_a_file_that_is_not_a_workspace_is_left_alone(tmp_path: Path, content: str) -> None:
    file = tmp_path / "bird.json"
    file.write_text(content)
    assert "does not hold a workspace" in failure("--state", str(file))
    assert file.read_text() == content


def test_a_file_that_cannot_be_written_is_an_error_in_one_line(tmp_path: Path) -> None:
    assert "cannot keep the workspace" in failure("--state", str(tmp_path / "no" / "bird.json"))
