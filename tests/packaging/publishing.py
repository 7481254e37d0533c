"""A copy of the project, as somebody would publish it."""

from __future__ import annotations

import shutil
from pathlib import Path

from bird_dynamic.schema.publisher import Publisher

ROOT = Path(__file__).parents[2]
MODULE = "bird_dynamic/schema/publisher.py"
FILES = ("pyproject.toml", "hatch_build.py", "README.md", "CHANGELOG.md", "LICENSE", MODULE)
COMPLETE = Publisher(
    name="Example Telecom",
    email="maintainers@example.com",
    repository="https://github.com/example-telecom/pulumi-bird",
    homepage="https://example.com/pulumi-bird",
    logo="https://example.com/logo.svg",
)


def copy_of_the_project(folder: Path, publisher: Publisher) -> None:
    """Write what the metadata of a build is made of into a folder."""
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / name)
    with (folder / MODULE).open("a") as module:
        module.write(f"\nPUBLISHER = {publisher!r}\n")
