"""The public face of a simulation: frames, cash flows, the statement of one trial.

In comes a deal, out comes a ``Run`` that a notebook can ask. Frames are made here, so that nothing below
needs pandas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from operator import index
from pathlib import Path
from typing import Any, Literal, TypedDict, Unpack

import numpy as np
import pandas as pd

from sib import engine, payout, results
from sib.arrays import Cents, read_only
from sib.chance.draws import USUAL, Source
from sib.deal import reader
from sib.deal.scenario import Scenario
from sib.engine import Effort, Simulation
from sib.exact.controls import control as control_of
from sib.ledger import ACCOUNT
from sib.results import Row
from sib.tally import unit_of

ROLE_OF = {"municipality": "outcome_payer"}
"""Names in results that differ from the role in the deal."""


def load(source: str | Path, *, overlays: Sequence[str | Path] = (), set: Mapping[str, Any] | None = None) -> Scenario:  # noqa: A002
    """Read a deal from a file, a folder or by the name of a packaged one.

    Parameters
    ----------
    source : str or Path
    overlays : sequence of str or Path
        Files that change terms, applied in order.
    set : mapping of str to value, optional
        Single terms by path, such as ``{"contract.interest.rate": 0.05}``; applied last.

    Raises
    ------
    ScenarioError
        With every problem found.

    Examples
    --------
    >>> load("worked-example").contract.interest.rate
    0.04
    """
    return reader.load(source, overlays=overlays, settings=set or {})


class Run:
    """A finished simulation and what can be asked of it.

    Parameters
    ----------
    simulation : Simulation
    """

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation

    @property
    def deal(self) -> Scenario:
        """The deal that was simulated."""
        return self.simulation.deal

    @property
    def seed(self) -> int:
        """The seed of the draws."""
        return self.simulation.seed

    @property
    def draws(self) -> str:
        """How the trials of a block share what is drawn once a trial."""
        return self.simulation.source.scheme

    @property
    def n_trials(self) -> int:
        """The number of trials."""
        return self.simulation.n_trials

    @cached_property
    def rows(self) -> list[Row]:
        """Every figure of the summary."""
        return results.summarise(self.simulation)

    def summary(self, *, control: bool = False) -> pd.DataFrame:
        """Return the summary, one row a figure.

        Parameters
        ----------
        control : bool
            Whether what has a standard error is corrected by what is known exactly of the trials (control variates);
            then most of it is surer (what stratified draws know well already may be less so, as its error says), and
            not quite that of ``trials``. Quantiles always are.

        Returns
        -------
        DataFrame
            party, measure, statistic, value, standard_error, low, high, unit; amounts in currency units.

        Raises
        ------
        RefusedError
            With ``control``, where nothing is known to correct by, or there are too few trials.
        """
        rows = results.summarise(self.simulation, control_of(self.simulation).batches) if control else self.rows
        return pd.DataFrame(
            [{name: getattr(row, name) for name in Row.__dataclass_fields__} for row in rows]
        ).astype({"standard_error": float, "low": float, "high": float})

    def value(self, party: str, measure: str, statistic: str) -> float:
        """Return one figure of the summary.

        Raises
        ------
        KeyError
            When the summary has no such row.
        """
        for row in self.rows:
            if (row.party, row.measure, row.statistic) == (party, measure, statistic):
                return row.value
        raise KeyError(f"no row {party} / {measure} / {statistic}; see summary()")

    @cached_property
    def trials(self) -> pd.DataFrame:
        """One row a trial: amounts in currency units, counts, years, rates, True and False."""
        columns = {
            name: values / 100 if unit_of(name) == "money" else values
            for name, values in self.simulation.trials.items()
        }
        return pd.DataFrame(columns, index=pd.RangeIndex(self.n_trials, name="trial"))

    def cash_flows(self, party: str, *, trials: int | None = None) -> Cents:
        """Return what a party received less what it paid, by trial and period.

        Parameters
        ----------
        party : str
            ``investor``, ``investor.TRANCHE``, ``municipality``, ``provider``, ``intermediary`` or ``accountant``;
            also ``outstanding`` (principal), ``due`` (with interest), ``true_savings``, ``validated_savings``,
            ``outcome_payments`` (of all payers); ``met_paid`` and ``met_earned``, 1 where the main trigger is met.
        trials : int, optional
            Only the first so many trials.

        Returns
        -------
        ndarray of shape (n_trials, n_periods)
            Cents, read-only; worked out again where the run did not keep them.
        """
        n_trials = self.n_trials if trials is None else min(trials, self.n_trials)
        name = ROLE_OF.get(party, party)
        if name not in self.simulation.flow_sums:
            known = [
                {role: public for public, role in ROLE_OF.items()}.get(flow, flow) for flow in self.simulation.flow_sums
            ]
            raise KeyError(f"no flows of {party!r}; known: {', '.join(known)}")
        if self.simulation.flows:
            return self.simulation.flows[name][:n_trials]
        return self._paths(n_trials)[name]

    def _paths(self, n_trials: int) -> dict[str, Cents]:
        """Flows of the first trials, worked out once for each length asked."""
        if getattr(self, "_worked_out", (0, {}))[0] < n_trials:
            again = engine.simulate(self.deal, n_trials, seed=self.simulation.source, keep_flows=True)
            self._worked_out = (n_trials, again.flows)
        return {name: read_only(flow[:n_trials]) for name, flow in self._worked_out[1].items()}

    def mean_flow(self, party: str) -> Cents:
        """Return the mean net cash of a party (or a path of ``cash_flows``) by period, in cents, over all trials."""
        return self.simulation.flow_sums[ROLE_OF.get(party, party)] / self.n_trials

    def statement(self, trial: int) -> pd.DataFrame:
        """Return the ledger of one trial.

        Parameters
        ----------
        trial : int
            From 0.

        Returns
        -------
        DataFrame
            date, period, payer, payee, clause, amount (currency units), account_balance (after the movement).
        """
        if not 0 <= trial < self.n_trials:
            raise IndexError(f"trial {trial} is not in this run; trials go from 0 to {self.n_trials - 1}")
        return statement(self.deal, self.simulation.source, trial=trial)

    @cached_property
    def dates(self) -> pd.DatetimeIndex:
        """End of each period."""
        return pd.DatetimeIndex([pd.Timestamp(day) for day in self.simulation.calendar.dates])


def expect_deals(*deals: object) -> None:
    """Raise ``TypeError`` with what to do where something else than a deal is given, such as its name."""
    for deal in deals:
        if not isinstance(deal, Scenario):
            raise TypeError(f"a deal is expected, not {type(deal).__name__}; read one with sib.load(...)")


class Drawn(TypedDict, total=False):
    """What a run is drawn from: ``seed`` (1) and ``draws`` ("stratified")."""

    seed: int
    draws: str


def simulate(
    deal: Scenario,
    trials: int = 20_000,
    *,
    workers: int | None = None,
    keep: Literal["measures", "flows"] = "measures",
    **drawn: Unpack[Drawn],
) -> Run:
    """Simulate a deal.

    Parameters
    ----------
    deal : Scenario
        From ``load``.
    trials : int
    workers : int, optional
        Threads; one a processor where not given.
    keep : {"measures", "flows"}
        Whether to hold every flow of every trial in memory as well.
    **drawn
        seed (1): the same seed gives the same result, whatever the workers. draws ("stratified"; or "latin",
        "antithetic", "independent"): how the trials of a block share what is drawn once a trial.

    Returns
    -------
    Run

    Raises
    ------
    ValueError
        When there are no such draws, or the seed is negative.

    Examples
    --------
    >>> run = simulate(load("worked-example"), trials=1)
    >>> run.value("investor", "receipts", "mean")
    105.76
    """
    expect_deals(deal)
    unknown = sorted(drawn.keys() - {"seed", "draws"})
    if unknown:
        raise TypeError(f"simulate() got an unexpected keyword argument {unknown[0]!r}")
    source = Source(index(drawn.get("seed", 1)), drawn.get("draws", USUAL))
    return Run(engine.simulate(deal, trials, seed=source, keep_flows=keep == "flows", effort=Effort(workers)))


def payoff(deal: Scenario, values: Mapping[str, float | str | Sequence[float | str]] | None = None) -> pd.DataFrame:
    """Return what a deal pays, and to whom, at given values of its metrics: exact, no simulation.

    Parameters
    ----------
    deal : Scenario
        From ``load``.
    values : mapping of str to number or sequence of number, optional
        By ``NAME``, ``NAME.COHORT`` or ``NAME@DATE``, in the unit of the metric; equally many each, or one. Text is
        read as an exact decimal. What is expected where nothing is given.

    Returns
    -------
    DataFrame
        One row a point: metrics, outcome_payment, payment.LINE, net_cash.PARTY, outlay, receipts, irr and moic of the
        investor, guarantee.NAME, trigger.NAME, unpaid; amounts in currency units.

    Raises
    ------
    ValueError
        When the deal does not know a metric, cohort or date, or it cannot have such a value.

    Examples
    --------
    >>> payoff(load("worked-example"), {"validated_savings": [60, 180]})["outcome_payment"].tolist()
    [60.0, 105.76]
    """
    expect_deals(deal)
    listed = {name: _listed(given) for name, given in (values or {}).items()}
    payout.refuse_impossible(deal, listed)
    return pd.DataFrame([payout.as_row(point) for point in payout.payoff(deal, listed)])


def _listed(given: float | str | Sequence[float | str]) -> list[float | str]:
    """Return one value or several as a list of plain numbers; arrays and series will do."""
    plain = given.tolist() if hasattr(given, "tolist") else given
    return [plain] if isinstance(plain, float | int | str) else list(plain)


def statement(deal: Scenario, seed: int | Source, *, trial: int) -> pd.DataFrame:
    """Return the ledger of one trial without running the others; columns as in ``Run.statement``."""
    chapter, place = engine.replay(deal, seed, trial=trial)
    names = deal.parties.model_dump(exclude={"source"}) | {ACCOUNT: "contract account"}
    entries = [
        (int(period), order, movement, int(movement.in_trial(place)[period]))
        for order, movement in enumerate(chapter.book)
        for period in np.flatnonzero(movement.in_trial(place))
    ]
    entries.sort(key=lambda entry: entry[:2])
    balance, lines = 0, []
    for period, _, movement, cents in entries:
        balance += cents * ((movement.payee == ACCOUNT) - (movement.payer == ACCOUNT))
        lines.append(
            {
                "date": pd.Timestamp(chapter.calendar.dates[period]),
                "period": period,
                "payer": names.get(movement.payer, movement.payer),
                "payee": names.get(movement.payee, movement.payee),
                "clause": movement.clause,
                "amount": cents / 100,
                "account_balance": balance / 100,
            }
        )
    columns = ["date", "period", "payer", "payee", "clause", "amount", "account_balance"]
    return pd.DataFrame(lines, columns=columns)
