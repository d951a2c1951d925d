"""The proof that the books close: it holds for sound books, and every check catches the fault it is there for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from one_block import household, plain_deal

from sib.accountant.reconcile import Audit
from sib.chapter import Chapter, net_payments, reconcile
from sib.engine import replay
from sib.errors import ConservationError
from sib.ledger import ACCOUNT, Movement, balances, parties


@pytest.fixture(scope="module")
def chapter():
    """A block in which all happens: money back, two tranches, fees, a trigger, wrong claims, two budgets."""
    deal = plain_deal(
        household(cases=8, success=0.6, saving={"kind": "lognormal", "mean": 150, "cv": 0.8}, deadweight=0.1,
                  by_law={"Wmo": 0.7, "Jeugdwet": 0.1, "Zvw": 0.2}),
        enrolment={"kind": "uniform", "low": 0.5, "high": 1.0},
        payers={"Wmo": {"party": "municipality"}, "Jeugdwet": {"party": "municipality"}, "Zvw": {"party": "insurer"}},
        counting={"laws": ["Wmo", "Jeugdwet"]},
        accountant={"claims": {"invalid": 0.2}, "review": {"wrong_rejection": 0.1, "invalid_detected": 0.5}},
        timeline={"maturity": 24},
        contract={
            "interest": {"rate": 0.1, "basis": "over_term"},
            "fees": [{"name": "office", "payee": "intermediary", "amount": 11, "months": [12]}],
            "payments": [{"kind": "savings_share", "name": "repayment", "share": 0.9},
                         {"kind": "fixed", "name": "subsidy", "amount": 20, "to": "provider"}],
            "tranches": [{"name": "a", "share": 0.5}, {"name": "b", "share": 0.5}],
            "waterfall": ["fees", "interest:a", "principal:a", "interest:b", "principal:b", "surplus"],
        },
    )
    return replay(deal, 1, trial=0)[0]


def test_sound_books_close(chapter):
    audit = Audit()
    reconcile(chapter, audit)
    assert audit.passed == {name for name, _ in FAULTS}


def with_a_cent(amounts, *place, cents=1.0):
    """A copy of an array in which one cell is a cent more."""
    changed = amounts.copy()
    changed[place] += cents
    return changed


def rebooked(chapter: Chapter, clause: str, cents: float, *, period: int) -> Chapter:
    """The chapter with one movement changed in one trial, at both of its ends."""
    assert clause in {each.clause for each in chapter.book}
    book = [
        replace(each, amounts=with_a_cent(np.broadcast_to(each.amounts, chapter.shape), period, 7, cents=cents))
        if each.clause == clause else each
        for each in chapter.book
    ]
    return replace(chapter, book=book, cash=balances(book, parties(chapter.deal), shape=chapter.shape))


def first_of(named: dict[str, np.ndarray], *place: int) -> dict[str, np.ndarray]:
    """Named amounts with a cent more in the first of them."""
    name = next(iter(named))
    return named | {name: with_a_cent(named[name], *place)}


def in_flows(chapter: Chapter, **changes: object) -> Chapter:
    return replace(chapter, flows=replace(chapter.flows, **changes))


def in_pockets(chapter: Chapter, name: str) -> Chapter:
    return replace(chapter, pockets=replace(chapter.pockets, **{name: first_of(getattr(chapter.pockets, name), 1, 7)}))


def a_party_gets_more(chapter: Chapter) -> Chapter:
    return replace(chapter, cash=chapter.cash | {"investor": with_a_cent(chapter.cash["investor"], 12, 7)})


def half_cents(chapter: Chapter) -> Chapter:
    # half a cent from one party to another keeps all sums
    cash = chapter.cash
    return replace(chapter, cash=cash | {
        "investor": with_a_cent(cash["investor"], 12, 7, cents=0.5),
        "outcome_payer": with_a_cent(cash["outcome_payer"], 12, 7, cents=-0.5),
    })


def paid_before_it_was_drawn(chapter: Chapter) -> Chapter:
    # costs of closing come out of the account, and into it in month 1
    book = [*chapter.book, Movement(ACCOUNT, "provider", "cost:early", np.zeros(chapter.shape))]
    early = replace(chapter, book=book)
    return rebooked(rebooked(early, "cost:early", 100_000_00.0, period=0), "drawdown:a", 100_000_00.0, period=1)


def a_negative_movement(chapter: Chapter) -> Chapter:
    return rebooked(chapter, "payment:subsidy", -20_01.0, period=12)


def unspent_but_forgotten(chapter: Chapter) -> Chapter:
    spending = chapter.spending
    return replace(chapter, spending=replace(spending, unspent=with_a_cent(spending.unspent, 7)))


FAULTS: tuple[tuple[str, Callable[[Chapter], Chapter]], ...] = (
    ("sum over parties is zero in every period", a_party_gets_more),
    ("contract account is never overdrawn", paid_before_it_was_drawn),
    ("contract account ends empty", lambda chapter: rebooked(chapter, "drawdown:b", 1.0, period=0)),
    ("every party's cash is whole cents", half_cents),
    ("no movement is negative", a_negative_movement),
    ("budget is spent or unspent", unspent_but_forgotten),
    ("no tranche is below zero", lambda chapter: in_flows(
        chapter, outstanding={"a": with_a_cent(chapter.flows.outstanding["a"], 12, 7, cents=-10_000_00.0)})),
    ("no interest is below zero", lambda chapter: in_flows(
        chapter, interest_due={name: amounts - 1e6 for name, amounts in chapter.flows.interest_due.items()})),
    ("drawn less repaid is outstanding", lambda chapter: in_flows(
        chapter, draws=first_of(chapter.flows.draws, 0, 7))),
    ("what comes into the waterfall goes out of it", lambda chapter: in_flows(
        chapter, payments=first_of(chapter.flows.payments, 12, 7))),
    ("bridge: claimed less every reason is validated", lambda chapter: replace(
        chapter, claimed=with_a_cent(chapter.claimed, 7))),
    ("every case ends in one state", lambda chapter: replace(chapter, states=first_of(chapter.states, 7))),
    ("true savings fall on a law", lambda chapter: in_pockets(chapter, "direct")),
    ("validated savings fall on a law", lambda chapter: in_pockets(chapter, "validated")),
    ("payments are charged to a law", lambda chapter: in_pockets(chapter, "payments")),
)
"""Each check, and the smallest fault that it must find: mostly one cent in one trial."""


@pytest.mark.parametrize(("check", "spoil"), FAULTS, ids=[name for name, _ in FAULTS])
def test_a_fault_is_found(chapter, check, spoil):
    with pytest.raises(ConservationError, match=f"^{check}: does not hold in .*; this is a bug$"):
        reconcile(spoil(chapter), Audit())


def test_a_fault_in_any_reason_and_in_what_came_late_is_found(chapter):
    for name in chapter.bridge:
        spoilt = replace(chapter, bridge=chapter.bridge | {name: with_a_cent(chapter.bridge[name], 255)})
        with pytest.raises(ConservationError, match="bridge"):
            reconcile(spoilt, Audit())
    savings, cases = chapter.late
    with pytest.raises(ConservationError, match="bridge"):
        reconcile(replace(chapter, late=(with_a_cent(savings, 0, 3), cases)), Audit())


def test_net_payments_leave_out_the_surplus(chapter):
    """What all lines paid less what came back; the account keeps nothing."""
    flows = chapter.flows
    paid = sum(amounts.sum(axis=0) for amounts in flows.payments.values())
    surplus = flows.paid["surplus:"].sum(axis=0)
    np.testing.assert_array_equal(net_payments(flows), paid - surplus)
    others = sum(amounts.sum(axis=0) for claim, amounts in flows.paid.items() if claim != "surplus:")
    direct = flows.payments["subsidy"].sum(axis=0)
    np.testing.assert_array_equal(net_payments(flows), others + direct)


def test_shape_is_periods_by_trials(chapter):
    assert chapter.shape == (25, 256)
