"""The clauses of the library: what their files say, and what the contract then pays.

A file in ``docs/clauses/`` is an overlay on one of the three grounds beside it. Its first comment lines are its
header, one ``# key: value`` each, and a key that stands there again goes on: ``title``; ``base``, the ground;
``says``; ``formula``; ``over``, ``METRIC = LOW to HIGH by STEP`` or ``time``; ``given``, other metrics as
``METRIC = VALUE, VALUE``; ``at``, the values (or months) of the table; ``shows``, what is drawn and tabled (``READS``
and ``COURSES``); ``beside``, what is drawn of the ground without the clause; ``used``, the terms by which a deal that
has the clause is known, as ``PATH`` or ``PATH = VALUE``, two of them with ``&`` between; ``(default)`` where a deal
that is silent has it too.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

import sib
from sib.deal.scenario import Scenario
from sib.engine import replay
from sib.payout import Point, payoff

FOLDER = Path(__file__).with_name("clauses")
SCENARIOS = Path(__file__).parents[1] / "scenarios"

SECTIONS = {
    "What is owed": (
        "savings-share", "savings-share-after-redemption", "savings-share-change", "step-table", "interpolated-table",
        "per-point", "proportional", "rate-card", "rate-card-repeats", "rate-card-tiers", "rate-card-by-cohort",
        "rate-card-discount", "rate-card-cap-per-person", "outcome-chain", "fixed-payment", "interest-table",
        "interest-curve", "minimum-coupon", "redemption-table", "two-way", "two-way-curve", "two-way-provider",
        "shortfall", "per-period",
        "straight-to-a-party", "rounding", "indexed",
    ),
    "Caps and payers": (
        "cap-line", "cap-line-per-year", "cap-by-metric", "cap-per-year", "cap-total", "cap-annual-return",
        "outcome-payers", "payers-in-turn", "paid-by", "tax-on-payments",
    ),
    "When it is due": (
        "trigger-at-least", "trigger-above", "trigger-at-most", "trigger-below", "trigger-between", "trigger-all",
        "trigger-any", "trigger-not", "cohort-line", "cohort-of-cases", "trigger-pool", "trigger-window",
        "trigger-latched", "trigger-curable", "trigger-backlog", "trigger-from-then",
    ),
    "How it ends early": ("early-end", "early-end-investor", "stop-intake"),
    "How the money comes in": ("draw-up-front", "draw-schedule", "draw-as-spent", "recycling", "rest-of-the-budget"),
    "What the investor earns": (
        "interest-simple", "interest-compound", "interest-continuous", "interest-over-term", "interest-on-commitment",
    ),
    "Who gets it": (
        "waterfall-surplus", "waterfall-success-fee", "waterfall-success-fee-divided", "contract-fees", "tranches",
        "tranche-amounts", "tranche-interest", "tranche-tables", "tranche-deferred-fee", "tranche-grant", "pools",
    ),
    "Who makes it good": (
        "guarantee-recovery-floor", "guarantee-first-loss", "guarantee-share-of-loss", "guarantee-protected-principal",
        "guarantee-built-up", "guarantee-limit", "guarantee-unable",
    ),
}
"""The clauses in the order of the page, by the name of their file."""

READS: dict[str, tuple[str, Callable[[Point, str], float]]] = {
    "payment": ("outcome payment {}", lambda point, name: point.payments[name] if name else point.outcome_payment),
    "receipts": ("investor receives", lambda point, name: point.investor.receipts),
    "outlay": ("investor lays out", lambda point, name: point.investor.outlay),
    "return": ("investor's return", lambda point, name: point.investor.irr),
    "tranche": ("{} receives", lambda point, name: point.tranches[name].receipts),
    "party": ("net cash of {}", lambda point, name: point.flows[name]),
    "guarantee": ("{} pays", lambda point, name: point.guarantees[name]),
}
"""What is read at a value of the metric, with its heading; the name after the colon goes in."""

COURSES: dict[str, tuple[str, Callable[[Any, str], Any]]] = {
    "drawn": ("drawn so far", lambda chapter, name: np.cumsum(_total(chapter.flows.draws), axis=0)),
    "spent": ("spent so far", lambda chapter, name: np.cumsum(chapter.spending.total, axis=0)),
    "paid": ("outcome payments so far", lambda chapter, name: np.cumsum(_total(chapter.flows.payments), axis=0)),
    "rest": ("paid by others so far", lambda chapter, name: np.cumsum(chapter.flows.rest, axis=0)),
    "outstanding": ("principal outstanding {}", lambda chapter, name: _total(chapter.flows.outstanding, name)),
    "interest": ("interest due", lambda chapter, name: _total(chapter.flows.interest_due)),
    "balance": ("in the reserve", lambda chapter, name: _deposits(chapter)),
    "guaranteed": ("guarantee paid so far", lambda chapter, name: np.cumsum(_total(chapter.flows.guaranteed), axis=0)),
}
"""What is followed through time, in cents, with its heading."""


QUOTED = ("payment", "outstanding")
"""After these a name stands in quotation marks."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of the library: its header, and the overlay as text."""

    name: str
    header: Mapping[str, tuple[str, ...]]
    toml: str

    def word(self, key: str) -> str:
        """Return a header entry as one text."""
        return " ".join(self.header.get(key, ()))

    def words(self, key: str) -> list[str]:
        """Return a header entry that is a list."""
        return [each.strip() for line in self.header.get(key, ()) for each in line.split(",")]

    @property
    def is_course(self) -> bool:
        """Whether it is followed through time; else over a metric."""
        return self.word("over") == "time"

    @property
    def metric(self) -> str:
        """What runs along the picture: a metric, or the month."""
        return "month" if self.is_course else self.word("over").partition("=")[0].strip()

    @property
    def given(self) -> list[dict[str, str]]:
        """Values of other metrics, one set for each curve."""
        lines = [line.partition("=") for line in self.header.get("given", ())]
        lists = [[(name.strip(), value.strip()) for value in values.split(",")] for name, _, values in lines]
        return [dict(each) for each in product(*lists)]

    @property
    def grid(self) -> list[str]:
        """Values of the metric along the picture."""
        ends = re.findall(r"[\d._]+", self.word("over").partition("=")[2])
        low, high, step = (round(float(each) * 1000) for each in ends)
        return [str(each / 1000) for each in range(low, high + 1, step)]

    @property
    def axis(self) -> str:
        """What runs along the picture, with its unit."""
        unit = "" if self.is_course else self.ground().metrics[re.split("[.@]", self.metric)[0]]
        return named(self.metric) + {"percent": ", %", "eur": ", euros"}.get(unit, "")

    def ground(self) -> Scenario:
        """Return the deal that is there before the clause."""
        return sib.load(FOLDER / f"base-{self.word('base')}.toml")

    def deal(self) -> Scenario:
        """Return the ground with the clause laid over it."""
        return sib.load(FOLDER / f"base-{self.word('base')}.toml", overlays=[FOLDER / f"{self.name}.toml"])


