"""A deal of cases, exactly: totals of its cases, its main trigger, and its contract where one number decides it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from sib.arrays import Floats
from sib.contract.metrics import Metrics
from sib.deal.audit import FixedDelay
from sib.deal.conditions import Trigger
from sib.deal.programme import Segment
from sib.deal.scenario import Scenario
from sib.exact.cases import won_apart
from sib.exact.found import Found, nothing_yet
from sib.exact.law import MANY, Law, known
from sib.exact.payoff import Entries
from sib.exact.reasons import NotExactError, refuse_where
from sib.exact.sharing import came
from sib.exact.terminal import NEAR, of_contract, one_metric, refuse_cohorts
from sib.exact.totals import Totals, Which, cashable_share, counted_share, everybody, saved_share
from sib.expectation import expected
from sib.programme.grid import Grid, grid
from sib.results import LEVELS, measures_of

OF_METRIC = {
    "validated_savings": "validated", "validated_cases": "validated_cases", "validated_share": "validated_cases",
}
"""What is added up over cases for each metric."""
RISING = ("at_least", "above")
"""Comparisons that more of a metric can only meet."""
ROUNDED = 1e-6
"""What rounding amounts to whole cents may do to the rate between two of them."""
FAULTLESS = {"validated": "admissible", "validated_cases": "admissible_cases"}
"""What it would be without any error."""


def of_cases(deal: Scenario) -> Found:
    """Return what can be worked out of a deal of cases."""
    found, totals = nothing_yet(deal), Totals(deal)
    for tell in (_people, _claims, _savings, _trigger, _contract):
        tell(found, totals)
    return found


def _tell(found: Found, key: str, law: Callable[[], Law], *, group: str) -> None:
    """Add a measure with the law that is worked out for it."""
    measure = next((each for each in measures_of(found.deal) if each.key == key), None)
    with found.trying(group):
        worked = law()
        points = worked.points(LEVELS, cells=MANY)
        if measure is not None:
            found.figures.spread(measure, points, masses=worked.at(points), near=NEAR * worked.blur, blur=worked.blur)
        if worked.step:
            found.steps[group] = max(found.steps.get(group, 0.0), worked.step)


def _people(found: Found, totals: Totals) -> None:
    _tell(found, "programme.successes", lambda: totals.law("success"), group="successes")
    _tell(found, "programme.enrolled", totals.enrolled, group="enrolled")


def _claims(found: Found, totals: Totals) -> None:
    for what in ("claimed", "admissible", "validated", "validated_cases", "files_opened"):
        _tell(found, f"accountant.{what}", lambda what=what: totals.law(what), group=what)  # type: ignore[misc]
    _tell(found, "accountant.late", lambda: totals.law("validated", totals.late()), group="late")


def _savings(found: Found, totals: Totals) -> None:
    """True, cashable and validated savings, of the outcome payer's own laws, each law and all."""
    deal = found.deal
    every: dict[str, tuple[str, ...]] = {f"payer.{law}": (law,) for law in deal.payers}
    every |= {"municipality": deal.own_laws(), "society": tuple(deal.payers)}
    for party, laws in every.items():
        for kind in ("true", "cashable", "validated"):
            _tell(found, f"{party}.{kind}_savings", lambda k=kind, ls=laws: on_laws(totals, k, laws=ls), group=kind)  # type: ignore[misc]


def on_laws(totals: Totals, kind: str, *, laws: tuple[str, ...]) -> Law:
    """Return the law of what is saved, cashable or validated in time on some laws."""
    deal = totals.deal
    if kind == "validated":
        factors = {segment.name: counted_share(deal, segment, laws=laws) for segment in deal.segments}
        return totals.law("validated", totals.in_time(), factors=factors)
    refuse_moving_prices(deal, kind)
    shares = {
        "true": lambda each: saved_share(each, laws),
        "cashable": lambda each: cashable_share(deal, each, laws=laws),
    }
    return totals.law("true", factors={segment.name: shares[kind](segment) for segment in deal.segments})


def refuse_moving_prices(deal: Scenario, kind: str) -> None:
    """Refuse savings that depend on the year in which they fall, or come back elsewhere."""
    for law, payer in deal.payers.items():
        growth = deal.measures.indexation if payer.indexation is None else payer.indexation
        refuse_where(growth != 0, "indexation", law=law)
        refuse_where(bool(payer.waterbed), "waterbed", law=law)
        refuse_where(kind == "cashable" and payer.renewal_month is not None, "renewal", law=law)


