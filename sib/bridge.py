"""The way from what is claimed to what is validated, as rows of a summary: one measure a step.

In comes a simulation, out go rows in the order in which the steps apply. What a step takes off is the
accountant's; this room only lists it.
"""

from __future__ import annotations

from sib.accountant.counting import RULES
from sib.engine import Simulation
from sib.measures.risk import Batches
from sib.results import Measure, Row, Summary

STEP = "bridge."
REASONS = (
    "missing_evidence", "invalid", "overstated", "wrongly_rejected", "wrongly_adjusted", "appeal", "challenge",
    "extrapolated",
)
"""After the counting rules: what the reviewer finds in a file, what disputes change, what a sample says of the rest."""


def bridge_rows(simulation: Simulation, batches: Batches | None = None) -> list[Row]:
    """Return mean, standard deviation and quantiles of what each step takes off; parameters as for ``Summary``.

    Returns
    -------
    list of Row
        Party ``accountant``, measure ``bridge.STEP``, in currency units; counting rules first, then ``REASONS``, both
        in their order.
    """
    summary = Summary(simulation, batches)
    order = [f"{STEP}{name}" for name in (*RULES, *REASONS)]
    steps = sorted((key for key in simulation.trials if key.startswith(STEP)), key=order.index)
    return [row for key in steps for row in summary.spread(Measure("accountant", key, key, "money"))]
