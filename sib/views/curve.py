"""What a deal pays over a metric: payment and return as curves, above where the metric ends in a simulation.

In come points and a run, which a preparing function puts in order along the metric; out goes a figure. Jumps of the
contract are upright, since the points on both sides of each threshold are worked out too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sib.amounts import NumberFormat
from sib.arrays import Bools, Floats
from sib.deal.scenario import Scenario
from sib.money import exact
from sib.payout import Point, payoff, placed
from sib.run import Run
from sib.thresholds import Threshold, thresholds
from sib.views import style
from sib.views.captions import Captions, captions_for
from sib.views.courses import named
from sib.views.histograms import histogram

FEW = 25
"""Points that are marked one by one."""
FEW_LABELS, MOST_LABELS, LONGEST_LABEL, LABEL_WIDTH = 3, 8, 40, 0.03
"""Labels of thresholds: how many are few, how many there are at most, their characters, their part of the axis."""
NARROW = 0.2
"""Part of the axis below which a label stands upright."""
LOWEST_RATE = -0.30
"""The axis of returns ends here, so that small rates can be told apart."""
STEPS = {"eur": Fraction(1, 100), "count": Fraction(1)}
"""How far beside a threshold the contract is looked at, by the unit of the metric."""
FINE = Fraction(1, 10**6)


@dataclass(frozen=True, slots=True)
class Curve:
    """What is drawn over a metric.

    Parameters
    ----------
    name, unit : str
        As stated, and the unit of the metric.
    x : ndarray of shape (n_points,)
        Rising.
    points : list of Point
        One for each x.
    marked : ndarray of shape (n_points,)
        Points that are marked.
    thresholds : list of Threshold
        Within the range of x.
    others : dict of str to (float, float)
        First and last values of what else is stated.
    ends : ndarray of shape (n_trials,)
        Where the metric ends in a simulation; empty where that is not known.
    """

    name: str
    unit: str
    x: Floats
    points: list[Point]
    marked: Bools
    thresholds: list[Threshold]
    others: dict[str, tuple[float, float]]
    ends: Floats

    @property
    def paid(self) -> Floats:
        """Outcome payments."""
        return np.array([point.outcome_payment for point in self.points])

    @property
    def received(self) -> Floats:
        """What the investor receives."""
        return np.array([point.investor.receipts for point in self.points])

    @property
    def rates(self) -> Floats:
        """The investor's IRR."""
        return np.array([point.investor.irr for point in self.points])

    @property
    def is_whole(self) -> Bools:
        """Whether the investor has its outlay back."""
        return np.array([point.investor.receipts >= point.investor.outlay for point in self.points])


def prepare_curve(run: Run, points: Sequence[Point]) -> Curve:
    """Put points in order along the first metric that varies, with the points beside each threshold.

    Parameters
    ----------
    run : Run
        Of the same deal; some thousands of trials will do.
    points : sequence of Point
        With at least one stated metric.
    """
    deal, stated = run.deal, points[0].metrics
    given = {name: [point.metrics[name] for point in points] for name in stated}
    varying = [name for name, values in given.items() if len(set(values)) > 1]
    name = (varying or list(given))[0]
    metric, cohort, month = placed(deal, name)
    low, high = min(given[name]), max(given[name])
    found = [each for each in thresholds(deal, metric, cohort=cohort) if low <= each.value <= high]
    beside = _beside(deal, given, name, found) if len(varying) == 1 else []
    every = sorted([*((point, True) for point in points), *((point, False) for point in beside)],
                   key=lambda each: each[0].metrics[name])
    few = len(points) <= FEW
    is_last = cohort is None and month in (None, deal.timeline.payment_months[-1])
    return Curve(
        name, deal.metrics[metric], np.array([point.metrics[name] for point, _ in every]),
        [point for point, _ in every], np.array([few and is_given for _, is_given in every]), found,
        {other: (values[0], values[-1]) for other, values in given.items() if other != name},
        ends_of(run, metric) if is_last else np.zeros(0),
    )


def _beside(
    deal: Scenario, given: Mapping[str, Sequence[float]], name: str, found: Sequence[Threshold]
) -> list[Point]:
    """Work out the contract on each threshold and a step to both sides of it."""
    step = STEPS.get(deal.metrics[placed(deal, name)[0]], FINE)
    low, high = (exact(end(given[name])) for end in (min, max))
    levels = sorted({Fraction(math.ceil(exact(each.value) / step)) * step for each in found})
    values = [at for level in levels[:100] for at in (level - step, level, level + step) if low <= at <= high]
    others = {other: [exact(each[0])] for other, each in given.items() if other != name}
    return payoff(deal, {name: values, **others}) if values else []


def ends_of(run: Run, metric: str) -> Floats:
    """Return where a metric ends in each trial, in its unit; what came too late does not count."""
    trials = run.trials
    if f"metric.{metric}" in trials:
        values = trials[f"metric.{metric}"].to_numpy(dtype=np.float64)
        return np.asarray(values[~np.isnan(values)])
    savings = trials["accountant.validated"] - trials["accountant.late"]
    cases, enrolled = trials["accountant.validated_cases"], trials["programme.enrolled"]
    found = {
        "validated_savings": savings, "validated_cases": cases, "enrolled": enrolled,
        "validated_share": (cases / enrolled.where(enrolled > 0)).dropna(),
    }
    return np.asarray(found[metric].to_numpy(dtype=np.float64))


