"""What luck pays, as text: figures with their errors, the trigger by payment date, how households were picked.

In comes a ``Luck`` paper, out goes a page or plain data. Nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from decimal import Decimal
from itertools import pairwise
from typing import Any

from sib import __version__
from sib.analysis.luck import DateOfLuck, Luck
from sib.views.tables import DIGEST, alone, block, columns, plain, ruled, wrapped
from sib.views.words import Phrases, Words

TEXTS: dict[str, tuple[str, str]] = {
    "head": (
        "three times {trials}, on the same draws · seed {seed} · scenario {digest} · sib {version} · amounts in "
        "{currency}",
        "drie keer {trials}, met dezelfde trekkingen · seed {seed} · scenario {digest} · sib {version} · bedragen in "
        "{currency}",
    ),
    "pays": ("What is paid, expected", "Wat er betaald wordt, verwacht"),
    "outcome_payments": ("As agreed", "Zoals afgesproken"),
    "earned_payments": ("If no claim and no review were ever wrong", "Als claim en controle nooit fout waren"),
    "overpaid": ("  paid beyond that, mean of all trials", "  daarboven betaald, gemiddeld over alle simulaties"),
    "underpaid": ("  short of it, mean of all trials", "  daaronder gebleven, gemiddeld over alle simulaties"),
    "luck_payments": ("If the help had no effect at all", "Als de hulp geen enkel effect had"),
    "luck_share": ("  of what is paid as agreed", "  van wat zoals afgesproken betaald wordt"),
    "luck_validated": ("  validated all the same", "  toch gevalideerd"),
    "luck_pays": ("  chance that anything is paid", "  kans dat er iets betaald wordt"),
    "luck_triggers": ("  chance that the trigger is met", "  kans dat de drempel gehaald wordt"),
    "luck_repays_in_full": (
        "  chance that the investor is repaid in full",
        "  kans dat de investeerder alles terugkrijgt",
    ),
    "trigger": ("Trigger {name!r}, by the last date", "Drempel {name!r}, tot en met de laatste datum"),
    "earned": ("Earned: met on faultless claims", "Verdiend: gehaald op foutloze claims"),
    "paid": ("Paid: met on what was validated", "Betaald: gehaald op wat gevalideerd is"),
    "false_trigger": ("Paid, not earned (false)", "Betaald, niet verdiend (ten onrechte)"),
    "paid_falsely": ("  money paid by it, mean of all trials", "  daardoor betaald, gemiddeld over alle simulaties"),
    "missed_trigger": ("Earned, not paid (missed)", "Verdiend, niet betaald (gemist)"),
    "not_paid": (
        "  money not paid by it, mean of all trials",
        "  daardoor niet betaald, gemiddeld over alle simulaties",
    ),
    "others": (
        "This is the main trigger; nothing is said here of the {n} other(s).",
        "Dit is de hoofddrempel; over de andere ({n}) wordt hier niets gezegd.",
    ),
    "falls": (
        "An amount falls where a trial leaves the count, since the trigger is by then both earned and met, or where a "
        "later payment makes up for the difference.",
        "Een bedrag daalt als een simulatie niet meer meetelt, omdat de drempel dan zowel verdiend als gehaald is, of "
        "als een latere betaling het verschil goedmaakt.",
    ),
    "dates": ("By payment date, so far", "Per betaaldatum, tot dan toe"),
    "date": ("date", "datum"),
    "by_earned": ("earned", "verdiend"),
    "by_paid": ("paid", "betaald"),
    "by_false": ("false", "ten onrechte"),
    "by_missed": ("missed", "gemist"),
    "by_paid_falsely": ("paid falsely", "ten onrechte betaald"),
    "by_not_paid": ("earned, not paid", "verdiend, niet betaald"),
    "same": (
        "Dates on which nothing changes are left out.", "Data waarop niets verandert zijn weggelaten.",
    ),
    "picked": ("How the households were picked", "Hoe de huishoudens gekozen zijn"),
    "selection": (
        "{segment}: those picked cost {then} a year, and would cost {later} a year later if nobody helped. That "
        "shows as a "
        "saving of {share}% of the {saving} that the deal takes a success to save; its regression_to_mean is "
        "{assumed}%.",
        "{segment}: de gekozen huishoudens kosten {then} per jaar, en zouden een jaar later zonder hulp {later} "
        "kosten. Dat "
        "oogt als een besparing van {share}% van de {saving} die een succes volgens de deal bespaart; "
        "regression_to_mean is {assumed}%.",
    ),
    "selection_of_nothing": (
        "{segment}: those picked cost {then} a year, and would cost {later} a year later if nobody helped. The deal "
        "takes a success to save nothing.",
        "{segment}: de gekozen huishoudens kosten {then} per jaar, en zouden een jaar later zonder hulp {later} "
        "kosten. Een succes bespaart volgens de deal niets.",
    ),
    "nothing": (
        "Nothing can be claimed here without an effect: there is no deadweight, no regression to the mean and no claim "
        "for a failed case. Luck is then not measured, but assumed away.",
        "Zonder effect valt hier niets te claimen: er is geen deadweight, geen terugval naar het gemiddelde en geen "
        "claim "
        "voor een mislukte casus. Geluk is dan niet gemeten maar weggenomen.",
    ),
    "meant": (
        "All figures compare the same trials, with the same people and the same draws. ± is the 95% error of the "
        "simulation.",
        "Alle cijfers vergelijken dezelfde simulaties, met dezelfde mensen en dezelfde trekkingen. ± is de 95%-fout "
        "van de simulatie.",
    ),
}
"""By key: English, Dutch."""

PAYS = ("outcome_payments", "earned_payments", "overpaid", "underpaid", "luck_payments", "luck_share", "luck_validated",
        "luck_pays", "luck_triggers", "luck_repays_in_full")
TRIGGER = ("earned", "paid", "false_trigger", "paid_falsely", "missed_trigger", "not_paid")
"""Measures in the order in which they are told."""


def as_data(luck: Luck) -> dict[str, Any]:
    """Return what luck pays as plain data, amounts in currency units."""
    return {
        "seed": luck.seed, "trials": luck.n_trials, "currency": luck.deal.currency,
        "measures": [asdict(row) for row in luck.rows],
        "dates": [{**asdict(each), "day": each.day.isoformat()} for each in luck.dates],
        "selections": [asdict(each) for each in luck.selections],
    }


def page(luck: Luck, words: Words) -> str:
    """Return everything that is to say."""
    say = Phrases(TEXTS, words.lang)
    head = say("head", trials=words.trials(luck.n_trials), seed=luck.seed, digest=luck.deal.digest[:DIGEST],
               version=__version__, currency=luck.deal.currency)
    parts = [f"{plain(luck.deal.name)}\n{head}", *_figures(luck, say, words=words)]
    n_others = len(luck.deal.contract.triggers) - 1
    if luck.dates and n_others > 0:
        parts.append(wrapped(say("others", n=n_others)))
    if luck.dates:
        parts.append(_dates(luck.dates, say, words=words))
    if luck.selections:
        told = (wrapped(_picked(each, say, words=words), others="  ") for each in luck.selections)
        parts.append("\n".join((say("picked"), *told)))
    if luck.deal.segments and not luck.row("luck_validated").value:
        parts.append(wrapped(say("nothing")))
    return "\n\n".join((*parts, wrapped(say("meant"))))


def _figures(luck: Luck, say: Phrases, *, words: Words) -> Iterator[str]:
    """Yield the tables of figures with their errors."""
    rows = {row.measure: row for row in luck.rows}
    trigger = luck.deal.contract.main_trigger
    title = say("trigger", name=trigger.name) if trigger else ""
    for heading, names in ((say("pays"), PAYS), (title, TRIGGER)):
        listed = [(rows[name], "share" if rows[name].unit == "fraction" else "money") for name in names if name in rows]
        cells = [(say(row.measure), *words.figure(row, style)) for row, style in listed]
        if heading:
            yield alone(block(heading, cells))


def _dates(dates: tuple[DateOfLuck, ...], say: Phrases, *, words: Words) -> str:
    """Return the trigger by payment date, without dates on which nothing changes."""
    names = ("earned", "paid", "false", "missed", "paid_falsely", "not_paid")
    rows = [(say("date"), *(say(f"by_{name}") for name in names))]
    before: DateOfLuck | None = None
    for each in dates:
        if before is None or any(getattr(each, name) != getattr(before, name) for name in names):
            chances = (f"{words.number(_percent(getattr(each, name)), -1)}%" for name in names[:4])
            amounts = (words.number(Decimal(repr(getattr(each, name)))) for name in names[4:])
            rows.append((each.day.isoformat(), *chances, *amounts))
        before = each
    left_out = len(rows) - 1 < len(dates)
    table = ruled(columns(rows, n_left=1))
    told = [say("same")] * left_out + [wrapped(say("falls"))] * _fall(dates)
    return "\n".join((say("dates"), table, *told))


def _fall(dates: tuple[DateOfLuck, ...]) -> bool:
    """Return whether an amount is lower on a date than on the one before."""
    return any(
        getattr(later, name) < getattr(each, name)
        for each, later in pairwise(dates) for name in ("paid_falsely", "not_paid")
    )


def _percent(value: float) -> Decimal:
    return Decimal(repr(value)).scaleb(2)


def _picked(each: Any, say: Phrases, *, words: Words) -> str:
    """Say what picking expensive households shows by itself."""
    amounts = {name: words.number(Decimal(repr(getattr(each, name)))) for name in ("then", "later", "saving")}
    if not each.saving:
        return say("selection_of_nothing", segment=plain(each.segment), then=amounts["then"], later=amounts["later"])
    shares = {name: words.number(_percent(getattr(each, name))) for name in ("share", "assumed")}
    return say("selection", segment=plain(each.segment), **amounts, **shares)
