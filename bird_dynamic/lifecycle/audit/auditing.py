"""Runs an audit. Whatever is found has to be there in two readings in a row: a listing may show a
change late, and somebody may change the workspace meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from bird_dynamic.lifecycle.audit.faults import judged
from bird_dynamic.lifecycle.audit.joins import Line
from bird_dynamic.lifecycle.audit.reading import Reader
from bird_dynamic.lifecycle.audit.report import Audit, AuditedNumber, AuditFinding
from bird_dynamic.lifecycle.audit.snapshot import Workspace
from bird_dynamic.lifecycle.audit.view import View
from bird_dynamic.lifecycle.redaction import printable, shortened, without
from bird_dynamic.schema.phone_numbers import same_number

SETTLING = 3.0
"""Seconds between two readings."""
MOST_READINGS = 5
"""Readings until two in a row agree."""
UNKNOWN_NUMBER = "unknown-ignored-number"


def audited(reader: Reader, ignored: Sequence[str] = ()) -> Audit:
    """The audit of a workspace. `ignored`: phone numbers, in any notation, whose findings are left
    out. Sends GET requests only. Raises OperationError."""
    workspace = reader.snapshot()
    key = reader.account.settings.access_key
    findings = _findings(workspace, ignored, key)
    for again in range(MOST_READINGS - 1):
        if all(each.kind == UNKNOWN_NUMBER for each in findings):
            break
        reader.say("reading again what was found")
        reader.account.client.clock.sleep(SETTLING)
        reader.forget_deliveries(each.about for each in findings)
        before, workspace = findings, reader.snapshot()
        findings = _findings(workspace, ignored, key)
        if {each.key for each in findings} <= {each.key for each in before}:
            break
        if again == MOST_READINGS - 2:
            # It changes all the time. What is wrong with an item each time is reported.
            abouts = {each.about for each in before}
            findings = [each for each in findings if each.about in abouts]
    return result(workspace, findings, ignored)


def _findings(
    workspace: Workspace, ignored: Sequence[str], access_key: str = ""
) -> list[AuditFinding]:
    numbers = [each.label for each in workspace.numbers]
    left_out = {each for each in numbers if _is_ignored(each, ignored)}
    by_number = sorted(judged(workspace), key=lambda each: each.numbers[:1] or ("~",))
    found = [
        each
        for each in by_number
        # Of a subscription for several numbers, all have to be ignored.
        if not each.numbers or not left_out.issuperset(each.numbers)
    ]
    found = [
        replace(
            each,
            message=_safe(each.message, access_key),
            remedy=_safe(each.remedy, access_key),
            # Never shortened: it is to be copied.
            line=printable(without(each.line, [access_key])),
        )
        for each in found
    ]
    for given in ignored:
        if not any(same_number(given, each) for each in numbers):
            message = f"The number {given}, which is to be ignored, is not in the workspace."
            remedy = "Leave it out, or correct it"
            found.append(AuditFinding(UNKNOWN_NUMBER, given, message, remedy))
    return found


def _safe(text: str, access_key: str) -> str:
    """A text with words of Bird's: without the access key, and printable."""
    return printable(shortened(without(text, [access_key])))


def result(
    workspace: Workspace, findings: Sequence[AuditFinding], ignored: Sequence[str] = ()
) -> Audit:
    """The audit of a snapshot with these findings."""
    view = View(workspace)
    faulty = {number for each in findings for number in each.numbers}
    managed = unmanaged = None
    if workspace.managed is not None:
        of_stack = {each.id for each in workspace.managed}
        ids = [
            *(each.id for each in workspace.connectors),
            *(each.id for each in workspace.subscriptions),
        ]
        managed = tuple(each for each in ids if each in of_stack)
        unmanaged = tuple(each for each in ids if each not in of_stack)
    return Audit(
        numbers=tuple(_row(view, line, faulty, ignored) for line in view.lines),
        findings=tuple(findings),
        not_checked=(*workspace.not_checked, *_unknown_numbers(view)),
        without_voice=len(workspace.numbers) - len(view.lines),
        managed=managed,
        unmanaged=unmanaged,
    )


def _unknown_numbers(view: View) -> Iterator[str]:
    used = {line.number.id for line in view.lines}
    numbers = [
        each.label
        for each in view.workspace.numbers
        if not each.has_capabilities and each.id not in used
    ]
    if numbers:
        which = "Phone numbers of which Bird does not say whether they have voice"
        yield f"{which}: {', '.join(numbers)}"


def _row(view: View, line: Line, faulty: Iterable[str], ignored: Sequence[str]) -> AuditedNumber:
    logs = [view.workspace.deliveries.get(each.id) for each in line.active]
    read = [each for each in logs if each is not None]
    deliveries = [one for those in read for one in those if not one.is_open]
    is_checked = len(read) == len(logs)
    managers = None
    if view.workspace.managed is not None:
        ids = [*(each.id for each in line.connectors), *(each.id for each in line.inbound)]
        managers = tuple(found.name for each in ids if (found := view.manager(each)) is not None)
    return AuditedNumber(
        number=line.number.label,
        id=line.number.id,
        connector_ids=tuple(each.id for each in line.connectors),
        channel_ids=line.channel_ids,
        channel_status=next((each.status for each in line.channels), ""),
        subscription_ids=tuple(each.id for each in line.inbound),
        urls=tuple(dict.fromkeys(each.shown_url for each in line.active)),
        delivered=sum(each.succeeded for each in deliveries) if is_checked else None,
        failed=sum(not each.succeeded for each in deliveries) if is_checked else None,
        managed_by=managers,
        ignored=_is_ignored(line.number.label, ignored),
        is_complete=line.number.label not in faulty,
    )


def _is_ignored(number: str, ignored: Sequence[str]) -> bool:
    return any(same_number(each, number) for each in ignored)
