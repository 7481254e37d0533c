"""Whether the engine is still there, and what follows where it is not."""

from __future__ import annotations

import os
import signal
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bird_dynamic.bird.errors import EngineGoneError, RunCancelledError
from bird_dynamic.lifecycle.error_messages import OperationError
from bird_dynamic.providers import engine as engine_module
from bird_dynamic.providers.engine import (
    FRESH,
    EngineWatch,
    address_from,
    end_with_grace,
    of_this_process,
    run_of,
)
from tests.support.world import World


def listening() -> tuple[socket.socket, str]:
    engine = socket.create_server(("127.0.0.1", 0))
    return engine, f"127.0.0.1:{engine.getsockname()[1]}"


def test_a_live_engine_lets_everything_be_sent() -> None:
    engine, address = listening()
    ended = threading.Event()
    watch = EngineWatch(address, ended, lambda: None)
    watch.check()
    assert not ended.is_set()
    engine.close()


def test_without_its_engine_nothing_is_sent_every_wait_ends_and_so_does_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIRD_STATE_DIR", str(tmp_path))
    engine, address = listening()
    ended, process_ended = threading.Event(), threading.Event()
    run = run_of(address, say=print, warn=print, end=process_ended.set, cancelled=ended)
    run.before_writing()
    engine.close()
    time.sleep(2 * FRESH)
    with pytest.raises(EngineGoneError):
        run.before_writing()
    assert process_ended.wait(10)
    with pytest.raises(RunCancelledError):
        run.clock.sleep(60)


def test_a_provider_whose_parent_has_ended_is_without_its_engine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine, address = listening()
    with engine:
        ended = threading.Event()
        watch = EngineWatch(address, ended, lambda: None)
        watch.check()
        monkeypatch.setattr(os, "getppid", lambda: 1)
        assert ended.wait(10)
        with pytest.raises(EngineGoneError):
            watch.check()


