"""Programs and packages that Pulumi generates from the schema run with this package's plugin."""

from __future__ import annotations

import compileall
import os
import shutil
import subprocess
import sys
from ast import literal_eval
from importlib.metadata import version
from pathlib import Path

import pytest

import pulumi_bird
from bird_dynamic.emulator import EmulatorServer, PhoneNumber
from tests.engine.programs import NUMBER, foreign
from tests.engine.test_examples import (
    EXAMPLES,
    NODE_MODULES,
    comes_up,
    copied,
    goes,
    host_for,
    tells_of_its_calls,
)
from tests.support.engine import ROOT, Run, Stack
from tools import examples
from tools.pulumi.install import version_of
from tools.pulumi.pins import NEWEST, parse_version

SCHEMA = ROOT / "docs" / "schema.json"

GENERATES = examples.GENERATORS.is_dir() or host_for("dotnet") is not None
"""Whether the CLI generates code: it is a release, or was built with what it needs for that."""

pytestmark = pytest.mark.skipif(not GENERATES, reason="there is no host that generates code")
converts = pytest.mark.skipif(
    not shutil.which("pulumi-converter-yaml"), reason="there is nothing that converts YAML programs"
)


@pytest.fixture
def way() -> str:
    return "plugin"


@pytest.mark.parametrize("kind", ["VoiceChannel", "Connector", "WebhookSubscription"])
def test_a_program_that_an_import_prints_is_that_of_what_was_imported(
    stack: Stack, bird: EmulatorServer, kind: str
) -> None:
    if kind == "WebhookSubscription":
        existing = bird.emulator.add_webhook_subscription(
            service="channels",
            event="voice.inbound",
            url="https://example.com/calls",
            eventFilters=[{"key": "channelId", "value": "11111111-2222-4333-8444-555555555555"}],
        )
    else:
        existing = foreign(bird, arguments={"phoneNumberId": NUMBER, "greeting": "hi"})
    stack.write("")
    token = f"bird:index:{kind}"
    flags = ("--yes", "--stack", stack.name, "--out", "__main__.py")
    run = generate(stack, "import", token, "line", existing["id"], *flags)
    assert run.ok, run.output
    assert "import pulumi_bird as bird" in (stack.folder / "__main__.py").read_text()
    preview = stack.preview("--expect-no-changes")
    assert preview.ok, preview.output


def test_the_schema_is_one_that_pulumi_binds(stack: Stack) -> None:
    checked = generate(stack, "schema", "check", str(SCHEMA))
    assert checked.ok, checked.output


@converts
def test_a_program_that_is_converted_to_python_runs(bird: EmulatorServer, tmp_path: Path) -> None:
    stack = converted("python", bird, tmp_path)
    assert "import pulumi_bird as bird" in (stack.folder / "__main__.py").read_text()
    # Not published: the page on languages tells why it is not installed, and what to write instead.
    requirements = (stack.folder / "requirements.txt").read_text().splitlines()
    assert f"pulumi_bird=={version('bird-dynamic')}" in requirements
    page = (ROOT / "docs" / "languages.md").read_text()
    assert "pulumi convert --from yaml --language python --out phones --generate-only\n" in page
    does_what_the_example_does(stack, bird)


@converts
def test_the_examples_of_the_schema_are_what_is_converted() -> None:
    if version_of("pulumi") != parse_version(NEWEST.version):
        pytest.skip(f"another version of Pulumi than {NEWEST.version} may write them differently")
    assert examples.MODULE.read_text(encoding="utf-8") == examples.text(), "run `make examples`"


@converts
def test_a_python_package_that_is_generated_runs(bird: EmulatorServer, tmp_path: Path) -> None:
    stack = converted("python", bird, tmp_path)
    # Beside the program, and therefore found before this package's module of that name.
    for each in generated_python(stack).iterdir():
        each.rename(stack.folder / each.name)
    does_what_the_example_does(stack, bird)


def test_the_module_has_the_names_of_a_python_package_that_is_generated(stack: Stack) -> None:
    code = """import pulumi_bird, enum
for name, each in vars(pulumi_bird).items():
    if isinstance(each, enum.EnumMeta):
        print(name, {every.name: every.value for every in each})
    elif callable(each) and not name.endswith(("Args", "ArgsDict", "Result")):
        print(name)"""
    listed = python(generated_python(stack), code)
    assert "get_phone_numbers_output" in listed
    for name, _, values in (line.partition(" ") for line in listed):
        ours = getattr(pulumi_bird, name)
        if values:
            members = {key: each for key, each in vars(ours).items() if key[0] != "_"}
            assert members == literal_eval(values)


