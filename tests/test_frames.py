"""Comparisons as frames: the same figures as the papers, tidy, one row each."""

from __future__ import annotations

import pytest

import sib
from sib.analysis.arrangements import arrange
from sib.deal.arrangements import FORMS

DEAL = sib.load("zwarte-zwanen")


def test_forms_of_one_deal() -> None:
    frame = sib.compare(DEAL, trials=300)
    found = arrange(DEAL, 300)
    assert list(frame.columns) == ["form", "party", "measure", "statistic", "value", "standard_error", "low", "high",
                                   "unit"]
    assert list(dict.fromkeys(frame["form"])) == list(FORMS)
    assert len(frame) == sum(len(way.rows) for way in found.ways)
    wide = frame.query("measure == 'net_cash' and statistic == 'mean'").pivot(index="form", columns="party",
                                                                              values="value")
    assert wide.loc["revolving", "municipality"] == found.way("revolving").value("municipality", "net_cash")


def test_several_deals() -> None:
    frame = sib.compare(DEAL, sib.load("zwarte-zwanen", overlays=["trigger-high"]), trials=300)
    assert frame.groupby("kind").size().to_dict() == {"difference": 13, "value": 26}
    assert set(frame.query("kind == 'difference'")["scenario"]) == {1}


def test_budgets_by_year() -> None:
    frame = sib.budgets(DEAL, form="revolving", trials=300)
    assert list(frame.columns) == ["party", "law", "year", "measure", "mean", "standard_error", "p80", "p90", "p95"]
    by_year = frame.query("measure == 'saving'").dropna(subset="year").groupby("law")["mean"].sum()
    whole = frame.query("measure == 'saving' and year.isna()").set_index("law")["mean"]
    assert by_year["Wmo"] == pytest.approx(whole["Wmo"])
    assert sib.budgets(DEAL, trials=1).query("law == 'Wmo' and measure == 'charged'")["mean"].sum() > 0


@pytest.mark.parametrize("ask", [lambda: sib.compare(DEAL, forms=["bond"]), lambda: sib.budgets(DEAL, form="bond")])
def test_an_unknown_form_is_refused_with_those_there_are(ask) -> None:
    with pytest.raises(ValueError, match=r"'bond' is no way to pay; known: 'do_nothing'"):
        ask()
