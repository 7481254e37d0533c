"""The engine, the provider's process, or both are interrupted or killed while a request is under
way.

The request hangs in the emulator, applied or not; then the signal comes; then `pulumi cancel`,
which takes a killed run's lock away, and one `up`. A provider whose engine is gone sends nothing
more and ends.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from bird_dynamic.emulator import EmulatorServer, Fault, PhoneNumber
from tests.engine.programs import READS, both_ways
from tests.support.engine import Stack

NUMBER = PhoneNumber.made_up(0).id
PROGRAM = f"""
from bird_dynamic import VoiceChannel

VoiceChannel("support", phone_number_id="{NUMBER}", channel_conversational_status_enabled=True)
"""
NAMED = PROGRAM.replace('"support",', '"support", name="The front desk",')
EMPTY = "import pulumi\n"
WHO = ("engine", "provider", "both")
PATIENCE = 60.0
"""Seconds within which a provider must have ended once its engine is gone."""
HANGS_UP = pytest.mark.skipif(
    signal.getsignal(signal.SIGHUP) is signal.SIG_IGN,
    reason="SIGHUP is ignored here, as under nohup, and so by every process that is started",
)


def interrupt(
    stack: Stack,
    bird: EmulatorServer,
    fault: Fault,
    sent: int = signal.SIGKILL,
    who: str = "both",
    command: str = "up",
) -> None:
    """Run a command until the request hangs, then send the signal."""
    bird.emulator.faults = (fault,)
    running = subprocess.Popen(
        stack.command(command, "--yes", "--skip-preview"),
        cwd=stack.folder,
        env=stack.variables(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    end = time.monotonic() + 60
    while not any(entry["fault"] == "hang" for entry in list(bird.emulator.journal)):
        assert running.poll() is None
        assert time.monotonic() < end
        time.sleep(0.02)
    bird.emulator.journal.clear()
    if sent != signal.SIGINT:
        state_is_written(stack)
    providers = providers_of(stack)
    assert providers
    # The engine gives its plugins process groups of their own, so none is hit by accident.
    # The engine first: it would write its state when it notices that a provider has died.
    for each in [
        *([running.pid] if who != "provider" else []),
        *(providers if who != "engine" else []),
    ]:
        os.kill(each, sent)
    running.wait(timeout=60)
    bird.emulator.faults = ()


def state_is_written(stack: Stack) -> None:
    """Wait until the engine writes nothing: its file backend truncates before it writes, and a kill
    in between leaves a state that no Pulumi can read."""
    end = time.monotonic() + 30
    before = None
    while True:
        written = [
            each.read_text() for each in (stack.folder / "state/.pulumi/stacks").rglob("*.json")
        ]
        if written == before and all(written):
            return
        before = written
        assert time.monotonic() < end
        time.sleep(0.3)


def providers_of(stack: Stack) -> list[int]:
    """The provider processes that this stack's engine has started."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            command = (folder / "cmdline").read_bytes()
            inside = Path(os.readlink(folder / "cwd")) == stack.folder
        except (OSError, ValueError):
            continue
        served = b"pulumi-resource-bird" in command or b"pulumi.dynamic" in command
        if served and inside:
            found.append(int(folder.name))
    return found


def converge(stack: Stack, bird: EmulatorServer) -> None:
    """One `up` puts everything right, and the next one has nothing to do."""
    stack.run("cancel", "--yes")
    healed = stack.up()
    assert healed.ok, healed.output
    in_bird = [each["id"] for each in bird.emulator.connectors()]
    assert in_bird == [each["id"] for each in stack.resources()]
    bird.emulator.journal.clear()
    again = stack.up("--expect-no-changes")
    assert again.ok, again.output
    assert list(bird.emulator.journal) == []


def all_providers_end(stack: Stack) -> None:
    """Soon none is left."""
    end = time.monotonic() + PATIENCE
    while providers_of(stack):
        assert time.monotonic() < end, "a provider outlives its engine"
        time.sleep(0.1)


def nothing_more_is_sent(stack: Stack, bird: EmulatorServer) -> None:
    """The providers end, and send nothing that changes anything meanwhile."""
    all_providers_end(stack)
    operations = {entry["operation"] for entry in list(bird.emulator.journal)}
    assert operations <= READS | {"unknown"}


@both_ways
@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize(
    ("operation", "applied"),
    [
        ("list_connectors", True),
        ("create_connector", True),
        ("create_connector", False),
        ("get_connector", True),
    ],
)
def test_a_killed_create_ends_as_one_connector(
    stack: Stack, bird: EmulatorServer, operation: str, applied: bool, who: str
) -> None:
    stack.write(PROGRAM)
    interrupt(stack, bird, Fault("hang", operation=operation, applied=applied, seconds=60), who=who)
    # At once: what the provider of a dead engine still has is waited for.
    converge(stack, bird)
    assert len(bird.emulator.connectors()) == 1
    all_providers_end(stack)
    assert list((stack.folder / "records" / "creates").iterdir()) == []


