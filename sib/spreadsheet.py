"""Rows of an XLSX file: looked at from outside before it is opened, read without running or changing anything in it.

In come the bytes of a file, out go the same ``Rows`` as from a CSV file, with what each cell was stored as; or every
reason why not. What the cells mean is not looked at here, and no cell is ever shown: rows may be about people.
"""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from itertools import zip_longest
from typing import Any
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

from sib.delimited import Rows, faults_of_names, refuse
from sib.errors import Problem, ScenarioError
from sib.textfile import refused

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
"""How an XLSX file begins, and how one of an old kind, or behind a password, does."""
LARGEST_INSIDE = 200_000_000
"""Bytes that the parts of a file may have together when they are unpacked."""
TIMES_PACKED = 200
"""How many times smaller than unpacked a part may be; a sheet of equal rows gets to about fifty."""
ANY_RATIO = 1_000_000
"""Bytes of a part that may be packed as tightly as it likes."""
MOST_PARTS = 1_000
MOST_COLUMNS = 60
YES, NO_HEIGHT = ("1", "true"), ("0", "0.0")
"""How a sheet says that a row or a column is hidden, and that it has no height or width."""
NUMBER, DATE, TRUTH, FORMULA, ERROR = "number", "date", "truth", "formula", "error"
"""What a cell may hold that is no text; a formula is one whose result was not stored."""
DAMAGED = (KeyError, ValueError, TypeError, AttributeError, IndexError, EOFError, OSError, SyntaxError,
           SAXException, zipfile.BadZipFile, zlib.error, NotImplementedError)
"""What reading a damaged file may end in."""


def rows_in_sheet(content: bytes, shown: str, *, sheet: str | None = None) -> tuple[Rows, int]:
    """Return the rows of one sheet, and how many sheets there are.

    Parameters
    ----------
    content : bytes
    shown : str
        The file as the user named it.
    sheet : str, optional
        Name of the sheet; the first one unless given.

    Raises
    ------
    ScenarioError
        When it cannot or must not be read, with every reason.

    Notes
    -----
    Lines are the numbers of the sheet's rows. A stored number is a plain decimal with a point, TRUE is yes and FALSE is
    no; dates and errors are blank here. ``kinds`` says which was which. At most ``MOST_COLUMNS`` columns are read.
    """
    seen = _look_from_outside(content, shown)
    with _opened(content, shown, as_shown=True) as results:
        name = _named(results, shown, sheet)
        part = seen.get(str(getattr(results[name], "_worksheet_path", "")).lstrip("/"), _Seen(has_formulas=True))
        if not part.has_formulas:
            found = [*_filled(zip_longest(_cells(results[name]), ()))]
        else:
            with _opened(content, shown, as_shown=False) as written:
                found = [*_filled(zip_longest(*map(_cells, (results[name], written[name]))))]
        n_sheets = len(results.worksheets)
    if not found:
        raise refused(shown, "has nothing on its sheet" if sheet else "has nothing on its first sheet")
    _refuse_hidden(shown, found, part)
    return _as_rows(shown, found), n_sheets


def _refuse_hidden(shown: str, found: list[tuple[int, list[tuple[str, str]]]], part: _Seen) -> None:
    """Refuse rows and columns that hold something and that nobody sees who looks at the sheet."""
    rows = [line for line, _ in found if line in part.rows]
    filled = {place for _, row in found for place, cell in enumerate(row, start=1) if cell != ("", "")}
    for what, hidden in (("row", rows), ("column", sorted(filled & part.columns))):
        if hidden:
            raise refused(shown, f"has {len(hidden):,} hidden {what}s that hold something, {what} {hidden[0]} first, "
                                 "which nobody sees who looks at the sheet; show or delete them, and save it again")


def _filled(lines: Iterable[tuple[Any, Any]]) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    """Yield the rows that have anything in them, each with its number, given cells and their formulas, if any."""
    for line, (cells, formulas) in enumerate(lines, start=1):
        row = [_read(cell, formula) for cell, formula in zip_longest(cells or (), formulas or ())]
        while row and row[-1] == ("", ""):
            row.pop()
        if row:
            yield line, row


def _as_rows(shown: str, found: list[tuple[int, list[tuple[str, str]]]]) -> Rows:
    """Return what was found as rows under the names of the first."""
    (first, header), body = found[0], found[1:]
    names = tuple(text.strip().lower() for text, _ in header)
    problems = [*faults_of_names(shown, first, names=names)]
    problems += [Problem(shown, line, "", "has something beyond the last column that has a name; give every column a "
                                          "name") for line, row in body if len(row) > len(names)]
    if not body:
        problems.append(Problem(shown, None, "", "has a first line and no rows below it"))
    refuse(problems)
    full = [row + [("", "")] * (len(names) - len(row)) for _, row in body]
    kinds = {(place, column): kind for place, row in enumerate(full) for column, (_, kind) in enumerate(row) if kind}
    cells = tuple(tuple(text.strip() for text, _ in row) for row in full)
    return Rows(shown, names, tuple(line for line, _ in body), cells, kinds)


