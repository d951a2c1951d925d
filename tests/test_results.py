"""Every row of the summary: against closed forms, against the trials themselves, and by hand."""

from __future__ import annotations

import math

import numpy as np
import oracles
import pytest
from one_block import household, plain_deal
from oracles import Bond

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


class TestReferenceBond:
    """The engine's figures against exact ones, at 50,176 trials; fixed savings, and lognormal ones."""

    @pytest.fixture(scope="class", params=[(0.0, False), (0.02, False), (0.0, True), (0.02, True)],
                    ids=["rho 0", "rho .02", "rho 0, lognormal", "rho .02, lognormal"])
    def both(self, request):
        rho, varies = request.param
        saving = {"kind": "lognormal", "mean": 12_000, "cv": 0.8} if varies else 12_000
        savings, law = Bond().lognormal_savings(rho) if varies else Bond().fixed_savings(rho)
        return simulate(reference_bond(rho, saving), N_TRIALS), savings, law

    @pytest.fixture(scope="class")
    def rows(self, both):
        return rows_of(both[0])

    def test_probabilities(self, both, rows):
        run, savings, law = both
        exact = Bond().figures(savings, law)
        short = round((1 - rows["investor", "repaid_in_full", "probability"].value) * N_TRIALS)
        lost = round(rows["investor", "principal_loss", "probability"].value * N_TRIALS)
        for count, chance in ((short, exact["not_in_full"]), (lost, exact["principal_loss"])):
            low, high = oracles.may_count(chance, N_TRIALS)
            assert low <= count <= high
        # the same count with the other correlation, and its chance of a hundredth or more apart, is refused
        other = 0.02 if exact["not_in_full"] < 0.01 else 0.0
        wrong = Bond().figures(*Bond().fixed_savings(other))["not_in_full"]
        low, high = oracles.may_count(wrong, N_TRIALS)
        assert not low <= short <= high

    def test_means(self, both, rows):
        run, savings, law = both
        bond = Bond()
        for measure, values in (("receipts", bond.payments(savings)), ("irr", bond.irr(savings))):
            mean, sd = oracles.moments(values, law)
            assert oracles.errors_off(rows["investor", measure, "mean"].value, mean, sd=sd, n_trials=N_TRIALS) < 4
            if sd > 1e-3 * abs(mean):
                spread = oracles.moments(((values - mean) / sd) ** 2, law)[1] / 2
                found = rows["investor", measure, "sd"].value / sd
                assert oracles.errors_off(found, 1, sd=spread, n_trials=N_TRIALS) < 4
        outlay = {rows["investor", "outlay", statistic].value for statistic in ("mean", "p01", "p99")}
        assert outlay == {1_800_000}

    def test_the_tail(self, both, rows):
        run, savings, law = both
        losses = Bond().outlay - Bond().payments(savings)
        at_risk, shortfall = rows["investor", "loss", "var95"], rows["investor", "loss", "es95"]
        exact = oracles.value_at_risk(losses, law)
        step = 100 if len(savings) > 376 else 0  # the grid of the lognormal oracle
        assert at_risk.low - step <= exact <= at_risk.high + step
        excess = np.maximum(losses - exact, 0) / 0.05
        mean, sd = oracles.moments(excess, law)
        assert exact + mean == pytest.approx(oracles.expected_shortfall(losses, law))
        assert oracles.errors_off(shortfall.value, exact + mean, sd=sd, n_trials=N_TRIALS) < 4

    def test_the_interval_covers(self, both, rows):
        run, savings, law = both
        row = rows["investor", "receipts", "mean"]
        mean, _ = oracles.moments(Bond().payments(savings), law)
        assert abs(row.value - mean) <= 4 * row.standard_error
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
        excess = oracles.moments(np.maximum(losses - 250_000, 0) / 0.05, law)[1]
        assert oracles.errors_off(rows["investor", "loss", "es95"].value, 297_264.8455, sd=excess, n_trials=N_TRIALS) < 4


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


class TestRows:
    """The reference deal: what rows there are, and that each says what the trials say."""

    @pytest.fixture(scope="class")
    def run(self):
        return simulate(load("zwarte-zwanen"), 600)

    @pytest.fixture(scope="class")
    def rows(self, run):
        return rows_of(run)

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
        missing = [(party, name, each) for party, name, these in promised for each in these if (party, name, each) not in rows]
        assert not missing

    def test_each_measure_is_its_trials(self, run, rows):
        for measure in MEASURES:
            values = run.trials[measure.key] / (100 if measure.unit == "money" else 1)
            defined = np.sort(values[~np.isnan(values)])
            found = {name: rows[measure.party, measure.name, name].value for name in ("mean", "sd", "p05", "p50", "p99")}
            expected = {"mean": defined.mean(), "sd": defined.std(ddof=1)}
            expected |= {f"p{p:02d}": defined[math.ceil(p * len(defined) / 100) - 1] for p in (5, 50, 99)}
            assert found == pytest.approx(expected, rel=1e-9, abs=1e-9), measure
            unit = {"money": "EUR"}.get(measure.unit, measure.unit)
            assert rows[measure.party, measure.name, "mean"].unit == unit

    def test_figures_of_more_than_one_array(self, run, rows):
        kept = {name: values / 100 for name, values in run.trials.items()}
        receipts, outlay, net = (kept[name] for name in ("investor.receipts", "investor.outlay", "municipality.net_cash"))
        loss = np.sort(outlay - receipts)
        expected = {
            ("investor", "principal_loss", "probability"): np.mean(loss > 0),
            ("investor", "moic", "mean"): receipts.mean() / outlay.mean(),
            ("investor", "loss", "var95"): loss[569],   # 95% of 600 is the 570th
            ("investor", "loss", "es95"): loss[570:].mean(),
            ("municipality", "pays_more_than_it_saves", "probability"): np.mean(net < 0),
            ("municipality", "break_even_cashability", "value"):
                kept["municipality.outcome_payments"].mean() / kept["municipality.true_savings"].mean(),
            ("municipality", "reserve", "p90"): max(0, np.sort(-net)[539]),
            ("municipality", "cost_per_validated_success", "value"):
                kept["municipality.outcome_payments"].mean() / (kept["accountant.validated_cases"].mean() * 100),
            ("municipality", "price_of_risk_transfer", "mean"): kept["municipality.outcome_payments"].mean() - 1_797_500,
        }
        assert {what: rows[what].value for what in expected} == pytest.approx(expected, rel=1e-9)

    def test_distance_to_the_trigger(self, run, rows):
        validated = (run.trials["accountant.validated"] - run.trials["accountant.late"]) / 100
        gap = validated.mean() - 1_200_000
        assert rows["accountant", "distance_to_trigger_sds", "value"].value == pytest.approx(gap / validated.std())
        steps = rows["accountant", "distance_to_trigger_successes", "value"].value
        assert steps == pytest.approx(gap / 11_048.40, rel=1e-5)


def test_undefined_is_said():
    # nobody comes: nothing is validated, saved, repaid or lent in the end
    rows = rows_of(simulate(plain_deal(enrolment=0.0), 300))
    for what in (("investor", "irr", "mean"), ("investor", "moic", "mean"), ("municipality", "break_even_cashability", "value"),
                 ("municipality", "cost_per_validated_success", "value")):
        assert math.isnan(rows[what].value)
    assert rows["investor", "wal_years", "undefined_share"].value == 0  # what was drawn came back
    assert rows["investor", "irr", "undefined_share"].value == 0


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
