"""What Pulumi downloads: the archives of the plugin, their checksums, the bill of materials."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tarfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc
from google.protobuf import empty_pb2
from packaging.utils import canonicalize_name
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from bird_dynamic._version import package_version
from tests.support.publication import (
    ROOT,
    STEM,
    Publication,
    built,
    copy_of_the_tree,
    with_environments,
)


@contextmanager
def started(*command: str | Path, folder: Path) -> Iterator[grpc.Channel]:
    """The plugin of a command, started without any of Pulumi's settings."""
    with subprocess.Popen(
        command, cwd=folder, env={}, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            port = int(process.stdout.readline())
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                yield channel
        finally:
            process.kill()


def unpacked(archive: Path, folder: Path) -> Path:
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder


def test_two_builds_are_equal(publication: Publication, tmp_path: Path) -> None:
    tree = copy_of_the_tree(tmp_path / "another place", publication.url)
    built(with_environments(tree), tmp_path / "dist")
    first, second = (
        {
            str(each.relative_to(folder)): hashlib.sha256(each.read_bytes()).hexdigest()
            for each in folder.rglob("*")
            if each.is_file()
        }
        for folder in (publication.folder, tmp_path / "dist")
    )
    assert first == second
    assert len(first) == 6


def test_make_dist_builds_the_distributions_where_nothing_can_be_installed(tmp_path: Path) -> None:
    tree = copy_of_the_tree(tmp_path / "tree", "https://example.com")
    (tree / "Makefile").write_text((ROOT / "Makefile").read_text())
    (tree / ".venv").symlink_to(sys.prefix)
    # The environment is there, and would be made anew for this copy.
    command = ["make", "--no-print-directory", "--assume-old=.venv/.stamp", "dist"]
    done = subprocess.run(
        [*command, f"DIST={tmp_path / 'a folder'}"],
        cwd=tree,
        env={**os.environ, "PIP_NO_INDEX": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    version = package_version()
    assert done.stdout.splitlines() == [
        f"bird_dynamic-{version}-py3-none-any.whl",
        f"bird_dynamic-{version}.tar.gz",
        f"{STEM}-checksums.txt",
        f"{STEM}-source.tar.gz",
    ]
    why = "pip cannot install shipped.txt: ERROR: "
    assert f"left out the executable: {why}" in done.stderr
    assert f"left out the bill of materials: {why}" in done.stderr
    assert "before a release, fill in name, email, repository" in done.stderr


def test_every_archive_has_its_checksum(publication: Publication) -> None:
    found = {
        each.name: hashlib.sha256(each.read_bytes()).hexdigest()
        for each in publication.folder.iterdir()
        if "checksums" not in each.name
    }
    assert publication.checksums() == found
    assert {publication.executable.name, publication.source.name} < found.keys()


def test_the_executable_needs_no_python_and_holds_what_the_bill_of_materials_says(
    publication: Publication, tmp_path: Path
) -> None:
    folder = unpacked(publication.executable, tmp_path / "plugin")
    program = folder / "pulumi-resource-bird"
    said = subprocess.run(
        [program, "--version"], env={}, capture_output=True, text=True, check=True
    )
    assert said.stdout == f"pulumi-resource-bird {package_version()}\n"
    with started(program, folder=tmp_path) as channel:
        plugin = provider_pb2_grpc.ResourceProviderStub(channel)
        assert plugin.GetPluginInfo(empty_pb2.Empty()).version == package_version()
        answer = plugin.GetSchema(provider_pb2.GetSchemaRequest())
        assert json.loads(answer.schema)["pluginDownloadURL"] == publication.url

    (file,) = publication.folder.glob("*.cdx.json")
    bill = json.loads(file.read_text())
    own = bill["metadata"]["component"]
    assert (own["name"], own["version"]) == ("bird-dynamic", package_version())
    listed = {f"{canonicalize_name(each['name'])}-{each['version']}" for each in bill["components"]}
    metadata = {each.name.removesuffix(".dist-info") for each in folder.rglob("*.dist-info")}
    contained = {
        f"{canonicalize_name(name)}-{version}"
        for name, version in (each.split("-") for each in metadata)
    }
    assert contained - {f"bird-dynamic-{package_version()}"} == listed
    # It is not there, though pulumi asks for it: see tools/distribution/executable.py.
    assert not list(folder.rglob("debugpy/*"))
    modules = {each.name for each in folder.glob("_internal/*/") if ".dist-info" not in each.name}
    assert "chardet" not in modules


def test_the_source_plugin_runs_in_an_environment_made_of_its_requirements(
    publication: Publication, tmp_path: Path
) -> None:
    folder = unpacked(publication.source, tmp_path / "plugin")
    venv.create(folder / ".venv", with_pip=True)
    python = folder / ".venv" / "bin" / "python"
    install = [python, "-m", "pip", "install", "--quiet", "-r", "requirements.txt"]
    subprocess.run(install, cwd=folder, check=True, capture_output=True)
    with started(python, folder, folder=tmp_path) as channel:
        plugin = provider_pb2_grpc.ResourceProviderStub(channel)
        assert plugin.GetPluginInfo(empty_pb2.Empty()).version == package_version()
