"""Named uniform draws: the only place where random numbers are made.

In goes a name (seed, block, purpose, segment), out come uniforms strictly inside (0, 1). The same name
always gives the same numbers, whatever was asked for before and on whichever thread; two names share
nothing. Values are made from uniforms elsewhere. This room keeps no state, reads no global generator and
knows no deal; everything that it draws comes from ``Generator.random``, the plainest of numpy's draws.

A purpose is drawn in one way only: by case, by trial, or by trial in pairs. The three would otherwise start
from the same numbers. How the trials of a block share what is drawn by trial is the scheme of the run, one of
``SCHEMES``; what is drawn by case is independent under all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from operator import index

import numpy as np

from sib.arrays import Floats, Ints

BLOCK = 256
"""Trials in a draw block. Part of the format: another value gives other numbers for the same seed."""

_SMALLEST = 2.0**-54
"""Stands in for a uniform that came out as zero: half of the finest step of ``Generator.random``."""

_STEPS = 2.0**44
"""Positions inside a stratum. 8 bits of stratum, 44 of position and its half step just fill a float64."""

_BITS_REVERSED = np.array([int(f"{place:08b}"[::-1], 2) for place in range(BLOCK)], dtype=np.int64)

USUAL = "stratified"
"""The scheme of a run that names none."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the draws of a whole run come from: together with the scenario it gives every number again.

    Parameters
    ----------
    seed : int
        Zero or more.
    scheme : str
        How the trials of a block share what is drawn by trial: one of ``SCHEMES``.

    Raises
    ------
    ValueError
        When there is no such scheme, or the seed is negative.
    """

    seed: int
    scheme: str = USUAL

    def __post_init__(self) -> None:
        """Refuse what nothing can be drawn from."""
        if self.seed < 0:
            raise ValueError(f"a seed is 0 or more; found {self.seed}")
        if self.scheme not in SCHEMES:
            raise ValueError(f"no draws {self.scheme!r}; known: {', '.join(SCHEMES)}")

    @classmethod
    def of(cls, seed: int | Source) -> Source:
        """Return the source that is meant by a plain seed, drawn from in the usual way; a source is one already."""
        return seed if isinstance(seed, Source) else cls(index(seed))

    def stream(self, block: int) -> Stream:
        """Return the draws of a block."""
        return Stream(self.seed, block, self.scheme)


@dataclass(frozen=True, slots=True)
class Stream:
    """The draws of one block of trials.

    Parameters
    ----------
    seed : int
        Seed of the run, zero or more.
    block : int
        Number of the block, from 0: it holds the trials ``BLOCK * block`` up to ``BLOCK * (block + 1) - 1``.
    scheme : str
        How its trials share what is drawn by trial: one of ``SCHEMES``. The key of the draws does not hold it.
    """

    seed: int
    block: int
    scheme: str = USUAL


def digest32(text: str) -> int:
    """Return the first four bytes of the SHA-256 of a text as a whole number.

    Python's own ``hash`` would differ from one process to the next.

    Examples
    --------
    >>> hex(digest32("abc"))
    '0xba7816bf'
    """
    return int.from_bytes(sha256(text.encode("utf-8")).digest()[:4], "big")


def generator(stream: Stream, purpose: str, *, segment: str = "") -> np.random.Generator:
    """Make the generator that belongs to one purpose and segment in one block.

    Parameters
    ----------
    stream : Stream
        Seed and block.
    purpose : str
        What the draws decide, such as ``success``.
    segment : str
        Segment whose draws they are; empty for what all segments have in common.

    Returns
    -------
    numpy.random.Generator
        Freshly started each time: two calls with the same name give the same numbers.

    Notes
    -----
    PCG64 on a child of the seed's ``SeedSequence``; the child's key is purpose, segment and block.
    """
    key = (digest32(purpose), digest32(segment), stream.block)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(stream.seed, spawn_key=key)))


def case_uniforms(stream: Stream, purpose: str, *, segment: str, n_cases: int) -> Floats:
    """Draw one uniform for every case in every trial of the block.

    Parameters
    ----------
    stream, purpose, segment
        Name of the draws, as for `generator`.
    n_cases : int
        Cases in the segment.

    Returns
    -------
    ndarray of shape (n_cases, BLOCK)
        Independent uniforms, filled case after case: further cases leave the rows before them as they are.
    """
    uniforms = generator(stream, purpose, segment=segment).random((n_cases, BLOCK))
    return np.maximum(uniforms, _SMALLEST, out=uniforms)


def trial_uniforms(stream: Stream, purpose: str, *, segment: str = "") -> Floats:
    """Draw one uniform per trial, in the way of the stream's scheme.

    Parameters
    ----------
    stream, purpose, segment
        Name of the draws, as for `generator`.

    Returns
    -------
    ndarray of shape (BLOCK,)
        Each value by itself is uniform, on the middles of 2**52 equal steps.
    """
    return SCHEMES[stream.scheme].single(generator(stream, purpose, segment=segment))


def trial_pair(stream: Stream, purpose: str, *, segment: str) -> Floats:
    """Draw two uniforms per trial, for two factors of one segment, in the way of the stream's scheme.

    Parameters
    ----------
    stream, purpose, segment
        Name of the draws, as for `generator`.

    Returns
    -------
    ndarray of shape (2, BLOCK)
        First and second uniform of each trial. Each trial's pair by itself is uniform on the square.
    """
    return SCHEMES[stream.scheme].pair(generator(stream, purpose, segment=segment))


def one_a_stratum(source: np.random.Generator) -> Floats:
    """Return uniforms of shape (BLOCK,), exactly one in each of the block's 256 equal strata, in random order.

    So the first trials of a block are no special ones.

    Notes
    -----
    ``u = (pi(k) + v) / 256`` with a permutation ``pi`` of the strata and a position ``v`` within each;
    model, section 9.
    """
    draws = source.random((2, BLOCK))
    return (_permutation(draws[0]) + _positions(draws[1])) / BLOCK


def shifted_net(source: np.random.Generator) -> Floats:
    """Return pairs of shape (2, BLOCK) that are stratified together.

    Every dyadic box of area 1/256, from one full-height strip per value of the first to one full-width strip per value
    of the second, holds exactly one trial.

    Notes
    -----
    The points ``(k, bitreverse(k))`` are a (0, 8, 2)-net in base 2; shifting both by exclusive or with
    ``a`` and ``b`` and jittering inside the cells keeps it one and makes each trial's pair uniform on
    the square; model, section 9.

    References
    ----------
    H. Niederreiter, *Random Number Generation and Quasi-Monte Carlo Methods*, SIAM 1992, chapter 4.
    """
    draws = source.random((3, BLOCK))
    shifts = (source.random(2) * BLOCK).astype(np.int64)
    order = _permutation(draws[0])
    cells = np.stack((order, _BITS_REVERSED[order])) ^ shifts[:, np.newaxis]
    return (cells + _positions(draws[1:])) / BLOCK


def two_a_stratum_apart(source: np.random.Generator) -> Floats:
    """Return pairs of shape (2, BLOCK), a Latin hypercube: each uniform stratified, by permutations of their own.

    References
    ----------
    M. D. McKay, R. J. Beckman and W. J. Conover (1979), A comparison of three methods for selecting values of input
    variables in the analysis of output from a computer code, Technometrics 21(2). A. B. Owen (1997), Monte Carlo
    variance of scrambled net quadrature, SIAM Journal on Numerical Analysis 34(5): at most n / (n - 1) times the
    variance of n independent trials, whatever is averaged.
    """
    return np.stack((one_a_stratum(source), one_a_stratum(source)))


def mirrored(source: np.random.Generator) -> Floats:
    """Return uniforms of shape (BLOCK,) of which the trials 2k and 2k + 1 have u and 1 - u, exactly."""
    return _with_mirror_images(_middles(source.random(BLOCK // 2)))


def mirrored_pairs(source: np.random.Generator) -> Floats:
    """Return pairs of shape (2, BLOCK) of which the trials 2k and 2k + 1 have (u, v) and (1 - u, 1 - v), exactly."""
    return _with_mirror_images(_middles(source.random((2, BLOCK // 2))))


def apart(source: np.random.Generator) -> Floats:
    """Return independent uniforms of shape (BLOCK,)."""
    return _middles(source.random(BLOCK))


def pairs_apart(source: np.random.Generator) -> Floats:
    """Return independent uniforms of shape (2, BLOCK)."""
    return _middles(source.random((2, BLOCK)))


@dataclass(frozen=True, slots=True)
class Scheme:
    """How the trials of a block share what is drawn once a trial.

    Parameters
    ----------
    single, pair : callable
        From a generator to uniforms of shape (BLOCK,) and (2, BLOCK).
    together : int
        Consecutive trials that are drawn together; those of different lots are independent.
    copies : int
        Trials of a lot that may say the same at worst, and so may count for one. 1 where the formula for independent
        trials, with ever so few lots, gives no error that is too small.
    """

    single: Callable[[np.random.Generator], Floats]
    pair: Callable[[np.random.Generator], Floats]
    together: int
    copies: int = 1


SCHEMES: dict[str, Scheme] = {
    USUAL: Scheme(one_a_stratum, shifted_net, BLOCK),
    "latin": Scheme(one_a_stratum, two_a_stratum_apart, BLOCK),
    "antithetic": Scheme(mirrored, mirrored_pairs, 2, copies=2),
    "independent": Scheme(apart, pairs_apart, 1),
}
"""By the name that a run gives: how what is drawn once a trial is shared. What is drawn by case is never shared."""


def _permutation(uniforms: Floats) -> Ints:
    """Put ``0 .. BLOCK - 1`` in random order: the one that sorts the uniforms, ties by place."""
    return np.argsort(uniforms, kind="stable")


def _positions(uniforms: Floats) -> Floats:
    """Put uniforms on the middles of ``_STEPS`` equal steps, so that adding a stratum to them is exact."""
    return (np.floor(uniforms * _STEPS) + 0.5) / _STEPS


def _middles(uniforms: Floats) -> Floats:
    """Put uniforms on the middles of as many steps as ``BLOCK`` strata have, of which 1 less one is another."""
    steps = _STEPS * BLOCK
    return (np.floor(uniforms * steps) + 0.5) / steps


def _with_mirror_images(uniforms: Floats) -> Floats:
    """Put what is left of 1 behind each uniform, along the last axis."""
    return np.stack((uniforms, 1.0 - uniforms), axis=-1).reshape(*uniforms.shape[:-1], -1)
