"""The plugin as source: a folder that Pulumi runs with a Python of the machine it is installed on.

`pulumi plugin install` makes an environment in it, as `requirements.txt` says. The same folder can
be kept beside a program and be named in its `Pulumi.yaml`.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from tools.distribution.archives import write_archive
from tools.distribution.checksums import checksum_of
from tools.distribution.environments import LOCKS, ROOT

PLUGIN = ROOT / "plugin"
LOCK = LOCKS / "shipped.txt"
BESIDE = (ROOT / "LICENSE", ROOT / "README.md")
"""What every archive of the plugin has beside the program."""


def write_source_plugin(wheel: Path, archive: Path) -> None:
    """Write the archive with this wheel, and with the lock of what the tests of it ran with."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for each in (PLUGIN / "PulumiPlugin.yaml", PLUGIN / "__main__.py", wheel, LOCK, *BESIDE):
            shutil.copyfile(each, folder / each.name)
        # With the checksums in the lock, pip wants one for the wheel, too.
        requirements = f"-r {LOCK.name}\n./{wheel.name} --hash=sha256:{checksum_of(wheel)}\n"
        (folder / "requirements.txt").write_text(requirements)
        write_archive(folder, archive)
