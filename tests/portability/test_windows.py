"""What can be tested of Windows without it: no module needs what it lacks, and its locks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

fcntl = pytest.importorskip("fcntl")

ROOT = Path(__file__).parents[2]
LIKE_WINDOWS = ROOT / "tests" / "support" / "like_windows"
POSIX_ONLY = (
    "test_records.py::test_a_link_is_not_followed",
    "test_records.py::test_a_record_and_its_name_are_on_the_disk_before_a_request_is_sent",
    "test_managed.py::test_a_folder_that_may_be_somebody_elses_is_not_used[somebody else's]",
)
IMPORT_ALL = """
import asyncio, grpc, importlib, pkgutil, pulumi, pulumi.dynamic, pulumi.provider, pytest, sys
sys.platform = "win32"
import bird_dynamic
for module in pkgutil.walk_packages(bird_dynamic.__path__, "bird_dynamic."):
    if not module.name.endswith(("__main__", ".posix_locks")):
        importlib.import_module(module.name)
        print(module.name)
"""


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(LIKE_WINDOWS)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def test_every_module_can_be_imported() -> None:
    done = python("-c", IMPORT_ALL)
    assert done.returncode == 0, done.stdout
    assert "bird_dynamic.lifecycle.locked_files" in done.stdout.split()


@pytest.mark.skipif(not hasattr(fcntl, "F_OFD_SETLK"), reason="the locks of Linux stand for others")
def test_records_and_the_log_of_a_run_work_with_the_locks_of_windows(tmp_path: Path) -> None:
    lifecycle = Path("tests", "lifecycle")
    done = python(
        *("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--noconftest"),
        f"--basetemp={tmp_path / 'tests'}",
        *(str(lifecycle / name) for name in ("test_records.py", "test_managed.py")),
        *(f"--deselect={lifecycle / each}" for each in POSIX_ONLY),
    )
    assert done.returncode == 0, done.stdout
