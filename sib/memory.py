"""What a command asks of the machine, so that it starts and works sooner; none of it changes a number.

Memory that is freed and wanted again at once is kept, where the C library can be asked to: a simulation frees and takes
the same megabytes again and again, a sweep all the more. The C library of Linux gives them back to the system each
time, which costs a fifth of a run and two fifths of a sweep. Modules stay until the end, so Python need not look among
them for what could be freed. And of NumPy's linear algebra no threads are wanted: at the start they wait for work
in a loop, and the matrices here are too small for them.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager

MMAP_THRESHOLD, TRIM_THRESHOLD, TOP_PAD = -3, -1, -2
"""Settings of ``mallopt`` in glibc."""
MEBIBYTE = 2**20
KEPT = ((MMAP_THRESHOLD, 32 * MEBIBYTE), (TRIM_THRESHOLD, 512 * MEBIBYTE), (TOP_PAD, 64 * MEBIBYTE))
"""Arrays up to the first size are taken from memory that is kept, up to the second; it grows by the third."""
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "1")
"""What NumPy's linear algebra reads when it is loaded; whoever has set it is heeded."""


def keep_memory() -> bool:
    """Ask the C library to keep what is freed, for the rest of the process, and return whether it could be asked.

    The command asks by itself. In a notebook or a program it is for you to say, since it goes for all that runs there.
    """
    import ctypes

    try:
        settle = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        return False
    taken = [settle(setting, size) for setting, size in KEPT]
    return all(taken)


@contextmanager
def loading() -> Iterator[None]:
    """Load modules without threads that nobody needs, and without looking for garbage among them, then or later.

    A fifth of a short run went into that.
    """
    os.environ.setdefault(*ONE_THREAD)
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()
