"""Programs in three languages get everything from what `make dist` builds, by the commands of their
ecosystems: `pip install`, `pulumi plugin install`, `pulumi package add`, `pulumi install`.

What was built is served on this machine, where the plugin's schema says that it is. Each program is
in a folder of its own, and nothing of this checkout is on its PATH.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tarfile
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from bird_dynamic._version import package_version
from bird_dynamic.emulator import EmulatorServer, PhoneNumber
from tests.engine.programs import NUMBER
from tests.engine.test_examples import EXAMPLES, NODE_MODULES, comes_up, goes, host_for
from tests.support.engine import ROOT, Run, Stack
from tests.support.language_hosts import runs_plugins
from tests.support.locks import constraints
from tests.support.publication import Publication

VERSION = package_version()


def cli_version() -> tuple[int, ...]:
    """That of the CLI on PATH, if there is one."""
    cli = shutil.which("pulumi")
    said = subprocess.run([cli, "version"], capture_output=True, text=True).stdout if cli else ""
    return tuple(map(int, re.findall(r"\d+", said)[:2]))


NO_HOST = "there is no host for {} programs"
OLD_HOST = "the host for {} programs is too old: it runs no plugins and adds no packages"
runs_source = pytest.mark.skipif(not runs_plugins("python"), reason=OLD_HOST.format("Python"))
NUMBER_OF_TYPESCRIPT = PhoneNumber.made_up(0).number


@pytest.fixture
def served(publication: Publication) -> Iterator[Publication]:
    """All that is published, at its address."""
    with publication.served():
        yield publication


@pytest.fixture
def elsewhere(bird: EmulatorServer, tmp_path: Path) -> Stack:
    """A stack in an empty folder, with Pulumi alone on PATH: no Python, no shell."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for each in pulumi_programs():
        (programs / each.name).symlink_to(each)
    stack = Stack(tmp_path / "project", bird.url)
    (stack.folder / "Pulumi.yaml").unlink()
    stack.environment |= {
        "PATH": str(programs),
        "PYTHONPATH": "",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "false",
    }
    return stack


def pulumi_programs() -> list[Path]:
    """Pulumi's own programs that are on PATH, with those that they find beside themselves."""
    hosts = [f"pulumi-language-{each}" for each in ("python", "nodejs", "yaml")]
    found = [Path(each) for name in ("pulumi", *hosts) if (each := shutil.which(name))]
    beside = [each for program in found for each in program.parent.glob("pulumi-language-*-exec")]
    return [*found, *{each.name: each for each in beside}.values()]


def pulumi(stack: Stack, *arguments: str, folder: Path | None = None) -> Run:
    """A command that is not about a stack."""
    variables = stack.variables()
    done = subprocess.run(
        [str(shutil.which("pulumi", path=variables["PATH"])), *arguments, "--non-interactive"],
        cwd=folder or stack.folder,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )
    return Run(done.returncode, done.stdout)


def install(stack: Stack, *arguments: str) -> Run:
    return pulumi(stack, "plugin", "install", "resource", "bird", VERSION, *arguments)


def installed(stack: Stack) -> list[str]:
    """The plugins that Pulumi has."""
    listed = pulumi(stack, "plugin", "ls", "--json")
    assert listed.ok, listed.output
    return [each["name"] for each in json.loads(listed.output)]


def test_the_plugin_is_installed_from_a_server_and_from_a_file(
    elsewhere: Stack, served: Publication
) -> None:
    assert install(elsewhere, "--server", served.url).ok
    assert installed(elsewhere) == ["bird"]

    schema = pulumi(elsewhere, "package", "get-schema", "bird")
    described = json.loads(schema.output)
    assert (described["version"], described["pluginDownloadURL"]) == (VERSION, served.url)

    assert pulumi(elsewhere, "plugin", "rm", "resource", "bird", "--yes").ok
    assert install(elsewhere, "--file", str(served.executable)).ok
    assert installed(elsewhere) == ["bird"]


@pytest.mark.skipif(
    cli_version() < (3, 274), reason="this CLI refuses any archive whose length a server states"
)
def test_an_archive_with_another_checksum_is_refused(elsewhere: Stack, served: Publication) -> None:
    checksum = ("--server", served.url, "--checksum")
    refused = install(elsewhere, *checksum, "0" * 64)
    assert not refused.ok
    assert "invalid checksum" in refused.output
    assert install(elsewhere, *checksum, served.checksums()[served.executable.name]).ok


