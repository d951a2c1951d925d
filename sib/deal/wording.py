"""Faults in sentences: what the models refuse, told to the person who wrote the file.

Comes in: the errors of a validation and the draft they are about. Goes out: complaints with the place of the
term, its path with the names of list items, what was found, what is allowed. A model's own words
(``term.fault``) are passed on as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from sib.deal.clauses import nearest
from sib.deal.consistency import inconsistencies
from sib.deal.location import Keys, spelled
from sib.deal.overlay import Complaint, Draft
from sib.deal.scenario import Scenario
from sib.deal.shape import WHOLE_FILE, Shape, either, fields, homes, kind_of, name_of, toml
from sib.deal.term import Term


@dataclass(frozen=True, slots=True)
class Fault:
    """One error of a validation, its place found back in the file.

    Parameters
    ----------
    kind : str
        Type of the error, as the validation names it.
    path : tuple
        With names for list items.
    value : object
        What was found there; None where a term is missing.
    shape : Shape or None
        What may stand there.
    table : type of Term or None
        The table that the term is in.
    context : dict
        Details of the error.
    root : Shape
        What the file is.
    """

    kind: str
    path: Keys
    value: Any
    shape: Shape | None
    table: type[Term] | None
    context: dict[str, Any]
    root: Shape = WHOLE_FILE

    @property
    def wanted(self) -> str:
        """What may be written there, in words."""
        return self.shape.wanted() if self.shape else "something else"


def faults(error: ValidationError, data: dict[str, Any], *, whole: Shape = WHOLE_FILE) -> Iterator[Fault]:
    """Yield each error of a validation of ``data`` that a person can do something about."""
    for found in error.errors(include_url=False):
        steps = _Steps(data, whole)
        for part in found["loc"]:
            steps.take(part)
        context = dict(found.get("ctx", {}))
        value = None if found["loc"][-1:] == ("[key]",) else found["input"]
        fault = Fault(found["type"], steps.path, value, steps.shape, steps.table, context, whole)
        is_echo = fault.kind == "too_short" and fault.value
        if not is_echo and not steps.is_wrong_branch:
            yield fault


class _Steps:
    """A walk along the location of an error, past the marks that are no part of the file."""

    def __init__(self, data: dict[str, Any], whole: Shape) -> None:
        self.path: Keys = ()
        self.value: Any = data
        self.shape: Shape | None = whole
        self.table: type[Term] | None = None
        self.is_wrong_branch = False
        self._branch_is_due = False
        self._kind_is_due = False

    def take(self, part: str | int) -> None:
        """Go one step into the data, unless the step only names a kind or a branch."""
        if part == "[key]":
            return
        if self._branch_is_due:
            self.is_wrong_branch = (part == "str") == isinstance(self.value, dict)
        elif not self._kind_is_due:
            self._enter(part)
            self._kind_is_due = self.shape is not None and bool(self.shape.kinds)
            self._branch_is_due = self.shape is not None and self.shape.is_mixed
            return
        self._kind_is_due = self._branch_is_due = False

    def _enter(self, part: str | int) -> None:
        key = part
        if isinstance(self.value, list) and isinstance(part, int):
            value = self.value[part] if part < len(self.value) else None
            key = name_of(value, part)
        else:
            value = self.value.get(part) if isinstance(self.value, dict) else None
        self.table = self.shape.table(self.value) if self.shape else None
        self.shape = self.shape.child(part, self.value) if self.shape else None
        self.path, self.value = (*self.path, key), value


def complaints(error: ValidationError, draft: Draft, *, whole: Shape = WHOLE_FILE) -> list[Complaint]:
    """Return each fault of a draft as a complaint with its place; a misspelt term is not missing as well.

    Parameters
    ----------
    whole : Shape
        What the whole file is; a scenario unless said.
    """
    found = list(faults(error, draft.data, whole=whole))
    misspelt = {
        (*fault.path[:-1], *get_close_matches(str(fault.path[-1]), fields(fault.table), n=1))
        for fault in found
        if fault.kind == "extra_forbidden" and fault.table
    }
    return [_complaint(fault, draft) for fault in found if fault.kind != "missing" or fault.path not in misspelt]


def _complaint(fault: Fault, draft: Draft) -> Complaint:
    path = fault.path
    if fault.kind in ("union_tag_invalid", "union_tag_not_found"):
        path = (*path, "kind")
    if fault.kind == "missing" and isinstance(path[-1], int):
        path = path[:-1]
    sentence = SENTENCES.get(fault.kind, _own_words)(fault)
    found = fault.context.get("tag") if fault.kind == "union_tag_invalid" else fault.value
    if fault.kind not in VALUELESS and found is not None and not isinstance(found, dict | list | tuple):
        sentence = f"= {toml(found)} {sentence}"
    return Complaint(draft.place(path, first=fault.kind == "missing"), spelled(path), sentence)


def disagreements(deal: Scenario, draft: Draft, *, in_part: bool = False) -> list[Complaint]:
    """Return what the parts of a deal disagree on, with the place of the nearest term that was written."""
    known = {".".join(map(str, path)): path for path in draft.wrote}
    told = []
    for path, message in inconsistencies(deal, in_part=in_part):
        prefix = max((text for text in known if _leads_to(text, path)), key=len)
        keys = known[prefix]
        rest = path[len(prefix) :].removeprefix(".")
        told.append(Complaint(draft.place(keys), ".".join(filter(None, (spelled(keys), rest))), message))
    return told


def _leads_to(prefix: str, path: str) -> bool:
    return not prefix or path == prefix or path.startswith(f"{prefix}.")


def _own_words(fault: Fault) -> str:
    return str(fault.context.get("message", f"is not right; write {fault.wanted}"))


def _missing(fault: Fault) -> str:
    if isinstance(fault.path[-1], int):
        return f"has {fault.path[-1]} number only; it needs two, such as [1, 2]"
    why = fault.shape.description if fault.shape else None
    return f"is missing; write {fault.wanted}{f' ({why})' if why else ''}"


def _unknown(fault: Fault) -> str:
    known = sorted(fields(fault.table) if fault.table else (), key="source".__eq__)
    key = str(fault.path[-1])
    if fault.table and "kind" in known:
        return f'is not known with kind = "{kind_of(fault.table)}"; {nearest(key, known)}'
    elsewhere = list(dict.fromkeys(filter(None, homes(key, fault.root))))
    if elsewhere and len(elsewhere) <= 3 and not get_close_matches(key, known):
        return f"is not known here; it belongs in {either(elsewhere)}"
    return f"is not known here; {nearest(key, known)}"


def _no_choice(fault: Fault) -> str:
    choices = fault.shape.choices if fault.shape else ()
    if len(choices) == 1:
        return f"is not known; write {toml(choices[0])}"
    return f"is none of {either(map(toml, choices))}; {_guess(fault.value, choices)}"


def _no_kind(fault: Fault) -> str:
    kinds = fault.shape.kinds if fault.shape else ()
    return f"is none of {either(map(toml, kinds))}; {_guess(fault.context.get('tag'), kinds)}"


def _guess(word: Any, choices: tuple[Any, ...]) -> str:
    close = nearest(str(word), map(str, choices))
    return close if close.startswith("did") else "choose one"


def _kind_missing(fault: Fault) -> str:
    return f"is missing; write {either(map(toml, fault.shape.kinds if fault.shape else ()))}"


def _wrong_form(fault: Fault) -> str:
    if isinstance(fault.value, dict) and fault.shape and fault.shape.item and fault.shape.item.tables:
        return f"is one table, not a list of tables; write [[{spelled(fault.path)}]]"
    forms: dict[type, str] = {dict: "a table", list: "a list"}
    return f"is {forms.get(type(fault.value), 'no ' + FORMS[fault.kind])}; write {fault.wanted}"


def _empty(fault: Fault) -> str:
    return f"is empty; {'write a text' if fault.kind == 'string_too_short' else 'give at least one'}"


def _too_many(fault: Fault) -> str:
    return f"has {fault.context['actual_length']} items; give {fault.context['max_length']}"


def _too_long(fault: Fault) -> str:
    return f"is longer than {fault.context['max_length']} characters"


def _no_currency(fault: Fault) -> str:
    return 'is no currency; write its three capitals, such as "EUR"'


def _no_whole_number(fault: Fault) -> str:
    whole = isinstance(fault.value, float) and fault.value.is_integer()
    return f"is not a whole number; write {toml(int(fault.value)) if whole else 'one without decimals'}"


def _no_number(fault: Fault) -> str:
    return "is too large" if isinstance(fault.value, int) else "is not a number"


def _no_flag(fault: Fault) -> str:
    return "is neither true nor false; write one of them, without quotation marks"


def _no_date(fault: Fault) -> str:
    return "is not a date; write it as 2026-01-31, without quotation marks and without a time"


SENTENCES: dict[str, Callable[[Fault], str]] = {
    "missing": _missing,
    "extra_forbidden": _unknown,
    "literal_error": _no_choice,
    "union_tag_invalid": _no_kind,
    "union_tag_not_found": _kind_missing,
    "model_type": _wrong_form,
    "model_attributes_type": _wrong_form,
    "dict_type": _wrong_form,
    "tuple_type": _wrong_form,
    "string_type": _wrong_form,
    "too_short": _empty,
    "too_long": _too_many,
    "string_too_short": _empty,
    "string_too_long": _too_long,
    "string_pattern_mismatch": _no_currency,
    "int_type": _no_whole_number,
    "float_type": _no_number,
    "bool_type": _no_flag,
    "date_type": _no_date,
}
"""The sentence for each type of error; others speak for themselves."""

FORMS = {
    "model_type": "table",
    "model_attributes_type": "table",
    "dict_type": "table",
    "tuple_type": "list",
    "string_type": "text",
}
"""What was expected where something of another form stands."""

VALUELESS = ("missing", "extra_forbidden", "union_tag_not_found", "too_short")
"""Errors about a term that has no value to show."""
