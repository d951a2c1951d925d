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
    "programme": ("programme", "programma"),
}
MEASURES: dict[str, tuple[str, str]] = {
    "repaid_in_full": ("repaid in full", "volledig terugbetaald"),
    "principal_loss": ("loses principal", "verliest hoofdsom"),
    "irr": ("IRR", "IRR"),
    "irr_of_mean_cash_flow": ("IRR of the mean cash flow", "IRR van de gemiddelde kasstroom"),
    "moic": ("multiple", "multiple"),
    "npv": ("net present value", "netto contante waarde"),
    "outlay": ("outlay", "inleg"),
    "receipts": ("receives", "ontvangt"),
    "loss": ("loss", "verlies"),
    "outcome_payments": ("pays", "betaalt"),
    "validated_savings": ("validated savings", "gevalideerde besparing"),
    "true_savings": ("true savings", "werkelijke besparing"),
    "cashable_savings": ("cashable savings", "verzilverbare besparing"),
    "net_cash": ("net cash", "netto kas"),
    "present_value": ("present value, real", "contante waarde, reëel"),
    "pays_more_than_it_saves": ("pays more than saves", "betaalt meer dan bespaart"),
    "break_even_cashability": ("break-even cashability", "verzilverbaarheid, break-even"),
    "reserve": ("reserve", "reserve"),
    "net_benefit": ("net benefit", "netto baten"),
    "paid": ("trigger met", "drempel gehaald"),
    "guarantor.paid": ("pays", "betaalt"),
    "earned": ("trigger earned", "drempel verdiend"),
    "successes": ("successes", "successen"),
    "enrolled": ("enrolled", "ingestroomd"),
    "cost": ("cost", "kosten"),
    "wal_years": ("average life, years", "gemiddelde looptijd, jaren"),
    "payback_years": ("payback, years", "terugverdientijd, jaren"),
}
"""By measure, or party and measure: English, Dutch; one that is not here goes by its own name."""
STATISTICS: dict[str, tuple[str, str]] = {
    "mean": ("mean", "gemiddeld"), "probability": ("chance", "kans"), "value": ("", ""),
    "sd": ("standard deviation", "standaardafwijking"), "undefined_share": ("undefined in", "onbepaald in"),
    "total_loss_share": ("nothing back in", "niets terug in"),
}
"""By statistic: English, Dutch; quantiles go by their names."""
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


def problems(told: Iterable[str], words: Words) -> Iterator[str]:
    """Yield why values are no deals: the first reasons, and how many there are beside."""
    say, listed = Phrases(NO_DEAL, words.lang), list(dict.fromkeys(filter(None, told)))
    for problem in listed[:MOST_PROBLEMS]:
        yield wrapped(say("note", problem=problem), others="    ")
    if len(listed) > MOST_PROBLEMS:
        yield say("more", n=words.number(len(listed) - MOST_PROBLEMS))


def party(what: What, words: Words) -> str:
    """Return whose figure it is."""
    known = PARTIES.get(what[0])
    return known[words.lang == "nl"] if known else plain(what[0])


def measure(what: What, words: Words) -> str:
    """Return what is measured, without whose it is."""
    known = MEASURES.get(".".join(what[:2])) or MEASURES.get(what[1])
    return known[words.lang == "nl"] if known else plain(what[1].replace("_", " "))


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