def test_an_automation_program_installs_the_plugin(elsewhere: Stack, served: Publication) -> None:
    (block,) = (
        each.partition("```")[0]
        for each in (ROOT / "docs" / "guides" / "installing.md")
        .read_text()
        .split("```python\n")[1:]
    )
    assert '"https://example.com/plugin"' in block
    program = block.replace("https://example.com/plugin", served.url).replace(
        '"0.1.0"', f'"{VERSION}"'
    )
    done = subprocess.run(
        [shutil.which("python3") or "python3", "-c", program],
        cwd=elsewhere.folder,
        env={**elsewhere.variables(), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert installed(elsewhere) == ["bird"]


@pytest.mark.skipif(not host_for("yaml"), reason=NO_HOST.format("YAML"))
def test_a_yaml_program_gets_the_plugin_by_itself_and_needs_no_python(
    elsewhere: Stack, served: Publication, bird: EmulatorServer
) -> None:
    # As Pulumi's Kubernetes operator writes the `program` of a `Program`: one file, nothing beside.
    options = f"{{version: {VERSION}, pluginDownloadURL: {served.url}}}"
    (elsewhere.folder / "Pulumi.yaml").write_text(f"""\
name: phones
runtime: yaml
resources:
  support:
    type: bird:VoiceChannel
    properties: {{phoneNumberId: {NUMBER}}}
    options: {options}
outputs:
  channelId: ${{support.channelId}}
""")
    elsewhere.init()
    comes_up(elsewhere, bird)
    assert installed(elsewhere) == ["bird"]
    goes(elsewhere, bird)


def test_a_python_program_has_the_wheel_alone(
    elsewhere: Stack, served: Publication, bird: EmulatorServer
) -> None:
    environment = elsewhere.folder / "venv"
    venv.create(environment, with_pip=True)
    options = ("-c", str(constraints(elsewhere.folder)), "--find-links", served.url)
    subprocess.run(
        [environment / "bin" / "pip", "install", "--quiet", *options, "bird-dynamic"],
        cwd=elsewhere.folder,
        check=True,
        capture_output=True,
    )
    (elsewhere.folder / "Pulumi.yaml").write_text(
        "name: phones\nruntime: {name: python, options: {toolchain: pip, virtualenv: venv}}\n"
    )
    program = (
        "import pulumi\nfrom bird_dynamic import VoiceChannel\n"
        f"support = VoiceChannel('support', phone_number_id='{NUMBER}')\n"
        "pulumi.export('channel_id', support.channel_id)\n"
    )
    elsewhere.environment["PATH"] = os.pathsep.join(
        [str(environment / "bin"), elsewhere.variables()["PATH"], "/usr/bin", "/bin"]
    )
    elsewhere.write(program)
    elsewhere.init()
    comes_up(elsewhere, bird)
    # The wheel has the plugin, too.
    elsewhere.write(program.replace("from bird_dynamic", "from bird_dynamic.native"))
    assert elsewhere.up().ok
    assert {each["type"] for each in elsewhere.resources()} == {"bird:index:VoiceChannel"}
    goes(elsewhere, bird)


@pytest.fixture
def typescript(elsewhere: Stack) -> Stack:
    """A TypeScript project without this package, and the programs that Node.js needs."""
    node = shutil.which("node")
    if not (node and host_for("nodejs") and NODE_MODULES.exists()):
        pytest.skip(NO_HOST.format("TypeScript"))
    folders = [elsewhere.variables()["PATH"], str(Path(node).parent), "/usr/bin", "/bin"]
    elsewhere.environment["PATH"] = os.pathsep.join(folders)
    for name in ("package.json", "package-lock.json", "tsconfig.json", "index.ts"):
        shutil.copyfile(EXAMPLES / "typescript" / name, elsewhere.folder / name)
    (elsewhere.folder / "Pulumi.yaml").write_text("name: phones\nruntime: nodejs\n")
    return elsewhere


def test_a_typescript_program_runs_with_an_installed_plugin(
    typescript: Stack, served: Publication, bird: EmulatorServer
) -> None:
    shutil.copy(EXAMPLES / "typescript" / "bird.ts", typescript.folder)
    (typescript.folder / "node_modules").symlink_to(NODE_MODULES)
    assert install(typescript, "--server", served.url).ok
    typescript.init()
    comes_up(typescript, bird, number=NUMBER_OF_TYPESCRIPT)
    goes(typescript, bird)


@pytest.mark.skipif(not runs_plugins("nodejs"), reason=OLD_HOST.format("TypeScript"))
def test_a_typescript_program_adds_the_package_and_a_fresh_copy_installs_it(
    typescript: Stack, served: Publication, bird: EmulatorServer
) -> None:
    added = pulumi(typescript, "package", "add", f"bird@{VERSION}", "--server", served.url)
    assert added.ok, added.output
    runs_in_a_fresh_copy(typescript, bird)


@runs_source
@pytest.mark.skipif(not runs_plugins("nodejs"), reason=OLD_HOST.format("TypeScript"))
def test_a_typescript_program_has_the_source_plugin_beside_it_and_a_fresh_copy_installs_it(
    typescript: Stack, publication: Publication, bird: EmulatorServer
) -> None:
    with tarfile.open(publication.source) as packed:
        packed.extractall(typescript.folder / "bird-plugin", filter="data")
    added = pulumi(typescript, "package", "add", "./bird-plugin")
    assert added.ok, added.output
    runs_in_a_fresh_copy(typescript, bird)


@runs_source
def test_the_source_plugin_makes_its_own_environment(
    elsewhere: Stack, publication: Publication
) -> None:
    elsewhere.environment["PATH"] += os.pathsep + "/usr/bin:/bin"
    done = install(elsewhere, "--file", str(publication.source))
    assert done.ok, done.output
    schema = pulumi(elsewhere, "package", "get-schema", "bird")
    # A warning may precede it.
    assert json.loads(schema.output[schema.output.index("{") :])["version"] == VERSION


def runs_in_a_fresh_copy(stack: Stack, bird: EmulatorServer) -> None:
    """Whoever gets the project from its repository has what is not ignored there, and runs
    `pulumi install`."""
    copy = stack.folder.with_name("copy")
    made = shutil.ignore_patterns("node_modules", ".venv", "sdks", "home", "state")
    shutil.copytree(stack.folder, copy, ignore=made)
    fresh = Stack(copy, stack.bird_url, environment=dict(stack.environment))
    shutil.copyfile(stack.folder / "Pulumi.yaml", copy / "Pulumi.yaml")
    program = copy / "index.ts"
    text = program.read_text().replace("getPhoneNumber", "getPhoneNumberOutput")
    assert 'from "./bird";' in text
    program.write_text(text.replace("./bird", "pulumi-bird"))
    done = pulumi(fresh, "install")
    assert done.ok, done.output
    fresh.init()
    comes_up(fresh, bird, number=NUMBER_OF_TYPESCRIPT)
    goes(fresh, bird)
