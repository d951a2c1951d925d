"""What a control group is worth: by hand from the deal at each deadweight, and by what must hold."""

from __future__ import annotations

import numpy as np
import pytest

from sib.analysis.control import N_VALUES, Control, Question, control, middles
from sib.analysis.evidence import Asked
from sib.deal.reader import load, read
from sib.engine import simulate

SEGMENT = "multi-problem households"


@pytest.fixture(scope="module")
def found() -> Control:
    # At a hurdle of 2% the investor is near to going, so that whatever it learns of the chance of success counts.
    reading = read("zwarte-zwanen", settings={"measures.hurdle": 0.02})
    return control(reading, Question((0.0, 0.4), Asked((0, 10, 200)), trials=600))


def test_the_deal_is_tried_across_the_range(found: Control) -> None:
    assert [each.deadweight for each in found.values] == middles((0.0, 0.4)) == [0.04, 0.12, 0.2, 0.28, 0.36]
    again = simulate(load("zwarte-zwanen", settings={f"programme.segments.{SEGMENT}.deadweight": 0.28}), 600)
    assert found.values[3].values[1].value == pytest.approx(again.trials["municipality.net_cash"].mean() / 100)


def test_knowing_the_deadweight_is_worth_the_mean_of_the_best_less_the_best_of_the_mean(found: Control) -> None:
    for place, worth in enumerate(found.perfect):
        values = np.array([each.values[place].value for each in found.values])
        assert worth.worth.value == pytest.approx(np.maximum(values, 0).mean() - max(0.0, values.mean()), abs=1e-6)
        assert worth.goes == pytest.approx(np.mean(values >= 0))
    assert found.perfect[1].worth.value > 0


def test_a_group_is_worth_no_more_than_knowing_and_nobody_is_worth_nothing(found: Control) -> None:
    for place in range(2):
        worths = [each.worths[place].worth.value for each in found.groups]
        assert worths[0] == 0.0
        assert all(0 <= worth <= found.perfect[place].worth.value for worth in worths)


def test_it_is_worth_nothing_to_a_party_that_deadweight_does_not_touch(found: Control) -> None:
    # The investor is paid on what is validated, whatever would have come anyway.
    assert len({each.values[0].value for each in found.values}) == 1
    assert [each.worths[0].worth.value for each in found.groups] == [0.0, 0.0, 0.0]


def test_without_common_luck_a_large_group_comes_near_to_knowing() -> None:
    certain = {"programme.dependence": {"kind": "independent"}, f"programme.segments.{SEGMENT}.success": 0.6}
    deal = load("zwarte-zwanen", settings=certain)
    found = control(deal, Question((0.0, 0.4), Asked((5_000,)), trials=256))
    assert found.groups[0].worths[1].worth.value == pytest.approx(found.perfect[1].worth.value, rel=0.01)
    assert len(found.values) == N_VALUES
