"""Find a Pulumi CLI that can run this project, or install one; print the folder to put on PATH.

The CLI is not on any Python index, and Pulumi's own download host cannot be reached from every
network, so there are four ways in, tried in this order:

1. a ``pulumi`` on PATH that is new enough and has its Python language host: nothing is printed;
2. the one installed earlier, by this or another checkout, in the user's cache folder;
3. Pulumi's official release of the pinned version, where its host answers at once;
4. a build from Go modules, pinned by the ``go.sum`` files beside this script.

The pinned version is the one that ``cli/go.mod`` requires. A release brings its own language host.
A build takes the Python language host from ``language-python/go.mod``, which is older (``sdk/v3``
v3.79.0 still contains it), because the host's own module is not on every module proxy. That host
ignores ``runtime.options`` of a ``Pulumi.yaml``: the project's virtual environment must be first on
PATH. With ``--languages`` the hosts for YAML and for TypeScript are built beside it, where they are
missing: the tests of the plugin want them, Python programs do not.

Standard output carries the folder and nothing else; progress goes to standard error. With
``--print`` nothing is installed and nothing said: the folder is printed even if it is not there.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import TypeVar

HERE = Path(__file__).resolve().parent
CLI_MODULE = HERE / "cli"
PYTHON_HOST = "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python"
OTHER_HOSTS = (
    "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
    "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
)
"""Go packages; the last part is the program's name, and, without `pulumi-`, its module's folder."""

MINIMUM = (3, 216, 0)
VERSION = re.findall(
    r"^\s*github\.com/pulumi/pulumi/pkg/v3 v(\S+)",
    (CLI_MODULE / "go.mod").read_text(),
    re.MULTILINE,
)[0]

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "bird-dynamic"
TARGET = CACHE / f"pulumi-{VERSION}"

DOWNLOADS = "https://get.pulumi.com/releases/sdk"
CHECKSUMS = (
    f"https://github.com/pulumi/pulumi/releases/download/v{VERSION}/pulumi-{VERSION}-checksums.txt"
)
REMEDY = (
    "Install Pulumi as https://www.pulumi.com/docs/install/ describes, put it on PATH, "
    "and run this again."
)

T = TypeVar("T")


class InstallError(Exception):
    """One way of installing the CLI did not work; the message is meant for the user."""


def main() -> None:
    """Print the folder to put on PATH; an empty line means that the CLI on PATH will do."""
    if usable_cli_on_path():
        print()
        return
    if "--print" not in sys.argv[1:]:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        try:
            if not installed():
                install()
            if "--languages" in sys.argv[1:]:
                install_other_hosts()
        except (InstallError, OSError) as error:
            sys.exit(f"error: {error}")
        except KeyboardInterrupt:
            sys.exit(130)
    print(TARGET)


def installed() -> bool:
    """Whether the target folder is there: it only ever appears complete, by a rename."""
    return os.access(TARGET / "pulumi", os.X_OK)


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
        return version_of(cli) >= MINIMUM
    except InstallError:
        return False


def version_of(cli: str | Path) -> tuple[int, ...]:
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


def parse_version(text: str) -> tuple[int, ...]:
    """Read the first dotted version in a text: `v3.259.0`, `3.259.0-dev.1`, `go1.25.11`."""
    match = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    return tuple(int(part or 0) for part in match.groups()) if match else (0, 0, 0)


def install() -> None:
    """Fill a folder beside the target and rename it, under a lock against other checkouts."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with locked(CACHE / "install.lock"):
        if installed():
            return
        partial = TARGET.with_name(TARGET.name + ".partial")
        # Safe under the lock: whoever left these two is dead.
        shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(TARGET, ignore_errors=True)
        partial.mkdir()
        try:
            try:
                download(partial)
            except (OSError, InstallError, EOFError, tarfile.TarError) as error:
                say(f"no official Pulumi release from here ({error}): building it instead")
                shutil.rmtree(partial)
                partial.mkdir()
                build(partial)
            if version_of(partial / "pulumi") != parse_version(VERSION):
                raise InstallError(f"the new Pulumi CLI is not version {VERSION}. {REMEDY}")
            partial.rename(TARGET)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    say(f"Pulumi CLI {VERSION} installed in {TARGET}")


def install_other_hosts() -> None:
    """Build the language hosts that the CLI's folder lacks; an official release brings them all."""
    with locked(CACHE / "install.lock"), tempfile.TemporaryDirectory(dir=CACHE) as folder:
        for host in OTHER_HOSTS:
            name = PurePosixPath(host).name
            if not (TARGET / name).exists():
                require_go()
                build_host(host, Path(folder))
                (Path(folder) / name).rename(TARGET / name)


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


# --- the official release -------------------------------------------------------------------------


def download(folder: Path) -> None:
    """Download, verify and unpack Pulumi's official release."""
    archive = archive_name()
    url = f"{DOWNLOADS}/{archive}"
    within(
        6,
        lambda: urllib.request.urlopen(
            urllib.request.Request(url, method="HEAD"), timeout=3
        ).close(),
    )
    say(f"downloading the Pulumi CLI {VERSION}")
    packed = folder / archive
    digest = hashlib.sha256()
    with urllib.request.urlopen(url, timeout=30) as response, packed.open("wb") as file:
        while block := response.read(1 << 20):
            digest.update(block)
            file.write(block)
    verify(archive, digest.hexdigest())
    with tarfile.open(packed) as tar:
        for member in tar:
            content = tar.extractfile(member)
            if content is not None:
                # Only the last part of the name: an archive cannot write outside the folder.
                program = folder / PurePosixPath(member.name).name
                with program.open("wb") as file:
                    shutil.copyfileobj(content, file)
                program.chmod(0o755)
    packed.unlink()


