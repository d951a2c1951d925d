"""What concessions are worth: how much of each term makes up for a point of interest, and what that costs the others.

In come a deal and terms, out goes an ``Exchange`` paper. Each term is moved a step up and down on the same draws, and
the differences are taken trial by trial, so that their errors are those of pairs. All rates are those of small
changes around the deal as it is: a whole point may reach further than they hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Literal

import numpy as np

from sib.analysis.levers import negotiable, step_of, unit_of
from sib.analysis.sweep import told
from sib.arrays import Bools, Floats
from sib.deal.clauses import nearest
from sib.deal.number import RATE, SHARE, Number, number_at
from sib.deal.parties import ROLES
from sib.deal.reader import Reading
from sib.deal.scenario import Scenario
from sib.deal.vary import Base, base_of
from sib.engine import Bench, Effort, Simulation
from sib.errors import RefusedError, ScenarioError
from sib.ledger import parties
from sib.measures import risk
from sib.measures.linear import product as product_of
from sib.measures.linear import ratio
from sib.measures.risk import Estimate
from sib.results import Measure, measures_of
from sib.tally import hurdle

WORTH, COST = "investor.npv", "municipality.present_value"
"""What a concession is worth to the investor, and what the outcome payer has less of."""
HALF_A_CENT = 0.5
"""What no gain is smaller than."""
SURE = 1.96
"""Standard errors from which a difference counts."""
BENT = 0.5
"""Part of the larger slope from which slopes up and down that differ are told."""
Verdict = Literal["traded", "idle", "one_way", "unclear", "stuck"]


@dataclass(frozen=True, slots=True)
class Ask:
    """What is to be held against what.

    Parameters
    ----------
    terms : tuple of str
        Paths; the numbers of the contract that the deal has, and its maturity, where none is named.
    worth, cost : str
        What counts for the investor, and what the outcome payer has less of: measures of which the summary has a mean.
    per : str
        The term that the others are held against; the first rate of interest of the deal unless named.
    """

    terms: tuple[str, ...] = ()
    worth: str = WORTH
    cost: str = COST
    per: str = ""

    def paths(self, base: Base) -> list[str]:
        """Return the terms, the yardstick first."""
        paths = list(self.terms) or negotiable(base)
        rates = [path for path in negotiable(base) if path.endswith("interest.rate")]
        return list(dict.fromkeys([*filter(None, [self.per]), *([] if self.per else rates[:1]), *paths]))


@dataclass(frozen=True, slots=True)
class Trade:
    """A term, against the yardstick.

    Parameters
    ----------
    number : Number
        The term as it is.
    low, high : float or int
        The values between which it was moved.
    verdict : {"traded", "idle", "one_way", "unclear", "stuck"}
        ``idle``: it changes nothing for the investor in any trial; ``one_way``: only what is worse for it changes
        anything; ``unclear``: nothing beyond the error; ``stuck``: no
        neighbouring value makes a valid deal.
    problem : str
        Why it is stuck.
    slopes : (Estimate, Estimate), optional
        What one unit of the term is worth to the investor: between the values below, and between those above; None
        where there are none.
    amount : Estimate, optional
        How much of the term is worth as much to the investor as one unit of the yardstick; signed.
    cost, third : Estimate, optional
        What that amount costs the outcome payer and others, guarantors and other outcome payers, in cents.
    in_full : Estimate, optional
        What the amount is worth to the investor when all of it is given, in units of the yardstick: 1 where the rate
        holds as far as that. None where the term cannot go so far.
    """

    number: Number
    low: float | int
    high: float | int
    verdict: Verdict
    problem: str = ""
    slopes: tuple[Estimate | None, Estimate | None] = (None, None)
    amount: Estimate | None = None
    cost: Estimate | None = None
    third: Estimate | None = None
    in_full: Estimate | None = None

    @property
    def is_bent(self) -> bool:
        """Whether a step up and a step down are worth unlike amounts, beyond the error."""
        one, other = self.slopes
        if one is None or other is None:
            return False
        apart = abs(one.value - other.value)
        noise = np.hypot(_error(one), _error(other))
        return bool(apart > SURE * noise and apart > BENT * max(abs(one.value), abs(other.value)))

    def measured(self, sign: int) -> float:
        """Return which part of the amount, or of minus the amount, lies where the rate was measured; 1 at most."""
        assert self.amount is not None
        away = sign * self.amount.value
        room = (self.high if away > 0 else self.low) - (self.number.now or 0)
        return min(1.0, room / away) if away else 0.0

    def reaches(self, sign: int) -> bool:
        """Whether the term can go as far as the amount: up by it, or with a sign of -1 down by it."""
        if self.amount is None:
            return False
        at = (self.number.now or 0) + sign * self.amount.value
        most = self.number.kind.ends[1] if self.number.kind is SHARE and self.number.kind.ends else np.inf
        return bool(0 <= at <= most)


@dataclass(frozen=True, slots=True)
class Swap:
    """One term given and another taken back, so that the investor stays where it is.

    Parameters
    ----------
    give, take : Trade
    size : float
        Part of their amounts: as much as keeps both where their rates were measured, 1 at most.
    gain : Estimate
        What the outcome payer is better off, in cents; beyond its error.
    third : Estimate
        What others pay more, in cents.
    """

    give: Trade
    take: Trade
    size: float
    gain: Estimate
    third: Estimate

    @property
    def order(self) -> float:
        """What swaps are ordered by: less the gain, and what others pay for it."""
        return max(self.third.value, 0.0) - self.gain.value


@dataclass(frozen=True, slots=True)
class Exchange:
    """What terms of a deal are worth in each other.

    Parameters
    ----------
    deal : Scenario
    worth, cost : Measure
        What counts for the investor and for the outcome payer.
    unit : float
        One unit of the yardstick, such as 0.01 of a rate.
    value : Estimate or None
        What that unit is worth to the investor, in the unit of the measure, money in cents; None where no term
        does anything for the investor.
    seed, n_trials : int
    trades : tuple of Trade
        In the order of the paths.
    swaps : tuple of Swap
        Those by which the outcome payer gains; the largest gain first, less what others pay for it.
    """

    deal: Scenario
    worth: Measure
    cost: Measure
    unit: float
    value: Estimate | None
    seed: int
    n_trials: int
    trades: tuple[Trade, ...]
    swaps: tuple[Swap, ...]

    @property
    def yardstick(self) -> Trade | None:
        """The term that the others are held against."""
        return next((each for each in self.trades if each.amount), None)

    @property
    def has_others(self) -> bool:
        """Whether others bear some of it: guarantors and other outcome payers."""
        return bool(self.deal.contract.guarantees) or len(self.deal.contract.outcome_payers) > 1


@dataclass(frozen=True, slots=True)
class _Moved:
    """What a unit of a term changes, trial by trial: worth to the investor, cost to the outcome payer and others."""

    trade: Trade
    worth: Floats
    cost: Floats
    third: Floats


def exchange(
    deal: Reading | Scenario, ask: Ask | None = None, *, trials: int = 20_000, seed: int = 1,
    effort: Effort | None = None,
) -> Exchange:
    """Find how much of each term is worth as much to the investor as a point of interest.

    Parameters
    ----------
    deal : Reading or Scenario
    ask : Ask, optional
        Which terms, and what counts.
    trials, seed : int
        As for a simulation.
    effort : Effort, optional
        Threads and progress; no figure depends on it.

    Raises
    ------
    ScenarioError
        When a path leads to no number.
    KeyError
        When there is no such measure.
    RefusedError
        When the yardstick that was named changes nothing for the investor: nothing can be held against it.
    """
    ask, base = ask or Ask(), base_of(deal)
    lab = _Lab(base, bench=Bench(trials, seed=seed, effort=effort), ask=ask)
    moved = [lab.moved(replace(number_at(base.term(path)), path=path)) for path in ask.paths(base)]
    traded = [each for each in moved if each.trade.verdict == "traded"]
    first = _yardstick(moved, ask)
    if first is None:
        trades = tuple(each.trade for each in moved)
        return Exchange(base.deal, *lab.measures, 0.0, None, seed, trials, trades, ())
    unit = unit_of(first.trade.number, base.deal)
    undefined = np.any([np.isnan(each.worth) for each in traded], axis=0)
    value = risk.mean(np.where(undefined, np.nan, unit * first.worth))
    priced = {each.trade.number.path: _against(each, first, unit=unit, undefined=undefined) for each in traded}
    priced = {path: replace(each, trade=lab.tried(each.trade, unit * first.worth)) for path, each in priced.items()}
    trades = tuple(priced[path].trade if (path := each.trade.number.path) in priced else each.trade for each in moved)
    return Exchange(base.deal, *lab.measures, unit, value, seed, trials, trades, _swaps(list(priced.values())))


def n_runs(deal: Reading | Scenario, ask: Ask) -> int:
    """Return how many simulations the terms take."""
    return 1 + 3 * len(ask.paths(base_of(deal)))


class _Lab:
    """Moves terms of a deal and measures what that changes."""

    def __init__(self, base: Base, *, bench: Bench, ask: Ask) -> None:
        self.deal, self.base, self._bench = base.deal, base, bench
        deal = base.deal
        run = bench.run(deal)
        known = {f"{each.party}.{each.name}": each for each in measures_of(run.deal)}
        self.measures = (_known(ask.worth, known), _known(ask.cost, known))
        payers = [f"{name}.outcome_payments" for name in parties(deal)[len(ROLES) :]]
        self._others = [key for key in ("guarantor.paid", *payers) if key in run.trials]
        # Unless stated, the investor discounts at the rate of the contract, which must not move with it.
        self._held = {} if deal.measures.hurdle is not None else {"measures.hurdle": round(hurdle(deal), RATE.decimals)}
        self.now = self._kept(run)

    def _kept(self, run: Simulation) -> tuple[Floats, Floats, Floats]:
        worth, has = (np.asarray(run.trials[each.key], dtype=np.float64) for each in self.measures)
        paid = [np.asarray(run.trials[key], dtype=np.float64) for key in self._others]
        return worth, -has, np.sum(paid, axis=0) if paid else np.zeros(len(has))

    def _at(self, path: str, value: float | int) -> tuple[tuple[Floats, Floats, Floats] | None, str]:
        """Return what is measured with a term at another value, or why there is no such deal."""
        try:
            return self._kept(self._bench.run(self.base.with_terms({**self._held, path: value}))), ""
        except ScenarioError as error:
            return None, told(error)

    def moved(self, number: Number) -> _Moved:
        """Return what a unit of a term changes, from a step up and a step down."""
        step = step_of(number, self.deal)
        now = number.now or 0
        low, high = number.written(now - step), number.written(now + step)
        nothing = np.zeros(len(self.now[0]))
        below, _ = self._at(number.path, low)
        above, problem = self._at(number.path, high)
        if below is None and above is None:
            return _Moved(Trade(number, now, now, "stuck", problem), nothing, nothing, nothing)
        down = None if below is None else _slope(below, self.now, now - low)
        up = None if above is None else _slope(self.now, above, high - now)
        ends = (now if below is None else low, now if above is None else high)
        worth, cost, third = _slope(below or self.now, above or self.now, ends[1] - ends[0])
        slopes = tuple(None if each is None else risk.mean(each[0]) for each in (down, up))
        trade = Trade(number, *ends, _verdict(worth, slopes), slopes=slopes)  # type: ignore[arg-type]
        return _Moved(trade, worth, cost, third)


    def tried(self, trade: Trade, value: Floats) -> Trade:
        """Return a trade with what its whole amount is worth, beside the value of a unit of the yardstick by trial."""
        now, amount = trade.number.now or 0, trade.amount
        if amount is None or not trade.reaches(1):
            return trade
        at = trade.number.written(now + amount.value)
        there, _ = self._at(trade.number.path, at)
        if there is None or at == now:
            return trade
        difference = (there[0] - self.now[0]) * (amount.value / (at - now))
        undefined = np.isnan(difference) | np.isnan(value)
        both = (np.where(undefined, np.nan, each) for each in (difference, value))
        return replace(trade, in_full=risk.mean(ratio(*both)))


def _slope(
    one: tuple[Floats, Floats, Floats], other: tuple[Floats, Floats, Floats], width: float
) -> tuple[Floats, Floats, Floats]:
    """Return by trial how much more there is at the one end than at the other, for each unit between them."""
    worth, cost, third = ((there - here) / width for here, there in zip(one, other, strict=True))
    return worth, cost, third


def _verdict(worth: Floats, slopes: tuple[Estimate | None, ...]) -> Verdict:
    """Return whether a term does anything for the investor, on the side that is better for it."""
    if not np.any(np.nan_to_num(worth)):
        return "idle"
    mean = risk.mean(worth)
    better = slopes[mean.value > 0]
    if better is not None and better.value == 0:
        return "one_way"
    return "traded" if abs(mean.value) > SURE * _error(mean) else "unclear"


def _error(estimate: Estimate) -> float:
    """Return the error of a mean; infinite where there are too few trials for one."""
    return np.inf if estimate.standard_error is None else estimate.standard_error


def _known(name: str, known: Mapping[str, Measure]) -> Measure:
    """Return the measure that is meant; raise ``KeyError`` where there is none with a value in each trial."""
    measure = known.get(name.removesuffix(".mean"))
    if measure is None:
        raise KeyError(f"{name!r} is no measure with a mean; {nearest(name, known)}")
    return measure


def _yardstick(moved: Sequence[_Moved], ask: Ask) -> _Moved | None:
    """Return the first term that does something for the investor; the one that was named, where one was."""
    first = next((each for each in moved if each.trade.verdict == "traded"), None)
    if ask.per and first is not moved[0]:
        raise RefusedError(f"{ask.per} does nothing for {ask.worth} here, so that no other term can be held against "
                           "it; name another with --per")
    return first


@dataclass(frozen=True, slots=True)
class _Priced:
    """A trade with what it costs the outcome payer and others, trial by trial (linearised)."""

    trade: Trade
    cost: Floats
    third: Floats


def _against(moved: _Moved, first: _Moved, *, unit: float, undefined: Bools) -> _Priced:
    """Return how much of a term makes up for a unit of the yardstick, and at what cost."""
    arrays = (moved.worth, moved.cost, moved.third, first.worth)
    worth, cost, third, yard = (np.where(undefined, np.nan, each) for each in arrays)
    amount = ratio(unit * yard, worth)
    costs, thirds = product_of(amount, cost), product_of(amount, third)
    trade = replace(moved.trade, amount=risk.mean(amount), cost=risk.mean(costs), third=risk.mean(thirds))
    return _Priced(trade, costs, thirds)


def _swaps(priced: Sequence[_Priced]) -> tuple[Swap, ...]:
    """Return the pairs of terms by which the outcome payer gains beyond the error, those first that cost others least.

    No trade is larger than keeps both terms where their rates were measured; terms that bend are left out.
    """
    swaps = []
    straight = [each for each in priced if not each.trade.is_bent]
    for give, take in product(straight, straight):
        size = min(give.trade.measured(1), take.trade.measured(-1))
        gain = risk.mean(size * (take.cost - give.cost))
        if gain.value > SURE * _error(gain) + HALF_A_CENT:
            swaps.append(Swap(give.trade, take.trade, size, gain, risk.mean(size * (give.third - take.third))))
    return tuple(sorted(swaps, key=lambda each: (each.order, each.give.number.path, each.take.number.path)))


__all__ = ["COST", "WORTH", "Ask", "Exchange", "Swap", "Trade", "exchange", "n_runs"]
