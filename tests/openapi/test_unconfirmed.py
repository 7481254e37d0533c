"""The page of what has not been confirmed is made from the dialect and the description. It is kept
current."""

from __future__ import annotations

from pathlib import Path

import pytest

from bird_dynamic.emulator.dialect import QUESTIONS
from tests.support.openapi import document
from tools import unconfirmed
from tools.unconfirmed import PAGE, page


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python tools/unconfirmed.py"


def test_the_page_asks_every_question_and_has_every_choice() -> None:
    text = page()
    for question in QUESTIONS:
        (row,) = [each for each in text.splitlines() if each.startswith(f"| `{question.name}`: ")]
        assert f"| **`{question.names[0]}`**: " in row
        assert all(f"`{choice.name}`: " in row for choice in question.choices[1:])


def test_the_page_tells_what_is_not_documented_and_nothing_else() -> None:
    text = page()
    assert "status 409: " in text
    assert "answered `results` | observed |" in text
    assert "parameter `limit`" in text
    assert (
        "| `delete_webhook_subscription` | the operation itself | assumed, after third-party code |"
        in text
    )
    assert "ringTimeout" not in text
    assert document()["info"]["title"] not in text


def test_a_page_that_is_not_current_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(unconfirmed, "PAGE", tmp_path / "unconfirmed.md")
    unconfirmed.PAGE.write_text("old", encoding="utf-8")
    assert unconfirmed.main(["--check"]) == 1
    assert "not current" in capsys.readouterr().err
    assert unconfirmed.main([]) == unconfirmed.main(["--check"]) == 0
