"""Draws that can be repeated, and papers whose figures can be followed by hand."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from sib.accountant.sampling import factor
from sib.chance.draws import Stream, generator
from sib.claimsfile import Claims, read_claims
from sib.deal.assurance import Tolerance
from sib.errors import ScenarioError
from sib.workpaper import (
    Asked,
    Draw,
    Measure,
    Paper,
    draw_files,
    draw_units,
    drawn_start,
    faults,
    tolerable_amounts,
    tolerable_cents,
)

BOOK = dict(zip("ABCDEFGHIJ", (7, 3, 4, 9, 0, 1, 8, 2, 6, 5), strict=True))


def claims(folder: Path, **found: str) -> Claims:
    """The ten claims, with audited amount and evidence of some, such as ``A="6.50,yes"``."""
    rows = [f"{case},{book},{found.get(case, ',')}" for case, book in BOOK.items()]
    (folder / "x.csv").write_text("\n".join(["case,book,audited,evidence", *rows]), encoding="utf-8")
    return read_claims(str(folder / "x.csv"))


def ours(folder: Path, **found: str) -> Draw:
    """The draw A C D G I: interval 9.00, start 2.00."""
    return draw_units(claims(folder, **found), 900, seed=5, start=200)


RIGHT = {"A": "7,yes", "C": "4,yes", "D": "9,yes", "G": "8,yes", "I": "6,yes"}


def test_a_draw_depends_on_claims_and_seed_only(tmp_path: Path) -> None:
    one, other = draw_units(claims(tmp_path), 900, seed=5), draw_units(claims(tmp_path, A="7,yes"), 900, seed=5)
    assert one.selection is not None
    assert other.selection is not None
    assert one.selection.start == other.selection.start == drawn_start(900, 5)
    assert one.opened.tolist() == other.opened.tolist()
    assert draw_units(claims(tmp_path), 900, seed=5, start=200).seed is None


def test_each_start_is_as_likely() -> None:
    starts = [drawn_start(4, seed) for seed in range(2_000)]
    counts = np.bincount(starts, minlength=5)
    assert counts[0] == 0
    # four chances of a quarter: each count is 500 with a standard deviation of sqrt(2000 x 3/16) = 19.4
    assert np.all(np.abs(counts[1:] - 500) < 5 * 19.4)
    assert {drawn_start(1, seed) for seed in range(10)} == {1}


def test_files_are_drawn_without_replacement_and_a_larger_sample_holds_the_smaller(tmp_path: Path) -> None:
    population = claims(tmp_path)
    drawn = [draw_files(population, n, seed=3).opened for n in range(11)]
    assert [int(each.sum()) for each in drawn] == list(range(11))
    assert all(np.all(later | ~earlier) for earlier, later in pairwise(drawn))
    order = np.argsort(generator(Stream(3, 0), "audit files").random(10), kind="stable")
    assert drawn[1].nonzero()[0].tolist() == [order[0]]
    times = sum(draw_files(population, 5, seed=seed).opened.astype(int) for seed in range(1_000))
    assert np.all(np.abs(times - 500) < 5 * math.sqrt(1_000 / 4))


def test_groups_of_claims(tmp_path: Path) -> None:
    draw = ours(tmp_path)
    assert [draw.stratum(place) for place in range(10)] == ["sampled"] * 3 + ["top", "apart"] + ["sampled"] * 5
    assert draw_files(draw.claims, 3, seed=1).stratum(4) == "drawn"
    assert draw.n == 5


def test_errors_and_uncertainties_are_projected_apart_and_together(tmp_path: Path) -> None:
    # D is 1.00 too much (top); of A 0.70 is wrong, a tenth; of G nothing has evidence; of I half has
    paper = Paper(ours(tmp_path, **{**RIGHT, "A": "6.30,yes", "D": "8,yes", "G": ",no", "I": "3,no"}), Asked(0.95))
    facts = paper.evaluations
    assert {kind: each.projection for kind, each in facts.items()} == {
        "errors": 100 + 90, "uncertainties": 900 + 450, "together": 100 + 90 + 900 + 450}
    assert {kind: paper.known(kind) for kind in facts} == {"errors": 170, "uncertainties": 1_100, "together": 1_270}
    assert [each.top_error for each in facts.values()] == [100, 0, 100]
    first, second = factor(0.95, [0, 1])
    assert facts["errors"].basic_precision == round(900 * first)
    assert facts["errors"].increments == round(90 * (second - first - 1))
    assert facts["together"].limit == 100 + 3_600
    assert facts["together"].is_capped


def test_a_selected_file_that_was_not_audited_is_refused_with_its_case_and_line(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as error:
        Paper(ours(tmp_path, A="7,yes", C="4,yes", D="9,no", B="3,yes"), Asked(0.95))
    assert [(problem.line, problem.path) for problem in error.value.problems] == [
        (5, "evidence"), (8, "audited"), (10, "audited")]
    assert "all of case 'D' was audited as right" in str(error.value)
    assert "case 'G' was selected; open it" in str(error.value)


def test_a_file_audited_beside_the_sample_is_corrected_and_not_projected(tmp_path: Path) -> None:
    plain = Paper(ours(tmp_path, **RIGHT), Asked(0.95))
    more = Paper(ours(tmp_path, **RIGHT, J="1,yes", E="0,yes"), Asked(0.95))
    assert more.evaluations == plain.evaluations
    assert more.beside.nonzero()[0].tolist() == [4, 9]
    assert (more.known("errors"), plain.known("errors")) == (400, 0)


@pytest.mark.parametrize(
    ("found", "known", "likely", "upper"),
    [
        # in cents; claims of 45.00 and -5.00, of D (top stratum) 1.00 is wrong; the limit is 1.00 + 9.00 x 2.995732
        ({}, 100, 100, 2_796),
        ({"K": "0,yes"}, 100, 100, 2_796),  # a credit too large lowers nothing
        ({"K": "-12,yes"}, 800, 800, 3_496),  # one that is too small comes on top, in all three
        ({"J": "0,yes"}, 600, 600, 2_796),  # five euros in the frame: known, and covered by the limit
        ({"J": "9,yes"}, 100, 100, 2_796),  # too little claimed where nobody drew
        ({"J": "-30,yes"}, 3_600, 3_600, 3_600),  # more than the limit
        ({"J": "0,yes", "K": "-12,yes", "A": "6.30,yes"}, 1_370, 1_370, None),
        ({"J": "6,yes", "A": "3.50,yes"}, 450, 550, None),  # half of A stands for 4.50
        ({"A": "9,yes", "K": "-12,yes", "D": "9,yes"}, 700, 700, None),  # nor does A lower what K has too much
    ],
)
def test_what_is_known_beside_the_sample_counts_once_and_only_against(
    found: dict[str, str], known: int, likely: int, upper: int | None, tmp_path: Path,
) -> None:
    book = {**BOOK, "K": -5}
    filled = {**RIGHT, "D": "8,yes", **found}
    rows = [f"{case},{cents},{filled.get(case, ',')}" for case, cents in book.items()]
    (tmp_path / "x.csv").write_text("\n".join(["case,book,audited,evidence", *rows]), encoding="utf-8")
    draw = draw_units(read_claims(str(tmp_path / "x.csv")), 900, seed=5, start=200)
    paper = Paper(draw, Asked(0.95, tolerances=(("together", 9_999.0),)))
    assert (paper.known("together"), paper.likely("together")) == (known, likely)
    assert upper in (None, paper.upper("together"))
    deducted = [known, likely, paper.upper("together")]
    assert [paper.accepted(rule) for rule in ("accept", "point", "upper")] == [4_000 - cents for cents in deducted]
    assert [(each.projection, each.limit) for each in paper.measures] == [tuple(deducted[1:])]


def test_deviations_beside_an_attributes_sample_count_where_they_are_more(tmp_path: Path) -> None:
    right = {case: f"{book},yes" for case, book in BOOK.items()}
    drawn = draw_files(claims(tmp_path), 1, seed=1).opened.nonzero()[0][0]
    wrong = {case: "0.50,yes" for case in BOOK if case != "ABCDEFGHIJ"[drawn]}
    paper = Paper(draw_files(claims(tmp_path, **{**right, **wrong}), 1, seed=1),
                  Asked(0.95, tolerances=(("together", 0.5),)))
    assert paper.deviations["together"] == 0
    assert [(each.projection, each.verdict) for each in paper.measures] == [(0.9, "exceeded")]


@pytest.mark.parametrize(
    ("projection", "limit", "verdict"),
    [(1, 3, "within"), (1, 3.01, "undecided"), (3, 4, "undecided"), (3.01, 4, "exceeded")],
)
def test_verdicts(projection: float, limit: float, verdict: str) -> None:
    assert Measure("errors", projection, limit, 3).verdict == verdict


@pytest.mark.parametrize(
    ("tolerances", "verdict"),
    [
        ((("together", 4_000.0),), "within"),
        ((("together", 1_000.0),), "undecided"),
        ((("errors", 4_000.0), ("uncertainties", 10.0)), "undecided"),
        ((("errors", 189.0), ("uncertainties", 4_000.0)), "exceeded"),
        ((), None),
    ],
)
def test_the_worst_verdict_concludes(
    tolerances: tuple[tuple[str, float], ...], verdict: str | None, tmp_path: Path,
) -> None:
    draw = ours(tmp_path, **{**RIGHT, "A": "6.30,yes", "D": "8,yes"})
    paper = Paper(draw, Asked(0.95, tolerances=tolerances))
    assert paper.verdict == verdict
    assert paper.accepted("accept") == (4_500 - 170 if verdict == "within" else None)
    assert paper.accepted("point") == 4_500 - 190
    assert paper.accepted("upper") == 4_500 - paper.evaluations["together"].limit
    assert Paper(draw, Asked(0.95, engagement="agreed_upon_procedures", tolerances=tolerances)).verdict is None
    assert Paper(draw, Asked(0.95, engagement="assurance", tolerances=tolerances)).verdict == verdict


def test_an_attributes_sample_counts_files(tmp_path: Path) -> None:
    population = claims(tmp_path, **{**{case: f"{book},yes" for case, book in BOOK.items()}, "A": "6,yes", "B": ",no"})
    everything = Paper(draw_files(population, 10, seed=1), Asked(0.95, tolerances=(("together", 0.2),)))
    assert everything.deviations == {"errors": 1, "uncertainties": 1, "together": 2}
    assert everything.share_limit("together") == 0.2  # all were opened: nothing is estimated
    assert everything.verdict == "within"
    assert everything.evaluations == {}
    binomial = Paper(everything.draw, Asked(0.95, model="binomial"))
    assert binomial.share_limit("errors") == pytest.approx(0.394163, abs=5e-7)


def test_tolerances_in_cents_are_rounded_down_and_exact() -> None:
    assert tolerable_cents(0.07, 100) == 7
    assert tolerable_cents(0.01, 199) == 1
    assert tolerable_cents(0.5, -100) == 0
    assert tolerable_amounts(Tolerance(from_year=2004, error_share=0.01, uncertainty_share=0.03), 1_000) == (
        ("errors", 10.0), ("uncertainties", 30.0))
    assert tolerable_amounts(Tolerance(from_year=2025, together_share=0.02), 1_000) == (("together", 20.0),)


def test_many_missing_files_hint_at_another_draw(tmp_path: Path) -> None:
    rows = "".join(f"C{number},100.00,\n" for number in range(6))
    path = tmp_path / "claims.csv"
    path.write_text(f"case,book,audited\n{rows}", encoding="utf-8")
    claims = read_claims(str(path), is_audited=True)
    told = [str(each) for each in faults(draw_units(claims, 100_00, seed=1))]
    assert len(told) == 7
    assert "repeat those options" in told[0]
