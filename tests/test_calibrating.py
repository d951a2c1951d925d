"""A calibration in Python: tidy frames with the numbers of the paper."""

from __future__ import annotations

from pathlib import Path

import pytest

import sib
from sib.calibrating import BANDS, FIGURES, FITS, SHARES


def test_frames_are_tidy_and_have_the_numbers_of_the_paper() -> None:
    found = sib.calibrate("portfolio")
    (segment,) = found.paper.segments
    summary = found.summary()
    assert tuple(summary) == FIGURES
    values = summary.set_index("measure")["value"]
    assert values["mean_saving"] == segment.mean / 100
    assert values["successes"] == segment.successes
    assert summary["value"].dtype == float
    shares = found.shares()
    assert tuple(shares) == SHARES
    assert shares["share"].sum() == pytest.approx(1)
    fits = found.fits()
    assert tuple(fits) == FITS
    assert fits["is_chosen"].tolist() == [True, False]
    bands = found.bands()
    assert tuple(bands) == BANDS
    assert bands.groupby("kind").size().to_dict() == {"cases": 8, "gamma": 8, "lognormal": 8}
    assert bands.query("kind == 'cases'")["mean"].mean() == pytest.approx(segment.mean / 100)
    assert "[[programme.segments]]" in found.fragment


def test_what_is_asked_is_done_and_what_is_unknown_is_an_error() -> None:
    assert 'kind = "empirical"' in sib.calibrate("portfolio", fit="empirical").fragment
    assert 'name = "mine"' in sib.calibrate("practice-cases", segment="mine").fragment
    with pytest.raises(TypeError):
        sib.calibrate("portfolio", fits="gamma")


def test_without_fits_the_frames_are_empty_and_whole(tmp_path: Path) -> None:
    found = sib.calibrate("practice-cases")
    assert len(found.fits()) == len(found.bands()) == 0
    assert tuple(found.bands()) == BANDS
    with pytest.raises(sib.ScenarioError):
        sib.calibrate(tmp_path / "none.csv")
