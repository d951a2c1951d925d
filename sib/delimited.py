"""Rows of a CSV file with the lines they stand on: a regular file, not too large, UTF-8, as many fields as names.

In comes a path, out go names of columns and cells as they were written, all of them text; or every reason why not.
What the cells mean is not looked at here, and no cell is ever shown: rows may be about people.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sib.errors import Problem, ScenarioError
from sib.textfile import content_of, decoded, refused

LARGEST = 50_000_000
"""Bytes; a million claims take about half of it."""
DELIMITERS = (",", ";", "\t")
MOST_PROBLEMS = 50
"""Problems of one file that are told; more of them are counted."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What a CSV file holds.

    Parameters
    ----------
    file : str
        As the user named it.
    names : tuple of str
        Columns, in small letters, without spaces around them.
    lines : tuple of int
        Line, from 1, on which each row begins.
    cells : tuple of tuple of str
        One tuple a row, as many cells as there are names; spaces around them are taken off.
    kinds : mapping of (int, int) to str
        By row and column, both from 0: what a spreadsheet stored that is no text. In a CSV file all is text.
    """

    file: str
    names: tuple[str, ...]
    lines: tuple[int, ...]
    cells: tuple[tuple[str, ...], ...]
    kinds: Mapping[tuple[int, int], str] = field(default_factory=dict)

    def column(self, name: str) -> tuple[str, ...]:
        """Return the cells of one column."""
        place = self.names.index(name)
        return tuple(row[place] for row in self.cells)

    def column_at(self, row: int, name: str) -> str:
        """Return the cell of one row, from 0, in one column."""
        return self.cells[row][self.names.index(name)]


def read_rows(path: Path, shown: str) -> Rows:
    """Return the rows of a CSV file; comma, semicolon or tab is found out from the first line.

    Parameters
    ----------
    path : Path
    shown : str
        The file as the user named it.

    Raises
    ------
    ScenarioError
        When it cannot be read, with every reason.

    Notes
    -----
    A row without anything in it is skipped. A line break inside quotation marks belongs to its cell, and the lines of
    later rows are still right.
    """
    return rows_in(content_of(path, shown, largest=LARGEST, meant="a CSV file is meant"), shown)


def rows_in(content: bytes, shown: str) -> Rows:
    """Return the rows of a CSV file that was read already; else as ``read_rows``."""
    text = _text(content, shown)
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(DELIMITERS, key=lambda mark: _outside_quotes(first).count(mark))
    found = list(_records(text, delimiter, shown))
    (line, header), rows = found[0], found[1:]
    names = tuple(name.strip().lower() for name in header)
    problems = [*faults_of_names(shown, line, names=names), *_faults_of_width(shown, len(names), rows)]
    if not rows:
        problems.append(Problem(shown, None, "", "has a first line and no rows below it"))
    refuse(problems)
    return Rows(shown, names, tuple(line for line, _ in rows), tuple(tuple(map(str.strip, row)) for _, row in rows))


def refuse(problems: list[Problem]) -> None:
    """Raise ``ScenarioError`` if there are problems, in the order of the file; of very many the first are told."""
    if not problems:
        return
    ordered = sorted(problems, key=lambda problem: (problem.line is not None, problem.line or 0))
    told = ordered[:MOST_PROBLEMS]
    if len(ordered) > MOST_PROBLEMS:
        told.append(Problem(told[0].file, None, "", f"has {len(ordered) - MOST_PROBLEMS:,} more problems like these"))
    raise ScenarioError(told)


def _records(text: str, delimiter: str, shown: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record that has anything in it, with the line it begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    try:
        for record in reader:
            if any(cell.strip() for cell in record):
                yield begins, record
            begins = reader.line_num + 1
    except csv.Error as error:
        what = "a quotation mark that is opened or closed in the wrong place" if '"' in text else str(error)
        raise ScenarioError([Problem(shown, begins, "", f"is no CSV: {what}")]) from None


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


def faults_of_names(shown: str, line: int, *, names: tuple[str, ...]) -> Iterator[Problem]:
    """Yield columns without a name and names that are there twice."""
    for place, name in enumerate(names, start=1):
        if not name:
            yield Problem(shown, line, "", f"column {place} has no name")
    for name, times in Counter(filter(None, names)).items():
        if times > 1:
            places = " and ".join(str(place) for place, each in enumerate(names, start=1) if each == name)
            yield Problem(shown, line, "", f"columns {places} have the same name; keep one")


def _faults_of_width(shown: str, width: int, rows: list[tuple[int, list[str]]]) -> Iterator[Problem]:
    """Yield rows with too many or too few fields; one problem where all of them are alike."""
    widths = {len(row) for _, row in rows}
    if widths == {width} or not rows:
        return
    if len(widths) == 1 and len(rows) > 1:
        yield Problem(shown, rows[0][0], "", f"and every row after it has {widths.pop()} fields, where the first line "
                                             f"has {width} names; give every column a name")
        return
    for line, row in rows:
        if len(row) != width:
            yield Problem(shown, line, "", f"has {len(row)} fields, where the first line has {width} names; a text "
                                           "with the separator in it stands between quotation marks")


def _text(content: bytes, shown: str) -> str:
    """Return the text of a CSV file that holds any."""
    text = decoded(content, shown, save_as="CSV UTF-8")
    if "\x00" in text:
        raise refused(shown, f"has a zero byte at offset {content.index(0):,}; it is no text, save it as CSV UTF-8")
    if not text.strip(" \t\r\n,;"):
        raise refused(shown, "is empty")
    return text
