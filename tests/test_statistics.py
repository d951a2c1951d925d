"""The engine's figures against figures that were found without it: exact laws, printed tables, another simulation.

Seeds are fixed. A tolerance is 4.5 standard errors of independent trials, or the exact binomial region of the
number of trials; trials are stratified, which only brings them nearer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import oracles
import pytest
from one_block import household, plain_deal
from scipy.special import ndtri

from sib.arrays import Floats
from sib.chance.draws import SCHEMES, Source, case_uniforms, trial_pair, trial_uniforms
from sib.deal.reader import load
from sib.deal.scenario import Scenario
from sib.engine import Simulation, batches_of, simulate
from sib.measures import risk
from sib.results import summarise

TOLERANCE = 4.5
PILOT = (15.5, 10.5)
"""15 of 25 with half a success and half a failure on top: the beta of the chance of success."""


@dataclass(frozen=True)
class Seen:
    """A run and its summary by party, measure and statistic."""

    run: Simulation
    figures: dict[tuple[str, str, str], float]

    @classmethod
    def of(cls, deal: Scenario, trials: int) -> Seen:
        run = simulate(deal, trials)
        return cls(run, {(row.party, row.measure, row.statistic): row.value for row in summarise(run)})

    def of_trials(self, name: str) -> Any:
        """One value a trial; money in euros."""
        values = self.run.trials[name]
        return values if values.dtype == bool or name.startswith("programme.") else values / 100


@cache
def reference(*overlays: str, trials: int = 40_960) -> Seen:
    """The reference deal; runs are shared by the tests, as none changes them."""
    return Seen.of(load("zwarte-zwanen", overlays=overlays), trials)


# The reference deal against another simulation of it

OTHER = {
    "repaid_in_full": ("investor", 0.762, 0.0013),
    "principal_loss": ("investor", 0.148, 0.0012),
    "earned": ("accountant", 0.9872, np.sqrt(0.9872 * 0.0128 / 50_176)),
    "paid": ("accountant", 0.9783, np.sqrt(0.9783 * 0.0217 / 50_176)),
    "missed_trigger": ("accountant", 0.0090, 0.0004),
}
"""50,176 trials, programmed apart: party, probability, standard error."""


def errors_apart(seen: Seen, measure: str, other: tuple[str, float, float]) -> float:
    """Distance of two probabilities in standard errors of their difference."""
    party, p, error = other
    own = np.sqrt(p * (1 - p) / seen.run.n_trials)
    return float(abs(seen.figures[party, measure, "probability"] - p) / np.hypot(own, error))


@pytest.mark.parametrize("measure", OTHER)
def test_the_reference_deal(measure: str) -> None:
    assert errors_apart(reference(), measure, OTHER[measure]) < TOLERANCE


def test_the_reference_deal_with_a_trigger_that_is_met_almost_always() -> None:
    seen = reference("trigger-low")
    assert errors_apart(seen, "repaid_in_full", ("investor", 0.772, 0.0013)) < TOLERANCE
    assert errors_apart(seen, "principal_loss", ("investor", 0.148, 0.0012)) < TOLERANCE
    receipts = seen.of_trials("investor.receipts")
    error = np.hypot(receipts.std() / np.sqrt(receipts.size), 600)
    assert abs(receipts.mean() - 1_891_500) < TOLERANCE * error


@pytest.mark.parametrize(("overlay", "measure"), [
    ("independent", "principal_loss"), ("interest-over-term", "repaid_in_full"), ("trigger-high", "paid"),
    ("claim-errors", "missed_trigger"), ("relapse", "earned"),
])  # fmt: skip
def test_another_reading_of_the_deal_is_told_apart(overlay: str, measure: str) -> None:
    assert errors_apart(reference(overlay, trials=4096), measure, OTHER[measure]) > TOLERANCE


def test_means_follow_the_chain_from_success_to_cash() -> None:
    """375 cases, 15.5 in 26, 22,000 each; 62% direct on laws of 90%; one claim in ten refused; a tenth deadweight."""
    seen = reference()
    gross = 375 * 15.5 / 26 * 22_000
    expected = {
        "programme.successes": gross / 22_000,
        "accountant.claimed": gross,
        "accountant.admissible": gross * 0.62 * 0.9,
        "accountant.validated": gross * 0.62 * 0.9 * 0.9,
        "society.true_savings": gross * 0.9,
        "municipality.cashable_savings": gross * 0.9 * 0.9 * 0.62 * 0.9,
    }
    for name, mean in expected.items():
        values = seen.of_trials(name)
        assert oracles.errors_off(values.mean(), mean, sd=values.std(), n_trials=values.size) < TOLERANCE, name


def test_successes_have_the_law_of_a_pilot_and_an_icc() -> None:
    law, successes = oracles.pilot_pmf(375, *PILOT, rho=0.05), reference().of_trials("programme.successes")
    mean, sd = oracles.moments(np.arange(376.0), law)
    fourth = float((np.arange(376.0) - mean) ** 4 @ law)
    assert abs(successes.var() - sd**2) < TOLERANCE * np.sqrt((fourth - sd**4) / successes.size)
    for k in (100, 150, 200, 250, 300):
        assert oracles.is_likely(successes <= k, oracles.at_most(law, k)), k


def test_the_trigger_is_earned_and_paid_as_the_law_of_the_sum_says() -> None:
    """Nothing comes late, so that met by the last date is met by the sum: a compound law on a grid of 100 euros."""
    seen, step, size = reference(), 100.0, 2**17
    counts = oracles.pilot_pmf(375, *PILOT, rho=0.05)
    amount = oracles.lognormal_on_grid(22_000 * 0.62 * 0.9, 0.8, step=step, size=size)
    accepted = 0.9 * amount + 0.1 * (np.arange(len(amount)) == 0)
    assert not seen.of_trials("accountant.late").any()
    for name, severity in (("earned", amount), ("paid", accepted)):
        chance = oracles.at_least(oracles.compound_pmf(counts, severity), int(1_200_000 / step))
        assert oracles.is_likely(seen.of_trials(f"trigger.proof.{name}"), chance), name


# Dependence and stratification


def test_correlation_and_not_the_mean_makes_the_risk() -> None:
    """The same draws with and without correlation: one mean, spreads of sqrt(n m (1 - m) / effective share)."""
    together, apart = reference(), reference("independent")
    counts = [seen.of_trials("programme.successes") for seen in (together, apart)]
    gap = counts[0] - counts[1]
    assert oracles.errors_off(gap.mean(), 0.0, sd=gap.std(), n_trials=gap.size) < TOLERANCE
    m = 15.5 / 26
    for successes, rho in zip(counts, (0.05, 0.0), strict=True):
        cases = oracles.effective_cases(375, oracles.pilot_correlation(*PILOT, rho=rho))
        assert successes.std() == pytest.approx(375 * np.sqrt(m * (1 - m) / cases), rel=TOLERANCE / np.sqrt(2 * 40_960))
    assert counts[0].std() > 1.4 * counts[1].std()
    lost = [seen.figures["investor", "principal_loss", "probability"] for seen in (together, apart)]
    assert lost[0] > 1.4 * lost[1]


@pytest.mark.parametrize(("measure", "gain"), [("repaid", 2), ("receipts", 3), ("tail", 2), ("successes", 10)])
def test_stratified_blocks_differ_less_than_independent_ones(measure: str, gain: float) -> None:
    """160 blocks: the variance of a block's mean against that of 256 independent trials."""
    seen = reference()
    loss = seen.of_trials("investor.outlay") - seen.of_trials("investor.receipts")
    values = {
        "repaid": seen.of_trials("investor.repaid_in_full").astype(float),
        "receipts": -loss,
        "tail": np.maximum(loss - seen.figures["investor", "loss", "var95"], 0.0),
        "successes": seen.of_trials("programme.successes"),
    }[measure]
    assert values.reshape(160, 256).mean(axis=1).var(ddof=1) * gain < values.var() / 256


