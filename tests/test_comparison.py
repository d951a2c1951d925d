"""Several deals in one chart: the curves, and the words that explain them."""

from __future__ import annotations

import numpy as np
from charts import EN, HOUSEHOLDS, REFERENCE, expect_to_fit, key, run_of, title
from matplotlib.figure import Figure

from sib.deal.reader import load
from sib.run import simulate
from sib.views import style
from sib.views.comparison import compare_repayment, prepare_curve


def test_compared_deals_show_effective_cases_and_chances() -> None:
    """With p known, n cases count as n / (1 + (n - 1) rho): 375, and at rho .05 375 / 19.7 = 19.04."""
    known = {f"{HOUSEHOLDS}.success": 0.6}
    runs = {
        "rho 0": simulate(load(REFERENCE, overlays=["independent"], settings=known), 1024),
        "rho 0.05": simulate(load(REFERENCE, settings=known), 1024),
    }
    with style.house_style():
        figure = Figure()
        ax = compare_repayment(runs, figure.subplots())
    expect_to_fit(figure)
    first, second = (run.value("investor", "principal_loss", statistic="probability") for run in runs.values())
    assert second > first
    chances = f"{EN.percent(first)} (rho 0) or {EN.percent(second)} (rho 0.05)"
    assert title(figure) == f"Principal is lost (less back than laid out) in {chances} of trials"
    assert key(ax)[0].startswith("rho 0: 375 effective cases")
    assert key(ax)[1].startswith("rho 0.05: 19 effective cases")
    assert all(run.deal.digest[:12] in figure.get_supxlabel() for run in runs.values())
    assert [line.get_ydata()[0] for line in ax.lines if len(line.get_xdata()) == 1] == [first, second]


def test_a_curve_says_how_often_less_comes_back() -> None:
    run = run_of("reference")
    curve = prepare_curve("x", run)
    assert (curve.chances[0], curve.chances[-1]) == (0.0, 1.0)
    assert np.all(np.diff(curve.chances) >= 0)
    before, after = (curve.chances[np.searchsorted(curve.shares, 1.0) + step] for step in (-1, 1))
    assert before <= curve.lost <= after
    shares = run.trials["investor.receipts"] / run.trials["investor.outlay"]
    place = 300
    assert curve.chances[place] == (shares < curve.shares[place]).mean()
