"""How trials are spread: what the investor gets back, and what is left to the municipality.

In comes a run, which a preparing function counts into bars; out go axes on which they are drawn. Bars are shares
of all trials, and no bar spans the line that divides a gain from a loss.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from sib.arrays import Bools, Floats
from sib.run import Run
from sib.views import style
from sib.views.captions import Captions

MOST_BARS = 60
TAIL = 0.001
"""Share of the trials that the last bar may gather from beyond it, where that saves a third of the axis."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """Shares of the trials by bar and group.

    Parameters
    ----------
    edges : ndarray of shape (n_bars + 1,)
        Rising, equally far apart.
    shares : dict of str to ndarray of shape (n_bars,)
        By group; with the other groups they add up to the share of trials that have a value.
    gathers : bool
        Whether the last bar holds everything beyond it as well.
    """

    edges: Floats
    shares: dict[str, Floats]
    gathers: bool

    def chance(self, group: str) -> float:
        """Return the share of trials in a group."""
        return float(self.shares[group].sum())

    @property
    def width(self) -> float:
        """Width of a bar."""
        return float(self.edges[1] - self.edges[0])


@dataclass(frozen=True, slots=True)
class Repayment:
    """What the investor gets back.

    Parameters
    ----------
    histogram : Histogram
        By group ``lost``, ``short`` and ``full``: as a share of the outlay, or less the outlay in currency units.
    is_money : bool
        Which of the two.
    nothing : float
        Share of the trials in which nothing at all comes back of an outlay.
    full : float
        Mean of the trials that are repaid in full; NaN without any.
    outlay : float
        In currency units; NaN where it is not the same in all trials.
    """

    histogram: Histogram
    is_money: bool
    nothing: float
    full: float
    outlay: float


@dataclass(frozen=True, slots=True)
class NetCash:
    """What is left to the municipality.

    Parameters
    ----------
    histogram : Histogram
        By group ``below`` and ``above`` zero, in currency units.
    reserve : float
        P90, in currency units.
    """

    histogram: Histogram
    reserve: float


def bar_width(values: Floats, centre: float) -> float:
    """Return a round width of which at most ``MOST_BARS`` bars reach over the values and the centre."""
    reach = float(np.ptp([values.min(), values.max(), centre]))
    span = max(reach, 0.02 * float(np.abs(values).max())) or float(MOST_BARS)
    step = 10.0 ** math.floor(math.log10(span / MOST_BARS))
    return next(step * factor for factor in (1, 2, 2.5, 5, 10) if step * factor * MOST_BARS >= span)


def histogram(values: Floats, groups: Mapping[str, Bools], *, centre: float, width: float | None = None) -> Histogram:
    """Count trials into bars.

    Parameters
    ----------
    values : ndarray of shape (n_trials,)
        NaN where a trial has none; it is then in no bar.
    groups : mapping of str to ndarray of shape (n_trials,)
        Which trials belong to which group.
    centre : float
        A value at which one bar ends and the next begins.
    width : float, optional
        Of a bar; a round one that fits where not given.
    """
    defined = values[~np.isnan(values)]
    if not len(defined):
        return Histogram(np.array([centre, centre + 1.0]), {name: np.zeros(1) for name in groups}, False)
    shown = gathered(values, centre)
    width = width or bar_width(shown[~np.isnan(shown)], centre)
    first, last = (math.floor((end - centre) / width) for end in (np.nanmin(shown), np.nanmax(shown)))
    edges = np.asarray(centre + width * np.arange(first, last + 2), dtype=np.float64)
    place = np.floor((shown - centre) / width) - first
    shares = {
        name: np.bincount(place[member & ~np.isnan(place)].astype(np.int64), minlength=len(edges) - 1) / len(values)
        for name, member in groups.items()
    }
    return Histogram(edges, shares, bool(np.nanmax(shown) < defined.max()))


def gathered(values: Floats, centre: float) -> Floats:
    """Return values without a long thin tail upwards: what lies in it is moved to its start, above the centre."""
    lowest, start, highest = np.nanquantile(values, [0.0, 1 - TAIL, 1.0], method="inverted_cdf")
    is_long = start > max(lowest, centre) and start - lowest < (highest - lowest) * 2 / 3
    return np.minimum(values, start) if is_long else values


def _investor(run: Run) -> tuple[Floats, Floats, dict[str, Bools]]:
    """Outlay and receipts of each trial in currency units, and how it ends for the investor."""
    outlay, receipts = run.trials["investor.outlay"].to_numpy(), run.trials["investor.receipts"].to_numpy()
    lost, full = receipts < outlay, run.trials["investor.repaid_in_full"].to_numpy(dtype=np.bool_)
    return outlay, receipts, {"lost": lost, "short": ~lost & ~full, "full": ~lost & full}


def prepare_repayment(run: Run) -> Repayment:
    """Count receipts as a share of the outlay."""
    outlay, receipts, groups = _investor(run)
    shares = np.divide(receipts, outlay, out=np.full(len(outlay), np.nan), where=outlay > 0)
    return _repayment(run, histogram(shares, groups, centre=1.0), shares[groups["full"]], is_money=False)


def prepare_gain(run: Run, width: float | None = None) -> Repayment:
    """Count receipts less outlay in currency units, in bars of the given width."""
    outlay, receipts, groups = _investor(run)
    gains = receipts - outlay
    return _repayment(run, histogram(gains, groups, centre=0.0, width=width), gains[groups["full"]], is_money=True)


def _repayment(run: Run, bars: Histogram, full: Floats, *, is_money: bool) -> Repayment:
    outlay, receipts, _ = _investor(run)
    full = full[~np.isnan(full)]
    return Repayment(
        bars, is_money, nothing=float(((receipts == 0) & (outlay > 0)).mean()),
        full=float(full.mean()) if len(full) else math.nan,
        outlay=float(outlay[0]) if outlay.min() == outlay.max() else math.nan,
    )


def prepare_net_cash(run: Run, width: float | None = None) -> NetCash:
    """Count the municipality's net cash, in bars of the given width."""
    net = run.trials["municipality.net_cash"].to_numpy()
    bars = histogram(net, {"below": net < 0, "above": net >= 0}, centre=0.0, width=width)
    return NetCash(bars, run.value("municipality", "reserve", statistic="p90"))


