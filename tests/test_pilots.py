"""What a pilot would show: the chance that each trial holds, and the dependence that the deal has."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

from sib.chance.draws import BLOCK, Stream
from sib.chance.successes import every_number, independent, shared_chance, shared_factor
from sib.deal.reader import load
from sib.programme.outcomes import factors, parameters
from sib.programme.pilots import chances, shown

SEGMENT = "multi-problem households"


def test_chances_are_those_that_the_trials_have() -> None:
    deal = load("zwarte-zwanen", settings={"programme.dependence": {"kind": "independent"}})
    found = chances(deal, 3, segment=SEGMENT, n_trials=300)
    drawn = [factors(deal, Stream(3, block)).chance[0] for block in range(2)]
    assert np.array_equal(found, np.concatenate(drawn)[:300])
    # A beta by Jeffreys' prior from 15 of 25, stratified over each block.
    assert found[:BLOCK].mean() == pytest.approx(15.5 / 26, abs=0.002)


def test_what_cases_have_in_common_leaves_the_unknown_chance_as_it_is() -> None:
    deal = load("zwarte-zwanen")
    alone = load("zwarte-zwanen", settings={"programme.dependence": {"kind": "independent"}})
    assert np.array_equal(parameters(deal, Stream(1, 0)), parameters(alone, Stream(1, 0)))


@pytest.mark.parametrize(
    ("terms", "pmf"),
    [
        ({"kind": "independent"}, independent),
        ({"kind": "beta_binomial", "icc": 0.05}, partial(shared_chance, icc=0.05)),
        ({"kind": "gaussian_factor", "weight": 0.1}, partial(shared_factor, weight=0.1)),
        ({"kind": "gaussian_factor", "causes": {"economy": {SEGMENT: 0.1}, "team": {SEGMENT: 0.2}}},
         partial(shared_factor, weight=0.1 + 0.2)),
    ],
)
def test_cases_of_a_pilot_depend_on_each_other_as_those_of_the_deal(terms: dict[str, Any], pmf: Any) -> None:
    deal, p = load("zwarte-zwanen", settings={"programme.dependence": terms}), np.array([0.3, 0.6])
    found = np.concatenate(list(shown(deal, deal.segments[0], n_cases=9, p=p)))
    assert np.array_equal(found, np.concatenate(list(every_number(pmf, 9, p=p))))
