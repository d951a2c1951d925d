"""What cases save: the laws of amounts and relapse, whole cents, and what is true of it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.polynomial.polynomial import polypow
from one_block import TOLERANCE, caseload, distance, distance_of_share, drawn, household, plain_deal, tables_of

from sib.arrays import Floats
from sib.chance.draws import BLOCK
from sib.deal.programme import Saving
from sib.deal.scenario import Scenario
from sib.errors import RefusedError
from sib.money import even_split
from sib.programme.savings import AMOUNTS, Cases, spread_over_months, true_savings

TIED = {"kind": "beta_binomial", "icc": 0.02}


def blocks(deal: Scenario, n_blocks: int) -> list[Cases]:
    """The first segment's cases in some blocks."""
    return [tables_of(deal, block=block)[0] for block in range(n_blocks)]


def true_of(deal: Scenario, *, n_periods: int) -> Floats:
    """True savings of the first segment's first block, by period and trial."""
    return true_savings(caseload(deal), n_periods=n_periods)


class TestAmounts:
    def test_every_kind_of_amount_has_its_quantiles(self) -> None:
        union = get_args(get_args(Saving)[0])
        assert set(AMOUNTS) == set(union)

    @pytest.mark.parametrize(
        ("kind", "moments"),
        [  # E X^k / mean^k, with v = cv²: lognormal (1 + v)^(k (k - 1) / 2), gamma (1 + v)(1 + 2 v)…
            ("lognormal", {k: 1.25 ** (k * (k - 1) / 2) for k in range(1, 7)}),
            ("gamma", {k: float(np.prod([1 + j * 0.25 for j in range(k)])) for k in range(1, 7)}),
        ],
    )
    def test_lognormal_and_gamma_have_their_moments(self, kind: str, moments: dict[int, float]) -> None:
        deal = plain_deal(household(cases=100, saving={"kind": kind, "mean": 20_000, "cv": 0.5}))
        found = np.concatenate([table.saving for table in blocks(deal, 10)]) / 2_000_000
        assert found.size == 100 * 10 * BLOCK
        for k in (1, 2, 3):
            assert distance(found**k, moments[k], moments[2 * k] - moments[k] ** 2) < TOLERANCE
        other = {"lognormal": 1.25 * 1.5, "gamma": 1.25**3}[kind]  # the third moment of the wrong one
        assert distance(found**3, other, moments[6] - moments[3] ** 2) > TOLERANCE

    def test_the_compound_law_of_twenty_cases(self) -> None:
        """Published: mean 56.4, variance 245.352, P(S >= 60) = .403463986."""
        one_case = np.zeros(12)
        one_case[[0, 2, 5, 11]] = [0.4, 0.3, 0.18, 0.12]
        law = polypow(one_case, 20)
        sums = np.arange(len(law))
        assert law[60:].sum() == pytest.approx(0.403463986, abs=5e-10)
        fourth = law @ (sums - 56.4) ** 4
        values = [2] * 5 + [5] * 3 + [11] * 2
        deal = plain_deal(household(cases=20, success=0.6, saving={"kind": "empirical", "values": values}))
        euros = np.concatenate([np.bincount(t.trial, t.gross, BLOCK) for t in blocks(deal, 40)]) / 100
        assert distance(euros, 56.4, 245.352) < TOLERANCE
        assert distance((euros - 56.4) ** 2, 245.352, fourth - 245.352**2) < TOLERANCE
        assert distance_of_share(euros >= 60, 0.403463986) < TOLERANCE

    @pytest.mark.parametrize(("dependence", "sd"), [({"kind": "independent"}, 165_208), (TIED, 325_293)])
    def test_the_reference_bond(self, dependence: dict[str, Any], sd: float) -> None:
        """Published sd of 375 lognormal savings (p .6, mean 12,000, cv .8) times .9, here by deadweight."""
        saving = {"kind": "lognormal", "mean": 12_000, "cv": 0.8}
        segment = household(cases=375, success=0.6, saving=saving, saving_months=1, deadweight=0.1)
        variance = 0.81 * 375 * (0.6 * 12_000**2 * 1.64 - (0.6 * 12_000) ** 2)
        if dependence is TIED:
            variance += 0.81 * 375 * 374 * 0.02 * 0.24 * 12_000**2
        assert np.sqrt(variance) == pytest.approx(sd, abs=0.5)
        deal = plain_deal(segment, dependence=dependence)
        loads = [caseload(deal, block=block) for block in range(16)]
        euros = np.concatenate([true_savings(load, n_periods=2).sum(axis=0) for load in loads]) / 100
        assert distance(euros, 0.9 * 375 * 0.6 * 12_000, variance) < TOLERANCE
        assert distance((euros - euros.mean()) ** 2, variance, 2 * variance**2) < TOLERANCE

    def test_amounts_are_whole_cents(self) -> None:
        table = tables_of(plain_deal(household(saving={"kind": "gamma", "mean": 0.5, "cv": 2})))[0]
        assert (table.saving == np.rint(table.saving)).all()
        assert table.saving.min() == 0  # a tenth of a cent is none
        assert tables_of(plain_deal(household(saving=0.29)))[0].saving[0] == 29

    def test_an_amount_beyond_exact_arithmetic_is_refused(self) -> None:
        with pytest.raises(RefusedError, match="households"):
            tables_of(plain_deal(household(saving=1e12)))


