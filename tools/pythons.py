"""Run the fast tests on each Python that the package supports and that is found here.

The classifiers in `pyproject.toml` say which. Each has its own environment, `.venv-pythonX.Y`. A
Python is looked for on PATH, and among those of pyenv.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYENV = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")


def main() -> None:
    """Print for each version whether its tests passed; exit with 1 if some failed."""
    results = {version: result_of(version) for version in supported()}
    print("\nThe fast tests:")
    for version, result in results.items():
        print(f"  Python {version:<5} {result}")
    sys.exit("failed" in results.values())


def supported() -> list[str]:
    """The versions that the package's classifiers name, as in `3.12`."""
    text = (ROOT / "pyproject.toml").read_text()
    return re.findall(r'"Programming Language :: Python :: (3\.\d+)"', text)


def result_of(version: str) -> str:
    """Run the tests on a version, if there is one."""
    python = next((each for each in candidates(version) if runs(each, version)), None)
    if python is None:
        return "not found"
    command = ["make", "test-fast", f"VENV=.venv-python{version}", f"PYTHON={python}"]
    return "failed" if subprocess.run(command, cwd=ROOT, check=False).returncode else "passed"


def candidates(version: str) -> Iterator[str]:
    """Where a Python of that version may be."""
    if found := shutil.which(f"python{version}"):
        yield found
    yield from map(str, PYENV.glob(f"versions/{version}.*/bin/python{version}"))


def runs(python: str, version: str) -> bool:
    """Whether it is there, and is not only a shim for one that is not chosen."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return done.stdout.strip() == version


if __name__ == "__main__":
    main()
