"""The reference deal as one would write it in an afternoon: whole arrays of trials by cases, in floating euros.

It leaves out much of what the engine does (whole cents, books that are checked, the bridge, what was earned without
errors, days of the calendar) and keeps what decides the figures, so that its figures are the engine's within chance.
"""

from __future__ import annotations

import numpy as np
import numpy_financial as npf

CASES, OUTLAY, TRIGGER, RATE = 375, 1_797_500.0, 1_200_000.0, 0.04
LAWS = {"Wmo": 0.28, "Jeugdwet": 0.34, "Participatiewet": 0.22, "Wgs": 0.06, "Zvw": 0.07, "Wlz": 0.03}
COUNTED = 0.62 * 0.90
LEVELS = (0.01, 0.05, 0.10, 0.25, 0.50, 0.75, 0.80, 0.90, 0.95, 0.99)


def simulate(n_trials: int, seed: int = 1) -> dict[str, np.ndarray]:
    """One value a trial: receipts, whether repaid in full, IRR, net cash; and the quantiles of each."""
    rng = np.random.default_rng(seed)
    p = rng.beta(15.5, 10.5, n_trials)
    shared = rng.beta(19 * p, 19 * (1 - p))
    success = rng.random((n_trials, CASES)) < shared[:, np.newaxis]
    spread = np.sqrt(np.log(1 + 0.8**2))
    saving = success * rng.lognormal(np.log(22_000) - spread**2 / 2, spread, (n_trials, CASES))
    accepted = rng.random((n_trials, CASES)) >= 0.10
    delay = rng.integers(3, 10, (n_trials, CASES))
    start = np.repeat(np.arange(1, 25), [16] * 15 + [15] * 9)
    date = -(-(start + 11 + delay) // 3)
    counted = np.round(saving * COUNTED, 2) * accepted
    validated = np.stack([(counted * (date == quarter)).sum(axis=1) for quarter in range(25)], axis=1)
    paid, repaid = settle(validated)
    flows = paid.copy()
    flows[:, 0] -= OUTLAY
    true = 0.9 * saving.sum(axis=1)
    by_law = {law: true * share for law, share in LAWS.items()}
    own = sum(by_law[law] for law in list(LAWS)[:4])
    found = {
        "receipts": paid.sum(axis=1),
        "repaid_in_full": repaid.astype(float),
        "irr": np.array([(1 + npf.irr(flow)) ** 4 - 1 if flow.sum() > -OUTLAY else -1.0 for flow in flows]),
        "net_cash": 0.9 * 0.62 * own - paid.sum(axis=1),
    }
    return found | {f"{name} quantiles": np.quantile(values, LEVELS) for name, values in found.items()}


def settle(validated: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pay all that is validated, once the trigger is met, up to what is due; interest joins the base every year."""
    n_trials, n_dates = validated.shape
    principal, base, accrued = np.full(n_trials, OUTLAY), np.full(n_trials, OUTLAY), np.zeros(n_trials)
    paid = np.zeros((n_trials, n_dates))
    for quarter in range(1, n_dates):
        accrued += base * RATE / 4
        if quarter % 4 == 0:
            base, accrued = base + accrued, np.zeros(n_trials)
        total = validated[:, : quarter + 1].sum(axis=1)
        owed = (total - paid.sum(axis=1)) * (total >= TRIGGER)
        paid[:, quarter] = np.minimum(owed, base + accrued)
        to_interest = np.minimum(paid[:, quarter], base - principal + accrued)
        to_principal = paid[:, quarter] - to_interest
        from_base = np.minimum(to_interest, base - principal)
        accrued -= to_interest - from_base
        base -= from_base + to_principal
        principal -= to_principal
    return paid, base + accrued < 0.005
