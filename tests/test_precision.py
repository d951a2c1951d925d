"""Runs that go on until a figure is sure enough: they are sure enough, and the same as a run of that length."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from sib.analysis import precision
from sib.analysis.precision import Wanted, half_width, until
from sib.cli import main
from sib.deal.reader import load
from sib.engine import simulate
from sib.results import Row

DEAL = load("zwarte-zwanen")
CHANCE = ("investor", "repaid_in_full", "probability")


def test_it_goes_on_until_the_figure_is_sure_enough() -> None:
    found = until(DEAL, (Wanted(*CHANCE, 0.01),), trials=512)
    assert found.is_reached
    assert found.half_widths[0] <= 0.01
    assert found.run.n_trials > 512
    alone = simulate(DEAL, found.run.n_trials)
    assert np.array_equal(alone.trials["investor.repaid_in_full"], found.run.trials["investor.repaid_in_full"])


def test_what_is_sure_enough_at_once_takes_no_second_run() -> None:
    assert until(DEAL, (Wanted(*CHANCE, 0.5),), trials=256).run.n_trials == 256


def test_the_hardest_of_several_decides() -> None:
    money = Wanted("municipality", "net_cash", "mean", 20_000.0)
    found = until(DEAL, (Wanted(*CHANCE, 0.5), money), trials=512)
    assert found.half_widths[1] <= 20_000
    assert found.run.n_trials > 512


def test_it_does_not_run_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "LARGEST", 1_024)
    found = until(DEAL, (Wanted(*CHANCE, 1e-9),), trials=256)
    assert (found.is_reached, found.run.n_trials) == (False, 1_024)


def test_a_figure_without_an_error_is_never_sure() -> None:
    row = Row("a", "b", "value", 1.0, None, None, None, "EUR")
    assert half_width(row) == half_width(None) == math.inf
    assert half_width(Row("a", "b", "p05", 5.0, None, 3.0, 6.0, "EUR")) == 2.0


def test_a_figure_that_is_not_there_is_told() -> None:
    with pytest.raises(KeyError, match=r"investor\.luck\.mean"):
        until(DEAL, (Wanted("investor", "luck", "mean", 0.1),), trials=256)


class TestOnTheCommandLine:
    WORDS = ("run", "zwarte-zwanen", "--trials", "512")

    def test_it_says_what_was_reached(self) -> None:
        result = CliRunner().invoke(main, [*self.WORDS, "--precision", "investor.repaid_in_full=0.02", "--json"])
        assert result.exit_code == 0
        told = json.loads(result.stdout)
        assert told["trials"] > 512
        (each,) = told["precision"]
        assert (each["asked"], each["reached"]) == (0.02, True)
        assert each["half_width"] <= 0.02
        assert "precision reached: investor.repaid_in_full is within" in result.stderr

    def test_it_ends_with_6_where_it_is_asked_to_be_strict(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(precision, "LARGEST", 1_024)
        asked = [*self.WORDS, "--precision", "investor.repaid_in_full=0.000001"]
        assert CliRunner().invoke(main, asked).exit_code == 0
        result = CliRunner().invoke(main, [*asked, "--strict"])
        assert result.exit_code == 6
        assert "precision not reached" in result.stderr

    @pytest.mark.parametrize(
        ("text", "answer"),
        [
            ("investor.repaid=0.1", "investor.repaid_in_full"),
            ("investor.irr", "MEASURE=VALUE"),
            ("investor.irr=0", "above 0"),
            ("investor.irr=nan", "above 0"),
            ("=0.1", "MEASURE=VALUE"),
        ],
    )
    def test_what_is_no_precision_is_refused(self, text: str, answer: str) -> None:
        result = CliRunner().invoke(main, [*self.WORDS, "--precision", text])
        assert (result.exit_code, result.stdout) == (2, "")
        assert answer in result.stderr

    def test_a_folder_holds_the_long_run(self, tmp_path: Path) -> None:
        place = tmp_path / "x"
        asked = [*self.WORDS, "--precision", "investor.repaid_in_full=0.02", "-o", str(place), "--json"]
        told = json.loads(CliRunner().invoke(main, asked).stdout)
        manifest = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
        assert manifest["trials"] == told["trials"] > 512
