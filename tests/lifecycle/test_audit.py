"""The audit of a workspace: it finds each planted fault, and nothing where there is none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bird_dynamic.emulator import Dialect
from bird_dynamic.emulator.dialect import NAMED, QUESTIONS
from bird_dynamic.lifecycle.audit import auditing
from bird_dynamic.lifecycle.audit.auditing import audited
from bird_dynamic.lifecycle.audit.faults import FAULTS as KINDS
from bird_dynamic.lifecycle.audit.reading import Reader
from bird_dynamic.lifecycle.audit.report import Audit
from tests.support import planted
from tests.support.planted import FAULTS, Site, healthy
from tests.support.world import World

CHOICES = [
    (question.name, choice.name) for question in QUESTIONS for choice in question.choices[1:]
]


def audit(world: World, *ignored: str) -> Audit:
    """The audit; nothing but GET requests may be sent."""
    world.forget()
    found = audited(Reader(world.account()), ignored)
    assert {each["method"] for each in world.emulator.journal} == {"GET"}
    return found


def kinds(found: Audit) -> list[tuple[str, str]]:
    return sorted((each.kind, each.about) for each in found.findings)


def test_nothing_is_found_in_a_healthy_workspace() -> None:
    world = World()
    healthy(world.emulator)
    found = audit(world)
    assert kinds(found) == []
    assert found.not_checked == ()
    assert found.is_complete
    assert found.without_voice == 1
    assert len(found.numbers) == 11
    assert all(each.is_complete and each.urls == (planted.URL,) for each in found.numbers)
    assert {each.channel_status for each in found.numbers} == {"active"}
    # One reading: four list pages, one more for the other numbers, and one for each subscription.
    assert world.count("list_webhook_logs_of_workspace") + world.count("list_webhook_logs") == 12
    assert len(world.operations) == 17


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.kind)
def test_each_planted_fault_is_found_alone(fault: planted.Fault) -> None:
    world = World()
    about = fault.plant(healthy(world.emulator), 1)
    (finding,) = audit(world).findings
    assert (finding.kind, finding.about) == (fault.kind, about)
    told = f"{finding.message} {finding.remedy}"
    assert all(each in told for each in fault.says), told
    assert fault.line in finding.line, finding.line
    assert bool(fault.line) == bool(finding.line)


def everything(site: Site) -> list[tuple[str, str]]:
    """Plant every fault, each on a number of its own; the findings that there have to be."""
    return sorted((each.kind, each.plant(site, place)) for place, each in enumerate(FAULTS))


def test_all_planted_faults_are_found_together() -> None:
    world = World()
    site = healthy(world.emulator)
    wanted = everything(site)
    assert len(wanted) == 14
    found = audit(world)
    assert kinds(found) == wanted
    # Nine faults concern the calls of a number, the others are of what is too much.
    assert sum(not each.is_complete for each in found.numbers) == 9


@pytest.mark.usefixtures("any_dialect")
@pytest.mark.parametrize(("question", "choice"), CHOICES)
def test_a_healthy_workspace_is_healthy_in_every_dialect(question: str, choice: str) -> None:
    world = World(dialect=Dialect.of({question: choice}))
    healthy(world.emulator)
    assert kinds(audit(world)) == []


@pytest.mark.usefixtures("any_dialect")
@pytest.mark.parametrize("name", NAMED)
def test_named_dialects_hide_no_fault_and_invent_none(name: str) -> None:
    world = World(dialect=NAMED[name])
    site = healthy(world.emulator)
    assert kinds(audit(world)) == []
    wanted = everything(site)
    world.clock.sleep(60)
    if world.emulator.dialect.channel == "at-once":
        # There, no channel can be missing: only its subscription is.
        wanted = sorted((k.replace("no-channel", "no-inbound-subscription"), a) for k, a in wanted)
    assert kinds(audit(world)) == wanted


def test_the_faults_are_of_nearly_every_kind() -> None:
    # The others need a stack.
    assert set(KINDS) - {each.kind for each in FAULTS} == {"gone-from-bird", "stale-channel-id"}


def test_the_guide_names_every_kind_of_finding() -> None:
    guide = Path(__file__).parents[2] / "docs" / "guides" / "auditing.md"
    told = re.findall(r"^\| `([a-z-]+)` \|", guide.read_text(), re.M)
    assert sorted(told) == sorted([*KINDS, auditing.UNKNOWN_NUMBER])
