"""One assumption at a time: bars are plain runs, paired errors, order, what does nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import sib
from sib.analysis.sensitivity import Plan, Tornado, n_deals, tornado
from sib.deal.rangefile import ranges
from sib.deal.reader import read
from sib.engine import Effort

REFERENCE = "zwarte-zwanen"
SEGMENT = "programme.segments.multi-problem households"
RATE, REVIEW = "contract.interest.rate", "accountant.review.wrong_rejection"
FEW = Plan(trials=300, seed=4)


@pytest.fixture(scope="module")
def found() -> Tornado:
    reading = read(REFERENCE)
    return tornado(reading, ranges(reading, given={RATE: (0.02, 0.06)}), plan=FEW)


def test_a_bar_is_two_plain_runs(found: Tornado) -> None:
    ends = {one.name: one for one in found.ranges.inputs}
    plain = sib.simulate(sib.load(REFERENCE), 300, seed=4)
    for name in (RATE, f"{SEGMENT}.success.successes", "payers.Wmo.cashable.direct"):
        one = ends[name]
        low, high = (sib.simulate(sib.load(REFERENCE, set=one.terms(end)), 300, seed=4) for end in (one.low, one.high))
        for panel in found.panels:
            by_what = [{(row.party, row.measure, row.statistic): row for row in run.rows}[panel.what]
                       for run in (low, plain, high)]
            bar = next(bar for bar in panel.bars if bar.input == one)
            assert [bar.low, panel.now, bar.high] == by_what


def test_a_swing_is_the_paired_difference(found: Tornado) -> None:
    one = next(one for one in found.ranges.inputs if one.name == REVIEW)
    low, high = (sib.simulate(sib.load(REFERENCE, set=one.terms(end)), 300, seed=4) for end in (one.low, one.high))
    apart = (high.simulation.trials["municipality.outcome_payments"]
             - low.simulation.trials["municipality.outcome_payments"]) / 100
    panel = next(panel for panel in found.panels if panel.what[1] == "outcome_payments")
    bar = next(bar for bar in panel.bars if bar.input == one)
    assert bar.low.value > panel.now.value > bar.high.value  # who rejects more pays less
    assert bar.swing.value == pytest.approx(-apart.mean(), rel=1e-12)
    assert bar.swing.standard_error == pytest.approx(apart.std(ddof=1) / np.sqrt(300), rel=1e-9)
    unpaired = np.hypot(bar.low.standard_error or 0, bar.high.standard_error or 0)
    assert (bar.swing.standard_error or 0) < unpaired


def test_bars_are_in_order_and_what_does_nothing_is_exactly_nothing(found: Tornado) -> None:
    for panel in found.panels:
        swings = [bar.swing.value for bar in panel.bars]
        assert swings == sorted(swings, reverse=True)
        idle = [bar.input.name for bar in panel.bars if bar.swing.value == 0]
        assert idle == sorted(idle)
        for bar in panel.bars:
            values = (bar.low.value, panel.now.value, bar.high.value)
            assert bar.swing.value == pytest.approx(max(values) - min(values), rel=1e-9, abs=1e-12)
    irr = next(panel for panel in found.panels if panel.what[1] == "irr")
    idle = {bar.input.name for bar in irr.bars if bar.swing.value == 0 and bar.swing.standard_error == 0}
    assert {"payers.Wmo.cashable.direct", f"{SEGMENT}.deadweight"} <= idle  # the contract counts neither


def test_the_order_of_inputs_never_matters(found: Tornado) -> None:
    turned = replace(found.ranges, inputs=found.ranges.inputs[::-1])
    again = tornado(read(REFERENCE), turned, plan=FEW, effort=Effort(2))
    assert again.panels == found.panels


def test_a_deal_without_its_file_gives_the_same(found: Tornado) -> None:
    assert tornado(sib.load(REFERENCE), found.ranges, plan=FEW).panels == found.panels


def test_figures_are_means_and_chances() -> None:
    reading = read(REFERENCE)
    known = ranges(reading)
    plan = Plan(("payer.Wmo.net_cash", "investor.moic"), 10)
    assert [panel.what for panel in tornado(reading, known, plan=plan).panels] == [
        ("payer.Wmo", "net_cash", "mean"), ("investor", "moic", "mean")]
    with pytest.raises(KeyError, match="neither a mean nor a chance"):
        tornado(reading, known, plan=Plan(("investor.irr.p05",), 10))
    with pytest.raises(KeyError, match="no figure"):
        tornado(reading, known, plan=Plan(("investor.joy",), 10))


def test_nothing_is_refused() -> None:
    reading = read("worked-example")
    assert n_deals(ranges(reading)) == 1
    with pytest.raises(sib.RefusedError, match="no number of this deal has a range"):
        tornado(reading, ranges(reading), plan=FEW)


def test_the_frame_has_the_same_numbers(found: Tornado) -> None:
    frame = sib.sensitivity(sib.load(REFERENCE), {RATE: (0.02, 0.06)}, trials=300, seed=4)
    rows = [(bar.input.name, bar.low.value, panel.now.value, bar.high.value, bar.swing.value)
            for panel in found.panels for bar in panel.bars]
    assert list(frame[["input", "low", "now", "high", "swing"]].itertuples(index=False, name=None)) == rows
