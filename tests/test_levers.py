"""Levers: which numbers of a contract can be conceded, and how far each is moved."""

from __future__ import annotations

from pathlib import Path

import pytest
from table_deal import table_deal

import sib
from sib.analysis.levers import negotiable, step_of, unit_of
from sib.deal.number import number_at
from sib.deal.vary import base_of
from sib.errors import ScenarioError


def test_prices_and_limits_are_levers_and_sizes_are_not(tmp_path: Path) -> None:
    # not the commitment, nor the months in which a line pays, nor shares that must add up
    assert set(negotiable(base_of(table_deal(tmp_path)))) == {
        "contract.interest.rate", "contract.caps.total", "contract.guarantees.guarantor.limit",
        "contract.payments.repayment.share", "contract.payments.fee.amount", "timeline.maturity",
    }


@pytest.mark.parametrize("name", sorted(sib.packaged()))
def test_every_lever_of_every_packaged_deal_can_be_reached(name: str) -> None:
    base = base_of(sib.load(name))
    for path in negotiable(base):
        number = number_at(base.term(path))
        assert step_of(number, sib.load(name)) > 0


@pytest.mark.parametrize(
    ("path", "step", "unit"),
    [
        ("contract.interest.rate", 0.005, 0.01),  # a point, moved by half of one
        ("contract.payments.repayment.share", 0.05, 0.01),
        ("contract.caps.total", 95_000, 95_000),  # a twentieth
        ("timeline.maturity", 1, 1),
    ],
)
def test_steps_follow_the_kind_of_number(path: str, step: float, unit: float, tmp_path: Path) -> None:
    deal = table_deal(tmp_path)
    number = number_at(base_of(deal).term(path))
    assert step_of(number, deal) == pytest.approx(step)
    assert unit_of(number, deal) == pytest.approx(unit)


def test_maturity_moves_by_the_time_between_payments() -> None:
    deal = sib.load("zwarte-zwanen")
    assert step_of(number_at(base_of(deal).term("timeline.maturity")), deal) == 3


def test_a_misspelt_path_is_told_with_the_right_one() -> None:
    with pytest.raises(ScenarioError, match="did you mean 'rate'"):
        base_of(sib.load("zwarte-zwanen")).term("contract.interest.rte")
