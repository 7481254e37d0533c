"""What Bird states of a phone number's endpoint: the connectors that use it, and whether voice is
ready.

Source: "Get number details" (`endpoint.dependencies`, `endpoint.capabilities`, `endpoint.issues`).
Assumed: the meaning of the issues, which the documentation shows without explaining them. An answer
of another form is never an error: what it does not state is None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bird_dynamic.schema.values import UUID

VOICE = "voice"
DIRECTIONS = ("inbound", "outbound")


def connector_ids(dependencies: Any) -> list[str] | None:
    """The connectors in `endpoint.dependencies`; what depends on the number otherwise is left out.
    None unless it is a list, and if no connector in it has a readable id."""
    if not isinstance(dependencies, list):
        return None
    found = [_connector_id(each) for each in dependencies]
    ids = list(dict.fromkeys(each for each in found if each))
    return None if not ids and None in found else ids


def _connector_id(dependency: Any) -> str | None:
    """Its id; None if it cannot be read, and empty for anything but a connector."""
    if not isinstance(dependency, Mapping):
        return None
    given = dependency.get("connectorId")
    if isinstance(given, str) and UUID.fullmatch(given):
        return given.lower()
    is_other = given is None and dependency.get("type") != "connector"
    return "" if is_other else None


def voice_status(direction: str) -> Callable[[Any], str | None]:
    """Reads the status of voice in that direction from `endpoint.capabilities`; None if it states
    none."""

    def status(capabilities: Any) -> str | None:
        for each in _voice(capabilities, direction):
            if isinstance(stated := each.get("status"), str):
                return stated
        return None

    return status


def voice_issues(endpoint: Any) -> list[str] | None:
    """What prevents voice: the issues of the endpoint, and those of each direction with its name.
    None if the endpoint lists no capabilities."""
    if not isinstance(endpoint, Mapping) or not isinstance(endpoint.get("capabilities"), list):
        return None
    found = [
        f"{direction}: {issue}"
        for direction in DIRECTIONS
        for each in _voice(endpoint["capabilities"], direction)
        for issue in _issues(each)
    ]
    return [*_issues(endpoint), *found]


def _voice(capabilities: Any, direction: str) -> Iterator[Mapping[str, Any]]:
    for each in capabilities if isinstance(capabilities, list) else ():
        if isinstance(each, Mapping) and each.get("name") == VOICE:
            stated = each.get(direction)
            if isinstance(stated, Mapping):
                yield stated


def _issues(stated: Mapping[str, Any]) -> list[str]:
    issues = stated.get("issues")
    return [each for each in issues if isinstance(each, str)] if isinstance(issues, list) else []
