"""The audit of every run: what holds is counted, and the first thing that does not hold stops it."""

from __future__ import annotations

import numpy as np
import pytest

from sib.accountant.reconcile import Audit
from sib.arrays import EXACT
from sib.errors import ConservationError

CENTS = np.array([[1.0, -2.0], [3.0, 0.0]])


@pytest.fixture
def audit() -> Audit:
    return Audit()


def test_equal(audit: Audit) -> None:
    audit.equal("same", CENTS, expected=CENTS.copy())
    audit.equal("zero", CENTS - CENTS, expected=0.0)
    assert audit.passed == {"same", "zero"}


@pytest.mark.parametrize("place", [(0, 0), (0, 1), (1, 1)])
def test_a_cent_too_much_in_one_trial_is_found(audit: Audit, place: tuple[int, int]) -> None:
    wrong = CENTS.copy()
    wrong[place] += 1
    with pytest.raises(ConservationError) as caught:
        audit.equal("same", wrong, expected=CENTS)
    assert f"same: does not hold in 1 places, first at {place}" in str(caught.value)
    assert audit.passed == set()


def test_a_tolerance_there_is_none(audit: Audit) -> None:
    with pytest.raises(ConservationError):
        audit.equal("same", np.array([1e-9]), expected=0.0)


def test_one_total_by_itself(audit: Audit) -> None:
    audit.equal("total", np.float64(3.0), expected=3.0)
    with pytest.raises(ConservationError, match="total: does not hold in 1 places"):
        audit.equal("total", np.float64(3.0), expected=4.0)


def test_not_negative(audit: Audit) -> None:
    audit.not_negative("paid", np.array([0.0, 5.0]))
    audit.not_negative("nothing", np.zeros((0, 4)))
    assert audit.passed == {"paid", "nothing"}
    with pytest.raises(ConservationError, match="account: does not hold in 1 places"):
        audit.not_negative("account", CENTS)


def test_adds_up(audit: Audit) -> None:
    total = np.array([6.0, 0.0])
    audit.adds_up("bridge", total, parts=[np.array([1.0, -1.0]), np.array([2.0, -1.0]), np.array([3.0, 2.0])])
    audit.adds_up("empty", np.zeros(2), parts=[])
    assert audit.passed == {"bridge", "empty"}
    with pytest.raises(ConservationError, match="bridge: does not hold in 2 places"):
        audit.adds_up("bridge", total, parts=[np.array([1.0, -1.0])])
    assert total.tolist() == [6.0, 0.0]


def test_parts_may_be_shared_by_all_trials(audit: Audit) -> None:
    audit.adds_up("cost", np.array([[5.0, 5.0]]), parts=[np.array([[2.0]]), np.array([[3.0, 3.0]])])


@pytest.mark.parametrize("odd", [0.5, -0.01, float(EXACT), -float(EXACT), np.inf])
def test_whole(audit: Audit, odd: float) -> None:
    audit.whole("cash", np.array([0.0, -7.0, EXACT - 1.0]))
    with pytest.raises(ConservationError, match="cash"):
        audit.whole("cash", np.array([1.0, odd]))


LOST = np.array([1.0, np.nan])
NOT_A_NUMBER = {
    "equal": lambda audit: audit.equal("lost", LOST, expected=LOST),
    "adds_up": lambda audit: audit.adds_up("lost", np.array([1.0, 2.0]), parts=[LOST]),
    "not_negative": lambda audit: audit.not_negative("lost", LOST),
    "whole": lambda audit: audit.whole("lost", LOST),
}


@pytest.mark.parametrize("check", NOT_A_NUMBER)
def test_what_is_not_a_number_never_holds(audit: Audit, check: str) -> None:
    with pytest.raises(ConservationError, match="lost"):
        NOT_A_NUMBER[check](audit)


def test_a_check_that_held_once_is_counted_once(audit: Audit) -> None:
    for _ in range(3):
        audit.equal("same", CENTS, expected=CENTS)
    assert audit.passed == {"same"}


def test_a_fault_is_ours() -> None:
    assert ConservationError.exit_code == 1
