"""The exact method, as text and as data: figures without an error, why others need simulation, and both side by side.

In come ``Found`` and ``Verdict`` papers, out goes a page or plain data. Nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from sib import __version__
from sib.chance.draws import Source
from sib.exact.against import LIMIT, Compared, Verdict
from sib.exact.found import Found
from sib.results import Row
from sib.views import figure_words
from sib.views.exact_words import GROUPS, REASONS, TEXTS
from sib.views.tables import DIGEST, columns, plain, ruled, wrapped
from sib.views.words import Phrases, Words

SPREAD = ("mean", "sd", "p05", "p50", "p95")
"""Statistics that have a column of their own."""
BESIDE = ("mean", "p05", "p95", "probability", "var95", "es95", "value")
"""Statistics that are shown side by side, of what does not vary the mean alone; data has all of them."""
PARTY_ORDER = (
    "investor", "municipality", "accountant", "programme", "provider", "intermediary", "guarantor", "society",
)


class Page:
    """The page of a deal worked out exactly, alone or beside a simulation.

    Parameters
    ----------
    found : Found
    words : Words
    """

    def __init__(self, found: Found, words: Words) -> None:
        self.found, self.words, self.say = found, words, Phrases(TEXTS, words.lang)

    def alone(self) -> str:
        """Return the figures, and why the others need simulation."""
        blocks = [self.head(), self.spreads(), self.chances(), "\n".join(self.reasons()), self.foot()]
        return "\n\n".join(filter(None, blocks))

    def beside(self, verdict: Verdict, *, source: Source, trials: int) -> str:
        """Return exact and simulated figures side by side, and how far they are apart."""
        head = self.say("head_both", trials=self.words.trials(trials), seed=self.words.seed(source))
        blocks = [f"{self.head()}\n{head}", self.pairs(verdict), self.verdict(verdict), "\n".join(self.reasons())]
        return "\n\n".join(filter(None, blocks))

    def head(self) -> str:
        """Return which deal it is."""
        deal = self.found.deal
        return "\n".join((
            plain(deal.name),
            self.say("head", digest=deal.digest[:DIGEST], version=__version__, currency=deal.currency),
        ))

    def rows(self) -> list[Row]:
        """Return the rows in the order in which parties are told of; budgets by law are left to data."""
        shown = [row for row in self.found.rows if not row.party.startswith("payer.")]
        return sorted(shown, key=lambda row: (_place(row.party), row.party))

    def spreads(self) -> str:
        """Return measures with mean, standard deviation and quantiles."""
        by_name: dict[tuple[str, str], dict[str, Row]] = {}
        for row in self.rows():
            by_name.setdefault((row.party, row.measure), {})[row.statistic] = row
        lines = [(self.say("what"), *(self.say(each) if each in TEXTS else each for each in SPREAD))]
        for (party, measure), found in by_name.items():
            if "mean" in found and "sd" in found:
                lines.append((self.label(party, measure), *(self.figure(found[each]) for each in SPREAD)))
        return ruled(columns(lines, n_left=1)) if len(lines) > 1 else ""

    def chances(self) -> str:
        """Return figures that stand alone: chances, risk of the loss, what is made of means."""
        others = [row for row in self.rows() if (row.statistic not in SPREAD and not row.statistic.startswith("p"))
                  or (row.statistic == "probability")]
        shown = [row for row in others if row.statistic != "undefined_share" or row.value]
        lines = [(self.label(row.party, row.measure, statistic=row.statistic), self.figure(row)) for row in shown]
        return "\n".join(columns(lines, n_left=1)) if lines else ""

    def pairs(self, verdict: Verdict) -> str:
        """Return what was worked out beside what was simulated."""
        lines = [tuple(self.say(each) for each in ("what", "exact", "simulated", "error", "z"))]
        sure = {(row.party, row.measure) for row in self.found.rows if row.statistic == "sd" and row.value == 0}
        shown = [each for each in verdict.compared
                 if each.exact.statistic in BESIDE and not each.exact.party.startswith("payer.")
                 and (each.exact.statistic == "mean" or (each.exact.party, each.exact.measure) not in sure)]
        for each in sorted(shown, key=lambda pair: (_place(pair.exact.party), pair.exact.party)):
            row = each.exact
            simulated, error = self.words.figure(each.simulated, _style(row))
            label = self.label(row.party, row.measure, statistic=row.statistic)
            lines.append((label, self.figure(row), simulated, error, self.z(each.z)))
        return ruled(columns(lines, n_left=1))

    def verdict(self, verdict: Verdict) -> str:
        """Return how many figures were compared, and which is furthest off."""
        worst = verdict.worst
        if worst is None:
            return self.say("nothing_compared")
        row = worst.exact
        told = self.say(
            "passed" if verdict.is_passed else "failed", n=self.words.number(len(verdict.with_error)),
            z=self.z(verdict.largest), limit=self.words.plain_number(LIMIT),
            which=self.label(row.party, row.measure, statistic=row.statistic),
        )
        return wrapped(told)

    def reasons(self) -> Iterator[str]:
        """Yield a line on each group of measures that needs simulation."""
        if self.found.refused:
            yield self.say("others")
        for line in refused(self.found, self.words):
            yield wrapped(line, "  ", others="    ")

    def foot(self) -> str:
        """Return how exact it is."""
        steps = [step for step in self.found.steps.values() if step]
        told = self.say("no_error")
        if steps:
            amount = self.words.number(Decimal(repr(max(steps))).scaleb(-2), -2)
            told = f"{told} {self.say('grid', step=amount, currency=self.found.deal.currency)}"
        return wrapped(told)

    def label(self, party: str, measure: str, *, statistic: str = "") -> str:
        """Return the name of a measure, with its party and statistic."""
        what = (party, measure, statistic)
        whose = figure_words.party(what, self.words)
        kind = "" if statistic in ("", "probability", "value") else f", {figure_words.statistic(what, self.words)}"
        return f"{whose[:1].upper()}{whose[1:]}: {figure_words.measure(what, self.words)}{kind}"

    def figure(self, row: Row) -> str:
        """Return a figure without an error, to the digits of its kind."""
        if row.value != row.value:
            return self.words("undefined")
        shift, last, unit = (2, -3, "%") if row.unit == "fraction" else (0, -2, "")
        value = Decimal(repr(float(row.value))).scaleb(shift)
        return self.words.number(value, last) + unit

    def z(self, off: float | None) -> str:
        """Return how many standard errors a figure is off."""
        if off is None:
            return ""
        return "∞" if off in (float("inf"), float("-inf")) else self.words.number(Decimal(repr(round(off, 2))), -1)


def _place(party: str) -> int:
    base = party.partition(".")[0]
    return PARTY_ORDER.index(base) if base in PARTY_ORDER else len(PARTY_ORDER)


def _style(row: Row) -> str:
    return {"fraction": "share", "years": "years", "count": "number"}.get(row.unit, "money")


def refused(found: Found, words: Words) -> Iterator[str]:
    """Yield why each group of measures needs simulation; groups with one reason together."""
    by_reason: dict[str, list[str]] = {}
    for group, reason in found.refused.items():
        named = {name: _plain(value) for name, value in reason.named.items()}
        sentence = Phrases(REASONS, words.lang)(reason.key, **named)
        by_reason.setdefault(sentence, []).append(group_name(group, words))
    for sentence, groups in by_reason.items():
        yield f"{', '.join(groups)}: {sentence}"


def _plain(value: str | int) -> str | int:
    return plain(value) if isinstance(value, str) else value


def group_name(group: str, words: Words) -> str:
    """Return what a group of measures is called."""
    kind, _, name = group.partition(" ")
    return Phrases(GROUPS, words.lang)(kind, name=plain(name))


def nothing_exact(found: Found, words: Words) -> str:
    """Return what is said where nothing can be worked out."""
    lines = [Phrases(TEXTS, words.lang)("nothing"), *(f"  {line}" for line in refused(found, words))]
    return "\n".join(lines)


def numerics_said(found: Found, verdict: Verdict, *, words: Words, source: Source, trials: int) -> str:
    """Return in short how a simulation stands beside exact figures."""
    head = Phrases(TEXTS, words.lang)("numerics", trials=words.trials(trials), seed=words.seed(source))
    return f"{head}\n{Page(found, words).verdict(verdict)}"


def as_data(found: Found, words: Words) -> dict[str, Any]:
    """Return the figures as plain data."""
    return {
        "method": "exact", "currency": found.deal.currency, "measures": [asdict(row) for row in found.rows],
        "needs_simulation": _needs(found, words),
        "grid_steps": {name: step / 100 for name, step in found.steps.items()},
    }


def both_as_data(found: Found, verdict: Verdict, *, words: Words) -> dict[str, Any]:
    """Return exact and simulated figures as plain data."""
    return {
        "method": "both", "currency": found.deal.currency, **verdict_as_data(verdict),
        "measures": [_pair(each) for each in verdict.compared], "needs_simulation": _needs(found, words),
    }


def verdict_as_data(verdict: Verdict) -> dict[str, Any]:
    """Return how a simulation stood the comparison, as plain data."""
    worst = verdict.worst
    named = None if worst is None else {name: getattr(worst.exact, name) for name in ("party", "measure", "statistic")}
    return {
        "n_compared": len(verdict.with_error), "largest_z": verdict.largest, "furthest_off": named, "limit": LIMIT,
        "passed": verdict.is_passed,
    }


def _pair(each: Compared) -> dict[str, Any]:
    row = each.exact
    return {
        "party": row.party, "measure": row.measure, "statistic": row.statistic, "unit": row.unit,
        "value": each.simulated.value, "standard_error": each.simulated.standard_error, "low": each.simulated.low,
        "high": each.simulated.high, "exact": row.value, "z": each.z,
    }


def _needs(found: Found, words: Words) -> list[dict[str, str]]:
    return [
        {"measures": group, "key": reason.key, "reason": line}
        for (group, reason), line in (
            (item, Phrases(REASONS, words.lang)(item[1].key, **item[1].named)) for item in found.refused.items()
        )
    ]


