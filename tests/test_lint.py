"""What a contract leaves open by its terms alone: each question on a deal where it is due, and where it is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from small_deal import deal, write

from sib.deal.lint import LINT, intake_span, left_open, readers
from sib.deal.reader import load
from sib.deal.scenario import Scenario
from sib.views.left_open import finding_sentence

SEGMENT = "programme.segments.young parents"
HEAD = """\
format = 1
name = "Group deal"

[timeline]
closing = 2026-01-01
maturity = 36
payment_dates = { months = [24, 36] }

[payers]
Wmo = { party = "municipality" }

[budget]
total = 100_000

[[budget.lines]]
activity = "work"
number = 1
unit_price = 100_000
when = { from = 1, months = 12 }

[contract]
commitment = 100_000
drawdown = { kind = "up_front" }
waterfall = ["principal:investor", "surplus"]
"""
EFFECT = HEAD + """
[programme]
kind = "effect"
cohorts = [{ name = "2026", measured = 20 }]
metrics = [{ name = "reduction", unit = "percent", effect = { kind = "normal", mean = 8, sd = 2 } }]

[[contract.payments]]
kind = "step_table"
name = "result"
metric = "reduction"
rows = [{ at_least = 5, pays = 100_000 }]
"""
COUNTS = HEAD + """
[programme]
kind = "counts"
dependence = { kind = "independent" }

[[programme.groups]]
name = "school leavers"
people = 50
within_person = 0.5
outcomes = [{ name = "diploma", chance = 0.5 }, { name = "job", chance = 0.3, after = 12 }]

