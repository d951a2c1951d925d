"""The accountant's papers as plain data, for programs: a plan, the files to open, the work paper.

In come papers, out go dictionaries of texts and numbers, amounts in units of the currency. Nothing is computed here.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from sib.accountant.acceptance import RULES
from sib.auditplan import AttributesPlan, MoneyPlan
from sib.workpaper import KINDS, Draw, Paper


def plans_data(attributes: AttributesPlan | None, money: MoneyPlan | None) -> dict[str, Any]:
    """Return a plan as plain data, amounts in units of the currency."""
    data: dict[str, Any] = {}
    if attributes is not None:
        rate = attributes.expected if isinstance(attributes.expected, Fraction) else None
        data["attributes"] = {
            "tolerable": attributes.tolerable, "confidence": attributes.confidence,
            "expected_rate": None if rate is None else float(rate),
            "expected_deviations": attributes.expected if rate is None else None,
            "population": attributes.population, "sizes": attributes.sizes,
        }
    if money is not None:
        asked = money.asked
        data["monetary_unit"] = {
            "book_value": asked.book / 100, "tolerable": asked.tolerable / 100, "expected": asked.expected / 100,
            "expansion": money.expansion, "confidence": asked.confidence, "factors": asked.factors,
            "factor": money.factor, "interval": money.interval / 100, "n": money.n,
        }
    return data


def draw_data(draw: Draw) -> dict[str, Any]:
    """Return population and files as plain data, amounts in units of the currency."""
    claims, selection = draw.claims, draw.selection
    return {
        "population": {"file": claims.file, "digest": claims.digest, "n": len(claims.cases),
                       "book_value": float(claims.book.sum()) / 100},
        "method": "attributes" if selection is None else "monetary_unit", "seed": draw.seed,
        "interval": None if selection is None else selection.interval / 100,
        "start": None if selection is None else selection.start / 100,
        "files": [
            {"case": claims.cases[place], "line": claims.lines[place], "book": float(claims.book[place]) / 100,
             "stratum": draw.stratum(place)}
            for place, is_opened in enumerate(draw.opened) if is_opened
        ],
        "apart": [] if selection is None else [
            {"case": claims.cases[place], "line": claims.lines[place], "book": float(claims.book[place]) / 100}
            for place, is_apart in enumerate(selection.apart) if is_apart
        ],
    }


def paper_data(paper: Paper) -> dict[str, Any]:
    """Return the work paper as plain data, amounts in units of the currency."""
    claims, asked = paper.draw.claims, paper.asked
    data = draw_data(paper.draw)
    found = {kind: paper.differences(kind) for kind in KINDS}
    for file, place in zip(data["files"], paper.draw.opened.nonzero()[0], strict=True):
        file |= {
            "audited": float(paper.amounts["together"][place]) / 100,
            "evidence": bool(claims.has_evidence[place]) if claims.states_evidence else None,
            "taint": float(found["together"][place] / claims.book[place]) if claims.book[place] else None,
        }
    is_money = paper.draw.selection is not None
    concludes = paper.standard is None or paper.standard.concludes
    return data | {
        "confidence": asked.confidence, "factors": asked.factors if is_money else None,
        "model": None if is_money else asked.model, "engagement": asked.engagement,
        "standard": paper.standard.number if paper.standard else None,
        "audited_beside": [claims.cases[place] for place in paper.beside.nonzero()[0]],
        "findings": {kind: _facts(paper, kind) for kind in KINDS},
        "measures": [
            {"kind": each.kind, "tolerable": each.tolerable / (100 if is_money else 1), "verdict": each.verdict}
            for each in paper.measures
        ] if concludes else [],
        "conclusion": paper.verdict,
        "accepted": {
            rule: None if cents is None else cents / 100
            for rule, cents in ((each, paper.accepted(each)) for each in RULES)
        } if is_money and concludes else None,
    }


def _facts(paper: Paper, kind: str) -> dict[str, Any]:
    if paper.draw.selection is None:
        return {"deviations": paper.deviations[kind], "share": paper.deviations[kind] / paper.draw.n,
                "limit": paper.share_limit(kind)}
    found = paper.evaluations[kind]
    cents = {"known": paper.known(kind), "top_error": found.top_error, "projection": found.projection,
             "basic_precision": found.basic_precision, "increments": found.increments, "limit": found.limit,
             "known_apart": paper.outside(kind), "likely": paper.likely(kind), "upper": paper.upper(kind)}
    return {**{name: amount / 100 for name, amount in cents.items()}, "is_capped": found.is_capped,
            "has_taint_above_one": found.has_taint_above_one}
