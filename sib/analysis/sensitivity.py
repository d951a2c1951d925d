"""One assumption at a time: each number at the low and the high end of its range, all else as the deal says.

In come a deal and ranges, out goes a ``Tornado`` paper: for each figure the inputs in the order of how far they move
it, on the same draws, so that the errors are those of paired differences.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sib.analysis.compare import Compare, row
from sib.analysis.points import MEASURES, targets
from sib.analysis.together import Draws, finished
from sib.arrays import Floats
from sib.asked import What
from sib.deal.ranges import Input, Ranges
from sib.deal.reader import Reading
from sib.deal.scenario import Scenario
from sib.deal.vary import base_of
from sib.engine import KEPT, Effort, Simulation, check_size
from sib.errors import RefusedError, Stopped
from sib.measures import risk
from sib.results import Row, row_of


@dataclass(frozen=True, slots=True)
class Plan:
    """What is wanted.

    Parameters
    ----------
    measures : tuple of str
        Figures of the summary that are means or chances, such as ``investor.irr``.
    trials, seed : int
        As for a simulation.
    """

    measures: tuple[str, ...] = MEASURES
    trials: int = 20_000
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Bar:
    """What one input does to one figure.

    Parameters
    ----------
    input : Input
    low, high : Row
        The figure with the input at the low and the high end of its range.
    swing : Row
        From the smallest to the largest of the figure at the low end, as the deal is and at the high end; exactly 0 for
        an input that does nothing. Its error is that of the paired difference.
    """

    input: Input
    low: Row
    high: Row
    swing: Row


@dataclass(frozen=True, slots=True)
class Panel:
    """One figure: as the deal is, and under each input, from the largest swing to the smallest.

    Parameters
    ----------
    what : (str, str, str)
        Party, measure and statistic.
    now : Row
    bars : tuple of Bar
    """

    what: What
    now: Row
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Tornado:
    """What each assumption does by itself.

    Parameters
    ----------
    deal : Scenario
    ranges : Ranges
    plan : Plan
    panels : tuple of Panel
        By figure.
    n_open : int
        Inputs that are not shown, since the work was given up before them.
    """

    deal: Scenario
    ranges: Ranges
    plan: Plan
    panels: tuple[Panel, ...]
    n_open: int = 0


def tornado(
    deal: Reading | Scenario, ranges: Ranges, *, plan: Plan | None = None, effort: Effort | None = None
) -> Tornado:
    """Measure a deal with each of its uncertain numbers at either end of its range.

    Parameters
    ----------
    deal : Reading or Scenario
    ranges : Ranges
        From ``sib.deal.rangefile.ranges``.
    plan : Plan, optional
    effort : Effort, optional
        Threads and progress; no figure depends on it.

    Raises
    ------
    KeyError
        When the summary has no such figure, or it is no mean or chance.
    RefusedError
        When no number has a range.
    Stopped
        When it was given up before any input was finished.
    """
    plan, base = plan or Plan(), base_of(deal)
    scenario = base.deal
    refuse_none(ranges)
    figures = targets(scenario, plan.measures)
    check_size(scenario, plan.trials, keep_flows=False, n_deals=2 + n_deals(ranges) * len(figures) // KEPT)
    inputs = sorted(ranges.inputs, key=lambda each: each.name)
    ends = [base.with_terms(each.terms(end)) for each in inputs for end in (each.low, each.high)]

    def look(run: Simulation) -> list[Floats]:
        return [each.values(run) for each in figures]

    seen = finished([scenario, *ends], look, draws=Draws(plan.trials, plan.seed), effort=effort)
    pairs = [(one, seen[place], seen[place + 1]) for place, one in zip(range(1, len(ends), 2), inputs, strict=True)
             if place in seen and place + 1 in seen]
    if 0 not in seen or not pairs:
        raise Stopped
    now = seen[0]
    panels = []
    for place, figure in enumerate(figures):
        bars = [_bar(scenario, figure, one=one, values=(low[place], now[place], high[place]))
                for one, low, high in pairs]
        panels.append(Panel(figure.what, row(scenario, figure, values=now[place]), tuple(sorted(bars, key=_rank))))
    return Tornado(scenario, ranges, plan, tuple(panels), len(inputs) - len(pairs))


def refuse_none(ranges: Ranges) -> None:
    """Refuse to measure nothing."""
    if not ranges.inputs:
        raise RefusedError("no number of this deal has a range: its sources argue none; give some with --input "
                           "PATH=LOW:HIGH or --ranges FILE")


def n_deals(ranges: Ranges) -> int:
    """Return how many deals are simulated at most."""
    return 1 + 2 * len(ranges.inputs)


def _rank(bar: Bar) -> tuple[float, str]:
    return (-bar.swing.value if bar.swing.value == bar.swing.value else 0.0, bar.input.name)


def _bar(deal: Scenario, figure: Compare, *, one: Input, values: Sequence[Floats]) -> Bar:
    """Return what an input does to a figure, from its values at the low end, as the deal is, and at the high end."""
    low, now, high = (row(deal, figure, values=each) for each in values)
    order = sorted(zip((low.value, now.value, high.value), range(3), strict=True))
    least, most = order[0][1], order[-1][1]
    apart = risk.mean(values[most] - values[least])
    swing = row_of(deal, (*figure.what[:2], "swing"), estimate=apart, unit=figure.unit)
    return Bar(one, low, high, swing)
