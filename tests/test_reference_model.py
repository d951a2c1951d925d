"""The reference model against pencil and paper: it must be right before it may judge the engine.

Expected amounts are hand calculations, written beside the test, or the published figures of the worked example.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference_contract import CaseFacts, Entry, Loan, Person, even_split, fiscal_year, largest_remainder, rounded
from reference_model import replay
from reference_trial import ContractTrial, Outlay
from strategies import random_states, scenarios

from sib.deal.consistency import inconsistencies
from sib.deal.scenario import Scenario

HERE = Path(__file__).parent
WORKED = HERE.parent / "scenarios/worked-example/scenario.toml"
YEARS = (12, 24, 36)


def a_deal(**parts: Any) -> dict[str, Any]:
    """The worked example with some terms replaced: ``contract__interest={...}`` merges into that table."""
    plain = tomllib.loads(WORKED.read_text(encoding="utf-8"))
    for path, value in parts.items():
        *way, last = path.split("__")
        table = plain
        for name in way:
            table = table[name]
        table[last] = table.get(last, {}) | value if isinstance(value, dict) else value
    scenario = Scenario.model_validate(plain)
    assert inconsistencies(scenario) == []
    return scenario.canonical()


def a_case(**parts: Any) -> dict[str, Any]:
    """A case that succeeds in month 1, saves 90 euros to the end, and is claimed and reviewed without fault."""
    plain = {"segment": "households", "id": 0, "start": 1, "has_plan": True, "outcome": "success", "saving": 9000}
    faults = ("invalid_claim", "evidence_missing", "detected", "wrongly_rejected", "wrongly_adjusted")
    disputes = ("appealed", "restored", "challenged", "corrected")
    rest = {"months_kept": 36, "delay": 0, "overstated_claim": None, "lot": 0.5, "custom": []}
    return plain | rest | dict.fromkeys((*faults, *disputes), False) | parts


def states(*cases: dict[str, Any]) -> dict[str, Any]:
    """States of a trial with these cases, numbered in order."""
    return {"enrolled": {}, "cases": [case | {"id": number} for number, case in enumerate(cases)]}


def contract_on(deal: dict[str, Any], *validated: tuple[int, int]) -> ContractTrial:
    """The contract on a cost of all 100 euros in month 1 and validated cents by month, of one case from month 1."""
    dated = [Entry(month, 1, "households", amount, 1) for month, amount in validated]
    book = ContractTrial(deal, Outlay([0, 10000, *[0] * 35], 0, 1), CaseFacts(deal, dated, [Person("households", 1)]))
    book.run()
    return book


def at(dates: tuple[int, ...], row: list[int]) -> list[int]:
    return [row[month] for month in dates]


@pytest.mark.parametrize("part", ["model", "claims", "accountant", "contract", "terms", "trial", "group"])
def test_it_shares_no_code_with_what_it_judges(part: str) -> None:
    module = HERE / f"reference_{part}.py"
    assert not re.search(r"^\s*(from|import) sib\b", module.read_text(encoding="utf-8"), re.MULTILINE)


def test_money_is_rounded_and_split_without_loss() -> None:
    assert [rounded(Fraction(half, 2)) for half in (-3, -1, 1, 3)] == [-2, -1, 1, 2]  # half away from zero
    assert even_split(100, 3) == [34, 33, 33]
    assert even_split(-5, 3) == [-2, -2, -1]
    assert largest_remainder(100, [1, 1, 1]) == [34, 33, 33]  # ties to the first
    assert largest_remainder(10, [Fraction(1, 4), Fraction(3, 4)]) == [3, 7]  # 2.5 and 7.5: a tie
    assert largest_remainder(7, [0, 0]) == [7, 0]


def test_a_flow_belongs_to_the_fiscal_year_of_the_day_before() -> None:
    deal = a_deal(timeline__fiscal_year_start=7)  # closing on 1 January 2025; 1 July ends period 6
    assert [fiscal_year(deal, period) for period in (0, 5, 6, 7, 18, 19)] == [2024, 2024, 2024, 2025, 2025, 2026]


def test_worked_example_row_by_row() -> None:
    result = replay(a_deal(), states(a_case(), a_case()))
    payments = result["payments"]["repayment"]
    assert sum(result["validated_by_period"]) == 18000
    assert result["draws"]["investor"][0] == 10000
    assert result["interest_due"]["investor"][11] == 367  # 4% of 100 over 330 of 360 days: 3.666…
    assert at(YEARS, result["interest_paid"]["investor"]) == [400, 176, 0]
    assert at(YEARS, result["principal_paid"]["investor"]) == [5600, 4400, 0]
    assert at(YEARS, result["outstanding"]["investor"]) == [4400, 0, 0]
    assert [6000 - payment for payment in at(YEARS, payments)] == [0, 1424, 6000]  # left to the municipality
    assert sum(payments) == 10400 + 176
    assert result["net_cash"] == 18000 - 10576
    assert result["repaid_in_full"]


THREE_YEARS = [  # rate 4%; principal, terms, closing, months, interest due then, all in euros
    (1_300_000, ("annual", "30E/360"), "2025-01-01", 36, 162_323.20),
    (1_300_000, ("simple", "30E/360"), "2025-01-01", 36, 156_000.00),
    (1_300_000, ("annual", "ACT/365F"), "2026-01-01", 36, 162_477.29),  # 29 February 2028 in it
    (1_300_000, ("simple", "ACT/365F"), "2025-01-01", 9, 38_893.15),  # 273 days
    (1_000_000, ("annual", "ACT/365F"), "2024-03-01", 12, 40_000.00),
    (1_000_000, ("annual", "ACT/ACT ISDA"), "2024-03-01", 12, 39_908.38),
    (1_000_000, ("annual", "ACT/360"), "2024-03-01", 12, 40_555.56),  # 365/360 of 40,000
    (1_000_000, ("quarterly", "30E/360"), "2025-01-01", 12, 40_604.01),  # 1.01**4
    (1_000_000, ("continuous", "30E/360"), "2025-01-01", 12, 40_810.77),  # exp(0.04)
    (1_797_500, ("annual", "30E/360"), "2025-01-01", 36, 224_443.04),
    (1_797_500, None, "2025-01-01", 36, 71_900.00),  # over the term
]


@pytest.mark.parametrize(("principal", "reading", "closing", "months", "due"), THREE_YEARS)
def test_interest_due(principal: int, reading: tuple[str, str] | None, closing: str, months: int, due: float) -> None:
    lines = [{"activity": "plans", "number": 2, "unit_price": principal / 2, "when": {"stage": "plan"}}]
    deal = a_deal(timeline__maturity=48, contract__commitment=principal, budget__total=principal, budget__lines=lines)
    deal["timeline"]["closing"] = closing
    by_year = dict(zip(("compounding", "day_count"), reading or (), strict=False))
    deal["contract"]["interest"] |= by_year or {"basis": "over_term"}
    result = replay(deal, states(a_case(outcome="failure"), a_case(outcome="failure")))
    assert result["interest_due"]["investor"][months] == round(due * 100)
    assert result["outstanding"]["investor"][47] == principal * 100


def test_interest_on_committed_money() -> None:
    halves = {"kind": "schedule", "draws": [{"month": 0, "amount": 50}, {"month": 13, "amount": 50}]}
    lines = [{"activity": "plans", "number": 1, "unit_price": 100, "when": {"at": 13}}]
    deal = a_deal(contract__drawdown=halves, budget__lines=lines, contract__interest={"on": "committed", "rate": 0.1})
    result = replay(deal, states(a_case(outcome="failure")))
    assert at((12, 24), result["interest_due"]["investor"]) == [1000, 2100]  # 10% of 100, then of 110 more


def test_a_payment_goes_to_capitalised_interest_first() -> None:
    loan = Loan(a_deal(contract__interest={"rate": 0.1}), {"name": "investor", "share": 1.0})
    loan.draw(10000)
    loan.accrue(0, date(2025, 1, 1), date(2026, 1, 1))
    loan.capitalise(12)
    loan.accrue(0, date(2026, 1, 1), date(2026, 2, 1))  # a twelfth of 10% of 110: 91.67 cents
    assert (loan.interest_due, loan.pay_interest(1050)) == (1092, 1050)
    assert (loan.capitalised, loan.accrued) == (0, Fraction(1100, 12) - 50)
    assert loan.pay_interest(10000) == 42
    assert loan.accrued == 0  # paying all that is due clears the third of a cent that was rounded up


EIGHT = [(36_000, 12), (90_000, 18), (12_000, 8), (40_000, 12), (0, 12), (30_000, 12), (0, 12), (25_000, 12)]


@pytest.mark.parametrize(("negative", "validated"), [("floor", 135_500), ("exclude", 135_500), ("net", 130_500)])
def test_eight_cases(negative: str, validated: int) -> None:
    plain = {"cases": 1, "success": 1.0, "by_law": {"Wmo": 1.0}, "direct_share": 1.0}
    special = {"C5": {"failure_saving": -5000}, "C6": {"direct_share": 0.5}, "C8": {"double_count": 0.1}}
    names = [f"C{number}" for number in range(1, 9)]
    table = [
        plain | {"name": name, "saving": saving, "saving_months": months} | special.get(name, {})
        for name, (saving, months) in zip(names, EIGHT, strict=True)
    ]
    counting = {"classes": ["direct"], "max_months": 12, "cap_per_case": 50_000, "negative": negative}
    lines = [{"activity": "plans", "number": 8, "unit_price": 12.5, "when": {"stage": "plan"}}]
    deal = a_deal(programme__segments=table, accountant__counting=counting, budget__lines=lines)
    faults = {"C4": {"evidence_missing": True}, "C5": {"outcome": "failure"}}
    cases = [
        a_case(segment=name, saving=saving * 100, months_kept=months, **faults.get(name, {}))
        for name, (saving, months) in zip(names, EIGHT, strict=True)
    ]
    result = replay(deal, states(*cases))
    assert (result["claimed"], result["validated"]) == (23_300_000, validated * 100)
    taken = {"evidence": 40_000, "months": 30_000, "cap_per_case": 10_000, "class": 15_000, "double_counting": 2_500}
    taken |= {"negative": 5000} if negative == "net" else {}
    assert {reason: amount // 100 for reason, amount in result["bridge"].items() if amount} == taken
    found = {state: count for state, count in result["states"].items() if count}
    assert found == {"accepted": 5, "rejected:evidence": 1, "not_claimed": 2}


REVIEWS: list[tuple[dict[str, Any], str, int]] = [  # a case, its state, cents validated of 90 euros
    ({}, "accepted", 9000),
    ({"wrongly_rejected": True, "wrongly_adjusted": True}, "rejected:wrongly", 0),
    ({"wrongly_adjusted": True}, "adjusted:wrongly", 6750),  # a quarter off
    ({"overstated_claim": 12000}, "accepted", 12000),
    ({"overstated_claim": 12000, "detected": True, "wrongly_rejected": True}, "adjusted:overstated", 9000),
    ({"outcome": "failure"}, "not_claimed", 0),
    ({"outcome": "failure", "invalid_claim": True}, "accepted", 9000),
    ({"outcome": "failure", "invalid_claim": True, "detected": True}, "rejected:invalid", 0),
    ({"outcome": "failure", "invalid_claim": True, "evidence_missing": True}, "rejected:evidence", 0),
    ({"months_kept": 12}, "accepted", 3000),
    ({"months_kept": 0}, "not_claimed", 0),
    ({"has_plan": False}, "none", 0),
]


@pytest.mark.parametrize(("parts", "state", "validated"), REVIEWS)
def test_one_case_under_review(parts: dict[str, Any], state: str, validated: int) -> None:
    result = replay(a_deal(accountant__review={"adjustment_share": 0.25}), states(a_case(**parts)))
    assert {name for name, count in result["states"].items() if count} == {state} - {"none"}
    assert result["validated"] == validated
    trusting = replay(a_deal(accountant__mode="none"), states(a_case(**parts)))
    assert trusting["claimed"] == trusting["validated"] == trusting["admissible"] == result["admissible"]


def test_a_relapse_is_claimed_in_its_month_and_unknown_in_the_plan() -> None:
    relapsed = states(a_case(months_kept=12, delay=2))
    ended = replay(a_deal(accountant__claim_at="end"), relapsed)
    assert ended["validated_by_period"][1 + 12 + 2] == ended["validated_cases_by_period"][15] * 3000 == 3000
    planned = replay(a_deal(accountant__claim_at="plan"), relapsed)
    assert (planned["validated_by_period"][3], planned["admissible_by_period"][3]) == (9000, 3000)
    monthly = replay(a_deal(), states(a_case(delay=1)))  # 2.50 a month; that of month 36 comes a month too late
    assert (monthly["validated_by_period"][2], monthly["late"]) == (250, 250)


TRIGGERS: list[tuple[dict[str, Any], list[int]]] = [  # 40, 60 and 30 euros validated in the three years; due: 100
    ({"at_least": 50, "measure": "per_period", "latched": False}, [0, 10000, 0]),
    ({"at_least": 50, "measure": "per_period", "latched": False, "releases": "from_then"}, [0, 6000, 0]),
    ({"at_least": 50, "measure": "per_period", "releases": "from_then"}, [0, 6000, 3000]),
    ({"at_least": 100}, [0, 10000, 0]),
    ({"above": 100}, [0, 0, 10000]),
    ({"at_most": 40, "latched": False}, [4000, 0, 0]),
    ({"below": 40}, [0, 0, 0]),
    ({"between": [35, 50], "measure": "per_period", "releases": "from_then", "latched": False}, [4000, 0, 0]),
]


@pytest.mark.parametrize(("terms", "paid"), TRIGGERS)
def test_triggers_release(terms: dict[str, Any], paid: list[int]) -> None:
    trigger = {"name": "proof", "metric": "validated_savings"} | terms
    line = {"kind": "savings_share", "name": "repayment", "share": 1.0, "when": "proof"}
    deal = a_deal(contract__triggers=[trigger], contract__payments=[line], contract__interest={"rate": 0.0})
    assert at(YEARS, contract_on(deal, (12, 4000), (24, 6000), (36, 3000)).payments["repayment"]) == paid


def test_a_second_share_pays_on_the_savings_that_redemption_did_not_need() -> None:
    line = {"kind": "savings_share", "name": "repayment", "share": 0.8, "share_after_redemption": 0.5}
    steps = ["interest:investor", "principal:investor", "success_fee:investor", "surplus"]
    deal = a_deal(contract__payments=[line], contract__waterfall=steps, contract__interest={"rate": 0.0})
    book = contract_on(deal, (12, 20000), (24, 1001))
    # 100 redeems and uses up 125 of 200; half of 75 follows at once, and half of what comes later, floored
    assert at(YEARS, book.payments["repayment"]) == [10000 + 3750, 500, 0]
    assert at(YEARS, book.tranches["success_fee"]["investor"]) == [3750, 500, 0]


def test_caps_cut_lines_pro_rata_and_the_return_to_the_outlay() -> None:
    fixed = [{"kind": "fixed", "name": name, "amount": amount} for name, amount in (("a", 30), ("b", 60))]
    total = contract_on(a_deal(contract__payments=fixed, contract__caps={"total": 50.0}))
    assert [at(YEARS, total.payments[name]) for name in "ab"] == [[1667, 0, 0], [3333, 0, 0]]
    yearly = contract_on(a_deal(contract__payments=fixed, contract__caps={"per_year": 50.0}))
    assert at(YEARS, yearly.payments["b"]) == [3333, 3333, 3333]
    no_return = contract_on(a_deal(contract__caps={"annual_return": 0.0}), (12, 6000), (24, 9000))
    assert at(YEARS, no_return.payments["repayment"]) == [6000, 4000, 0]


def test_unspent_money_cancels_the_last_draws_first_and_goes_back() -> None:
    draws = [{"month": month, "amount": amount} for month, amount in ((0, 70), (2, 10), (6, 20))]
    line = {"activity": "plans", "number": 2, "unit_price": 50, "when": {"stage": "plan"}}
    deal = a_deal(contract__drawdown={"kind": "schedule", "draws": draws}, budget__lines=[line])
    deal["programme"]["segments"][0]["intake"] |= {"from": 1, "months": 2}
    result = replay(deal, states(a_case()))  # one of two: 50 unspent, known in month 2; 30 was still to come
    assert result["draws"]["investor"][:7] == [7000, 0, 0, 0, 0, 0, 0]
    assert (result["returned"]["investor"][2], result["unspent"]) == (2000, 5000)


def test_a_custom_budget_runs_out_and_money_is_drawn_a_month_ahead() -> None:
    line = {"activity": "custom", "number": 1, "unit_price": 100, "when": {"stage": "custom", "per_case": 60}}
    deal = a_deal(budget__lines=[line], contract__drawdown={"kind": "as_spent"})
    deal["programme"]["segments"][0]["intake"]["months"] = 2
    later, first = a_case(start=2, custom=[6000]), a_case(start=1, custom=[6000])
    result = replay(deal, states(later, first))
    assert result["cost"][:4] == [0, 6000, 4000, 0]  # the earlier start first, whatever the id
    assert (result["draws"]["investor"][:3], result["unspent"]) == ([6000, 4000, 0], 0)


@given(scenarios(), st.integers(0, 2**32))
def test_books_close_in_any_small_deal(plain: dict[str, Any], seed: int) -> None:
    deal = Scenario.model_validate(plain).canonical()
    result = replay(deal, random_states(deal, Random(seed)))  # checks conservation and the bridge by itself
    total = {kind: sum(map(sum, result[kind].values())) for kind in ("draws", "returned", "principal_paid", "payments")}
    assert total["draws"] - total["returned"] - total["principal_paid"] <= sum(result["written_off"].values())
    assert sum(result["cost"]) + result["unspent"] == round(deal["budget"]["total"] * 100)
    assert sum(result["true_by_law"].values()) == result["true"]
    assert sum(result["validated_by_law"].values()) == result["validated"] - result["late"]
    assert sum(result["payments_by_law"].values()) == total["payments"] - sum(result["surplus"])
    assert total["payments"] <= round(deal["contract"]["caps"].get("total", 1e9) * 100)
    assert all(balances[-1] == 0 for kind in ("outstanding", "interest_due") for balances in result[kind].values())


@given(scenarios(), st.integers(0, 2**32))
def test_without_faults_what_is_paid_is_earned(plain: dict[str, Any], seed: int) -> None:
    deal = Scenario.model_validate(plain).canonical()
    if deal["accountant"]["claim_at"] == "plan":  # a relapse that nobody can know of yet is paid and not earned
        deal["accountant"]["claim_at"] = "end"
    if "sample" in deal["accountant"]:  # an upper limit is above no error at all
        deal["accountant"]["sample"]["pay_on"] = "point"
    drawn = random_states(deal, Random(seed))
    faults = ("invalid_claim", "evidence_missing", "wrongly_rejected", "wrongly_adjusted")
    drawn["cases"] = [case | dict.fromkeys(faults, False) | {"overstated_claim": None} for case in drawn["cases"]]
    result = replay(deal, drawn)
    assert result["validated_by_period"] == result["admissible_by_period"]
    assert result["paid"] == result["earned"]
