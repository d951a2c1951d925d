"""What must hold of any deal to the cent: who has the money, what caps and triggers forbid, what may not matter.

Every test takes generated deals and compares whole blocks of trials, trial by trial. Where an identity needs terms
that a generated deal may lack, the deal is changed first and the reason stands beside the change.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from one_block import household, plain_deal
from strategies import scenarios

from sib.accountant.claims import claim
from sib.chance.draws import Stream
from sib.chapter import Chapter
from sib.contract.payments import goes_direct
from sib.deal.parties import ROLES
from sib.deal.scenario import Scenario
from sib.engine import replay, simulate
from sib.programme.outcomes import factors
from sib.programme.savings import Caseload, cases
from sib.tally import paths, tally, unit_of

Plain = dict[str, Any]
Values = dict[str, np.ndarray]


def block(plain: Plain) -> Chapter:
    """One block of trials of a deal, always of the same seed."""
    return replay(Scenario.model_validate(plain), 11, trial=0)[0]


def cents(amount: float) -> int:
    """Euros as cents, from the decimal that was written."""
    return int(Fraction(str(amount)) * 100)


def differing(found: Values, expected: Values) -> list[str]:
    """Names that do not hold the very same in both; undefined values are the same."""
    assert found.keys() == expected.keys()
    same = {name: np.array_equal(found[name], expected[name], equal_nan=found[name].dtype == float) for name in found}
    return [name for name, is_same in same.items() if not is_same]


# Of one deal


@given(scenarios())
def test_money_moves_between_the_parties_and_nowhere_else(plain: Plain) -> None:
    run = simulate(Scenario.model_validate(plain), 256, keep_flows=True)
    kept, net = run.trials, {name: flow.sum(axis=1) for name, flow in run.flows.items()}
    assert not sum(net[role] for role in ROLES).any()
    np.testing.assert_array_equal(net["investor"], kept["investor.receipts"] - kept["investor.outlay"])
    np.testing.assert_array_equal(net["outcome_payer"], kept["municipality.net_cash"] - kept["municipality.cashable_savings"])
    tranches = [name for name in net if name.startswith("investor.")]
    if tranches:
        np.testing.assert_array_equal(sum(run.flows[name] for name in tranches), run.flows["investor"])
    for name in ("provider", "intermediary", "accountant"):
        np.testing.assert_array_equal(net[name], kept[f"{name}.receipts"])


@given(scenarios())
def test_what_is_said_of_the_laws_adds_up_to_what_is_said_of_the_parties(plain: Plain) -> None:
    deal = Scenario.model_validate(plain)
    kept = tally(block(plain))
    own = deal.own_laws()

    def over(laws: Any, name: str) -> Any:
        return sum(kept[f"payer.{law}.{name}"] for law in laws)

    for name in ("true_savings", "cashable_savings", "validated_savings", "outcome_payments"):
        np.testing.assert_array_equal(kept[f"municipality.{name}"], over(own, name))
    np.testing.assert_array_equal(kept["society.true_savings"], over(deal.payers, "true_savings"))
    in_time = kept["accountant.validated"] - kept["accountant.late"]
    np.testing.assert_array_equal(in_time, over(deal.payers, "validated_savings"))
    ended = sum(count for name, count in kept.items() if name.startswith("state."))
    np.testing.assert_array_equal(ended, kept["programme.enrolled"])
    taken = sum(cents for name, cents in kept.items() if name.startswith("bridge."))
    np.testing.assert_array_equal(kept["accountant.claimed"] - taken, kept["accountant.validated"])


@given(scenarios())
def test_no_payment_is_negative_or_above_a_cap(plain: Plain) -> None:
    chapter = block(plain)
    contract, flows = chapter.deal.contract, chapter.flows
    for line in contract.payments:
        assert flows.payments[line.name].min() >= 0
        if line.cap is not None:
            assert flows.payments[line.name].sum(axis=0).max() <= cents(line.cap)
    paid = sum(flows.payments.values())
    if contract.caps.total is not None:
        assert paid.sum(axis=0).max() <= cents(contract.caps.total)
    if contract.caps.per_year is not None:
        years = np.array(fiscal_years(chapter))
        for year in set(years):
            assert paid[years == year].sum(axis=0).max() <= cents(contract.caps.per_year)
    if contract.caps.annual_return is not None:
        assert_return_is_capped(chapter, 1 + contract.caps.annual_return)


def fiscal_years(chapter: Chapter) -> list[int]:
    """The fiscal year of each period: of closing, then of the day before its end."""
    closing, *ends = chapter.calendar.dates
    days = [closing, *(end - timedelta(days=1) for end in ends)]
    return [day.year - (day.month < chapter.deal.timeline.fiscal_year_start) for day in days]


def assert_return_is_capped(chapter: Chapter, growth: float) -> None:
    """What goes into the waterfall is never more than the outlay grown at the cap, less what came back, is worth."""
    flows, invested = chapter.flows, 0.0
    through = [line.name for line in chapter.deal.contract.payments if not goes_direct(line)]
    for period, day in enumerate(chapter.calendar.dates):
        elapsed = (day - chapter.calendar.dates[max(period - 1, 0)]).days / 365
        put_in = sum(flows.draws[name][period] - flows.returned[name][period] for name in flows.draws)
        invested = invested * growth**elapsed + put_in
        paid = sum(flows.payments[name][period] for name in through)
        assert np.all((paid <= invested + 1e-6) | (paid == 0)), "a millionth of a cent for sums of floats"
        claims = [amount[period] for step, amount in flows.paid.items() if not step.startswith(("fees:", "surplus:"))]
        invested = invested - sum(claims)


@given(scenarios())
def test_without_its_trigger_a_line_pays_exactly_nothing(plain: Plain) -> None:
    chapter = block(plain)
    dates = list(chapter.calendar.payment_periods)
    for line in chapter.deal.contract.payments:
        paid = chapter.flows.payments[line.name]
        assert not np.delete(paid, dates, axis=0).any(), "there are no payments between payment dates"
        if line.when is not None:
            assert not paid[dates][~chapter.flows.met[line.when]].any()


@given(scenarios())
def test_without_errors_what_is_validated_is_what_was_earned(plain: Plain) -> None:
    plain["accountant"] |= {"claims": {}, "review": {}}
    for segment in plain["programme"]["segments"]:
        if plain["accountant"].get("claim_at") == "plan":
            segment.pop("relapse", None)  # what is claimed before a relapse is too much, and nobody's error
            segment.pop("aftercare", None)
    kept = tally(block(plain))
    np.testing.assert_array_equal(kept["accountant.validated"], kept["accountant.admissible"])
    for name in (trigger["name"] for trigger in plain["contract"]["triggers"]):
        np.testing.assert_array_equal(kept[f"trigger.{name}.paid"], kept[f"trigger.{name}.earned"])


# What may not matter


@given(scenarios())
def test_the_accountant_changes_nothing_in_the_programme(plain: Plain) -> None:
    off = deepcopy(plain)
    off["accountant"]["mode"] = "none"
    on = plain | {"accountant": plain["accountant"] | {"mode": "full"}}
    of_programme = ("programme.", "society.true_savings")
    found, expected = ({k: v for k, v in tally(block(deal)).items() if k.startswith(of_programme)} for deal in (off, on))
    assert not differing(found, expected)
    kept = tally(block(off))
    np.testing.assert_array_equal(kept["accountant.validated"], kept["accountant.admissible"])
    np.testing.assert_array_equal(kept["state.not_reviewed"] + kept["state.not_claimed"], kept["programme.enrolled"])


@given(scenarios(), st.randoms(use_true_random=False))
def test_segments_may_stand_in_any_order(plain: Plain, random: Any) -> None:
    assume(len(plain["programme"]["segments"]) > 1)
    plain["accountant"]["counting"].pop("own_cost", None)  # who meets the end of a custom budget hangs on the order
    if plain["programme"]["dependence"]["kind"] == "gaussian_factor":
        for segment in plain["programme"]["segments"]:
            segment["success"] = 0.6  # the first segment's unknown p is drawn together with the factor
    shuffled = deepcopy(plain)
    random.shuffle(shuffled["programme"]["segments"])
    found, expected = block(shuffled), block(plain)
    assert not differing(tally(found), tally(expected))
    assert not differing(paths(found), paths(expected))


@given(scenarios(), st.integers(1, 4))
def test_a_segment_more_leaves_the_cases_of_the_others_as_they_were(plain: Plain, n_cases: int) -> None:
    programme, budget = plain["programme"], plain["budget"]
    programme.pop("enrolment", None)  # the budget's lines limit all segments together
    if programme["dependence"]["kind"] == "beta_binomial":
        programme["dependence"]["across_segments"] = 0.0
    more = deepcopy(plain)
    more["programme"]["segments"].append(household(name="newcomers", cases=n_cases, by_law={"Wmo": 1.0}, direct_share=1.0))
    for line in more["budget"]["lines"]:
        line["number"] += n_cases
    more["budget"]["total"] = more["contract"]["commitment"] = sum(
        line["number"] * cents(line["unit_price"]) for line in more["budget"]["lines"]
    ) / 100
    assert budget != more["budget"]
    before, after = (Scenario.model_validate(deal) for deal in (plain, more))
    stream = Stream(5, 0)
    for place in range(len(before.programme.segments)):
        rows, same = (cases(deal, place, stream=stream, drawn=factors(deal, stream)) for deal in (before, after))
        found = {name: getattr(rows, name) for name in rows.__dataclass_fields__ if name != "n_cases"}
        assert not differing(found, {name: getattr(same, name) for name in found})
        claims, others = (claim(Caseload(deal, deal.programme.segments[place], rows, stream)) for deal in (before, after))
        assert not differing(*({name: getattr(of, name) for name in of.__dataclass_fields__} for of in (claims, others)))


UNIT = 25**5 * 4 * 10
"""Euros of which every share and every interest below makes whole cents: 4% is 1/25, compounded for five years."""


def bond_of(unit: int) -> Scenario:
    """A deal with chance everywhere, all of whose amounts are multiples of a unit."""
    segments = [
        household(
            name=name, cases=4, success={"kind": "evidence", "successes": 3, "trials": 5}, relapse=0.05, deadweight=0.2,
            saving={"kind": "empirical", "values": [unit, 2 * unit, 5 * unit]}, saving_months=10, direct_share=0.5,
            by_law={"Wmo": 0.8, "Zvw": 0.2}, partial={"chance": 0.5, "saving_share": 0.4}, failure_saving=-unit,
        ) for name in ("families", "youth")
    ]  # fmt: skip
    return plain_deal(
        *segments, enrolment={"kind": "uniform", "low": 0.5, "high": 1.0},
        lines=[{"activity": "plans", "number": 8, "unit_price": unit, "when": {"stage": "monitoring", "months": 10}}],
        payers={"Wmo": {"party": "municipality", "cashable": {"direct": 0.9}}, "Zvw": {"party": "insurer"}},
        dependence={"kind": "beta_binomial", "icc": 0.1, "across_segments": 0.3},
        counting={"laws": ["Wmo"], "max_months": 8, "cap_per_case": unit, "own_cost": "in", "negative": "net"},
        accountant={
            "delay": {"kind": "uniform_months", "low": 0, "high": 9}, "claims": {"invalid": 0.2},
            "review": {"wrong_rejection": 0.1, "wrong_adjustment": 0.2, "adjustment_share": 0.5, "invalid_detected": 0.5},
            "fee": {"per_case": unit},
        },
        contract={
            "interest": {"rate": 0.04, "basis": "per_year", "compounding": "annual", "day_count": "30E/360"},
            "triggers": [{"name": "proof", "metric": "validated_savings", "at_least": unit}],
            "payments": [{"kind": "savings_share", "name": "repayment", "share": 0.8, "when": "proof", "cap": 3 * unit}],
            "waterfall": ["interest:investor", "principal:investor", "surplus"],
        },
    )  # fmt: skip


@pytest.mark.parametrize("factor", [2, 10, 1000])
def test_a_deal_in_another_unit_of_money_is_the_same_deal(factor: int) -> None:
    small, large = (tally(replay(bond_of(unit), 11, trial=0)[0]) for unit in (UNIT, factor * UNIT))
    assert {(small[name] > 0).any() for name in ("investor.written_off", "bridge.cap_per_case", "bridge.negative")} == {True}
    assert 0 < small["trigger.proof.paid"].sum() < 256
    for name, values in small.items():
        if unit_of(name) == "money" and name != "investor.npv":
            np.testing.assert_array_equal(large[name], factor * values, name)
        elif values.dtype == float and unit_of(name) != "count":
            np.testing.assert_allclose(large[name], values if unit_of(name) != "money" else factor * values, rtol=1e-9, atol=1e-9, err_msg=name)
        else:
            np.testing.assert_array_equal(large[name], values, name)


# More successes


def where_more_cannot_harm(plain: Plain) -> Plain:
    """The deal without the terms under which a success can leave someone worse off than a failure."""
    deal = deepcopy(plain)
    for segment in deal["programme"]["segments"]:
        segment.pop("failure_saving", None)  # savings are not negative
    accountant = deal["accountant"]
    accountant["counting"].pop("own_cost", None)  # a success can cost more than it saves
    accountant.get("claims", {}).pop("invalid", None)  # a failure passed off as a success may escape a harsh reviewer
    contract = deal["contract"]
    for trigger in contract["triggers"]:
        threshold = next(trigger.pop(name) for name in ("at_least", "above", "at_most", "below", "between") if name in trigger)
        trigger |= {"at_least": max(threshold) if isinstance(threshold, list) else threshold, "latched": True}
    shares = [line for line in contract["payments"] if line["kind"] == "savings_share"]
    contract["payments"] = shares or [{"kind": "savings_share", "name": "all", "share": 1.0}]  # no amounts without need
    contract["caps"].pop("annual_return", None)  # early payments shrink what may be paid later
    contract["fees"] = []  # nobody else takes money that came early
    contract.pop("tranches", None)  # nor does a tranche at a lower rate
    contract["waterfall"] = ["interest:investor", "principal:investor", "success_fee:investor", "surplus"]
    return deal


def raised(chance: Any, by: float) -> Any:
    """A higher chance of success; one known by its mean and sd stays, since such betas are not ordered."""
    if isinstance(chance, float | int):
        return min(1.0, round(chance + by, 3))
    if chance["kind"] == "fixed":
        return chance | {"value": raised(chance["value"], by)}
    return chance | {"successes": chance["trials"]} if chance["kind"] == "evidence" else chance


@given(scenarios(), st.sampled_from([0.001, 0.1, 0.5, 1.0]))
def test_more_success_never_harms_in_any_trial(plain: Plain, by: float) -> None:
    low = where_more_cannot_harm(plain)
    high = deepcopy(low)
    for segment in high["programme"]["segments"]:
        segment["success"] = raised(segment["success"], by)
    less, more = block(low), block(high)
    worse, better = tally(less), tally(more)
    for name in ("programme.successes", "accountant.claimed", "accountant.admissible", "accountant.validated"):
        assert np.all(better[name] >= worse[name]), name
    for name in ("savings", "cases"):
        gained, before = (getattr(chapter.metrics, name).cumsum(axis=1) for chapter in (more, less))
        assert np.all(gained >= before), name
    for name in more.flows.met:
        assert np.all(more.flows.met[name] >= less.flows.met[name]), name
    for name in ("due", "outstanding"):
        assert np.all(paths(more)[name] <= paths(less)[name]), name
    assert np.all(better["investor.repaid_in_full"] >= worse["investor.repaid_in_full"])
