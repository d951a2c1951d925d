"""What a deal takes to be independent, each with the field that changes it.

Comes in: a scenario. Go out: remarks, each with the path of the term to look at; their sentences are in
``views/remarks.py``. Each question is one small function in a list below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sib.deal.audit import UniformMonths
from sib.deal.group import CountsProgramme, EffectProgramme
from sib.deal.programme import (
    BetaBinomial,
    Empirical,
    Fixed,
    FixedChance,
    FixedFactor,
    Gamma,
    GaussianFactor,
    Independent,
    Lognormal,
    Segment,
    UncertainChance,
)
from sib.deal.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to be said of a deal.

    Parameters
    ----------
    path : str
        The term to look at.
    key : str
        Which sentence it is.
    values : dict of str to value
        What fills the gaps of the sentence.
    """

    path: str
    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


Said = Iterator[Remark]


def assumed_independent(deal: Scenario) -> list[Remark]:
    """Return what the deal takes to be independent, each with the field that changes it.

    Only what is uncertain in this deal is listed. Independence is the optimistic end: bad luck then averages out.
    """
    return [said for question in (INDEPENDENT if deal.segments else OF_GROUPS) for said in question(deal)]


def _chance_is_known(segment: Segment) -> bool:
    known = segment.success
    return isinstance(known, FixedChance) or (isinstance(known, UncertainChance) and known.sd == 0)


def _is_certain(segment: Segment) -> bool:
    """Whether every case of the segment ends alike."""
    return isinstance(segment.success, FixedChance) and segment.success.value in (0, 1)


def _saving_varies(segment: Segment) -> bool:
    saving = segment.saving
    if isinstance(saving, Fixed):
        return False
    if isinstance(saving, Lognormal | Gamma):
        return saving.cv > 0 and saving.mean > 0
    return len(set(saving.values)) > 1 if isinstance(saving, Empirical) else saving.low < saving.high


def outcomes_of_cases(deal: Scenario) -> Said:
    """Whether one household fares well says nothing about the next."""
    terms, path = deal.dependence, "programme.dependence"
    uncertain = [segment for segment in deal.segments if segment.cases > 1 and not _is_certain(segment)]
    if not uncertain:
        return
    if isinstance(terms, Independent):
        yield Remark(f"{path}.kind", "outcomes")
    elif isinstance(terms, BetaBinomial) and terms.icc == 0:
        yield Remark(f"{path}.icc", "outcomes")
    elif isinstance(terms, GaussianFactor) and terms.causes is None and not terms.weight:
        yield Remark(f"{path}.weight", "outcomes")
    elif isinstance(terms, GaussianFactor) and terms.causes is not None:
        for segment in uncertain:
            if not any(loads.get(segment.name) for loads in terms.causes.values()):
                yield Remark(f"{path}.causes", "outcomes_in", {"segment": segment.name})


def chances_of_segments(deal: Scenario) -> Said:
    """One kind of household has a bad time, the other does not notice."""
    terms, segments = deal.dependence, deal.segments
    moving = isinstance(terms, BetaBinomial) and terms.icc > 0 and not terms.across_segments
    if moving and sum(not _is_certain(segment) for segment in segments) > 1:
        yield Remark("programme.dependence.across_segments", "segments")


def unknown_chances(deal: Scenario) -> Said:
    """What is not known about one segment's chance says nothing about another's."""
    unknown = [segment for segment in deal.segments if not _chance_is_known(segment)]
    if len(unknown) > 1 and deal.dependence.parameters == 0:
        yield Remark("programme.dependence.parameters", "unknown")


def savings_amounts(deal: Scenario) -> Said:
    """A bad year has fewer successes, but successes as large as ever."""
    varying = any(_saving_varies(segment) for segment in deal.segments)
    if varying and deal.dependence.savings == 0:
        yield Remark("programme.dependence.savings", "savings")


def review_errors(deal: Scenario) -> Said:
    """The accountant errs case by case, and is never strict as such."""
    review, claims = deal.accountant.review, deal.accountant.claims
    chances = [review.wrong_rejection, review.wrong_adjustment]
    chances += [review.invalid_detected] if claims.invalid else []
    chances += [review.overstated_detected] if claims.overstated else []
    errs = deal.accountant.is_reviewed and any(0 < chance < 1 for chance in chances)
    if errs and deal.dependence.review == 0:
        yield Remark("programme.dependence.review", "review")


def delays(deal: Scenario) -> Said:
    """One claim waits long, the next does not."""
    terms = deal.accountant.delay
    varies = isinstance(terms, UniformMonths) and terms.low < terms.high
    if varies and deal.dependence.delays == 0:
        one = "claim" if isinstance(terms, UniformMonths) and terms.per == "case" else "date"
        yield Remark("programme.dependence.delays", f"delays_by_{one}")


def intake_and_success(deal: Scenario) -> Said:
    """How many come says nothing about how they fare."""
    terms = deal.enrolment
    varies = not isinstance(terms, FixedFactor) and terms.low < terms.high
    if varies and deal.dependence.intake == 0:
        yield Remark("programme.dependence.intake", "intake")


def effects(deal: Scenario) -> Said:
    """One cohort or metric fares well, the next does not notice."""
    programme = deal.programme
    if isinstance(programme, EffectProgramme):
        if len(programme.cohorts) > 1 and not programme.across_cohorts:
            yield Remark("programme.across_cohorts", "effects_of_cohorts")
        if len(programme.metrics) > 1 and not programme.across_metrics:
            yield Remark("programme.across_metrics", "effects_on_metrics")
        if any(metric.evaluator_sd for metric in programme.metrics):
            yield Remark("programme.metrics", "evaluator")


def people(deal: Scenario) -> Said:
    """One person or outcome says nothing about the next."""
    programme = deal.programme
    if isinstance(programme, CountsProgramme):
        terms = programme.dependence
        if not (getattr(terms, "icc", 0) or getattr(terms, "weight", 0)):
            yield Remark("programme.dependence", "people")
        if isinstance(terms, BetaBinomial) and len(programme.groups) > 1 and not terms.across_segments:
            yield Remark("programme.dependence.across_segments", "groups")
        for group in programme.groups:
            if group.within_person == 0:
                yield Remark(f"programme.groups.{group.name}.within_person", "person", {"group": group.name})
        unknown = [o for g in programme.groups for o in g.outcomes if not isinstance(o.chance, FixedChance)]
        if len(unknown) > 1:
            yield Remark("programme.groups", "unknown_outcomes")


def guarantors(deal: Scenario) -> Said:
    """Whether a guarantor can pay says nothing about how the deal fares."""
    if any(0 < terms.chance_unable < 1 for terms in deal.contract.guarantees):
        yield Remark("contract.guarantees", "guarantors")


INDEPENDENT: tuple[Callable[[Scenario], Said], ...] = (
    outcomes_of_cases,
    chances_of_segments,
    unknown_chances,
    savings_amounts,
    review_errors,
    delays,
    intake_and_success,
    guarantors,
)
"""What may be independent, in the order in which it is told."""


OF_GROUPS: tuple[Callable[[Scenario], Said], ...] = (effects, people, guarantors)
"""The same for programmes that are measured as a group."""