# Errors under every way of drawing

TOYS = {
    "rising": lambda u, pair, noise: ndtri(u) + ndtri(pair[0]) * pair[1] + noise,
    "even": lambda u, pair, noise: (u - 0.5) ** 2 * 30 + (pair[0] - 0.5) * (pair[1] - 0.5) * 4 + noise / 4,
    "chance": lambda u, pair, noise: u + pair.sum(axis=0) + noise / 4 > 2,
}
"""What is averaged over trials: a figure that rises with factors, one that is alike at mirror images, a chance."""
REPLICATES = 400


@cache
def replicated(scheme: str, blocks: int) -> dict[str, list[Floats]]:
    """Trials of each toy, by seed."""
    found: dict[str, list[Floats]] = {name: [] for name in TOYS}
    for seed in range(REPLICATES):
        streams = [Source(seed, scheme).stream(block) for block in range(blocks)]
        u = np.concatenate([trial_uniforms(stream, "u") for stream in streams])
        pair = np.concatenate([trial_pair(stream, "pair", segment="s") for stream in streams], axis=1)
        noise = np.concatenate([case_uniforms(stream, "noise", segment="s", n_cases=1)[0] for stream in streams]) - 0.5
        for name, toy in TOYS.items():
            found[name].append(np.asarray(toy(u, pair, noise), dtype=np.float64))
    return found


