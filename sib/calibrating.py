"""A calibration for Python: from the name of a case file to frames, and to a fragment that fits into a scenario."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sib.amounts import NumberFormat
from sib.calibration import Asked, Calibration, Segment, calibrated
from sib.casefile import read_cases
from sib.casewords import fault_of_name
from sib.disclosure import Count
from sib.fragment import fragment

FIGURES = ("segment", "measure", "value", "standard_error", "low", "high", "unit")
SHARES = ("segment", "law", "class", "share")
BANDS = ("segment", "band", "of_bands", "kind", "mean", "low", "high")
FITS = ("segment", "kind", "mean", "cv", "log_likelihood", "distance", "p_value", "n_samples", "is_chosen")


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What a case file says of a programme, as frames.

    Parameters
    ----------
    paper : Calibration
    """

    paper: Calibration

    @property
    def fragment(self) -> str:
        """The terms as TOML, to lay over a deal or to paste into one."""
        return fragment(self.paper)

    def summary(self) -> pd.DataFrame:
        """Return one row a figure: segment, measure, value, standard_error, low, high, unit; amounts in euros.

        A number of cases that would tell of a few has no value, and lies between low and high.
        """
        return pd.DataFrame([*figures(self.paper)], columns=pd.Index(FIGURES)).astype(
            {"value": float, "standard_error": float, "low": float, "high": float})

    def shares(self) -> pd.DataFrame:
        """Return the share of the saving by segment, law and class; each segment's make one."""
        rows = [(segment.name, cell.law, cell.saving_class, float(cell.share))
                for segment in self.paper.segments for cell in segment.shares.cells]
        return pd.DataFrame(rows, columns=pd.Index(SHARES))

    def fits(self) -> pd.DataFrame:
        """Return the fits that were tried, the likelier first, and which was chosen; amounts in euros."""
        rows = [(segment.name, fit.kind, fit.mean / 100, fit.cv, fit.log_likelihood, fit.distance, fit.p_value,
                 fit.n_samples, fit.kind == segment.kind) for segment in self.paper.segments for fit in segment.fits]
        return pd.DataFrame(rows, columns=pd.Index(FITS))

    def bands(self) -> pd.DataFrame:
        """Return means of bands of ten or more cases in order, and what each fit gives in them; amounts in euros."""
        return pd.DataFrame([*bands(self.paper)], columns=pd.Index(BANDS)).astype({"low": float, "high": float})


def calibrate(
    source: str | Path, *, number_format: NumberFormat | None = None, sheet: str | None = None,
    laws: Sequence[str] = (), **asked: Any,
) -> Calibrated:
    """Return what a case file says of a programme.

    Parameters
    ----------
    source : str or Path
        A CSV or XLSX file with a row for each cost line of each case, or the name of one that comes with the package.
    number_format : {"en", "nl"}, optional
        How amounts are written; needed where one could be read in two ways.
    sheet : str, optional
        Name of the sheet of an XLSX file; the first one unless given.
    laws : sequence of str
        Laws or budgets that the file names beside those that are known.
    **asked
        ``fit`` (``"lognormal"``, ``"gamma"`` or ``"empirical"``), ``segment``, ``all_cases``, ``is_public``, ``seed``,
        ``own_data`` and ``with_cases``, as in ``sib.calibration.Asked``.

    Raises
    ------
    ScenarioError
        With everything that is wrong with the file, or where too few cases are in it.
    ValueError
        Where the fit is not known, or the segment or a law that is given names people or a place.

    Examples
    --------
    >>> found = calibrate("portfolio")
    >>> found.shares()["share"].sum().round(9).item()
    1.0
    """
    how = Asked(**asked)
    for fault in filter(None, map(fault_of_name, laws)):
        raise ValueError(f"laws: one of them {fault}")
    return Calibrated(calibrated(read_cases(str(source), number_format=number_format, sheet=sheet, laws=laws), how))


def figures(paper: Calibration) -> Iterator[tuple[object, ...]]:
    """Yield the figures of each segment, as ``FIGURES`` says."""
    for segment in paper.segments:
        for measure, n in _counts(segment):
            ends = (math.nan, math.nan) if n.exact is not None else (n.low, n.high)
            yield (segment.name, measure, math.nan if n.exact is None else n.exact, math.nan, *ends, "count")
        for measure, value, error, unit in _figures(segment):
            ends = (segment.low / 100, segment.high / 100) if measure == "mean_saving" else (math.nan, math.nan)
            yield (segment.name, measure, value, error, *ends, unit)


def _counts(segment: Segment) -> Iterator[tuple[str, Count]]:
    """Yield numbers of cases by name."""
    yield "cases", Count(segment.n_cases, segment.n_cases)
    yield "cases_counted", segment.n_counted
    if segment.successes is not None:
        yield "successes", segment.successes
    yield "cases_saving_nothing", segment.n_not_positive


def _figures(segment: Segment) -> Iterator[tuple[str, float, float, str]]:
    yield "mean_saving", segment.mean / 100, segment.mean_error / 100, "EUR"
    yield "cv_saving", segment.cv, segment.cv_error, "fraction"
    yield "saving_months", segment.saving_months, math.nan, "months"
    yield "current_share", math.nan if segment.current_share is None else segment.current_share, math.nan, "fraction"
    for fit in segment.fits:
        yield f"distance_{fit.kind}", fit.distance, math.nan, "fraction"
        yield f"p_value_{fit.kind}", fit.p_value, math.nan, "fraction"
        yield f"log_likelihood_{fit.kind}", fit.log_likelihood, math.nan, "number"
    for cell in segment.shares.cells:
        yield f"share:{cell.law}:{cell.saving_class}", float(cell.share), math.nan, "fraction"


def bands(paper: Calibration) -> Iterator[tuple[object, ...]]:
    """Yield the means of the bands of each segment, of the file and of its fits, as ``BANDS`` says."""
    for segment in paper.segments:
        n = len(segment.bands)
        for band, mean in enumerate(segment.bands, start=1):
            yield segment.name, band, n, "cases", mean / 100, math.nan, math.nan
        for fit in segment.fits:
            for band, (mean, low, high) in enumerate(fit.bands, start=1):
                yield segment.name, band, n, fit.kind, mean / 100, low / 100, high / 100
