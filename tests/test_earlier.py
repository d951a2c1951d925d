"""Result folders read again: what they hold, what is missing from them, and two of them as a frame."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import sib
from sib.analysis.diff import Remark
from sib.chance.draws import Source
from sib.cli import main
from sib.earlier import diff, result
from sib.errors import ScenarioError

RATE = "contract.interest.rate"


def ran(folder: Path, *words: str) -> Path:
    done = CliRunner().invoke(main, ["run", "worked-example", "--trials", "40", "-o", str(folder), "--quiet", *words])
    assert done.exit_code == 0, done.output
    return folder


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ran(tmp_path_factory.mktemp("earlier") / "base")


@pytest.fixture
def copy(base: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(base, tmp_path / "copy"))


def rewritten(folder: Path, **entries: Any) -> None:
    path = folder / "manifest.json"
    about = json.loads(path.read_text(encoding="utf-8")) | entries
    path.write_text(json.dumps({key: value for key, value in about.items() if value is not None}), encoding="utf-8")


def test_a_folder_holds_what_the_run_found(base: Path) -> None:
    found, run = result(base), sib.simulate(sib.load("worked-example"), trials=40)
    assert found.remarks == ()
    assert (found.drawn, found.n_trials) == (Source(1, "stratified"), 40)
    assert found.about["digest"] == run.deal.digest
    assert [repr(row) for row in found.rows] == [repr(row) for row in run.rows]
    assert {name: values.tolist() for name, values in found.trials.items() if "irr" not in name} == {
        name: run.trials[name].tolist() for name in run.trials if "irr" not in name}


def test_a_folder_says_how_it_was_drawn(copy: Path, tmp_path: Path) -> None:
    made = ran(tmp_path / "mirrored", "--draws", "antithetic")
    assert result(made).drawn == Source(1, "antithetic")
    again = sib.simulate(sib.load("worked-example"), trials=40, draws="antithetic")
    assert result(made).trials["programme.successes"].tolist() == again.trials["programme.successes"].tolist()
    rewritten(copy, draws=None)  # of a version that knew one way only
    assert result(copy).drawn == Source(1, "stratified")
    rewritten(copy, draws="sobol")
    with pytest.raises(ScenarioError, match=r"a manifest.json that was not written by sib run"):
        result(copy)


def test_the_folder_says_where_terms_come_from(base: Path) -> None:
    deal = result(base)
    assert deal.source(RATE) == deal.about["sources"][RATE]
    assert deal.source("timeline.fiscal_year_start") is None


def test_the_frame_has_terms_and_figures(base: Path, tmp_path: Path) -> None:
    assert diff(base, base).empty
    other = ran(tmp_path / "other", "--set", f"{RATE}=0.0")
    frame = diff(base, other)
    assert frame[frame.kind == "term"][["name", "old", "new"]].values.tolist() == [[RATE, 0.04, 0.0]]
    receipts = frame[frame.name == "investor.receipts.mean"].iloc[0]
    # The example by hand: 105.76 with interest at 4%, 100 without; the same in every trial, so without an error.
    assert (receipts.old, receipts.new, receipts.difference) == (105.76, 100.0, pytest.approx(-5.76))
    assert (receipts.errors, receipts.beyond) == (float("inf"), True)


def test_what_was_tampered_with_is_told(copy: Path) -> None:
    scenario = result(copy).about["scenario"]
    rewritten(copy, scenario={**scenario, "name": "another"})
    with (copy / "summary.csv").open("a", encoding="utf-8") as file:
        file.write("x,y,mean,1.0,,,,EUR\n")
    (copy / "trials.npz").write_bytes(b"no archive")
    found = result(copy)
    assert found.remarks == (Remark("digest", "manifest.json"), Remark("changed", "summary.csv"),
                             Remark("changed", "trials.npz"))
    assert found.trials == {}


def test_a_folder_without_trials_is_told(copy: Path) -> None:
    (copy / "trials.npz").unlink()
    assert result(copy).remarks == (Remark("gone", "trials.npz"),)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"seed": None}, "does not say seed"),
        ({"versions": None, "files": None}, "does not say versions, files"),
        ({"files": {"luck.csv": ""}}, "lists no summary.csv"),
        ({"versions": {}}, "was not written by sib run"),
        ({"scenario": []}, "was not written by sib run"),
    ],
)
def test_a_manifest_that_lacks_something_is_refused(copy: Path, entries: dict[str, Any], message: str) -> None:
    rewritten(copy, **entries)
    with pytest.raises(ScenarioError, match=message):
        result(copy)


def test_broken_folders_are_refused(copy: Path, tmp_path: Path) -> None:
    for place, message in ((tmp_path / "nowhere", "does not exist"), (copy / "summary.csv", "is no folder"),
                           (copy / "charts", "holds no manifest.json")):
        with pytest.raises(ScenarioError, match=message):
            result(place)
    (copy / "summary.csv").write_text("party,measure\nx,y\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"has a summary.csv that cannot be read"):
        result(copy)
    (copy / "summary.csv").unlink()
    with pytest.raises(ScenarioError, match=r"holds no summary.csv"):
        result(copy)
    (copy / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(ScenarioError, match="cannot be read"):
        result(copy)


def test_trials_that_are_no_archive_are_refused(copy: Path) -> None:
    (copy / "trials.npz").write_bytes(b"no archive")
    files = result(copy).about["files"]


    rewritten(copy, files={**files, "trials.npz": hashlib.sha256(b"no archive").hexdigest()})
    with pytest.raises(ScenarioError, match=r"has a trials.npz that cannot be read"):
        result(copy)
