"""Fragments: terms as TOML that a deal takes, with the numbers of the file."""

from __future__ import annotations

import string
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import sib
from sib.calibration import Asked, calibrated
from sib.casefile import read_cases
from sib.deal.reader import load
from sib.fragment import TEXTS, euros, fragment, key

HOUSEHOLDS = "multi-problem households"
TRANSLATED = {"gekalibreerd op": "calibrated from", "geslaagde ": "successful ", "casussen van": "cases of"}
HEAD = "case,segment,law,class,current,threatening,tailored,months"


def write(folder: Path, *, source: str = "portfolio", asked: Asked | None = None) -> Path:
    path = folder / "fragment.toml"
    path.write_text(fragment(calibrated(read_cases(source), asked)), encoding="utf-8")
    return path


def test_a_fragment_laid_over_a_deal_has_the_mean_and_the_shares_of_the_file(tmp_path: Path) -> None:
    cases, overlay = read_cases("portfolio"), write(tmp_path)
    deal = load("zwarte-zwanen", overlays=[overlay])
    (segment,) = deal.segments
    assert segment.cases == load("zwarte-zwanen").segments[0].cases
    works = np.array(cases.succeeded)
    counted = works[cases.case_of]
    assert segment.saving.mean == pytest.approx(cases.savings[works].mean() / 100, abs=0.005)
    assert (segment.success.successes, segment.success.trials) == (works.sum(), 150)
    total = cases.line_savings[counted].sum()
    for law, cell in segment.shares.items():
        for saving_class in ("direct", "real"):
            there = [name == law and kind == saving_class
                     for name, kind in zip(cases.laws, cases.classes, strict=True)]
            assert getattr(cell, saving_class) == pytest.approx(
                cases.line_savings[counted & np.array(there)].sum() / total, abs=1e-6)
    assert (segment.by_law, segment.direct_share, segment.saving_months) == (None, None, 12)


@pytest.mark.parametrize("asked", [Asked(), Asked(fit="gamma"), Asked(fit="lognormal"), Asked(fit="empirical")])
def test_what_a_simulation_saves_is_the_mean_of_the_file(asked: Asked, tmp_path: Path) -> None:
    cases = read_cases("portfolio")
    mean = cases.savings[np.array(cases.succeeded)].mean() / 100
    households = f"programme.segments.{HOUSEHOLDS}"
    overlay = write(tmp_path, asked=replace(asked, with_cases=True))
    deal = load("zwarte-zwanen", overlays=[overlay], settings={
        f"{households}.success": 1.0, f"{households}.deadweight": 0.0})
    run = sib.simulate(deal, trials=256, seed=3)
    found = next(row for row in run.rows if (row.party, row.measure, row.statistic) == (
        "society", "true_savings", "mean"))
    # 256 trials of 150 independent savings with a cv below 0.8
    assert abs(found.value / 150 - mean) < 4 * 0.8 * mean / np.sqrt(256 * 150)


def test_all_cases_have_the_mean_of_all(tmp_path: Path) -> None:
    (segment,) = load("zwarte-zwanen", overlays=[write(tmp_path, asked=Asked(all_cases=True))]).segments
    assert segment.saving.mean == pytest.approx(read_cases("portfolio").savings.mean() / 100, abs=0.005)


