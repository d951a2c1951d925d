"""Case files, CSV or XLSX: one row for each cost line of each case, and what they come to.

In comes a path, out go the cases in the order of their keys with their cost lines; or every problem that the file has.
A line saves ``(threatening - tailored) x months``. Nothing is estimated here, and no cell is ever shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sib.amounts import NumberFormat
from sib.arrays import Cents, Ints, read_only
from sib.caselines import COLUMNS, NEEDED, CostLines, cautions, cost_lines
from sib.columns import faults_of_columns
from sib.deal.shelf import shelf
from sib.delimited import LARGEST, Rows, read_rows, refuse, rows_in
from sib.errors import Problem
from sib.spreadsheet import OLE, ZIP, rows_in_sheet
from sib.textfile import content_of, refused

SHELF = "cases"
"""Folder among the packaged deals with the case files of the package, which are about nobody."""


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The cases of a file and their cost lines.

    Parameters
    ----------
    file : str
        As the user named it.
    cases : tuple of str
        Keys, each once, sorted by the code points of their characters.
    segments : tuple of str
        The segment of each case; blank where the file has none.
    succeeded : tuple of bool, optional
        Whether the plan of each case worked; None where the file does not say.
    first_lines : tuple of int
        Where the first line of each case stands in the file.
    case_of : ndarray of int64 of shape (n_lines,)
        Place in ``cases`` of each line's case; lines are in the order of their cases.
    laws, classes : tuple of str
        Of each line; a class is ``direct`` or ``real``.
    current, threatening, tailored : ndarray of float64 of shape (n_lines,)
        Cents a month.
    months : ndarray of int64 of shape (n_lines,)
    cautions : tuple of Problem
        What is allowed and worth a second look.
    is_practice : bool
        Whether the file comes with the package and is about nobody.
    """

    file: str
    cases: tuple[str, ...]
    segments: tuple[str, ...]
    succeeded: tuple[bool, ...] | None
    first_lines: tuple[int, ...]
    case_of: Ints
    laws: tuple[str, ...]
    classes: tuple[str, ...]
    current: Cents
    threatening: Cents
    tailored: Cents
    months: Ints
    cautions: tuple[Problem, ...]
    is_practice: bool

    @property
    def line_savings(self) -> Cents:
        """Cents that each line saves, of shape (n_lines,)."""
        return read_only((self.threatening - self.tailored) * self.months)

    @property
    def savings(self) -> Cents:
        """Cents that each case saves, of shape (n_cases,)."""
        return read_only(np.bincount(self.case_of, weights=self.line_savings, minlength=len(self.cases)))


@dataclass(frozen=True, slots=True)
class Table:
    """A case file as it stands there.

    Parameters
    ----------
    rows : Rows
        They name the file as the user did; a packaged one with the end of its name.
    n_sheets : int
    is_practice : bool
        Whether it comes with the package.
    """

    rows: Rows
    n_sheets: int
    is_practice: bool


def read_table(source: str, *, sheet: str | None = None) -> Table:
    """Return the rows of a case file, whatever their columns.

    Parameters
    ----------
    source : str
        A path, or the name of a case file that comes with the package.
    sheet : str, optional
        Name of the sheet of an XLSX file; the first one unless given.

    Raises
    ------
    ScenarioError
        When it cannot be read, with every reason.
    """
    path, packaged = Path(source), shelf() / SHELF / f"{source}.csv"
    is_practice = bool(re.fullmatch(r"[a-z][a-z-]*", source)) and not path.exists() and packaged.is_file()
    if is_practice and sheet is None:
        return Table(read_rows(packaged, packaged.name), 1, is_practice=True)
    content = content_of(packaged if is_practice else path, source, largest=LARGEST, meant="CSV or XLSX is meant")
    if content.startswith(OLE):
        raise refused(source, "is of an old kind or behind a password; save it as XLSX without one, or as CSV UTF-8")
    if path.suffix.lower() in (".xlsm", ".xltm", ".xlsb"):
        raise refused(source, "is of a kind that may hold macros; save it as XLSX, which has none")
    if content.startswith(ZIP):
        return Table(*rows_in_sheet(content, source, sheet=sheet), is_practice=False)
    if path.suffix.lower() == ".xlsx":
        raise refused(source, "is called XLSX and is none; save it again, or as CSV UTF-8")
    if sheet is not None:
        raise refused(source, "is no XLSX file, so it has no sheets; leave --sheet out")
    return Table(rows_in(content, source), 1, is_practice=False)


def read_cases(
    source: str, *, number_format: NumberFormat | None = None, sheet: str | None = None, laws: Sequence[str] = (),
) -> CaseFile:
    """Return the cases of a CSV or XLSX file.

    Parameters
    ----------
    source : str
        A path, or the name of a case file that comes with the package.
    number_format : {"en", "nl"}, optional
        How amounts are written that are text; where it is not given they must make sense in one way only, all in the
        same. Numbers that a spreadsheet stored are taken as they are, to the cent.
    sheet : str, optional
        Name of the sheet of an XLSX file; the first one unless given.
    laws : sequence of str
        Names of laws that the user says the file has, beside ``sib.casewords.LAWS``.

    Raises
    ------
    ScenarioError
        With every problem, by line and column; a message shows no cell.
    """
    table = read_table(source, sheet=sheet)
    refuse([*faults_of_columns(table.rows, COLUMNS, needed=NEEDED, things="cases")])
    found = cost_lines(table.rows, number_format, laws=laws)
    told = [*cautions(table.rows, found)]
    if table.n_sheets > 1 and sheet is None:
        several = f"has {table.n_sheets} sheets, of which the first is read; choose another with --sheet"
        told.insert(0, Problem(source, None, "", several))
    return _in_order(table.rows.file, found, told=told, is_practice=table.is_practice)


def _in_order(file: str, found: CostLines, *, told: Sequence[Problem], is_practice: bool) -> CaseFile:
    """Return the cases in the order of their keys, with their lines in the same."""
    cases = tuple(sorted(set(found.cases)))
    place_of = {case: place for place, case in enumerate(cases)}
    order = sorted(range(len(found.cases)), key=lambda line: found.cases[line])
    one_of = {found.cases[line]: line for line in reversed(order)}
    current, threatening, tailored = (
        read_only(np.array(amounts, dtype=np.float64)[order]) for amounts in found.amounts.values())
    answers = found.answers
    return CaseFile(
        file, cases, tuple(found.segments[one_of[case]] for case in cases),
        succeeded=None if answers is None else tuple(answers[one_of[case]] for case in cases),
        first_lines=tuple(found.lines[one_of[case]] for case in cases),
        case_of=read_only(np.array([place_of[found.cases[line]] for line in order], dtype=np.int64)),
        laws=tuple(found.laws[line] for line in order), classes=tuple(found.classes[line] for line in order),
        current=current, threatening=threatening, tailored=tailored,
        months=read_only(np.array(found.months, dtype=np.int64)[order]),
        cautions=tuple(told), is_practice=is_practice,
    )