[[contract.payments]]
kind = "rate_card"
name = "card"
prices = [{ outcome = "diploma", price = 2_000 }, { outcome = "job", price = 3_000 }]
"""
GUARANTEE = {"kind": "recovery_floor", "name": "floor", "share": 0.5}


def paths(found: Scenario, kind: str) -> list[str]:
    """The fields that would settle a kind of question; each sentence says something and is short."""
    told = left_open(found)
    assert all(0 < len(finding_sentence(said, lang)) < 200 for _, said in told for lang in ("en", "nl"))
    return [said.path for each, said in told if each == kind]


def group(folder: Path, text: str, *changes: tuple[str, str], settings: dict[str, Any] | None = None) -> Scenario:
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return load(write(folder, text), settings=settings or {})


def test_kinds_are_listed_once_each() -> None:
    assert len({question for _, question in LINT}) == len(LINT)


# One pool for everybody

POOL = ["contract.triggers.proof.cohort"]
FIRST = ('[[contract.triggers]]\nname = "proof"', '[[contract.cohorts]]\nname = "first"\nfrom = 1\nto = 12\n\n'
         '[[contract.triggers]]\nname = "proof"\ncohort = "first"')


@pytest.mark.parametrize(("settings", "expected"), [
    ({}, []),
    ({f"{SEGMENT}.intake.months": 18}, []),
    ({f"{SEGMENT}.intake.months": 19}, POOL),
    ({f"{SEGMENT}.intake.months": 19, "contract.triggers.proof.source": {"cohort": "S1: all count together"}}, []),
])
def test_a_long_intake_in_one_pool(tmp_path: Path, settings: dict[str, Any], expected: list[str]) -> None:
    assert paths(deal(tmp_path, settings=settings), "cohorts") == expected


def test_a_cohort_of_its_own_settles_it(tmp_path: Path) -> None:
    late = {f"{SEGMENT}.intake.months": 19}
    assert paths(deal(tmp_path, settings=late), "cohorts") == POOL
    assert paths(deal(tmp_path, FIRST, settings=late), "cohorts") == []


def test_without_a_trigger_or_table_late_cases_cost_nobody_anything(tmp_path: Path) -> None:
    trigger = ('[[contract.triggers]]\nname = "proof"\nmetric = "validated_savings"\nat_least = 20_000\n\n', "")
    plain = deal(tmp_path, trigger, ('\nwhen = "proof"', ""), settings={f"{SEGMENT}.intake.months": 24})
    assert paths(plain, "cohorts") == []


def test_cohorts_of_a_group_in_one_table(tmp_path: Path) -> None:
    first, later = '{ name = "2026", measured = 20 }', '{ name = "2027", measured = 30, start = 13 }'
    two = (f"cohorts = [{first}]", f"across_cohorts = 0\ncohorts = [{first}, {later}]")
    assert paths(group(tmp_path, EFFECT), "cohorts") == []
    assert paths(group(tmp_path, EFFECT, two), "cohorts") == ["contract.payments.result.cohort"]
    assert paths(group(tmp_path, EFFECT, two, settings={"contract.payments.result.cohort": "2026"}), "cohorts") == []


@pytest.mark.parametrize(("intake", "span"), [
    ({"from": 1, "months": 6}, 6),
    ({"from": 4, "months": 6, "delay": 2}, 6),
    ({"months": 5, "profile": "counts", "counts": [0, 4, 0, 6, 0]}, 3),
])
def test_intake_span(tmp_path: Path, intake: dict[str, Any], span: int) -> None:
    assert intake_span(deal(tmp_path, settings={f"{SEGMENT}.intake": intake})) == span


# Compared with whom

EFFECT_PATH = "programme.metrics.reduction.effect"


@pytest.mark.parametrize(("source", "expected"), [
    (None, [EFFECT_PATH]),
    ("assumed", [EFFECT_PATH]),
    ("S2: evaluator, randomised control group", []),
    ("S2: compared with the three years before", []),
    ("S2: vergeleken met een controlegroep", []),
])
def test_an_effect_is_compared_with_something(tmp_path: Path, source: str | None, expected: list[str]) -> None:
    settings = {"programme.metrics.reduction.source": {"unit": source}} if source else {}
    assert paths(group(tmp_path, EFFECT, settings=settings), "comparison") == expected


def test_prices_of_outcomes_are_gross_or_net(tmp_path: Path) -> None:
    assert paths(group(tmp_path, COUNTS), "comparison") == ["contract.payments"]
    said = {"contract.payments.card.source": {"prices": "S3: after deadweight of 20%"}}
    assert paths(group(tmp_path, COUNTS, settings=said), "comparison") == []
    assert paths(deal(tmp_path), "comparison") == []  # cases have a caution


# Euros of which year

SAVING = f"{SEGMENT}.saving"


@pytest.mark.parametrize(("source", "expected"), [
    (None, [SAVING]),
    ("S4", [SAVING]),
    ("S4: between 16,747 and 35,249", [SAVING]),
    ("S4, price level 2021, not indexed", []),
])
def test_savings_have_a_price_level(tmp_path: Path, source: str | None, expected: list[str]) -> None:
    settings = {f"{SAVING}.source": {"mean": source}} if source else {}
    assert paths(deal(tmp_path, settings=settings), "price level") == expected


def test_savings_of_groups_have_one_too(tmp_path: Path) -> None:
    assert paths(group(tmp_path, EFFECT), "price level") == []
    worth = {"programme.metrics.reduction.worth": 10, "programme.metrics.reduction.by_law": {"Wmo": 1.0}}
    assert paths(group(tmp_path, EFFECT, settings=worth), "price level") == ["programme.metrics.reduction"]
    dated = worth | {"programme.metrics.reduction.source": {"worth": "unit costs of 2024"}}
    assert paths(group(tmp_path, EFFECT, settings=dated), "price level") == []


# Counted twice

DOUBLE = ["accountant.counting.double_counting"]
BOTH = {"accountant.counting.laws": ["Wmo", "Zvw"]}


@pytest.mark.parametrize(("settings", "expected"), [
    ({}, []),
    (BOTH, DOUBLE),
    (BOTH | {"accountant.counting.double_counting": "excluded"}, []),
    (BOTH | {f"{SEGMENT}.double_count": 0.0}, []),
])
def test_laws_that_book_the_same_saving(tmp_path: Path, settings: dict[str, Any], expected: list[str]) -> None:
    assert paths(deal(tmp_path, settings=settings), "double counting") == expected


def test_outcomes_that_one_person_earns_together(tmp_path: Path) -> None:
    missing = ["contract.payments.card.cap_per_person"]
    assert paths(group(tmp_path, COUNTS), "double counting") == missing
    assert paths(group(tmp_path, COUNTS, settings={missing[0]: 4_000}), "double counting") == []
    said = {"contract.payments.card.source": {"cap_per_person": "none: both outcomes are paid"}}
    assert paths(group(tmp_path, COUNTS, settings=said), "double counting") == []
    alone = (', { outcome = "job", price = 3_000 }', "")
    assert paths(group(tmp_path, COUNTS, alone), "double counting") == []


# Ways out

EARLY, STOP = ["contract.early_ends"], ["contract.stop_intake"]
NOBODY = {"contract.source": {"early_ends": "S1: nobody may end it", "stop_intake": "S1: intake goes on"}}
END = {"contract.early_ends": [
    {"name": "failure", "when": "proof", "by": "investor", "principal": 0.5, "interest": 0.0}
]}


@pytest.mark.parametrize(("settings", "expected"), [
    ({}, []),
    ({"timeline.maturity": 42}, EARLY),
    ({"timeline.maturity": 42} | NOBODY, []),
    ({"timeline.maturity": 42} | END, []),
    ({f"{SEGMENT}.intake.months": 12}, []),
    ({f"{SEGMENT}.intake.months": 13}, STOP),
    ({f"{SEGMENT}.intake.months": 13} | NOBODY, []),
    ({f"{SEGMENT}.intake.months": 13, "contract.stop_intake": "proof"}, []),
])
def test_ways_out(tmp_path: Path, settings: dict[str, Any], expected: list[str]) -> None:
    assert paths(deal(tmp_path, settings=settings), "early end") == expected


def test_the_last_date_is_maturity(tmp_path: Path) -> None:
    assert paths(deal(tmp_path), "last date") == []
    assert paths(deal(tmp_path, settings={"timeline.maturity": 35}), "last date") == ["timeline.payment_dates"]
    late = {"timeline.maturity": 35, "accountant.delay.high": 24}  # a caution says more
    assert paths(deal(tmp_path, settings=late), "last date") == []


# Nobody fails, nobody errs


@pytest.mark.parametrize(("terms", "expected"), [
    (GUARANTEE, ["contract.guarantees.floor.chance_unable"]),
    (GUARANTEE | {"chance_unable": 0.0}, []),
    (GUARANTEE | {"chance_unable": 0.02}, []),
])
def test_guarantors_can_fail(tmp_path: Path, terms: dict[str, Any], expected: list[str]) -> None:
    assert paths(deal(tmp_path, settings={"contract.guarantees": [terms]}), "guarantee") == expected


def test_accountants_can_err(tmp_path: Path) -> None:
    silent = ("[accountant.review]\nwrong_rejection = 0.1\n\n", "")
    assert paths(deal(tmp_path, silent), "errors") == ["accountant.review.wrong_rejection"]
    assert paths(deal(tmp_path, silent, settings={"accountant.mode": "none"}), "errors") == []
    assert paths(deal(tmp_path, settings={"accountant.review.wrong_rejection": 0.0}), "errors") == []
    assert paths(deal(tmp_path), "errors") == []


def test_evaluators_can_err(tmp_path: Path) -> None:
    field = "programme.metrics.reduction.evaluator_sd"
    assert paths(group(tmp_path, EFFECT), "errors") == [field]
    assert paths(group(tmp_path, EFFECT, settings={field: 1.5}), "errors") == []


def test_liability_has_a_limit(tmp_path: Path) -> None:
    table = (('kind = "step_table"', 'kind = "two_way"'), ("rows = [", "rows = [{ pays = -20_000 }, "))
    field = "contract.payments.result.liability"
    two_way = group(tmp_path, EFFECT, *table)
    assert paths(two_way, "liability") == [field]
    assert any("can owe 20,000;" in finding_sentence(said) for _, said in left_open(two_way))
    assert paths(group(tmp_path, EFFECT, *table, settings={field: 20_000}), "liability") == []
    assert paths(group(tmp_path, EFFECT), "liability") == []


# What reads what


def test_readers(tmp_path: Path) -> None:
    read = [(each.name, each.levels) for each in readers(deal(tmp_path))]
    assert read == [
        ("validated_savings", (("contract.triggers.proof.at_least", 20_000.0),)), ("validated_savings", ()),
    ]
    pooled = {"contract.triggers.proof.pool": 30_000}
    names = [each.name for each in readers(deal(tmp_path, FIRST, settings=pooled))]
    assert names == ["validated_savings.first", "validated_savings", "validated_savings"]
    assert [each.name for each in readers(group(tmp_path, COUNTS))] == ["diploma", "job"]
    assert [each.levels for each in readers(group(tmp_path, EFFECT))] == [(("contract.payments.result.rows", 5.0),)]
