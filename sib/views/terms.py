"""The term sheet: every term that applies, with where it comes from, and what is taken for granted.

In comes a reading, out goes text. What counts as assumed is decided in ``deal/``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

from sib import __version__
from sib.deal.assumptions import Assumption
from sib.deal.assumptions import assumptions as terms_of
from sib.deal.reader import Reading
from sib.views.tables import DIGEST, assumptions, plain, wrapped
from sib.views.words import Words

LONGEST_VALUE = 32
"""Characters of a value that still has its source beside it."""


def term_sheet(reading: Reading, words: Words) -> str:
    """Return the term sheet of a deal.

    Parameters
    ----------
    reading : Reading
    words : Words

    Returns
    -------
    str
        Tables of the deal in the order of the file format, each term with its value and its source.
    """
    terms, deal = terms_of(reading), reading.scenario
    found = Counter(term.kind for term in terms)
    kinds = {kind: found[kind] for kind in ("sourced", "assumed", "default", "untagged")}
    head = "\n".join((
        plain(deal.name),
        words("sheet", digest=deal.digest[:DIGEST], version=__version__),
        words("terms", n=len(terms), **kinds),
    ))
    tables = ["\n".join(_table(path, each, words)) for path, each in groupby(terms, key=lambda term: parted(term.path)[0])]
    sources = [wrapped(f"{name}: {text}", "  ", "    ") for name, text in deal.sources.items()]
    listed = ["\n".join((words("sources"), *sources))] if sources else []
    return "\n\n".join((head, *tables, *listed, *assumptions(deal, words)))


def _table(path: str, terms: Iterable[Assumption], words: Words) -> Iterator[str]:
    """Yield the lines of one table of the deal."""
    cells = [(parted(term.path)[1], plain(term.value, longest=None), origin(term, words)) for term in terms]
    label = max(len(name) for name, _, _ in cells)
    value = max((len(text) for _, text, _ in cells if len(text) <= LONGEST_VALUE), default=0)
    if path:
        yield plain(path, longest=None)
    for name, text, source in cells:
        line = f"  {plain(name, longest=None):<{label}}  {text:<{value}}  "
        yield wrapped_after(line, source)


def wrapped_after(start: str, text: str) -> str:
    """Return a line with running text behind it, continued below where it began."""
    indent = " " * min(len(start), 60)
    first, *others = wrapped(text, indent).splitlines() or [""]
    if len(start) > len(indent):
        return "\n".join((start.rstrip(), first, *others))
    return "\n".join(((start + first[len(indent):]).rstrip(), *others))


def origin(term: Assumption, words: Words) -> str:
    """Return in words where a term comes from."""
    if term.kind == "assumed" and not (term.source or "").lower().startswith("assumed"):
        return f"{words('assumed')}: {term.source}"
    return term.source or words("default" if term.kind == "default" else "untagged")


def parted(path: str) -> tuple[str, str]:
    """Return the table of a path, and the name of the term in it.

    Examples
    --------
    >>> parted("contract.interest.rate"), parted('payers."Wet 1.1".party'), parted("currency")
    (('contract.interest', 'rate'), ('payers."Wet 1.1"', 'party'), ('', 'currency'))
    """
    match = re.fullmatch(r'(?:(.*)\.)?("(?:[^"\\]|\\.)*"|[^."]+)', path, re.DOTALL)
    return (match[1] or "", match[2]) if match else ("", path)
