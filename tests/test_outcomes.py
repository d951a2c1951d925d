"""Who succeeds: the laws of the counts against published numbers, and what the draws of a trial have in common."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.polynomial.hermite_e import hermegauss
from one_block import TOLERANCE, distance, distance_of_share, drawn, household, plain_deal, tables_of
from scipy.special import bdtr, betaln, gammaln, ndtr, ndtri

from sib.arrays import Floats
from sib.chance.draws import BLOCK
from sib.deal.scenario import Scenario
from sib.programme.outcomes import Factors, beta_of, mean_chance, outcome_correlation

N_BLOCKS = 40
K = np.arange(51)
CHOOSE = gammaln(51) - gammaln(K + 1) - gammaln(51 - K)


def binomial(chance: Any) -> Floats:
    """Law of successes among 50, one column for each chance."""
    p = np.asarray(chance)
    return np.exp(CHOOSE[:, np.newaxis] + np.outer(K, np.log(p)) + np.outer(50 - K, np.log1p(-p)))


def gaussian(p: float, weight: float) -> Floats:
    """Binomial over the common factor, by quadrature."""
    nodes, masses = hermegauss(80)
    chances = ndtr((ndtri(p) + np.sqrt(weight) * nodes) / np.sqrt(1 - weight))
    return binomial(np.clip(chances, 1e-300, 1 - 1e-15)) @ (masses / masses.sum())


BINOMIAL = binomial([0.7])[:, 0]
BETA_BINOMIAL = np.exp(CHOOSE + betaln(7 + K, 53 - K) - betaln(7, 3))
GAUSSIAN = gaussian(0.7, 0.1)
"""Of the successes; the published one is of the failures, with p = .3."""

INDEPENDENT = {"kind": "independent"}
TIED = {"kind": "beta_binomial", "icc": 1 / 11}  # 1 / (7 + 3 + 1)
FACTOR = {"kind": "gaussian_factor", "weight": 0.1}
LAWS = [(INDEPENDENT, BINOMIAL), (TIED, BETA_BINOMIAL), (FACTOR, GAUSSIAN)]


def fifty(dependence: dict[str, Any], **terms: Any) -> Scenario:
    return plain_deal(household(cases=50, success=0.7, **terms), dependence=dependence)


def successes(deal: Scenario, place: int = 0) -> Floats:
    """Successes of a segment by trial."""
    return np.concatenate([tables_of(deal, block=block)[place].successes for block in range(N_BLOCKS)])


def furthest(counts: Floats, law: Floats) -> float:
    """The largest distance in standard errors, over mean, second moment and every cumulative chance in the middle."""
    mean, second, fourth = (float(law @ K**power) for power in (1, 2, 4))
    below = np.cumsum(law)
    levels = np.flatnonzero((below > 0.005) & (below < 0.995))
    return max(
        distance(counts, mean, second - mean**2),
        distance(counts**2.0, second, fourth - second**2),
        *(distance_of_share(counts <= level, float(below[level])) for level in levels),
    )


class TestPublishedLaws:
    """Fifty cases with p = .7; numbers from the tables of the design."""

    def test_the_oracle_gives_the_published_numbers(self) -> None:
        assert [BINOMIAL[35:].sum(), BINOMIAL[33:].sum()] == pytest.approx([0.569178436, 0.782193062], abs=5e-10)
        assert 1 - bdtr(34, 50, 0.7) == pytest.approx(BINOMIAL[35:].sum())
        variance = BETA_BINOMIAL @ (K - 35) ** 2
        assert variance == pytest.approx(57.272727, abs=5e-7)
        tails = [BETA_BINOMIAL[35:].sum(), BETA_BINOMIAL[:21].sum()]
        assert tails == pytest.approx([0.561507803, 0.041079549], abs=5e-10)
        failures = GAUSSIAN[::-1]
        assert np.sqrt(failures @ (K - 15) ** 2) == pytest.approx(6.368192, abs=5e-7)
        tails = [failures[:16].sum(), failures[25:].sum()]
        assert tails == pytest.approx([0.562083143, 0.080855153], abs=5e-10)
        assert failures @ (K * (K - 1)) / (50 * 49) == pytest.approx(0.102266884, abs=5e-10)

    @pytest.mark.parametrize("which", range(3))
    def test_counts_follow_the_law_that_was_stated_and_no_other(self, which: int) -> None:
        counts = successes(fifty(LAWS[which][0]))
        for place, (_, law) in enumerate(LAWS):
            assert (furthest(counts, law) < TOLERANCE) is (place == which)

    def test_no_correlation_is_the_binomial(self) -> None:
        chance = drawn(fifty({"kind": "beta_binomial", "icc": 0.0})).chance
        assert (chance == 0.7).all()

    @pytest.mark.parametrize("sure", [0.0, 1.0])
    @pytest.mark.parametrize("dependence", [INDEPENDENT, TIED, FACTOR])
    def test_certainty_stays_certain(self, sure: float, dependence: dict[str, Any]) -> None:
        deal = plain_deal(household(cases=50, success=sure), dependence=dependence)
        assert (tables_of(deal)[0].successes == 50 * sure).all()


class TestNotKnowingTheChance:
    PILOT = {"kind": "evidence", "successes": 15, "trials": 25}  # noqa: RUF012

    @pytest.mark.parametrize(
        ("success", "a", "b"),
        [
            (PILOT, 15.5, 10.5),  # Jeffreys
            (PILOT | {"prior": "uniform"}, 16, 11),
            ({"kind": "beta", "mean": 0.6, "sd": 0.2}, 3, 2),  # variance 6 / (25 * 6) = .04
        ],
    )
    def test_the_chance_of_a_trial_has_this_beta(self, success: dict[str, Any], a: float, b: float) -> None:
        deal = plain_deal(household(success=success))
        assert beta_of(deal.programme.segments[0]) == pytest.approx((a, b))
        assert mean_chance(deal.programme.segments[0]) == pytest.approx(a / (a + b))
        chance = np.concatenate([drawn(deal, block=block).chance[0] for block in range(8)])
        mean, second, fourth = (np.exp(betaln(a + power, b) - betaln(a, b)) for power in (1, 2, 4))
        assert distance(chance, mean, second - mean**2) < TOLERANCE
        assert distance(chance**2, second, fourth - second**2) < TOLERANCE

    def test_a_pilot_alone_ties_cases_together(self) -> None:
        """Its correlation is 1 / (a + b + 1) = 1 / 27, the .037 of the design."""
        deal = plain_deal(household(cases=50, success=self.PILOT))
        counts = successes(deal)
        law = np.exp(CHOOSE + betaln(15.5 + K, 60.5 - K) - betaln(15.5, 10.5))
        p = 15.5 / 26
        assert law @ K**2 - (50 * p) ** 2 == pytest.approx(50 * p * (1 - p) * (1 + 49 / 27))
        assert furthest(counts, law) < TOLERANCE
        assert furthest(counts, binomial([p])[:, 0]) > 10

    def test_no_spread_is_a_known_chance(self) -> None:
        segment = plain_deal(household(success={"kind": "beta", "mean": 0.6, "sd": 0})).programme.segments[0]
        assert (beta_of(segment), mean_chance(segment)) == (None, 0.6)

    @pytest.mark.parametrize("dependence", [INDEPENDENT, TIED, FACTOR])
    def test_a_chance_that_is_all_or_nothing_stays_a_chance(self, dependence: dict[str, Any]) -> None:
        """A beta with so little in its middle has cells whose cubic passes 0 and 1 by some 10**-12."""
        deal = plain_deal(household(success={"kind": "beta", "mean": 0.5, "sd": 0.4995}), dependence=dependence)
        chance = np.concatenate([drawn(deal, block=block).chance[0] for block in range(8)])
        assert ((chance >= 0) & (chance <= 1)).all()

    def test_one_common_parameter_moves_all_segments(self) -> None:
        both = [household(name=name, success=self.PILOT) for name in ("first", "second")]
        deal = plain_deal(*both, dependence={"kind": "independent", "parameters": 1.0})
        first, second = drawn(deal).chance
        assert (first == second).all()
        first, second = drawn(plain_deal(*both)).chance
        assert abs(np.corrcoef(first, second)[0, 1]) < TOLERANCE / np.sqrt(BLOCK)


class TestAcrossSegments:
    PAIR = (household(name="first", success=0.6), household(name="second", success=0.6))

    def normals(self, dependence: dict[str, Any]) -> Floats:
        deal = plain_deal(*self.PAIR, dependence=dependence)
        return np.concatenate([drawn(deal, block=block).z for block in range(N_BLOCKS)], axis=1)

    @pytest.mark.parametrize(
        ("dependence", "correlation"),
        [
            ({"kind": "beta_binomial", "icc": 0.1, "across_segments": 0.0}, 0.0),
            ({"kind": "beta_binomial", "icc": 0.1, "across_segments": 0.4}, 0.4),
            ({"kind": "beta_binomial", "icc": 0.1, "across_segments": 1.0}, 1.0),
            (FACTOR, 1.0),
            # each leans on the market by 4/5 of what it feels, and has a cause of its own
            (
                {
                    "kind": "gaussian_factor",
                    "causes": {
                        "market": {"first": 0.08, "second": 0.16},
                        "provider": {"first": 0.02},
                        "policy": {"second": 0.04},
                    },
                },
                0.8,
            ),
        ],
    )
    def test_factors_are_normal_with_the_stated_correlation(self, dependence: Any, correlation: float) -> None:
        """The sample correlation of n normals has standard error (1 - r²) / √n; a mean of z² of √(2/n)."""
        z = self.normals(dependence)
        n = z.shape[1]
        deal = plain_deal(*self.PAIR, dependence=dependence)
        assert outcome_correlation(deal) == pytest.approx(np.array([[1, correlation], [correlation, 1]]))
        assert distance(z[0] ** 2, 1.0, 2.0) < TOLERANCE
        found = np.corrcoef(z)[0, 1]
        assert found == pytest.approx(correlation, abs=TOLERANCE * (1 - correlation**2) / np.sqrt(n) + 1e-12)

    def test_the_chance_rises_with_the_factor(self) -> None:
        for dependence in (TIED | {"across_segments": 0.3}, FACTOR):
            found = drawn(plain_deal(*self.PAIR, dependence=dependence))
            order = np.argsort(found.z[0])
            assert (np.diff(found.chance[0][order]) >= 0).all()


class TestIntakeFollowsOutcomes:
    def both(self, loading: float, **dependence: Any) -> tuple[Floats, Floats]:
        """Mean factor as a standard normal, and the normal of the enrolment factor."""
        segments = [household(name="first", success=0.6), household(name="second", success=0.6)]
        deal = plain_deal(*segments, dependence={"kind": "beta_binomial", "icc": 0.1, "intake": loading} | dependence)
        found = [drawn(deal, block=block) for block in range(N_BLOCKS)]
        mean = np.concatenate([each.z.mean(axis=0) for each in found])
        spread = np.sqrt((1 + dependence["across_segments"]) / 2)
        return mean / spread, ndtri(np.concatenate([each.enrolment for each in found]))

    @pytest.mark.parametrize("across", [0.0, 0.5])
    def test_in_full(self, across: float) -> None:
        outcome, enrolment = self.both(1.0, across_segments=across)
        assert enrolment == pytest.approx(outcome, abs=1e-6)

    @pytest.mark.parametrize("loading", [0.0, 0.36])
    def test_in_part(self, loading: float) -> None:
        """Weight w of the common part is a correlation of √w."""
        outcome, enrolment = self.both(loading, across_segments=0.5)
        r = np.sqrt(loading)
        error = (1 - r**2) / np.sqrt(len(outcome))
        assert np.corrcoef(outcome, enrolment)[0, 1] == pytest.approx(r, abs=TOLERANCE * error)


class TestFates:
    def test_some_get_no_plan_and_then_nothing(self) -> None:
        deal = plain_deal(household(cases=50, success=0.7, triage_share=0.4))
        tables = [tables_of(deal, block=block)[0] for block in range(8)]
        for table in tables:
            assert (table.successes <= table.plans.sum(axis=0)).all()
            assert table.plan[table.case, table.trial].all()
        plans = np.concatenate([table.plan for table in tables])
        assert distance_of_share(plans, 0.4) < TOLERANCE
        counts = np.concatenate([table.successes for table in tables])
        assert distance(counts, 50 * 0.28, 50 * 0.28 * 0.72) < TOLERANCE

    def test_a_partial_outcome_is_none_of_the_others(self) -> None:
        """Of the 30% that do not succeed, a quarter: 7.5%."""
        deal = fifty(INDEPENDENT, partial={"chance": 0.25, "saving_share": 0.5})
        for table in (tables_of(deal, block=block)[0] for block in range(4)):
            part = ~table.success & ~table.failed
            reached = np.zeros((50, BLOCK))
            reached[table.case[part], table.trial[part]] = 1
            assert distance_of_share(reached, 0.075) < TOLERANCE
            assert table.successes.sum() == table.success.sum()

    def test_a_higher_chance_takes_nobodys_success_away(self) -> None:
        low, high = (tables_of(plain_deal(household(cases=50, success=p)))[0] for p in (0.3, 0.6))
        ids = [set(zip(table.case.tolist(), table.trial.tolist(), strict=True)) for table in (low, high)]
        assert ids[0] < ids[1]


class TestNothingElseMoves:
    """Draws have names: what is added leaves what was there."""

    UNSURE = {"kind": "evidence", "successes": 15, "trials": 25}  # noqa: RUF012
    KINDS = ({"kind": "independent"}, TIED | {"across_segments": 0.3}, FACTOR)

    @pytest.mark.parametrize(
        ("dependence", "in_front"),
        [(kind, in_front) for kind in KINDS for in_front in (False, True) if not (in_front and kind is FACTOR)],
    )
    def test_another_segment(self, dependence: dict[str, Any], in_front: bool) -> None:
        together, alone = self.beside(dependence, in_front)
        assert (together.chance[int(in_front)] == alone.chance[0]).all()
        assert (together.enrolment == alone.enrolment).all()

    def test_a_segment_in_front_leaves_a_common_factor(self) -> None:
        """The factor stays; its pair, the first segment's unknown p, is another's now (docs/model.md, section 9)."""
        together, alone = self.beside(FACTOR, True)
        assert (together.z == alone.z).all()

    def beside(self, dependence: dict[str, Any], in_front: bool) -> tuple[Factors, Factors]:
        """What is drawn for a segment with another one, and by itself."""
        one, other = household(name="one", success=self.UNSURE), household(name="other", success=0.5)
        order = [other, one] if in_front else [one, other]
        return drawn(plain_deal(*order, dependence=dependence)), drawn(plain_deal(one, dependence=dependence))

    def test_blocks_and_seeds_differ(self) -> None:
        deal = fifty(TIED)
        first = drawn(deal).chance
        assert (drawn(deal).chance == first).all()
        assert not (drawn(deal, block=1).chance == first).any()
        assert not (drawn(deal, seed=2).chance == first).any()
