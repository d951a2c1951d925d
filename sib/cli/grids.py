"""Values as they are typed: ``NAME=V1,V2,…`` or ``NAME=START:STOP:STEP``, in exact decimals.

In come words of the command line, out go exact numbers by name; what is neither is refused with a hint.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction

import click

from sib.cli import options
from sib.errors import RefusedError
from sib.money import exact

MOST_POINTS = 10_000
"""Most values of one name."""
DECIMAL = re.compile(rf"-?[0-9]{{1,{options.DIGITS}}}(\.[0-9]{{1,{options.DIGITS}}})?")
HINTS = {
    r"(?i)[-+]?(nan|inf|infinity)": "is no finite number",
    r"0[0-9]+(\.[0-9]+)?": "starts with a 0; commas stand between values, so write thousands without a mark",
    r"-?[0-9]{1,3}([.'_ ][0-9]{3}){2,}": "has marks between its digits; write thousands without",
    r"[-+]?[0-9.]+[eE][-+]?[0-9]+": "is not written out; leave out the exponent",
    r".*%": "is a percentage; write the number in the unit of the {kind}",
    r"\s*": "is empty; write numbers such as 0.25, with commas between them",
}
"""What people write instead of a plain decimal, and what to tell them."""


def numbers(text: str, kind: str = "metric") -> list[Fraction]:
    """Return the values that are meant by ``V1,V2,…`` or ``START:STOP:STEP``, exactly.

    Parameters
    ----------
    text : str
    kind : str
        What the values are of, as messages call it.

    Raises
    ------
    BadParameter
        When it is neither.
    RefusedError
        When there are more than ``MOST_POINTS``.
    """
    parts = text.split(":")
    if len(parts) == 1:
        values = [decimal(part, kind) for part in text.split(",")]
        _refuse_many(len(values), kind)
        return values
    if len(parts) != 3:
        raise click.BadParameter(f"{text[:40]!r} is no grid; write START:STOP:STEP, such as 0:1:0.1")
    start, stop, step = (decimal(part, kind) for part in parts)
    if step == 0:
        raise click.BadParameter(f"{text[:40]!r} has a step of 0; it never gets to its end")
    n_steps = (stop - start) / step
    if n_steps < 0:
        raise click.BadParameter(f"{text[:40]!r} steps away from its end; write the step as {-float(step):g}")
    _refuse_many(int(n_steps) + 1, kind)
    return [start + place * step for place in range(int(n_steps) + 1)]


def decimal(text: str, kind: str = "metric") -> Fraction:
    """Return the number that is meant by a plain decimal, exactly; raises ``BadParameter`` with a hint."""
    typed = text.strip()
    fits = DECIMAL.fullmatch(typed) and not re.fullmatch(r"-?0[0-9].*", typed)
    if not fits:
        hint = next((hint for pattern, hint in HINTS.items() if re.fullmatch(pattern, typed)),
                    "is no plain decimal; write digits with a point, such as 0.25")
        raise click.BadParameter(f"{typed[:40]!r} {hint.format(kind=kind)}")
    return exact(typed)


def _refuse_many(n_points: int, kind: str) -> None:
    if n_points > MOST_POINTS:
        raise RefusedError(f"{n_points:,} points of one {kind} are asked for; the largest number is {MOST_POINTS:,}: "
                           "take a larger step")


def stated(kind: str) -> Callable[[click.Context, click.Parameter, Sequence[str]], dict[str, list[Fraction]]]:
    """Return the reader of options or arguments ``NAME=VALUES``: values by name."""

    def _read(context: click.Context, option: click.Parameter, typed: Sequence[str]) -> dict[str, list[Fraction]]:
        found: dict[str, list[Fraction]] = {}
        for text in typed:
            name, sign, values = text.rpartition("=")
            name = name.strip()
            if not sign or not name:
                raise click.BadParameter(f"{text[:40]!r} has no name; write NAME=V1,V2 or NAME=START:STOP:STEP")
            if name in found:
                raise click.BadParameter(f"{name!r} is given twice; give all its values together, such as {name}=1,2")
            found[name] = numbers(values, kind)
        return found

    return _read
