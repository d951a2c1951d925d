"""Terms as the text of an overlay file.

In come tables as ``tomllib`` would give them, out goes TOML that gives the same tables back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any


def toml_text(tables: Mapping[str, Any]) -> str:
    """Return tables as TOML, each under a heading of its own.

    Examples
    --------
    >>> print(toml_text({"payers": {"Wmo": {"cashable": {"direct": 0.675}}}}))
    [payers.Wmo.cashable]
    direct = 0.6750
    """
    return "\n".join(_lines(tables, ())).strip("\n")


def _lines(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    """Yield the lines of a table: its terms, then the tables in it."""
    for key, value in table.items():
        if not isinstance(value, dict) and not _has_tables(value):
            yield f"{bare(key)} = {value_text(value)}"
    for key, value in table.items():
        heading = ".".join((*path, bare(key)))
        if isinstance(value, dict):
            is_said = not value or any(not isinstance(each, dict) and not _has_tables(each) for each in value.values())
            yield from ("", f"[{heading}]") if is_said else ()
            yield from _lines(value, (*path, bare(key)))
        elif _has_tables(value):
            for item in value:
                yield from ("", f"[[{heading}]]", *_lines(item, (*path, bare(key))))


def _has_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def value_text(value: Any) -> str:
    """Return a value as TOML writes it; three decimals get a fourth, since they look like thousands.

    Examples
    --------
    >>> value_text(7.875), value_text([1, 2]), value_text({"kind": "fixed", "value": 0.5}), value_text(True)
    ('7.8750', '[1, 2]', '{ kind = "fixed", value = 0.5 }', 'true')
    """
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{bare(key)} = {value_text(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(value_text, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, float):
        text = repr(float(value))
        return f"{text}0" if re.fullmatch(r"-?\d+\.\d{3}", text) else text
    return value.isoformat() if isinstance(value, date) else str(value)


def bare(key: str) -> str:
    """Return a name as a TOML key."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key, ensure_ascii=False)
