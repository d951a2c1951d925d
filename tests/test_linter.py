"""What a contract leaves open, with amounts: each question on a deal where it is due, and where it is not."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from small_deal import changed, write

from sib.amounts import NumberFormat
from sib.cli import main
from sib.deal.lending import Interest
from sib.deal.lint import left_open
from sib.deal.reader import Reading, read
from sib.deal.shelf import packaged
from sib.linter import Finding, findings, interest_on, readings_of
from sib.payout import payoff
from sib.programme.grid import grid
from sib.views.left_open import finding_sentence
from sib.views.terms import left_open as printed
from sib.views.words import Words

LANGUAGES: tuple[NumberFormat, ...] = ("en", "nl")
EFFECT = """\
format = 1
name = "Group deal"

[timeline]
closing = 2025-01-01
maturity = 36
payment_dates = { every = 12 }

[payers]
Wmo = { party = "municipality" }

[programme]
kind = "effect"
cohorts = [{ name = "2025", measured = 20 }]
metrics = [{ name = "reduction", unit = "percent", decimals = 1, effect = 8 }]

[budget]
total = 1_797_500

[[budget.lines]]
activity = "work"
number = 1
unit_price = 1_797_500
when = { from = 1, months = 10 }

[contract]
commitment = 1_797_500
drawdown = { kind = "up_front" }
waterfall = ["interest:investor", "principal:investor", "surplus"]

