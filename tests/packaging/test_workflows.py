"""The workflows of this repository: they parse, name what exists, pin what they run, and agree with
`pyproject.toml`. `make check-workflows` checks more, with tools that need Go."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import metadata, version
from pathlib import Path
from typing import Any

import pytest
import yaml

from bird_dynamic.schema.publisher import PUBLISHER, Publisher
from tests.packaging.publishing import COMPLETE, copy_of_the_project

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
SYSTEMS = {
    "Operating System :: MacOS": "macos-latest",
    "Operating System :: POSIX :: Linux": "ubuntu-latest",
}
CLASSIFIERS = metadata("bird-dynamic").get_all("Classifier") or []


def document(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


def jobs() -> Iterator[tuple[str, Any]]:
    for path in WORKFLOWS:
        for name, job in document(path)["jobs"].items():
            yield f"{path.name}, {name}", job


def matrix(job: str) -> Any:
    return document(GITHUB / "workflows" / "ci.yml")["jobs"][job]["strategy"]["matrix"]


def script(workflow: str, job: str, step: str) -> str:
    steps = document(GITHUB / "workflows" / workflow)["jobs"][job]["steps"]
    (found,) = (each["run"] for each in steps if each.get("name") == step)
    return str(found)


def run(commands: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a step as GitHub documents it."""
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", commands],
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_each_action_is_pinned_by_its_commit_with_its_version_beside_it(path: Path) -> None:
    used = re.findall(r"^\s*-? *uses: (.+)$", path.read_text(), re.M)
    assert used
    for each in used:
        if not each.startswith("./"):
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each)


def test_one_action_has_one_commit_everywhere() -> None:
    everywhere = [*WORKFLOWS, *(ROOT / "examples").glob("*/.github/workflows/*.yml")]
    text = "\n".join(each.read_text() for each in everywhere)
    pins = set(re.findall(r"uses: ([\w-]+/[\w-]+)[\w/-]*@(\w{40} # \S+)", text))
    assert len({name for name, _ in pins}) == len(pins)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_has_no_permissions_but_those_of_its_jobs(path: Path) -> None:
    assert document(path)["permissions"] == {}
    for job in document(path)["jobs"].values():
        assert "permissions" in job
        for step in job.get("steps", ()):
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


def test_each_job_ends_by_itself() -> None:
    for name, job in jobs():
        assert "timeout-minutes" in job or "uses" in job, name


def test_each_make_target_that_is_called_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    called = {
        target
        for _, job in jobs()
        for step in job.get("steps", ())
        for target in re.findall(r"\bmake ([a-z-]+)", step.get("run", ""))
    }
    assert {"check", "test", "dist"} <= called <= targets
    assert {"test-oldest"} <= set(matrix("more")["target"]) <= targets


def test_each_claimed_system_and_python_is_tested() -> None:
    tested = matrix("test")
    systems = [each for each in CLASSIFIERS if each.startswith("Operating System ::")]
    assert tested["os"] == sorted((SYSTEMS[each] for each in systems), reverse=True)
    pythons = [each.rpartition(" ")[2] for each in CLASSIFIERS]
    assert tested["python"] == [each for each in pythons if re.fullmatch(r"3\.\d+", each)]


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        (f"v{version('bird-dynamic')}", ""),
        ("v99.0.0", "error: the tag v99.0.0 is not v"),
        (version("bird-dynamic"), "error: the tag "),
    ],
)
def test_a_release_is_refused_unless_its_tag_is_the_version(tag: str, said: str) -> None:
    done = run(script("release.yml", "version", "Compare"), ROOT, GITHUB_REF_NAME=tag)
    assert done.returncode == bool(said)
    assert done.stdout.startswith(said)


@pytest.mark.parametrize(
    ("publisher", "said"),
    [
        (COMPLETE, ""),
        (
            replace(COMPLETE, name="", logo=""),
            "error: bird_dynamic/schema/publisher.py lacks: name logo\n",
        ),
    ],
)
def test_a_release_is_refused_unless_somebody_publishes_it(
    tmp_path: Path, publisher: Publisher, said: str
) -> None:
    copy_of_the_project(tmp_path, publisher)
    done = run(script("release.yml", "version", "Publisher"), tmp_path)
    assert (done.returncode, done.stdout) == (bool(said), said)


