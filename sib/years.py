"""What falls in each fiscal year: on every budget, with every party, for the work.

In comes a ``Chapter``, out go amounts by fiscal year and trial, by name. They are kept where somebody asks which budget
pays and which gains, in which year, and under which way to pay for the work.
"""

from __future__ import annotations

import numpy as np

from sib.arrays import Cents
from sib.chapter import Chapter
from sib.deal.parties import WORKERS
from sib.ledger import paid_for_work, parties

KINDS = ("direct", "real", "cashable", "validated", "payments")
"""What is known of each law, by fiscal year."""


def by_year(chapter: Chapter) -> dict[str, Cents]:
    """Return what falls in each fiscal year, shape (n_years, n_trials), in cents.

    Of each law ``law.NAME.KIND``; ``cash.ROLE``, what a party received less what it paid; ``work.ROLE``, what of it
    was paid for work; ``cost.LINE`` of the budget; ``plans``, cases with a plan (a count) by the year of their start.
    """
    calendar, found = chapter.calendar, chapter.pockets
    years = {
        f"law.{law}.{kind}": calendar.in_years(getattr(found, kind)[law])
        for law in chapter.deal.payers
        for kind in KINDS
    }
    moved = {f"cash.{role}": chapter.cash[role] for role in parties(chapter.deal)}
    n_periods = calendar.n_periods
    moved |= {f"work.{role}": paid_for_work(chapter.book, role, n_periods=n_periods) for role in WORKERS}
    moved |= {f"cost.{line}": spent for line, spent in chapter.spending.by_line.items()}
    moved |= {"plans": chapter.plans}
    shape = (len(calendar.fiscal_years), chapter.shape[1])
    return years | {
        name: np.broadcast_to(calendar.in_years(calendar.in_windows(amounts)), shape) for name, amounts in moved.items()
    }
