"""`bird_dynamic.testing`: the emulator in the tests that users write of their own stacks."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import requests

import bird_dynamic
from bird_dynamic.emulator import Dialect, Fault
from bird_dynamic.testing import EmulatedBird, bird
from tests.emulator.caller import VOICE

__all__ = ["bird"]

USERS_TESTS = """
from bird_dynamic.testing import EmulatedBird
{get_fixture}

def test_the_first_adds_a_connector(bird: EmulatedBird):
    bird.emulator.add_connector()
    assert len(bird.connectors()) == 1

def test_the_second_sees_none_of_it(bird):
    assert bird.connectors() == []
"""

OTHER_DIALECT = """
import pytest
from bird_dynamic.emulator import Dialect
{get_fixture}

@pytest.fixture
def bird_dialect():
    return Dialect(gone="410")

def test_it_answers_as_chosen(bird):
    assert bird.emulator.dialect.differences == {{"gone": "410"}}

def test_and_so_does_the_next(bird):
    assert bird.emulator.dialect.gone == "410"
"""


def ask(bird: EmulatedBird, method: str, path: str, body: object = None) -> requests.Response:
    """Ask as a stack would that has the environment and nothing else."""
    set_to = bird.environment
    url = f"{set_to['BIRD_API_URL']}/workspaces/{set_to['BIRD_WORKSPACE_ID']}/{path}"
    key = {"Authorization": f"AccessKey {set_to['BIRD_ACCESS_KEY']}"}
    return requests.request(method, url, json=body, headers=key, timeout=30)


def test_the_environment_is_all_that_a_stack_needs(bird: EmulatedBird) -> None:
    arguments = {"phoneNumberId": bird.phone_number_ids[0]}
    body = {"connectorTemplateRef": VOICE, "name": "support", "arguments": arguments}
    made = ask(bird, "POST", "connectors", body)
    assert made.ok
    (connector,) = bird.connectors()
    channel_id = ask(bird, "GET", f"connectors/{connector['id']}").json()["channel"]["channelId"]
    started = ask(bird, "POST", f"channels/{channel_id}/calls", {"to": "+3197010299999"})
    assert [each["id"] for each in bird.calls()] == [started.json()["id"]]
    organization = bird.environment["BIRD_ORGANIZATION_ID"]
    assert bird.emulator.add_webhook_subscription()["organizationId"] == organization
    assert len(bird.webhook_subscriptions()) == 1


def test_the_phone_numbers_are_at_hand(bird: EmulatedBird) -> None:
    assert len(bird.phone_numbers) > len(bird.phone_number_ids) > 5
    for each in bird.phone_numbers:
        assert (each.id in bird.phone_number_ids) == ("voice" in each.capabilities)


def test_it_can_be_told_to_misbehave(bird: EmulatedBird) -> None:
    bird.emulator.faults = (Fault("status", status=503),)
    assert ask(bird, "GET", "connectors").status_code == 503
    assert ask(bird, "GET", "connectors").ok


@pytest.mark.usefixtures("any_dialect")
def test_it_can_be_told_to_answer_otherwise() -> None:
    with EmulatedBird(dialect=Dialect(gone="410")) as other:
        assert ask(other, "GET", "nothing").status_code == 410


def test_it_answers_by_default_as_the_documentation_says(bird: EmulatedBird) -> None:
    assert bird.emulator.dialect == Dialect()


def test_it_ends_with_its_block() -> None:
    with EmulatedBird() as short_lived:
        assert ask(short_lived, "GET", "connectors").ok
    with pytest.raises(requests.ConnectionError):
        ask(short_lived, "GET", "connectors")


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs pytest on a test module in a folder of its own."""

    def run(written: str, plugins: bool = True) -> subprocess.CompletedProcess[str]:
        (tmp_path / "test_mine.py").write_text(written)
        # Only the plugins that are asked for, because others of this environment load slowly.
        chosen = ["-p", "bird_dynamic.pytest_plugin"] if plugins else []
        command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"]
        return subprocess.run(
            [*command, f"--basetemp={tmp_path / 'temporary'}", *chosen],
            cwd=tmp_path,
            env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.mark.parametrize(
    ("get_fixture", "plugins"),
    [
        ("", True),
        ("pytest_plugins = ['bird_dynamic.testing']", True),
        ("pytest_plugins = ['bird_dynamic.testing']", False),
        ("from bird_dynamic.testing import bird", True),
        ("from bird_dynamic.testing import bird", False),
    ],
)
@pytest.mark.parametrize("written", [USERS_TESTS, OTHER_DIALECT], ids=["default", "dialect"])
def test_each_test_of_a_user_has_its_own(
    project: Any, get_fixture: str, plugins: bool, written: str
) -> None:
    done = project(written.format(get_fixture=get_fixture), plugins=plugins)
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout


OWN_FIXTURE = """
import pytest

@pytest.fixture
def bird():
    return "a sparrow"

def test_it_is_used(bird):
    assert bird == "a sparrow"
"""


def test_a_fixture_of_the_users_own_is_used_instead(project: Any) -> None:
    done = project(OWN_FIXTURE)
    assert done.returncode == 0, done.stdout


WHAT_IS_IMPORTED = """
import sys

def test_nothing_of_it_is_used():
    loaded = {each for each in sys.modules if each.startswith("bird_dynamic.")}
    assert loaded == {"bird_dynamic.pytest_plugin"}
    assert not {"pulumi", "requests", "grpc", "http.server"} & set(sys.modules)
"""


def test_nothing_is_imported_before_a_test_uses_the_fixture(project: Any) -> None:
    done = project(WHAT_IS_IMPORTED)
    assert done.returncode == 0, done.stdout


def test_pytest_finds_the_plugin_by_itself() -> None:
    (entry,) = [
        each for each in entry_points(group="pytest11") if each.value.startswith("bird_dynamic")
    ]
    assert (entry.name, entry.value) == ("bird_dynamic", "bird_dynamic.pytest_plugin")
    assert entry.load().bird


def test_a_program_that_has_imported_the_package_can_run_pytest() -> None:
    # What pytest looks for in the packages of its plugins that it can no longer rewrite.
    assert "PYTEST_DONT_REWRITE" in (bird_dynamic.__doc__ or "")


def test_only_the_fixture_needs_pytest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pytest", None)
    monkeypatch.delitem(sys.modules, "bird_dynamic.pytest_plugin", raising=False)
    alone = executed_anew("bird_dynamic.testing")
    with alone.EmulatedBird() as running:
        assert running.connectors() == []
    with pytest.raises(ImportError, match="the fixture `bird` needs pytest"):
        _ = alone.bird
    with pytest.raises(AttributeError, match="no attribute 'birds'"):
        _ = alone.birds


def executed_anew(name: str) -> ModuleType:
    """The module, as if it had not been imported before."""
    spec = find_spec(name)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
