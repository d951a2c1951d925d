"""Frames of sweeps, and answers, for Python."""

from __future__ import annotations

import doctest
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

import sib
from sib import bargaining
from sib.analysis.sweep import MEASURES

REFERENCE = "zwarte-zwanen"
RATE, REVIEW = "contract.interest.rate", "accountant.review.wrong_rejection"


def test_the_examples_run() -> None:
    assert doctest.testmod(bargaining).failed == 0


def test_one_row_a_combination_and_measure() -> None:
    frame = sib.sweep(sib.load(REFERENCE), {RATE: [0.02, 4], REVIEW: [0.1, 0.2]}, trials=300, seed=3)
    assert list(frame.columns) == [RATE, REVIEW, "party", "measure", "statistic", "value", "standard_error", "low",
                                   "high", "unit", "problem"]
    assert len(frame) == 2 * len(MEASURES) + 2
    run = sib.simulate(sib.load(REFERENCE, set={RATE: 0.02, REVIEW: 0.2}), trials=300, seed=3)
    mine = frame[(frame[RATE] == 0.02) & (frame[REVIEW] == 0.2) & (frame["measure"] == "net_cash")]
    assert mine["value"].item() == run.value("municipality", "net_cash", "mean")
    bad = frame[frame[RATE] == 4]
    assert bad["value"].isna().all()
    assert bad["problem"].str.contains("is not a yearly rate").all()
    assert (frame[frame[RATE] == 0.02]["problem"] == "").all()


def test_an_executor_gives_the_same_frame() -> None:
    deal, terms = sib.load(REFERENCE), {RATE: [0.02, 0.03]}
    with ThreadPoolExecutor(2) as executor:
        other = sib.sweep(deal, terms, measures=["investor.irr"], executor=executor, trials=300)
    pd.testing.assert_frame_equal(sib.sweep(deal, terms, measures=["investor.irr"], trials=300, workers=1), other)


def test_an_answer_is_a_small_frozen_paper() -> None:
    found = sib.solve(sib.load(REFERENCE), measure="investor.irr", value=0.02, vary=RATE, trials=300, seed=2)
    assert found.is_found
    assert found.low is not None
    assert found.value is not None
    assert found.high is not None
    assert found.low < found.value < found.high
    with pytest.raises(AttributeError):
        found.seed = 3  # type: ignore[misc]
