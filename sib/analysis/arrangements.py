"""Ways to pay for the same work side by side: what each party pays, gains and risks, and what moving a risk costs.

In comes a deal, out goes an ``Arranged`` paper. Every form is settled on the same simulated cases (``analysis.forms``),
so that differences between forms are paired trial by trial.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from sib.analysis.agreed import bond_only, settled_laws
from sib.analysis.forms import PAID, Basis, Paid
from sib.arrays import Cents, Floats, add_up
from sib.deal.arrangements import FORMS
from sib.deal.programme import Learning, Programme
from sib.deal.scenario import Scenario
from sib.engine import YEARS, Effort, simulate_all
from sib.measures import risk
from sib.measures.risk import Estimate
from sib.results import Row, Unit, percentile, row_of

TENTH = 0.10
"""The share of trials that count as bad."""
EVERYBODY = "all parties"
RESERVES = (0.80, 0.90, 0.95)
SPREAD = (0.05, 0.50, 0.95)


@dataclass(frozen=True, slots=True)
class Way:
    """One form, with what it moves and its figures.

    Parameters
    ----------
    form : str
    paid : Paid
    rows : tuple of Row
        Money in currency units; ``party`` is the name of a party, or ``all parties``.
    """

    form: str
    paid: Paid
    rows: tuple[Row, ...]

    def row(self, party: str, measure: str, *, statistic: str = "mean") -> Row | None:
        """Return a row; None where there is none."""
        found = (row for row in self.rows if (row.party, row.measure, row.statistic) == (party, measure, statistic))
        return next(found, None)

    def value(self, party: str, measure: str, *, statistic: str = "mean") -> float:
        """Return a figure; NaN where there is none."""
        row = self.row(party, measure, statistic=statistic)
        return float("nan") if row is None else row.value


@dataclass(frozen=True, slots=True)
class Arranged:
    """Ways to pay for the work of one deal.

    Parameters
    ----------
    deal : Scenario
    seed, n_trials : int
    base : str
        The form that the others are compared with.
    ways : tuple of Way
        In the order of ``FORMS``.
    parties : tuple of str
        Those that pay, gain or lose in at least one of the forms, the outcome payer first.
    fiscal_years : tuple of int
    savings_vary, volume_varies : bool
        Whether what the work saves, and what it costs, differs between trials at all.
    """

    deal: Scenario
    seed: int
    n_trials: int
    base: str
    ways: tuple[Way, ...]
    parties: tuple[str, ...]
    fiscal_years: tuple[int, ...]
    savings_vary: bool
    volume_varies: bool

    def way(self, form: str) -> Way:
        """Return the paper of a form."""
        return next(way for way in self.ways if way.form == form)


def arrange(
    deal: Scenario,
    trials: int = 20_000,
    *,
    seed: int = 1,
    forms: tuple[str, ...] = FORMS,
    effort: Effort | None = None,
) -> Arranged:
    """Settle the same simulated cases in several forms.

    Parameters
    ----------
    deal : Scenario
    trials, seed : int
        As for a simulation; ``n_runs`` says how many are made.
    forms : tuple of str
        The first that is in fact used (``arrangements.actual``), else the contract, is what others are compared with;
        where neither is asked for, the first of them.
    effort : Effort, optional
        Threads and progress; no figure depends on it.

    Raises
    ------
    ValueError
        When no form is named.
    """
    if not forms:
        raise ValueError(f"no way to pay is named; known: {', '.join(FORMS)}")
    found = variants(deal, forms)
    runs = simulate_all(list(found.values()), trials, seed=seed, keep_flows=(YEARS,), effort=effort)
    bases = {name: Basis(run) for name, run in zip(found, runs, strict=True)}
    paid = {form: PAID[form](bases[variant_of(form, bases)]) for form in FORMS if form in forms}
    base = base_of(deal, tuple(paid))
    plain = bases[variant_of("pays_itself", bases)]
    scene = _Scene(deal, plain, paid, base)
    moving = [party for party in plain.holders() if party == deal.parties.outcome_payer
              or any(each.cost[party].any() or each.gains[party].any() for each in paid.values())]
    ways = []
    for form, each in paid.items():
        rows = [row for party in moving for row in scene.of_party(each, party)]
        rows += scene.of_all(each, basis=bases[variant_of(form, bases)], form=form)
        ways.append(Way(form, each, tuple(rows)))
    run = runs[0]
    years = run.calendar.fiscal_years
    return Arranged(deal, seed, run.n_trials, base, tuple(ways), tuple(moving), years,
                    savings_vary=scene.failure is not None, volume_varies=scene.volume is not None)


def base_of(deal: Scenario, forms: tuple[str, ...]) -> str:
    """Return the form that others are compared with: the one in use, else the contract, else the first."""
    wanted = deal.arrangements.actual or "impact_bond"
    return wanted if wanted in forms else forms[0]


def variants(deal: Scenario, forms: tuple[str, ...]) -> dict[str, Scenario]:
    """Return the deals that must be simulated: as agreed, without clauses that cut the work short, with learning."""
    found = {}
    contract = deal.contract
    cuts = contract.stop_intake is not None or bool(contract.early_ends)
    if "impact_bond" in forms or not cuts:
        found["agreed"] = deal
    if cuts and set(forms) - {"impact_bond"}:
        whole = contract.model_copy(update={"stop_intake": None, "early_ends": ()})
        found["plain"] = deal.model_copy(update={"contract": whole})
    if "learning" in forms and isinstance(deal.programme, Programme):
        terms = deal.arrangements.learning
        taught = tuple(
            segment.model_copy(update={"learning": Learning(gain=terms.gain, pace=terms.pace)})
            for segment in deal.segments
        )
        programme = deal.programme.model_copy(update={"segments": taught})
        base = found.get("plain", deal)
        found["taught"] = base.model_copy(update={"programme": programme})
    return found


def variant_of(form: str, found: Mapping[str, object]) -> str:
    """Return which of the simulated deals a form is settled on."""
    wanted = {"impact_bond": "agreed", "learning": "taught"}.get(form, "plain")
    return wanted if wanted in found else next(name for name in ("plain", "agreed", "taught") if name in found)


class _Scene:
    """The trials in which the work does badly, or is much, and figures of every party over them."""

    def __init__(self, deal: Scenario, basis: Basis, paid: dict[str, Paid], base: str) -> None:
        self.deal, self.paid, self.base = deal, paid, base
        saved = add_up([basis.nothing(), *(basis.of(law, kind) for law in deal.payers for kind in ("direct", "real"))])
        cost = basis.cost.sum(axis=0)
        total = saved.sum(axis=0)
        self.failure = lowest(total, TENTH) if np.ptp(total) > 0 else None
        self.volume = lowest(-cost, TENTH) if np.ptp(cost) > 0 else None

    def of_party(self, paid: Paid, party: str) -> Iterator[Row]:
        """What a party pays and gains, how far that may differ, and what it carries of which risk."""
        cost, net = paid.cost[party].sum(axis=0), paid.net(party).sum(axis=0)
        yield self._money(party, "cost", risk.mean(cost))
        yield self._money(party, "cost", risk.sd(cost), "sd")
        yield self._money(party, "savings", risk.mean(paid.gains[party].sum(axis=0)))
        yield self._money(party, "net_cash", risk.mean(net))
        yield self._money(party, "net_cash", risk.sd(net), "sd")
        for level, estimate in zip(SPREAD, risk.quantiles(net, SPREAD), strict=True):
            yield self._money(party, "net_cash", estimate, percentile(level))
        yield self._row((party, "worse_off", "probability"), risk.probability(net < 0), unit="fraction")
        for level, estimate in zip(RESERVES, risk.quantiles(-net, RESERVES), strict=True):
            yield self._money(party, "reserve", _floored(estimate), percentile(level))
        against = net - self.paid[self.base].net(party).sum(axis=0)
        yield self._money(party, "against_base", risk.mean(against))
        yield self._row((party, "better_than_base", "probability"), risk.probability(against > 0), unit="fraction")
        if self.failure is not None:
            yield self._money(party, "worse_if_it_fails", risk.mean(_shift(-net, self.failure)))
        if self.volume is not None:
            yield self._money(party, "pays_more_if_volume_is_high", risk.mean(_shift(cost, self.volume)))

    def of_all(self, paid: Paid, *, basis: Basis, form: str) -> Iterator[Row]:
        """What the form costs everybody together, what risk transfer costs, and at what scale it pays."""
        cost = add_up(paid.cost.values()).sum(axis=0)
        gains = add_up(paid.gains.values()).sum(axis=0)
        yield self._money(EVERYBODY, "cost", risk.mean(cost))
        yield self._money(EVERYBODY, "savings", risk.mean(gains))
        yield self._money(EVERYBODY, "net_cash", risk.mean(gains - cost))
        if self.failure is not None:
            yield self._money(EVERYBODY, "worse_if_it_fails", risk.mean(_shift(cost - gains, self.failure)))
        investor = self.deal.parties.investor
        yield self._money(EVERYBODY, "paid_for_finance", risk.mean(-paid.cost[investor].sum(axis=0)))
        plain = self.paid.get("pays_itself")
        if plain is not None and form != "do_nothing":
            extra = cost - add_up(plain.cost.values()).sum(axis=0)
            yield self._money(EVERYBODY, "extra_work", risk.mean(extra))
            yield from self._transfer(paid, plain)
        if form != "do_nothing":
            yield from self._scale(paid, basis)
        terms = self.deal.arrangements.central_reimbursement
        if form == "central_reimbursement" and terms.based_on is not None:
            error = _known(1.96 * terms.cv / terms.based_on**0.5)
            yield self._row((EVERYBODY, "norm_error", "value"), error, unit="fraction")
        if form == "revolving":
            unsettled = basis.cost.sum(axis=0) - _refunded(paid, basis)
            yield self._money(EVERYBODY, "not_settled", risk.mean(unsettled))
            yield self._row((EVERYBODY, "not_settled", "probability"), risk.probability(unsettled > 0), unit="fraction")

    def _transfer(self, paid: Paid, plain: Paid) -> Iterator[Row]:
        """What the outcome payer pays more than when it pays itself, and what of a bad outcome it is spared."""
        payer = self.deal.parties.outcome_payer
        more = (paid.cost[payer] - plain.cost[payer]).sum(axis=0)
        yield self._money(payer, "price_of_transfer", risk.mean(more))
        if self.failure is not None:
            spared = _shift(plain.cost[payer].sum(axis=0) - paid.cost[payer].sum(axis=0), self.failure)
            yield self._money(payer, "spared_if_it_fails", risk.mean(spared))

    def _scale(self, paid: Paid, basis: Basis) -> Iterator[Row]:
        """Number of cases at which savings make up for the cost, fixed costs staying as they are."""
        left_out = bond_only(basis.deal)
        kept = [line for line in basis.deal.budget.lines if line.activity not in left_out]
        fixed_work = sum(line.number * line.unit_price for line in kept if line.when.stage is None) * 100
        cases = _mean(basis.years["plans"])
        recording = 0.0 if paid.recording is None else _mean(paid.recording)
        with_cases = _mean(basis.cost) - fixed_work + recording
        fixed = sum(map(_mean, paid.cost.values())) - with_cases
        if cases > 0:
            left = (sum(map(_mean, paid.gains.values())) - with_cases) / cases
            yield self._row((EVERYBODY, "left_per_case", "value"), _known(left), unit="money")
            if left > 0:
                yield self._row((EVERYBODY, "break_even_cases", "value"), _known(fixed / left), unit="count")

    def _money(self, party: str, measure: str, estimate: Estimate, statistic: str = "mean") -> Row:
        return self._row((party, measure, statistic), estimate, unit="money")

    def _row(self, what: tuple[str, str, str], estimate: Estimate, *, unit: Unit) -> Row:
        return row_of(self.deal, what, estimate=estimate, unit=unit)


def _floored(estimate: Estimate) -> Estimate:
    """Return an estimate of something of which only what is above 0 counts."""
    ends = (None if end is None else max(end, 0.0) for end in (estimate.low, estimate.high))
    return Estimate(max(estimate.value, 0.0), None, *ends)


def _known(value: float) -> Estimate:
    return Estimate(value, None, None, None)


def _mean(amounts: Cents) -> float:
    """Return the mean over trials of amounts by year."""
    return float(amounts.sum(axis=0).mean())


def lowest(values: Floats, share: float) -> Floats:
    """Return the weight of each trial among those with the lowest values, that share of them rounded up.

    Trials below the bound weigh 1; those at the bound share what is left of the number evenly, so that none is picked
    among equals. Values that never differ give all trials the same weight.
    """
    n_chosen = int(np.ceil(share * len(values)))
    bound = np.partition(values, n_chosen - 1)[n_chosen - 1]
    below, at_bound = values < bound, values == bound
    return np.asarray(below + at_bound * ((n_chosen - below.sum()) / at_bound.sum()))


def _shift(values: Floats, weights: Floats) -> Floats:
    """Values whose mean is how far the weighted mean lies from the mean over all."""
    return np.asarray(values * (weights / weights.mean()) - values)


def _refunded(paid: Paid, basis: Basis) -> Cents:
    """What a revolving budget was settled with, its lead's own share included, shape (n_trials,)."""
    laws = settled_laws(basis.deal, basis.deal.arrangements.revolving)
    proven = add_up(np.maximum(basis.proven(law).sum(axis=0), 0.0) for law in laws)
    return np.asarray(np.minimum(basis.cost.sum(axis=0), proven))