@converts
@pytest.mark.skipif(
    not (host_for("nodejs") and NODE_MODULES.exists()),
    reason="there is no host for TypeScript programs, or npm could not install its SDK",
)
def test_a_node_package_that_is_generated_compiles_and_runs(
    bird: EmulatorServer, tmp_path: Path
) -> None:
    stack = converted("typescript", bird, tmp_path)
    modules = stack.folder / "node_modules"
    modules.mkdir()
    for each in NODE_MODULES.iterdir():
        (modules / each.name).symlink_to(each)
    generated_node(stack).rename(modules / "pulumi-bird")
    does_what_the_example_does(stack, bird)


@pytest.mark.skipif(not host_for("go"), reason="there is no host for Go programs")
@pytest.mark.skipif(not shutil.which("go"), reason="there is no Go")
def test_go(bird: EmulatorServer, tmp_path: Path) -> None:
    stack = copied("go", bird, tmp_path)
    shutil.copytree(sdk(stack, "go"), stack.folder / "sdks" / "bird")
    # The packages of the CLI's build fit; where nothing can be downloaded, there may be no others.
    flags = {"GOFLAGS": "-trimpath", "GOWORK": "off"}
    stack.environment |= flags
    built = subprocess.run(
        ["go", "build", "-o", "program", "."],
        cwd=stack.folder,
        env=stack.variables(),
        capture_output=True,
        text=True,
        check=False,
    )
    if "dial tcp" in built.stderr or "403 Forbidden" in built.stderr:
        pytest.skip("Go cannot install Pulumi's SDK")
    assert built.returncode == 0, built.stderr
    stack.init()
    comes_up(stack, bird, number=PhoneNumber.made_up(0).number)
    assert tells_of_its_calls(bird)
    goes(stack, bird)


def does_what_the_example_does(stack: Stack, bird: EmulatorServer) -> None:
    stack.init()
    comes_up(stack, bird)
    assert tells_of_its_calls(bird)
    goes(stack, bird)


def converted(language: str, bird: EmulatorServer, tmp_path: Path) -> Stack:
    """A stack of the YAML example, converted to another language."""
    example = tmp_path / "example"
    stack = Stack(tmp_path / "project", bird.url)
    shutil.copytree(EXAMPLES / "yaml", example, ignore=shutil.ignore_patterns(".venv"))
    for folder in (example, stack.folder):
        (folder / ".venv").symlink_to(sys.prefix)
    (stack.folder / "Pulumi.yaml").unlink()
    flags = ("--from", "yaml", "--language", language, "--out", str(stack.folder))
    run = generate(stack, "convert", *flags, "--generate-only", folder=example)
    assert run.ok, run.output
    return stack


def sdk(stack: Stack, language: str) -> Path:
    """The folder of a package that is generated from the schema."""
    out = stack.folder / "sdk"
    flags = ("--language", language, "--out", str(out))
    run = generate(stack, "package", "gen-sdk", str(SCHEMA), *flags)
    assert run.ok, run.output
    return out / language


def generated_python(stack: Stack) -> Path:
    """A folder with the Python package and what pip would write beside it."""
    source = sdk(stack, "python")
    folder = stack.folder / "installed"
    package = folder / "pulumi_bird"
    shutil.copytree(source / "pulumi_bird", package)
    assert compileall.compile_dir(package, quiet=1)
    (folder / "pulumi_bird-1.0.0.dist-info").mkdir()
    metadata = "Metadata-Version: 2.1\nName: pulumi_bird\nVersion: 1.0.0\n"
    (folder / "pulumi_bird-1.0.0.dist-info" / "METADATA").write_text(metadata)
    return folder


def generated_node(stack: Stack) -> Path:
    """A folder with the Node.js package, compiled."""
    source = sdk(stack, "nodejs")
    (source / "node_modules").symlink_to(NODE_MODULES)
    compiled = subprocess.run(
        [NODE_MODULES / ".bin" / "tsc"], cwd=source, capture_output=True, text=True, check=False
    )
    assert compiled.returncode == 0, compiled.stdout
    shutil.copyfile(source / "package.json", source / "bin" / "package.json")
    return source / "bin"


def python(folder: Path, code: str) -> list[str]:
    """What a program prints for which a folder comes first."""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def generate(stack: Stack, *arguments: str, folder: Path | None = None) -> Run:
    """Run a command that generates code, in the stack's folder or another one."""
    command = ["pulumi", *arguments, "--non-interactive", "--color", "never"]
    path = f"{examples.GENERATORS}{os.pathsep}{stack.variables()['PATH']}"
    return stack.finish(command, folder=folder, PATH=path)
