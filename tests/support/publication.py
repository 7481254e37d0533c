"""All that is published, built once for all tests, and served from this machine alone."""

from __future__ import annotations

import fcntl
import os
import random
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from bird_dynamic._version import package_version

ROOT = Path(__file__).parents[2]
FOLDERS = ("bird_dynamic", "plugin", "pulumi_bird", "tools")
FILES = (".gitignore", "CHANGELOG.md", "LICENSE", "README.md", "hatch_build.py", "pyproject.toml")
PORTS = range(20_000, 30_000)
"""No system of today takes one of these for a socket that asked for any."""
STEM = f"pulumi-resource-bird-v{package_version()}"


@dataclass(frozen=True)
class Publication:
    """What `make dist` made of a tree whose publisher serves it at `url`, on this machine; the
    schema says so, too (`pluginDownloadURL`)."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def source(self) -> Path:
        return self.folder / f"{STEM}-source.tar.gz"

    @property
    def executable(self) -> Path:
        """The archive for this machine."""
        (found,) = self.folder.glob(f"{STEM}-*-*.tar.gz")
        return found

    @property
    def wheel(self) -> Path:
        (found,) = self.folder.glob("*.whl")
        return found

    def checksums(self) -> dict[str, str]:
        """By the name of the file."""
        lines = (self.folder / f"{STEM}-checksums.txt").read_text().splitlines()
        return {name: checksum for checksum, name in (line.split("  ") for line in lines)}

    @contextmanager
    def served(self) -> Iterator[None]:
        """Serve it at its address; one test at a time, because there is one address."""
        handler = partial(_Quiet, directory=str(self.folder))
        with (self.folder.parent / "served").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with ThreadingHTTPServer(("127.0.0.1", self.port), handler) as server:
                Thread(target=server.serve_forever, daemon=True).start()
                yield
                server.shutdown()


def published(folder: Path) -> Publication:
    """The publication in this folder, built by the first process that asks for it."""
    with (folder / "built").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.seek(0)
        port = int(lock.read() or 0)
        if not port:
            shutil.rmtree(folder / "tree", ignore_errors=True)
            port = _free_port()
            tree = copy_of_the_tree(folder / "tree", f"http://127.0.0.1:{port}")
            built(with_environments(tree), folder / "dist")
            lock.write(str(port))
        return Publication(folder / "dist", port)


def copy_of_the_tree(folder: Path, download_url: str) -> Path:
    """What a build reads, with this address of the plugin filled in."""
    folder.mkdir()
    for each in FOLDERS:
        ignored = shutil.ignore_patterns("__pycache__", ".venv")
        shutil.copytree(ROOT / each, folder / each, ignore=ignored)
    for each in FILES:
        shutil.copyfile(ROOT / each, folder / each)
    publisher = folder / "bird_dynamic" / "schema" / "publisher.py"
    with publisher.open("a") as more:
        more.write(f"\nPUBLISHER = Publisher(download_url={download_url!r})\n")
    return folder


def with_environments(tree: Path) -> Path:
    """Let a copy use the environments of this checkout, which take a minute to make."""
    environments = ROOT / ".venv-dist"
    environments.mkdir(exist_ok=True)
    (tree / ".venv-dist").symlink_to(environments)
    return tree


def built(tree: Path, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Build all that is published, as `make dist` does."""
    command = [sys.executable, "-m", "tools.distribution", str(folder)]
    done = subprocess.run(
        command,
        cwd=tree,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def _free_port() -> int:
    for port in random.sample(PORTS, len(PORTS)):
        with socket.socket() as tried:
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("every port is in use")
