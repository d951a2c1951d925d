"""A calibration as terms of a scenario: a TOML fragment to lay over a deal or to paste into one.

In comes a ``Calibration``, out goes text. Every number says from how many cases of which file it was taken.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import PurePath

from sib import __version__
from sib.calibration import Calibration, Segment

HEAD = """\
# Calibrated from {n} cases of {file} by sib {version}.
# Lay it over a deal by --with: the terms go to the segment of the same name; another name makes another segment.
# To paste it into a scenario, leave out the two lines with remove. Each law below needs a budget under [payers]."""
CV_DECIMALS = 4


def fragment(found: Calibration) -> str:
    """Return the fragment: one segment after the other, each a table of its own."""
    file = PurePath(found.file.replace("\\", "/")).name
    shown = "".join(mark if mark.isprintable() else " " for mark in file)
    head = HEAD.format(n=sum(each.n_cases for each in found.segments), file=shown, version=__version__)
    return "\n".join((head, *(line for each in found.segments for line in _lines(each, shown)), ""))


def _lines(segment: Segment, file: str) -> Iterator[str]:
    """Yield the lines of one segment."""
    everyone = quoted(f"calibrated from {segment.n_cases} cases of {file}")
    which = "" if segment.n_counted == segment.n_cases else "successful "
    counted = quoted(f"calibrated from {segment.n_counted} {which}cases of {file}")
    yield from ("", "[[programme.segments]]", f"name = {quoted(segment.name)}", f"cases = {segment.n_cases}")
    if segment.successes is None:
        yield "# success: the file does not say which cases succeeded; the deal's own chance stays"
    else:
        yield (f'success = {{ kind = "evidence", successes = {segment.successes}, trials = {segment.n_cases}, '
               f"source = {everyone} }}")
    yield f"saving = {{ {_saving(segment)}, source = {counted} }}"
    yield f"saving_months = {segment.saving_months}"
    if segment.current_share is not None:
        yield f"current_share = {segment.current_share}"
    yield from ("by_law = { remove = true }", "direct_share = { remove = true }")
    yield from ("", "[programme.segments.source]", f"cases = {everyone}", f"saving_months = {counted}")
    if segment.current_share is not None:
        yield f"current_share = {counted}"
    yield from ("", "[programme.segments.shares]")
    laws: dict[str, list[str]] = {}
    for cell in segment.shares.cells:
        laws.setdefault(cell.law, []).append(f"{cell.saving_class} = {decimal(cell.share)}")
    for law, written in laws.items():
        yield f"{key(law)} = {{ {', '.join(written)}, source = {counted} }}"


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
