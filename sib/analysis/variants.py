"""The same deal with one thing changed: nobody errs, nothing helps, or files are reviewed in another way.

In comes a deal, out goes another that is complete and valid. Nothing is simulated here.
"""

from __future__ import annotations

from sib.deal.audit import Accountant, ClaimErrors, Review, Sample
from sib.deal.group import EffectProgramme
from sib.deal.scenario import Scenario


def faultless(deal: Scenario) -> Scenario:
    """Return the deal in which every claim is right, and reviewed without error: it pays on what was earned.

    A sample keeps its dates; what it opens does not matter, and there is nothing to fight over. An evaluator measures
    exactly what is there.
    """
    programme = deal.programme
    if isinstance(programme, EffectProgramme):
        exact = tuple(metric.model_copy(update={"evaluator_sd": 0.0}) for metric in programme.metrics)
        return deal.model_copy(update={"programme": programme.model_copy(update={"metrics": exact})})
    terms = deal.accountant
    if terms.sample is None or terms.claim_at == "plan":
        return reviewed(deal, mode="none", sample=None)
    one_file = Sample(size=1, every=terms.sample.every)
    nobody_errs = {"review": Review(), "claims": ClaimErrors(), "sample": one_file}
    return deal.model_copy(update={"accountant": terms.model_copy(update=nobody_errs)})


def without_effect(deal: Scenario) -> Scenario:
    """Return the zero-effect twin of a deal: help that does not help, the same claims and review."""
    return deal.model_copy(update={"programme": deal.programme.model_copy(update={"has_effect": False})})


def reviewed(deal: Scenario, *, mode: str, sample: Sample | None) -> Scenario:
    """Return the deal with another kind of review."""
    plain = deal.accountant.model_dump(by_alias=True) | {"mode": mode, "sample": sample}
    return deal.model_copy(update={"accountant": Accountant.model_validate(plain)})
