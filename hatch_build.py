"""Adds to the metadata of each build the authors and URLs of `bird_dynamic/schema/publisher.py`,
and the description that a package index shows: README.md, with what is new in this version.

Hatchling finds this file by its name, and puts it into the source distribution.
"""

from __future__ import annotations

import re
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
        description = _description(Path(self.root), metadata["version"], publisher.repository)
        metadata["readme"] = {"content-type": "text/markdown", "text": description}


def _description(folder: Path, version: str, repository: str) -> str:
    """The text for a package index."""
    readme, changelog = (
        (folder / name).read_text(encoding="utf-8") for name in ("README.md", "CHANGELOG.md")
    )
    news = changelog.partition(f"\n## {version}\n")[2].partition("\n## ")[0].strip()
    text = f"{readme}\n## What is new in {version}\n\n{news}\n" if news else readme
    return _with_absolute_links(text, f"v{version}", repository) if repository else text


def _with_absolute_links(text: str, tag: str, repository: str) -> str:
    """The index has none of the files that relative links lead to; the repository has them."""
    for image, kind in ((r"!", "raw"), (r"(?<!!)", "blob")):
        link = rf"({image}\[(?:[^][]|\[[^][]*\])*\]\()(?!\w+:|#)"
        text = re.sub(link, rf"\1{repository}/{kind}/{tag}/", text)
    return text


def _set(values: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in values.items() if value}
