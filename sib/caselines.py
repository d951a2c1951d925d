"""The cost lines of a case file, cell by cell: what each column means, and everything that is wrong with it.

In come rows, out come columns of values, line by line, or every problem by line and column. Rows are about
households: a message says what is allowed and shows no cell, of an amount neither.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from unicodedata import normalize

from sib.amounts import AmountError, NumberFormat, parse_amount
from sib.arrays import EXACT
from sib.casewords import faults_of_laws, faults_of_segments
from sib.columns import Manner, in_options
from sib.delimited import Rows, refuse
from sib.errors import Problem
from sib.privacy import FEWEST, is_date, names_somebody, suspicions
from sib.spreadsheet import DATE, ERROR, FORMULA, NUMBER, TRUTH

COLUMNS = {
    "case": "a key for the case that says nothing about people, text",
    "segment": "the kind of household, the same on all lines of a case",
    "law": "whose budget pays the cost",
    "class": "direct (stops at once) or real (an escalation that is prevented)",
    "current": "cost a month today",
    "threatening": "cost a month if nobody helps",
    "tailored": "cost a month with a custom plan",
    "months": "for how many months",
    "success": "yes or no: whether the plan worked, the same on all lines of a case",
}
"""The columns of a case file; no others are read."""
NEEDED = ("case", "law", "class", "current", "threatening", "tailored", "months")
AMOUNTS = ("current", "threatening", "tailored")
CLASSES = {"direct": "direct", "real": "real", "reëel": "real", "reeel": "real", "reële": "real", "reele": "real"}
ANSWERS = {"yes": True, "ja": True, "no": False, "nee": False}
LONGEST, MOST_MONTHS = 100, 600
STORED = {
    NUMBER: "is stored as a number, without leading zeros and right to fifteen digits only; format the column as text "
            "and fill it in again",
    DATE: "is stored as a date; format the column as text, or as a number for amounts and months, and fill it in again",
    TRUTH: "is stored as TRUE or FALSE; format the column as text and fill it in again",
    FORMULA: "is a formula whose result is not in the file; open the file in a spreadsheet program and save it",
    ERROR: "holds an error of the spreadsheet program; mend its formula",
}
"""By what a spreadsheet stored: why it is not read."""
MEANT: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(COLUMNS, ()), **dict.fromkeys((*AMOUNTS, "months"), (NUMBER,)), "success": (TRUTH,),
}
"""By column: what it may be stored as beside text."""
LIKE_A_DATE = r"[0-9]{1,4}([-/.])[0-9]{1,2}\1[0-9]{1,4}"


@dataclass(frozen=True, slots=True)
class CostLines:
    """The columns of a case file, line by line.

    Parameters
    ----------
    lines : tuple of int
        Where each stands in the file.
    cases, segments, laws, classes : tuple of str
        A segment is blank where the file has none; a class is ``direct`` or ``real``.
    amounts : dict of str to list of int
        Cents a month, by the name of the column.
    months : list of int
    answers : tuple of bool, optional
        Whether the plan worked; None where the file does not say.
    """

    lines: tuple[int, ...]
    cases: tuple[str, ...]
    segments: tuple[str, ...]
    laws: tuple[str, ...]
    classes: tuple[str, ...]
    amounts: dict[str, list[int]]
    months: list[int]
    answers: tuple[bool, ...] | None


def cost_lines(rows: Rows, number_format: NumberFormat | None = None, *, laws: Sequence[str] = ()) -> CostLines:
    """Return the cost lines of rows whose columns are known.

    Parameters
    ----------
    rows : Rows
    number_format : {"en", "nl"}, optional
        How amounts are written that are text.
    laws : sequence of str
        Names of laws that the user says the file has, beside those that are known.

    Raises
    ------
    ScenarioError
        With every problem.
    """
    reader = _Reader(rows, number_format, laws=laws)
    found = reader.read()
    refuse(reader.problems)
    return found


class _Reader:
    """Reads column by column, and keeps what is wrong."""

    def __init__(self, rows: Rows, number_format: NumberFormat | None, *, laws: Sequence[str]) -> None:
        self.rows, self.number_format, self.manner = rows, number_format, Manner()
        self.laws = laws
        self.cases = rows.column("case")
        self.problems: list[Problem] = []

    def read(self) -> CostLines:
        """Return all columns."""
        self.stored()
        segments = self.texts("segment") if "segment" in self.rows.names else ("",) * len(self.cases)
        found = CostLines(
            self.rows.lines, self.texts("case"), segments, self.texts("law"), self.classes(),
            {name: [self.amount(place, name) for place in range(len(self.cases))] for name in AMOUNTS},
            [self.n_months(place) for place in range(len(self.cases))], self.answers(),
        )
        self.once(found)
        for name in ("law", "segment"):
            self.one_spelling(name)
        for name in ("segment", "success"):
            self.one_per_case(name)
        largest = (max(map(abs, each)) for each in zip(*found.amounts.values(), strict=True))
        if sum(2 * cents * months for cents, months in zip(largest, found.months, strict=True)) >= EXACT:
            self.problems.append(Problem(self.rows.file, None, "", "has amounts that add up to more than can be "
                                                                   "counted in cents"))
        return found

    def stored(self) -> None:
        """Refuse cells that a spreadsheet stored as what their column is not."""
        for (place, column), kind in self.rows.kinds.items():
            name = self.rows.names[column]
            if kind not in MEANT[name]:
                self._problem(place, name, STORED[kind])

    def kind(self, place: int, name: str) -> str:
        """Return what a spreadsheet stored in a cell; blank for text."""
        return self.rows.kinds.get((place, self.rows.names.index(name)), "")

    def is_refused(self, place: int, name: str) -> bool:
        """Return whether a cell was refused for what it is stored as, so that nothing else is said of it."""
        kind = self.kind(place, name)
        return bool(kind) and kind not in MEANT[name]

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a column of text: there, not too long, naming nobody."""
        cells = self.rows.column(name)
        if name != "case":
            cells = tuple(normalize("NFC", cell) for cell in cells)
        for place, cell in enumerate(cells):
            if self.is_refused(place, name):
                continue
            if not cell:
                self._problem(place, name, f"is blank; every line has {COLUMNS[name]}")
            elif len(cell) > LONGEST or not cell.isprintable():
                self._problem(place, name, f"is longer than {LONGEST} characters or not printable")
        for place, fault in self._faults[name](cells):
            if not self.is_refused(place, name):
                self._problem(place, name, fault)
        return cells

    @property
    def _faults(self) -> dict[str, Callable[[Sequence[str]], Iterator[tuple[int, str]]]]:
        """By column of text: what yields the places of its cells that cannot be taken, and why."""
        return {
            "case": faults_of_keys,
            "segment": self._faults_of_segments,
            "law": lambda cells: faults_of_laws(cells, self.rows.lines, laws=self.laws),
        }

    def _faults_of_segments(self, cells: Sequence[str]) -> Iterator[tuple[int, str]]:
        for place, what in faults_of_segments(cells, self.cases):
            yield place, f"looks like {what}; use words that say nothing about people on every line that has it"

    def classes(self) -> tuple[str, ...]:
        """Return the class of each line."""
        cells = [normalize("NFC", cell).lower() for cell in self.rows.column("class")]
        for place, cell in enumerate(cells):
            if cell not in CLASSES and not self.is_refused(place, "class"):
                self._problem(place, "class", "is neither direct nor real (in Dutch: direct, reëel)")
        return tuple(CLASSES.get(cell, "") for cell in cells)

    def amount(self, place: int, name: str) -> int:
        """Return a cost a month in cents; a blank is none."""
        cell = self.rows.column_at(place, name)
        if not cell or self.is_refused(place, name):
            return 0
        is_number = self.kind(place, name) == NUMBER
        text = str(Decimal(cell).quantize(Decimal("0.01"), ROUND_HALF_UP)) if is_number and len(cell) < 25 else cell
        try:
            cents = parse_amount(text, number_format="en" if is_number else self.number_format)
        except AmountError as error:
            self._problem(place, name, self._wrong(cell, error))
            return 0
        if not is_number and not self.number_format:
            fault = self.manner.fault(cell, line=self.rows.lines[place], column=name)
            if fault is not None:
                self._problem(place, name, fault)
        return cents

    def _wrong(self, cell: str, error: AmountError) -> str:
        if re.fullmatch(LIKE_A_DATE, cell) or is_date(cell):
            return "looks like a date, and an amount is meant"
        return in_options(error.unseen, "--number-format")

    def n_months(self, place: int) -> int:
        """Return for how many months a line runs."""
        cell = self.rows.column_at(place, "months")
        if self.is_refused(place, "months"):
            return 1
        whole = re.fullmatch(r"([0-9]{1,4})(?:[.,]0{1,2})?", cell)
        if whole and 1 <= int(whole[1]) <= MOST_MONTHS:
            return int(whole[1])
        wrong = "is blank" if not cell else "is negative" if cell.startswith("-") else (
            "looks like a date" if re.fullmatch(LIKE_A_DATE, cell) else "is no number of months")
        self._problem(place, "months", f"{wrong}; a whole number from 1 to {MOST_MONTHS} is meant")
        return 1

    def answers(self) -> tuple[bool, ...] | None:
        """Return whether the plan worked, line by line."""
        if "success" not in self.rows.names:
            return None
        cells = [cell.lower() for cell in self.rows.column("success")]
        for place, cell in enumerate(cells):
            if cell not in ANSWERS and not self.is_refused(place, "success"):
                self._problem(place, "success", "is neither yes nor no; leave the column out where it is not known")
        return tuple(ANSWERS.get(cell, False) for cell in cells)

    def once(self, found: CostLines) -> None:
        """Refuse a line that is there twice, in everything, however its amounts are written."""
        first: dict[tuple[object, ...], int] = {}
        wrong = {problem.line for problem in self.problems}
        answers = found.answers or (True,) * len(found.lines)
        listed = zip(found.cases, found.segments, found.laws, found.classes, *found.amounts.values(), found.months,
                     answers, strict=True)
        for place, (line, values) in enumerate(zip(found.lines, listed, strict=True)):
            if values in first and line not in wrong:
                self._problem(place, "", f"is the same as line {first[values]} in every field; keep one, or add up "
                                         "what is meant twice")
            first.setdefault(values, line)

    def one_spelling(self, name: str) -> None:
        """Refuse texts that differ in capitals only, which would count as two."""
        first: dict[str, tuple[str, int]] = {}
        cells = map(partial(normalize, "NFC"), self.rows.column(name) if name in self.rows.names else ())
        for place, cell in enumerate(cells):
            known, line = first.setdefault(cell.casefold(), (cell, self.rows.lines[place]))
            if known != cell:
                self._problem(place, name, f"is written with other capitals than on line {line}; write it in one way")

    def one_per_case(self, name: str) -> None:
        """Refuse a case whose lines differ in what belongs to the case."""
        first: dict[str, tuple[str, int]] = {}
        for place, cell in enumerate(self.rows.column(name) if name in self.rows.names else ()):
            answer = str(ANSWERS.get(cell.lower(), cell)) if name == "success" else cell
            known, line = first.setdefault(self.cases[place], (answer, self.rows.lines[place]))
            if known != answer:
                self._problem(place, name, f"differs from line {line}, which is of the same case")

    def _problem(self, place: int, column: str, message: str) -> None:
        """Keep a problem."""
        self.problems.append(Problem(self.rows.file, self.rows.lines[place], column, message))


