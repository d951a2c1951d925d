"""Columns that look as if they name people: found by what they are called and by what they hold.

In come names of columns and cells, out goes what they look like, never a cell. A file of claims needs a key for each
case and amounts; whose case it is stays with whoever holds the key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from unicodedata import normalize

FEWEST = 10
"""Cases that anything that is told rests on at the least, where they are real; what so many share is nobody's."""

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

_INITIAL = r"[A-Z][a-z]?\."
_SURNAME = r"((van|de|der|den|ten|ter|el|la|von|'t) )*[A-ZÀ-Þ][a-zà-ÿ]+(-[A-ZÀ-Þ][a-zà-ÿ]+)?"

VALUES = {
    "an e-mail address": r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}",
    "a telephone number": r"(\+|00)[1-9][0-9 ()-]{8,14}|0[1-9][0-9]{1,2}[- ][0-9]{6,7}|06[- ]?[0-9]{8}",
    "a date, of birth perhaps":
        r"(18|19|20)[0-9]{2}([-/. ])[01]?[0-9]\2[0-3]?[0-9]|[0-3]?[0-9]([-/. ])[01]?[0-9]\3(18|19|20)[0-9]{2}",
    "an address":
        r".*[a-z](straat|laan|weg|plein|gracht|kade|dijk|singel|steeg|hof|plantsoen|dreef|street|road|lane|avenue)"
        r" [0-9]{1,5} ?([-/]? ?[A-Za-z0-9]{1,4})?"
        r"|(.* )?(Straat|Laan|Weg|Plein|Gracht|Kade|Dijk|Singel|Steeg|Plantsoen|Dreef) [0-9]{1,5} ?[A-Za-z]?"
        r"|[0-9]{1,5}[A-Za-z]? .*[A-Za-z] ?([Ss]treet|[Rr]oad|[Ll]ane|[Aa]venue|[Ss]quare|Rd|Ave)\.?",
    "a postcode": r"(.*\s)?[1-9][0-9]{3} ?[A-Z]{2}(\s.*)?",
    "a bank account": r"[A-Z]{2}[0-9]{2} ?[A-Z]{4} ?([0-9]{4} ?){2}[0-9]{2}",
    "a name": "|".join((
        rf"[A-Z][a-zà-ÿ]+ {_SURNAME}",
        rf"({_INITIAL})+ ?{_SURNAME}|{_SURNAME},? ({_INITIAL} ?)+(van|de|der|den|ten|el|la|von| )*",
        rf"{_SURNAME}, ?([A-Z][a-zà-ÿ]+|[A-Z]{{1,4}})",
        r"(?i:gezin|familie|fam\.?|family|dhr\.?|mevr?\.?|de heer|mevrouw|mr\.?|mrs\.?|ms\.?)"
        rf" ({_INITIAL} ?)*{_SURNAME}",
    )),
}
"""By what a cell looks like: the pattern of the whole of it."""
BSN = "a citizen service number"

_STREETS = ("straat|str\\.|laan|weg|plein|gracht|kade|dijk|singel|steeg|hof|plantsoen|dreef"
            "|(?<!zorg)(?<!leer)pad|street|road|lane|avenue|square")
_LABELS = "groep|group|fase|phase|type|klasse|class|categorie|category|cluster|cohort|tranche|wave|ronde|round"
_MONTHS = "jan|feb|mrt|maart|mar|apr|mei|may|jun|jul|aug|sep|okt|oct|nov|dec"
_PARTICLES = "van|von|de|der|den|ten|ter|el|la"

WITHIN = {
    "an e-mail address": r"[^@\s]+@[^@\s]+",
    "a date, of birth perhaps": "|".join((
        r"(?i:\bgeb\b|\b(geboren|born|dob)\b\D{0,12}\d)",
        r"\b[0-3]?\d([-/. ])[01]?\d\2\d{2}(\d{2})?\b|\b(18|19|20)\d{2}([-/. ])[01]?\d\5[0-3]?\d\b",
        rf"(?i:\b\d{{1,2}}\.? ({_MONTHS})[a-z]*\.? '?\d{{2,4}}\b)",
    )),
    "a name": "|".join((
        r"(?i:\b(dhr|mevr|mevrouw|meneer|mej|de heer|mrs)\b)|\b([Mm]w|[Mm]r|[Mm]s)\b\.? *[A-Z]",
        r"(?i:\bfam\b)\.? *[^\W\d]|\b[Ff]amily [A-Z][a-z]+ ?\d",
        r"(?i:\b(familie|gezin)\b *(?!(met|zonder|in|en|of|op|bij|als|tot|waar|dat|die)\b)[^\W\d])",
        r"(?i:\b(familie|gezin)\b) *[:;,-] *[A-Z]",
        rf"\b([A-Z]\.)+ ?(({_PARTICLES}) )*[A-Z][a-zà-ÿ]+|\b[A-Z][a-zà-ÿ]+ (({_PARTICLES}) )+[A-Z][a-zà-ÿ]+",
    )),
    "an address": "|".join((
        rf"(?i:({_STREETS}) +\d{{1,5}})",
        rf"\b(?!(?i:{_LABELS})\b)[A-Z][a-zà-ÿ]+ \d{{1,4}} ?-?[a-z]\b",
    )),
    "a postcode": r"\b[1-9]\d{3} ?[A-Z]{2}\b|\b[1-9]\d{3}[a-z]{2}\b",
    "a bank account": r"\b[A-Z]{2}\d{2} ?[A-Z]{4} ?\d",
    "a number of somebody": r"(\d[ ./()-]{0,2}){7}",
}
"""By what a part of a text looks like: its pattern, in a text with single spaces and without years in pairs."""
_IN_KEYS = ("an e-mail address", "a name")
"""What is looked for within a key too; numbers, dates and letters of keys may mean anything."""


