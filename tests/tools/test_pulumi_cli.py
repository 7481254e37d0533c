"""How the Pulumi CLI is installed: only a release with its pinned checksum, or else a build."""

from __future__ import annotations

import hashlib
import http.server
import io
import re
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tools.pulumi import build, checksums, install, pins, release
from tools.pulumi.console import InstallError

ARCHIVE = "pulumi-v{}-linux-x64.tar.gz"
FAILS_TO_DOWNLOAD = "echo 'go: download go9.9.9: toolchain not available' >&2; exit 1"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and the address at which its files are served."""
    folder = tmp_path / "site"
    folder.mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(Quiet, directory=str(folder))
    ) as server:
        threading.Thread(target=server.serve_forever).start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine of a kind that Pulumi has releases for, without an installed CLI."""
    for module in (pins, install, build):
        monkeypatch.setattr(module, "CACHE", tmp_path / "cache")
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")


def pinned(monkeypatch: pytest.MonkeyPatch, folder: Path, *versions: str) -> None:
    """Have only the checksums of these versions pinned."""
    file = folder / "checksums.txt"
    file.write_text(
        "# a source\n" + "".join(f"{'0' * 64}  {ARCHIVE.format(v)}\n" for v in versions)
    )
    monkeypatch.setattr(pins, "CHECKSUMS", file)


