"""Two people and CI on one stack, whatever the backend: its lock, and what a killed run leaves."""

from __future__ import annotations

import os
import re
import signal
import threading

import pytest

from bird_dynamic.emulator import BirdEmulator, EmulatorServer, Fault, Reply, Request
from tests.engine.programs import READS, both_ways, channel, only, sent
from tests.support.backends import PASSWORD
from tests.teams.people import Person, Team, asked, until

WAITING = """
import pathlib, time
pathlib.Path("begun").touch()
while not pathlib.Path("go").exists():
    time.sleep(0.1)
"""
"""Keeps a program, and with it the lock of its stack, until the folder has a file "go"."""
LOCKED = re.compile(
    r"the stack is currently locked by 1 lock\(s\)\. Either wait for the other process\(es\) to "
    r"end or delete the lock file with `pulumi cancel`\.\n"
    r"  (?P<place>\S+): created by (?P<who>\S+)@(?P<machine>\S+) \(pid (?P<pid>\d+)\) at \S+"
)


class Line(BirdEmulator):
    """A line to an emulated Bird. From the first create on, it holds requests until it works."""

    def __init__(self, bird: BirdEmulator) -> None:
        super().__init__()
        self.bird, self.holds, self.works = bird, threading.Event(), threading.Event()

    def handle(self, request: Request) -> Reply:
        if request.method == "POST":
            self.holds.set()
        if self.holds.is_set():
            self.works.wait()
        return self.bird.handle(request)


def settled(person: Person, bird: EmulatorServer) -> None:
    """The state has what Bird has, and the next `up` has nothing to do."""
    assert [each["id"] for each in person.resources()] == [only(bird)["id"]]
    sent(bird)
    again = person.up("--expect-no-changes")
    assert again.ok, again.output
    assert sent(bird) == []


def killed_in_a_create(person: Person, bird: EmulatorServer, *, applied: bool = True) -> None:
    """`up` ends by SIGKILL while its create is under way. Its lock stays."""
    bird.emulator.faults = (
        Fault("hang", operation="create_connector", applied=applied, seconds=60),
    )
    running = person.begin("up", "--yes", "--skip-preview")
    until(asked(bird, "create_connector"), running)
    os.kill(running.pid, signal.SIGKILL)
    running.communicate()
    bird.emulator.faults = ()


@both_ways
def test_a_stack_lives_in_each_backend_and_each_person_sees_the_same(
    team: Team, bird: EmulatorServer
) -> None:
    anna = team.founder("anna", channel())
    assert anna.up().ok
    ben = team.joins("ben", anna)
    assert ben.outputs() == anna.outputs()
    sent(bird)
    assert ben.preview("--expect-no-changes").ok
    assert sent(bird) == []
    ben.write(channel(channel_conversational_status_enabled=True))
    assert ben.up().ok
    # Anna has not pulled Ben's change: her preview shows that she would undo it.
    assert not anna.preview("--expect-no-changes").ok
    anna.write(channel(channel_conversational_status_enabled=True))
    settled(anna, bird)
    assert anna.refresh("--expect-no-changes").ok
    assert ben.destroy().ok
    assert bird.emulator.connectors() == []
    assert ben.run("stack", "rm", "--yes").ok


def test_a_second_up_is_refused_while_the_first_one_runs_and_a_preview_is_not(
    team: Team, bird: EmulatorServer
) -> None:
    anna = team.founder("anna", channel() + WAITING)
    ben = team.joins("ben", anna)
    ben.write(channel())
    running = anna.begin("up", "--yes", "--skip-preview")
    until((anna.folder / "begun").exists, running)
    for refused in (ben.up(), ben.refresh(), ben.destroy()):
        assert not refused.ok
        told = LOCKED.search(refused.output)
        assert told, refused.output
        assert told["pid"] == str(running.pid)
        assert PASSWORD not in refused.output
    assert set(sent(bird)) <= READS
    assert ben.preview().ok
    (anna.folder / "go").touch()
    output, _ = running.communicate(timeout=120)
    assert running.returncode == 0, output
    settled(ben, bird)


