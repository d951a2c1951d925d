"""The accountant's work paper: a population, the files drawn from it, what was wrong in them and what follows.

In come claims and what was asked, out go frozen papers with every figure that a text or a program shows. Claims are
walked through in the order of their keys, so that a sample depends on the population and the seed and not on the order
of a file. Amounts are whole cents.

What is known to be wrong (errors) and what has no evidence (uncertainties) stay apart: each is projected by itself, and
both together.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sib.accountant.acceptance import Outcome, accepted
from sib.accountant.monetary import Evaluation, Selection, evaluate, select
from sib.accountant.sampling import upper_limit
from sib.arrays import Bools, Cents, read_only
from sib.chance.draws import Stream, generator
from sib.claimsfile import Claims
from sib.deal.assurance import STANDARDS, Engagement, Standard, Tolerance
from sib.delimited import refuse
from sib.errors import Problem
from sib.money import exact

KINDS = ("errors", "uncertainties", "together")


@dataclass(frozen=True, slots=True)
class Draw:
    """The files to open: a selection in proportion to money, or so many files each with the same chance.

    Parameters
    ----------
    claims : Claims
    seed : int or None
        Seed that start or files were drawn with; None where the start was given.
    opened : ndarray of bool of shape (n_claims,)
    selection : Selection or None
        Of a monetary-unit sample; None where files were drawn whatever their size.
    """

    claims: Claims
    seed: int | None
    opened: Bools
    selection: Selection | None

    @property
    def n(self) -> int:
        """Files to open."""
        return int(self.opened.sum())

    def stratum(self, place: int) -> str:
        """Return the group of a claim: ``top``, ``sampled``, ``apart`` (zero or negative) or ``drawn``."""
        if self.selection is None:
            return "drawn"
        groups = {"top": self.selection.top, "apart": self.selection.apart}
        return next((name for name, inside in groups.items() if inside[place]), "sampled")


def draw_units(claims: Claims, interval: int, *, seed: int, start: int | None = None) -> Draw:
    """Draw a monetary-unit sample.

    Parameters
    ----------
    claims : Claims
    interval : int
        Cents.
    seed : int
        Decides the start where none is given.
    start : int, optional
        Cents, from 1 to the interval.
    """
    chosen = drawn_start(interval, seed) if start is None else start
    selection = select(claims.book, interval, start=chosen)
    return Draw(claims, None if start is not None else seed, read_only(selection.opened), selection)


def drawn_start(interval: int, seed: int) -> int:
    """Return the unit to start from, 1 to the interval, each as likely; the same for the same seed."""
    return 1 + min(int(generator(Stream(seed, 0), "audit start").random() * interval), interval - 1)


def draw_files(claims: Claims, n: int, *, seed: int) -> Draw:
    """Draw n files without replacement, each set of them as likely; a larger sample holds the smaller ones."""
    order = np.argsort(generator(Stream(seed, 0), "audit files").random(len(claims.cases)), kind="stable")
    opened = np.zeros(len(claims.cases), dtype=np.bool_)
    opened[order[:n]] = True
    return Draw(claims, seed, read_only(opened), None)


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that is held against a tolerance.

    Parameters
    ----------
    kind : {"errors", "uncertainties", "together"}
    projection, limit, tolerable : float
        Cents, or shares of the files in an attributes sample.
    """

    kind: str
    projection: float
    limit: float
    tolerable: float

    @property
    def verdict(self) -> str:
        """``within``: even the limit is tolerable. ``exceeded``: the projection is not. ``undecided``: in between."""
        if self.limit <= self.tolerable:
            return "within"
        return "exceeded" if self.projection > self.tolerable else "undecided"


