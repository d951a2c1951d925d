"""Claims from a CSV file: a key for each case, its book value, what the accountant found, whether there was evidence.

In comes a path, out go claims in the order of their keys and the digest that names this population; or every problem
that the file has. A key is text: ``007``, ``NA`` and twenty digits stay what they are. Nobody's name is read.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from sib.amounts import NumberFormat, parse_amount
from sib.arrays import EXACT, Bools, Cents, read_only
from sib.columns import Manner, faults_of_columns, in_options
from sib.delimited import Rows, read_rows, refuse
from sib.errors import Problem
from sib.privacy import suspicions

COLUMNS = {
    "case": "a key for the case, text",
    "book": "the amount claimed",
    "audited": "the amount that the accountant found; blank where the file was not opened",
    "evidence": "yes or no: whether there is evidence for what was claimed",
}
"""The columns of a file of claims; no others are read."""
ANSWERS = {"yes": True, "ja": True, "no": False, "nee": False}
LONGEST_KEY = 100


@dataclass(frozen=True, slots=True)
class Claims:
    """A population of claims, in the order of their keys.

    Parameters
    ----------
    file : str
        As the user named it.
    cases : tuple of str
        Keys, each once; sorted by the code points of their characters.
    lines : tuple of int
        Where each stands in the file.
    book : ndarray of float64 of shape (n_claims,)
        Cents.
    audited : ndarray of float64 of shape (n_claims,)
        Cents; NaN where nothing is filled in.
    has_evidence : ndarray of bool of shape (n_claims,)
        True also where the file does not say.
    states_evidence : bool
        Whether the file has a column for it.
    """

    file: str
    cases: tuple[str, ...]
    lines: tuple[int, ...]
    book: Cents
    audited: Cents
    has_evidence: Bools
    states_evidence: bool

    @property
    def digest(self) -> str:
        """SHA-256 of keys and book values: of the JSON list of ``[case, cents]``, in ASCII and without spaces."""
        listed = [[case, int(cents)] for case, cents in zip(self.cases, self.book, strict=True)]
        return sha256(json.dumps(listed, separators=(",", ":")).encode("ascii")).hexdigest()


def read_claims(path: str, *, number_format: NumberFormat | None = None, is_audited: bool = False) -> Claims:
    """Return the claims of a CSV file.

    Parameters
    ----------
    path : str
    number_format : {"en", "nl"}, optional
        How its amounts are written; where it is not given they must make sense in one way only, all in the same.
    is_audited : bool
        Whether the file must have a column ``audited``.

    Raises
    ------
    ScenarioError
        With every problem, by line and column; a message shows the cell it is about at most, and no cell of ``case``.
    """
    rows = read_rows(Path(path), path)
    needed = ("case", "book", "audited") if is_audited else ("case", "book")
    refuse([*faults_of_columns(rows, COLUMNS, needed=needed, things="claims")])
    reader = _Reader(rows, number_format)
    cases, book, audited = reader.keys(), reader.amounts("book"), reader.amounts("audited")
    has_evidence = reader.answers(audited)
    if not reader.problems and np.nansum(np.abs([*book, *audited])) >= EXACT:
        reader.problems.append(Problem(path, None, "", "has amounts that add up to more than can be counted in cents"))
    refuse(reader.problems)
    order = sorted(range(len(cases)), key=lambda place: cases[place])
    return Claims(
        path, tuple(cases[place] for place in order), tuple(rows.lines[place] for place in order),
        book=read_only(np.array(book, dtype=np.float64)[order]),
        audited=read_only(np.array(audited, dtype=np.float64)[order]),
        has_evidence=read_only(np.array(has_evidence, dtype=np.bool_)[order]),
        states_evidence="evidence" in rows.names,
    )


class _Reader:
    """Reads column by column, and keeps what is wrong."""

    def __init__(self, rows: Rows, number_format: NumberFormat | None) -> None:
        self.rows, self.number_format = rows, number_format
        self.problems: list[Problem] = []
        self.manner = Manner()

    def keys(self) -> tuple[str, ...]:
        """Return the keys, each there and there once, none of them somebody's number or name."""
        cells = self.rows.column("case")
        first: dict[str, int] = {}
        for place, (line, cell) in enumerate(zip(self.rows.lines, cells, strict=True)):
            if not cell:
                self._problem(place, "case", "is blank; every claim has a key")
            elif len(cell) > LONGEST_KEY or not cell.isprintable():
                self._problem(place, "case", f"is no key: it is longer than {LONGEST_KEY} characters or not printable")
            elif cell in first:
                self._problem(place, "case", f"has the key of line {first[cell]}; every claim has its own")
            first.setdefault(cell, line)
        for place, what in suspicions(cells):
            self._problem(place, "case", f"looks like {what}; use a key that says nothing about people")
        return cells

    def amounts(self, name: str) -> list[float]:
        """Return a column in cents; NaN where a cell is blank, which only ``audited`` may be."""
        if name not in self.rows.names:
            return [0.0 if name == "book" else math.nan] * len(self.rows.lines)
        return [self._amount(place, name, cell) for place, cell in enumerate(self.rows.column(name))]

    def _amount(self, place: int, name: str, cell: str) -> float:
        if not cell:
            if name == "book":
                self._problem(place, name, "is blank; every claim has a book value")
            return math.nan
        try:
            cents = parse_amount(cell, number_format=self.number_format)
        except ValueError as error:
            is_number = re.search(r"\d", cell) or re.fullmatch(r"(?i)[-+]?(nan|inf|infinity)", cell)
            self._problem(place, name, f"= {in_options(str(error))}" if is_number else "is no amount, it has no digit")
            return math.nan
        fault = self.manner.fault(cell, line=self.rows.lines[place], column=name) if not self.number_format else None
        if fault is not None:
            self._problem(place, name, fault)
        return float(cents)

    def answers(self, audited: list[float]) -> list[bool]:
        """Return whether there is evidence; where nothing was audited and nothing is said there may be."""
        if "evidence" not in self.rows.names:
            return [True] * len(audited)
        found = []
        for place, (cell, amount) in enumerate(zip(self.rows.column("evidence"), audited, strict=True)):
            if cell.lower() not in ANSWERS and (cell or not math.isnan(amount)):
                self._problem(place, "evidence", "is neither yes nor no, at a file that was audited" if not cell else
                              "is neither yes nor no")
            found.append(ANSWERS.get(cell.lower(), True))
        return found

    def _problem(self, place: int, column: str, message: str) -> None:
        self.problems.append(Problem(self.rows.file, self.rows.lines[place], column, message))
