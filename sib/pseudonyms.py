"""Case files under other keys: the same cost lines, keys that say nothing, and no column that a case file has not.

In comes a case file as it stands, out goes the text of a CSV file and what was left out. Every cell that is kept is
looked at as it is for a calibration: known laws, classes, answers, numbers, segments that name nobody. The key of a
case is a keyed hash of it: whoever has the secret can make the same one again, whoever has not cannot go back.
"""

from __future__ import annotations

import base64
import csv
import hmac
import io
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sib.caselines import AMOUNTS, ANSWERS, CLASSES, COLUMNS, LIKE_A_DATE, NEEDED
from sib.casewords import faults_of_laws, faults_of_segments, small_segments
from sib.columns import quoted
from sib.delimited import Rows, refuse
from sib.errors import Problem
from sib.privacy import FEWEST, is_date, looks_like
from sib.spreadsheet import FORMULA, NUMBER, TRUTH

SECRET_BYTES, LEAST_SECRET = 32, 16
KEY_LENGTH = 16
"""Characters of a key, five bits each: two of a million cases are alike once in a million million files."""
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
TEXTS = ("case", "segment", "law", "class", "success")
"""Columns of text; the others hold amounts and months, of which a minus in front is part."""
MEANT = {
    "class": (f"(?i:{'|'.join(CLASSES)})", "direct or real (in Dutch: direct, reëel)"),
    **dict.fromkeys(AMOUNTS, (r"[-+]?(€|EUR)? ?[-+]?[0-9.,' ]*( ?(€|EUR))?", "an amount")),
    "months": (r"[0-9]{1,4}([.,]0{1,2})?", "a number of months"),
}
"""By column that is kept: the pattern of its cells, and what they are."""


@dataclass(frozen=True, slots=True)
class Pseudonymised:
    """A case file under other keys.

    Parameters
    ----------
    text : str
        CSV.
    n_cases, n_lines : int
    dropped : tuple of str
        What was left out, and why: columns, never what is in them.
    """

    text: str
    n_cases: int
    n_lines: int
    dropped: tuple[str, ...]


def new_secret() -> bytes:
    """Return a secret that nobody knows; it is the only thing here that differs from run to run."""
    return secrets.token_bytes(SECRET_BYTES)


def pseudonymised(
    rows: Rows, secret: bytes, *, laws: Sequence[str] = (), is_practice: bool = False,
) -> Pseudonymised:
    """Return a case file under other keys, in the order of these, so that the old order is gone too.

    Parameters
    ----------
    rows : Rows
    secret : bytes
        The same secret gives the same case the same key, in every file.
    laws : sequence of str
        Names of laws that the user says the file has, beside those that are known.
    is_practice : bool
        Whether the file comes with the package, so that a segment of few cases is nobody's.

    Raises
    ------
    ScenarioError
        Where a column that every case file has is not there or holds what cannot be kept, by line and column.
    """
    dropped = dict(_dropped(rows, is_practice=is_practice))
    refuse([*_faults(rows, dropped), *_wrong_cells(rows, dropped, laws=laws)])
    kept = [place for place in range(len(rows.names)) if place not in dropped]
    keys = {case: pseudonym(case, secret) for case in rows.column("case")}
    file = io.StringIO()
    table = csv.writer(file, lineterminator="\n")
    table.writerow([rows.names[place] for place in kept])
    lines = zip((keys[case] for case in rows.column("case")), rows.cells, strict=True)
    for _, cells in sorted(lines, key=lambda line: line[0]):
        table.writerow([_cell(rows.names[place], cells[place], keys) for place in kept])
    told = tuple(f"column {place + 1} {why}" for place, why in dropped.items())
    return Pseudonymised(file.getvalue(), len(keys), len(rows.cells), told)


def pseudonym(case: str, secret: bytes) -> str:
    """Return the key that takes the place of a case's own.

    Notes
    -----
    The first 80 bits of HMAC-SHA-256 in base 32; the letter in front keeps a spreadsheet from reading a number.

    Examples
    --------
    >>> pseudonym("007", b"0123456789abcdef")
    'c-c5ijdenuyb2ghgco'
    """
    digest = hmac.new(secret, case.encode("utf-8"), sha256).digest()
    return "c-" + base64.b32encode(digest).decode("ascii").lower()[:KEY_LENGTH]


