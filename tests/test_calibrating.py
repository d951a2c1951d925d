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
    assert values["successes"] == segment.successes.exact == 88
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
    assert "\ncases = 150\n" in sib.calibrate("portfolio", with_cases=True).fragment
    with pytest.raises(TypeError):
        sib.calibrate("portfolio", fits="gamma")
    with pytest.raises(ValueError, match="did you mean 'gamma'"):
        sib.calibrate("portfolio", fit="gama")
    with pytest.raises(ValueError, match="laws: one of them looks like a name"):
        sib.calibrate("portfolio", laws=["Familie Jansen"])


def test_numbers_that_are_not_told_have_ends_and_no_value(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text("case,law,class,current,threatening,tailored,months,success\n" + "".join(
        f"K{n},Wmo,direct,,{1000 + n if n else 0},,1,{'yes' if n < 146 else 'no'}\n" for n in range(150)))
    counts = sib.calibrate(path).summary().query("unit == 'count'").set_index("measure")
    assert counts["value"].isna().to_dict() == {
        "cases": False, "cases_counted": True, "successes": True, "cases_saving_nothing": True}
    assert counts.loc["successes", ["low", "high"]].tolist() == [141, 150]
    assert counts.loc["cases_saving_nothing", ["low", "high"]].tolist() == [0, 9]


def test_without_fits_the_frames_are_empty_and_whole(tmp_path: Path) -> None:
    found = sib.calibrate("practice-cases")
    assert len(found.fits()) == len(found.bands()) == 0
    assert tuple(found.bands()) == BANDS
    with pytest.raises(sib.ScenarioError):
        sib.calibrate(tmp_path / "none.csv")
