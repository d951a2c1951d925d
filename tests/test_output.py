"""The result folder: what is in it, that it is the run's, and that it is the same wherever it is made."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import subprocess
import sys
import zipfile
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from small_deal import changed, write

import sib
from sib import output
from sib.cli import main
from sib.output import cell, write_csv, write_flows, write_trials
from sib.views import plots

TRIALS = 5_000  # more than one work chunk


def record(folder: Path, *words: str) -> Path:
    answer = CliRunner().invoke(main, ["run", *words, "-o", str(folder)])
    assert answer.exit_code == 0, answer.output
    return folder


@pytest.fixture
def no_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests that are not about charts, which would take most of their time."""
    monkeypatch.setattr(plots, "save_charts", lambda *_, **__: [])


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def contents(folder: Path) -> dict[str, bytes]:
    """Every file but the manifest's times."""
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    manifest = json.loads(found["manifest.json"])
    times = manifest.pop("times")
    assert datetime.fromisoformat(times["started"]) <= datetime.fromisoformat(times["finished"])
    return {**found, "manifest.json": json.dumps(manifest).encode()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return record(tmp_path_factory.mktemp("results") / "x", "zwarte-zwanen", "--trials", str(TRIALS), "--workers", "1")


@pytest.fixture(scope="module")
def run() -> sib.Run:
    return sib.simulate(sib.load("zwarte-zwanen"), TRIALS)


def test_it_is_the_same_to_the_byte_wherever_it_is_made(folder: Path, tmp_path: Path) -> None:
    elsewhere = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "7", "OMP_NUM_THREADS": "3"}
    command = [sys.executable, "-m", "sib", "run", "zwarte-zwanen", "--trials", str(TRIALS), "--workers=3", "-o", "y"]
    environment = {**os.environ, **elsewhere}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    here, there = contents(folder), contents(tmp_path / "y")
    assert set(here) == set(there)
    assert [name for name in here if here[name] != there[name]] == []


def test_what_is_in_it(folder: Path) -> None:
    names = set(contents(folder))
    assert {"manifest.json", "summary.csv", "bridge.csv", "flows.csv", "trials.npz"} <= names
    charts = {name for name in names if name.startswith("charts/")}
    assert len(charts) >= 12
    assert {Path(name).suffix for name in charts} == {".png", ".svg"}
    assert names - charts == {"manifest.json", "summary.csv", "bridge.csv", "flows.csv", "trials.npz"}


def test_the_manifest_says_what_was_run_with_what(folder: Path, run: sib.Run) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    canonical = json.dumps(manifest["scenario"], sort_keys=True, separators=(",", ":")).encode("ascii")
    assert hashlib.sha256(canonical).hexdigest() == manifest["digest"] == run.deal.digest
    assert (manifest["seed"], manifest["trials"], manifest["overlays"], manifest["settings"]) == (1, TRIALS, [], [])
    assert manifest["versions"]["sib"] == sib.__version__
    assert manifest["versions"]["numpy"] == np.__version__
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {"manifest.json"}
    assert manifest["files"] == {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in sorted(files)
    }
    assert str(folder.parent) not in json.dumps(manifest)