def test_cases_that_do_not_differ_save_the_same_amount(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text("\n".join((HEAD, *(f"K{n},a,Wmo,direct,,1234.56,,12" for n in range(12)))), encoding="utf-8")
    assert 'saving = { kind = "fixed", amount = 14_814.72, ' in fragment(calibrated(read_cases(str(path))))


def test_it_is_laid_over_shares_as_well_as_over_margins(tmp_path: Path) -> None:
    overlay = write(tmp_path)
    once, twice = (load("zwarte-zwanen", overlays=[overlay] * times) for times in (1, 2))
    assert once.digest == twice.digest


def test_every_number_says_where_it_comes_from(tmp_path: Path) -> None:
    (segment,) = load("zwarte-zwanen", overlays=[write(tmp_path, asked=Asked(with_cases=True))]).segments
    said = {
        "calibrated from 150 cases of portfolio.csv": (segment.source_of("cases"), segment.success.source_of("trials")),
        "calibrated from 88 successful cases of portfolio.csv": (
            segment.saving.source_of("mean"), segment.source_of("saving_months"), segment.source_of("current_share"),
            *(cell.source_of("direct") for cell in segment.shares.values())),
    }
    for source, found in said.items():
        assert set(found) == {source}


def test_a_name_can_be_anything(tmp_path: Path) -> None:
    name, law = 'a "b" \\ # $x', "Wet 'werk' = \"x\".y"
    path = tmp_path / 'my "cases" #1.csv'
    quoted = law.replace('"', '""')
    path.write_text("\n".join((HEAD.replace(",segment", ""), *(
        f'K{n},"{quoted}",direct,,{100 + n},,12' for n in range(12)))), encoding="utf-8")
    text = fragment(calibrated(read_cases(str(path), laws=(law,)), Asked(segment=name)))
    (segment,) = tomllib.loads(text)["programme"]["segments"]
    assert (segment["name"], list(segment["shares"])) == (name, [law])
    assert segment["source"]["saving_months"] == 'calibrated from 12 cases of my "cases" #1.csv'
    assert not {"cases"} & {*segment, *segment["source"]}
    assert "success" not in segment
    assert "# success: the file does not say" in text
    assert str(tmp_path) not in text


def test_the_number_of_cases_of_the_deal_stays_unless_it_is_asked_for(tmp_path: Path) -> None:
    assert load("zwarte-zwanen").segments[0].cases == 375
    assert load("zwarte-zwanen", overlays=[write(tmp_path)]).segments[0].cases == 375
    assert load("zwarte-zwanen", overlays=[write(tmp_path, asked=Asked(with_cases=True))]).segments[0].cases == 150


def test_comments_and_sources_are_in_either_language_and_terms_are_the_same(tmp_path: Path) -> None:
    found = calibrated(read_cases("portfolio"))
    english, dutch = fragment(found), fragment(found, "nl")
    assert "gekalibreerd op 88 geslaagde casussen van portfolio.csv" in dutch
    assert [mark for mark in dutch.splitlines() if mark.startswith("#")] != [
        mark for mark in english.splitlines() if mark.startswith("#")]
    assert "alibrated" not in dutch
    same = dutch
    for words, meant in TRANSLATED.items():
        same = same.replace(words, meant)
    assert tomllib.loads(same) == tomllib.loads(english)
    for texts in TEXTS.values():
        named = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in texts]
        assert named[0] == named[1]


def test_a_deal_without_the_segment_says_which_it_has(tmp_path: Path) -> None:
    overlay = write(tmp_path)
    overlay.write_text(overlay.read_text().replace(HOUSEHOLDS, "other households"))
    with pytest.raises(sib.ScenarioError) as error:
        load("zwarte-zwanen", overlays=[overlay])
    (problem,) = error.value.problems
    assert (problem.path, problem.message) == ("programme.segments.other households", (
        f"is no segment of the deal, which has {HOUSEHOLDS!r}; write the name of the one that is meant (sib calibrate "
        "--segment NAME does, where the case file names none), or, to add a segment, take out what has remove = true"))
    assert problem.line == 6


def test_nearly_all_that_succeeded_is_no_evidence(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(HEAD.replace(",segment", "") + ",success\n" + "".join(
        f"K{n},Wmo,direct,,{1000 + n},,1,{'yes' if n < 146 else 'no'}\n" for n in range(150)))
    text = fragment(calibrated(read_cases(str(path))))
    (segment,) = tomllib.loads(text)["programme"]["segments"]
    assert "success" not in segment
    assert "# success: more than 140 of 150 cases succeeded; how many is not told where few did or few did not" in text
    assert segment["saving"]["source"] == "calibrated from more than 140 successful cases of cases.csv"
    own = fragment(calibrated(read_cases(str(path)), Asked(own_data=True)))
    assert "# Told with --own-data: numbers" in own
    assert tomllib.loads(own)["programme"]["segments"][0]["success"]["successes"] == 146


def test_amounts_are_cents_exactly() -> None:
    assert [euros(cents) for cents in (0, 5, -5, 100, 123456789)] == ["0", "0.05", "-0.05", "1", "1_234_567.89"]
    assert [key(name) for name in ("Wmo", "Wmo 2015", "reëel")] == ["Wmo", '"Wmo 2015"', '"reëel"']
