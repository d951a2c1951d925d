"""How many trials each way of drawing saves: ``.venv/bin/python tests/benchmarks/variance.py`` (some minutes).

For each deal and figure the variance of a block's mean under independent draws, that is the variance of a trial over
256, is divided by the variance of the means of 400 blocks under each way of drawing: so many times fewer trials give
the same error. The last column has the means of stratified trials after the correction of ``--method control``. Each
ratio is known to some 7%. Nothing here fails; ``tests/test_statistics.py`` holds lower bounds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sib.arrays import Array, Floats
from sib.chance.draws import BLOCK, SCHEMES, USUAL, Source
from sib.deal.reader import load
from sib.deal.scenario import Scenario
from sib.engine import Simulation, simulate
from sib.errors import RefusedError
from sib.exact.controls import control
from sib.measures.controls import Known
from sib.measures.risk import value_at_risk

BLOCKS = 400
FACTOR = {"programme.dependence.kind": "gaussian_factor", "programme.dependence.weight": 0.1}
DEALS: dict[str, Callable[[], Scenario]] = {
    "reference deal": lambda: load("zwarte-zwanen"),
    "the same, one factor for all": lambda: load("zwarte-zwanen", settings=FACTOR),
    "peterborough (effect)": lambda: load("peterborough"),
}


def loss(trials: dict[str, Array]) -> Floats:
    """What the investor loses."""
    return np.asarray(trials["investor.outlay"] - trials["investor.receipts"], dtype=np.float64)


def tail(trials: dict[str, Array]) -> Floats:
    """What is lost beyond the value at risk: its mean makes expected shortfall."""
    return np.maximum(loss(trials) - value_at_risk(loss(trials), 0.95).value, 0.0)


FIGURES: dict[str, Callable[[dict[str, Array]], Any]] = {
    "chance of repayment in full": lambda trials: trials["investor.repaid_in_full"],
    "receipts of the investor": lambda trials: trials["investor.receipts"],
    "mean IRR": lambda trials: np.nan_to_num(trials["investor.irr"]),
    "tail of the loss beyond VaR95": tail,
    "net cash of the outcome payer": lambda trials: trials["municipality.net_cash"],
}


def of_blocks(values: Floats) -> float:
    """Variance of the means of blocks."""
    return float(values.reshape(-1, BLOCK).mean(axis=1).var(ddof=1))


def known_of(run: Simulation) -> Known | None:
    """What is known of the trials of a run; None where nothing is."""
    try:
        return control(run).batches.known
    except RefusedError:
        return None


def shown(ratio: float | None) -> str:
    return "–" if ratio is None else f"{ratio:.1f}"


def main() -> None:
    names = [name for name in SCHEMES if name != "independent"]
    print(f"| deal | figure | {' | '.join(names)} | stratified, `--method control` |")
    print(f"|---|---|{'--:|' * (len(names) + 1)}")
    for called, read in DEALS.items():
        deal = read()
        runs = {scheme: simulate(deal, BLOCKS * BLOCK, seed=Source(1, scheme)) for scheme in SCHEMES}
        known = known_of(runs[USUAL])
        for figure, made in FIGURES.items():
            values = {scheme: np.asarray(made(run.trials), dtype=np.float64) for scheme, run in runs.items()}
            alone = values["independent"].var(ddof=1) / BLOCK
            if alone == 0:
                continue
            gains: list[float | None] = [alone / of_blocks(values[scheme]) for scheme in names]
            mine = values[USUAL]
            gains.append(None if known is None else alone / of_blocks(known.correct(mine - mine.mean())[1]))
            print(f"| {called} | {figure} | {' | '.join(map(shown, gains))} |", flush=True)


if __name__ == "__main__":
    main()
