"""Columns that look as if they name people: found by what they are called and by what they hold.

In come names of columns and cells, out goes what they look like, never a cell. A file of claims needs a key for each
case and amounts; whose case it is stays with whoever holds the key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

NAMES = {
    "a citizen service number": r"bsn|burgerservice|sofi|ssn|social_?security|citizen_?service|national_?id",
    "a date of birth": r"geboorte|birth|dob\b|geb_?dat",
    "an e-mail address": r"e_?mail|mailadres",
    "a telephone number": r"tele?foon|\btel\b|phone|mobiel|mobile|gsm",
    "an address": r"adres|address|straat|street|postcode|post_?code|zip|huisn|woonplaats",
    "a bank account": r"iban|rekeningn|bank_?account",
    "a name": r"naam|\bname\b|(first|last|sur|full|given|family)_?name|initials|voorletters|roepnaam",
}
"""By what a column looks like: the pattern of its name, spaces and hyphens read as underscores."""

VALUES = {
    "an e-mail address": r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}",
    "a telephone number": r"(\+|00)[1-9][0-9 ()-]{8,14}|0[1-9][0-9]{1,2}[- ][0-9]{6,7}|06[- ]?[0-9]{8}",
    "a date, of birth perhaps":
        r"(19|20)[0-9]{2}[-/][01]?[0-9][-/][0-3]?[0-9]|[0-3]?[0-9][-/][01]?[0-9][-/](19|20)[0-9]{2}",
    "a postcode": r"(.*\s)?[1-9][0-9]{3} ?[A-Z]{2}(\s.*)?",
    "a bank account": r"[A-Z]{2}[0-9]{2} ?[A-Z]{4} ?([0-9]{4} ?){2}[0-9]{2}",
    "a name": r"[A-Z][a-zà-ÿ]+( (van|de|der|den|ten|el|la|von))* [A-Z][a-zà-ÿ]+(-[A-Z][a-zà-ÿ]+)?",
}
"""By what a cell looks like: the pattern of the whole of it."""
BSN = "a citizen service number"


def looks_like(name: str) -> str | None:
    """Return what a column looks like by its name; None where it may be anything.

    Examples
    --------
    >>> looks_like("Geboortedatum"), looks_like("e-mail"), looks_like("book")
    ('a date of birth', 'an e-mail address', None)
    """
    spelled = re.sub(r"[\s-]+", "_", name.strip().lower())
    return next((what for what, pattern in NAMES.items() if re.search(pattern, spelled)), None)


def is_bsn(text: str) -> bool:
    """Return whether nine digits pass the eleven-test of Dutch citizen service numbers.

    Examples
    --------
    >>> is_bsn("111222333"), is_bsn("111222334"), is_bsn("007")
    (True, False, False)
    """
    digits = re.sub(r"[. ]", "", text)
    if not re.fullmatch("[0-9]{9}", digits) or not int(digits):
        return False
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=True)) % 11 == 0


def suspicions(cells: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the place of a cell and what it looks like, for each cell that seems to name somebody.

    One number in eleven passes the eleven-test by chance, so that nine-digit cells are suspect only where at least
    four in five of them pass.
    """
    numbers = [place for place, cell in enumerate(cells) if re.fullmatch("[0-9]{9}", re.sub(r"[. ]", "", cell))]
    passing = [place for place in numbers if is_bsn(cells[place])]
    if passing and 5 * len(passing) >= 4 * len(numbers):
        yield from ((place, BSN) for place in passing)
    for place, cell in enumerate(cells):
        what = next((what for what, pattern in VALUES.items() if re.fullmatch(pattern, cell)), None)
        if what is not None:
            yield place, what
