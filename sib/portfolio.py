"""A made-up case file: multi-problem households with cost lines, to try things on without anybody's data.

Out goes the text of a CSV file, the same for the same seed; ``scenarios/cases/portfolio.csv`` is it. The shapes follow
the reference deal: a mean saving near 22,000 euros a case over twelve months, most of it under Jeugdwet and Wmo, and
six plans in ten that work. No household was looked at.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sib.arrays import Floats
from sib.chance.distributions import lognormal
from sib.chance.draws import Stream, case_uniforms

SEED, N_CASES = 51, 150
"""The first seed of sixty with which every law and class rests on fifteen successes or more, and these save about as
much as the rest."""
SEGMENT = "multi-problem households"
MEAN, CV, SUCCESS, MONTHS = 22_000.0, 0.8, 0.6, 12
DIRECT = 0.6
"""Chance that a line is of the direct class."""
STEP = 5
"""Euros a month to which amounts are rounded."""


@dataclass(frozen=True, slots=True)
class Law:
    """A law in the made-up households.

    Parameters
    ----------
    name : str
    chance : float
        That a household has a line under it.
    share : float
        Of what all households save together, about.
    """

    name: str
    chance: float
    share: float


LAWS = (Law("Wmo", 0.7, 0.28), Law("Jeugdwet", 0.65, 0.34), Law("Participatiewet", 0.7, 0.22), Law("Wgs", 0.5, 0.06),
        Law("Zvw", 0.5, 0.07), Law("Wlz", 0.45, 0.03))
FIELDS = ("case", "segment", "law", "class", "current", "threatening", "tailored", "months", "success")


def portfolio(seed: int = SEED, n_cases: int = N_CASES) -> str:
    """Return the case file as CSV.

    Parameters
    ----------
    seed : int
    n_cases : int

    Examples
    --------
    >>> portfolio(n_cases=1).splitlines()[0]
    'case,segment,law,class,current,threatening,tailored,months,success'
    """
    file = io.StringIO()
    table = csv.writer(file, lineterminator="\n")
    table.writerow(FIELDS)
    table.writerows(_lines(Stream(seed, 0), n_cases))
    return file.getvalue()


def _lines(stream: Stream, n_cases: int) -> Iterator[tuple[object, ...]]:
    """Yield the cost lines, household after household."""
    savings = lognormal(_uniforms(stream, "saving", n_cases), mean=1.0, cv=CV)
    savings = savings / savings.mean() * MEAN
    works = _uniforms(stream, "success", n_cases) < SUCCESS
    draws = {law.name: [_uniforms(stream, f"{law.name} {what}", n_cases) for what in ("there", "size", "class", "cost",
                                                                                     "now")] for law in LAWS}
    for case in range(n_cases):
        there = [law for law in LAWS if draws[law.name][0][case] < law.chance] or [LAWS[0]]
        weights = {law.name: law.share / law.chance * (0.5 + draws[law.name][1][case]) for law in there}
        for name, weight in weights.items():
            a_month = _rounded(savings[case] * weight / sum(weights.values()) / MONTHS)
            saving_class = "direct" if draws[name][2][case] < DIRECT else "real"
            costs = _costs(a_month, saving_class, at=(draws[name][3][case], draws[name][4][case]))
            yield f"H{case + 1:03d}", SEGMENT, name, saving_class, *costs, MONTHS, "yes" if works[case] else "no"


def _costs(saving: int, saving_class: str, *, at: tuple[float, float]) -> tuple[int, int, int]:
    """Return current, threatening and tailored cost a month: what is direct is paid today, what is real is not yet."""
    tailored = _rounded(saving * 0.6 * at[0])
    threatening = saving + tailored
    current = threatening if saving_class == "direct" else tailored + _rounded(saving * 0.4 * at[1])
    return current, threatening, tailored


def _uniforms(stream: Stream, purpose: str, n_cases: int) -> Floats:
    return np.asarray(case_uniforms(stream, f"portfolio {purpose}", segment=SEGMENT, n_cases=n_cases)[:, 0])


def _rounded(euros: float) -> int:
    return STEP * max(1, round(float(euros) / STEP))


if __name__ == "__main__":
    sys.stdout.write(portfolio())
