"""Social impact bonds, simulated: what the investor and the municipality each stand to get and to lose.

The public names are loaded when they are first used, so that ``import sib`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sib.analysis.design import Choice, designs
    from sib.analysis.luck import luck
    from sib.bargaining import evidence, sensitivity, solve, sweep
    from sib.calibrating import calibrate
    from sib.deal.reader import packaged
    from sib.deal.scenario import Scenario
    from sib.earlier import diff
    from sib.errors import OutputError, RefusedError, ScenarioError, SibError
    from sib.frames import budgets, compare
    from sib.memory import keep_memory
    from sib.negotiating import concessions, negotiate
    from sib.results import Row
    from sib.run import Run, load, payoff, simulate
    from sib.stressing import stress

__version__ = "0.1.0"

__all__ = [
    "Choice", "OutputError", "RefusedError", "Row", "Run", "Scenario", "ScenarioError", "SibError", "__version__",
    "budgets", "calibrate", "compare", "concessions", "designs", "diff", "evidence", "keep_memory", "load", "luck",
    "negotiate", "packaged", "payoff", "sensitivity", "simulate", "solve", "stress", "sweep",
]

_ROOMS = {
    "load": "run", "payoff": "run", "simulate": "run", "Run": "run", "Row": "results", "packaged": "deal.reader",
    "Scenario": "deal.scenario", "SibError": "errors", "ScenarioError": "errors", "RefusedError": "errors",
    "OutputError": "errors", "Choice": "analysis.design", "designs": "analysis.design", "luck": "analysis.luck",
    "budgets": "frames", "compare": "frames", "calibrate": "calibrating", "keep_memory": "memory",
    "stress": "stressing", "diff": "earlier", "concessions": "negotiating", "negotiate": "negotiating",
    "evidence": "bargaining", "sensitivity": "bargaining", "solve": "bargaining", "sweep": "bargaining",
}


def __getattr__(name: str) -> object:
    if name not in _ROOMS:
        raise AttributeError(f"module 'sib' has no attribute {name!r}")
    value: object = getattr(import_module(f"sib.{_ROOMS[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
