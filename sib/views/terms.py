"""The term sheet: every term that applies, with where it comes from, and what is taken for granted.

In comes a reading, out goes text. What counts as assumed is decided in ``deal/``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal

from sib import __version__
from sib.deal.assumptions import Assumption, text_of
from sib.deal.assumptions import assumptions as terms_of
from sib.deal.reader import Reading
from sib.linter import Finding
from sib.views.left_open import amount_name, finding_sentence
from sib.views.tables import DIGEST, WIDTH, assumptions, plain, wrapped
from sib.views.words import Words

LONGEST_VALUE = 34
"""Characters of a value that still has its source beside it."""
DITTO, SHORTEST_DITTO = '"', 12
"""What stands for a source that goes on, and how long a source is before it is worth that."""
NAMED = {
    ("payers",), ("programme", "segments"), ("budget", "lines"), ("contract", "cohorts"), ("contract", "triggers"),
    ("contract", "payments"), ("contract", "tranches"), ("contract", "fees"), ("contract", "guarantees"),
    ("contract", "early_ends"), ("contract", "outcome_payers"), ("programme", "metrics"), ("programme", "cohorts"),
    ("programme", "groups"),
}
"""Tables of things that have names; each thing stands under its own heading."""

LISTED = ("interest",)
"""Kinds of finding whose amounts stand below the sentence; the others have them in it."""

Line = tuple[str, str, str]
"""A term, its value, where it comes from."""


def term_sheet(reading: Reading, words: Words) -> str:
    """Return the term sheet of a deal.

    Parameters
    ----------
    reading : Reading
    words : Words

    Returns
    -------
    str
        The tables of the deal in the order of the file format, each term with its value and its source; then what
        is assumed independent, and cautions.
    """
    terms, deal = terms_of(reading), reading.scenario
    found = Counter(term.kind for term in terms)
    kinds = {kind: found[kind] for kind in ("sourced", "assumed", "default", "untagged")}
    head = "\n".join((
        plain(deal.name),
        words("sheet", digest=deal.digest[:DIGEST], version=__version__),
        words("terms", n=len(terms), **kinds),
    ))
    tables: dict[str, list[Line]] = {}
    for term in terms:
        heading, name = parted(term.path)
        line = (name, plain(text_of(term.value, words.lang), longest=None), origin(term, words))
        tables.setdefault(heading or words("deal"), []).append(line)
    sources = [wrapped(f"{name}: {text}", "  ", others="    ") for name, text in deal.sources.items()]
    listed = ["\n".join((words("sources"), *sources))] if sources else []
    sheets = ("\n".join(_table(heading, lines, words)) for heading, lines in tables.items())
    return "\n\n".join((head, *sheets, *listed, *assumptions(deal, words)))


def left_open(findings: Sequence[Finding], words: Words) -> str:
    """Return what the contract leaves open, as it stands below a term sheet; nothing where there is nothing."""
    told = [line for each in findings for line in _finding(each, words)]
    return "\n".join((words("findings"), *told)) if told else ""


def _finding(finding: Finding, words: Words) -> Iterator[str]:
    """Yield the lines of one finding."""
    yield wrapped(f"{finding.remark.path} {finding_sentence(finding.remark, words.lang)}", "  ", others="    ")
    amounts = finding.amounts if finding.kind in LISTED else {}
    named = {amount_name(name, words.lang): amount for name, amount in amounts.items()}
    figures = {name: words.number(Decimal(repr(amount)), -2) for name, amount in named.items()}
    label, width = (max(map(len, texts), default=0) for texts in (figures, figures.values()))
    yield from (f"      {name:<{label}}  {figure:>{width}}" for name, figure in figures.items())


def _table(heading: str, lines: list[Line], words: Words) -> Iterator[str]:
    """Yield the lines of one table; a source that goes on is not repeated."""
    label = max(len(name) for name, _, _ in lines)
    value = max((len(text) for _, text, _ in lines if len(text) <= LONGEST_VALUE), default=0)
    indent = " " * (label + value + 6)
    yield plain(words.table(heading), longest=None)
    before = ""
    for name, text, source in lines:
        start = f"  {name:<{label}}  {text:<{value}}  "
        goes_on = source == before and len(source) >= SHORTEST_DITTO
        shown = wrapped(DITTO if goes_on else source, indent, width=max(WIDTH, len(indent) + 40))
        yield f"{start.rstrip()}\n{shown}" if len(start) > len(indent) else start + shown[len(indent):]
        before = source


def origin(term: Assumption, words: Words) -> str:
    """Return in words where a term comes from."""
    if term.kind == "assumed" and not (term.source or "").lower().startswith("assumed"):
        return f"{words('assumed')}: {term.source}"
    return term.source or words("default" if term.kind == "default" else "untagged")


def parted(path: str) -> tuple[str, str]:
    """Return the heading that a term stands under, and its name there.

    Examples
    --------
    >>> parted("contract.interest.rate"), parted('payers."Wet 1.1".cashable.real'), parted("currency")
    (('contract', 'interest.rate'), ('payers."Wet 1.1"', 'cashable.real'), ('', 'currency'))
    """
    keys = re.findall(r'"(?:[^"\\]|\\.)*"|[^."]+', path)
    depth = next((len(keys[:n]) + 1 for n in (1, 2) if tuple(keys[:n]) in NAMED), 1)
    depth = min(depth, len(keys) - 1)
    return ".".join(keys[:depth]), ".".join(keys[depth:])
