"""Write `checksums.txt`: the checksums that Pulumi publishes with the pinned releases.

Run it after a pin was raised, and review the difference: what it writes is trusted from then on.
"""

from __future__ import annotations

import re
import sys
import urllib.request

from tools.pulumi.pins import CHECKSUMS, NEWEST, OLDEST

PUBLISHED = "https://github.com/pulumi/pulumi/releases/download/v{0}/pulumi-{0}-checksums.txt"
USED = r"^[0-9a-f]{64}  pulumi-v\S+-(?:linux|darwin)-(?:x64|arm64)\.tar\.gz$"
HEADER = "# SHA-256 of Pulumi's official releases; written by `make checksums`.\n"


def main() -> None:
    """Fetch both files first, so that nothing is written if one of them is out of reach."""
    addresses = [PUBLISHED.format(pin.version) for pin in (OLDEST, NEWEST)]
    try:
        parts = [lines_at(address) for address in addresses]
    except OSError as error:
        sys.exit(f"error: the published checksums cannot be read: {error}")
    CHECKSUMS.write_text(HEADER + "".join(parts))


def lines_at(address: str) -> str:
    """The address as a comment, and the lines of the archives that are used."""
    with urllib.request.urlopen(address, timeout=30) as response:
        lines = re.findall(USED, response.read().decode(), re.MULTILINE)
    if not lines:
        raise OSError(f"{address} has no line of an archive")
    return "\n".join([f"# {address}", *lines, ""])


if __name__ == "__main__":
    main()
