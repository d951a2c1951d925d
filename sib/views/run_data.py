"""A simulation as plain data, for ``--json``: needs no tables and no words.

In come a simulation and its summary, out goes a dict. Nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sib.engine import Simulation
from sib.results import Row


def as_data(simulation: Simulation, rows: Sequence[Row]) -> dict[str, Any]:
    """Return a simulation as plain data."""
    names = [field.name for field in fields(Row)]
    return {
        "seed": simulation.seed, "draws": simulation.source.scheme, "trials": simulation.n_trials, "method": "mc",
        "currency": simulation.deal.currency,
        "measures": [{name: getattr(row, name) for name in names} for row in rows],
        "checks": {"passed": len(simulation.checks), "failed": 0},
    }
