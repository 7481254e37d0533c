"""Which dialect this Bird speaks: a table, and a file that can be sent in and checked in."""

from __future__ import annotations

import json
import os
import secrets
from datetime import datetime, timezone
from pathlib import Path

import pytest

from bird_dynamic.bird.connect import connect
from bird_dynamic.emulator import Dialect
from bird_dynamic.emulator.dialect import QUESTIONS
from bird_dynamic.lifecycle.session import Account, CollectionSession
from tests.live.conftest import PREFIX
from tests.live.finding import Finder


def test_the_dialect_is_found(
    account: Account,
    connectors: CollectionSession,
    phone_number_id: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = account.settings
    finder = Finder(
        transport=connect(settings),
        workspace_id=str(settings.workspace_id),
        organization_id=settings.organization_id,
        phone_number_id=phone_number_id,
        name=f"{PREFIX}{secrets.token_hex(4)}  Two  Blanks ",
    )
    finder.find()
    dialect = Dialect.of(finder.choices)
    with capsys.disabled():
        print()
        for question in QUESTIONS:
            found = finder.choices.get(question.name, "(cannot be told)")
            how = finder.seen.get(question.name, "")
            print(f"{question.name:<18} {found:<18} {how}")
    report = {
        "date": datetime.now(timezone.utc).date().isoformat(),
        "choices": finder.choices,
        "seen": finder.seen,
        "differences": dialect.differences,
    }
    path = Path(os.environ.get("BIRD_LIVE_REPORT", "bird-dialect.json"))
    path.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
