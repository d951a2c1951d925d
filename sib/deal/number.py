"""What kind of number a term is: whole, a share, a rate or an amount; how finely it is written, and where to look.

In comes the place of a term, out goes a ``Number``. Kinds are told by the checks that the term's class has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import AfterValidator

from sib.deal import term as terms
from sib.deal.location import spelled
from sib.deal.setting import VARIED, Spot
from sib.deal.shape import Shape, fields, kind_of
from sib.errors import Problem, ScenarioError


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of number.

    Parameters
    ----------
    name : str
        ``whole``, ``share``, ``rate`` or ``amount``.
    decimals : int
        Most that one is written with.
    ends : (float, float) or None
        Where values are looked for; None where that depends on the present value.
    """

    name: str
    decimals: int
    ends: tuple[float, float] | None


WHOLE = Kind("whole", 0, None)
SHARE = Kind("share", 12, (0.0, 1.0))
RATE = Kind("rate", 8, (0.0, 0.5))
AMOUNT = Kind("amount", 2, None)
PLAIN = Kind("number", 12, None)
BY_CHECK = {terms._share: SHARE, terms._chance_below_one: SHARE, terms._rate: RATE, terms.whole_hundredths: AMOUNT}
"""By the check of a term."""
TENFOLD = 10
"""How many times smaller and larger than now a number is looked for that has no ends of its own."""


@dataclass(frozen=True, slots=True)
class Number:
    """A numeric term of a deal.

    Parameters
    ----------
    path : str
    kind : Kind
    now : float or int or None
        As it is; None where it is no number now, or the deal is silent.
    replaces : bool
        Whether a number there replaces a table.
    """

    path: str
    kind: Kind
    now: float | int | None
    replaces: bool

    @property
    def is_whole(self) -> bool:
        """Whether it takes whole numbers only."""
        return self.kind is WHOLE

    @property
    def finest(self) -> float:
        """The smallest step between values that can be written."""
        return 10.0**-self.kind.decimals

    def bracket(self) -> tuple[float, float] | None:
        """Return where values are looked for; None where nothing says."""
        if self.kind.ends is not None or not self.now:
            return self.kind.ends
        low, high = sorted((self.now / TENFOLD, self.now * TENFOLD))
        return (max(1, round(low)), round(high)) if self.is_whole else (self.written(low), self.written(high))

    def written(self, value: float) -> float | int:
        """Return a value as it can be written."""
        return round(value) if self.is_whole else round(float(value), self.kind.decimals)


def now_at(spot: Spot) -> Any:
    """Return what stands at a place, or holds where the deal is silent; numbers as plain ones."""
    value = spot.value if spot.value is not None or spot.shape is None else spot.shape.default
    return float(value) if isinstance(value, float) else value


def number_at(spot: Spot) -> Number:
    """Return which number stands, or may stand, at a place.

    Raises
    ------
    ScenarioError
        When no number may stand there; says which numbers are in the table that does.
    """
    shape, path = spot.shape, spelled(spot.path)
    bare = _bare(shape)
    if bare is None:
        raise ScenarioError([Problem(VARIED, None, path, _refusal(spot, path))])
    now = now_at(spot)
    is_number = isinstance(now, int | float) and not isinstance(now, bool)
    return Number(path, _kind(bare), now if is_number else None, isinstance(spot.value, dict))


def _bare(shape: Shape | None) -> Shape | None:
    """Return the shape of the number that may stand at a place; None where none may."""
    if shape is None:
        return None
    if shape.shorthand is not None:
        table = next(table for table in shape.tables if kind_of(table) == shape.shorthand.kind)
        return fields(table)[shape.shorthand.field]
    return shape if shape.core in (int, float) else None


def _kind(shape: Shape) -> Kind:
    """Return the kind of number that a shape takes."""
    if shape.core is int:
        return WHOLE
    checks = [check.func for check in shape.checks if isinstance(check, AfterValidator)]
    return next((BY_CHECK[check] for check in checks if check in BY_CHECK), PLAIN)


def _refusal(spot: Spot, path: str) -> str:
    """Return why no number can be varied at a place, and what to vary instead."""
    table = spot.shape.table(spot.value) if spot.shape else None
    inner = fields(table) if table else {}
    numeric = [f"{path}.{name}" for name, shape in inner.items() if _bare(shape) is not None]
    if numeric:
        return f"is a table; vary a number in it: {', '.join(numeric)}"
    return "is no number; vary a term that is one, such as contract.interest.rate"
