"""The workflow of `examples/ci`: its jobs run here with the real engine."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from bird_dynamic.command.__main__ import _parser
from bird_dynamic.emulator import ACCESS_KEY, EmulatorServer, Fault
from tests.engine.test_examples import begun
from tests.support.engine import ROOT, Run, Stack
from tests.support.workflow import (
    BY_HAND,
    CLI,
    FORKED,
    MERGE,
    NIGHT,
    OWN_PULL_REQUEST,
    Job,
    Workflow,
    script_of,
)

EXAMPLE = ROOT / "examples" / "ci"
FILE = EXAMPLE / ".github" / "workflows" / "phones.yml"
INPUTS = {
    "actions/checkout": {"persist-credentials"},
    "actions/setup-python": {"python-version"},
    "pulumi/auth-actions": {"organization", "requested-token-type"},
    "pulumi/esc-action": {"environment", "version"},
    CLI: {"command", "stack-name", "pulumi-version", "comment-on-pr"},
}
"""Inputs of the actions that their documentation names, as far as they are used."""
STACK = "organization/phones/prod"


@pytest.fixture(scope="module")
def workflow() -> Workflow:
    return Workflow(FILE)


@pytest.fixture
def repository(bird: EmulatorServer, tmp_path: Path) -> Stack:
    """A clone of the example, and a runner's variables. Bird has no number besides its own."""
    stack = begun("ci", bird, tmp_path, name="prod")
    program = (stack.folder / "Pulumi.prod.yaml").read_text()
    numbers = bird.emulator.store.numbers
    for spare in [each.id for each in numbers.values() if each.number not in program]:
        del numbers[spare]
    assert len(numbers) == 2
    stack.environment |= {
        "STACK": STACK,
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "BIRD_WORKSPACE_ID": "",  # The stack's configuration has it.
    }
    return stack


def run(workflow: Workflow, event: dict[str, Any], repository: Stack) -> Job:
    job = workflow.run(event, repository.folder, repository.variables())
    for said in job.said.values():
        assert "\x1b" not in said.output, "a log has no colours"
        assert not re.search(r"^\s*(::|##\[)", said.output, re.M), "nor commands for GitHub"
        assert ACCESS_KEY not in said.output
    return job


def test_the_page_has_the_workflow_as_it_is() -> None:
    page = (ROOT / "docs" / "guides" / "ci.md").read_text()
    assert f"```yaml\n{FILE.read_text()}```\n" in page


def test_each_event_runs_the_job_that_is_meant_for_it(workflow: Workflow) -> None:
    assert set(workflow.triggers) == {"pull_request", "push", "schedule", "workflow_dispatch"}
    assert workflow.jobs(OWN_PULL_REQUEST) == {"preview"}
    assert workflow.jobs(FORKED) == set()
    assert workflow.jobs(MERGE) == workflow.jobs(BY_HAND) == {"up"}
    assert workflow.jobs(NIGHT) == {"nightly"}
    branch = {"github.ref": "refs/heads/other"}
    assert workflow.jobs(MERGE | branch) == workflow.jobs(BY_HAND | branch) == set()


def test_each_action_is_pinned_to_a_commit_and_gets_inputs_that_it_has(workflow: Workflow) -> None:
    pins = re.findall(r"uses: ([\w/-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)\n", FILE.read_text())
    assert len(pins) == FILE.read_text().count("uses:")
    assert len(set(pins)) == len(INPUTS)
    for step in workflow.steps():
        if "uses" in step:
            assert set(step.get("with", {})) <= INPUTS[step["uses"].partition("@")[0]]
            assert not step["uses"].startswith("actions/checkout") or (
                step["with"] == {"persist-credentials": False}
            )


def test_jobs_have_only_the_permissions_they_need(workflow: Workflow) -> None:
    assert workflow.document["permissions"] == {}
    needed = {"contents": "read", "id-token": "write"}
    jobs = workflow.document["jobs"]
    assert {name: job["permissions"] for name, job in jobs.items()} == {
        "preview": {**needed, "pull-requests": "write"},
        "up": needed,
        "nightly": needed,
    }
    # Only `up` gets the key that can write, and each other one that for reading.
    assert {
        name: {step["with"]["environment"] for step in job["steps"] if "esc" in str(step)}
        for name, job in jobs.items()
    } == {
        "preview": {"acme/bird/prod-read"},
        "up": {"acme/bird/prod"},
        "nightly": {"acme/bird/prod-read"},
    }


def test_what_uses_the_stack_for_long_waits_for_its_turn_and_is_never_dropped(
    workflow: Workflow,
) -> None:
    jobs = workflow.document["jobs"]
    alone = {"group": "phones-prod", "queue": "max"}
    assert jobs["up"]["concurrency"] == jobs["nightly"]["concurrency"] == alone
    assert all("timeout-minutes" in job for job in jobs.values())


def test_no_expression_is_pasted_into_a_shell_command(workflow: Workflow) -> None:
    scripts = [step["run"] for step in workflow.steps() if "run" in step]
    assert scripts
    assert not any("${{" in each for each in scripts)


def test_each_command_and_flag_exists(workflow: Workflow, repository: Stack) -> None:
    known = {"env.STACK": STACK}
    commands = set()
    for step in workflow.steps():
        if (script := script_of(step, known)) is None:
            continue
        program, command, *words = shlex.split(
            script.replace("$STACK", STACK).removeprefix("exec ")
        )
        commands.add(f"{program} {command}")
        if program == "bird-dynamic":
            assert _parser().parse_args([command, *words]).stack == STACK
        else:
            assert program == "pulumi"
            help_text = repository.run(command, "--help").output
            for flag in [each.partition("=")[0] for each in words if each.startswith("--")]:
                assert f" {flag} " in help_text or f" {flag}[" in help_text
    assert commands == {"pulumi preview", "pulumi up", "bird-dynamic audit"}


