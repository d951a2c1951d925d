"""What a contract leaves open, with the amounts at stake: cliffs, readings of the interest, what is never repaid.

Comes in: a reading. Go out: findings, those of ``deal/lint.py`` first; their sentences are in
``views/left_open.py``. Amounts come from the exact payoff and from the accounts that keep the interest; nothing is
drawn.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from math import floor

import numpy as np

from sib.contract.interest import DAY_COUNTS, Account, accrual
from sib.deal.assumptions import assumptions
from sib.deal.consistency import planned_people
from sib.deal.contract import Caps
from sib.deal.group import EffectProgramme
from sib.deal.independence import Remark
from sib.deal.lending import Interest, Schedule
from sib.deal.lint import left_open, readers
from sib.deal.location import spelled
from sib.deal.reader import Reading
from sib.deal.scenario import Scenario
from sib.expectation import OF_CASES, expected, spending
from sib.money import exact
from sib.payout import payoff
from sib.programme.grid import Grid, grid

CLIFF = 0.1
"""Share of the commitment by which a payment may move at once."""
NEAR = (1, 5, 10)
"""Changes of today's estimate that are tried, in percent."""
WAYS = {"less": -1, "more": 1}
"""Directions of a change."""
PARTS, PIECES = 200, 32
"""Parts of the scan from 0 to twice today's estimate, and pieces into which a part with a jump is cut again."""
AMBIGUOUS = 0.001
"""Share of the commitment by which two readings of the interest differ in earnest."""
TIMES = (0, 1, 2, 10)
"""Multiples of today's estimate among which the best outcome is looked for."""
SHARE_STEPS = 10**6
"""Steps of measurement in a share of cases."""
OVER_TERM = "over the term"
COMPOUNDED = {"simple": "simple", "annual": "compounded yearly", "quarterly": "compounded quarterly",
              "monthly": "compounded monthly", "continuous": "compounded continuously"}
"""Names of the readings of a rate: over the whole term, and by way of compounding."""
READING_FIELDS = ("basis", "compounding", "day_count")
"""Fields that say how a rate is meant."""
QUOTED = re.compile(
    r"\b(?:simple|compound\w*|over the term|enkelvoudig\w*|samengesteld\w*|over de looptijd)\b", re.IGNORECASE
)
"""Words by which a source settles how a rate is meant."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that the contract leaves open.

    Parameters
    ----------
    kind : str
        What it is about: ``cliff``, ``interest``, ``cohorts`` and so on.
    remark : Remark
        The term that would settle it, and which sentence is said of it: one that goes on where the path ends, and says
        how to mend it.
    amounts : dict of str to float
        In currency units, or in the unit of a metric.
    """

    kind: str
    remark: Remark
    amounts: Mapping[str, float] = field(default_factory=dict)


def findings(reading: Reading) -> list[Finding]:
    """Return what a contract leaves open; cautions are told apart.

    Examples
    --------
    >>> from sib.deal.reader import read
    >>> [each.remark.path for each in findings(read("worked-example")) if each.kind == "price level"]
    ['programme.segments.households.saving']
    """
    told = [Finding(kind, said) for kind, said in left_open(reading.scenario)]
    return told + [each for question in QUESTIONS for each in question(reading)]


# A cliff: a small change of the outcome that moves much money


@dataclass(frozen=True, slots=True)
class _Measure:
    """A metric that the contract reads, in whole steps of its scale.

    Parameters
    ----------
    name : str
        As the payoff takes it.
    scale : int
        Steps in one unit.
    today, most : int
        What is expected, and the most that is possible or looked at.
    levels : dict of int to str
        Fields of the contract by the last step before or at which they turn.
    """

    name: str
    scale: int
    today: int
    most: int
    levels: Mapping[int, str]


def _measures(deal: Scenario) -> list[_Measure]:
    """What triggers and lines read, with what is expected of it; nothing where nothing is."""
    metrics, read = expected(deal, grid(deal)), list(readers(deal))
    found: dict[str, _Measure] = {}
    for reader in read:
        number, base = metrics.reading(reader.metric, cohort=reader.cohort, measure="cumulative")
        base = np.broadcast_to(base, number.shape)[-1, 0]
        is_share = reader.metric == "validated_share"
        scale = SHARE_STEPS if is_share else metrics.scale(reader.metric)
        value = number[-1, 0] * (scale if is_share else 1) / base if base > 0 else 0.0
        today = round(value) if np.isfinite(value) else 0
        if today and reader.name not in found:
            levels = {
                floor(exact(level) * scale): path
                for each in read if each.name == reader.name for path, level in each.levels
            }
            most = _possible(deal, reader.metric, scale=scale)
            found[reader.name] = _Measure(reader.name, scale, today, max(most, abs(today)), levels)
    return list(found.values())


