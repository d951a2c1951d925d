"""The JSON schema of a scenario file, for editors that check and complete while one writes.

It is made from the models and from their docstrings, so it says what the reader says; sums and names across
tables are the reader's alone.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

from sib.deal.scenario import Scenario
from sib.deal.term import Term


def schema() -> dict[str, Any]:
    """Return the JSON schema of a scenario file, by the names used in files.

    Returns
    -------
    dict
        Plain data; the first lines of the docstrings describe the tables, their Parameters the fields.
    """
    made = Scenario.model_json_schema(by_alias=True)
    tables = {table.__name__: table for table in _below(Term)}
    for name, table in (("Scenario", made), *made["$defs"].items()):
        if name in tables:
            _describe(table, tables[name])
    dialect = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": dialect, **made, "title": "Scenario of a social impact bond"}


def _describe(table: dict[str, Any], model: type[Term]) -> None:
    """Put what the docstring of a model says into its schema."""
    table["description"] = inspect.cleandoc(model.__doc__ or "").split("\n\n", maxsplit=1)[0]
    texts = described(model)
    for name, field in model.model_fields.items():
        entry = table["properties"][field.alias or name]
        entry.pop("title", None)
        text = field.description or texts.get(name)
        if text:
            entry["description"] = text


def described(model: type[Term]) -> dict[str, str]:
    """Return what the docstrings of a model say about its fields, by their names in Python.

    Examples
    --------
    >>> from sib.deal.contract import ContractFee
    >>> from sib.deal.lines import SavingsShare
    >>> described(SavingsShare)["cap"]
    'Most that this line ever pays, in euros.'
    >>> described(ContractFee)["source"]
    'A document, ``"assumed"`` with the reason, or one such text per field.'
    """
    texts: dict[str, str] = {}
    for ancestor in reversed(model.__mro__):
        if issubclass(ancestor, Term):
            texts |= dict(_parameters(inspect.cleandoc(ancestor.__doc__ or "")))
    return texts


def _parameters(doc: str) -> Iterator[tuple[str, str]]:
    _, _, section = doc.partition("Parameters\n----------\n")
    for names, text in re.findall(r"^(\w+(?:, \w+)*)(?: :[^\n]*)?((?:\n {4}[^\n]+)*)", section, re.MULTILINE):
        for name in names.split(", "):
            if text:
                yield name, " ".join(text.split())


def _below(table: type[Term]) -> Iterator[type[Term]]:
    for child in table.__subclasses__():
        yield child
        yield from _below(child)
