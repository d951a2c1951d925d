"""What the parts of a deal must agree on: sums, names and dates across tables.

Each rule is one small function that yields ``(path, message)``; the reader adds file and line. A rule reads
a scenario whose tables are each valid by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from difflib import get_close_matches
from fractions import Fraction
from itertools import combinations

from sib.deal.budgets import BUDGETS
from sib.deal.clauses import CLAUSES, Found, nearest
from sib.deal.group import CountsProgramme, EffectProgramme, Group
from sib.deal.lending import Schedule, UpFront
from sib.deal.lines import FixedPayment, SavingsShare
from sib.deal.programme import BetaBinomial, GaussianFactor, Segment
from sib.deal.scenario import Scenario
from sib.money import exact

STEPS_WITH_TRANCHE = ("interest", "principal", "success_fee")


def euros(value: Fraction) -> str:
    """Return an amount with thousands separators, for a message."""
    return f"{float(value):,.2f}"


def budget_adds_up(deal: Scenario) -> Found:
    """The lines of the budget make its total; somebody pays what the commitment does not."""
    lines = sum((line.number * exact(line.unit_price) for line in deal.budget.lines), Fraction(0))
    total = exact(deal.budget.total)
    if lines != total:
        yield "budget.total", f"= {euros(total)} but the lines add up to {euros(lines)}; mend a line or the total"
    commitment, others = exact(deal.contract.commitment), deal.contract.rest_paid_by
    if commitment < total and others is None:
        yield (
            "contract.commitment",
            f"= {euros(commitment)} but the budget is {euros(total)}; commit the budget, or say who pays what the work "
            'needs beyond the commitment and recycled payments (rest_paid_by = "provider" or "funder")',
        )
    if commitment >= total and others is not None:
        yield (
            "contract.rest_paid_by",
            f'= "{others}" says nothing: the commitment of {euros(commitment)} pays the budget of {euros(total)}; '
            "leave it out",
        )


def budget_pays_for_the_cases(deal: Scenario) -> Found:
    """Every line that pays per case pays for all planned cases."""
    planned = planned_people(deal)
    for line in deal.budget.lines:
        if line.is_per_case and line.number < planned:
            yield (
                f"budget.lines.{line.activity}.number",
                f"= {line.number} pays for fewer than the {planned} cases planned",
            )


def planned_people(deal: Scenario) -> int:
    """Return how many cases or people are planned."""
    programme = deal.programme
    if isinstance(programme, EffectProgramme):
        return sum(cohort.size for cohort in programme.cohorts)
    if isinstance(programme, CountsProgramme):
        return sum(group.people for group in programme.groups)
    return sum(segment.cases for segment in deal.segments)


def shares_add_up(deal: Scenario) -> Found:
    """Shares that divide a whole make one."""
    for segment in deal.segments:
        path = f"programme.segments.{segment.name}"
        if segment.by_law is not None:
            yield from _makes_one(f"{path}.by_law", segment.by_law.values())
        if segment.shares is not None:
            cells = [cell for law in segment.shares.values() for cell in (law.direct, law.real)]
            yield from _makes_one(f"{path}.shares", cells)
    total = sum((deal.contract.share_of(tranche) for tranche in deal.contract.tranches), Fraction(0))
    if total != 1:
        yield "contract.tranches", f"adds up to {float(total):g}; shares must make exactly 1, amounts the commitment"
    if deal.contract.payer_shares is not None:
        yield from _makes_one("contract.payer_shares", deal.contract.payer_shares.values())


def _makes_one(path: str, shares: Iterable[float]) -> Found:
    total = sum((exact(share) for share in shares), Fraction(0))
    if total != 1:
        yield path, f"adds up to {float(total):g}; the shares must make exactly 1"


def names_are_known(deal: Scenario) -> Found:
    """Every law, trigger, cohort, tranche and line that is named exists."""
    contract = deal.contract
    for segment in deal.segments:
        for law in {**(segment.by_law or {}), **(segment.shares or {})}:
            if law not in deal.payers:
                field = "by_law" if segment.by_law else "shares"
                yield (
                    f"programme.segments.{segment.name}.{field}.{law}",
                    f"names no payer; {nearest(law, deal.payers)}",
                )
    for law in deal.accountant.counting.laws:
        if law not in deal.payers:
            yield "accountant.counting.laws", f"names {law!r}, which is no payer; {nearest(law, deal.payers)}"
    for law in contract.payer_shares or {}:
        if law not in deal.own_laws():
            yield f"contract.payer_shares.{law}", f"is no budget of the outcome payer; {nearest(law, deal.own_laws())}"
    lines = [line.activity for line in deal.budget.lines]
    fee_line = deal.accountant.fee.line
    if fee_line is not None and fee_line not in lines:
        yield "accountant.fee.line", f"= {fee_line!r} is no budget line; {nearest(fee_line, lines)}"
    for segment in deal.segments:
        if segment.aftercare is not None and segment.aftercare.line not in lines:
            yield (
                f"programme.segments.{segment.name}.aftercare.line",
                f"= {segment.aftercare.line!r} is no budget line; {nearest(segment.aftercare.line, lines)}",
            )


def names_are_unique(deal: Scenario) -> Found:
    """Things that are addressed by name have each their own."""
    lists: dict[str, list[str]] = {
        "programme.segments": [segment.name for segment in deal.segments],
        "budget.lines": [line.activity for line in deal.budget.lines],
        "contract.triggers": [trigger.name for trigger in deal.contract.triggers],
        "contract.payments": [payment.name for payment in deal.contract.payments],
        "contract.tranches": [tranche.name for tranche in deal.contract.tranches],
        "contract.cohorts": [cohort.name for cohort in deal.contract.cohorts],
        "contract.fees": [fee.name for fee in deal.contract.fees],
        "contract.guarantees": [terms.name for terms in deal.contract.guarantees],
        "contract.early_ends": [terms.name for terms in deal.contract.early_ends],
        "contract.outcome_payers": [payer.name for payer in deal.contract.outcome_payers],
        "programme.metrics": [metric.name for metric in getattr(deal.programme, "metrics", ())],
        "programme.cohorts": [cohort.name for cohort in getattr(deal.programme, "cohorts", ())],
        "programme.groups": [group.name for group in getattr(deal.programme, "groups", ())],
    }
    for path, names in lists.items():
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield path, f"has {name!r} twice; names tell them apart"


def waterfall_reaches_everyone(deal: Scenario) -> Found:
    """Each step exists, names a tranche that exists, and the last step takes what is left."""
    tranches = [tranche.name for tranche in deal.contract.tranches]
    for step in deal.contract.waterfall:
        known, meant = _steps_like(deal, step), _meant(deal, step)
        if step not in known:
            fails = "names no tranche" if step.partition(":")[0] in STEPS_WITH_TRANCHE else "does not exist"
            guess = f"did you mean {meant!r}?" if meant in known else f"known: {', '.join(map(repr, known))}"
            yield "contract.waterfall", f"has step {step!r}, which {fails}; {guess}"
    steps = [_meant(deal, step) for step in deal.contract.waterfall]
    if len(set(deal.contract.waterfall)) < len(steps):
        yield "contract.waterfall", "has a step twice; each step stands once"
    if steps[-1] != "surplus" or "surplus" in steps[:-1]:
        yield (
            "contract.waterfall",
            'must end with "surplus" (what is left goes back to the outcome payer), and have it only there',
        )
    everywhere = {step for pool in (steps, *deal.contract.pools.values()) for step in pool}
    for tranche in deal.contract.tranches:
        if f"principal:{tranche.name}" not in everywhere and not tranche.grant:
            yield "contract.waterfall", f'never repays tranche {tranche.name!r}; add "principal:{tranche.name}"'
    if deal.contract.fees and "fees" not in steps:
        yield "contract.waterfall", 'has no step "fees", yet the contract has fees'
    extra = any(isinstance(p, SavingsShare) and p.share_after_redemption for p in deal.contract.payments)
    if extra and not any(step.startswith("success_fee") for step in steps):
        yield (
            "contract.waterfall",
            "gives the share after redemption straight back to the outcome payer; add "
            f'"success_fee:{tranches[0]}" before "surplus"',
        )


def _steps_like(deal: Scenario, step: str) -> list[str]:
    """Return the steps that one may stand for: those of its kind, or all if it is of no kind that exists."""
    kind = step.partition(":")[0]
    kinds = [kind] if kind in STEPS_WITH_TRANCHE else STEPS_WITH_TRANCHE
    of_tranches = [f"{each}:{tranche.name}" for each in kinds for tranche in deal.contract.tranches]
    if kind in STEPS_WITH_TRANCHE and step != "success_fee":
        return of_tranches
    return ["fees", "recycle", "success_fee", *of_tranches, "surplus"]


def _meant(deal: Scenario, step: str) -> str:
    """Return the step that is meant: a misspelt one is taken for the nearest, so that it is not missed as well."""
    kind, _, name = step.partition(":")
    if kind in STEPS_WITH_TRANCHE and step != "success_fee":
        close = get_close_matches(name, [tranche.name for tranche in deal.contract.tranches], n=1)
        return f"{kind}:{close[0]}" if close else step
    return next(iter(get_close_matches(step, _steps_like(deal, step), n=1)), step)


def waterfall_pays_interest(deal: Scenario) -> Found:
    """Interest that is earned has a step that pays it."""
    steps = [_meant(deal, step) for step in deal.contract.waterfall]
    everywhere = {step for pool in (steps, *deal.contract.pools.values()) for step in pool}
    for tranche in deal.contract.tranches:
        step = f"interest:{tranche.name}"
        if deal.contract.terms_of(tranche).rate > 0 and step not in everywhere and not tranche.grant:
            yield "contract.waterfall", f'never pays the interest of tranche {tranche.name!r}; add "{step}"'


def waterfall_leaves_something(deal: Scenario) -> Found:
    """No step but the surplus comes after one that takes all that is left."""
    steps = deal.contract.waterfall
    takes_all = next((place for place, step in enumerate(steps) if step.startswith("success_fee:")), len(steps))
    for step in steps[takes_all + 1 : -1]:
        yield (
            "contract.waterfall",
            f"has {step!r} after {steps[takes_all]!r}, which takes all that is left; move it forward",
        )


def triggers_have_one_main(deal: Scenario) -> Found:
    """One trigger decides the deal."""
    marked = [trigger.name for trigger in deal.contract.triggers if trigger.main]
    if len(marked) > 1 or (len(deal.contract.triggers) > 1 and not marked):
        yield "contract.triggers", f"marks {len(marked)} triggers as main; mark one with main = true"


def cohorts_are_apart(deal: Scenario) -> Found:
    """No case is in two cohorts."""
    cohorts = sorted(deal.contract.cohorts, key=lambda cohort: cohort.from_month)
    for first, second in combinations(cohorts, 2):
        apart = None not in (first.segment, second.segment) and first.segment != second.segment
        if second.from_month <= first.to and not apart:
            yield (
                f"contract.cohorts.{second.name}.from",
                f"= {second.from_month} lies inside cohort {first.name!r}, which ends in month {first.to}",
            )


def dates_fit(deal: Scenario) -> Found:
    """Fixed payments and fees fall on payment dates; draws add up and come before maturity."""
    months = set(deal.timeline.payment_months)
    for place, items in (("payments", deal.contract.payments), ("fees", deal.contract.fees)):
        for item in items:
            off = [month for month in getattr(item, "months", None) or () if month not in months]
            if off:
                yield f"contract.{place}.{item.name}.months", f"has month {off[0]}, which is no payment date"
    drawdown = deal.contract.drawdown
    if isinstance(drawdown, Schedule):
        total = sum((exact(draw.amount) for draw in drawdown.draws), Fraction(0))
        if total != exact(deal.contract.commitment):
            commitment = euros(exact(deal.contract.commitment))
            yield "contract.drawdown.draws", f"add up to {euros(total)}; the commitment is {commitment}"
        if [draw.month for draw in drawdown.draws] != sorted({draw.month for draw in drawdown.draws}):
            yield "contract.drawdown.draws", "must be in rising order of month, each month once"
        if drawdown.draws[-1].month > deal.timeline.maturity:
            yield (
                "contract.drawdown.draws",
                f"draws in month {drawdown.draws[-1].month}, after maturity in month {deal.timeline.maturity}",
            )


def spending_ends_in_time(deal: Scenario) -> Found:
    """No budget is spent after maturity: the tranches are settled then."""
    last_start = last_start_of_all(deal)
    for line in deal.budget.lines:
        when = line.when
        if when.at is not None:
            last = when.at
        elif when.from_month is not None:
            last = when.from_month + (when.months or 1) - 1
        else:
            last = last_start + (when.months or 1) - 1
        if last > deal.timeline.maturity:
            yield (
                f"budget.lines.{line.activity}.when",
                f"spends until month {last}, after maturity in month {deal.timeline.maturity}",
            )


def last_start_month(segment: Segment | Group) -> int:
    """Return the last month in which a case of the segment can be taken in."""
    return segment.intake.from_month + segment.intake.months - 1 + segment.intake.delay


def last_start_of_all(deal: Scenario) -> int:
    """Return the last month in which anybody can come."""
    programme = deal.programme
    if isinstance(programme, EffectProgramme):
        return max(cohort.start for cohort in programme.cohorts)
    return max(last_start_month(each) for each in (getattr(programme, "groups", ()) or deal.segments))


def intake_adds_up(deal: Scenario) -> Found:
    """Explicit counts make the number of cases."""
    for segment in deal.segments:
        counts = segment.intake.counts
        if counts is not None and sum(counts) != segment.cases:
            yield (
                f"programme.segments.{segment.name}.intake.counts",
                f"add up to {sum(counts)}; the segment has {segment.cases} cases",
            )
    for group in getattr(deal.programme, "groups", ()):
        counts = group.intake.counts
        if counts is not None and sum(counts) != group.people:
            yield (
                f"programme.groups.{group.name}.intake.counts",
                f"add up to {sum(counts)}; the group has {group.people} people",
            )


def dependence_is_stated(deal: Scenario) -> Found:
    """More than one segment needs a word on what they share."""
    if isinstance(deal.programme, EffectProgramme):
        return
    dependence = deal.programme.dependence
    names = [each.name for each in (getattr(deal.programme, "groups", ()) or deal.segments)]
    if isinstance(dependence, BetaBinomial) and len(names) > 1 and dependence.across_segments is None:
        yield (
            "programme.dependence.across_segments",
            f"is missing; with {len(names)} segments say how far their "
            "chances move together, from 0 (not at all; the optimistic end) to 1",
        )
    if isinstance(dependence, GaussianFactor):
        for cause, loads in (dependence.causes or {}).items():
            for segment in loads:
                if segment not in names:
                    yield (
                        f"programme.dependence.causes.{cause}.{segment}",
                        f"names no segment; {nearest(segment, names)}",
                    )


def savings_are_not_negative(deal: Scenario) -> Found:
    """Nothing negative is drawn where a saving must not be."""
    for segment in deal.segments:
        saving = segment.saving
        low = min(getattr(saving, "values", None) or (getattr(saving, "low", getattr(saving, "amount", 0.0)),))
        if low < 0:
            yield (
                f"programme.segments.{segment.name}.saving",
                "can be negative; a success saves 0 or more, a failure's cost is failure_saving",
            )


def terms_say_something(deal: Scenario) -> Found:
    """Terms that cannot work together."""
    contract = deal.contract
    tied = any(isinstance(payment, FixedPayment) and payment.cap == 0 for payment in contract.payments)
    if tied:
        yield "contract.payments", "has a fixed payment capped at 0; leave it out"
    if isinstance(contract.drawdown, UpFront) and any(
        contract.terms_of(tranche).on == "committed" for tranche in contract.tranches
    ):
        yield "contract.interest.on", '= "committed" says nothing when all is drawn up front; write "outstanding"'


RULES: tuple[Callable[[Scenario], Found], ...] = (
    budget_adds_up,
    budget_pays_for_the_cases,
    shares_add_up,
    names_are_known,
    names_are_unique,
    waterfall_reaches_everyone,
    waterfall_pays_interest,
    waterfall_leaves_something,
    triggers_have_one_main,
    cohorts_are_apart,
    dates_fit,
    spending_ends_in_time,
    intake_adds_up,
    dependence_is_stated,
    savings_are_not_negative,
    terms_say_something,
    *BUDGETS,
    *CLAUSES,
)


def inconsistencies(deal: Scenario, *, in_part: bool = False) -> list[tuple[str, str]]:
    """Return every disagreement between the parts of a deal as (path, message).

    Parameters
    ----------
    deal : Scenario
    in_part : bool
        Whether parts of the deal are left out because they are faulty; a rule then says what it can.
    """
    found: list[tuple[str, str]] = []
    for rule in RULES:
        with suppress(*([AttributeError] if in_part else [])):
            for each in rule(deal):
                found.append(each)
    return found
