"""Named uniform draws: the only place where random numbers are made.

In goes a name (seed, block, purpose, segment), out come uniforms strictly inside (0, 1). The same name
always gives the same numbers, whatever was asked for before and on whichever thread; two names share
nothing. Values are made from uniforms elsewhere. This room keeps no state, reads no global generator and
knows no deal; everything that it draws comes from ``Generator.random``, the plainest of numpy's draws.

A purpose is drawn in one way only: by case, by trial, or by trial in pairs. The three would otherwise start
from the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from sib.arrays import Floats, Ints

BLOCK = 256
"""Trials in a draw block. Part of the format: another value gives other numbers for the same seed."""

_SMALLEST = 2.0**-54
"""Stands in for a uniform that came out as zero: half of the finest step of ``Generator.random``."""

_STEPS = 2.0**44
"""Positions inside a stratum. 8 bits of stratum, 44 of position and its half step just fill a float64."""

_BITS_REVERSED = np.array([int(f"{index:08b}"[::-1], 2) for index in range(BLOCK)], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Stream:
    """The draws of one block of trials.

    Parameters
    ----------
    seed : int
        Seed of the run, zero or more.
    block : int
        Number of the block, from 0: it holds the trials ``BLOCK * block`` up to ``BLOCK * (block + 1) - 1``.
    """

    seed: int
    block: int


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
    """Draw one uniform per trial, exactly one in each of the block's 256 equal strata.

    Parameters
    ----------
    stream, purpose, segment
        Name of the draws, as for `generator`.

    Returns
    -------
    ndarray of shape (BLOCK,)
        Each value by itself is uniform; together they cover (0, 1) evenly, in random order, so that the
        first trials of a block are no special ones.

    Notes
    -----
    ``u = (pi(k) + v) / 256`` with a permutation ``pi`` of the strata and a position ``v`` within each;
    model, section 8.
    """
    draws = generator(stream, purpose, segment=segment).random((2, BLOCK))
    return (_permutation(draws[0]) + _positions(draws[1])) / BLOCK


def trial_pair(stream: Stream, purpose: str, *, segment: str) -> Floats:
    """Draw two uniforms per trial that are stratified together, for two factors of one segment.

    Parameters
    ----------
    stream, purpose, segment
        Name of the draws, as for `generator`.

    Returns
    -------
    ndarray of shape (2, BLOCK)
        First and second uniform of each trial. Every dyadic box of area 1/256, from one full-height strip
        per value of the first to one full-width strip per value of the second, holds exactly one trial.

    Notes
    -----
    The points ``(k, bitreverse(k))`` are a (0, 8, 2)-net in base 2; shifting both by exclusive or with
    ``a`` and ``b`` and jittering inside the cells keeps it one and makes each trial's pair uniform on
    the square; model, section 8.

    References
    ----------
    H. Niederreiter, *Random Number Generation and Quasi-Monte Carlo Methods*, SIAM 1992, chapter 4.
    """
    source = generator(stream, purpose, segment=segment)
    draws = source.random((3, BLOCK))
    shifts = (source.random(2) * BLOCK).astype(np.int64)
    order = _permutation(draws[0])
    cells = np.stack((order, _BITS_REVERSED[order])) ^ shifts[:, np.newaxis]
    return (cells + _positions(draws[1:])) / BLOCK


def _permutation(uniforms: Floats) -> Ints:
    """Put ``0 .. BLOCK - 1`` in random order: the one that sorts the uniforms, ties by place."""
    return np.argsort(uniforms, kind="stable")


def _positions(uniforms: Floats) -> Floats:
    """Put uniforms on the middles of ``_STEPS`` equal steps, so that adding a stratum to them is exact."""
    return (np.floor(uniforms * _STEPS) + 0.5) / _STEPS
