"""What a case file says of a programme: means, shares and chances of the file, and nothing of fewer than ten cases."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from sib.calibration import Asked, Calibration, Segment, calibrated
from sib.casefile import read_cases
from sib.disclosure import Count
from sib.errors import ScenarioError

LAWS = tuple(f"law {place}" for place in range(40))
HEAD = "case,segment,law,class,current,threatening,tailored,months,success"


def calibrate(folder: Path, *lines: str, head: str = HEAD, asked: Asked | None = None) -> Calibration:
    """Calibrate; where all cases succeeded the column is left out, since nearly all is what is not told."""
    if head == HEAD and not any(line.endswith(",no") for line in lines):
        head, lines = head.removesuffix(",success"), tuple(line.removesuffix(",yes") for line in lines)
    (folder / "cases.csv").write_text("\n".join((head, *lines)), encoding="utf-8")
    return calibrated(read_cases(str(folder / "cases.csv"), laws=LAWS), asked)


def of(*savings: int, start: int = 0, law: str = "Wmo", success: str = "yes", segment: str = "a") -> list[str]:
    return [f"K{start + place:03d},{segment},{law},direct,,{saving},,1,{success}" for place, saving in
            enumerate(savings)]


def only(found: Calibration) -> Segment:
    (segment,) = found.segments
    return segment


def refusal(folder: Path, *lines: str, asked: Asked | None = None) -> list[str]:
    with pytest.raises(ScenarioError) as error:
        calibrate(folder, *lines, asked=asked)
    return [str(problem).removeprefix(f"{folder}/cases.csv:").strip() for problem in error.value.problems]


RISING = tuple(range(1_000, 41_000, 1_000))


def test_the_saving_is_that_of_the_cases_that_succeeded(tmp_path: Path) -> None:
    lines = [*of(*RISING), *of(*[5] * 20, start=100, success="no")]
    found = only(calibrate(tmp_path, *lines))
    assert (found.n_cases, found.n_counted, found.successes) == (60, Count(40, 40), Count(40, 40))
    assert found.mean == pytest.approx(100 * np.mean(RISING))
    assert found.cv == pytest.approx(np.std(RISING, ddof=1) / np.mean(RISING))
    assert found.mean_error == pytest.approx(100 * np.std(RISING, ddof=1) / np.sqrt(40))
    # Student, 39 degrees of freedom: 2.0227 in any table
    assert found.high - found.mean == pytest.approx(2.0227 * found.mean_error, rel=1e-4)
    everyone = only(calibrate(tmp_path, *lines, asked=Asked(all_cases=True)))
    assert (everyone.n_counted, everyone.successes) == (Count(60, 60), Count(40, 40))
    assert everyone.mean == pytest.approx(100 * np.mean([*RISING, *[5] * 20]))


def test_without_success_all_cases_count_and_there_is_no_chance(tmp_path: Path) -> None:
    found = only(calibrate(tmp_path, *of(*RISING)))
    assert (found.n_counted, found.successes) == (Count(40, 40), None)


def test_segments_stand_apart_and_the_only_one_may_be_named(tmp_path: Path) -> None:
    found = calibrate(tmp_path, *of(*RISING), *of(*[7] * 10, start=100, segment="b"))
    assert [(each.name, each.n_cases, each.kind) for each in found.segments] == [("a", 40, found.segments[0].kind),
                                                                                ("b", 10, "fixed")]
    head = HEAD.replace("segment,", "")
    lines = [line.replace(",a,", ",", 1) for line in of(*RISING)]
    assert only(calibrate(tmp_path, *lines, head=head)).name == "households"
    assert only(calibrate(tmp_path, *lines, head=head, asked=Asked(segment="mine"))).name == "mine"
    assert refusal(tmp_path, *of(*RISING), asked=Asked(segment="mine")) == [
        "segment is a column of the file, which names them itself; leave --segment out"]


def test_shares_are_those_of_the_file_and_make_one(tmp_path: Path) -> None:
    lines = [f"K{n:03d},a,{law},{kind},,{amount},,{months},yes" for n in range(30) for law, kind, amount, months in (
        ("Wmo", "direct", 100 + n, 12), ("Wmo", "real", 50, 6), ("Zvw", "real", 31 + n % 7, 3))]
    found = only(calibrate(tmp_path, *lines))
    totals = {("Wmo", "direct"): 12 * sum(100 + n for n in range(30)), ("Wmo", "real"): 300 * 30,
              ("Zvw", "real"): 3 * sum(31 + n % 7 for n in range(30))}
    shares = {(cell.law, cell.saving_class): cell.share for cell in found.shares.cells}
    assert list(shares) == list(totals)
    assert sum(shares.values()) == 1
    for cell, share in shares.items():
        assert abs(share - Fraction(totals[cell], sum(totals.values()))) < Fraction(1, 10**6)
    # (12 x 12 x 3435 + 6 x 9000 + 3 x 3 x 1011) / (41220 + 9000 + 3033), by hand: 10.47
    assert (found.saving_months, found.one_span) == (10, False)


def test_what_a_share_cannot_be_is_divided_over_the_others(tmp_path: Path) -> None:
    lines = [f"K{n:03d},a,{law},direct,{now},{later},{plan},12,yes" for n in range(20) for law, now, later, plan in (
        ("Wmo", 300, 300, ""), ("Wlz", 100, 100, ""), ("Zvw", "", "", 50))]
    found = only(calibrate(tmp_path, *lines))
    assert found.mean == pytest.approx(100 * 12 * 350)
    assert {cell.law: cell.share for cell in found.shares.cells} == {"Wlz": Fraction(1, 4), "Wmo": Fraction(3, 4)}
    assert found.shares.negative == (("Zvw", "direct"),)
    assert found.current_share == 1


def test_current_cost_leaves_a_part(tmp_path: Path) -> None:
    lines = [f"K{n:03d},a,Wmo,real,40,100,20,12,yes" for n in range(20)]
    assert only(calibrate(tmp_path, *lines)).current_share == 0.25
    dearer = [line.replace(",40,", ",10,") for line in lines]
    assert only(calibrate(tmp_path, *dearer)).current_share is None


# Privacy


def test_nothing_is_said_of_fewer_than_ten(tmp_path: Path) -> None:
    few = "has fewer than 10 {}, and nothing is shown of so few; put segments together or, where the cases are " \
          "published or made up, say so with --public"
    tiny = "segment is one that fewer than 10 cases have, so that its name may be that of a household; put segments " \
           "together or leave the column out, or, where the cases are published or made up, say so with --public"
    assert refusal(tmp_path, *of(*RISING[:9], segment="tiny")) == [f"2: {tiny}"]
    assert refusal(tmp_path, *of(*RISING), *of(*RISING[:9], start=100, segment="tiny")) == [f"42: {tiny}"]
    failing = of(*RISING[:9], start=50, success="no")
    assert refusal(tmp_path, *of(1, 2), *failing) == [f"segment 'a': {few.format('cases that succeeded')}"]
    blank = [line.replace(",a,", ",") for line in of(*RISING[:9])]
    with pytest.raises(ScenarioError, match=few.format("cases")):
        calibrate(tmp_path, *(line.removesuffix(",yes") for line in blank),
                  head=HEAD.replace("segment,", "").removesuffix(",success"))
    assert only(calibrate(tmp_path, *of(*RISING[:10]))).n_counted.exact == 10
    assert only(calibrate(tmp_path, *of(*RISING[:9]), asked=Asked(is_public=True))).n_counted.exact == 9


@pytest.mark.parametrize("failed", [0, 1, 9])
def test_all_but_a_few_are_not_told(failed: int, tmp_path: Path) -> None:
    lines = [*of(*range(1_003, 45_003, 100)), *of(*[7] * failed, start=500, success="no")]
    (tmp_path / "cases.csv").write_text("\n".join((HEAD, *lines)), encoding="utf-8")
    cases = read_cases(str(tmp_path / "cases.csv"))
    found, exact = only(calibrated(cases)), only(calibrated(cases, Asked(own_data=True)))
    total = 440 + failed
    assert found.n_counted == found.successes == Count(total - 9, total)
    assert exact.n_counted == exact.successes == Count(440, 440)
    # mean of 1003, 1103 ... 44903 is 22,953 euros: three digits are kept
    assert (exact.mean, found.mean) == (pytest.approx(2_295_300), 2_300_000)
    assert found.cv == pytest.approx(exact.cv, rel=0.005)
    # the errors are those of the fewest that it may be, so that (cv x mean / error)^2 does not tell how many
    assert (found.cv * found.mean / found.mean_error) ** 2 == pytest.approx(total - 9)
    with pytest.raises(ScenarioError, match="fewer than 10 cases that did not succeed: what --all-cases tells"):
        calibrated(cases, Asked(all_cases=True))
    assert only(calibrated(cases, Asked(all_cases=True, own_data=True))).n_counted == Count(total, total)


def test_with_ten_that_failed_everything_is_told(tmp_path: Path) -> None:
    found = only(calibrate(tmp_path, *of(*RISING), *of(*[7] * 10, start=500, success="no")))
    assert found.successes == Count(40, 40)


def test_few_successes_are_not_told_beside_all_cases(tmp_path: Path) -> None:
    lines = [*of(*RISING[:9]), *of(*RISING, start=100, success="no")]
    found = only(calibrate(tmp_path, *lines, asked=Asked(all_cases=True)))
    assert (found.n_counted, found.successes) == (Count(49, 49), Count(0, 9))


def test_a_fit_that_is_unknown_and_a_segment_that_names_people_are_errors() -> None:
    meant = r"fit = 'gama' is not known; did you mean 'gamma'\? \(fits: lognormal, gamma, empirical\)"
    with pytest.raises(ValueError, match=meant):
        Asked(fit="gama")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="segment looks like an address") as error:
        Asked(segment="Dorpsstraat 12")
    assert "Dorps" not in str(error.value)


def test_a_share_of_nothing_has_no_sign(tmp_path: Path) -> None:
    lines = [f"K{n:03d},a,{law},direct,{now},{later},{plan},12,yes" for n in range(20) for law, now, later, plan in (
        ("Wmo", 10, 15, 10), ("Zvw", 50, "", 50))]
    found = only(calibrate(tmp_path, *lines))
    assert (found.mean < 0, str(found.current_share)) == (True, "0.0")


def test_a_cell_of_fewer_than_ten_is_withheld(tmp_path: Path) -> None:
    lines = of(*[100] * 30)
    lines += [line.replace("Wmo", "Zvw") for line in lines[:10]] + [line.replace("Wmo", "Wlz") for line in lines[:9]]
    shares = only(calibrate(tmp_path, *lines)).shares
    assert {cell.law: cell.share for cell in shares.cells} == {"Wmo": Fraction(3, 4), "Zvw": Fraction(1, 4)}
    assert shares.withheld == 1
    shown = only(calibrate(tmp_path, *lines, asked=Asked(is_public=True))).shares
    assert {cell.law for cell in shown.cells} == {"Wmo", "Zvw", "Wlz"}
    assert shown.withheld == 0
    alone = [line.replace("Wmo", f"law {place}") for place, line in enumerate(of(*RISING))]
    assert refusal(tmp_path, *alone) == [
        "segment 'a': has no law and class on which 10 cases or more save something together"]


def test_no_amount_of_one_case_is_in_the_paper(tmp_path: Path) -> None:
    savings = [int(each) for each in np.random.default_rng(1).integers(10_000, 90_000, 157)]
    for asked in (Asked(), Asked(fit="empirical")):
        told = repr(calibrate(tmp_path, *of(*savings), asked=asked))
        assert not [each for each in savings if f"{each * 100}" in told or f"{each}." in told]


# Fits


def test_the_likelier_fit_is_chosen_unless_one_is_asked_for(tmp_path: Path) -> None:
    found = only(calibrate(tmp_path, *of(*RISING)))
    assert found.kind == found.fits[0].kind
    assert found.fits[0].log_likelihood > found.fits[1].log_likelihood
    other = only(calibrate(tmp_path, *of(*RISING), asked=Asked(fit=found.fits[1].kind)))
    assert (other.kind, other.fits) == (found.fits[1].kind, found.fits)
    assert other.cv_error == found.fits[1].cv_error


@pytest.mark.parametrize("n", [20, 25, 39, 157, 450])
def test_an_empirical_saving_keeps_the_mean_in_groups_of_ten(n: int, tmp_path: Path) -> None:
    savings = [int(each) for each in np.random.default_rng(n).integers(-500, 90_000, n)]
    found = only(calibrate(tmp_path, *of(*savings), asked=Asked(fit="empirical")))
    assert len(found.values) == min(n // 10, 20)
    assert abs(np.mean(found.values) - found.mean) <= 0.5
    assert list(found.values) == sorted(found.values)
    np.testing.assert_allclose(found.values, found.bands, atol=1)


def test_an_empirical_saving_needs_two_groups(tmp_path: Path) -> None:
    assert refusal(tmp_path, *of(*RISING[:19]), asked=Asked(fit="empirical")) == [
        "segment 'a': has fewer than 20 cases to count, and an empirical saving needs two groups of 10; choose another "
        "fit"]


def test_cases_that_save_nothing_count_in_the_mean(tmp_path: Path) -> None:
    savings = (*RISING, 0, -500, -700)
    found = only(calibrate(tmp_path, *of(*savings)))
    assert found.n_not_positive == Count(0, 9)
    told = only(calibrate(tmp_path, *of(*savings), asked=Asked(own_data=True)))
    assert told.n_not_positive == Count(3, 3)
    assert replace(told, n_not_positive=found.n_not_positive) == found
    assert found.mean == pytest.approx(100 * np.mean(savings))
    assert found.fits[0].mean == pytest.approx(found.mean)


def test_savings_below_nothing_on_average_are_empirical_or_refused(tmp_path: Path) -> None:
    losing = [f"K{n:03d},a,{law},direct,,{later},{plan},1,yes" for n in range(25) for law, later, plan in (
        ("Wmo", 100, ""), ("Zvw", "", 200 + n))]
    assert only(calibrate(tmp_path, *losing)).kind == "empirical"
    nothing = "segment 'a': saves nothing on average, so that no lognormal or gamma fits; with 20 cases, choose " \
              "--fit empirical"
    assert refusal(tmp_path, *losing, asked=Asked(fit="gamma")) == [nothing]
    assert refusal(tmp_path, *losing[:30]) == [nothing]


def test_cases_that_do_not_differ_are_fixed(tmp_path: Path) -> None:
    found = only(calibrate(tmp_path, *of(*[500] * 12)))
    assert (found.kind, found.mean, found.fits) == ("fixed", 50_000, ())


def test_packaged_cases_are_about_nobody() -> None:
    found = only(calibrated(read_cases("practice-cases")))
    assert (found.n_cases, found.mean) == (2, (3_358_000 + 1_100_000) / 2)
    real = replace(read_cases("practice-cases"), is_practice=False)
    with pytest.raises(ScenarioError, match="nothing is shown of so few"):
        calibrated(real)
