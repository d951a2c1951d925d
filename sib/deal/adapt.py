"""A stress on the deal at hand: which of its terms change, from what to what, and that as an ordinary overlay.

In come a deal and changes that name terms by ``*``, out goes an ``Adapted`` paper: the deal with an overlay laid over
it, read as if from files, so that all rules of the reader hold. A change that meets no term of the deal is told.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from sib.deal.location import Keys, spelled
from sib.deal.overlay import Draft, Layer, copied, plain
from sib.deal.parties import BOUGHT
from sib.deal.reader import validated
from sib.deal.scenario import Scenario
from sib.deal.setting import keys_of
from sib.deal.shape import IDENTITIES, WHOLE_FILE, Shape, fields, has_names, name_of
from sib.deal.stress import EVERY, Change, Grade, Stress
from sib.errors import Problem, ScenarioError

LEVELS = ("value", "amount", "mean", "low", "mode", "high", "values", "months", "successes")
"""What of a distribution a change moves; its spread stays."""
DECIMALS, CENTS = 8, 2


@dataclass(frozen=True, slots=True)
class Changed:
    """A term that a stress changes.

    Parameters
    ----------
    path : tuple
        With names for the items of lists.
    before, after : object
        As a file would have them; None where the deal was silent.
    source : str
        Why it is so.
    """

    path: Keys
    before: Any
    after: Any
    source: str


@dataclass(frozen=True, slots=True)
class Lack:
    """Why a change is not made to a deal.

    Parameters
    ----------
    why : {"absent", "zero", "unchanged", "needs", "grade"}
        The deal has none of the terms; they are 0 and would be multiplied; they are already what the change makes of
        them; or something that the change needs does not stand there; or the stress has no such grade.
    what : tuple of str
        The paths, ``path = value``, or the stresses.
    """

    why: Literal["absent", "zero", "unchanged", "needs", "grade"]
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Adapted:
    """A deal under a stress.

    Parameters
    ----------
    deal : Scenario
    changed : tuple of Changed
        In the order of the stress.
    missing : tuple of Lack
        Changes that met no term, and so were not made; those whose ``needs`` the deal does not meet are none of them.
    overlay : dict
        The same as tables, as an overlay file has them.
    """

    deal: Scenario
    changed: tuple[Changed, ...]
    missing: tuple[Lack, ...]
    overlay: Mapping[str, Any]


class DoesNotApplyError(Exception):
    """A stress that changes no term of a deal; ``lacks`` says why."""

    def __init__(self, lacks: tuple[Lack, ...]) -> None:
        self.lacks = lacks
        super().__init__(lacks)


def adapt(deal: Scenario, stresses: Sequence[tuple[Stress, Grade]]) -> Adapted:
    """Lay stresses over a deal, one after the other.

    Parameters
    ----------
    deal : Scenario
    stresses : sequence of (Stress, grade)
        Each changes what those before it left.

    Raises
    ------
    DoesNotApplyError
        When one of them changes nothing, since the deal has none of its terms.
    ScenarioError
        When what comes out is no valid deal.
    """
    under, changed, missing = deal, list[Changed](), list[Lack]()
    for stress, grade in stresses:
        found, lacks = _changes(under, stress, grade)
        if not found:
            raise DoesNotApplyError(tuple(dict.fromkeys(lacks)))
        under = _laid(under, found, f"{stress.name} ({grade})")
        changed += found
        missing += [lack for lack in lacks if lack.why != "needs"]
    return Adapted(under, tuple(changed), tuple(dict.fromkeys(missing)), overlay(deal, changed))


def _changes(deal: Scenario, stress: Stress, grade: Grade) -> tuple[list[Changed], list[Lack]]:
    """Return what a stress changes, and what it asked for in vain."""
    data, found, lacks = resolved(deal), dict[Keys, Changed](), list[Lack]()
    source = f"stress {stress.name} ({grade}), {stress.source}"
    for change in stress.changes(grade):
        unmet = tuple(_unmet(data, change))
        if unmet:
            lacks.append(Lack("needs", unmet))
            continue
        spots = {path: list(_spots(data, keys_of(path), change)) for path in change.terms}
        moved = {path: Changed(path, before, after, source)
                 for met in spots.values() for path, before, after in met if before != after}
        there = tuple(path for path, met in spots.items() if met)
        if not moved:
            lacks.append(Lack(_idle(change, spots), there) if there else Lack("absent", change.terms))
        found = {**moved, **found}
    return list(found.values()), lacks


def _idle(change: Change, spots: dict[str, list[tuple[Keys, Any, Any]]]) -> Literal["zero", "unchanged"]:
    """Return why terms that a change meets stay what they are."""
    are_zero = all(_is_zero(before) for met in spots.values() for _, before, _ in met)
    return "zero" if change.times is not None and not change.plus and are_zero else "unchanged"


def _is_zero(value: Any) -> bool:
    return all(each == 0 for each in value) if isinstance(value, list) else bool(value == 0)


def resolved(deal: Scenario) -> dict[str, Any]:
    """Return a deal as plain data with everything that holds where its file is silent."""
    data = deal.canonical()
    for law, payer in deal.payers.items():
        data["payers"][law].setdefault("cashable", BOUGHT[payer.bought].model_dump(exclude={"source"}))
    return data


def _unmet(data: dict[str, Any], change: Change) -> Iterator[str]:
    """Yield what a change needs and the deal does not have, with what it has instead."""
    for path, wanted in change.needs.items():
        there = [value for _, value, _ in _walk(((), data, WHOLE_FILE), keys_of(path)) if value is not None]
        if not any(wanted in (EVERY, value) for value in there):
            yield f"{path} = {wanted}" + (f" (is {there[0]})" if there else "")


_Spot = tuple[Keys, Any, Shape]


def _walk(spot: _Spot, keys: Sequence[str]) -> Iterator[_Spot]:
    """Yield the places that a path leads to, ``*`` for every item; a term that is left out has the value None."""
    path, value, shape = spot
    if not keys:
        yield spot
        return
    key, *rest = keys
    if isinstance(value, list) and has_names(value) and shape.item:
        inner = [((*path, name_of(item, 0)), item, shape.item) for item in value if key in (EVERY, name_of(item, 0))]
    elif isinstance(value, dict):
        names = list(value) if key == EVERY else [key]
        inner = [((*path, name), value.get(name), child) for name in names if (child := shape.child(name, value))]
    else:
        inner = []
    for each in inner:
        yield from _walk(each, rest)


def _spots(data: dict[str, Any], keys: Sequence[str], change: Change) -> Iterator[tuple[Keys, Any, Any]]:
    """Yield path, value before and value after of each term that a change meets."""
    for path, value, shape in _walk(((), data, WHOLE_FILE), keys):
        if change.to is not None:
            yield path, value, _replaced(value, change.to, shape)
            continue
        for at, before, inner in _levels((path, value, shape)):
            after = _moved(before, change, inner)
            if after is not None:
                yield at, before, after


def _replaced(value: Any, to: Any, shape: Shape) -> Any:
    """Return what is written in place of a term; a table of another kind keeps what the new kind knows as well."""
    table = shape.table(to) if isinstance(to, dict) and "kind" in to else None
    if table is None or not isinstance(value, dict) or to["kind"] == value.get("kind"):
        return to
    return {key: inner for key, inner in value.items() if key in fields(table)} | to


def _levels(spot: _Spot) -> Iterator[_Spot]:
    """Yield a term, or the levels of the distribution that stands there."""
    path, value, shape = spot
    if isinstance(value, dict) and "kind" in value and shape.tables:
        yield from (((*path, name), value[name], child) for name in LEVELS
                    if name in value and (child := shape.child(name, value)))
    else:
        yield spot


def _moved(value: Any, change: Change, shape: Shape) -> Any:
    """Return a number, or each number of a list, after a change; None where there is none."""
    if isinstance(value, list) and value:
        item = shape.item or shape
        moved = [_moved(each, change, item) for each in value]
        return None if None in moved else moved
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    number = moved_number(value, change)
    is_whole = (shape.item or shape).core is int
    last = 0 if is_whole else -(CENTS if shape.is_money else DECIMALS)
    rounded = number.quantize(Decimal(1).scaleb(last), ROUND_HALF_UP)
    return int(rounded) if is_whole else float(rounded)


def moved_number(value: float, change: Change) -> Decimal:
    """Return a number times, plus, and within its ends, exactly.

    Examples
    --------
    >>> moved_number(22_000, Change(terms=("programme.enrolment",), times=0.9, plus=0.5))
    Decimal('19800.5')
    """
    number = Decimal(repr(value))
    if change.times is not None:
        number *= Decimal(repr(change.times))
    if change.plus is not None:
        number += Decimal(repr(change.plus))
    low = -math.inf if change.at_least is None else change.at_least
    high = math.inf if change.at_most is None else change.at_most
    return min(max(number, Decimal(repr(low))), Decimal(repr(high))).normalize()


def overlay(deal: Scenario, changed: Sequence[Changed]) -> dict[str, Any]:
    """Return changes as the tables of an overlay file, each with its source beside it."""
    data, tables = resolved(deal), dict[str, Any]()
    for each in changed:
        _put((data, tables), each)
    return tables


def _put(trees: tuple[dict[str, Any], dict[str, Any]], changed: Changed) -> None:
    """Write a change into the tables, and its source into the innermost table that may have one."""
    standing, tables = trees
    there: Any = standing
    here: Any = tables
    shape, sourced = WHOLE_FILE, (tables, "")
    for place, key in enumerate(changed.path):
        table = shape.table(there) if isinstance(there, dict) else None
        if table is not None:
            sourced = (here, str(key))
        child = shape.child(key, there) if isinstance(there, dict) else shape.item
        is_last = place == len(changed.path) - 1
        if is_last and isinstance(here, list):
            _write_item(here, _named(there, key), changed)
        elif is_last:
            here[str(key)] = copied(changed.after)
        else:
            there = there.get(key) if isinstance(there, dict) else _named(there, key)
            here = _entered(here, str(key), there)
        shape = child or shape
    owner, field = sourced
    owner.setdefault("source", {})[field] = changed.source


def _write_item(here: list[Any], there: dict[str, Any], changed: Changed) -> None:
    """Write what a whole item of a list becomes; only a table can be."""
    if not isinstance(changed.after, dict):
        raise _NoTableError(spelled(changed.path))
    _entered(here, str(changed.path[-1]), there).update(copied(changed.after))


class _NoTableError(Exception):
    """The path of an item of a list that would become something else than a table."""


def _named(items: Any, name: Any) -> Any:
    return next(item for item in items if name_of(item, 0) == name)


def _entered(here: Any, key: str, there: Any) -> Any:
    """Return the table or list of the overlay that stands at a key, made where there is none."""
    if isinstance(here, list):
        known = next((item for item in here if name_of(item, 0) == key), None)
        if known is None:
            identity = next(name for name in IDENTITIES if name in there)
            known = {identity: key}
            here.append(known)
        return known
    return here.setdefault(key, [] if isinstance(there, list) else {})


def _laid(deal: Scenario, changed: Sequence[Changed], name: str) -> Scenario:
    """Return a deal with changes laid over it, as the reader would."""
    draft = Draft()
    draft.lay(Layer(0, deal.name, plain(deal), {}))
    try:
        draft.lay(Layer(1, name, overlay(deal, changed), {}))
    except _NoTableError as error:
        told = "is a table; name one of its terms, or write a table"
        raise ScenarioError([Problem(name, None, str(error), told)]) from None
    return validated(draft)


__all__ = ["Adapted", "Changed", "DoesNotApplyError", "adapt", "moved_number", "overlay", "resolved"]
