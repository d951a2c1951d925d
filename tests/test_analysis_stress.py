"""A deal under stress: each stress moves what it says, the way it must; pairing; what is left out."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from sib.analysis.stress import Asked, Case, Laid, LeftOut, StressTest, harm, is_clear, lay, plan, stress_test
from sib.deal.adapt import Lack, adapt
from sib.deal.reader import load
from sib.deal.stress import GRADES, Change, Grade, Stress, StressTerms, library
from sib.engine import Simulation, simulate, simulate_all
from sib.measures import risk
from sib.results import Row

TRIALS = 768
REFERENCE = "zwarte-zwanen"

DIRECTIONS = [
    ("fewer-referrals", REFERENCE, "programme.enrolled", "<", "fewer come"),
    ("fewer-referrals", REFERENCE, "municipality.validated_savings", "<", "who does not come saves nothing"),
    ("slow-start", REFERENCE, "programme.enrolled", "=", "they come later, and all the same"),
    ("slow-start", REFERENCE, "investor.wal_years", ">", "what is repaid is repaid later"),
    ("relapse", REFERENCE, "programme.successes", "=", "a success that does not last was one"),
    ("relapse", REFERENCE, "municipality.true_savings", "<", "the saving stops"),
    ("provider-changes", REFERENCE, "programme.successes", "<", "the new team reaches less"),
    ("provider-changes", REFERENCE, "programme.enrolled", "=", "nobody is turned away"),
    ("housing-shuts", REFERENCE, "programme.successes", "<", "some plans fail without a home"),
    ("price-list-cut", REFERENCE, "programme.successes", "=", "tariffs cure nobody"),
    ("price-list-cut", REFERENCE, "municipality.validated_savings", "<", "the same hours at a lower tariff"),
    ("accountant-stricter", REFERENCE, "municipality.true_savings", "=", "what is refused was saved all the same"),
    ("accountant-stricter", REFERENCE, "municipality.validated_savings", "<", "more good claims are refused"),
    ("accountant-stricter", REFERENCE, "municipality.net_cash", ">", "it keeps what it does not pay for"),
    ("evidence-late", REFERENCE, "municipality.true_savings", "=", "late evidence is of the same savings"),
    ("evidence-late", REFERENCE, "investor.wal_years", ">", "what is repaid is repaid later"),
    ("not-cashable", REFERENCE, "investor.receipts", "=", "the contract counts savings, cash or not"),
    ("not-cashable", REFERENCE, "municipality.outcome_payments", "=", "likewise"),
    ("not-cashable", REFERENCE, "municipality.net_cash", "<", "less of a saving becomes money"),
    ("law-changes", REFERENCE, "municipality.true_savings", "<", "what is saved later falls elsewhere"),
    ("law-changes", REFERENCE, "programme.successes", "=", "a law cures nobody"),
    ("epidemic", REFERENCE, "programme.enrolled", "<", "fewer come"),
    ("epidemic", REFERENCE, "programme.successes", "<", "help at a distance reaches less"),
    ("correlation-up", REFERENCE, "programme.enrolled", "=", "who comes is not touched"),
    ("pilot-lucky", REFERENCE, "programme.enrolled", "=", "who comes is not touched"),
    ("pilot-lucky", REFERENCE, "programme.successes", "<", "the chance of success is lower"),
    ("payer-pays-late", REFERENCE, "investor.wal_years", ">", "money comes later"),
    ("payer-pays-late", REFERENCE, "accountant.late", "=", "maturity moves along, so nothing comes too late"),
    ("payer-pays-late", "santa-clara", "municipality.outcome_payments", "=", "a price list pays the same, later"),
    ("payer-pays-late", "santa-clara", "investor.irr", "<", "the same money later is a lower return"),
    ("fewer-referrals", "santa-clara", "municipality.outcome_payments", "<", "fewer tenants, fewer payments"),
    ("pilot-lucky", "peterborough", "municipality.outcome_payments", "<", "a smaller effect pays less"),
]


@cache
def runs(name: str, stress: str) -> tuple[Simulation, ...]:
    """A deal without, with mild and with severe stress."""
    deal = load(name)
    return tuple(simulate_all([deal, *(adapt(deal, [(library()[stress], grade)]).deal for grade in GRADES)], TRIALS))


@pytest.mark.parametrize("place", [1, 2], ids=GRADES)
@pytest.mark.parametrize(("stress", "deal", "key", "direction", "why"), DIRECTIONS)
def test_each_stress_moves_what_it_says_the_way_it_must(
    stress: str, deal: str, key: str, direction: str, why: str, place: int
) -> None:
    base, under = (np.asarray(runs(deal, stress)[each].trials[key], dtype=float) for each in (0, place))
    if direction == "=":
        assert np.array_equal(base, under), why
        return
    change = risk.mean(under - base)
    assert change.standard_error is not None
    assert (change.value if direction == ">" else -change.value) > 4 * change.standard_error, why


def test_every_stress_has_a_direction() -> None:
    assert {stress for stress, *_ in DIRECTIONS} == set(library())


def test_more_correlation_leaves_the_mean_and_widens_the_spread() -> None:
    # Var = n p (1 - p) (1 + (n - 1) icc): from icc 0.05 to 0.10 and 0.20, beside what is not known of p
    known = runs(REFERENCE, "correlation-up")
    base, mild, severe = (each.trials["programme.successes"].astype(float) for each in known)
    for under in (mild, severe):
        change = risk.mean(under - base)
        assert change.standard_error is not None
        assert abs(change.value) < 5 * change.standard_error
    assert base.std() < mild.std() < severe.std()


@cache
def found() -> StressTest:
    known = library()
    chosen = tuple(known[name] for name in ("relapse", "not-cashable", "evidence-late"))
    asked = Asked(chosen, combined=((known["relapse"], known["slow-start"]),))
    return stress_test(plan(load(REFERENCE), asked), TRIALS)


def test_most_harm_to_the_investor_comes_first() -> None:
    assert [harm(each) for each in found().singles] == sorted(map(harm, found().singles), reverse=True)
    assert len(found().singles) == 6
    worst = found().worst_for_investor()
    assert worst is not None
    assert (worst.case.name, worst.case.grade) == ("relapse", "severe")


def test_the_payers_worst_is_its_own() -> None:
    worst = found().worst_for_payer()
    assert worst is not None
    assert (worst.case.name, worst.case.grade) == ("not-cashable", "severe")


def test_several_are_laid_on_top_of_each_other() -> None:
    assert [(each.case.name, each.case.grade) for each in found().together] == [
        ("relapse+slow-start", "mild"), ("relapse+slow-start", "severe"), ("all", "mild"), ("all", "severe")]
    known, deal = library(), load(REFERENCE)
    both = adapt(adapt(deal, [(known["relapse"], "mild")]).deal, [(known["slow-start"], "mild")]).deal
    assert found().together[0].laid.adapted.deal.digest == both.digest


def test_a_paired_difference_is_that_of_two_runs_on_the_same_seed() -> None:
    deal = load(REFERENCE)
    for each in found().singles:
        under, base = simulate(each.laid.adapted.deal, TRIALS), simulate(deal, TRIALS)
        key = ("municipality", "net_cash")
        apart = under.trials["municipality.net_cash"] - base.trials["municipality.net_cash"]
        assert each.changes[key].value == pytest.approx(apart.mean() / 100, abs=0.005)
        assert each.figures[key].value == pytest.approx(under.trials["municipality.net_cash"].mean() / 100, abs=0.005)
        hits = under.trials["investor.repaid_in_full"].mean() - base.trials["investor.repaid_in_full"].mean()
        assert each.changes["investor", "repaid_in_full"].value == pytest.approx(hits)


def own(**how: Any) -> Stress:
    change = Change(**how)
    return Stress("own", "own.toml", StressTerms(title="t", title_nl="n", reason="r", source="assumed", mild=(change,)))


def test_a_stress_that_changes_nothing_shows_differences_of_exactly_nothing() -> None:
    # what the payer has available for risks is set against the result; it changes no trial
    nothing = own(terms=("measures.available_capacity",), to=1_000_000)
    (each,) = stress_test(plan(load(REFERENCE), Asked((nothing,), ("mild",))), TRIALS).singles
    assert [row.value for row in each.changes.values()] == [0.0] * len(each.changes)
    assert not any(is_clear(row) for row in each.changes.values())


def test_a_stress_that_leaves_every_term_as_it_is_does_not_apply() -> None:
    same = own(terms=("programme.segments.*.saving",), times=1)
    out = lay(load(REFERENCE), Case((same,), "mild"))
    assert isinstance(out, LeftOut)
    assert out.lacks == (Lack("unchanged", ("programme.segments.*.saving",)),)


def test_what_cannot_be_laid_is_told_and_the_others_go_on() -> None:
    deal = load(REFERENCE)
    invalid = own(terms=("programme.segments.*.relapse",), to=3)
    wanted = plan(deal, Asked((invalid, library()["relapse"]), GRADES))
    assert [(each.case.stresses[0].name, each.case.grade) for each in wanted.left_out] == [
        ("own", "mild"), ("own", "severe")]
    assert [problem.path for problem in wanted.left_out[0].problems] == [
        "programme.segments.multi-problem households.relapse"]
    assert wanted.left_out[1].lacks == (Lack("grade", ("own",)),)
    assert [each.case.name for each in wanted.laid] == ["relapse", "relapse"]
    assert wanted.n_runs == 3


def test_all_together_leaves_out_what_only_fits_alone() -> None:
    deal = load(REFERENCE)
    doubled = Stress("doubled", "d.toml", StressTerms(
        title="t", title_nl="n", reason="r", source="assumed",
        mild=(Change(terms=("programme.segments.*.deadweight",), plus=0.5),)))
    again = Stress("again", "a.toml", doubled.terms)
    laid = plan(deal, Asked((doubled, again, library()["relapse"]), ("mild",))).laid  # 0.1 + 0.5 + 0.5 is no share
    assert [each.case.name for each in laid] == ["doubled", "again", "relapse", "all"]
    assert [stress.name for stress in laid[-1].case.stresses] == ["doubled", "relapse"]
    (without,) = laid[-1].without
    assert (without.case.name, without.problems[0].path) == (
        "again", "programme.segments.multi-problem households.deadweight")


def test_where_nothing_applies_there_is_the_deal_itself() -> None:
    wanted = plan(load("peterborough"), Asked((library()["relapse"],)))
    alone = stress_test(wanted, 64)
    assert (alone.singles, alone.together, len(alone.left_out)) == ((), (), 2)
    assert alone.worst_for_investor() is alone.worst_for_payer() is None
    assert alone.base["investor", "irr"].value == pytest.approx(
        np.nanmean(simulate(load("peterborough"), 64).trials["investor.irr"]))


@pytest.mark.parametrize(
    ("low", "high", "clear"), [(1.0, 3.0, True), (-3.0, -1.0, True), (-1.0, 3.0, False), (0.0, 0.0, False),
                               (None, None, False)])
def test_beyond_its_error(low: float | None, high: float | None, clear: bool) -> None:
    assert is_clear(Row("p", "m", "mean", 1.0, None, low, high, "EUR")) is clear


@pytest.mark.parametrize("grade", GRADES)
def test_a_case_has_a_name(grade: Grade) -> None:
    known = library()
    assert Case((known["relapse"], known["epidemic"]), grade).name == "relapse+epidemic"
    assert Case((known["relapse"],), grade, is_all=True).name == "all"
    assert isinstance(lay(load(REFERENCE), Case((known["relapse"],), grade)), Laid)
