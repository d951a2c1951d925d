"""Who reaches which outcomes: means, spreads and ties against closed forms; when each counts."""

from __future__ import annotations

import numpy as np
import pytest
from group_deal import PUPILS, counts_deal, line
from one_block import TOLERANCE, distance
from scipy.stats import multivariate_normal

from sib.chance.draws import Stream
from sib.deal.lines import RateCard
from sib.programme.counts import count, most_people
from sib.programme.grid import grid

N_BLOCKS = 40
CARD = line(RateCard, prices=[{"outcome": "diploma", "price": 1}], cap_per_person=1)
"""A line for which it matters who reached what."""
N = 256 * N_BLOCKS


def group(name="pupils", people=20, **terms):
    return {"name": name, "people": people, "outcomes": [{"name": "diploma", "chance": 0.4}]} | terms


def two(first=0.4, second=0.7, **terms):
    """A group that may reach two outcomes."""
    outcomes = [{"name": "diploma", "chance": first}, {"name": "job", "chance": second}]
    return group(outcomes=outcomes, **terms)


def counted(deal, *, blocks=N_BLOCKS, stop=None):
    """The papers of some blocks, person by person too."""
    deal = deal.model_copy(update={"contract": deal.contract.model_copy(update={"payments": (CARD,)})})
    return [count(deal, Stream(1, block), calendar=grid(deal), stop=stop) for block in range(blocks)]


def totals(papers, outcome="diploma", place=0):
    """How many of a group reached an outcome, by trial."""
    return np.concatenate([paper.found[outcome].gained[place].sum(axis=0) for paper in papers])


def is_spread(sample, variance):
    """Whether a sample has a variance, by the standard error that its own fourth moment gives."""
    moment = ((sample - sample.mean()) ** 4).mean()
    return abs(sample.var() - variance) < TOLERANCE * np.sqrt((moment - variance**2) / len(sample))


class TestNumbers:
    """Numbers of a group against mean and variance."""

    def test_independent(self):
        found = totals(counted(counts_deal(group())))
        assert distance(found, 20 * 0.4, 20 * 0.24) < TOLERANCE
        assert is_spread(found, 20 * 0.24)

    @pytest.mark.parametrize("icc", [0.0, 0.05, 0.4])
    def test_beta_binomial(self, icc):
        ties = {"dependence": {"kind": "beta_binomial", "icc": icc}}
        found = totals(counted(counts_deal(group(), ties=ties)))
        variance = 20 * 0.24 * (1 + 19 * icc)
        assert distance(found, 8, variance) < TOLERANCE
        assert is_spread(found, variance)

    @pytest.mark.parametrize("weight", [0.1, 0.5])
    def test_gaussian_factor(self, weight):
        # two people reach it both with the bivariate normal's chance at correlation w
        ties = {"dependence": {"kind": "gaussian_factor", "weight": weight}}
        found = totals(counted(counts_deal(group(), ties=ties)))
        z = -0.2533471031357997  # quantile of 0.4
        both = multivariate_normal.cdf([z, z], cov=[[1, weight], [weight, 1]])
        variance = 20 * 0.24 + 380 * (both - 0.16)
        assert distance(found, 8, variance) < TOLERANCE
        assert is_spread(found, variance)

    def test_an_unknown_chance(self):
        # 8 of 20 in a pilot: Beta(8.5, 12.5), mean 17/42, variance mean (1 - mean) / 22
        chance = {"kind": "evidence", "trials": 20, "successes": 8}
        found = totals(counted(counts_deal(group(outcomes=[{"name": "diploma", "chance": chance}]))))
        mean = 17 / 42
        of_chance = mean * (1 - mean) / 22
        variance = 20 * (mean * (1 - mean) - of_chance) + 400 * of_chance
        assert distance(found, 20 * mean, variance) < TOLERANCE
        assert is_spread(found, variance)

    @pytest.mark.parametrize(("chance", "all_of"), [(0.0, 0), (1.0, 20)])
    def test_sure(self, chance, all_of):
        papers = counted(counts_deal(group(outcomes=[{"name": "diploma", "chance": chance}])), blocks=1)
        assert set(totals(papers)) == {all_of}
        assert set(papers[0].successes) == {all_of}


