"""Pages of listings. A page begins after the row in its token, so inserts and deletes do not shift
it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from bird_dynamic.emulator.delivering.delivery import Delivery
from bird_dynamic.emulator.messages import Json, Request, invalid
from bird_dynamic.emulator.operations import parameters
from bird_dynamic.emulator.operations.backend import Backend
from bird_dynamic.emulator.tables import Row

Item = TypeVar("Item")
SMALL_PAGE = 25
LAST_PAGE: dict[str, Json] = {
    "absent": {},
    "null": {"nextPageToken": None},
    "empty": {"nextPageToken": ""},
}
_LAST = 10**15


def _in_base64(place: int) -> str:
    return base64.b64encode(json.dumps([place]).encode()).decode()


def _from_base64(token: str) -> str:
    text = base64.b64decode(token, validate=True).decode("ascii")
    match = re.fullmatch(r"\[([0-9]+)\]", text)
    return match[1] if match else ""


_TOKENS: dict[str, Callable[[int], str]] = {"digits": str, "base64": _in_base64}
"""Encodes a position in a listing as a page token, by choice of the dialect."""
_DIGITS: dict[str, Callable[[str], str]] = {"digits": str, "base64": _from_base64}
"""Decodes a page token to the digits of a position."""


def page(
    bird: Backend,
    request: Request,
    rows: Sequence[Item],
    shown: Callable[[Item], Json],
    largest: int,
    *,
    default: int = 10,
    reversible: bool = False,
) -> Json:
    """The requested page: parameters `limit`, `pageToken`, and optionally `reverse`."""
    allowed = min(largest, SMALL_PAGE) if bird.dialect.page_size == "25" else largest
    limit = parameters.whole(request, "limit", 1, allowed, default)
    if bird.dialect.page_size == "25-silently":
        limit = min(limit, SMALL_PAGE)
    backwards = bool(reversible and parameters.flag(request, "reverse"))
    places = _in_order(bird, rows)
    if backwards:
        places.reverse()
    token = parameters.text(request, "pageToken")
    if token is not None:
        after = _place_of(bird, token)
        places = [
            (place, row) for place, row in places if (place < after if backwards else place > after)
        ]
    results: list[Json] | None = [shown(row) for _, row in places[:limit]]
    if not results and bird.dialect.empty_page == "null":
        results = None
    if len(places) <= limit:
        return {"results": results, **LAST_PAGE[bird.dialect.page_end]}
    token_of = _TOKENS[bird.dialect.page_token]
    return {"results": results, "nextPageToken": token_of(places[limit - 1][0])}


def _place_of(bird: Backend, token: str) -> int:
    """The position in a token. Raises RefusalError for an invalid token."""
    try:
        digits = _DIGITS[bird.dialect.page_token](token)
    except ValueError:
        digits = ""
    if not re.fullmatch(r"[0-9]{1,18}", digits):
        raise invalid(".pageToken", "is not a page token")
    return int(digits)


def _in_order(bird: Backend, rows: Sequence[Item]) -> list[tuple[int, Item]]:
    """The rows with their positions, which increase from row to row and never change."""
    places = [(_place(row, index), row) for index, row in enumerate(rows)]
    if bird.dialect.order == "newest-first":
        return [(_LAST - place, row) for place, row in reversed(places)]
    if bird.dialect.order == "by-id":
        by_id = [(_place_by_id(row, place), row) for place, row in places]
        return sorted(by_id, key=lambda each: each[0])
    return places


def _place_by_id(row: object, place: int) -> int:
    # As many digits of the id as fit into a token.
    return int(row.wire["id"].replace("-", "")[:14], 16) if isinstance(row, Row) else place


def _place(row: object, index: int) -> int:
    if isinstance(row, Row):
        return row.created_version
    return row.sequence if isinstance(row, Delivery) else index
