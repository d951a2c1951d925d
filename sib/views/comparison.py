"""Several deals in one chart: how often the investor gets back less than it laid out, and how much less.

In come runs by label, out go axes on which each is a line. Shares of the outlay make deals of different size
comparable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from sib.amounts import NumberFormat
from sib.arrays import Floats
from sib.run import Run
from sib.views import style
from sib.views.captions import Captions, captions_for


@dataclass(frozen=True, slots=True)
class Curve:
    """How often less than a share of the outlay comes back.

    Parameters
    ----------
    label : str
    shares, chances : ndarray of shape (n_points,)
        Receipts over outlay, and the share of trials with less.
    lost, mean, effective_cases : float
        Chance of losing principal; mean receipts over mean outlay; of the deal.
    """

    label: str
    shares: Floats
    chances: Floats
    lost: float
    mean: float
    effective_cases: float


def prepare_curve(label: str, run: Run) -> Curve:
    """Count how often less than each share of the outlay comes back."""
    outlay, receipts = run.trials["investor.outlay"].to_numpy(), run.trials["investor.receipts"].to_numpy()
    shares = np.sort(receipts[outlay > 0] / outlay[outlay > 0])
    points = np.linspace(0.0, max(1.05, float(shares.max(initial=0.0)) * 1.02), 421)
    return Curve(
        label=style.plain(label), shares=points, chances=np.searchsorted(shares, points, side="left") / len(outlay),
        lost=run.value("investor", "principal_loss", statistic="probability"),
        mean=run.value("investor", "moic", statistic="mean"),
        effective_cases=run.value("programme", "effective_cases", statistic="value"),
    )


def draw_curves(curves: list[Curve], ax: Axes, *, say: Captions) -> Axes:
    """Draw how often less comes back, a line for each deal, with the chance of losing principal marked."""
    for place, curve in enumerate(curves):
        look = style.SERIES[place % len(style.SERIES)]
        label = say.text("compared", label=curve.label, cases=say.number(curve.effective_cases),
                         mean=say.percent(curve.mean), lost=say.percent(curve.lost))
        ax.step(curve.shares, curve.chances, where="post", color=look.colour, linestyle=look.line,
                label=style.escape(label))
        ax.plot([1.0], [curve.lost], marker="o", color=look.colour, markersize=5, zorder=5)
    ax.set_xlim(0.0, max(curve.shares[-1] for curve in curves))
    ax.set_ylim(0.0, min(1.0, max(0.2, 3 * max(curve.lost for curve in curves))))
    style.marked(ax, 1.0, label=say.text("outlay-line"))
    style.percent_axis(ax.xaxis, say.text("receipts-share"), say=say)
    style.percent_axis(ax.yaxis, say.text("less-back"), say=say)
    return ax


def compare_repayment(runs: Mapping[str, Run], ax: Axes, *, lang: NumberFormat = "en") -> Axes:
    """Draw how often the investor gets back less than a share of its outlay, for several deals in one chart.

    Parameters
    ----------
    runs : mapping of str to Run
        By the label in the legend; one at least.
    ax : Axes
        Gets the sentence as its title; its figure gets the foot.
    lang : {"en", "nl"}

    Returns
    -------
    Axes
    """
    say = captions_for(next(iter(runs.values())).deal, lang)
    curves = [prepare_curve(label, run) for label, run in runs.items()]
    draw_curves(curves, ax, say=say)
    chances = say.text("or").join(f"{say.percent(curve.lost)} ({curve.label})" for curve in curves)
    style.headed(ax, say.text("compare-repayment", chances=chances), columns=1)
    style.foot(ax.figure, runs.values(), say=say)
    return ax
