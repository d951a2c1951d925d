"""Claims settled by a sample: which files are opened, and what follows for those that nobody opened.

In come the claims of all segments in one block, each with what its file would show, out goes for each segment what
was opened, what is held back of the rest, and when it is settled. Docs/model.md, section 5. A population is what is
ready between two settlements of one trial; the statistics are those of ``sampling`` and ``monetary``, for many
populations at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sib.accountant.monetary import EXPANSIONS
from sib.accountant.sampling import factor, sample_size, upper_limit
from sib.arrays import Bools, Cents, Floats, Ints
from sib.chance.draws import BLOCK, Stream, case_uniforms
from sib.deal.audit import Sample
from sib.money import exact, largest_remainder, prorata, round_half_away, share
from sib.programme.grid import Grid

RATE_STEPS = 10**8
"""Rates of attributes are taken to hundred-millionths before they touch money."""
LONGEST_TAIL = 400
"""Most wrong items of one population whose increments are told apart; the factors of more are steps of one."""


@dataclass(frozen=True, slots=True)
class Files:
    """The claims of a block, all segments behind each other, in file order and then by case.

    Parameters
    ----------
    population : ndarray of shape (n_files,)
        Settlement times ``BLOCK`` plus trial.
    book, audited : ndarrays of shape (n_files,)
        Cents: what counts of the claim as it was made, more than 0; what counts once the file is opened.
    lot : ndarray of shape (n_files,)
        Uniform by which files are drawn.
    unit : ndarray of shape (n_files,)
        Segment and cohort, numbered together: what is held back is split over these.
    """

    population: Ints
    book: Cents
    audited: Cents
    lot: Floats
    unit: Ints


@dataclass(frozen=True, slots=True)
class Settled:
    """What a sample decides.

    Parameters
    ----------
    is_opened, is_extra : ndarrays of shape (n_files,)
        Files that are opened; those of them that are only since the sample was refused.
    withheld : ndarray of shape (n_populations, n_units)
        Cents held back of the files that nobody opened.
    lost : ndarray of shape (n_populations, n_units)
        Files of those that do not count.
    """

    is_opened: Bools
    is_extra: Bools
    withheld: Cents
    lost: Cents


@dataclass(frozen=True, slots=True)
class _Projection:
    """What a sample says of each population, shape (n_populations,); cents.

    Parameters
    ----------
    likely, upper : ndarrays
        Error most likely in the population, and its upper limit.
    rate, upper_rate : ndarrays
        Share of the files, where files and not euros are sampled; 0 elsewhere.
    is_refused : ndarray
        The upper limit is more than is tolerable.
    """

    likely: Cents
    upper: Cents
    rate: Floats
    upper_rate: Floats
    is_refused: Bools


def settlements(terms: Sample, calendar: Grid) -> Ints:
    """Return the periods in which samples are settled; the last payment date is one of them."""
    if terms.every is None:
        return np.array(calendar.payment_periods)
    return np.unique(np.append(np.arange(terms.every, calendar.last_payment, terms.every), calendar.last_payment))


def settle(mode: str, terms: Sample, *, files: Files, stream: Stream, shape: tuple[int, int]) -> Settled:
    """Draw a sample of each population and decide on the files that nobody opens.

    Parameters
    ----------
    mode : {"attributes", "monetary_unit"}
    shape : tuple of int
        Number of settlements and of units.
    """
    look = _Look(terms, files, stream, shape[0])
    is_drawn, found = METHODS[mode](look)
    is_opened, is_extra = is_drawn, np.zeros_like(is_drawn)
    if terms.pay_on == "accept":
        is_extra = found.is_refused[files.population] & ~is_drawn
        is_opened = is_drawn | is_extra
    closed = files.book * ~is_opened
    by_unit = look.totals(closed, n_units=shape[1])
    numbers = look.totals((~is_opened).astype(np.float64), n_units=shape[1])
    held, rate = HELD_BACK[terms.pay_on](look, found, is_opened)
    held = np.clip(held, 0.0, by_unit.sum(axis=1))
    n_lost = prorata(numbers.sum(axis=1), np.rint(rate * RATE_STEPS), whole=RATE_STEPS)
    return Settled(is_opened, is_extra, _divided(held, by_unit), _divided(n_lost, numbers))


def _divided(totals: Cents, weights: Cents) -> Cents:
    """Split totals over units, no unit above its weight; nothing where there is nothing."""
    return totals[:, np.newaxis] if weights.shape[1] == 1 else largest_remainder(totals, weights)


@dataclass(frozen=True, slots=True)
class _Look:
    """The populations of one block, and sums over them."""

    terms: Sample
    files: Files
    stream: Stream
    n_settlements: int

    @property
    def n_populations(self) -> int:
        """Settlements times trials."""
        return self.n_settlements * BLOCK

    def total(self, amounts: Cents) -> Cents:
        """Add up files by population."""
        return np.bincount(self.files.population, amounts, self.n_populations).astype(np.float64)

    def totals(self, amounts: Cents, *, n_units: int) -> Cents:
        """Add up files by population and unit."""
        place = self.files.population * n_units + self.files.unit
        return np.bincount(place, amounts, self.n_populations * n_units).reshape(-1, n_units).astype(np.float64)

    @property
    def size(self) -> Ints:
        """Files in each population."""
        return np.bincount(self.files.population, minlength=self.n_populations)

    def shared(self, part: float) -> Ints:
        """Return a share of the files of each population, rounded up."""
        stated = exact(part)
        return -(-self.size * stated.numerator // stated.denominator)

    @property
    def book(self) -> Cents:
        """Book value of each population."""
        return self.total(self.files.book)

    @property
    def errors(self) -> Cents:
        """What each file claims too much."""
        return self.files.book - self.files.audited

    @property
    def tolerable(self) -> Cents:
        """Tolerable error of each population."""
        return share(self.book, exact(self.terms.tolerable or 0.0))

    def by_population(self, key: Floats) -> Ints:
        """Return the files in order of population, then of a key, then as they lie."""
        return np.lexsort((key, self.files.population))

    def rank(self, order: Ints) -> Ints:
        """Return the place of each file within its population, from 0, in an order by population."""
        firsts = np.cumsum(self.size) - self.size
        place = np.empty_like(order)
        place[order] = np.arange(len(order)) - firsts[self.files.population[order]]
        return place


def attributes(look: _Look) -> tuple[Bools, _Projection]:
    """Open so many files of each population, drawn by lot; a file with any error is a deviation.

    The rest is taken to have as large a share of files that are worth nothing.
    """
    n = np.minimum(look.size, _files_to_open(look))
    is_drawn = look.rank(look.by_population(look.files.lot)) < n[look.files.population]
    wrong = look.total(((look.errors != 0) & is_drawn).astype(np.float64))
    rate = _rates(wrong, n)
    upper_rate = _upper_rates(look.terms, n=n, wrong=wrong, population=look.size)
    closed, known = look.total(look.files.book * ~is_drawn), look.total(look.errors * is_drawn)
    likely, upper = (known + _portion(closed, each) for each in (rate, upper_rate))
    return is_drawn, _Projection(likely, upper, rate, upper_rate, upper_rate > (look.terms.tolerable or 0.0))


def _rates(part: Floats, whole: Ints) -> Floats:
    """Return shares to hundred-millionths, halves away from zero, worked out on integers; 0 of nothing."""
    base = np.maximum(whole, 1)
    return np.asarray((2 * part.astype(np.int64) * RATE_STEPS + base) // (2 * base) / RATE_STEPS)


def _portion(amounts: Cents, rate: Floats) -> Cents:
    return prorata(amounts, np.rint(rate * RATE_STEPS), whole=RATE_STEPS)


def _files_to_open(look: _Look) -> Ints:
    """Files to open in each population: as stated, or as planned for its size."""
    terms = look.terms
    if terms.size is not None:
        return np.full(look.n_populations, terms.size)
    if terms.share is not None:
        return look.shared(terms.share)
    sizes, place = np.unique(look.size, return_inverse=True)
    planned = [_planned(terms, int(size)) for size in sizes]
    return np.asarray(np.array(planned)[place])


def _planned(terms: Sample, population: int) -> int:
    """Files that show the tolerable share of deviations; all of them where no smaller number can."""
    try:
        n = planned_files(terms, population if terms.model == "hypergeometric" else None)
    except ValueError:
        return population
    return min(n, population)


@lru_cache(maxsize=4096)
def planned_files(terms: Sample, population: int | None) -> int:
    """Return the files that show the tolerable share of deviations; raises ``ValueError`` where no number can."""
    return sample_size(
        terms.model,
        tolerable=terms.tolerable or 0.0,
        confidence=terms.confidence,
        expected=exact(terms.expected),
        population=population,
    )


def _upper_rates(terms: Sample, *, n: Ints, wrong: Floats, population: Ints) -> Floats:
    """Upper limit of the share of deviations, to hundred-millionths; of a census what was found."""
    limit = _rates(wrong, n)
    codes, place = np.unique(np.stack((n, wrong.astype(np.int64), population)), axis=1, return_inverse=True)
    for number, (drawn, found, size) in enumerate(codes.T.tolist()):
        if drawn < size:
            value = upper_limit(terms.model, n=drawn, k=found, confidence=terms.confidence, population=size)
            limit[np.ravel(place) == number] = round_half_away(value * RATE_STEPS) / RATE_STEPS
    return limit


def monetary_unit(look: _Look) -> tuple[Bools, _Projection]:
    """Open every file of an interval or more, and of the others those on which a unit of a systematic draw falls."""
    files, interval = look.files, _intervals(look)
    own = interval[files.population]
    is_top = files.book >= own
    is_hit = _on_a_unit(look, own, files.book * ~is_top)
    taint = look.errors / files.book
    projected = round_half_away(own * look.errors * is_hit / files.book)
    known = look.total(look.errors * is_top)
    likely = known + look.total(projected)
    sampled = look.total(files.book * ~is_top)
    basic = round_half_away(interval * float(factor(look.terms.confidence, 0))) * (sampled > 0)
    upper = likely + basic + _increments(look, interval, taint * is_hit)
    upper, nothing = np.minimum(upper, known + sampled), np.zeros(look.n_populations)
    return is_top | is_hit, _Projection(likely, upper, nothing, nothing, upper > look.tolerable)


def _intervals(look: _Look) -> Cents:
    """Cents from one unit to the next in each population, at least one."""
    terms, book = look.terms, look.book
    if terms.interval is not None:
        return np.full(len(book), float(exact(terms.interval) * 100))
    if terms.size is not None:
        return np.maximum(np.floor(book / terms.size), 1.0)
    if terms.share is not None:
        return np.maximum(np.floor(book / np.maximum(look.shared(terms.share), 1)), 1.0)
    weight = next(EXPANSIONS[each] for each in sorted((*EXPANSIONS,)) if each >= min(terms.confidence, max(EXPANSIONS)))
    room = (terms.tolerable or 0.0) - terms.expected * weight
    return np.maximum(np.floor(book * max(room, 0.0) / float(factor(terms.confidence, 0))), 1.0)


def _on_a_unit(look: _Look, own: Cents, book: Cents) -> Bools:
    """Return which files hold one of the units start, start + interval, …, counted from 1 along their book values."""
    u = case_uniforms(look.stream, "sample start", segment="", n_cases=look.n_settlements).reshape(-1)
    start = np.ceil(u[look.files.population] * own)
    order = np.argsort(look.files.population, kind="stable")
    running = np.cumsum(book[order])
    whole = look.total(book)
    before = (np.cumsum(whole) - whole)[look.files.population[order]]
    until = np.empty_like(running)
    until[order] = running - before
    return np.floor((until - start) / own) > np.floor((until - book - start) / own)


def _increments(look: _Look, interval: Cents, taint: Floats) -> Cents:
    """What the limit grows by for each taint found, the largest first, beyond the projection; cents."""
    wrong = np.flatnonzero(taint > 0)
    if not len(wrong):
        return np.zeros(look.n_populations)
    population = look.files.population[wrong]
    order = np.lexsort((-taint[wrong], population))
    counts = np.bincount(population, minlength=look.n_populations)
    rank = np.arange(len(wrong)) - (np.cumsum(counts) - counts)[population[order]]
    steps = np.diff(factor(look.terms.confidence, np.arange(LONGEST_TAIL + 1))) - 1
    grown = taint[wrong][order] * steps[np.minimum(rank, LONGEST_TAIL - 1)]
    return round_half_away(interval * np.bincount(population[order], grown, look.n_populations))


METHODS: dict[str, Callable[[_Look], tuple[Bools, _Projection]]] = {
    "attributes": attributes,
    "monetary_unit": monetary_unit,
}
"""How files are drawn, and what they say of the others."""


def _at_point(look: _Look, found: _Projection, is_opened: Bools) -> tuple[Cents, Floats]:
    """The most likely error, less what is already put right in the files that were opened."""
    return found.likely - look.total(look.errors * is_opened), found.rate


def _at_upper(look: _Look, found: _Projection, is_opened: Bools) -> tuple[Cents, Floats]:
    """The upper limit of the error, less what is already put right."""
    return found.upper - look.total(look.errors * is_opened), found.upper_rate


def _accepted(look: _Look, found: _Projection, is_opened: Bools) -> tuple[Cents, Floats]:
    """Nothing: the sample was good enough, or everything was opened."""
    return np.zeros(look.n_populations), np.zeros(look.n_populations)


HELD_BACK: dict[str, Callable[[_Look, _Projection, Bools], tuple[Cents, Floats]]] = {
    "point": _at_point,
    "upper": _at_upper,
    "accept": _accepted,
}
"""What is held back of the files that nobody opened: cents, and a share of their number."""