@dataclass(frozen=True)
class Asked:
    """What an evaluation is asked to do.

    Parameters
    ----------
    confidence : float
    factors : {"exact", "printed"}
        Of a monetary-unit sample.
    model : str
        Of an attributes sample.
    engagement : {"agreed_upon_procedures", "assurance"} or None
    tolerances : tuple of (str, float)
        Kind and what is tolerable of it: cents, or a share of the files.
    """

    confidence: float
    factors: str = "exact"
    model: str = "hypergeometric"
    engagement: Engagement | None = None
    tolerances: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Paper:
    """What a sample found; raises ``ScenarioError`` where a selected file was not audited.

    Parameters
    ----------
    draw : Draw
    asked : Asked
    """

    draw: Draw
    asked: Asked

    def __post_init__(self) -> None:
        refuse([*faults(self.draw)])

    @property
    def standard(self) -> Standard | None:
        """The standard of the engagement."""
        return STANDARDS[self.asked.engagement] if self.asked.engagement else None

    @cached_property
    def amounts(self) -> dict[str, Cents]:
        """By kind: audited amounts if that kind of difference were the only one; NaN where nothing was audited."""
        claims = self.draw.claims
        found = np.where(np.isnan(claims.audited) & ~claims.has_evidence, 0.0, claims.audited)
        untouched = np.where(np.isnan(found), np.nan, claims.book)
        return {
            "errors": np.where(claims.has_evidence, found, untouched),
            "uncertainties": np.where(claims.has_evidence, untouched, found),
            "together": found,
        }

    def differences(self, kind: str) -> Cents:
        """Return book less audited, 0 where nothing was audited; shape (n_claims,)."""
        return np.nan_to_num(self.draw.claims.book - self.amounts[kind], nan=0.0) + 0.0

    def found(self, kind: str) -> tuple[int, int, int]:
        """Return the net cents found wrong: in files selected, in others that could be, in claims that could not."""
        selection, opened = self.draw.selection, self.draw.opened
        apart = np.zeros_like(opened) if selection is None else selection.apart
        wrong = self.differences(kind)
        selected, others, outside = (int(wrong[group].sum()) for group in (opened, ~opened & ~apart, apart))
        return selected, others, outside

    def known(self, kind: str) -> int:
        """Return the cents that are wrong at least: what was found, group by group.

        Too little claimed in files that nobody drew is no deduction from too much elsewhere, since whoever picks them
        could pick those that help; nor is too little in claims above zero a deduction from too much in the others.
        """
        return self._inside(kind) + self.outside(kind)

    def outside(self, kind: str) -> int:
        """Return the cents known to be wrong in claims of zero or less, of which no sample speaks; 0 or more."""
        return max(self.found(kind)[2], 0)

    def _inside(self, kind: str) -> int:
        """Return the cents known to be wrong in claims above zero; 0 or more."""
        selected, others, _ = self.found(kind)
        return max(selected + max(others, 0), 0)

    def likely(self, kind: str) -> int:
        """Return the error that counts as likely: the projection, or what is known where that is more, and `outside`.

        A file in the frame that nobody drew is part of what the sample speaks about, so that its error is no addition
        to the projection; a claim of zero or less is not.
        """
        return max(self.evaluations[kind].projection, self._inside(kind)) + self.outside(kind)

    def upper(self, kind: str) -> int:
        """Return the error that counts as its upper limit: the same, of the upper limit."""
        return max(self.evaluations[kind].limit, self._inside(kind)) + self.outside(kind)

    @cached_property
    def beside(self) -> Bools:
        """Whether a file was audited that was not selected: corrected, and no ground for a projection."""
        return ~np.isnan(self.amounts["together"]) & ~self.draw.opened

    @cached_property
    def evaluations(self) -> dict[str, Evaluation]:
        """By kind; empty in an attributes sample."""
        selection = self.draw.selection
        if selection is None:
            return {}
        return {
            kind: evaluate(selection, self.amounts[kind], confidence=self.asked.confidence, factors=self.asked.factors)
            for kind in KINDS
        }

    @cached_property
    def deviations(self) -> dict[str, int]:
        """By kind: the files drawn whose amount was found wrong, those without evidence, and the sum of the two."""
        return self._deviating(self.draw.opened)

    def _deviating(self, files: Bools) -> dict[str, int]:
        wrong = int((self.differences("errors")[files] != 0).sum())
        uncertain = int((files & ~self.draw.claims.has_evidence).sum())
        return {"errors": wrong, "uncertainties": uncertain, "together": wrong + uncertain}

    def share_limit(self, kind: str) -> float:
        """Return the upper limit of an attributes sample, a share of the files."""
        return float(upper_limit(
            self.asked.model, n=self.draw.n, k=self.deviations[kind], confidence=self.asked.confidence,
            population=len(self.draw.claims.cases),
        ))

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What is held against a tolerance."""
        return tuple(Measure(kind, *self._facts(kind), tolerable) for kind, tolerable in self.asked.tolerances)

    def _facts(self, kind: str) -> tuple[float, float]:
        if self.draw.selection is None:
            known = self._deviating(self.draw.opened | self.beside)[kind] / len(self.draw.claims.cases)
            return max(self.deviations[kind] / self.draw.n, known), max(self.share_limit(kind), known)
        return self.likely(kind), self.upper(kind)

    @property
    def verdict(self) -> str | None:
        """The worst verdict; None where the engagement draws no conclusion or nothing is there to measure by."""
        found = {measure.verdict for measure in self.measures}
        if not found or (self.standard is not None and not self.standard.concludes):
            return None
        return next(verdict for verdict in ("exceeded", "undecided", "within") if verdict in found)

    def accepted(self, rule: str) -> float | None:
        """Return the cents that a decision rule accepts of a monetary-unit sample; None for a review of everything."""
        is_tolerable = bool(self.measures) and all(measure.verdict == "within" for measure in self.measures)
        amount = float(accepted(rule, Outcome(
            claimed=self.draw.claims.book.sum(), projection=self.likely("together"), limit=self.upper("together"),
            known=self.known("together"), tolerable=math.inf if is_tolerable else -math.inf,
        )))
        return None if math.isnan(amount) else amount


def tolerable_amounts(tolerance: Tolerance, book: int) -> tuple[tuple[str, float], ...]:
    """Return what a tolerance comes to on a book value, in cents rounded down."""
    shares = {
        "errors": tolerance.error_share, "uncertainties": tolerance.uncertainty_share,
        "together": tolerance.together_share,
    }
    return tuple((kind, tolerable_cents(share, book)) for kind, share in shares.items() if share is not None)


def tolerable_cents(share: float, book: int) -> float:
    """Return a share of a book value in whole cents, rounded down; nothing of less than nothing."""
    return float(math.floor(exact(share) * max(book, 0)))


def faults(draw: Draw) -> Iterator[Problem]:
    """Yield the selected files that were not audited, and files whose amount and evidence contradict each other."""
    claims = draw.claims
    n_missing = int(np.sum(draw.opened & np.isnan(claims.audited) & claims.has_evidence))
    if n_missing > 2:
        yield Problem(claims.file, None, "", f"{n_missing} selected files have no audited amount; if they were drawn "
                                             "with another seed, interval, size or start, repeat those options")
    for place, case in enumerate(claims.cases):
        line, is_blank = claims.lines[place], math.isnan(claims.audited[place])
        if draw.opened[place] and is_blank and claims.has_evidence[place]:
            yield Problem(claims.file, line, "audited", f"is blank, and case {case!r} was selected; open it and fill "
                                                        "in what was found")
        elif not claims.has_evidence[place] and not is_blank and claims.audited[place] == claims.book[place]:
            yield Problem(claims.file, line, "evidence", f"is no, and all of case {case!r} was audited as right; leave "
                                                         "audited blank or fill in the part that has evidence")