class TestGroups:
    """What ties groups."""

    def correlation(self, dependence):
        deal = counts_deal(group(people=200), group("adults", 200), ties={"dependence": dependence})
        papers = counted(deal)
        return np.corrcoef(totals(papers), totals(papers, place=1))[0, 1]

    def test_apart(self):
        assert abs(self.correlation({"kind": "independent"})) < TOLERANCE / np.sqrt(N)
        terms = {"kind": "beta_binomial", "icc": 0.2, "across_segments": 0.0}
        assert abs(self.correlation(terms)) < TOLERANCE / np.sqrt(N)

    def test_together(self):
        # one beta for both: the covariance is n^2 Var(P), the variance n p q (1 + (n - 1) icc)
        found = self.correlation({"kind": "beta_binomial", "icc": 0.2, "across_segments": 1.0})
        expected = 200 * 0.2 / (1 + 199 * 0.2)
        assert abs(np.arctanh(found) - np.arctanh(expected)) < 2 * TOLERANCE / np.sqrt(N)

    def test_one_factor_for_all(self):
        found = self.correlation({"kind": "gaussian_factor", "weight": 0.3})
        z = -0.2533471031357997
        shared = multivariate_normal.cdf([z, z], cov=[[1, 0.3], [0.3, 1]]) - 0.16
        expected = 200 * shared / (0.24 + 199 * shared)
        assert abs(np.arctanh(found) - np.arctanh(expected)) < 2 * TOLERANCE / np.sqrt(N)

    @pytest.mark.parametrize("kind", [{"kind": "independent"}, {"kind": "beta_binomial", "icc": 0.1,
        "across_segments": 0.5},
                                      {"kind": "gaussian_factor", "weight": 0.2}])
    def test_a_group_more_leaves_the_others_as_they_were(self, kind):
        ties = {"dependence": kind}
        alone = counted(counts_deal(group(), ties=ties), blocks=2)
        before = counted(counts_deal(group("adults", 9), group(), ties=ties), blocks=2)
        behind = counted(counts_deal(group(), group("adults", 9), ties=ties), blocks=2)
        assert (totals(alone) == totals(behind)).all()
        assert (totals(alone) == totals(before, place=1)).all()

    def test_people_more_leave_the_first_as_they_were(self):
        few, many = (counted(counts_deal(group(people=n)), blocks=1)[0].people[0].date for n in (20, 30))
        assert (few == many[:20]).all()

    def test_an_outcome_more_leaves_the_first_as_it_was(self):
        one = counted(counts_deal(group(within_person=0.3)), blocks=1)
        assert (totals(one) == totals(counted(counts_deal(two(within_person=0.3)), blocks=1))).all()


def hits(papers, outcome, time=0):
    """Whether each person reached an outcome, shape (n_people, n_trials)."""
    found = []
    for paper in papers:
        mine = [reached for reached in paper.people if reached.outcome == outcome]
        found.append(mine[time].date < 3)
    return np.concatenate(found, axis=1)