def draw_curve(run: Run, points: Sequence[Point], *, lang: NumberFormat = "en") -> Figure:
    """Return payment and return over a metric, with its simulated end below.

    Parameters
    ----------
    run : Run
        Of the same deal.
    points : sequence of Point
    lang : {"en", "nl"}
    """
    curve, say = prepare_curve(run, points), captions_for(run.deal, lang)
    heights = [2.8, 1.8, 1.2] if len(curve.ends) else [2.8, 1.8]
    with style.house_style():
        figure = Figure(figsize=(8.0, 2.0 + sum(heights)))
        panels = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights)
        draw_paid(curve, panels[0], run=run, say=say)
        draw_rates(curve, panels[1], say=say)
        if len(curve.ends):
            draw_ends(curve, panels[2], say=say)
        width = float(curve.x[-1] - curve.x[0])
        if width:
            panels[0].set_xlim(curve.x[0] - width / 40, curve.x[-1] + width / 40)
        for place, ax in enumerate(panels):
            _mark_thresholds(curve, ax, are_named=place == 0)
            ax.label_outer()
        _metric_axis(panels[-1], curve, say=say)
        style.headed(panels[0], sentence(curve, run, say=say))
        style.foot(figure, [run], say=say)
    return figure


def sentence(curve: Curve, run: Run, *, say: Captions) -> str:
    """Say from where on the investor has its outlay back, and what the outcome payer pays at most."""
    words = {
        "name": metric_name(curve.name, say), "party": named(run.deal.parties.outcome_payer, say),
        "most": say.money(float(curve.paid.max())), "least": say.money(float(curve.paid.min())),
    }
    whole = curve.is_whole
    turns = int(np.count_nonzero(whole[1:] != whole[:-1]))
    if whole.all():
        return say.text("payoff-always", **words)
    if not whole.any():
        return say.text("payoff-never", **words)
    if turns > 1 or not whole[-1]:
        return say.text("payoff-mixed", **words)
    return say.text("payoff-from", value=written(float(curve.x[np.argmax(whole)]), curve.unit, say=say), **words)


def metric_name(name: str, say: Captions) -> str:
    """Return what a metric is called in a sentence."""
    return style.plain(say.reason(name))


def written(value: float, unit: str, *, say: Captions) -> str:
    """Return a value of a metric with its unit."""
    if unit == "eur":
        return say.money(value if abs(value) < 1000 else round(value))
    if unit == "fraction":
        return f"{style.percents(value, say)}%"
    decimals = next((n for n in range(4) if abs(value - round(value, n)) < 1e-9), 4)
    return say.number(value, decimals) + ("%" if unit == "percent" else "")


def draw_paid(curve: Curve, ax: Axes, *, run: Run, say: Captions) -> Axes:
    """Draw what the outcome payer pays, what the investor receives, and its outlay."""
    parties = run.deal.parties
    lines = (
        ("payoff-gets", "investor", parties.investor, curve.received),
        ("payoff-pays", "municipality", parties.outcome_payer, curve.paid),
    )
    for key, role, party, amounts in lines:
        look = style.PARTIES[role]
        label = style.escape(say.text(key, party=named(party, say)))
        ax.plot(curve.x, amounts, color=look.colour, linestyle=look.line, label=label, zorder=2.5)
        ax.plot(curve.x[curve.marked], amounts[curve.marked], color=look.colour, marker="o", markersize=4, linestyle="")
    outlays = {point.investor.outlay for point in curve.points}
    if len(outlays) == 1:
        label = style.escape(say.text("payoff-outlay", party=named(parties.investor, say)))
        ax.axhline(outlays.pop(), color=style.INK, linewidth=0.9, linestyle=(0, (1, 2)), label=label, zorder=2)
    lowest, highest = ax.get_ylim()
    if 0 < lowest < 0.6 * highest:
        ax.set_ylim(bottom=0)
    style.money_axis(ax.yaxis, "payoff-paid", say=say)
    return ax


