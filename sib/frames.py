"""Comparisons as frames for Python: deals side by side, ways to pay for one deal's work, budgets by fiscal year.

In come deals, out go tidy frames, one row a figure, in currency units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import pandas as pd

from sib.analysis.arrangements import arrange
from sib.analysis.budgets import budgets as budgets_of
from sib.analysis.compare import compare as compare_deals
from sib.deal.arrangements import FORMS
from sib.deal.clauses import nearest
from sib.deal.scenario import Scenario
from sib.engine import Effort
from sib.run import expect_deals


def compare(
    *deals: Scenario, trials: int = 20_000, seed: int = 1, forms: str | Sequence[str] = FORMS,
    workers: int | None = None,
) -> pd.DataFrame:
    """Compare deals, or ways to pay for the work of one, on the same draws.

    Parameters
    ----------
    *deals : Scenario
        From ``load``. Of several, each is compared with the first; of one, the forms with the one in use.
    trials, seed : int
    forms : str or sequence of str
        Ways to pay, for one deal.
    workers : int, optional
        Threads; one a processor where not given.

    Returns
    -------
    DataFrame
        One deal: form, party, measure, statistic, value, standard_error, low, high, unit. Several: scenario (the
        number of the deal, from 0), name, kind (``value``, or ``difference`` from the first, paired trial by trial),
        then the same columns.

    Raises
    ------
    TypeError
        When something else than a deal is given, such as its name.
    ValueError
        When a form is not known, none is named, or currencies differ.

    Examples
    --------
    >>> from sib.run import load
    >>> found = compare(load("worked-example"), trials=1, forms=("pays_itself",))
    >>> found.query("party == 'municipality' and measure == 'cost' and statistic == 'mean'")["value"].tolist()
    [100.0]
    """
    expect_deals(*deals)
    chosen = (forms,) if isinstance(forms, str) else tuple(forms)
    for form in chosen:
        _expect_form(form)
    effort = Effort(workers)
    if len(deals) == 1:
        found = arrange(deals[0], trials, seed=seed, forms=chosen, effort=effort)
        return pd.DataFrame([{"form": way.form, **asdict(row)} for way in found.ways for row in way.rows])
    several = compare_deals(deals, trials, seed=seed, effort=effort)
    kinds = (("value", 0, several.rows), ("difference", 1, several.differences))
    return pd.DataFrame([
        {"scenario": place, "name": deals[place].name, "kind": kind, **asdict(row)}
        for kind, first, papers in kinds for place, rows in enumerate(papers, start=first) for row in rows
    ])


def budgets(
    deal: Scenario, *, form: str | None = None, trials: int = 20_000, seed: int = 1, workers: int | None = None
) -> pd.DataFrame:
    """Return what every budget saves, is charged and is left with, by fiscal year.

    Parameters
    ----------
    deal : Scenario
        From ``load``.
    form : str, optional
        How the work is paid for; as it is in fact (``arrangements.actual``), else by the contract.
    trials, seed : int
    workers : int, optional
        Threads; one a processor where not given.

    Returns
    -------
    DataFrame
        party, law (empty for general means, ``*`` for all of a party), year (missing for all together), measure, mean,
        standard_error, p80, p90, p95; currency units.

    Raises
    ------
    TypeError
        When something else than a deal is given, such as its name.
    ValueError
        When the form is not known.

    Examples
    --------
    >>> from sib.run import load
    >>> found = budgets(load("worked-example"), trials=1)
    >>> found.query("measure == 'charged' and law == 'Wmo' and year.isna()")["mean"].tolist()
    [105.76]
    """
    expect_deals(deal)
    chosen = form or deal.arrangements.actual or "impact_bond"
    _expect_form(chosen)
    found = budgets_of(deal, trials, form=chosen, seed=seed, effort=Effort(workers))
    frame = pd.DataFrame([asdict(entry) for entry in found.entries])
    return frame.astype({"year": "Int64", "standard_error": float})


def _expect_form(form: str) -> None:
    if form not in FORMS:
        raise ValueError(f"{form!r} is no way to pay; {nearest(form, FORMS)}")
