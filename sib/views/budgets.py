"""Which budget gains and which pays, as text and as tables to paste.

In comes a ``Budgets`` paper, out goes a page, rows or plain data. Nothing is computed here but sums of means.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from sib import __version__
from sib.amounts import format_amount
from sib.analysis.budgets import ALL, GENERAL, Budgets
from sib.views.form_words import BUDGET_TEXTS, FORM_NAMES, holder
from sib.views.tables import DIGEST, columns, plain, ruled, wrapped
from sib.views.words import Phrases, Words

POCKETS = ("direct", "real", "saving", "cashable", "validated", "charged", "net")
"""Columns of the wrong-pocket table."""
COLUMNS = ("mean", "p80", "p90", "p95")


def as_data(found: Budgets) -> dict[str, Any]:
    """Return the budgets as plain data, amounts in currency units."""
    return {
        "form": found.form, "seed": found.seed, "trials": found.n_trials, "currency": found.deal.currency,
        "fiscal_years": list(found.fiscal_years), "outside_share": found.outside.value,
        "budgets": [asdict(entry) for entry in found.entries],
    }


class Page:
    """The page of the budgets of one deal.

    Parameters
    ----------
    found : Budgets
    words : Words
    measure : str
        What is told by fiscal year.
    """

    def __init__(self, found: Budgets, words: Words, *, measure: str = "net_cost") -> None:
        self.found, self.deal, self.words, self.measure = found, found.deal, words, measure
        self.say = Phrases(BUDGET_TEXTS, words.lang)

    def text(self) -> str:
        """Return the whole page."""
        found = self.found
        form = Phrases(FORM_NAMES, self.words.lang)(found.form)
        head = self.say("head", form=form, trials=self.words.trials(found.n_trials), seed=found.seed,
                        digest=self.deal.digest[:DIGEST], version=__version__, currency=self.deal.currency)
        parts = (f"{plain(self.deal.name)}\n{head}", self.pockets(), self.outside(), self.years(),
                 wrapped(self.say("meant")))
        return "\n\n".join(part for part in parts if part)

    def outside(self) -> str:
        """Return what falls in pockets that do not pay; nothing where nothing is saved."""
        share = self.found.outside.value
        if math.isnan(share):
            return ""
        if self.found.is_central:
            return wrapped(self.say("central", state=plain(holder(self.deal.parties.state, self.words))))
        return self.say("outside", share=self.words.number(Decimal(repr(100 * share)), -1))

    def budget(self, law: str) -> str:
        """Return what a budget is called."""
        return self.say({GENERAL: "general", ALL: "every"}[law]) if law in (GENERAL, ALL) else plain(law)

    def pockets(self) -> str:
        """Return the wrong-pocket table: every budget, each party together, all parties together."""
        heading = (self.say("law"), *(self.say(name) for name in POCKETS))
        rows: list[tuple[str, ...]] = []
        for party, laws in self.parties().items():
            means = [[self.found.find(party, law, measure=name).mean for name in POCKETS] for law in laws]
            rows += [(f"  {self.budget(law)}", *map(self.whole, row)) for law, row in zip(laws, means, strict=True)]
            name = plain(holder(party, self.words))
            rows.append((name, *map(self.whole, map(sum, zip(*means, strict=True)))))
        budgets = self.found.budgets()
        total = [sum(self.found.find(party, law, measure=name).mean for party, law in budgets) for name in POCKETS]
        rows.append((self.say("everybody"), *map(self.whole, total)))
        return f"{self.say('pocket')}\n{ruled(columns([heading, *rows], n_left=1))}"

    def parties(self) -> dict[str, list[str]]:
        """Return the budgets of each party."""
        found: dict[str, list[str]] = {}
        for party, law in self.found.budgets():
            found.setdefault(party, []).append(law)
        return found

    def whole(self, amount: float) -> str:
        """Return an amount in whole euros."""
        return self.words.number(Decimal(repr(amount)))

    def years(self) -> str:
        """Return a measure by budget and fiscal year, where any is not zero."""
        title = self.say("by_year", measure=self.say(self.measure).capitalize())
        heading, *rows = self.rows()
        if not rows:
            return ""
        return f"{title}\n{ruled(columns([heading, *rows], n_left=2))}"

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Yield the heading and the rows of the table by fiscal year; budgets of zero are left out."""
        yield (self.say("law"), self.say("year"), *(self.say("mean") if name == "mean" else name.upper()
                                                    for name in COLUMNS))
        for party, law in self.found.lines():
            for year in (*self.found.fiscal_years, None):
                entry = self.found.find(party, law, measure=self.measure, year=year)
                if any(getattr(entry, name) for name in COLUMNS):
                    owner, own = plain(holder(party, self.words)), not self.is_foreign(party)
                    name = plain(law) if own and law not in (GENERAL, ALL) else f"{owner}: {self.budget(law)}"
                    when = self.say("sum") if year is None else str(year)
                    yield (name, when, *(self.whole(getattr(entry, column)) for column in COLUMNS))

    def is_foreign(self, party: str) -> bool:
        """Whether a party is not the outcome payer."""
        return party != self.deal.parties.outcome_payer

    def pasted(self) -> str:
        """Return the table by fiscal year with tabs between its cells, to paste into a spreadsheet."""
        heading, *_ = self.rows()
        lines = ["\t".join(("", *heading))]
        for party, law in self.found.lines():
            for year in self.found.fiscal_years:
                entry = self.found.find(party, law, measure=self.measure, year=year)
                amounts = (format_amount(round(getattr(entry, name) * 100), lang=self.words.lang) for name in COLUMNS)
                lines.append("\t".join((plain(holder(party, self.words)), self.budget(law), str(year), *amounts)))
        return "\n".join(lines)
