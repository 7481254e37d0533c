"""Every example does what it promises: up, nothing left to do, its promise, destroy."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from bird_dynamic.emulator import WORKSPACE_ID, EmulatorServer, PhoneNumber, Store
from tests.engine.programs import NUMBER, READS, both_ways, foreign, sent, summary
from tests.support.engine import ROOT, Stack


def host_for(language: str) -> str | None:
    """The program that Pulumi runs programs of a language with."""
    return shutil.which(f"pulumi-language-{language}")


EXAMPLES = ROOT / "examples"
LOOKUPS = {"list_long_codes", "list_connectors"}
NODE_MODULES = EXAMPLES / "typescript" / "node_modules"
BY_NUMBER = {each.number: each.id for each in Store.with_numbers().numbers.values()}


def test_every_example_is_run_here() -> None:
    tests = "".join(each.read_text() for each in Path(__file__).parent.glob("test_*.py"))
    examples = {each.name for each in EXAMPLES.iterdir() if any(each.glob("*.*"))}
    assert examples
    assert {each for each in examples if f'"{each}"' not in tests} == set()


def test_every_example_has_a_page() -> None:
    # The quickstart is what the repository's own page is about.
    pages = {each.parent.name for each in EXAMPLES.glob("*/README.md")} | {"quickstart"}
    assert {each.name for each in EXAMPLES.iterdir() if each.is_dir()} == pages


def test_quickstart(bird: EmulatorServer, tmp_path: Path) -> None:
    stack = begun("quickstart", bird, tmp_path)
    comes_up(stack, bird, phoneNumberId=NUMBER)
    assert bird.emulator.webhook_subscriptions() == []
    assert stack.up(*configured({"webhookUrl": "https://example.com/calls"})).ok
    assert tells_of_its_calls(bird)
    goes(stack, bird)


def test_first_call(bird: EmulatorServer, tmp_path: Path) -> None:
    stack = begun("first_call", bird, tmp_path)
    comes_up(stack, bird, number=PhoneNumber.made_up(0).number)

    # As the example's page says it.
    channel_id = stack.run("stack", "output", "channel_id").output.strip()
    said = python("call.py", channel_id, "+31612345678", stack=stack)
    (call,) = bird.emulator.calls()
    assert said.stdout.split() == [call["id"], "accepted"]
    assert (call["channelId"], call["to"]) == (channel_id, "+31612345678")
    assert call["from"] == PhoneNumber.made_up(0).number

    refused = python("call.py", channel_id, "", stack=stack)
    assert refused.returncode == 1
    assert refused.stderr.startswith("Bird answered 422: ")
    goes(stack, bird)


def test_environments(bird: EmulatorServer, tmp_path: Path) -> None:
    with EmulatorServer() as production:
        development = begun("environments", bird, tmp_path, name="dev")
        prod = begun("environments", production, tmp_path, name="prod")
        development.environment["BIRD_WORKSPACE_ID"] = prod.environment["BIRD_WORKSPACE_ID"] = ""
        # Both emulators have the one workspace that there is; only the configuration names it.
        assert development.up().ok
        comes_up(prod, production, **{"bird:workspaceId": WORKSPACE_ID})
        assert numbers_of(bird) == {"+3197010200001"}
        assert numbers_of(production) == {"+12025550101", "+12025550103"}

        goes(development, bird)
        refused = prod.destroy()
        assert not refused.ok
        assert "protected" in refused.output
        assert len(production.emulator.connectors()) == 2


def test_call_center(bird: EmulatorServer, tmp_path: Path) -> None:
    stack = begun("call_center", bird, tmp_path)
    comes_up(stack, bird)

    told = {
        each["url"].removeprefix("https://example.com/calls/"): each["eventFilters"]
        for each in bird.emulator.webhook_subscriptions()
    }
    assert told == {
        team: [{"key": "channelId", "value": channel_id}]
        for team, channel_id in stack.outputs().items()
    }
    goes(stack, bird)


def test_every_number(bird: EmulatorServer, tmp_path: Path) -> None:
    stack = begun("every_number", bird, tmp_path)
    comes_up(stack, bird)
    lines = stack.outputs()
    assert lines.keys() == numbers_of(bird) == {"+442079460001", "+442079460002"}
    filters = [each["eventFilters"] for each in bird.emulator.webhook_subscriptions()]
    assert sorted(filters, key=str) == sorted(
        ([{"key": "channelId", "value": each}] for each in lines.values()), key=str
    )
    late = {"status": "inactive", "issues": ["subscription-is-not-active"]}
    voice = [{"name": "voice", "inbound": late, "outbound": late}]
    number_id = BY_NUMBER["+442079460002"]
    bird.emulator.change("numbers", number_id, endpoint={"capabilities": voice})
    again = stack.preview("--expect-no-changes")
    assert again.ok, again.output
    warning = "cannot be called yet: ['inbound: subscription-is-not-active', 'outbound: "
    assert f"+442079460002 {warning}" in again.output
    assert f"+442079460001 {warning}" not in again.output
    goes(stack, bird)


@both_ways
def test_phone_line(bird: EmulatorServer, tmp_path: Path, way: str) -> None:
    stack = begun("phone_line", bird, tmp_path)
    if way == "plugin":
        # As the example's page says it.
        stack.way = way
        stack.write((stack.folder / "__main__.py").read_text())
        with (stack.folder / "Pulumi.yaml").open("a") as project:
            project.write("plugins: {providers: [{name: bird, path: .venv/bin}]}\n")
    stack.config("signingKey", "canary-signing-key", secret=True)
    comes_up(stack, bird, number="+3197010200001", url="https://example.com/calls")

    outputs = stack.outputs()
    assert outputs["phone_number"] == "+3197010200001"
    hooks = {each["event"]: each for each in bird.emulator.webhook_subscriptions()}
    assert hooks["voice.inbound"]["id"] == outputs["inbound_webhook"]
    assert hooks["voice.outbound"]["id"] == outputs["outbound_webhook"]
    for each in hooks.values():
        assert each["eventFilters"] == [{"key": "channelId", "value": outputs["channel_id"]}]
    assert "canary" not in stack.export()
    goes(stack, bird)


def test_adopt_existing(bird: EmulatorServer, tmp_path: Path) -> None:
    for name, number in (("Support", "+3197010200001"), ("Sales", "+12025550101")):
        foreign(bird, name=name, arguments={"phoneNumberId": BY_NUMBER[number]})
    before = {each["id"] for each in bird.emulator.connectors()}
    stack = begun("adopt_existing", bird, tmp_path)

    assert summary(stack.up()) == {"+ 3 created"}
    assert set(sent(bird)) <= READS | LOOKUPS
    assert {each["id"] for each in stack.resources()} == before
    assert stack.preview("--expect-no-changes").ok

    program = stack.folder / "__main__.py"
    text = program.read_text()
    assert "        adopt=existing.get(name),\n" in text
    program.write_text(text.replace("        adopt=existing.get(name),\n", ""))
    assert stack.preview("--expect-no-changes").ok
    assert {each["id"] for each in bird.emulator.connectors()} == before
    assert set(sent(bird)) <= READS | LOOKUPS
    goes(stack, bird)


@pytest.mark.skipif(not host_for("yaml"), reason="there is no host for YAML programs")
def test_yaml(bird: EmulatorServer, tmp_path: Path) -> None:
    stack = begun("yaml", bird, tmp_path)
    comes_up(stack, bird)
    assert tells_of_its_calls(bird)
    goes(stack, bird)


@pytest.mark.skipif(
    not (host_for("nodejs") and NODE_MODULES.exists()),
    reason="there is no host for TypeScript programs, or npm could not install its SDK",
)
def test_typescript(bird: EmulatorServer, tmp_path: Path) -> None:
    stack = begun("typescript", bird, tmp_path)
    (stack.folder / "node_modules").symlink_to(NODE_MODULES)
    comes_up(stack, bird, number=PhoneNumber.made_up(0).number)
    assert tells_of_its_calls(bird)
    goes(stack, bird)


def test_automation(bird: EmulatorServer, tmp_path: Path) -> None:
    stack = copied("automation", bird, tmp_path)
    stack.environment["BIRD_WORKSPACE_ID"] = ""
    states = ("acme", "--state", str(tmp_path / "all customers"))
    line = ("--workspace", WORKSPACE_ID, "--number", PhoneNumber.made_up(0).number)

    opened = python("shop.py", "open", *states, *line, stack=stack)
    (connector,) = bird.emulator.connectors()
    assert opened.stdout.strip() == connector["channel"]["channelId"], opened.stderr

    closed = python("shop.py", "close", *states, stack=stack)
    assert closed.returncode == 0, closed.stderr
    assert bird.emulator.connectors() == []


def test_unit_tested(bird: EmulatorServer, tmp_path: Path) -> None:
    stack = copied("unit_tested", bird, tmp_path)
    stack.environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    done = run_tests(stack, "-p", "bird_dynamic.pytest_plugin")
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout


def test_answering_calls(bird: EmulatorServer, tmp_path: Path) -> None:
    stack = copied("answering_calls", bird, tmp_path)
    stack.environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    done = run_tests(stack, "--show-capture=no", timeout=400)
    assert done.returncode == 0, done.stdout
    assert "6 passed" in done.stdout


def test_the_handler_of_answering_calls_does_not_start_without_its_settings(
    bird: EmulatorServer, tmp_path: Path
) -> None:
    stack = copied("answering_calls", bird, tmp_path)
    for variables, missing in (
        ({"CALLS_URL": "https://example.com/calls", "CALLS_SIGNING_KEYS": " "}, "SIGNING_KEYS"),
        ({"CALLS_URL": "", "CALLS_SIGNING_KEYS": "key"}, "URL"),
    ):
        stack.environment |= variables
        refused = python("-c", "import handler; handler.create_app()", stack=stack)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert refused.stderr.startswith(f"set CALLS_{missing}: ")


def tells_of_its_calls(bird: EmulatorServer) -> bool:
    """Whether the one webhook is for the one channel."""
    (connector,) = bird.emulator.connectors()
    (subscription,) = bird.emulator.webhook_subscriptions()
    filters = [{"key": "channelId", "value": connector["channel"]["channelId"]}]
    return bool(subscription["eventFilters"] == filters)


def comes_up(stack: Stack, bird: EmulatorServer, **configuration: str) -> None:
    """Each connector is created once, a channel id is an output, and there is nothing left to
    do."""
    assert stack.up(*configured(configuration)).ok
    connectors = bird.emulator.connectors()
    assert connectors
    assert sent(bird).count("create_connector") == len(connectors)
    channels = {each["channel"]["channelId"] for each in connectors}
    assert channels & set(map(str, stack.outputs().values()))

    assert stack.preview("--expect-no-changes").ok
    assert set(sent(bird)) <= LOOKUPS


def configured(configuration: Mapping[str, str]) -> list[str]:
    """Flags that configure a stack for good: a command less for each than `config set`."""
    return [f"--config={key}={value}" for key, value in configuration.items()]


def goes(stack: Stack, bird: EmulatorServer) -> None:
    """Nothing is left, neither in Bird nor in the state."""
    assert stack.destroy().ok
    assert bird.emulator.connectors() == bird.emulator.webhook_subscriptions() == []
    assert stack.resources() == []


def numbers_of(bird: EmulatorServer) -> set[str]:
    """The phone numbers that have connectors."""
    ids = {each["arguments"]["phoneNumberId"] for each in bird.emulator.connectors()}
    return {number for number, number_id in BY_NUMBER.items() if number_id in ids}


def begun(example: str, bird: EmulatorServer, tmp_path: Path, name: str = "test") -> Stack:
    """A new stack of an example."""
    stack = copied(example, bird, tmp_path, name)
    stack.init()
    return stack


def copied(example: str, bird: EmulatorServer, tmp_path: Path, name: str = "test") -> Stack:
    """A copy of an example's project, its own or else the repository's, so that the tree is not
    written to."""
    inside = EXAMPLES / example
    within = inside if example != "quickstart" else ROOT
    folder = tmp_path / "copy"
    stack = Stack(folder, bird.url, name)
    ignored = shutil.ignore_patterns("__pycache__", "Pulumi.test.yaml", "node_modules", ".venv")
    target = folder / inside.relative_to(within)
    shutil.copytree(inside, target, ignore=ignored, dirs_exist_ok=True)
    if within == ROOT:
        shutil.copyfile(ROOT / "Pulumi.yaml", folder / "Pulumi.yaml")
        assert f"main: examples/{example}\n" in (folder / "Pulumi.yaml").read_text()
    virtual_environment = folder / ".venv"  # As `plugins:` names it.
    if not virtual_environment.exists():
        virtual_environment.symlink_to(sys.prefix)
    return stack


def run_tests(
    stack: Stack, *arguments: str, timeout: float = 110
) -> subprocess.CompletedProcess[str]:
    """Run the tests of an example."""
    # Without a folder of its own, pytest ends by deleting what earlier sessions left on this
    # machine, which can take minutes.
    own = f"--basetemp={stack.folder / 'temporary'}"
    options = ("-q", "-W", "error", own, *arguments)
    return python("-m", "pytest", *options, stack=stack, timeout=timeout)


def python(*arguments: str, stack: Stack, timeout: float = 110) -> subprocess.CompletedProcess[str]:
    """Run Python where the example is, as a user would who has its settings."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=stack.folder,
        env=stack.variables(),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
