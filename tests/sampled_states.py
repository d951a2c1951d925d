"""The sampled state of every case in one trial of the engine, as the reference model reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from reference_accountant import settlements

from sib.accountant.claims import claim
from sib.accountant.review import decide, review
from sib.chance.draws import BLOCK, Stream, case_uniforms
from sib.deal.scenario import Scenario
from sib.programme.budget import wishes_of
from sib.programme.outcomes import factors
from sib.programme.savings import Caseload, cases


@dataclass(frozen=True, slots=True)
class Tables:
    """What the engine drew for the cases of one segment."""

    rows: Any
    claims: Any
    decisions: Any
    disputes: Any
    lots: Any


def tables(load: Caseload) -> Tables:
    """Let the engine draw for the cases of one segment."""
    claims = claim(load)
    return Tables(load.rows, claims, decide(load, claims), review(load, claims).disputes, load.uniforms("selection"))


def sampled_states(deal: Scenario, seed: int, trial: int) -> dict[str, Any]:
    """Return what was drawn in one trial."""
    block, column = divmod(trial, BLOCK)
    stream = Stream(seed, block)
    drawn = factors(deal, stream)
    states: dict[str, Any] = {"enrolled": {}, "cases": [], "delay_by_date": {}}
    if deal.accountant.is_sampled:
        n_starts = len(settlements(deal.canonical())) + 1  # the last is of what comes too late
        starts = case_uniforms(stream, "sample start", segment="", n_cases=n_starts)
        states["sample_starts"] = starts[:, column].tolist()
    for place, segment in enumerate(deal.programme.segments):
        rows = cases(deal, place, stream=stream, drawn=drawn)
        load = Caseload(deal, segment, rows, stream)
        drawn_here = tables(load)
        claims = drawn_here.claims
        wishes = [
            np.broadcast_to(wishes_of(line, segment.name, stream=stream, n_cases=rows.n_cases), (rows.n_cases, BLOCK))
            for line in deal.budget.lines
            if line.when.stage == "custom"
        ]
        starts = np.broadcast_to(rows.starts, (rows.n_cases, BLOCK))[:, column]
        plan = np.broadcast_to(rows.plan, (rows.n_cases, BLOCK))[:, column]
        states["enrolled"][segment.name] = int((starts > 0).sum())
        row_of = {int(rows.case[row]): row for row in np.flatnonzero(rows.trial == column)}
        if claims.delay.ndim == 2:
            states["delay_by_date"] = {period: int(wait) for period, wait in enumerate(claims.delay[:, column])}
        for case in range(rows.n_cases):
            if starts[case] > 0:
                found = {"segment": segment.name, "id": case, "start": int(starts[case]), "has_plan": bool(plan[case])}
                found["custom"] = [int(wish[case, column]) for wish in wishes]
                row = row_of.get(case)
                states["cases"].append(found | (failure(segment) if row is None else state(drawn_here, row)))
    return states


def failure(segment: Any) -> dict[str, Any]:
    """A failed case about which nothing was drawn, as nothing depends on it."""
    return {
        "outcome": "failure",
        "saving": 0,
        "months_kept": segment.saving_months,
        "delay": 0,
        "invalid_claim": False,
        "overstated_claim": None,
        "evidence_missing": False,
        "detected": False,
        "wrongly_rejected": False,
        "wrongly_adjusted": False,
        "appealed": False,
        "restored": False,
        "challenged": False,
        "corrected": False,
        "lot": 0.0,
    }


def state(drawn: Tables, row: int) -> dict[str, Any]:
    """One row of the engine's tables.

    Without any effect a case that would have succeeded may still show something: it is claimed like a partial outcome.
    """
    rows, claims, decisions, disputes = drawn.rows, drawn.claims, drawn.decisions, drawn.disputes
    return {
        "outcome": "success" if rows.success[row] else "failure" if rows.failed[row] else "partial",
        "saving": int(rows.saving[row]),
        "months_kept": int(rows.months_kept[row]),
        "delay": int(claims.delay[row]) if claims.delay.ndim == 1 else 0,
        "invalid_claim": bool(claims.is_invalid[row]),
        "overstated_claim": int(claims.amount[row]) if claims.is_overstated[row] else None,
        "evidence_missing": bool(claims.lacks_evidence[row]),
        "detected": bool(decisions.is_detected[row]),
        "wrongly_rejected": bool(decisions.is_wrongly_rejected[row]),
        "wrongly_adjusted": bool(decisions.is_wrongly_adjusted[row]),
        "appealed": bool(disputes.is_appealed[row]),
        "restored": bool(disputes.is_restored[row]),
        "challenged": bool(disputes.is_challenged[row]),
        "corrected": bool(disputes.is_corrected[row]),
        "lot": float(drawn.lots[row]),
    }
