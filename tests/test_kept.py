"""What is kept of all trials is what was written, whatever the order of the pieces and the room it took."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sib.arrays import EXACT, Array
from sib.kept import Column, Kept

PIECES = {
    "cents that fit four bytes": [[1.0, -5.0], [2.0**31 - 1, 7.0], [0.0, 0.0]],
    "cents that do not": [[1.0, 2.0], [2.0**31, 3.0], [-float(EXACT), 4.0]],
    "one value throughout": [[42.0, 42.0], [42.0, 42.0], [42.0, 42.0]],
    "one value and then another": [[42.0, 42.0], [42.0, 42.0], [42.0, 43.0]],
    "rates": [[0.0, 1.0], [0.5, -1.0], [1.0, 1.0]],
    "rates that may be undefined": [[np.nan, np.nan], [1.0, 2.0], [np.nan, 0.25]],
    "undefined throughout": [[np.nan, np.nan], [np.nan, np.nan], [np.nan, np.nan]],
}


def written(pieces: list[Array], order: tuple[int, ...], *, n_trials: int = 6) -> Column:
    column = Column(n_trials, pieces[0].dtype)
    for place in order:
        column.put(pieces[place], 2 * place)
    return column


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("pieces", list(PIECES.values()), ids=list(PIECES))
def test_the_order_of_the_pieces_changes_nothing(pieces: list[list[float]], order: tuple[int, ...]) -> None:
    arrays = [np.array(piece) for piece in pieces]
    found = written(arrays, order).read()
    assert np.array_equal(found, np.concatenate(arrays), equal_nan=True)
    assert found.dtype == np.float64
    assert not found.flags.writeable


@given(st.lists(st.lists(st.integers(-(2**53), 2**53), min_size=2, max_size=2), min_size=3, max_size=3))
def test_whole_numbers_are_kept_exactly(pieces: list[list[int]]) -> None:
    counts = [np.array(piece, dtype=np.int64) for piece in pieces]
    assert written(counts, (1, 2, 0)).read().tolist() == np.concatenate(counts).tolist()
    cents = [np.array(piece, dtype=np.float64) for piece in pieces]
    assert written(cents, (2, 0, 1)).read().tolist() == np.concatenate(cents).tolist()


def test_truth_stays_truth() -> None:
    met = [np.array([True, True]), np.array([False, True]), np.array([True, True])]
    found = written(met, (0, 1, 2)).read()
    assert found.dtype == np.bool_
    assert found.tolist() == [True, True, False, True, True, True]


def test_there_is_no_minus_zero() -> None:
    found = written([np.array([-0.0, 0.5]), np.array([-0.0, -0.0]), np.array([0.0, -0.0])], (0, 1, 2)).read()
    assert not np.signbit(found).any()


def test_where_a_name_was_not_met_it_is_zero() -> None:
    column = Column(6, np.dtype(np.float64))
    column.put(np.array([5.0, 5.0]), 2)
    column.complete({0: 2, 2: 2, 4: 2})
    assert column.read().tolist() == [0, 0, 5, 5, 0, 0]


def test_columns_are_a_mapping() -> None:
    kept = Kept({"a": written([np.array([1.0, 2.0])], (0,), n_trials=2)})
    assert list(kept) == ["a"]
    assert len(kept) == 1
    assert kept["a"].tolist() == [1.0, 2.0]
    assert "a" in kept
    assert "b" not in kept
    with pytest.raises(KeyError):
        kept["b"]


def test_room_is_what_the_values_need() -> None:
    narrow, wide, none = (written([np.array(piece) for piece in PIECES[name]], (0, 1, 2))
                          for name in ("cents that fit four bytes", "cents that do not", "one value throughout"))
    assert [column.n_bytes for column in (narrow, wide, none)] == [24, 48, 0]
