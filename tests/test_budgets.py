"""Rules between budgets are broken in ``test_consistency.py``; here is what they leave alone."""

from __future__ import annotations

from one_block import household, plain_deal

from sib.deal.budgets import BUDGETS
from sib.deal.consistency import RULES


def test_every_rule_is_run_with_the_others() -> None:
    assert set(BUDGETS) <= set(RULES)


def test_all_of_a_saving_may_come_back_elsewhere_but_no_more() -> None:
    payers = {"Wmo": {"party": "municipality", "waterbed": {"Zvw": 0.4, "Wlz": 0.6}}, "Zvw": {"party": "insurer"},
              "Wlz": {"party": "care office"}}
    assert plain_deal(household(), payers=payers).payers["Wmo"].waterbed == {"Zvw": 0.4, "Wlz": 0.6}
    payers["Wmo"]["waterbed"] = {"Zvw": 0.5, "Wlz": 0.6}  # type: ignore[dict-item]
    try:
        plain_deal(household(), payers=payers)
    except AssertionError as error:
        assert "payers.Wmo.waterbed" in str(error) and "at most 1" in str(error)  # noqa: PT018, PT017
    else:
        raise AssertionError("more came back than was saved")
