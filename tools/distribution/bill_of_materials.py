"""The bill of materials of the plugin: its version, what it contains, and the licence of each."""

from __future__ import annotations

from pathlib import Path

from tools.distribution.environments import ROOT, environment, ran


def write_bill_of_materials(python: Path, file: Path) -> None:
    """Write it in the format of CycloneDX, for the environment of this Python."""
    cyclonedx = environment("cyclonedx-bom")
    options = ["--output-reproducible", "--output-format", "JSON", "--output-file", str(file)]
    options += ["--pyproject", str(ROOT / "pyproject.toml"), "--mc-type", "application"]
    ran(cyclonedx, "-m", "cyclonedx_py", "environment", *options, python)
