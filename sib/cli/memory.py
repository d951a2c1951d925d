"""Memory that is freed and wanted again at once: kept, where the C library can be asked to; nothing is sought in vain.

A simulation frees and takes the same megabytes again and again, a sweep all the more. The C library of Linux gives
them back to the system each time, which costs a fifth of a run and two fifths of a sweep; here it is asked not to. It
changes no number. Neither does the other thing: modules stay until the end, so while they load, Python need not look
among them for what could be freed, nor when it ends.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

MMAP_THRESHOLD, TRIM_THRESHOLD, TOP_PAD = -3, -1, -2
"""Settings of ``mallopt`` in glibc."""
MEBIBYTE = 2**20
KEPT = ((MMAP_THRESHOLD, 32 * MEBIBYTE), (TRIM_THRESHOLD, 512 * MEBIBYTE), (TOP_PAD, 64 * MEBIBYTE))
"""Arrays up to the first size are taken from memory that is kept, up to the second; it grows by the third."""


def keep_memory() -> bool:
    """Ask the C library to keep what is freed; return whether it could be asked."""
    import ctypes

    try:
        settle = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        return False
    taken = [settle(setting, size) for setting, size in KEPT]
    return all(taken)


@contextmanager
def loading() -> Iterator[None]:
    """Load modules without looking for garbage among them, then or later; a tenth of a short run went into that."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()
