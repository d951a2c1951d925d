"""A stress on the deal at hand: each way to change a term by hand, and the overlay that it becomes."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_deal import TEXT, write
from strategies import scenarios
from strategies_of_effect import deals

from sib.deal.adapt import Adapted, Changed, DoesNotApplyError, Lack, adapt
from sib.deal.overlay import Draft, Layer
from sib.deal.reader import load, packaged, validated
from sib.deal.scenario import Scenario
from sib.deal.stress import GRADES, Change, Grade, Stress, StressTerms, library
from sib.deal.written import toml_text
from sib.errors import ScenarioError


def stress(*changes: dict[str, Any]) -> Stress:
    """A stress of the test's own, mild."""
    terms = StressTerms(title="t", title_nl="n", reason="r", source="assumed", mild=tuple(Change(**c) for c in changes))
    return Stress("own", "own.toml", terms)


def laid(deal: Scenario, *changes: dict[str, Any]) -> Adapted:
    return adapt(deal, [(stress(*changes), "mild")])


def after(deal: Scenario, term: str, **how: Any) -> dict[str, Any]:
    """What a change of one term leaves, by path."""
    return {".".join(map(str, each.path)): each.after for each in laid(deal, {"terms": [term], **how}).changed}


@pytest.fixture
def small(tmp_path: Path) -> Scenario:
    return load(write(tmp_path, TEXT))


SEGMENT = "programme.segments.young parents"


@pytest.mark.parametrize(
    ("term", "how", "expected"),
    [
        # 0.1 + 0.05; 0.1 is no number of binary digits, and 0.15 must come out all the same
        ("programme.segments.*.deadweight", {"plus": 0.05}, {f"{SEGMENT}.deadweight": 0.15}),
        # first times, then plus: 0.1 * 2 + 0.3
        ("programme.segments.*.deadweight", {"times": 2, "plus": 0.3}, {f"{SEGMENT}.deadweight": 0.5}),
        # then the ends: 0.1 * 20 = 2 is kept to 1; 0.1 at least 0.4
        ("programme.segments.*.deadweight", {"times": 20, "at_most": 1}, {f"{SEGMENT}.deadweight": 1.0}),
        ("programme.segments.*.deadweight", {"at_least": 0.4}, {f"{SEGMENT}.deadweight": 0.4}),
        ("programme.segments.*.deadweight", {"to": 0.3}, {f"{SEGMENT}.deadweight": 0.3}),
        # what the file does not say has its default: no relapse, no delay, enrolment as planned
        ("programme.segments.*.relapse", {"plus": 0.02}, {f"{SEGMENT}.relapse": 0.02}),
        ("programme.segments.*.intake.delay", {"plus": 3}, {f"{SEGMENT}.intake.delay": 3}),
        ("programme.enrolment", {"times": 0.8}, {"programme.enrolment.value": 0.8}),
        # a distribution means its levels, not its spread
        ("programme.segments.*.success", {"times": 0.5}, {f"{SEGMENT}.success.value": 0.3}),
        ("programme.segments.*.saving", {"times": 0.9}, {f"{SEGMENT}.saving.mean": 18000.0}),
        ("accountant.delay", {"plus": 6}, {"accountant.delay.low": 7, "accountant.delay.high": 9}),
        # amounts in whole cents: 20,000 / 3 = 6,666.666...
        ("programme.segments.*.saving", {"times": 0.333333333}, {f"{SEGMENT}.saving.mean": 6666.67}),
        # whole numbers stay whole: 36 * 0.7 = 25.2; halves go up: 25 * 0.1 = 2.5
        ("timeline.maturity", {"times": 1.1}, {"timeline.maturity": 40}),
        # a star stands for every payer; what is implied is cashable: all of a direct saving
        ("payers.*.cashable.direct", {"times": 0.4},
         {"payers.Wmo.cashable.direct": 0.4, "payers.Zvw.cashable.direct": 0.4}),
        ("payers.Wmo.cashable.direct", {"times": 0.4}, {"payers.Wmo.cashable.direct": 0.4}),
    ],
)
def test_each_way_to_change_a_term(small: Scenario, term: str, how: dict[str, Any], expected: dict[str, Any]) -> None:
    assert after(small, term, **how) == expected


def test_successes_of_a_pilot_are_rounded_to_whole_ones() -> None:
    # 15 of 25 times 0.65 is 9.75
    assert after(load("zwarte-zwanen"), "programme.segments.*.success", times=0.65) == {
        "programme.segments.multi-problem households.success.successes": 10}


