"""Texts in both languages, and figures whose digits follow their error."""

from __future__ import annotations

import math
from string import Formatter

import pytest

from sib.results import Row
from sib.views.audit_words import AUDIT_TEXTS
from sib.views.captions import TEXTS as CAPTIONS
from sib.views.words import TEXTS, Words

EN, NL = Words("en"), Words("nl")


def row(value: float, half: float | None = None, *, statistic: str = "mean", error: float | None = 1.0) -> Row:
    ends = (None, None) if half is None else (value - half, value + half)
    return Row("investor", "receipts", statistic, value, error, *ends, "EUR")


@pytest.mark.parametrize("key", TEXTS)
def test_a_text_has_both_languages_and_the_same_gaps(key: str) -> None:
    gaps = [sorted(str(name) for _, name, _, _ in Formatter().parse(text) if name is not None) for text in TEXTS[key]]
    assert all(text.strip() for text in TEXTS[key])
    assert gaps[0] == gaps[1]


# The error keeps one digit, two if it begins with 1; the value is rounded, halves away from zero, at the same digit.
@pytest.mark.parametrize(
    ("value", "half", "style", "shown"),
    [
        (1_880_726.0, 2_382.0, "money", ("1,881,000", "± 2,000")),
        (1_880_726.0, 1_949.0, "money", ("1,880,700", "± 1,900")),
        (1_880_726.0, 1_999.0, "money", ("1,880,700", "± 2,000")),
        (1_880_726.0, 950_000.0, "money", ("1,900,000", "± 1,000,000")),
        (-341_500.0, 3_000.0, "money", ("-342,000", "± 3,000")),
        (-400.0, 2_000.0, "money", ("0", "± 2,000")),
        (105.76, 0.0, "money", ("105.76", "")),
        (1_797_500.0, 0.0, "money", ("1,797,500", "")),
        (105.765, 0.001, "money", ("105.77", "")),
        (0.7636, 0.00306, "share", ("76.4%", "± 0.3")),
        (0.47244, 0.00065, "share", ("47.24%", "± 0.07")),
        (0.5, 0.0, "share", ("50%", "")),
        (0.486325, 0.0, "share", ("48.6%", "")),
        (0.0400917, 0.0000004, "rate", ("4.01%", "")),
        (0.04, 0.0, "rate", ("4.00%", "")),
        (2.661854, 0.001864, "years", ("2.66", "")),
        (11.41231, 0.0, "number", ("11.4", "")),
        (2.0, 0.0, "number", ("2", "")),
        (11_048.40, 0.0, "euros", ("11,048", "")),
    ],
)
def test_digits_follow_the_error(value: float, half: float, style: str, shown: tuple[str, str]) -> None:
    assert EN.figure(row(value, half), style) == shown


def test_dutch_writes_points_and_commas_the_other_way_round() -> None:
    assert NL.figure(row(1_880_726.0, 2_382.0), "money") == ("1.881.000", "± 2.000")
    assert NL.figure(row(0.7636, 0.00306), "share") == ("76,4%", "± 0,3")
    assert NL.figure(row(1_234.56, 0.0), "money") == ("1.234,56", "")


def test_a_lopsided_interval_shows_its_longer_side() -> None:
    lopsided = Row("investor", "receipts", "p05", 1_000.0, None, 960.0, 1_010.0, "EUR")
    assert EN.figure(lopsided, "money") == ("1,000", "± 40")


@pytest.mark.parametrize(("n", "bound"), [(1, "95%"), (300, "1%"), (20_000, "0.015%"), (1_000_000, "0.0003%")])
def test_a_chance_that_never_or_always_came_up_says_what_it_may_be(n: int, bound: str) -> None:
    # without a hit in n trials the chance is at most 1 - 0.05 ** (1 / n); shown to two digits, rounded up
    most = 1 - 0.05 ** (1 / n)
    never = Row("accountant", "paid", "probability", 0.0, None, 0.0, most, "fraction")
    assert EN.figure(never, "share") == ("0%", f"(at most {bound})")
    always = Row("accountant", "paid", "probability", 1.0, None, 1 - most, 1.0, "fraction")
    value, note = EN.figure(always, "share")
    assert value == "100%"
    assert float(note.removeprefix("(at least ").removesuffix("%)")) == pytest.approx(100 - float(bound[:-1]), abs=1e-9)


def test_what_trials_cannot_support_says_so_and_what_has_no_error_does_not() -> None:
    assert EN.figure(row(5.0, None, statistic="p99"), "money") == ("5", "(too few trials)")
    assert EN.figure(row(5.0, None, statistic="es99"), "money") == ("5", "(too few trials)")
    assert EN.figure(row(0.0173, None, statistic="value"), "rate") == ("1.73%", "")


def test_what_is_undefined_says_so() -> None:
    assert EN.figure(row(math.nan), "rate") == ("undefined", "")


def test_steps_of_the_bridge_have_names_in_both_languages() -> None:
    assert EN.reason("wrongly_rejected") == "good claim refused"
    assert NL.reason("wrongly_rejected") == "goede claim geweigerd"


def test_no_text_takes_the_key_of_another() -> None:
    assert [key for key, texts in AUDIT_TEXTS.items() if TEXTS[key] is not texts] == []


def test_dutch_has_one_word_for_a_case_and_for_a_seed() -> None:
    told = " ".join(dutch for texts in (AUDIT_TEXTS, CAPTIONS, TEXTS) for _, dutch in texts.values())
    assert not {"zaak", "zaken", "startwaarde"} & {*told.split()}
