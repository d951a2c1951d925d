"""The page of concessions: figures worked by hand in the right columns, in two languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from table_deal import table_deal

import sib
from sib.analysis.concessions import Ask, Exchange, exchange
from sib.views.concessions import Page, as_data
from sib.views.words import Words

FEE, LIMIT = "contract.payments.fee.amount", "contract.guarantees.guarantor.limit"


@pytest.fixture
def found(tmp_path: Path) -> Exchange:
    return exchange(table_deal(tmp_path), Ask((FEE, LIMIT), cost="municipality.net_cash"), trials=30)


def test_the_page_has_the_figures_worked_by_hand(found: Exchange) -> None:
    # see tests/test_concessions.py: a point is worth 20,800 after two years, as much as 20,000 after one
    text = Page(found, Words("en")).text()
    assert "+1% on contract.interest.rate is worth 19,231 to the investor" in text
    rows = {line.split()[0]: line.split() for line in text.splitlines() if line.startswith("contract.")}
    assert rows["contract.interest.rate"][1:6] == ["0.04", "+1%", "100.5%", "20,800", "0"]
    assert rows[FEE][1:6] == ["50,000", "+20,000", "100.0%", "20,000", "0"]
    assert rows[LIMIT][1:] == ["100,000", "(1)"]
    assert "(1) does nothing here: no trial differs between 95,000 and 105,000" in text
    assert f"- give +2,500 on {FEE} and take -0.125% back on contract.interest.rate: 100" in " ".join(text.split())


def test_in_dutch(found: Exchange) -> None:
    text = " ".join(Page(found, Words("nl")).text(has_name=False).split())
    assert text.startswith("Wat concessies waard zijn")
    assert f"geef +2.500 op {FEE} en neem -0,125% terug op contract.interest.rate: 100" in text
    assert "(1) doet hier niets: geen simulatie verschilt tussen 95.000 en 105.000" in text


def test_why_a_term_cannot_be_moved_is_a_note() -> None:
    path = "contract.payments.repayment.share_after_redemption"
    text = Page(exchange(sib.load("zwarte-zwanen"), Ask((path,)), trials=100), Words("en")).text()
    assert "(1) cannot be moved: contract.waterfall gives the share after redemption straight back" in text


def test_nothing_to_trade_is_said(tmp_path: Path) -> None:
    found = exchange(table_deal(tmp_path), Ask((LIMIT,), worth="programme.cost"), trials=2)
    assert "No term does anything for the investor here." in Page(found, Words("en")).text()
    assert as_data(found)["value"] is None


def test_data_are_in_currency_units(found: Exchange) -> None:
    data = as_data(found)
    fee = next(each for each in data["trades"] if each["path"] == FEE)
    assert fee["amount"]["value"] == pytest.approx(20_000, abs=0.01)
    assert fee["cost"]["value"] == pytest.approx(20_000, abs=0.01)
    assert data["swaps"][0]["gain"]["value"] == pytest.approx(100, abs=0.01)
    assert data["yardstick"] == "contract.interest.rate"
