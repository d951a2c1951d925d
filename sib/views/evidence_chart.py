"""What pilots are worth by their size, as one figure: a line a party with its 95% band, its bound, and the cost.

In comes an ``Evidence`` paper, out goes a figure. Nothing is counted here.
"""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from sib.amounts import NumberFormat
from sib.analysis.evidence import Evidence
from sib.views import style
from sib.views.captions import captions_for
from sib.views.figure_words import party
from sib.views.words import Phrases, Words

HEADROOM = 1.3
"""Height of the chart, by the highest thing that is not the cost; the cost of a large pilot is far above."""
TEXTS: dict[str, tuple[str, str]] = {
    "best": (
        "A pilot is worth at most {most} to a party; {cases} cost {cost}",
        "Een pilot is een partij hoogstens {most} waard; {cases} kosten {cost}",
    ),
    "nothing": (
        "No pilot of these sizes changes what a party decides, so that none is worth anything",
        "Geen pilot van deze omvang verandert wat een partij besluit; geen is dus iets waard",
    ),
    "worth": ("worth to {party}", "waarde voor {party}"),
    "perfect": ("perfect knowledge, {party}", "volledige kennis, {party}"),
    "cost": ("cost of the pilot", "kosten van de pilot"),
    "cases": ("cases of the pilot", "casussen van de pilot"),
    "amount": ("worth and cost, {unit}", "waarde en kosten, {unit}"),
    "foot": (
        "{name} · {trials} · seed {seed} · scenario {digest}", "{name} · {trials} · seed {seed} · scenario {digest}",
    ),
}
"""By key: English, Dutch."""


def draw_evidence(found: Evidence, *, lang: NumberFormat = "en") -> Figure:
    """Return the figure.

    Parameters
    ----------
    found : Evidence
    lang : {"en", "nl"}
    """
    say, phrases = captions_for(found.deal, lang), Phrases(TEXTS, lang)
    costs = sorted((each.n_cases, each.cost) for each in found.pilots)
    with style.house_style():
        figure = Figure(figsize=(8.0, 5.2))
        ax = figure.subplots()
        highest = max(_draw_party(found, ax, place=place, lang=lang) for place in range(len(found.sides)))
        ax.plot(*zip((0, 0.0), *costs, strict=True), color=style.INK, linestyle=(0, (5, 2)), linewidth=1.2,
                label=phrases("cost"))
        ax.set_xlim(0, max(costs[-1][0], 1) * 1.02)
        ax.set_ylim(0, highest * HEADROOM or max(1.0, costs[-1][1]))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: say.number(x)))
        style.money_axis(ax.yaxis, "payoff-amount", say=say)
        ax.set_xlabel(phrases("cases"))
        ax.set_ylabel(phrases("amount", unit=say.unit()))
        style.headed(ax, _sentence(found, phrases, Words(lang)))
        text = phrases("foot", name=style.plain(found.deal.name, 60), trials=say.trials(found.n_trials),
                       seed=found.seed, digest=found.deal.digest[:12])
        figure.supxlabel(style.escape(text), x=0.01, ha="left", fontsize=7, color="#666666")
    return figure


def _draw_party(found: Evidence, ax: Axes, *, place: int, lang: NumberFormat) -> float:
    """Draw what pilots are worth to one party, and perfect knowledge; return how high that is."""
    side, phrases = found.sides[place], Phrases(TEXTS, lang)
    look, name = style.PARTIES[side.party], party((side.party, "", ""), Words(lang))
    pilots = sorted(found.pilots, key=lambda each: each.n_cases)
    rows = [each.worths[place].worth for each in pilots]
    low, high = ([row.value if end is None else end for row, end in ends]
                 for ends in ([(row, row.low) for row in rows], [(row, row.high) for row in rows]))
    sizes, bound = [each.n_cases for each in pilots], side.perfect.worth.value
    ax.fill_between(sizes, low, high, color=look.colour, alpha=0.2, linewidth=0)
    ax.plot(sizes, [row.value for row in rows], color=look.colour, linestyle=look.line, marker="o", markersize=4,
            label=phrases("worth", party=name))
    if bound > 0:
        ax.axhline(bound, color=look.colour, linewidth=0.9, linestyle=(0, (1, 2)),
                   label=phrases("perfect", party=name))
    return max(0.0, bound, *high)


def _sentence(found: Evidence, phrases: Phrases, words: Words) -> str:
    """Return the sentence that the chart answers: the most that a pilot is worth, and what that one costs."""
    worths = [(worth.worth, pilot) for pilot in found.pilots for worth in pilot.worths]
    most, pilot = max(worths, key=lambda pair: pair[0].value)
    if most.value <= 0:
        return phrases("nothing")
    return phrases("best", most=words.figure(most, "euros")[0], cases=words.cases(pilot.n_cases),
                   cost=words.number(round(pilot.cost)))
