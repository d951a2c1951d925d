"""Every term that applies, with where it comes from: the term sheet behind a deal.

Comes in: a reading. Goes out: one line for each number and each choice, defaults included, in the order of the
models. A term that nobody sourced is called so; nothing here judges whether a source is good.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from sib.amounts import SEPARATORS, NumberFormat
from sib.deal.audit import Accountant
from sib.deal.location import Keys, spelled
from sib.deal.overlay import Place
from sib.deal.parties import BOUGHT, Payer
from sib.deal.reader import Reading
from sib.deal.scenario import MeasureTerms, Scenario
from sib.deal.shape import IDENTITIES
from sib.deal.term import Term, Year

Kind = Literal["sourced", "assumed", "default", "untagged"]

LABELS = {"format", "source", "sources", "parties", *IDENTITIES}
"""Fields that name things and assume nothing."""
LISTED: dict[NumberFormat, str] = {"en": ", ", "nl": "; "}
"""What stands between the items of a list, by language: no mark that a number may have."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """One term that applies.

    Parameters
    ----------
    path : str
        As in messages and in ``--set``.
    value : number, text, flag, date or tuple of these
        As it applies; ``text_of`` writes it.
    source : str or None
        What the file says of where it comes from; for a value that an overlay or a setting changed without
        a source of its own, which of them did.
    kind : {"sourced", "assumed", "default", "untagged"}
        From a document; assumed, by the file's own word; from this package, the file being silent; or written
        without a source.
    """

    path: str
    value: Any
    source: str | None
    kind: Kind


@dataclass(frozen=True, slots=True)
class Told:
    """A term that applies, with its place and that of its source.

    Parameters
    ----------
    term : Assumption
    keys : tuple
        Its path, with names for list items.
    source_keys : tuple
        Path of the source that holds for it; empty where there is none.
    """

    term: Assumption
    keys: Keys
    source_keys: Keys

    @property
    def table(self) -> Keys:
        """Path of the table that says where its terms come from."""
        return self.source_keys[: self.source_keys.index("source")] if self.source_keys else ()


@dataclass(frozen=True, slots=True)
class _Source:
    """What a file says of where terms come from, and where it says so."""

    text: str
    path: Keys


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A number or a choice on its path, with the source that holds there."""

    path: Keys
    value: Any
    source: _Source | None


def assumptions(reading: Reading) -> list[Assumption]:
    """Return every number and choice that applies, defaults included, with its source.

    Examples
    --------
    >>> from sib.deal.reader import read
    >>> next(each for each in assumptions(read("zwarte-zwanen")) if each.path == "contract.interest.rate")
    Assumption(path='contract.interest.rate', value=0.04, source='S0', kind='sourced')
    """
    return [each.term for each in told(reading)]


def told(reading: Reading) -> list[Told]:
    """Return the same terms, each with its place and that of its source."""
    walk = _Walk(reading.scenario)
    leaves = walk.table(reading.scenario, reading.data, at=_Leaf((), None, None))
    found = [_told(leaf, reading.places) for leaf in leaves]
    idle = [path for path, is_idle in IDLE if is_idle(reading.scenario)]
    return [each for each in found
            if each.term.kind != "default" or not any(_lies_in(each.term.path, path) for path in idle)]


def _told(leaf: _Leaf, places: Mapping[Keys, Place]) -> Told:
    kind, source = _origin(leaf, places)
    holds = kind in ("sourced", "assumed") and leaf.source is not None
    return Told(Assumption(spelled(leaf.path), leaf.value, source, kind), leaf.path,
                leaf.source.path if holds and leaf.source else ())


def _origin(leaf: _Leaf, places: Mapping[Keys, Place]) -> tuple[Kind, str | None]:
    """Return how a term came about. A source holds for what was written with it, not for what was laid over it."""
    place = places.get(leaf.path)
    if place is None:
        return "default", None
    if leaf.source is None or places[leaf.source.path].rank < place.rank:
        return "untagged", f"set by {place.file}" if place.rank else None
    return ("assumed" if re.search(r"\bassumed\b", leaf.source.text, re.IGNORECASE) else "sourced"), leaf.source.text


