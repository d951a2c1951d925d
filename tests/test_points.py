"""Figures that names mean: rows are those of the summary, each is asked for once."""

from __future__ import annotations

import pytest

import sib
from sib.analysis.compare import row
from sib.analysis.points import MEASURES, targets

DEAL = sib.load("zwarte-zwanen")


def test_rows_are_those_of_the_summary() -> None:
    run = sib.simulate(DEAL, 100, seed=1)
    by_what = {(each.party, each.measure, each.statistic): each for each in run.rows}
    for target in targets(DEAL, (*MEASURES, "payer.Wmo.net_cash", "programme.successes")):
        what = (target.party, target.measure, target.statistic)
        assert row(DEAL, target, values=target.values(run.simulation)) == by_what[what]


def test_a_figure_is_asked_for_once() -> None:
    assert len(targets(DEAL, ("investor.irr", "investor.irr.mean"))) == 1
    with pytest.raises(KeyError, match="neither a mean nor a chance"):
        targets(DEAL, ("municipality.reserve.p90",))
