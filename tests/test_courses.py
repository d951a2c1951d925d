"""Principal and cash over time, and estimates over trials, against pencil and paper and against shorter runs."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from charts import DEALS, REFERENCE, key, run_of

from sib.deal.reader import load
from sib.deal.scenario import Scenario
from sib.run import simulate
from sib.views.courses import (
    Outstanding,
    checkpoints,
    own_share,
    prepare_cash,
    prepare_convergence,
    prepare_outstanding,
)
from sib.views.plots import draw


def test_outstanding_principal_of_the_worked_example() -> None:
    """100 until the first payment date, 44 until the second, then nothing: the table by hand."""
    paper = prepare_outstanding(run_of("worked example"))
    by_hand = [100.0] * 12 + [44.0] * 12 + [0.0] * 13
    for column in ("p05", "p50", "p95", "mean"):
        assert paper.table[column].tolist() == pytest.approx(by_hand)
    assert paper.repaid_by == date(2027, 1, 1)
    assert (paper.n_bands, paper.is_part) == (300, False)


def test_bands_lie_in_each_other_and_the_mean_is_that_of_the_paths() -> None:
    run = run_of("late trigger, as spent")
    table = prepare_outstanding(run).table
    bands = table[["p05", "p25", "p50", "p75", "p95"]].to_numpy()
    assert np.all(np.diff(bands, axis=1) >= 0)
    paths = run.cash_flows("outstanding")[:, : len(table)] / 100
    assert table["mean"].to_numpy() == pytest.approx(paths.mean(axis=0))
    assert (bands[:, 2] == np.sort(paths, axis=0)[149]).all()  # the 150th of 300 is the median


def test_bands_of_a_long_run_say_how_many_trials_they_come_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sib.views.courses.FAN_TRIALS", 256)
    ax = draw(run_of("reference"), "outstanding").axes[0]
    assert key(ax)[0] == "5% to 95% of trials (first 256)"
    assert key(ax)[2:] == ["median", "mean"]


def test_repaid_is_what_stays_repaid() -> None:
    """As the money is drawn as spent, principal may come back after it was zero."""
    days = pd.date_range("2026-01-01", periods=4, freq="MS")
    for owed, expected in (([0, 5, 0, 0], date(2026, 3, 1)), ([5, 0, 5, 5], None), ([0, 0, 0, 0], date(2026, 1, 1))):
        assert Outstanding(pd.DataFrame({"p50": owed}, index=days), 1, False, 0.5).repaid_by == expected


@pytest.mark.parametrize("deal", DEALS)
def test_what_one_party_pays_another_receives(deal: str) -> None:
    run = run_of(deal)
    table = prepare_cash(run).table
    parties = table[["investor", "municipality", "provider", "others"]]
    assert parties.iloc[-1].sum() == pytest.approx(0, abs=1e-6)
    assert table["investor"].iloc[-1] == pytest.approx(-run.value("investor", "loss", statistic="mean"))


def test_savings_over_time_end_at_those_of_the_summary() -> None:
    run = run_of("reference")
    paper = prepare_cash(run)
    assert paper.is_own
    saved = run.value("municipality", "true_savings", statistic="mean")
    assert paper.table["savings"].iloc[-1] == pytest.approx(saved, abs=1)
    assert own_share(run.deal) == pytest.approx(1 - 0.07 - 0.03)  # all but Zvw and Wlz


def test_savings_are_those_of_all_budgets_where_segments_differ() -> None:
    data = load(REFERENCE).model_dump(by_alias=True, exclude_none=True)
    (segment,) = data["programme"]["segments"]
    other = {"name": "others", "cases": 175, "by_law": {"Wmo": 0.5, "Zvw": 0.5}}
    data["programme"]["segments"] = [segment | {"cases": 200}, segment | other]
    data["programme"]["dependence"] = {"kind": "independent"}
    run = simulate(Scenario.model_validate(data), 16)
    paper = prepare_cash(run)
    assert own_share(run.deal) is None
    assert not paper.is_own
    assert paper.table["savings"].iloc[-1] == pytest.approx(run.value("society", "true_savings", statistic="mean"))
    assert "true savings on all budgets" in " ".join(key(draw(run, "cumulative-cash").axes[0]))


def test_running_estimates_are_those_of_shorter_runs() -> None:
    run = run_of("reference")
    table = prepare_convergence(run).set_index(["measure", "n_trials"])
    shorter = simulate(run.deal, 256)
    for measure, statistic in (("repaid_in_full", "probability"), ("principal_loss", "probability"), ("irr", "mean")):
        first, final = (each.value("investor", measure, statistic=statistic) for each in (shorter, run))
        assert table.loc[(measure, 256), "value"] == pytest.approx(100 * (first - final))
        last = table.loc[(measure, 1024)]
        assert last["value"] == 0
        assert last["low"] < 0 < last["high"]
    ax = draw(run, "convergence").axes[0]
    assert len(key(ax)) == 3


@pytest.mark.parametrize("n_trials", [1, 2, 100, 256, 257, 300, 20_000, 1_000_000])
def test_checkpoints_are_whole_blocks_and_end_with_all(n_trials: int) -> None:
    found = checkpoints(n_trials)
    assert found[-1] == n_trials
    assert found == sorted(set(found))
    assert n_trials <= 256 or all(point % 256 == 0 for point in found[:-1])