def draw_rates(curve: Curve, ax: Axes, *, say: Captions) -> Axes:
    """Draw the investor's return; where nothing at all comes back that is said instead of drawn."""
    rates, look = curve.rates, style.PARTIES["investor"]
    lost = rates <= LOWEST_RATE
    drawn = np.where(lost, np.nan, rates)
    ax.plot(curve.x, drawn, color=look.colour, linestyle=look.line, zorder=2.5)
    ax.plot(curve.x[curve.marked], drawn[curve.marked], color=look.colour, marker="o", markersize=4, linestyle="")
    if np.isnan(drawn).all():
        ax.set_ylim(LOWEST_RATE, 0.1)
    ax.axhline(0.0, color=style.INK, linewidth=0.8, zorder=1.5)
    for first, last in _stretches(lost):
        total = rates[first:last].max() == -1
        is_narrow = curve.x[last - 1] - curve.x[first] < NARROW * (curve.x[-1] - curve.x[0])
        shade = style.OUTCOMES["lost"]
        ax.axvspan(curve.x[first], curve.x[min(last, len(curve.x) - 1)], facecolor="none", edgecolor=shade.colour,
                   hatch=shade.hatch, alpha=0.25, linewidth=0.0)
        text = say.text("payoff-lost") if total else say.text("payoff-below", floor=style.percents(LOWEST_RATE, say))
        ax.text(float(curve.x[first] + curve.x[last - 1]) / 2, 0.5, text, transform=ax.get_xaxis_transform(),
                ha="center", va="center", fontsize=8, in_layout=False, rotation=90 if is_narrow else 0,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 2})
    style.percent_axis(ax.yaxis, say.text("payoff-irr"), say=say)
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    return ax


def _stretches(flags: Bools) -> list[tuple[int, int]]:
    """Return where flags stand in a row, as first and one past the last."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def draw_ends(curve: Curve, ax: Axes, *, say: Captions) -> Axes:
    """Draw where the metric ends in a simulation."""
    centre = curve.thresholds[0].value if curve.thresholds else 0.0
    bars = histogram(curve.ends, {"all": np.ones(len(curve.ends), dtype=np.bool_)}, centre=centre)
    ax.stairs(bars.shares["all"], bars.edges, fill=True, facecolor="#bdbdbd", edgecolor=style.INK, linewidth=0.4)
    mean = written(round(float(curve.ends.mean()), 3 if curve.unit == "fraction" else 1), curve.unit, say=say)
    told = say.text("payoff-today", mean=mean)
    outside = float(((curve.ends < curve.x[0]) | (curve.ends > curve.x[-1])).mean())
    if outside >= 0.005 and len(set(curve.x)) > 1:
        told += say.text("payoff-outside", chance=say.percent(outside))
    ax.set_title(style.escape(told), fontsize=9, fontweight="normal", pad=4)
    style.percent_axis(ax.yaxis, say.text("payoff-bars"), say=say)
    ax.yaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 2.5, 5, 10]))
    return ax


def _mark_thresholds(curve: Curve, ax: Axes, *, are_named: bool) -> None:
    """Draw a thin line where the contract changes, whole for a trigger and dotted for a payment line."""
    for value in dict.fromkeys(each.value for each in curve.thresholds):
        is_trigger = any(each.is_trigger for each in curve.thresholds if each.value == value)
        ax.axvline(value, color=style.INK, linewidth=0.8, linestyle="-" if is_trigger else (0, (1, 1.5)), zorder=2)
    for value, names in clusters(curve.thresholds, ax.get_xlim())[:MOST_LABELS] if are_named else ():
        ax.annotate(style.escape(style.plain(", ".join(names), LONGEST_LABEL)), (value, 0.97),
                    xycoords=ax.get_xaxis_transform(), xytext=(-3, 0), textcoords="offset points", rotation=90,
                    ha="right", va="top", fontsize=7, color=style.INK, in_layout=False, zorder=2.2,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5, "alpha": 0.8})


def clusters(found: Sequence[Threshold], ends: tuple[float, float]) -> list[tuple[float, list[str]]]:
    """Return where labels go and what they name; thresholds too close together for two labels share one.

    Where there are more than a few, a label that says nothing new is left out.
    """
    labels: list[tuple[float, list[str]]] = []
    for each in found:
        if not labels or each.value - labels[-1][0] > (ends[1] - ends[0]) * LABEL_WIDTH:
            labels.append((each.value, []))
        if each.name not in labels[-1][1]:
            labels[-1][1].append(each.name)
    if len(labels) <= FEW_LABELS:
        return labels
    return [each for before, each in pairwise([(0.0, []), *labels]) if not set(each[1]) <= set(before[1])]


def _metric_axis(ax: Axes, curve: Curve, *, say: Captions) -> None:
    """Write the axis of the metric in its unit, and what else was stated."""
    name = metric_name(curve.name, say)
    if curve.unit == "eur":
        style.money_axis(ax.xaxis, "payoff-amount", say=say)
        ax.set_xlabel(f"{name}, {ax.get_xlabel()}")
    elif curve.unit == "fraction":
        style.percent_axis(ax.xaxis, f"{name}, %", say=say)
    else:
        ax.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 2.5, 5, 10]))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: written(x, "points", say=say)))
        ax.set_xlabel(f"{name}, %" if curve.unit == "percent" else name)
    if curve.others:
        listed = ", ".join(
            say.text("payoff-to", name=metric_name(other, say), first=written(first, "points", say=say),
                     last=written(last, "points", say=say))
            if first != last else f"{metric_name(other, say)} = {written(first, 'points', say=say)}"
            for other, (first, last) in curve.others.items()
        )
        ax.set_xlabel(f"{ax.get_xlabel()}\n{say.text('payoff-with', listed=listed)}")
    ax.set_xlabel(style.escape(ax.get_xlabel()))
