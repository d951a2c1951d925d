"""Engagements, standards and tolerances by year."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from sib.deal.assurance import REGIMES, STANDARDS, Assurance, Tolerance, tolerance_of


# Besluit accountantscontrole decentrale overheden: to 2024 errors 1% and uncertainties 3%, from 2025 together 2%
@pytest.mark.parametrize(
    ("year", "shares"),
    [
        (2003, None),
        (2004, (0.01, 0.03, None)),
        (2024, (0.01, 0.03, None)),
        (2025, (None, None, 0.02)),
        (2040, (None, None, 0.02)),
    ],
)
def test_dutch_municipalities_have_one_tolerance_a_year(year: int, shares: tuple[float | None, ...] | None) -> None:
    found = Assurance(engagement="assurance", regime="nl_municipal").tolerance(year)
    assert (found and (found.error_share, found.uncertainty_share, found.together_share)) == shares


def test_only_an_assurance_engagement_concludes() -> None:
    assert {name: (each.number, each.concludes) for name, each in STANDARDS.items()} == {
        "agreed_upon_procedures": ("4400N", False),
        "assurance": ("3000A", True),
    }


@pytest.mark.parametrize("listed", REGIMES.values())
def test_a_regime_is_in_the_order_of_its_years(listed: tuple[Tolerance, ...]) -> None:
    years = [each.from_year for each in listed]
    assert years == sorted(set(years))


def test_own_tolerances_take_the_place_of_a_regime() -> None:
    own = (Tolerance(from_year=2024, together_share=0.05), Tolerance(from_year=2026, together_share=0.04))
    deal = Assurance(engagement="assurance", tolerances=own)
    assert [deal.tolerance(year) for year in (2023, 2024, 2025, 2026)] == [None, own[0], own[0], own[1]]
    assert Assurance(engagement="agreed_upon_procedures").tolerance(2025) is None
    assert tolerance_of((), 2025) is None


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        ({"engagement": "audit"}, "agreed_upon_procedures"),
        ({"engagement": "assurance"}, "needs a measure"),
        ({"engagement": "assurance", "regime": "nl"}, "nl_municipal"),
        ({"engagement": "assurance", "regime": "nl_municipal", "tolerances": [{"from_year": 1990, "error_share": 0}]},
         "found both"),
        ({"engagement": "assurance", "tolerances": [{"from_year": 2025}]}, "nothing in particular"),
        ({"engagement": "assurance", "tolerances": [{"from_year": 2025, "error_share": 2}]}, "2% is written 0.02"),
        ({"engagement": "assurance", "tolerances": [{"from_year": 25, "error_share": 0.02}]}, "a year from 1,900"),
        ({"engagement": "assurance", "tolerances": [{"from_year": 2025, "error_share": 0.02}] * 2}, "out of order"),
    ],
)
def test_what_cannot_be_meant_is_refused(terms: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Assurance.model_validate(terms)
