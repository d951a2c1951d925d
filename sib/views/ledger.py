"""One trial as text: a dated ledger with the totals of each party.

In comes the ledger of a trial, out goes text. Totals are added up in whole cents, and over all parties they make
nothing: what one pays another receives.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sib.amounts import format_amount
from sib.views.tables import columns, plain, ruled
from sib.views.words import Words


@dataclass(frozen=True, slots=True)
class Total:
    """What a party received and paid in a trial, in cents."""

    party: str
    received: int
    paid: int

    @property
    def net(self) -> int:
        """Cents received less cents paid."""
        return self.received - self.paid


def totals(entries: pd.DataFrame) -> list[Total]:
    """Return what each party received and paid, in order of appearance.

    Parameters
    ----------
    entries : DataFrame
        payer, payee, amount (currency units), as ``Run.statement`` gives them.
    """
    received: dict[str, int] = {}
    paid: dict[str, int] = {}
    for payer, payee, amount in zip(entries["payer"], entries["payee"], entries["amount"], strict=True):
        cents = round(amount * 100)
        paid[payer] = paid.get(payer, 0) + cents
        received[payee] = received.get(payee, 0) + cents
    return [Total(party, received.get(party, 0), paid.get(party, 0)) for party in {**paid, **received}]


def as_data(entries: pd.DataFrame) -> dict[str, list[dict[Hashable, Any]]]:
    """Return a trial's movements and totals as plain data, amounts in currency units."""
    dated = entries.assign(date=[f"{day:%Y-%m-%d}" for day in entries["date"]])
    summed: list[dict[Hashable, Any]] = [
        {"party": each.party, "received": each.received / 100, "paid": each.paid / 100, "net": each.net / 100}
        for each in totals(entries)
    ]
    return {"movements": dated.to_dict(orient="records"), "totals": summed}


def ledger(entries: pd.DataFrame, head: Sequence[str], *, words: Words) -> str:
    """Return a trial's ledger and totals.

    Parameters
    ----------
    entries : DataFrame
        date, payer, payee, clause, amount, account_balance (currency units).
    head : sequence of str
        Lines above it.
    words : Words
    """
    lines = [
        (f"{day:%Y-%m-%d}", plain(words.party(payer)), plain(words.party(payee)), plain(clause),
         *_cents((round(amount * 100), round(balance * 100)), words))
        for day, payer, payee, clause, amount, balance in zip(
            entries["date"], entries["payer"], entries["payee"], entries["clause"], entries["amount"],
            entries["account_balance"], strict=True)
    ]
    heading = tuple(words(key) for key in ("date", "from", "to", "clause", "amount", "account"))
    found = totals(entries)
    sums = [(plain(words.party(each.party)), *_cents((each.received, each.paid, each.net), words)) for each in found]
    sums.append((words("sum"), "", "", *_cents([sum(each.net for each in found)], words)))
    summed = (words("totals"), *(words(key) for key in ("received", "given", "balance")))
    tables = (ruled(columns([heading, *lines], n_left=4)), ruled(columns([summed, *sums], n_left=1)))
    return "\n\n".join(("\n".join(head), *tables))


def _cents(cents: Iterable[int], words: Words) -> tuple[str, ...]:
    return tuple(format_amount(each, lang=words.lang) for each in cents)
