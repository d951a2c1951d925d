"""The counting rules: the eight cases of the design, each rule by hand, and exact fractions as the judge."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from one_block import household, plain_deal

from sib.accountant.counting import RULES, Claimed, cell_shares, count, counted, counted_cells, fixed_shares
from sib.deal.audit import Counting
from sib.deal.programme import Segment

HALVES = {"by_law": {"Wmo": 0.5, "Zvw": 0.5}, "direct_share": 0.5}


def segment_of(**terms: Any) -> Segment:
    return plain_deal(household(**terms)).programme.segments[0]


def counting_of(**terms: Any) -> Counting:
    return Counting.model_validate({"laws": ["Wmo"]} | terms)


def claimed(amount: int, *, months: int = 12, **terms: Any) -> Claimed:
    """One claim, in cents."""
    return Claimed(
        amount=np.array([float(amount)]),
        months=np.array([months]),
        lacks_evidence=np.array([terms.get("lacks_evidence", False)]),
        own_cost=np.array([float(terms.get("own_cost", 0))]),
        loss=np.array([float(terms.get("loss", 0))]),
    )


def left_of(amount: int, counting: Counting, segment: Segment, **terms: Any) -> int:
    """What counts of one claim."""
    return int(counted(counting, claimed(amount, **terms), segment=segment)[0])


def by_rule(amount: int, counting: Counting, segment: Segment, **terms: Any) -> dict[str, int]:
    """What is left after each rule that says anything."""
    return {rule: int(left[0]) for rule, left in count(counting, claimed(amount, **terms), segment=segment)}


EIGHT: list[tuple[str, int, dict[str, Any], dict[str, Any], int]] = [
    # name, euros claimed, terms of the household, terms of the claim, euros that count (floor)
    ("C1", 60_000 - 24_000, {}, {"months": 12}, 36_000),
    ("C2", (104_000 - 44_000) * 18 // 12, {"saving_months": 18}, {"months": 18}, 50_000),
    ("C3", (30_000 - 12_000) * 8 // 12, {"saving_months": 8}, {"months": 8}, 12_000),
    ("C4", 80_000 - 40_000, {}, {"lacks_evidence": True}, 0),
    ("C5", 0, {}, {"loss": 500_000}, 0),
    ("C6", 40_000 - 10_000, {"direct_share": 0.5}, {}, 15_000),
    ("C7", 24_000 - 24_000, {}, {}, 0),
    ("C8", 36_000 - 11_000, {"double_count": 0.1}, {}, 22_500),
]
RULES_OF_EIGHT = {"classes": ["direct"], "max_months": 12, "cap_per_case": 50_000}


class TestEightCases:
    def left(self, negative: str) -> dict[str, int]:
        counting = counting_of(negative=negative, **RULES_OF_EIGHT)
        return {
            name: left_of(euros * 100, counting, segment_of(**terms), **claim) // 100
            for name, euros, terms, claim, _ in EIGHT
        }

    def test_claimed_in_all(self) -> None:
        assert sum(euros for _, euros, _, _, _ in EIGHT) == 233_000

    @pytest.mark.parametrize(("negative", "total"), [("floor", 135_500), ("exclude", 135_500), ("net", 130_500)])
    def test_each_case_and_the_total(self, negative: str, total: int) -> None:
        expected = {name: left for name, _, _, _, left in EIGHT}
        if negative == "net":
            expected["C5"] = -5_000
        assert self.left(negative) == expected
        assert sum(expected.values()) == total

    def test_by_reason(self) -> None:
        counting, taken = counting_of(negative="floor", **RULES_OF_EIGHT), dict.fromkeys(RULES, 0)
        for _, euros, terms, claim, _ in EIGHT:
            before = euros * 100
            for rule, left in by_rule(euros * 100, counting, segment_of(**terms), **claim).items():
                taken[rule] += (before - left) // 100
                before = left
        expected = {"evidence": 40_000, "months": 30_000, "cap_per_case": 10_000, "class": 15_000}
        assert {rule: euros for rule, euros in taken.items() if euros} == expected | {"double_counting": 2_500}

    def test_months_come_before_the_cap(self) -> None:
        """The other way round C2 would be 12/18 of 50,000, and the total 118,833.33."""
        _, euros, terms, claim, left = EIGHT[1]
        counting = counting_of(**RULES_OF_EIGHT)
        steps = by_rule(euros * 100, counting, segment_of(**terms), **claim)
        assert steps == {"months": 6_000_000, "cap_per_case": 5_000_000}
        assert 135_500 - left + Fraction(50_000 * 12, 18) == pytest.approx(118_833.33, abs=0.005)


class TestOrderAndRounding:
    def test_the_order(self) -> None:
        counting = counting_of(
            classes=["direct"], baseline="current", max_months=6, own_cost="in", cap_per_case=1, negative="floor"
        )
        segment = segment_of(**HALVES, current_share=0.8, double_count=0.5)
        # half is Wmo, half of that direct, 80%, half the months, half not counted twice, less 50.00, at most 1.00
        steps = by_rule(80_000, counting, segment, own_cost=5_000)
        assert list(steps.items()) == [
            ("law", 40_000),
            ("class", 20_000),
            ("baseline", 16_000),
            ("months", 8_000),
            ("double_counting", 4_000),
            ("own_cost", -1_000),
            ("cap_per_case", -1_000),
            ("negative", 0),
        ]
        assert tuple(steps) == tuple(rule for rule in RULES if rule != "evidence")

    def test_shares_are_multiplied_before_anything_is_rounded(self) -> None:
        """Half of a cent is one cent; a quarter is none, though half of the one cent would be one again."""
        assert by_rule(1, counting_of(classes=["direct"]), segment_of(**HALVES)) == {"law": 1, "class": 0}

    @given(st.integers(0, 10**9), st.integers(1, 36), st.integers(1, 40), st.tuples(*[st.integers(0, 20)] * 4))
    def test_exact_fractions_agree(self, amount: int, months: int, most: int, twentieths: tuple[int, ...]) -> None:
        law, direct, current, double = twentieths
        segment = segment_of(
            by_law={"Wmo": law / 20, "Zvw": (20 - law) / 20},
            direct_share=direct / 20,
            current_share=current / 20,
            double_count=double / 20,
            saving_months=36,
        )
        counting = counting_of(classes=["direct"], baseline="current", max_months=most)
        shares = Fraction(law * direct * current * (20 - double), 20**4) * Fraction(min(months, most), months)
        assert left_of(amount, counting, segment, months=months) == int(amount * shares + Fraction(1, 2))

    def test_rows_do_not_touch_each_other(self) -> None:
        """Cases of 6, 12 and 24 months, of which 12 count; the last one has no evidence."""
        many = Claimed(
            amount=np.array([600.0, 1200.0, 2400.0, 2400.0]),
            months=np.array([6, 12, 24, 24]),
            lacks_evidence=np.array([False, False, False, True]),
            own_cost=np.zeros(4),
            loss=np.zeros(4),
        )
        left = counted(counting_of(max_months=12), many, segment=segment_of(saving_months=24))
        assert left.tolist() == [600, 1200, 1200, 0]


class TestSharesByLawAndClass:
    def test_margins_are_multiplied(self) -> None:
        segment = segment_of(by_law={"Wmo": 0.7, "Zvw": 0.3}, direct_share=0.1)
        cells = cell_shares(segment)
        expected = {("Wmo", "direct"): 7, ("Wmo", "real"): 63, ("Zvw", "direct"): 3, ("Zvw", "real"): 27}
        assert cells == {cell: Fraction(part, 100) for cell, part in expected.items()}

    def test_a_table_is_taken_as_it_is(self) -> None:
        table = {"Wmo": {"direct": 0.1, "real": 0.2}, "Zvw": {"real": 0.7}}
        segment = segment_of(shares=table)
        assert cell_shares(segment)["Zvw", "direct"] == 0
        assert sum(cell_shares(segment).values()) == 1
        counting = counting_of(laws=["Zvw", "Wmo"], classes=["real"])
        assert counted_cells(counting, segment) == {("Wmo", "real"): Fraction(1, 5), ("Zvw", "real"): Fraction(7, 10)}
        assert left_of(1_000, counting, segment) == 900

    def test_the_class_is_a_share_of_what_the_laws_leave(self) -> None:
        segment = segment_of(shares={"Wmo": {"direct": 0.1, "real": 0.2}, "Zvw": {"real": 0.7}})
        fixed = fixed_shares(counting_of(classes=["direct"]), segment)
        assert fixed == {"law": Fraction(3, 10), "class": Fraction(1, 3), "baseline": 1, "double_counting": 1}

    def test_nothing_on_the_counted_laws(self) -> None:
        segment = segment_of(shares={"Zvw": {"direct": 1.0}})
        assert by_rule(1_000, counting_of(), segment) == {"law": 0, "class": 0}


class TestEachRule:
    def test_a_rule_that_takes_nothing_is_not_heard(self) -> None:
        assert by_rule(1_000, counting_of(), segment_of()) == {}
        assert by_rule(1_000, counting_of(max_months=12, negative="net"), segment_of()) == {}

    @pytest.mark.parametrize(
        ("counting", "terms", "expected"),
        [
            ({"baseline": "current"}, {"current_share": 0.6}, 600),
            ({"baseline": "threatening"}, {"current_share": 0.6}, 1_000),
            ({"double_counting": "excluded"}, {"double_count": 0.25}, 750),
            ({"double_counting": "allowed"}, {"double_count": 0.25}, 1_000),
            ({"max_months": 3}, {}, 250),
            ({"max_months": 13}, {}, 1_000),
            ({"cap_per_case": 7.5}, {}, 750),
            ({"laws": ["Zvw"]}, {"by_law": {"Wmo": 0.9, "Zvw": 0.1}}, 100),
        ],
    )
    def test_of_ten_euros(self, counting: dict[str, Any], terms: dict[str, Any], expected: int) -> None:
        assert left_of(1_000, counting_of(**counting), segment_of(**terms)) == expected

    @pytest.mark.parametrize(("negative", "left"), [("floor", 0), ("exclude", 0), ("net", -200)])
    def test_own_cost_may_exceed_the_claim(self, negative: str, left: int) -> None:
        counting = counting_of(own_cost="in", negative=negative)
        assert left_of(1_000, counting, segment_of(), own_cost=1_200) == left
        assert left_of(1_000, counting, segment_of(), own_cost=300) == 700

    def test_own_cost_may_stay_out(self) -> None:
        assert left_of(1_000, counting_of(own_cost="out"), segment_of(), own_cost=300) == 1_000

    def test_a_claim_that_is_none_has_no_own_cost(self) -> None:
        counting = counting_of(own_cost="in", negative="net")
        assert left_of(1_000, counting, segment_of(), own_cost=300, lacks_evidence=True) == 0
        assert left_of(0, counting, segment_of(), own_cost=300) == 0

    @pytest.mark.parametrize(("most", "left"), [(None, -250), (6, -125), (24, -250)])
    def test_a_loss_is_set_off_by_the_same_shares(self, most: int | None, left: int) -> None:
        """A case that costs 10.00 over 12 months; half of it on the counted law, half of that direct."""
        counting = counting_of(classes=["direct"], max_months=most, negative="net")
        assert left_of(0, counting, segment_of(**HALVES), loss=1_000) == left

    @pytest.mark.parametrize("negative", ["floor", "exclude"])
    def test_a_loss_is_kept_out(self, negative: str) -> None:
        assert left_of(0, counting_of(negative=negative), segment_of(), loss=1_000) == 0
