"""Ranges of numbers as a file or the caller gives them: every problem at once, with the place of each.

In come a deal's reading, a TOML file and ends by path, out goes the ``Ranges`` paper of all of them. What the caller
gives goes before the file, and the file before what the deal's sources argue.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, get_args

from sib.deal.clauses import nearest
from sib.deal.location import Keys, spelled
from sib.deal.number import Number, number_at
from sib.deal.ranges import Dependence, Input, Ranges, Shape, argued, numbers_of
from sib.deal.reader import Reading
from sib.deal.shape import either, toml
from sib.deal.text import read_toml
from sib.deal.vary import Base, base_of
from sib.errors import Problem, ScenarioError

GIVEN = "--input"
"""What ends that the caller gives are called in messages and as a source."""
INPUT = ("path", "low", "high", "mode", "kind", "source")
DEPENDENCE = ("inputs", "correlation")
TABLES = {"inputs": INPUT, "dependence": DEPENDENCE}
"""What may stand in a file: lists of tables with these keys."""
SHAPED = ("triangular", "pert")
"""Kinds that have a likeliest value."""
MOST = 200
"""Most inputs of a file."""

Given = Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One table of a file, or what the caller gave: its data and where they stand."""

    file: str
    keys: Keys
    data: Mapping[str, Any]
    lines: Mapping[Keys, int]

    def problem(self, key: str, message: str) -> Problem:
        """Return a problem with one of its terms."""
        if self.file == GIVEN:
            end = f"{key} " if key in ("low", "high") else ""
            return Problem(GIVEN, None, str(self.data["path"]), f"{end}{message}")
        line = self.lines.get((*self.keys, key)) or self.lines.get(self.keys)
        path = f"{spelled(self.keys)}.{key}".strip(".") if key else spelled(self.keys)
        return Problem(self.file, line, path, message)


@dataclass
class _Desk:
    """What is checked against what, and what was wrong so far."""

    base: Base
    problems: list[Problem] = field(default_factory=list)


def _blame(desk: _Desk, entry: Entry, key: str, message: str) -> None:
    """Remember a problem with a term of a table."""
    desk.problems.append(entry.problem(key, message))


def ranges(reading: Reading, *, file: str | Path | None = None, given: Given | None = None) -> Ranges:
    """Return the ranges of a deal's numbers.

    Parameters
    ----------
    reading : Reading
        Its sources may argue ranges.
    file : str or Path, optional
        TOML with ``[[inputs]]`` and ``[[dependence]]``.
    given : mapping of str to (low, high), optional
        By path.

    Raises
    ------
    ScenarioError
        With every problem of the file and of what was given.
    """
    desk = _Desk(base_of(reading))
    own, unclear = argued(reading, desk.base)
    listed = _entries(file, desk) if file is not None else {name: [] for name in TABLES}
    from_file = _inputs(listed["inputs"], desk)
    from_caller = _inputs([Entry(GIVEN, (), {"path": path, "low": ends[0], "high": ends[1], "source": GIVEN}, {})
                           for path, ends in (given or {}).items()], desk)
    inputs = sorted(_ranked([from_caller, from_file, own]), key=lambda each: each.name)
    dependences = _dependences(listed["dependence"], inputs, desk)
    if desk.problems:
        raise ScenarioError(sorted(desk.problems, key=lambda each: (each.file == GIVEN, each.line or 0)))
    taken = {path for each in inputs for path in each.paths}
    n_without = sum(each.term.path not in taken for each in numbers_of(reading))
    told = [path for each in (*from_caller, *from_file) for path in each.paths]
    unclear = [each for each in unclear if not _is_taken(each.path, told)]
    return Ranges(tuple(inputs), dependences, n_without, tuple(unclear))


def _entries(file: str | Path, desk: _Desk) -> dict[str, list[Entry]]:
    """Return the tables of a file by the list that they are in."""
    shown = str(file)
    text = read_toml(Path(file), shown)
    whole = Entry(shown, (), text.data, text.lines)
    for name in text.data:
        if name not in TABLES:
            _blame(desk, whole, name, f"is not known here; {nearest(name, TABLES)}")
    found: dict[str, list[Entry]] = {}
    for name, keys in TABLES.items():
        tables = text.data.get(name, [])
        if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
            _blame(desk, whole, name, f"is no list of tables; write [[{name}]] above each")
            tables = []
        found[name] = [Entry(shown, (name, place), each, text.lines) for place, each in enumerate(tables)]
        for entry in found[name]:
            for key in entry.data:
                if key not in keys:
                    _blame(desk, entry, key, f"is not known here; {nearest(key, keys)}")
    if len(found["inputs"]) > MOST:
        _blame(desk, whole, "inputs", f"has {len(found['inputs'])} inputs; the largest number is {MOST}")
    return found


