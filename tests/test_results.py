"""Every row of the summary: against closed forms, against the trials themselves, and by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import oracles
import pytest
from one_block import household, plain_deal
from oracles import Bond
from small_deal import deal as small

from sib.chance.draws import Source
from sib.deal.reader import load
from sib.engine import simulate
from sib.results import LEVELS, MEASURES, percentile, ratio_class, summarise

N_TRIALS = 50_176
YEARLY = {"rate": 0.04, "basis": "per_year", "compounding": "annual", "day_count": "30E/360"}


def rows_of(run):
    """The rows by party, measure and statistic; each stands once."""
    rows = summarise(run)
    found = {(row.party, row.measure, row.statistic): row for row in rows}
    assert len(found) == len(rows)
    return found


def reference_bond(rho, saving):
    """The printed bond as a deal: 30E/360 and three years without a leap day, so that they are equal for the IRR too.

    90% of each saving is direct and counts; all of it is validated in month 36, the one payment date.
    """
    return plain_deal(
        household(cases=375, success=0.6, saving=saving, direct_share=0.9),
        dependence={"kind": "beta_binomial", "icc": rho},
        lines=[{"activity": "plans", "number": 375, "unit_price": 4_800, "when": {"stage": "plan"}}],
        counting={"classes": ["direct"]}, accountant={"delay": 24},
        timeline={"maturity": 36, "payment_dates": {"every": 36}},
        contract={"interest": YEARLY, "waterfall": ["interest:investor", "principal:investor", "surplus"]},
    )


BONDS = {"rho 0": (0.0, 0), "rho .02": (0.02, 0), "rho 0, lognormal": (0.0, 0.8), "rho .02, lognormal": (0.02, 0.8)}


@pytest.fixture(scope="module", params=BONDS.values(), ids=BONDS)
def bond(request):
    """Rows of a run of the reference bond, and the exact law of its validated savings."""
    rho, cv = request.param
    saving = {"kind": "lognormal", "mean": 12_000, "cv": cv} if cv else 12_000
    savings, law = Bond().lognormal_savings(rho, cv) if cv else Bond().fixed_savings(rho)
    return rows_of(simulate(reference_bond(rho, saving), N_TRIALS)), savings, law


class TestReferenceBond:
    """The engine's figures against exact ones, at 50,176 trials; fixed savings, and lognormal ones."""

    def test_probabilities(self, bond):
        rows, savings, law = bond
        exact = Bond().figures(savings, law)
        in_full = round(rows["investor", "repaid_in_full", "probability"].value * N_TRIALS)
        lost = round(rows["investor", "principal_loss", "probability"].value * N_TRIALS)
        for count, chance in ((N_TRIALS - in_full, exact["not_in_full"]), (lost, exact["principal_loss"])):
            low, high = oracles.may_count(chance, N_TRIALS)
            assert low <= count <= high
        # the other correlation would be found out
        other = 0.02 if exact["not_in_full"] < 0.01 else 0.0
        low, high = oracles.may_count(Bond().figures(*Bond().fixed_savings(other))["not_in_full"], N_TRIALS)
        assert not low <= N_TRIALS - in_full <= high

    def test_means(self, bond):
        rows, savings, law = bond
        for measure, values in (("receipts", Bond().payments(savings)), ("irr", Bond().irr(savings))):
            mean, sd = oracles.moments(values, law)
            assert oracles.errors_off(rows["investor", measure, "mean"].value, mean, sd=sd, n_trials=N_TRIALS) < 4
        assert {rows["investor", "outlay", statistic].value for statistic in ("mean", "p01", "p99")} == {1_800_000}

    def test_the_spread_of_what_is_validated(self, bond):
        rows, savings, law = bond
        mean, sd = oracles.moments(savings, law)
        assert oracles.errors_off(rows["accountant", "validated", "mean"].value, mean, sd=sd, n_trials=N_TRIALS) < 4
        spread = oracles.moments(((savings - mean) / sd) ** 2, law)[1] / 2  # of an estimated sd, per trial and sd
        assert oracles.errors_off(rows["accountant", "validated", "sd"].value / sd, 1, sd=spread, n_trials=N_TRIALS) < 4

    def test_the_tail(self, bond):
        rows, savings, law = bond
        losses = Bond().outlay - Bond().payments(savings)
        at_risk, shortfall = rows["investor", "loss", "var95"], rows["investor", "loss", "es95"]
        exact = oracles.value_at_risk(losses, law)
        step = 100 if len(savings) > 376 else 0.01  # the grid of the lognormal oracle, or a cent
        assert at_risk.low - step <= exact <= at_risk.high + step
        mean, sd = oracles.moments(np.maximum(losses - exact, 0) / 0.05, law)
        assert exact + mean == pytest.approx(oracles.expected_shortfall(losses, law))
        assert oracles.errors_off(shortfall.value, exact + mean, sd=sd, n_trials=N_TRIALS) < 4

    def test_the_interval_covers(self, bond):
        rows, savings, law = bond
        row = rows["investor", "receipts", "mean"]
        assert abs(row.value - oracles.moments(Bond().payments(savings), law)[0]) <= 4 * row.standard_error
        assert row.low == pytest.approx(row.value - 1.959964 * row.standard_error)
        assert row.high == pytest.approx(row.value + 1.959964 * row.standard_error)