def _possible(deal: Scenario, metric: str, *, scale: int) -> int:
    """Return the most steps that a metric can come to: people bound what is counted of them."""
    if metric == "validated_share":
        return scale
    if deal.metrics[metric] != "count" or isinstance(deal.programme, EffectProgramme):
        return 10**15
    groups = getattr(deal.programme, "groups", ())
    times = [outcome.most for group in groups for outcome in group.outcomes if outcome.name == metric]
    return planned_people(deal) * max(times, default=1) * scale


class _Paid(dict[int, float]):
    """Outcome payment by steps of a measure, worked out once."""

    def __init__(self, deal: Scenario, measure: _Measure) -> None:
        super().__init__()
        self._deal, self._measure = deal, measure

    def learn(self, steps: Iterable[int]) -> None:
        """Work out what is not known yet."""
        new = [each for each in dict.fromkeys(steps) if each not in self]
        values = [Fraction(each, self._measure.scale) for each in new]
        points = payoff(self._deal, {self._measure.name: values}) if new else []
        self.update(zip(new, (point.outcome_payment for point in points), strict=True))


def cliffs(reading: Reading) -> Iterator[Finding]:
    """The derivative of the payment near today's estimate, and the nearest jump."""
    deal = reading.scenario
    least = CLIFF * deal.contract.commitment
    for measure in _measures(deal):
        paid = _Paid(deal, measure)
        jump = _nearest_jump(deal, measure, paid=paid, least=least)
        near = _nearby(measure, paid)
        if jump is not None:
            yield _jump(measure, paid, jump=jump, near=near)
        elif max(abs(near.get(f"pays_1%_{way}", paid[measure.today]) - paid[measure.today]) for way in WAYS) > least:
            yield _slope(measure, near)


