"""Find a Pulumi CLI that can run this project, or install one; print the folder to put on PATH.

The CLI is not on any Python index, and Pulumi's own download host cannot be reached from every
network, so there are four ways in, tried in this order:

1. a ``pulumi`` on PATH that is new enough and has its Python language host: nothing is printed;
2. the one installed earlier, by this or another checkout, in the user's cache folder;
3. Pulumi's official release, where its host answers at once, and where its checksum is pinned in
   ``checksums.txt``. Where that of the pinned version is missing, it is the newest that is there;
4. a build of the pinned version from Go modules, pinned by the ``go.sum`` files beside this script.

The pinned version is the one that ``cli/go.mod`` requires. A release brings its own language hosts.
A build takes the Python language host from ``language-python/go.mod``, which is older (``sdk/v3``
v3.79.0 still contains it), because the host's own module is not on every module proxy. That host
ignores ``runtime.options`` of a ``Pulumi.yaml``: the project's virtual environment must be first on
PATH. With ``--languages`` the hosts for YAML, TypeScript and Go are built beside it, where they are
missing, and what generates code: the tests of the plugin want them, Python programs do not.

Standard output carries the folder and nothing else; progress goes to standard error. With
``--print`` nothing is installed and nothing said: the folder is printed even if it is not there.
With ``--oldest`` it is the oldest supported version, that of ``cli-oldest/go.mod``, whatever is on
PATH.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from tools.pulumi.build import OTHER_HOSTS, build, build_generators, build_host
from tools.pulumi.console import REMEDY, InstallError, say
from tools.pulumi.pins import CACHE, NEWEST, OLDEST, Pin, Version, parse_version, release_for
from tools.pulumi.release import download

RELEASED_ONLY = "pulumi-language-dotnet"
"""A program that a release has, and a build has not."""


def main() -> None:
    """Print the folder to put on PATH; an empty line means that the CLI on PATH will do."""
    options = sys.argv[1:]
    pin = OLDEST if "--oldest" in options else NEWEST
    if pin is NEWEST and usable_cli_on_path():
        print()
        return
    if "--print" not in options:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        try:
            if installed(pin) is None:
                install(pin)
            if "--languages" in options:
                install_other_hosts(installed(pin) or pin.folder)
        except (InstallError, OSError) as error:
            sys.exit(f"error: {error}")
        except KeyboardInterrupt:
            sys.exit(130)
    print(installed(pin) or pin.folder)


def installed(pin: Pin) -> Path | None:
    """The folder of an installed CLI: of the pinned version, or the release that stands for it.

    A folder only ever appears complete, by a rename.
    """
    if os.access(pin.folder / "pulumi", os.X_OK):
        return pin.folder
    release = release_for(pin)
    # An older version that was built does not stand for it: the pinned one can be built too.
    if release is not None and (release.folder / RELEASED_ONLY).exists():
        return release.folder
    return None


def usable_cli_on_path() -> bool:
    """Whether PATH, our own cache folders left aside, has a CLI that can run Python programs."""
    path = os.pathsep.join(
        folder
        for folder in os.environ.get("PATH", "").split(os.pathsep)
        if folder and CACHE not in Path(folder).parents
    )
    cli = shutil.which("pulumi", path=path)
    if cli is None:
        return False
    beside = str(Path(cli).resolve().parent)
    if shutil.which("pulumi-language-python", path=path + os.pathsep + beside) is None:
        return False
    try:
        return version_of(cli) >= parse_version(OLDEST.version)
    except InstallError:
        return False


def version_of(cli: str | Path) -> Version:
    """Ask a CLI for its version."""
    try:
        answer = subprocess.run(
            [cli, "version"],
            env=os.environ | {"PULUMI_SKIP_UPDATE_CHECK": "1"},
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise InstallError(f"{cli} does not run: {error}") from error
    return parse_version(answer)


def install(pin: Pin) -> None:
    """Install the release or else a build, under a lock against other checkouts."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with locked(CACHE / "install.lock"):
        if installed(pin) is not None:
            return
        try:
            install_release(pin)
        except (OSError, InstallError, EOFError, tarfile.TarError) as error:
            say(f"no official Pulumi release from here ({error}): building it instead")
            place(pin.version, pin.folder, lambda folder: build(pin, folder))


def install_release(pin: Pin) -> None:
    """Install the official release. Raises as `download` does."""
    release = release_for(pin)
    if release is None:
        raise InstallError("no checksum is pinned of one for this machine")
    if release.version != pin.version:
        say(
            f"no checksum of Pulumi {pin.version} is pinned yet (`make checksums` fetches it): "
            f"trying {release.version}"
        )
    place(release.version, release.folder, lambda folder: download(release, folder))


def place(version: str, target: Path, fill: Callable[[Path], None]) -> None:
    """Fill a folder beside the target and rename it."""
    partial = target.with_name(target.name + ".partial")
    # Safe under the lock: whoever left these two is dead.
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    try:
        fill(partial)
        if version_of(partial / "pulumi") != parse_version(version):
            raise InstallError(f"the new Pulumi CLI is not version {version}. {REMEDY}")
        shutil.rmtree(target, ignore_errors=True)
        partial.rename(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    say(f"Pulumi CLI {version} installed in {target}")


def install_other_hosts(target: Path) -> None:
    """Build the language hosts that the CLI's folder lacks; an official release brings them all."""
    with locked(CACHE / "install.lock"), tempfile.TemporaryDirectory(dir=CACHE) as folder:
        for module, package in OTHER_HOSTS:
            name = PurePosixPath(package).name
            if not (target / name).exists():
                build_host(module, package, Path(folder))
                (Path(folder) / name).rename(target / name)
        generators = target / "generators"
        if not (generators.exists() or (target / RELEASED_ONLY).exists()):
            built = Path(folder) / generators.name
            built.mkdir()
            build_generators(built)
            built.rename(generators)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock, which the system releases even if this process is killed."""
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another checkout is installing the Pulumi CLI: waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    main()
