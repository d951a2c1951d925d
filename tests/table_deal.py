"""A deal in which nothing varies, for tests of what terms are worth: one loan that is repaid once, at maturity.

A loan of 1,000,000 at 4% a year, compounded yearly, is repaid out of savings of 2,000,000 after 24 months; a fee goes
to the investor after 12 months. A first loss and a cap are there and never bind.
"""

from __future__ import annotations

from pathlib import Path

from sib.deal.reader import load
from sib.deal.scenario import Scenario

PRINCIPAL, RATE, FEE = 1_000_000, 0.04, 50_000

TEXT = f"""\
format = 1
name = "Table deal: nothing varies"
currency = "EUR"

[timeline]
closing = 2025-01-01
maturity = 24
payment_dates = {{ months = [12, 24] }}

[payers]
Wmo = {{ party = "municipality" }}

[[programme.segments]]
name = "households"
cases = 2
intake = {{ from = 1, months = 1 }}
success = 1.0
saving = 1_000_000
saving_months = 12
by_law = {{ Wmo = 1.0 }}
direct_share = 1.0

[programme.dependence]
kind = "independent"

[budget]
total = {PRINCIPAL}

[[budget.lines]]
activity = "two plans"
number = 2
unit_price = {PRINCIPAL // 2}
when = {{ stage = "plan" }}

[accountant]
claim_at = "monthly"

[accountant.counting]
laws = ["Wmo"]
max_months = 12

[contract]
commitment = {PRINCIPAL}
drawdown = {{ kind = "up_front" }}
waterfall = ["interest:investor", "principal:investor", "surplus"]

[contract.interest]
rate = {RATE}
basis = "per_year"
compounding = "annual"
day_count = "30E/360"

[contract.caps]
total = 1_900_000

[[contract.guarantees]]
kind = "first_loss"
name = "guarantor"
limit = 100_000

[[contract.payments]]
kind = "savings_share"
name = "repayment"
share = 1.0
months = [24]

[[contract.payments]]
kind = "fixed"
name = "fee"
amount = {FEE}
months = [12]
to = "investor"
"""


def table_deal(folder: Path) -> Scenario:
    """Return the deal, from a file in a folder."""
    path = folder / "scenario.toml"
    path.write_text(TEXT, encoding="utf-8")
    return load(path)
