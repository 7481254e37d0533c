"""The page of what has not been confirmed is made from the description, and is kept current."""

from __future__ import annotations

from tests.support.openapi import document
from tools.unconfirmed import PAGE, page


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python tools/unconfirmed.py"


def test_the_page_tells_what_is_not_documented_and_nothing_else() -> None:
    text = page()
    assert "sent `callFlow[].conditions`" in text
    assert "answered `results` (observed)" in text
    assert "parameter `limit`" in text
    assert "## get_number\n" in text
    assert "the operation itself, after third-party code" in text
    assert "ringTimeout" not in text
    assert all(len(each) < 200 for each in text.splitlines())
    assert document()["info"]["title"] not in text
