"""Phone numbers in every notation: read for certain, or not at all."""

from __future__ import annotations

import pytest

from bird_dynamic.schema.phone_numbers import international, no_such_number

WIDE = "+３１６１２３４５６７８"  # noqa: RUF001
ARABIC = "+٣١٦١٢٣٤٥٦٧٨"


@pytest.mark.parametrize(
    "written",
    [
        "+31612345678",
        "31612345678",
        " +31 6 1234 5678\n",
        "+31-6-12.34.56.78",
        "+31\u00a06\u202f12\u200934\u300056 78",
        "+31\u20116\u201312\u201434\u221256\u2212 78",
        "\u202a+31\u200b612345678\u202c",
        WIDE,
        ARABIC,
        "+ 31 (6) 1234/5678",
        "(+31) 612345678",
        "+31 (0)6 1234 5678",
        "+31(0) 612345678",
        "0031 (0)6 12345678",
        "31 (0)6 12345678",
        "0031612345678",
        "00 31 6 12345678",
        "0011 31 6 12345678",
        "011 31 6 12345678",
        "011-31-6-12345678",
        "tel:+31-6-12345678",
        "TEL:+31612345678;ext=12",
        "+31 6 1234 5678 ext. 12",
        "+31612345678x12",
        "+31612345678, extension 12",
        "+31612345678 #12",
    ],
)
def test_a_number_with_its_country_code_is_read(written: str) -> None:
    assert international(written) == "31612345678"


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("+1 (202) 555-0101", "12025550101"),
        ("1-202-555-0101", "12025550101"),
        ("001 202 555 0101", "12025550101"),
        ("011 44 20 7946 0001", "442079460001"),
        ("+44 (0) 20 7946 0001", "442079460001"),
        ("+39 (0)6 1234 5678", "390612345678"),
        ("+39 06 1234 5678", "390612345678"),
    ],
)
def test_a_zero_is_left_out_only_where_it_is_not_dialled(written: str, digits: str) -> None:
    assert international(written) == digits


@pytest.mark.parametrize(
    "written",
    [
        "0612345678",
        "06 1234 5678",
        "(0)612345678",
        "(0)31612345678",
        "612345678",
        "(202) 555-0101",
        "2025550101",
        "0113 496 0000",
        "011 496 0000",
        "010 1234567",
        "000031612345678",
        "+0031612345678",
        "++31612345678",
        "+31612345678 / +31612345679",
        "+31612345678 or 79",
        "+1 800 FLOWERS",
        "+31",
        "+1234567890123456",
        "1",
        "",
        "support",
        "+31612 (0) 345678",
        "tel:0612345678;phone-context=+31",
        "2cffb55c-120e-91a8-8f10-ed9d1b412d29",
    ],
)
def test_a_number_whose_country_is_not_certain_is_not_read(written: str) -> None:
    assert international(written) is None


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("0031 06 12345678", "read as +310612345678; without the 0 after 31, it is +31612345678"),
        (
            "+44 020 7946 0001",
            "read as +4402079460001; without the 0 after 44, it is +442079460001",
        ),
        ("+353 01 234 5678", "read as +353012345678; without the 0 after 353, it is +35312345678"),
        ("+39 06 1234 5678", "read as +390612345678"),
        ("+31 20 1234567", "read as +31201234567"),
    ],
)
def test_a_zero_after_the_country_code_is_told_if_there_is_no_such_number(
    written: str, says: str
) -> None:
    told = no_such_number(written, [{"number": "+31612345678"}])
    assert told.endswith(f"The number was {says}")
