"""Ways to pay for the work as one chart: what is left to the outcome payer, and who carries the risk of failure.

In comes an ``Arranged`` paper, out goes a figure. Nothing is counted here.
"""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sib.amounts import NumberFormat
from sib.analysis.arrangements import Arranged, Way
from sib.views import style
from sib.views.captions import Captions, captions_for
from sib.views.form_words import FORM_NAMES, holder
from sib.views.words import Phrases

TEXTS: dict[str, tuple[str, str]] = {
    "left": (
        "{form} leaves the {payer} most on average, {amount}; in {others} of the {n} ways it is left with less than "
        "nothing",
        "{form} laat de {payer} gemiddeld het meest over, {amount}; bij {others} van de {n} vormen legt die toe",
    ),
    "right": (
        "In the worst tenth of trials the contract spares the {payer} {amount} that paying itself would not",
        "In het slechtste tiende deel van de simulaties scheelt het contract de {payer} {amount} ten opzichte van "
        "zelf betalen",
    ),
    "right_plain": (
        "How much worse off each party is in the worst tenth of trials", "Hoeveel slechter af elke partij is in het "
        "slechtste tiende deel van de simulaties",
    ),
    "right_none": (
        "The savings that the scenario states do not vary: no worst tenth to look at",
        "De genoemde besparingen variëren niet: er is geen slechtste tiende deel",
    ),
    "mean": ("mean", "gemiddelde"),
    "range": ("9 in 10 trials", "9 van de 10 simulaties"),
    "net": ("left over the whole horizon, {unit}", "over aan het eind van de looptijd, {unit}"),
    "lost": (
        "worse off than on average (left: better off), {unit}", "slechter af dan gemiddeld (links: beter af), {unit}",
    ),
    "foot": (
        "{name} · {trials}, the same cases in every form · seed {seed} · scenario {digest} · worst tenth: the trials "
        "that save least",
        "{name} · {trials}, dezelfde casussen bij elke vorm · seed {seed} · scenario {digest} · slechtste tiende deel: "
        "de simulaties die het minst besparen",
    ),
}
"""By key: English, Dutch."""


def draw_forms(found: Arranged, *, lang: NumberFormat = "en") -> Figure:
    """Return the chart of some ways to pay for a deal's work.

    Parameters
    ----------
    found : Arranged
    lang : {"en", "nl"}
    """
    deal = found.deal
    say, phrases = captions_for(deal, lang), Phrases(TEXTS, lang)
    with style.house_style():
        figure = Figure(figsize=(13.0, 2.4 + 0.38 * len(found.ways)))
        left, right = figure.subplots(1, 2, sharey=True, width_ratios=(1.1, 1))
        draw_left(found, left, say=say)
        draw_failure(found, right, say=say)
        foot = phrases("foot", name=style.plain(deal.name, 60), trials=say.trials(found.n_trials), seed=found.seed,
                       digest=deal.digest[:12])
        figure.supxlabel(style.escape(style.wrapped(foot, 190)), x=0.01, ha="left", fontsize=7, color="#666666")
    return figure


def draw_left(found: Arranged, ax: Axes, *, say: Captions) -> Axes:
    """Draw what is left to the outcome payer in each form: the mean, and where nine in ten trials lie."""
    payer, phrases = found.deal.parties.outcome_payer, Phrases(TEXTS, say.lang)
    look, names = style.PARTIES["municipality"], Phrases(FORM_NAMES, say.lang)
    for place, way in enumerate(found.ways):
        low, mean, high = (way.value(payer, "net_cash", statistic=each) for each in ("p05", "mean", "p95"))
        is_first = place == 0
        ax.plot([low, high], [place, place], color=look.colour, linewidth=6, alpha=0.35, solid_capstyle="butt",
                label=phrases("range") if is_first else "_")
        ax.plot([mean], [place], marker="D", markersize=6, color=style.INK, linestyle="none",
                label=phrases("mean") if is_first else "_")
    ax.axvline(0.0, color=style.INK, linewidth=0.8)
    ax.set_yticks(range(len(found.ways)), [
        style.escape(f"{names(way.form)}{' *' if way.form == found.base else ''}") for way in found.ways
    ])
    ax.invert_yaxis()
    ax.grid(axis="x")
    ax.grid(visible=False, axis="y")
    style.money_axis(ax.xaxis, "amount-per-trial", say=say)
    ax.set_xlabel(phrases("net", unit=say.unit()))
    best = max(found.ways, key=lambda way: way.value(payer, "net_cash"))
    losing = sum(way.value(payer, "net_cash") < 0 for way in found.ways)
    title = phrases("left", form=names(best.form).capitalize(), payer=style.plain(holder(payer, say)), others=losing,
                    n=len(found.ways), amount=say.money(_coarse(best.value(payer, "net_cash"))))
    style.headed(ax, title, width=64)
    return ax


def draw_failure(found: Arranged, ax: Axes, *, say: Captions) -> Axes:
    """Draw how much worse off each party is in the worst trials, end to end; who is better off goes to the left."""
    phrases, payer = Phrases(TEXTS, say.lang), found.deal.parties.outcome_payer
    ends = [[0.0, 0.0] for _ in found.ways]
    for party, look in _looks(found).items():
        for place, way in enumerate(found.ways):
            lost = _lost(way, party)
            side = int(lost > 0)
            ax.barh(place, lost, left=ends[place][side], height=0.6, color=look.colour, hatch=look.hatch,
                    edgecolor=style.INK, linewidth=0.4,
                    label=style.escape(style.plain(holder(party, say))) if place == 0 else "_")
            ends[place][side] += lost
    low, high = min(low for low, _ in ends), max(1.0, *(high for _, high in ends))
    ax.set_xlim(low * 1.05, high * 1.05)
    ax.axvline(0.0, color=style.INK, linewidth=0.8)
    ax.grid(axis="x")
    ax.grid(visible=False, axis="y")
    ax.tick_params(axis="y", length=0)
    style.money_axis(ax.xaxis, "amount-per-trial", say=say)
    ax.set_xlabel(phrases("lost", unit=say.unit()))
    spared = next((way.value(payer, "spared_if_it_fails") for way in found.ways if way.form == "impact_bond"), 0.0)
    title = phrases("right_none") if not found.savings_vary else phrases("right_plain")
    if spared > 1:
        title = phrases("right", payer=style.plain(holder(payer, say)), amount=say.money(_coarse(spared)))
    style.headed(ax, title, width=60, columns=3)
    return ax


def _looks(found: Arranged) -> dict[str, style.Look]:
    """Return a look for each party that is worse off in some form: the two sides of the contract have their own."""
    parties = found.deal.parties
    named = {parties.outcome_payer: style.PARTIES["municipality"], parties.investor: style.PARTIES["investor"],
             parties.provider: style.PARTIES["provider"]}
    others = [style.Look("#7a5195", "//"), style.Look("#b8a1cc", ".."), style.Look("#e0d4ea", "xx"),
              style.Look("#999999", "\\\\"), style.Look("#cccccc")]
    looks: dict[str, style.Look] = {}
    for party in found.parties:
        if any(_lost(way, party) for way in found.ways):
            looks[party] = named[party] if party in named else others[len(looks) % len(others)]
    return looks


def _lost(way: Way, party: str) -> float:
    """How much worse off a party is; 0 where nothing varies."""
    row = way.row(party, "worse_if_it_fails")
    return 0.0 if row is None else row.value


def _coarse(amount: float) -> float:
    """Return an amount to three digits."""
    return float(f"{amount:.3g}")