@both_ways
@pytest.mark.parametrize("sent", [signal.SIGKILL, pytest.param(signal.SIGHUP, marks=HANGS_UP)])
@pytest.mark.parametrize("operation", ["create_connector", "get_connector"])
def test_a_provider_ends_with_its_engine_and_sends_nothing_more(
    stack: Stack, bird: EmulatorServer, operation: str, sent: signal.Signals
) -> None:
    stack.write(PROGRAM)
    # The answer comes soon after the engine is gone: then it would be time to send more.
    fault = Fault("hang", operation=operation, applied=False, seconds=1.5)
    interrupt(stack, bird, fault, sent, who="engine")
    nothing_more_is_sent(stack, bird)
    time.sleep(1.0)
    assert {entry["operation"] for entry in list(bird.emulator.journal)} <= READS


@both_ways
@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("applied", [True, False])
def test_a_killed_delete_ends_as_no_connector(
    stack: Stack, bird: EmulatorServer, applied: bool, who: str
) -> None:
    stack.write(PROGRAM)
    assert stack.up().ok
    stack.write(EMPTY)
    fault = Fault("hang", operation="delete_connector", applied=applied, seconds=60)
    interrupt(stack, bird, fault, who=who)
    converge(stack, bird)
    assert bird.emulator.connectors() == []


@both_ways
@pytest.mark.parametrize("operation", ["create_connector", "get_connector"])
def test_a_create_interrupted_by_the_user_ends_as_one_connector(
    stack: Stack, bird: EmulatorServer, operation: str
) -> None:
    stack.write(PROGRAM)
    fault = Fault("hang", operation=operation, applied=True, seconds=300.0)
    began = time.monotonic()
    interrupt(stack, bird, fault, signal.SIGINT, who="engine")
    assert time.monotonic() - began < 120, "the request that hangs is not waited for"
    converge(stack, bird)
    assert len(bird.emulator.connectors()) == 1


@pytest.mark.parametrize("applied", [True, False])
def test_a_delete_interrupted_by_the_user_ends_as_no_connector(
    stack: Stack, bird: EmulatorServer, applied: bool
) -> None:
    stack.write(PROGRAM)
    assert stack.up().ok
    stack.write(EMPTY)
    fault = Fault("hang", operation="delete_connector", applied=applied, seconds=1.0)
    interrupt(stack, bird, fault, signal.SIGINT, who="engine")
    converge(stack, bird)
    assert bird.emulator.connectors() == []


def test_what_a_killed_run_left_is_destroyed_with_the_stack_that_came_after_it(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.write(PROGRAM)
    interrupt(stack, bird, Fault("hang", operation="create_connector", applied=True, seconds=60))
    converge(stack, bird)
    assert stack.destroy().ok
    time.sleep(1.0)
    assert bird.emulator.connectors() == []


@both_ways
def test_a_lost_record_leaves_the_connector_alone_and_the_user_can_take_it_over(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.write(PROGRAM)
    interrupt(stack, bird, Fault("hang", operation="create_connector", applied=True, seconds=60))
    (left,) = bird.emulator.connectors()
    # The next run is on another machine.
    stack.environment["BIRD_STATE_DIR"] = str(stack.folder / "other machine")
    stack.run("cancel", "--yes")
    stopped = stack.up()
    assert not stopped.ok
    assert f'adopt="{left["id"]}"' in stopped.output
    assert [each["id"] for each in bird.emulator.connectors()] == [left["id"]]
    stack.environment["BIRD_TAKE_OVER"] = "marked"
    converge(stack, bird)
    assert [each["id"] for each in bird.emulator.connectors()] == [left["id"]]


def test_a_killed_create_with_an_explicit_name_names_the_connector_and_the_way_to_take_it_over(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.write(NAMED)
    interrupt(stack, bird, Fault("hang", operation="create_connector", applied=True, seconds=60))
    (left,) = bird.emulator.connectors()
    stack.run("cancel", "--yes")
    stopped = stack.up()
    assert not stopped.ok
    advice = re.search(r'adopt="([^"]+)"', stopped.output)
    assert advice, stopped.output
    assert advice[1] == left["id"]
    assert len(bird.emulator.connectors()) == 1
    stack.write(NAMED.replace("=True)", f'=True, adopt="{advice[1]}")'))
    converge(stack, bird)
