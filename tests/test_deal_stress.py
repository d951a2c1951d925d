"""Stress files: what one may say, and every problem of a bad one with its file, line and term."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sib.deal.stress import GRADES, Change, Stress, library, path_fault, read_stresses
from sib.errors import ScenarioError

GOOD = """\
title = "Strike"
title_nl = "Staking"
reason = "Nobody works for a month."
source = "assumed"

[[mild]]
terms = ["programme.segments.*.intake.delay"]
plus = 1
"""
TRADE = {
    "fewer-referrals", "slow-start", "relapse", "provider-changes", "housing-shuts", "price-list-cut",
    "accountant-stricter", "evidence-late", "not-cashable", "law-changes", "epidemic", "correlation-up",
    "pilot-lucky", "payer-pays-late",
}


def read(folder: Path, text: str) -> Stress:
    file = folder / "strike.toml"
    file.write_text(text, encoding="utf-8")
    (found,) = read_stresses([file])
    return found


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        read(folder, text)
    return [str(problem).removeprefix(str(folder / "strike.toml")) for problem in caught.value.problems]


def test_a_file_goes_by_its_name(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD)
    assert (found.name, found.grades, found.source) == ("strike", ("mild",), "assumed")
    assert [change.plus for change in found.changes("mild")] == [1]
    assert found.changes("severe") == ()


def test_the_library_speaks_the_language_of_the_trade() -> None:
    assert set(library()) == TRADE


@pytest.mark.parametrize("name", sorted(TRADE))
def test_every_stress_has_two_grades_a_reason_and_a_source(name: str) -> None:
    stress = library()[name]
    assert stress.grades == GRADES
    assert stress.terms.title != stress.terms.title_nl
    assert stress.terms.reason.endswith(".")
    assert stress.source.startswith("assumed")
    titles = [each.terms.title for each in library().values()]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("name", sorted(TRADE))
def test_severe_changes_the_same_terms_by_more(name: str) -> None:
    mild, severe = ({change.terms: change for change in library()[name].changes(grade)} for grade in GRADES)
    assert list(mild) == list(severe)
    for terms, change in mild.items():
        assert (change.times or 1) >= (severe[terms].times or 1)
        assert (change.plus or 0) <= (severe[terms].plus or 0)


ROW = re.compile(r"^\| `([a-z-]+)` \| .* \| (.*) \| (.*) \|$", re.MULTILINE)


def numbers(changes: tuple[Change, ...]) -> set[float]:
    """The numbers that changes may go by on a page: percents off, months, points or shares."""
    cut = {round(100 * (1 - change.times), 6) for change in changes if change.times is not None}
    added = [change.plus for change in changes if change.plus is not None]
    return cut | {round(each * factor, 6) for each in added for factor in ((1,) if each >= 1 else (1, 100))}


def test_the_page_for_dealmakers_says_what_the_files_say() -> None:
    page = (Path(__file__).parents[1] / "docs" / "stress.md").read_text(encoding="utf-8")
    rows = {name: cells for name, *cells in ROW.findall(page)}
    assert set(rows) == TRADE
    for name, cells in rows.items():
        for grade, cell in zip(GRADES, cells, strict=True):
            shown = {float(each) for each in re.findall(r"\d+(?:\.\d+)?", cell)}
            assert shown
            assert shown <= numbers(library()[name].changes(grade)), (name, grade)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('title = "Strike"\n', "", [":1: title is missing; write a text between quotation marks"]),
        ("plus = 1", "plsu = 1", [":8: mild[1].plsu is not known here; did you mean 'plus'?"]),
        ("plus = 1\n", "", [":6: mild[1] changes nothing; give it times, plus, at_least, at_most or to"]),
        ("plus = 1", 'plus = "1"', [':8: mild[1].plus = "1" is text, not a number; write it without']),
        ("plus = 1", "plus = 1\nto = 3", [":6: mild[1] has to beside plus; a term is either replaced or changed"]),
        ("plus = 1", "at_least = 2\nat_most = 1", [":6: mild[1] has at_least = 2 above at_most = 1"]),
        ("[[mild]]", "[[heavy]]", [":6: heavy is not known here; known: "]),
        ("intake.delay", "intake.delya",
         [":7: mild[1].terms has 'programme.segments.*.intake.delya', which no deal has; did you mean 'delay'?"]),
        ("plus = 1", 'plus = 1\nneeds = { "programme.knd" = "cases" }',
         [":9: mild[1].needs has 'programme.knd', which no deal has; did you mean 'kind'?"]),
        ('source = "assumed"\n', "", [":1: has no source; write a document, or \"assumed\" with the reason"]),
        ('["programme.segments.*.intake.delay"]', "[]", [":7: mild[1].terms is empty; give at least one"]),
    ],
)
def test_what_is_wrong_is_told_with_line_and_term(old: str, new: str, told: list[str], tmp_path: Path) -> None:
    found = problems(tmp_path, GOOD.replace(old, new))
    assert any(each.startswith(start) for each in found for start in told), found


def test_all_problems_of_all_files_come_at_once(tmp_path: Path) -> None:
    one, two = tmp_path / "one.toml", tmp_path / "two.toml"
    one.write_text(GOOD.replace("plus = 1", "plus = true").replace("delay", "dealy"), encoding="utf-8")
    two.write_text("title = 3\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        read_stresses([one, two, tmp_path / "three.toml"])
    told = caught.value.problems
    assert [Path(problem.file).name for problem in told].count("one.toml") == 2
    assert {Path(problem.file).name for problem in told} == {"one.toml", "two.toml", "three.toml"}


@pytest.mark.parametrize(
    "path",
    [
        "programme.enrolment", "programme.enrolment.value", "programme.segments.*.success.successes", "payers.*.bought",
        "programme.segments.'young parents'.saving", "programme.groups.*.outcomes.*.chance",
        "contract.tranches.*.share",
        "programme.metrics.*.by_cohort.*", "accountant.delay.months", "budget.lines.*.unit_price",
        "programme.dependence.causes.*.*", "contract.payments.*.months", "timeline.payment_dates.months",
    ],
)
def test_paths_of_any_kind_of_deal_are_known(path: str) -> None:
    assert path_fault(path) is None


@pytest.mark.parametrize("path", ["", "programme..cases", "programmes", "programme.segments.*.relapes", "payers.*.a"])
def test_paths_of_no_deal_are_not(path: str) -> None:
    assert path_fault(path)
