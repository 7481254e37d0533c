"""Where the access key, the workspace and the address of Bird come from.

Stack configuration (`bird:accessKey`) goes before the environment (`BIRD_ACCESS_KEY`), which goes
before the default. A resource's own argument goes before all of them; that choice is made by the
resource.

Nothing is sent from here and nothing raises while settings are gathered: problems are collected, so
that a preview can show all of them at once. No message ever contains the access key.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

DEFAULT_API_URL = "https://api.bird.com"
DEFAULT_TIMEOUT = 300.0

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_LOOPBACK = re.compile(r"localhost|127(\.\d{1,3}){3}|::1")
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(s|m|h)?")
DURATION_PROBLEM = 'must be a time above zero such as "90s", "5m" or a number of seconds.'
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, None: 1.0}


@dataclass(frozen=True)
class Settings:
    """What every request needs to know.

    `access_key` is kept out of `repr`. `timeout` is in seconds: the longest that one create, read,
    update or delete may take. `problems` are sentences, each naming the configuration key and the
    environment variable.
    """

    access_key: str = field(repr=False)
    workspace_id: str | None = None
    organization_id: str | None = None
    api_url: str = DEFAULT_API_URL
    timeout: float = DEFAULT_TIMEOUT
    ca_bundle: str | None = None
    problems: tuple[str, ...] = ()


def gather(
    configuration: Callable[[str], str | None], environment: Mapping[str, str] = os.environ
) -> Settings:
    """Settings from the stack configuration and the environment, with everything wrong with
    them."""

    def find(key: str, variable: str) -> str | None:
        value = configuration(f"bird:{key}") or environment.get(variable)
        return value.strip() if value else None

    access_key = find("accessKey", "BIRD_ACCESS_KEY") or ""
    workspace_id = find("workspaceId", "BIRD_WORKSPACE_ID")
    organization_id = find("organizationId", "BIRD_ORGANIZATION_ID")
    api_url = (find("apiUrl", "BIRD_API_URL") or DEFAULT_API_URL).rstrip("/")
    timeout = find("timeout", "BIRD_TIMEOUT")
    seconds = DEFAULT_TIMEOUT if timeout is None else parse_duration(timeout)
    ca_bundle = environment.get("BIRD_CA_BUNDLE") or None

    found = {
        "bird:accessKey (or BIRD_ACCESS_KEY)": _access_key_problem(access_key),
        "bird:workspaceId (or BIRD_WORKSPACE_ID)": workspace_id and workspace_problem(workspace_id),
        "bird:organizationId (or BIRD_ORGANIZATION_ID)": _organization_problem(organization_id),
        "bird:apiUrl (or BIRD_API_URL)": _api_url_problem(api_url),
        "bird:timeout (or BIRD_TIMEOUT)": None if seconds else DURATION_PROBLEM,
        "BIRD_CA_BUNDLE": _ca_bundle_problem(ca_bundle),
    }
    return Settings(
        access_key=access_key,
        workspace_id=workspace_id,
        organization_id=organization_id,
        api_url=api_url,
        timeout=seconds or DEFAULT_TIMEOUT,
        ca_bundle=ca_bundle,
        problems=tuple(f"{where}: {problem}" for where, problem in found.items() if problem),
    )


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
    """Seconds in 90, "90", "90s", "5m" or "1h"; None if it is not a time above zero."""
    match = _DURATION.fullmatch(str(value))
    return float(match[1]) * _SECONDS[match[2]] or None if match else None


def _access_key_problem(access_key: str) -> str | None:
    if not access_key:
        return (
            "no access key is set. Run `pulumi config set --secret bird:accessKey`, "
            "or export BIRD_ACCESS_KEY."
        )
    if access_key.startswith(("bk_", "bm_")):
        return (
            f"a key that starts with {access_key[:3]} belongs to another Bird product (the "
            "platform API); create a CRM access key in app.bird.com under Settings, Security, "
            "Access keys."
        )
    if not access_key.isascii() or not access_key.isprintable() or " " in access_key:
        return "contains characters that no access key has; set it again."
    return None


def _organization_problem(organization_id: str | None) -> str | None:
    if organization_id is None or UUID.fullmatch(organization_id):
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
