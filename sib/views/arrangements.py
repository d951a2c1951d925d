"""Ways to pay for the work side by side, as text.

In comes an ``Arranged`` paper, out goes a page or plain data. Nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from sib import __version__
from sib.analysis.agreed import terms_of
from sib.analysis.arrangements import EVERYBODY, Arranged, Way
from sib.deal.assumptions import text_of
from sib.results import Row
from sib.views.form_words import FORM_MEANT, FORM_NAMES, FORM_TEXTS, holder
from sib.views.tables import DIGEST, WIDTH, columns, plain, ruled, wrapped
from sib.views.words import Phrases, Words

LONGEST, HEADING = 40, 22
"""Characters of a party's name over a column; fewer where the table would be too wide."""


def as_data(found: Arranged) -> dict[str, Any]:
    """Return ways to pay as plain data, amounts in currency units."""
    return {
        "seed": found.seed, "trials": found.n_trials, "currency": found.deal.currency, "base": found.base,
        "forms": [{"form": way.form, "measures": [asdict(row) for row in way.rows]} for way in found.ways],
    }


class Page:
    """The page of some ways to pay for one deal's work.

    Parameters
    ----------
    found : Arranged
    words : Words
    """

    def __init__(self, found: Arranged, words: Words) -> None:
        self.found, self.deal, self.words = found, found.deal, words
        self.done = [way for way in found.ways if way.paid.is_done]
        self.say, self.name = Phrases(FORM_TEXTS, words.lang), Phrases(FORM_NAMES, words.lang)

    def text(self) -> str:
        """Return the whole page."""
        found = self.found
        head = self.say("head", trials=self.words.trials(found.n_trials), seed=found.seed,
                        digest=self.deal.digest[:DIGEST], version=__version__, currency=self.deal.currency)
        star = self.say("actual" if self.deal.arrangements.actual == found.base else "base")
        saved = any(way.value(EVERYBODY, "savings") for way in self.done)
        told = "" if saved or not self.done else wrapped(self.say("no_savings"))
        title = f"{plain(self.deal.name)}\n{head}"
        parts = (title, self.payer(), star, told, *self.by_party(), self.costs(), self.meaning())
        return "\n\n".join(part for part in parts if part)

    def form(self, way: Way) -> str:
        """Return what a form is called, the one that others are compared with marked."""
        return f"{self.name(way.form)}{' *' if way.form == self.found.base else ''}"

    def payer(self) -> str:
        """Return the table of the outcome payer."""
        party = self.deal.parties.outcome_payer
        told = (("pays", "cost", "mean"), ("spread", "cost", "sd"), ("saves", "savings", "mean"),
                ("net", "net_cash", "mean"), ("worse", "worse_off", "probability"),
                ("reserve", "reserve", "p90"), ("against", "against_base", "mean"))
        heading = (self.say("form"), *(self.say(key) for key, _, _ in told), "")
        rows = []
        for way in self.found.ways:
            against = way.row(party, "against_base")
            assert against is not None
            error = self.words.figure(against, "euros")[1] if against.value else ""
            cells = (self.cell(way.row(party, measure, statistic=statistic)) for _, measure, statistic in told)
            rows.append((self.form(way), *cells, error))
        title = self.say("payer", party=plain(holder(party, self.words)))
        return f"{title}\n{ruled(columns([heading, *rows], n_left=1))}"

    def cell(self, row: Row | None) -> str:
        """Return one figure, to the digits that its error leaves standing."""
        if row is None:
            return "-"
        return self.words.figure(row, {"fraction": "share", "count": "number"}.get(row.unit, "euros"))[0]

    def by_party(self) -> Iterator[str]:
        """Yield the tables with a column for each party, where any work is done."""
        if not self.done:
            return
        yield self._table("nets", "net_cash", "mean", with_all=True)
        yield self._table("chances", "worse_off", "probability", with_all=False)
        yield (self._table("fails", "worse_if_it_fails", "mean", with_all=True) if self.found.savings_vary
               else wrapped(self.say("no_failure")))
        yield (self._table("volume", "pays_more_if_volume_is_high", "mean", with_all=False) if self.found.volume_varies
               else wrapped(self.say("no_volume")))

    def _table(self, title: str, measure: str, statistic: str, *, with_all: bool) -> str:
        parties = (*self.found.parties, *((EVERYBODY,) if with_all else ()))
        rows = [(self.form(way), *(self.cell(way.row(party, measure, statistic=statistic)) for party in parties))
                for way in self.done]
        for longest in (LONGEST, HEADING):
            names = [self.say("all") if party == EVERYBODY else plain(holder(party, self.words), longest=longest)
                     for party in parties]
            table = ruled(columns([(self.say("form"), *names), *rows], n_left=1))
            if len(table.partition("\n")[0]) <= WIDTH:
                break
        return f"{wrapped(self.say(title))}\n{table}"

    def costs(self) -> str:
        """Return what moving risk costs, and at what scale it pays; nothing where nobody pays by itself."""
        payer = self.deal.parties.outcome_payer
        told = (("finance", EVERYBODY, "paid_for_finance"), ("extra", EVERYBODY, "extra_work"),
                ("transfer", payer, "price_of_transfer"), ("spared", payer, "spared_if_it_fails"))
        ways = [way for way in self.found.ways if way.row(payer, "price_of_transfer") is not None]
        if not ways:
            return ""
        heading = (self.say("form"), *(self.say(key) for key, _, _ in told), self.say("cents"), self.say("scale"))
        rows = [
            (self.form(way), *(self.cell(way.row(party, measure)) for _, party, measure in told), self.per_hundred(way),
             self.cell(way.row(EVERYBODY, "break_even_cases", statistic="value")))
            for way in ways
        ]
        table = ruled(columns([heading, *rows], n_left=1))
        told_of = wrapped(self.say("costs_meant", party=plain(holder(payer, self.words))))
        return "\n".join((self.say("costs"), table, told_of, *self.remarks()))

    def per_hundred(self, way: Way) -> str:
        """Return what the outcome payer pays more for each hundred that it is spared, where it is spared any."""
        payer = self.deal.parties.outcome_payer
        more, spared = way.value(payer, "price_of_transfer"), way.value(payer, "spared_if_it_fails")
        return self.words.number(Decimal(repr(100 * more / spared)), -1) if spared > 1 else "-"

    def remarks(self) -> Iterator[str]:
        """Yield how often a revolving budget is not paid back, and how far off a norm may be."""
        for way in self.found.ways:
            chance = way.row(EVERYBODY, "not_settled", statistic="probability")
            amount = way.row(EVERYBODY, "not_settled")
            if chance is not None and amount is not None:
                shown = self.cell(chance).removesuffix("%")
                yield wrapped(self.say("not_settled", chance=shown, amount=self.cell(amount)))
            error = way.row(EVERYBODY, "norm_error", statistic="value")
            if error is not None:
                n_cases = self.words.number(self.deal.arrangements.central_reimbursement.based_on or 0)
                yield wrapped(self.say("norm_error", n=n_cases, share=self.cell(error)))

    def meaning(self) -> str:
        """Return what the tables mean, how each form works, and the terms that it goes by."""
        lines = [wrapped(self.say("meant")), "", self.say("terms")]
        meant = Phrases(FORM_MEANT, self.words.lang)
        for way in self.found.ways:
            lines.append(wrapped(f"{self.name(way.form)}: {meant(way.form)}", "  ", others="    "))
            lines += [wrapped(told, "    ", others="      ") for told in self.terms(way.form)]
        return "\n".join(lines)

    def terms(self, form: str) -> Iterator[str]:
        """Yield the terms of a form that the scenario states, and those that are assumed."""
        for kind, is_stated in (("stated", True), ("assumed", False)):
            held = [each for each in terms_of(self.deal, form) if each.is_stated == is_stated]
            if held:
                told = " · ".join(f"{each.name} {_told(each.value, self.words)}" for each in held)
                yield f"{self.say(kind)}: {told}"


def _told(value: Any, words: Words) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{plain(holder(name, words))} {text_of(part, words.lang)}" for name, part in value.items())
    return text_of(value, words.lang)
