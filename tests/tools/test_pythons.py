"""`make test-pythons` runs on each Python that the package claims, and tells what is not found."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tools import pythons


def test_its_versions_are_those_that_the_package_requires_and_claims() -> None:
    versions = pythons.supported()
    numbers = [int(version.removeprefix("3.")) for version in versions]
    assert numbers == list(range(numbers[0], numbers[-1] + 1))
    project = (pythons.ROOT / "pyproject.toml").read_text()
    assert f'requires-python = ">={versions[0]}"' in project


def test_a_shim_without_a_python_behind_it_is_not_one(tmp_path: Path) -> None:
    shim = tmp_path / "python3.10"
    shim.write_text("#!/bin/sh\necho 'not chosen' >&2\nexit 127\n")
    shim.chmod(0o755)
    this = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert not pythons.runs(str(shim), "3.10")
    assert not pythons.runs(str(tmp_path / "nothing"), "3.10")
    assert not pythons.runs(sys.executable, "3.9")
    assert pythons.runs(sys.executable, this)


@pytest.mark.parametrize(("outcome", "status"), [("failed", True), ("not found", False)])
def test_each_version_is_told_and_a_failure_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], outcome: str, status: bool
) -> None:
    first, *others = pythons.supported()
    monkeypatch.setattr(
        pythons, "result_of", lambda version: outcome if version == first else "passed"
    )
    with pytest.raises(SystemExit) as ended:
        pythons.main()
    assert ended.value.code == status
    lines = capsys.readouterr().out.splitlines()[2:]
    assert [line.split(maxsplit=2)[2] for line in lines] == [outcome, *("passed" for _ in others)]
