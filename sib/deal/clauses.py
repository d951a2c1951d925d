"""What the clauses of a contract must agree on: with each other, and with the programme that they pay for.

Each rule is one small function that yields ``(path, message)``, as in ``consistency``, which runs them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from fractions import Fraction

from sib.deal.coupons import InterestTable, MinimumCoupon, RedemptionTable
from sib.deal.group import CountsProgramme, EffectProgramme
from sib.deal.lending import UpFront
from sib.deal.lines import PerPoint, RateCard, SavingsShare, TwoWay
from sib.deal.rows import bound_of
from sib.deal.scenario import Scenario
from sib.money import exact

Found = Iterator[tuple[str, str]]


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the end of a message: the nearest right name, or all of them."""
    names = list(known)
    close = get_close_matches(name, names, n=1)
    return f"did you mean {close[0]!r}?" if close else f"known: {', '.join(map(repr, names)) or 'none'}"


def _named(path: str, name: str | None, known: Iterable[str], what: str) -> Found:
    """A name that must be known, where it is given."""
    names = list(known)
    if name is not None and name not in names:
        yield path, f"= {name!r} is no {what}; {nearest(name, names)}"


def metrics_are_measured(deal: Scenario) -> Found:
    """Every metric that is named is measured, and every cohort exists."""
    for place, items in (("triggers", deal.contract.triggers), ("payments", deal.contract.payments)):
        for item in items:
            path = f"contract.{place}.{item.name}"
            yield from _named(f"{path}.metric", getattr(item, "metric", None), deal.metrics, "metric of this programme")
            yield from _named(f"{path}.cohort", getattr(item, "cohort", None), deal.cohorts, "cohort")
    for name in deal.contract.caps.by_metric or {}:
        yield from _named(f"contract.caps.by_metric.{name}", name, deal.metrics, "metric of this programme")


def caps_by_metric_hold(deal: Scenario) -> Found:
    """A cap on what a metric earns holds lines that pay for that metric and for nothing else."""
    for name in deal.contract.caps.by_metric or {}:
        path, lines = f"contract.caps.by_metric.{name}", deal.contract.payments
        cards = [line for line in lines if isinstance(line, RateCard) and line.earns_on is None]
        mixed = [card.name for card in cards if name in [price.outcome for price in card.prices]]
        for card in mixed:
            yield path, f"is one of several prices of {card!r}; give it a cap there, or a rate card of its own"
        if name in deal.metrics and not mixed and name not in [line.earns_on for line in lines]:
            yield path, "holds nothing: no payment line pays for that metric; leave it out"


def triggers_build_on_earlier_ones(deal: Scenario) -> Found:
    """A trigger of triggers names triggers before it; whoever waits for a trigger names one."""
    earlier: list[str] = []
    for trigger in deal.contract.triggers:
        for part in trigger.parts:
            if part not in earlier:
                message = f"builds on {part!r}, which is no trigger before it; {nearest(part, earlier)}"
                yield f"contract.triggers.{trigger.name}", message
        earlier.append(trigger.name)
    contract = deal.contract
    for line in contract.payments:
        path = f"contract.payments.{line.name}"
        yield from _named(f"{path}.when", line.when, earlier, "trigger")
        if isinstance(line, SavingsShare) and line.change is not None:
            yield from _named(f"{path}.change.when", line.change.when, earlier, "trigger")
    for end in contract.early_ends:
        yield from _named(f"contract.early_ends.{end.name}.when", end.when, earlier, "trigger")
    yield from _named("contract.stop_intake", contract.stop_intake, earlier, "trigger")


def levels_are_in_the_unit(deal: Scenario) -> Found:
    """A fraction is compared with fractions."""
    for trigger in deal.contract.triggers:
        odd = [level for level in trigger.thresholds if abs(level) > 1]
        if odd and deal.metrics.get(trigger.metric or "") == "fraction":
            message = f"compares a fraction with {odd[0]:g}; 70% is 0.70"
            yield f"contract.triggers.{trigger.name}.{trigger.comparison}", message
    for line in deal.contract.payments:
        if deal.metrics.get(getattr(line, "metric", None) or "") == "fraction":
            bounds = [bound_of(row) for row in getattr(line, "rows", ())]
            found = [bound[0] for bound in bounds if bound is not None and abs(bound[0]) > 1]
            found += [point.at for point in getattr(line, "points", ()) if abs(point.at) > 1]
            found += [line.point] if isinstance(line, PerPoint) and line.point >= 1 else []
            stated = [getattr(line, name, None) for name in ("from_value", "up_to", "target", "agreed")]
            found += [level for level in stated if level is not None and abs(level) > 1]
            if found:
                message = f"has {found[0]:g} for a metric that is a fraction; 70% is 0.70, a point of one percent 0.01"
                yield f"contract.payments.{line.name}", message


