"""Ranges that a deal's sources argue: the reference deal by hand, which number is meant, and what is not guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

import sib
from sib.deal.ranges import Input, Unclear, argued, ends_of, numbers_of, reading_of
from sib.deal.reader import packaged, read
from sib.deal.vary import base_of

REFERENCE = "zwarte-zwanen"
SEGMENT = "programme.segments.multi-problem households"


def found(source: str | Path, **settings: object) -> tuple[dict[str, Input], list[Unclear]]:
    reading = read(source, settings=settings)
    inputs, unclear = argued(reading, base_of(reading))
    return {each.name: each for each in inputs}, unclear


@pytest.mark.parametrize(
    ("source", "ends"),
    [
        ("assumed: 0.45 to 0.75 argued", (0.45, 0.75, ())),
        ("assumed: 12 to 36 months seen", (12, 36, ("months",))),
        ("S4 (Sociaal Hospitaal, MaatPact Tilburg), 16,747 to 35,249 seen", (16_747, 35_249, ())),
        ("assumed: six schools; icc 0.01 to 0.10 can be argued", (0.01, 0.1, ("can", "be", "icc"))),
        ("assumed: 2% of the lump sum a year; 0 to 4% argued", (0, 0.04, ())),
        ("assumed: savings share what prices do (0 to 0.5 argued); a chance of 1 leaves nothing", (0, 0.5, ())),
        ("assumed", None),
        ("S0, 2019 to 2023", None),
        ("assumed: gain 0 to 0.25, 50 to 300 a case argued", None),
        ("assumed: 1.2.3 argued", None),
    ],
)
def test_what_a_source_argues(source: str, ends: tuple[float, float, tuple[str, ...]] | None) -> None:
    assert ends_of(source) == ends


def test_the_reference_deal_by_hand() -> None:
    inputs, unclear = found(REFERENCE)
    assert unclear == []
    assert {name: (each.number.now, each.low, each.high) for name, each in inputs.items()} == {
        "payers.Wmo.cashable.direct": (0.9, 0.7, 1.0),
        f"{SEGMENT}.intake.months": (24, 12, 36),
        f"{SEGMENT}.success.successes": (15, 11, 19),  # 0.45 and 0.75 of 25 are 11.25 and 18.75
        f"{SEGMENT}.saving.mean": (22_000, 16_747, 35_249),
        f"{SEGMENT}.deadweight": (0.1, 0.0, 0.3),
        "accountant.review.wrong_rejection": (0.1, 0.0, 0.2),
    }
    assert inputs[f"{SEGMENT}.intake.months"].source == "assumed: 12 to 36 months seen"
    assert all(each.shape == "uniform" for each in inputs.values())


def test_what_is_as_for_another_goes_with_it() -> None:
    inputs, _ = found(REFERENCE)
    laws = ("Wmo", "Jeugdwet", "Participatiewet", "Wgs")
    one = inputs["payers.Wmo.cashable.direct"]
    assert one.paths == tuple(f"payers.{law}.cashable.direct" for law in laws)
    assert one.terms(0.7) == dict.fromkeys(one.paths, 0.7)
    apart, _ = found(REFERENCE, **{"payers.Wgs.cashable.direct": 0.8})
    assert apart["payers.Wmo.cashable.direct"].paths == one.paths[:3]


def test_a_range_holds_for_what_was_written_with_it() -> None:
    inputs, _ = found(REFERENCE, **{f"{SEGMENT}.deadweight": 0.2})
    assert f"{SEGMENT}.deadweight" not in inputs


def test_whole_numbers_stay_whole_and_amounts_have_cents() -> None:
    inputs, _ = found(REFERENCE)
    assert inputs[f"{SEGMENT}.intake.months"].terms(24.6) == {f"{SEGMENT}.intake.months": 25}
    assert inputs[f"{SEGMENT}.saving.mean"].terms(20_000.126) == {f"{SEGMENT}.saving.mean": 20_000.13}


@pytest.mark.parametrize(
    ("deal", "path", "why"),
    [
        ("enschede", "arrangements.learning", "several"),  # gain 0 to 0.25, 50 to 300 a case argued
        ("hollandscheveld-verbindt", "payers.Wlz", "several"),  # of two shares together
        ("hollands-kroon", "budget.total", "outside"),  # 0 to 4% of a sum, which is no share
        ("almelo", "programme.segments.families.cases", "no_deal"),  # the budget is for as many as there are
    ],
)
def test_what_is_not_clear_is_not_guessed(deal: str, path: str, why: str) -> None:
    inputs, unclear = found(deal)
    assert (path, why) in [(each.path, each.why) for each in unclear]
    assert path not in inputs


def test_words_before_a_range_and_means_of_distributions_are_meant() -> None:
    assert (found("chicago-cpc")[0]["programme.dependence.icc"].low) == 0.01
    one = found("almelo")[0]["programme.segments.families.success.mean"]
    assert (one.low, one.high) == (0.5, 0.9)


@pytest.mark.parametrize("deal", packaged())
def test_ranges_of_packaged_deals_hold_what_the_deal_says(deal: str) -> None:
    inputs, _ = found(deal)
    for each in inputs.values():
        assert each.number.now is not None
        assert each.low <= each.number.now <= each.high
        assert each.low < each.high


def test_a_deal_without_its_file_has_the_same_ranges() -> None:
    deal = sib.load(REFERENCE)
    reading = reading_of(deal)
    assert argued(reading, base_of(reading))[0] == list(found(REFERENCE)[0].values())
    assert len(numbers_of(reading)) == len(numbers_of(read(REFERENCE)))
    assert reading_of(reading) is reading
