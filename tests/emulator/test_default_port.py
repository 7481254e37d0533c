"""The port of `bird-emulator`: the default one, the next free one, or the given one."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from unittest import mock

import pytest

from bird_dynamic.emulator import __main__ as command


@pytest.fixture
def default(monkeypatch: pytest.MonkeyPatch) -> int:
    """A port that is free, with free ones after it."""
    # Tests that run beside this one have other ports.
    for first in range(20_000 + os.getpid() * 10 % 10_000, 32_000, 10):
        try:
            with ExitStack() as opened:
                for port in range(first, first + 4):
                    opened.enter_context(socket.create_server(("127.0.0.1", port)))
        except OSError:
            continue
        monkeypatch.setattr(command, "DEFAULT_PORT", first)
        monkeypatch.setattr(command, "PORTS_TRIED", 3)
        return first
    pytest.fail("no free ports")


@pytest.fixture
def in_use() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def take(in_use: ExitStack, *ports: int) -> None:
    for port in ports:
        in_use.enter_context(socket.create_server(("127.0.0.1", port)))


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str]]:
    """The port of the printed address, and the lines about ports in use."""
    introduce = command._introduce
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def introduce_and_stop(*given: Any) -> None:
        introduce(*given)
        os.kill(os.getpid(), signal.SIGTERM)

    try:
        with mock.patch.object(command, "_introduce", introduce_and_stop):
            assert command.main(["--quiet", *arguments]) == 0
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    lines = capsys.readouterr().out.splitlines()
    (url,) = [each.partition("=")[2] for each in lines if each.startswith("export BIRD_API_URL=")]
    return int(url.rpartition(":")[2]), [each for each in lines if "in use" in each]


def test_it_is_the_default_one(default: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys) == (default, [])


def test_it_is_the_next_free_one_and_that_is_told(
    default: int, in_use: ExitStack, capsys: pytest.CaptureFixture[str]
) -> None:
    take(in_use, default, default + 1)
    told = f"# port {default} is in use, so this emulator listens on {default + 2}"
    assert run(capsys) == (default + 2, [told])


def test_it_is_any_free_one_if_the_next_ones_are_in_use_too(
    default: int, in_use: ExitStack, capsys: pytest.CaptureFixture[str]
) -> None:
    take(in_use, *range(default, default + 3))
    port, told = run(capsys)
    assert port not in range(default, default + 3)
    assert told == [f"# port {default} is in use, so this emulator listens on {port}"]


def test_a_given_one_is_never_another(
    default: int, in_use: ExitStack, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, "--port", str(default + 1)) == (default + 1, [])
    assert run(capsys, "--port", "0")[1] == []
    take(in_use, default)
    with pytest.raises(SystemExit):
        command.main(["--port", str(default)])
    assert f"--port {default}: Address already in use; choose another port" in (
        capsys.readouterr().err
    )


def test_the_default_one_is_known() -> None:
    assert command.DEFAULT_PORT == 8080
