"""Adds the authors and URLs of `bird_dynamic/schema/publisher.py` to the metadata of each build.

Hatchling finds this file by its name, and puts it into the source distribution.
"""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class PublisherMetadata(MetadataHookInterface):
    """The hook of `tool.hatch.metadata.hooks.custom` in `pyproject.toml`."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add what is set to the table `project`."""
        file = Path(self.root, "bird_dynamic", "schema", "publisher.py")
        # The package itself cannot be imported yet: what it depends on is not installed.
        publisher = runpy.run_path(str(file))["PUBLISHER"]
        urls = {"Homepage": publisher.homepage, "Repository": publisher.repository}
        if publisher.owner:
            urls["Issues"] = f"{publisher.repository}/issues"
            urls["Changelog"] = f"{publisher.repository}/blob/HEAD/CHANGELOG.md"
        author = _set({"name": publisher.name, "email": publisher.email})
        metadata["authors"] = [author] if author else []
        metadata["urls"] = _set(urls)


def _set(values: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in values.items() if value}
