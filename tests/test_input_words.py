"""What uncertain numbers are called, and the sentences on pages: what decides, what is close, what does nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sib.analysis.indices import Design, Indices, Part, Spread
from sib.analysis.sensitivity import Bar, Panel, Plan, Tornado
from sib.deal.rangefile import ranges
from sib.deal.ranges import Ranges, Unclear
from sib.deal.reader import read
from sib.results import Row
from sib.views import indices as shares_view
from sib.views import sensitivity as bars_view
from sib.views.input_words import labels, left_out, measure_of
from sib.views.words import Words

EN, NL = Words("en"), Words("nl")
REFERENCE = read("zwarte-zwanen")
KNOWN = ranges(REFERENCE)
IRR = ("investor", "irr", "mean")


def row(value: float, error: float = 0.0) -> Row:
    return Row(*IRR, value, error, value - 1.96 * error, value + 1.96 * error, "fraction")


def bars(*swings: tuple[float, float]) -> str:
    """The page of a tornado whose inputs have these swings and errors, from 0 upwards."""
    drawn = tuple(Bar(one, row(0.0), row(swing), replace(row(swing, error), statistic="swing"))
                  for one, (swing, error) in zip(KNOWN.inputs, swings, strict=False))
    found = Tornado(REFERENCE.scenario, KNOWN, Plan(), (Panel(IRR, row(0.0), drawn),))
    return " ".join(bars_view.Page(found, EN).text().split())


def shares(*pairs: tuple[float, float], sd: float = 0.1, noise: float = 0.0) -> str:
    """The page of Shapley effects with these shares and errors."""
    parts = tuple(Part(one, {"shapley": pair}) for one, pair in zip(KNOWN.inputs, pairs, strict=False))
    spread = Spread(IRR, "fraction", 0.03, sd, noise, parts)
    found = Indices(REFERENCE.scenario, KNOWN, Design(), "shapley", 10, (spread,))
    return " ".join(shares_view.Page(found, EN).text().split())


def test_names_are_known_words_or_the_end_of_the_path() -> None:
    named = labels(KNOWN.inputs, EN)
    assert named["programme.segments.multi-problem households.success.successes"] == "chance of success"
    assert labels(KNOWN.inputs, NL)["accountant.review.wrong_rejection"] == "onterechte afkeuringen"
    other = replace(KNOWN.inputs[0], paths=("accountant.disputes.months",))
    assert labels([other], EN) == {"accountant.disputes.months": "disputes.months"}


def test_two_of_the_same_name_are_told_apart() -> None:
    reading = read("zaanstad")
    named = labels(ranges(reading).inputs, EN)
    assert len(set(named.values())) == len(named)
    assert named["programme.segments.pilot cases.deadweight"] == "deadweight (pilot cases)"


def test_what_is_left_out_is_said() -> None:
    unclear = tuple(Unclear("a.b", "S0", why) for why in ("several", "outside", "no_deal"))
    told = " ".join(left_out(Ranges((), (), 1, unclear), EN))
    for text in ("1 other number", "does not say which", "outside its own range", "makes no deal"):
        assert text in told
    assert left_out(Ranges((), (), 0, ()), NL) == []


def test_measures_within_a_sentence() -> None:
    assert measure_of(("investor", "repaid_in_full", "probability"), EN) == "the chance “repaid in full”"
    assert measure_of(("municipality", "outcome_payments", "mean"), NL) == "wat zij betaalt"


def test_what_decides_is_said_where_it_is_sure() -> None:
    sure = bars((0.2, 0.01), (0.1, 0.01))
    assert "this decides: wrong rejections. Over its range, IRR lies between 0.00% and 20.00%." in sure
    close = bars((0.11, 0.01), (0.1, 0.01))
    assert "these decide: wrong rejections, and cashability, direct" in close
    nothing = bars((0.0, 0.0), (0.0, 0.0))
    assert "Without effect: wrong rejections, cashability, direct. Nothing here moves it." in nothing


@pytest.mark.parametrize(
    ("pairs", "text"),
    [
        ([(0.7, 0.05), (0.3, 0.05)], "this decides: wrong rejections. 70% of what the ranges leave open of IRR"),
        ([(0.55, 0.05), (0.45, 0.05)], "matter most: wrong rejections (55% of what the ranges leave open of IRR), "
                                       "and cashability, direct (45%)"),
        ([(0.0, 0.0), (0.0, 0.0)], "Nothing here moves it."),
    ],
)
def test_which_share_decides_is_said_where_it_is_sure(pairs: list[tuple[float, float]], text: str) -> None:
    assert text in shares(*pairs)


def test_noise_undefined_figures_and_no_spread_are_said() -> None:
    assert "take more --trials" in shares((0.7, 0.05), (0.3, 0.05), noise=0.2)
    assert "noise of the simulation below 1% of the variance" in shares((0.7, 0.05))
    assert "Nothing here moves it." in shares((float("nan"), float("nan")), sd=0.0)
