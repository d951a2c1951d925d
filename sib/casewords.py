"""The words of a case file that are told or kept: names of laws that are known, names of segments that are nobody's.

In come cells of a column and whose they are, out goes what is wrong by place, never a cell. A law is one that is known
here or that the user names; a segment is words that name no people and no places.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from unicodedata import normalize

from sib.privacy import FEWEST, names_somebody, suspicions

LAWS = (
    "Wmo", "Wmo 2015", "Jeugdwet", "Participatiewet", "Wgs", "Zvw", "Wlz", "Wpg", "Wvggz", "Wzd", "Wfz",
    "Wet inburgering", "Leerplichtwet", "WW", "WIA", "ZW", "Wajong", "Wsw", "Bbz", "IOAW", "IOAZ", "AOW", "Anw",
    "Huurtoeslag", "DUO", "Nidos", "beschermd_wonen", "poverty", "special_education", "foster_care",
)
"""Laws and budgets that a case file may name: those of Dutch social care, income and schools, and of the files and
deals that come with the package. Capitals make no difference."""
LONGEST = 100


def fault_of_name(name: str) -> str | None:
    """Return why a name that the user gives, of a law or a segment, is not taken; None if it is.

    Examples
    --------
    >>> fault_of_name("Beschermd Wonen"), fault_of_name("Kerkweg 3a")
    (None, 'looks like an address; use words that say nothing about people')
    """
    if not (name.isprintable() and 0 < len(name.strip()) <= LONGEST):
        return f"is blank, longer than {LONGEST} characters or not printable"
    what = names_somebody(name)
    return None if what is None else f"looks like {what}; use words that say nothing about people"


def faults_of_laws(
    cells: Sequence[str], lines: Sequence[int], *, laws: Sequence[str] = (),
) -> Iterator[tuple[int, str]]:
    """Yield the first place of each law that is not known, and what to do; the first of all says which are.

    Parameters
    ----------
    cells : sequence of str
        Blank ones are not looked at.
    lines : sequence of int
        Where each stands.
    laws : sequence of str
        Those that the user names beside ``LAWS``.
    """
    known = {spelled(name) for name in (*LAWS, *laws)}
    listed = (f"known: {', '.join((*LAWS, *laws))}; write one of these on every line that has it, or name another with "
              "--law (Python: laws)")
    for cell, place in first_places(cells).items():
        if cell and spelled(cell) not in known:
            yield place, f"is no law that is known; {listed}"
            listed = f"line {lines[place]} says which are" if listed.startswith("known") else listed


def faults_of_segments(cells: Sequence[str], cases: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the first place of each segment that seems to name people or a place, and what it looks like.

    Two words with capitals may be a name or none: they are taken where ``FEWEST`` cases share them. Whatever looks like
    a date of birth, a title, an address or a number of somebody is never taken.
    """
    small = small_segments(cells, cases)
    doubtful = {place: what for place, what in suspicions(cells) if cells[place] in small}
    for cell, place in first_places(cells).items():
        what = names_somebody(cell) or doubtful.get(place)
        if what is not None:
            yield place, what


def first_places(cells: Sequence[str]) -> dict[str, int]:
    """Return where each text stands first."""
    first: dict[str, int] = {}
    for place, cell in enumerate(cells):
        first.setdefault(cell, place)
    return first


def small_segments(cells: Sequence[str], cases: Sequence[str]) -> set[str]:
    """Return the segments that fewer than ``FEWEST`` cases have: the name of one may be the name of a household."""
    held: dict[str, set[str]] = defaultdict(set)
    for cell, case in zip(cells, cases, strict=True):
        held[cell].add(case)
    return {cell for cell, those in held.items() if cell and len(those) < FEWEST}


def spelled(name: str) -> str:
    """Return a name without what makes no difference."""
    return normalize("NFC", name).casefold()
