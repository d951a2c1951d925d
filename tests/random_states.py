"""One trial's sampled states for a small deal, made without the engine.

The states have the form that ``reference_model.replay`` reads. They are plausible, not distributed as the engine draws
them: every branch of the claims and of the review comes up, often.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from random import Random
from typing import Any

from reference_accountant import settlements
from reference_claims import SAMPLED
from reference_contract import cents, even_split, largest_remainder, rounded
from reference_model import grid_length, is_per_case

Table = dict[str, Any]


def random_states(deal: Table, rng: Random) -> Table:
    """Make one trial's sampled states for a canonical deal; plausible, not distributed as the engine draws them."""
    n_periods, cases, enrolled = grid_length(deal), [], {}
    delay = deal["accountant"]["delay"]
    for segment, n_cases in zip(deal["programme"]["segments"], arrivals(deal, rng), strict=True):
        enrolled[segment["name"]] = n_cases
        starts = start_months(segment["intake"], n_cases)
        cases += [random_case(deal, segment, rng) | {"id": at, "start": start} for at, start in enumerate(starts)]
    states = {"enrolled": enrolled, "cases": cases}
    if deal["accountant"]["mode"] in SAMPLED:
        states["sample_starts"] = [1 - rng.random() for _ in [*settlements(deal), "too late"]]
    if delay.get("per") == "date":
        states["delay_by_date"] = {period: random_delay(delay, rng) for period in range(n_periods)}
    return states


def arrivals(deal: Table, rng: Random) -> list[int]:
    """The number of cases that come, by segment: planned times a factor, within what the budget pays for."""
    enrolment = deal["programme"]["enrolment"]
    factor = enrolment.get("value", 1.0) if "low" not in enrolment else rng.uniform(enrolment["low"], enrolment["high"])
    planned = [segment["cases"] for segment in deal["programme"]["segments"]]
    paid = [line["number"] for line in deal["budget"]["lines"] if is_per_case(line)]
    limit = min(paid) if paid else math.inf
    most = [math.floor(limit * n / sum(planned)) if paid else math.inf for n in planned]
    return [int(min(rounded(n * factor), bound)) for n, bound in zip(planned, most, strict=True)]


def start_months(intake: Table, n_cases: int) -> Iterator[int]:
    """The start months of the cases that come, in id order."""
    if intake["profile"] == "even":
        counts = even_split(n_cases, intake["months"])
    else:
        profile = intake.get("counts", list(range(intake["months"], 0, -1)))
        counts = largest_remainder(n_cases, profile)
    for month, count in enumerate(counts):
        yield from [intake["from"] + month + intake["delay"]] * count


def random_case(deal: Table, segment: Table, rng: Random) -> Table:
    """The sampled state of one case."""
    errors = deal["accountant"]["claims"]
    outcome = rng.choice(["success", "success", "partial" if "partial" in segment else "failure", "failure"])
    saving = random_amount(segment["saving"], rng)
    if outcome == "partial":
        saving = rounded(saving * segment["partial"]["saving_share"])
    months = kept_months(segment, rng)
    overstated = None
    if outcome != "failure" and rng.random() < errors["overstated"]:
        claimed_months = segment["saving_months"] if deal["accountant"]["claim_at"] == "plan" else months
        full = rounded(saving * claimed_months / segment["saving_months"])
        overstated = rounded(full / (1 - rng.uniform(errors["taint"]["low"], errors["taint"]["high"])))
    lines = [line["when"]["per_case"] for line in deal["budget"]["lines"] if line["when"].get("stage") == "custom"]
    return {
        "segment": segment["name"],
        "has_plan": rng.random() < max(segment["triage_share"], 0.1),
        "outcome": outcome,
        "saving": saving,
        "months_kept": months,
        "delay": random_delay(deal["accountant"]["delay"], rng),
        "invalid_claim": outcome == "failure" and rng.random() < errors["invalid"],
        "overstated_claim": overstated,
        "evidence_missing": rng.random() < errors["evidence_missing"],
        "detected": rng.random() < 0.5,
        "wrongly_rejected": rng.random() < deal["accountant"]["review"]["wrong_rejection"],
        "wrongly_adjusted": rng.random() < deal["accountant"]["review"]["wrong_adjustment"],
        **random_disputes(deal["accountant"]["disputes"], rng),
        "lot": rng.random(),
        "custom": [random_amount(line, rng) for line in lines],
    }


def random_disputes(terms: Table, rng: Random) -> Table:
    """Who would fight a decision on a case, if there were one to fight, and who would win."""
    chances = {"appealed": "appeal", "restored": "appeal_success"}
    chances |= {"challenged": "challenge", "corrected": "challenge_success"}
    return {name: rng.random() < terms[chance] for name, chance in chances.items()}


def kept_months(segment: Table, rng: Random) -> int:
    """The full months that a saving lasts before relapse."""
    hazard = segment["aftercare"]["relapse"] if "aftercare" in segment else segment["relapse"]
    months = 0
    while months < segment["saving_months"] and rng.random() >= hazard:
        months += 1
    return months


def random_amount(amount: Table, rng: Random) -> int:
    """Some amount in cents within what a distribution can give."""
    if amount["kind"] == "fixed":
        return cents(amount["amount"])
    if amount["kind"] == "empirical":
        return cents(rng.choice(amount["values"]))
    if "mean" in amount:
        return rounded(100 * amount["mean"] * rng.expovariate(1.0))
    return rounded(100 * rng.uniform(amount["low"], amount["high"]))


def random_delay(delay: Table, rng: Random) -> int:
    """A delay in whole months."""
    return int(delay["months"]) if delay["kind"] == "fixed" else rng.randint(delay["low"], delay["high"])