def test_two_that_start_at_once_make_one_connector(team: Team, bird: EmulatorServer) -> None:
    anna = team.founder("anna", channel())
    ben = team.joins("ben", anna)
    both = [each.begin("up", "--yes", "--skip-preview") for each in (anna, ben)]
    outputs = [each.communicate(timeout=300)[0] for each in both]
    for run, output in zip(both, outputs, strict=True):
        assert run.returncode == 0 or LOCKED.search(output), output
    assert ben.up().ok
    settled(anna, bird)


def test_what_a_killed_run_left_is_found_on_its_own_machine(
    team: Team, bird: EmulatorServer
) -> None:
    anna = team.founder("anna", channel())
    killed_in_a_create(anna, bird)
    left = only(bird)["id"]
    assert LOCKED.search(anna.up().output)
    assert anna.run("cancel", "--yes").ok
    healed = anna.up()
    assert healed.ok, healed.output
    assert only(bird)["id"] == left
    assert anna.records() == []
    settled(team.joins("ben", anna), bird)


def test_what_a_killed_run_left_is_named_on_another_machine_and_taken_over_on_demand(
    team: Team, bird: EmulatorServer
) -> None:
    anna = team.founder("anna", channel())
    ben = team.joins("ben", anna)
    killed_in_a_create(anna, bird)
    left = only(bird)["id"]
    assert ben.run("cancel", "--yes").ok
    sent(bird)
    stopped = ben.up()
    assert not stopped.ok
    assert f'adopt="{left}"' in stopped.output
    assert "BIRD_TAKE_OVER=marked" in stopped.output
    assert only(bird)["id"] == left
    ben.environment["BIRD_TAKE_OVER"] = "marked"
    taken = ben.up()
    assert taken.ok, taken.output
    assert re.search(rf"{left} .*is taken over", taken.output), taken.output
    del ben.environment["BIRD_TAKE_OVER"]
    settled(ben, bird)
    # The first machine has its record until a run there has seen the state.
    assert len(anna.records()) == 1
    settled(anna, bird)
    assert anna.records() == []
    assert only(bird)["id"] == left


def test_a_create_that_never_reached_bird_is_made_on_another_machine(
    team: Team, bird: EmulatorServer
) -> None:
    anna = team.founder("anna", channel())
    ben = team.joins("ben", anna)
    killed_in_a_create(anna, bird, applied=False)
    assert bird.emulator.connectors() == []
    assert ben.run("cancel", "--yes").ok
    made = ben.up()
    assert made.ok, made.output
    settled(ben, bird)
    settled(anna, bird)


@pytest.mark.parametrize("backend", ["postgres"], indirect=True)
def test_pulumi_cancel_does_not_stop_a_run_and_the_number_still_has_one_connector(
    team: Team, bird: EmulatorServer
) -> None:
    """Ben takes the lock of a run that goes on. Whoever ends last writes the state."""
    line = Line(bird.emulator)
    with EmulatorServer(line) as slow:
        anna = team.founder("anna", channel())
        ben = team.joins("ben", anna)
        anna.environment |= {"BIRD_API_URL": slow.url, "BIRD_TIMEOUT": "1h"}
        running = anna.begin("up", "--yes", "--skip-preview")
        until(line.holds.is_set, running)
        assert ben.run("cancel", "--yes").ok
        made = ben.up()
        assert made.ok, made.output
        connector = only(bird)["id"]
        line.works.set()
        output, _ = running.communicate(timeout=300)
    assert running.returncode != 0
    assert f'adopt="{connector}"' in output, output
    assert "there was a problem deleting the lock" in output, output
    assert only(bird)["id"] == connector
    assert ben.resources() == [], "Anna's run has written the state as she knew it"
    assert not ben.up().ok
    ben.environment["BIRD_TAKE_OVER"] = "marked"
    assert ben.up().ok
    assert only(bird)["id"] == connector
    settled(anna, bird)
