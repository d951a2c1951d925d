"""Where parties can meet and what their concessions are worth, as frames for Python.

In come deals and red lines, out go tidy frames in currency units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from math import nan
from pathlib import Path
from typing import Any, Unpack

import pandas as pd

from sib.analysis import concessions as conceding
from sib.analysis import negotiate as meeting
from sib.analysis.concessions import Ask
from sib.bargaining import Draws, drawn
from sib.deal.red_lines import Sheet, as_red_lines, read_red_lines
from sib.deal.scenario import Scenario
from sib.run import expect_deals

STANDS = {meeting.FAILS: "fails", meeting.PERHAPS: "perhaps", meeting.HOLDS: "holds"}
"""How a red line stands, in frames."""


def negotiate(
    deal: Scenario, *, red_lines: str | Path | Sequence[Mapping[str, Any]],
    terms: Mapping[str, Sequence[Any]] | None = None, **draws: Unpack[Draws],
) -> pd.DataFrame:
    """Find which terms keep every red line.

    Parameters
    ----------
    deal : Scenario
        From ``load``.
    red_lines : str, Path or sequence of mapping
        A file, or tables as in one: party, measure, statistic, at_least or at_most, reason.
    terms : mapping of str to sequence, optional
        What is on the table: values by path. Needed where the red lines are no file; otherwise instead of its terms.
    **draws
        trials, seed, workers.

    Returns
    -------
    DataFrame
        One row a combination and red line: the paths, whose, party, measure, statistic, value, standard_error, low,
        high, unit, limit, gap (how far on the wrong side, below 0 on the right one), stands and zone (``holds``,
        ``perhaps`` within the error, ``fails``). Combinations that make no valid deal are left out.

    Raises
    ------
    ScenarioError
        With every red line and term that is wrong or does not fit the deal.

    Examples
    --------
    >>> from sib.run import load
    >>> line = {"party": "investor", "measure": "receipts", "at_least": 105}
    >>> found = negotiate(load("worked-example"), red_lines=[line], terms={"contract.interest.rate": [0.0, 0.04]},
    ...                   trials=100)
    >>> found["zone"].tolist()
    ['fails', 'holds']
    """
    expect_deals(deal)
    trials, seed, effort = drawn(draws)
    sheet = meeting.stated(deal, partial(_sheet, red_lines, terms))
    found = meeting.negotiate(deal, sheet, trials=trials, seed=seed, effort=effort)
    rows = [
        {**dict(zip(found.found.terms, found.found.points[place].values, strict=True)), "whose": line.party,
         **asdict(found.row(place, line.what)), "limit": line.limit, "gap": found.gap(place, line),
         "stands": STANDS[found.stands[place][number]], "zone": STANDS[found.verdict(place)]}
        for place in found.valid for number, line in enumerate(found.lines)
    ]
    return pd.DataFrame(rows).astype({"standard_error": float, "low": float, "high": float})


def _sheet(red_lines: str | Path | Sequence[Mapping[str, Any]], terms: Mapping[str, Sequence[Any]] | None) -> Sheet:
    """Return the red lines of a file or of tables, with other terms where some are given."""
    if not isinstance(red_lines, str | Path):
        return as_red_lines(red_lines, terms or {})
    sheet = read_red_lines(red_lines)
    if terms is None:
        return sheet
    lines = [line.model_dump(exclude_none=True) for line in sheet.stated.red_lines]
    return as_red_lines(lines, terms, file=sheet.file)


def concessions(
    deal: Scenario, terms: Sequence[str] = (), *, measure: str = conceding.WORTH, per: str = "",
    **draws: Unpack[Draws],
) -> pd.DataFrame:
    """Find how much of each term is worth as much to the investor as a point of interest, and what it costs.

    Parameters
    ----------
    deal : Scenario
        From ``load``.
    terms : sequence of str
        Paths; the numbers of the contract that the deal has, and its maturity, where none is given.
    measure : str
        What counts for the investor: a measure of which the summary has a mean.
    per : str
        The term that the others are held against; the first rate of interest unless given.
    **draws
        trials, seed, workers.

    Returns
    -------
    DataFrame
        One row a term: path, now, low and high (between which it was moved), verdict (``traded``, ``idle``,
        ``one_way``,
        ``unclear``, ``stuck``), amount (of the term; worth as much as one point), cost (to the outcome payer, today's
        currency units), others (who pay some of it) and in_full (what all of the amount is worth, of the point), each
        with its standard error.

    Raises
    ------
    ScenarioError
        When a path leads to no number.
    KeyError
        When there is no such measure.
    RefusedError
        When ``per`` does nothing for the investor.

    Examples
    --------
    >>> from sib.run import load
    >>> found = concessions(load("worked-example"), ["contract.interest.rate"], trials=2)
    >>> found[["path", "amount"]].values.tolist()
    [['contract.interest.rate', 0.01]]
    """
    expect_deals(deal)
    trials, seed, effort = drawn(draws)
    ask = Ask(tuple(terms), worth=measure, per=per)
    found = conceding.exchange(deal, ask, trials=trials, seed=seed, effort=effort)
    rows = []
    for trade in found.trades:
        row: dict[str, Any] = {"path": trade.number.path, "now": trade.number.now, "low": trade.low,
                               "high": trade.high, "verdict": trade.verdict}
        for name, estimate, scale in (("amount", trade.amount, 1), ("cost", trade.cost, 100),
                                      ("others", trade.third, 100), ("in_full", trade.in_full, 1)):
            row[name] = nan if estimate is None else estimate.value / scale
            error = None if estimate is None else estimate.standard_error
            row[f"{name}_error"] = nan if error is None else error / scale
        rows.append(row)
    return pd.DataFrame(rows)