class TestWithinPerson:
    """How far the outcomes of one person go together."""

    @pytest.mark.parametrize("tie", [0.0, 0.25, 0.5, 0.9])
    def test_both_by_the_bivariate_normal(self, tie):
        papers = counted(counts_deal(two(0.5, 0.5, within_person=tie)), blocks=20)
        both = hits(papers, "diploma") & hits(papers, "job")
        chance = 0.25 + np.arcsin(tie) / (2 * np.pi)
        assert distance(both, chance, chance * (1 - chance)) < TOLERANCE
        assert distance(hits(papers, "job"), 0.5, 0.25) < TOLERANCE

    def test_not_at_all_is_the_product(self):
        papers = counted(counts_deal(two(within_person=0.0)), blocks=20)
        both = hits(papers, "diploma") & hits(papers, "job")
        assert distance(both, 0.28, 0.28 * 0.72) < TOLERANCE

    def test_entirely_is_nested(self):
        papers = counted(counts_deal(two(within_person=1.0)), blocks=4)
        assert not (hits(papers, "diploma") & ~hits(papers, "job")).any()
        same = counted(counts_deal(two(0.4, 0.4, within_person=1.0)), blocks=4)
        assert (hits(same, "diploma") == hits(same, "job")).all()

    @pytest.mark.parametrize("tie", [0.0, 0.5, 1.0])
    def test_times_of_one_outcome_are_tied_alike(self, tie):
        again = {"name": "diploma", "chance": 0.5, "repeats": {"most": 2, "every": 1}}
        papers = counted(counts_deal(group(outcomes=[again], within_person=tie)), blocks=20)
        both = hits(papers, "diploma") & hits(papers, "diploma", 1)
        chance = 0.25 + np.arcsin(tie) / (2 * np.pi)
        assert distance(both, chance, chance * (1 - chance)) < TOLERANCE


def chain(first=0.4, second=0.7, *more, **terms):
    """A group whose job requires a diploma; further outcomes require the job."""
    outcomes = [{"name": "diploma", "chance": first}, {"name": "job", "chance": second, "requires": "diploma"}]
    outcomes += [{"name": f"stays {place}", "requires": "job"} | each for place, each in enumerate(more)]
    return group(outcomes=outcomes, **terms)


class TestChains:
    """An outcome that requires an earlier one, with its chance among those who reached that."""

    @pytest.mark.parametrize("tie", [0.0, 0.5, 1.0])
    def test_the_mean_is_the_product_and_the_chance_is_conditional(self, tie):
        """A person reaches both with p1 p2, whatever ties outcomes that require the same."""
        papers = counted(counts_deal(chain(within_person=tie)), blocks=20)
        diploma, job = hits(papers, "diploma"), hits(papers, "job")
        assert not (job & ~diploma).any()
        assert distance(job, 0.28, 0.28 * 0.72) < TOLERANCE
        assert distance(job[diploma], 0.7, 0.21) < TOLERANCE
        assert is_spread(totals(papers, "job"), 20 * 0.28 * 0.72)

    def test_three_in_a_row(self):
        papers = counted(counts_deal(chain(0.9, 0.8, {"chance": 0.5})), blocks=20)
        found = totals(papers, "stays 0")
        assert distance(found, 20 * 0.36, 20 * 0.36 * 0.64) < TOLERANCE

    @pytest.mark.parametrize(("first", "second", "share"), [(0.0, 1.0, 0), (1.0, 0.0, 0), (1.0, 1.0, 20)])
    def test_sure(self, first, second, share):
        papers = counted(counts_deal(chain(first, second)), blocks=1)
        assert set(totals(papers, "job")) == {share}

    def test_a_shared_chance_holds_for_both(self):
        """One beta quantile for both: with p1 = p2 the mean is n E[P^2] = n (p^2 + icc p q)."""
        ties = {"dependence": {"kind": "beta_binomial", "icc": 0.2}}
        found = totals(counted(counts_deal(chain(0.4, 0.4), ties=ties)), "job")
        assert abs(found.mean() - 20 * (0.16 + 0.2 * 0.24)) < TOLERANCE * found.std() / np.sqrt(N)

    @pytest.mark.parametrize("tie", [0.0, 0.5, 1.0])
    def test_what_requires_the_same_is_tied(self, tie):
        more = [{"chance": 0.5}, {"chance": 0.5}]
        papers = counted(counts_deal(chain(1.0, 0.6, *more, within_person=tie)), blocks=20)
        job = hits(papers, "job")
        both = (hits(papers, "stays 0") & hits(papers, "stays 1"))[job]
        chance = 0.25 + np.arcsin(tie) / (2 * np.pi)
        assert distance(both, chance, chance * (1 - chance)) < TOLERANCE

    @pytest.mark.parametrize(("first", "second", "dates"), [
        (12, 1, [0, 3, 0]), (11, 1, [3, 0, 0]), (1, 11, [3, 0, 0]), (1, 12, [0, 3, 0]), (12, 24, [0, 0, 3]),
        (12, 25, [0, 0, 0]),
    ])
    def test_months_run_from_the_earlier_one(self, first, second, dates):
        outcomes = [{"name": "diploma", "chance": 1.0, "after": first},
                    {"name": "job", "chance": 1.0, "after": second, "requires": "diploma"}]
        (paper,) = counted(counts_deal(group(people=3, outcomes=outcomes)), blocks=1)
        assert paper.found["job"].gained[0, :, 0].tolist() == dates
        # months 37 and later lie beyond the payment dates, not beyond the calendar
        assert grid(counts_deal(group(people=3, outcomes=outcomes))).n_periods == max(37, first + second + 1)

    def test_never_before_the_first_time_of_the_earlier_one(self):
        again = {"most": 3, "every": 12}
        outcomes = [{"name": "diploma", "chance": 0.5, "after": 12, "repeats": again},
                    {"name": "job", "chance": 1.0, "after": 1, "requires": "diploma"}]
        papers = counted(counts_deal(group(outcomes=outcomes, within_person=0)), blocks=4)
        times = np.array([np.concatenate([each.date for each in (paper.people[n] for paper in papers)], axis=1)
                          for n in range(4)])
        first = times[:3].min(axis=0)  # months 12, 24 and 36: the last days of the three dates
        assert (times[3] == np.minimum(first + 1, 3)).all()

    def test_nobody_after_a_stop(self):
        deal = counts_deal(chain(1.0, 1.0, people=36, intake={"from": 1, "months": 36}))
        (paper,) = counted(deal, blocks=1, stop=np.full(256, 12))
        assert set(totals([paper], "job")) == {12}

    def test_a_chain_moves_nobody_elses_fate(self):
        one = counted(counts_deal(group(within_person=0.3)), blocks=1)
        assert (totals(one) == totals(counted(counts_deal(chain(within_person=0.3)), blocks=1))).all()


