"""Write the examples of the plugin's schema in every language: `make examples`; `--check` tells
whether they are current.

Of each page in `bird_dynamic/providers/examples`, the program in YAML is written by hand, and the
others are what `pulumi convert` makes of it. Needs the CLI, and what `--languages` of
`tools/pulumi/install.py` installs.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bird_dynamic.providers import schema
from tools.generated import write_or_check

LANGUAGES = {"typescript": "index.ts", "python": "__main__.py", "go": "main.go"}
"""The languages, and the file of a converted program. Their generators are in the CLI's module;
those for C# and Java are not."""
GENERATORS = Path(shutil.which("pulumi") or "").resolve().parent / "generators"
"""Where hosts that generate code are, if the CLI was built. Those of a release do it themselves."""
ALONE = {
    "PULUMI_BACKEND_URL": "file://~",
    "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "1",
    "PULUMI_SKIP_UPDATE_CHECK": "1",
}
"""The CLI asks nobody, and does not wait for whom it cannot reach."""
SOURCE = re.compile(r"```yaml\n(.*?)```\n", re.S)


def pages() -> dict[Path, str]:
    """Every page, by its path."""
    return {path: _page(path) for path in sorted(schema.EXAMPLES.glob("*.md"))}


def _page(path: Path) -> str:
    (program,) = SOURCE.findall(path.read_text(encoding="utf-8"))
    programs = {"yaml": program, **{each: _converted(program, each) for each in LANGUAGES}}
    return _formatted(
        "\n".join(f"```{name}\n{text.strip()}\n```\n" for name, text in programs.items())
    )


def _formatted(page: str) -> str:
    """With its Python as `make check` wants it."""
    ruff = [sys.executable, "-m", "ruff", "format", "--quiet", "--stdin-filename=page.md", "-"]
    return subprocess.run(ruff, input=page, capture_output=True, text=True, check=True).stdout


def _converted(program: str, language: str) -> str:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "example")
        out = Path(name, "converted")
        folder.mkdir()
        (folder / "Pulumi.yaml").write_text(f"name: example\nruntime: yaml\n{program}")
        flags = ("--from", "yaml", "--language", language, "--out", str(out), "--generate-only")
        subprocess.run(
            ["pulumi", "convert", *flags, "--non-interactive"],
            cwd=folder,
            env=os.environ | generating() | ALONE | {"PULUMI_HOME": str(Path(name, "home"))},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        return (out / LANGUAGES[language]).read_text()


def generating() -> dict[str, str]:
    """The environment in which the CLI generates code, for packages of this package's plugin."""
    places = (GENERATORS, Path(sys.prefix, "bin"), os.environ["PATH"])
    return {"PATH": os.pathsep.join(map(str, places))}


if __name__ == "__main__":
    sys.exit(write_or_check(pages()))