@dataclass(frozen=True, slots=True)
class Worked:
    """What one clause makes: a heading and values for each thing shown, along the metric or the months.

    Parameters
    ----------
    given : dict of str to str
        What else is stated.
    x : list of str
    shown : dict of str to list of float
        Currency units, or a rate; by what the header calls it.
    """

    given: dict[str, str]
    x: list[str]
    shown: dict[str, list[float]]


def clauses() -> Iterator[Clause]:
    """Yield all clauses in the order of the page."""
    for names in SECTIONS.values():
        yield from map(read, names)


@cache
def read(name: str) -> Clause:
    """Return the clause of a file."""
    lines = (FOLDER / f"{name}.toml").read_text(encoding="utf-8").splitlines()
    n_header = next(place for place, line in enumerate(lines) if not line.startswith("# "))
    header: dict[str, tuple[str, ...]] = {}
    for line in lines[:n_header]:
        key, _, value = line.removeprefix("# ").partition(": ")
        header[key] = (*header.get(key, ()), value)
    return Clause(name, header, "\n".join(lines[n_header:]).strip())


def heading(shown: str) -> str:
    """Return what a thing that is shown is called in tables and pictures."""
    kind, _, name = shown.partition(":")
    return (READS | COURSES)[kind][0].format(f"“{name}”" if kind in QUOTED and name else name).strip()


def named(metric: str) -> str:
    """Return what a metric, of a cohort or on a date, is called in tables and pictures.

    Examples
    --------
    >>> named("validated_cases.first"), named("reduction@24")
    ('validated cases of first', 'reduction in month 24')
    """
    return metric.replace("_", " ").replace(".", " of ").replace("@", " in month ")


def in_table(clause: Clause) -> list[Worked]:
    """Return the worked numbers of the table."""
    return _courses(clause, clause.words("at")) if clause.is_course else _points(clause, clause.words("at"))


