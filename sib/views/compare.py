"""Deals side by side, as text: figures, paired differences, and one sentence on each difference.

In comes a ``Compared`` paper, out goes a page or plain data. Nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from sib import __version__
from sib.analysis.compare import Compared
from sib.results import Row
from sib.views.tables import DIGEST, columns, plain, ruled, wrapped
from sib.views.words import Phrases, Words

TEXTS: dict[str, tuple[str, str]] = {
    "head": (
        "{trials} each, on the same draws · seed {seed} · sib {version} · amounts in {currency}",
        "{trials} elk, met dezelfde trekkingen · seed {seed} · sib {version} · bedragen in {currency}",
    ),
    "deal": ("[{letter}] {name} · scenario {digest}", "[{letter}] {name} · scenario {digest}"),
    "what": ("", ""),
    "less": ("{other} less {first}", "{other} min {first}"),
    "investor": ("Investor", "Investeerder"),
    "municipality": ("Outcome payer", "Uitkomstbetaler"),
    "society": ("Society", "Samenleving"),
    "outlay": ("outlay", "inleg"),
    "receipts": ("receives", "ontvangt"),
    "repaid_in_full": ("repaid in full", "volledig terugbetaald"),
    "principal_loss": ("loses principal", "verliest hoofdsom"),
    "irr": ("IRR, mean", "IRR, gemiddeld"),
    "npv": ("net present value", "netto contante waarde"),
    "outcome_payments": ("pays", "betaalt"),
    "validated_savings": ("validated savings", "gevalideerde besparing"),
    "cashable_savings": ("cashable savings", "verzilverbare besparing"),
    "net_cash": ("is left", "houdt over"),
    "pays_more_than_it_saves": ("pays more than it saves", "betaalt meer dan het bespaart"),
    "present_value": ("present value, real", "contante waarde, reëel"),
    "net_benefit": ("net benefit", "netto baten"),
    "reading": (
        "[{letter}] leaves the outcome payer {payer} and the investor {investor}; the chance of repayment in full "
        "{chance}.",
        "[{letter}] laat de uitkomstbetaler {payer} en de investeerder {investor}; de kans op volledige terugbetaling "
        "{chance}.",
    ),
    "chance": (
        "[{letter}] against [{first}]: the chance of repayment in full {chance}",
        "[{letter}] tegenover [{first}]: de kans op volledige terugbetaling {chance}",
    ),
    "payer": (
        "[{letter}] against [{first}]: the outcome payer is left with {payer}",
        "[{letter}] tegenover [{first}]: de uitkomstbetaler houdt {payer} over",
    ),
    "more": ("{amount} more ({error})", "{amount} meer ({error})"),
    "fewer": ("{amount} less ({error})", "{amount} minder ({error})"),
    "same": ("the same", "hetzelfde"),
    "unclear": ("no clearly different amount ({error})", "geen duidelijk ander bedrag ({error})"),
    "rises": ("rises by {points} points", "stijgt {points} punten"),
    "falls": ("falls by {points} points", "daalt {points} punten"),
    "stays": ("stays the same", "blijft gelijk"),
    "paired": (
        "Differences are taken trial by trial, those of percentages in points; ± is their 95% error. In the outcome "
        "payer's cash it is {share}% of what it would be on draws of its own.",
        "Verschillen zijn per simulatie genomen, die van percentages in punten; ± is hun 95%-fout. In de kas van de "
        "uitkomstbetaler is die {share}% van wat die met eigen trekkingen zou zijn.",
    ),
}
"""By key: English, Dutch."""


def letter_of(place: int) -> str:
    """Return the letter that a deal goes by."""
    return chr(ord("A") + place) if place < 26 else str(place + 1)


def as_data(found: Compared) -> dict[str, Any]:
    """Return deals side by side as plain data, amounts in currency units."""
    return {
        "seed": found.seed, "trials": found.n_trials, "currency": found.deals[0].currency,
        "scenarios": [
            {"name": deal.name, "digest": deal.digest, "measures": [asdict(row) for row in rows]}
            for deal, rows in zip(found.deals, found.rows, strict=True)
        ],
        "differences": [
            {"name": deal.name, "digest": deal.digest, "measures": [asdict(row) for row in rows]}
            for deal, rows in zip(found.deals[1:], found.differences, strict=True)
        ],
    }


class Page:
    """The page of some deals side by side.

    Parameters
    ----------
    found : Compared
    words : Words
    labels : sequence of str, optional
        What the deals go by; their names where none is given.
    """

    def __init__(self, found: Compared, words: Words, *, labels: Sequence[str] = ()) -> None:
        self.found, self.words, self.say = found, words, Phrases(TEXTS, words.lang)
        self.labels = labels or [deal.name for deal in found.deals]

    def text(self) -> str:
        """Return the whole page."""
        found = self.found
        head = self.say("head", trials=self.words.trials(found.n_trials), seed=found.seed, version=__version__,
                        currency=found.deals[0].currency)
        names = [self.say("deal", letter=letter_of(place), name=plain(label), digest=deal.digest[:DIGEST])
                 for place, (label, deal) in enumerate(zip(self.labels, found.deals, strict=True))]
        return "\n\n".join(("\n".join((head, *names)), self.table(), "\n".join(self.readings())))

    def table(self) -> str:
        """Return every figure of every deal, and the differences to the first."""
        letters = [letter_of(place) for place in range(len(self.found.deals))]
        less = [self.say("less", other=letter, first=letters[0]) for letter in letters[1:]]
        heading = (self.say("what"), *letters, *(cell for name in less for cell in (name, "")))
        rows = []
        before = ""
        for place, row in enumerate(self.found.rows[0]):
            if row.party != before:
                rows.append((self.say(row.party), *("" for _ in heading[1:])))
                before = row.party
            figures = (self.cell(each[place])[0] for each in self.found.rows)
            pairs = (cell.replace("%", "") for each in self.found.differences for cell in self.cell(each[place]))
            rows.append((f"  {self.say(row.measure)}", *figures, *pairs))
        return ruled(columns([heading, *rows], n_left=1))

    def cell(self, row: Row) -> tuple[str, str]:
        """Return a figure to the digits that its error leaves standing, and that error."""
        style = "share" if row.unit == "fraction" else "euros"
        figure, error = self.words.figure(row, style)
        return figure, error if row.value else ""

    def readings(self) -> Iterator[str]:
        """Yield one sentence on each deal but the first, and what the errors are."""
        for place, rows in enumerate(self.found.differences, start=1):
            by_name = {(row.party, row.measure): row for row in rows}
            chance = by_name["investor", "repaid_in_full"]
            text = self.say("reading", letter=letter_of(place), payer=self.amount(by_name["municipality", "net_cash"]),
                            investor=self.amount(by_name["investor", "npv"]), chance=self.points(chance))
            yield wrapped(text)
        share = max(self.found.spared)
        yield wrapped(self.say("paired", share=self.words.number(Decimal(repr(100 * share)))))

    def said_of(self, side: str) -> str:
        """Return one sentence on the deal that differs most from the first, for ``chance`` or ``payer``."""
        key = {"chance": ("investor", "repaid_in_full"), "payer": ("municipality", "net_cash")}[side]
        rows = [row for each in self.found.differences for row in each if (row.party, row.measure) == key]
        place = max(range(len(rows)), key=lambda n: abs(rows[n].value))
        told = {"chance": self.points(rows[place])} if side == "chance" else {"payer": self.amount(rows[place])}
        return self.say(side, letter=letter_of(place + 1), first=letter_of(0), **told)

    def amount(self, row: Row) -> str:
        """Say how much more or less."""
        if not row.value:
            return self.say("same")
        shown, error = self.words.figure(row, "euros")
        if row.low is not None and row.high is not None and row.low <= 0 <= row.high:
            return self.say("unclear", error=error)
        return self.say("more" if row.value > 0 else "fewer", amount=shown.lstrip("-"), error=error)

    def points(self, row: Row) -> str:
        """Say how far a chance moves."""
        if not row.value:
            return self.say("stays")
        shown = self.words.figure(row, "share")[0].lstrip("-").removesuffix("%")
        return self.say("rises" if row.value > 0 else "falls", points=shown)
