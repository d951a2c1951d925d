"""Whose budget a saving falls on, what of it becomes money, and which budget bears the payments: all by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from one_block import household, plain_deal

from sib.arrays import Cents
from sib.deal.scenario import Scenario
from sib.pockets import Pockets, charged, savings_by_law
from sib.programme.grid import grid

TOWN = {"party": "municipality"}
INSURER = {"party": "insurer"}


def deal_of(*, payers: dict[str, Any], segments: list[dict[str, Any]], **tables: Any) -> Scenario:
    """A deal of three years."""
    named = [household(name=f"segment {place}", **terms) for place, terms in enumerate(segments)]
    return plain_deal(*named, payers=payers, timeline={"maturity": 36}, **tables)


def divided(deal: Scenario, true: Any = 0, validated: Any = 0, paid: Any = 0) -> Pockets:
    """Pockets of amounts of shape (n_segments, n_windows), filled up with zeros; one trial, or several."""
    calendar = grid(deal)
    shape = (len(deal.programme.segments), len(calendar.window_starts), np.size(paid))
    rooms = []
    for given_amounts in (true, validated):
        room = np.zeros(shape)
        amounts = np.atleast_2d(np.asarray(given_amounts, dtype=np.float64))
        room[: len(amounts), : amounts.shape[1]] = amounts[..., np.newaxis]
        rooms.append(room)
    found = savings_by_law(deal, rooms[0], validated=rooms[1], calendar=calendar)
    by_period = np.zeros((calendar.n_periods, np.size(paid)))
    by_period[-1] = paid
    return charged(deal, found, paid=by_period, calendar=calendar)


def cents(by_law: dict[str, Cents]) -> dict[str, int]:
    """The first trial, all windows."""
    return {law: int(amounts[..., 0].sum()) for law, amounts in by_law.items()}


class TestTrueSavings:
    PAYERS = {"Wmo": TOWN, "Zvw": INSURER}  # noqa: RUF012

    @pytest.mark.parametrize(
        ("total", "expected"),
        [
            (100, {"Wmo": 50, "Zvw": 50}),
            (101, {"Wmo": 51, "Zvw": 50}),  # the odd cents go to Wmo direct, Wmo real, Zvw direct
            (102, {"Wmo": 52, "Zvw": 50}),
            (103, {"Wmo": 52, "Zvw": 51}),
            (-102, {"Wmo": -52, "Zvw": -50}),
        ],
    )
    def test_odd_cents_go_in_the_order_of_the_payers(self, total: int, expected: dict[str, int]) -> None:
        """Four cells of a quarter, however the segment lists them."""
        for by_law in ({"Wmo": 0.5, "Zvw": 0.5}, {"Zvw": 0.5, "Wmo": 0.5}):
            deal = deal_of(payers=self.PAYERS, segments=[{"by_law": by_law, "direct_share": 0.5}])
            assert cents(divided(deal, true=total).true) == expected

    def test_every_window_is_split_by_itself(self) -> None:
        """Three windows of one cent, each to the larger half."""
        deal = deal_of(payers=self.PAYERS, segments=[{"by_law": {"Wmo": 0.5, "Zvw": 0.5}}])
        assert cents(divided(deal, true=[1, 1, 1]).true) == {"Wmo": 3, "Zvw": 0}

    def test_segments_have_their_own_shares(self) -> None:
        segments = [{"by_law": {"Wmo": 1.0}}, {"by_law": {"Wmo": 0.25, "Zvw": 0.75}}]
        deal = deal_of(payers=self.PAYERS, segments=segments)
        assert cents(divided(deal, true=[[100, 0], [0, 400]]).true) == {"Wmo": 200, "Zvw": 300}

    @given(st.lists(st.integers(-(10**10), 10**10), min_size=1, max_size=3), st.integers(0, 20), st.integers(0, 20))
    def test_nothing_is_lost(self, totals: list[int], law: int, direct: int) -> None:
        by_law = {"Zvw": (20 - law) / 20, "Wmo": law / 20}
        deal = deal_of(payers=self.PAYERS, segments=[{"by_law": by_law, "direct_share": direct / 20}])
        found = divided(deal, true=totals, validated=totals)
        assert sum(cents(found.true).values()) == sum(totals)
        assert cents(found.validated) == {"Wmo": sum(totals), "Zvw": 0}


class TestCashable:
    def test_by_default_only_direct_savings_on_care_paid_by_the_piece(self) -> None:
        payers = {"Wmo": TOWN, "Zvw": INSURER | {"bought": "lump_sum"}}
        table = {"Wmo": {"direct": 0.4, "real": 0.1}, "Zvw": {"direct": 0.3, "real": 0.2}}
        deal = deal_of(payers=payers, segments=[{"shares": table}])
        assert cents(divided(deal, true=1_000).cashable) == {"Wmo": 400, "Zvw": 0}

    def test_a_lump_sum_frees_money_from_its_renewal_on(self) -> None:
        """Windows begin in months 0, 13, 18 (the renewal) and 25; of each, a fifth is direct and lands on the Zvw."""
        payers = {"Wmo": TOWN, "Zvw": INSURER | {"bought": "lump_sum", "renewal_month": 18}}
        table = {"Wmo": {"direct": 0.5}, "Zvw": {"direct": 0.2, "real": 0.3}}
        deal = deal_of(payers=payers, segments=[{"shares": table}])
        assert grid(deal).window_starts == (0, 13, 18, 25)
        for window, expected in enumerate((0, 0, 200, 200)):
            saved = [0] * 4
            saved[window] = 1_000
            assert cents(divided(deal, true=saved).cashable) == {"Wmo": 500, "Zvw": expected}

    def test_stated_shares_hold_until_the_renewal(self) -> None:
        """Before: 30% of direct and 10% of real; after: all of direct and nothing of real."""
        stated = {"bought": "lump_sum", "renewal_month": 13, "cashable": {"direct": 0.3, "real": 0.1}}
        deal = deal_of(payers={"Wmo": TOWN | stated}, segments=[{"direct_share": 0.5}])
        assert cents(divided(deal, true=[1_000, 0]).cashable) == {"Wmo": 150 + 50}
        assert cents(divided(deal, true=[0, 1_000]).cashable) == {"Wmo": 500}

    def test_each_cell_of_each_window_is_rounded(self) -> None:
        """Half of a cent is a cent, three times."""
        deal = deal_of(payers={"Wmo": TOWN | {"cashable": {"direct": 0.5}}}, segments=[{}])
        assert cents(divided(deal, true=[1, 1, 1]).cashable) == {"Wmo": 3}
        assert cents(divided(deal, true=[3]).cashable) == {"Wmo": 2}
        assert cents(divided(deal, true=[-3]).cashable) == {"Wmo": -2}


class TestValidated:
    PAYERS = {"Wmo": TOWN, "Jw": TOWN, "Zvw": INSURER}  # noqa: RUF012
    TABLE = {  # noqa: RUF012
        "Zvw": {"direct": 0.3, "real": 0.3},
        "Jw": {"real": 0.1},
        "Wmo": {"direct": 0.1, "real": 0.2},
    }

    @pytest.mark.parametrize(
        ("counting", "total", "expected"),
        [
            ({"laws": ["Zvw", "Wmo"], "classes": ["direct"]}, 100, {"Wmo": 25, "Jw": 0, "Zvw": 75}),
            ({"laws": ["Zvw", "Wmo"], "classes": ["direct"]}, 101, {"Wmo": 25, "Jw": 0, "Zvw": 76}),  # 25.25, 75.75
            ({"laws": ["Zvw", "Wmo"], "classes": ["direct"]}, -101, {"Wmo": -25, "Jw": 0, "Zvw": -76}),
            (
                {"laws": ["Zvw", "Wmo"], "classes": ["direct"]},
                2,
                {"Wmo": 1, "Jw": 0, "Zvw": 1},
            ),  # .5 and 1.5: the first
            ({"laws": ["Jw", "Wmo"]}, 100, {"Wmo": 75, "Jw": 25, "Zvw": 0}),
            ({"laws": ["Zvw"]}, 100, {"Wmo": 0, "Jw": 0, "Zvw": 100}),
        ],
    )
    def test_by_counted_law(self, counting: dict[str, Any], total: int, expected: dict[str, int]) -> None:
        deal = deal_of(payers=self.PAYERS, segments=[{"shares": self.TABLE}], counting=counting)
        assert cents(divided(deal, validated=total).validated) == expected

    def test_segments_and_windows_add_up(self) -> None:
        segments = [{"by_law": {"Wmo": 1.0}}, {"by_law": {"Jw": 1.0}}]
        deal = deal_of(payers=self.PAYERS, segments=segments, counting={"laws": ["Wmo", "Jw"]})
        assert cents(divided(deal, validated=[[1, 2], [10, 20]]).validated) == {"Wmo": 3, "Jw": 30, "Zvw": 0}


class TestPayments:
    """The town's two budgets, Jw and Wmo; the insurer pays nothing, though its law counts."""

    PAYERS = {"Zvw": INSURER, "Jw": TOWN, "Wmo": TOWN}  # noqa: RUF012

    def charged(self, validated: list[list[int]], paid: Any, **contract: Any) -> dict[str, list[float]]:
        segments = [{"by_law": {law: 1.0}} for law in self.PAYERS]
        deal = deal_of(
            payers=self.PAYERS, segments=segments, counting={"laws": ["Wmo", "Jw", "Zvw"]}, contract=contract
        )
        found = divided(deal, validated=validated, paid=paid)
        return {law: amounts.tolist() for law, amounts in found.total("payments").items()}

    def test_in_proportion_to_what_was_validated_over_the_contract(self) -> None:
        """On the Zvw 100, on Jw 10 + 15, on the Wmo 75: a quarter of each payment, and the tie to the first."""
        validated = [[100, 0], [10, 15], [75, 0]]
        expected = {"Zvw": [0, 0, 0], "Jw": [25, 3, 0], "Wmo": [75, 7, 0]}
        assert self.charged(validated, [100, 10, 0]) == expected

    def test_by_stated_shares(self) -> None:
        shares = {"Wmo": 0.9, "Jw": 0.1}
        assert self.charged([[0], [100], [100]], 1_000, payer_shares=shares) == {"Zvw": [0], "Jw": [100], "Wmo": [900]}
        assert self.charged([[0], [0], [0]], 5, payer_shares={"Wmo": 1.0}) == {"Zvw": [0], "Jw": [0], "Wmo": [5]}

    def test_a_law_that_lost_bears_nothing(self) -> None:
        assert self.charged([[0], [-100], [60]], 50) == {"Zvw": [0], "Jw": [0], "Wmo": [50]}

    def test_where_nothing_was_validated_the_first_own_law_pays(self) -> None:
        assert self.charged([[100], [0], [0]], 50) == {"Zvw": [0], "Jw": [50], "Wmo": [0]}
