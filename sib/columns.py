"""What files of rows have in common: which columns they may have, and amounts that are all written in one way.

In come rows as they were read, out go problems by line and column. Nothing is said of a column's name unless it reads
like a word, and of no cell at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from difflib import get_close_matches
from functools import lru_cache
from typing import get_args

from sib.amounts import NumberFormat, parse_amount
from sib.delimited import Rows
from sib.errors import Problem
from sib.privacy import looks_like

ALIKE = str.maketrans("23456789", "11111111")
"""Digits that make no difference to how an amount is written; a 0 may."""


def faults_of_columns(
    rows: Rows, columns: Mapping[str, str], *, needed: tuple[str, ...], things: str, line: int = 1,
) -> Iterator[Problem]:
    """Yield columns that name people, that nobody knows, and those that lack.

    Parameters
    ----------
    rows : Rows
    columns : mapping of str to str
        By name: what the column holds.
    needed : tuple of str
        Those that have to be there.
    things : str
        What the rows are, such as ``claims``.
    line : int
        The one that names the columns.
    """
    listed = ", ".join(columns)
    if not set(columns) & set(rows.names):
        yield Problem(rows.file, line, "", f"names none of the columns {listed}; the first line holds their names")
        return
    for place, name in enumerate(rows.names, start=1):
        if (what := looks_like(name)) is not None:
            yield Problem(rows.file, line, f"column {place}", f"looks like {what}; leave it out, {things} are read "
                                                              "without anything that names people")
        elif name not in columns:
            close = get_close_matches(name, columns, n=1)
            meant = f"did you mean {close[0]!r}?" if close else f"columns: {listed}; leave others out"
            yield Problem(rows.file, line, f"column {place}", f"{quoted(name)}is not known; {meant}")
    for name in needed:
        if name not in rows.names:
            yield Problem(rows.file, line, "", f"lacks the column {name!r}: {columns[name]}")


def quoted(name: str) -> str:
    """Return a column's name between quotation marks and a space; nothing where it reads unlike a name of a column.

    Examples
    --------
    >>> quoted("region"), quoted("ann@x.nl")
    ("'region' ", '')
    """
    return f"{name!r} " if re.fullmatch(r"[^\W\d][\w -]{0,29}", name) else ""


class Manner:
    """Watches that the amounts of one file are all English or all Dutch, where nobody said which."""

    def __init__(self) -> None:
        self._only: dict[str, tuple[int, str]] = {}

    def fault(self, cell: str, *, line: int, column: str) -> str | None:
        """Return what is wrong with an amount that could be read, beside the others; None if nothing is."""
        fits = _manners(cell.translate(ALIKE))
        if len(fits) > 1:
            return None
        other = next((known for known in self._only if known not in fits), None)
        self._only.setdefault(fits[0], (line, column))
        if other is None:
            return None
        first, where = self._only[other]
        return f"is written in another way than {where} on line {first}; write all amounts in one way"


@lru_cache(maxsize=4096)
def _manners(shape: str) -> tuple[str, ...]:
    """Return the ways of writing that an amount of this shape fits; one at least, since it could be read."""
    fits = []
    for lang in get_args(NumberFormat):
        with suppress(ValueError):
            parse_amount(shape, number_format=lang)
            fits.append(lang)
    return tuple(fits)


def in_options(message: str, option: str = "--numbers") -> str:
    """Return what is said of an amount in the words of the command line."""
    told = message.replace('declare number_format = "en" or "nl"', f"say which with {option} en or {option} nl")
    return told.replace("in number_format", f"with {option}")
