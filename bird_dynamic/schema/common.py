"""The inputs that every resource has: where it lies, and how it is dealt with.

Source: this package's own contract; Bird sees none of them in a body.
"""

from __future__ import annotations

from bird_dynamic.schema.fields import (
    DURATION,
    PROFILE,
    UUID_TEXT,
    WORKSPACE_ID,
    Field,
    OnChange,
)

WORKSPACE = Field(
    name="workspace_id",
    kind=WORKSPACE_ID,
    description="Workspace that it is in. By configuration if omitted.",
    is_input=True,
    required=True,
    setting="workspaceId",
)

PROFILE_INPUT = Field(
    name="profile",
    kind=PROFILE,
    description="Account, as the prefix of its configuration keys. `bird` if omitted.",
    is_input=True,
    on_change=OnChange.UPDATE,
)

LOCAL_INPUTS = (
    PROFILE_INPUT,
    Field(
        name="adopt",
        kind=UUID_TEXT,
        description="Id of an existing one to take over instead of creating it.",
        is_input=True,
        on_change=OnChange.NOTHING,
    ),
    Field(
        name="create_timeout",
        kind=DURATION,
        description="The longest that creating may take. By configuration if omitted.",
        is_input=True,
        on_change=OnChange.UPDATE,
    ),
    Field(
        name="delete_timeout",
        kind=DURATION,
        description="The longest that deleting may take. By configuration if omitted.",
        is_input=True,
        on_change=OnChange.UPDATE,
    ),
)
"""What every resource may be given besides."""
