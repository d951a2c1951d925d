"""What luck pays, as one figure: the trigger by payment date beside what is paid in three worlds.

In comes a ``Luck`` paper, out goes a figure. Nothing is counted here.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sib.amounts import NumberFormat
from sib.analysis.luck import Luck
from sib.results import Row
from sib.views import style
from sib.views.captions import Captions, captions_for
from sib.views.words import Phrases, Words

TEXTS: dict[str, tuple[str, str]] = {
    "dates": (
        "By the last date the {which} {name} is met without being earned in {false} of trials, and earned without "
        "being met in {missed}",
        "Op de laatste datum is de {which} {name} in {false} van de simulaties gehaald zonder verdiend te zijn, en "
        "verdiend zonder gehaald te zijn in {missed}",
    ),
    "worlds": (
        "Without any effect of the help {luck} would be paid all the same, {share} of what is paid as agreed",
        "Zonder enig effect van de hulp zou toch {luck} betaald worden, {share} van wat zoals afgesproken betaald "
        "wordt",
    ),
    "only": ("trigger", "drempel"),
    "main": ("main trigger", "hoofddrempel"),
    "chance": ("chance that the trigger is met by then, %", "kans dat de drempel dan gehaald is, %"),
    "earned": ("earned: on faultless claims", "verdiend: op foutloze claims"),
    "paid": ("paid: on what was validated", "betaald: op wat gevalideerd is"),
    "false": ("met, not earned", "gehaald, niet verdiend"),
    "missed": ("earned, not met", "verdiend, niet gehaald"),
    "agreed": ("as agreed", "zoals afgesproken"),
    "faultless": ("if nobody ever erred", "als niemand zich vergiste"),
    "none": ("if the help had no effect", "als de hulp geen effect had"),
    "amount": ("expected outcome payments, {unit}", "verwachte uitkomstbetalingen, {unit}"),
    "foot": (
        "{name} · three times {trials} on the same draws · seed {seed} · scenario {digest}",
        "{name} · drie keer {trials}, dezelfde trekkingen · seed {seed} · scenario {digest}",
    ),
}
"""By key: English, Dutch."""
BEYOND = 0.04
"""Part of the axis of dates that lies beyond the last date, where what holds on it is drawn."""


def draw_luck(luck: Luck, *, lang: NumberFormat = "en") -> Figure:
    """Return the figure: the trigger by date where there is one, and what is paid in three worlds.

    Parameters
    ----------
    luck : Luck
    lang : {"en", "nl"}
    """
    say, phrases = captions_for(luck.deal, lang), Phrases(TEXTS, lang)
    with style.house_style():
        figure = Figure(figsize=(12.0, 4.6) if luck.dates else (7.4, 3.6))
        axes = figure.subplots(1, 2, width_ratios=(1.25, 1)) if luck.dates else [figure.subplots()]
        if luck.dates:
            draw_dates(luck, axes[0], say=say, phrases=phrases)
        ends = draw_worlds(luck, axes[-1], say=say, phrases=phrases)
        text = phrases("foot", name=style.plain(luck.deal.name, 60), trials=say.trials(luck.n_trials), seed=luck.seed,
                       digest=luck.deal.digest[:12])
        figure.supxlabel(style.escape(text), x=0.01, ha="left", fontsize=7, color="#666666")
        style.make_room(figure, axes[-1], ends=ends)
    return figure


def written(row: Row, say: Captions) -> str:
    """Return an amount in the digits that its error leaves standing."""
    return say.with_currency(Words(say.lang).figure(row, "euros")[0])


def draw_dates(luck: Luck, ax: Axes, *, say: Captions, phrases: Phrases) -> Axes:
    """Draw how often the trigger is met by each payment date, on faultless claims and on what was validated.

    The two errors are never both made in one trial: one stands on top of the other.
    """
    days = pd.DatetimeIndex([luck.deal.timeline.closing, *(each.day for each in luck.dates)])
    style.date_axis(ax, days, say=say)
    first, last = ax.get_xlim()
    end = last + BEYOND * (last - first)
    at = np.array([*style.day_numbers(days), end])
    found = {name: np.array([0.0, *(getattr(each, name) for each in (*luck.dates, luck.dates[-1]))]) for name in (
        "earned", "paid", "false", "missed")}
    looks = {"earned": style.PARTIES["savings"], "paid": style.PARTIES["investor"]}
    for name, look in looks.items():
        ax.step(at, found[name], where="post", color=look.colour, linestyle=look.line, label=phrases(name), zorder=4)
    below = np.zeros(len(at))
    for name, look in (("false", style.OUTCOMES["lost"]), ("missed", style.OUTCOMES["short"])):
        ax.fill_between(at, below, below + found[name], step="post", color=look.colour, hatch=look.hatch,
                        edgecolor=style.INK, linewidth=0.4, label=phrases(name), zorder=2)
        below = below + found[name]
    ax.set_xlim(first, end)
    ax.set_ylim(0.0, 1.02)
    style.percent_axis(ax.yaxis, phrases("chance"), say=say)
    shares = {name: say.percent(luck.row(f"{name}_trigger").value) for name in ("false", "missed")}
    triggers, main = luck.deal.contract.triggers, luck.deal.contract.main_trigger
    name = f'"{style.plain(main.name)}"' if main else ""
    which = phrases("only" if len(triggers) == 1 else "main")
    style.headed(ax, phrases("dates", which=which, name=name, **shares), width=58)
    return ax


def draw_worlds(luck: Luck, ax: Axes, *, say: Captions, phrases: Phrases) -> list[float]:
    """Draw what is paid in the three worlds, and return where each bar ends with its error."""
    rows = [luck.row(name) for name in ("outcome_payments", "earned_payments", "luck_payments")]
    looks = (style.PARTIES["investor"], style.PARTIES["savings"], style.OUTCOMES["lost"])
    ends = []
    for place, (row, look) in enumerate(zip(rows, looks, strict=True)):
        low, high = ((row.value if end is None else end) for end in (row.low, row.high))
        ax.barh(place, row.value, height=0.55, color=look.colour, hatch=look.hatch, edgecolor=style.INK, linewidth=0.5)
        ax.plot([low, high], [place, place], color=style.INK, linewidth=1.6)
        ends.append(max(row.value, high, 0.0))
        ax.annotate(written(row, say), (ends[-1], place), xytext=(6, 0), textcoords="offset points",
                    va="center", fontsize=8)
    ax.set_yticks(range(3), [style.wrapped(phrases(name), 18) for name in ("agreed", "faultless", "none")])
    ax.invert_yaxis()
    ax.set_xlim(min(0.0, *(row.value for row in rows)), max(*ends, 0.01) * 1.22)
    ax.grid(axis="x")
    ax.grid(visible=False, axis="y")
    style.money_axis(ax.xaxis, "amount-per-trial", say=say)
    ax.set_xlabel(phrases("amount", unit=say.unit()))
    share = luck.row("luck_share").value
    told = say.percent(share) if share == share else "-"
    style.headed(ax, phrases("worlds", luck=written(luck.row("luck_payments"), say), share=told), width=50)
    return ends
