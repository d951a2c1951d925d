"""What fewer errors of the accountant are worth: paired differences, as a comparison of the two deals has them."""

from __future__ import annotations

import pytest

from sib.analysis.compare import compare
from sib.analysis.design import price_of_a_file
from sib.analysis.stricter import erring, stricter
from sib.deal.audit import Review
from sib.deal.reader import load
from sib.errors import RefusedError

NO_ERRORS = {"accountant.review.wrong_rejection": 0.0}


def test_gains_are_those_of_a_comparison_of_the_two_deals() -> None:
    deal = load("zwarte-zwanen")
    found = stricter(deal, 400)
    other = load("zwarte-zwanen", settings=NO_ERRORS)
    rows = {(row.party, row.measure): row for row in compare((deal, other), 400).differences[0]}
    assert [each.name for each in found.fewer] == ["half", "none"]
    for gain, key in zip(found.fewer[1].gains, (("investor", "npv"), ("municipality", "net_cash")), strict=True):
        assert gain.value == pytest.approx(rows[key].value)
        assert gain.standard_error == pytest.approx(rows[key].standard_error)


def test_a_gain_by_file_is_spread_over_the_files_that_are_opened() -> None:
    found = stricter(load("zwarte-zwanen"), 300)
    for each in found.fewer:
        assert [part * found.files.value for part in each.a_file] == pytest.approx([row.value for row in each.gains])
    assert found.price == price_of_a_file(load("zwarte-zwanen"))


def test_errors_are_taken_away_on_every_side() -> None:
    review = Review(wrong_rejection=0.1, wrong_adjustment=0.2, adjustment_share=0.5, invalid_detected=0.8)
    assert erring(review, 1.0) == review
    # Half of 10%, half of 20%; half of the 20% that is not found out. How deep a wrong cut goes stays.
    assert erring(review, 0.5) == Review(wrong_rejection=0.05, wrong_adjustment=0.1, adjustment_share=0.5,
                                         invalid_detected=0.9)
    assert erring(review, 0.0) == Review(adjustment_share=0.5)


@pytest.mark.parametrize("deal", [load("zwarte-zwanen", settings=NO_ERRORS), load("peterborough")])
def test_without_errors_there_is_nothing_to_gain(deal: object) -> None:
    with pytest.raises(RefusedError, match=r"accountant\.review has no error to take away"):
        stricter(deal, 10)  # type: ignore[arg-type]