def looks_like(name: str) -> str | None:
    """Return what a column looks like by its name; None where it may be anything.

    Examples
    --------
    >>> looks_like("Geboortedatum"), looks_like("e-mail"), looks_like("book")
    ('a date of birth', 'an e-mail address', None)
    """
    spelled = re.sub(r"[\s-]+", "_", name.strip().lower())
    return next((what for what, pattern in NAMES.items() if re.search(pattern, spelled)), None)


def names_somebody(text: str, *, is_key: bool = False) -> str | None:
    """Return what a part of a text looks like, however many cases share it; None where it names nobody and no place.

    Parameters
    ----------
    text : str
    is_key : bool
        Whether it is a key, whose digits may be anything.

    Examples
    --------
    >>> names_somebody("Familie Jansen, geb. 12-03-1984"), names_somebody("Kerkweg 3a, 3311 AB")
    ('a date, of birth perhaps', 'an address')
    >>> names_somebody("gezinnen met schulden, 18-23 jaar") is names_somebody("Wmo 2015") is None
    True
    """
    plain = " ".join(normalize("NFKC", text).split())
    plain = re.sub(r"\b(19|20)\d\d ?[-–/] ?(19|20)\d\d\b", "", plain)
    return next((what for what, pattern in WITHIN.items()
                 if (what in _IN_KEYS or not is_key) and re.search(pattern, plain)), None)


def is_bsn(text: str) -> bool:
    """Return whether nine digits, or eight that lost a leading zero, pass the eleven-test of Dutch citizen numbers.

    Examples
    --------
    >>> is_bsn("111222333"), is_bsn("111222334"), is_bsn("007")
    (True, False, False)
    """
    digits = re.sub(r"[. ]", "", text)
    if not re.fullmatch("[0-9]{8,9}", digits) or not int(digits):
        return False
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(weight * int(digit) for weight, digit in zip(weights, digits.zfill(9), strict=True)) % 11 == 0


def is_date(text: str) -> bool:
    """Return whether eight digits are a date, year or day first.

    Examples
    --------
    >>> is_date("19800312"), is_date("12031980"), is_date("20241399")
    (True, True, False)
    """
    day, month, year = "(0[1-9]|[12][0-9]|3[01])", "(0[1-9]|1[0-2])", "(19|20)[0-9]{2}"
    return re.fullmatch(f"{year}{month}{day}|{day}{month}{year}", text) is not None


def suspicions(cells: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the place of a cell and what it looks like, for each cell that seems to name somebody.

    Numbers can pass by chance: one in eleven the eleven-test, some of a running number that begins with the year the
    test of a date. So cells of nine digits, or of eight where a spreadsheet took a leading zero off, are suspect only
    where at least four in five of them pass.
    """
    for what, pattern, passes in NUMBERS:
        numbers = [place for place, cell in enumerate(cells) if re.fullmatch(pattern, re.sub(r"[. ]", "", cell))]
        passing = [place for place in numbers if passes(cells[place])]
        if 5 * len(passing) >= 4 * len(numbers):
            yield from ((place, what) for place in passing)
    for place, cell in enumerate(cells):
        what_else = next((what for what, pattern in VALUES.items() if re.fullmatch(pattern, cell)), None)
        if what_else is not None:
            yield place, what_else


NUMBERS = ((BSN, "[0-9]{8}", is_bsn), (BSN, "[0-9]{9}", is_bsn), ("a date, of birth perhaps", "[0-9]{8}", is_date))
"""What numbers may be: the pattern of those that are looked at together, and the test that most of them pass then."""
