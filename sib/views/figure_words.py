"""What single figures of the summary and values of terms are called and how they are written, in English and Dutch.

In come party, measure and statistic, a row, or a value of a term, out goes text. Nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sib.asked import What
from sib.results import Row
from sib.views.tables import plain, wrapped
from sib.views.words import Phrases, Words

PARTIES: dict[str, tuple[str, str]] = {
    "investor": ("investor", "investeerder"),
    "municipality": ("outcome payer", "uitkomstbetaler"),
    "society": ("society", "samenleving"),
    "provider": ("provider", "uitvoerder"),
    "guarantor": ("guarantor", "garantsteller"),
    "accountant": ("accountant", "accountant"),
    "intermediary": ("intermediary", "tussenpartij"),
    "programme": ("programme", "programma"),
}
MEASURES: dict[str, tuple[str, str]] = {
    "repaid_in_full": ("repaid in full", "volledig terugbetaald"),
    "principal_loss": ("loses principal", "verliest hoofdsom"),
    "irr": ("IRR", "IRR"),
    "irr_of_mean_cash_flow": ("IRR of the mean cash flow", "IRR van de gemiddelde kasstroom"),
    "moic": ("multiple of money", "veelvoud van de inleg"),
    "npv": ("net present value", "netto contante waarde"),
    "outlay": ("outlay", "inleg"),
    "receipts": ("receives", "ontvangt"),
    "loss": ("loss", "verlies"),
    "cover_ratio": ("cover ratio", "dekkingsgraad"),
    "outcome_payments": ("pays", "betaalt"),
    "validated_savings": ("validated savings", "gevalideerde besparing"),
    "true_savings": ("true savings", "werkelijke besparing"),
    "cashable_savings": ("cashable savings", "verzilverbare besparing"),
    "net_cash": ("net cash", "netto kas"),
    "present_value": ("present value, real", "contante waarde, reëel"),
    "pays_more_than_it_saves": ("pays more than saves", "betaalt meer dan bespaart"),
    "break_even_cashability": ("break-even cashability", "verzilverbaarheid, break-even"),
    "reserve": ("reserve", "reserve"),
    "own_costs": ("own costs", "eigen kosten"),
    "cost_per_validated_success": ("cost per validated success", "kosten per gevalideerd succes"),
    "price_of_risk_transfer": ("price of risk transfer", "prijs van risico-overdracht"),
    "net_benefit": ("net benefit", "netto baten"),
    "claimed": ("claimed", "geclaimd"),
    "admissible": ("admissible", "toelaatbaar"),
    "validated": ("validated", "gevalideerd"),
    "late": ("too late", "te laat"),
    "validated_cases": ("validated cases", "gevalideerde casussen"),
    "files_opened": ("files opened", "geopende dossiers"),
    "errors": ("errors", "fouten"),
    "uncertain": ("uncertain", "onzeker"),
    "earned": ("trigger earned", "drempel verdiend"),
    "paid": ("trigger paid", "drempel betaald"),
    "guarantor.paid": ("pays", "betaalt"),
    "false_trigger": ("paid, not earned", "betaald, niet verdiend"),
    "missed_trigger": ("earned, not paid", "verdiend, niet betaald"),
    "late_trigger": ("missed only for the last date", "alleen gemist door de laatste datum"),
    "distance_to_trigger_sds": ("distance to the trigger, sds", "afstand tot de drempel, standaardafwijkingen"),
    "distance_to_trigger_successes": ("distance to the trigger, successes", "afstand tot de drempel, successen"),
    "needed_success": ("chance of success needed", "benodigde slaagkans"),
    "expected_success": ("chance of success expected", "verwachte slaagkans"),
    "savings_per_success": ("validated savings of a success", "gevalideerde besparing van een succes"),
    "effective_cases": ("effective cases", "effectieve casussen"),
    "effective_cases_given_parameters": ("effective cases, chances known", "effectieve casussen, kansen bekend"),
    "success_correlation": ("correlation of success", "correlatie van succes"),
    "overrun": ("turned away", "afgewezen wegens vol"),
    "successes": ("successes", "successen"),
    "enrolled": ("enrolled", "ingestroomd"),
    "cost": ("cost of the work", "kosten van het werk"),
    "wal_years": ("average life, years", "gemiddelde looptijd, jaren"),
    "payback_years": ("payback, years", "terugverdientijd, jaren"),
}
"""By measure, or party and measure: English, Dutch; one that is not here goes by its own name."""
STATISTICS: dict[str, tuple[str, str]] = {
    "mean": ("mean", "gemiddeld"), "probability": ("chance", "kans"), "value": ("", ""),
    "sd": ("standard deviation", "standaardafwijking"), "undefined_share": ("undefined in", "onbepaald in"),
    "total_loss_share": ("nothing back in", "niets terug in"),
    "var95": ("VaR95", "VaR95"), "var99": ("VaR99", "VaR99"), "es95": ("ES95", "ES95"), "es99": ("ES99", "ES99"),
}
"""By statistic: English, Dutch; quantiles go by their names."""
OF_METRICS: dict[str, tuple[str, str]] = {"needed": ("needed", "nodig"), "expected": ("expected", "verwacht")}
"""What stands before the name of a metric: English, Dutch."""
STYLES = {"fraction": "share", "years": "years", "count": "number"}
"""How figures of a unit are written; money in whole units of the currency."""
WRITTEN: dict[type, Callable[[Any], str]] = {
    type(None): lambda value: "-", str: plain, bool: lambda value: str(value).lower(),
    dict: lambda value: "{...}", list: lambda value: "[...]",
}
"""How values of terms are written that are no numbers."""
RATES = ("irr", "irr_of_mean_cash_flow")


NO_DEAL: dict[str, tuple[str, str]] = {
    "cell": ("no deal", "geen deal"),
    "note": ("no deal: {problem}", "geen deal: {problem}"),
    "more": ("and {n} more that are no deals", "en nog {n} die geen deal zijn"),
}
"""By key: English, Dutch."""
MOST_PROBLEMS = 3
"""How many reasons are told why something is no deal."""


def no_deal(words: Words) -> str:
    """Return what stands for a figure where there is no deal."""
    return Phrases(NO_DEAL, words.lang)("cell")


def problems(told: Iterable[str], words: Words, *, most: int = MOST_PROBLEMS) -> Iterator[str]:
    """Yield why values are no deals: the first reasons, and how many there are beside."""
    say, listed = Phrases(NO_DEAL, words.lang), list(dict.fromkeys(filter(None, told)))
    for problem in listed[:most]:
        yield wrapped(say("note", problem=problem), others="    ")
    if len(listed) > most:
        yield say("more", n=words.number(len(listed) - most))


def party(what: What, words: Words) -> str:
    """Return whose figure it is."""
    known = PARTIES.get(what[0])
    return known[words.lang == "nl"] if known else plain(what[0].partition(".")[2] or what[0])


def measure(what: What, words: Words) -> str:
    """Return what is measured, without whose it is."""
    known = MEASURES.get(".".join(what[:2])) or MEASURES.get(what[1])
    if known:
        return known[words.lang == "nl"]
    kind, _, metric = what[1].partition("_")
    before = OF_METRICS.get(kind)
    return plain((f"{before[words.lang == 'nl']}: {metric}" if before else what[1]).replace("_", " "))


def statistic(what: What, words: Words) -> str:
    """Return which statistic it is; nothing where there is but one value."""
    return STATISTICS.get(what[2], (what[2], what[2]))[words.lang == "nl"]


def called(what: What, words: Words) -> str:
    """Return the whole name of a figure.

    Examples
    --------
    >>> called(("investor", "irr", "mean"), Words("en")), called(("investor", "irr", "p05"), Words("nl"))
    ('investor: IRR, mean', 'investeerder: IRR, p05')
    """
    return f"{party(what, words)}: {', '.join(filter(None, (measure(what, words), statistic(what, words))))}"


def style_of(row: Row) -> str:
    """Return how a row is written."""
    return "rate" if row.measure in RATES and row.unit == "fraction" else STYLES.get(row.unit, "euros")


def term(value: Any, words: Words) -> str:
    """Return a value of a term: a number with the decimals that it has, a word as it stands, nothing as a dash.

    Examples
    --------
    >>> [term(value, Words("nl")) for value in (0.045, 375, "simple", None)]
    ['0,045', '375', 'simple', '-']
    """
    write = WRITTEN.get(type(value))
    return write(value) if write else words.plain_number(value)