def _look_from_outside(content: bytes, shown: str) -> dict[str, _Seen]:
    """Refuse what must not be opened: packed too tightly or too large, with macros, with entities, no XLSX at all.

    Returns what was seen in each part.
    """
    seen = {}
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
            if (fault := _fault_of_parts(parts)) is not None:
                raise refused(shown, fault)
            for part in parts:
                if part.filename.lower().endswith((".xml", ".rels", ".vml")):
                    seen[part.filename] = _parse(archive, part)
        return seen
    except ScenarioError:
        raise
    except DAMAGED as error:
        is_trap = type(error).__module__.startswith("defusedxml")
        what = "declares entities or a document type of its own, which no spreadsheet needs" if is_trap else (
            "is damaged: its parts cannot be read; save it again as XLSX")
        raise refused(shown, what) from None


def _fault_of_parts(parts: list[zipfile.ZipInfo]) -> str | None:
    """Return why a file is not opened, from the list of its parts alone."""
    names = [part.filename for part in parts]
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS or unpacked > LARGEST_INSIDE:
        return (f"would unpack to {unpacked:,} bytes in {len(parts):,} parts; at most {LARGEST_INSIDE:,} in "
                f"{MOST_PARTS:,} are read")
    if any(part.file_size > max(ANY_RATIO, TIMES_PACKED * part.compress_size) for part in parts):
        return f"is packed more than {TIMES_PACKED} times smaller than it is, as no spreadsheet of cases is"
    if any(part.flag_bits & 1 for part in parts):
        return "is protected by a password; save it without one"
    if any("vbaproject" in name.lower() for name in names):
        return "holds macros; save it as XLSX, which has none"
    if "xl/workbook.xml" not in names:
        return "is a zip file and no XLSX; save the sheet as XLSX or as CSV UTF-8"
    return None


class _Seen(ContentHandler):
    """Which rows and columns of a sheet are hidden, and whether it has formulas."""

    def __init__(self, *, has_formulas: bool = False) -> None:
        super().__init__()
        self.row, self.rows, self.columns, self.has_formulas = 0, set[int](), set[int](), has_formulas

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 the name that the parser calls
        """Look at rows, columns and formulas, whatever prefix their names have."""
        plain = name.rpartition(":")[2]
        if plain == "row":
            self.row = int(attrs.get("r", self.row + 1))
            if attrs.get("hidden") in YES or attrs.get("ht") in NO_HEIGHT:
                self.rows.add(self.row)
        elif plain == "col" and (attrs.get("hidden") in YES or attrs.get("width") in NO_HEIGHT):
            self.columns.update(range(int(attrs["min"]), min(int(attrs["max"]), MOST_COLUMNS) + 1))
        elif plain == "f":
            self.has_formulas = True


def _parse(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> _Seen:
    """Go through a part of a file, which fails where it declares anything."""
    from defusedxml import sax

    seen = _Seen()
    with archive.open(part) as file:
        sax.parse(file, seen, forbid_dtd=True)
    return seen


@contextmanager
def _opened(content: bytes, shown: str, *, as_shown: bool) -> Iterator[Any]:
    """Open a workbook, read only: with the results of its formulas, or with the formulas themselves."""
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            book = load_workbook(BytesIO(content), read_only=True, data_only=as_shown, keep_links=False)
            yield book
            book.close()
        except ScenarioError:
            raise
        except DAMAGED:
            raise refused(shown, "is damaged: its sheets cannot be read; save it again as XLSX") from None


def _named(book: Any, shown: str, sheet: str | None) -> str:
    """Return the name of the sheet that is meant."""
    names = [each.title for each in book.worksheets]
    if not names:
        raise refused(shown, "has no sheets with cells")
    if sheet is not None and sheet not in names:
        raise refused(shown, f"has no sheet of the name that was given; it has {len(names)}, named as in the "
                             "spreadsheet program, capitals and spaces included")
    if sheet is None and str(book.worksheets[0].sheet_state) != "visible":
        raise refused(shown, "has a first sheet that is hidden; say with --sheet which one is meant, this or another")
    return sheet if sheet is not None else str(names[0])


def _cells(sheet: Any) -> Iterator[tuple[Any, ...]]:
    sheet.reset_dimensions()
    return iter(sheet.iter_rows(max_col=MOST_COLUMNS))


def _read(cell: Any, formula: Any) -> tuple[str, str]:
    """Return the text of a cell and what it is stored as, which is nothing for text."""
    value = getattr(cell, "value", None)
    if getattr(formula, "data_type", "") == "f" and value is None:
        return "", FORMULA
    if value is None:
        return "", ""
    if getattr(cell, "data_type", "") == "e":
        return "", ERROR
    if isinstance(value, bool):
        return ("yes" if value else "no"), TRUTH
    if isinstance(value, int | float):
        return f"{Decimal(repr(value)):f}", NUMBER
    if isinstance(value, datetime | date | time | timedelta):
        return "", DATE
    return str(value), ""
