"""Processes that share long work: a pool of them, that leaves signals to whoever started it.

In comes a number, out goes an executor of ``concurrent.futures``. What is sent to it must be data and functions of
modules; no result depends on it.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

from sib.memory import keep_memory


@contextmanager
def processes(number: int) -> Iterator[Executor]:
    """Lend so many processes, each of them new: what this one holds in memory, locks and threads is not copied.

    Work that has begun is finished before they end; what waits is given up where the lender is interrupted.
    """
    pool = ProcessPoolExecutor(number, mp_context=get_context("spawn"), initializer=begin)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def begin() -> None:
    """Ready a process for its work: Ctrl-C is for the one that started it, and memory that is freed is kept."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keep_memory()
