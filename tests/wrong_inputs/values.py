"""Wrong values of arguments."""

from __future__ import annotations

from tests.wrong_inputs.row import Row, Way
from tests.wrong_inputs.ways import preview

ROWS = (
    Row(
        '`phone_number_id="one"`',
        Way.PREVIEW,
        ("phone_number_id", "must be a UUID"),
        lambda: preview(phone_number_id="one"),
    ),
)
