"""Which budget gains, which pays, and in which year, as one chart.

In comes a ``Budgets`` paper, out goes a figure. Nothing is counted here but sums of means.
"""

from __future__ import annotations

import math

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sib.amounts import NumberFormat
from sib.analysis.budgets import GENERAL, Budgets
from sib.views import style
from sib.views.captions import Captions, captions_for
from sib.views.form_words import BUDGET_TEXTS, FORM_NAMES, holder
from sib.views.words import Phrases

TEXTS: dict[str, tuple[str, str]] = {
    "left": (
        "Of every 100 saved, {share} falls with parties that bear none of the cost",
        "Van elke 100 die bespaard wordt, valt {share} bij partijen die niets van de kosten dragen",
    ),
    "central": (
        "The {state} bears most of the cost, on behalf of everybody", "Het {state} draagt de meeste kosten, namens "
        "iedereen",
    ),
    "nothing": ("Nothing is saved", "Er wordt niets bespaard"),
    "right": (
        "The {payer} is furthest behind in {year}: {amount} on average",
        "De {payer} staat het verst achter in {year}: gemiddeld {amount}",
    ),
    "right_ahead": (
        "The {payer} is on average behind in no fiscal year", "De {payer} staat in geen enkel begrotingsjaar achter",
    ),
    "cashable": ("saving that frees money", "besparing waar geld door vrijkomt"),
    "rest": ("other saving", "andere besparing"),
    "charged": ("charged", "ten laste"),
    "amount": ("mean of the trials, {unit}", "gemiddelde van de simulaties, {unit}"),
    "freed": ("saving, cash", "besparing, kas"),
    "paid": ("charged", "ten laste"),
    "net": ("is left", "houdt over"),
    "by_year": ("mean of the trials, {unit}", "gemiddelde van de simulaties, {unit}"),
    "foot": (
        "{name} · paid for by: {form} · {trials} · seed {seed} · scenario {digest}",
        "{name} · betaald via: {form} · {trials} · seed {seed} · scenario {digest}",
    ),
}
"""By key: English, Dutch."""


def draw_budgets(found: Budgets, *, lang: NumberFormat = "en") -> Figure:
    """Return the chart of the budgets of a deal.

    Parameters
    ----------
    found : Budgets
    lang : {"en", "nl"}
    """
    deal = found.deal
    say, phrases = captions_for(deal, lang), Phrases(TEXTS, lang)
    with style.house_style():
        figure = Figure(figsize=(12.5, max(4.2, 1.8 + 0.5 * len(found.budgets()))))
        left, right = figure.subplots(1, 2, width_ratios=(1.2, 1))
        draw_pockets(found, left, say=say)
        draw_years(found, right, say=say)
        form = Phrases(FORM_NAMES, lang)(found.form)
        foot = phrases("foot", name=style.plain(deal.name, 60), form=form, trials=say.trials(found.n_trials),
                       seed=found.seed, digest=deal.digest[:12])
        figure.supxlabel(style.escape(style.wrapped(foot, 180)), x=0.01, ha="left", fontsize=7, color="#666666")
    return figure


def draw_pockets(found: Budgets, ax: Axes, *, say: Captions) -> Axes:
    """Draw for each budget what is saved, and what of it is cash, above what is charged."""
    phrases, general = Phrases(TEXTS, say.lang), Phrases(BUDGET_TEXTS, say.lang)("general")
    names, green, orange = [], style.PARTIES["provider"].colour, style.PARTIES["municipality"].colour
    for place, (party, law) in enumerate(found.budgets()):
        means = {name: found.find(party, law, measure=name).mean for name in ("saving", "cashable", "charged")}
        first = place == 0
        ax.barh(place - 0.18, means["cashable"], height=0.34, color=green, edgecolor=style.INK, linewidth=0.4,
                label=phrases("cashable") if first else "_")
        ax.barh(place - 0.18, max(means["saving"] - means["cashable"], 0.0), left=means["cashable"], height=0.34,
                color="#b7e1d3", hatch="..", edgecolor=style.INK, linewidth=0.4,
                label=phrases("rest") if first else "_")
        ax.barh(place + 0.18, means["charged"], height=0.34, color=orange, hatch="//", edgecolor=style.INK,
                linewidth=0.4, label=phrases("charged") if first else "_")
        owner = style.plain(holder(party, say), 24)
        names.append(style.escape(f"{owner}: {general if law == GENERAL else style.plain(law, 24)}"))
    ax.axvline(0.0, color=style.INK, linewidth=0.8)
    ax.set_yticks(range(len(names)), names)
    ax.invert_yaxis()
    ax.grid(axis="x")
    ax.grid(visible=False, axis="y")
    style.money_axis(ax.xaxis, "amount-per-trial", say=say)
    ax.set_xlabel(phrases("amount", unit=say.unit()))
    style.headed(ax, _said_of_pockets(found, say), width=62, columns=3)
    return ax


def _said_of_pockets(found: Budgets, say: Captions) -> str:
    phrases, share = Phrases(TEXTS, say.lang), found.outside.value
    if math.isnan(share):
        return phrases("nothing")
    if found.is_central:
        return phrases("central", state=style.plain(holder(found.deal.parties.state, say)))
    return phrases("left", share=say.percent(share).removesuffix("%").strip())


def draw_years(found: Budgets, ax: Axes, *, say: Captions) -> Axes:
    """Draw what the outcome payer's budgets save and are charged in each fiscal year, and what is left."""
    phrases, payer = Phrases(TEXTS, say.lang), found.deal.parties.outcome_payer
    mine = [law for party, law in found.budgets() if party == payer]
    years = found.fiscal_years
    freed, paid = ([sum(found.find(payer, law, measure=name, year=year).mean for law in mine) for year in years]
                   for name in ("cashable", "charged"))
    net = [one - other for one, other in zip(freed, paid, strict=True)]
    at = range(len(years))
    ax.bar(at, freed, width=0.6, color=style.PARTIES["provider"].colour, edgecolor=style.INK, linewidth=0.4,
           label=phrases("freed"))
    ax.bar(at, [-each for each in paid], width=0.6, color=style.PARTIES["municipality"].colour, hatch="//",
           edgecolor=style.INK, linewidth=0.4, label=phrases("paid"))
    ax.plot(at, net, color=style.INK, marker="D", markersize=5, label=phrases("net"), zorder=4)
    ax.axhline(0.0, color=style.INK, linewidth=0.8)
    ax.set_xticks(list(at), [str(year) for year in years])
    style.money_axis(ax.yaxis, "amount-per-trial", say=say)
    ax.set_ylabel(phrases("by_year", unit=say.unit()))
    worst = min(at, key=lambda place: net[place])
    name = style.plain(holder(payer, say))
    title = (phrases("right", payer=name, year=years[worst], amount=say.money(float(f"{-net[worst]:.3g}")))
             if net[worst] < 0 else phrases("right_ahead", payer=name))
    style.headed(ax, title, width=52, columns=3)
    return ax
