"""The engine and the provider's process are interrupted or killed while a request is under way.

The request hangs in the emulator, applied or not; then the signal comes; then `pulumi cancel`,
which takes a killed run's lock away, and one `up`.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time

import pytest

from bird_dynamic.emulator import EmulatorServer, Fault, PhoneNumber
from tests.support.engine import Stack

NUMBER = PhoneNumber.made_up(0).id
PROGRAM = f"""
from bird_dynamic import VoiceChannel

VoiceChannel("support", phone_number_id="{NUMBER}")
"""
NAMED = PROGRAM.replace('"support",', '"support", name="The front desk",')
EMPTY = "import pulumi\n"


def interrupt(
    stack: Stack, bird: EmulatorServer, fault: Fault, sent: int, command: str = "up"
) -> None:
    """Run a command until the request hangs, then send the signal to all of its processes."""
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
    if sent == signal.SIGKILL:
        # The engine gives its plugins process groups of their own: only their parents tell.
        for each in [*descendants(running.pid), running.pid]:
            os.kill(each, signal.SIGKILL)
    else:
        running.send_signal(sent)
    running.wait(timeout=60)
    bird.emulator.faults = ()


def descendants(pid: int) -> list[int]:
    """The processes that a process has started, and those that they have started."""
    listed = subprocess.run(
        ["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    )
    pairs = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
    found = [pid]
    for parent in found:
        found += [child for child, of in pairs if of == parent]
    return found[1:]


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


@pytest.mark.parametrize(
    ("sent", "operation", "applied"),
    [
        (signal.SIGKILL, "create_connector", True),
        (signal.SIGKILL, "create_connector", False),
        (signal.SIGKILL, "get_connector", True),
        (signal.SIGINT, "create_connector", True),
        (signal.SIGINT, "get_connector", True),
    ],
)
def test_an_interrupted_create_ends_as_one_connector(
    stack: Stack, bird: EmulatorServer, sent: signal.Signals, operation: str, applied: bool
) -> None:
    stack.write(PROGRAM)
    seconds = 60.0 if sent == signal.SIGKILL else 1.0
    fault = Fault("hang", operation=operation, applied=applied, seconds=seconds)
    interrupt(stack, bird, fault, sent)
    converge(stack, bird)
    assert len(bird.emulator.connectors()) == 1


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("applied", [True, False])
def test_an_interrupted_delete_ends_as_no_connector(
    stack: Stack, bird: EmulatorServer, sent: signal.Signals, applied: bool
) -> None:
    stack.write(PROGRAM)
    assert stack.up().ok
    stack.write(EMPTY)
    seconds = 60.0 if sent == signal.SIGKILL else 1.0
    fault = Fault("hang", operation="delete_connector", applied=applied, seconds=seconds)
    interrupt(stack, bird, fault, sent)
    converge(stack, bird)
    assert bird.emulator.connectors() == []


def test_a_killed_create_with_an_explicit_name_names_the_connector_and_the_way_to_take_it_over(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.write(NAMED)
    fault = Fault("hang", operation="create_connector", applied=True, seconds=60)
    interrupt(stack, bird, fault, signal.SIGKILL)
    (left,) = bird.emulator.connectors()
    stack.run("cancel", "--yes")
    stopped = stack.up()
    assert not stopped.ok
    advice = re.search(r'adopt="([^"]+)"', stopped.output)
    assert advice, stopped.output
    assert advice[1] == left["id"]
    assert len(bird.emulator.connectors()) == 1
    stack.write(NAMED.replace(")", f', adopt="{advice[1]}")'))
    converge(stack, bird)
