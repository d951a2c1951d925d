"""Ways of reviewing as one chart: what is validated too much and too little, against what the review costs.

In come ``Design`` papers, out goes a figure. Nothing is counted here.
"""

from __future__ import annotations

from decimal import Decimal

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sib.amounts import NumberFormat
from sib.analysis.design import Comparison, Design
from sib.deal.consistency import planned_people
from sib.views import style
from sib.views.captions import Captions, captions_for
from sib.views.design import way_named
from sib.views.words import Phrases, Words

TEXTS: dict[str, tuple[str, str]] = {
    "title": (
        "Opening every file costs {fee} and leaves {wrong} wrongly validated or withheld; opening none leaves {unseen}",
        "Elk dossier openen kost {fee} en laat {wrong} ten onrechte gevalideerd of ingehouden; geen enkel dossier "
        "openen laat {unseen}",
    ),
    "wrongly_withheld": ("too little validated", "te weinig gevalideerd"),
    "wrongly_accepted": ("too much validated", "te veel gevalideerd"),
    "amount": ("mean of the trials, {unit}", "gemiddelde van de simulaties, {unit}"),
    "beside": ("{files} files · {fee} · month {month}", "{files} dossiers · {fee} · maand {month}"),
    "foot": (
        "{name} · {trials} each on the same draws · seed {seed} · scenario {digest} · at the right: files opened, "
        "their fee, "
        "when validated money counts on average",
        "{name} · {trials} elk, dezelfde trekkingen · seed {seed} · scenario {digest} · rechts: geopende dossiers, het "
        "honorarium, wanneer gevalideerd geld gemiddeld meetelt",
    ),
}
"""By key: English, Dutch."""
KINDS = {"wrongly_withheld": style.OUTCOMES["short"], "wrongly_accepted": style.OUTCOMES["lost"]}
"""Amounts of a bar, from left to right."""


def draw_designs(found: Comparison, *, lang: NumberFormat = "en") -> Figure:
    """Return the chart of some ways of reviewing a deal.

    Parameters
    ----------
    found : Comparison
    lang : {"en", "nl"}
    """
    deal, designs = found.deal, found.designs
    say, phrases = captions_for(deal, lang), Phrases(TEXTS, lang)
    with style.house_style():
        figure = Figure(figsize=(10.5, 1.9 + 0.42 * len(designs)))
        ax = figure.subplots()
        draw_bars(found, ax, say=say)
        full = next(each for each in designs if each.way.mode == "full")
        amounts = {"fee": _value(full, "fee"), "wrong": _wrong(full), "unseen": _wrong(designs[0])}
        title = phrases("title", **{name: say.money(_coarse(amount)) for name, amount in amounts.items()})
        style.headed(ax, title, width=90)
        foot = phrases("foot", name=style.plain(deal.name, 60), trials=say.trials(found.n_trials), seed=found.seed,
                       digest=deal.digest[:12])
        figure.supxlabel(style.escape(style.wrapped(foot, 170)), x=0.01, ha="left", fontsize=7, color="#666666")
        style.make_room(figure, ax, ends=[_wrong(design) for design in designs])
    return figure


def _value(design: Design, name: str) -> float:
    row = design.row(name)
    return row.value if row is not None else 0.0


def _coarse(amount: float) -> float:
    """Return an amount to three digits."""
    return float(f"{amount:.3g}")


def _wrong(design: Design) -> float:
    return sum(_value(design, name) for name in KINDS)


def draw_bars(found: Comparison, ax: Axes, *, say: Captions) -> Axes:
    """Draw a bar for each way, with what it opens, costs and delays written behind it."""
    deal, designs = found.deal, found.designs
    words, phrases = Words(say.lang), Phrases(TEXTS, say.lang)
    for place, design in enumerate(designs):
        left = 0.0
        for name, look in KINDS.items():
            bar = ax.barh(place, _value(design, name), left=left, height=0.6, color=look.colour, hatch=look.hatch,
                          edgecolor=style.INK, linewidth=0.5)
            bar.patches[0].set_label(phrases(name) if place == 0 else "_")
            left += _value(design, name)
        month = words.number(Decimal(repr(round(design.months, 6)))) if design.months == design.months else "-"
        text = phrases("beside", files=say.number(round(_value(design, "files_opened"))),
                       fee=say.money(_coarse(_value(design, "fee"))), month=month)
        ax.annotate(style.escape(text), (left, place), xytext=(6, 0), textcoords="offset points", va="center",
                    fontsize=8)
    names = [way_named(design.way, words, n_cases=planned_people(deal)) for design in designs]
    ax.set_yticks(range(len(names)), [style.escape(name) for name in names])
    ax.invert_yaxis()
    ax.set_xlim(0.0, max(1.0, *map(_wrong, designs)))
    ax.grid(axis="x")
    ax.grid(visible=False, axis="y")
    style.money_axis(ax.xaxis, "amount-per-trial", say=say)
    return ax
