"""Amounts as people write them, in English and Dutch: reading them strictly, writing them plainly.

In comes a text or cents, out go cents or a text. What could be read in two ways is refused; the locale of the
machine plays no part.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Literal, TypeAlias

from sib.arrays import EXACT

NumberFormat: TypeAlias = Literal["en", "nl"]

MINOR_UNITS = {
    "EUR": 2,
    "GBP": 2,
    "USD": 2,
    "CHF": 2,
    "DKK": 2,
    "NOK": 2,
    "SEK": 2,
    "JPY": 0,
    "KRW": 0,
    "CLP": 0,
    "KWD": 3,
    "BHD": 3,
    "TND": 3,
}
"""Decimals of a currency's minor unit, the unit in which all money is counted; 2 for a currency not listed."""

SEPARATORS: dict[str, tuple[str, str]] = {"en": (",", "."), "nl": (".", ",")}
"""By language: what stands between thousands, and what stands before the decimals."""


class AmountError(ValueError):
    """A text that is no amount, or may be two.

    Parameters
    ----------
    shown : str
        The text, as a message quotes it.
    wrong : str
        What is wrong with it.
    unseen : str, optional
        The same for a message that must not show the text or anything of it; ``wrong`` where that is not given.
    """

    def __init__(self, shown: str, wrong: str, *, unseen: str | None = None) -> None:
        self.unseen = wrong if unseen is None else unseen
        super().__init__(f"{shown} {wrong}")


def parse_amount(text: str, *, number_format: NumberFormat | None = None, minor: int = 2) -> int:
    """Read an amount as people write it, and refuse what could be two amounts.

    Parameters
    ----------
    text : str
        Digits, plain or in groups of three; decimals; a minus in front; a euro sign before or behind. No-break
        spaces may stand for the separator of thousands. Nothing else.
    number_format : {"en", "nl"}, optional
        ``1,797,500.00`` or ``1.797.500,00``. Not given, the text must make sense in one way only.
    minor : int
        Decimals of the currency (`MINOR_UNITS`).

    Returns
    -------
    int
        Cents.

    Raises
    ------
    AmountError
        A ``ValueError``: it is no amount, or may be two; the message says how to write it.

    Examples
    --------
    >>> parse_amount("€ 1.797.500,00")
    179750000
    """
    shown = repr(text if len(text) <= 40 else text[:40] + "…")
    manner = f" in number_format {number_format!r}" if number_format else ""
    readings = _readings(text, tuple(SEPARATORS) if number_format is None else (number_format,))
    if not readings:
        raise AmountError(shown, f"is not an amount{manner}: {_hint(text)}")
    if len(readings) > 1:
        either = " or ".join(sorted(".".join(filter(None, reading)) for reading in readings))
        declare = 'declare number_format = "en" or "nl"'
        raise AmountError(shown, f"may be {either}: {declare}", unseen=f"has thousands or decimals: {declare}")
    whole, decimals = readings.pop()
    if len(decimals) > minor:
        raise AmountError(shown, f"has {len(decimals)} decimals{manner}; {minor} at most, the cents")
    cents = int(whole + decimals.ljust(minor, "0"))
    if cents >= EXACT:
        raise AmountError(shown, f"is too large; an amount stays below {EXACT // 10**minor}")
    return -cents if "-" in text else cents


def format_amount(cents: float, *, lang: NumberFormat = "en", decimals: int = 2, minor: int = 2) -> str:
    """Write an amount with separators, the same on every machine.

    Parameters
    ----------
    cents : float
        Minor units; a mean may have a fraction, which is rounded half away from zero once, on what is shown.
    lang : {"en", "nl"}
        ``1,797,500.00`` or ``1.797.500,00``.
    decimals, minor : int
        Decimals to show, 0 for whole euros; and those of the currency (`MINOR_UNITS`).

    Examples
    --------
    >>> format_amount(-179750050, lang="nl", decimals=0)
    '-1.797.501'
    """
    group, point = SEPARATORS[lang]
    number = Fraction(cents if isinstance(cents, int) else float(cents)) * Fraction(10) ** (decimals - minor)
    shown = math.floor(abs(number) + Fraction(1, 2))
    whole, rest = divmod(shown, 10**decimals)
    sign = "-" if number < 0 and shown else ""
    return sign + f"{whole:,}".replace(",", group) + (f"{point}{rest:0{decimals}}" if decimals else "")


_NO_BREAK = "\u00a0\u202f"
_AMOUNT = re.compile(rf"-?€?[ {_NO_BREAK}]*-?(?P<number>[0-9](?:[0-9.,{_NO_BREAK}]*[0-9])?)[ {_NO_BREAK}]*€?")
_HINTS = {
    r"(?i)nan|inf|∞": "an amount is a finite number",
    r"(?![0-9])\d": "use the digits 0 to 9",
    "_": "leave the underscores out",
    r"[0-9],-+": "whole euros have no ,- behind",
    r"[0-9][eE][-+]?[0-9]": "write the number out, without an exponent",
    r"^\(.*\)$|[0-9][^0-9]*-€?$|−": "a negative amount has a plain minus in front, such as -1.000,00",
    r"[0-9] +[0-9]": "leave out the spaces between the digits",
    "%": "an amount is no percentage",
}
"""What people write instead, and what to tell them."""


def _readings(text: str, formats: tuple[str, ...]) -> set[tuple[str, str]]:
    """Whole digits and decimals that the text may stand for, in one or more ways of writing."""
    body = text.strip(" \t\r\n" + _NO_BREAK)
    found = _AMOUNT.fullmatch(body) if len(body) <= 80 and max(map(body.count, "-€")) <= 1 else None
    readings = set()
    for group, point in (SEPARATORS[name] for name in formats if found):
        grouped = rf"[1-9][0-9]{{0,2}}([{group}{_NO_BREAK}])[0-9]{{3}}(?:\2[0-9]{{3}})*"
        match = re.fullmatch(rf"({grouped}|0|[1-9][0-9]*)(?:[{point}]([0-9]+))?", found["number"] if found else "")
        if match:
            readings.add((re.sub("[^0-9]", "", match[1]), match[3] or ""))
    return readings


def _hint(text: str) -> str:
    fits = (hint for pattern, hint in _HINTS.items() if re.search(pattern, text))
    return next(fits, "amounts look like 1797500, 1,797,500.00 (en) or 1.797.500,00 (nl)")
