"""What a case file says of a programme: the saving of a success, whose budget it falls on, how long it runs, how often.

In comes a ``CaseFile``, out goes a paper with figures over all cases of a segment. No figure rests on fewer than
``FEWEST`` real cases: no cell, quantile, least or most of them is in the paper.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, TypeAlias

import numpy as np
from scipy.special import stdtrit

from sib.arrays import Bools, Floats
from sib.casefile import CaseFile
from sib.errors import Problem, ScenarioError
from sib.fitting import FAMILIES, LEVEL, Fit, band_means, fitted, moments, n_bands_of, plain_cv_error
from sib.money import largest_remainder
from sib.privacy import FEWEST

Shape: TypeAlias = Literal["lognormal", "gamma", "empirical"]
HOUSEHOLDS = "households"
"""What the only segment is called where neither the file nor the user names one."""
FEW = 30
"""Below so many cases a caution says how wide the mean is."""
PARTS = 1_000_000
"""Into how many parts a share is divided: six decimals."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How a case file is to be calibrated.

    Parameters
    ----------
    fit : {"lognormal", "gamma", "empirical"}, optional
        The saving's distribution; where it is not given, lognormal or gamma, whichever is likelier.
    segment : str, optional
        What the only segment is called, where the file names none.
    all_cases : bool
        Whether cases that did not succeed count in the saving: right for a file that says what a plan would save.
    is_public : bool
        Whether the cases are published or made up, so that figures may rest on fewer than ``FEWEST``.
    seed : int
        Of the samples that judge a fit.
    """

    fit: Shape | None = None
    segment: str | None = None
    all_cases: bool = False
    is_public: bool = False
    seed: int = 1


@dataclass(frozen=True, slots=True)
class ShareOf:
    """The share of the saving that falls on one law in one class."""

    law: str
    saving_class: str
    share: Fraction


@dataclass(frozen=True, slots=True)
class Shares:
    """How the saving of a segment is divided.

    Parameters
    ----------
    cells : tuple of ShareOf
        In the order of laws and classes; they make exactly one.
    withheld : int
        Cells on fewer than ``FEWEST`` cases; what they save is divided over the others in proportion.
    negative : tuple of (str, str)
        Law and class of cells that cost money rather than save it; a share cannot be negative, so what they cost is
        divided over the others in proportion.
    """

    cells: tuple[ShareOf, ...]
    withheld: int
    negative: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """What a case file says of one segment; amounts in cents.

    Parameters
    ----------
    name : str
    n_cases, n_counted : int
        Cases of the segment, and those that the saving rests on.
    successes : int or None
        Cases that succeeded; None where the file does not say.
    n_not_positive : int
        Counted cases that save nothing or cost money.
    mean, mean_error, low, high : float
        Saving of a case, its standard error and the ends of the 95% interval (Student); errors NaN for one case.
    cv, cv_error : float
        Coefficient of variation and its standard error.
    kind : str
        Distribution of the saving: ``lognormal``, ``gamma``, ``empirical``, or ``fixed`` where cases do not differ.
    fits : tuple of Fit
        Those that were tried, the likelier first.
    bands : tuple of float
        Means of bands of neighbours in order, each of ``FEWEST`` cases or more.
    values : tuple of int
        The amounts of an empirical saving: the bands in whole cents, with the mean of all cases.
    shares : Shares
    saving_months : int
        Months over which lines run, each line weighing by what it saves.
    one_span : bool
        Whether all lines run equally long.
    current_share : float or None
        Saving against current cost as part of that against threatening cost; None where it is no share.
    """

    name: str
    n_cases: int
    n_counted: int
    successes: int | None
    n_not_positive: int
    mean: float
    mean_error: float
    low: float
    high: float
    cv: float
    cv_error: float
    kind: str
    fits: tuple[Fit, ...]
    bands: tuple[float, ...]
    values: tuple[int, ...]
    shares: Shares
    saving_months: int
    one_span: bool
    current_share: float | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a case file says, segment by segment, in the order of their names.

    Parameters
    ----------
    file : str
        As the user named it.
    segments : tuple of Segment
    asked : Asked
    cautions : tuple of Problem
        What is worth a second look in the file.
    """

    file: str
    segments: tuple[Segment, ...]
    asked: Asked
    cautions: tuple[Problem, ...]


