"""The plugin as source: a folder that Pulumi runs with a Python of the machine it is installed on.

`pulumi plugin install` makes an environment in it, as `requirements.txt` says. The same folder can
be kept beside a program and be named in its `Pulumi.yaml`.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from tools.distribution.archives import write_archive
from tools.distribution.environments import ROOT, SHIPPED

PLUGIN = ROOT / "plugin"
BESIDE = (ROOT / "LICENSE", ROOT / "README.md")
"""What every archive of the plugin has beside the program."""


def write_source_plugin(wheel: Path, archive: Path) -> None:
    """Write the archive with this wheel, and with the versions that the tests of it ran with."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = (PLUGIN / "PulumiPlugin.yaml", PLUGIN / "__main__.py", wheel, SHIPPED, *BESIDE)
        for each in files:
            shutil.copyfile(each, folder / each.name)
        (folder / "requirements.txt").write_text(f"-c {SHIPPED.name}\n./{wheel.name}\n")
        write_archive(folder, archive)