class TestWhen:
    """A person of start month m reaches an outcome in month m - 1 + after, and again every so many months."""

    def by_date(self, people=3, start=1, months=1, **outcome):
        outcomes = [{"name": "diploma", "chance": 1.0} | outcome]
        deal = counts_deal(group(people=people, intake={"from": start, "months": months}, outcomes=outcomes,
            within_person=0))
        return counted(deal, blocks=1)[0].found

    @pytest.mark.parametrize(("start", "after", "dates"), [
        (1, 1, [3, 0, 0]), (1, 12, [3, 0, 0]), (1, 13, [0, 3, 0]), (12, 1, [3, 0, 0]), (13, 1, [0, 3, 0]),
        (2, 11, [3, 0, 0]), (2, 12, [0, 3, 0]), (1, 36, [0, 0, 3]), (1, 37, [0, 0, 0]), (30, 7, [0, 0, 3]),
    ])
    def test_month_of_an_outcome(self, start, after, dates):
        found = self.by_date(start=start, after=after)
        assert found["diploma"].gained[0, :, 0].tolist() == dates

    def test_again(self):
        # months 6, 16, 26, 36
        found = self.by_date(after=6, repeats={"most": 4, "every": 10})
        assert found["diploma"].gained[0, :, 7].tolist() == [3, 3, 6]

    def test_enrolled_by_their_start_months(self):
        # one a month in 11, 12 and 13
        found = self.by_date(start=11, months=3)
        assert found["enrolled"].gained[0, :, 0].tolist() == [2, 1, 0]

    def test_nobody_after_a_stop(self):
        deal = counts_deal(group(people=36, intake={"from": 1, "months": 36}, outcomes=[{"name": "diploma",
            "chance": 1.0}]))
        stop = np.where(np.arange(256) < 100, 12, -1)
        (paper,) = counted(deal, blocks=1, stop=stop)
        assert paper.enrolled[0].tolist() == [12] * 100 + [36] * 156
        assert paper.successes.tolist() == [12] * 100 + [36] * 156
        assert paper.plans[:, 0].tolist() == [0] + [1] * 12 + [0] * 24
        assert paper.plans[:, 100].tolist() == [0] + [1] * 36

    def test_a_stop_moves_nobody_elses_fate(self):
        deal = counts_deal(group(people=36, intake={"from": 1, "months": 36}))
        (free,), (stopped,) = counted(deal, blocks=1), counted(deal, blocks=1, stop=np.full(256, 24))
        assert (free.people[0].date[:24] == stopped.people[0].date[:24]).all()
        assert (stopped.people[0].date[24:] == 3).all()


