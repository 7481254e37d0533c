"""The pages of `docs` that Pulumi's registry shows. Their programs are run in `tests/engine`.

Source of the rules: `scripts/ci/community-package/` and the template for pull requests of
community packages in the repository pulumi/registry.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bird_dynamic.schema.publisher import PUBLISHER

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = ("_index.md", "installation-configuration.md")
BROKEN = {
    "an image from a relative address": r"""<img[^>]+src=["'](?!http)|!\[[^\]]*\]\((?!https?:)""",
    "a relative link in HTML": r"""<a[^>]+href=["'][./]""",
    "a link to a page of the repository": r"\]\((?!https?://)[^)]*\.md[)#]",
    "a relative link": r"\]\((?!https?://|/registry/|#)",
}
"""What does not work where the registry shows a page."""


def program(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.+?)```\n", (DOCS / "_index.md").read_text(), re.S)
    return str(found)


def front_matter(page: str) -> dict[str, Any]:
    _, front, _ = (DOCS / page).read_text().split("---\n", 2)
    return dict(yaml.safe_load(front))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_begins_with_what_the_registry_wants_to_know(page: str) -> None:
    front = front_matter(page)
    assert front.keys() == {"title", "meta_desc", "layout"}
    assert front["layout"] == "package"
    assert 50 <= len(front["meta_desc"]) <= 160


@pytest.mark.parametrize("what", BROKEN)
@pytest.mark.parametrize("page", PAGES)
def test_nothing_breaks_where_the_registry_shows_a_page(page: str, what: str) -> None:
    assert re.findall(BROKEN[what], (DOCS / page).read_text()) == []


def test_each_language_that_can_be_chosen_has_a_program() -> None:
    text = (DOCS / "_index.md").read_text()
    choosers = re.findall(r'{{< chooser language "(.+?)" >}}(.*?){{< /chooser >}}', text, re.S)
    assert choosers
    for languages, inside in choosers:
        block = r"{{% choosable language (\w+) %}}\n\n```(\w+)\n.+?\n```\n\n{{% /choosable %}}"
        programs = re.findall(block, inside, re.S)
        assert [language for language, _ in programs] == languages.split(",")
        assert all(language == fence for language, fence in programs)
    assert (
        text.count("{{")
        == text.count("}}")
        == 2 * sum(1 + len(languages.split(",")) for languages, _ in choosers)
    )


def test_the_repository_is_named_as_soon_as_there_is_one() -> None:
    text = (DOCS / "installation-configuration.md").read_text()
    assert (PUBLISHER.plugin_download_url or "github://api.github.com/OWNER/REPOSITORY") in text


@pytest.mark.parametrize("page", PAGES)
def test_the_first_line_warns_as_long_as_nobody_publishes_the_package(page: str) -> None:
    _, _, text = (DOCS / page).read_text().split("---\n", 2)
    warned = text.startswith("\n*For Pulumi's registry, after the first release. Nothing is")
    assert warned == bool(PUBLISHER.unset())


@pytest.mark.parametrize(
    ("language", "template"),
    [("python", "bird-python/__main__.py"), ("typescript", "bird-typescript/index.ts")],
)
def test_a_program_is_that_of_its_template(language: str, template: str) -> None:
    # Its first paragraph says what it is, as the page does above it.
    _, _, code = (ROOT / "templates" / template).read_text().partition("\n\n")
    assert program(language) == code


def test_the_go_program_is_a_part_of_the_example_and_names_the_package_of_the_schema() -> None:
    example = (ROOT / "examples" / "go" / "main.go").read_text().splitlines()
    assert [each for each in program("go").splitlines() if each not in example] == []
    schema = json.loads((DOCS / "schema.json").read_text())
    assert f'"{schema["language"]["go"]["importBasePath"]}"' in program("go")
