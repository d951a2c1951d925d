"""A calibration as a chart: its bars and marks are the bands of the paper, its title is true, and everything fits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from charts import NASTY, expect_to_fit, key, title

from sib.calibration import Asked, Calibration, calibrated
from sib.casefile import read_cases
from sib.views.calibration_chart import draw_calibration, drawable

HEAD = "case,segment,law,class,current,threatening,tailored,months"


def portfolio(**asked: Any) -> Calibration:
    return calibrated(read_cases("portfolio"), Asked(**asked))


def of_file(folder: Path, *savings: int, segments: tuple[str, ...] = ("a",)) -> Calibration:
    lines = [f'K{name_at}-{n},"{name}",Wmo,direct,,{saving},,1' for name_at, name in enumerate(segments)
             for n, saving in enumerate(savings)]
    (folder / "cases.csv").write_text("\n".join((HEAD, *lines)), encoding="utf-8")
    return calibrated(read_cases(str(folder / "cases.csv")))


@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize("fit", ["lognormal", "gamma", "empirical"])
def test_charts_fit(fit: str, lang: Any) -> None:
    figure = draw_calibration(portfolio(fit=fit), lang=lang)
    expect_to_fit(figure)
    assert "nan" not in title(figure)


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_several_segments_with_odd_names_fit(lang: Any, tmp_path: Path) -> None:
    names = tuple(name[:100] for name in NASTY)
    figure = draw_calibration(of_file(tmp_path, *range(-3_000, 90_000, 3_000), segments=names), lang=lang)
    assert len(figure.axes) == len(names)
    expect_to_fit(figure)


def test_bars_and_marks_are_the_bands_of_the_paper() -> None:
    found = portfolio(fit="gamma")
    (segment,) = found.segments
    ax = draw_calibration(found).axes[0]
    assert [bar.get_height() for bar in ax.patches] == pytest.approx([mean / 100 for mean in segment.bands])
    fit = next(each for each in segment.fits if each.kind == "gamma")
    (marks,) = ax.lines
    np.testing.assert_allclose(marks.get_ydata(), [middle / 100 for middle, _, _ in fit.bands])
    ends = [path.vertices[:, 1].tolist() for path in ax.collections[0].get_paths()]
    np.testing.assert_allclose(ends, [[low / 100, high / 100] for _, low, high in fit.bands])
    assert {*key(ax)} == {"mean of a band of cases", "95% of files of so many cases", "gamma, in the same bands"}
    assert len(ax.patches) == 8
    assert "88 cases in order" in ax.get_xlabel()


def test_nearly_all_cases_are_not_counted_under_the_axis(tmp_path: Path) -> None:
    lines = (f"K{n},a,Wmo,direct,,{1000 + n},,1,{'yes' if n < 146 else 'no'}" for n in range(150))
    (tmp_path / "cases.csv").write_text("\n".join((f"{HEAD},success", *lines)), encoding="utf-8")
    (ax,) = draw_calibration(calibrated(read_cases(str(tmp_path / "cases.csv")))).axes
    assert ax.get_xlabel().startswith("more than 140 cases in order of saving, in 14 equal bands")


def test_the_title_says_whether_it_fits(tmp_path: Path) -> None:
    two_kinds = of_file(tmp_path, *range(10, 40), *range(9_000, 9_030))
    given = {" fits, ": portfolio(), " fits poorly, ": two_kinds,
             "8 groups of cases stand in for all": portfolio(fit="empirical")}
    for said, found in given.items():
        assert said in title(draw_calibration(found)).replace("\n", " ")


def test_what_would_show_few_cases_is_not_drawn(tmp_path: Path) -> None:
    assert drawable(of_file(tmp_path, *range(100, 2_000, 100))) == []
    assert len(drawable(of_file(tmp_path, *range(100, 2_100, 100)))) == 1
    assert drawable(calibrated(read_cases("practice-cases"))) == []