def calibrated(cases: CaseFile, asked: Asked | None = None) -> Calibration:
    """Return what a case file says of a programme.

    Parameters
    ----------
    cases : CaseFile
    asked : Asked, optional

    Raises
    ------
    ScenarioError
        Where too few cases are there to say anything of them, or nothing is saved.
    """
    asked = asked or Asked()
    asked = replace(asked, is_public=asked.is_public or cases.is_practice)
    names = sorted(set(cases.segments))
    if asked.segment is not None and names != [""]:
        raise _refused(cases, "segment", "is a column of the file, which names them itself; leave --segment out")
    samples = [_Sample(cases, name, asked) for name in names]
    problems = [Problem(cases.file, None, sample.shown, fault) for sample in samples if (fault := sample.fault())]
    if problems:
        raise ScenarioError(problems)
    return Calibration(cases.file, tuple(sample.segment() for sample in samples), asked, cases.cautions)


def _refused(cases: CaseFile, path: str, message: str) -> ScenarioError:
    return ScenarioError([Problem(cases.file, None, path, message)])


class _Sample:
    """The cases of one segment that its figures rest on."""

    def __init__(self, cases: CaseFile, label: str, asked: Asked) -> None:
        self.cases, self.asked = cases, asked
        self.name = label or asked.segment or HOUSEHOLDS
        self.fewest = 1 if asked.is_public else FEWEST
        here = np.array([segment == label for segment in cases.segments])
        works = np.ones(len(here), dtype=np.bool_) if cases.succeeded is None else np.array(cases.succeeded)
        self.n_cases, self.n_successes = int(here.sum()), int((here & works).sum())
        self.counted: Bools = here if asked.all_cases else here & works
        self.lines: Bools = self.counted[cases.case_of]
        self.amounts: Floats = cases.savings[self.counted]
        self.line_savings: Floats = np.where(self.lines, cases.line_savings, 0.0)

    @property
    def shown(self) -> str:
        """What a message calls the segment: nothing where it may be too small to be named."""
        return f"segment {self.name!r}:" if self.n_cases >= self.fewest and any(self.cases.segments) else ""

    def fault(self) -> str | None:
        """Return why nothing can be said of these cases, if so."""
        n, mean = len(self.amounts), float(self.amounts.mean()) if len(self.amounts) else 0.0
        if n < self.fewest or not n:
            which = "cases" if self.asked.all_cases or self.cases.succeeded is None else "cases that succeeded"
            public = " or, where the cases are published or made up, say so with --public" if n else ""
            return (f"has {n} {which} in a segment, and nothing is shown of fewer than {self.fewest}; put segments "
                    f"together{public}")
        if self.asked.fit == "empirical" and n < 2 * self.fewest:
            return (f"has {n} cases, and an empirical saving needs two groups of {self.fewest}; choose another fit")
        if mean <= 0 and (self.asked.fit in FAMILIES or n < 2 * self.fewest):
            return "saves nothing on average, so that no lognormal or gamma fits; with 20 cases, choose --fit empirical"
        if not any(total > 0 and n_cases >= self.fewest for total, n_cases in self.cells().values()):
            return f"has no law and class on which {self.fewest} cases or more save something together"
        return None

    def cells(self) -> dict[tuple[str, str], tuple[float, int]]:
        """Return by law and class what is saved in cents, and by how many cases."""
        held: dict[tuple[str, str], set[int]] = {}
        totals: dict[tuple[str, str], float] = {}
        for place in np.flatnonzero(self.line_savings).tolist():
            cell = (self.cases.laws[place], self.cases.classes[place])
            held.setdefault(cell, set()).add(int(self.cases.case_of[place]))
            totals[cell] = totals.get(cell, 0.0) + float(self.line_savings[place])
        return {cell: (totals[cell], len(held[cell])) for cell in sorted(held)}

    def shares(self) -> Shares:
        """Return the table of shares; what it cannot hold is divided in proportion."""
        cells = self.cells()
        enough = {cell: total for cell, (total, n) in cells.items() if n >= self.fewest}
        kept = {cell: total for cell, total in enough.items() if total > 0}
        parts = largest_remainder(PARTS, [int(total) for total in kept.values()])
        found = tuple(ShareOf(*cell, Fraction(int(part), PARTS)) for cell, part in zip(kept, parts, strict=True))
        return Shares(found, len(cells) - len(enough), tuple(cell for cell, total in enough.items() if total < 0))

    def segment(self) -> Segment:
        """Return everything that is said of these cases."""
        n = len(self.amounts)
        mean, cv = (float(each) for each in moments(self.amounts))
        error = abs(cv * mean) / math.sqrt(n) if n > 1 and mean else math.nan
        half = float(stdtrit(n - 1, (1 + LEVEL) / 2)) * error if n > 1 else math.nan
        n_bands = n_bands_of(n, FEWEST)
        fits = tuple(self._fits(mean, cv, n_bands=n_bands))
        kind = self._kind(fits, cv)
        bands = tuple(band_means(np.sort(self.amounts), n_bands).tolist()) if n_bands else ()
        chosen = next((fit for fit in fits if fit.kind == kind), None)
        months, one_span = self._months()
        return Segment(
            self.name, self.n_cases, n, None if self.cases.succeeded is None else self.n_successes,
            n_not_positive=int((self.amounts <= 0).sum()), mean=mean, mean_error=error, low=mean - half,
            high=mean + half, cv=cv, cv_error=self._cv_error(chosen),
            kind=kind, fits=fits, bands=bands, values=self._values(mean, kind), shares=self.shares(),
            saving_months=months, one_span=one_span, current_share=self._current_share(),
        )

    def _cv_error(self, chosen: Fit | None) -> float:
        """Return the standard error of the cv: by the samples of the fit, or without a fit where there are none."""
        return chosen.cv_error if chosen and chosen.n_samples else plain_cv_error(self.amounts)

    def _fits(self, mean: float, cv: float, *, n_bands: int) -> Iterator[Fit]:
        """Yield the fits, the likelier first; none where cases do not differ or save nothing."""
        if not cv > 0 or mean <= 0 or len(self.amounts) < 3:
            return
        fits = (fitted(self.amounts, kind, n_bands=n_bands, seed=self.asked.seed, name=self.name) for kind in FAMILIES)
        yield from sorted(fits, key=lambda fit: -fit.log_likelihood)

    def _kind(self, fits: Sequence[Fit], cv: float) -> str:
        """Return the distribution that is asked for, or the likelier; fixed where there is nothing to fit."""
        if self.asked.fit == "empirical" or (not fits and len(self.amounts) >= 2 * FEWEST and cv != 0):
            return "empirical"
        if not fits:
            return "fixed"
        return self.asked.fit or fits[0].kind

    def _values(self, mean: float, kind: str) -> tuple[int, ...]:
        """Return the amounts of an empirical saving in whole cents, whose mean is that of the cases to the cent."""
        if kind != "empirical":
            return ()
        n_values = n_bands_of(len(self.amounts), self.fewest)
        means = band_means(np.sort(self.amounts), n_values)
        down = np.floor(means)
        missing = round(mean * n_values - float(down.sum()))
        up = np.argsort(down - means, kind="stable")[:missing]
        down[up] += 1
        return tuple(int(value) for value in down)

    def _months(self) -> tuple[int, bool]:
        """Return the months over which the saving comes, and whether all lines run equally long."""
        saves = np.flatnonzero(self.line_savings)
        months, weights = self.cases.months[saves], np.abs(self.line_savings[saves])
        return math.floor(float(months @ weights) / float(weights.sum()) + 0.5), len(set(months.tolist())) == 1

    def _current_share(self) -> float | None:
        """Return what is left of the saving when it is measured against current cost."""
        against = (self.cases.current - self.cases.tailored) * self.cases.months
        whole = float(self.line_savings.sum())
        part = float(against[self.lines].sum()) / whole if whole else -1.0
        return round(part, 6) if 0 <= part <= 1 else None
