"""Group programmes: what they may say."""

from __future__ import annotations

import pytest
from group_deal import PUPILS, REDUCTION, VILLAGE, refused
from pydantic import TypeAdapter

from sib.deal.group import UNITS, AnyProgramme, CountsProgramme, EffectMetric, EffectProgramme, Group, Outcome
from sib.deal.programme import Programme

EFFECT = {"kind": "effect", "cohorts": [VILLAGE], "metrics": [REDUCTION]}
COUNTS = {"kind": "counts", "groups": [PUPILS], "dependence": {"kind": "independent"}}
DIPLOMA = {"name": "diploma", "chance": 0.5}
TWICE = DIPLOMA | {"repeats": {"most": 2, "every": 6}}


@pytest.mark.parametrize(("kind", "terms", "words"), [
    (EffectProgramme, EFFECT | {"cohorts": [VILLAGE, VILLAGE | {"name": "b"}]}, "does not say across_cohorts"),
    (EffectProgramme, EFFECT | {"metrics": [REDUCTION, REDUCTION | {"name": "b"}]}, "does not say across_metrics"),
    (EffectProgramme, EFFECT | {"cohorts": []}, "at least 1"),
    (EffectProgramme, EFFECT | {"across_cohorts": 50}, "50% is written 0.50"),
    (EffectProgramme, EFFECT | {"cohorts": [VILLAGE | {"measured": []}]}, "rising order, at least one"),
    (EffectProgramme, EFFECT | {"cohorts": [VILLAGE | {"measured": [24, 12]}]}, "rising order"),
    (EffectProgramme, EFFECT | {"cohorts": [VILLAGE | {"measured": [12, 12]}]}, "rising order"),
    (EffectProgramme, EFFECT | {"cohorts": [VILLAGE | {"measured": 0}]}, "a number of months from 1"),
    (EffectProgramme, EFFECT | {"cohorts": [VILLAGE | {"size": 0}]}, "a whole number from 1"),
    (EffectMetric, REDUCTION | {"unit": "%"}, "'percent', 'fraction', 'eur', 'count' or 'points'"),
    (EffectMetric, REDUCTION | {"decimals": 7}, "less than or equal to 6"),
    (EffectMetric, REDUCTION | {"evaluator_sd": -1}, "is negative"),
    (EffectMetric, REDUCTION | {"effect": {"kind": "normal", "mean": 1, "sd": -1}}, "is negative"),
    (EffectMetric, REDUCTION | {"worth": -1}, "is negative"),
    (CountsProgramme, COUNTS | {"groups": []}, "at least 1"),
    (CountsProgramme, {"kind": "counts", "groups": [PUPILS]}, "required"),
    (Group, PUPILS | {"outcomes": [DIPLOMA, DIPLOMA | {"name": "job"}]}, "does not say within_person"),
    (Group, PUPILS | {"outcomes": [TWICE]}, "does not say within_person"),
    (Group, PUPILS | {"outcomes": [DIPLOMA, DIPLOMA], "within_person": 0}, "has an outcome twice"),
    (Group, PUPILS | {"outcomes": []}, "at least 1"),
    (Group, PUPILS | {"people": 0}, "a whole number from 1"),
    (Outcome, DIPLOMA | {"chance": 50}, "50% is written 0.50"),
    (Outcome, DIPLOMA | {"after": 0}, "a number of months from 1"),  # or who has not come yet would count already
    (Outcome, DIPLOMA | {"repeats": {"most": 0, "every": 1}}, "a whole number from 1"),
])
def test_what_is_refused(kind, terms, words):
    assert words in refused(kind, **terms)


@pytest.mark.parametrize(("terms", "kind"), [
    (EFFECT, EffectProgramme), (COUNTS, CountsProgramme),
    ({"segments": [{"name": "a", "cases": 1, "success": 1, "saving": 1, "saving_months": 1, "by_law": {"Wmo": 1.0},
                    "direct_share": 1.0}], "dependence": {"kind": "independent"}}, Programme),
])
def test_cases_unless_another_kind_is_said(terms, kind):
    assert isinstance(TypeAdapter(AnyProgramme).validate_python(terms), kind)


def test_no_other_kind():
    assert "'cases', 'effect', 'counts'" in refused(AnyProgramme, **EFFECT | {"kind": "cohort"})


@pytest.mark.parametrize("unit", UNITS)
def test_scales(unit):
    assert EffectMetric.model_validate(REDUCTION | {"unit": unit, "decimals": None}).scale == 10 ** UNITS[unit]
    assert EffectMetric.model_validate(REDUCTION | {"unit": unit, "decimals": 3}).scale == 1000


def test_months_of_an_outcome():
    outcome = Outcome.model_validate(TWICE | {"after": 3})
    assert outcome.most == 2
    assert [outcome.month(1, time=time) for time in (0, 1)] == [3, 9]
    assert Outcome.model_validate(DIPLOMA).month(7, time=0) == 7


def test_the_last_month_of_a_chain():
    chain = Group.model_validate(PUPILS | {"within_person": 0, "outcomes": [
        TWICE | {"after": 3}, DIPLOMA | {"name": "job", "after": 5, "requires": TWICE["name"]},
    ]})
    assert [chain.last_month(outcome, start=1) for outcome in chain.outcomes] == [9, 14]


@pytest.mark.parametrize("outcomes", [
    [DIPLOMA | {"requires": "diploma"}],
    [DIPLOMA | {"name": "job", "requires": "diploma"}, DIPLOMA],
    [DIPLOMA, DIPLOMA | {"name": "job", "requires": "entry"}],
])
def test_what_is_required_stands_before(outcomes):
    assert "name an outcome that stands before it" in refused(Group, **PUPILS | {"outcomes": outcomes})


def test_a_chain_needs_no_tie_and_two_that_require_the_same_do():
    chain = [DIPLOMA, DIPLOMA | {"name": "job", "requires": "diploma"}]
    assert Group.model_validate(PUPILS | {"outcomes": chain}).within_person is None
    siblings = [*chain, DIPLOMA | {"name": "course", "requires": "diploma"}]
    assert "does not say within_person" in refused(Group, **PUPILS | {"outcomes": siblings})


def test_one_measurement_needs_no_list_and_one_outcome_no_tie():
    once = EffectProgramme.model_validate(EFFECT | {"cohorts": [VILLAGE | {"measured": 12}]})
    assert once.cohorts[0].measured == (12,)
    assert Group.model_validate(PUPILS | {"outcomes": [DIPLOMA]}).within_person is None
    names = CountsProgramme.model_validate(COUNTS | {"groups": [
        PUPILS, PUPILS | {"name": "adults", "outcomes": [DIPLOMA | {"name": "job"}, DIPLOMA], "within_person": 0},
    ]}).outcomes
    assert names == ("diploma", "job")
