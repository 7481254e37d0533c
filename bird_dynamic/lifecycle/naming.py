"""The connector name of a resource whose program gives it none.

Unlike Pulumi's auto-naming it has nothing random in it: a connector that an interrupted run left
behind can be recognised by it.
"""

from __future__ import annotations

import hashlib
import re

LONGEST_NAME = 60
"""Characters of the resource's name that a derived name begins with."""


def derived_name(identity: str, resource_name: str) -> str:
    """A name for this resource of this stack, and for no other. `identity` says which: organization
    and URN."""
    digest = hashlib.sha256(identity.encode()).hexdigest()[:10]
    return f"{resource_name[:LONGEST_NAME]}-{digest}"


def is_derived(name: str) -> bool:
    """Whether a name has the form of a derived one; a name that was adopted stands in for one."""
    return re.search(r"-[0-9a-f]{10}\Z", name) is not None
