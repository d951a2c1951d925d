"""A calibration as terms of a scenario: a TOML fragment to lay over a deal or to paste into one.

In comes a ``Calibration``, out goes text. Every number says from how many cases of which file it was taken, where that
may be told; the number of cases of the deal stays unless it is asked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import PurePath

from sib import __version__
from sib.amounts import NumberFormat
from sib.calibration import Calibration, Segment

TEXTS: dict[str, tuple[str, str]] = {
    "head": (
        """\
# Calibrated from {n} cases of {file} by sib {version}.
# Lay it over a deal by --with: the terms go to its segment of the same name; a deal without one is refused.
# To paste it into a scenario, leave out the two lines with remove and give cases.
# Each law below needs a budget under [payers].""",
        """\
# Gekalibreerd op {n} casussen van {file} door sib {version}.
# Leg het met --with over een deal: de termen gaan naar het segment met dezelfde naam; zonder dat wordt het geweigerd.
# Om het in een scenario te plakken: laat de twee regels met remove weg en geef cases.
# Elke wet hieronder heeft een budget onder [payers] nodig.""",
    ),
    "own": (
        "# Told with --own-data: numbers of cases may tell of a few households. Keep it to yourself.",
        "# Verteld met --own-data: aantallen casussen kunnen iets zeggen over enkele huishoudens. Houd het voor uzelf.",
    ),
    "cases": (
        "# cases: the deal's own number stays; the file has {n} (--with-cases writes it here)",
        "# cases: het aantal van de deal zelf blijft; het bestand heeft er {n} (--with-cases zet dat hier)",
    ),
    "with_cases": (
        "# cases: of the file; a trigger or commitment that was agreed on another number changes with it",
        "# cases: van het bestand; een trigger of inleg die op een ander aantal is afgesproken verandert mee",
    ),
    "unknown": (
        "# success: the file does not say which cases succeeded; the deal's own chance stays",
        "# success: het bestand zegt niet welke casussen slaagden; de slaagkans van de deal zelf blijft",
    ),
    "few": (
        "# success: {told} of {n} cases succeeded; how many is not told where few did or few did not, and the deal's "
        "own chance stays (--own-data tells it)",
        "# success: {told} van {n} casussen slaagden; hoeveel wordt niet verteld als het er weinig zijn of weinig "
        "niet, en de slaagkans van de deal zelf blijft (--own-data vertelt het)",
    ),
    "source": ("calibrated from {n} {which}cases of {file}", "gekalibreerd op {n} {which}casussen van {file}"),
    "successful": ("successful ", "geslaagde "),
}
"""By key: English, Dutch."""
CV_DECIMALS = 4


def fragment(found: Calibration, lang: NumberFormat = "en") -> str:
    """Return the fragment: one segment after the other, each a table of its own.

    Parameters
    ----------
    found : Calibration
    lang : {"en", "nl"}
        Of comments and sources; terms are the same.
    """
    file = PurePath(found.file.replace("\\", "/")).name
    shown = "".join(mark if mark.isprintable() else " " for mark in file)
    head = say("head", lang, n=sum(each.n_cases for each in found.segments), file=shown, version=__version__)
    own = [say("own", lang)] if found.asked.own_data and not found.asked.is_public else []
    lines = (line for each in found.segments for line in _Lines(each, found, file=shown, lang=lang).lines())
    return "\n".join((head, *own, *lines, ""))


def say(key: str, lang: NumberFormat, **values: object) -> str:
    """Return a text in a language with its values filled in."""
    return TEXTS[key][lang == "nl"].format(**values)


class _Lines:
    """The lines of one segment."""

    def __init__(self, segment: Segment, found: Calibration, *, file: str, lang: NumberFormat) -> None:
        self.segment, self.lang, self.with_cases = segment, lang, found.asked.with_cases
        which = "" if segment.n_counted.exact == segment.n_cases else say("successful", lang)
        self.everyone = quoted(say("source", lang, n=segment.n_cases, which="", file=file))
        self.counted = quoted(say("source", lang, n=segment.n_counted.said(lang), which=which, file=file))

    def lines(self) -> Iterator[str]:
        """Yield the lines."""
        segment = self.segment
        yield from ("", "[[programme.segments]]", f"name = {quoted(segment.name)}", *self._cases(), self._success())
        yield f"saving = {{ {_saving(segment)}, source = {self.counted} }}"
        yield f"saving_months = {segment.saving_months}"
        current = [] if segment.current_share is None else [f"current_share = {segment.current_share}"]
        yield from (*current, "by_law = { remove = true }", "direct_share = { remove = true }")
        yield from ("", "[programme.segments.source]", *([f"cases = {self.everyone}"] if self.with_cases else []))
        yield from (f"saving_months = {self.counted}", *([f"current_share = {self.counted}"] if current else []))
        yield from ("", "[programme.segments.shares]", *self._shares())

    def _cases(self) -> tuple[str, ...]:
        """Return the number of cases, where it is asked for; a file says how many were seen, not how many will be."""
        if self.with_cases:
            return say("with_cases", self.lang), f"cases = {self.segment.n_cases}"
        return (say("cases", self.lang, n=self.segment.n_cases),)

    def _success(self) -> str:
        """Return the evidence of the chance of success, or why there is none."""
        successes = self.segment.successes
        if successes is None:
            return say("unknown", self.lang)
        if successes.exact is None:
            return say("few", self.lang, told=successes.said(self.lang), n=self.segment.n_cases)
        return (f'success = {{ kind = "evidence", successes = {successes.exact}, trials = {self.segment.n_cases}, '
                f"source = {self.everyone} }}")

    def _shares(self) -> Iterator[str]:
        laws: dict[str, list[str]] = {}
        for cell in self.segment.shares.cells:
            laws.setdefault(cell.law, []).append(f"{cell.saving_class} = {decimal(cell.share)}")
        for law, written in laws.items():
            yield f"{key(law)} = {{ {', '.join(written)}, source = {self.counted} }}"


def _saving(segment: Segment) -> str:
    """Return the terms of the distribution."""
    if segment.kind == "empirical":
        return f'kind = "empirical", values = [{", ".join(euros(value) for value in segment.values)}]'
    if segment.kind == "fixed":
        return f'kind = "fixed", amount = {euros(round(segment.mean))}'
    return f'kind = "{segment.kind}", mean = {euros(round(segment.mean))}, cv = {segment.cv:.{CV_DECIMALS}f}'


def euros(cents: int) -> str:
    """Return an amount as TOML writes it.

    Examples
    --------
    >>> euros(2201346), euros(-50), euros(2200000)
    ('22_013.46', '-0.50', '22_000')
    """
    whole, rest = divmod(abs(cents), 100)
    return ("-" if cents < 0 else "") + f"{whole:_}" + (f".{rest:02d}" if rest else "")


def decimal(share: Fraction) -> str:
    """Return a share of so many millionths as a decimal, exactly.

    Examples
    --------
    >>> decimal(Fraction(281250, 10**6)), decimal(Fraction(1)), decimal(Fraction(0))
    ('0.28125', '1.0', '0.0')
    """
    whole, rest = divmod(int(share * 10**6), 10**6)
    return f"{whole}." + (f"{rest:06d}".rstrip("0") or "0")


def quoted(text: str) -> str:
    """Return a text as a TOML string."""
    return json.dumps(text, ensure_ascii=False)


def key(name: str) -> str:
    """Return a name as a TOML key."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else quoted(name)
