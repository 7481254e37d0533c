"""The inputs that every resource has: location, account, adoption and timeouts.

Source: this package's own contract; none of them is sent in a body.
"""

from __future__ import annotations

from bird_dynamic.schema.fields import Field, OnChange
from bird_dynamic.schema.kinds import DURATION, PROFILE, WORKSPACE_ID, adopted_id

WORKSPACE = Field(
    name="workspace_id",
    kind=WORKSPACE_ID,
    description="Id (UUID) of the workspace. If omitted, `bird:workspaceId` or BIRD_WORKSPACE_ID.",
    example="a1405560-c8d3-4b1a-877d-3f449ad95352",
    is_input=True,
    required=True,
    setting="workspaceId",
)

PROFILE_INPUT = Field(
    name="profile",
    kind=PROFILE,
    description="Account to use, as the prefix of its configuration keys: `bird-eu` reads "
    "`bird-eu:accessKey` and the other `bird-eu:` keys, and no environment variables. If "
    "omitted, `bird`.",
    example="bird-eu",
    is_input=True,
    on_change=OnChange.UPDATE,
)


def local_inputs(item: str) -> tuple[Field, ...]:
    """The optional inputs that every resource has. `item` is Bird's noun: `connector`."""
    return (
        PROFILE_INPUT,
        Field(
            name="adopt",
            kind=adopted_id(item),
            description="Id (UUID) of an existing item to adopt instead of creating one. It must "
            "match the other arguments; otherwise, the first `up` fails and lists the differences.",
            example="b2f4a2f0-6d1c-4f0b-9a57-0c1e6f0f7a11",
            is_input=True,
            on_change=OnChange.NOTHING,
        ),
        *(
            Field(
                name=f"{operation}_timeout",
                kind=DURATION,
                description=f"Timeout of {operation}s, as a string or in seconds. If omitted, "
                "`bird:timeout` or BIRD_TIMEOUT.",
                example="10m",
                is_input=True,
                on_change=OnChange.UPDATE,
            )
            for operation in ("create", "delete")
        ),
    )
