"""What a contract leaves open: rules that parties argue about later because no clause speaks of them.

Comes in: a scenario. Go out: remarks with the path of the term that would settle it; their sentences are in
``views/left_open.py``. Each question is one small function in a list below. What can be settled by saying so is
settled by a source on that field.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sib.deal.cautions import validated_too_late
from sib.deal.group import CountsProgramme, EffectMetric, EffectProgramme
from sib.deal.independence import Remark, Said
from sib.deal.lines import Payment, PerPoint, Proportional, RateCard, TwoWay
from sib.deal.programme import Intake
from sib.deal.rows import bound_of
from sib.deal.scenario import Scenario
from sib.deal.term import Term

LONG_INTAKE_MONTHS = 18
"""Months of intake that one pool can hold before early and late cases are different people."""
STOPPABLE_MONTHS = 12
"""Months of intake from which a stop is worth a clause."""
LONG_DEAL_MONTHS = 36
"""Months from which a deal without a way out is a long one."""
VOLUME = ("savings_share", "shortfall")
"""Kinds of line on a metric in which one case more is worth the same early and late."""
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
POOLED = re.compile(r"\b(?:cohorts?|pool(?:ed)?|together|samen)\b", re.IGNORECASE)
COMPARED = re.compile(
    r"\b(?:compar\w+|control\w*|counterfactual|randomi\w+|baseline|match\w*|propensity|deadweight|anyway"
    r"|before and after|(?:year|group)s? (?:before|without)|without (?:the )?(?:help|programme)|nulgroep"
    r"|vergelek\w*|vergelij\w*|controle\w*|nulmeting)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reader:
    """A trigger or line and what it reads: a metric of one cohort or of all, with the levels at which it turns."""

    metric: str
    cohort: str | None
    levels: tuple[tuple[str, float], ...]

    @property
    def name(self) -> str:
        """The metric as the payoff takes it."""
        return self.metric if self.cohort is None else f"{self.metric}.{self.cohort}"


def left_open(deal: Scenario) -> list[tuple[str, Remark]]:
    """Return what a contract leaves open, as far as its terms alone show it, each with the kind of question."""
    return [(kind, said) for kind, question in LINT for said in question(deal)]


def _is_stated(term: Term, field: str) -> bool:
    """Whether a field was written, or a source speaks of its absence."""
    return field in term.model_fields_set or (isinstance(term.source, dict) and field in term.source)


def _words(*places: tuple[Term, str]) -> str:
    """Return the source that holds for a field, from the innermost table outwards."""
    return next((said for term, field in places if (said := term.source_of(field))), "")


def _own_words(term: Term) -> str:
    """Return all that a table says of its sources."""
    return " ".join(term.source.values()) if isinstance(term.source, dict) else term.source or ""


def readers(deal: Scenario) -> Iterator[Reader]:
    """Yield what the contract reads of the programme, by whom."""
    for trigger in deal.contract.triggers:
        if trigger.metric is not None:
            path = f"contract.triggers.{trigger.name}.{trigger.comparison}"
            levels = tuple((path, level) for level in trigger.thresholds)
            for cohort in dict.fromkeys((trigger.cohort, None if trigger.pool is not None else trigger.cohort)):
                yield Reader(trigger.metric, cohort, levels)
    for line in deal.contract.payments:
        if isinstance(line, RateCard):
            for price in line.prices:
                yield Reader(price.outcome, line.cohort, ())
        metric = getattr(line, "metric", None)
        if metric is not None:
            yield Reader(metric, getattr(line, "cohort", None), tuple(_turns(line)))


def _turns(line: Payment) -> Iterator[tuple[str, float]]:
    """The fields and levels at which what a line pays turns."""
    path = f"contract.payments.{line.name}"
    rows = [bound_of(row) for row in getattr(line, "rows", ())]
    yield from ((f"{path}.rows", bound[0]) for bound in rows if bound is not None)
    yield from ((f"{path}.points", point.at) for point in getattr(line, "points", ()))
    if isinstance(line, PerPoint):
        yield from ((f"{path}.from", line.from_value + n * line.point) for n in (0, 1))
    if isinstance(line, Proportional):
        yield f"{path}.at_least", line.at_least * line.target


def cohort_rule(deal: Scenario) -> Said:
    """One pool for everybody: early cases can carry late ones, or the other way round."""
    span, kinds = intake_span(deal), len(deal.segments) or len(deal.cohorts)
    read: list[tuple[str, Any]] = [("triggers", each) for each in deal.contract.triggers]
    read += [("payments", each) for each in deal.contract.payments if each.kind not in VOLUME]
    named = [(room, each) for room, each in read if getattr(each, "metric", None) not in (None, "enrolled")]
    if any(getattr(each, "cohort", None) for _, each in named):
        return
    open_ones = [(room, each) for room, each in named if not POOLED.search(_own_words(each))]
    if open_ones and (span > LONG_INTAKE_MONTHS or kinds > 1):
        room, first = open_ones[0]
        path, table = f"contract.{room}.{first.name}.cohort", _table_of_cohorts(deal)
        if span > LONG_INTAKE_MONTHS:
            yield Remark(path, "one_pool_of_months", {"months": span, "table": table})
        else:
            yield Remark(path, "one_pool_of_kinds", {"kinds": kinds, "table": table})


def _table_of_cohorts(deal: Scenario) -> str:
    """Return where the cohorts of a deal are told apart."""
    if isinstance(deal.programme, EffectProgramme):
        return "programme.cohorts"
    return "programme.groups" if isinstance(deal.programme, CountsProgramme) else "contract.cohorts"


def intake_span(deal: Scenario) -> int:
    """Return the months from the first start to the last, both included."""
    if isinstance(deal.programme, EffectProgramme):
        starts = [(cohort.start, cohort.start) for cohort in deal.programme.cohorts]
    else:
        groups = deal.programme.groups if isinstance(deal.programme, CountsProgramme) else deal.segments
        starts = [_first_and_last(group.intake) for group in groups]
    return max(last for _, last in starts) - min(first for first, _ in starts) + 1


def _first_and_last(intake: Intake) -> tuple[int, int]:
    begin = intake.from_month + intake.delay
    coming = [place for place, count in enumerate(intake.counts or (1,) * intake.months) if count]
    return (begin + coming[0], begin + coming[-1]) if coming else (begin, begin)


def comparison(deal: Scenario) -> Said:
    """An effect is a difference, and nobody says from what. Cases have a caution on deadweight."""
    programme = deal.programme
    if isinstance(programme, EffectProgramme):
        for metric in _measured(deal):
            if not any(map(COMPARED.search, map(_own_words, (metric.effect, metric, programme, deal)))):
                yield Remark(f"programme.metrics.{metric.name}.effect", "compared_with_nothing")
    if isinstance(programme, CountsProgramme) and any(isinstance(line, RateCard) for line in deal.contract.payments):
        said = [_own_words(outcome) for group in programme.groups for outcome in group.outcomes]
        said += [_own_words(each) for each in (*deal.contract.payments, *programme.groups, programme)]
        if not any(map(COMPARED.search, said)):
            yield Remark("contract.payments", "gross_outcomes")


def _measured(deal: Scenario) -> list[EffectMetric]:
    """Metrics of an effect that the contract reads."""
    metrics = getattr(deal.programme, "metrics", ())
    return [metric for metric in metrics if metric.name in deal.contract.metrics_used]


def price_level(deal: Scenario) -> Said:
    """Savings at unit costs of an unknown year."""
    programme = deal.programme
    valued = [
        (f"segments.{each.name}.saving", _own_words(each.saving) + _words((each, "saving"), (programme, "segments")))
        for each in deal.segments
    ]
    valued += [
        (f"metrics.{each.name}", f"{_own_words(each)} {_words((programme, 'metrics'))}")
        for each in getattr(programme, "metrics", ()) if each.worth or each.unit == "eur"
    ]
    valued += [
        (f"groups.{group.name}.outcomes.{each.name}.worth", f"{_own_words(each)} {_own_words(group)}")
        for group in getattr(programme, "groups", ()) for each in group.outcomes if each.worth
    ]
    undated = [path for path, said in valued if not YEAR.search(f"{said} {_own_words(deal)}")]
    if undated:
        values = {"currency": deal.currency, "others": len(undated) - 1}
        yield Remark(f"programme.{undated[0]}", "undated_prices" if len(undated) > 1 else "undated_price", values)


def double_count_rule(deal: Scenario) -> Said:
    """A saving that two laws or payers book."""
    counting = deal.accountant.counting
    stated = _is_stated(counting, "double_counting") or any(_is_stated(each, "double_count") for each in deal.segments)
    if deal.segments and len(counting.laws) > 1 and not stated:
        yield Remark("accountant.counting.double_counting", "double_count", {"laws": len(counting.laws)})


def cap_per_person(deal: Scenario) -> Said:
    """A person who reaches several outcomes is paid for several times."""
    for line in deal.contract.payments:
        if not isinstance(line, RateCard) or _is_stated(line, "cap_per_person"):
            continue
        priced = {price.outcome for price in line.prices}
        for group in getattr(deal.programme, "groups", ()):
            both = [outcome.name for outcome in group.outcomes if outcome.name in priced]
            if len(both) > 1 and line.cohort in (None, group.name):
                values = {"group": group.name, "prices": len(both)}
                yield Remark(f"contract.payments.{line.name}.cap_per_person", "cap_per_person", values)
                break


def early_end(deal: Scenario) -> Said:
    """A long deal that nobody can leave."""
    months = deal.timeline.maturity
    if months > LONG_DEAL_MONTHS and not deal.contract.early_ends and not _is_stated(deal.contract, "early_ends"):
        yield Remark("contract.early_ends", "no_way_out", {"months": months})


def stop_of_intake(deal: Scenario) -> Said:
    """People keep coming whatever the first results are."""
    span = intake_span(deal)
    if span > STOPPABLE_MONTHS and not _is_stated(deal.contract, "stop_intake") and _can_stop(deal):
        yield Remark("contract.stop_intake", "no_stop", {"months": span})


def _can_stop(deal: Scenario) -> bool:
    return not isinstance(deal.programme, EffectProgramme)


def last_date(deal: Scenario) -> Said:
    """Interest runs to maturity, payments do not. Claims that come too late are a caution."""
    last, maturity = deal.timeline.payment_months[-1], deal.timeline.maturity
    if last < maturity and not any(validated_too_late(deal)):
        yield Remark("timeline.payment_dates", "last_date", {"date": last, "maturity": maturity})


def guarantors_fail(deal: Scenario) -> Said:
    """A guarantor that is as good as cash, because nobody asked."""
    for terms in deal.contract.guarantees:
        if not _is_stated(terms, "chance_unable"):
            yield Remark(f"contract.guarantees.{terms.name}.chance_unable", "always_able", {"role": terms.by})


def evaluator_errs(deal: Scenario) -> Said:
    """Somebody measures or reviews without ever being wrong."""
    for metric in _measured(deal):
        if not _is_stated(metric, "evaluator_sd"):
            yield Remark(f"programme.metrics.{metric.name}.evaluator_sd", "exact_evaluator")
    review = deal.accountant.review
    wrong = ("wrong_rejection", "wrong_adjustment")
    if deal.segments and deal.accountant.mode == "full" and not any(_is_stated(review, each) for each in wrong):
        yield Remark("accountant.review.wrong_rejection", "exact_accountant")


def liability(deal: Scenario) -> Said:
    """A line that can cost its receiver more than anybody wrote down."""
    for line in deal.contract.payments:
        if isinstance(line, TwoWay) and line.liability is None and line.least < 0:
            key = "liability_each_date" if line.measure == "per_period" else "liability"
            values = {"role": line.liable, "amount": round(-line.least)}
            yield Remark(f"contract.payments.{line.name}.liability", key, values)


LINT: tuple[tuple[str, Callable[[Scenario], Said]], ...] = (
    ("cohorts", cohort_rule),
    ("comparison", comparison),
    ("price level", price_level),
    ("double counting", double_count_rule),
    ("double counting", cap_per_person),
    ("early end", early_end),
    ("early end", stop_of_intake),
    ("last date", last_date),
    ("guarantee", guarantors_fail),
    ("errors", evaluator_errs),
    ("liability", liability),
)
"""Kind of question and the function that asks it, in the order in which it is told."""
