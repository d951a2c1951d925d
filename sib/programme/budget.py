"""What the work costs, when, and what is left: the budget as spent in each trial.

In come the budget lines and the cases by start month, out goes ``Spending`` in cents by payee, period and
trial. Nothing here knows who finances it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sib.arrays import Cents, add_up
from sib.chance.draws import BLOCK, Stream, case_uniforms
from sib.deal.consistency import last_start_of_all
from sib.deal.programme import Fixed
from sib.deal.scenario import Scenario
from sib.deal.spending import BudgetLine
from sib.money import even_split, exact, round_half_away
from sib.programme.savings import Arrivals, Caseload, amounts, total_by


@dataclass(frozen=True, slots=True)
class Spending:
    """Cost of the work.

    Parameters
    ----------
    by_line : dict of str to ndarray of shape (n_periods, n_trials), or (n_periods, 1) where all trials agree
        Cents spent by budget line.
    unspent : ndarray of shape (n_trials,), or (1,)
        Cents of the budget that nobody needed.
    unspent_period : int
        Period at whose end that is known.
    saved : ndarray of shape (n_trials,), or 0
        Of the unspent money, what an early end of the contract saved.
    """

    by_line: dict[str, Cents]
    unspent: Cents
    unspent_period: int
    saved: Cents | float = 0.0

    @property
    def total(self) -> Cents:
        """All lines together, shape (n_periods, n_trials)."""
        return add_up(self.by_line.values())


def spend(deal: Scenario, tables: Sequence[Arrivals], *, stream: Stream, n_periods: int) -> Spending:
    """Return what every line spends in one block.

    Parameters
    ----------
    tables : sequence of Arrivals
        Who came of each segment.
    """
    by_line: dict[str, Cents] = {}
    unspent = np.zeros(1)
    for line in deal.budget.lines:
        spent = SPENT[_form(line)](deal, line, tables, stream)
        room = np.zeros((n_periods, spent.shape[1]))
        room[: len(spent)] = spent
        by_line[line.activity] = room
        unspent = unspent + line_total(line) - spent.sum(axis=0)
    return Spending(by_line=by_line, unspent=unspent, unspent_period=last_start_of_all(deal))


def spend_on(deal: Scenario, plans: Cents, *, n_periods: int) -> Spending:
    """Return what every line spends on a group.

    Parameters
    ----------
    plans : ndarray of shape (n_months, BLOCK)
        People by start month.
    """
    by_line: dict[str, Cents] = {}
    unspent = np.zeros(1)
    for line in deal.budget.lines:
        spent = _on_each(line, plans) if line.is_per_case else SPENT[_form(line)](deal, line, [], Stream(0, 0))
        room = np.zeros((n_periods, spent.shape[1]))
        room[: len(spent)] = spent
        by_line[line.activity] = room
        unspent = unspent + line_total(line) - spent.sum(axis=0)
    return Spending(by_line=by_line, unspent=unspent, unspent_period=last_start_of_all(deal))


def _form(line: BudgetLine) -> str:
    if line.when.stage is not None:
        return "custom" if line.when.stage == "custom" else "per_case"
    return "at" if line.when.at is not None else "spread"


def _at(deal: Scenario, line: BudgetLine, tables: Sequence[Arrivals], stream: Stream) -> Cents:
    """All in one month."""
    spent = np.zeros(((line.when.at or 0) + 1, 1))
    spent[-1] = line_total(line)
    return spent


def _spread(deal: Scenario, line: BudgetLine, tables: Sequence[Arrivals], stream: Stream) -> Cents:
    """Evenly over the stated months."""
    first, months = line.when.from_month or 1, line.when.months or 1
    spent = np.zeros((first + months, 1))
    spent[first:] = even_split(np.array([float(line_total(line))]), months)[0][:, np.newaxis]
    return spent


def _per_case(deal: Scenario, line: BudgetLine, tables: Sequence[Arrivals], stream: Stream) -> Cents:
    """The unit price of each case with a plan, from its start month on."""
    return _on_each(line, all_plans(tables))


def _on_each(line: BudgetLine, plans: Cents) -> Cents:
    """The unit price of everybody who comes, from the start month on."""
    months = line.when.months or 1
    instalments = even_split(np.array([float(unit_cents(line))]), months)[0]
    spent = np.zeros((len(plans) + months - 1, plans.shape[1]))
    for k, instalment in enumerate(instalments):
        spent[k : k + len(plans)] += plans * instalment
    return spent


def _custom(deal: Scenario, line: BudgetLine, tables: Sequence[Arrivals], stream: Stream) -> Cents:
    """What cases ask for in their first month, until the line is empty."""
    found = []
    for segment, table in zip(deal.segments, tables, strict=True):
        wishes = wishes_of(line, segment.name, stream=stream, n_cases=table.n_cases)
        if wishes.size == 1:
            found.append(table.plans * wishes)
            continue
        starts = np.broadcast_to(table.starts, wishes.shape)
        plan = np.broadcast_to(table.plan, wishes.shape)
        code = (starts * BLOCK + np.arange(BLOCK))[plan]
        found.append(total_by(code, wishes[plan], shape=(len(table.plans), BLOCK)))
    asked = _by_month(found)
    drawn = np.minimum(np.cumsum(asked, axis=0), line_total(line))
    return np.diff(drawn, axis=0, prepend=0.0)


def wishes_of(line: BudgetLine, segment: str, *, stream: Stream, n_cases: int) -> Cents:
    """Return what each case asks of a custom line, in cents: (n_cases, BLOCK), or (1, 1) where all ask the same."""
    terms = line.when.per_case
    if isinstance(terms, Fixed):
        return round_half_away(np.array([[max(terms.amount, 0.0) * 100]]))
    u = case_uniforms(stream, f"custom {line.activity}", segment=segment, n_cases=n_cases)
    return round_half_away(np.maximum(amounts(u, terms), 0.0) * 100)


def draws_anything(deal: Scenario) -> bool:
    """Whether what cases ask for differs from case to case, beside how many of them come."""
    return any(line.when.stage == "custom" and not isinstance(line.when.per_case, Fixed) for line in deal.budget.lines)


SPENT = {"at": _at, "spread": _spread, "per_case": _per_case, "custom": _custom}
"""What each form of timing spends, by month from closing."""


def all_plans(tables: Sequence[Arrivals]) -> Cents:
    """Return cases with a plan by start month and trial, all segments together."""
    return _by_month([table.plans for table in tables])


def _by_month(found: list[Cents]) -> Cents:
    """Add up arrays of shape (n_months, BLOCK or 1) that differ in length."""
    added = np.zeros((max(len(each) for each in found), max(each.shape[1] for each in found)))
    for each in found:
        added[: len(each)] += each
    return added


def own_cost(load: Caseload) -> Cents:
    """Return what the programme spends on each row's case: unit prices, and what it asks of custom lines."""
    cost = np.zeros(len(load.rows.trial))
    for line in load.deal.budget.lines:
        if line.is_per_case:
            cost += unit_cents(line)
        elif line.when.stage == "custom":
            wishes = wishes_of(line, load.segment.name, stream=load.stream, n_cases=load.rows.n_cases)
            cost += wishes[0, 0] if wishes.size == 1 else load.rows.pick(wishes)
    return cost


def line_total(line: BudgetLine) -> int:
    """Return what a budget line may cost in all, in cents."""
    return int(line.number * exact(line.unit_price) * 100)


def unit_cents(line: BudgetLine) -> int:
    """Return the price of one unit, in cents."""
    return int(exact(line.unit_price) * 100)
