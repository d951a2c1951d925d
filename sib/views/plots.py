"""The charts: which there are, what each one says, and how they become figures and files.

In comes a run, out go figures, each with its sentence as title and the run in its foot. What a chart shows is
counted and drawn in ``histograms``, ``courses`` and ``bridge``; a chart is added in one of them and in ``CHARTS``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sib.amounts import NumberFormat
from sib.results import Row
from sib.run import Run
from sib.views import style
from sib.views.bridge import Bridge, draw_bridge, prepare_bridge
from sib.views.captions import MINUS, Captions, captions_for
from sib.views.comparison import compare_repayment
from sib.views.courses import (
    Cash,
    Outstanding,
    draw_cash,
    draw_convergence,
    draw_outstanding,
    named,
    prepare_cash,
    prepare_convergence,
    prepare_outstanding,
)
from sib.views.histograms import (
    draw_net_cash,
    draw_repayment,
    prepare_gain,
    prepare_net_cash,
    prepare_repayment,
    shared_width,
)
from sib.views.words import Words


def row_of(run: Run, party: str, *, measure: str, statistic: str = "mean") -> Row:
    """Return one row of the summary."""
    return next(row for row in run.rows if (row.party, row.measure, row.statistic) == (party, measure, statistic))


def money(row: Row, say: Captions) -> str:
    """Write a row of money in the same digits as the tables do."""
    return say.with_currency(Words(say.lang).figure(row, "money")[0])


def chance(run: Run, party: str, *, measure: str, say: Captions) -> str:
    """Write a probability of the summary."""
    return say.percent(row_of(run, party, measure=measure, statistic="probability").value)


def say_repayment(run: Run, paper: Any, *, say: Captions) -> str:
    """Say how likely repayment in full is, and a loss of principal."""
    full, lost = (chance(run, "investor", measure=name, say=say) for name in ("repaid_in_full", "principal_loss"))
    return say.text("repayment-risk", full=full, lost=lost)


def say_outstanding(run: Run, paper: Outstanding, *, say: Captions) -> str:
    """Say when half of the trials are rid of principal, or how many never are, and how many are short at the end."""
    short = say.percent(1 - row_of(run, "investor", measure="repaid_in_full", statistic="probability").value)
    if paper.repaid_by is None:
        return say.text("outstanding-late", owing=say.percent(paper.owing), short=short)
    return say.text("outstanding", day=say.month(paper.repaid_by), short=short)


def say_net_cash(run: Run, paper: Any, *, say: Captions) -> str:
    """Say how likely the municipality pays more than it saves, and what it should hold against that."""
    short = chance(run, "municipality", measure="pays_more_than_it_saves", say=say)
    reserve = money(row_of(run, "municipality", measure="reserve", statistic="p90"), say)
    return say.text("municipality-net-cash", party=_payer(run, say), short=short, reserve=reserve)


def say_bridge(run: Run, paper: Bridge, *, say: Captions) -> str:
    """Say how much of what is claimed is left, and what takes most."""
    claimed, validated = (row_of(run, "accountant", measure=name) for name in ("claimed", "validated"))
    if not paper.claimed:
        return say.text("bridge-empty")
    if not paper.taken:
        return say.text("bridge-whole", claimed=money(claimed, say))
    reason = say.reason(max(paper.taken, key=lambda name: paper.taken[name]))
    part = say.percent(paper.validated / paper.claimed)
    return say.text(
        "bridge", validated=money(validated, say), claimed=money(claimed, say), part=part, reason=reason,
    )


def say_cash(run: Run, paper: Cash, *, say: Captions) -> str:
    """Say where investor and municipality end on average."""
    loss = row_of(run, "investor", measure="loss")
    result = say.text("behind" if loss.value > 0 else "ahead", amount=money(loss, say).lstrip(MINUS))
    paid, saved, cashable = (
        money(row_of(run, "municipality", measure=name), say)
        for name in ("outcome_payments", "true_savings", "cashable_savings")
    )
    return say.text(
        "cumulative-cash", investor=named(run.deal.parties.investor, say), result=result,
        party=named(run.deal.parties.outcome_payer, say), paid=paid, own=_own_costs(run, say), saved=saved,
        cashable=cashable,
    )


def _own_costs(run: Run, say: Captions) -> str:
    """Say what the municipality bears beside its payments; nothing where it bears nothing."""
    costs = [row for row in run.rows if (row.party, row.measure) == ("municipality", "own_costs")]
    keys = (("own-costs" if row.value > 0 else "own-gain", money(row, say).lstrip(MINUS)) for row in costs)
    return "".join(say.text(key, amount=amount) for key, amount in keys)


def say_convergence(run: Run, paper: pd.DataFrame, *, say: Captions) -> str:
    """Say how well the chance of repayment in full is known by now."""
    row = row_of(run, "investor", measure="repaid_in_full", statistic="probability")
    ends = [abs(end - row.value) for end in (row.low, row.high) if end is not None]
    error = say.number(max(ends, default=1.0) * 100, 1 if max(ends, default=1.0) < 0.1 else 0)
    return say.text("convergence", trials=say.trials(run.n_trials), error=error)


def _payer(run: Run, say: Captions) -> str:
    name = named(run.deal.parties.outcome_payer, say)
    return name[:1].upper() + name[1:]


class Chart(NamedTuple):
    """What a chart is made of: the table it needs, how that is drawn, and the sentence over it."""

    prepare: Callable[[Run], Any]
    draw: Callable[..., Axes]
    sentence: Callable[..., str]


CHARTS: dict[str, Chart] = {
    "repayment-risk": Chart(prepare_repayment, draw_repayment, say_repayment),
    "outstanding": Chart(prepare_outstanding, draw_outstanding, say_outstanding),
    "municipality-net-cash": Chart(prepare_net_cash, draw_net_cash, say_net_cash),
    "bridge": Chart(prepare_bridge, draw_bridge, say_bridge),
    "cumulative-cash": Chart(prepare_cash, draw_cash, say_cash),
    "convergence": Chart(prepare_convergence, draw_convergence, say_convergence),
}
"""Every chart of one run, by the name of its file."""


def charts_of(run: Run) -> list[str]:
    """Return the names of the charts that a run has; without claims there is no way from claimed to validated."""
    return [name for name in CHARTS if name != "bridge" or run.deal.segments]


def draw(run: Run, name: str, *, lang: NumberFormat = "en") -> Figure:
    """Return one of ``CHARTS`` as a figure.

    Parameters
    ----------
    run : Run
    name : str
        A key of ``CHARTS``.
    lang : {"en", "nl"}
    """
    chart, say = CHARTS[name], captions_for(run.deal, lang)
    with style.house_style():
        figure = Figure()
        ax = figure.subplots()
        paper = chart.prepare(run)
        style.headed(chart.draw(paper, ax, say=say), chart.sentence(run, paper, say=say))
        style.foot(figure, [run], say=say)
    return figure


def both_sides(run: Run, *, lang: NumberFormat = "en") -> Figure:
    """Return the investor's risk beside the municipality's: the same money, the same bars, the same axes.

    Parameters
    ----------
    run : Run
    lang : {"en", "nl"}
    """
    say, width = captions_for(run.deal, lang), shared_width(run)
    gain, net_cash = prepare_gain(run, width), prepare_net_cash(run, width)
    with style.house_style():
        figure = Figure(figsize=(12.0, 4.8))
        left, right = figure.subplots(1, 2)
        draw_repayment(gain, left, say=say)
        draw_net_cash(net_cash, right, say=say)
        style.same_limits(left, right)
        style.headed(left, say_repayment(run, gain, say=say), width=56)
        style.headed(right, say_net_cash(run, net_cash, say=say), width=56)
        style.foot(figure, [run], say=say)
    return figure


def save_charts(run: Run, folder: str | Path, *, lang: NumberFormat = "en") -> list[Path]:
    """Write every chart, and both sides in one figure, as PNG and SVG.

    Parameters
    ----------
    run : Run
    folder : str or Path
        Made where it is not there.
    lang : {"en", "nl"}

    Returns
    -------
    list of Path
        What was written; the same bytes whenever the same run is drawn by the same version.
    """
    paths = style.write_figure(both_sides(run, lang=lang), Path(folder), name="both-sides")
    for name in charts_of(run):
        paths += style.write_figure(draw(run, name, lang=lang), Path(folder), name=name)
    return paths


__all__ = ["CHARTS", "Chart", "both_sides", "charts_of", "compare_repayment", "draw", "save_charts"]
