"""The reference deal with a published Monte Carlo package: squigglepy draws, and the terms are plain Python.

The package names distributions as people do and samples whole arrays of one, so the cases of a trial are drawn
together. What happens between the draws is the plain loop's.
"""

from __future__ import annotations

import numpy as np
import squigglepy as sq
from plain_python import CASES, OUTLAY, STARTS, irr, settle

ENDS = np.array(STARTS) + 11
AMOUNT = sq.lognorm(lognorm_mean=22_000, lognorm_sd=0.8 * 22_000)
ANY = sq.uniform(0, 1)


def simulate(n_trials: int, seed: int = 1) -> dict[str, list[float]]:
    """One value a trial: receipts, whether repaid in full, IRR."""
    sq.set_seed(seed)
    found: dict[str, list[float]] = {"receipts": [], "repaid_in_full": [], "irr": []}
    for _ in range(n_trials):
        paid, is_repaid = settle(validated())
        found["receipts"].append(sum(paid))
        found["repaid_in_full"].append(float(is_repaid))
        found["irr"].append(irr([-OUTLAY, *paid[1:]]))
    return found


def validated() -> list[float]:
    """What is validated on each quarterly date of one trial."""
    p = sq.sample(sq.beta(15.5, 10.5))
    shared = sq.sample(sq.beta(19 * p, 19 * (1 - p)))
    success, accepted = sq.sample(ANY, CASES) < shared, sq.sample(ANY, CASES) >= 0.10
    delay = np.floor(sq.sample(sq.uniform(3, 10), CASES)).astype(int)
    counted = np.round(sq.sample(AMOUNT, CASES) * 0.62 * 0.90, 2) * success * accepted
    by_date: list[float] = np.bincount(-(-(ENDS + delay) // 3), weights=counted, minlength=25).tolist()
    return by_date
