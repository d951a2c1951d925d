"""The public face: frames that say what the arrays say, and statements that reconcile to the summary to the cent."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
import small_deal

import sib
from sib.chance.draws import Source
from sib.engine import simulate as engine_simulate
from sib.errors import ScenarioError
from sib.run import Run, statement

PATHS = ("outstanding", "due", "true_savings", "validated_savings")
PARTIES = ("investor", "municipality", "provider", "intermediary", "accountant")


@pytest.fixture(scope="module")
def deal():
    return sib.load("zwarte-zwanen", overlays=["as-spent", "enrolment", "claim-errors"])


@pytest.fixture(scope="module")
def run(deal):
    return sib.simulate(deal, 300, seed=5)


@pytest.fixture(scope="module")
def kept(deal):
    return sib.simulate(deal, 300, seed=5, keep="flows")


class TestLoad:
    """By name, by path, with overlays and single terms on top."""

    def test_a_packaged_deal_with_terms_set(self):
        deal = sib.load("zwarte-zwanen", overlays=["interest-simple"], set={"contract.interest.rate": 0.05})
        assert (deal.contract.interest.compounding, deal.contract.interest.rate) == ("simple", 0.05)
        assert sib.load("zwarte-zwanen").contract.interest.rate == 0.04

    def test_a_file_and_a_folder(self, tmp_path):
        path = small_deal.write(tmp_path, small_deal.TEXT)
        assert sib.load(tmp_path).digest == sib.load(str(path)).digest == sib.load(path).digest
        assert sib.load(path).name == "Small deal"

    def test_what_is_wrong_is_said_with_its_path(self):
        with pytest.raises(ScenarioError, match=r"contract\.interest\.rate"):
            sib.load("worked-example", set={"contract.interest.rate": 4})


class TestFrames:
    """Summary and trials."""

    def test_the_summary_is_tidy(self, run):
        frame = run.summary()
        assert list(frame.columns) == [
            "party", "measure", "statistic", "value", "standard_error", "low", "high", "unit",
        ]
        assert len(frame) == len(run.rows) == len(frame[["party", "measure", "statistic"]].drop_duplicates())
        for column in ("value", "standard_error", "low", "high"):
            assert frame[column].dtype == np.float64
        assert set(frame["unit"]) == {"EUR", "fraction", "years", "count"}

    def test_one_figure_by_its_name(self, run):
        frame = run.summary().set_index(["party", "measure", "statistic"])["value"]
        assert run.value("investor", "receipts", "p05") == frame["investor", "receipts", "p05"]
        with pytest.raises(KeyError, match="no row investor / receipts / p06; see summary"):
            run.value("investor", "receipts", "p06")

    def test_trials_are_in_euros_where_they_are_money(self, run):
        frame, arrays = run.trials, run.simulation.trials
        assert frame.index.name == "trial"
        assert frame.shape == (300, len(arrays))
        np.testing.assert_array_equal((frame["investor.receipts"] * 100).round(), arrays["investor.receipts"])
        for name in ("programme.successes", "investor.irr", "state.accepted"):
            np.testing.assert_array_equal(frame[name], arrays[name])
        assert frame["trigger.proof.paid"].dtype == np.bool_

    def test_the_summary_is_of_these_trials(self, run):
        assert run.value("investor", "receipts", "mean") == pytest.approx(run.trials["investor.receipts"].mean())
        assert run.value("programme", "enrolled", "p50") == np.sort(run.trials["programme.enrolled"])[149]

    def test_what_a_run_knows_of_itself(self, deal, run):
        assert (run.deal, run.seed, run.n_trials) == (deal, 5, 300)
        assert isinstance(run, Run)
        assert (run.dates[0], run.dates[-1]) == (pd.Timestamp(2026, 1, 1), pd.Timestamp(2032, 1, 1))
        assert len(run.dates) == 73


class TestDraws:
    """What a run is drawn from."""

    def test_a_run_says_how_it_was_drawn(self, run):
        assert run.draws == "stratified"

    def test_named_draws_are_those_of_the_engine(self, deal):
        run = sib.simulate(deal, 300, seed=5, draws="antithetic")
        other = engine_simulate(deal, 300, seed=Source(5, "antithetic"))
        assert (run.draws, run.seed) == ("antithetic", 5)
        for name, values in other.trials.items():
            np.testing.assert_array_equal(run.simulation.trials[name], values)

    def test_what_is_worked_out_again_is_drawn_alike(self, deal):
        lean, kept = (sib.simulate(deal, 300, draws="latin", keep=keep) for keep in ("measures", "flows"))
        np.testing.assert_array_equal(lean.cash_flows("investor"), kept.cash_flows("investor"))
        receipts = lean.cash_flows("investor")[7].sum() / 100
        entries = lean.statement(7)
        moved = entries.loc[entries.payee == "social investor", "amount"].sum()
        moved -= entries.loc[entries.payer == "social investor", "amount"].sum()
        assert moved == pytest.approx(receipts, abs=0.005)

    def test_a_way_that_is_not_known_is_told(self, deal):
        with pytest.raises(ValueError, match="no draws 'sobol'; known: stratified, latin, antithetic, independent"):
            sib.simulate(deal, 10, draws="sobol")
        with pytest.raises(TypeError, match="draw"):
            sib.simulate(deal, 10, draw="latin")


class TestFlows:
    """Cash by party and period."""

    @pytest.mark.parametrize("party", [*PARTIES, *PATHS])
    def test_kept_or_worked_out_again(self, run, kept, party):
        found = run.cash_flows(party)
        assert found.shape == (300, 73)
        np.testing.assert_array_equal(found, kept.cash_flows(party))
        np.testing.assert_array_equal(run.cash_flows(party, trials=7), found[:7])
        np.testing.assert_array_equal(kept.cash_flows(party, trials=7), found[:7])
        np.testing.assert_allclose(run.mean_flow(party), found.mean(axis=0), rtol=1e-12)

    def test_they_cannot_be_written_to(self, run, kept):
        for each in (run, kept):
            with pytest.raises(ValueError, match="read-only"):
                each.cash_flows("investor")[0, 0] = 0.0

    def test_they_are_whole_cents_that_add_up(self, run):
        parties = [run.cash_flows(party) for party in PARTIES]
        in_the_account = -np.cumsum(sum(parties), axis=1)
        assert in_the_account.min() == 0  # a month ahead of the work, and never overdrawn
        assert not in_the_account[:, -1].any()
        for flow in parties:
            np.testing.assert_array_equal(flow, np.rint(flow))

    def test_a_party_that_is_not_there(self, run):
        with pytest.raises(KeyError, match="no flows of 'insurer'; known: investor, municipality, provider"):
            run.cash_flows("insurer")

    def test_tranches_have_their_own(self):
        steps = ["interest:senior", "principal:senior", "interest:junior", "principal:junior", "surplus"]
        two = sib.load("worked-example", set={
            "contract.tranches": [{"name": "senior", "share": 0.6}, {"name": "junior", "share": 0.4}],
            "contract.waterfall": steps,
        })
        run = sib.simulate(two, 1)
        # year 1: 60 pay 2.40 and 57.60 of the senior 60; year 2: 2.496 due, then 43.264 due to the junior tranche
        assert run.cash_flows("investor.senior")[0, [0, 12, 24]].tolist() == [-60_00, 60_00, 2_50]
        assert run.cash_flows("investor.junior")[0, [0, 12, 24]].tolist() == [-40_00, 0, 43_26]


class TestStatement:
    """The ledger of one trial."""

    @pytest.mark.parametrize("trial", [0, 7, 255, 256, 299])
    def test_it_reconciles_to_the_summary_of_the_trial(self, run, trial):
        entries, figures = run.statement(trial), run.trials.loc[trial]
        cents = (entries["amount"] * 100).round().astype(int)

        def moved(what):
            return int(cents[what].sum())

        clause = entries["clause"].str
        kind = entries["clause"].str.partition(":")[0]
        drawn, back = moved(kind == "drawdown"), moved((kind == "unspent") & (entries["payee"] == "social investor"))
        assert drawn - back == round(figures["investor.outlay"] * 100)
        assert moved(kind.isin(["interest", "principal", "success_fee"])) == round(figures["investor.receipts"] * 100)
        paid = moved(clause.startswith("payment:")) - moved(kind == "surplus")
        assert paid == round(figures["municipality.outcome_payments"] * 100)
        for party in ("provider", "dealmaker", "accountant"):
            received = moved(entries["payee"] == party) - moved(entries["payer"] == party)
            name = {"dealmaker": "intermediary"}.get(party, party)
            assert received == round(figures[f"{name}.receipts"] * 100)
        assert moved(kind == "cost") == round(figures["programme.cost"] * 100)

    @pytest.mark.parametrize("trial", [7, 299])
    def test_period_by_period_it_is_the_cash_flow(self, run, trial):
        entries = run.statement(trial)
        names = {"investor": "social investor", "intermediary": "dealmaker"}
        for party in PARTIES:
            flow = np.zeros(73)
            for entry in entries.itertuples():
                sign = (entry.payee == names.get(party, party)) - (entry.payer == names.get(party, party))
                flow[entry.period] += sign * round(entry.amount * 100)
            np.testing.assert_array_equal(flow, run.cash_flows(party)[trial])

    def test_all_statements_together_make_the_means(self, deal):
        run = sib.simulate(deal, 5, seed=5)
        books = pd.concat([run.statement(trial) for trial in range(5)])
        kind = books["clause"].str.partition(":")[0]
        receipts = books.loc[kind.isin(["interest", "principal"]), "amount"].sum() / 5
        assert round(run.value("investor", "receipts", "mean") * 500) == round(receipts * 500)
        payments = books.loc[kind == "payment", "amount"].sum() - books.loc[kind == "surplus", "amount"].sum()
        assert round(run.value("municipality", "outcome_payments", "mean") * 500) == round(payments * 100)

    def test_it_is_dated_ordered_and_balanced(self, run):
        entries = run.statement(7)
        assert entries["period"].is_monotonic_increasing
        assert (entries["date"] == run.dates[entries["period"]]).all()
        assert (entries["amount"] > 0).all()
        assert entries["account_balance"].min() >= 0
        assert entries["account_balance"].iloc[-1] == 0

    def test_without_the_run(self, deal, run):
        pd.testing.assert_frame_equal(statement(deal, 5, trial=256), run.statement(256))

    @pytest.mark.parametrize("trial", [-1, 300])
    def test_a_trial_that_is_not_there(self, run, trial):
        with pytest.raises(IndexError, match=f"trial {trial} is not in this run; trials go from 0 to 299"):
            run.statement(trial)


class TestSameNumbers:
    """A deal and a seed make the numbers, and nothing else."""

    def test_workers(self, deal, run):
        pd.testing.assert_frame_equal(sib.simulate(deal, 300, seed=5, workers=2).summary(), run.summary())

    def test_a_longer_run_begins_with_the_shorter(self, deal, run):
        pd.testing.assert_frame_equal(sib.simulate(deal, 520, seed=5).trials.loc[:299], run.trials)

    def test_the_seed(self, deal, run):
        other = sib.simulate(deal, 300, seed=6)
        assert not other.trials["programme.successes"].equals(run.trials["programme.successes"])

    def test_the_engine(self, deal, run):
        found = engine_simulate(deal, 300, seed=5)
        for name, values in found.trials.items():
            np.testing.assert_array_equal(values, run.simulation.trials[name])


def test_dates_clip_to_the_month():
    run = sib.simulate(sib.load("worked-example", set={"timeline.closing": date(2024, 1, 31)}), 1)
    assert [f"{day:%m-%d}" for day in run.dates[[0, 1, 2, 3]]] == ["01-31", "02-29", "03-31", "04-30"]


def test_an_argument_that_is_unknown_is_told_by_the_public_name() -> None:
    with pytest.raises(TypeError, match=r"^simulate\(\) got an unexpected keyword argument 'sede'$"):
        sib.simulate(sib.load("worked-example"), trials=1, sede=2)  # type: ignore[call-arg]