def payments_fit_the_programme(deal: Scenario) -> Found:
    """Savings are euros that add up, outcomes are counted, people are known where one has a cap."""
    for line in deal.contract.payments:
        path = f"contract.payments.{line.name}"
        if isinstance(line, SavingsShare):
            yield from _savings_add_up(deal, line, path)
        if isinstance(line, RateCard):
            yield from _card_fits(deal, line, path)


def _savings_add_up(deal: Scenario, line: SavingsShare, path: str) -> Found:
    programme = deal.programme
    if isinstance(programme, EffectProgramme):
        metric = next((each for each in programme.metrics if each.name == line.metric), None)
        if metric is None or metric.unit != "eur" or not metric.accumulates:
            message = f"= {line.metric!r} is no metric in euros with accumulates = true; a share of savings needs one"
            yield f"{path}.metric", message
    elif line.metric != "validated_savings":
        yield f"{path}.metric", f"= {line.metric!r} is no saving; cases have 'validated_savings'"


def _card_fits(deal: Scenario, line: RateCard, path: str) -> Found:
    stands = {metric.name for metric in getattr(deal.programme, "metrics", ()) if not metric.accumulates}
    counted = [name for name, unit in deal.metrics.items() if unit == "count" and name not in stands]
    yield from _named(f"{path}.cohort", line.cohort, deal.cohorts, "cohort")
    for price in line.prices:
        yield from _named(f"{path}.prices.{price.outcome}", price.outcome, counted, "number of outcomes that adds up")
        for cohort in price.by_cohort or {}:
            yield from _named(f"{path}.prices.{price.outcome}.by_cohort.{cohort}", cohort, deal.cohorts, "cohort")
    if line.cap_per_person is not None and not isinstance(deal.programme, CountsProgramme):
        yield (
            f"{path}.cap_per_person",
            'needs a programme of kind "counts", which knows who reached what; for cases there is '
            "accountant.counting.cap_per_case",
        )


def tranches_are_there(deal: Scenario) -> Found:
    """Every tranche that is named exists, and can be owed something."""
    contract = deal.contract
    owed = [tranche.name for tranche in contract.tranches if not tranche.grant]
    for line in contract.payments:
        if isinstance(line, InterestTable | MinimumCoupon | RedemptionTable):
            yield from _named(f"contract.payments.{line.name}.tranche", line.tranche, owed, "tranche that is repaid")
            kind = "principal" if isinstance(line, RedemptionTable) else "interest"
            steps = contract.pools.get(line.pool or "", contract.waterfall)
            if line.tranche in owed and f"{kind}:{line.tranche}" not in steps:
                yield "contract.waterfall", f'never pays what {line.name!r} is for; add "{kind}:{line.tranche}"'
    for terms in contract.guarantees:
        for name in terms.tranches or ():
            yield from _named(f"contract.guarantees.{terms.name}.tranches", name, owed, "tranche that is repaid")
    if not any(tranche.holder == "investor" and not tranche.grant for tranche in contract.tranches):
        yield "contract.tranches", "has no tranche that an investor holds and is repaid; one at least"


def pools_are_waterfalls(deal: Scenario) -> Found:
    """Each pool is fed by a line, has steps that exist, and ends with the surplus."""
    contract = deal.contract
    owed = [tranche.name for tranche in contract.tranches if not tranche.grant]
    named = (f"{kind}:{name}" for kind in ("interest", "principal", "success_fee") for name in owed)
    steps = ["fees", "success_fee", *named]
    for name, pool in contract.pools.items():
        for step in pool[:-1]:
            if step not in steps:
                yield f"contract.pools.{name}", f"has step {step!r}, which does not exist; {nearest(step, steps)}"
        if pool[-1] != "surplus":
            yield f"contract.pools.{name}", 'must end with "surplus": what is left goes back to the outcome payer'
        if not any(line.pool == name for line in contract.payments):
            yield f"contract.pools.{name}", "gets no money: no payment line has it as its pool"
    for line in contract.payments:
        yield from _named(f"contract.payments.{line.name}.pool", line.pool, contract.pools, "pool")


