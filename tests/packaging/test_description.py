"""What a package index shows of this package: the description in the metadata of the wheel."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from email.message import Message
from email.parser import Parser
from importlib.metadata import version
from pathlib import Path

import pytest

from bird_dynamic.schema.publisher import Publisher
from tests.packaging.publishing import COMPLETE, ROOT, copy_of_the_project

REPOSITORY = COMPLETE.repository


def built(folder: Path, publisher: Publisher) -> Message:
    """The metadata of a wheel, built from a copy of this project, published by `publisher`."""
    copy_of_the_project(folder, publisher)
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run(command, cwd=folder, capture_output=True, check=True)
    (path,) = (folder / "dist").glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        (name,) = (each for each in wheel.namelist() if each.endswith(".dist-info/METADATA"))
        return Parser().parsestr(wheel.read(name).decode())


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Message:
    return built(tmp_path_factory.mktemp("published"), COMPLETE)


def test_it_is_the_readme_and_what_is_new_in_this_version(published: Message) -> None:
    text = published.get_payload()
    assert published["Description-Content-Type"] == "text/markdown"
    assert text.startswith("# bird_dynamic\n")
    news = text.partition(f"## What is new in {version('bird-dynamic')}\n")[2]
    assert "\n* `" in news
    assert "## Unreleased" not in text


def test_each_link_is_absolute_and_leads_to_this_version(published: Message) -> None:
    links = re.findall(r"(!?)\[(?:[^][]|\[[^][]*\])*\]\(([^)\s]+)\)", published.get_payload())
    assert len(links) > 30
    tag = f"v{version('bird-dynamic')}"
    for image, target in links:
        kind = "raw" if image else "blob"
        ours = f"{REPOSITORY}/{kind}/{tag}/"
        if target.startswith(ours):
            assert (ROOT / target.removeprefix(ours).partition("#")[0]).exists(), target
        else:
            assert target.startswith(("https://", "#")), target
            assert REPOSITORY not in target
    assert any(image for image, _ in links)


def test_without_a_repository_the_links_stay_as_they_are(tmp_path: Path) -> None:
    text = built(tmp_path, Publisher()).get_payload()
    assert "](docs/reliability.md)" in text
