"""Build the Pulumi CLI and language hosts from Go modules, pinned by the `go.sum` files here."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path, PurePosixPath

from tools.pulumi.console import REMEDY, InstallError, say, wait_showing
from tools.pulumi.pins import CACHE, HERE, Pin, parse_version, required

PYTHON_HOST = "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python"
OTHER_HOSTS = (
    ("language-yaml", "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml"),
    ("language-yaml", "github.com/pulumi/pulumi-yaml/cmd/pulumi-converter-yaml"),
    ("language-nodejs", "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs"),
    ("language-go", "github.com/pulumi/pulumi/sdk/v3/go/pulumi-language-go"),
)
"""The folder of a module beside this script, and a Go package, named as its program is."""
GENERATED = ("go", "nodejs", "python")
"""The languages that the program of `generators` writes."""
PATIENCE = 180.0
"""Seconds that `go` has for a quick command: the first one may download a newer Go."""


def build(pin: Pin, folder: Path) -> None:
    """Build the CLI and its language host, and put the two scripts that belong to them beside."""
    require_go(pin.module)
    build_host("language-python", PYTHON_HOST, folder)
    version = f"-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{pin.version}"
    run_go(
        f"building the Pulumi CLI {pin.version} from source "
        "(takes 6 to 8 minutes once, then cached)",
        pin.module,
        *("build", "-mod=readonly", "-trimpath", "-tags", "osusergo,grpcnotrace"),
        *("-ldflags", f"-s -w {version}", "-o", f"{folder}{os.sep}"),
        "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    )
    sdk = ("list", "-mod=readonly", "-m", "-f", "{{.Dir}}", "github.com/pulumi/pulumi/sdk/v3")
    python = Path(ask_go(pin.module, *sdk)) / "python"
    for script in ("cmd/pulumi-language-python-exec", "dist/pulumi-resource-pulumi-python"):
        copied = folder / PurePosixPath(script).name
        shutil.copyfile(python / script, copied)
        copied.chmod(0o755)


def build_generators(folder: Path) -> None:
    """Build a host that generates code, under the names of the hosts that run programs.

    Those that can be built are too old to generate code.
    """
    build_host("generators", ".", folder)
    for language in GENERATED:
        (folder / f"pulumi-language-{language}").symlink_to("generators")


def build_host(name: str, package: str, folder: Path) -> None:
    """Build a program from a module beside this script."""
    module = HERE / name
    require_go(module)
    run_go(
        f"building Pulumi's {PurePosixPath(package).name or name} "
        "(takes about a minute once, then cached)",
        module,
        *("build", "-mod=readonly", "-trimpath", "-ldflags", "-s -w", "-o", f"{folder}{os.sep}"),
        package,
    )


def require_go(module: Path) -> None:
    """Raises InstallError, with a remedy, where there is no Go that can build a module.

    A Go since 1.21 downloads the newer one that a module requires, unless GOTOOLCHAIN forbids it.
    """
    needed = required(module, r"go (\S+)")
    remedy = f"Install Go {needed} or newer (https://go.dev/dl/). Or: {REMEDY}"
    if shutil.which("go") is None:
        raise InstallError(
            f"building the Pulumi CLI needs Go {needed}, and there is no `go` on PATH. {remedy}"
        )
    found = ask_go(module, "env", "GOVERSION", GOTOOLCHAIN="local")
    if parse_version(found) >= parse_version(needed):
        return
    older = f"building the Pulumi CLI needs Go {needed}, and this is {found}"
    say(f"{older}: asking it for the newer one")
    try:
        downloaded = ask_go(module, "env", "GOVERSION")
    except InstallError as error:
        raise InstallError(f"{older} ({error}). {remedy}") from error
    if parse_version(downloaded) < parse_version(needed):
        raise InstallError(f"{older}. {remedy}")


def go_environment() -> dict[str, str]:
    """Keep the user's Go settings, except that a workspace above the checkout must not apply."""
    return os.environ | {"GOWORK": "off"}


def ask_go(module: Path, *arguments: str, **environment: str) -> str:
    """Run a quick `go` command in a module and return what it prints."""
    try:
        result = subprocess.run(
            ["go", *arguments],
            cwd=module,
            env=go_environment() | environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise InstallError(f"`go {arguments[0]}` does not end") from error
    if result.returncode != 0:
        raise InstallError(f"`go {arguments[0]}` failed: {result.stderr.strip()}")
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
