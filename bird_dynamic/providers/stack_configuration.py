"""The stack configuration, as a program sees it: its keys, and whether an access key is secret."""

from __future__ import annotations

from collections.abc import Set
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