class TestEnrolment:
    """How many come."""

    @pytest.mark.parametrize(("factor", "come"), [(1.0, 5), (0.5, 3), (0.4, 2), (0.3, 2), (2.0, 10)])
    def test_a_fixed_part_halves_up(self, factor, come):
        deal = counts_deal(group(people=5), ties={"enrolment": {"kind": "fixed", "value": factor}})
        assert set(counted(deal, blocks=1)[0].enrolled[0]) == {come}
        assert most_people(deal, deal.programme.groups[0]) == come

    def test_uncertain(self):
        deal = counts_deal(group(people=1000), ties={"enrolment": {"kind": "uniform", "low": 0.5, "high": 1.1}})
        papers = counted(deal, blocks=4)
        came = np.concatenate([paper.enrolled[0] for paper in papers])
        assert distance(came, 800, (600**2) / 12) < TOLERANCE
        assert most_people(deal, deal.programme.groups[0]) == 1100
        assert (totals(papers) <= came).all()


class TestWorth:
    """Each outcome saves what it is worth in its month."""

    def test_in_the_month_by_law(self):
        outcomes = [{"name": "diploma", "chance": 1.0, "after": 5, "worth": 10.01, "by_law": {"own": 0.5,
            "health": 0.5}}]
        payers = {"own": {"party": "municipality"}, "health": {"party": "insurer"}}
        deal = counts_deal(PUPILS | {"people": 3, "outcomes": outcomes}, payers=payers)
        worth = counted(deal, blocks=1)[0].worth
        assert np.flatnonzero(worth["own"][:, 0]).tolist() == [5]
        assert (worth["own"][5, 0], worth["health"][5, 0]) == (15_02, 15_01)

    def test_all_that_is_reached_is_worth_something(self):
        deal = counts_deal(group(outcomes=[{"name": "diploma", "chance": 0.4, "worth": 7}]))
        (paper,) = counted(deal, blocks=1)
        assert (paper.worth["own"].sum(axis=0) == 700 * paper.successes).all()


class TestPeople:
    """Who reached what is kept where a contract asks for it, and then agrees with the numbers."""

    def test_nothing_is_kept_where_nobody_asks(self):
        assert not count(counts_deal(two(within_person=0.3)), Stream(1, 0), calendar=grid(counts_deal())).people

    @pytest.mark.parametrize("tie", [0.0, 0.4, 1.0])
    def test_person_by_person_is_as_many(self, tie):
        again = {"most": 2, "every": 13}
        outcomes = [{"name": "diploma", "chance": 0.5, "after": 12, "repeats": again},
                    {"name": "job", "chance": 0.7, "after": 1, "requires": "diploma"}]
        ties = {"enrolment": {"kind": "uniform", "low": 0.5, "high": 1.1}}
        deal = counts_deal(group(outcomes=outcomes, within_person=tie, intake={"from": 2, "months": 9}), ties=ties)
        (paper,) = counted(deal, blocks=1)
        for name, found in paper.found.items():
            mine = [each.date for each in paper.people if each.outcome == name]
            for date in range(3) if mine else ():
                assert (found.gained[0, date] == sum((dates == date).sum(axis=0) for dates in mine)).all()
