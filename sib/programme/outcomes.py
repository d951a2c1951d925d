"""Who succeeds: the factors of each trial, and the fate of each case.

In come the deal and the draws of one block, out come ``Factors`` (one value a trial) and masks over cases.
Model sections 2 and 3. Nothing here knows money.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from scipy.special import ndtr, ndtri

from sib.arrays import Bools, Floats
from sib.chance import dependence, distributions
from sib.chance.draws import Stream, case_uniforms, trial_pair, trial_uniforms
from sib.chance.quantile_tables import tabulated
from sib.deal.programme import BetaBinomial, Chance, Evidence, FixedChance, GaussianFactor, Independent, Segment
from sib.deal.scenario import Scenario
from sib.money import exact

CLOSE, CELLS = 1e-9, 256
"""How far a chance of success from a table may be off, and the cells of the table: one value a trial needs few."""


@dataclass(frozen=True, slots=True)
class Factors:
    """What is drawn once a trial.

    Parameters
    ----------
    chance : ndarray of shape (n_segments, n_trials)
        Chance of success of the segment's cases in each trial.
    z : ndarray of shape (n_segments, n_trials)
        The segment's outcome factor as a standard normal.
    enrolment : ndarray of shape (n_trials,)
        Uniform of the enrolment factor.
    """

    chance: Floats
    z: Floats
    enrolment: Floats


def beta_of(segment: Segment) -> tuple[float, float] | None:
    """Return the beta that describes what is known of the chance of success; None where it is known."""
    return known_as(segment.success)


def known_as(known: Chance) -> tuple[float, float] | None:
    """Return the beta that describes what is known of a chance; None where it is known."""
    if isinstance(known, FixedChance):
        return None
    if isinstance(known, Evidence):
        return distributions.beta_from_evidence(known.successes, known.trials, prior=known.prior)
    if known.sd < distributions.NARROWEST:
        return None
    return distributions.beta_from_moments(known.mean, known.sd)


def mean_chance(segment: Segment) -> float:
    """Return the expected chance of success."""
    return mean_of(segment.success)


def mean_of(known: Chance) -> float:
    """Return the mean of what is known of a chance."""
    if isinstance(known, FixedChance):
        return known.value
    shape = known_as(known)
    return shape[0] / (shape[0] + shape[1]) if shape else getattr(known, "mean", 0.0)


def factors(deal: Scenario, stream: Stream) -> Factors:
    """Draw everything that all cases of a trial have in common."""
    segments = deal.segments
    pairs = [trial_pair(stream, "chance", segment=_own(deal, place)) for place in range(len(segments))]
    normals, weights = _outcome_normals(deal, stream, [pair[1] for pair in pairs])
    known = _parameters(deal, stream, [pair[0] for pair in pairs])
    chance = np.array([_chance(deal, p, z, w) for p, z, w in zip(known, normals, weights, strict=True)])
    own = trial_uniforms(stream, "enrolment")
    loading = deal.dependence.intake
    mean_z = _standardised_mean(deal, np.array(normals)) if loading else None
    enrolment = own if mean_z is None else dependence.share_factor(ndtr(mean_z), own, loading=loading)
    return Factors(chance=chance, z=np.array(normals), enrolment=enrolment)


def parameters(deal: Scenario, stream: Stream) -> Floats:
    """Return the chance of success of each segment as it may truly be, before what cases have in common.

    Returns
    -------
    ndarray of shape (n_segments, n_trials)
    """
    places = range(len(deal.segments))
    return np.array(_parameters(deal, stream, [trial_pair(stream, "chance", segment=_own(deal, place))[0]
                                               for place in places]))


def _parameters(deal: Scenario, stream: Stream, own: list[Floats]) -> list[Floats]:
    return [_parameter(deal, stream, segment, own=u) for segment, u in zip(deal.segments, own, strict=True)]


def _own(deal: Scenario, place: int) -> str:
    """Name of a segment's own pair. A factor that all share is paired with the first segment's unknown p."""
    terms = deal.dependence
    common = isinstance(terms, GaussianFactor) and terms.weight is not None
    return "" if common and place == 0 else deal.segments[place].name


def _parameter(deal: Scenario, stream: Stream, segment: Segment, *, own: Floats) -> Floats:
    """The chance of success as it may truly be: its value, or a draw of what is known."""
    shape = beta_of(segment)
    if shape is None:
        return np.full(len(own), mean_chance(segment))
    loading = deal.dependence.parameters
    u = dependence.share_factor(trial_uniforms(stream, "common parameters"), own, loading=loading) if loading else own
    found = tabulated("beta", tolerance=CLOSE, n_cells=CELLS, a=shape[0], b=shape[1])(u)
    return np.clip(found, 0.0, 1.0, out=found)  # a cubic may pass 0 or 1 by less than it is close, a chance not at all


def _outcome_normals(deal: Scenario, stream: Stream, own: list[Floats]) -> tuple[list[Floats], list[float]]:
    """Return each segment's outcome factor, and its weight in a Gaussian factor (0 elsewhere).

    A segment that no cause reaches has a factor of its own, on which nothing but what is joined to it depends.
    """
    terms = deal.dependence
    if isinstance(terms, GaussianFactor) and terms.weight is not None:
        return [ndtri(own[0])] * len(own), [terms.weight] * len(own)
    if isinstance(terms, GaussianFactor):
        causes = {name: ndtri(trial_uniforms(stream, "cause", segment=name)) for name in terms.causes or {}}
        mixed = [dependence.causes_factor(causes, cause_weights(terms, segment)) for segment in deal.segments]
        return [z if weight else ndtri(u) for (z, weight), u in zip(mixed, own, strict=True)], [
            weight for _, weight in mixed
        ]
    across = getattr(terms, "across_segments", None)
    if across:
        common = trial_uniforms(stream, "common chance")
        own = [dependence.share_factor(common, u, loading=across) for u in own]
    return [ndtri(u) for u in own], [0.0] * len(own)


def cause_weights(terms: GaussianFactor, segment: Segment) -> dict[str, float]:
    """Return the weight of each named cause in one segment."""
    return {cause: loads.get(segment.name, 0.0) for cause, loads in (terms.causes or {}).items()}


def _chance(deal: Scenario, p: Floats, z: Floats, weight: float) -> Floats:
    """The chance that all cases of a segment share in each trial."""
    terms = deal.dependence
    if isinstance(terms, Independent):
        return p
    if isinstance(terms, BetaBinomial):
        return dependence.beta_binomial(ndtr(z), p, icc=terms.icc)
    return dependence.gaussian_factor(z, p, weight=weight)


def _standardised_mean(deal: Scenario, z: Floats) -> Floats:
    """The mean outcome factor over segments, as a standard normal."""
    correlation = outcome_correlation(deal)
    spread = float(np.sqrt(correlation.mean()))
    return np.asarray(z.mean(axis=0) / spread if spread else z[0])


def outcome_correlation(deal: Scenario) -> Floats:
    """Return the correlation matrix of the segments' outcome factors, shape (n_segments, n_segments)."""
    terms, segments = deal.dependence, deal.segments
    matrix = np.eye(len(segments))
    for i, first in enumerate(segments):
        for j, second in enumerate(segments):
            if i == j:
                continue
            if isinstance(terms, GaussianFactor) and terms.causes is not None:
                matrix[i, j] = dependence.causes_correlation(cause_weights(terms, first), cause_weights(terms, second))
            elif isinstance(terms, GaussianFactor):
                matrix[i, j] = 1.0
            else:
                matrix[i, j] = getattr(terms, "across_segments", None) or 0.0
    return matrix


