"""What happens as time goes by, or as trials are added: principal, cash by party, the estimates themselves.

In comes a run, from which a preparing function takes a table by date or by number of trials; out go axes on which
it is drawn. Bands over time are read off the first trials only, means off all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sib.accountant.counting import cell_shares
from sib.deal.scenario import Scenario
from sib.ledger import parties as everybody
from sib.measures import risk
from sib.measures.risk import Estimate
from sib.run import Run
from sib.views import style
from sib.views.captions import Captions

FAN_TRIALS = 20_000
"""Trials whose paths are worked out again for the bands: the first so many."""
FAN = {"p05": 0.05, "p25": 0.25, "p50": 0.50, "p75": 0.75, "p95": 0.95}
CHECKPOINTS = 60


@dataclass(frozen=True, slots=True)
class Outstanding:
    """Principal outstanding at the end of each period up to maturity.

    Parameters
    ----------
    table : DataFrame
        Indexed by date: p05, p25, p50, p75, p95, mean, in currency units.
    n_bands : int
        Number of trials behind the quantiles; the mean is over all.
    is_part : bool
        Whether the run has more trials than that.
    owing : float
        Share of these trials in which principal is outstanding at maturity.
    """

    table: pd.DataFrame
    n_bands: int
    is_part: bool
    owing: float

    @property
    def repaid_by(self) -> date | None:
        """The date from which half of the trials owe no principal any more; None where that is never."""
        owed = self.table["p50"].to_numpy()
        if owed[-1] > 0:
            return None
        last = np.flatnonzero(owed)
        place = int(last[-1]) + 1 if len(last) else 0
        day: pd.Timestamp = self.table.index[place]
        return day.date()


@dataclass(frozen=True, slots=True)
class Cash:
    """Mean cash of the parties, added up since closing.

    Parameters
    ----------
    table : DataFrame
        Indexed by date: investor, municipality, provider, others (all further parties), savings; in
        currency units.
    parties : dict of str to tuple of str
        The names in the deal behind the first four columns.
    is_own : bool
        Whether the savings are those on the municipality's own budgets; on all budgets otherwise.
    cashable : float
        Mean of the municipality's cashable savings in the end, in currency units.
    """

    table: pd.DataFrame
    parties: dict[str, tuple[str, ...]]
    is_own: bool
    cashable: float


def prepare_outstanding(run: Run) -> Outstanding:
    """Take quantiles of the principal outstanding, and its mean."""
    until = run.simulation.calendar.maturity + 1
    paths = run.cash_flows("outstanding", trials=FAN_TRIALS)[:, :until] / 100
    bands = np.quantile(paths, list(FAN.values()), axis=0, method="inverted_cdf")
    table = pd.DataFrame(dict(zip(FAN, bands, strict=True)), index=run.dates[:until])
    table["mean"] = run.mean_flow("outstanding")[:until] / 100
    return Outstanding(table, len(paths), len(paths) < run.n_trials, float((paths[:, -1] > 0).mean()))


def draw_outstanding(paper: Outstanding, ax: Axes, *, say: Captions) -> Axes:
    """Draw bands, median and mean as steps: principal stays as it is from one date to the next."""
    table, colour = paper.table, style.PARTIES["investor"].colour
    dates = pd.DatetimeIndex(table.index)
    days = style.day_numbers(dates)
    part = say.text("of-first", n=say.number(paper.n_bands)) if paper.is_part else ""
    for low, high, key, alpha in (("p05", "p95", "band-90", 0.18), ("p25", "p75", "band-50", 0.38)):
        ax.fill_between(days, table[low], table[high], step="post", color=colour, alpha=alpha, linewidth=0,
                        label=say.text(key) + part)
    ax.step(days, table["p50"], where="post", color=colour, label=say.text("median"))
    ax.step(days, table["mean"], where="post", color=style.INK, linestyle="--", linewidth=1.3, label=say.text("mean"))
    ax.set_ylim(0, max(float(table["p95"].max()), float(table["mean"].max()), 0.01) * 1.05)
    style.date_axis(ax, dates, say=say)
    style.money_axis(ax.yaxis, "outstanding-axis", say=say)
    return ax


def own_share(deal: Scenario) -> float | None:
    """Return the share of every true saving that falls on the outcome payer's own budgets.

    None where it is not the same in all segments; the savings of a month cannot then be told apart afterwards.
    """
    own, segments = deal.own_laws(), deal.segments
    shares = {sum(part for (law, _), part in cell_shares(each).items() if law in own) for each in segments}
    return float(shares.pop()) if len(shares) == 1 else None


def prepare_cash(run: Run) -> Cash:
    """Add up mean net cash by party, and mean true savings."""
    names, share = run.deal.parties, own_share(run.deal)
    columns = {role: run.mean_flow(role) for role in ("investor", "municipality", "provider")}
    others = {role: run.mean_flow(role) for role in everybody(run.deal)[3:]}
    columns["others"] = np.sum(list(others.values()), axis=0)
    columns["savings"] = run.mean_flow("true_savings") * (1.0 if share is None else share)
    table = pd.DataFrame({name: np.cumsum(flow) / 100 for name, flow in columns.items()}, index=run.dates)
    called = names.model_dump() | {role: role for role in others if role not in names.model_dump()}
    always = ("intermediary", "accountant")
    shown = tuple(called[role] for role, flow in others.items() if flow.any() or role in always)
    named_parties = {
        "investor": (names.investor,), "municipality": (names.outcome_payer,), "provider": (names.provider,),
        "others": shown,
    }
    cashable = run.value("municipality", "cashable_savings", statistic="mean")
    return Cash(table, named_parties, share is not None, cashable)


def draw_cash(paper: Cash, ax: Axes, *, say: Captions) -> Axes:
    """Draw a line for each party and one for the savings, named with the amounts at which they end."""
    table, last, dates = paper.table, paper.table.iloc[-1], pd.DatetimeIndex(paper.table.index)
    days = style.day_numbers(dates)
    for name, parties in paper.parties.items():
        look = style.PARTIES[name]
        label = say.text("and").join(named(party, say) for party in parties)
        ax.step(days, table[name], where="post", color=look.colour, linestyle=look.line,
                label=style.escape(f"{label}: {say.money(last[name])}"))
    payer, look = named(paper.parties["municipality"][0], say), style.PARTIES["savings"]
    saved = say.text("own-savings" if paper.is_own else "all-savings", label=payer, amount=say.money(last["savings"]))
    ax.step(days, table["savings"], where="post", color=look.colour, linestyle=look.line, label=style.escape(saved))
    ax.plot(days[-1:], [paper.cashable], marker="D", linestyle="", color=look.colour, clip_on=False,
            label=style.escape(say.text("cashable", label=payer, amount=say.money(paper.cashable))))
    ax.axhline(0, color=style.INK, linewidth=0.8)
    style.date_axis(ax, dates, say=say)
    style.money_axis(ax.yaxis, "cash-axis", say=say)
    return ax


def named(party: str, say: Captions) -> str:
    """Return the name of a party as a chart shows it."""
    return style.plain(say.party(party))


def checkpoints(n_trials: int) -> list[int]:
    """Return rising numbers of trials, whole draw blocks where there are any, ending with all."""
    unit = risk.DRAW_BLOCK if n_trials > risk.DRAW_BLOCK else 1
    steps = np.geomspace(1, max(1, n_trials // unit), CHECKPOINTS).round().astype(int)
    return sorted({*(int(step) * unit for step in steps), n_trials})


def prepare_convergence(run: Run) -> pd.DataFrame:
    """Estimate what decides for the investor from the first trials only, then from more and more of them.

    Returns
    -------
    DataFrame
        measure (repaid_in_full, principal_loss, irr), n_trials; value, low and high less the estimate from all
        trials, in percentage points.
    """
    trials = run.trials
    lost = (trials["investor.receipts"] < trials["investor.outlay"]).to_numpy()
    full, irr = trials["investor.repaid_in_full"].to_numpy(dtype=np.bool_), trials["investor.irr"].to_numpy()
    of = risk.Estimates(run.simulation.batches)
    estimates: dict[str, Callable[[int], Estimate]] = {
        "repaid_in_full": lambda n: of.probability(full[:n]),
        "principal_loss": lambda n: of.probability(lost[:n]),
        "irr": lambda n: of.mean(irr[:n]),
    }
    rows = []
    for measure, estimate in estimates.items():
        final = estimate(run.n_trials).value
        for n in checkpoints(run.n_trials):
            found = estimate(n)
            ends = (np.nan if end is None else end for end in (found.low, found.high))
            rows.append((measure, n, *((x - final) * 100 for x in (found.value, *ends))))
    return pd.DataFrame(rows, columns=["measure", "n_trials", "value", "low", "high"])


def draw_convergence(table: pd.DataFrame, ax: Axes, *, say: Captions) -> Axes:
    """Draw how far each estimate still was from the last one, with its own interval."""
    for place, (measure, part) in enumerate(table.groupby("measure", sort=False)):
        if part["value"].isna().all():
            continue
        look = style.SERIES[place]
        ax.fill_between(part["n_trials"], part["low"], part["high"], color=look.colour, alpha=0.13, linewidth=0)
        ax.plot(part["n_trials"], part["value"], color=look.colour, linestyle=look.line, marker="o", markersize=2.5,
                label=say.text(str(measure)) + say.text("with-interval"))
    ax.axhline(0, color=style.INK, linewidth=0.8)
    most = int(table["n_trials"].max())
    ax.set_xscale("log")
    ax.set_xlim(int(table["n_trials"].min()) * 0.9, most * 1.1)
    ticks = [x * 10**k for k in range(9) for x in (1, 3)]
    style.count_axis(ax.xaxis, [n for n in ticks if table["n_trials"].min() <= n < most / 1.5] + [most], say=say)
    style.points_axis(ax.yaxis, "off-final", say=say)
    return ax
