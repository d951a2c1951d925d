"""Running totals and sums of rows are those of numpy, to the bit, whatever axis, order and kind of array."""

from __future__ import annotations

import numpy as np
import pytest

from sib.arrays import once, so_far, sums_from

RNG = np.random.default_rng(1)
CENTS = RNG.integers(-(10**9), 10**9, (7, 3, 11)).astype(np.float64)


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("array", [CENTS, np.asfortranarray(CENTS), CENTS[::-1, :, ::2], CENTS[:1], CENTS[:0]])
def test_running_totals(array: np.ndarray, axis: int) -> None:
    before = array.copy()
    assert np.array_equal(so_far(array, axis=axis), np.cumsum(array, axis=axis))
    assert np.array_equal(array, before)


def test_what_was_reached() -> None:
    assert np.array_equal(so_far(CENTS[:, 0], np.maximum), np.maximum.accumulate(CENTS[:, 0], axis=0))
    met = CENTS[:, 0] > 5e8
    reached = so_far(met, np.logical_or)
    assert reached.dtype == np.bool_
    assert np.array_equal(reached, np.logical_or.accumulate(met, axis=0))


def test_a_broadcast_array_is_not_written_to() -> None:
    one = np.broadcast_to(np.ones((4, 1)), (4, 6))
    assert np.array_equal(so_far(one)[:, 0], [1, 2, 3, 4])
    assert (one == 1).all()


@pytest.mark.parametrize("starts", [(0,), (0, 3), (0, 1, 2, 6), (2, 5)])
def test_sums_from_each_start_to_the_next(starts: tuple[int, ...]) -> None:
    assert np.array_equal(sums_from(CENTS, starts), np.add.reduceat(CENTS, starts, axis=0))


def test_columns_that_are_one_in_memory_are_looked_at_once() -> None:
    wide = np.broadcast_to(CENTS[:, 0, :1], (7, 11))
    assert once(wide).tolist() == CENTS[:, 0, :1].tolist()
    assert once(CENTS) is CENTS
    assert once(wide[:, 0]).shape == (7,)
