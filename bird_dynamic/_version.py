"""The version of this package, as it is installed."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache
def package_version() -> str:
    """Such as `1.2.3`; `0.0.0` where the package is imported without being installed."""
    try:
        return version("bird-dynamic")
    except PackageNotFoundError:
        return "0.0.0"