def test_lists_of_months_move_as_one() -> None:
    deal = laid(load("peterborough"), {"terms": ["timeline.maturity"], "plus": 6},
                {"terms": ["timeline.payment_dates.months"], "plus": 6}).deal
    assert deal.timeline.payment_months == (54, 78, 102)


def test_a_lump_sum_is_as_little_cashable_as_before(tmp_path: Path) -> None:
    deal = load(write(tmp_path, TEXT.replace('Zvw = { party = "health insurer" }',
                                             'Zvw = { party = "health insurer", bought = "lump_sum" }')))
    assert after(deal, "payers.*.cashable.direct", times=0.4) == {"payers.Wmo.cashable.direct": 0.4}


def test_a_table_of_another_kind_keeps_what_that_kind_knows(tmp_path: Path) -> None:
    text = TEXT.replace('kind = "beta_binomial"\nicc = 0.05', 'kind = "independent"\nsavings = 0.2')
    deal = laid(load(write(tmp_path, text)),
                {"terms": ["programme.dependence"], "to": {"kind": "gaussian_factor", "weight": 0.1}}).deal
    assert deal.dependence.model_dump(exclude_none=True) == {
        "kind": "gaussian_factor", "weight": 0.1, "savings": 0.2, "review": 0.0, "delays": 0.0, "intake": 0.0,
        "parameters": 0.0}


def test_a_table_is_laid_over_what_stands_there(small: Scenario) -> None:
    line = {"terms": ["contract.payments.*"], "to": {"cap": 9000}}
    assert [terms.cap for terms in laid(small, line).deal.contract.payments] == [9000.0] * len(small.contract.payments)
    review = laid(small, {"terms": ["accountant.review"], "to": {"invalid_detected": 0.5}}).deal.accountant.review
    assert (review.invalid_detected, review.wrong_rejection) == (0.5, 0.1)


def test_what_stands_there_can_be_taken_away(tmp_path: Path) -> None:
    text = TEXT.replace("[[contract.payments]]",
                        '[[contract.guarantees]]\nkind = "first_loss"\nname = "fund"\nlimit = 5_000\n\n'
                        "[[contract.payments]]", 1)
    deal = load(write(tmp_path, text))
    assert [terms.name for terms in deal.contract.guarantees] == ["fund"]
    assert laid(deal, {"terms": ["contract.guarantees.*"], "to": {"remove": True}}).deal.contract.guarantees == ()


def test_a_thing_of_a_list_cannot_become_a_number(small: Scenario) -> None:
    with pytest.raises(ScenarioError) as caught:
        laid(small, {"terms": ["programme.segments.*"], "to": 4})
    (problem,) = caught.value.problems
    assert str(problem) == ("own (mild): programme.segments.young parents is a table; name one of its terms, or write "
                            "a table")


def test_needs_decide_which_change_is_made(small: Scenario) -> None:
    icc = {"terms": ["programme.dependence.icc"], "plus": 0.1}
    assert laid(small, {**icc, "needs": {"programme.dependence.kind": "beta_binomial"}}).deal.dependence.icc == 0.15
    assert laid(small, {**icc, "needs": {"payers.*.party": "*"}}).missing == ()
    with pytest.raises(DoesNotApplyError) as caught:
        laid(small, {**icc, "needs": {"programme.dependence.kind": "independent"}})
    assert caught.value.lacks == (Lack("needs", ("programme.dependence.kind = independent (is beta_binomial)",)),)


def test_what_is_lacking_is_told(small: Scenario) -> None:
    delay = {"terms": ["programme.segments.*.intake.delay"], "plus": 1}
    metric = {"terms": ["programme.metrics.*.effect"], "times": 0.5}
    same = {"terms": ["programme.segments.*.relapse", "programme.metrics.*.effect"], "times": 0.5}
    assert laid(small, delay, metric).missing == (Lack("absent", ("programme.metrics.*.effect",)),)
    assert laid(small, delay, same).missing == (Lack("zero", ("programme.segments.*.relapse",)),)
    with pytest.raises(DoesNotApplyError) as caught:
        laid(small, metric, same)
    assert [lack.why for lack in caught.value.lacks] == ["absent", "zero"]


def test_what_is_no_number_is_not_multiplied(small: Scenario) -> None:
    with pytest.raises(DoesNotApplyError):
        laid(small, {"terms": ["programme.has_effect", "name"], "times": 2})


