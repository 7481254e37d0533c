"""The wheel and the source distribution: what is in them, and that they work on their own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import venv
import zipfile
from importlib.metadata import distributions as installed_distributions
from importlib.metadata import requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.locks import constraints, pins
from tests.support.publication import Publication

ROOT = Path(__file__).parents[2]
ENVIRONMENTS = [(sys.prefix, "dev")]
if OLDEST := os.environ.get("BIRD_OLDEST_VENV"):
    ENVIRONMENTS.append((OLDEST, "oldest"))


@pytest.fixture
def distributions(publication: Publication) -> Path:
    """A folder with the source distribution, and the wheel that was built from it."""
    return publication.folder


def files_of(folder: Path, pattern: str) -> set[str]:
    (path,) = folder.glob(pattern)
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            return set(wheel.namelist())
    with tarfile.open(path) as source:
        return {name.partition("/")[2] for name in source.getnames()}


def test_both_hold_the_package_and_nothing_else(distributions: Path) -> None:
    expected = {
        str(path.relative_to(ROOT))
        for package in ("bird_dynamic", "pulumi_bird")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert "bird_dynamic/py.typed" in expected
    wheel = files_of(distributions, "*.whl")
    assert {name for name in wheel if ".dist-info/" not in name} == expected
    source = files_of(distributions, "bird_dynamic-*.tar.gz")
    assert expected <= source
    assert {"LICENSE", "README.md", "CHANGELOG.md", "pyproject.toml"} <= source
    assert not any(name.startswith(("tests", "tools", ".")) for name in source - {".gitignore"})


def test_the_wheel_has_no_extras(distributions: Path) -> None:
    (path,) = distributions.glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        (name,) = (each for each in wheel.namelist() if each.endswith(".dist-info/METADATA"))
        described = wheel.read(name).decode()
    assert "Requires-Dist: pulumi" in described
    assert "Provides-Extra" not in described
    assert "extra ==" not in described


def test_the_wheel_works_in_an_empty_environment(distributions: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "empty", with_pip=True)
    python = tmp_path / "empty" / "bin" / "python"
    (wheel,) = distributions.glob("*.whl")
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    limits = ["-c", constraints(tmp_path)]
    subprocess.run([*install, *limits, wheel], check=True, capture_output=True)
    code = (
        "import bird_dynamic, bird_dynamic.providers.dynamic as d, bird_dynamic.bird.http\n"
        "print(bird_dynamic.VoiceChannel.__name__, d.provider('VoiceChannel').__class__.__name__)"
    )
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["VoiceChannel", "BirdProvider"]
    alone = "from bird_dynamic.testing import EmulatedBird as B\nwith B() as bird: print(bird.url)"
    done = subprocess.run([python, "-c", alone], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("http://127.0.0.1:")
    fixture = "from bird_dynamic.testing import bird"
    done = subprocess.run([python, "-c", fixture], capture_output=True, text=True, check=False)
    assert "ImportError: the fixture `bird` needs pytest" in done.stderr
    emulator = tmp_path / "empty" / "bin" / "bird-emulator"
    assert subprocess.run([emulator, "--help"], capture_output=True, check=False).returncode == 0


def test_what_is_imported_is_declared_and_nothing_else() -> None:
    source = (each.read_text() for each in (ROOT / "bird_dynamic").rglob("*.py"))
    found = re.findall(
        r"^ *(?:from|import) ([a-z]\w*)[\w.]*(?: import |$)", "\n".join(source), re.M
    )
    # pytest is for the fixture alone, and typing_extensions for type checkers; newer versions of
    # pulumi come with opentelemetry.
    optional = {"bird_dynamic", "opentelemetry", "pytest", "typing_extensions"}
    imported = set(found) - set(sys.stdlib_module_names) - optional
    named = {"google": "protobuf", "grpc": "grpcio"}
    declared = {Requirement(each).name for each in requires("bird-dynamic") or ()}
    assert declared == {named.get(each, each) for each in imported}
    assert "pulumi" in declared


@pytest.mark.parametrize(("environment", "lock"), ENVIRONMENTS)
def test_all_that_is_installed_is_locked_and_nothing_else(environment: str, lock: str) -> None:
    pinned = {
        canonicalize_name(each.name): str(each.specifier)
        for each in pins(lock)
        if each.marker is None or each.marker.evaluate()
    }
    packages = Path(environment).glob("lib/python3*/site-packages")
    # Python 3.10 and 3.11 put setuptools into each environment, used or not.
    unpinned = {"bird-dynamic", "setuptools"} - set(pinned)
    found = {
        canonicalize_name(each.metadata["Name"]): f"=={each.version}"
        for each in installed_distributions(path=[str(each) for each in packages])
    }
    installed = {name: each for name, each in found.items() if name not in unpinned}
    # `make` leaves installed what was pinned once.
    assert installed == pinned, f"remove {environment}, and run make"


def test_the_changelog_tells_of_this_version() -> None:
    assert f"## {version('bird-dynamic')}" in (ROOT / "CHANGELOG.md").read_text()
