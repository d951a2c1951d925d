"""Samples of many populations at once: against the statistics of one, and by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sib.accountant import monetary, sampling
from sib.accountant.populations import METHODS, Files, Settled, _Look, settle, settlements
from sib.chance.draws import BLOCK, Stream, case_uniforms
from sib.deal.audit import Sample
from sib.deal.reader import load
from sib.money import largest_remainder
from sib.programme.grid import grid

STREAM = Stream(1, 0)
SETTLEMENTS = 2


def files_of(seed: int = 7, *, n: int = 4000, wrong: float = 0.3) -> Files:
    """Files of random populations, some of them large, some with an error of a part or of everything."""
    rng = np.random.default_rng(seed)
    book = np.ceil(rng.gamma(1.2, 200_000, n))
    taint = np.where(rng.random(n) < wrong, rng.choice([0.1, 0.25, 1.0], n), 0.0)
    return Files(
        population=rng.integers(0, SETTLEMENTS * BLOCK, n),
        book=book,
        audited=np.rint(book * (1 - taint)),
        lot=rng.random(n),
        unit=rng.integers(0, 3, n),
    )


def look_of(terms: Sample, files: Files) -> _Look:
    return _Look(terms, files, STREAM, SETTLEMENTS)


def settled(mode: str, terms: Sample, files: Files) -> Settled:
    return settle(mode, terms, files=files, stream=STREAM, shape=(SETTLEMENTS, 3))


class TestMonetaryUnits:
    """Each population by itself, through the room that an accountant can use on its own."""

    @pytest.mark.parametrize("terms", [{"interval": 6_000}, {"size": 3}, {"share": 0.4}, {"tolerable": 0.4}])
    @pytest.mark.parametrize("confidence", [0.8, 0.95])
    def test_every_population_is_evaluated_as_one_alone(self, terms: dict[str, Any], confidence: float) -> None:
        files = files_of()
        look = look_of(Sample(confidence=confidence, **terms), files)
        drawn, found = METHODS["monetary_unit"](look)
        starts = case_uniforms(STREAM, "sample start", segment="", n_cases=SETTLEMENTS).reshape(-1)
        for place in range(0, SETTLEMENTS * BLOCK, 17):
            mine = np.flatnonzero(files.population == place)
            if not len(mine):
                assert (found.likely[place], found.upper[place]) == (0, 0)
                continue
            whole = files.book[mine].sum()
            interval = interval_of(terms, confidence, whole, len(mine))
            selection = monetary.select(files.book[mine], interval, start=int(np.ceil(starts[place] * interval)))
            alone = monetary.evaluate(
                selection, np.where(selection.opened, files.audited[mine], np.nan), confidence=confidence
            )
            assert (selection.opened == drawn[mine]).all()
            cents = selection.hit.sum() / 2  # each hit is rounded by itself, where one population is rounded once
            assert abs(alone.projection - found.likely[place]) <= cents
            assert abs(alone.limit - found.upper[place]) <= cents + 1

    def test_likely_error_is_unbiased_over_all_starts(self) -> None:
        """Three files of 5, 3 and 4 cents, J 6: over all six starts a hit of a wrong file projects its error."""
        book, audited = np.array([5.0, 3.0, 4.0]), np.array([1.0, 3.0, 3.0])
        projected = []
        for start in range(1, 7):
            ends = np.cumsum(book)
            hit = np.floor((ends - start) / 6) > np.floor((ends - book - start) / 6)
            wrong = zip((book - audited)[hit], book[hit], strict=True)
            projected.append(sum(6 * error / size for error, size in wrong))
        assert np.mean(projected) == pytest.approx((book - audited).sum())


def interval_of(terms: dict[str, Any], confidence: float, book: float, n: int) -> int:
    """The interval as docs/model.md has it, in cents."""
    if "interval" in terms:
        return terms["interval"] * 100
    if "tolerable" in terms:
        return max(1, int(book * terms["tolerable"] // float(sampling.factor(confidence, 0))))
    return max(1, int(book // (terms.get("size") or -(-n * 4 // 10))))


class TestAttributes:
    @pytest.mark.parametrize("model", ["binomial", "poisson", "hypergeometric"])
    def test_every_population_is_evaluated_as_one_alone(self, model: str) -> None:
        files = files_of()
        drawn, found = METHODS["attributes"](look_of(Sample(size=3, model=model), files))
        for place in range(0, SETTLEMENTS * BLOCK, 17):
            mine = np.flatnonzero(files.population == place)
            n = min(3, len(mine))
            assert drawn[mine].sum() == n
            assert set(mine[drawn[mine]]) == set(mine[np.argsort(files.lot[mine])][:n])
            k = int((files.book != files.audited)[mine][drawn[mine]].sum())
            assert found.rate[place] == pytest.approx(k / n if n else 0, abs=5e-9)
            if n == len(mine):
                assert found.upper_rate[place] == found.rate[place]
            else:
                limit = sampling.upper_limit(model, n=n, k=k, confidence=0.95, population=len(mine))
                assert found.upper_rate[place] == pytest.approx(float(limit), abs=5e-9)

    @pytest.mark.parametrize(("terms", "n"), [({"size": 5}, 5), ({"share": 0.34}, 3), ({"share": 1.0}, 8)])
    def test_how_many_are_opened(self, terms: dict[str, Any], n: int) -> None:
        files = files_of(n=8)
        files = Files(np.zeros(8, dtype=np.int64), files.book, files.audited, files.lot, files.unit)
        drawn, _ = METHODS["attributes"](look_of(Sample(**terms), files))
        assert drawn.sum() == n

    def test_a_plan_that_no_small_population_can_meet_opens_all(self) -> None:
        files = files_of()
        drawn, _ = METHODS["attributes"](look_of(Sample(tolerable=0.01, model="hypergeometric"), files))
        assert drawn.all()


class TestWhatIsHeldBack:
    """Ten files of 100.00 in one population; the first is worth nothing, and it is opened."""

    def of(self, mode: str, **terms: Any) -> Settled:
        book = np.full(10, 10_000.0)
        audited = book * (np.arange(10) > 0)
        lot = np.arange(10) / 10 + 0.01
        zero = np.zeros(10, dtype=np.int64)
        return settled(mode, Sample(**terms), Files(zero, book, audited, lot, np.arange(10) % 3))

    def test_of_files_by_the_rate_that_was_found(self) -> None:
        found = self.of("attributes", size=4)
        assert found.is_opened.tolist() == [True] * 4 + [False] * 6
        assert found.withheld[0].sum() == 6 * 2_500  # a quarter of the six that nobody opened
        assert found.withheld[0].tolist() == [5_000, 5_000, 5_000]
        assert found.lost[0].sum() == 2  # 1.5, rounded half up
        assert not found.withheld[1:].any()

    def test_of_files_by_the_upper_limit(self) -> None:
        found = self.of("attributes", size=4, pay_on="upper")
        limit = float(sampling.upper_limit("binomial", n=4, k=1, confidence=0.95))
        assert found.withheld[0].sum() == round(limit * 60_000)

    def test_a_sample_that_is_refused_opens_everything(self) -> None:
        found = self.of("attributes", size=4, pay_on="accept", tolerable=0.1)
        assert found.is_opened.all()
        assert found.is_extra.tolist() == [False] * 4 + [True] * 6
        assert not found.withheld.any()
        assert not found.lost.any()

    def test_a_sample_that_is_good_enough_takes_the_rest_as_it_is(self) -> None:
        found = self.of("attributes", size=4, pay_on="accept", tolerable=0.9)
        assert found.is_opened.sum() == 4
        assert not found.is_extra.any()
        assert not found.withheld.any()

    @pytest.mark.parametrize("rule", ["point", "upper", "accept"])
    @pytest.mark.parametrize(("mode", "terms"), [("attributes", {"size": 10}), ("monetary_unit", {"interval": 0.01})])
    def test_where_every_file_is_opened_nothing_is_held_back(self, mode: str, terms: Any, rule: str) -> None:
        found = self.of(mode, pay_on=rule, tolerable=0.5, **terms)
        assert found.is_opened.all()
        assert not found.withheld.any()
        assert not found.lost.any()

    def test_never_more_than_the_files_that_nobody_opened(self) -> None:
        files = files_of(wrong=0.9)
        for mode in METHODS:
            found = settled(mode, Sample(size=1, pay_on="upper", confidence=0.99), files)
            closed = np.zeros_like(found.withheld)
            np.add.at(closed, (files.population, files.unit), files.book * ~found.is_opened)
            assert (found.withheld <= closed).all()
            assert (found.withheld >= 0).all()
            assert found.withheld.any()

    def test_it_is_split_by_largest_remainder(self) -> None:
        files = files_of()
        found = settled("monetary_unit", Sample(size=2), files)
        closed = np.zeros_like(found.withheld)
        np.add.at(closed, (files.population, files.unit), files.book * ~found.is_opened)
        expected = [largest_remainder(total, row) if row.any() else np.zeros(3)
                    for total, row in zip(found.withheld.sum(axis=1), closed, strict=True)]
        assert (found.withheld == expected).all()


@pytest.mark.parametrize(
    ("every", "dates"),
    [(None, list(range(3, 73, 3))), (12, [12, 24, 36, 48, 60, 72]), (30, [30, 60, 72]), (72, [72]), (100, [72])],
)
def test_samples_are_settled_on_payment_dates_or_as_stated(every: int | None, dates: list[int]) -> None:
    calendar = grid(load("zwarte-zwanen"))
    assert settlements(Sample(size=1, every=every), calendar).tolist() == dates
