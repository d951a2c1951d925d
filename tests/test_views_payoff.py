"""The tables of a payoff: every figure is one of its points, in both languages."""

from __future__ import annotations

import re

import pytest
from charts import nasty

from sib.deal.reader import load, packaged
from sib.payout import payoff
from sib.views.payoff import Table, as_data
from sib.views.words import Words


def text_of(name: str, lang: str = "en", **values: list[float]) -> str:
    deal = load(name)
    found = payoff(deal, values)
    return Table(deal, found, words=Words("nl" if lang == "nl" else "en")).text(is_expected=not values)


def test_cents_are_shown_where_there_are_cents() -> None:
    text = text_of("worked-example", validated_savings=[60, 180])
    rows = [line.split() for line in text.splitlines() if line.split()[:1] in (["60"], ["180"])]
    assert rows == [
        ["60", "60.00", "60.00", "-21.76%", "-40.00", "-60.00"],
        ["180", "105.76", "105.76", "4.00%", "5.76", "-105.76"],
    ]


def test_one_point_is_a_list() -> None:
    lines = text_of("worked-example", validated_savings=[180]).splitlines()
    assert "  validated_savings      180" in lines
    assert "  paid                105.76" in lines


def test_lines_and_tranches_have_tables_where_there_are_several() -> None:
    text = text_of("dc-water", runoff_reduction=[10, 45])
    assert "By payment line" in text
    assert "-3,300,000" in text
    assert "By payment line" not in text_of("worked-example", validated_savings=[10, 45])
    assert "Wat elke tranche ontvangt" not in text_of("dc-water", "nl", runoff_reduction=[10, 45])


def test_dutch_speaks_dutch() -> None:
    text = text_of("worked-example", "nl", validated_share=[0.5, 1])
    assert "0,5" in text
    assert "105,76" in text
    assert "gemeente netto" in text


@pytest.mark.parametrize("name", packaged())
def test_every_packaged_deal_has_an_expected_point(name: str) -> None:
    for lang in ("en", "nl"):
        text = text_of(name, lang)
        assert all(metric in text for metric in load(name).metrics)
        assert not re.search(r"\bnan\b", text)


def test_names_cannot_break_a_table() -> None:
    deal = nasty()
    text = Table(deal, payoff(deal, {"validated_savings": [0, 180]}), words=Words("en")).text()
    assert max(map(len, text.splitlines())) < 250


def test_plain_data_has_the_guarantees_together() -> None:
    [point] = payoff(load("worked-example"), {})
    told = as_data(point)
    assert told["guarantor"] == {"paid": 0.0}
    assert told["tranches"]["investor"] == told["investor"]