def test_the_cli_of_the_workflow_is_the_one_that_this_repository_builds(workflow: Workflow) -> None:
    built = re.findall(
        r"pulumi/pkg/v3 v(\S+)", (ROOT / "tools" / "pulumi" / "cli" / "go.mod").read_text()
    )[0]
    given = [step.get("with", {}) for step in workflow.steps()]
    named = {each[name] for each in given for name in ("version", "pulumi-version") if name in each}
    assert named == {built}


def test_what_is_installed_is_the_wheel_of_this_version() -> None:
    version = re.findall(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.M)[0]
    requirements = (EXAMPLE / "requirements.txt").read_text()
    assert f"./wheels/bird_dynamic-{version}-py3-none-any.whl\n" in requirements


def test_pull_request_merge_and_nights(
    workflow: Workflow, bird: EmulatorServer, repository: Stack
) -> None:
    previewed = run(workflow, OWN_PULL_REQUEST, repository)
    assert previewed.ok
    assert "+ 5 to create" in previewed.said["Preview"].output
    assert bird.emulator.connectors() == []

    merged = run(workflow, MERGE, repository)
    assert merged.ok, merged.said
    assert len(bird.emulator.connectors()) == len(bird.emulator.webhook_subscriptions()) == 2

    quiet = run(workflow, NIGHT, repository)
    assert set(quiet.said) == {"Drift", "Audit"}
    assert quiet.ok, quiet.said

    # Somebody renames a connector, and somebody deletes a webhook.
    connector, _ = bird.emulator.connectors()
    name = "renamed in the dashboard\n::stop-commands::x\n##[error]y"
    bird.emulator.change_connector(connector["id"], name=name)
    renamed = run(workflow, NIGHT, repository)
    assert not renamed.said["Drift"].ok
    assert "renamed in the dashboard" in renamed.said["Drift"].output
    assert renamed.said["Audit"].ok, "the audit runs after drift was found, and has no finding"

    bird.emulator.change_connector(connector["id"], name=connector["name"])
    subscription, _ = bird.emulator.webhook_subscriptions()
    bird.emulator.remove_webhook_subscription(subscription["id"])
    deaf = run(workflow, NIGHT, repository)
    assert not deaf.said["Drift"].ok
    assert deaf.said["Audit"].status == 1
    assert len(bird.emulator.connectors()) == 2

    # A merge changes what the program changes; a run by hand corrects Bird.
    assert "5 unchanged" in run(workflow, MERGE, repository).said["Up"].output
    assert len(bird.emulator.webhook_subscriptions()) == 1
    corrected = run(workflow, BY_HAND | {"inputs.correct-drift": True}, repository)
    assert corrected.ok, corrected.said
    assert len(bird.emulator.webhook_subscriptions()) == 2
    assert run(workflow, NIGHT, repository).ok


def cancelled(job: Job, bird: EmulatorServer) -> Run:
    """The step `Up`, cancelled while a create hangs: as GitHub documents it, only the process of
    the step gets SIGINT, and the machine is gone afterwards."""
    bird.emulator.faults = (Fault("hang", operation="create_connector", applied=True, seconds=300),)
    (step,) = (each for each in job.steps if each.get("name") == "Up")
    with job.started(step["run"], step) as process:
        end = time.monotonic() + 60
        while not any(each["fault"] == "hang" for each in list(bird.emulator.journal)):
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGINT)
        output, _ = process.communicate(timeout=120)
    bird.emulator.faults = ()
    return Run(process.returncode, output)


def test_a_cancelled_up_ends_in_order_and_can_be_taken_over_on_the_next_machine(
    workflow: Workflow, bird: EmulatorServer, repository: Stack
) -> None:
    steps = workflow.document["jobs"]["up"]["steps"]
    job = Job(steps, {}, repository.folder, repository.variables())
    stopped = cancelled(job, bird)
    assert not stopped.ok
    left = {each["id"] for each in bird.emulator.connectors()}
    assert left
    # Pulumi has ended by itself: the state is not locked, and names no pending operation.
    assert "pending_operations" not in repository.export()

    shutil.rmtree(repository.folder / "records", ignore_errors=True)
    refused = run(workflow, MERGE, repository)
    assert not refused.ok
    assert "BIRD_TAKE_OVER=marked" in refused.said["Up"].output
    assert {each["id"] for each in bird.emulator.connectors()} >= left

    taken = run(
        workflow,
        BY_HAND | {"inputs.take-over": "marked", "inputs.correct-drift": False},
        repository,
    )
    assert taken.ok, taken.said
    connectors = {each["id"] for each in bird.emulator.connectors()}
    assert left <= connectors
    assert len(connectors) == 2
    assert run(workflow, NIGHT, repository).ok


def test_a_runner_that_keeps_its_disk_finds_what_a_cancelled_up_made(
    workflow: Workflow, bird: EmulatorServer, repository: Stack
) -> None:
    steps = workflow.document["jobs"]["up"]["steps"]
    assert not cancelled(Job(steps, {}, repository.folder, repository.variables()), bird).ok
    left = {each["id"] for each in bird.emulator.connectors()}
    assert left
    again = run(workflow, MERGE, repository)
    assert again.ok, again.said
    connectors = {each["id"] for each in bird.emulator.connectors()}
    assert left <= connectors
    assert len(connectors) == 2
