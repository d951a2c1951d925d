"""A sweep made up for tests of its pages and charts."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import sib
from sib.analysis.sweep import Plan, Point, Sweep
from sib.results import Row

LOSS, PAID = ("investor", "principal_loss", "probability"), ("municipality", "outcome_payments", "mean")


def row(what: tuple[str, str, str], value: float, error: float, unit: str) -> Row:
    return Row(*what, value, error, value - 2 * error, value + 2 * error, unit)


def made(terms: dict[str, tuple[object, ...]], *, front: tuple[int, ...] = ()) -> Sweep:
    """A sweep whose figures rise with the place of the point; the last combination is no deal."""
    combinations = list(product(*terms.values()))
    n_points = len(combinations)
    papers = [
        Point((), (row(LOSS, 0.1 + place / 100, 0.01, "fraction"), row(PAID, 1e6 + 1000 * place, 500.0, "EUR")),
              "d", "")
        for place in range(n_points - 1)
    ] + [Point((), (), "", "contract.interest.rate = 4 is not a yearly rate")]
    points = [replace(paper, values=each) for each, paper in zip(combinations, papers, strict=True)]
    plan = Plan(trials=300, has_front=bool(front))
    now = (0.04, None)[: len(terms)]
    return Sweep(sib.load("zwarte-zwanen"), dict(terms), now, (LOSS, PAID), plan, tuple(points), front)
