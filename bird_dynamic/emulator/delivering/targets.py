"""Which program of this machine stands for which public host, so that webhooks reach it.

A webhook subscription has a public `https` URL. The emulator sends nothing there: it sends to the
target of that address, which is on this machine, or to nobody.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

_FORM = "https://example.com=http://127.0.0.1:5000"
_HTTPS, _HTTP = 443, 80


@dataclass(frozen=True)
class Target:
    """A program on this machine: the addresses to try in turn, and its port."""

    addresses: tuple[str, ...]
    port: int
    url: str


def origin_of(url: str) -> str | None:
    """The scheme, host and port of an `https` URL, such as `https://example.com`; None if it is
    none."""
    parts = _split(url)
    if parts is None or parts.scheme != "https" or not _is_name(parts.hostname):
        return None
    port = "" if parts.port in (None, _HTTPS) else f":{parts.port}"
    return f"https://{parts.hostname}{port}"


class Targets:
    """The targets of public addresses. Raises ValueError for a pair that cannot be used."""

    def __init__(self, pairs: Mapping[str, str] | None = None) -> None:
        self._targets = dict(_checked(public, local) for public, local in (pairs or {}).items())

    def of(self, url: str) -> Target | None:
        """The target of a webhook's URL, if there is one."""
        return self._targets.get(origin_of(url) or "")

    def with_pair(self, public: str, local: str) -> Targets:
        """These targets and another one."""
        return Targets({**self.shown(), public: local})

    def shown(self) -> dict[str, str]:
        """The pairs: public address -> local one."""
        return {public: target.url for public, target in self._targets.items()}


def pair_of(text: str) -> tuple[str, str]:
    """The pair in a text such as `https://example.com=http://127.0.0.1:5000`. Raises ValueError."""
    public, equals, local = text.partition("=")
    if not equals:
        raise ValueError(
            f"{text!r} does not have the form {_FORM}: the beginning of the url of a webhook "
            "subscription, and an address on this machine"
        )
    Targets({public: local})
    return public, local


def _checked(public: str, local: str) -> tuple[str, Target]:
    origin = origin_of(public)
    if origin is None or not _is_bare(public):
        raise ValueError(
            f"{public!r} must be https:// and a public host name, without a path, such as "
            "https://example.com: the beginning of the url of a webhook subscription"
        )
    parts = _split(local) if isinstance(local, str) else None
    addresses = _loopback(parts.hostname) if parts else ()
    if parts is None or parts.scheme != "http" or not addresses or not _is_bare(local):
        raise ValueError(
            f"{local!r} must be an address on this machine without a path, such as "
            "http://127.0.0.1:5000: nothing is ever sent to another machine"
        )
    return origin, Target(addresses, parts.port or _HTTP, local.rstrip("/"))


def _loopback(host: str | None) -> tuple[str, ...]:
    """The addresses of a host on this machine; none for any other host."""
    if host == "localhost":
        # Not resolved: its name may have been given to another machine.
        return "127.0.0.1", "::1"
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return ()
    return (str(address),) if address.is_loopback else ()


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    # urlsplit drops line breaks and tabs, and a port of 0 cannot be connected to.
    return parts if port != 0 and re.fullmatch(r"[^\s\x00-\x1f\x7f]*", url) else None


def _is_bare(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in ("", "/") and not (parts.query or parts.fragment or "@" in parts.netloc)


def _is_name(host: str | None) -> bool:
    return bool(host and re.fullmatch(r"([a-z0-9-]+\.)+[a-z]{2,}", host))
