"""Which terms of a deal can be conceded, and how far one is moved to see what it is worth.

In come a deal and its numbers, out go paths, steps and units. Nothing is simulated here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sib.deal.location import spelled
from sib.deal.number import AMOUNT, PLAIN, RATE, SHARE, WHOLE, Kind, Number, number_at
from sib.deal.scenario import Scenario
from sib.deal.shape import name_of
from sib.deal.vary import Base
from sib.errors import ScenarioError

POINT = 0.01
"""A point of interest."""
STEPS: dict[Kind, float] = {RATE: 0.005, SHARE: 0.05, WHOLE: 1}
"""How far a term is moved, by its kind; others by a part of what they are."""
PART, OF_NOTHING = 0.05, 0.01
"""That part, and the part of the commitment where they are 0."""
OFF = ("commitment", "share", "amount", "chance_unable", "payer_shares", "months", "from", "to")
"""Last keys of terms of the contract that are no concessions by themselves: sizes, parts that must add up, dates."""
PRICED = ("payments", "guarantees")
"""Lists in which a share or an amount is a price after all."""


def negotiable(base: Base) -> list[str]:
    """Return the paths of numbers of the contract that stand in the deal and are prices or limits, and its maturity."""
    found = [path for path in _numbers(base.data.get("contract", {}), ("contract",)) if _is_price(path)]
    paths = [spelled(path) for path in found]
    return [*(path for path in paths if _is_number(base, path)), "timeline.maturity"]


def _is_number(base: Base, path: str) -> bool:
    """Whether a number can be varied at a path: not where a number stands for something else."""
    try:
        number_at(base.term(path))
    except ScenarioError:
        return False
    return True


def _numbers(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the paths of the numbers below a place; lists are entered by the names of their tables."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _numbers(inner, (*path, str(key))) if key != "source" else ()
    elif isinstance(value, list | tuple):
        for place, item in enumerate(value):
            name = name_of(item, place)
            yield from _numbers(item, (*path, name)) if isinstance(name, str) else ()
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path


def _is_price(path: tuple[str, ...]) -> bool:
    return path[-1] not in OFF or (path[1] in PRICED and path[-1] in ("share", "amount"))


def step_of(number: Number, deal: Scenario) -> float:
    """Return how far a term is moved."""
    if number.path == "timeline.maturity":
        return deal.timeline.payment_dates.every or 1
    if number.kind in STEPS:
        return STEPS[number.kind]
    step = PART * abs(number.now or 0) or OF_NOTHING * deal.contract.commitment
    return round(step, 2) if number.kind in (AMOUNT, PLAIN) and step >= POINT else step


def unit_of(number: Number, deal: Scenario) -> float:
    """Return one unit of the yardstick: a point where it is a rate or a share, else the step that it is moved by."""
    return POINT if number.kind in (RATE, SHARE) else step_of(number, deal)
