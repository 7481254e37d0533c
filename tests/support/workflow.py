"""A GitHub Actions workflow: which jobs and steps an event runs, and their shell commands.

Only what the workflow of the examples uses. Expressions are evaluated; the steps that only GitHub
and Pulumi Cloud can do (`PREPARED`) are left to the environment of the test.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.support.engine import Run

PREPARED = (
    "actions/checkout",
    "actions/setup-python",
    "pulumi/auth-actions",
    "pulumi/esc-action",
    "pip install",
)
CLI = "pulumi/actions"
FLAGS = {
    "stack-name": "--stack",
    "refresh": "--refresh",
    "expect-no-changes": "--expect-no-changes",
}
"""The inputs of Pulumi's action that become flags of its command."""
NOT_FLAGS = {"command", "pulumi-version", "comment-on-pr"}

OWN_PULL_REQUEST = {
    "github.event_name": "pull_request",
    "github.repository": "acme/phones",
    "github.event.pull_request.head.repo.full_name": "acme/phones",
    "github.ref": "refs/pull/1/merge",
}
FORKED = OWN_PULL_REQUEST | {"github.event.pull_request.head.repo.full_name": "else/phones"}
MERGE = {"github.event_name": "push", "github.ref": "refs/heads/main"}
NIGHT = {"github.event_name": "schedule", "github.ref": "refs/heads/main"}
BY_HAND = {"github.event_name": "workflow_dispatch", "github.ref": "refs/heads/main"}


@dataclass
class Workflow:
    """A workflow, in the environment of a runner."""

    path: Path
    document: dict[Any, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.document = yaml.safe_load(self.path.read_text())

    @property
    def triggers(self) -> dict[str, Any]:
        # YAML 1.1, which PyYAML reads, has `on` for true.
        return dict(self.document[True])

    def steps(self) -> Iterator[dict[str, Any]]:
        """The steps of all jobs."""
        for job in self.document["jobs"].values():
            yield from job["steps"]

    def jobs(self, event: Mapping[str, Any]) -> set[str]:
        """The jobs that an event runs."""
        return {
            name
            for name, job in self.document["jobs"].items()
            if event["github.event_name"] in self.triggers and evaluate(job["if"], event)
        }

    def run(self, event: Mapping[str, Any], folder: Path, runner: Mapping[str, str]) -> Job:
        """Run the one job of an event, with the variables of a runner."""
        (name,) = self.jobs(event)
        known = {f"env.{key}": value for key, value in self.document["env"].items()}
        # What the runner has replaces what is the company's own.
        known |= {key: runner[key.removeprefix("env.")] for key in known}
        return Job(self.document["jobs"][name]["steps"], {**event, **known}, folder, runner).run()


@dataclass
class Job:
    """The run of a job: what each of its steps said, by the name of the step."""

    steps: list[dict[str, Any]]
    known: dict[str, Any]
    folder: Path
    runner: Mapping[str, str]
    said: dict[str, Run] = field(default_factory=dict)

    def run(self) -> Job:
        ok = True
        for step in self.steps:
            condition = step.get("if", "${{ success() }}")
            self.known |= {"success()": ok, "cancelled()": False}
            wanted = evaluate(condition, self.known)
            outcome = "skipped"
            if wanted and (script := script_of(step, self.known)) is not None:
                run = self.said[step["name"]] = self._typed(script, step)
                outcome = "success" if run.ok else "failure"
                ok = ok and run.ok
            self.known[f"steps.{step.get('id')}.outcome"] = outcome
        return self

    @property
    def ok(self) -> bool:
        return all(each.ok for each in self.said.values())

    def _typed(self, script: str, step: Mapping[str, Any]) -> Run:
        with self.started(script, step) as process:
            output, _ = process.communicate(timeout=300)
        return Run(process.returncode, output)

    def started(self, script: str, step: Mapping[str, Any]) -> subprocess.Popen[str]:
        """The step's process, started as GitHub documents it for `shell: bash`."""
        own = {key: shown(filled(value, self.known)) for key, value in step.get("env", {}).items()}
        file = self.folder / "step.sh"
        file.write_text(script)
        return subprocess.Popen(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(file)],
            cwd=self.folder,
            env={**self.runner, **own},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )


def script_of(step: Mapping[str, Any], known: Mapping[str, Any]) -> str | None:
    """The shell commands of a step; None if the environment of the test stands in for it."""
    what = step.get("uses") or step["run"]
    if what.startswith(PREPARED):
        return None
    if not what.startswith(f"{CLI}@"):
        return str(step["run"])
    given = step["with"]
    assert given.keys() <= FLAGS.keys() | NOT_FLAGS
    if "command" not in given:
        return None  # It only installs the CLI.
    words = ["pulumi", given["command"]]
    for name, flag in FLAGS.items():
        if name in given:
            value = filled(given[name], known)
            words.append(flag if value is True else f"{flag}={value}")
    return " ".join(words)


def filled(text: Any, known: Mapping[str, Any]) -> Any:
    """A value of the workflow, its expression evaluated."""
    if not isinstance(text, str) or "${{" not in text:
        return text
    return evaluate(text, known)


def shown(value: Any) -> str:
    """A value as GitHub writes it into a variable."""
    return str(value).lower() if isinstance(value, bool) else str(value or "")


def evaluate(expression: str, known: Mapping[str, Any]) -> Any:
    """An expression, bare or as `${{ … }}`. What is not known is empty, as it is for GitHub."""
    inside = re.sub(r"^\$\{\{(.*)\}\}$", r"\1", expression.strip())
    python = re.sub(
        r"'[^']*'|[a-z_][\w.-]*(?:\(\))?",
        lambda found: found[0] if found[0][0] == "'" else f"known.get({found[0]!r})",
        inside,
    )
    python = re.sub(r"!(?!=)", " not ", python.replace("&&", " and ").replace("||", " or "))
    return eval(python, {"known": known})