def text_of(value: Any, lang: NumberFormat = "en") -> str:
    """Return a value as a reader of a language writes it; lists are divided by commas, in Dutch by semicolons.

    Examples
    --------
    >>> text_of(1797500.0), text_of(0.04), text_of(True), text_of(("direct", "real"))
    ('1,797,500', '0.04', 'true', 'direct, real')
    >>> text_of((1797500.0, 0.04), "nl")
    '1.797.500; 0,04'
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list):
        return LISTED[lang].join(text_of(each, lang) for each in value)
    if isinstance(value, Year) or not isinstance(value, int | float):
        return str(value)
    is_whole = isinstance(value, float) and value.is_integer() and abs(value) < 1e15
    return f"{int(value) if is_whole else value:,}".translate(str.maketrans(",.", "".join(SEPARATORS[lang])))


class _Walk:
    """A walk through a deal beside the tables it was written as."""

    def __init__(self, deal: Scenario) -> None:
        self.deal = deal

    def table(self, term: Term, written: Any, *, at: _Leaf) -> Iterator[_Leaf]:
        """Yield the leaves of a table."""
        source = at.source
        if isinstance(term.source, str):
            source = _Source(term.source, (*at.path, "source"))
        fields = type(term).model_fields
        for name in sorted(fields, key=lambda name: name != "kind"):
            key = fields[name].alias or name
            value = getattr(term, name)
            if value is None and (type(term), name) in IMPLIED:
                value = IMPLIED[type(term), name](term, self.deal)
            if value is not None and key not in LABELS and not _leaves_no_choice(fields[name]):
                own = _source_of(term, key, at.path) or source
                yield from self._inside(_entry(written, key), at=_Leaf((*at.path, key), value, own))

    def _inside(self, written: Any, *, at: _Leaf) -> Iterator[_Leaf]:
        """Yield the leaves of what stands at a place; a table written as a bare number is one leaf."""
        if isinstance(at.value, Term) and not isinstance(written, int | float):
            yield from self.table(at.value, written, at=at)
        elif isinstance(at.value, Term):
            yield _Leaf(at.path, written, at.source)
        elif isinstance(at.value, dict):
            for key, value in at.value.items():
                yield from self._inside(_entry(written, key), at=_Leaf((*at.path, key), value, at.source))
        elif isinstance(at.value, tuple) and any(isinstance(item, Term) for item in at.value):
            for place, item in enumerate(at.value):
                entry = written[place] if isinstance(written, list) else None
                yield from self._inside(entry, at=_Leaf((*at.path, _name_of(item, place)), item, at.source))
        elif at.value != ():
            yield at


def _leaves_no_choice(field: FieldInfo) -> bool:
    return not field.is_required() and get_origin(field.annotation) is Literal and len(get_args(field.annotation)) == 1


def _entry(written: Any, key: str) -> Any:
    return written.get(key) if isinstance(written, Mapping) else None


def _source_of(term: Term, key: str, path: Keys) -> _Source | None:
    """Return the source that a table gives for one of its fields."""
    if isinstance(term.source, dict) and key in term.source:
        return _Source(term.source[key], (*path, "source", key))
    return None


def _name_of(item: Term, place: int) -> str | int:
    return next((str(getattr(item, name)) for name in IDENTITIES if hasattr(item, name)), place)


def _lies_in(path: str, table: str) -> bool:
    return path == table or path.startswith(f"{table}.")


def _has_extra_reviews(terms: Accountant) -> bool:
    """Whether a file can be looked at more than once, or only since a sample was refused."""
    return terms.disputes.can_happen or (terms.sample is not None and terms.sample.pay_on == "accept")


IMPLIED: dict[tuple[type[Term], str], Callable[[Any, Scenario], Any]] = {
    (Payer, "cashable"): lambda payer, _: BOUGHT[payer.bought],
    (MeasureTerms, "hurdle"): lambda _, deal: deal.contract.interest.rate,
    (MeasureTerms, "price_base"): lambda _, deal: deal.price_base,
}
"""What holds where a field is left out and another term says so."""

IDLE: tuple[tuple[str, Callable[[Scenario], bool]], ...] = (
    ("programme.has_effect", lambda deal: deal.programme.has_effect),
    ("arrangements", lambda deal: True),
    ("accountant.review", lambda deal: not deal.accountant.is_reviewed),
    ("accountant.claims", lambda deal: not deal.accountant.is_reviewed),
    ("accountant.disputes", lambda deal: not deal.accountant.is_reviewed),
    *(
        (f"accountant.disputes.{name}", lambda deal: not deal.accountant.disputes.can_happen)
        for name in ("appeal_success", "challenge_success", "months", "cost", "cost_payer")
    ),
    ("accountant.sample.model", lambda deal: deal.accountant.mode != "attributes"),
    ("accountant.review.adjustment_share", lambda deal: not deal.accountant.review.wrong_adjustment),
    ("accountant.review.invalid_detected", lambda deal: not deal.accountant.claims.invalid),
    ("accountant.review.overstated_detected", lambda deal: not deal.accountant.claims.overstated),
    ("accountant.fee.fixed", lambda deal: deal.accountant.fee.line is not None),
    ("accountant.fee.per_case", lambda deal: deal.accountant.fee.line is not None),
    ("accountant.fee.per_extra_review", lambda deal: not _has_extra_reviews(deal.accountant)),
    ("accountant.fee.payer", lambda deal: not deal.accountant.fee.is_charged),
)
"""Defaults that say nothing in some deals; a term that the file writes is listed all the same."""
