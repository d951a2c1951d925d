"""The grammar of terms: what a number, a share, a rate, an amount or a month may be.

Every table of a scenario file is a ``Term``. A term is frozen, knows no unknown keys and may say where its
numbers come from. The types here refuse booleans and strings as numbers, NaN and infinity, and explain
the usual slip (4 for 4%) in the words a dealmaker needs. Nothing here computes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict, model_validator
from pydantic.annotated_handlers import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema


class Term(BaseModel):
    """A table of terms; ``source`` says where its numbers come from.

    Parameters
    ----------
    source : str or dict of str to str, optional
        A document, ``"assumed"`` with the reason, or one such text per field.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, validate_default=False, defer_build=True
    )

    source: str | dict[str, str] | None = None

    @model_validator(mode="after")
    def _sources_name_fields(self) -> Term:
        if isinstance(self.source, dict):
            known = {field.alias or name for name, field in type(self).model_fields.items()} - {"source"}
            unknown = sorted(set(self.source) - known)
            if unknown:
                fields = ", ".join(sorted(known))
                raise fault("source", f"names {unknown[0]!r}, which is no field here; fields: {fields}")
        return self

    def source_of(self, field: str) -> str | None:
        """Return the source of one field (by its name in the file), or None where none is given."""
        if isinstance(self.source, dict):
            return self.source.get(field)
        return self.source


def fault(kind: str, message: str) -> PydanticCustomError:
    """Return an error whose message follows ``path = value`` in a sentence.

    Braces are not filled in: the message is final as it stands.
    """
    return PydanticCustomError(kind, "{message}", {"message": message})


class WrittenNumber(float):
    """A decimal number of a file that still knows how it was written (``text``)."""

    text: str

    def __new__(cls, text: str) -> WrittenNumber:  # noqa: D102
        number = super().__new__(cls, text)
        number.text = text
        return number


def percent(value: float) -> str:
    """Return the fraction that a percentage is written as, with two decimals or more.

    Examples
    --------
    >>> percent(4), percent(4.5), percent(70)
    ('0.04', '0.045', '0.70')
    """
    whole, _, decimals = f"{Decimal(str(value)) / 100:f}".partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"


def _no_number_in_disguise(value: Any) -> Any:
    if isinstance(value, bool):
        raise fault("number", "is true or false, not a number")
    if isinstance(value, str):
        given = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*%\s*", value)
        mend = f"{given[1]}% is written {percent(float(given[1]))}" if given else "write it"
        raise fault("number", f"is text, not a number; {mend} without quotation marks")
    if isinstance(value, float):
        if not math.isfinite(value):
            raise fault("number", "is not a finite number")
        return float(value)
    return value


def may_be_thousands(value: Any) -> str:
    """Return what is odd about a number written as 12.500: thousands to a reader, twelve and a half to TOML."""
    text = getattr(value, "text", "")
    if not re.fullmatch(r"[+-]?[1-9]\d{0,2}\.\d{3}", text):
        return ""
    return f"has three decimals, which may be thousands; write {text.replace('.', '')} if they are, else at most two"


def _no_dot_between_thousands(value: Any) -> Any:
    if odd := may_be_thousands(value):
        raise fault("amount", odd)
    return value


def _share(value: float) -> float:
    if 1 < value <= 100:
        raise fault("share", f"is not a share; shares are fractions, so {value:g}% is written {percent(value)}")
    if not 0 <= value <= 1:
        raise fault("share", "is not a share; shares lie between 0 and 1")
    return value


def _chance_below_one(value: float) -> float:
    if value == 1:
        raise fault("share", "must be below 1")
    return _share(value)


def _rate(value: float) -> float:
    if 1 <= value <= 100:
        raise fault("rate", f"is not a yearly rate; rates are fractions, so {value:g}% is written {percent(value)}")
    if not 0 <= value < 1:
        raise fault("rate", "is not a yearly rate; rates are fractions from 0 to below 1")
    if Decimal(repr(value)).as_tuple().exponent < -8:  # type: ignore[operator]
        raise fault("rate", "has more than eight decimals; interest is carried exactly, so round it")
    return value


def _cost_only(value: float) -> float:
    if value > 0:
        raise fault("cost", "is above 0; a failure can only cost, so it is 0 or less")
    return value


