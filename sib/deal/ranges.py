"""How far numbers of a deal may lie from what it says: ranges that its sources argue, that a file or the caller gives.

In come a reading, a TOML file and ends by path, out goes a ``Ranges`` paper: inputs with their ends, what hangs
together, and what has no range. A range is never guessed: where it is not clear which number a source means, it says
so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from sib.deal.assumptions import Told, told
from sib.deal.location import Keys, spelled
from sib.deal.number import Number, number_at
from sib.deal.overlay import Draft, Layer, copied, plain
from sib.deal.reader import Reading
from sib.deal.scenario import Scenario
from sib.deal.vary import Base
from sib.errors import ScenarioError

Shape = Literal["uniform", "triangular", "pert"]
"""How what is not known of an input may be spread between its ends."""

_NUMBER = r"\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?"
_PAIR = rf"(?P<low>{_NUMBER})%? to (?P<high>{_NUMBER})(?P<percent>%?)"
_ENDS = re.compile(rf"(?:\b(?P<before>[a-z_]+)\s+)?{_PAIR}(?P<words>(?:\s+[a-z]+){{0,3}}?)\s+(?:argued|seen)\b")
_LIKE = re.compile(r"\bas for (?P<name>[^\s,;:()]+)")


@dataclass(frozen=True, slots=True)
class Input:
    """A number of the deal that may be another.

    Parameters
    ----------
    paths : tuple of str
        Where it stands; of several, all have the same value at a time.
    number : Number
        What kind of number it is, and what it is now.
    low, high : float or int
        Ends of its range.
    shape : {"uniform", "triangular", "pert"}
        How likely values between the ends are.
    mode : float or None
        Likeliest value; None where all are equally likely.
    source : str
        Who says so.
    """

    paths: tuple[str, ...]
    number: Number
    low: float | int
    high: float | int
    shape: Shape
    mode: float | None
    source: str

    @property
    def name(self) -> str:
        """The first of its paths."""
        return self.paths[0]

    def terms(self, value: float) -> dict[str, float | int]:
        """Return the terms of a deal in which it has a value, rounded to what can be written."""
        return dict.fromkeys(self.paths, self.number.written(value))


@dataclass(frozen=True, slots=True)
class Dependence:
    """Two inputs that lie high together, or one high where the other is low.

    Parameters
    ----------
    first, second : str
        Names of inputs.
    correlation : float
        Between their normal scores (a Gaussian copula), above -1 and below 1.
    """

    first: str
    second: str
    correlation: float


@dataclass(frozen=True, slots=True)
class Unclear:
    """A range that the deal speaks of and that nothing is made of.

    Parameters
    ----------
    path : str
        The table, or the term.
    source : str
    why : {"several", "outside", "no_deal"}
        It could be of several numbers, or of none; the number lies outside it; an end of it makes no valid deal.
    """

    path: str
    source: str
    why: Literal["several", "outside", "no_deal"]


@dataclass(frozen=True, slots=True)
class Ranges:
    """What is known of how far numbers may lie from what the deal says.

    Parameters
    ----------
    inputs : tuple of Input
        In the order of their names.
    dependences : tuple of Dependence
    n_without : int
        Numbers that the deal writes and that have no range.
    unclear : tuple of Unclear
    """

    inputs: tuple[Input, ...]
    dependences: tuple[Dependence, ...]
    n_without: int
    unclear: tuple[Unclear, ...]


def reading_of(deal: Reading | Scenario) -> Reading:
    """Return a deal with the places of its terms; one that came without its file names itself."""
    if isinstance(deal, Reading):
        return deal
    draft = Draft()
    draft.lay(Layer(0, deal.name, copied(plain(deal)), {}))
    return Reading(deal, deal.name, (), (), draft.data, draft.wrote, draft.began)


def numbers_of(reading: Reading) -> list[Told]:
    """Return the numbers that a deal writes, with their sources."""
    return [each for each in told(reading) if type(each.term.value) in (int, float) and each.term.kind != "default"]


def ends_of(source: str) -> tuple[float, float, tuple[str, ...]] | None:
    """Return the ends of the range that a source argues or has seen, and the words around it; None without one.

    Examples
    --------
    >>> ends_of("assumed: 12 to 36 months seen")
    (12.0, 36.0, ('months',))
    >>> ends_of("assumed; 10 to 40% argued"), ends_of("S0")
    ((0.1, 0.4, ()), None)
    """
    found = list(_ENDS.finditer(source))
    if len(found) != 1 or len(re.findall(_PAIR, source)) != 1:
        return None
    low, high = (float(found[0][end].replace(",", "")) for end in ("low", "high"))
    scale = 100 if found[0]["percent"] else 1
    return low / scale, high / scale, (*found[0]["words"].split(), *filter(None, [found[0]["before"]]))


def argued(reading: Reading, base: Base) -> tuple[list[Input], list[Unclear]]:
    """Return the inputs whose range the deal's own sources say, and the ranges that are not clear."""
    numbers = numbers_of(reading)
    by_keys = {each.keys: each for each in numbers}
    inputs, unclear = list[Input](), list[Unclear]()
    for keys, group in groupby(sorted(numbers, key=lambda each: _sortable(each.source_keys)),
                               key=lambda each: each.source_keys):
        members = list(group)
        source = members[0].term.source or ""
        if not keys or not _ENDS.search(source):
            continue
        found = _meant(members, source, by_keys)
        if isinstance(found, Unclear):
            unclear.append(found)
            continue
        number, low, high = found
        one = _input(number, base, ends=(low, high))
        paths = (one.name, *(spelled(each.keys) for each in _alike(number, numbers)))
        one = replace(one, paths=paths)
        if is_deal(base, one):
            inputs.append(one)
        else:
            unclear.append(Unclear(one.name, source, "no_deal"))
    return inputs, unclear


