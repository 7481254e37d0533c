"""Where the access key, the workspace and the address of Bird come from.

Stack configuration (`bird:accessKey`) goes before the environment (`BIRD_ACCESS_KEY`), which goes
before the default. A resource's own argument goes before all of them; that choice is made by the
resource. A profile is another account beside this one: `bird-eu:accessKey`, without any environment
variable.

Nothing is sent from here and nothing raises while settings are gathered: problems are collected, so
that a preview can show all of them at once. No message ever contains the access key.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

DEFAULT_API_URL = "https://api.bird.com"
DEFAULT_TIMEOUT = 300.0
DEFAULT_PROFILE = "bird"
TAKE_OVER = ("never", "marked")

VARIABLES = {
    "accessKey": "BIRD_ACCESS_KEY",
    "workspaceId": "BIRD_WORKSPACE_ID",
    "organizationId": "BIRD_ORGANIZATION_ID",
    "apiUrl": "BIRD_API_URL",
    "timeout": "BIRD_TIMEOUT",
    "takeOver": "BIRD_TAKE_OVER",
}
"""Configuration key -> environment variable."""

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_LOOPBACK = re.compile(r"localhost|127(\.\d{1,3}){3}|::1")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_PART = re.compile(rf"({_NUMBER.pattern})(ms|s|m|h)")
_DURATION = re.compile(rf"(?:{_PART.pattern})+")
DURATION_PROBLEM = 'must be a time above zero such as "90s", "5m" or a number of seconds.'
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True)
class Settings:
    """What every request needs to know.

    `access_key` is kept out of `repr`. `timeout` is in seconds: the longest that one create, read,
    update or delete may take. `takes_over`: whether a create takes over a connector that bears its
    resource's mark. `problems` are sentences, each naming the configuration key and the
    environment variable; with any of them nothing can be sent. `misplaced` are the like for
    `workspaceId` and `organizationId`, by key: they matter only where no argument says the place.
    """

    access_key: str = field(repr=False)
    workspace_id: str | None = None
    organization_id: str | None = None
    api_url: str = DEFAULT_API_URL
    timeout: float = DEFAULT_TIMEOUT
    takes_over: bool = False
    ca_bundle: str | None = None
    profile: str = DEFAULT_PROFILE
    problems: tuple[str, ...] = ()
    misplaced: tuple[tuple[str, str], ...] = ()

    def unset(self, key: str) -> str:
        """Why there is no such place."""
        return dict(self.misplaced).get(key, f"{self.where(key)}: is not set.")

    def where(self, key: str) -> str:
        """The names under which a setting can be set: `bird:accessKey (or BIRD_ACCESS_KEY)`."""
        return _where(self.profile, key)


def gather(
    configuration: Callable[[str], str | None],
    environment: Mapping[str, str] = os.environ,
    profile: str | None = None,
) -> Settings:
    """Settings from the stack configuration and the environment, with everything wrong with
    them."""
    prefix = profile or DEFAULT_PROFILE
    ca_bundle = environment.get("BIRD_CA_BUNDLE") or None
    variables = environment if prefix == DEFAULT_PROFILE else {}

    def find(key: str) -> str | None:
        # An explicit provider may give a number.
        value = configuration(f"{prefix}:{key}") or variables.get(VARIABLES[key])
        return (str(value).strip() or None) if value else None

    access_key = find("accessKey") or ""
    workspace_id = find("workspaceId")
    organization_id = find("organizationId")
    api_url = (find("apiUrl") or DEFAULT_API_URL).rstrip("/")
    timeout = find("timeout")
    seconds = DEFAULT_TIMEOUT if timeout is None else parse_duration(timeout)
    take_over = find("takeOver") or TAKE_OVER[0]

    places = {
        "workspaceId": workspace_id and workspace_problem(workspace_id),
        "organizationId": organization_id and organization_problem(organization_id),
    }
    found = {
        _where(prefix, "accessKey"): _access_key_problem(access_key, prefix),
        _where(prefix, "apiUrl"): _api_url_problem(api_url),
        _where(prefix, "timeout"): None if seconds else DURATION_PROBLEM,
        _where(prefix, "takeOver"): None
        if take_over in TAKE_OVER
        else f"must be {TAKE_OVER[0]} (the default) or {TAKE_OVER[1]}.",
        "BIRD_CA_BUNDLE": _ca_bundle_problem(ca_bundle),
    }
    return Settings(
        access_key=access_key,
        workspace_id=None if places["workspaceId"] else workspace_id,
        organization_id=None if places["organizationId"] else organization_id,
        api_url=api_url,
        timeout=seconds or DEFAULT_TIMEOUT,
        takes_over=take_over == TAKE_OVER[1],
        ca_bundle=ca_bundle,
        profile=prefix,
        problems=tuple(f"{where}: {problem}" for where, problem in found.items() if problem),
        misplaced=tuple(
            (key, f"{_where(prefix, key)}: {problem}") for key, problem in places.items() if problem
        ),
    )


def state_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where unfinished creates are recorded: `BIRD_STATE_DIR`, or a folder of this user's."""
    if given := environment.get("BIRD_STATE_DIR"):
        return Path(given)
    base = environment.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    # Without a home there is no folder; a relative one would lie in the project.
    return Path(base if os.path.isabs(base) else os.devnull) / "bird-dynamic"