def archive_name() -> str:
    """Name the release archive for this machine."""
    system = platform.system().lower()
    machine = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}.get(
        platform.machine().lower()
    )
    if system not in ("linux", "darwin") or machine is None:
        raise InstallError(f"none is published for {platform.system()} {platform.machine()}")
    return f"pulumi-v{VERSION}-{system}-{machine}.tar.gz"


def verify(archive: str, digest: str) -> None:
    """Compare with the checksum on the release page, which may be out of reach by itself."""
    try:
        published = within(10, lambda: fetch_text(CHECKSUMS))
    except OSError as error:
        say(f"the published checksum cannot be read ({error}): relying on TLS alone")
        return
    if f"{digest}  {archive}" not in published.splitlines():
        raise InstallError(f"{archive} does not have the published checksum")


def fetch_text(url: str) -> str:
    """Fetch a small text."""
    with urllib.request.urlopen(url, timeout=3) as response:
        return str(response.read().decode())


def within(seconds: float, work: Callable[[], T]) -> T:
    """Limit the whole of some work: a resolver or a list of addresses outlasts any timeout."""
    results: list[T] = []
    errors: list[OSError] = []

    def attempt() -> None:
        try:
            results.append(work())
        except OSError as error:
            errors.append(error)

    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not results:
        raise TimeoutError("no answer in time")
    return results[0]


# --- the build from Go modules --------------------------------------------------------------------


def build(folder: Path) -> None:
    """Build the CLI and its language host, and put the two scripts that belong to them beside."""
    require_go()
    build_host(PYTHON_HOST, folder)
    version = f"-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{VERSION}"
    run_go(
        "building the Pulumi CLI from source (takes 6 to 8 minutes once, then cached)",
        CLI_MODULE,
        *("build", "-mod=readonly", "-trimpath", "-tags", "osusergo,grpcnotrace"),
        *("-ldflags", f"-s -w {version}", "-o", f"{folder}{os.sep}"),
        "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    )
    sdk = Path(
        ask_go("list", "-mod=readonly", "-m", "-f", "{{.Dir}}", "github.com/pulumi/pulumi/sdk/v3")
    )
    for script in ("cmd/pulumi-language-python-exec", "dist/pulumi-resource-pulumi-python"):
        copied = folder / PurePosixPath(script).name
        shutil.copyfile(sdk / "python" / script, copied)
        copied.chmod(0o755)


def build_host(package: str, folder: Path) -> None:
    """Build a language host from its module beside this script."""
    module = HERE / PurePosixPath(package).name.removeprefix("pulumi-")
    run_go(
        f"building Pulumi's {module.name} host (takes about a minute once, then cached)",
        module,
        *("build", "-mod=readonly", "-trimpath", "-ldflags", "-s -w", "-o", f"{folder}{os.sep}"),
        package,
    )


def require_go() -> None:
    """Stop with a remedy where there is no Go that can build the CLI."""
    needed = re.findall(r"^go (\S+)", (CLI_MODULE / "go.mod").read_text(), re.MULTILINE)[0]
    if shutil.which("go") is None:
        raise InstallError(
            f"building the Pulumi CLI needs Go {needed}, and there is no `go` on PATH. {REMEDY}"
        )
    found = ask_go("env", "GOVERSION")
    if parse_version(found) < parse_version(needed):
        raise InstallError(
            f"building the Pulumi CLI needs Go {needed}, and this is {found}. {REMEDY}"
        )


def go_environment() -> dict[str, str]:
    """Keep the user's Go settings, except that a workspace above the checkout must not apply."""
    return os.environ | {"GOWORK": "off"}


def ask_go(*arguments: str) -> str:
    """Run a quick `go` command in the CLI's module and return what it prints."""
    result = subprocess.run(
        ["go", *arguments],
        cwd=CLI_MODULE,
        env=go_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise InstallError(f"`go {arguments[0]}` failed: {result.stderr.strip()}. {REMEDY}")
    return result.stdout.strip()


def run_go(what: str, module: Path, *arguments: str) -> None:
    """Run a long `go` command, showing that it is alive; its output is shown only if it fails."""
    log = CACHE / "build.log"
    started = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["go", *arguments],
            cwd=module,
            env=go_environment(),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            status = wait_showing(process, what, started)
        finally:
            process.terminate()
            process.wait()
    if status != 0:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
        raise InstallError(f"the build failed; the end of {log}:\n{tail}\n{REMEDY}")
    log.unlink()


def wait_showing(process: subprocess.Popen[bytes], what: str, started: float) -> int:
    """Wait for a process, with a line every 20 seconds, rewritten each second on a terminal."""
    terminal = sys.stderr.isatty()
    label, _, remark = what.partition(" (")
    say(what)
    while True:
        try:
            status = process.wait(timeout=1 if terminal else 20)
        except subprocess.TimeoutExpired:
            minutes, seconds = divmod(int(time.monotonic() - started), 60)
            line = f"{label}: {minutes}m{seconds:02}s ({remark}"
            print(
                f"\r\x1b[K{line}" if terminal else line,
                end="" if terminal else "\n",
                file=sys.stderr,
                flush=True,
            )
        else:
            if terminal:
                print("\r\x1b[K", end="", file=sys.stderr, flush=True)
            return status


def say(line: str) -> None:
    """Tell the user, on standard error."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
