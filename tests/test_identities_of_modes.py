"""What must hold of any way of checking: of no review, of a full one and of samples, and without any effect.

Deals are generated, small and full of errors; whole blocks are compared, trial by trial and without a tolerance.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_contract import rounded
from strategies import faulty_deals
from test_identities import assert_same, block

from sib.chance.draws import Stream
from sib.chapter import Chapter
from sib.deal.scenario import Scenario
from sib.engine import replay
from sib.programme.outcomes import factors
from sib.programme.savings import cases
from sib.tally import tally

Plain = dict[str, Any]
MODES = ("none", "full", "attributes", "monetary_unit")


def in_mode(plain: Plain, mode: str, **sample: Any) -> Plain:
    """The deal with another accountant, who opens some of the files by these terms where the mode samples."""
    audit = {name: terms for name, terms in plain["accountant"].items() if name != "sample"} | {"mode": mode}
    if mode in ("attributes", "monetary_unit"):
        audit["sample"] = sample
    return plain | {"accountant": audit}


@settings(max_examples=30)
@given(faulty_deals("full", may_be_sampled=True))
def test_the_accountant_changes_nothing_in_the_programme(plain: Plain) -> None:
    stream, by_mode = Stream(11, 0), {mode: in_mode(plain, mode, size=2) for mode in MODES}
    kept = {mode: tally(block(deal)) for mode, deal in by_mode.items()}
    none = kept["none"]
    for mode, deal in by_mode.items():
        for name in (name for name in none if name.startswith("programme.") or name.endswith(".true_savings")):
            np.testing.assert_array_equal(kept[mode][name], none[name], name)
        drawn = Scenario.model_validate(deal), Scenario.model_validate(by_mode["none"])
        for place in range(len(drawn[0].programme.segments)):
            rows, other = (cases(each, place, stream=stream, drawn=factors(each, stream)) for each in drawn)
            shown, expected = (by_case(each) for each in (rows, other))
            assert all(shown[case] == saved for case, saved in expected.items())
    np.testing.assert_array_equal(none["accountant.validated"], none["accountant.admissible"])
    np.testing.assert_array_equal(none["state.not_reviewed"] + none["state.not_claimed"], none["programme.enrolled"])


def by_case(rows: Any) -> dict[tuple[int, int], tuple[bool, float]]:
    """Success and gross saving of the cases that did not fail, by trial and case."""
    mine = np.flatnonzero(~rows.failed)
    return {
        (int(rows.trial[row]), int(rows.case[row])): (bool(rows.success[row]), float(rows.gross[row])) for row in mine
    }


@pytest.mark.parametrize("mode", ["attributes", "monetary_unit"])
@pytest.mark.parametrize("pay_on", ["point", "upper", "accept"])
def test_a_sample_of_everything_is_a_full_review(mode: str, pay_on: str) -> None:
    everything = {"interval": 0.01} if mode == "monetary_unit" else {"size": 10**6}

    @settings(max_examples=20)
    @given(faulty_deals("full", may_be_sampled=True), st.booleans())
    def compare(plain: Plain, lacks_evidence: bool) -> None:
        plain["accountant"]["counting"].pop("own_cost", None)  # a claim below zero is never drawn
        plain["accountant"]["claims"] |= {} if lacks_evidence else {"evidence_missing": 0.0}
        plain["accountant"]["disputes"]["months"] = 0  # or else one dispute holds up all that is settled with it
        plain["accountant"].pop("fee", None)
        census = block(in_mode(plain, mode, **everything, pay_on=pay_on, tolerable=0.1))
        full = block(in_mode(plain, "full"))
        assert_same_amounts(census, full)
        for name in census.bridge.keys() | full.bridge.keys() if not lacks_evidence else ("extrapolated",):
            np.testing.assert_array_equal(census.bridge.get(name, 0), full.bridge.get(name, 0), name)

    compare()


def assert_same_amounts(found: Chapter, expected: Chapter) -> None:
    """What is validated, admissible and too late by cohort and payment date, and what is paid on it."""
    for name in ("savings", "cases"):
        for kind in ("metrics", "admissible"):
            np.testing.assert_array_equal(
                getattr(getattr(found, kind), name), getattr(getattr(expected, kind), name), f"{kind} {name}"
            )
    for kind in ("late", "admissible_late"):
        np.testing.assert_array_equal(getattr(found, kind), getattr(expected, kind), kind)
    assert_same(found.flows.payments, expected.flows.payments)


@pytest.mark.parametrize("mode", ["none", "attributes", "monetary_unit"])
def test_where_nobody_errs_every_mode_validates_what_full_review_does(mode: str) -> None:
    @settings(max_examples=40)
    @given(faulty_deals("full", may_be_sampled=True))
    def compare(plain: Plain) -> None:
        plain["accountant"] |= {"claims": {}, "review": {}, "claim_at": "end"}
        found, full = (block(in_mode(plain, each, size=2, pay_on="point")) for each in (mode, "full"))
        assert_same_amounts(found, full)

    compare()


@settings(max_examples=40)
@given(faulty_deals("full", may_be_sampled=True), st.sampled_from(MODES))
def test_the_way_from_claimed_to_paid_adds_up_in_every_mode(plain: Plain, mode: str) -> None:
    chapter = block(in_mode(plain, mode, size=2, pay_on="upper"))
    kept = tally(chapter)
    taken = sum(amount for name, amount in kept.items() if name.startswith("bridge."))
    np.testing.assert_array_equal(kept["accountant.claimed"] - taken, kept["accountant.validated"])
    ended = sum(count for name, count in kept.items() if name.startswith("state."))
    np.testing.assert_array_equal(ended, kept["programme.enrolled"])
    for trigger in chapter.deal.contract.triggers:
        paid, earned = (kept[f"trigger.{trigger.name}.{name}"].astype(int) for name in ("paid", "earned"))
        false, missed = np.maximum(paid - earned, 0), np.maximum(earned - paid, 0)
        np.testing.assert_array_equal(paid, earned + false - missed)
        np.testing.assert_array_equal(paid, chapter.flows.met[trigger.name][-1])


@settings(max_examples=40)
@given(faulty_deals("full", may_be_sampled=True))
def test_the_twin_shows_no_case_that_the_deal_does_not_show(plain: Plain) -> None:
    stream = Stream(11, 0)
    for segment in plain["programme"]["segments"]:
        segment.pop("partial", None)
    deal, twin = (
        Scenario.model_validate(plain | {"programme": plain["programme"] | {"has_effect": effect}})
        for effect in (True, False)
    )
    for place, segment in enumerate(deal.programme.segments):
        rows, shown = (cases(each, place, stream=stream, drawn=factors(each, stream)) for each in (deal, twin))
        saved = {(int(rows.trial[row]), int(rows.case[row])): rows.saving[row] for row in np.flatnonzero(rows.success)}
        share = Fraction(repr(segment.regression_to_mean))
        for row in np.flatnonzero(~shown.failed):
            whole = int(saved[int(shown.trial[row]), int(shown.case[row])])
            assert shown.saving[row] == whole if shown.success[row] else rounded(whole * share)
        if segment.deadweight == 0:
            assert not shown.success.any()
        if segment.deadweight == 1 or share > 0:
            assert (~shown.failed).sum() == len(saved)
    assert not tally(replay(twin, 11, trial=0)[0])["society.true_savings"].any()
