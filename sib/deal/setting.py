"""Single terms set by their path: ``contract.tranches.senior.interest.rate=0.05``.

A setting becomes a layer with one term in it, so that a term set on the command line, one in an overlay and
one in the file go the same way. A list is entered by the name of one of its tables, never by its place; a ``*`` is
every one of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sib.deal.clauses import nearest
from sib.deal.location import Keys, spelled
from sib.deal.overlay import Complaint, Draft, Layer, Place, default_list, names, standing
from sib.deal.shape import IDENTITIES, WHOLE_FILE, Shape, has_names, name_of
from sib.deal.text import NotTomlError, hint, parsed
from sib.errors import Problem, ScenarioError

FILE, VARIED = "--set", "term"
"""What stands in place of a file's name where a term was set, and where it is varied."""
EVERY = "*"
"""A key that stands for all tables of a list, or of a table of tables."""

_PART = r"""(?:'[^']*'|"(?:[^"\\]|\\.)*"|[^.='"\s][^.=]*)"""
_PATH = re.compile(rf"\s*{_PART}(?:\s*\.\s*{_PART})*\s*")
_WORD = re.compile(r"(?:\d+E/)?[A-Za-z0-9]*[A-Za-z][\w/:. -]*")


def parse_setting(text: str) -> tuple[str, Any]:
    """Return path and value of ``PATH=VALUE``.

    The value is read as in a file; a plain word needs no quotation marks. Keys with dots are quoted.

    Raises
    ------
    ScenarioError
        If there is no path, no value, or the value cannot be read.

    Examples
    --------
    >>> parse_setting("contract.interest.rate=0.05")
    ('contract.interest.rate', 0.05)
    >>> parse_setting("contract.interest.compounding=simple")
    ('contract.interest.compounding', 'simple')
    """
    match = _PATH.match(text)
    if match is None or text[match.end() : match.end() + 1] != "=":
        message = f"{text!r} is no PATH=VALUE, such as contract.interest.rate=0.05"
        raise ScenarioError([Problem(FILE, None, "", message)])
    path, value = match.group().strip(), text[match.end() + 1 :].strip()
    return path, _value(path, value)


def _value(path: str, text: str) -> Any:
    try:
        table = parsed(f"value = {text}").data
    except NotTomlError as error:
        table = {}
        word = _WORD.fullmatch(text)
        if word is None:
            deep = error.reasons[0][2] if error.is_too_deep else None
            message = deep or f"= {text} is no value; {hint(f'= {text}') or 'write it as in a file'}"
            raise ScenarioError([Problem(FILE, None, path, message)]) from None
    if set(table) - {"value"}:
        raise ScenarioError([Problem(FILE, None, path, "has more than one value; set one term at a time")])
    return table.get("value", text)


def keys_of(path: str) -> list[str]:
    """Return the keys of a path; raise ``NotThereError`` if it is none.

    Examples
    --------
    >>> keys_of("programme.segments.'multi-problem households'.cases")
    ['programme', 'segments', 'multi-problem households', 'cases']
    """
    if _PATH.fullmatch(path) is None:
        raise NotThereError("", f"{path!r} is no path; keys are divided by dots, such as contract.interest.rate")
    return [_key(part.strip()) for part in re.findall(_PART, path)]


def _key(part: str) -> str:
    if part[0] == "'":
        return part[1:-1]
    return str(json.loads(part)) if part[0] == '"' else part


def lay_setting(draft: Draft, path: str, *, value: Any, rank: int, file: str = FILE) -> None:
    """Lay a single term over the draft, or note in the draft why that cannot be done.

    Parameters
    ----------
    draft : Draft
        Must have its file already.
    path : str
        Keys divided by dots.
    value : object
        As ``tomllib`` would give it; numbers and arrays of numpy are turned into plain ones.
    rank : int
        Place among the layers.
    file : str
        What errors name in place of a file.
    """
    try:
        data = _nested(keys_of(path), _plain(value), Spot((), draft.data, WHOLE_FILE))
    except NotThereError as error:
        draft.complaints.append(Complaint(Place(rank, file, None), error.path, error.message))
    else:
        draft.lay(Layer(rank, file, data, {}))


def term_at(data: dict[str, Any], path: str) -> Spot:
    """Return the place of a term in the data of a file; of several that ``*`` stands for, the first.

    Raises
    ------
    ScenarioError
        If the path leads nowhere.
    """
    return terms_at(data, path)[0]


