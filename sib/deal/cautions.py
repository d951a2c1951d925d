"""Clauses that bite later than one thinks, and terms that do nothing: what deserves a second look.

Comes in: a scenario. Go out: remarks, each with the path of the term to look at; their sentences are in
``views/remarks.py``. All of it is allowed; none of it should pass unread. Each question is one small function in a
list below.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from sib.deal.audit import UniformMonths
from sib.deal.independence import Remark, Said
from sib.deal.programme import (
    ClassShares,
    Segment,
)
from sib.deal.scenario import Scenario


def cautions(deal: Scenario) -> list[Remark]:
    """Return what deserves a second look before the deal is run."""
    return [said for question in CAUTIONS for said in question(deal)]


def last_validation_month(deal: Scenario) -> int:
    """Return the last month in which a claim can be validated.

    The last case comes as late as the intake allows, its claim is made as late as its terms allow, and its
    validation takes as long as it may.
    """
    ready, fought = last_ready_month(deal), deal.accountant.disputes
    sample, last = deal.accountant.sample, deal.timeline.payment_months[-1]
    if sample is not None and ready <= last:
        dates = deal.timeline.payment_months
        if sample.every is not None:
            dates = (*range(sample.every, last, sample.every), last)
        ready = min(month for month in dates if month >= ready)
    return ready + (fought.months if fought.can_happen else 0)


def last_ready_month(deal: Scenario) -> int:
    """Return the last month in which a claim can be ready to be settled, if nothing is fought over."""
    wait = deal.accountant.delay
    longest = wait.high if isinstance(wait, UniformMonths) else wait.months
    return longest + max(_last_claim_month(deal, segment) for segment in deal.segments)


def _last_claim_month(deal: Scenario, segment: Segment) -> int:
    last_start = segment.intake.from_month + segment.intake.delay + segment.intake.months - 1
    counts = segment.intake.counts or ()
    last_start -= next((place for place, count in enumerate(reversed(counts)) if count), 0)
    if deal.accountant.claim_at == "plan":
        return last_start
    most = deal.accountant.counting.max_months
    counted = segment.saving_months if most is None else min(most, segment.saving_months)
    return last_start + segment.months_to_effect + counted - 1


def validated_too_late(deal: Scenario) -> Said:
    """What is validated after the last payment date pays nothing."""
    if not deal.segments:
        return
    last, date = last_validation_month(deal), deal.timeline.payment_months[-1]
    if last > date:
        yield Remark("timeline.payment_dates", "late", {"date": date, "last": last})


def review_that_nobody_does(deal: Scenario) -> Said:
    """Errors and decisions of a review that is switched off."""
    accountant = deal.accountant
    for name, terms in (
        ("review", accountant.review), ("disputes", accountant.disputes), ("claims", accountant.claims),
    ):
        if not accountant.is_reviewed and terms.model_copy(update={"source": None}) != type(terms)():
            yield Remark(f"accountant.{name}", "no_review")


def pays_for_what_frees_no_money(deal: Scenario) -> Said:
    """Real savings count, yet free nothing in the payer's budget."""
    counting = deal.accountant.counting
    for saving_class in counting.classes:
        counted = [law for law in deal.own_laws() if law in counting.laws and _saves(deal, law, saving_class)]
        laws = ", ".join(law for law in counted if not _frees(deal, law, saving_class))
        if laws:
            values = {"saving_class": saving_class, "laws": laws}
            yield Remark("accountant.counting.classes", "not_cashable", values)


def _saves(deal: Scenario, law: str, saving_class: str) -> bool:
    """Whether any household saves on a law in that class."""
    for segment in deal.segments:
        if segment.shares is not None:
            share = getattr(segment.shares.get(law, ClassShares()), saving_class)
        else:
            direct = segment.direct_share or 0.0
            share = (segment.by_law or {}).get(law, 0.0) * (direct if saving_class == "direct" else 1 - direct)
        if share > 0:
            return True
    return False


def _frees(deal: Scenario, law: str, saving_class: str) -> bool:
    """Whether a saving on a law ever frees money."""
    payer = deal.payers[law]
    months = (0, payer.renewal_month or 0)
    return any(getattr(payer.cashable_in(month), saving_class) > 0 for month in months)


def counts_what_others_save(deal: Scenario) -> Said:
    """The wrong pocket: a saving on another party's budget counts."""
    own = deal.own_laws()
    for law in deal.accountant.counting.laws:
        if law not in own:
            values = {"law": law, "party": deal.payers[law].party}
            yield Remark("accountant.counting.laws", "wrong_pocket", values)


def no_deadweight(deal: Scenario) -> Said:
    """Everything that gets better counts as caused by the help."""
    for segment in deal.segments:
        if segment.deadweight == 0:
            yield Remark(f"programme.segments.{segment.name}.deadweight", "no_deadweight")


