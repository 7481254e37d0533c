"""`bird-dynamic audit` and `audit()`: the report, JSON, exit status, the stack."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import bird_dynamic
from bird_dynamic.command.__main__ import main
from bird_dynamic.command.audit_progress import Progress
from bird_dynamic.command.audit_report import Style, lines_of
from bird_dynamic.emulator import ACCESS_KEY, WORKSPACE_ID, EmulatorServer, Fault
from bird_dynamic.lifecycle.audit import auditing
from bird_dynamic.lifecycle.audit.report import Audit, AuditedNumber, AuditFinding
from tests.command.test_stack import says
from tests.support.planted import FAULTS, Site, healthy

SECRET = "canary-of-the-state"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auditing, "SETTLING", 0.0)


@pytest.fixture
def site(bird: EmulatorServer) -> Site:
    return healthy(bird.emulator)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_complete_set_up_ends_with_0(
    bird: EmulatorServer, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    head, table, end = said.out.split("\n\n")
    assert head.endswith("ends in ator")
    assert ACCESS_KEY not in said.out
    rows = table.splitlines()
    assert rows[0].split() == [
        "number",
        "connector",
        "channel",
        "inbound",
        "calls",
        "to",
        "deliveries",
    ]
    assert len(rows) == 12
    number = site.number(0).number
    short = site.connector(0)[:8]
    assert re.search(
        rf"^ok +\{number} +{short} +active +https://example.com/calls +none yet$", table, re.M
    )
    assert end == "11 of 11 phone numbers with voice complete, 1 without voice, 0 findings.\n"
    assert {each["method"] for each in bird.emulator.journal} == {"GET"}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.kind)
def test_each_fault_is_told_with_what_mends_it_and_ends_with_1(
    site: Site, capsys: pytest.CaptureFixture[str], fault: object
) -> None:
    about = fault.plant(site, 1)  # type: ignore[attr-defined]
    assert main(["audit"]) == 1
    said = capsys.readouterr().out
    assert re.search(rf"^FAIL +{fault.kind} +{re.escape(about)}$", said, re.M)  # type: ignore[attr-defined]
    assert all(each in said for each in (*fault.says, fault.line)), said  # type: ignore[attr-defined]
    assert said.endswith(
        ", 1 finding.\nWith --stack NAME, what mends them fits what that stack manages.\n"
    )


def test_json_has_everything_and_no_key(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    FAULTS[0].plant(site, 1)
    assert main(["audit", "--json"]) == 1
    said = capsys.readouterr().out
    document = json.loads(said)
    assert ACCESS_KEY not in said
    assert document["workspaceId"] == WORKSPACE_ID
    assert document["complete"] is False
    assert document["withoutVoice"] == 1
    assert document["notChecked"] == []
    assert document["managed"] is None
    (finding,) = document["findings"]
    assert finding["kind"] == "no-connector"
    assert finding["line"].startswith("PhoneLine(")
    assert [each["number"] for each in document["numbers"] if not each["isComplete"]] == (
        finding["numbers"]
    )
    assert document["numbers"][0].keys() >= {"connectorIds", "channelStatus", "managedBy"}


def test_python_gets_the_same_as_values(
    bird: EmulatorServer, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bird_dynamic.audit().is_complete
    FAULTS[0].plant(site, 1)
    found = bird_dynamic.audit()
    assert isinstance(found, bird_dynamic.Audit)
    (finding,) = found.findings
    assert isinstance(finding, bird_dynamic.AuditFinding)
    assert isinstance(found.numbers[0], bird_dynamic.AuditedNumber)
    assert bird_dynamic.audit(ignore=[finding.about]).is_complete
    bird.emulator.faults = (Fault("status", "list_channels", status=403, times=None),)
    with pytest.raises(bird_dynamic.AuditFailedError, match="View on /workspaces/"):
        bird_dynamic.audit()
    monkeypatch.delenv("BIRD_ACCESS_KEY")
    with pytest.raises(
        bird_dynamic.AuditFailedError, match=r"Export BIRD_ACCESS_KEY, or .* `audit\(stack="
    ):
        bird_dynamic.audit()


def test_a_refused_request_ends_with_1_and_no_report(
    bird: EmulatorServer, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    bird.emulator.faults = (Fault("status", "list_connectors", status=403, times=None),)
    assert main(["audit"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error: Listing connectors failed: Bird answered 403")


def test_what_cannot_be_read_is_told_and_is_no_finding(
    bird: EmulatorServer, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    bird.emulator.faults = (Fault("status", "list_webhook_logs", status=403, times=None),)
    assert main(["audit"]) == 0
    said = capsys.readouterr().out
    assert "\nNOT CHECKED Deliveries: Reading the deliveries failed: Bird answered 403" in said
    assert " not checked\n" in said
    assert main(["audit", "--strict"]) == 1
    bird.emulator.faults = ()
    assert main(["audit", "--strict"]) == 0


ROW = AuditedNumber(
    "+31", "n", ("c",), ("ch",), "active", ("s",), ("https://a.b/c",), 3, 1, None, False, True
)
FINDING = AuditFinding("no-channel", "+31", "It has \x1b[31mnone.", "Do it", 'A("\x07")')


def test_words_tell_what_colours_repeat() -> None:
    found = Audit((ROW,), (FINDING,), ("Deliveries: no",))
    plain = "\n".join(lines_of(found, Style(False)))
    coloured = "\n".join(lines_of(found, Style(True)))
    assert "\x1b" not in plain
    assert "\x07" not in plain
    assert re.sub(r"\x1b\[[0-9]*m", "", coloured) == plain
    assert "\x1b[32mok" in coloured
    assert "\x1b[31mFAIL" in coloured
    assert "\x1b[33mNOT CHECKED" in coloured
    assert "3 ok, 1 failed" in plain


@pytest.mark.parametrize(
    ("terminal", "environment", "is_coloured"),
    [
        (Terminal(), {}, True),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"NO_COLOR": ""}, True),
        (Terminal(), {"TERM": "dumb"}, False),
        (io.StringIO(), {}, False),
    ],
)
def test_only_a_terminal_gets_colours(
    terminal: io.StringIO, environment: dict[str, str], is_coloured: bool
) -> None:
    assert Style.of(terminal, environment).is_coloured == is_coloured


def test_only_a_terminal_gets_the_progress_and_it_is_gone_at_the_end() -> None:
    terminal, file = Terminal(), io.StringIO()
    for output in (terminal, file):
        progress = Progress(output)
        progress.say("12 items")
        progress.end()
    assert terminal.getvalue() == "\r\x1b[Kreading: 12 items\r\x1b[K"
    assert file.getvalue() == ""


def test_a_long_url_does_not_widen_the_table_and_a_long_line_is_not_cut() -> None:
    url = f"https://example.com/{'x' * 100}"
    row = AuditedNumber(
        "+31", "n", ("c",), (), "", ("s",), (url, url), None, None, None, False, False
    )
    finding = AuditFinding("k", "a", "s", "r", "y" * 3000)
    lines = list(lines_of(Audit((row,), (finding,), ()), Style(False)))
    assert len(lines[1]) < 120
    assert "… and 1 more" in lines[1]
    assert any("y" * 3000 in each for each in lines)


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A program named `pulumi` that prints the configuration and the state of a stack."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    configuration = {"bird:accessKey": {"value": ACCESS_KEY}}
    (folder / "config.json").write_text(json.dumps(configuration))
    return says(folder, f'echo "$@" >> {folder}/called; /bin/cat {folder}/$1.json')


def state(*resources: dict[str, object]) -> str:
    stack = {"type": "pulumi:pulumi:Stack", "urn": "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev"}
    return json.dumps({"version": 3, "deployment": {"resources": [stack, *resources]}})


def resource(kind: str, name: str, item_id: str, **more: object) -> dict[str, object]:
    urn = f"urn:pulumi:dev::p::{kind}::{name}"
    outputs = {"workspace_id": WORKSPACE_ID, "signing_key": SECRET, **dict(more.pop("outputs", {}))}  # type: ignore[call-overload]
    return {"type": kind, "urn": urn, "id": item_id, "outputs": outputs, **more}


DYNAMIC, PLUGIN = "pulumi-python:dynamic/bird:", "bird:index:"


def test_what_the_stack_manages_is_shown_without_its_secrets(
    site: Site, cli: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    voice = resource(
        f"{DYNAMIC}VoiceChannel",
        "front",
        site.connector(0),
        outputs={"channel_id": site.channel(0), "phone_number_id": site.number(0).id},
    )
    calls = resource(
        f"{PLUGIN}WebhookSubscription",
        "calls",
        site.subscription(0),
        outputs={"workspaceId": WORKSPACE_ID},
    )
    read = resource(f"{DYNAMIC}VoiceChannel", "theirs", site.connector(1), external=True)
    leaving = resource(f"{DYNAMIC}VoiceChannel", "old", site.connector(2), delete=True)
    elsewhere = resource(
        f"{DYNAMIC}VoiceChannel", "far", site.channel(3), outputs={"workspace_id": site.channel(4)}
    )
    other = {"type": "random:index:RandomId", "urn": "urn:x", "id": "x"}
    (cli / "stack.json").write_text(state(voice, calls, read, leaving, elsewhere, other))
    assert main(["audit", "--stack", "dev"]) == 0
    said = capsys.readouterr().out
    assert re.search(rf"^ok +\{site.number(0).number} .* front, calls$", said, re.M)
    assert re.search(rf"^ok +\{site.number(1).number} .* nothing$", said, re.M)
    assert "The stack manages 2 of 27 connectors and webhook subscriptions." in said
    assert site.connector(1) in said.rpartition("Not managed by it: ")[2]
    assert SECRET not in said
    called = (cli / "called").read_text().splitlines()
    assert called == [
        "config --json --show-secrets --non-interactive --stack=dev",
        "stack export --non-interactive --stack=dev",
    ]


def test_what_the_stack_has_and_bird_has_not_is_told(
    site: Site, cli: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = resource(f"{PLUGIN}Connector", "lost", site.channel(0))
    stale = resource(
        f"{DYNAMIC}VoiceChannel",
        "front",
        site.connector(0),
        outputs={"channel_id": site.channel(1), "phone_number_id": site.number(0).id},
    )
    (cli / "stack.json").write_text(state(gone, stale))
    assert main(["audit", "--stack", "dev", "--json"]) == 1
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert {each["kind"]: each["line"] for each in findings} == {
        "gone-from-bird": "pulumi up --refresh --stack dev",
        "stale-channel-id": "pulumi up --refresh --stack dev",
    }


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("[]", "`pulumi stack export` failed: its answer is not a state"),
        ('{"deployment": {"resources": [7]}}', "its answer is not a state"),
        ("nothing", "its answer is not the JSON of a state"),
    ],
)
def test_a_state_that_cannot_be_read_ends_with_2(
    bird: EmulatorServer, cli: Path, capsys: pytest.CaptureFixture[str], text: str, cause: str
) -> None:
    (cli / "stack.json").write_text(text)
    assert main(["audit", "--stack", "dev"]) == 2
    assert cause in capsys.readouterr().err
    assert list(bird.emulator.journal) == []


def test_an_empty_stack_manages_nothing(
    site: Site, cli: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (cli / "stack.json").write_text('{"version": 3, "deployment": {}}')
    assert main(["audit", "--stack", "dev"]) == 0
    assert "The stack manages 0 of 27" in capsys.readouterr().out


def test_python_needs_no_pulumi() -> None:
    code = "import sys, bird_dynamic; bird_dynamic.audit; sys.exit('pulumi' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