def _sortable(keys: Keys) -> tuple[str, ...]:
    return tuple(map(str, keys))


def _meant(
    members: list[Told], source: str, by_keys: Mapping[Keys, Told]
) -> tuple[Told, float, float] | Unclear:
    """Return which of the numbers that share a source its range is of, and the ends of that.

    The one that the words around it name, of a distribution its mean, else the only one that lies in it while the
    others are zero. A range of a share that is about a pilot's successes is of them as a share of its trials.
    """
    ends = ends_of(source)
    whole = spelled(members[0].keys if len(members) == 1 else members[0].table)
    if ends is None:
        return Unclear(whole, source, "several")
    low, high, words = ends
    named = [each for each in members if each.keys[-1] in words]
    named = named or [each for each in members if each.keys[-1] == "mean"] or members
    of = by_keys.get((*named[0].keys[:-1], "trials"))
    if len(named) == 1 and named[0].keys[-1] == "successes" and high <= 1 and of is not None:
        return named[0], low * of.term.value, high * of.term.value
    inside = [each for each in named if low <= each.term.value <= high and not _is_listed(each.keys)]
    others = [each for each in named if each not in inside and each.term.value]
    if len(inside) == 1 and not others:
        return inside[0], low, high
    return Unclear(whole, source, "outside" if len(named) == 1 else "several")


def _is_listed(keys: Keys) -> bool:
    """Whether a term is reached through a place in a list, where nothing can be set."""
    return any(isinstance(key, int) for key in keys)


def _alike(number: Told, numbers: Iterable[Told]) -> Iterator[Told]:
    """Yield the same number of other tables that are said to be ``as for`` this one."""
    for each in numbers:
        like = _LIKE.search(each.term.source or "") if each.source_keys else None
        if like is None or not each.table:
            continue
        there = (*each.table[:-1], like["name"], *each.keys[len(each.table) :])
        if there == number.keys and each.term.value == number.term.value:
            yield each


def _input(number: Told, base: Base, *, ends: tuple[float, float]) -> Input:
    """Return a number of the deal as an input."""
    path = spelled(number.keys)
    kind = number_at(base.term(path))
    low, high = map(kind.written, ends)
    return Input((path,), kind, low, high, "uniform", None, number.term.source or "")


def is_deal(base: Base, one: Input) -> bool:
    """Whether both ends of a range make a valid deal."""
    try:
        for end in (one.low, one.high):
            base.with_terms(one.terms(end))
    except ScenarioError:
        return False
    return True
