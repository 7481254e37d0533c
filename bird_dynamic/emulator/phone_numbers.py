"""The fictitious phone numbers of the emulated workspace; their ids never change."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

NUMBERS = (
    ("+3197010200001", "NL", "local", ("voice", "sms")),
    ("+3197010200002", "NL", "local", ("voice", "sms")),
    ("+3197010200003", "NL", "mobile", ("sms",)),
    ("+12025550101", "US", "local", ("voice", "sms", "mms")),
    ("+12025550102", "US", "toll-free", ("voice",)),
    ("+12025550103", "US", "local", ("voice", "sms")),
    ("+442079460001", "GB", "local", ("voice",)),
    ("+442079460002", "GB", "local", ("voice", "sms")),
    ("+4930231250001", "DE", "national", ("voice",)),
    ("+4930231250002", "DE", "local", ("voice",)),
    ("+33199000001", "FR", "local", ("voice", "sms")),
    ("+61255500001", "AU", "local", ("voice", "sms")),
)
_FIRST_NUMBER_ID = "2cffb55c-120e-91a8-8f10-ed9d1b412d29"


def twin(number_id: str) -> str:
    """Another id of the number with this id."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, number_id))


@dataclass(frozen=True)
class PhoneNumber:
    """A number of the workspace, from a range that is reserved for fiction, or invented."""

    id: str
    number: str
    country: str
    type: str
    capabilities: tuple[str, ...]

    @classmethod
    def made_up(cls, index: int) -> PhoneNumber:
        """The index-th number, always with the same id."""
        if index < len(NUMBERS):
            number, country, kind, capabilities = NUMBERS[index]
        else:
            number, country, kind, capabilities = (
                f"+3197020{index:06d}",
                "NL",
                "local",
                ("voice", "sms"),
            )
        number_id = _FIRST_NUMBER_ID if index == 0 else str(uuid.uuid5(uuid.NAMESPACE_URL, number))
        return cls(number_id, number, country, kind, tuple(capabilities))
