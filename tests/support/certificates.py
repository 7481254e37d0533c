"""A certificate and a private key, as files have them."""

from __future__ import annotations

import re
from pathlib import Path

import certifi

KIND = "PRIVATE KEY"
KEY = f"-----BEGIN {KIND}-----\nbm90IHJlYWxseSBhIGtleQ==\n-----END {KIND}-----\n"
_FOUND = re.search(
    r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n",
    Path(certifi.where()).read_text(),
    re.DOTALL,
)
assert _FOUND is not None
CERTIFICATE = _FOUND[0]