[[contract.payments]]
kind = "step_table"
name = "result"
metric = "reduction"
rows = [{ at_least = 5, pays = 1_000_000 }, { at_least = 7.5, pays = 2_000_000 }, { at_least = 15, pays = 2_100_000 }]
"""
INTEREST = {"rate": 0.04, "basis": "per_year", "compounding": "annual", "day_count": "30E/360"}
RESULT = "contract.payments.result"


def small(folder: Path, *changes: tuple[str, str], settings: dict[str, Any] | None = None) -> Reading:
    return read(write(folder, changed(*changes)), settings=settings or {})


def group(folder: Path, settings: dict[str, Any] | None = None) -> Reading:
    return read(write(folder, EFFECT), settings=settings or {})


def of_kind(reading: Reading, kind: str) -> list[Finding]:
    return [each for each in findings(reading) if each.kind == kind]


# Cliffs


def test_the_reference_deal_has_a_cliff_where_its_proof_begins() -> None:
    reading = read("zwarte-zwanen")
    (cliff,) = of_kind(reading, "cliff")
    assert cliff.remark.path == "contract.triggers.proof.at_least"
    assert "at 1,200,000 of validated_savings the payment jumps from 0 to 1,200,000" in finding_sentence(cliff.remark)
    assert "(the jump lies 51% below it)" in finding_sentence(cliff.remark)
    amounts = cliff.amounts
    values = ["1199999.99", "1200000", Fraction(round(amounts["today"] * 100), 100)]
    paid = [point.outcome_payment for point in payoff(reading.scenario, {"validated_savings": values})]
    assert paid == [amounts["pays_below"], amounts["pays_from"], amounts["pays_today"]] == [0.0, 1_200_000.0, paid[2]]
    assert paid[2] == payoff(reading.scenario, {})[0].outcome_payment  # today's estimate is what is expected


def test_the_nearest_jump_of_a_table_is_told(tmp_path: Path) -> None:
    reading = group(tmp_path)
    (cliff,) = of_kind(reading, "cliff")
    assert cliff.remark.path == "contract.payments.result.rows"
    low, high = 1_000_000.0, 1_797_500.0  # of 2,000,000 what the loan does not need comes back
    assert dict(cliff.amounts) == {
        "at": 7.5, "pays_below": low, "pays_from": high, "today": 8.0, "pays_today": high,
        "pays_1%_less": high, "pays_1%_more": high,
        "pays_5%_less": high, "pays_5%_more": high,  # 7.6
        "pays_10%_less": low, "pays_10%_more": high,  # 7.2
    }
    assert "(the jump lies 6.2% below it)" in finding_sentence(cliff.remark)
    ahead = group(tmp_path, {"programme.metrics.reduction.effect": 7})
    assert "(the jump lies 7.1% above it)" in finding_sentence(of_kind(ahead, "cliff")[0].remark)
    on_it = group(tmp_path, {"programme.metrics.reduction.effect": 7.5})
    assert "(right there)" in finding_sentence(of_kind(on_it, "cliff")[0].remark)


def test_a_small_jump_and_a_far_one_are_no_cliff(tmp_path: Path) -> None:
    rows = [{"pays": 1_900_000}, {"at_least": 7.5, "pays": 2_000_000}, {"at_least": 17, "pays": 9_000_000}]
    assert of_kind(group(tmp_path, {f"{RESULT}.rows": rows}), "cliff") == []


def test_a_steep_line_is_told_without_a_jump(tmp_path: Path) -> None:
    line = {"kind": "interpolated_table", "name": "line", "metric": "reduction"}
    for high, n_told in ((9, 1), (80, 0)):  # 1,000,000 or 25,000 a point; a step is 0.1
        points = [{"at": high - 2, "pays": 0}, {"at": high, "pays": 4_000_000}] if high == 9 else [
            {"at": 0, "pays": 0}, {"at": high, "pays": 2_000_000}
        ]
        settings = {"contract.payments": [line | {"points": points}]}
        told = of_kind(read(write(tmp_path, EFFECT.split("[[contract.payments]]")[0]), settings=settings), "cliff")
        assert len(told) == n_told


def test_a_falling_metric_is_scanned_too(tmp_path: Path) -> None:
    rows = [{"pays": 2_000_000}, {"above": -7, "pays": 0}]
    reading = group(tmp_path, {"programme.metrics.reduction.effect": -8, f"{RESULT}.rows": rows})
    (cliff,) = of_kind(reading, "cliff")
    assert cliff.remark.path == "contract.payments.result.rows"
    assert (cliff.amounts["pays_below"], cliff.amounts["pays_from"]) == (0.0, 1_797_500.0)


# Interest


def test_four_percent_over_three_years_is_three_amounts(tmp_path: Path) -> None:
    """71,900 over the term, 215,700 simple, 224,443.04 compounded yearly on 1,797,500."""
    (interest,) = of_kind(group(tmp_path, {"contract.interest": INTEREST}), "interest")
    assert interest.remark.path == "contract.interest"
    amounts = interest.amounts
    assert next(iter(amounts)) == "compounded yearly, 30E/360"
    assert amounts["compounded yearly, 30E/360"] == 224_443.04
    assert amounts["over the term"] == 71_900.00
    assert amounts["simple, 30E/360"] == 215_700.00
    assert amounts["compounded yearly, ACT/365F"] == 224_443.04  # 2025 to 2027 have no leap day
    assert amounts["compounded yearly, ACT/360"] > 227_000


def test_the_deals_own_reading_comes_first() -> None:
    assert next(iter(readings_of(Interest(rate=0.04, basis="over_term"))))[0] == "over the term"
    own = Interest(rate=0.04, basis="per_year", compounding="monthly", day_count="ACT/360")
    names = [name for name, _ in readings_of(own)]
    assert names[0] == "compounded monthly, ACT/360"
    assert len(set(names)) == len(names) == 7
    assert dict(readings_of(own))[names[0]] == own


@pytest.mark.parametrize(("source", "n_told"), [
    ("assumed: simple, as in S1", 1),
    ("S1", 1),
    ('S1, article 5: "4% a year, simple"', 0),
    ('S1, article 5: "samengestelde rente per jaar"', 0),
])
def test_a_source_that_quotes_the_reading_settles_it(tmp_path: Path, source: str, n_told: int) -> None:
    text = EFFECT + f"\n[contract.interest]\nrate = 0.04\nbasis = 'over_term'\nsource = '{source}'\n"
    assert len(of_kind(read(write(tmp_path, text)), "interest")) == n_told


def test_without_interest_there_is_nothing_to_read(tmp_path: Path) -> None:
    assert of_kind(group(tmp_path), "interest") == []
    assert of_kind(group(tmp_path, {"contract.interest": INTEREST | {"rate": 0.0}}), "interest") == []


def test_tranches_with_interest_of_their_own(tmp_path: Path) -> None:
    junior = 'name = "junior"\nshare = 0.3'
    own = (junior, f'{junior}\ninterest = {{ rate = 0.08, basis = "over_term" }}')
    told = {each.remark.path: each.amounts["over the term"] for each in of_kind(small(tmp_path, own), "interest")}
    assert told == {"contract.interest": 1_400.0, "contract.tranches.junior.interest": 1_200.0}


def test_interest_stops_at_maturity() -> None:
    deal = read("zwarte-zwanen").scenario
    simple = Interest(rate=0.04, basis="per_year", compounding="simple", day_count="30E/360")
    assert interest_on(1_797_500, simple, calendar=grid(deal)) == 431_400.0  # six years


# What is never repaid


@pytest.mark.parametrize(("settings", "path", "unpaid"), [
    ({}, None, 0.0),
    ({"contract.caps": {"total": 1_700_000}}, "contract.caps.total", 97_500.0),
    ({f"{RESULT}.cap": 1_500_000}, f"{RESULT}.cap", 297_500.0),
    ({f"{RESULT}.rows": [{"at_least": 5, "pays": 1_000_000}]}, "contract.payments", 797_500.0),
    # twice today's estimate repays all
    ({f"{RESULT}.rows": [{"at_least": 12, "pays": 2_000_000}]}, None, 0.0),
    # days, not people: there can be more of them than people
    ({"programme.metrics.reduction.unit": "count", f"{RESULT}.rows": [{"at_least": 12, "pays": 2_000_000}]}, None, 0.0),
    # over the term 71,900 is due besides: 1,797,500 does not pay both
    ({"contract.caps": {"total": 1_797_500}, "contract.interest": {"rate": 0.04, "basis": "over_term"}},
     "contract.caps.total", 71_900.0),
])
def test_caps_that_keep_the_loan_from_being_repaid(
    tmp_path: Path, settings: dict[str, Any], path: str | None, unpaid: float
) -> None:
    told = of_kind(group(tmp_path, settings), "repayment")
    assert [(each.remark.path, each.amounts["unpaid_at_best"]) for each in told] == ([(path, unpaid)] if path else [])


@pytest.mark.parametrize(("draws", "amounts"), [
    ([(0, 1_797_500)], None),
    ([(month, 179_750) for month in range(1, 11)], None),
    # two equal draws; the work costs 179,750 a month, so month 6 is the first to fall short
    ([(0, 898_750), (9, 898_750)], {"month": 6.0, "cost": 1_438_000.0, "drawn": 898_750.0}),
])
def test_a_schedule_that_the_work_overruns(
    tmp_path: Path, draws: list[tuple[int, int]], amounts: dict[str, float] | None
) -> None:
    terms = {"kind": "schedule", "draws": [{"month": month, "amount": amount} for month, amount in draws]}
    told = of_kind(group(tmp_path, {"contract.drawdown": terms}), "draws")
    assert [dict(each.amounts) for each in told] == ([amounts] if amounts else [])


# All of it


def test_the_terms_come_first_then_the_amounts() -> None:
    reading = read("zwarte-zwanen")
    told = findings(reading)
    terms = left_open(reading.scenario)
    assert [(each.kind, each.remark) for each in told[: len(terms)]] == terms
    assert [each.kind for each in told[len(terms) :]] == ["cliff", "interest"]


@pytest.mark.parametrize("name", packaged())
def test_every_packaged_deal_is_read_through(name: str) -> None:
    reading = read(name)
    told = findings(reading)
    for lang in LANGUAGES:
        said = {(each.kind, each.remark.path, finding_sentence(each.remark, lang)) for each in told}
        assert len(said) == len(told)
        assert all(path and len(sentence) < 310 for _, path, sentence in said)


# As it is printed


def said(*words: str) -> str:
    result = CliRunner().invoke(main, ["check", "zwarte-zwanen", *words])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize(("lang", "heading", "missing", "reading", "amount"), [
    ("en", "What the contract leaves open", "is missing in a deal of 72 months",
     "simple, ACT/365F                 ", "431,596.99"),
    ("nl", "Wat het contract openlaat", "ontbreekt in een deal van 72 maanden",
     "enkelvoudig, ACT/365F                 ", "431.596,99"),
])
def test_check_ends_with_what_is_left_open(lang: str, heading: str, missing: str, reading: str, amount: str) -> None:
    before, after = said("--lang", lang).split(f"\n\n{heading}\n")
    assert f"contract.early_ends {missing}" in after
    assert f"      {reading}{amount}\n" in after
    assert f"early_ends {missing}" not in before


def test_check_tells_findings_to_programs() -> None:
    found = findings(read("zwarte-zwanen"))
    for lang in LANGUAGES:
        told = json.loads(said("--json", "--lang", lang))["findings"]
        assert told == [
            {"kind": each.kind, "path": each.remark.path, "message": finding_sentence(each.remark, lang),
             "amounts": each.amounts}
            for each in found
        ]
        assert all(list(each) == ["kind", "path", "message", "amounts"] for each in told)
    assert json.loads(said("--json"))["findings"][0]["message"].startswith("is not named, so all who come over 24")


def test_strict_wants_nothing_left_open() -> None:
    result = CliRunner().invoke(main, ["check", "zwarte-zwanen", "--strict"])
    assert result.exit_code == 6
    assert "What the contract leaves open" in result.stdout


def test_where_nothing_is_left_open_nothing_is_printed() -> None:
    assert printed([], Words("en")) == ""