def shared_width(run: Run) -> float:
    """Return one width of bars for the investor's gain and the municipality's net cash."""
    net, gains = run.trials["municipality.net_cash"], run.trials["investor.receipts"] - run.trials["investor.outlay"]
    return bar_width(np.concatenate([gathered(net.to_numpy(), 0.0), gathered(gains.to_numpy(), 0.0)]), 0.0)


def _bars(bars: Histogram, ax: Axes, *, say: Captions) -> None:
    """Draw the groups on top of each other, with their chances in the legend."""
    below = np.zeros(len(bars.edges) - 1)
    for group, shares in bars.shares.items():
        look = style.OUTCOMES[group]
        label = say.text(group, chance=say.percent(bars.chance(group)))
        ax.stairs(below + shares, bars.edges, baseline=below, fill=True, facecolor=look.colour, hatch=look.hatch,
                  edgecolor=style.INK, linewidth=0.4, label=label)
        below = below + shares
    ax.set_ylim(0, max(float(below.max()) * 1.12, 1e-3))


def _explained(ax: Axes, bars: Histogram, *, say: Captions, width: str) -> Axes:
    """Say what a bar counts, and whether the last one holds more than its width."""
    style.percent_axis(ax.yaxis, say.text("trials-per-bar", width=width), say=say)
    if bars.gathers:
        ax.set_xlabel(f"{ax.get_xlabel()}\n{say.text('last-holds-the-rest')}")
    return ax


def draw_repayment(table: Repayment, ax: Axes, *, say: Captions) -> Axes:
    """Draw what the investor gets back, with lines at the outlay and at what full repayment brings on average."""
    bars = table.histogram
    _bars(bars, ax, say=say)
    outlay = "" if math.isnan(table.outlay) else f": {say.money(table.outlay)}"
    style.marked(ax, 0.0 if table.is_money else 1.0, label=say.text("outlay-line") + outlay)
    if not math.isnan(table.full):
        full = say.money(table.full) if table.is_money else f"{say.number(table.full * 100, 1)}%"
        style.marked(ax, table.full, label=say.text("full-line", amount=full), is_first=False)
    if table.nothing and not (table.is_money and math.isnan(table.outlay)):
        _note_nothing(table, ax, say=say)
    if table.is_money:
        style.money_axis(ax.xaxis, "gain", say=say)
        return _explained(ax, bars, say=say, width=say.money(bars.width))
    style.percent_axis(ax.xaxis, say.text("receipts-share"), say=say)
    return _explained(ax, bars, say=say, width=say.text("points", width=style.percents(bars.width, say)))


def _note_nothing(table: Repayment, ax: Axes, *, say: Captions) -> None:
    """Write over the bar of total loss how many trials it stands for, since they all lie on one point."""
    bars = table.histogram
    height = sum(float(shares[0]) for shares in bars.shares.values())
    ax.annotate(say.text("nothing", chance=say.percent(table.nothing)), (bars.edges[0], height), xytext=(0, 3),
                textcoords="offset points", fontsize=8, va="bottom")


def draw_net_cash(table: NetCash, ax: Axes, *, say: Captions) -> Axes:
    """Draw the municipality's net cash, with lines at zero and at the reserve that is enough in nine trials of ten."""
    bars = table.histogram
    _bars(bars, ax, say=say)
    style.marked(ax, 0.0, label=say.text("even-line"))
    if table.reserve > 0:
        reserve = say.text("reserve-line", amount=say.money(table.reserve))
        style.marked(ax, -table.reserve, label=reserve, is_first=False)
    style.money_axis(ax.xaxis, "net-cash", say=say)
    return _explained(ax, bars, say=say, width=say.money(bars.width))
