"""What the parties of a negotiation insist on, and what is on the table: red lines and terms, from a file of their own.

Comes in: the path of a TOML file, or its name beside the deal. Goes out: frozen data, or one ``ScenarioError`` with
everything that is wrong and where. Whether a deal has such figures and terms is for the rooms that know the summary.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import count
from math import floor
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, model_validator

from sib.deal.location import Keys
from sib.deal.overlay import Complaint, Draft, Layer, Place
from sib.deal.shape import Shape
from sib.deal.shelf import Found, find
from sib.deal.term import Level, Number, Term, Text, exactly_one, fault
from sib.deal.text import read_toml
from sib.deal.wording import complaints
from sib.errors import Problem, ScenarioError
from sib.money import as_written, exact

MOST_LINES = 12
"""Most red lines of one negotiation."""
MOST_VALUES = 10_000
"""Most values of one term."""


class RedLine(Term):
    """A figure of the summary that a party insists on.

    Parameters
    ----------
    party : str
        Whose red line it is, as the summary names parties: ``investor``, ``municipality`` (the outcome payer), ...
    measure : str
        A measure of that party, such as ``irr``, or of another: ``investor.irr``.
    statistic : str, optional
        Such as ``mean``, ``p05`` or ``probability``; unless given the mean, probability or value, whichever there is.
    at_least, at_most : float
        Exactly one of them: in currency units, as a fraction, in years or as a count.
    reason : str, optional
        Why the party insists.
    """

    party: Text
    measure: Text
    statistic: Text | None = None
    at_least: Level | None = None
    at_most: Level | None = None
    reason: Text | None = None

    @model_validator(mode="after")
    def _one_limit(self) -> RedLine:
        exactly_one(self, ("at_least", "at_most"))
        return self

    @property
    def names(self) -> tuple[str, str]:
        """The figure as the party's own, and as a figure that names its party."""
        rest = f".{self.statistic}" if self.statistic else ""
        return f"{self.party}.{self.measure}{rest}", f"{self.measure}{rest}"

    @property
    def limit(self) -> float:
        """The number that the figure must stay above or below."""
        return float(self.at_most if self.at_least is None else self.at_least)  # type: ignore[arg-type]


