"""What a case file says of a programme: the saving of a success, whose budget it falls on, how long it runs, how often.

In comes a ``CaseFile``, out goes a paper with figures over all cases of a segment. No figure rests on fewer than
``FEWEST`` real cases: no cell, quantile, least or most of them is in the paper.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, TypeAlias, get_args

import numpy as np
from scipy.special import stdtrit

from sib.arrays import Bools, Floats
from sib.casefile import CaseFile
from sib.casewords import fault_of_name
from sib.deal.clauses import nearest
from sib.disclosure import Count, counted, rounded
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
    own_data : bool
        Whether whoever asks holds the data and keeps the figures, so that numbers of cases are told however small they
        or what is left of the total are.
    with_cases : bool
        Whether the fragment sets the number of cases of the deal to that of the file.

    Raises
    ------
    ValueError
        Where the fit is not known, or the segment names people or a place.
    """

    fit: Shape | None = None
    segment: str | None = None
    all_cases: bool = False
    is_public: bool = False
    seed: int = 1
    own_data: bool = False
    with_cases: bool = False

    def __post_init__(self) -> None:
        if self.fit is not None and self.fit not in get_args(Shape):
            raise ValueError(f"fit = {str(self.fit)[:40]!r} is not known; {nearest(str(self.fit), get_args(Shape))} "
                             f"(fits: {', '.join(get_args(Shape))})")
        if self.segment is not None and (fault := fault_of_name(self.segment)) is not None:
            raise ValueError(f"segment {fault}")


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
    n_cases : int
        Cases of the segment.
    n_counted : Count
        Those that the saving rests on. Where their number is not told, figures have three digits and errors are those
        of the least that it may be.
    successes : Count or None
        Cases that succeeded; None where the file does not say.
    n_not_positive : Count
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
    n_counted: Count
    successes: Count | None
    n_not_positive: Count
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
    problems = [problem for sample in samples if (problem := sample.problem()) is not None]
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
        self.first_line = min(line for line, is_here in zip(cases.first_lines, here, strict=True) if is_here)
        self.n_cases, self.n_successes = int(here.sum()), int((here & works).sum())
        self.of_all = asked.all_cases or cases.succeeded is None
        self.counted: Bools = here if self.of_all else here & works
        self.lines: Bools = self.counted[cases.case_of]
        self.amounts: Floats = cases.savings[self.counted]
        self.line_savings: Floats = np.where(self.lines, cases.line_savings, 0.0)
        self.successes = self._told(self.n_successes, self.n_cases)
        self.n_counted = Count(self.n_cases, self.n_cases) if self.of_all else self.successes
        self.n = self.n_counted.low
        """Cases that figures are said to rest on: all of them, or the least that they may be where it is not told."""

    def _told(self, n: int, of: int | Count) -> Count:
        """Return a number of cases as it may be told."""
        return counted(n, of, fewest=1 if self.asked.own_data else self.fewest)

    def problem(self) -> Problem | None:
        """Return why nothing can be said of these cases, if so: the segment is named where it is large enough."""
        if self.n_cases < self.fewest and any(self.cases.segments):
            return Problem(self.cases.file, self.first_line, "segment", (
                f"is one that fewer than {FEWEST} cases have, so that its name may be that of a household; put "
                "segments together or leave the column out, or, where the cases are published or made up, say so with "
                "--public"))
        fault = self.fault()
        shown = f"segment {self.name!r}:" if any(self.cases.segments) else ""
        return None if fault is None else Problem(self.cases.file, None, shown, fault)

    def fault(self) -> str | None:
        """Return why nothing can be said of these cases, if so; without how many they are."""
        n, mean = len(self.amounts), float(self.amounts.mean()) if len(self.amounts) else 0.0
        if n < self.fewest:
            which = "cases" if self.of_all else "cases that succeeded"
            if self.asked.is_public:
                return f"has no {which}, of which something could be said"
            return (f"has fewer than {FEWEST} {which}, and nothing is shown of so few; put segments together or, where "
                    "the cases are published or made up, say so with --public")
        if self.asked.all_cases and self._is_told_by_difference():
            return (f"has fewer than {FEWEST} cases that did not succeed: what --all-cases tells would, beside what is "
                    "told without it, tell of these few; leave --all-cases out or, where the data are your own and the "
                    "figures stay with you, say so with --own-data")
        if self.asked.fit == "empirical" and self.n < 2 * self.fewest:
            return f"has fewer than {2 * self.fewest} cases to count, and an empirical saving needs two groups of " \
                   f"{self.fewest}; choose another fit"
        if mean <= 0 and (self.asked.fit in FAMILIES or self.n < 2 * self.fewest):
            return "saves nothing on average, so that no lognormal or gamma fits; with 20 cases, choose --fit empirical"
        if not any(total > 0 and n_cases >= self.fewest for total, n_cases in self.cells().values()):
            return f"has no law and class on which {self.fewest} cases or more save something together"
        return None

    def _is_told_by_difference(self) -> bool:
        """Return whether all cases and those that succeeded, side by side, tell of too few."""
        is_said = self.cases.succeeded is None or self.asked.own_data
        return not is_said and self.n_cases - self.n_successes < self.fewest <= self.n_successes and self.fewest > 1

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
        mean, cv = (float(each) for each in moments(self.amounts))
        n_bands = n_bands_of(self.n, FEWEST)
        fits = tuple(self._fits(mean, cv, n_bands=n_bands))
        kind, values = self._kind(fits, cv), self._values(mean, self._kind(fits, cv))
        mean, cv, fits = self._shown(mean), self._shown(cv), tuple(map(self._shown_fit, fits))
        error = abs(cv * mean) / math.sqrt(self.n) if self.n > 1 and mean else math.nan
        half = float(stdtrit(self.n - 1, (1 + LEVEL) / 2)) * error if self.n > 1 else math.nan
        bands = band_means(np.sort(self.amounts), n_bands).tolist() if n_bands else ()
        chosen = next((fit for fit in fits if fit.kind == kind), None)
        months, one_span = self._months()
        return Segment(
            self.name, self.n_cases, self.n_counted, None if self.cases.succeeded is None else self.successes,
            n_not_positive=self._not_positive(), mean=mean, mean_error=error, low=mean - half,
            high=mean + half, cv=cv, cv_error=self._cv_error(chosen),
            kind=kind, fits=fits, bands=tuple(map(self._shown, bands)), values=values, shares=self.shares(),
            saving_months=months, one_span=one_span, current_share=self._current_share(),
        )

    def _shown(self, value: float) -> float:
        """Return a figure as it is told: with three digits where it would give away how many cases made it."""
        return value if self.n_counted.exact is not None else rounded(value)

    def _shown_fit(self, fit: Fit) -> Fit:
        """Return a fit as it is told."""
        if self.n_counted.exact is not None:
            return fit
        return replace(
            fit, mean=rounded(fit.mean), cv=rounded(fit.cv), cv_error=rounded(fit.cv_error, 2),
            log_likelihood=rounded(fit.log_likelihood, 4), distance=rounded(fit.distance),
            p_value=rounded(fit.p_value, 1), bands=tuple(
                (rounded(mean), rounded(low), rounded(high)) for mean, low, high in fit.bands),
        )

    def _not_positive(self) -> Count:
        """Return how many counted cases save nothing or cost money; that none do is told."""
        n = int((self.amounts <= 0).sum())
        return self._told(n, self.n_counted) if n else Count(0, 0)

    def _cv_error(self, chosen: Fit | None) -> float:
        """Return the standard error of the cv: by the samples of the fit, or without a fit where there are none."""
        if chosen and chosen.n_samples:
            return chosen.cv_error
        return self._shown(plain_cv_error(self.amounts))

    def _fits(self, mean: float, cv: float, *, n_bands: int) -> Iterator[Fit]:
        """Yield the fits, the likelier first; none where cases do not differ or save nothing."""
        if not cv > 0 or mean <= 0 or len(self.amounts) < 3:
            return
        fits = (fitted(self.amounts, kind, n_bands=n_bands, seed=self.asked.seed, name=self.name) for kind in FAMILIES)
        yield from sorted(fits, key=lambda fit: -fit.log_likelihood)

    def _kind(self, fits: Sequence[Fit], cv: float) -> str:
        """Return the distribution that is asked for, or the likelier; fixed where there is nothing to fit."""
        if self.asked.fit == "empirical" or (not fits and self.n >= 2 * FEWEST and cv != 0):
            return "empirical"
        if not fits:
            return "fixed"
        return self.asked.fit or fits[0].kind

    def _values(self, mean: float, kind: str) -> tuple[int, ...]:
        """Return the amounts of an empirical saving in whole cents, whose mean is that of the cases to the cent."""
        if kind != "empirical":
            return ()
        n_values = n_bands_of(self.n, self.fewest)
        means = band_means(np.sort(self.amounts), n_values)
        down = np.floor(means)
        missing = round(mean * n_values - float(down.sum()))
        up = np.argsort(down - means, kind="stable")[:missing]
        down[up] += 1
        return tuple(int(self._shown(value)) for value in down)

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
        return round(part, 6) + 0.0 if 0 <= part <= 1 else None
