"""The statement of one trial as text: what is paid is received, and the totals say so."""

from __future__ import annotations

import re

import pandas as pd

from sib.deal.reader import load
from sib.run import statement
from sib.views.ledger import Total, ledger, totals
from sib.views.words import Words


def test_the_worked_example_by_pencil() -> None:
    entries = statement(load("worked-example"), 1, trial=0)
    assert totals(entries) == [
        Total("investor", 10_576, 10_000), Total("contract account", 20_576, 20_576), Total("municipality", 0, 10_576),
        Total("provider", 10_000, 0),
    ]
    text = ledger(entries, ["title"], words=Words("en"))
    assert [line for line in text.splitlines() if "principal" in line] == [
        "2026-01-01  contract account  investor          principal:investor   56.00     0.00",
        "2027-01-01  contract account  investor          principal:investor   44.00     0.00",
    ]
    assert text.startswith("title\n\ndate        from")
    assert text.splitlines()[-1].split() == ["sum", "0.00"]
    assert "-105.76" in text


def test_totals_make_nothing_whatever_moved() -> None:
    found = totals(statement(load("zwarte-zwanen"), 3, trial=11))
    assert sum(each.net for each in found) == 0
    assert next(each for each in found if each.party == "contract account").net == 0


def test_a_trial_in_which_nothing_moved() -> None:
    empty = pd.DataFrame(columns=["date", "period", "payer", "payee", "clause", "amount", "account_balance"])
    assert totals(empty) == []
    assert ledger(empty, ["title"], words=Words("nl")).splitlines()[-1].split() == ["som", "0,00"]


def test_amounts_are_written_in_the_language() -> None:
    entries = statement(load("zwarte-zwanen"), 1, trial=0)
    assert "1.797.500,00" in ledger(entries, ["x"], words=Words("nl"))
    assert "1,797,500.00" in ledger(entries, ["x"], words=Words("en"))


def test_parties_that_have_no_name_of_their_own_are_named_in_the_language() -> None:
    text = ledger(statement(load("worked-example"), 1, trial=0), ["x"], words=Words("nl"))
    assert "2026-01-01  contractrekening  investeerder      principal:investor" in text
    assert not re.search(r"^(investor|municipality|contract account|provider) ", text, re.MULTILINE)
    named = ledger(statement(load("zwarte-zwanen"), 1, trial=0), ["x"], words=Words("nl"))
    assert "social investor" in named
