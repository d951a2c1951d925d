"""Which number a term is, how finely it is written and where it is looked for."""

from __future__ import annotations

import pytest

import sib
from sib.deal.number import Number, now_at, number_at
from sib.deal.vary import base_of

HOUSEHOLDS = "programme.segments.'multi-problem households'"


def number(path: str, name: str = "zwarte-zwanen") -> Number:
    return number_at(base_of(sib.load(name)).term(path))


@pytest.mark.parametrize(
    ("path", "kind", "now", "bracket"),
    [
        ("contract.interest.rate", "rate", 0.04, (0.0, 0.5)),
        ("payers.Wmo.cashable.direct", "share", 0.9, (0.0, 1.0)),
        (f"{HOUSEHOLDS}.cases", "whole", 375, (38, 3750)),
        (f"{HOUSEHOLDS}.deadweight", "share", 0.10, (0.0, 1.0)),
        (f"{HOUSEHOLDS}.success", "share", None, (0.0, 1.0)),
        (f"{HOUSEHOLDS}.success.successes", "whole", 15, (2, 150)),
        (f"{HOUSEHOLDS}.saving.mean", "amount", 22_000, (2_200, 220_000)),
        (f"{HOUSEHOLDS}.by_law.Wmo", "share", 0.28, (0.0, 1.0)),
        ("programme.segments.*.cases", "whole", 375, (38, 3750)),
        ("programme.enrolment", "number", None, None),
        ("contract.commitment", "amount", 1_797_500, (179_750, 17_975_000)),
        ("contract.triggers.proof.at_least", "number", 1_200_000, (120_000, 12_000_000)),
        ("measures.inflation", "rate", 0.02, (0.0, 0.5)),
        ("measures.available_capacity", "amount", None, None),
        ("accountant.disputes.appeal", "share", 0.0, (0.0, 1.0)),
    ],
)
def test_kind_value_and_bracket(path: str, kind: str, now: float | None, bracket: tuple[float, float] | None) -> None:
    found = number(path)
    assert (found.kind.name, found.now, found.bracket()) == (kind, now, bracket)


def test_a_number_may_replace_a_table() -> None:
    assert number(f"{HOUSEHOLDS}.success").replaces
    assert not number("contract.interest.rate").replaces


def test_values_are_written_as_finely_as_the_term_allows() -> None:
    assert number("contract.interest.rate").written(0.123456789) == 0.12345679
    assert number("contract.commitment").written(100.005001) == 100.01
    assert number("programme.segments.*.cases").written(12.7) == 13
    assert isinstance(number("programme.segments.*.cases").written(12.7), int)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("contract.interest", "is a table; vary a number in it: contract.interest.rate"),
        ("contract.interest.compounding", "is no number"),
        ("timeline.closing", "is no number"),
        ("contract.interst.rate", "did you mean 'interest'"),
    ],
)
def test_what_is_no_number_says_so(path: str, reason: str) -> None:
    with pytest.raises(sib.ScenarioError, match=reason):
        number(path)


def test_a_default_is_what_holds_now() -> None:
    assert now_at(base_of(sib.load("zwarte-zwanen")).term("measures.inflation")) == 0.02
    assert type(now_at(base_of(sib.load("zwarte-zwanen")).term("contract.interest.rate"))) is float