def terms_at(data: dict[str, Any], path: str) -> list[Spot]:
    """Return the places that a path stands for, several where it has a ``*``; raises as ``term_at`` does."""
    spots = [Spot((), data, WHOLE_FILE)]
    try:
        for key in keys_of(path):
            spots = [inner for spot in spots for inner in spot.inner(key).values()]
    except NotThereError as error:
        raise ScenarioError([Problem(VARIED, None, error.path, error.message)]) from None
    return spots


class NotThereError(Exception):
    """A path that leads nowhere."""

    def __init__(self, path: str, message: str) -> None:
        self.path = path
        self.message = message
        super().__init__(path, message)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on the way to a term: its path, what stands there, what may stand there."""

    path: Keys
    value: Any
    shape: Shape | None

    @property
    def is_list(self) -> bool:
        """Whether a list stands here, or may."""
        return isinstance(self.value, list) or bool(self.shape and self.shape.item)

    def inner(self, key: str) -> dict[str, Spot]:
        """Return the places that a key stands for, by name: one, or all tables that are here."""
        if key != EVERY:
            return {key: self.item(key) if self.is_list else self.entry(key)}
        listed = self._items() if self.is_list else None
        if listed is None and not (self.shape and self.shape.is_open and isinstance(self.value, dict)):
            raise NotThereError(spelled(self.path), f"has no things with names in it for {EVERY!r} to stand for")
        if listed is not None and not self._is_named(listed):
            raise self.no_place()
        found = names(listed) if listed is not None else list(self.value)
        if not found:
            raise NotThereError(spelled(self.path), f"is empty; there is nothing for {EVERY!r} to stand for")
        return {name: self.item(name) if self.is_list else self.entry(name) for name in found}

    def _items(self) -> Any:
        """Return the list that stands here, or that holds where the file is silent."""
        return default_list(self.shape) if self.value is None and self.shape else self.value

    def entry(self, key: str) -> Spot:
        """Return the place of an entry of the table that stands here."""
        if self.shape and self.shape.is_single:
            raise NotThereError(spelled(self.path), f"has no terms in it; give it {self.shape.wanted()}")
        table = standing(self.value, self.shape)
        numbered = re.fullmatch(r"(.+)\[\d+\]", key)
        if numbered and self.shape and (inner := self.shape.child(numbered[1], table)) and inner.item:
            raise self.entry(numbered[1]).no_place()
        shape = self.shape.child(key, table) if self.shape else None
        return Spot((*self.path, key), table.get(key) if isinstance(table, dict) else None, shape)

    def item(self, name: str) -> Spot:
        """Return the place of the table of that name in the list that stands here."""
        path = (*self.path, name)
        items = self._items()
        if not self._is_named(items):
            raise self.no_place()
        found = [item for item in items if name_of(item, 0) == name]
        if not found:
            raise NotThereError(spelled(path), f"is not there; {nearest(name, names(items))}")
        return Spot(path, found[0], self.shape.item if self.shape else None)

    def no_place(self) -> NotThereError:
        """Return why nothing in the list that stands here is set by its place."""
        items = self._items()
        if self._is_named(items) and items:
            such = spelled((*self.path, names(items)[0]))
            return NotThereError(spelled(self.path), f"is a list of things with names; write a name, such as {such}")
        return NotThereError(spelled(self.path), "is a list without names; set all of it, between square brackets")

    def _is_named(self, items: Any) -> bool:
        return has_names(items) and bool(self.shape and self.shape.item and self.shape.item.tables)


def _nested(keys: list[str], value: Any, spot: Spot) -> Any:
    """Return the tables that say nothing but this one term, or the same term of several tables."""
    if not keys:
        return value
    found = {name: (_nested(keys[1:], value, inner), inner) for name, inner in spot.inner(keys[0]).items()}
    if not spot.is_list:
        return {name: terms for name, (terms, _) in found.items()}
    return [_item(name, terms, inner) for name, (terms, inner) in found.items()]


def _item(name: str, terms: Any, spot: Spot) -> dict[str, Any]:
    """Return one table of a list, with the name that it goes by."""
    if not isinstance(terms, dict):
        raise NotThereError(spelled(spot.path), "is a table; set one of its terms, or write a table between braces")
    identity = next(key for key in IDENTITIES if key in spot.value)
    return {identity: name, **terms}


def _plain(value: Any) -> Any:
    """Return a value as ``tomllib`` would give it, at any depth."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    to_list = getattr(value, "tolist", None)
    value = to_list() if to_list else value
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