@pytest.mark.parametrize("toy", TOYS)
@pytest.mark.parametrize("blocks", [1, 20])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_stated_errors_are_those_of_replicates(scheme: str, blocks: int, toy: str) -> None:
    """400 seeds: the variance of the means against the mean of the stated squared errors.

    The first is known to sqrt(2 / 399), the second to sqrt(2 / 19 / 400) of itself where 20 blocks tell it. With one
    block of shared strata the formula for independent trials may say too much, never too little.
    """
    found = [risk.mean(values, batches=batches_of(scheme)) for values in replicated(scheme, blocks)[toy]]
    spread = np.var([estimate.value for estimate in found], ddof=1)
    stated = np.mean([(estimate.standard_error or 0.0) ** 2 for estimate in found])
    off = 4.5 * np.sqrt(2 / 399 + 2 / 19 / 400)
    assert spread < stated * (1 + off)
    if blocks == 20 or SCHEMES[scheme].together < 256:
        assert spread > stated * (1 - off)


def test_independent_trials_would_understate_what_mirror_images_share() -> None:
    """The even toy is nearly the same twice: twice the variance that the plain formula knows of."""
    means = [risk.mean(values, batches=risk.Batches(1)) for values in replicated("antithetic", 20)["even"]]
    spread = np.var([estimate.value for estimate in means], ddof=1)
    assert spread > 1.5 * np.mean([(estimate.standard_error or 0.0) ** 2 for estimate in means])


@pytest.mark.parametrize("toy", ["rising", "even"])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_intervals_of_quantiles_cover(scheme: str, toy: str) -> None:
    """Of 400 intervals of 95% at least 361 hold the quantile, that of all trials together: 380 less 4.5 sd of 4.4."""
    runs = replicated(scheme, 20)[toy]
    for level in (0.5, 0.95):
        truth = np.quantile(np.concatenate(replicated("independent", 20)[toy]), level)
        found = [risk.quantiles(values, [level], batches=batches_of(scheme))[0] for values in runs]
        assert sum((each.low or 0.0) <= truth <= (each.high or 0.0) for each in found) >= 361, level


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_short_run_of_a_deal_states_no_less_than_its_replicates_spread(scheme: str) -> None:
    """60 seeds of 256 trials; a variance from 60 is known to sqrt(2 / 59)."""
    deal = plain_deal(household(cases=20, success={"kind": "beta", "mean": 0.6, "sd": 0.2}))
    runs = [simulate(deal, 256, seed=Source(seed, scheme)) for seed in range(60)]
    for key in ("programme.successes", "investor.receipts", "municipality.net_cash"):
        found = [risk.mean(run.trials[key].astype(float), batches=run.batches) for run in runs]
        stated = np.mean([(estimate.standard_error or 0.0) ** 2 for estimate in found])
        assert np.var([estimate.value for estimate in found], ddof=1) < stated * (1 + 4.5 * np.sqrt(2 / 59)), key


# Reviews with errors


@pytest.mark.parametrize(("invalid", "detected"), [(0.05, 0.0), (1.0, 0.95)])
def test_of_invalid_claims_only_those_count_that_nobody_finds(invalid: float, detected: float) -> None:
    """50 equal cases at .7, 35 wanted: one failure in twenty is let through, however many are tried."""
    deal = plain_deal(
        household(cases=50, success=0.7),
        accountant={"claims": {"invalid": invalid}, "review": {"invalid_detected": detected}},
        contract={"triggers": [{"name": "enough", "metric": "validated_cases", "at_least": 35}]},
    )
    kept = simulate(deal, 10_240).trials
    paid, earned = kept["trigger.enough.paid"], kept["trigger.enough.earned"]
    assert oracles.is_likely(paid, 0.659157583)
    assert oracles.is_likely(paid & ~earned, 0.089979147)
    assert not (earned & ~paid).any()