def in_picture(clause: Clause) -> list[Worked]:
    """Return what is drawn: every value of the grid, or every month."""
    if clause.is_course:
        return _courses(clause, [str(month) for month in range(clause.deal().timeline.maturity + 1)])
    every = sorted({*map(float, clause.grid), *(float(each) for each in clause.words("at"))})
    return _points(clause, [f"{each:.10g}" for each in every])


def without(clause: Clause) -> list[Worked]:
    """Return what is drawn of the ground without the clause, if anything."""
    if not clause.word("beside"):
        return []
    return [_point(clause, clause.ground(), clause.given[0], x=clause.grid, shows=clause.words("beside"))]


def _points(clause: Clause, x: list[str]) -> list[Worked]:
    plain, deal = [each.replace("_", "") for each in x], clause.deal()
    return [_point(clause, deal, given, x=plain, shows=clause.words("shows")) for given in clause.given]


def _point(clause: Clause, deal: Scenario, given: dict[str, str], *, x: list[str], shows: list[str]) -> Worked:
    points = payoff(deal, {clause.metric: x, **{name: [value] for name, value in given.items()}})
    shown = {
        each: [READS[each.partition(":")[0]][1](point, each.partition(":")[2]) for point in points] for each in shows
    }
    return Worked(given, x, shown)


def _courses(clause: Clause, x: list[str]) -> list[Worked]:
    chapter, place = replay(clause.deal(), 1, trial=0)
    months = [int(month) for month in x]
    shown = {
        each: [float(amounts[month]) / 100 for month in months]
        for each in clause.words("shows")
        for amounts in [_in_trial(COURSES[each.partition(":")[0]][1](chapter, each.partition(":")[2]), place)]
    }
    return [Worked({}, x, shown)]


def _in_trial(amounts: Any, place: int) -> Any:
    return np.broadcast_to(amounts, (len(amounts), max(amounts.shape[1], place + 1)))[:, place]


def _total(amounts: Mapping[Any, Any], name: str = "") -> Any:
    return sum(found for each, found in amounts.items() if name in ("", each))


def _deposits(chapter: Any) -> Any:
    paid_in = np.zeros((chapter.calendar.n_periods, 1))
    for guarantee in chapter.deal.contract.guarantees:
        for deposit in getattr(guarantee, "deposits", ()):
            paid_in[deposit.month :] += deposit.amount * 100
    return paid_in


@cache
def shelf() -> tuple[tuple[str, dict[str, Any], dict[str, Any]], ...]:
    """Return the packaged deals and their overlays: path, terms that are written, and with all defaults."""
    found = []
    for path in sorted(SCENARIOS.rglob("scenario.toml")):
        found.append((path.parent.relative_to(SCENARIOS).as_posix(), *terms(sib.load(path))))
    for path in sorted(SCENARIOS.rglob("overlays/*.toml")):
        written = tomllib.loads(path.read_text(encoding="utf-8"))
        found.append((path.relative_to(SCENARIOS).as_posix(), written, written))
    return tuple(found)


def terms(deal: Scenario) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the terms of a deal that differ from the defaults, and all of them."""
    return deal.model_dump(mode="json", by_alias=True, exclude_defaults=True), deal.canonical()


def has(clause: Clause, written: dict[str, Any], full: dict[str, Any]) -> bool:
    """Whether a deal has the clause: one of the lines by which it is known holds."""
    return any(all(_holds(term, written, full) for term in line.split(" & ")) for line in clause.header.get("used", ()))


def _holds(term: str, written: dict[str, Any], full: dict[str, Any]) -> bool:
    path, _, value = term.removesuffix(" (default)").partition(" = ")
    found = _leaves(full if term.endswith(" (default)") else written, path.split("."))
    return any(_is_meant(leaf, value) if value else leaf not in (None, {}, []) for leaf in found)


def _is_meant(leaf: Any, value: str) -> bool:
    text = str(leaf).lower() if isinstance(leaf, bool) else str(leaf)
    return text.partition(":")[0] == value


def _leaves(data: Any, path: list[str]) -> Iterator[Any]:
    """Yield what stands at a path, in every table of every list on the way, or in the one with that number."""
    if isinstance(data, list) and path and path[0].isdigit():
        yield from _leaves(data[int(path[0])], path[1:]) if int(path[0]) < len(data) else ()
    elif isinstance(data, list):
        for each in data:
            yield from _leaves(each, path)
    elif not path:
        yield data
    elif isinstance(data, dict) and path[0] in data:
        yield from _leaves(data[path[0]], path[1:])