def has_plan(segment: Segment, came: Bools, *, stream: Stream, n_cases: int) -> Bools:
    """Return which cases came and got a plan, by case and trial (one column where all trials agree)."""
    if segment.triage_share == 1:
        return came
    return came & (case_uniforms(stream, "triage", segment=segment.name, n_cases=n_cases) < segment.triage_share)


@dataclass(frozen=True, slots=True)
class Fates:
    """How the cases of a segment end, masks of shape (n_cases, n_trials) that no case shares.

    Parameters
    ----------
    success, partial : ndarrays
        Full success, partial outcome.
    faded, faded_partial : ndarrays
        Without any effect: cases that would have ended so with help, and now show what regression to the mean shows.
    """

    success: Bools
    partial: Bools | None = None
    faded: Bools | None = None
    faded_partial: Bools | None = None

    def shares(self, segment: Segment) -> Iterator[tuple[Bools, Fraction]]:
        """Yield who shows less than a full saving, with the share of it."""
        partly = exact(segment.partial.saving_share) if segment.partial else Fraction(1)
        regression = exact(segment.regression_to_mean)
        for mask, part in (
            (self.partial, partly), (self.faded, regression), (self.faded_partial, partly * regression),
        ):
            if mask is not None:
                yield mask, part

    def among(self, plan: Bools) -> Fates:
        """Return the fates of the cases with a plan; nobody else has any."""
        masks = (getattr(self, name) for name in self.__slots__)
        return Fates(*(None if mask is None else mask & plan for mask in masks))  # type: ignore[arg-type]


def fates(segment: Segment, chance: Floats, *, stream: Stream, n_cases: int, helps: bool = True) -> Fates:
    """Return how the cases would end.

    Parameters
    ----------
    chance : ndarray of shape (n_trials,)
        Chance of success with help.
    helps : bool
        Whether there is help that helps; without it only the share ``deadweight`` ends as well.
    """
    u = case_uniforms(stream, "success", segment=segment.name, n_cases=n_cases)
    success = u < chance
    until = chance if segment.partial is None else chance + (1 - chance) * segment.partial.chance
    partial = None if segment.partial is None else ~success & (u < until)
    if helps:
        return Fates(success, partial)
    anyway = u < chance * segment.deadweight
    still = None if partial is None else partial & (u < chance + (until - chance) * segment.deadweight)
    shows = segment.regression_to_mean > 0
    return Fates(
        anyway,
        still,
        success & ~anyway if shows else None,
        partial & ~still if shows and partial is not None and still is not None else None,
    )