def workspace_problem(workspace_id: str) -> str | None:
    """What is wrong with a workspace id, or None."""
    if workspace_id.startswith("ws_"):
        return (
            "an id that starts with ws_ belongs to another Bird product (the platform API); "
            "use the workspace's UUID, which app.bird.com shows in its address bar after "
            "/workspaces/."
        )
    if not UUID.fullmatch(workspace_id):
        return "must be a UUID; app.bird.com shows it in its address bar after /workspaces/."
    return None


def parse_duration(value: str | float) -> float | None:
    """Seconds in 90, "90", "90s", "5m", "1h" or "1h30m"; None if it is not a time above zero."""
    text = str(value)
    if _NUMBER.fullmatch(text):
        return float(text) or None
    if not _DURATION.fullmatch(text):
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(text)) or None


def how_to_set(profile: str, key: str, flag: str = "") -> str:
    """What to do to set a setting, in words."""
    command = f"Run `pulumi config set {flag}{profile}:{key}`"
    return f"{command}, or export {VARIABLES[key]}" if profile == DEFAULT_PROFILE else command


def _where(profile: str, key: str) -> str:
    named = f"{profile}:{key}"
    return f"{named} (or {VARIABLES[key]})" if profile == DEFAULT_PROFILE else named


def _access_key_problem(access_key: str, profile: str) -> str | None:
    if not access_key:
        return f"no access key is set. {how_to_set(profile, 'accessKey', '--secret ')}."
    if access_key.startswith(("bk_", "bm_")):
        return (
            f"a key that starts with {access_key[:3]} belongs to another Bird product (the "
            "platform API); create a CRM access key in app.bird.com under Settings, Security, "
            "Access keys."
        )
    if not access_key.isascii() or not access_key.isprintable() or " " in access_key:
        return "contains characters that no access key has; set it again."
    return None


def organization_problem(organization_id: str) -> str | None:
    """What is wrong with an organization id, or None."""
    if UUID.fullmatch(organization_id):
        return None
    return "must be a UUID; app.bird.com shows it in the organization's settings."


def _api_url_problem(api_url: str) -> str | None:
    try:
        parts = urlsplit(api_url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return f"is not an address; the default is {DEFAULT_API_URL}."
    if parts.scheme not in ("https", "http") or not host or parts.query or parts.fragment:
        return f"must look like {DEFAULT_API_URL}."
    if parts.username is not None:
        return "must not contain a user name or a password."
    if parts.scheme == "http" and not _LOOPBACK.fullmatch(host):
        return (
            "plain http is accepted only for this machine (127.0.0.1, localhost), because it would "
            "send the access key unencrypted; use https."
        )
    return None


def _ca_bundle_problem(ca_bundle: str | None) -> str | None:
    if ca_bundle is None or os.path.exists(ca_bundle):
        return None
    return "there is no such file; set it to a file of PEM certificates, or unset it."
