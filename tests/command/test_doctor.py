"""`bird-dynamic doctor`: what works, what is missing, and its exit status."""

from __future__ import annotations

import json

import pytest

from bird_dynamic.bird import retry
from bird_dynamic.bird.models import UNREADABLE, Request, Response
from bird_dynamic.command.__main__ import main
from bird_dynamic.command.doctor import Subject, Word, examined
from bird_dynamic.emulator import ACCESS_KEY, WORKSPACE_ID, EmulatorServer, Fault
from bird_dynamic.emulator.operations import connectors
from bird_dynamic.emulator.serving.web_pages import refusal_of
from bird_dynamic.lifecycle.session import Account
from bird_dynamic.schema.lookups import RESULTS
from bird_dynamic.schema.resources import SCHEMAS
from bird_dynamic.settings import Settings

CHANGES = ("create_connector", "delete_connector", "set_conversational")


def report(capsys: pytest.CaptureFixture[str], *flags: str) -> tuple[int, dict[str, str]]:
    """The exit status, and what was said of each question."""
    status = main(["doctor", *flags])
    _, _, findings = capsys.readouterr().out.partition("\n\n")
    lines = findings.splitlines()
    return status, {line[11:41].strip(): line[:11].strip() + " " + line[41:] for line in lines}


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
        ("list_channels", "see channels", "View on /workspaces/*/channels"),
        ("list_long_codes", "see phone numbers", "View on /workspaces/*/numbers-long-code"),
        (
            "list_webhook_subscriptions",
            "see webhook subscriptions",
            "/workspaces/*/webhook-subscriptions",
        ),
        ("create_connector", "create connectors", "Create on /workspaces/*/connectors:"),
        ("delete_connector", "delete connectors", "Delete on /workspaces/*/connectors/*:"),
        ("set_conversational", "switch conversations", "Update on /workspaces/*/channels/*/conv"),
        (
            "create_webhook_subscription",
            "create webhook subscriptions",
            "Create on /organizations/*/workspaces/*/webhook-subscriptions:",
        ),
        (
            "delete_webhook_subscription",
            "delete webhook subscriptions",
            "Delete on /organizations/*/workspaces/*/webhook-subscriptions/*:",
        ),
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
    assert [name for name, line in said.items() if line.startswith("NO ROLE")] == [what]
    assert role in said[what]


ABSENT = "11111111-2222-4333-8444-555555555555"


@pytest.mark.parametrize(
    ("change", "what", "word", "says"),
    [
        (
            {"BIRD_API_URL": "http://127.0.0.1:9"},
            "see connectors",
            "FAIL",
            ("127.0.0.1:9", "Check the network and bird:apiUrl (or BIRD_API_URL)"),
        ),
        (
            {"BIRD_API_URL": "https://no.such.host.invalid"},
            "see connectors",
            "FAIL",
            ("no.such.host.invalid", "Check the network and bird:apiUrl (or BIRD_API_URL)"),
        ),
        (
            {"BIRD_API_URL": "{url}/v2"},
            "see connectors",
            "FAIL",
            ("Check bird:apiUrl (or BIRD_API_URL)", "no /v2"),
        ),
        (
            {"BIRD_WORKSPACE_ID": ABSENT},
            "see connectors",
            "WRONG ID",
            ("Check bird:workspaceId (or BIRD_WORKSPACE_ID), which is", ABSENT),
        ),
        (
            {"BIRD_ORGANIZATION_ID": ABSENT},
            "see webhook subscriptions",
            "WRONG ID",
            ("Check bird:organizationId (or BIRD_ORGANIZATION_ID), which is", ABSENT),
        ),
        (
            {"BIRD_ACCESS_KEY": "canary-of-another-key"},
            "see connectors",
            "WRONG KEY",
            ("Check bird:accessKey (or BIRD_ACCESS_KEY)", "without a role gets 401"),
        ),
    ],
    ids=["port", "host", "path", "workspace", "organization", "key"],
)
def test_each_cause_has_a_word_and_a_remedy_of_its_own(
    bird: EmulatorServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    change: dict[str, str],
    what: str,
    word: str,
    says: tuple[str, ...],
) -> None:
    monkeypatch.setattr(retry, "FIRST_PAUSE", 0.001)
    for variable, value in change.items():
        monkeypatch.setenv(variable, value.format(url=bird.url))
    status, said = report(capsys)
    assert status == 1
    assert [name for name, line in said.items() if not line.startswith("ok ")] == [what]
    assert said[what].startswith(f"{word} ")
    assert all(part in said[what] for part in says), said[what]
    assert "canary" not in said[what]
    if what == "see connectors":
        # The other checks would fail in the same way.
        assert list(said) == [what]


def test_a_404_that_is_not_birds_is_blamed_on_the_address() -> None:
    class Elsewhere:
        def send(self, request: Request, timeout: float) -> Response:
            return Response(404, {}, None)

    account = Account(Settings(ACCESS_KEY, WORKSPACE_ID), lambda settings: Elsewhere())
    (finding,) = examined(account, False)
    assert finding.word is Word.FAIL
    assert finding.said.startswith("api.bird.com answered 404. This does not look like an answer")
    assert "Check bird:apiUrl (or BIRD_API_URL), which is https://api.bird.com." in finding.said


