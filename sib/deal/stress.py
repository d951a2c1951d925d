"""Stresses: what a stress file says, the library of them, and every problem of one at once.

In comes the path of a TOML file, out goes a ``Stress``: a title, a reason, a source, and in one or two grades the
changes that it makes to a deal, whatever that deal calls its segments and payers. What it does to the deal at hand is
worked out in ``adapt``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import Field, ValidationError, model_validator

from sib.deal.clauses import nearest
from sib.deal.location import Keys
from sib.deal.overlay import Complaint, Draft, Layer
from sib.deal.setting import NotThereError, keys_of
from sib.deal.shape import WHOLE_FILE, Shape, fields, shape_of
from sib.deal.shelf import Found, shelf
from sib.deal.term import Number, Term, Text, fault
from sib.deal.text import read_toml
from sib.deal.wording import complaints
from sib.errors import Problem, ScenarioError

Grade = Literal["mild", "severe"]
GRADES: tuple[Grade, ...] = ("mild", "severe")
EVERY = "*"
"""Stands in a path for every segment, payer, group or other thing of a list, and in ``needs`` for any value."""
FOLDER = "stresses"


class Change(Term):
    """What is done to some terms: any of ``times``, ``plus``, ``at_least``, ``at_most``, in that order, or ``to``.

    Parameters
    ----------
    terms : tuple of str
        Paths with ``*`` for every thing of a list; those that the deal has are changed. A path that ends at a
        distribution means its levels: value, amount, mean, low, mode, high, values, months, successes.
    times, plus : float, optional
        What a number is multiplied by, and what is added after that.
    at_least, at_most : float, optional
        Ends that the result is kept within.
    to : object, optional
        What the term becomes, as an overlay would say it: a table is laid over what stands there, ``{ remove = true }``
        takes it away.
    needs : dict of str to object
        By path: what must stand there for the change to be made; ``"*"`` is anything.
    """

    terms: Annotated[tuple[Text, ...], Field(min_length=1)]
    times: Number | None = None
    plus: Number | None = None
    at_least: Number | None = None
    at_most: Number | None = None
    to: Any = None
    needs: dict[Text, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _does_something(self) -> Change:
        known = ("times", "plus", "at_least", "at_most")
        stated = [name for name in known if getattr(self, name) is not None]
        if not stated and self.to is None:
            raise fault("change", f"changes nothing; give it {', '.join(known)} or to")
        if stated and self.to is not None:
            raise fault("change", f"has to beside {stated[0]}; a term is either replaced or changed")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise fault("order", f"has at_least = {self.at_least:g} above at_most = {self.at_most:g}")
        return self


class StressTerms(Term):
    """A stress file.

    Parameters
    ----------
    title, title_nl : str
        What it is called at the negotiation table, in English and in Dutch.
    reason : str
        Why it might happen, and how it is represented in the model.
    mild, severe : list of Change
        What it does; one of the two is enough.
    """

    title: Text
    title_nl: Text
    reason: Annotated[str, Field(min_length=1, max_length=1200)]
    mild: tuple[Change, ...] = ()
    severe: tuple[Change, ...] = ()

    @model_validator(mode="after")
    def _is_founded(self) -> StressTerms:
        if not isinstance(self.source, str):
            raise fault("source", 'has no source; write a document, or "assumed" with the reason')
        if not self.mild and not self.severe:
            raise fault("grades", "makes no change; write [[mild]] or [[severe]]")
        return self


@dataclass(frozen=True, slots=True)
class Stress:
    """A stress and the name that it goes by, which is that of its file.

    Parameters
    ----------
    name, file : str
    terms : StressTerms
    """

    name: str
    file: str
    terms: StressTerms

    @property
    def grades(self) -> tuple[Grade, ...]:
        """The grades that it has."""
        return tuple(grade for grade in GRADES if self.changes(grade))

    def changes(self, grade: Grade) -> tuple[Change, ...]:
        """Return what it does in a grade; nothing where it has no such grade."""
        changes: tuple[Change, ...] = getattr(self.terms, grade)
        return changes

    @property
    def source(self) -> str:
        """Where its numbers come from."""
        return str(self.terms.source)


@cache
def library() -> dict[str, Stress]:
    """Return the stresses that come with the package, by name."""
    return {stress.name: stress for stress in read_stresses(sorted((shelf() / FOLDER).glob("*.toml")))}


def read_stresses(files: Sequence[str | Path]) -> tuple[Stress, ...]:
    """Return the stresses of some files; raise ``ScenarioError`` with every problem of all of them."""
    found, problems = list[Stress](), list[Problem]()
    for file in files:
        try:
            found.append(_read(Found(Path(file), str(file))))
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return tuple(found)


def _read(file: Found) -> Stress:
    text, draft = read_toml(file.path, file.shown, meant="a stress is a TOML file"), Draft()
    draft.lay(Layer.of_file(0, file.shown, data=text.data, lines=text.lines))
    told = list(_paths_that_lead_nowhere(draft))
    try:
        terms = StressTerms.model_validate(draft.data)
    except ValidationError as error:
        told += complaints(error, draft, whole=Shape(StressTerms))
    if told:
        told = sorted(told, key=lambda each: each.place.line or 0)
        raise ScenarioError([Problem(each.place.file, each.place.line, each.path, each.message) for each in told])
    return Stress(file.path.stem, file.shown, terms)


def _paths_that_lead_nowhere(draft: Draft) -> Iterator[Complaint]:
    """Yield what is wrong with the terms that changes name; one that no deal can have is a slip."""
    for grade in GRADES:
        changes = draft.data.get(grade)
        for place, change in enumerate(changes if isinstance(changes, list) else ()):
            named = change if isinstance(change, dict) else {}
            terms = named.get("terms")
            listed = [("terms", each) for each in (terms if isinstance(terms, list) else ())]
            needs = named.get("needs")
            listed += [("needs", each) for each in (needs if isinstance(needs, dict) else ())]
            for field, path in listed:
                wrong = path_fault(path) if isinstance(path, str) and path else None
                if wrong:
                    where: Keys = (grade, place, field)
                    yield Complaint(draft.place(where), f"{grade}[{place + 1}].{field}", wrong)


def path_fault(path: str) -> str | None:
    """Return what is wrong with a path, or None where some deal can have such a term.

    Examples
    --------
    >>> path_fault("programme.segments.*.relapse")
    >>> path_fault("programme.segments.*.relapes")
    "has 'programme.segments.*.relapes', which no deal has; did you mean 'relapse'?"
    """
    try:
        keys = keys_of(path)
    except NotThereError as error:
        return error.message
    spots: list[Shape] = [WHOLE_FILE]
    for place, key in enumerate(keys):
        known = dict[str, None]()
        for spot in spots:
            known |= dict.fromkeys(name for table in spot.tables for name in fields(table))
        spots = [inner for spot in spots for inner in _children(spot, key)]
        if not spots:
            so_far = ".".join(keys[:place])
            lead = f"has {path!r}, which no deal has; "
            if known and (get_close_matches(key, known, n=1) or len(known) < 12):
                return lead + nearest(key, known)
            return lead + (f"{so_far} has no {key!r}" if so_far else f"a deal has no {key!r}")
    return None


def _children(spot: Shape, key: str) -> Iterable[Shape]:
    """Return what may stand at a key of a place, over all kinds of table that may stand there."""
    by_key = [part for part in (spot.core, *get_args(spot.core)) if get_origin(part) is dict]
    if by_key:
        yield shape_of(get_args(by_key[0])[1])
    if spot.item is not None and spot.item.tables:
        yield spot.item
    for table in spot.tables:
        inner = fields(table).get(key)
        if inner is not None:
            yield inner


__all__ = [
    "EVERY", "GRADES", "Change", "Grade", "Stress", "StressTerms", "library", "path_fault", "read_stresses",
]
