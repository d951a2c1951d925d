"""Files that people hand in, as text: regular files, not too large, UTF-8.

In comes a path, out goes its text, or what is wrong with the file and how to mend it. What the text says is looked at
elsewhere.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from sib.errors import Problem, ScenarioError


def content_of(path: Path, shown: str, *, largest: int, meant: str) -> bytes:
    """Return the bytes of a regular file.

    Parameters
    ----------
    path : Path
    shown : str
        The file as the user named it.
    largest : int
        Most bytes that are read.
    meant : str
        What kind of file is meant, such as ``a CSV file is meant``.

    Raises
    ------
    ScenarioError
        When it is no regular file, too large or cannot be read.
    """
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            raise refused(shown, f"is no regular file; {meant}")
        if status.st_size > largest:
            raise refused(shown, f"has {status.st_size:,} bytes; the largest that is read has {largest:,}")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise refused(shown, f"cannot be read: {getattr(error, 'strerror', None) or error}") from None


def decoded(content: bytes, shown: str, *, save_as: str) -> str:
    """Return the text of a file in UTF-8, with or without a mark in front.

    Parameters
    ----------
    content : bytes
    shown : str
        The file as the user named it.
    save_as : str
        What to save the file as, such as ``CSV UTF-8``.

    Raises
    ------
    ScenarioError
        When it is in another encoding; says at which byte.
    """
    try:
        return content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = f"byte 0x{content[error.start]:02x} at offset {error.start:,}"
        raise ScenarioError([Problem(shown, line, "", f"is not UTF-8: {found}; save the file as {save_as}")]) from None


def refused(shown: str, message: str) -> ScenarioError:
    """Return the error of a file that is refused as a whole."""
    return ScenarioError([Problem(shown, None, "", message)])
