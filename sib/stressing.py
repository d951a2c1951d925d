"""A stress test as a frame for Python: one row a figure under a stress, one for each stress that does not apply.

In come a deal and stresses by name or path, out goes a tidy frame, in currency units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from sib.analysis.stress import Asked, StressTest, is_clear, plan, stress_test
from sib.deal.scenario import Scenario
from sib.deal.stress import GRADES, Grade, Stress, library, read_stresses
from sib.engine import Effort
from sib.run import expect_deals
from sib.views.stress import lacking, why

COLUMNS = ("stress", "grade", "kind", "is_clear", "party", "measure", "statistic", "value", "standard_error", "low",
           "high", "unit", "note")


def stress(
    deal: Scenario, *stresses: str | Path, grades: Sequence[Grade] = GRADES, trials: int = 2_000, seed: int = 1,
    workers: int | None = None,
) -> pd.DataFrame:
    """Return what each stress leaves of the figures that a deal is negotiated over, on the same draws.

    Parameters
    ----------
    deal : Scenario
        From ``load``.
    *stresses : str or Path
        Names of the library, paths of stress files, or several names with ``+`` between them, laid on top of each
        other; the whole library where none is given. Two or more are laid on top of each other as well (``all``).
    grades : sequence of {"mild", "severe"}
    trials, seed : int
    workers : int, optional
        Threads; one a processor where not given.

    Returns
    -------
    DataFrame
        stress, grade (both empty for the deal itself), kind (``value``; ``difference`` from the deal itself, paired
        trial by trial; ``left_out``), is_clear (whether a difference is beyond its error), party, measure, statistic,
        value, standard_error, low, high, unit, note (why a stress does not apply, or which part of it). The most
        harmful to the investor first.

    Raises
    ------
    ScenarioError
        When a stress file is wrong, with every problem.
    ValueError
        When a stress or a grade is not known.

    Examples
    --------
    >>> from sib.run import load
    >>> found = stress(load("worked-example"), "not-cashable", trials=1)
    >>> found.query("grade == 'severe' and kind == 'difference' and measure == 'net_cash'")["value"].tolist()
    [-108.0]
    """
    expect_deals(deal)
    unknown = sorted(set(grades) - set(GRADES))
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no grade; known: {', '.join(GRADES)}")
    asked_for = [_chosen(each) for each in dict.fromkeys(stresses)] or [(each,) for each in library().values()]
    chosen = list({"+".join(stress.name for stress in each): each for each in asked_for}.values())
    if len(chosen) < len(asked_for):
        raise ValueError("two of these stresses go by one name, which is that of the file; rename a file")
    singles = tuple(each[0] for each in chosen if len(each) == 1)
    asked = Asked(singles, tuple(grades), tuple(each for each in chosen if len(each) > 1))
    return _frame_of(stress_test(plan(deal, asked), trials, seed=seed, effort=Effort(workers)))


def _chosen(text: str | Path) -> tuple[Stress, ...]:
    """Return the stresses that a name, some names or a path mean."""
    names = str(text).split("+")
    if all(name in library() for name in names):
        return tuple(library()[name] for name in dict.fromkeys(names))
    if Path(text).suffix != ".toml":
        raise ValueError(f"{str(text)!r} is no stress and no stress file (.toml); known: {', '.join(library())}")
    return read_stresses([text])


def _frame_of(found: StressTest) -> pd.DataFrame:
    """Return a stress test as a tidy frame."""
    rows = [{"stress": "", "grade": "", "kind": "value", **asdict(row)} for row in found.base.values()]
    for each in (*found.singles, *found.together):
        named = {"stress": each.case.name, "grade": each.case.grade, "note": lacking(each.laid.adapted.missing, "en")}
        rows += [{**named, "kind": "value", **asdict(row)} for row in each.figures.values()]
        rows += [{**named, "kind": "difference", "is_clear": is_clear(row), **asdict(row)}
                 for row in each.changes.values()]
    rows += [{"stress": each.case.name, "grade": each.case.grade, "kind": "left_out", "note": why(each, "en")}
             for each in found.left_out]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.astype({"is_clear": "boolean", "value": float, "standard_error": float, "low": float, "high": float})

