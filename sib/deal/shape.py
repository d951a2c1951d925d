"""What may stand where: the models of ``deal/`` read as the shape of a file.

An overlay, a message and the list of assumptions all walk the tables of a scenario beside the classes that
describe them. This room answers their questions: which table is this, what is the field called, which kinds
are there, what holds where nothing is written. It reads annotations and never a value's meaning.
"""

from __future__ import annotations

import json
import math
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from sib.deal.location import Keys
from sib.deal.scenario import Scenario
from sib.deal.term import NumberAs, Term, whole_hundredths

IDENTITIES = ("name", "activity")
"""The keys by which tables in a list are told apart."""

_PLAIN = {
    float: "a number",
    int: "a whole number",
    str: "a text between quotation marks",
    bool: "true or false",
    date: "a date such as 2026-01-31",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """What may be written at one place.

    Parameters
    ----------
    core : type or annotation
        The annotation without its checks and without ``None``.
    shorthand : NumberAs or None
        How a bare number stands for a table here.
    default : object
        What holds where the file is silent; None if it must not be, or if nothing holds then.
    description : str or None
        Why the term is asked for.
    checks : tuple
        The checks of the annotation.
    """

    core: Any
    shorthand: NumberAs | None = None
    default: Any = None
    description: str | None = None
    checks: tuple[Any, ...] = ()

    @property
    def is_money(self) -> bool:
        """Whether it is an amount in whole cents."""
        return any(getattr(note, "func", None) is whole_hundredths for note in self.checks)

    @property
    def tables(self) -> tuple[type[Term], ...]:
        """The tables that may stand here: one, or several that a ``kind`` tells apart."""
        found = get_args(self.core) if _is_union(self.core) else (self.core,)
        bare = [_stripped(each)[0] for each in found]
        return tuple(bare) if all(isinstance(each, type) and issubclass(each, Term) for each in bare) else ()

    @property
    def kinds(self) -> tuple[str, ...]:
        """The names of the kinds, where there are several."""
        return tuple(kind_of(table) for table in self.tables) if len(self.tables) > 1 else ()

    @property
    def is_mixed(self) -> bool:
        """Whether unlike things may stand here (a text or a table of texts)."""
        return _is_union(self.core) and not self.tables

    @property
    def is_single(self) -> bool:
        """Whether one value stands here: no table, no list, and no bare number that a table may replace."""
        return self.core in _PLAIN or bool(self.choices)

    @property
    def is_open(self) -> bool:
        """Whether a table stands here whose keys are the file's own."""
        return get_origin(self.core) is dict

    @property
    def item(self) -> Shape | None:
        """The shape of one item, where a list stands here."""
        return shape_of(get_args(self.core)[0]) if get_origin(self.core) is tuple else None

    @property
    def choices(self) -> tuple[Any, ...]:
        """The words to choose from, where it is a choice."""
        return get_args(self.core) if get_origin(self.core) is Literal else ()

    def table(self, data: Any) -> type[Term] | None:
        """Return the table that ``data`` is meant to be, or None where it does not say so."""
        kind = data.get("kind") if isinstance(data, dict) else None
        if len(self.tables) == 1:
            return self.tables[0]
        if kind is None and isinstance(data, dict):
            return next((table for table in self.tables if not table.model_fields["kind"].is_required()), None)
        return next((table for table in self.tables if kind_of(table) == kind), None)

    def child(self, key: str | int, data: Any) -> Shape | None:
        """Return the shape of an entry of ``data``, which stands here; None where nothing is known of it."""
        if isinstance(key, int):
            return self.item
        by_key = [part for part in (self.core, *get_args(self.core)) if get_origin(part) is dict]
        if by_key:
            return shape_of(get_args(by_key[0])[1])
        table = self.table(data)
        return fields(table).get(key) if table else None

    def wanted(self) -> str:
        """Return in words what may be written here."""
        if self.choices:
            return either(toml(choice) for choice in self.choices)
        if self.kinds:
            bare = "a number, or " if self.shorthand else ""
            return f"{bare}a table with kind = {either(toml(kind) for kind in self.kinds)}"
        if self.item is not None:
            return "a list of tables" if self.item.tables else "a list between square brackets"
        if self.tables or get_origin(self.core) is dict:
            return "a table, its terms between braces or under its own heading"
        return "a text or a table of texts" if self.is_mixed else _PLAIN.get(self.core, "a value")


def shape_of(annotation: Any, field: FieldInfo | None = None) -> Shape:
    """Return the shape that an annotation gives to its place."""
    core, notes = _stripped(annotation)
    shorthand = next((note for note in notes if isinstance(note, NumberAs)), None)
    if field is None:
        return Shape(core, shorthand, checks=notes)
    default = None if field.is_required() else field.get_default()
    return Shape(core, shorthand, default, field.description, notes)


@cache
def fields(table: type[Term]) -> Mapping[str, Shape]:
    """Return the fields of a table, by their names in the file; read-only, since they are worked out once."""
    shapes = {}
    for name, field in table.model_fields.items():
        annotation = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
        shapes[field.alias or name] = shape_of(annotation, field)
    return MappingProxyType(shapes)


def kind_of(table: type[Term]) -> str:
    """Return the word that marks a table among its kinds."""
    kind: str = get_args(table.model_fields["kind"].annotation)[0]
    return kind


def name_of(item: Any, place: int) -> str | int:
    """Return what an item of a list is addressed by: its name, or its place where it has none."""
    names = [item.get(key) for key in IDENTITIES] if isinstance(item, dict) else []
    return next((name for name in names if isinstance(name, str) and name), place)


def has_names(items: Any) -> bool:
    """Return whether it is a list of tables that each have a name (an empty list has)."""
    return isinstance(items, list) and all(isinstance(name_of(item, 0), str) for item in items)


def homes(key: str, shape: Shape) -> Iterator[str]:
    """Yield the tables below a place that have a field of that name, as paths without the names of list items."""
    inner = shape.item or shape
    if get_origin(inner.core) is dict:
        inner = shape_of(get_args(inner.core)[1])
    for table in inner.tables:
        for name, child in fields(table).items():
            if name == key:
                yield ""
            yield from (f"{name}.{path}".rstrip(".") for path in homes(key, child))


def by_name(path: Keys, data: Any) -> Keys:
    """Return a path with the places in lists of ``data`` replaced by names."""
    named: list[str | int] = []
    for key in path:
        if isinstance(data, list) and isinstance(key, int):
            data = data[key]
            named.append(name_of(data, key))
        else:
            data = data.get(key) if isinstance(data, dict) else None
            named.append(key)
    return tuple(named)


def either(words: Iterable[str]) -> str:
    """Return a list in words, ending with "or"."""
    *most, last = list(words)
    return f"{', '.join(most)} or {last}" if most else last


def toml(value: Any) -> str:
    """Return a word, number or date as it is written in a file, long texts cut off."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and abs(value) >= 10**18:
        return f"a number of {math.floor(math.log10(abs(value))) + 1} digits"
    text = json.dumps(value, ensure_ascii=not value.isprintable()) if isinstance(value, str) else str(value)
    text = getattr(value, "text", text)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, types.UnionType)


def _stripped(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    """Return an annotation without checks and without ``None``, and the checks."""
    notes: tuple[Any, ...] = ()
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *found = get_args(annotation)
            notes += tuple(found)
            continue
        parts = [part for part in get_args(annotation) if part is not types.NoneType] if _is_union(annotation) else []
        if len(parts) != 1:
            return annotation, notes
        annotation = parts[0]


WHOLE_FILE = Shape(Scenario)
