"""Layers: a scenario file, overlays laid over it, and single terms set on the command line.

Tables merge; scalars and lists replace; tables in a list are addressed by their name; ``remove = true``
deletes; a table of another ``kind`` replaces the whole table. What comes out is a ``Draft``: plain data that
knows of every term which file and line wrote it. Nothing is validated here beyond what merging needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sib.deal.clauses import nearest
from sib.deal.location import Keys, spelled
from sib.deal.shape import IDENTITIES, WHOLE_FILE, Shape, by_name, has_names, name_of
from sib.deal.term import Term

REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was written: the rank of its layer, the file as the user named it, the line."""

    rank: int
    file: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Layer:
    """One file, or one setting: its data and the lines of its terms, by path with names for list items."""

    rank: int
    file: str
    data: dict[str, Any]
    lines: Mapping[Keys, int]

    @classmethod
    def of_file(cls, rank: int, file: str, *, data: dict[str, Any], lines: Mapping[Keys, int]) -> Layer:
        """Return the layer of a file, given the lines as the scanner counts them."""
        return cls(rank, file, data, {(): 1, **{by_name(path, data): line for path, line in lines.items()}})

    def place(self, path: Keys) -> Place:
        """Return where a term stands, or else the nearest table around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return Place(self.rank, self.file, self.lines.get(path))


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something wrong at a place, before it is put into the order of the file."""

    place: Place
    path: str
    message: str


@dataclass
class Draft:
    """A scenario in the making.

    Parameters
    ----------
    data : dict
        The terms as merged so far.
    began, wrote : dict of tuple to Place
        Where each term and table was first written, and where something of it was written last.
    complaints : list of Complaint
        What could not be merged.
    """

    data: dict[str, Any] = field(default_factory=dict)
    began: dict[Keys, Place] = field(default_factory=dict)
    wrote: dict[Keys, Place] = field(default_factory=dict)
    complaints: list[Complaint] = field(default_factory=list)

    def lay(self, layer: Layer) -> None:
        """Lay a layer over the draft; the first one is taken as it is."""
        if not self.wrote:
            self.data = copied(layer.data)
            self.note((), self.data, layer=layer)
        else:
            _Merge(self, layer).table(self.data, layer.data, path=(), shape=WHOLE_FILE)

    def note(self, path: Keys, value: Any, *, layer: Layer) -> None:
        """Remember that ``layer`` wrote a value and all that is in it."""
        self.began[path] = self.wrote[path] = layer.place(path)
        entries = value.items() if isinstance(value, dict) else ()
        items = enumerate(value) if isinstance(value, list) else ()
        for key, inner in [*entries, *((name_of(item, place), item) for place, item in items)]:
            self.note((*path, key), inner, layer=layer)

    def forget(self, path: Keys) -> None:
        """Forget where a term and all that was in it came from."""
        for places in (self.began, self.wrote):
            for gone in [known for known in places if known[: len(path)] == path]:
                del places[gone]

    def place(self, path: Keys, *, first: bool = False) -> Place:
        """Return where the term, or the nearest table around it, was written last (or first)."""
        places = self.began if first else self.wrote
        while path not in places:
            path = path[:-1]
        return places[path]


