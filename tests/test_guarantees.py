"""What each guarantee is called for, below, on and above where it begins; amounts in cents."""

from __future__ import annotations

import numpy as np
import pytest
from group_deal import effect_deal, euros, settled, values
from hypothesis import given
from hypothesis import strategies as st

from sib.contract.guarantees import CALLS, Position, call
from sib.deal.lending import BuiltUp, FirstLoss, LossShare, PrincipalFloor, RecoveryFloor


def terms(kind, **given):
    name = kind.model_fields["kind"].annotation.__args__[0]
    return kind.model_validate({"kind": name, "name": "promise"} | given)


def position(receipts, *, outlay=1000, repaid=None, period=36):
    """A position on an outlay in cents; all that was received was principal unless said."""
    back = min(receipts, outlay) if repaid is None else repaid
    cents = (outlay, receipts, outlay - back, back)
    return Position(*(np.array([float(each)]) for each in cents), period)


DEPOSITS = [{"month": 12, "amount": 1}, {"month": 24, "amount": 2}, {"month": 37, "amount": 50}]
CALLED = {
    RecoveryFloor: [
        ({"share": 0.75}, {0: 750, 749: 1, 750: 0, 751: 0, 1200: 0}),
        ({"amount": 4}, {0: 400, 399: 1, 400: 0, 401: 0}),
        ({"amount": 12}, {1000: 200, 1199: 1, 1200: 0}),  # a floor above the outlay
        ({"share": 0.75, "limit": 5}, {0: 500, 249: 500, 250: 500, 251: 499, 750: 0}),
        ({"share": 0.0}, {0: 0}),
    ],
    FirstLoss: [
        ({"limit": 3}, {0: 300, 699: 300, 700: 300, 701: 299, 999: 1, 1000: 0, 1001: 0}),
        ({"limit": 0}, {0: 0}),
    ],
    LossShare: [
        ({"share": 0.5}, {0: 500, 998: 1, 999: 1, 1000: 0, 1500: 0}),  # half a cent goes up
        ({"share": 0.5, "limit": 2}, {0: 200, 599: 200, 600: 200, 602: 199}),
        ({"share": 1.0}, {0: 1000, 999: 1}),
    ],
    PrincipalFloor: [
        ({"share": 0.9}, {0: 900, 899: 1, 900: 0, 901: 0}),
        ({"share": 0.9, "limit": 1}, {0: 100, 799: 100, 800: 100, 801: 99}),
        ({"share": 1.0}, {999: 1, 1000: 0}),
    ],
    BuiltUp: [
        ({"deposits": DEPOSITS}, {0: 300, 699: 300, 700: 300, 701: 299, 1000: 0, 1001: 0}),
        ({"deposits": DEPOSITS, "limit": 1}, {0: 100, 950: 50}),
    ],
}
"""By kind: terms, and cents called by what was received of 1,000."""


def test_every_kind_has_a_table():
    assert set(CALLED) == set(CALLS)


@pytest.mark.parametrize(("kind", "given", "receipts", "cents"), [
    (kind, given, receipts, cents)
    for kind, tables in CALLED.items() for given, rows in tables for receipts, cents in rows.items()
])
def test_by_hand(kind, given, receipts, cents):
    assert call(terms(kind, **given), position(receipts)).tolist() == [cents]


@pytest.mark.parametrize(("period", "cents"), [(0, 0), (11, 0), (12, 100), (23, 100), (24, 300), (36, 300), (37, 1000)])
def test_a_balance_builds_up(period, cents):
    assert call(terms(BuiltUp, deposits=DEPOSITS), position(0, period=period)).tolist() == [cents]


def test_interest_counts_for_a_recovery_but_not_for_principal():
    # 1,000 lent, 400 of interest and 500 of principal received
    held = position(900, repaid=500)
    assert call(terms(RecoveryFloor, share=0.9), held).tolist() == [0]
    assert call(terms(PrincipalFloor, share=0.9), held).tolist() == [400]
    assert call(terms(LossShare, share=0.9), held).tolist() == [450]
    assert call(terms(FirstLoss, limit=9), held).tolist() == [100]


@given(st.integers(0, 3000), st.integers(0, 2000), st.integers(0, 1000), st.integers(0, 1500))
def test_a_floor_lifts_to_the_floor_and_no_further(receipts, outlay, thousandths, limit):
    held = position(receipts, outlay=outlay)
    floor = (2 * outlay * thousandths + 1000) // 2000
    (pays,) = call(terms(RecoveryFloor, share=thousandths / 1000), held)
    assert receipts + pays == max(receipts, floor)
    (capped,) = call(terms(RecoveryFloor, share=thousandths / 1000, limit=limit / 100), held)
    assert capped == min(pays, limit)
    (first,) = call(terms(FirstLoss, limit=limit / 100), held)
    assert first == min(limit, max(outlay - receipts, 0))


TWO = {
    "tranches": [{"name": "senior", "share": 0.7}, {"name": "junior", "share": 0.3}],
    "waterfall": ["principal:senior", "principal:junior", "surplus"],
}