@pytest.mark.usefixtures("no_charts")
def test_the_manifest_names_overlays_and_settings_and_no_place(tmp_path: Path) -> None:
    overlay = write(tmp_path, "[contract.interest]\nrate = 0.05\n", "dear.toml")
    made = record(
        *(tmp_path / "x", "worked-example", "--trials", "3", "--with", str(overlay)),
        *("--set", "timeline.closing=2025-02-01", "--set", "contract.payments.repayment.share=0.5"),
    )
    manifest = json.loads((made / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["overlays"] == ["dear.toml"]
    assert manifest["settings"] == [["timeline.closing", "2025-02-01"], ["contract.payments.repayment.share", 0.5]]
    assert manifest["scenario"]["contract"]["interest"]["rate"] == 0.05


def test_the_summary_is_the_runs(folder: Path, run: sib.Run) -> None:
    lines = table(folder / "summary.csv")
    assert len(lines) == len(run.rows)
    for line, row in zip(lines, run.rows, strict=True):
        assert (line["party"], line["measure"], line["statistic"], line["unit"]) == (
            row.party, row.measure, row.statistic, row.unit
        )
        for name in ("value", "standard_error", "low", "high"):
            number = getattr(row, name)
            assert line[name] == "" if number is None or np.isnan(number) else float(line[name]) == number


def test_the_trials_are_the_runs(folder: Path, run: sib.Run) -> None:
    with np.load(folder / "trials.npz") as trials:
        assert set(trials.files) == set(run.trials.columns)
        for name in trials.files:
            assert trials[name].shape == (TRIALS,)
            np.testing.assert_array_equal(trials[name], run.trials[name].to_numpy())
    dates = {entry.date_time for entry in zipfile.ZipFile(folder / "trials.npz").infolist()}
    assert dates == {(1980, 1, 1, 0, 0, 0)}


def test_the_bridge_adds_up(folder: Path) -> None:
    lines = [line for line in table(folder / "bridge.csv") if line["statistic"] == "mean"]
    means = [(line["step"], float(line["value"])) for line in lines]
    (first, claimed), *steps, (last, validated) = means
    assert (first, last) == ("claimed", "validated")
    assert [name for name, _ in steps] == ["law", "class", "wrongly_rejected"]  # rules in their order, then the review
    assert claimed - sum(amount for _, amount in steps) == pytest.approx(validated, abs=0.005)
    assert all(amount > 0 for _, amount in steps)


def test_flows_add_up_to_the_summary(folder: Path, run: sib.Run) -> None:
    lines = table(folder / "flows.csv")
    totals: dict[tuple[str, str], float] = {}
    for line in lines:
        totals[line["party"], line["kind"]] = totals.get((line["party"], line["kind"]), 0.0) + float(line["mean"])
    gain = run.value("investor", "receipts", "mean") - run.value("investor", "outlay", "mean")
    assert totals["investor", "net_cash"] == pytest.approx(gain, abs=0.01)
    paid = run.value("municipality", "outcome_payments", "mean")
    assert totals["municipality", "net_cash"] == pytest.approx(-paid, abs=0.01)
    assert totals["society", "true_savings"] == pytest.approx(run.value("society", "true_savings", "mean"), abs=0.01)
    parties = [total for (party, kind), total in totals.items() if kind == "net_cash"]
    assert sum(parties) == pytest.approx(0, abs=0.01)
    assert {(line["n_trials"], line["n_trials_of_quantiles"]) for line in lines} == {(str(TRIALS), str(TRIALS))}


@pytest.mark.usefixtures("no_charts")
def test_flows_of_the_worked_example(tmp_path: Path) -> None:
    made = record(tmp_path / "x", "worked-example", "--trials", "3")
    owed = {
        line["date"]: [float(line[name]) for name in ("mean", "p05", "p25", "p50", "p75", "p95")]
        for line in table(made / "flows.csv") if (line["party"], line["kind"]) == ("investor", "outstanding_principal")
    }
    assert owed["2025-01-01"] == [100.0] * 6
    assert owed["2025-12-01"] == [100.0] * 6
    assert owed["2026-01-01"] == [44.0] * 6
    assert owed["2027-01-01"] == [0.0] * 6
    assert list(owed) == sorted(owed)


def test_quantiles_of_flows_come_from_the_first_trials(
    run: sib.Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "PATH_TRIALS", 100)
    write_flows(run, tmp_path / "flows.csv")
    lines = [line for line in table(tmp_path / "flows.csv") if line["party"] == "investor"]
    lines = [line for line in lines if line["kind"] == "net_cash"]
    assert {(line["n_trials"], line["n_trials_of_quantiles"]) for line in lines} == {(str(TRIALS), "100")}
    line = max(lines, key=lambda line: float(line["p95"]))
    ordered = np.sort(run.cash_flows("investor", trials=100)[:, int(line["period"])]) / 100
    # the smallest value that at least the level of the hundred values do not exceed
    expected = {"p05": ordered[4], "p25": ordered[24], "p50": ordered[49], "p75": ordered[74], "p95": ordered[94]}
    assert {name: float(line[name]) for name in expected} == expected


# Names that pry


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"), ("@SUM(A1)", "'@SUM(A1)"), ("+1", "'+1"), ("-1", "'-1"),
        ("\t=1", "'\t=1"), ("plain", "plain"), ("a=b", "a=b"), (-5.5, -5.5), (None, ""), (float("nan"), ""), (7, 7),
    ],
)
def test_cells_are_no_formulas_and_numbers_stay_numbers(value: object, shown: object) -> None:
    assert cell(value) == shown


def test_minus_zero_is_zero() -> None:
    assert str(cell(-0.0)) == "0.0"


def test_text_comes_back_out_of_a_table_as_it_went_in(tmp_path: Path) -> None:
    odd = ["a,b", 'say "x"', "two\nlines", "🌱 ë"]
    write_csv(tmp_path / "t.csv", ["name"], lines=[[text] for text in odd])
    assert [line["name"] for line in table(tmp_path / "t.csv")] == odd


@pytest.mark.usefixtures("no_charts")
def test_names_from_a_deal_do_not_leave_the_folder(tmp_path: Path) -> None:
    text = changed(
        ("[payers]\nWmo =", '[payers]\n".._.._x" = { party = "municipality" }\n"../../x" ='),
        ("by_law = { Wmo = 0.8, Zvw = 0.2 }", 'by_law = { "../../x" = 0.7, ".._.._x" = 0.1, Zvw = 0.2 }'),
        ('laws = ["Wmo"]', 'laws = ["../../x"]'),
        ('name = "Small deal"', 'name = "=SUM(A1) $\\\\foo$ <script>"'),
    )
    made = record(tmp_path / "x", str(write(tmp_path, text)), "--trials", "300")
    with np.load(made / "trials.npz") as trials:
        names = set(trials.files)
    assert not [name for name in names if "/" in name or "\\" in name]
    assert len([name for name in names if name.startswith("payer..._.._x")]) == 2 * 5
    assert {line["party"] for line in table(made / "summary.csv")} >= {"payer.../../x", "payer..._.._x"}
    assert {path.name for path in tmp_path.iterdir()} == {"x", "scenario.toml"}


def test_writing_trials_takes_no_objects(tmp_path: Path, run: sib.Run) -> None:
    write_trials(run, tmp_path / "trials.npz")
    with np.load(tmp_path / "trials.npz", allow_pickle=False) as trials:
        assert {trials[name].dtype.kind for name in trials.files} <= {"f", "b", "i"}