def test_what_comes_out_is_read_like_any_deal(small: Scenario) -> None:
    with pytest.raises(ScenarioError) as caught:
        laid(small, {"terms": ["programme.segments.*.relapse"], "plus": 2})
    (problem,) = caught.value.problems
    assert (problem.file, problem.path) == ("own (mild)", "programme.segments.young parents.relapse")
    with pytest.raises(ScenarioError, match=r"timeline.maturity|after maturity"):
        laid(small, {"terms": ["timeline.maturity"], "to": 12})


def test_stresses_on_top_of_each_other_change_what_the_first_left(small: Scenario) -> None:
    one = stress({"terms": ["programme.segments.*.success"], "times": 0.5})
    two = stress({"terms": ["programme.segments.*.success"], "plus": 0.1})
    # 0.6 * 0.5 + 0.1
    assert adapt(small, [(one, "mild"), (two, "mild")]).deal.segments[0].success.value == 0.4  # type: ignore[union-attr]
    # (0.6 + 0.1) * 0.5
    assert adapt(small, [(two, "mild"), (one, "mild")]).deal.segments[0].success.value == 0.35  # type: ignore[union-attr]


def test_every_change_has_its_source_beside_it(small: Scenario) -> None:
    found = laid(small, {"terms": ["programme.segments.*.saving", "programme.segments.*.deadweight"], "times": 0.5})
    segment = found.deal.segments[0]
    assert segment.source_of("deadweight") == segment.saving.source_of("mean") == "stress own (mild), assumed"
    assert found.changed[0] == Changed(("programme", "segments", "young parents", "saving", "mean"), 20000.0, 10000.0,
                                       "stress own (mild), assumed")


@pytest.mark.parametrize("grade", GRADES)
@pytest.mark.parametrize("name", sorted(library()))
def test_every_stress_applies_to_the_reference_deal(name: str, grade: Grade) -> None:
    deal = load("zwarte-zwanen")
    found = adapt(deal, [(library()[name], grade)])
    assert found.deal.digest != deal.digest
    assert found.missing == ()


@pytest.mark.parametrize(
    "name", ["zwarte-zwanen", "worked-example", "zaanstad", "drechtsteden-i", "intraverte-dronten", "nys-ceo", "newpin"]
)
def test_the_overlay_gives_the_same_deal(name: str, tmp_path: Path) -> None:
    deal, n_laid = load(packaged()[name]), 0
    for stress_laid in library().values():
        try:
            found = adapt(deal, [(stress_laid, "severe")])
        except DoesNotApplyError:
            continue
        overlay = write(tmp_path, toml_text(found.overlay), "overlay.toml")
        assert load(packaged()[name], overlays=[overlay]).digest == found.deal.digest
        n_laid += 1
    assert n_laid >= 5


def test_the_overlay_of_several_gives_the_same_deal(tmp_path: Path) -> None:
    deal = load("drechtsteden-a")  # independent: one stress gives it a factor, and nothing later may lose it
    stresses = [(each, "mild") for each in library().values()]
    found = adapt(deal, stresses)  # type: ignore[arg-type]
    overlay = write(tmp_path, toml_text(found.overlay), "overlay.toml")
    assert load("drechtsteden-a", overlays=[overlay]).digest == found.deal.digest


def accepted(plain: dict[str, Any], overlay: dict[str, Any]) -> Scenario:
    """A deal as a file would give it, with an overlay as its text would give it."""
    draft = Draft()
    draft.lay(Layer(0, "deal.toml", plain, {}))
    draft.lay(Layer(1, "overlay.toml", tomllib.loads(toml_text(overlay)), {}))
    return validated(draft)


@settings(max_examples=40)
@given(st.one_of(scenarios(), deals().map(lambda deal: deal.model_dump(by_alias=True, exclude_unset=True))),
       st.sampled_from(sorted(library())), st.sampled_from(GRADES))
def test_on_any_deal_a_stress_is_laid_or_refused_with_a_reason(plain: dict[str, Any], name: str, grade: Grade) -> None:
    deal, told = Scenario.model_validate(plain), list[object]()
    try:
        found = adapt(deal, [(library()[name], grade)])
    except DoesNotApplyError as error:
        told += error.lacks
    except ScenarioError as error:
        told += [problem.path for problem in error.problems]
    else:
        assert found.deal.digest != deal.digest
        assert accepted(plain, dict(found.overlay)).digest == found.deal.digest
        return
    assert told
    assert all(told)
