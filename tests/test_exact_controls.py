"""What is known of the trials of a run, and that correcting by it leads nearer to the truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from one_block import household, plain_deal

import sib
from sib.chance.draws import Source
from sib.deal.reader import load
from sib.engine import simulate
from sib.errors import RefusedError
from sib.exact.controls import FEWEST, LEVELS, control
from sib.exact.method import exact
from sib.measures.risk import Estimates
from sib.results import summarise

BETA = {"kind": "beta", "mean": 0.6, "sd": 0.1}


def rows_of(run, batches=None):
    return {(row.party, row.measure, row.statistic): row for row in summarise(run, batches)}


@pytest.fixture(scope="module")
def run():
    return simulate(load("zwarte-zwanen"), 5_120)


@pytest.fixture(scope="module")
def found(run):
    return control(run)


def test_the_batches_are_those_of_the_run(run, found):
    assert replace(found.batches, known=None) == run.batches
    assert found.names == ("accountant.validated",)
    assert found.batches.known.basis.shape == (5_120, len(LEVELS) + 1)


def test_what_is_known_has_no_error_any_more(run, found):
    rows = rows_of(run, found.batches)
    truth = {(row.party, row.measure, row.statistic): row.value for row in exact(run.deal).rows}
    validated = rows["accountant", "validated", "mean"]
    assert validated.value == pytest.approx(truth["accountant", "validated", "mean"], rel=1e-12)
    assert validated.standard_error == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize("what", [
    ("accountant", "paid", "probability"), ("accountant", "earned", "probability"), ("society", "true_savings", "mean"),
    ("accountant", "validated", "sd"), ("accountant", "claimed", "mean"),
])  # fmt: skip
def test_what_is_exact_besides_is_nearer_and_within_its_error(run, found, what):
    """These figures were not corrected by themselves; their exact values come from their own laws."""
    truth = next(row.value for row in exact(run.deal).rows if (row.party, row.measure, row.statistic) == what)
    plain, surer = rows_of(run)[what], rows_of(run, found.batches)[what]
    assert surer.standard_error < plain.standard_error
    assert abs(surer.value - truth) < 4.5 * surer.standard_error


def test_books_still_add_up(run, found):
    rows = {what: row.value for what, row in rows_of(run, found.batches).items()}
    outlay, receipts, loss = (rows["investor", name, "mean"] for name in ("outlay", "receipts", "loss"))
    assert loss == pytest.approx(outlay - receipts, abs=0.01)


def test_quantiles_are_those_of_the_trials(run, found):
    plain, surer = rows_of(run), rows_of(run, found.batches)
    for what, row in plain.items():
        if what[2].startswith("p") and what[2][1:].isdigit():
            assert (surer[what].value, surer[what].low, surer[what].high) == (row.value, row.low, row.high)


@pytest.mark.parametrize("scheme", ["stratified", "antithetic"])
def test_stated_errors_are_no_less_than_those_of_replicates(scheme):
    """60 seeds of 1,536 trials; a variance from 60 is known to sqrt(2 / 59)."""
    deal = plain_deal(household(cases=20, success=BETA))
    values, stated = [], []
    for seed in range(60):
        run = simulate(deal, 1_536, seed=Source(seed, scheme))
        of = Estimates(control(run).batches)
        seen = [of.mean(run.trials[name]) for name in ("investor.receipts", "municipality.net_cash")]
        values.append([estimate.value for estimate in seen])
        stated.append([(estimate.standard_error or 0.0) ** 2 for estimate in seen])
    spread = np.var(values, axis=0, ddof=1)
    assert np.all(spread <= np.mean(stated, axis=0) * (1 + 4.5 * np.sqrt(2 / 59)) + 1e-6)


def test_it_pays_on_the_reference_deal(run, found):
    """Errors of repayment, return and net cash are less than 0.7 of what they were: half of the variance."""
    plain, surer = rows_of(run), rows_of(run, found.batches)
    for what in (("investor", "repaid_in_full", "probability"), ("investor", "irr", "mean"),
                 ("municipality", "net_cash", "mean")):
        assert surer[what].standard_error < 0.7 * plain[what].standard_error, what


def test_nothing_to_go_by_is_refused():
    with pytest.raises(RefusedError, match="nothing to correct by"):
        control(simulate(load("worked-example"), 300))


def test_too_few_trials_are_refused_with_the_number_that_will_do(run):
    n = (len(LEVELS) + 1) * FEWEST
    with pytest.raises(RefusedError, match=f"write --trials {n}"):
        control(simulate(run.deal, n - 1))
    assert control(simulate(run.deal, n)).names


def test_a_frame_is_corrected_where_that_is_asked():
    run = sib.simulate(sib.load("zwarte-zwanen"), 2_000)
    names = ["party", "measure", "statistic"]
    plain, surer = (run.summary(control=asked).set_index(names).standard_error for asked in (False, True))
    assert surer["investor", "receipts", "mean"] < 0.5 * plain["investor", "receipts", "mean"]
