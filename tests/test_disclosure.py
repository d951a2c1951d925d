"""Numbers of cases: what is told of them, and that neither they nor what is left of a total can be few."""

from __future__ import annotations

import doctest

import pytest

from sib import disclosure
from sib.disclosure import Count, counted


def test_examples_of_the_docstrings_run() -> None:
    assert doctest.testmod(disclosure).failed == 0


@pytest.mark.parametrize("total", [11, 15, 19, 20, 150])
def test_no_few_are_told_and_the_truth_lies_between_the_ends(total: int) -> None:
    for n in range(total + 1):
        found = counted(n, total, fewest=10)
        assert found.low <= n <= found.high
        assert (found.exact is None) == (n < 10 or total - n < 10)
        alike = {each for each in range(total + 1) if counted(each, total, fewest=10) == found}
        assert len(alike) in ({1} if found.exact is not None else {min(10, total - 9), 10})


def test_of_ten_that_may_be_told_all_are() -> None:
    # ten or more of ten are ten: that anything is told of them says so
    assert counted(10, 10, fewest=10) == Count(10, 10)


def test_everything_is_told_of_published_cases() -> None:
    assert all(counted(n, 20, fewest=1) == Count(n, n) for n in range(21))


def test_a_part_of_what_is_not_told_is_not_told_either() -> None:
    part_of = counted(146, 150, fewest=10)
    # 140 of 141 ... 150: at most ten are left, which is told as little as the 146
    assert counted(145, part_of, fewest=10) == Count(132, 150)
    assert counted(20, part_of, fewest=10) == Count(20, 20)


def test_it_is_said_in_either_language() -> None:
    assert [Count(1200, 1200).said(number="{:,}".format), Count(0, 9).said("nl"), Count(1141, 1150).said(
        "en", "{:,}".format)] == ["1,200", "minder dan 10", "more than 1,140"]