def _nearest_jump(deal: Scenario, measure: _Measure, *, paid: _Paid, least: float) -> tuple[int, int] | None:
    """Return the jump nearest to today's estimate, from nothing to twice it, as the steps before and after."""
    if not measure.levels:  # nothing turns on it: prices and shares alone
        return None
    sign, furthest = (1 if measure.today > 0 else -1), min(2 * abs(measure.today), measure.most)
    known = {sign * round(furthest * part / PARTS) for part in range(PARTS + 1)}
    known |= {mark + step for mark in (measure.today, *measure.levels) for step in (-1, 0, 1)}
    known = {each for each in known if 0 <= sign * each <= furthest}
    jumps, open_ones = [], list(pairwise(sorted(known)))
    while open_ones:
        paid.learn(end for pair in open_ones for end in pair)
        wide = [(a, b) for a, b in open_ones if abs(paid[b] - paid[a]) > least]
        jumps += [(a, b) for a, b in wide if b - a == 1]
        open_ones = [piece for a, b in wide if b - a > 1 for piece in pairwise([*range(a, b, -((a - b) // PIECES)), b])]
    several = len(deal.contract.metrics_used & set(OF_CASES)) > 1
    if "." in measure.name or (several and measure.name in OF_CASES):  # what moves another along is told once
        jumps = [pair for pair in jumps if _field_of(measure, pair)]
    return min(jumps, key=lambda pair: min(abs(end - measure.today) for end in pair), default=None)


def _field_of(measure: _Measure, jump: tuple[int, int]) -> str | None:
    """Return the field whose level lies in a jump."""
    return next((measure.levels[end] for end in reversed(jump) if end in measure.levels), None)


def _jump(measure: _Measure, paid: _Paid, *, jump: tuple[int, int], near: dict[str, float]) -> Finding:
    below, level = jump if measure.today > 0 else jump[::-1]
    away = 100 * (level - measure.today) / abs(measure.today)
    at, today = level / measure.scale, measure.today / measure.scale
    values = {
        "metric": measure.name, "at": _plain(at), "today": _plain(today), "below": round(paid[below]),
        "above": round(paid[level]), "percent": round(abs(away), 0 if abs(away) >= 10 else 1),
    }
    key = "cliff_here" if level == measure.today else "cliff_below" if away < 0 else "cliff_above"
    return Finding(
        "cliff",
        Remark(_field_of(measure, jump) or "contract.payments", key, values),
        {"at": at, "pays_below": paid[below], "pays_from": paid[level], "today": today, **near},
    )


def _slope(measure: _Measure, near: dict[str, float]) -> Finding:
    today = measure.today / measure.scale
    values = {
        "metric": measure.name, "today": _plain(today), "pays": round(near["pays_today"]),
        "less": round(near["pays_1%_less"]), "more": round(near.get("pays_1%_more", near["pays_today"])),
    }
    return Finding("cliff", Remark("contract.payments", "steep", values), {"today": today, **near})


def _nearby(measure: _Measure, paid: _Paid) -> dict[str, float]:
    """What is paid at today's estimate and a little below and above it, at least one step away."""
    steps = {"pays_today": measure.today}
    for change in NEAR:
        far = max(1, round(abs(measure.today) * change / 100))
        steps |= {f"pays_{change}%_{way}": measure.today + sign * far for way, sign in WAYS.items()}
    possible = {name: end for name, end in steps.items() if abs(end) <= measure.most}
    paid.learn(possible.values())
    return {name: paid[end] for name, end in possible.items()}


def _plain(value: float) -> float:
    """Return a level of a metric without idle digits."""
    return round(value) if abs(value) >= 1000 else float(f"{value:.4g}")


# The interest: one percentage, several amounts


def interest_readings(reading: Reading) -> Iterator[Finding]:
    """What a rate comes to under each reading, where no document says which is meant."""
    deal = reading.scenario
    tagged = {each.path: each for each in assumptions(reading)}
    for path, terms, share in _loans(deal):
        lent = float(round(share * exact(deal.contract.commitment), 2))
        amounts = {name: interest_on(lent, other, calendar=grid(deal)) for name, other in readings_of(terms)}
        said = [tagged[f"{path}.{each}"] for each in READING_FIELDS if f"{path}.{each}" in tagged]
        is_open = any(each.kind in ("assumed", "untagged") for each in said)
        is_quoted = any(QUOTED.search(each.source or "") for each in said)
        spread = max(amounts.values()) - min(amounts.values())
        if is_open or (spread > AMBIGUOUS * deal.contract.commitment and not is_quoted):
            values = {
                "percent": float(f"{100 * terms.rate:.6g}"), "lent": round(lent), "maturity": deal.timeline.maturity,
            }
            key = "interest_undocumented" if is_open else "interest_not_quoted"
            yield Finding("interest", Remark(path, key, values), amounts)


def _loans(deal: Scenario) -> Iterator[tuple[str, Interest, Fraction]]:
    """Interest terms with the share of the commitment that they hold for."""
    contract = deal.contract
    owed = [(each, contract.share_of(each)) for each in contract.tranches if not each.grant]
    at_large = sum((share for each, share in owed if each.interest is None), Fraction(0))
    if contract.interest.rate and at_large:
        yield "contract.interest", contract.interest, at_large
    for each, share in owed:
        if each.interest is not None and each.interest.rate and share:
            yield spelled(("contract", "tranches", each.name, "interest")), each.interest, share


def readings_of(terms: Interest) -> list[tuple[str, Interest]]:
    """Return the readings of a rate, the deal's own first, then over the term, simple, yearly and other day counts.

    Examples
    --------
    >>> [name for name, _ in readings_of(Interest(rate=0.04, basis="over_term"))][:3]
    ['over the term', 'simple, 30E/360', 'compounded yearly, 30E/360']
    """
    days, how = terms.day_count or "30E/360", terms.compounding or "annual"
    pairs = [("simple", days), ("annual", days), *((how, other) for other in DAY_COUNTS)]
    if terms.basis == "per_year":
        pairs = [(how, days), *pairs]
    yearly = {f"{COMPOUNDED[how]}, {days}": _yearly(terms, how, days) for how, days in pairs}
    flat = (OVER_TERM, Interest(rate=terms.rate, basis="over_term", on=terms.on))
    found = list(yearly.items())
    return [flat, *found] if terms.basis == "over_term" else [found[0], flat, *found[1:]]


def _yearly(terms: Interest, how: str, days: str) -> Interest:
    data = {"rate": terms.rate, "on": terms.on, "basis": "per_year", "compounding": how, "day_count": days}
    return Interest.model_validate(data)


def interest_on(lent: float, terms: Interest, *, calendar: Grid) -> float:
    """Return the interest on a loan from closing to maturity of which nothing is repaid before.

    Examples
    --------
    >>> from sib.deal.reader import read
    >>> interest_on(1_797_500, Interest(rate=0.04, basis="over_term"), calendar=grid(read("zwarte-zwanen").scenario))
    71900.0
    """
    cents = round(exact(lent) * 100)
    account = Account(accrual(terms, calendar.dates[: calendar.maturity + 1]), 1, cents)
    account.draw(np.array([float(cents)]))
    for period in range(1, calendar.maturity + 1):
        account.accrue(period)
        account.capitalise(period)
    return float(account.interest_due[0]) / 100


# What is never repaid, and draws that do not follow the work


def repayment(reading: Reading) -> Iterator[Finding]:
    """Principal and interest that stay unpaid however good the outcome."""
    deal = reading.scenario
    least = _least_unpaid(deal)
    if least < 0.01:
        return
    path = next((path for path, other in _uncapped(deal) if _least_unpaid(other) < least), "contract.payments")
    key = "unpaid_at_best" if path == "contract.payments" else "unpaid_under_cap"
    yield Finding(
        "repayment",
        Remark(path, key, {"unpaid": round(least)}),
        {"commitment": deal.contract.commitment, "unpaid_at_best": least},
    )


def _least_unpaid(deal: Scenario) -> float:
    """Return what stays unpaid at the best of some outcomes, from nothing to far above what is expected."""
    values = {
        each.name: [Fraction(each.today) * min(Fraction(n), Fraction(each.most, abs(each.today))) / each.scale
                    for n in TIMES]
        for each in _measures(deal)
    }
    return min(point.unpaid for point in payoff(deal, values))


def _uncapped(deal: Scenario) -> Iterator[tuple[str, Scenario]]:
    """The deal without one of its caps, with the path of the cap."""
    contract = deal.contract
    for name in Caps.model_fields:
        if name != "source" and getattr(contract.caps, name) is not None:
            yield f"contract.caps.{name}", _with(deal, caps=contract.caps.model_copy(update={name: None}))
    for room, items in (("payments", contract.payments), ("outcome_payers", contract.outcome_payers)):
        for place, item in enumerate(items):
            for name in ("cap", "cap_per_year"):
                if getattr(item, name) is not None:
                    free = (*items[:place], item.model_copy(update={name: None}), *items[place + 1 :])
                    yield f"contract.{room}.{item.name}.{name}", _with(deal, **{room: free})


def _with(deal: Scenario, **terms: object) -> Scenario:
    return deal.model_copy(update={"contract": deal.contract.model_copy(update=terms)})


def draws(reading: Reading) -> Iterator[Finding]:
    """A schedule of draws that the work overruns: then money is drawn earlier than written."""
    deal = reading.scenario
    terms = deal.contract.drawdown
    if not isinstance(terms, Schedule) or deal.contract.recycling:
        return
    cost = np.cumsum(spending(deal, grid(deal), n_points=1).total[:, 0]) / 100
    drawn = np.array([sum(each.amount for each in terms.draws if each.month <= month) for month in range(len(cost))])
    lacking = np.minimum(cost, deal.contract.commitment) - drawn  # beyond the commitment another pays
    short = np.flatnonzero(lacking > 0.005)
    if len(short):
        first, worst = int(short[0]), int(np.argmax(lacking))
        values = {"first": first, "worst": worst, "cost": round(cost[worst]), "drawn": round(drawn[worst])}
        yield Finding(
            "draws",
            Remark("contract.drawdown.draws", "draws_short", values),
            {"month": float(first), "cost": float(cost[worst]), "drawn": float(drawn[worst])},
        )


QUESTIONS: tuple[Callable[[Reading], Iterator[Finding]], ...] = (cliffs, interest_readings, repayment, draws)
"""What is worked out, in the order in which it is told."""