def payers_are_there(deal: Scenario) -> Found:
    """Several outcome payers share everything, and the outcome payer of the parties is one of them."""
    contract = deal.contract
    names = [payer.name for payer in contract.outcome_payers]
    for line in contract.payments:
        yield from _named(f"contract.payments.{line.name}.paid_by", line.paid_by, names, "outcome payer")
    if not names:
        return
    total = sum((exact(payer.share) for payer in contract.outcome_payers), Fraction(0))
    if contract.payers_in_turn:
        if total:
            yield "contract.outcome_payers", "pay in turn, each up to its caps; leave out their shares"
    elif total != 1:
        yield "contract.outcome_payers", f"has shares that make {float(total):g}; they must make exactly 1"
    if deal.parties.outcome_payer not in names:
        yield "contract.outcome_payers", f"leaves out the outcome payer itself, {deal.parties.outcome_payer!r}"


def success_is_divided(deal: Scenario) -> Found:
    """What is left is divided among those who exist, by a step that is there, and not more than all of it."""
    contract, path = deal.contract, "contract.success_fee"
    owed = [tranche.name for tranche in contract.tranches if not tranche.grant]
    everywhere = {step for pool in (contract.waterfall, *contract.pools.values()) for step in pool}
    if bool(contract.success_fee) != ("success_fee" in everywhere):
        yield path, 'and the waterfall step "success_fee" (without a name) go together; give both or neither'
    for name in contract.success_fee:
        yield from _named(f"{path}.{name}", name, [*owed, "provider", "intermediary"], "tranche or party")
    if sum((exact(part) for part in contract.success_fee.values()), Fraction(0)) > 1:
        yield path, "divides more than all that is left; its shares must make 1 at most"


def recycling_has_somewhere_to_go(deal: Scenario) -> Found:
    """Money is recycled by a step, towards work that is still to be drawn for."""
    contract = deal.contract
    if contract.recycling != ("recycle" in contract.waterfall):
        yield "contract.recycling", 'and the waterfall step "recycle" go together; give both or neither'
    if contract.recycling and isinstance(contract.drawdown, UpFront):
        yield "contract.recycling", "says nothing when all is drawn up front; draw as spent or on a schedule"


def groups_have_their_own_cohorts(deal: Scenario) -> Found:
    """Cohorts of cases are windows of the contract; groups have theirs in the programme."""
    if deal.contract.cohorts and not deal.segments:
        yield "contract.cohorts", "are windows of cases; this programme has cohorts of its own, use their names"
    known = [segment.name for segment in deal.segments]
    for cohort in deal.contract.cohorts if known else ():
        yield from _named(f"contract.cohorts.{cohort.name}.segment", cohort.segment, known, "segment")
    if deal.contract.stop_intake is not None and isinstance(deal.programme, EffectProgramme):
        yield "contract.stop_intake", "needs cases or people who come over time; cohorts of an effect are all there"


def cases_are_counted(deal: Scenario) -> Found:
    """Cases need an accountant who knows which laws count."""
    if deal.segments and not deal.accountant.counting.laws:
        yield "accountant.counting.laws", "is missing or empty; list the laws whose savings count"


def two_way_lines_are_liable(deal: Scenario) -> Found:
    """A line that costs nobody anything is no two-way line."""
    for line in deal.contract.payments:
        if isinstance(line, TwoWay) and line.least >= 0:
            kind = "interpolated_table" if line.points else "step_table"
            yield f"contract.payments.{line.name}.kind", f'= "two_way" but no row is below 0; write "{kind}"'


def laws_of_groups_exist(deal: Scenario) -> Found:
    """What outcomes and effects are worth falls on budgets that exist."""
    programme = deal.programme
    lists = []
    if isinstance(programme, EffectProgramme):
        lists = [(f"programme.metrics.{metric.name}.by_law", metric.by_law) for metric in programme.metrics]
    if isinstance(programme, CountsProgramme):
        lists = [
            (f"programme.groups.{group.name}.outcomes.{outcome.name}.by_law", outcome.by_law)
            for group in programme.groups
            for outcome in group.outcomes
        ]
    for path, by_law in lists:
        for law in by_law or {}:
            yield from _named(f"{path}.{law}", law, deal.payers, "payer")
        if by_law and sum((exact(share) for share in by_law.values()), Fraction(0)) != 1:
            yield path, "has shares that do not make exactly 1"


CLAUSES: tuple[Callable[[Scenario], Found], ...] = (
    metrics_are_measured,
    caps_by_metric_hold,
    triggers_build_on_earlier_ones,
    levels_are_in_the_unit,
    payments_fit_the_programme,
    tranches_are_there,
    pools_are_waterfalls,
    payers_are_there,
    success_is_divided,
    recycling_has_somewhere_to_go,
    groups_have_their_own_cohorts,
    cases_are_counted,
    two_way_lines_are_liable,
    laws_of_groups_exist,
)
