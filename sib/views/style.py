"""How every chart looks: colours, axes, titles, the foot, and the way a figure gets onto disk.

In come axes and captions, out go the same axes dressed, or files that are the same to the byte on every run. Text
from a deal passes through ``plain`` and ``escape`` here before it is drawn. Nothing is counted in this room.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import matplotlib.style
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure, FigureBase
from matplotlib.font_manager import findfont, get_font
from matplotlib.ticker import FixedLocator, Formatter, FuncFormatter, MaxNLocator

from sib.arrays import Ints
from sib.run import Run
from sib.views.captions import LONGEST_NAME, Captions

FONT = "DejaVu Sans"
"""Comes with matplotlib, so that a chart is the same on every machine."""
TITLE_WIDTH = 76
"""Characters of a title line over a chart of full width."""
KEY_COLUMNS, KEY_ROW = 2, 13.0
"""Columns of the key between title and chart; the height of its rows in points."""
INK = "#333333"


@dataclass(frozen=True, slots=True)
class Look:
    """A colour with the hatch and the line that tell it from the others without colour."""

    colour: str
    hatch: str = ""
    line: str | tuple[int, tuple[float, ...]] = "-"


PARTIES = {
    "investor": Look("#0072b2"),
    "municipality": Look("#d55e00", line="--"),
    "provider": Look("#009e73", line="-."),
    "others": Look("#7a5195", line=(0, (4, 1, 1, 1, 1, 1))),
    "accountant": Look("#4d4d4d"),
    "savings": Look("#d55e00", line=(0, (1, 1.6))),
}
"""By party: colours of Okabe and Ito (2008), which the colour-blind can tell apart, with a violet and a grey."""

OUTCOMES = {
    "lost": Look("#8c2d04", "///"),
    "short": Look("#fdae61", ".."),
    "full": Look("#9ecae1"),
    "below": Look("#8c2d04", "///"),
    "above": Look("#fdd0a2"),
}
"""By how a trial ends; from dark to light, so that they differ in grey as well."""

SERIES = (Look("#0072b2"), Look("#d55e00", line="--"), Look("#009e73", line="-."), Look("#7a5195", line=":"),
          Look("#4d4d4d", line=(0, (5, 1, 1, 1, 1, 1))))
"""For things that are no party and no outcome, in order; used again from the start when there are more."""


@contextmanager
def house_style() -> Iterator[None]:
    """Draw in our style, whatever the reader's own settings; these are put back afterwards.

    The settings are matplotlib's own and hold for the whole process: draw in one thread at a time.
    """
    with matplotlib.style.context(["default", "sib.views.charts"]):
        yield


@cache
def _glyphs() -> frozenset[int]:
    return frozenset(get_font(findfont(FONT)).get_charmap())


def plain(text: str, longest: int = LONGEST_NAME) -> str:
    r"""Return a label as one line that the font can show, cut where it is too long.

    Examples
    --------
    >>> plain("wijk\n1 \N{SEEDLING}"), plain("x" * 300, longest=5)
    ('wijk 1', 'xxxx…')
    """
    letters = (letter for letter in " ".join(text.split()) if letter.isprintable() and ord(letter) in _glyphs())
    shown = " ".join("".join(letters).split()) or "?"
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def escape(text: str) -> str:
    """Return text that is drawn as it stands: no formulas between dollar signs, no label hidden by its underscore."""
    shown = text.replace("$", r"\$")
    return f" {shown}" if shown.startswith("_") else shown


def wrapped(text: str, width: int) -> str:
    """Return text over as few lines as fit the width, about equally long."""
    n_lines = len(textwrap.wrap(text, width))
    narrowest = next(each for each in range(1, width + 1) if len(textwrap.wrap(text, each)) <= n_lines)
    return textwrap.fill(text, narrowest)


def headed(ax: Axes, sentence: str, *, width: int = TITLE_WIDTH, columns: int = KEY_COLUMNS) -> None:
    """Set the sentence that a chart answers as its title, and below it the key to what is drawn, areas first."""
    order = [(getattr(each, "patches", [each])[0].get_zorder(), each) for each in ax.get_legend_handles_labels()[0]]
    handles = [each for _, each in sorted(order, key=lambda pair: pair[0])]
    rows = -(-len(handles) // columns)
    if rows:
        ax.legend(handles=handles, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=columns, borderaxespad=0.3,
                  borderpad=0.2, labelspacing=0.35)
    ax.set_title(escape(wrapped(sentence, width)), loc="left", pad=8 + rows * KEY_ROW)


class _Amounts(Formatter):
    """Ticks of money: whole where all are whole, else with cents."""

    def __init__(self, say: Captions, divisor: float) -> None:
        self.say, self.divisor = say, divisor

    def __call__(self, x: float, pos: int | None = None) -> str:
        return self.say.number(x / self.divisor)

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        amounts = [value / self.divisor for value in values]
        is_whole = all(abs(amount - round(amount)) < 1e-9 * max(1.0, abs(amount)) for amount in amounts)
        return [self.say.number(amount, 0 if is_whole else 2) for amount in amounts]


def money_axis(axis: Axis, key: str, *, say: Captions) -> None:
    """Write an axis of money with its unit, in millions from a hundred million; call it when all is drawn."""
    largest = max(abs(end) for end in axis.get_view_interval())
    divisor, unit = (1e6, say.text("million", unit=say.unit())) if largest >= 1e8 else (1.0, say.unit())
    axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(_Amounts(say, divisor))
    axis.set_label_text(say.text(key, unit=unit))


def percents(fraction: float, say: Captions) -> str:
    """Return a fraction in percents, without the sign, in as few decimals as it needs."""
    value = fraction * 100
    decimals = next((n for n in range(3) if abs(value - round(value, n)) < 1e-6), 3)
    return say.number(value, decimals)


def percent_axis(axis: Axis, label: str, *, say: Captions) -> None:
    """Write an axis of fractions in percents; the unit is in the label."""
    axis.set_major_locator(MaxNLocator(8, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda x, _: percents(x, say)))
    axis.set_label_text(label)


def points_axis(axis: Axis, key: str, *, say: Captions) -> None:
    """Write an axis of differences in percentage points, which are its unit."""
    axis.set_major_formatter(FuncFormatter(lambda x, _: say.number(x, 0 if x == round(x) else 1)))
    axis.set_label_text(say.text(key))


def same_limits(ax: Axes, other: Axes) -> None:
    """Give two axes the same ends."""
    for get, put in (("get_xlim", "set_xlim"), ("get_ylim", "set_ylim")):
        low, high = zip(getattr(ax, get)(), getattr(other, get)(), strict=True)
        for each in (ax, other):
            getattr(each, put)(min(low), max(high))


def day_numbers(days: pd.DatetimeIndex) -> Ints:
    """Return dates as whole days since 1970, where a chart puts them."""
    return days.to_numpy().astype("datetime64[D]").astype(np.int64)


def date_axis(ax: Axes, days: pd.DatetimeIndex, *, say: Captions) -> None:
    """Write the x axis from the first of the days to the last, in years or, where it is shorter than three, months."""
    first, last = days[0].date(), days[-1].date()
    months = (last.year - first.year) * 12 + last.month - first.month
    if months > 36:
        years = range(first.year + (first > date(first.year, 1, 1)), last.year + 1, 1 + months // 180)
        ticks = {date(year, 1, 1): str(year) for year in years}
    else:
        ticks = {day.date(): say.month(day.date()) for day in days[:: 1 + months // 7]}
    ax.set_xticks([(day - date(1970, 1, 1)).days for day in ticks], list(ticks.values()))
    ends = day_numbers(days[[0, -1]])
    ax.set_xlim(ends[0], max(ends[1], ends[0] + 1))


def make_room(figure: Figure, ax: Axes, *, ends: Sequence[float]) -> None:
    """Make the x axis as long as the bars with the text that is written behind each; when all is drawn."""
    figure.draw_without_rendering()
    width, low = ax.get_window_extent().width, ax.get_xlim()[0]
    shares = [1.0 - min(0.8, (text.get_window_extent().width + 16.0) / width) for text in ax.texts]
    ax.set_xlim(low, max(low + 1.0, *(low + (end - low) / share for end, share in zip(ends, shares, strict=True))))


def count_axis(axis: Axis, ticks: Iterable[float], *, say: Captions) -> None:
    """Write an axis of numbers of trials with the given ticks."""
    axis.set_major_locator(FixedLocator(list(ticks)))
    axis.set_minor_locator(FixedLocator([]))
    axis.set_major_formatter(FuncFormatter(lambda x, _: say.number(x)))
    axis.set_label_text(say.text("n-trials"))


def marked(ax: Axes, x: float, *, label: str, is_first: bool = True) -> None:
    """Draw a line across at x, explained in the key: whole for the first of a chart, dashed for the second."""
    ax.axvline(x, color=INK, linewidth=1.4, linestyle="-" if is_first else (0, (4, 2)), zorder=3, label=escape(label))


def foot(figure: FigureBase, runs: Iterable[Run], *, say: Captions) -> None:
    """Write under a figure which runs it shows: deal, trials, seed, digest."""
    lines = [
        say.text("foot", name=plain(run.deal.name, 60), trials=say.trials(run.n_trials),
                 seed=say.seed(run.simulation.source), digest=run.deal.digest[:12])
        for run in runs
    ]
    figure.supxlabel(escape("\n".join(lines)), x=0.01, ha="left", fontsize=7, color="#666666")


def write_figure(figure: Figure, folder: Path, *, name: str) -> list[Path]:
    """Write a figure as PNG and SVG, without anything that changes from day to day."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.png", folder / f"{name}.svg"]
    with house_style():
        figure.savefig(paths[0], metadata={"Software": None})
        figure.savefig(paths[1], metadata={"Date": None})
    return paths