class TestBentPayoffs:
    """50 cases, p = .7, independent; figures as printed."""

    @staticmethod
    def run(saving, total, **payment):
        line = {"kind": "savings_share", "name": "repayment", "share": 1.0} | payment
        return simulate(plain_deal(
            household(cases=50, success=0.7, saving=saving), timeline={"maturity": 12},
            lines=[{"activity": "work", "number": 1, "unit_price": total, "when": {"at": 1}}],
            contract={"payments": [line]},
        ), N_TRIALS)

    def test_a_cap(self):
        run = self.run(15_000, 1_000_000, cap=500_000)
        payments = run.trials["municipality.outcome_payments"]
        assert oracles.is_likely(payments == 50_000_000, 0.683878619)
        law, payoff = oracles.binomial_pmf(50, 0.7), np.minimum(500_000, 15_000 * np.arange(51.0))
        found = rows_of(run)["municipality", "outcome_payments", "mean"].value
        assert oracles.errors_off(found, 490_353.906529, sd=oracles.moments(payoff, law)[1], n_trials=N_TRIALS) < 4

    def test_the_tail_of_a_loss(self):
        rows = rows_of(self.run(25_000, 1_000_000))
        law, losses = oracles.binomial_pmf(50, 0.7), np.maximum(0, 1_000_000 - 25_000 * np.arange(51.0))
        spread = oracles.moments(losses, law)[1]
        found = rows["investor", "loss", "mean"].value
        assert oracles.errors_off(found, 126_729.3691, sd=spread, n_trials=N_TRIALS) < 4
        assert rows["investor", "loss", "var95"].value == rows["investor", "loss", "p95"].value == 250_000
        found, excess = rows["investor", "loss", "es95"].value, np.maximum(losses - 250_000, 0) / 0.05
        assert oracles.errors_off(found, 297_264.8455, sd=oracles.moments(excess, law)[1], n_trials=N_TRIALS) < 4


@pytest.mark.parametrize(("accepted", "rejected"), [(0.0, 0.0), (0.05, 0.0), (0.0, 0.05), (0.1, 0.1)])
def test_a_trigger_that_errs(accepted, rejected):
    """50 cases, p = .7, target 35 cases: paid, earned, and neither without the other."""
    trigger = {"name": "proof", "metric": "validated_cases", "at_least": 35}
    review = {"wrong_rejection": rejected, "invalid_detected": 0.5}
    deal = plain_deal(
        household(cases=50, success=0.7), timeline={"maturity": 12}, contract={"triggers": [trigger]},
        accountant={"claims": {"invalid": 2 * accepted}, "review": review},
    )
    run = simulate(deal, N_TRIALS)
    exact = oracles.trigger_errors(50, 0.7, target=35, accepted_wrongly=accepted, rejected_wrongly=rejected)
    found = {name: rows_of(run)["accountant", name, "probability"].value for name in exact}
    for name, chance in exact.items():
        low, high = oracles.may_count(max(chance, 0.0), N_TRIALS)
        assert low <= round(found[name] * N_TRIALS) <= high
    assert found["paid"] == pytest.approx(found["earned"] + found["false_trigger"] - found["missed_trigger"], abs=1e-12)


@pytest.fixture(scope="module")
def run():
    return simulate(load("zwarte-zwanen"), 600)


@pytest.fixture(scope="module")
def rows(run):
    return rows_of(run)