def sample_of_nearly_everything(deal: Scenario) -> Said:
    """A sample for each settlement that is as large as what there is to settle."""
    terms = deal.accountant.sample
    if terms is None or terms.size is None:
        return
    months = deal.timeline.payment_months
    n_dates = len(months) if terms.every is None else -(-months[-1] // terms.every)
    n_cases = sum(segment.cases for segment in deal.segments)
    if terms.size * n_dates >= n_cases > terms.size:
        values = {"size": terms.size, "cases": n_cases, "dates": n_dates, "each": round(n_cases / n_dates)}
        yield Remark("accountant.sample.size", "census", values)


def sample_that_is_always_refused(deal: Scenario) -> Said:
    """A sample so small that its limit is not tolerable even where nothing in it is wrong."""
    terms = deal.accountant.sample
    if terms is None or terms.size is None or terms.pay_on != "accept" or not terms.tolerable:
        return
    poisson = deal.accountant.mode == "monetary_unit" or terms.model == "poisson"
    each = terms.tolerable if poisson else -math.log1p(-terms.tolerable)
    needed = math.ceil(round(-math.log(1 - terms.confidence) / each, 9))
    n_cases = sum(segment.cases for segment in deal.segments)
    if terms.size < needed and terms.size < n_cases and (poisson or terms.model == "binomial"):
        values = {"size": terms.size, "needed": needed, "tolerable": terms.tolerable}
        yield Remark("accountant.sample.size", "always_refused", values)


def accountant_is_paid_twice(deal: Scenario) -> Said:
    """A fee on top of a budget line that pays the accountant."""
    fee = deal.accountant.fee
    lines = [line.activity for line in deal.budget.lines if line.payee == "accountant"]
    if lines and fee.line is None and (fee.fixed or fee.per_case):
        yield Remark("accountant.fee", "paid_twice", {"line": lines[0]})


def year_without_tolerance(deal: Scenario) -> Said:
    """A conclusion is to be measured by a tolerance, and none holds yet in the year of the last payment date."""
    terms, year = deal.accountant.assurance, deal.timeline.day(deal.timeline.payment_months[-1]).year
    measured = terms is not None and (terms.regime is not None or bool(terms.tolerances))
    if terms is not None and measured and terms.tolerance(year) is None:
        yield Remark("accountant.assurance", "no_tolerance", {"year": str(year)})


def luck_pays_nothing(deal: Scenario) -> Said:
    """The zero-effect twin of the deal has nothing to claim."""
    if not deal.segments:
        return
    deadweight = any(segment.deadweight for segment in deal.segments)
    regression = any(segment.regression_to_mean for segment in deal.segments)
    errors = deal.accountant.is_reviewed and deal.accountant.claims.invalid > 0
    if not deadweight and not regression and not errors:
        yield Remark("accountant.claims", "luck")


def ends_before_maturity(deal: Scenario) -> Said:
    """Payment dates that repeat and do not fall on maturity: nothing is paid when the books are closed."""
    dates, last = deal.timeline.payment_dates, deal.timeline.payment_months[-1]
    if dates.every is not None and last < deal.timeline.maturity:
        yield Remark("timeline.payment_dates", "ends_early", {"date": last, "maturity": deal.timeline.maturity})


def capped_below_the_commitment(deal: Scenario) -> Said:
    """A cap on all payments that leaves part of the principal unpaid however well things go."""
    cap, commitment = deal.contract.caps.total, deal.contract.commitment
    if cap is not None and cap < commitment:
        yield Remark("contract.caps.total", "capped", {"cap": cap, "commitment": commitment})


def sums_that_fall_too_late(deal: Scenario) -> Said:
    """A lump sum that is paid in months after the horizon: the rest falls in its last month."""
    terms, last = deal.arrangements.lump_sum, deal.timeline.maturity
    stated = terms.model_fields_set & {"from_month", "months"}
    end = terms.from_month + terms.months - 1
    if stated and end > last:
        yield Remark("arrangements.lump_sum.months", "sum_too_late", {"end": end, "maturity": last})


def margin_beside_a_sum(deal: Scenario) -> Said:
    """A lump sum that is stated leaves the margin without work."""
    if {"amount", "margin"} <= deal.arrangements.lump_sum.model_fields_set:
        yield Remark("arrangements.lump_sum.margin", "margin_unused", {"amount": deal.arrangements.lump_sum.amount})


def settled_with_nobody(deal: Scenario) -> Said:
    """A budget that is settled with no law, or with the one that goes first alone: it stays where it was paid."""
    for name in ("revolving", "pre_booked"):
        terms = getattr(deal.arrangements, name)
        first = terms.lead or next(iter(deal.own_laws()), None)
        if terms.settled_with is not None and not set(terms.settled_with) - {first}:
            yield Remark(f"arrangements.{name}.settled_with", "settled_with_nobody", {"lead": first})


CAUTIONS: tuple[Callable[[Scenario], Said], ...] = (
    validated_too_late,
    ends_before_maturity,
    capped_below_the_commitment,
    no_deadweight,
    luck_pays_nothing,
    pays_for_what_frees_no_money,
    counts_what_others_save,
    review_that_nobody_does,
    sample_of_nearly_everything,
    sample_that_is_always_refused,
    accountant_is_paid_twice,
    year_without_tolerance,
    sums_that_fall_too_late,
    margin_beside_a_sum,
    settled_with_nobody,
)
"""What is worth a second look, in the order in which it is told."""