def _inputs(entries: Sequence[Entry], desk: _Desk) -> list[Input]:
    """Return the inputs of some tables; none twice."""
    found: list[Input] = []
    for entry in entries:
        one = _input(entry, desk)
        if one is None:
            continue
        taken = [path for old in found for path in old.paths]
        if any(_is_taken(path, taken) for path in one.paths):
            _blame(desk, entry, "path", f"= {toml(entry.data['path'])} is given twice, by itself or as part of "
                                        "another; keep one")
        else:
            found.append(one)
    return found


def _input(entry: Entry, desk: _Desk) -> Input | None:
    """Return the input of a table; None where something is wrong with it."""
    n_before = len(desk.problems)
    number, paths = _number(entry, desk)
    ends = {key: _finite(entry, key, desk) for key in ("low", "high")}
    shape = entry.data.get("kind", "uniform")
    if shape not in get_args(Shape):
        _blame(desk, entry, "kind", f"= {toml(shape)} is no kind; write {either(map(toml, get_args(Shape)))}")
    source = entry.data.get("source", entry.file)
    if not isinstance(source, str) or not source:
        _blame(desk, entry, "source", "is no text; say between quotation marks who says so")
    if number is None or ends["low"] is None or ends["high"] is None:
        return None
    low, high = ends["low"], ends["high"]
    _order(entry, number, ends=(low, high), desk=desk)
    mode = _mode(entry, number, ends=(low, high), desk=desk)
    if len(desk.problems) > n_before:
        return None
    one = Input(paths, number, number.written(low), number.written(high), shape, mode, source)
    _try(entry, one, desk)
    return one if len(desk.problems) == n_before else None


def _number(entry: Entry, desk: _Desk) -> tuple[Number | None, tuple[str, ...]]:
    """Return which number is meant, and everywhere it stands."""
    path = entry.data.get("path")
    if not isinstance(path, str) or not path:
        _blame(desk, entry, "path", "is missing; name a number of the deal, such as contract.interest.rate"
                   if path is None else "is no text; write a path between quotation marks")
        return None, ()
    try:
        spots = desk.base.each(path)
        if any(spot.shape is None for spot in spots):
            desk.base.with_terms({path: 0})
        numbers = [number_at(spot) for spot in spots]
    except ScenarioError as error:
        for each in error.problems:
            here = entry.problem("path", f"= {toml(path)}: {each.path} {each.message}")
            desk.problems.append(here if entry.keys else replace(each, file=GIVEN))
        return None, ()
    return numbers[0], tuple(number.path for number in numbers)


def _finite(entry: Entry, key: str, desk: _Desk) -> float | None:
    """Return one end of a range."""
    value = entry.data.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        _blame(desk, entry, key, "is missing; write both ends, low and high" if value is None
                   else f"= {toml(value)} is no number")
        return None
    if not math.isfinite(value):
        _blame(desk, entry, key, f"= {toml(value)} is no finite number")
        return None
    return float(value)


def _order(entry: Entry, number: Number, *, ends: tuple[float, float], desk: _Desk) -> None:
    """Find fault with ends that are no range, and with parts of what comes in whole numbers only."""
    for key, end in zip(("low", "high"), ends, strict=True):
        if number.is_whole and not end.is_integer():
            _blame(desk, entry, key, f"= {end:.15g} is no whole number; {number.path} is one")
    if ends[0] >= ends[1]:
        _blame(desk, entry, "high", f"= {ends[1]:.15g} is not above low = {ends[0]:.15g}; low comes first")


def _mode(entry: Entry, number: Number, *, ends: tuple[float, float], desk: _Desk) -> float | None:
    """Return the likeliest value: as given, else what the number is now; none where all are equally likely."""
    is_shaped = entry.data.get("kind") in SHAPED
    if "mode" not in entry.data:
        if not is_shaped:
            return None
        if number.now is None or not ends[0] <= number.now <= ends[1]:
            _blame(desk, entry, "mode", "is missing, and what the deal says lies outside the range; write the "
                                        "likeliest value")
            return None
        return float(number.now)
    mode = _finite(entry, "mode", desk)
    if not is_shaped:
        _blame(desk, entry, "mode", f"says nothing of a uniform range; write kind = {either(map(toml, SHAPED))} too")
    elif mode is not None and ends[0] < ends[1] and not ends[0] <= mode <= ends[1]:
        _blame(desk, entry, "mode", f"= {mode:.15g} lies outside the range, {ends[0]:.15g} to {ends[1]:.15g}")
    return mode


