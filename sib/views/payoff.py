"""What a deal pays at given outcomes, as text: one row a point.

In come points, out go tables and plain data. Amounts are exact, so they are shown to the cent where they have cents.
Nothing is computed here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from sib import __version__
from sib.deal.scenario import Scenario
from sib.payout import Point, expectations
from sib.views.captions import Captions
from sib.views.tables import DIGEST, columns, plain, ruled, wrapped
from sib.views.words import Words

LONGEST_HEADING = 24
Column = tuple[str, list[str]]
"""A heading and a text for each point."""


def as_data(point: Point) -> dict[str, Any]:
    """Return a point as plain data, amounts in currency units."""
    return {
        "metrics": point.metrics, "outcome_payment": point.outcome_payment, "flows": point.flows,
        "investor": asdict(point.investor),
        "tranches": {name: asdict(held) for name, held in point.tranches.items()},
        "guarantor": {"paid": math.fsum(point.guarantees.values())},
        "payments": point.payments, "triggers": point.triggers, "unpaid": point.unpaid,
    }


class Table:
    """The tables of some points of a deal.

    Parameters
    ----------
    deal : Scenario
    points : sequence of Point
    words : Words
    """

    def __init__(self, deal: Scenario, points: Sequence[Point], *, words: Words) -> None:
        self.deal, self.points, self.words = deal, points, words
        self.names = deal.parties.model_dump(exclude={"source"})
        self.names["municipality"] = self.names.pop("outcome_payer")

    def text(self, *, is_expected: bool = False) -> str:
        """Return the whole page.

        Parameters
        ----------
        is_expected : bool
            Whether nothing was stated; then it is said what can be.
        """
        stated = [] if is_expected else list(self._stated())
        parts = [self.head(is_expected), self.main(stated), *self.apart(stated)]
        return "\n\n".join([*parts, *([self.metrics()] if is_expected else [])])

    def head(self, is_expected: bool) -> str:
        """Return name, digest and what the values are."""
        words = self.words
        return "\n".join((
            plain(self.deal.name),
            words("payoff", digest=self.deal.digest[:DIGEST], version=__version__, currency=self.deal.currency),
            wrapped(words("payoff_expected" if is_expected else "payoff_arrives")),
        ))

    def main(self, stated: list[Column]) -> str:
        """Return what is paid, and to whom; below the table what is the same at each point."""
        words = self.words
        varying, same = self._parties()
        table = self._table([
            *stated,
            self._money(words("payoff_paid"), [point.outcome_payment for point in self.points]),
            self._money(words("payoff_received"), [point.investor.receipts for point in self.points]),
            self._rate("IRR", [point.investor.irr for point in self.points]),
            *varying,
            *((plain(name, longest=LONGEST_HEADING),
               [words("yes" if point.triggers[name] else "no") for point in self.points])
              for name in self.points[0].triggers),
        ])
        if same:
            listed = " · ".join(f"{heading} {cells[0]}" for heading, cells in same)
            table += f"\n{wrapped(words('same', listed=listed), others='  ')}"
        return table

    def _parties(self) -> tuple[list[Column], list[Column]]:
        """Columns of net cash, where there is any: those that differ from point to point, and those that do not."""
        varying: list[Column] = []
        same: list[Column] = []
        for party in self.points[0].flows:
            amounts = [point.flows[party] for point in self.points]
            if any(amounts):
                name = plain(Captions(self.words.lang, "").party(self.names.get(party, party)), longest=LONGEST_HEADING)
                column = self._money(self.words("payoff_net", party=name), amounts)
                (same if len(set(amounts)) == 1 < len(amounts) else varying).append(column)
        return varying, same

    def apart(self, stated: list[Column]) -> Iterator[str]:
        """Yield what each payment line pays and each tranche receives, where there are several."""
        words, first = self.words, self.points[0]
        if len(first.payments) > 1:
            lines = [
                self._money(plain(name, longest=LONGEST_HEADING), [point.payments[name] for point in self.points])
                for name in first.payments
            ]
            yield f"{words('payoff_lines')}\n{self._table([*stated, *lines])}"
        if len(first.tranches) > 1:
            held: list[Column] = []
            for name in first.tranches:
                title = plain(name, longest=LONGEST_HEADING)
                held += [
                    self._money(title, [point.tranches[name].receipts for point in self.points]),
                    self._rate(f"{title} IRR", [point.tranches[name].irr for point in self.points]),
                ]
            yield f"{words('payoff_tranches')}\n{self._table([*stated, *held])}"

    def metrics(self) -> str:
        """Return what can be stated: each metric with its unit, cohorts and dates."""
        words, deal = self.words, self.deal
        rows = [
            (plain(name), words(f"unit_{unit}", currency=deal.currency), words.plain_number(value))
            for (name, unit), value in zip(deal.metrics.items(), expectations(deal).values(), strict=True)
        ]
        heading = (words("metric"), words("unit"), words("expected"))
        dates = deal.timeline.payment_months
        told = [words("payoff_dates", n=len(dates), first=deal.timeline.day(dates[0]),
                      last=deal.timeline.day(dates[-1]))]
        if deal.cohorts:
            told.insert(0, words("payoff_cohorts", listed=", ".join(map(plain, deal.cohorts))))
        listed = ruled(columns([heading, *rows], n_left=2))
        return "\n".join((words("payoff_metrics"), listed, *(wrapped(text, others="  ") for text in told)))

    def _stated(self) -> Iterator[Column]:
        for name in self.points[0].metrics:
            yield plain(name, longest=LONGEST_HEADING + 8), [
                self.words.plain_number(point.metrics[name]) for point in self.points
            ]

    def _money(self, heading: str, amounts: Sequence[float]) -> Column:
        cents = [Decimal(repr(amount)).quantize(Decimal("0.01")) for amount in amounts]
        last = 0 if all(each == each.to_integral_value() for each in cents) else -2
        return heading, [self.words.number(each, last) for each in cents]

    def _rate(self, heading: str, rates: Sequence[float]) -> Column:
        return heading, [
            self.words("undefined") if math.isnan(rate)
            else f"{self.words.number(Decimal(repr(rate)).scaleb(2), -2)}%" for rate in rates
        ]

    def _table(self, found: Sequence[Column]) -> str:
        """Return columns side by side; those of a single point below each other."""
        if len(self.points) == 1:
            return "\n".join(columns([(f"  {heading}", cells[0]) for heading, cells in found], n_left=1))
        rows = [tuple(heading for heading, _ in found), *zip(*(cells for _, cells in found), strict=True)]
        return ruled(columns(rows, n_left=0))
