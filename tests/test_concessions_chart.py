"""The chart of concessions: bars as long as the costs worked by hand, in two languages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from table_deal import table_deal

from sib.analysis.concessions import Ask, exchange
from sib.views.concessions_chart import draw_concessions

FEE, LIMIT = "contract.payments.fee.amount", "contract.guarantees.guarantor.limit"


@pytest.mark.parametrize(
    ("lang", "title"),
    [
        ("en", "What each term costs where it is worth as much to the investor as +1% on"),
        ("nl", "Wat elke voorwaarde kost waar die de investeerder evenveel waard is als +1% op"),
    ],
)
def test_bars_are_the_costs_worked_by_hand(lang: Any, title: str, tmp_path: Path) -> None:
    found = exchange(table_deal(tmp_path), Ask((FEE, LIMIT), cost="municipality.net_cash"), trials=30)
    figure = draw_concessions(found, lang=lang)
    assert figure is not None
    (ax,) = figure.axes
    # a point costs 20,800 after two years, as much as 20,000 after one; a guarantor pays nothing of either
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([20_800, 20_000, 0, 0], abs=0.05)
    assert ax.get_title(loc="left").replace("\n", " ") == f"{title} contract.interest.rate"


def test_where_nothing_can_be_traded_there_is_no_chart(tmp_path: Path) -> None:
    assert draw_concessions(exchange(table_deal(tmp_path), Ask((LIMIT,), worth="programme.cost"), trials=2)) is None