class TestRows:
    """The reference deal: what rows there are, and that each says what the trials say."""

    def test_the_promised_rows(self, rows):
        quantiles = tuple(map(percentile, LEVELS))
        tail = ("var95", "var99", "es95", "es99")
        spread = ("mean", "sd", *quantiles)
        laws = [f"payer.{law}" for law in ("Wmo", "Jeugdwet", "Participatiewet", "Wgs", "Zvw", "Wlz")]
        savings = ("true_savings", "cashable_savings", "validated_savings", "outcome_payments", "net_cash")
        promised = [
            *(("investor", name, ("probability",)) for name in ("repaid_in_full", "principal_loss")),
            *(("investor", name, spread) for name in ("outlay", "receipts")), ("investor", "loss", spread + tail),
            *(("investor", name, ("mean", *quantiles)) for name in ("irr", "moic", "npv", "wal_years")),
            ("investor", "irr", ("undefined_share",)), ("investor", "irr_of_mean_cash_flow", ("value",)),
            *(("municipality", name, spread) for name in savings),
            ("municipality", "pays_more_than_it_saves", ("probability",)),
            ("municipality", "break_even_cashability", ("value",)), ("municipality", "reserve", ("p80", "p90", "p95")),
            *((law, name, spread) for law in laws for name in savings),
            *(("accountant", name, ("mean", *quantiles)) for name in ("claimed", "admissible", "validated", "late")),
            *(("accountant", name, ("probability",)) for name in ("earned", "paid", "false_trigger", "missed_trigger")),
            *(("programme", name, spread) for name in ("enrolled", "successes")),
            *(("programme", name, ("value",)) for name in ("effective_cases", "effective_cases_given_parameters")),
        ]
        keys = {(party, name, statistic) for party, name, these in promised for statistic in these}
        assert keys <= set(rows), keys - set(rows)

    def test_each_measure_is_its_trials(self, run, rows):
        for measure in MEASURES:
            values = run.trials[measure.key] / (100 if measure.unit == "money" else 1)
            defined = np.sort(values[~np.isnan(values)])
            expected = {"mean": defined.mean(), "sd": defined.std(ddof=1)}
            expected |= {f"p{p:02d}": defined[math.ceil(p * len(defined) / 100) - 1] for p in (5, 50, 99)}
            found = {name: rows[measure.party, measure.name, name].value for name in expected}
            assert found == pytest.approx(expected, rel=1e-9, abs=1e-9), measure
            unit = {"money": "EUR"}.get(measure.unit, measure.unit)
            assert rows[measure.party, measure.name, "mean"].unit == unit

    def test_errors_are_of_the_way_in_which_trials_were_drawn(self, run, rows):
        """The same trials said to be mirror images: every error is another one, no interval of ranks is narrower."""
        told = rows_of(replace(run, source=Source(1, "antithetic")))
        for what, row in rows.items():
            if row.standard_error:
                assert told[what].standard_error != row.standard_error, what
        money = [(told[what], row) for what, row in rows.items() if what[2] == "p50" and row.unit == "EUR"]
        wider = [(other.low, row.high) != (row.low, other.high) for other, row in money if row.low < row.high]
        assert all(wider)
        assert wider

    def test_figures_of_more_than_one_array(self, run, rows):
        kept = {name: values / 100 for name, values in run.trials.items()}
        receipts, outlay, net = kept["investor.receipts"], kept["investor.outlay"], kept["municipality.net_cash"]
        paid, successes = kept["municipality.outcome_payments"], run.trials["accountant.validated_cases"]
        loss = np.sort(outlay - receipts)
        expected = {
            ("investor", "principal_loss", "probability"): np.mean(loss > 0),
            ("investor", "moic", "mean"): receipts.mean() / outlay.mean(),
            ("investor", "loss", "var95"): loss[569],   # 95% of 600 is the 570th
            ("investor", "loss", "es95"): loss[570:].mean(),
            ("municipality", "pays_more_than_it_saves", "probability"): np.mean(net < 0),
            ("municipality", "break_even_cashability", "value"): paid.mean() / kept["municipality.true_savings"].mean(),
            ("municipality", "reserve", "p90"): max(0, np.sort(-net)[539]),
            ("municipality", "cost_per_validated_success", "value"): paid.mean() / successes.mean(),
            ("municipality", "price_of_risk_transfer", "mean"): paid.mean() - 1_797_500,
        }
        assert {what: rows[what].value for what in expected} == pytest.approx(expected, rel=1e-9)

    def test_distance_to_the_trigger(self, run, rows):
        validated = (run.trials["accountant.validated"] - run.trials["accountant.late"]) / 100
        gap = validated.mean() - 1_200_000
        assert rows["accountant", "distance_to_trigger_sds", "value"].value == pytest.approx(gap / validated.std())
        steps = rows["accountant", "distance_to_trigger_successes", "value"].value
        assert steps == pytest.approx(gap / 11_048.40, rel=1e-5)


def test_a_distance_is_to_the_metric_that_is_measured():
    # 240 are saved in all, 120 a year where it is claimed by month: that is 20 below a trigger of 140 a year
    trigger = {"name": "proof", "metric": "validated_savings", "measure": "per_period", "at_least": 140}
    deal = plain_deal(household(cases=4, success=0.5, saving=120, saving_months=24), accountant={"claim_at": "monthly"},
                      timeline={"maturity": 24}, contract={"triggers": [trigger]})
    row = rows_of(simulate(deal, 512)).get(("accountant", "distance_to_trigger_successes", "value"))
    assert row is None or row.value < 0


