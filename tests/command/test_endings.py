"""How the commands begin and end: `--help`, `--version`, wrong options, a closed output, Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from bird_dynamic._version import package_version
from bird_dynamic.command.__main__ import main as bird_dynamic
from bird_dynamic.emulator import ACCESS_KEY, WORKSPACE_ID
from bird_dynamic.providers.plugin import main as plugin

BIRD_DYNAMIC = "from bird_dynamic.command.__main__ import main; import sys; sys.exit(main())"
PLUGIN = "from bird_dynamic.providers.plugin import main; import sys; sys.exit(main())"
MAINS: dict[str, Callable[[], int]] = {
    "bird-dynamic": bird_dynamic,
    "pulumi-resource-bird": plugin,
}


def ends(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], line: str
) -> tuple[object, str, str]:
    """The exit status and the output of a command."""
    name, *arguments = line.split()
    monkeypatch.setattr(sys, "argv", [name, *arguments])
    with pytest.raises(SystemExit) as stopped:
        MAINS[name]()
    output = capsys.readouterr()
    return stopped.value.code, output.out, output.err


@pytest.mark.parametrize(
    "line", ["bird-dynamic", "bird-dynamic doctor", "bird-dynamic export", "pulumi-resource-bird"]
)
def test_a_command_says_its_version_and_how_to_use_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    version = f"{line.split()[0]} {package_version()}\n"
    assert ends(monkeypatch, capsys, f"{line} --version") == (0, version, "")
    status, help_text, _ = ends(monkeypatch, capsys, f"{line} --help")
    assert status == 0
    assert f"usage: {line} " in help_text
    assert "\nexamples:\n  " in help_text


def test_the_plugin_says_who_starts_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _, help_text, _ = ends(monkeypatch, capsys, "pulumi-resource-bird --help")
    assert "Pulumi's engine starts this; you do not." in help_text


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("bird-dynamic", "write a command, such as `bird-dynamic doctor`; see `bird-dynamic --h"),
        (
            "bird-dynamic repair",
            "unknown command repair: the commands are export, doctor, audit; see",
        ),
        ("bird-dynamic --writes doctor", "after the command, as in `bird-dynamic doctor --writes`"),
        ("bird-dynamic --wirtes doctor", "unknown option --wirtes; see `bird-dynamic --help`"),
        ("bird-dynamic doctor --wirtes", "did you mean --writes? See `bird-dynamic doctor --help`"),
        ("bird-dynamic export", "`bird-dynamic export phones`; see `bird-dynamic export --help`"),
        ("bird-dynamic doctor --stack", "--stack: write its value: --stack NAME; see"),
        ("bird-dynamic doctor --stack a b", "unexpected argument b; see"),
        ("bird-dynamic doctor --wat\x1b[2J", "unknown option --wat [2J; see"),
        ("pulumi-resource-bird --port", "unknown option --port; see"),
    ],
)
def test_a_wrong_option_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], line: str, says: str
) -> None:
    status, output, error = ends(monkeypatch, capsys, line)
    assert (status, output) == (2, "")
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert says in error


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A server that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        yield server


def environment(port: int) -> dict[str, str]:
    return {
        **os.environ,
        "BIRD_API_URL": f"http://127.0.0.1:{port}",
        "BIRD_ACCESS_KEY": ACCESS_KEY,
        "BIRD_WORKSPACE_ID": WORKSPACE_ID,
    }


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        (BIRD_DYNAMIC, ("--help",)),
        (BIRD_DYNAMIC, ("doctor",)),
        (PLUGIN, ("--help",)),
        (PLUGIN, ()),
    ],
    ids=["help", "doctor", "help of the plugin", "plugin"],
)
def test_an_output_that_nobody_reads_is_no_error(code: str, arguments: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        stdout=writer,
        stderr=subprocess.PIPE,
        # Else the environment of the tests could decide when the output is written.
        env={**environment(9), "PYTHONUNBUFFERED": ""},
        timeout=60,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


# A process that was started in the background may have inherited that SIGINT is ignored.
HEARS = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
# As if the signal came just before a wait: it is noted, but ends no wait of the main thread.
MISSES = (
    "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start(); "
    "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}); "
)


@pytest.mark.parametrize(
    ("before", "arguments"),
    [
        (HEARS, ("doctor",)),
        (HEARS, ("export", "{folder}")),
        (HEARS, ("audit",)),
        (HEARS + MISSES, ("audit",)),
    ],
    ids=["doctor", "export", "audit", "audit, just before a wait"],
)
def test_ctrl_c_ends_a_command_without_a_traceback(
    silent: socket.socket, tmp_path: object, before: str, arguments: tuple[str, ...]
) -> None:
    words = [each.format(folder=f"{tmp_path}/new") for each in arguments]
    with subprocess.Popen(
        [sys.executable, "-c", before + BIRD_DYNAMIC, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(silent.getsockname()[1]),
    ) as process:
        connection, _ = silent.accept()
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=60)
        connection.close()
    assert (process.returncode, error) == (130, b"")
