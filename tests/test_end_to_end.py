"""From a packaged deal to its figures: what they come to is in ``golden/``, and no change of them goes unseen."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import accept
import pytest
from accept import Change, Figures

import sib

HOW_TO = """
If the new figures are right, accept them with

    .venv/bin/python tests/accept.py

in a commit of its own; CONTRIBUTING.md, "When results change", says what else that takes."""


def expect_no_changes(old: Figures, new: Figures) -> None:
    found = accept.changes(old, new)
    if found:
        pytest.fail(f"{len(found)} of {len(new)} figures changed\n\n{accept.table(found)}\n{HOW_TO}", pytrace=False)


@pytest.mark.parametrize("deal", sib.packaged())
def test_figures_are_what_they_were(deal: str) -> None:
    expect_no_changes(accept.read(accept.path_of(deal)), accept.figures_now(deal))


def test_every_packaged_deal_has_its_figures_and_nothing_else_has() -> None:
    assert {path.stem for path in accept.GOLDEN.iterdir()} == set(sib.packaged())


@pytest.mark.parametrize("deal", sib.packaged())
def test_the_command_comes_to_the_same_from_anywhere(deal: str, tmp_path: Path) -> None:
    words = ["run", deal, "--trials", str(accept.TRIALS), "--seed", str(accept.SEED), "--json"]
    done = subprocess.run([sys.executable, "-m", "sib", *words], cwd=tmp_path, capture_output=True, check=True)
    answer = json.loads(done.stdout, parse_constant=pytest.fail)
    cells = [{name: math.nan if cell is None else cell for name, cell in row.items()} for row in answer["measures"]]
    rows = [sib.Row(**row) for row in cells]
    expect_no_changes(accept.read(accept.path_of(deal)), accept.figures(rows))
    assert answer["checks"]["failed"] == 0 < answer["checks"]["passed"]


OLD: Figures = {
    ("investor", "receipts", "mean"): (1_900_000.0, "EUR"),
    ("investor", "irr", "mean"): (0.04, "fraction"),
    ("investor", "irr", "undefined_share"): (0.0, "fraction"),
    ("investor", "wal_years", "p50"): (math.nan, "years"),
    ("provider", "receipts", "mean"): (5.0, "EUR"),
}


class TestAccepting:
    """The command on figures made up for it."""

    @pytest.fixture(autouse=True)
    def _aside(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(accept, "GOLDEN", tmp_path / "golden")

    @staticmethod
    def accepted(new: Figures, monkeypatch: pytest.MonkeyPatch) -> str:
        """What the command says when the one deal comes to these figures."""
        said: list[str] = []
        monkeypatch.setattr(accept, "figures_now", lambda deal: new)
        accept.accept({"bond": Path()}, said.append)
        return "".join(said)

    def test_what_is_written_is_read_and_is_no_change(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert "5 of 5 figures changed" in self.accepted(OLD, monkeypatch)
        assert not accept.changes(accept.read(accept.path_of("bond")), OLD)
        assert self.accepted(OLD, monkeypatch) == "bond: 0 of 5 figures changed\n"

    def test_it_prints_old_and_new_and_their_ratio(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.accepted(OLD, monkeypatch)
        new = OLD | {
            ("investor", "receipts", "mean"): (1_881_000.0, "EUR"),
            ("investor", "irr", "undefined_share"): (0.25, "fraction"),
            ("investor", "wal_years", "p50"): (2.5, "years"),
            ("society", "net_benefit", "mean"): (-7.0, "EUR"),
        }
        del new["provider", "receipts", "mean"]
        lines = self.accepted(new, monkeypatch).splitlines()
        assert [line.split() for line in lines] == [
            ["bond:", "5", "of", "5", "figures", "changed"],
            ["figure", "old", "new", "new", "/", "old"],
            ["investor", "receipts", "mean", "1,900,000", "1,881,000", "0.990000"],
            ["investor", "irr", "undefined_share", "0", "0.25", "from", "0"],
            ["investor", "wal_years", "p50", "nan", "2.5", "nan"],
            ["society", "net_benefit", "mean", "-", "-7", "added"],
            ["provider", "receipts", "mean", "5", "-", "gone"],
        ]
        assert not accept.changes(accept.read(accept.path_of("bond")), new)

    def test_a_deal_that_is_gone_takes_its_figures_along(self, monkeypatch: pytest.MonkeyPatch) -> None:
        accept.write(accept.path_of("old deal"), OLD)
        assert self.accepted(OLD, monkeypatch).startswith("old deal: no such deal any more")
        assert [path.stem for path in accept.GOLDEN.iterdir()] == ["bond"]

    def test_noise_is_no_change_and_a_cent_in_each_trial_is_one(self) -> None:
        key = ("investor", "receipts", "mean")
        assert not accept.changes(OLD, OLD | {key: (1_900_000.0 + 0.01 / accept.TRIALS, "EUR")})
        noticed = accept.changes(OLD, OLD | {key: (1_900_000.04, "EUR")})
        assert noticed == [Change(key, 1_900_000.0, 1_900_000.04)]

    def test_a_difference_is_shown_with_the_way_to_accept_it(self) -> None:
        with pytest.raises(pytest.fail.Exception, match="1 of 5 figures changed") as caught:
            expect_no_changes(OLD, OLD | {("investor", "irr", "mean"): (0.05, "fraction")})
        assert "1.250000" in str(caught.value)
        assert "tests/accept.py" in str(caught.value)
