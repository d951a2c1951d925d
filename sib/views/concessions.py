"""What concessions are worth, as text: each term against a point of interest, and the trades by which one side gains.

In comes an ``Exchange`` paper, out goes a page or plain data. Nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from sib import __version__
from sib.analysis.concessions import Exchange, Swap, Trade
from sib.deal.number import RATE, SHARE
from sib.measures.risk import Estimate
from sib.results import Measure, row_of
from sib.views.figure_words import called, measure, style_of, term
from sib.views.tables import DIGEST, columns, plain, wrapped
from sib.views.words import Phrases, Words

TEXTS: dict[str, tuple[str, str]] = {
    "head": (
        "What concessions are worth, around the deal as it is · {trials} · seed {seed} · scenario {digest} · sib "
        "{version} · amounts in {currency}",
        "Wat concessies waard zijn, rond de deal zoals die is · {trials} · seed {seed} · scenario {digest} · "
        "sib {version} · bedragen in {currency}",
    ),
    "unit": (
        "{amount} on {path} is worth {value} to the investor ({figure}). As much as that:",
        "{amount} op {path} is de investeerder {value} waard ({figure}). Evenveel als dat:",
    ),
    "now": ("|now", "|nu"),
    "as_much": ("worth|as much", "evenveel|waard"),
    "in_full": ("worth|in full", "geheel|waard"),
    "costs": ("costs the|outcome payer", "kost de|uitkomstbetaler"),
    "third": ("and|others", "en|anderen"),
    "bent": ("not the same up as down", "omhoog anders dan omlaag"),
    "beyond": ("as much as that is more than there is", "zo veel is meer dan er is"),
    "idle": (
        "does nothing here: no trial differs between {low} and {high}",
        "doet hier niets: geen simulatie verschilt tussen {low} en {high}",
    ),
    "one_way": ("more does nothing, less costs the investor", "meer doet niets, minder kost de investeerder"),
    "unclear": (
        "does nothing beyond the error between {low} and {high}",
        "doet niets buiten de fout tussen {low} en {high}",
    ),
    "stuck": ("cannot be moved: {problem}", "kan niet bewegen: {problem}"),
    "nothing": ("No term does anything for the investor here.", "Geen voorwaarde doet hier iets voor de investeerder."),
    "swaps": (
        "Trades that leave the investor where it is and the outcome payer better off, as far as rates were measured:",
        "Ruilen waarbij de investeerder gelijk blijft en de uitkomstbetaler erop vooruitgaat, zover als gemeten is:",
    ),
    "swap": (
        "give {give} on {first} and take {take} back on {second}: {gain}",
        "geef {give} op {first} en neem {take} terug op {second}: {gain}",
    ),
    "more": ("; others pay {third} more", "; anderen betalen {third} meer"),
    "less": ("; others pay {third} less", "; anderen betalen {third} minder"),
    "no_swaps": (
        "No trade leaves one side better off and the other where it is, beyond the error.",
        "Geen ruil brengt de een verder en laat de ander gelijk, buiten de fout.",
    ),
    "foot": (
        "Each term is moved a step both ways on the same draws; ± is the 95% error of the paired differences. Rates "
        "hold for small changes; in full is what the whole amount is worth, as a part of the point. Cost to the "
        "outcome payer: what is lost of its {cost}. The investor's discount rate stays that of the deal as it is.",
        "Elke voorwaarde schuift een stap beide kanten op, met dezelfde trekkingen; ± is de 95%-fout van de gepaarde "
        "verschillen. De verhoudingen gelden voor kleine wijzigingen; geheel waard is wat de hele hoeveelheid waard "
        "is, als deel van het punt. Kosten voor de uitkomstbetaler: wat verloren gaat van {cost}. De "
        "disconteringsvoet van de investeerder blijft die van de deal zoals die is.",
    ),
}
"""By key: English, Dutch."""
MOST_SWAPS = 5
FRACTIONS = {RATE: "rate", SHARE: "share"}
"""Kinds of term that are written in percent."""


def as_data(found: Exchange) -> dict[str, Any]:
    """Return an exchange as plain data, amounts in currency units."""
    return {
        "seed": found.seed, "trials": found.n_trials, "method": "mc", "currency": found.deal.currency,
        "worth": f"{found.worth.party}.{found.worth.name}", "cost": f"{found.cost.party}.{found.cost.name}",
        "yardstick": found.yardstick and found.yardstick.number.path, "unit": found.unit,
        "value": found.value and _estimate(found, found.value, found.worth),
        "trades": [_trade(found, each) for each in found.trades],
        "swaps": [
            {"give": each.give.number.path, "take": each.take.number.path, "size": each.size,
             "gain": _estimate(found, each.gain, found.cost), "others": _estimate(found, each.third, found.cost)}
            for each in found.swaps
        ],
    }


def _trade(found: Exchange, trade: Trade) -> dict[str, Any]:
    amounts = {"cost": trade.cost, "others": trade.third}
    return {
        "path": trade.number.path, "now": trade.number.now, "low": trade.low, "high": trade.high,
        "verdict": trade.verdict, "problem": trade.problem or None, "is_bent": trade.is_bent,
        "can_be_given": trade.reaches(1), "can_be_taken_back": trade.reaches(-1),
        "amount": asdict(trade.amount) if trade.amount else None,
        "in_full": asdict(trade.in_full) if trade.in_full else None,
        **{name: _estimate(found, each, found.cost) if each else None for name, each in amounts.items()},
    }


def _estimate(found: Exchange, estimate: Estimate, measure: Measure) -> dict[str, Any]:
    row = row_of(found.deal, (measure.party, measure.name, "mean"), estimate=estimate, unit=measure.unit)
    return {key: getattr(row, key) for key in ("value", "standard_error", "low", "high", "unit")}


class Page:
    """The page of an exchange.

    Parameters
    ----------
    found : Exchange
    words : Words
    """

    def __init__(self, found: Exchange, words: Words) -> None:
        self.found, self.words, self.say = found, words, Phrases(TEXTS, words.lang)
        self.notes = [*dict.fromkeys(filter(None, map(self.note, found.trades)))]

    def text(self, *, has_name: bool = True) -> str:
        """Return the whole page, with or without the name of the deal above it."""
        found = self.found
        title = wrapped(self.say(
            "head", trials=self.words.trials(found.n_trials), seed=found.seed, digest=found.deal.digest[:DIGEST],
            version=__version__, currency=found.deal.currency,
        ))
        head = f"{plain(found.deal.name)}\n{title}" if has_name else title
        return "\n\n".join((head, self.trades(), *self.swaps(), self.foot()))

    def trades(self) -> str:
        """Return every term against the yardstick."""
        first = self.found.yardstick
        third = [self.say("third")] if self.found.has_others else []
        heads = ["|", *(self.say(key) for key in ("now", "as_much", "in_full", "costs")), *third, "|"]
        above, below = zip(*(head.split("|") for head in heads), strict=True)
        rows = [*map(self.row, self.found.trades)]
        widest = max(len(row[-1]) for row in rows)
        lines = columns([above, below, *([*row[:-1], row[-1].ljust(widest)] for row in rows)], n_left=1)
        notes = [wrapped(f"({n}) {note}", others="    ") for n, note in enumerate(self.notes, start=1)]
        table = "\n".join((*lines[:2], "-" * max(map(len, lines)), *lines[2:], *notes))
        if first is None or self.found.value is None:
            return f"{self.say('nothing')}\n{table}"
        what = self.found.worth
        title = self.say(
            "unit", amount=self.amount(first), path=plain(first.number.path), value=self.money(self.found.value, what),
            figure=called((what.party, what.name, "mean"), self.words),
        )
        return f"{wrapped(title)}\n{table}"

    def row(self, trade: Trade) -> list[str]:
        """Return a row of the table."""
        note = self.note(trade)
        number = f"({self.notes.index(note) + 1})" if note else ""
        head, third = [plain(trade.number.path), term(trade.number.now, self.words)], self.found.has_others
        if trade.amount is None or trade.cost is None or trade.third is None:
            return [*head, "", "", "", *([""] if third else []), number]
        costs = [self.money(each, self.found.cost) for each in ((trade.cost, trade.third) if third else (trade.cost,))]
        return [*head, self.amount(trade), self.in_full(trade), *costs, number]

    def in_full(self, trade: Trade) -> str:
        """Return what a whole amount is worth, in percent of the unit."""
        if trade.in_full is None:
            return ""
        row = row_of(self.found.deal, ("", "", "mean"), estimate=trade.in_full, unit="fraction")
        return " ".join(self.words.figure(row, "share")).rstrip()

    def note(self, trade: Trade) -> str:
        """Return what is to be said of a term beside its figures."""
        if trade.amount is not None:
            held = (("bent", trade.is_bent), ("beyond", not trade.reaches(1)))
            return "; ".join(self.say(key) for key, holds in held if holds)
        low, high = (term(each, self.words) for each in (trade.low, trade.high))
        return self.say(trade.verdict, low=low, high=high, problem=trade.problem)

    def amount(self, trade: Trade, *, times: float = 1.0) -> str:
        """Return how much of a term is meant, with its sign and error; to three digits where no error is shown."""
        assert trade.amount is not None
        estimate = _times(trade.amount, times)
        size = abs(estimate.value)
        style = FRACTIONS.get(trade.number.kind, "euros" if size >= 1000 else "number" if size >= 10 else "money")
        row = row_of(self.found.deal, ("", "", "mean"), estimate=estimate, unit="fraction")
        shown, note = self.words.figure(row, style)
        if not note:
            is_percent = trade.number.kind in FRACTIONS
            short = float(f"{estimate.value * (100 if is_percent else 1):.3g}")
            shown = self.words.plain_number(short) + ("%" if is_percent else "")
        return f"{'' if shown.startswith('-') else '+'}{shown} {note}".rstrip()

    def money(self, estimate: Estimate, measure: Measure) -> str:
        """Return a figure with its error."""
        row = row_of(self.found.deal, (measure.party, measure.name, "mean"), estimate=estimate, unit=measure.unit)
        return " ".join(self.words.figure(row, style_of(row))).rstrip()

    def swaps(self) -> Iterator[str]:
        """Yield the trades by which the outcome payer gains."""
        if self.found.value is None:
            return
        if not self.found.swaps:
            yield self.say("no_swaps")
            return
        told = [wrapped(f"- {self.swap(each)}", others="  ") for each in self.found.swaps[:MOST_SWAPS]]
        yield "\n".join((wrapped(self.say("swaps")), *told))

    def swap(self, swap: Swap) -> str:
        """Return a trade in words."""
        text = self.say(
            "swap", give=self.amount(swap.give, times=swap.size), first=plain(swap.give.number.path),
            take=self.amount(swap.take, times=-swap.size), second=plain(swap.take.number.path),
            gain=self.money(swap.gain, self.found.cost),
        )
        if abs(swap.third.value) < 1:
            return text
        is_more = swap.third.value > 0
        third = _times(swap.third, 1 if is_more else -1)
        return text + self.say("more" if is_more else "less", third=self.money(third, self.found.cost))

    def foot(self) -> str:
        """Return how the figures came about."""
        cost = measure((self.found.cost.party, self.found.cost.name, "mean"), self.words)
        return wrapped(self.say("foot", cost=cost))


def _times(estimate: Estimate, factor: float) -> Estimate:
    """Return an estimate times a number."""
    error = None if estimate.standard_error is None else abs(factor) * estimate.standard_error
    ends = [None if end is None else factor * end for end in (estimate.low, estimate.high)]
    return Estimate(factor * estimate.value, error, *(ends if factor >= 0 else ends[::-1]))
