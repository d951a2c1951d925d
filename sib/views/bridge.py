"""From claimed to validated, reason by reason, as one chart.

In comes a run, out goes a table of steps whose amounts add up, and axes on which they hang under each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from sib.bridge import STEP, bridge_rows
from sib.run import Run
from sib.views import style
from sib.views.captions import Captions


@dataclass(frozen=True, slots=True)
class Bridge:
    """Means over all trials, in currency units.

    Parameters
    ----------
    claimed : float
    taken : dict of str to float
        By counting rule and reason of the review, in their order, what each takes off; below zero it adds.
    validated, late : float
        What is left, and the part of it that comes after the last payment date.
    """

    claimed: float
    taken: dict[str, float]
    validated: float
    late: float


def prepare_bridge(run: Run) -> Bridge:
    """Take the means of the bridge; steps that never happen are left out."""
    means = [row for row in bridge_rows(run.simulation) if row.statistic == "mean"]
    taken = {row.measure.removeprefix(STEP): row.value for row in means if row.value}
    ends = {name: run.value("accountant", name, statistic="mean") for name in ("claimed", "validated", "late")}
    return Bridge(taken=taken, **ends)


def draw_bridge(bridge: Bridge, ax: Axes, *, say: Captions) -> Axes:
    """Draw a bar for what is claimed, one hanging from its end for each step, and one for what is left."""
    left = bridge.claimed - np.cumsum(list(bridge.taken.values()))
    starts = [bridge.claimed, *left]
    names = [say.text("claimed"), *(say.reason(name) for name in bridge.taken), say.text("validated")]
    if bridge.late:
        names[-1] = say.text("late", amount=say.money(bridge.late))
    widths = [bridge.claimed, *bridge.taken.values(), bridge.validated]
    offsets = [0.0, *left, 0.0]
    whole, step = style.PARTIES["accountant"], style.OUTCOMES["short"]
    for place, (offset, width) in enumerate(zip(offsets, widths, strict=True)):
        look = whole if place in (0, len(widths) - 1) else step
        ax.barh(place, width, left=offset, height=0.62, color=look.colour, hatch=look.hatch, edgecolor=style.INK,
                linewidth=0.5)
        amount = say.money(width if look is whole else -width)
        ax.annotate(amount, (max(offset, offset + width), place), xytext=(4, 0), textcoords="offset points",
                    va="center", fontsize=8)
    for place, start in enumerate(starts):
        ax.plot([start, start], [place, place + 1], color=style.INK, linewidth=0.7, zorder=0.5)
    ax.set_yticks(range(len(names)), [style.escape(style.wrapped(name, 26)) for name in names])
    ax.invert_yaxis()
    ax.set_xlim(min(0.0, *starts), max(*starts, 0.01) * 1.16)
    ax.grid(axis="x")
    ax.grid(visible=False, axis="y")
    style.money_axis(ax.xaxis, "amount-per-trial", say=say)
    return ax
