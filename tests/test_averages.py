"""Chances and amounts on a grid, and their means."""

from __future__ import annotations

from sib.averages import midpoints


def test_midpoints():
    assert midpoints(4).tolist() == [0.125, 0.375, 0.625, 0.875]