class OnTable(Term):
    """A term that may still change.

    Parameters
    ----------
    path : str
        As for ``--set``.
    low, high, step : float
        The values: from low by steps up to high.
    values : list
        Instead of these: the values themselves, numbers or words.
    """

    path: Text
    low: Number | None = None
    high: Number | None = None
    step: Number | None = None
    values: Annotated[tuple[Any, ...], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _one_way_to_say_it(self) -> OnTable:
        ends = (self.low, self.high, self.step)
        if self.values is not None and any(end is not None for end in ends):
            raise fault("choice", "has values and low, high or step too; keep one of both")
        if self.values is None and any(end is None for end in ends):
            raise fault("choice", "needs low, high and step, or a list of values")
        if self.values is None:
            self._check_grid()
        return self

    def _check_grid(self) -> None:
        low, high, step = self._ends()
        if high < low:
            raise fault("order", f"goes from {float(low):g} to {float(high):g}; low is the smaller of the two")
        if step <= 0:
            raise fault("range", f"has a step of {float(step):g}; it must be above 0")
        if (high - low) / step >= MOST_VALUES:
            raise fault("range", f"has more than {MOST_VALUES:,} values; take a larger step")

    def _ends(self) -> tuple[Fraction, Fraction, Fraction]:
        low, high, step = (exact(float(end or 0.0)) for end in (self.low, self.high, self.step))
        return low, high, step

    @property
    def on_table(self) -> tuple[Any, ...]:
        """The values, plain ones; whole numbers without decimals."""
        if self.values is not None:
            return tuple(float(value) if isinstance(value, float) else value for value in self.values)
        low, high, step = self._ends()
        return tuple(as_written(low + place * step) for place in range(floor((high - low) / step) + 1))


class RedLines(Term):
    """A file of red lines; see the parts."""

    red_lines: Annotated[tuple[RedLine, ...], Field(min_length=1, max_length=MOST_LINES)]
    terms: Annotated[tuple[OnTable, ...], Field(min_length=1)]


SHAPE = Shape(RedLines)


class Sheet:
    """A file of red lines and where everything in it stands.

    Parameters
    ----------
    stated : RedLines
    file : str
        As the user named it.
    draft : Draft
        The terms as written, with their lines.
    places : mapping of str to sequence of int, optional
        Of ``red_lines`` and ``terms``: where in the file each of them stands, if some of the file are left out.
    """

    def __init__(
        self, stated: RedLines, file: str, *, draft: Draft, places: Mapping[str, Sequence[int]] | None = None
    ) -> None:
        self.stated, self.file, self._draft, self._places = stated, file, draft, places or {}

    def lines(self) -> Iterator[tuple[int, RedLine]]:
        """Yield each red line after its place in the file, from 0."""
        yield from zip(self._places.get("red_lines", count()), self.stated.red_lines, strict=False)

    def terms(self) -> Iterator[tuple[int, OnTable]]:
        """Yield each term after its place in the file, from 0."""
        yield from zip(self._places.get("terms", count()), self.stated.terms, strict=False)

    def problem(self, keys: Keys, path: str, *, message: str) -> Problem:
        """Return a problem at a place of the file."""
        place = self._draft.place(keys)
        return Problem(place.file, place.line, path, message)


class FaultyError(ScenarioError):
    """A file of red lines is wrong.

    Parameters
    ----------
    problems : list of Problem
        What is wrong with it whatever the deal is.
    named : Sheet
        The red lines and terms that say by name what they are about, so that the names can be looked up all the same;
        their limits and values mean nothing.
    """

    def __init__(self, problems: list[Problem], named: Sheet) -> None:
        super().__init__(problems)
        self.named = named


def read_red_lines(source: str | Path, deal: str | Path | None = None) -> Sheet:
    """Return the red lines of a file.

    Parameters
    ----------
    source : str or Path
        A path, or the name of a file that stands beside the deal.
    deal : str or Path, optional
        The deal, as it was named.

    Raises
    ------
    ScenarioError
        With every problem found, in the order of the file; a ``FaultyError`` where the file is TOML.
    """
    found = _find(source, deal)
    text = read_toml(found.path, found.shown)
    draft = Draft()
    draft.lay(Layer.of_file(0, found.shown, data=text.data, lines=text.lines))
    return _validated(draft, found.shown)


def as_red_lines(
    lines: Sequence[Mapping[str, Any]], terms: Mapping[str, Sequence[Any]], *, file: str = "red lines"
) -> Sheet:
    """Return red lines that a program states: tables as in a file, and values by path.

    Raises
    ------
    FaultyError
        With every problem found.
    """
    data = {
        "red_lines": [dict(line) for line in lines],
        "terms": [{"path": path, "values": [*values]} for path, values in terms.items()],
    }
    draft = Draft()
    draft.lay(Layer(0, file, data, {}))
    return _validated(draft, file)


def _find(source: str | Path, deal: str | Path | None) -> Found:
    """Return the file that is meant: a path, or a name beside the deal."""
    path = Path(source)
    beside = find(deal).path.parent if deal is not None and path.name == str(source) else None
    if not path.exists() and beside is not None:
        for candidate in (beside / path, beside / f"{path}.toml"):
            if candidate.is_file():
                return Found(candidate, candidate.name)
    return Found(path, str(source) or '""')


def _validated(draft: Draft, file: str) -> Sheet:
    """Return the red lines of a draft; raise ``FaultyError`` with all that is wrong with it."""
    found: list[Complaint] = []
    try:
        sheet = Sheet(RedLines.model_validate(draft.data), file, draft=draft)
    except ValidationError as error:
        found, sheet = complaints(error, draft, whole=SHAPE), _named(draft, file)
    found += [Complaint(draft.place(keys), path, message) for keys, path, message in _twice(sheet)]
    if found:
        raise FaultyError(_in_order(found), sheet)
    return sheet


def _named(draft: Draft, file: str) -> Sheet:
    """Return the red lines and terms of a faulty draft that have names, with limits and values that mean nothing."""
    lines, terms = ({place: each for place, each in enumerate(listed) if isinstance(each, dict)}
                    if isinstance(listed, list) else {}
                    for listed in (draft.data.get(name) for name in ("red_lines", "terms")))
    lines = {place: each for place, each in lines.items() if _has_texts(each, "party", "measure")}
    terms = {place: each for place, each in terms.items() if _has_texts(each, "path")}
    stated = RedLines.model_construct(
        red_lines=tuple(_named_line(each) for each in lines.values()),
        terms=tuple(OnTable.model_construct(path=each["path"], values=()) for each in terms.values()),
    )
    return Sheet(stated, file, draft=draft, places={"red_lines": [*lines], "terms": [*terms]})


def _named_line(data: Mapping[str, Any]) -> RedLine:
    low, high = (0.0, None) if "at_least" in data else (None, 0.0)
    statistic = data["statistic"] if _has_texts(data, "statistic") else None
    return RedLine.model_construct(party=data["party"], measure=data["measure"], statistic=statistic, at_least=low,
                                   at_most=high)


def _has_texts(data: Mapping[str, Any], *names: str) -> bool:
    return all(isinstance(data.get(name), str) and data[name] for name in names)


def _twice(sheet: Sheet) -> Iterator[tuple[Keys, str, str]]:
    """Yield what is there twice: a path, or a limit on one figure for one party."""
    limits: list[Any] = [(place, (line.party, line.names, line.at_least is None)) for place, line in sheet.lines()]
    for name, marks, told in (
        ("red_lines", limits, "limits the same figure for the same party as {first}; keep the stricter"),
        ("terms", [(place, term.path) for place, term in sheet.terms()], "is the same term as {first}; keep one"),
    ):
        known: dict[Any, int] = {}
        for place, mark in marks:
            if mark in known:
                yield (name, place), f"{name}[{place + 1}]", told.format(first=f"{name}[{known[mark] + 1}]")
            known.setdefault(mark, place)


def _in_order(found: list[Complaint]) -> list[Problem]:
    def order(each: Complaint) -> int:
        place: Place = each.place
        return place.line or 0

    return [Problem(each.place.file, each.place.line, each.path, each.message) for each in sorted(found, key=order)]


__all__ = ["MOST_LINES", "FaultyError", "OnTable", "RedLine", "RedLines", "Sheet", "as_red_lines", "read_red_lines"]
