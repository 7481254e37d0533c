"""Listings come in pages. A page begins after the row that its token names, so that inserts and
deletes do not shift it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from bird_dynamic.emulator.messages import Json, Request, invalid
from bird_dynamic.emulator.operations import parameters
from bird_dynamic.emulator.tables import Row

Item = TypeVar("Item")


def page(
    request: Request,
    rows: Sequence[Item],
    shown: Callable[[Item], Json],
    largest: int,
    *,
    reversible: bool = False,
) -> Json:
    """The page that a request asks for: limit (default 10), pageToken, and perhaps reverse."""
    limit = parameters.whole(request, "limit", 1, largest, 10)
    backwards = bool(reversible and parameters.flag(request, "reverse"))
    places = [(_place(row, index), row) for index, row in enumerate(rows)]
    if backwards:
        places.reverse()
    token = parameters.text(request, "pageToken")
    if token is not None:
        if not re.fullmatch(r"[0-9]{1,18}", token):
            raise invalid(".pageToken", "is not a page token")
        after = int(token)
        places = [
            (place, row) for place, row in places if (place < after if backwards else place > after)
        ]
    results = [shown(row) for _, row in places[:limit]]
    if len(places) <= limit:
        return {"results": results}
    return {"results": results, "nextPageToken": str(places[limit - 1][0])}


def _place(row: object, index: int) -> int:
    return row.created_version if isinstance(row, Row) else index