def _try(entry: Entry, one: Input, desk: _Desk) -> None:
    """Find fault with ends at which there is no deal."""
    for key, end in (("low", one.low), ("high", one.high)):
        try:
            desk.base.with_terms(one.terms(end))
        except ScenarioError as error:
            told = "; ".join(f"{each.path} {each.message}" for each in error.problems)
            _blame(desk, entry, key, f"makes no deal: {told}")


def _ranked(groups: Sequence[Sequence[Input]]) -> list[Input]:
    """Return the inputs of all groups; a path that an earlier group has is left out of later ones."""
    taken: set[str] = set()
    found: list[Input] = []
    for group in groups:
        for one in group:
            left = tuple(path for path in one.paths if not _is_taken(path, taken))
            if left:
                found.append(replace(one, paths=left))
        taken |= {path for one in group for path in one.paths}
    return found


def _is_taken(path: str, taken: Iterable[str]) -> bool:
    """Whether a path, a table around it or a term in it is among others."""
    return any(f"{path}.".startswith(f"{other}.") or f"{other}.".startswith(f"{path}.") for other in taken)


def _dependences(entries: Sequence[Entry], inputs: Sequence[Input], desk: _Desk) -> tuple[Dependence, ...]:
    """Return what hangs together, each pair once and all of it possible at a time."""
    found: dict[tuple[str, str], Dependence] = {}
    for entry in entries:
        pair = _pair(entry, inputs, desk)
        value = _finite(entry, "correlation", desk)
        if value is not None and not -1 < value < 1:
            _blame(desk, entry, "correlation", f"= {value:.15g} is no correlation; above -1 and below 1")
        elif pair is not None and value is not None:
            if pair in found:
                _blame(desk, entry, "inputs", "are tied together twice; keep one")
            found[pair] = Dependence(*pair, value)
    if entries and not desk.problems and not possible(inputs, tuple(found.values())):
        _blame(desk, entries[0], "", "and the tables below it cannot all hold at a time: two inputs that each go with "
                                     "a third cannot go against each other; make correlations smaller")
    return tuple(found[pair] for pair in sorted(found))


def _pair(entry: Entry, inputs: Sequence[Input], desk: _Desk) -> tuple[str, str] | None:
    """Return the names of two inputs that are tied together, in order."""
    listed = entry.data.get("inputs")
    if not isinstance(listed, list) or len(listed) != 2 or not all(isinstance(each, str) for each in listed):
        _blame(desk, entry, "inputs", "are not two; write two paths between square brackets")
        return None
    names = []
    for path in listed:
        meant = next((one.name for one in inputs if _stands_at(path, one, desk.base)), None)
        if meant is None:
            _blame(desk, entry, "inputs", f"names {path!r}, which has no range; "
                                        f"{nearest(path, [one.name for one in inputs])}")
        else:
            names.append(meant)
    if len(names) < 2:
        return None
    first, second = sorted(names)
    if first == second:
        _blame(desk, entry, "inputs", "are one and the same; name two")
        return None
    return first, second


def _stands_at(path: str, one: Input, base: Base) -> bool:
    """Whether an input is meant by a path."""
    try:
        return bool({spelled(spot.path) for spot in base.each(path)} & set(one.paths))
    except ScenarioError:
        return False


def possible(inputs: Sequence[Input], dependences: Sequence[Dependence]) -> bool:
    """Whether correlations can hold at the same time: whether their matrix has a root (Cholesky)."""
    rows = correlations(inputs, dependences)
    root: list[list[float]] = []
    for place, row in enumerate(rows):
        new: list[float] = []
        for other in range(place + 1):
            rest = row[other] - sum(a * b for a, b in zip(new, root[other] if other < place else new, strict=False))
            if other == place:
                if rest <= 1e-12:
                    return False
                new.append(math.sqrt(rest))
            else:
                new.append(rest / root[other][other])
        root.append(new)
    return True


def correlations(inputs: Sequence[Input], dependences: Sequence[Dependence]) -> list[list[float]]:
    """Return the correlation matrix of inputs, in their order."""
    place = {one.name: number for number, one in enumerate(inputs)}
    rows = [[float(one is other) for other in inputs] for one in inputs]
    for each in dependences:
        first, second = place[each.first], place[each.second]
        rows[first][second] = rows[second][first] = each.correlation
    return rows