def faults_of_keys(cells: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the place of each key that seems to name somebody, and what to do."""
    whole, within = dict(suspicions(cells)), {cell: names_somebody(cell, is_key=True) for cell in set(cells)}
    for place, cell in enumerate(cells):
        what = whole.get(place) or within[cell]
        if what is not None:
            yield place, f"looks like {what}; use a key that says nothing about people"


def cautions(rows: Rows, found: CostLines) -> Iterator[Problem]:
    """Yield what is allowed and worth a second look, with whether it is about few lines, and where the first is."""
    current, threatening, tailored = (found.amounts[name] for name in AMOUNTS)
    told = {
        "tailored": ("is above current: the plan costs more than today", [
            place for place, (now, planned) in enumerate(zip(current, tailored, strict=True)) if planned > now]),
        "class": ("is direct, and the line saves more than is paid today: what is not paid yet cannot stop at once", [
            place for place, (now, later, planned) in enumerate(zip(current, threatening, tailored, strict=True))
            if found.classes[place] == "direct" and later - planned > max(now, 0)]),
    }
    for column, (message, places) in told.items():
        if places:
            n_lines = f"fewer than {FEWEST} lines" if len(places) < FEWEST else f"{FEWEST} lines or more"
            yield Problem(rows.file, found.lines[places[0]], column, f"{message} ({n_lines}, this is the first)")
