"""The charts: which there are, what each one says, and how they become figures and files.

In comes a run, out go figures, each with its sentence as title and the run in its foot. What a chart shows is
counted and drawn in ``histograms``, ``courses`` and ``bridge``; a chart is added there and in ``CHARTS``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sib.money import NumberFormat
from sib.results import Row
from sib.run import Run
from sib.views import style
from sib.views.bridge import Bridge, draw_bridge, prepare_bridge
from sib.views.captions import Words, words_for
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
    compare_repayment,
    draw_net_cash,
    draw_repayment,
    prepare_gain,
    prepare_net_cash,
    prepare_repayment,
    shared_width,
)


def figure_of(run: Run, party: str, measure: str, statistic: str) -> Row:
    """Return one row of the summary."""
    return next(row for row in run.rows if (row.party, row.measure, row.statistic) == (party, measure, statistic))


def money(row: Row, words: Words) -> str:
    """Write a row of money in the digits that its error or interval supports."""
    error = row.standard_error
    if error is None and row.low is not None and row.high is not None:
        error = (row.high - row.low) / 4
    return words.money(row.value, error)


def chance(run: Run, party: str, measure: str, words: Words) -> str:
    """Write a probability of the summary."""
    return words.percent(run.value(party, measure, "probability"))


def say_repayment(run: Run, paper: Any, words: Words) -> str:
    """How likely is repayment in full, and a loss of principal?"""
    full, lost = chance(run, "investor", "repaid_in_full", words), chance(run, "investor", "principal_loss", words)
    return words.text("repayment-risk", full=full, lost=lost)


def say_outstanding(run: Run, paper: Outstanding, words: Words) -> str:
    """When is half of the trials rid of principal, and how many are short at the end?"""
    short = words.percent(1 - run.value("investor", "repaid_in_full", "probability"))
    if paper.repaid_by is None:
        return words.text("outstanding-late", short=short)
    return words.text("outstanding", day=words.month(paper.repaid_by), short=short)


def say_net_cash(run: Run, paper: Any, words: Words) -> str:
    """How likely does the municipality pay more than it saves, and what should it hold against that?"""
    short = chance(run, "municipality", "pays_more_than_it_saves", words)
    reserve = money(figure_of(run, "municipality", "reserve", "p90"), words)
    return words.text("municipality-net-cash", party=_payer(run, words), short=short, reserve=reserve)


def say_bridge(run: Run, paper: Bridge, words: Words) -> str:
    """How much of what is claimed is left, and what takes most?"""
    claimed, validated = (figure_of(run, "accountant", name, "mean") for name in ("claimed", "validated"))
    if not paper.claimed:
        return words.text("bridge-empty")
    if not paper.taken:
        return words.text("bridge-whole", claimed=money(claimed, words))
    reason = words.reason(max(paper.taken, key=lambda name: paper.taken[name]))
    part = words.percent(paper.validated / paper.claimed)
    return words.text("bridge", validated=money(validated, words), claimed=money(claimed, words), part=part, reason=reason)


def say_cash(run: Run, paper: Cash, words: Words) -> str:
    """Where do investor and municipality end on average?"""
    loss = figure_of(run, "investor", "loss", "mean")
    paid, saved, cashable = (
        money(figure_of(run, "municipality", name, "mean"), words)
        for name in ("outcome_payments", "true_savings", "cashable_savings")
    )
    return words.text(
        "cumulative-cash", investor=named(run.deal.parties.investor, words), gain=words.money(-loss.value, loss.standard_error),
        party=named(run.deal.parties.outcome_payer, words), paid=paid, saved=saved, cashable=cashable,
    )


def say_convergence(run: Run, paper: pd.DataFrame, words: Words) -> str:
    """How sure is the chance of repayment in full by now?"""
    row = figure_of(run, "investor", "repaid_in_full", "probability")
    ends = [abs(end - row.value) for end in (row.low, row.high) if end is not None]
    error = words.number(max(ends, default=1.0) * 100, 1 if max(ends, default=1.0) < 0.1 else 0)
    return words.text("convergence", n=words.number(run.n_trials), error=error)


def _payer(run: Run, words: Words) -> str:
    name = named(run.deal.parties.outcome_payer, words)
    return name[:1].upper() + name[1:]


class Chart(NamedTuple):
    """What a chart is made of: the table it needs, how that is drawn, and the sentence over it."""

    prepare: Callable[[Run], Any]
    draw: Callable[..., Axes]
    sentence: Callable[[Run, Any, Words], str]


CHARTS: dict[str, Chart] = {
    "repayment-risk": Chart(prepare_repayment, draw_repayment, say_repayment),
    "outstanding": Chart(prepare_outstanding, draw_outstanding, say_outstanding),
    "municipality-net-cash": Chart(prepare_net_cash, draw_net_cash, say_net_cash),
    "bridge": Chart(prepare_bridge, draw_bridge, say_bridge),
    "cumulative-cash": Chart(prepare_cash, draw_cash, say_cash),
    "convergence": Chart(prepare_convergence, draw_convergence, say_convergence),
}
"""Every chart of one run, by the name of its file."""


def draw(run: Run, name: str, *, lang: NumberFormat = "en") -> Figure:
    """Return one of ``CHARTS`` as a figure.

    Parameters
    ----------
    run : Run
    name : str
        A key of ``CHARTS``.
    lang : {"en", "nl"}
    """
    chart, words = CHARTS[name], words_for(run.deal, lang)
    with style.house_style():
        figure = Figure()
        ax = figure.subplots()
        paper = chart.prepare(run)
        style.titled(chart.draw(paper, ax, words=words), chart.sentence(run, paper, words))
        style.foot(figure, [run], words)
    return figure


def both_sides(run: Run, *, lang: NumberFormat = "en") -> Figure:
    """Return the investor's risk beside the municipality's: the same money, the same bars, the same axes.

    Parameters
    ----------
    run : Run
    lang : {"en", "nl"}
    """
    words, width = words_for(run.deal, lang), shared_width(run)
    gain, net_cash = prepare_gain(run, width), prepare_net_cash(run, width)
    with style.house_style():
        figure = Figure(figsize=(12.0, 4.8))
        left, right = figure.subplots(1, 2)
        draw_repayment(gain, left, words=words)
        draw_net_cash(net_cash, right, words=words)
        style.same_limits(left, right)
        style.titled(left, say_repayment(run, gain, words), width=62)
        style.titled(right, say_net_cash(run, net_cash, words), width=62)
        style.foot(figure, [run], words)
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
    paths = style.write_figure(both_sides(run, lang=lang), Path(folder), "both-sides")
    for name in CHARTS:
        paths += style.write_figure(draw(run, name, lang=lang), Path(folder), name)
    return paths


__all__ = ["CHARTS", "Chart", "both_sides", "compare_repayment", "draw", "save_charts"]