def _dropped(rows: Rows, *, is_practice: bool) -> Iterator[tuple[int, str]]:
    """Yield the places of columns that are left out, and why; of an unknown name only where it reads like a word."""
    for place, name in enumerate(rows.names):
        what = looks_like(name)
        if what is not None:
            yield place, f"looks like {what}"
        elif name not in COLUMNS:
            yield place, f"{quoted(name)}is no column of a case file"
    for name, why in (("segment", _why_no_segments(rows, is_practice=is_practice)), ("success", _why_no_answers(rows))):
        if why is not None:
            yield rows.names.index(name), f"{name!r} {why}"


def _why_no_segments(rows: Rows, *, is_practice: bool) -> str | None:
    """Return why the segments are left out, if they are: they name people or places, or few cases share one."""
    if "segment" not in rows.names or "case" not in rows.names:
        return None
    cells, cases = rows.column("segment"), rows.column("case")
    found = next(faults_of_segments(cells, cases), None)
    if found is not None:
        return f"holds what looks like {found[1]}, on line {rows.lines[found[0]]} first"
    if small_segments(cells, cases) and not is_practice:
        return f"holds a segment of fewer than {FEWEST} cases, whose name may be that of a household"
    return None


def _why_no_answers(rows: Rows) -> str | None:
    """Return why the column of successes is left out, if it is."""
    cells = rows.column("success") if "success" in rows.names else ()
    wrong = next((place for place, cell in enumerate(cells) if cell.lower() not in ANSWERS), None)
    return None if wrong is None else f"holds what is neither yes nor no, on line {rows.lines[wrong]} first"


def _wrong_cells(rows: Rows, dropped: dict[int, str], *, laws: Sequence[str]) -> Iterator[Problem]:
    """Yield cells of the columns that every case file has which are not what is meant: they may hold anything."""
    for column, name in enumerate(rows.names):
        if name not in NEEDED or name == "case" or column in dropped:
            continue
        cells = rows.column(name)
        found = faults_of_laws(cells, rows.lines, laws=laws) if name == "law" else _unlike(cells, name)
        for place, message in found:
            if (place, column) not in rows.kinds or rows.kinds[place, column] in (NUMBER, TRUTH):
                yield Problem(rows.file, rows.lines[place], name, message)


def _unlike(cells: Sequence[str], name: str) -> Iterator[tuple[int, str]]:
    """Yield the places of cells that are no class, no amount or no number of months, and what is meant."""
    pattern, meant = MEANT[name]
    for place, cell in enumerate(cells):
        if not re.fullmatch(pattern, cell) or re.fullmatch(LIKE_A_DATE, cell) or is_date(cell):
            yield place, f"is not what is meant: {meant}"


def _faults(rows: Rows, dropped: dict[int, str]) -> Iterator[Problem]:
    """Yield what cannot be mended by leaving it out."""
    for name in NEEDED:
        if name not in rows.names:
            yield Problem(rows.file, None, "", f"lacks the column {name!r}: {COLUMNS[name]}")
        elif (place := rows.names.index(name)) in dropped:
            yield Problem(rows.file, None, f"column {place + 1}", f"{dropped[place]}, and no case file does without it")
    for place, cell in enumerate(rows.column("case") if "case" in rows.names else ()):
        if not cell:
            yield Problem(rows.file, rows.lines[place], "case", "is blank or stored as a date; every line has a key")
    for (place, column), kind in rows.kinds.items():
        if column not in dropped and rows.names[column] != "case" and kind not in (NUMBER, TRUTH):
            what = "is a formula without a result" if kind == FORMULA else "is stored as a date, or is an error"
            yield Problem(rows.file, rows.lines[place], rows.names[column], f"{what}; mend it in the spreadsheet")


def _cell(name: str, cell: str, keys: dict[str, str]) -> str:
    """Return a cell for a file that a spreadsheet opens without running anything in it."""
    if name == "case":
        return keys[cell]
    return f"'{cell}" if name in TEXTS and cell.startswith(FORMULAS) else cell
