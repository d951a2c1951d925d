"""From a file to tables: a regular file, not too large, UTF-8, TOML, each term once.

Comes in: a path. Goes out: plain data with the lines of its terms, or a sentence with file and line on what
keeps it from being read. What the data mean is not looked at here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sib.deal.location import DEEPEST, Keys, spelled, survey
from sib.deal.term import WrittenNumber
from sib.errors import Problem, ScenarioError
from sib.textfile import content_of, decoded, refused

MEANT = "a scenario is a TOML file, or a folder that holds scenario.toml"
LARGEST = 5_000_000
"""Bytes; a scenario is a few thousand."""

HINTS = (
    (r"\d\s*%", "rates and shares are fractions: 4% is written 0.04"),
    (r"=\s*[€$£]", "amounts are written without a currency sign"),
    (r"\d[.,]\d{3}[.,]\d", "thousands are not divided by dots or commas: write 1_797_500 or 1797500"),
    (r"=\s*[+-]?\d+,\d", "decimals are written with a point: 0.04"),
    (r"\b\d{1,2}-\d{1,2}-\d{4}\b|=\s*\d{4}-\d", "dates are written 2026-01-31, and must be in the calendar"),
    (r"=\s*(?:True|False|TRUE|FALSE|yes|no)\b", "write true or false"),
    (r"=\s*0\d", "whole numbers do not begin with 0"),
    (r"=\s*[A-Za-z]", "text is written between quotation marks"),
    (r"^\s*[^=\[#]+$", "a term is written key = value, a table [name]"),
)
"""Slips that a line may show, and how to mend each; the first that fits is told."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """The data of a text and the line of each term, by its place in the data."""

    data: dict[str, Any]
    lines: Mapping[Keys, int]


Reason = tuple[int | None, str, str]
"""Line, path and message."""


class NotTomlError(Exception):
    """A text that cannot be read, and every reason why."""

    def __init__(self, reasons: list[Reason], *, is_too_deep: bool = False) -> None:
        self.reasons = reasons
        self.is_too_deep = is_too_deep
        super().__init__(reasons)


def read_toml(path: Path, shown: str, *, meant: str = MEANT) -> Parsed:
    """Return the data of a TOML file.

    Parameters
    ----------
    path : Path
    shown : str
        The file as the user named it.
    meant : str
        What kind of file is meant.

    Raises
    ------
    ScenarioError
        If it cannot be read, with every reason.
    """
    try:
        return parsed(_text(content_of(path, shown, largest=LARGEST, meant=meant), shown))
    except NotTomlError as error:
        raise ScenarioError([Problem(shown, *reason) for reason in error.reasons]) from None


def parsed(text: str) -> Parsed:
    """Return the data of a TOML text; raise ``NotTomlError`` with every reason if that fails."""
    seen = survey(text)
    if seen.too_deep is not None:
        message = f"nests deeper than {DEEPEST} levels; a scenario needs fewer than ten"
        raise NotTomlError([(seen.too_deep, "", message)], is_too_deep=True)
    twice: list[Reason] = [
        (line, spelled(path), f"is written twice, in line {first} and here; keep one")
        for path, first, line in seen.twice
    ]
    try:
        data = tomllib.loads(text, parse_float=WrittenNumber)
    except (ValueError, RecursionError) as error:
        is_told = bool(twice) and re.match("Cannot (?:declare|overwrite|mutate)|Duplicate", str(error))
        reasons = twice if is_told else [*twice, _reason(str(error), text)]
        raise NotTomlError(sorted(reasons, key=lambda reason: reason[0] or 0)) from None
    return Parsed(data, seen.lines)


def hint(line: str) -> str:
    """Return how to mend a line that is no TOML, or nothing."""
    return next((mend for pattern, mend in HINTS if re.search(pattern, line)), "")


def _reason(error: str, text: str) -> Reason:
    """Return line and message of an error of the parser."""
    lines = text.split("\n")
    where = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", error)
    if where is None:
        number = re.search(r"\d{1000}", text)
        place = text.count("\n", 0, number.start()) + 1 if number else None
        return place, "", "has a number that is too long to be read"
    line = int(where[1] or len(lines))
    what = error[: where.start()]
    column = f", column {where[2]}" if where[2] else ", at the end of the file"
    mend = hint(lines[line - 1]) if where[2] else "a bracket or quotation mark may be left open"
    return line, "", f"is not TOML{column}: {what[0].lower()}{what[1:]}{f'; {mend}' if mend else ''}"


def _text(content: bytes, shown: str) -> str:
    """Return the text of a scenario file that holds any."""
    text = decoded(content, shown, save_as="UTF-8")
    if not text.strip():
        raise refused(shown, "is empty; copy a packaged deal to start from")
    return text
