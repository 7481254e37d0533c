"""The installed version of this package."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache
def package_version() -> str:
    """Such as `1.2.3`; `0.0.0` if the package is imported without being installed."""
    try:
        return version("bird-dynamic")
    except PackageNotFoundError:
        return "0.0.0"