class TestSavingsFollowOutcomes:
    """With ``savings`` b each amount is multiplied by exp(b z - b²/2): mean 1, variance exp(b²) - 1."""

    @pytest.mark.parametrize("b", [0.3, -0.3])
    def test_the_mean_is_kept_and_trials_differ(self, b: float) -> None:
        dependence = {"kind": "beta_binomial", "icc": 0.1, "savings": b}
        deal = plain_deal(household(cases=2, saving=10_000), dependence=dependence)
        factor = np.concatenate([table.saving.reshape(2, BLOCK) for table in blocks(deal, 20)], axis=1) / 1_000_000
        assert (factor[0] == factor[1]).all()
        assert distance(factor[0], 1.0, np.expm1(b**2)) < TOLERANCE
        assert distance(factor[0] * np.exp(b**2 / 2), 1.0, np.expm1(b**2)) > TOLERANCE  # had it not been centred
        assert distance(factor[0] ** 2, np.exp(b**2), np.exp(6 * b**2) - np.exp(2 * b**2)) < TOLERANCE
        z = drawn(deal).z[0]
        assert np.corrcoef(np.log(factor[0][:BLOCK]), z)[0, 1] == pytest.approx(np.sign(b), abs=1e-6)


class TestRelapse:
    """With hazard h, k months are completed with chance (1 - h)^k h, all M of them with (1 - h)^M."""

    def months(self, **terms: Any) -> tuple[Floats, Cases]:
        deal = plain_deal(household(cases=50, saving=100.01, saving_months=24, **terms))
        tables = blocks(deal, 8)
        return np.concatenate([table.months_kept for table in tables]), tables[0]

    @pytest.mark.parametrize("h", [0.05, 0.3])
    def test_months_are_geometric(self, h: float) -> None:
        kept, _ = self.months(relapse=h)
        for k in range(24):
            assert distance_of_share(kept == k, (1 - h) ** k * h) < TOLERANCE
        assert distance_of_share(kept == 24, (1 - h) ** 24) < TOLERANCE
        law = {k: (1 - h) ** k * h for k in range(24)} | {24: (1 - h) ** 24}
        mean = (1 - h) * (1 - (1 - h) ** 24) / h
        assert sum(k * chance for k, chance in law.items()) == pytest.approx(mean)
        variance = sum((k - mean) ** 2 * chance for k, chance in law.items())
        assert distance(kept, mean, variance) < TOLERANCE
        assert distance(np.minimum(kept + 1, 24), mean, variance) > TOLERANCE  # the month of relapse saves nothing

    def test_gross_is_pro_rata_and_rounded_once(self) -> None:
        kept, table = self.months(relapse=0.3)
        for months, gross in zip(table.months_kept.tolist(), table.gross.tolist(), strict=True):
            assert gross == int(Fraction(10_001 * months, 24) + Fraction(1, 2))
        assert (table.gross[table.months_kept == 0] == 0).all()
        assert (kept == 0).any()

    def test_aftercare_replaces_the_hazard(self) -> None:
        kept, _ = self.months(relapse=0.3, aftercare={"line": "plans", "relapse": 0.05})
        assert distance_of_share(kept == 0, 0.05) < TOLERANCE

    def test_without_hazard_all_months_are_kept(self) -> None:
        kept, table = self.months()
        assert (kept == 24).all()
        assert (table.gross == table.saving).all()


