"""A stress test as a frame: the figures of the paper, tidy, and a row for what does not apply."""

from __future__ import annotations

from pathlib import Path

import pytest

import sib
from sib.analysis.stress import Asked, plan, stress_test
from sib.deal.stress import library

DEAL = sib.load("zwarte-zwanen")


def test_the_figures_are_those_of_the_paper() -> None:
    frame = sib.stress(DEAL, "relapse", "epidemic", trials=300)
    found = stress_test(plan(DEAL, Asked((library()["relapse"], library()["epidemic"]))), 300)
    assert list(dict.fromkeys(frame["stress"])) == ["", *dict.fromkeys(each.case.name for each in found.singles), "all"]
    row = frame.query("stress == 'relapse' and grade == 'severe' and kind == 'difference' and measure == 'irr'").iloc[0]
    severe = next(each for each in found.singles if (each.case.name, each.case.grade) == ("relapse", "severe"))
    assert row["value"] == severe.changes["investor", "irr"].value
    assert row["is_clear"]


def test_values_less_those_of_the_deal_are_the_differences() -> None:
    frame = sib.stress(DEAL, "relapse", grades=("mild",), trials=300).set_index(["stress", "kind", "party", "measure"])
    value = frame["value"]
    for party, measure in (("municipality", "net_cash"), ("investor", "repaid_in_full")):
        apart = value["relapse", "value", party, measure] - value["", "value", party, measure]
        assert value["relapse", "difference", party, measure] == pytest.approx(apart)


def test_a_file_and_a_combination(tmp_path: Path) -> None:
    file = tmp_path / "strike.toml"
    file.write_text('title = "Strike"\ntitle_nl = "Staking"\nreason = "R."\nsource = "assumed"\n[[mild]]\n'
                    'terms = ["programme.enrolment"]\ntimes = 0.5\n', encoding="utf-8")
    frame = sib.stress(DEAL, file, "relapse+epidemic", trials=64, workers=1)
    assert set(frame["stress"]) == {"", "strike", "relapse+epidemic"}
    out = frame.query("kind == 'left_out'")
    assert out[["stress", "grade", "note"]].to_numpy().tolist() == [["strike", "severe", "strike has no such grade"]]


def test_what_does_not_apply_is_a_row() -> None:
    frame = sib.stress(sib.load("dc-water"), "relapse", "epidemic", trials=1)
    assert frame.query("stress == 'relapse'")["kind"].tolist() == ["left_out", "left_out"]
    assert "intake.delay" in frame.query("stress == 'epidemic'")["note"].iloc[0]


def test_names_that_mean_nothing() -> None:
    with pytest.raises(ValueError, match=r"'relaps' is no stress and no stress file \(.toml\); known: accountant-"):
        sib.stress(DEAL, "relaps")
    with pytest.raises(ValueError, match="'heavy' is no grade; known: mild, severe"):
        sib.stress(DEAL, grades=("heavy",))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="two of these stresses go by one name"):
        sib.stress(DEAL, "relapse", sib.packaged()["zwarte-zwanen"].parent / "stresses" / "relapse.toml")
    with pytest.raises(sib.ScenarioError):
        sib.stress(DEAL, "no-such.toml")
