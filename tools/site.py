"""Hooks of MkDocs for the web site: the pages outside of `docs/`, and what their links become.

The pages are written for the repository, where their links are relative to their own files. The
site has the same pages elsewhere: `README.md` is its first page, and each example is one page, with
its files. So each link is resolved in the repository, and written anew for the site.
"""

from __future__ import annotations

import posixpath
import re
import runpy
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
PAGES = {
    "README.md": "index.md",
    "docs/README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CODE_OF_CONDUCT.md": "code_of_conduct.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "LICENSE": "LICENSE",
    "emulator/README.md": "emulator.md",
    "emulator": "emulator.md",
    "examples/README.md": "examples/index.md",
    "templates/README.md": "templates.md",
    "examples": "examples/index.md",
}
"""Where the site has a file of the repository that is outside of `docs/`."""
LANGUAGES = {".go": "go", ".py": "python", ".ts": "typescript", ".yaml": "yaml", ".yml": "yaml"}
"""The files of an example that its page shows."""
FENCED = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[((?:`[^`]*`|[^]`])*)\]\((?!\w+:|#)([^)\s#]+)([^)\s]*)\)")
EXTERNAL = re.compile(r'\b(?:href|src)="(https?://[^"]+)"')
LOADED = re.compile(r'<(?:script|img|iframe|link)\b[^>]*\b(?:href|src)="(?:https?:)?//')


def on_config(config: MkDocsConfig) -> None:
    """The repository's address, if there is one, and the examples in the navigation."""
    publisher = runpy.run_path(str(ROOT / "bird_dynamic" / "schema" / "publisher.py"))["PUBLISHER"]
    config.repo_url = publisher.repository or None
    nav: list[Any] = config.nav or []
    (entry,) = (each for each in nav if "Examples" in each)
    entry["Examples"] = ["examples/index.md", *(f"examples/{name}.md" for name in _examples())]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages outside of `docs/`."""
    for source, target in PAGES.items():
        if not source.startswith("docs/") and (ROOT / source).is_file():
            files.append(File.generated(config, target, abs_src_path=str(ROOT / source)))
    for name in _examples():
        files.append(File.generated(config, f"examples/{name}.md", content=_example(name)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Let the links lead to the same files on the site."""
    source = _source(page.file.src_uri)
    here = posixpath.dirname(page.file.src_uri)

    def rewritten(link: re.Match[str]) -> str:
        text, target, heading = link.groups()
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        uri = _target(path)
        if files.get_file_from_path(uri) or not (ROOT / path).exists():
            return f"[{text}]({posixpath.relpath(uri, here or '.')}{heading})"
        # A file that the site does not have.
        return f"[{text}]({config.repo_url}/blob/HEAD/{path})" if config.repo_url else text

    # What is in a fence is code, and has no links.
    parts = FENCED.split(markdown)
    parts[::2] = [LINK.sub(rewritten, each) for each in parts[::2]]
    return "".join(parts)


def on_post_build(config: MkDocsConfig) -> None:
    """Refuse what a browser would load from another host; list the links that lead to one."""
    linked = set()
    for page in sorted(Path(config.site_dir).rglob("*.html")):
        text = page.read_text(encoding="utf-8")
        if loaded := LOADED.search(text):
            raise PluginError(f"{page.name} loads from another host: {loaded[0]}")
        linked |= set(EXTERNAL.findall(text))
    listing = Path(config.site_dir, "external-links.txt")
    listing.write_text("\n".join(sorted(linked)) + "\n", encoding="utf-8")


def _examples() -> list[str]:
    return sorted(each.name for each in (ROOT / "examples").iterdir() if each.is_dir())


def _example(name: str) -> str:
    folder = ROOT / "examples" / name
    about = folder / "README.md"
    parts = [about.read_text(encoding="utf-8") if about.exists() else f"# {name.title()}\n"]
    for path in sorted(folder.rglob("*")):
        within = path.relative_to(folder)
        if path.suffix in LANGUAGES and not {"node_modules", ".venv"} & set(within.parts):
            code = path.read_text(encoding="utf-8").rstrip()
            parts.append(f"## {within}\n\n```{LANGUAGES[path.suffix]}\n{code}\n```\n")
    return "\n".join(parts)


def _source(uri: str) -> str:
    """The file of the repository that a page is made of."""
    if uri.startswith("examples/") and uri != "examples/index.md":
        return f"{uri.removesuffix('.md')}/README.md"
    return next((source for source, target in PAGES.items() if target == uri), f"docs/{uri}")


def _target(path: str) -> str:
    """Where the site has a file of the repository."""
    if path in PAGES:
        return PAGES[path]
    if path.startswith("examples/"):
        return f"examples/{path.split('/')[1]}.md"
    return path.removeprefix("docs/")
