"""Where the terms of a TOML text stand: the line of every key and table, and what is written twice.

``tomllib`` reads the values; it says neither where a value stood nor where a doubled key stood first. This
room walks through the same text once, in order, and keeps lines only. It never judges a text: where it
cannot follow one it stops with what it has, and the parser says what is wrong.
"""

from __future__ import annotations

import json
import re
import tomllib
from bisect import bisect_right
from dataclasses import dataclass, field

Keys = tuple[str | int, ...]
"""A path: names of tables and keys, and the place in a list, from 0."""

DEEPEST = 20
"""Steps from the top of the file to a term, list places included; deeper texts are not read."""

_SPACE = re.compile(r"[ \t]*")
_GAP = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_TEXT = re.compile(
    r'''"""(?:[^"\\]|\\.|"(?!""))*"""(?:"{0,2})|\'\'\'(?:[^']|'(?!''))*\'\'\'(?:'{0,2})'''
    r"""|"(?:[^"\\\n]|\\.)*"|'[^'\n]*\'""",
    re.DOTALL,
)
_BARE = re.compile(r"[^,\]}#\n]+")


@dataclass(frozen=True, slots=True)
class Survey:
    """What a walk through a text found.

    Parameters
    ----------
    lines : dict of tuple to int
        Line, from 1, of each key and table, and of list items that stand on a line of their own.
    twice : list of (tuple, int, int)
        What is written twice: its path, the first line, the line of the repetition.
    too_deep : int or None
        Line at which the text nests deeper than ``DEEPEST``; the walk ends there.
    """

    lines: dict[Keys, int] = field(default_factory=dict)
    twice: list[tuple[Keys, int, int]] = field(default_factory=list)
    too_deep: int | None = None


def locate(text: str) -> dict[Keys, int]:
    r"""Return the line of every key and table of a TOML text, by path.

    Examples
    --------
    >>> locate('format = 1\n[contract.interest]\nrate = 0.04')[("contract", "interest", "rate")]
    3
    """
    return survey(text).lines


def survey(text: str) -> Survey:
    """Walk through a TOML text; return lines, repetitions and whether it nests too deep."""
    walk = _Walk(text)
    too_deep = None
    try:
        walk.document()
    except _TooDeepError as deep:
        too_deep = deep.line
    except _LostError:
        pass
    return Survey(walk.lines, walk.twice, too_deep)


class _LostError(Exception):
    """The text is no TOML from here on."""


class _TooDeepError(Exception):
    """The text nests deeper than ``DEEPEST``."""

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(line)


