"""The reference deal without arrays: a loop over trials, a loop over cases, numbers from ``random``."""

from __future__ import annotations

import math
import random

CASES, OUTLAY, TRIGGER, RATE = 375, 1_797_500.0, 1_200_000.0, 0.04
SPREAD = math.sqrt(math.log(1 + 0.8**2))
STARTS = [month for month in range(1, 25) for _ in range(16 if month <= 15 else 15)]


def simulate(n_trials: int, seed: int = 1) -> dict[str, list[float]]:
    """One value a trial: receipts, whether repaid in full, IRR."""
    rng = random.Random(seed)
    found: dict[str, list[float]] = {"receipts": [], "repaid_in_full": [], "irr": []}
    for _ in range(n_trials):
        paid, is_repaid = settle(validated(rng))
        found["receipts"].append(sum(paid))
        found["repaid_in_full"].append(float(is_repaid))
        found["irr"].append(irr([-OUTLAY, *paid[1:]]))
    return found


def validated(rng: random.Random) -> list[float]:
    """What is validated on each quarterly date of one trial."""
    p = rng.betavariate(15.5, 10.5)
    shared = rng.betavariate(19 * p, 19 * (1 - p))
    by_date = [0.0] * 25
    for start in STARTS:
        if rng.random() < shared:
            saving = rng.lognormvariate(math.log(22_000) - SPREAD**2 / 2, SPREAD)
            delay = rng.randint(3, 9)
            if rng.random() >= 0.10:
                by_date[-(-(start + 11 + delay) // 3)] += round(saving * 0.62 * 0.90, 2)
    return by_date


def settle(by_date: list[float]) -> tuple[list[float], bool]:
    """Pay all that is validated, once the trigger is met, up to what is due; interest joins the base every year."""
    principal = base = OUTLAY
    accrued = total = 0.0
    paid = [0.0]
    for quarter in range(1, 25):
        accrued += base * RATE / 4
        if quarter % 4 == 0:
            base, accrued = base + accrued, 0.0
        total += by_date[quarter]
        owed = total - sum(paid) if total >= TRIGGER else 0.0
        paid.append(min(owed, base + accrued))
        to_interest = min(paid[-1], base - principal + accrued)
        to_principal = paid[-1] - to_interest
        from_base = min(to_interest, base - principal)
        accrued -= to_interest - from_base
        base -= from_base + to_principal
        principal -= to_principal
    return paid, base + accrued < 0.005


def irr(flows: list[float]) -> float:
    """Yearly rate at which quarterly flows are worth nothing, by bisection; -1 where nothing comes back."""
    if sum(flows) <= flows[0]:
        return -1.0
    low, high = -0.99, 1.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        if sum(flow / (1 + middle) ** quarter for quarter, flow in enumerate(flows)) > 0:
            low = middle
        else:
            high = middle
    return (1 + low) ** 4 - 1
