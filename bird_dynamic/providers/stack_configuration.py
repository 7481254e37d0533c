"""The stack configuration, as a program sees it: its keys, whether an access key is secret, and
the naming that dynamic providers do not get."""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from functools import cache

import pulumi
from pulumi.runtime import (
    get_config,
    get_config_env,
    get_config_secret_keys_env,
    is_config_secret,
)
from pulumi.runtime.config import CONFIG

from bird_dynamic.settings import ACCESS_KEY, DEFAULT_PROFILE

_AUTONAMING = "pulumi:autonaming"


def all_keys() -> Set[str]:
    """All keys, of every namespace."""
    # An inline program has the first, any other program the second.
    return CONFIG.get().keys() | get_config_env().keys()


def warn_of_plain_access_key(profile: str | None = None) -> None:
    """Warn, once for each run, if the account's access key was set without `--secret`."""
    _warn_of_plain(f"{profile or DEFAULT_PROFILE}:{ACCESS_KEY.key}", pulumi.get_stack())


@cache
def _warn_of_plain(name: str, stack: str) -> None:
    is_secret = is_config_secret(name) or name in get_config_secret_keys_env()
    if get_config(name) and not is_secret:
        pulumi.log.warn(
            f"{name}: is stored in plain text in Pulumi.{stack}.yaml. Run `pulumi config set "
            f"--secret {name}`."
        )


@cache
def warn_of_autonaming(stack: str) -> None:
    """Warn, once for each run, if the stack configures the names of resources: Pulumi does not pass
    that to dynamic providers."""
    if _names_our_resources(get_config(_AUTONAMING)):
        pulumi.log.warn(
            f"{_AUTONAMING} of stack {stack} has no effect on connectors without name=: Pulumi "
            "does not pass it to dynamic providers. Pass name= to a new connector, or use "
            "bird_dynamic.native, which honours it. (A name= for an existing one replaces it, "
            "unless it is the name that it has.)"
        )


def _names_our_resources(autonaming: str | None) -> bool:
    try:
        given = json.loads(autonaming or "{}")
    except ValueError:
        return False
    if not isinstance(given, Mapping):
        return False
    providers = given.get("providers")
    own = providers.get(DEFAULT_PROFILE) if isinstance(providers, Mapping) else None
    return any(
        isinstance(each, Mapping)
        and ("pattern" in each or each.get("mode", "default") != "default")
        for each in (given, own)
    )
