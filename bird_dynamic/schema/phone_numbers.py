"""Phone numbers as people write them, and what the look-up of one says if none fits.

A number without its country code is never completed: 612345678 is a number in many countries.
Sources: ITU-T E.164 (up to 15 digits) and E.123 (notation), RFC 3966 (`tel:`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from bird_dynamic.schema.kinds import Kind
from bird_dynamic.schema.types import Enumeration
from bird_dynamic.schema.values import nearest

FORM = "write it in international form, such as +31612345678"
KNOWN_CAPABILITIES = ("voice", "sms", "mms", "fax", "whatsapp")
"""The capabilities that Bird's numbers API documents."""
CAPABILITY = Enumeration(
    "PhoneNumberCapability",
    "The documented capabilities, in either direction or in one; others exist.",
    tuple(f"{each}{way}" for each in KNOWN_CAPABILITIES for way in ("", "-inbound", "-outbound")),
)
MAX_SHOWN = 5
"""Limit of numbers that a text names."""
SHORTEST = {"+": 7, "00": 7, "0011": 7, "011": 10, None: 11}
"""Digits from which a number with this prefix is in international form. Johannesburg and Leeds
start with 011 too, and national numbers without a zero have up to 10 digits."""
KEEPS_ZERO = "39"
"""The country code of Italy: its (0) is a part of the number, not a prefix for national calls."""
OTHER_CODES = {"UK": "GB", "EL": "GR"}
"""Codes that are used for a country besides its ISO 3166 code."""
_CALLING_CODE = re.compile(r"[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[2-9]\d\d")
"""A country's calling code, at the beginning of a number (ITU-T E.164)."""
_PREFIX = r"(?P<prefix>\+|0011|00|011)?"
_NUMBER = re.compile(rf"{_PREFIX}(?P<digits>[1-9]\d{{6,14}})")
_COUNTRY_CODE = re.compile(rf"{_PREFIX}(?P<digits>[1-9]\d{{0,2}})")
_ZERO = re.compile(r"(.*\d.*?)\( *0 *\)(.*)")
_EXTENSION = re.compile(r"[ ,;]*(?:ext(?:ension|n)?|x|#)[ .:=]*\d{1,7}$")
_SEPARATORS = re.compile(r"[-\s().\[\]/·•]")


def international(text: str) -> str | None:
    """The digits of a number in international form; None if its country code is not certain."""
    plain = "".join(map(_plain, unicodedata.normalize("NFKC", text))).strip().lower()
    plain = _EXTENSION.sub("", plain.removeprefix("tel:"))
    if (zero := _ZERO.fullmatch(plain)) is not None:
        code, rest = _COUNTRY_CODE.fullmatch(_SEPARATORS.sub("", zero[1])), zero[2]
        if code is None:
            return None
        plain = zero[1] + "0" * (code["digits"] == KEEPS_ZERO) + rest
    found = _NUMBER.fullmatch(_SEPARATORS.sub("", plain))
    if found is None or len(found["digits"]) < SHORTEST[found["prefix"]]:
        return None
    return found["digits"]


def _plain(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cf":
        # Copied numbers often have invisible marks of direction around them.
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(character))
    return "-" if category == "Pd" or character == "\N{MINUS SIGN}" else character


def same_number(asked: str, stated: Any) -> bool:
    """Whether both are the same number. Bird states numbers in international form."""
    number = international(asked)
    return number is not None and number == re.sub(r"\D", "", str(stated))


def same_country(asked: str, stated: Any) -> bool:
    """Whether both are the same country code."""
    return asked.upper() == str(stated).upper()


def is_able(asked: str, stated: Sequence[str]) -> bool:
    """Whether the capabilities include it: `voice` is either direction, `voice-inbound` only
    one."""
    capability = _capability(asked)
    return any(each == capability or each.startswith(f"{capability}-") for each in stated)


def no_such_number(asked: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """Says that none of these rows has this number."""
    number = international(asked)
    if number is None:
        return (
            f"number: must be digits with a country code; {FORM}. The workspace has {named(rows)}"
        )
    read = "" if asked == f"+{number}" else f". The number was read as +{number}{_zero(number)}"
    return f"the workspace has no such number; it has {named(rows)}{read}"


def _zero(number: str) -> str:
    """What the number is without a 0 for national calls that was written after the country code."""
    found = _CALLING_CODE.match(number)
    if (
        found is None
        or found[0] == KEEPS_ZERO
        or not (rest := number[found.end() :]).startswith("0")
    ):
        return ""
    return f"; without the 0 after {found[0]}, it is +{found[0]}{rest.lstrip('0')}"


def other_code(asked: str, rows: Sequence[Mapping[str, Any]]) -> str | None:
    """Says that this is not the ISO 3166 code of the country; None if that is not certain."""
    if (code := OTHER_CODES.get(asked.upper())) is None:
        return None
    return f"country: {asked.upper()} is not an ISO 3166 code; did you mean {code}?"


def not_of_country(asked: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """Says that none of these rows is of this country."""
    country = asked.upper()
    countries = ", ".join(sorted({str(each["country"]) for each in rows}))
    meant = f"; did you mean {OTHER_CODES[country]}?" if country in OTHER_CODES else ""
    if len(rows) == 1:
        return f"the number {named(rows)} is of {countries}, not of {country}{meant}"
    return f"the workspace has no numbers of {country} (only {countries}){meant}"


def unknown_capability(asked: str, rows: Sequence[Mapping[str, Any]]) -> str | None:
    """Says that this capability is unknown, with the nearest known one; None if it is documented,
    or one of these rows has it."""
    stated = {each for row in rows for each in row["capabilities"]}
    kinds = sorted({*KNOWN_CAPABILITIES, *(each.partition("-")[0] for each in stated)})
    known = [*kinds, *(f"{kind}-{way}" for kind in kinds for way in ("inbound", "outbound"))]
    if (capability := _capability(asked)) in known:
        return None
    near = nearest(capability, known)
    meant = f"Did you mean {near}? " if near else ""
    return (
        f"capability: is unknown. {meant}Known are {', '.join(kinds)}, each also with -inbound "
        "or -outbound"
    )


def not_able(asked: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """Says that none of these rows has this capability, and which ones they have; or that it is
    unknown."""
    if (unknown := unknown_capability(asked, rows)) is not None:
        return unknown
    able = [
        f"{row['number']} has {', '.join(row['capabilities']) or 'none'}"
        for row in rows[:MAX_SHOWN]
    ]
    which = "the number" if len(rows) == 1 else "each number"
    return (
        f"{which} lacks the capability {_capability(asked)}: "
        f"{_and_more('; '.join(able), rows)}. Choose another number or another capability"
    )


def named(rows: Sequence[Mapping[str, Any]]) -> str:
    """The numbers of these rows; of many, only some and how many more."""
    return _and_more(", ".join(str(each["number"]) for each in rows[:MAX_SHOWN]), rows)


def _and_more(shown: str, rows: Sequence[Any]) -> str:
    more = len(rows) - MAX_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def _capability(asked: str) -> str:
    return re.sub(r"[\s_.]+", "-", asked.strip().lower())


def _number_problem(value: Any) -> str | None:
    if isinstance(value, str) and value.strip():
        return None
    return 'must be a string in international form, in quotes, such as "+31612345678"'


def _country_problem(value: Any) -> str | None:
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z]{2}", value):
        return None
    return 'must be two letters, in quotes, such as "DE"'


NUMBER = Kind("str", _number_problem)
COUNTRY = Kind("str", _country_problem)
