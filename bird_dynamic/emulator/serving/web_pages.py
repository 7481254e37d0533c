"""Tells the control requests of this machine's programs from those of a web page in its browser.

Every page that the browser shows can send requests to `127.0.0.1`. So a control request must name
this machine as its `Host` (a page that lets its own name resolve to `127.0.0.1` keeps that name
there), and must not come from a page, unless the emulator itself served it: browsers state the
page in `Origin`, or say how it is related in `Sec-Fetch-Site`. A page on another port of this
machine is another page. A link on any page may lead to the page of the emulator itself: a browser
shows it in a tab of its own, out of reach of the page with the link.

Requests to Bird's API are not checked, so that a proxy may serve the emulator under any name. They
need the access key in `Authorization`, which a browser does not send to another origin without a
preflight, and no preflight succeeds here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_THIS_MACHINE = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?", re.IGNORECASE)
_OWN_PAGES = ("same-origin", "none")
"""The relations of a page of the emulator, and of an address that the user types."""

_LINK = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
"""What a browser says of a link that the user follows; of a frame it says `iframe`."""


def refusal_of(headers: Mapping[str, str], *, opens_page: bool = False) -> str | None:
    """Why a control request with these headers (names in lower case) is refused; None if not.
    `opens_page`: it asks for the page of the emulator, and a link may lead there."""
    host = headers.get("host", "")
    if not _THIS_MACHINE.fullmatch(host):
        return (
            f"Host is {_quoted(host)}: a control request must name 127.0.0.1, localhost or [::1], "
            "so that no web page can send it under a name of its own"
        )
    origin = headers.get("origin")
    if origin is not None and origin.lower() != f"http://{host}".lower():
        return (
            f"Origin is {_quoted(origin)}: a control request must not come from a web page, "
            f"except one of http://{host}"
        )
    relation = headers.get("sec-fetch-site")
    followed = opens_page and all(headers.get(name) == value for name, value in _LINK.items())
    if relation is not None and relation.lower() not in _OWN_PAGES and not followed:
        return (
            f"Sec-Fetch-Site is {_quoted(relation)}: a control request must not come from a web "
            f"page, except one of http://{host}"
        )
    return None


def _quoted(value: str) -> str:
    return f'"{value[:100]}"' if value else "missing"