def _trigger(found: Found, totals: Totals) -> None:
    """How often the main trigger is met: on what is validated, on what is admissible, and had nothing come too late."""
    trigger = found.deal.contract.main_trigger
    if trigger is None:
        return
    with found.trying("trigger"):
        _refuse_paths(found.deal, trigger)
        what, cohort = OF_METRIC[trigger.metric or ""], _cohort(found.deal, trigger)
        is_in_time = totals.in_time()

        def in_time(segment: Segment, start: int) -> bool:
            return cohort(segment, start) and is_in_time(segment, start)

        paid = met(totals, trigger, law=totals.law(what, in_time), cohort=cohort)
        earned = met(totals, trigger, law=totals.law(FAULTLESS[what], in_time), cohort=cohort)
        chances = {"earned": earned, "paid": paid} | dict(_apart(found.deal, paid, earned))
        if trigger.comparison in RISING:
            late = met(totals, trigger, law=totals.law(what, cohort), cohort=cohort) - paid
            chances["late_trigger"] = max(late, 0.0)
        for name, chance in chances.items():
            found.figures.chance(("accountant", name), np.array([1.0, 0.0]), masses=np.array([chance, 1 - chance]))


def _refuse_paths(deal: Scenario, trigger: Trigger) -> None:
    """Refuse a trigger for which the last date alone does not decide whether it was ever met."""
    refuse_where(bool(trigger.parts), "composite", trigger=trigger.name)
    refuse_where(trigger.metric not in OF_METRIC, "metric", metric=trigger.metric or "")
    refuse_where(trigger.measure != "cumulative", "per_period", trigger=trigger.name)
    refuse_where(trigger.pool is not None, "pool", trigger=trigger.name)
    ends = trigger.window is not None and trigger.window.to < deal.timeline.payment_months[-1]
    refuse_where(ends, "window", trigger=trigger.name)
    falls = deal.accountant.counting.negative == "net" or trigger.comparison not in RISING
    refuse_where(trigger.latched and falls, "latched", trigger=trigger.name)


def _cohort(deal: Scenario, trigger: Trigger) -> Which:
    if trigger.cohort is None:
        return everybody
    place = deal.cohorts.index(trigger.cohort)
    return lambda segment, start: deal.cohort_of(segment, start) == place


def met(totals: Totals, trigger: Trigger, *, law: Law, cohort: Which) -> float:
    """Return the chance that a number, of the law, meets a trigger."""
    scale = 100.0 if trigger.metric == "validated_savings" else 1.0
    if trigger.metric == "validated_share":
        refuse_where(len(came(totals.deal)) > 1 or any(s.triage_share != 1 for s in totals.deal.segments), "who_comes")
        numbers = came(totals.deal)[0][1]
        scale = sum(totals.n_meant(s, n, which=cohort) for s, n in zip(totals.deal.segments, numbers, strict=True))
        if not scale:
            return 0.0
    levels = [scale * level for level in trigger.thresholds]
    least = [float(np.ceil(level - 1e-6)) for level in levels]
    most = [float(np.floor(level + 1e-6)) for level in levels]
    return {
        "at_least": lambda: 1 - law.below(least[0] - 1), "above": lambda: 1 - law.below(most[0]),
        "at_most": lambda: law.below(most[0]), "below": lambda: law.below(least[0] - 1),
        "between": lambda: law.below(most[-1]) - law.below(least[0] - 1),
    }[trigger.comparison]()


def _apart(deal: Scenario, paid: float, earned: float) -> Iterator[tuple[str, float]]:
    """False and missed triggers, where errors go one way only: then one of them is the difference."""
    terms, claims = deal.accountant, deal.accountant.claims
    looks = terms.is_reviewed
    up = looks and (
        (claims.invalid > 0 and terms.review.invalid_detected < 1)
        or (claims.overstated > 0 and terms.review.overstated_detected < 1)
        or (terms.claim_at == "plan" and any(segment.hazard for segment in deal.segments))
    )
    missing = claims.evidence_missing > 0 and terms.counting.evidence_required
    down = looks and (missing or terms.review.wrong_rejection > 0 or terms.review.wrong_adjustment > 0)
    one_way = deal.contract.main_trigger is not None and deal.contract.main_trigger.comparison != "between"
    if not (up and down) and (one_way or not (up or down)):
        yield "false_trigger", max(paid - earned, 0.0)
        yield "missed_trigger", max(earned - paid, 0.0)