def test_a_page_is_blamed_on_the_address(
    bird: EmulatorServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "FIRST_PAUSE", 0.001)
    bird.emulator.faults = (Fault("wrong_content_type", times=None),)
    status, said = report(capsys)
    assert status == 1
    host = bird.url.removeprefix("http://")
    assert said["see connectors"].startswith(f"FAIL {host} answered 200 with an unreadable body")
    assert "does not look like an answer of Bird's" in said["see connectors"]


def test_the_other_checks_go_on_without_the_role_to_see_connectors(
    bird: EmulatorServer, capsys: pytest.CaptureFixture[str]
) -> None:
    bird.emulator.faults = (Fault("status", "list_connectors", status=403, times=None),)
    status, said = report(capsys)
    assert status == 1
    assert said["see connectors"].startswith("NO ROLE")
    assert said["see phone numbers"].startswith("ok")


def test_every_resource_and_look_up_is_asked_about(
    bird: EmulatorServer, capsys: pytest.CaptureFixture[str]
) -> None:
    _, said = report(capsys, "--writes")
    for schema in SCHEMAS.values():
        assert f"see {schema.item}s" in said
        assert f"create {schema.item}s" in said
        assert f"delete {schema.item}s" in said
    for result in RESULTS.values():
        assert f"see {result.finds.noun}s" in said


@pytest.mark.parametrize(
    ("key", "says"),
    [("canary-canary-1234", ", ends in 1234"), ("canary-1234", "")],
    ids=["long", "short"],
)
def test_it_begins_with_what_it_checks(
    bird: EmulatorServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    key: str,
    says: str,
) -> None:
    monkeypatch.setenv("BIRD_ACCESS_KEY", key)
    monkeypatch.delenv("BIRD_ORGANIZATION_ID")
    main(["doctor"])
    said = capsys.readouterr().out
    assert said.splitlines()[:4] == [
        f"address       {bird.url} (the emulator, not Bird)",
        f"workspace     {WORKSPACE_ID}",
        "organization  not set",
        f"access key    from the environment (BIRD_ACCESS_KEY){says}",
    ]
    assert "canary" not in said


def test_the_same_as_json_has_no_key(
    bird: EmulatorServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bird.emulator.faults = (Fault("status", "list_channels", status=403, times=None),)
    assert main(["doctor", "--json"]) == 1
    printed = capsys.readouterr().out
    document = json.loads(printed)
    assert ACCESS_KEY not in printed
    assert document["address"] == bird.url
    assert document["emulator"] is True
    assert document["accessKey"] == {
        "from": "the environment (BIRD_ACCESS_KEY)",
        "endsIn": ACCESS_KEY[-4:],
    }
    said = {each["what"]: each for each in document["findings"]}
    assert said["see connectors"]["word"] == "ok"
    assert said["see channels"]["word"] == "NO ROLE"
    assert "Give the key a role" in said["see channels"]["said"]


@pytest.mark.parametrize("asked", ["debug", ""])
def test_each_request_is_logged_as_asked(
    bird: EmulatorServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    asked: str,
) -> None:
    monkeypatch.setenv("BIRD_LOG", asked)
    assert main(["doctor"]) == 0
    lines = capsys.readouterr().err.splitlines()
    requests = [f"{each['method']} {each['path']} " for each in bird.emulator.journal]
    assert len(lines) == (len(requests) if asked else 0)
    assert all(line.startswith(sent) for line, sent in zip(lines, requests, strict=False))
    assert ACCESS_KEY not in str(lines)


def test_bird_is_never_asked_whether_it_is_the_emulator() -> None:
    class Bird:
        def send(self, request: Request, timeout: float) -> Response:
            raise AssertionError(request.path)

    settings = Settings(ACCESS_KEY, WORKSPACE_ID)
    assert not Subject.of(settings, "", Bird()).is_emulator


def test_a_server_with_a_page_for_every_path_is_not_the_emulator() -> None:
    class Site:
        def send(self, request: Request, timeout: float) -> Response:
            return Response(200, {}, UNREADABLE)

    settings = Settings(ACCESS_KEY, WORKSPACE_ID, api_url="http://127.0.0.1:1")
    assert not Subject.of(settings, "", Site()).is_emulator


def test_the_emulator_is_known_under_another_name_too() -> None:
    refused = refusal_of({"host": "bird-emulator:8080"})

    class Emulator:
        def send(self, request: Request, timeout: float) -> Response:
            return Response(403, {}, {"message": refused})

    settings = Settings(ACCESS_KEY, WORKSPACE_ID, api_url="http://bird-emulator:8080")
    assert Subject.of(settings, "", Emulator()).is_emulator


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


@pytest.mark.parametrize(
    ("workspace", "says"),
    [("ws_123", "starts with ws_ belongs to another Bird product"), ("nope", "must be a UUID")],
)
@pytest.mark.parametrize("command", [["doctor"], ["audit"], ["export", "phones"]], ids=str)
def test_a_wrong_workspace_is_not_called_unset(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    command: list[str],
    workspace: str,
    says: str,
) -> None:
    monkeypatch.setenv("BIRD_ACCESS_KEY", "canary")
    monkeypatch.setenv("BIRD_WORKSPACE_ID", workspace)
    assert main(command) == 2
    said = capsys.readouterr().err
    assert says in said
    assert "is not set" not in said


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
