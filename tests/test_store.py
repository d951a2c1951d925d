"""What work chunks leave behind, put together: in any order the same, and zeros where a chunk had nothing to say."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from sib.store import Piece, Store


def piece(first: int, *, more: bool) -> Piece:
    """Two trials from one on, each with its own number; only some pieces have met all names."""
    mine = np.array([first, first + 1.0])
    others = {"late": mine * 10} if more else {}
    return Piece(
        first=first, number=2, entries={"net": mine, **others}, sums={"cash": np.array([mine.sum(), 1.0])},
        flows={"cash": np.stack([mine, mine], axis=1), **({"rest": np.ones((2, 2))} if more else {})},
        years={"cash": np.stack([mine, -mine, mine])}, passed=frozenset({"all", f"from {first}"}),
    )


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_any_order_of_the_pieces(order: tuple[int, ...]) -> None:
    store, pieces = Store(6), [piece(0, more=False), piece(2, more=True), piece(4, more=False)]
    for place in order:
        store.put(pieces[place])
    entries = store.entries()
    assert list(entries) == ["net", "late"]
    assert entries["net"].tolist() == [0, 1, 2, 3, 4, 5]
    assert entries["late"].tolist() == [0, 0, 20, 30, 0, 0]
    assert store.sums["cash"].tolist() == [15, 3]
    assert store.wide("flows")["cash"].tolist() == [[k, k] for k in range(6)]
    assert store.wide("flows")["rest"].sum(axis=1).tolist() == [0, 0, 2, 2, 0, 0]
    assert store.wide("years")["cash"][1].tolist() == [0, -1, -2, -3, -4, -5]
    assert store.passed == {"all", "from 0", "from 2", "from 4"}


def test_what_is_put_together_cannot_be_written_to() -> None:
    store = Store(2)
    store.put(piece(0, more=True))
    assert not store.wide("flows")["cash"].flags.writeable
    assert not store.entries()["net"].flags.writeable
