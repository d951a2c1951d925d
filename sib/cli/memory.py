"""Memory that is freed and wanted again at once: kept, where the C library can be asked to.

Work on many variants frees and takes the same megabytes again and again. The C library of Linux gives them back to the
system each time, which costs two fifths of the work; here it is asked not to. It changes no number.
"""

from __future__ import annotations

import ctypes

MMAP_THRESHOLD, TRIM_THRESHOLD, TOP_PAD = -3, -1, -2
"""Settings of ``mallopt`` in glibc."""
MEBIBYTE = 2**20
KEPT = ((MMAP_THRESHOLD, 32 * MEBIBYTE), (TRIM_THRESHOLD, 512 * MEBIBYTE), (TOP_PAD, 64 * MEBIBYTE))
"""Arrays up to the first size are taken from memory that is kept, up to the second; it grows by the third."""


def keep_memory() -> bool:
    """Ask the C library to keep what is freed; return whether it could be asked."""
    try:
        settle = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        return False
    taken = [settle(setting, size) for setting, size in KEPT]
    return all(taken)
