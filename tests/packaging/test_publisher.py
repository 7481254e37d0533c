"""Where the publisher's name and addresses go: the wheel's metadata and the plugin's schema."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from bird_dynamic.providers.schema import schema
from bird_dynamic.schema.publisher import Publisher
from tests.packaging.publishing import COMPLETE, ROOT, copy_of_the_project

PUBLISHED = ("publisher", "homepage", "repository", "logoUrl", "pluginDownloadURL")


def test_what_a_release_lacks_is_named() -> None:
    everything = ["name", "email", "repository", "homepage", "logo", "download_url"]
    assert Publisher().unset() == everything
    assert COMPLETE.unset() == []
    elsewhere = Publisher(repository="https://gitlab.com/example/bird")
    assert elsewhere.unset() == ["name", "email", "homepage", "logo", "download_url"]


@pytest.mark.parametrize(
    "repository",
    ["https://github.com/a-b/c", "https://github.com/a-b/c.git", "https://github.com/a-b/c/"],
)
def test_releases_on_github_are_where_pulumi_downloads_the_plugin(repository: str) -> None:
    publisher = Publisher(repository=repository)
    assert publisher.plugin_download_url == "github://api.github.com/a-b/c"
    assert (publisher.owner, publisher.go_module) == ("a-b", "github.com/a-b/c")


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"email": "me at example"}, "email"),
        ({"repository": "github.com/me/bird"}, "repository"),
        ({"repository": "https://github.com/me"}, "repository"),
        ({"homepage": "example.com"}, "homepage"),
        ({"logo": "logo.svg"}, "logo"),
        ({"download_url": "example.com/files"}, "download_url"),
    ],
)
def test_a_value_that_cannot_be_right_is_named(given: dict[str, str], named: str) -> None:
    (problem,) = Publisher(**given).problems()
    assert problem.startswith(f"{named}: {given[named]!r}")
    assert Publisher().problems() == COMPLETE.problems() == []


def test_a_download_url_that_is_given_counts() -> None:
    publisher = Publisher(repository=COMPLETE.repository, download_url="https://example.com/files")
    assert publisher.plugin_download_url == "https://example.com/files"


def test_the_schema_says_who_publishes_it_and_invents_nothing() -> None:
    named = schema("1.2.3", COMPLETE)
    assert [named[each] for each in PUBLISHED] == [
        COMPLETE.name,
        COMPLETE.homepage,
        COMPLETE.repository,
        COMPLETE.logo,
        "github://api.github.com/example-telecom/pulumi-bird",
    ]
    metaschema = json.loads((ROOT / "tests" / "data" / "pulumi-metaschema.json").read_text())
    assert list(jsonschema_rs.validator_for(metaschema).iter_errors(named)) == []
    assert set(PUBLISHED) & set(schema("1.2.3", Publisher())) == set()


@pytest.mark.parametrize("publisher", [Publisher(), COMPLETE])
def test_no_generated_package_has_a_name_that_belongs_to_somebody_else(
    publisher: Publisher,
) -> None:
    text = json.dumps(schema("1.2.3", publisher)["language"])
    assert "@pulumi" not in text
    assert "example.com" not in text
    assert "com.pulumi" not in text


def test_what_the_repository_gives_a_right_to_is_named_after_it() -> None:
    languages = schema("1.2.3", COMPLETE)["language"]
    assert languages["go"]["modulePath"] == "github.com/example-telecom/pulumi-bird/sdk/go"
    assert languages["go"]["importBasePath"] == f"{languages['go']['modulePath']}/bird"
    assert languages["java"]["basePackage"] == "io.github.example_telecom"


def test_the_metadata_of_a_build_names_the_publisher(tmp_path: Path) -> None:
    described = metadata(tmp_path, COMPLETE)
    assert described["authors"] == [{"name": COMPLETE.name, "email": COMPLETE.email}]
    assert described["urls"] == {
        "Homepage": COMPLETE.homepage,
        "Repository": COMPLETE.repository,
        "Issues": f"{COMPLETE.repository}/issues",
        "Changelog": f"{COMPLETE.repository}/blob/HEAD/CHANGELOG.md",
    }


def test_the_metadata_of_a_build_invents_no_publisher(tmp_path: Path) -> None:
    described = metadata(tmp_path, Publisher())
    assert not described.get("authors")
    assert not described.get("urls")


def metadata(folder: Path, publisher: Publisher) -> dict[str, Any]:
    """The metadata that hatchling reads in a copy of this project, published by `publisher`."""
    copy_of_the_project(folder, publisher)
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "metadata"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found