class _Walk:
    """One pass over a text; ``at`` is the position of the next character."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Keys, int] = {}
        self.twice: list[tuple[Keys, int, int]] = []
        self._written: dict[Keys, int] = {}
        self._n_items: dict[Keys, int] = {}
        self._newlines = [match.start() for match in re.finditer("\n", text)]

    def document(self) -> None:
        """Follow headers and pairs to the end of the text."""
        table: Keys = ()
        while True:
            self._skip(_GAP)
            if self.at >= len(self.text):
                return
            table = self._header() if self._sees("[") else table
            self._skip(_SPACE)
            if self.at < len(self.text) and self.text[self.at] not in "#\r\n[":
                self._pair(table)

    def _line(self) -> int:
        return bisect_right(self._newlines, self.at - 1) + 1

    def _sees(self, token: str) -> bool:
        return self.text.startswith(token, self.at)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def _take(self, token: str) -> None:
        if not self._sees(token):
            raise _LostError
        self.at += len(token)

    def _match(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:
            raise _LostError
        self.at = match.end()
        return match.group()

    def _keys(self) -> list[str]:
        """Read a key that may be dotted."""
        self._skip(_SPACE)
        keys = [_unquoted(self._match(_KEY))]
        self._skip(_SPACE)
        while self._sees("."):
            self.at += 1
            self._skip(_SPACE)
            keys.append(_unquoted(self._match(_KEY)))
            self._skip(_SPACE)
            if len(keys) > DEEPEST:
                raise _TooDeepError(self._line())
        return keys

    def _header(self) -> Keys:
        """Read ``[table]`` or ``[[list of tables]]``; return the path it opens."""
        line = self._line()
        brackets = "[[" if self._sees("[[") else "["
        self._take(brackets)
        *parents, name = self._keys()
        self._take("]" * len(brackets))
        path: Keys = ()
        for parent in parents:
            path = self._through((*path, parent), line)
        path = (*path, name)
        if brackets == "[":
            self._write(path, line)
            return path
        return self._next_item(path, line)

    def _through(self, path: Keys, line: int) -> Keys:
        """Pass a table on the way to another one: in a list of tables, its last."""
        self.lines.setdefault(path, line)
        return (*path, self._n_items[path] - 1) if path in self._n_items else path

    def _next_item(self, path: Keys, line: int) -> Keys:
        n_items = self._n_items.get(path, 0)
        if n_items == 0:
            self._write(path, line)
        self._n_items[path] = n_items + 1
        self._write((*path, n_items), line)
        return (*path, n_items)

    def _write(self, path: Keys, line: int) -> None:
        """Keep the line of what is written here in so many words."""
        if len(path) > DEEPEST:
            raise _TooDeepError(line)
        if path in self._written:
            self.twice.append((path, self._written[path], line))
        else:
            self._written[path] = self.lines[path] = line

    def _pair(self, table: Keys) -> None:
        """Read ``key = value``."""
        line = self._line()
        *parents, name = self._keys()
        self._take("=")
        path = table
        for parent in parents:
            path = (*path, parent)
            self.lines.setdefault(path, line)
        path = (*path, name)
        self._write(path, line)
        self._value(path)

    def _value(self, path: Keys) -> None:
        """Pass a value; what lies inside lists and inline tables is kept too."""
        if len(path) > DEEPEST:
            raise _TooDeepError(self._line())
        self._skip(_SPACE)
        if self._sees("["):
            self._list(path)
        elif self._sees("{"):
            self._inline_table(path)
        else:
            self._match(_TEXT if self.text[self.at : self.at + 1] in ("'", '"') else _BARE)

    def _list(self, path: Keys) -> None:
        opened, n_items = self._line(), 0
        self._take("[")
        self._skip(_GAP)
        while not self._sees("]"):
            item = (*path, n_items)
            if self._line() != opened or self._sees("{"):
                self.lines[item] = self._line()
            self._value(item)
            n_items += 1
            self._separator("]")
        self._take("]")

    def _inline_table(self, path: Keys) -> None:
        self._take("{")
        self._skip(_GAP)
        while not self._sees("}"):
            self._pair(path)
            self._separator("}")
        self._take("}")

    def _separator(self, end: str) -> None:
        """Pass a comma, or stay before the closing bracket."""
        self._skip(_GAP)
        if not self._sees(end):
            self._take(",")
            self._skip(_GAP)


def spelled(path: Keys) -> str:
    """Return a path as people write it; a key that would be misread is quoted, places in lists count from 1.

    Examples
    --------
    >>> spelled(("programme", "segments", "multi-problem households", "cases"))
    'programme.segments.multi-problem households.cases'
    >>> spelled(("contract", "drawdown", "draws", 0, "amount"))
    'contract.drawdown.draws[1].amount'
    """
    text = ""
    for key in path:
        if isinstance(key, int):
            text += f"[{key + 1}]"
        else:
            readable = key.isprintable() and re.fullmatch(r"[^\s.='\"\[\]](?:[^.=\"\[\]]*[^\s.=\"\[\]])?", key)
            text += ("." if text else "") + (key if readable else json.dumps(key))
    return text


def _unquoted(key: str) -> str:
    """Return a key as the parser sees it."""
    if key[0] == "'":
        return key[1:-1]
    if key[0] != '"':
        return key
    if "\\" not in key:
        return key[1:-1]
    try:
        return next(iter(tomllib.loads(f"{key} = 0")))
    except tomllib.TOMLDecodeError:
        raise _LostError from None
