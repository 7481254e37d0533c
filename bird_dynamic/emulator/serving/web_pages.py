"""Tells the requests of programs from those of a web page in a browser.

Every page that a browser shows can send requests to `127.0.0.1`, and to the addresses of its
network. So a control request must name the emulator as its `Host`: as this machine, by the address
that it was sent to, or by a name that was allowed when the emulator was started. (A page that lets
its own name resolve to that address keeps its name there.) And it must not come from a page, unless
the emulator itself served it: browsers state the page in `Origin`, or say how it is related in
`Sec-Fetch-Site`. A page on another port of the same host is another page. A link on any page may
lead to the page of the emulator itself: a browser shows it in a tab of its own, out of reach of the
page with the link. To an address that is neither https nor this machine, browsers send no
`Sec-Fetch-Site`: there a page may cause a GET without `Origin`, which changes nothing, and whose
answer it cannot read.

Programs may send requests to Bird's API under any name of the emulator, such as that of a proxy. So
these are checked only if a browser says that a page sent them, as it does of each request that can
change something. What remains to a page that lets its own name resolve to the emulator is to read
the emulated workspace; every other page lacks a preflight for the access key in `Authorization`.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Mapping

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]+)?", re.IGNORECASE)
_THIS_MACHINE = ("127.0.0.1", "localhost", "[::1]")
_BY_BROWSERS = ("origin", "sec-fetch-site")
_OWN_PAGES = ("same-origin", "none")
"""The relations of a page of the emulator, and of an address that the user types."""

_LINK = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
"""What a browser says of a link that the user follows; of a frame it says `iframe`."""


def comes_from_page(headers: Mapping[str, str]) -> bool:
    """Whether a browser says that a page, or its user, sent the request with these headers."""
    return any(each in headers for each in _BY_BROWSERS)


def refusal_of(
    headers: Mapping[str, str], allowed_hosts: Collection[str] = (), *, opens_page: bool = False
) -> str | None:
    """Why a request with these headers (names in lower case) is refused; None if not.
    `allowed_hosts` are names, besides those of this machine. `opens_page`: it asks for the page of
    the emulator, and a link may lead there."""
    host = headers.get("host", "")
    *names, last = dict.fromkeys((*_THIS_MACHINE, *allowed_hosts))
    named = _HOST.fullmatch(host)
    if named is None or named[1].lower() not in (*names, last):
        return (
            f"Host is {_quoted(host)}: a control request must name {', '.join(names)} or {last}, "
            "so that no web page can send it under a name of its own; --allow-host adds a name"
        )
    origin = headers.get("origin")
    if origin is not None and origin.lower() != f"http://{host}".lower():
        return (
            f"Origin is {_quoted(origin)}: a request must not come from a web page, except one of "
            f"http://{host}"
        )
    relation = headers.get("sec-fetch-site")
    followed = opens_page and all(headers.get(name) == value for name, value in _LINK.items())
    if relation is not None and relation.lower() not in _OWN_PAGES and not followed:
        return (
            f"Sec-Fetch-Site is {_quoted(relation)}: a request must not come from a web page, "
            f"except one of http://{host}"
        )
    return None


def name_of(address: str) -> str:
    """The name of a host that is addressed by an IP address, as `Host` has it."""
    found = _address(address)
    return str(found) if found.version == 4 else f"[{found}]"


def is_this_machine(address: str) -> bool:
    """Whether what has this IP address is on this machine, for certain."""
    return _address(address).is_loopback


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    # Without the interface of an address that is only valid on a link.
    found = ipaddress.ip_address(text.partition("%")[0])
    return getattr(found, "ipv4_mapped", None) or found


def _quoted(value: str) -> str:
    return f'"{value[:100]}"' if value else "missing"