def program(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_every_pinned_checksum_is_that_of_a_supported_release() -> None:
    assert pins.checksums()
    for archive, digest in pins.checksums().items():
        assert re.fullmatch(r"[0-9a-f]{64}", digest)
        found = re.fullmatch(r"pulumi-v(\S+)-(linux|darwin)-(x64|arm64)\.tar\.gz", archive)
        assert found
        oldest, newest = (pins.parse_version(pin.version) for pin in (pins.OLDEST, pins.NEWEST))
        assert oldest <= pins.parse_version(found[1]) <= newest


@pytest.mark.parametrize("pin", [pins.NEWEST, pins.OLDEST])
@pytest.mark.parametrize("system", ["Linux", "Darwin"])
@pytest.mark.parametrize("machine", ["x86_64", "arm64", "aarch64"])
def test_there_is_a_release_for_every_machine_that_pulumi_is_released_for(
    monkeypatch: pytest.MonkeyPatch, pin: pins.Pin, system: str, machine: str
) -> None:
    monkeypatch.setattr("platform.system", lambda: system)
    monkeypatch.setattr("platform.machine", lambda: machine)
    found = pins.release_for(pin)
    assert found is not None
    assert found.archive.startswith(f"pulumi-v{found.version}-{system.lower()}-")


def test_another_machine_has_no_release(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    assert pins.release_for(pins.NEWEST) is None


def test_without_the_checksum_of_the_pinned_version_the_newest_known_release_is_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pinned(monkeypatch, tmp_path, pins.OLDEST.version, "3.230.0", "3.229.0", "9.0.0", "3.1.0")
    found = pins.release_for(pins.NEWEST)
    assert found is not None
    assert found.version == "3.230.0"


def test_a_release_stands_for_the_pinned_version_and_an_older_build_does_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pinned(monkeypatch, tmp_path, "3.230.0")
    folder = tmp_path / "cache" / "pulumi-3.230.0"
    program(folder / "pulumi", "")
    assert install.installed(pins.NEWEST) is None
    program(folder / "pulumi-language-dotnet", "")
    assert install.installed(pins.NEWEST) == folder
    program(pins.NEWEST.folder / "pulumi", "")
    assert install.installed(pins.NEWEST) == pins.NEWEST.folder


@pytest.mark.parametrize("is_pinned", [True, False])
def test_a_download_is_unpacked_only_if_it_has_the_pinned_checksum(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, site: tuple[Path, str], is_pinned: bool
) -> None:
    content = b"#!/bin/sh\n"
    folder, address = site
    archive = folder / ARCHIVE.format("1.2.3")
    with tarfile.open(archive, "w:gz") as tar:
        member = tarfile.TarInfo("../pulumi/pulumi")
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
    monkeypatch.setattr(release, "DOWNLOADS", address)
    digest = hashlib.sha256(archive.read_bytes()).hexdigest() if is_pinned else "0" * 64
    target = tmp_path / "target"
    target.mkdir()
    download = partial(release.download, pins.Release("1.2.3", archive.name, digest), target)
    if is_pinned:
        download()
        assert [each.name for each in target.iterdir()] == ["pulumi"]
        assert (target / "pulumi").read_bytes() == content
    else:
        with pytest.raises(InstallError, match="does not have the pinned checksum"):
            download()
        assert not (target / "pulumi").exists()


def test_without_any_checksum_nothing_is_downloaded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pinned(monkeypatch, tmp_path)
    with pytest.raises(InstallError, match="no checksum is pinned"):
        install.install_release(pins.NEWEST)


def test_the_published_checksums_of_the_pinned_versions_are_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, site: tuple[Path, str]
) -> None:
    folder, address = site
    monkeypatch.setattr(checksums, "PUBLISHED", address + "/{0}.txt")
    monkeypatch.setattr(checksums, "CHECKSUMS", tmp_path / "written.txt")
    (folder / f"{pins.OLDEST.version}.txt").write_text("")
    with pytest.raises(SystemExit, match="no line of an archive"):
        checksums.main()
    for version in (pins.OLDEST.version, pins.NEWEST.version):
        names = [ARCHIVE.format(version), f"pulumi-v{version}-windows-x64.zip"]
        lines = [f"{str(number) * 64}  {name}\n" for number, name in enumerate(names)]
        (folder / f"{version}.txt").write_text("".join(lines))
    checksums.main()
    monkeypatch.setattr(pins, "CHECKSUMS", tmp_path / "written.txt")
    assert list(pins.checksums()) == [
        ARCHIVE.format(pins.OLDEST.version),
        ARCHIVE.format(pins.NEWEST.version),
    ]


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (None, r"needs Go \S+, and there is no `go` on PATH\. Install Go .*Install Pulumi"),
        ("echo go1.20.4", r"needs Go \S+, and this is go1\.20\.4\. Install Go .*Install Pulumi"),
        (
            f'[ "$GOTOOLCHAIN" = local ] && echo go1.22.0 && exit; {FAILS_TO_DOWNLOAD}',
            r"this is go1\.22\.0 \(.*toolchain not available\)\. Install Go .*Install Pulumi",
        ),
    ],
)
def test_a_go_that_is_missing_or_too_old_is_told_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str | None, told: str
) -> None:
    if script is not None:
        program(tmp_path / "bin" / "go", script)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(InstallError, match=told):
        build.require_go(pins.NEWEST.module)


@pytest.mark.parametrize(
    "script", ["echo go9.9.9", '[ "$GOTOOLCHAIN" = local ] && echo go1.22.0 || echo go9.9.9']
)
def test_a_go_that_is_new_enough_or_gets_a_newer_one_will_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str
) -> None:
    program(tmp_path / "bin" / "go", script)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    build.require_go(pins.NEWEST.module)


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_the_go_that_a_build_needs_is_told(page: str) -> None:
    needed = pins.required(pins.NEWEST.module, r"go (\S+)")
    assert f"Go {needed} or newer" in (Path(__file__).parents[2] / page).read_text()


def test_the_oldest_versions_that_are_told_are_those_that_are_tested() -> None:
    root = Path(__file__).parents[2]
    oldest = pins.OLDEST.version
    assert f"Pulumi CLI {oldest} or newer" in (root / "README.md").read_text()
    assert f'"pulumi>={oldest},' in (root / "pyproject.toml").read_text()
    assert f"\npulumi=={oldest} " in (root / "tools" / "locks" / "oldest.txt").read_text()
