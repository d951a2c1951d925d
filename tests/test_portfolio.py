"""The made-up portfolio: the file that ships is what the generator makes, and looks like a programme."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sib.casefile import read_cases
from sib.portfolio import LAWS, portfolio

FILE = Path(__file__).parents[1] / "scenarios" / "cases" / "portfolio.csv"


def test_the_file_is_made_again_byte_for_byte() -> None:
    again = "python -m sib.portfolio > scenarios/cases/portfolio.csv makes it anew"
    assert FILE.read_bytes() == portfolio().encode("utf-8"), again
    made = subprocess.run([sys.executable, "-m", "sib.portfolio"], capture_output=True, check=True).stdout
    assert made.replace(b"\r\n", b"\n") == FILE.read_bytes()


def test_another_seed_makes_another_file() -> None:
    assert portfolio(2) != portfolio(3)
    assert len(portfolio(2, n_cases=7).split("H007")) > 1


def test_it_looks_like_the_programme() -> None:
    found = read_cases("portfolio")
    assert len(found.cases) == 150
    assert found.savings.mean() / 100 == pytest.approx(22_000, rel=0.01)
    assert set(found.months.tolist()) == {12}
    # 150 cases with a chance of 0.6: 90 give or take 4 x 6
    assert 66 <= sum(found.succeeded or ()) <= 114
    assert set(found.laws) == {law.name for law in LAWS}
    assert not found.cautions
    assert (found.savings > 0).all()


def test_every_cell_rests_on_enough_successes_to_be_shown() -> None:
    found = read_cases("portfolio")
    works = np.array(found.succeeded)
    for law in LAWS:
        for saving_class in ("direct", "real"):
            held = {case for case, name, kind in zip(found.case_of, found.laws, found.classes, strict=True)
                    if (name, kind) == (law.name, saving_class) and works[case]}
            assert len(held) >= 15
