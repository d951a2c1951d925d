"""A plain deal of which every number can be worked out by hand, and blocks of its trials for the room under test."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np

from sib.chance.draws import Stream
from sib.deal.consistency import inconsistencies
from sib.deal.scenario import Scenario
from sib.programme.outcomes import Factors, factors
from sib.programme.savings import Caseload, Cases, cases

TOLERANCE = 4.5
"""Standard errors: an estimate without bias is further off once in 150,000 times."""


def household(**terms: Any) -> dict[str, Any]:
    """One segment: two cases in month 1, sure to save 120 euros each over 12 months, all direct and on the Wmo."""
    plain = {"name": "households", "cases": 2, "success": 1.0, "saving": 120, "saving_months": 12}
    margins = {} if "shares" in terms else {"by_law": {"Wmo": 1.0}, "direct_share": 1.0}
    return plain | margins | terms


def plain_deal(*segments: dict[str, Any], **tables: Any) -> Scenario:
    """A deal of these segments without errors, delays or dependence; tables laid over it by name.

    ``lines`` are the budget's lines, ``counting`` is laid over the accountant's table; ``enrolment`` and
    ``dependence`` belong to the programme.
    """
    listed = list(segments) or [household()]
    n_cases = sum(segment["cases"] for segment in listed)
    plans = {"activity": "plans", "number": n_cases, "unit_price": 50, "when": {"stage": "plan"}}
    lines = tables.get("lines", [plans])
    total = float(sum(line["number"] * Fraction(str(line["unit_price"])) for line in lines))
    programme = {name: tables[name] for name in ("enrolment",) if name in tables}
    data = {
        "format": 1,
        "name": "plain deal",
        "timeline": {"closing": date(2025, 1, 1), "maturity": 60, "payment_dates": {"every": 12}}
        | tables.get("timeline", {}),
        "payers": tables.get("payers", {"Wmo": {"party": "municipality"}, "Zvw": {"party": "insurer"}}),
        "programme": programme | {"segments": listed, "dependence": tables.get("dependence", {"kind": "independent"})},
        "budget": {"total": total, "lines": lines},
        "accountant": {"counting": {"laws": ["Wmo"]} | tables.get("counting", {})} | tables.get("accountant", {}),
        "contract": {
            "commitment": total,
            "drawdown": {"kind": "up_front"},
            "interest": {"rate": 0.0, "basis": "over_term"},
            "payments": [{"kind": "savings_share", "name": "repayment", "share": 1.0}],
            "waterfall": ["principal:investor", "surplus"],
        }
        | tables.get("contract", {}),
    }
    deal = Scenario.model_validate(data)
    assert not inconsistencies(deal), inconsistencies(deal)
    return deal


def drawn(deal: Scenario, *, block: int = 0, seed: int = 1) -> Factors:
    """What is drawn once a trial, in one block."""
    return factors(deal, Stream(seed, block))


def tables_of(deal: Scenario, *, block: int = 0, seed: int = 1) -> list[Cases]:
    """The cases of every segment in one block."""
    stream = Stream(seed, block)
    shared = factors(deal, stream)
    return [cases(deal, place, stream=stream, drawn=shared) for place in range(len(deal.programme.segments))]


def caseload(deal: Scenario, *, place: int = 0, block: int = 0, seed: int = 1) -> Caseload:
    """The cases of one segment in one block, ready for the accountant."""
    rows = tables_of(deal, block=block, seed=seed)[place]
    return Caseload(deal, deal.programme.segments[place], rows, Stream(seed, block))


def caseloads(deal: Scenario, n_blocks: int, *, place: int = 0) -> Iterator[Caseload]:
    """The same in so many blocks."""
    return (caseload(deal, place=place, block=block) for block in range(n_blocks))


def distance(sample: Any, mean: float, variance: float) -> float:
    """How many standard errors the mean of a sample lies from a known mean, its variance being known too."""
    values = np.asarray(sample, dtype=np.float64)
    return float(abs(values.mean() - mean) / np.sqrt(variance / values.size))


def distance_of_share(hits: Any, chance: float) -> float:
    """The same for a share of yes and no."""
    return distance(hits, chance, chance * (1 - chance))