def ended(pays, *guarantees, trials=((0,),), **contract):
    """Settle a deal of 1,000 that pays so much on the first date at any value."""
    line = {"kind": "step_table", "name": "pay", "metric": "reduction", "months": [12], "rows": [{"pays": pays}]}
    deal = effect_deal(contract={"payments": [line], "guarantees": list(guarantees)} | contract)
    return settled(deal, {"reduction": values(deal, "reduction", *(((*trial, None, None)) for trial in trials))})


FLOOR = {"kind": "recovery_floor", "name": "floor", "share": 0.6}
FIRST = {"kind": "first_loss", "name": "first", "limit": 250}


class TestCalled:
    """At the end of the contract, one after another."""

    def test_at_maturity_in_the_order_of_the_file(self):
        flows = ended(400, FIRST, FLOOR)
        assert euros(flows.guaranteed["first", "principal:investor"], 36) == [250]
        assert not flows.guaranteed["floor", "principal:investor"].any()  # 650 of 1,000 is above the floor
        flows = ended(400, FLOOR, FIRST)
        assert euros(flows.guaranteed["floor", "principal:investor"], 36) == [200]
        assert euros(flows.guaranteed["first", "principal:investor"], 36) == [250]
        assert flows.written_off["investor"].tolist() == [150_00]

    def test_divided_over_tranches_by_their_losses(self):
        # 400 to the senior: it loses 300, the junior 300
        flows = ended(400, FIRST, FLOOR | {"share": 0.8}, **TWO)
        assert sum(amounts.sum() for amounts in flows.guaranteed.values()) == 400_00
        assert flows.guaranteed["first", "principal:senior"].sum() == 125_00
        assert flows.guaranteed["floor", "principal:junior"].sum() == 75_00

    @pytest.mark.parametrize(("kind", "share", "each"), [("share_of_loss", 0.5, (350, 150)),
                                                         ("protected_principal", 0.2, (140, 60))])
    def test_a_promise_on_principal_is_divided_by_lost_principal(self, kind, share, each):
        # at 24 the senior gets 700 of interest and loses its principal all the same, the junior gets nothing
        dear = {"rate": 0.5, "basis": "per_year", "compounding": "simple", "day_count": "30E/360"}
        promise = {"kind": kind, "name": "promise", "share": share}
        pays = {"kind": "fixed", "name": "pay", "amount": 700, "months": [24]}
        flows = ended(0, promise, interest=dear, payments=[pays], **TWO | {
            "waterfall": ["interest:senior", "principal:senior", "interest:junior", "principal:junior", "surplus"]})
        assert flows.paid["interest:senior"].sum() == 700_00
        found = [flows.guaranteed["promise", f"principal:{name}"].sum() / 100 for name in ("senior", "junior")]
        assert found == list(each)

    def test_only_the_tranches_that_are_covered(self):
        flows = ended(400, FIRST | {"tranches": ["senior"]}, **TWO)
        assert euros(flows.guaranteed["first", "principal:senior"], 36) == [250]
        assert ("first", "principal:junior") not in flows.guaranteed

    def test_principal_then_interest_then_beyond(self):
        yearly = {"rate": 0.1, "basis": "per_year", "compounding": "simple", "day_count": "30E/360"}
        # 300 of interest over three years; a floor of 1,500 is 200 beyond what is owed
        flows = ended(0, {"kind": "recovery_floor", "name": "floor", "amount": 1500}, interest=yearly)
        parts = {claim: euros(amounts, 36) for (_, claim), amounts in flows.guaranteed.items()}
        assert parts == {"principal:investor": [1000], "interest:investor": [300], "extra:investor": [200]}
        assert flows.written_off["investor"].tolist() == [0]

    def test_what_goes_straight_to_the_investor_is_a_receipt(self):
        line = {"kind": "fixed", "name": "straight", "amount": 500, "months": [24], "to": "investor"}
        flows = ended(0, FLOOR, payments=[line])
        assert euros(flows.guaranteed["floor", "principal:investor"], 36) == [100]

    def test_nothing_is_called_where_nothing_is_lost(self):
        flows = ended(1000, FLOOR, FIRST)
        assert all(not amounts.any() for amounts in flows.guaranteed.values())

    def test_at_early_end(self):
        low = {"name": "low", "metric": "reduction", "below": 1}
        end = {"name": "stop", "when": "low", "principal": 0.1, "interest": 0}
        flows = ended(0, FLOOR, triggers=[low], early_ends=[end], trials=((0,), (5,)))
        # 999.99... the work is done in month 1, so nothing comes back; 100 of redemption, lifted to 600
        assert flows.payments["early end: stop"][12].tolist() == [100_00, 0]
        assert flows.guaranteed["floor", "principal:investor"][12].tolist() == [500_00, 0]
        assert flows.guaranteed["floor", "principal:investor"][36].tolist() == [0, 600_00]