class TestWhoIsInTheTable:
    def test_failures_are_left_out_where_they_matter_to_nobody(self) -> None:
        table = tables_of(plain_deal(household(cases=10, success=0.3)))[0]
        assert table.success.all()
        assert len(table.trial) == table.successes.sum()

    def test_a_failure_costs_what_is_stated(self) -> None:
        table = tables_of(plain_deal(household(cases=10, success=0.3, failure_saving=-12.5)))[0]
        assert len(table.trial) == 10 * BLOCK
        assert (table.gross == np.where(table.failed, -1250, 12_000)).all()

    def test_a_partial_outcome_saves_its_share(self) -> None:
        partial = {"chance": 1.0, "saving_share": 0.5}
        table = tables_of(plain_deal(household(cases=10, success=0.3, saving=100.01, partial=partial)))[0]
        assert len(table.trial) == 10 * BLOCK
        assert not table.failed.any()
        assert (table.gross == np.where(table.success, 10_001, 5_001)).all()  # 5000.5 goes up

    @pytest.mark.parametrize(
        "terms", [{}, {"relapse": 0.1, "triage_share": 0.5, "partial": {"chance": 0.5, "saving_share": 0.5}}]
    )
    def test_more_cases_and_segments_move_nothing(self, terms: dict[str, Any]) -> None:
        terms = terms | {"success": 0.5, "saving": {"kind": "lognormal", "mean": 100, "cv": 1}, "failure_saving": -1}
        few = tables_of(plain_deal(household(cases=5, **terms)))[0]
        deal = plain_deal(household(name="other", cases=3), household(cases=9, **terms))
        many = tables_of(deal)[1]
        same = many.case < 5
        for name in ("trial", "case", "success", "failed", "saving", "months_kept", "gross"):
            assert (getattr(many, name)[same] == getattr(few, name)).all()


class TestTrueSavings:
    def test_the_gross_saving_less_what_would_have_come_anyway(self) -> None:
        """Two cases of 100.00 less 10% and then half of it: 90.00, over seven months 12.86 five times, then 12.85."""
        segment = household(saving=100, saving_months=7, months_to_effect=3, deadweight=0.1, regression_to_mean=0.5)
        true = true_of(plain_deal(segment), n_periods=14)
        assert true[:, 0].tolist() == [0] * 4 + [1286] * 5 + [1285] * 2 + [0] * 3
        assert (true == true[:, :1]).all()

    def test_it_is_rounded_on_the_sum_of_a_start_month(self) -> None:
        """Three cents halved are 1.5, so 2; each by itself would have given 3."""
        segment = household(cases=3, saving=0.01, saving_months=1, deadweight=0.5)
        assert true_of(plain_deal(segment), n_periods=3)[:, 0].tolist() == [0, 2, 0]
        apart = segment | {"intake": {"months": 3}}
        assert true_of(plain_deal(apart), n_periods=5)[:, 0].tolist() == [0, 1, 1, 1, 0]

    def test_a_failure_costs_over_all_its_months(self) -> None:
        segment = household(success=0.0, cases=1, saving_months=3, failure_saving=-1, relapse=0.9)
        assert true_of(plain_deal(segment), n_periods=6)[:, 0].tolist() == [0, -34, -33, -33, 0, 0]

    def test_a_relapse_ends_it(self) -> None:
        """Each case by itself: whole months of 10.00 until the relapse."""
        deal = plain_deal(household(cases=1, saving=120, relapse=0.2))
        true, table = true_of(deal, n_periods=14), tables_of(deal)[0]
        months = np.zeros(BLOCK)
        months[table.trial] = table.months_kept
        assert set(months) >= set(range(8))
        for period in range(14):
            assert (true[period] == np.where((period >= 1) & (period <= months), 1000, 0)).all()

    def test_deadweight_of_all_leaves_nothing(self) -> None:
        assert not true_of(plain_deal(household(deadweight=1.0)), n_periods=14).any()

    @given(st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=4), st.integers(1, 60))
    def test_the_totals_of_months_are_spread_evenly_from_each_month_on(self, totals: list[int], n: int) -> None:
        by_month = np.array([totals, totals[::-1]], dtype=np.float64)
        change = np.zeros((n + 2, len(totals)))
        spread_over_months(by_month, n, into=change)
        found = np.cumsum(change, axis=0)
        alone = np.array([even_split(month, n).T for month in by_month])
        assert (found[:n] - np.concatenate([np.zeros((1, len(totals))), alone[1][:-1]]) == alone[0]).all()
        assert found[n].tolist() == alone[1][-1].tolist()
        assert not found[-1].any()
