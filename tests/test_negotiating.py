"""Frames of negotiations: the figures are those of the analyses."""

from __future__ import annotations

from pathlib import Path

import pytest

import sib
from sib.deal.shelf import packaged

REFERENCE = "zwarte-zwanen"
RATE, TRIGGER = "contract.interest.rate", "contract.triggers.proof.at_least"
LINE = {"party": "investor", "measure": "repaid_in_full", "at_least": 0.75}


def test_a_row_a_combination_and_red_line() -> None:
    deal = sib.load(REFERENCE)
    lines = [LINE, {**LINE, "measure": "irr", "at_least": 0.0}]
    found = sib.negotiate(deal, red_lines=lines, terms={RATE: [0.02, 0.04]}, trials=300)
    assert found[RATE].tolist() == [0.02, 0.02, 0.04, 0.04]
    swept = sib.sweep(deal, {RATE: [0.02, 0.04]}, measures=["investor.repaid_in_full", "investor.irr"], trials=300)
    assert found["value"].tolist() == swept["value"].tolist()
    assert (found["gap"] + found["value"]).tolist() == pytest.approx(found["limit"].tolist())
    assert set(found["zone"]) <= {"holds", "perhaps", "fails"}


def test_a_file_and_other_terms(tmp_path: Path) -> None:
    path = packaged()[REFERENCE] / "red-lines.toml"
    found = sib.negotiate(sib.load(REFERENCE), red_lines=path, terms={TRIGGER: [900_000]}, trials=100)
    assert found[TRIGGER].tolist() == [900_000] * 4
    assert found["whose"].tolist() == ["investor"] * 2 + ["municipality"] * 2


def test_concessions_have_a_row_a_term() -> None:
    found = sib.concessions(sib.load(REFERENCE), [TRIGGER, "timeline.maturity"], trials=2000).set_index("path")
    assert list(found.index) == [RATE, TRIGGER, "timeline.maturity"]
    assert found.loc[RATE, "amount"] == pytest.approx(0.01)
    assert found.loc["timeline.maturity", "verdict"] == "idle"
    assert found["amount"].isna().tolist() == [False, False, True]