@pytest.mark.parametrize(("needed", "made"), [(3, 3), (99, 20)])
def test_the_last_job_of_a_release_waits_until_the_index_has_it_but_not_for_ever(
    tmp_path: Path, needed: int, made: int
) -> None:
    attempts = tmp_path / "attempts"
    pip = f'echo "$*" >> "{attempts}"; test $(wc -l < "{attempts}") -ge {needed}'
    commands = {
        "emulator/bin/pip": pip,
        "bin/python": "",
        "bin/pulumi": "",
        "bin/sleep": "",
    }
    path = programs(tmp_path, commands)
    variables = {"PATH": path, "RUNNER_TEMP": str(tmp_path), "GITHUB_REPOSITORY": "a/b"}
    install = script("release.yml", "verify", "Install")
    done = run(install, tmp_path, GITHUB_REF_NAME="v1.2.3", **variables)
    assert done.returncode == (needed != made)
    assert attempts.read_text() == "install bird-dynamic==1.2.3\n" * made


def test_the_last_job_of_a_release_ends_if_the_emulator_does(tmp_path: Path) -> None:
    programs(tmp_path, {"emulator/bin/bird-emulator": "echo it is broken; exit 1"})
    up = script("release.yml", "verify", "Up")
    done = run(up, tmp_path, RUNNER_TEMP=str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "it is broken\n")


def programs(folder: Path, commands: dict[str, str]) -> str:
    """Write programs of the shell into a folder; returns a PATH on which its `bin` is first."""
    for name, command in commands.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"#!/bin/sh\n{command}\n")
        (folder / name).chmod(0o755)
    return f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"


def test_the_notes_of_a_release_are_its_section_of_the_changelog(tmp_path: Path) -> None:
    (tmp_path / "CHANGELOG.md").write_text(
        "# Changelog\n\n## Unreleased\n\n* c\n\n## 0.2.0\n\n* b\n\n## 0.1.0\n\n* a\n"
    )
    notes = script("release.yml", "github", "Notes")
    variables = {"RUNNER_TEMP": str(tmp_path)}
    assert run(notes, tmp_path, GITHUB_REF_NAME="v0.2.0", **variables).returncode == 0
    assert (tmp_path / "notes.md").read_text().split() == ["*", "b"]
    assert run(notes, tmp_path, GITHUB_REF_NAME="v0.3.0", **variables).returncode == 1


def test_the_schema_is_compared_with_that_of_the_last_release(tmp_path: Path) -> None:
    compare = script("ci.yml", "schema", "Compare")
    compare = compare.replace("make schema-compare", f"make -s -C '{ROOT}' schema-compare")
    variables = {"RUNNER_TEMP": str(tmp_path)}
    repository = tmp_path / "repository"
    (repository / "docs").mkdir(parents=True)
    file = repository / "docs" / "schema.json"

    def commit(*, tag: str | None = None) -> None:
        git = "git -c user.name=a -c user.email=a@example.com"
        commands = f"git add --all && {git} commit --quiet --message x"
        tagged = f" && git tag {tag}" if tag else ""
        assert run(commands + tagged, repository).returncode == 0

    assert run("git init --quiet", repository).returncode == 0
    schema = json.loads((ROOT / "docs" / "schema.json").read_text())
    file.write_text(json.dumps({**schema, "version": "0.0.1"}))
    commit(tag="v0.0.1")
    assert "there is no earlier release" in run(compare, repository, **variables).stdout

    gone = {
        **schema["functions"],
        "bird:index:getFax": schema["functions"]["bird:index:getChannel"],
    }
    file.write_text(json.dumps({**schema, "functions": gone}))
    commit(tag="v0.0.2")
    commit_of_today = json.dumps(schema)
    file.write_text(commit_of_today)
    commit()
    done = run(compare, repository, **variables)
    assert "function bird:index:getFax: is gone" in done.stdout
    assert done.returncode != 0


def test_dependencies_of_each_kind_are_updated() -> None:
    updates = document(GITHUB / "dependabot.yml")["updates"]
    kinds = {each["package-ecosystem"] for each in updates}
    assert kinds == {"docker", "github-actions", "gomod", "npm", "pip"}
    for each in updates:
        assert each["cooldown"]["default-days"] >= 7
        for folder in each.get("directories", [each.get("directory")]):
            assert (ROOT / folder.strip("/")).is_dir()


@pytest.mark.parametrize("form", sorted((GITHUB / "ISSUE_TEMPLATE").glob("*.yml")))
def test_each_issue_form_parses_and_asks_something(form: Path) -> None:
    read = document(form)
    if form.name == "config.yml":
        assert read["blank_issues_enabled"] is False
        return
    assert read["name"]
    assert read["description"]
    questions = [each for each in read["body"] if each["type"] != "markdown"]
    assert questions
    ids = [each["id"] for each in questions]
    assert len(set(ids)) == len(ids)


def test_a_vulnerability_can_be_reported_to_somebody() -> None:
    said = (ROOT / "SECURITY.md").read_text()
    assert (PUBLISHER.email or "private vulnerability reporting") in said
