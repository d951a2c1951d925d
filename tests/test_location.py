"""Lines of terms: by hand on awkward texts, and on generated documents whose lines are known by construction."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sib.deal.location import DEEPEST, Keys, locate, spelled, survey

AWKWARD = '''\
# comment with [header] and a = 1
"quoted key" = 1
a.b . 'c d' = 2
text = """
[not.a.table]
x = "y" \\"""
""""
raw = \'\'\'
[[nor.this]] # ' "
\'\'\'
list = [ # comment, with ] in it
    1, "]",
    [2,
     { deep = 3, "q.r" = [
        4] }],
]
inline = { p = 1, q.r = { s = "}" }, t = [] } # end
when = 1979-05-27 07:32:00
quotes = [ """two"""""
, \'\'\'two\'\'\'\'\'
]

[table."with.dot"]
value = 1
[[items]]
name = "first"
[items.inner]
x = 1
[[items]]
name = "second"
  [[items.sub]]
  y = 1
[ items . other ]
z = 1
'''
LINES = {
    ("quoted key",): 2,
    ("a",): 3,
    ("a", "b"): 3,
    ("a", "b", "c d"): 3,
    ("text",): 4,
    ("raw",): 8,
    ("list",): 11,
    ("list", 0): 12,
    ("list", 1): 12,
    ("list", 2): 13,
    ("list", 2, 1): 14,
    ("list", 2, 1, "deep"): 14,
    ("list", 2, 1, "q.r"): 14,
    ("list", 2, 1, "q.r", 0): 15,
    ("inline",): 17,
    ("inline", "p"): 17,
    ("inline", "q"): 17,
    ("inline", "q", "r"): 17,
    ("inline", "q", "r", "s"): 17,
    ("inline", "t"): 17,
    ("when",): 18,
    ("quotes",): 19,
    ("quotes", 1): 20,
    ("table",): 23,
    ("table", "with.dot"): 23,
    ("table", "with.dot", "value"): 24,
    ("items",): 25,
    ("items", 0): 25,
    ("items", 0, "name"): 26,
    ("items", 0, "inner"): 27,
    ("items", 0, "inner", "x"): 28,
    ("items", 1): 29,
    ("items", 1, "name"): 30,
    ("items", 1, "sub"): 31,
    ("items", 1, "sub", 0): 31,
    ("items", 1, "sub", 0, "y"): 32,
    ("items", 1, "other"): 33,
    ("items", 1, "other", "z"): 34,
}


def key_paths(data: Any, path: Keys = ()) -> Iterator[Keys]:
    """Paths of all keys in parsed data."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield (*path, key)
            yield from key_paths(value, (*path, key))
    elif isinstance(data, list):
        for place, value in enumerate(data):
            yield from key_paths(value, (*path, place))


def keys_only(lines: dict[Keys, int]) -> set[Keys]:
    return {path for path in lines if isinstance(path[-1], str)}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_awkward_text_counted_by_hand(newline: str) -> None:
    assert locate(AWKWARD.replace("\n", newline)) == LINES
    assert keys_only(LINES) == set(key_paths(tomllib.loads(AWKWARD)))


@pytest.mark.parametrize(
    ("text", "twice"),
    [
        ("a = 1\nb = 2\na = 3", [(("a",), 1, 3)]),
        ("[t]\na = 1\n[u]\n[t]\nb = 1", [(("t",), 1, 4)]),
        ("t = 1\n[t]", [(("t",), 1, 2)]),
        ("[[t]]\n[t]", [(("t",), 1, 2)]),
        ("[t]\n[[t]]", [(("t",), 1, 2)]),
        ("t = { a = 1, a = 2 }", [(("t", "a"), 1, 1)]),
        ("a = 1\n'a' = 2\n\"\\u0061\" = 3", [(("a",), 1, 2), (("a",), 1, 3)]),
        ("[[t]]\nx = 1\n[[t]]\nx = 1\ny = 1\ny = 2", [(("t", 1, "y"), 5, 6)]),
        ("a.b = 1\na.c = 1\na.b = 2", [(("a", "b"), 1, 3)]),
    ],
)
def test_what_is_written_twice_is_found_where_the_parser_refuses_it(text: str, twice: list[Any]) -> None:
    assert survey(text).twice == twice
    with pytest.raises(tomllib.TOMLDecodeError):
        tomllib.loads(text)


@pytest.mark.parametrize("write", ["{0}1{1}", "a = {0}1{1}", "[t]\na = {0}1{1}"])
def test_lists_may_nest_as_deep_as_allowed_and_no_deeper(write: str) -> None:
    keys = {"{0}1{1}": 1, "a = {0}1{1}": 1, "[t]\na = {0}1{1}": 2}[write]
    text = write if write[0] != "{" else f"a = {write}"
    for n_lists, is_too_deep in ((DEEPEST - keys, False), (DEEPEST - keys + 1, True), (100_000, True)):
        seen = survey(text.format("[" * n_lists, "]" * n_lists))
        assert (seen.too_deep is not None) is is_too_deep
    assert seen.too_deep == text.count("\n") + 1


@pytest.mark.parametrize("deep", [".".join("a" * 50_000) + " = 1", f"[{'.'.join('a' * 21)}]", "a = " + "{b=" * 50_000])
def test_keys_and_tables_nest_no_deeper_either(deep: str) -> None:
    assert survey(f"x = 1\n{deep}").too_deep == 2


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        (("a", "b c", "d"), "a.b c.d"),
        (("a", 0, 1, "b"), "a[1][2].b"),
        (("a.b", "c=d", ""), '"a.b"."c=d".""'),
        ((" a", "b ", "it's", "'t"), '" a"."b ".it\'s."\'t"'),
        (("\x1b[31m", "a\nb"), '"\\u001b[31m"."a\\nb"'),
        (("é",), "é"),
    ],
)
def test_paths_are_spelled_so_that_they_cannot_be_misread(path: Keys, text: str) -> None:
    assert spelled(path) == text


# Generated documents: the writer notes the line of every key as it writes it.

KEYS = st.text(st.sampled_from("ab-1. \"'#=[]{},é\\\n\t"), max_size=3)
SCALARS = st.one_of(
    st.booleans(),
    st.integers(-(2**40), 2**40),
    st.floats(allow_nan=False),
    st.dates(),
    st.text(st.sampled_from("a1.[]{}#=,\"'\\\n é"), max_size=8),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=10
)
DOCUMENTS = st.dictionaries(KEYS, VALUES, max_size=5)


class Writer:
    """Writes data as TOML in one of many ways, noting lines."""

    def __init__(self, draw: st.DataObject) -> None:
        self.text = ""
        self.lines: dict[Keys, int] = {}
        self._draw = draw

    def choose(self, *ways: str) -> str:
        return self._draw.draw(st.sampled_from(ways))

    def document(self, data: dict[str, Any]) -> None:
        self.body(data, ())

    def note(self, path: Keys) -> None:
        self.lines[path] = self.text.count("\n") + 1

    def body(self, data: dict[str, Any], path: Keys) -> None:
        """Write pairs first, then what gets a heading of its own."""
        later = []
        for key, value in data.items():
            here = (*path, key)
            tables = isinstance(value, list) and value and all(isinstance(item, dict) for item in value)
            if isinstance(value, dict) and self.choose("inline", "heading") == "heading":
                later.append((here, value))
            elif tables and self.choose("inline", "headings") == "headings":
                later += [((*here, place), item) for place, item in enumerate(value)]
            elif isinstance(value, dict) and len(value) == 1 and self.choose("inline", "dotted") == "dotted":
                [(inner, content)] = value.items()
                self.note(here)
                self.note((*here, inner))
                self.text += f"{self.key(key)}{self.choose('.', ' . ')}{self.key(inner)} = "
                self.value(content, (*here, inner))
                self.text += self.choose("\n", " # = [\n", "\n\n")
            else:
                self.note(here)
                self.text += f"{self.choose('', '  ')}{self.key(key)}{self.choose('=', ' = ')}"
                self.value(value, here)
                self.text += self.choose("\n", " # = \"\n", "\n\n")
        for here, value in later:
            self.heading(here, value)

    def heading(self, path: Keys, data: dict[str, Any]) -> None:
        is_item = isinstance(path[-1], int)
        if is_item:
            self.lines.setdefault(path[:-1], self.text.count("\n") + 1)
        self.note(path)
        dotted = " . ".join(self.key(key) for key in path if isinstance(key, str))
        self.text += f"[[{dotted}]]\n" if is_item else f"[{dotted}] # ]\n"
        self.body(data, path)

    def key(self, key: str) -> str:
        ways = [json.dumps(key, ensure_ascii=False)]
        ways += [key] if re.fullmatch("[A-Za-z0-9_-]+", key) else []
        ways += [f"'{key}'"] if not re.search("['\n]", key) else []
        return self.choose(*ways)

    def value(self, value: Any, path: Keys) -> None:
        if isinstance(value, dict):
            self.text += "{ "
            for n_before, (key, content) in enumerate(value.items()):
                self.text += ", " if n_before else ""
                self.note((*path, key))
                self.text += f"{self.key(key)} = "
                self.value(content, (*path, key))
            self.text += " }"
        elif isinstance(value, list):
            self.text += "["
            for place, item in enumerate(value):
                self.text += self.choose("", " ", "\n  ", " # ]\n")
                self.value(item, (*path, place))
                self.text += self.choose(",", " ,", "\n,") if place < len(value) - 1 else self.choose("", ",", "\n")
            self.text += "]"
        else:
            self.text += self.scalar(value)

    def scalar(self, value: Any) -> str:
        if isinstance(value, str):
            ways = [json.dumps(value, ensure_ascii=False)]
            ways += ['"""\n' + value.replace("\\", "\\\\").replace('"', '\\"') + '"""']
            ways += ['"""\n' + value.replace("\\", "\\\\").replace('"""', '""\\"') + '"""'] if value[-1:] != '"' else []
            ways += [f"'{value}'"] if not re.search("['\n]", value) else []
            ways += [f"'''\n{value}'''"] if "'''" not in value else []
            return self.choose(*ways)
        if isinstance(value, date):
            return self.choose(value.isoformat(), f"{value.isoformat()} 07:32:00Z")
        return str(value).lower()



@given(DOCUMENTS, st.data())
def test_generated_documents_have_every_key_where_it_was_written(data: dict[str, Any], draw: st.DataObject) -> None:
    writer = Writer(draw)
    writer.document(data)
    seen = survey(writer.text)
    assert keys_only(seen.lines) == set(key_paths(tomllib.loads(writer.text)))
    assert {path: seen.lines.get(path) for path in writer.lines} == writer.lines
    assert (seen.twice, seen.too_deep) == ([], None)


@given(st.text(st.sampled_from("ab.=[]{}\"'\\#,\n\r\t 1-\u0000é"), max_size=40))
@example('a = """\\')
@example("[a]\n[[a.b")
@example("a = [1 2")
def test_a_text_that_is_no_toml_is_left_to_the_parser(text: str) -> None:
    seen = survey(text)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert keys_only(seen.lines) == set(key_paths(data))
    assert seen.twice == []