def test_to_get_the_outlay_back_is_no_loss():
    rows = rows_of(simulate(plain_deal(), 300))  # 240 saved, 100 due without interest
    assert rows["investor", "receipts", "p50"].value == rows["investor", "outlay", "p50"].value == 100
    assert rows["investor", "principal_loss", "probability"].value == 0
    assert rows["investor", "repaid_in_full", "probability"].value == 1


def test_undefined_is_said():
    # nobody comes, so that nothing is drawn, validated, saved or paid
    rows = rows_of(simulate(plain_deal(enrolment=0.0, contract={"drawdown": {"kind": "as_spent"}}), 300))
    for measure in ("irr", "moic", "wal_years"):
        assert math.isnan(rows["investor", measure, "mean"].value)
    for measure in ("irr", "wal_years", "payback_years"):
        assert rows["investor", measure, "undefined_share"].value == 1
    for measure in ("break_even_cashability", "cost_per_validated_success"):
        assert math.isnan(rows["municipality", measure, "value"].value)


def test_the_cover_at_maturity():
    # the worked example: 180 of savings entitle to 180, of which 105.76 were owed
    found = rows_of(simulate(load("worked-example"), 1))["investor", "cover_ratio", "value"].value
    assert found == pytest.approx(180 / 105.76)


@pytest.mark.parametrize(("capacity", "ratio"), [(None, None), (1_000, 0.5)])
def test_the_resilience_ratio(capacity, ratio):
    # 2,000 to pay out of savings of which nothing is cashable; 1,000 at hand are half of it
    terms = {} if capacity is None else {"available_capacity": capacity}
    deal = plain_deal(household(saving=1_000), payers={"Wmo": {"party": "municipality", "cashable": {"direct": 0.0}}},
                      lines=[{"activity": "work", "number": 1, "unit_price": 2_000, "when": {"at": 1}}])
    deal = deal.model_copy(update={"measures": deal.measures.model_copy(update=terms)})
    rows = rows_of(simulate(deal, 300))
    assert rows["municipality", "reserve", "p90"].value == 2_000
    found = rows.get(("municipality", "resilience_ratio", "value"))
    assert (found and found.value) == ratio


@pytest.mark.parametrize(("ratio", "letter"), [
    (2.01, "A"), (2.0, "B"), (1.4, "B"), (1.39, "C"), (1.0, "C"), (0.99, "D"), (0.8, "D"), (0.79, "E"), (0.6, "E"),
    (0.59, "F"), (0.0, "F"),
])
def test_classes_of_the_ratio(ratio, letter):
    assert ratio_class(ratio) == letter


FEE = {"fixed": 1_000, "per_case": 30, "payer": "outcome_payer"}


def test_own_costs_are_what_cashable_less_paid_leaves_of_net() -> None:
    run = simulate(plain_deal(household(cases=20, success=0.5), accountant={"fee": FEE}), 512)
    rows = rows_of(run)
    cashable, paid, costs, net = (
        rows["municipality", name, "mean"].value
        for name in ("cashable_savings", "outcome_payments", "own_costs", "net_cash")
    )
    assert costs == pytest.approx(cashable - paid - net, abs=1e-6)
    assert costs == pytest.approx(run.trials["accountant.receipts"].mean() / 100, abs=1e-6)
    assert costs > 1_000
    assert ("municipality", "own_costs", "mean") not in rows_of(simulate(load("worked-example"), 3))


def test_trials_without_a_cent_back_are_counted_beside_the_mean_return() -> None:
    run = simulate(load("zwarte-zwanen"), 2_048)
    share = np.mean(run.trials["investor.receipts"] == 0)
    assert 0 < share < 0.1
    assert rows_of(run)["investor", "irr", "total_loss_share"].value == pytest.approx(share)
    assert ("investor", "irr", "total_loss_share") not in rows_of(simulate(load("worked-example"), 3))


def test_each_of_several_tranches_has_its_chance_of_loss(tmp_path) -> None:
    run = simulate(small(tmp_path), 1_024)
    rows = rows_of(run)
    chances = []
    for name in ("senior", "junior"):
        lost = run.trials[f"investor.{name}.receipts"] < run.trials[f"investor.{name}.outlay"]
        assert rows[f"investor.{name}", "principal_loss", "probability"].value == pytest.approx(lost.mean())
        chances.append(lost.mean())
    assert 0 < chances[0] < chances[1]
