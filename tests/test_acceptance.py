"""Decision rules on numbers and arrays."""

from __future__ import annotations

import doctest
import math

import numpy as np

from sib.accountant import acceptance
from sib.accountant.acceptance import RULES, Outcome, accepted


def test_examples_of_the_docstrings_run() -> None:
    assert doctest.testmod(acceptance).failed == 0


def test_rules_take_numbers_and_arrays() -> None:
    many = Outcome(
        claimed=np.array([1_000.0, 1_000.0]), projection=np.array([30.0, -5.0]), limit=np.array([120.0, 90.0]),
        known=np.array([10.0, -5.0]), tolerable=100.0,
    )
    assert accepted("point", many).tolist() == [970.0, 1_000.0]
    assert accepted("upper", many).tolist() == [880.0, 910.0]
    np.testing.assert_array_equal(accepted("accept", many), [math.nan, 1_000.0])
    assert list(RULES) == ["point", "upper", "accept"]


def test_nobody_owes_for_having_claimed_and_a_tolerable_limit_is_accepted() -> None:
    assert accepted("upper", Outcome(100.0, 50.0, 150.0, 20.0, 150.0)) == 0
    assert accepted("accept", Outcome(100.0, 50.0, 150.0, 20.0, 150.0)) == 80
    assert accepted("point", Outcome(100.0, -50.0, 150.0, 20.0, 150.0)) == 80  # no rule accepts what is known wrong
    assert accepted("point", Outcome(-5.0, 0.0, 0.0, 0.0, 0.0)) == 0
