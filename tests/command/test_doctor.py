"""`bird-dynamic doctor`: what works, what is missing, and its exit status."""

from __future__ import annotations

import pytest

from bird_dynamic.bird.models import Request, Response
from bird_dynamic.command.__main__ import main
from bird_dynamic.command.doctor import examined
from bird_dynamic.emulator import ACCESS_KEY, WORKSPACE_ID, EmulatorServer, Fault
from bird_dynamic.emulator.operations import connectors
from bird_dynamic.lifecycle.session import Account
from bird_dynamic.settings import Settings

CHANGES = ("create_connector", "delete_connector", "set_conversational")


def report(capsys: pytest.CaptureFixture[str], *flags: str) -> tuple[int, dict[str, str]]:
    """The exit status, and what was said of each question."""
    status = main(["doctor", *flags])
    lines = capsys.readouterr().out.splitlines()
    return status, {line[9:37].strip(): line[:9].strip() + " " + line[37:] for line in lines}


def test_a_good_key_is_told_so_and_nothing_is_changed(
    bird: EmulatorServer, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said = report(capsys)
    assert status == 0
    assert said["see phone numbers"] == "ok 12, 11 of them with voice"
    assert all(line.startswith("ok") for line in said.values())
    assert {each["method"] for each in bird.emulator.journal} == {"GET"}


def test_whether_writing_is_allowed_is_asked_with_what_bird_must_refuse(
    bird: EmulatorServer, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said = report(capsys, "--writes")
    assert status == 0
    assert said["create connectors"] == said["delete connectors"] == "ok allowed"
    assert said["switch conversations"] == "ok allowed"
    assert bird.emulator.connectors() == []
    assert {each["operation"] for each in bird.emulator.journal} >= set(CHANGES)


@pytest.mark.usefixtures("bird_differs")
def test_a_nameless_connector_that_bird_accepts_goes_at_once(
    bird: EmulatorServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connectors, "problems_of_connector", lambda *_: {})
    accepted = {"name": "accepted", "connectorTemplateRef": "line:1"}
    monkeypatch.setattr(connectors, "body_of", lambda request: accepted)
    assert report(capsys, "--writes")[0] == 0
    assert bird.emulator.connectors() == []


@pytest.mark.parametrize(
    ("operation", "what", "role"),
    [
        ("list_channels", "see channels", "View on /workspaces/*/channels/**"),
        ("list_long_codes", "see phone numbers", "View on /workspaces/*/numbers-long-code"),
        (
            "list_webhook_subscriptions",
            "see webhook subscriptions",
            "/workspaces/*/webhook-subscriptions",
        ),
        ("create_connector", "create connectors", "Create on /workspaces/*/connectors"),
        ("delete_connector", "delete connectors", "Delete on /workspaces/*/connectors/*"),
        ("set_conversational", "switch conversations", "View and Update on"),
    ],
)
def test_a_missing_role_is_named(
    bird: EmulatorServer,
    capsys: pytest.CaptureFixture[str],
    operation: str,
    what: str,
    role: str,
) -> None:
    bird.emulator.faults = (Fault("status", operation=operation, status=403, times=None),)
    status, said = report(capsys, "--writes")
    assert status == 1
    assert [name for name, line in said.items() if line.startswith("MISSING")] == [what]
    assert role in said[what]


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault("status", status=401, times=None), "Check bird:accessKey (or BIRD_ACCESS_KEY)"),
        (Fault("status", status=404, times=None), "Check bird:workspaceId"),
    ],
)
def test_a_key_or_workspace_that_is_refused_ends_the_questions(
    bird: EmulatorServer, capsys: pytest.CaptureFixture[str], fault: Fault, says: str
) -> None:
    bird.emulator.faults = (fault,)
    status, said = report(capsys)
    assert (status, list(said)) == (1, ["see connectors"])
    assert says in said["see connectors"]
    assert ACCESS_KEY not in str(said)


def test_without_an_organization_webhooks_are_asked_for_in_the_workspace(
    bird: EmulatorServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BIRD_ORGANIZATION_ID")
    status, said = report(capsys)
    assert status == 0
    assert "on the first page" in said["see webhook subscriptions"]
    paths = [each["path"] for each in bird.emulator.journal]
    assert f"/workspaces/{WORKSPACE_ID}/webhook-subscriptions" in paths


def test_settings_that_cannot_work_send_nothing(
    bird: EmulatorServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIRD_ACCESS_KEY", "bk_eu_canary")
    monkeypatch.delenv("BIRD_WORKSPACE_ID")
    assert main(["doctor"]) == 2
    said = capsys.readouterr().err
    assert "bird:accessKey (or BIRD_ACCESS_KEY): a key that starts with bk_" in said
    assert "bird:workspaceId (or BIRD_WORKSPACE_ID): is not set." in said
    assert "canary" not in said
    assert list(bird.emulator.journal) == []


def test_what_a_write_may_have_left_behind_is_told(
    bird: EmulatorServer, capsys: pytest.CaptureFixture[str]
) -> None:
    bird.emulator.faults = (Fault("reset", operation="create_connector", times=None),)
    status, said = report(capsys, "--writes")
    assert status == 1
    assert (
        "If app.bird.com shows a connector without a name, delete it" in said["create connectors"]
    )


@pytest.mark.usefixtures("bird_differs")
def test_a_connector_that_cannot_be_deleted_again_is_named(
    bird: EmulatorServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connectors, "problems_of_connector", lambda *_: {})
    accepted = {"name": "accepted", "connectorTemplateRef": "line:1"}
    monkeypatch.setattr(connectors, "body_of", lambda request: accepted)
    bird.emulator.faults = (Fault("status", "delete_connector", status=403, times=None),)
    status, said = report(capsys, "--writes")
    (left,) = bird.emulator.connectors()
    assert status == 1
    assert f"Bird created the connector {left['id']}" in said["create connectors"]


def test_birds_own_words_show_no_access_key() -> None:
    class Telling:
        def send(self, request: Request, timeout: float) -> Response:
            return Response(401, {}, {"code": "U", "message": f"{ACCESS_KEY} is not valid"})

    account = Account(Settings(ACCESS_KEY, WORKSPACE_ID), lambda settings: Telling())
    (finding,) = examined(account, False)
    assert "[secret] is not valid" in str(finding)
    assert ACCESS_KEY not in str(finding)