class Looks:
    """Stands in for the module's time and sockets: no look and no sleep takes any."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, outcome: OSError | None = None) -> None:
        self.now = 1000.0
        self.outcome = outcome
        self.patience: list[float] = []
        self.slept: list[float] = []
        self.asleep = threading.Event()
        self.go_on = threading.Event()
        times = SimpleNamespace(monotonic=lambda: self.now, sleep=self.sleep)
        monkeypatch.setattr(engine_module, "time", times)
        sockets = SimpleNamespace(create_connection=self.look)
        monkeypatch.setattr(engine_module, "socket", sockets)

    def look(self, address: tuple[str, int], patience: float) -> socket.socket:
        self.patience.append(patience)
        if self.outcome is not None:
            raise self.outcome
        return socket.socket()

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.asleep.set()
        self.go_on.wait(20)


def test_one_look_serves_the_requests_of_all_lanes_and_no_longer_than_it_takes_to_send_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks = Looks(monkeypatch)
    watch = EngineWatch("127.0.0.1:1", threading.Event(), lambda: None)
    assert looks.asleep.wait(10)
    for _ in range(8):
        watch.check()
    assert len(looks.patience) == 1
    looks.now += 0.1
    watch.check()
    assert len(looks.patience) == 2


def test_an_engine_that_ends_while_nothing_is_sent_is_noticed_within_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks = Looks(monkeypatch)
    ended, called = threading.Event(), threading.Event()
    EngineWatch("127.0.0.1:1", ended, called.set)
    assert looks.asleep.wait(10)
    assert not ended.is_set()
    looks.outcome = ConnectionRefusedError()
    looks.go_on.set()
    assert ended.wait(10)
    assert called.wait(10)
    assert looks.slept[0] + looks.patience[0] <= 1.0


def test_an_engine_that_is_too_busy_to_answer_is_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = Looks(monkeypatch, TimeoutError())
    ended = threading.Event()
    watch = EngineWatch("127.0.0.1:1", ended, lambda: None)
    assert looks.asleep.wait(10)
    watch.check()
    assert not ended.is_set()
    looks.outcome = ConnectionRefusedError()
    with pytest.raises(EngineGoneError):
        watch.check()
    # It stays gone, whoever listens there next.
    looks.outcome = None
    with pytest.raises(EngineGoneError):
        watch.check()


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
def test_an_engine_that_does_not_listen_is_gone(host: str) -> None:
    with pytest.raises(EngineGoneError):
        EngineWatch(f"{host}:1", threading.Event(), lambda: None).check()


def test_without_an_address_nobody_is_watched() -> None:
    EngineWatch(None, threading.Event(), lambda: pytest.fail("ended")).check()


@pytest.mark.parametrize(
    ("arguments", "address"),
    [
        (["127.0.0.1:1234"], "127.0.0.1:1234"),
        (["--logtostderr", "-v=9", "--tracing", "tcp://x:1/y", "[::1]:80"], "[::1]:80"),
        (["tests/provider", "-x"], None),
        ([], None),
    ],
)
def test_the_engines_address_is_found_among_the_arguments(
    arguments: list[str], address: str | None
) -> None:
    assert address_from(arguments) == address


def test_the_engines_address_is_that_of_this_process_and_not_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "argv", ["127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"])
    assert of_this_process() == "127.0.0.1:2"
    monkeypatch.setattr(sys, "argv", ["127.0.0.1:1"])
    assert of_this_process() is None


def test_a_process_is_asked_to_end_and_has_the_five_seconds_that_the_engine_gives_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[tuple[Any, ...]] = []
    monkeypatch.setattr(os, "kill", lambda process, number: done.append((process, number)))
    monkeypatch.setattr(os, "_exit", lambda code: done.append(("exit", code)))
    wait = SimpleNamespace(sleep=lambda seconds: done.append(("wait", seconds)))
    monkeypatch.setattr(engine_module, "time", wait)
    end_with_grace()
    assert done == [(os.getpid(), signal.SIGINT), ("wait", 5.0), ("exit", 1)]


def test_on_windows_where_a_kill_ends_a_process_at_once_it_raises_the_signal_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[Any] = []
    monkeypatch.setattr(signal, "raise_signal", done.append)
    monkeypatch.setattr(engine_module, "end_at_once", lambda: done.append("exit"))
    monkeypatch.setattr(engine_module, "time", SimpleNamespace(sleep=lambda seconds: None))
    with monkeypatch.context() as windows:
        windows.setattr(os, "name", "nt")
        end_with_grace()
    assert done == [signal.SIGINT, "exit"]


@pytest.mark.parametrize("usable", ["the first", "the second", "none"])
def test_that_the_providers_of_a_run_cannot_tell_each_other_what_they_have_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, usable: str
) -> None:
    (tmp_path / "file").write_text("")
    state = tmp_path / ("state" if usable == "the first" else "file")
    temporary = tmp_path if usable == "the second" else tmp_path / "file"
    monkeypatch.setenv("BIRD_STATE_DIR", str(state))
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(temporary))
    told: list[str] = []
    engine, address = listening()
    with engine:
        run_of(address, say=print, warn=told.append, end=lambda: None, cancelled=threading.Event())
    assert len(told) == (usable == "none")
    assert all(str(state) in each and "BIRD_STATE_DIR" in each for each in told)
    run_of(None, say=print, warn=told.append, end=lambda: None, cancelled=threading.Event())
    assert len(told) == (usable == "none"), "a process without an engine is alone"


def test_a_create_whose_engine_dies_in_the_middle_leaves_a_record_and_removes_nothing() -> None:
    world = World()
    dead = False

    def look() -> None:
        if dead:
            raise EngineGoneError("gone")

    handle = world.emulator.handle

    def dying(request):  # type: ignore[no-untyped-def]
        nonlocal dead
        reply = handle(request)
        dead = dead or request.method == "POST"
        return reply

    world.emulator.handle = dying  # type: ignore[method-assign]
    with pytest.raises(OperationError, match="gone"):
        world.run(before_writing=look).create(world.inputs())
    world.emulator.handle = handle  # type: ignore[method-assign]
    assert len(world.records.all()) == len(world.connector_ids()) == 1
    connector_id, _ = world.run().create(world.inputs())
    assert world.connector_ids() == [connector_id]
    assert world.records.all() == []
