"""The bridge as it is drawn: bars that hang together, from claimed to validated."""

from __future__ import annotations

from itertools import pairwise

import pytest
from charts import DEALS, EN, run_of
from matplotlib.figure import Figure

from sib.views.bridge import draw_bridge, prepare_bridge
from sib.views.plots import draw


@pytest.mark.parametrize("deal", DEALS)
def test_the_bars_of_the_bridge_hang_together_and_end_at_validated(deal: str) -> None:
    run = run_of(deal)
    ax = draw_bridge(prepare_bridge(run), Figure().subplots(), say=EN)
    bars = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in ax.patches]
    assert bars[0] == (0, pytest.approx(run.value("accountant", "claimed", statistic="mean")))
    assert bars[-1] == (0, pytest.approx(run.value("accountant", "validated", statistic="mean")))
    for (_, end), (start, high) in pairwise([bars[0], *((high, low) for low, high in bars[1:-1])]):
        assert start == pytest.approx(end)
        assert high <= start
    last = bars[-2][0] if len(bars) > 2 else bars[0][1]
    assert last == pytest.approx(bars[-1][1], abs=1e-6)
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert len(labels) == len(bars) == len(ax.texts)
    assert not any("_" in label for label in labels)


def test_what_comes_too_late_is_said() -> None:
    """One payment date after a year; the saving of the other two years of 180 / 3 = 60 a year comes after it."""
    run = run_of("one payment, too late")
    assert prepare_bridge(run).late == pytest.approx(120)
    labels = [label.get_text().replace("\n", " ") for label in draw(run, "bridge").axes[0].get_yticklabels()]
    assert labels[-1] == "validated, of which €120 too late to pay"
