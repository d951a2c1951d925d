"""What was laid out and received: by the investor, and by each tranche."""

from __future__ import annotations

import pytest
from group_deal import effect_deal, settled, values

from sib.holding import holding, investors_tranches

YEARLY = {"rate": 0.1, "basis": "per_year", "compounding": "simple", "day_count": "30E/360"}
LAYERS = {
    "tranches": [
        {"name": "senior", "share": 0.5}, {"name": "junior", "share": 0.2},
        {"name": "work", "share": 0.2, "holder": "provider"}, {"name": "gift", "share": 0.1, "holder": "funder",
         "grant": True},
    ],
    "waterfall": [
        "interest:senior", "principal:senior", "principal:work", "interest:junior", "principal:junior",
        "success_fee:junior", "surplus",
    ],
}
STRAIGHT = {"kind": "fixed", "name": "straight", "amount": 30, "months": [24], "to": "investor"}
DAMAGES = {"kind": "two_way", "name": "damages", "metric": "reduction", "months": [36], "to": "investor",
           "rows": [{"pays": -40}, {"at_least": 3, "pays": 10}]}


def into(amount):
    return {"kind": "fixed", "name": "into", "amount": amount, "months": [12]}


def held(*lines, tranche=None, reduction=5, **contract):
    deal = effect_deal(contract={"payments": list(lines)} | contract)
    flows = settled(deal, {"reduction": values(deal, "reduction", (reduction, None, None))})
    return holding(deal, flows, tranche=tranche)


def euros(each):
    return [float(amount[0]) / 100 for amount in (each.outlay, each.receipts)]


class TestTheOnlyTranche:
    """1,000 at 10%: what goes straight to the investor, or comes straight from it, belongs to it too."""

    def test_all_kinds_of_receipts(self):
        # 100 of interest and 1,000; a success fee of 50; 30 straight; 10 under the two-way line
        found = held(into(1150), STRAIGHT, DAMAGES, interest=YEARLY)
        assert euros(found) == [1000, 1190]
        assert found.principal.sum() == 1000_00
        assert (found.net[0][[0, 12, 24, 36]] / 100).tolist() == [-1000, 1150, 30, 10]
        assert euros(held(into(1150), STRAIGHT, DAMAGES, interest=YEARLY, tranche="investor")) == [1000, 1190]

    def test_debts_are_taken_off(self):
        found = held(into(1150), DAMAGES, reduction=2, interest=YEARLY)
        assert euros(found) == [1000, 1110]
        assert found.received[36, 0] == -40_00

    def test_debts_of_the_provider_are_its_own(self):
        provider = DAMAGES | {"liable": "provider", "to": "provider"}
        assert euros(held(into(1150), provider, reduction=2, interest=YEARLY)) == [1000, 1150]

    def test_guarantees_are_receipts(self):
        promise = {"kind": "recovery_floor", "name": "floor", "amount": 1200}
        found = held(into(400), guarantees=[promise])
        assert euros(found) == [1000, 1200]
        assert found.principal.sum() == 1000_00  # 400 and 600; 200 are beyond what is owed

    def test_early_end_is_a_receipt(self):
        low = {"name": "low", "metric": "reduction", "at_most": 5}
        end = {"name": "stop", "when": "low", "principal": 0.9, "interest": 0.5}
        found = held(into(0), triggers=[low], early_ends=[end], interest=YEARLY)
        assert euros(found) == [1000, 900 + 50]

    def test_unspent_money_lowers_the_outlay(self):
        lines = [{"activity": "work", "number": 10, "unit_price": 100, "when": {"stage": "plan"}}]
        deal = effect_deal(contract={"payments": [into(300)]}, budget={"total": 1000, "lines": lines})
        # nobody comes: all of it goes back in month 1
        flows = settled(deal, {"reduction": values(deal, "reduction", (5, None, None))})
        found = holding(deal, flows)
        assert euros(found) == [0, 300]
        assert found.net[0][[0, 1, 12]].tolist() == [-1000_00, 1000_00, 300_00]


class TestLayers:
    """The investor holds two of four tranches."""

    def test_whose(self):
        assert investors_tranches(effect_deal(contract=LAYERS)) == ["senior", "junior"]

    @pytest.mark.parametrize(("tranche", "outlay", "receipts"), [
        (None, 700, 800), ("senior", 500, 500), ("junior", 200, 300), ("work", 200, 200), ("gift", 100, 0),
    ])
    def test_by_tranche(self, tranche, outlay, receipts):
        assert euros(held(into(1000), tranche=tranche, **LAYERS)) == [outlay, receipts]

    def test_what_goes_straight_belongs_to_no_single_tranche(self):
        assert euros(held(into(500), STRAIGHT, **LAYERS)) == [700, 530]
        assert euros(held(into(500), STRAIGHT, tranche="senior", **LAYERS)) == [500, 500]
        assert euros(held(into(500), STRAIGHT, tranche="junior", **LAYERS)) == [200, 0]

    def test_a_grant_of_the_investor_is_outlay(self):
        tranches = [{"name": "loan", "share": 0.6}, {"name": "gift", "share": 0.4, "grant": True}]
        waterfall = ["principal:loan", "surplus"]
        assert euros(held(into(1000), tranches=tranches, waterfall=waterfall)) == [1000, 600]
        assert euros(held(into(1000), STRAIGHT, tranches=tranches, waterfall=waterfall)) == [1000, 630]
