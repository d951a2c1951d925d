"""Amounts as people write them: what is read, what is refused with which hint, what is written."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sib.amounts import MINOR_UNITS, NumberFormat, format_amount, parse_amount

EXACT = 2**53
NBSP, NARROW = "\u00a0", "\u202f"


@pytest.mark.parametrize(
    ("text", "number_format", "cents"),
    [
        ("1.797.500,00", "nl", 179_750_000),
        ("1,797,500.00", "en", 179_750_000),
        ("1797500", None, 179_750_000),
        ("1797500,5", "nl", 179_750_050),
        ("12.500", "nl", 1_250_000),
        ("12,500", "en", 1_250_000),
        ("-12.50", None, -1_250),
        ("0,05", None, 5),
        ("€ 1.797.500,00", None, 179_750_000),
        (f"€{NBSP}1.000,00", "nl", 100_000),
        (f"-€{NARROW}1.000", "nl", -100_000),
        ("€ -1.000,00", "nl", -100_000),
        ("1,000.00 €", "en", 100_000),
        (f"1{NBSP}797{NBSP}500,00", "nl", 179_750_000),
        (f"1{NARROW}797{NARROW}500.00", "en", 179_750_000),
        ("1.797.500", None, 179_750_000),  # two points cannot both be decimal
        (" 7 ", None, 700),
    ],
)
def test_amounts_are_read(text: str, number_format: NumberFormat | None, cents: int) -> None:
    assert parse_amount(text, number_format=number_format) == cents


@pytest.mark.parametrize("text", ["1.797", "12.500", "1,797", "-999,999", "€ 12.500"])
def test_what_may_be_two_amounts_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r'may be .* or .*: declare number_format = "en" or "nl"'):
        parse_amount(text)


@pytest.mark.parametrize(
    ("text", "number_format", "hint"),
    [
        ("1797500.00", "nl", "in number_format 'nl'"),  # never 179,750,000
        ("1797500,00", "en", "in number_format 'en'"),
        ("1,797,50", "en", "amounts look like"),
        ("1.797,500.00", None, "amounts look like"),
        (f"1.797{NBSP}500", "nl", "amounts look like"),
        ("0.125", "nl", "amounts look like"),
        ("007", None, "amounts look like"),
        ("12.505", "en", "3 decimals"),
        ("1234.567", None, "3 decimals"),
        ("1_000", None, "underscores"),
        ("1e3", None, "exponent"),
        ("(1.000,00)", "nl", "minus in front"),
        ("1.000,00-", "nl", "minus in front"),
        ("\u2212100", None, "minus in front"),
        ("1.000,-", "nl", "whole euros"),
        ("\u0661\u0662\u0663", None, "digits 0 to 9"),
        ("nan", None, "finite"),
        ("-inf", None, "finite"),
        ("Infinity", "en", "finite"),
        ("1 000", None, "spaces"),
        ("4%", None, "percentage"),
        ("", None, "amounts look like"),
        ("€", None, "amounts look like"),
        ("€ 5 €", None, "amounts look like"),
        ("--5", None, "amounts look like"),
        ("-€-5", None, "amounts look like"),
        (".50", None, "amounts look like"),
        ("5.", None, "amounts look like"),
        ("1" * 100, None, "amounts look like"),
        ("9" * 15, None, "too large"),
    ],
)
def test_what_is_no_amount_is_refused(text: str, number_format: NumberFormat | None, hint: str) -> None:
    with pytest.raises(ValueError, match=hint):
        parse_amount(text, number_format=number_format)


def test_the_other_readings_of_an_ambiguous_amount_are_named() -> None:
    with pytest.raises(ValueError, match=r"'1\.797' may be 1\.797 or 1797"):
        parse_amount("1.797")


@pytest.mark.parametrize(
    ("cents", "lang", "decimals", "text"),
    [
        (179_750_000, "en", 2, "1,797,500.00"),
        (179_750_000, "nl", 2, "1.797.500,00"),
        (179_750_050, "nl", 0, "1.797.501"),
        (-179_750_050, "en", 0, "-1,797,501"),
        (5, "en", 2, "0.05"),
        (-49, "en", 0, "0"),
        (0.5, "en", 2, "0.01"),
        (189_150_012.3, "nl", 2, "1.891.500,12"),
        (np.float64(-100.0), "nl", 2, "-1,00"),
        (10**15, "en", 2, "10,000,000,000,000.00"),
    ],
)
def test_amounts_are_written(cents: float, lang: NumberFormat, decimals: int, text: str) -> None:
    assert format_amount(cents, lang=lang, decimals=decimals) == text


@given(st.integers(1 - EXACT, EXACT - 1), st.sampled_from(["en", "nl"]))
def test_what_is_written_reads_back(cents: int, lang: NumberFormat) -> None:
    assert parse_amount(format_amount(cents, lang=lang), number_format=lang) == cents


def test_a_currency_without_cents() -> None:
    yen = MINOR_UNITS["JPY"]
    assert parse_amount("1,797,500", number_format="en", minor=yen) == 1_797_500
    assert format_amount(1_797_500, decimals=0, minor=yen) == "1,797,500"
    with pytest.raises(ValueError, match="1 decimals"):
        parse_amount("1.5", minor=yen)
