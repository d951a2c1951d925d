"""The deal that is worked out with pencil and paper, row by row, through the whole engine.

Two households from month 1, sure to succeed; each saves 90 euros over 36 months, so that 60 a year is validated.
100 euros drawn at closing on 1 January 2025, 4% a year compounded yearly, all savings to the investor until redeemed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import sib

TRIALS = 3


@pytest.fixture(scope="module")
def deal():
    return sib.load("worked-example")


@pytest.fixture(scope="module")
def run(deal):
    return sib.simulate(deal, TRIALS, keep="flows")


YEARS = [
    # year, due before payment, paid: interest, principal, outstanding, left to the municipality
    (1, 104.00, 4.00, 56.00, 44.00, 0.00),
    (2, 45.76, 1.76, 44.00, 0.00, 14.24),
    (3, 0.00, 0.00, 0.00, 0.00, 60.00),
]


@pytest.mark.parametrize(("year", "due", "interest", "principal", "outstanding", "left"), YEARS)
def test_year_by_year(run, year, due, interest, principal, outstanding, left):
    entries = run.statement(0)
    of_year = entries[entries["date"] == pd.Timestamp(2025 + year, 1, 1)]
    paid = of_year.groupby("clause")["amount"].sum().to_dict()
    assert (paid.get("interest:investor", 0.0), paid.get("principal:investor", 0.0)) == (interest, principal)
    assert paid.get("payment:repayment", 0.0) == round(interest + principal, 2)
    assert run.cash_flows("outstanding")[0, 12 * year] == outstanding * 100
    assert run.cash_flows("due")[0, 12 * year] == round((due - interest - principal) * 100)
    saved = run.cash_flows("true_savings")[0, 12 * (year - 1) + 1 : 12 * year + 1].sum() / 100
    assert saved == 60.00
    assert round(saved - paid.get("payment:repayment", 0.0), 2) == left


STATEMENT = [
    ("2025-01-01", "investor", "contract account", "drawdown:investor", 100.00, 100.00),
    ("2025-02-01", "contract account", "provider", "cost:two plans", 100.00, 0.00),
    ("2026-01-01", "municipality", "contract account", "payment:repayment", 60.00, 60.00),
    ("2026-01-01", "contract account", "investor", "interest:investor", 4.00, 56.00),
    ("2026-01-01", "contract account", "investor", "principal:investor", 56.00, 0.00),
    ("2027-01-01", "municipality", "contract account", "payment:repayment", 45.76, 45.76),
    ("2027-01-01", "contract account", "investor", "interest:investor", 1.76, 44.00),
    ("2027-01-01", "contract account", "investor", "principal:investor", 44.00, 0.00),
]


@pytest.mark.parametrize("trial", range(TRIALS))
def test_the_statement_row_by_row(run, trial):
    entries = run.statement(trial)
    columns = ["payer", "payee", "clause", "amount", "account_balance"]
    found = [(f"{day:%Y-%m-%d}", *rest) for day, *rest in entries[["date", *columns]].itertuples(index=False)]
    assert found == STATEMENT


def test_interest_month_by_month(run):
    # 4.00 over twelve months of thirty days: a third of a euro each; then 1.76 on the 44.00
    due = run.cash_flows("due")[0] - run.cash_flows("outstanding")[0]
    assert due[:13].tolist() == [0, 33, 67, 100, 133, 167, 200, 233, 267, 300, 333, 367, 0]
    assert due[13:25].tolist() == [15, 29, 44, 59, 73, 88, 103, 117, 132, 147, 161, 0]
    assert not due[25:].any()


def test_savings_month_by_month(run):
    # 180 over 36 months is five euros a month, validated in the month and counted on the next payment date
    assert run.cash_flows("true_savings")[0].tolist() == [0] + [500] * 36
    validated = run.cash_flows("validated_savings")[0]
    assert np.flatnonzero(validated).tolist() == [12, 24, 36]
    assert validated[[12, 24, 36]].tolist() == [6_000] * 3


def test_net_cash_of_everybody(run):
    dates = [0, 1, 12, 24, 36]
    investor = [-100_00, 0, 60_00, 45_76, 0]
    municipality = [0, 0, -60_00, -45_76, 0]
    provider = [0, 100_00, 0, 0, 0]
    for party, cash in (("investor", investor), ("municipality", municipality), ("provider", provider)):
        flow = run.cash_flows(party)[0]
        assert flow[dates].tolist() == cash
        assert not np.delete(flow, dates).any()


SUMMARY = [
    ("investor", "outlay", "mean", 100.00),
    ("investor", "receipts", "mean", 105.76),
    ("investor", "loss", "mean", -5.76),
    ("investor", "loss", "var95", -5.76),
    ("investor", "repaid_in_full", "probability", 1.0),
    ("investor", "principal_loss", "probability", 0.0),
    ("investor", "moic", "mean", 1.0576),
    ("investor", "wal_years", "mean", 1.44),        # (56 x 1 + 44 x 2) / 100
    ("investor", "payback_years", "mean", 2.0),     # 60 after one year, 105.76 after two
    ("municipality", "outcome_payments", "mean", 105.76),
    ("municipality", "validated_savings", "mean", 180.00),
    ("municipality", "true_savings", "mean", 180.00),
    ("municipality", "cashable_savings", "mean", 180.00),
    ("municipality", "net_cash", "mean", 74.24),    # 14.24 of the second year and 60 of the third
    ("municipality", "reserve", "p95", 0.0),
    ("municipality", "price_of_risk_transfer", "mean", 5.76),
    ("municipality", "cost_per_validated_success", "value", 52.88),
    ("payer.Wmo", "outcome_payments", "mean", 105.76),
    ("accountant", "claimed", "mean", 180.00),
    ("accountant", "admissible", "mean", 180.00),
    ("accountant", "validated", "mean", 180.00),
    ("accountant", "validated_cases", "mean", 2.0),
    ("accountant", "late", "mean", 0.0),
    ("provider", "receipts", "mean", 100.00),
    ("programme", "enrolled", "mean", 2.0),
    ("programme", "successes", "mean", 2.0),
    ("programme", "effective_cases", "value", 2.0),
    ("programme", "savings_per_success", "value", 90.00),
    ("society", "net_benefit", "mean", 80.00),      # 180 saved, 100 of work
]


@pytest.mark.parametrize(("party", "measure", "statistic", "value"), SUMMARY)
def test_the_summary_row_by_row(run, party, measure, statistic, value):
    assert run.value(party, measure, statistic) == value


def test_the_return_is_exactly_the_coupon(run):
    for statistic in ("mean", "p05", "p95"):
        assert run.value("investor", "irr", statistic) == pytest.approx(0.04, abs=1e-15)
    assert run.value("investor", "irr_of_mean_cash_flow", "value") == pytest.approx(0.04, abs=1e-15)
    assert run.value("investor", "npv", "mean") == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("rate", "receipts", "years"), [
    (0.04, 104.00, {12: 60.00, 24: 44.00}),   # 4% once, on the 100 drawn
    (0.60, 160.00, {12: 60.00, 24: 60.00, 36: 40.00}),
    (0.90, 180.00, {12: 60.00, 24: 60.00, 36: 60.00}),  # 190 due, 180 saved
])
def test_the_same_years_with_interest_over_the_term(rate, receipts, years):
    gone = {"remove": True}
    terms = {"rate": rate, "basis": "over_term", "compounding": gone, "day_count": gone}
    run = sib.simulate(sib.load("worked-example", set={"contract.interest": terms}), 1)
    paid = run.cash_flows("investor")[0]
    assert {period: paid[period] / 100 for period in (12, 24, 36) if paid[period]} == years
    assert run.value("investor", "receipts", "mean") == receipts
    assert run.value("investor", "repaid_in_full", "probability") == (receipts == 100 + 100 * rate)


def test_eleven_cents_short():
    # 36 saved a year: 104 - 36 = 68, 70.72 - 36 = 34.72, and of the 36.11 due in the third year 36 are paid
    run = sib.simulate(sib.load("worked-example", set={"programme.segments.households.saving": 54}), 1)
    assert run.cash_flows("investor")[0, [12, 24, 36]].tolist() == [36_00, 36_00, 36_00]
    assert run.trials["investor.written_off"].tolist() == [0.11]
    assert run.value("investor", "repaid_in_full", "probability") == 0
    assert run.value("investor", "principal_loss", "probability") == 0  # 108 came back on 100, and yet not in full


def test_a_cent_that_does_not_divide():
    # 102 over 36 months is 2.8333 a month: 2.84 in the first twelve, 2.83 in all others
    run = sib.simulate(sib.load("worked-example", set={"programme.segments.households.saving": 51}), 1)
    assert run.cash_flows("true_savings")[0].tolist() == [0] + [284] * 12 + [283] * 24
    assert run.cash_flows("investor")[0, [12, 24, 36]].tolist() == [34_08, 33_96, 33_96]
