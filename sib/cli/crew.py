"""Processes for long work: how many are wanted, and what is said when one of them is lost."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor
from contextlib import contextmanager

import click

from sib.cli.options import whole_number
from sib.deal.scenario import Scenario
from sib.engine import Effort, check_size
from sib.errors import RefusedError
from sib.processes import processes

LONG = 500_000
"""Trials in all from which on many deals go to processes: some five seconds of one processor."""

workers = click.option("--workers", metavar="N", type=whole_number(1, 512), default=None,
                       help="Processes; for long work one a processor unless said. Changes no number.")


@contextmanager
def shared(workers: int | None, trials: int, *, long: int = LONG) -> Iterator[Executor | None]:
    """Lend processes where several are wanted, or the work is long; nothing else, since to start them takes a second.

    Raises
    ------
    RefusedError
        When a process was killed.
    """
    number = workers or ((os.cpu_count() or 1) if trials >= long else 1)
    if number == 1:
        yield None
        return
    with processes(number) as executor:
        try:
            yield executor
        except BrokenExecutor:
            raise RefusedError(
                f"one of {number} processes was ended from outside, most often for want of memory; try --workers 1"
            ) from None


def refuse_without_room(deal: Scenario, trials: int, *, effort: Effort) -> None:
    """Refuse as many trials of a deal, and of the next one, as would not fit where every process holds them.

    Raises
    ------
    RefusedError
        Says the largest number of trials that fits.
    """
    if effort.executor is not None:
        check_size(deal, trials, keep_flows=False, n_workers=effort.n_workers, n_deals=2 * effort.n_workers)
