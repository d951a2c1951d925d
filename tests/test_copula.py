"""Even points and normals that hang together: evenness, correlations, redrawing by the conditional distribution."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtri

from sib.chance.copula import even_points, joint_normals, mixed_levels, orders_of, redrawn, redrawn_levels

C = np.array([[1.0, 0.6, 0.2], [0.6, 1.0, -0.3], [0.2, -0.3, 1.0]])


def test_every_column_has_one_point_in_each_slice() -> None:
    points = even_points(64, 5, seed=1)
    assert np.array_equal(np.sort((points * 64).astype(int), axis=0), np.tile(np.arange(64)[:, None], 5))
    assert np.array_equal(points, even_points(64, 5, seed=1))
    assert not np.array_equal(points, even_points(64, 5, seed=2))


@pytest.mark.parametrize("n", [0, 3, 100])
def test_only_powers_of_two_are_even(n: int) -> None:
    with pytest.raises(ValueError, match="power of two"):
        even_points(n, 2, seed=1)


def test_orders_come_in_pairs_of_one_and_its_reverse() -> None:
    orders = orders_of(16, 5, seed=1)
    assert np.array_equal(np.sort(orders, axis=1), np.tile(np.arange(5), (16, 1)))
    assert np.array_equal(orders[::2], orders[1::2, ::-1])
    assert orders_of(1, 3, seed=1).shape == (1, 3)


def test_joint_normals_have_the_correlations() -> None:
    z = joint_normals(even_points(4096, 3, seed=1), C)
    assert np.abs(np.corrcoef(z.T) - C).max() < 4 / np.sqrt(4096)
    assert np.abs(z.std(axis=0) - 1).max() < 4 / np.sqrt(2 * 4096)


@pytest.mark.parametrize("which", [[True, False, False], [True, True, False], [True, True, True]])
def test_drawing_again_changes_no_distribution(which: list[bool]) -> None:
    mask = np.array(which)
    u = even_points(4096, 6, seed=2)
    z = joint_normals(u[:, :3], C)
    again = np.array([redrawn(one, fresh, which=mask, correlation=C) for one, fresh in zip(z, u[:, 3:], strict=True)])
    assert np.array_equal(again[:, ~mask], z[:, ~mask])
    assert np.abs(np.corrcoef(again.T) - C).max() < 4 / np.sqrt(4096)
    if mask.all():  # nothing is left that the two could have in common
        assert abs(np.corrcoef(again[:, 0], z[:, 0])[0, 1]) < 4 / np.sqrt(4096)


def test_two_that_hang_together_by_hand() -> None:
    # given z2 = 2 the first is normal around rho z2 = 1.2 with variance 1 - rho² = 0.64
    found = redrawn(np.array([5.0, 2.0]), np.array([0.975, 0.5]), which=np.array([True, False]),
                    correlation=np.array([[1.0, 0.6], [0.6, 1.0]]))
    assert found == pytest.approx([1.2 + 0.8 * ndtri(0.975), 2.0])
    assert np.array_equal(redrawn(np.ones(2), np.full(2, 0.5), which=np.zeros(2, bool), correlation=np.eye(2)),
                          np.ones(2))


def test_variants_differ_in_what_they_say() -> None:
    a, b, *mixed = mixed_levels(8, 3, seed=1)
    for place, levels in enumerate(mixed):
        assert np.array_equal(levels[:, place], b[:, place])
        assert np.array_equal(np.delete(levels, place, axis=1), np.delete(a, place, axis=1))
    levels, orders = redrawn_levels(8, C, seed=1)
    for done in range(3):
        is_same = levels[done + 1] == levels[0]
        assert np.array_equal(is_same.sum(axis=1), np.full(8, 2 - done))
        assert not np.take_along_axis(is_same, orders[:, : done + 1], axis=1).any()