def _contract(found: Found, totals: Totals) -> None:
    """The investor and the payments, where one number on one date decides them, or nothing is uncertain."""
    deal, calendar = found.deal, grid(found.deal)
    with found.trying("contract"):
        metric = one_metric(deal)
        refuse_where(metric not in OF_METRIC, "metric", metric=metric)
        varies = len(came(deal)) > 1 or any(segment.triage_share != 1 for segment in deal.segments)
        refuse_where(varies, "who_comes")
        law, write = _course(totals, metric, calendar=calendar)
        of_contract(found, law, write=write, calendar=calendar, also=_cashable(found, totals, metric))


def _course(totals: Totals, metric: str, *, calendar: Grid) -> tuple[Law, Callable[[Floats], Metrics]]:
    """Return the law of the metric in its steps, and how it is written down."""
    deal = totals.deal
    what = OF_METRIC[metric]
    every = totals.law(what)
    sure = isinstance(deal.accountant.delay, FixedDelay) and not any(s.hazard for s in deal.segments)
    if every.is_known and sure and not deal.accountant.disputes.can_happen:
        course = expected(deal, calendar)
        return known(0.0), lambda points: course
    refuse_cohorts(deal)
    date = totals.date_of_all(calendar)
    law = totals.law(what, totals.in_time())
    n_cases = sum(came(deal)[0][1])

    def write(points: Floats) -> Metrics:
        shape = (len(deal.cohorts) + 1, len(calendar.payment_periods), len(points))
        arrays = {name: np.zeros(shape) for name in ("savings", "cases")}
        arrays["savings" if metric == "validated_savings" else "cases"][-1, date] = points
        enrolled = np.zeros((shape[0], len(points)))
        enrolled[-1] = n_cases
        return Metrics(arrays["savings"], arrays["cases"], enrolled, deal.cohorts)

    return law, write


def _cashable(found: Found, totals: Totals, metric: str) -> Callable[[Floats], Entries]:
    """Return the outcome payer's cashable savings as a multiple of the metric, where they are one."""
    try:
        rate, sure = _multiple(totals, metric)
    except NotExactError as error:
        found.refused.setdefault("net_cash", error.reason)
        return lambda points: {}
    return lambda points: {"municipality.cashable_savings": np.full(len(points), sure) + rate * points}


def _multiple(totals: Totals, metric: str) -> tuple[float, float]:
    """Return how much is cashable for each step of the metric, and how much whatever comes."""
    deal = totals.deal
    refuse_where(deal.accountant.charges_by_work, "fees")
    in_cents = metric == "validated_savings"
    refuse_where(not in_cents and deal.dependence.savings != 0, "leaning_savings")
    own = on_laws(totals, "cashable", laws=deal.own_laws())
    if own.is_known:
        return 0.0, own.mode
    is_in_time = totals.in_time()
    numbers = zip(deal.segments, came(deal)[0][1], strict=True)
    refuse_where(any(totals.n_meant(segment, n, which=is_in_time) < n for segment, n in numbers), "late")
    rates = set()
    for segment in deal.segments:
        lost, unpaid = (totals.amounts(segment, what)[1] for what in ("true", OF_METRIC[metric]))
        won, paid = (won_apart(deal, segment, what=what) for what in ("true", OF_METRIC[metric]))
        alike: Any = len(won.values) == len(paid.values) and np.allclose(won.masses, paid.masses, atol=1e-12)
        refuse_where(not (alike and lost.is_nothing and unpaid.is_nothing), "two_amounts")
        rate = won.moments[0] / paid.moments[0] if paid.moments[0] else 0.0
        off = np.abs(won.values - rate * paid.values)
        refuse_where(bool((off > 1 + rate * in_cents + ROUNDED * won.values).any()), "two_amounts")
        rates.add(round(rate * cashable_share(deal, segment, laws=deal.own_laws()), 9))
    refuse_where(len(rates) > 1, "two_amounts")
    return rates.pop(), 0.0