class _Merge:
    """One layer on its way into a draft."""

    def __init__(self, draft: Draft, layer: Layer) -> None:
        self.draft = draft
        self.layer = layer

    def table(self, target: dict[str, Any], over: dict[str, Any], *, path: Keys, shape: Shape | None) -> None:
        """Merge a table into the one that stands at ``path``."""
        if shape and shape.kinds and "kind" in over and over["kind"] != target.get("kind", over["kind"]):
            for key in [key for key in target if key not in IDENTITIES]:
                del target[key]
            self.draft.forget(path)
            self.draft.note(path, target, layer=self.layer)
        for key, value in self._with_sources(target, over, path, shape).items():
            self._entry(target, value, (*path, key), shape.child(key, {**target, **over}) if shape else None)

    def _with_sources(
        self, target: dict[str, Any], over: dict[str, Any], path: Keys, shape: Shape | None
    ) -> dict[str, Any]:
        """Let a source in the layer hold for what the layer writes, and an older one for the rest."""
        if "source" not in over or not (shape and shape.tables):
            return over
        sourced, old, new = (*path, "source"), target.get("source"), over["source"]
        if isinstance(old, str):
            target["source"] = dict.fromkeys((key for key in target if key not in (*IDENTITIES, "source")), old)
            for key in target["source"]:
                self.draft.began[*sourced, key] = self.draft.wrote[*sourced, key] = self.draft.wrote[sourced]
        if isinstance(new, str) and set(target) - {*IDENTITIES}:
            new = dict.fromkeys((key for key in over if key not in (*IDENTITIES, "source")), new)
        return {**over, "source": new}

    def _entry(self, target: dict[str, Any], value: Any, path: Keys, shape: Shape | None) -> None:
        key = path[-1]
        assert isinstance(key, str)
        if isinstance(value, dict) and value.get(REMOVE) is True:
            self._remove_entry(target, value, path, known=shape is not None)
        elif isinstance(value, dict) and isinstance(old := standing(target.get(key), shape), dict):
            if key not in target or target[key] is not old:
                self._adopt(target, old, path)
            self.table(old, value, path=path, shape=shape)
        elif value and has_names(value) and has_names(old := _standing_list(target.get(key), value, shape)):
            if key not in target:
                self._adopt(target, old, path)
            self._items(old, value, path, shape.item if shape else None)
        else:
            self._replace(target, value, path)

    def _adopt(self, target: dict[str, Any], value: Any, path: Keys) -> None:
        """Put what a bare number or a default stands for in its place, to merge into it."""
        if path not in self.draft.began:
            self.draft.began[path] = self.draft.wrote[path] = self.layer.place(path)
        elif isinstance(value, dict):
            for entry in value:
                self.draft.began[*path, entry] = self.draft.wrote[*path, entry] = self.draft.wrote[path]
        target[str(path[-1])] = value

    def _replace(self, target: dict[str, Any], value: Any, path: Keys) -> None:
        self.draft.forget(path)
        target[str(path[-1])] = copied(value)
        self.draft.note(path, value, layer=self.layer)
        self._touch(path[:-1])

    def _touch(self, table: Keys) -> None:
        """Remember that something in a table was written by this layer."""
        self.draft.wrote[table] = self.layer.place(table)

    def _items(self, target: list[Any], over: list[Any], path: Keys, shape: Shape | None) -> None:
        """Merge a list of tables by their names; new names go to the end."""
        done: set[str | int] = set()
        for item in over:
            name = name_of(item, 0)
            here = (*path, name)
            if name in done:
                self._complain(here, "is there twice; put its terms together")
                continue
            done.add(name)
            known = next((old for old in target if name_of(old, 0) == name), None)
            if item.get(REMOVE) is True:
                self._remove_item(target, item, here)
            elif known is not None:
                self.table(known, item, path=here, shape=shape)
            elif removes(item):
                self._complain(here, unknown(str(path[-1]), names(target)))
            else:
                target.append(copied(item))
                self.draft.note(here, item, layer=self.layer)
                self._touch(path)

    def _remove_entry(self, target: dict[str, Any], marker: dict[str, Any], path: Keys, *, known: bool) -> None:
        if len(marker) > 1:
            return self._complain(path, "has terms beside remove = true; it is either changed or removed")
        if path[-1] not in target and not known:
            return self._complain(path, f"is not there to be removed; {nearest(str(path[-1]), target)}")
        target.pop(str(path[-1]), None)
        self._removed(path)

    def _remove_item(self, target: list[Any], marker: dict[str, Any], path: Keys) -> None:
        if set(marker) - {REMOVE, *IDENTITIES}:
            return self._complain(path, "has terms beside remove = true; it is either changed or removed")
        kept = [item for item in target if name_of(item, 0) != path[-1]]
        if len(kept) == len(target):
            return self._complain(path, f"is not there to be removed; {nearest(str(path[-1]), names(target))}")
        target[:] = kept
        self._removed(path)

    def _removed(self, path: Keys) -> None:
        self.draft.forget(path)
        self._touch(path[:-1])

    def _complain(self, path: Keys, message: str) -> None:
        self.draft.complaints.append(Complaint(self.layer.place(path), spelled(path), message))


def standing(value: Any, shape: Shape | None) -> Any:
    """Return what a table is merged into: the value, the table a bare number stands for, or the default."""
    if shape is None or isinstance(value, dict):
        return value
    if value is None:
        return plain(shape.default) if isinstance(shape.default, Term) else ({} if len(shape.tables) == 1 else None)
    return shape.shorthand.expanded(value) if shape.shorthand else value


def _standing_list(value: Any, over: list[Any], shape: Shape | None) -> Any:
    """Return the list that tables are merged into: the value, or a default that has all the names."""
    if value is not None or shape is None:
        return value
    default = default_list(shape)
    return default if set(names(over)) <= set(names(default)) else []


def default_list(shape: Shape) -> list[Any]:
    """Return the tables that a list holds where the file is silent."""
    return [plain(term) for term in shape.default or () if isinstance(term, Term)]


def names(items: list[Any]) -> list[str]:
    """Return the names of the tables in a list."""
    return [str(name_of(item, place)) for place, item in enumerate(items)]


def removes(value: Any) -> bool:
    """Return whether something in a table is to be removed, which says that the table is meant to be there."""
    return isinstance(value, dict) and any(
        isinstance(inner, dict) and (inner.get(REMOVE) is True or removes(inner)) for inner in value.values())


def unknown(place: str, known: list[str]) -> str:
    """Return what is wrong with a table that takes something from one that is not there."""
    calibrated = " (sib calibrate --segment NAME does, where the case file names none)" if place == "segments" else ""
    one, listed = place.removesuffix("s"), ", ".join(map(repr, known)) or "none"
    return (f"is no {one} of the deal, which has {listed}; write the name of the one that is meant{calibrated}, or, to "
            f"add a {one}, take out what has remove = true")


def plain(term: Term) -> dict[str, Any]:
    """Return a term as the table it would be in a file."""
    table: dict[str, Any] = term.model_dump(by_alias=True, exclude_unset=True)
    return table


def copied(value: Any) -> Any:
    """Return a copy of tables and lists that shares no table and no list."""
    if isinstance(value, dict):
        return {key: copied(inner) for key, inner in value.items()}
    return [copied(item) for item in value] if isinstance(value, list | tuple) else value
