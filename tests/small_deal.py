"""A small deal as text, for tests that spoil one line of it or lay something over it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sib.deal.reader import load
from sib.deal.scenario import Scenario
from sib.errors import Problem, ScenarioError

TEXT = """\
format = 1
name = "Small deal"

[timeline]
closing = 2026-01-01
maturity = 36
payment_dates = { every = 6 }

[payers]
Wmo = { party = "municipality" }
Zvw = { party = "health insurer" }

[[programme.segments]]
name = "young parents"
cases = 10
intake = { from = 1, months = 6 }
success = { kind = "fixed", value = 0.6 }
saving = { kind = "lognormal", mean = 20_000, cv = 0.5 }
saving_months = 12
deadweight = 0.1
by_law = { Wmo = 0.8, Zvw = 0.2 }
direct_share = 0.5

[programme.dependence]
kind = "beta_binomial"
icc = 0.05

[budget]
total = 50_000

[[budget.lines]]
activity = "plans"
number = 10
unit_price = 4_000
when = { stage = "plan" }

[[budget.lines]]
activity = "accountancy"
number = 1
unit_price = 10_000
when = { from = 12, months = 12 }
payee = "accountant"

[accountant]
delay = { kind = "uniform_months", low = 1, high = 3 }
fee = { line = "accountancy" }

[accountant.counting]
laws = ["Wmo"]
classes = ["direct"]
max_months = 12

[accountant.review]
wrong_rejection = 0.1

[contract]
commitment = 50_000
drawdown = { kind = "up_front" }
waterfall = [
    "interest:senior",
    "principal:senior",
    "interest:junior",
    "principal:junior",
    "surplus",
]

[contract.interest]
rate = 0.04
basis = "per_year"
compounding = "annual"
day_count = "ACT/365F"

[[contract.triggers]]
name = "proof"
metric = "validated_savings"
at_least = 20_000

[[contract.payments]]
kind = "savings_share"
name = "repayment"
share = 1.0
when = "proof"

[[contract.tranches]]
name = "senior"
share = 0.7

[[contract.tranches]]
name = "junior"
share = 0.3
"""

Change = tuple[str, str]


def changed(*changes: Change) -> str:
    """The text with each first string replaced by the second; the first must stand in it exactly once."""
    text = TEXT
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the text"
        text = text.replace(old, new)
    return text


def write(folder: Path, text: str, name: str = "scenario.toml") -> Path:
    """Write a file into a folder as it is, and return its path."""
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode())
    return path


def deal(folder: Path, *changes: Change, settings: dict[str, Any] | None = None) -> Scenario:
    """The small deal with changes in its text and with settings."""
    return load(write(folder, changed(*changes)), settings=settings or {})


def problems(source: str | Path, **layers: Any) -> list[Problem]:
    """What is wrong with a scenario; something must be."""
    with pytest.raises(ScenarioError) as caught:
        load(source, **layers)
    assert caught.value.exit_code == 3
    return list(caught.value.problems)


def line_of(text: str, words: str) -> int:
    """The number of the first line that has the words in it."""
    return next(number for number, line in enumerate(text.split("\n"), start=1) if words in line)