def whole_hundredths(value: float) -> float:
    """Refuse an amount with parts of a cent, and one beyond any deal."""
    if abs(value) > 1e12:
        raise fault("amount", "is larger than any deal; amounts are in whole units of the currency, up to 1e12")
    if Decimal(repr(value)).as_tuple().exponent < -2:  # type: ignore[operator]
        raise fault("amount", "has parts of a cent; thousands are written 1_797 or 1797, never 1.797")
    return value


def between(low: float, high: float, *, what: str) -> Callable[[float], float]:
    """Return a check that a number lies in ``low`` to ``high``, both included, named ``what``."""

    def check(value: float) -> float:
        if not low <= value <= high:
            raise fault("range", f"is out of range; {what} from {low:,.15g} to {high:,.15g}")
        return value

    return check


def not_negative(value: float) -> float:
    """Refuse a number below zero."""
    if value < 0:
        raise fault("range", "is negative; it must be 0 or more")
    return value


def _for_editors(**limits: float) -> Any:
    """Return an annotation that puts limits into the JSON schema; the checks are the validators' alone."""
    return Field(json_schema_extra=dict(limits))


class Year(int):
    """A calendar year: a number without thousands."""


def _year(value: int) -> Year:
    if not 1990 <= value <= 2100:
        raise fault("range", "is no year; a year from 1990 to 2100")
    return Year(value)


Number = Annotated[float, Strict(), BeforeValidator(_no_number_in_disguise)]
Whole = Annotated[int, Strict(), BeforeValidator(_no_number_in_disguise)]
CalendarYear = Annotated[Whole, AfterValidator(_year)]
Text = Annotated[str, Strict(), Field(min_length=1, max_length=300)]
Flag = Annotated[bool, Strict()]
Day = Annotated[date, Strict()]

Share = Annotated[Number, AfterValidator(_share), _for_editors(minimum=0, maximum=1)]
ShareBelowOne = Annotated[Number, AfterValidator(_chance_below_one), _for_editors(minimum=0, exclusiveMaximum=1)]
Rate = Annotated[Number, AfterValidator(_rate), _for_editors(minimum=0, exclusiveMaximum=1)]
Level = Annotated[Number, BeforeValidator(_no_dot_between_thousands)]
"""A number that may be an amount, such as the threshold of a trigger."""
Money = Annotated[Level, AfterValidator(whole_hundredths)]
"""An amount in units of the currency (euros), in whole cents."""
Amount = Annotated[Money, AfterValidator(not_negative)]
"""An amount of 0 or more."""
Cost = Annotated[Money, AfterValidator(_cost_only)]
"""An amount of 0 or less, what a failure saves."""
Count = Annotated[Whole, AfterValidator(between(0, 1_000_000, what="a whole number"))]
AtLeastOne = Annotated[Whole, AfterValidator(between(1, 1_000_000, what="a whole number"))]
Month = Annotated[Whole, AfterValidator(between(0, 600, what="months after closing"))]
MonthSpan = Annotated[Whole, AfterValidator(between(1, 600, what="a number of months"))]
Positive = Annotated[Money, AfterValidator(between(0.01, 1e12, what="an amount"))]
"""An amount above 0."""
Variation = Annotated[Number, AfterValidator(between(0, 20, what="a coefficient of variation"))]
Correlation = Share


@dataclass(frozen=True)
class NumberAs:
    """Marks a table that may be written as a bare number; see ``number_as``."""

    kind: str
    field: str

    def expanded(self, value: Any) -> Any:
        """Return the table that a bare number stands for; anything else as it is."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            return {"kind": self.kind, self.field: value}
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.expanded, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [{"type": "number"}, handler(schema)]}


def number_as(kind: str, field: str) -> NumberAs:
    """Return an annotation that reads a bare number as a table ``{kind = KIND, FIELD = number}``."""
    return NumberAs(kind, field)


def exactly_one(term: Term, fields: tuple[str, ...]) -> str:
    """Return the one field of ``fields`` that is given, or raise naming the choice."""
    names = [type(term).model_fields[name].alias or name for name in fields]
    given = [name for name, alias in zip(fields, names, strict=True) if getattr(term, name) is not None]
    if len(given) != 1:
        found = "none of them" if not given else " and ".join(given)
        raise fault("choice", f"takes exactly one of {', '.join(names)}; found {found}")
    return given[0]
