"""What the page of the emulator shows when it is opened: all that there is, without secrets."""

from __future__ import annotations

import itertools
from dataclasses import asdict
from typing import TYPE_CHECKING

from bird_dynamic._version import package_version
from bird_dynamic.emulator.api import KINDS, OPERATIONS
from bird_dynamic.emulator.dialect import QUESTIONS
from bird_dynamic.emulator.faults import KINDS as FAULTS
from bird_dynamic.emulator.messages import Json
from bird_dynamic.emulator.redaction import redacted
from bird_dynamic.emulator.store import ACCESS_KEY, ORGANIZATION_ID, WORKSPACE_ID

if TYPE_CHECKING:
    from bird_dynamic.emulator.core import BirdEmulator

NEWEST = 500
"""The newest requests, calls and deliveries that it contains, each."""


def overview(emulator: BirdEmulator) -> Json:
    """Everything that the page shows."""
    newest = list(itertools.islice(reversed(emulator.journal), NEWEST))
    items = {kind: redacted(emulator.items(kind)) for kind in KINDS}
    totals = {
        "requests": len(emulator.journal),
        "calls": len(items["calls"]),
        "deliveries": emulator.deliveries.count,
    }
    items["calls"] = items["calls"][-NEWEST:]
    return {
        "version": package_version(),
        "settings": {
            "BIRD_ACCESS_KEY": ACCESS_KEY,
            "BIRD_WORKSPACE_ID": WORKSPACE_ID,
            "BIRD_ORGANIZATION_ID": ORGANIZATION_ID,
        },
        "items": items,
        "totals": totals,
        "deliveries": emulator.deliveries.shown(NEWEST),
        "targets": emulator.deliveries.targets.shown(),
        "requests": newest[::-1],
        "faults": emulator.faults_left(),
        "dialect": asdict(emulator.dialect),
        "options": redacted(asdict(emulator.options)),
        "operations": OPERATIONS,
        "faultKinds": FAULTS,
        "questions": [asdict(each) for each in QUESTIONS],
    }
