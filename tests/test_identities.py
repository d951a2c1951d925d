"""What must hold of any deal to the cent: who has the money, what caps and triggers forbid, what may not matter.

The tests take generated deals and compare whole blocks, trial by trial. Where an identity needs terms that a
generated deal may lack, the deal is changed first, and the reason stands beside the change.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from one_block import household, plain_deal
from strategies import scenarios

from sib.accountant.claims import claim
from sib.chance.draws import Stream
from sib.chapter import Chapter
from sib.contract.payments import cents, goes_direct
from sib.deal.conditions import COMPARISONS
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


def assert_same(found: Values, expected: Values) -> None:
    """Compare by name, bit for bit; undefined values are the same."""
    assert found.keys() == expected.keys()
    for name, values in found.items():
        np.testing.assert_array_equal(values, expected[name], name)


def fields(paper: Any, *without: str) -> Values:
    """The arrays of a frozen paper by name."""
    return {name: getattr(paper, name) for name in paper.__dataclass_fields__ if name not in without}


# Of one deal


@given(scenarios())
def test_money_moves_between_the_parties_and_nowhere_else(plain: Plain) -> None:
    run = simulate(Scenario.model_validate(plain), 256, keep_flows=True)
    kept, net = run.trials, {name: flow.sum(axis=1) for name, flow in run.flows.items()}
    assert not sum(net[role] for role in ROLES).any()
    np.testing.assert_array_equal(net["investor"], kept["investor.receipts"] - kept["investor.outlay"])
    paid_out = kept["municipality.cashable_savings"] - kept["municipality.net_cash"]
    np.testing.assert_array_equal(-net["outcome_payer"], paid_out)
    for name in ("provider", "intermediary", "accountant"):
        np.testing.assert_array_equal(net[name], kept[f"{name}.receipts"])
    tranches = [name for name in net if name.startswith("investor.")]
    if tranches:
        np.testing.assert_array_equal(sum(run.flows[name] for name in tranches), run.flows["investor"])


@given(scenarios())
def test_what_is_said_of_parts_adds_up_to_what_is_said_of_the_whole(plain: Plain) -> None:
    deal = Scenario.model_validate(plain)
    kept = tally(block(plain))

    def over(laws: Any, name: str) -> Any:
        return sum(kept[f"payer.{law}.{name}"] for law in laws)

    for name in ("true_savings", "cashable_savings", "validated_savings", "outcome_payments"):
        np.testing.assert_array_equal(kept[f"municipality.{name}"], over(deal.own_laws(), name))
    np.testing.assert_array_equal(kept["society.true_savings"], over(deal.payers, "true_savings"))
    in_time = kept["accountant.validated"] - kept["accountant.late"]
    np.testing.assert_array_equal(in_time, over(deal.payers, "validated_savings"))
    ended = sum(count for name, count in kept.items() if name.startswith("state."))
    np.testing.assert_array_equal(ended, kept["programme.enrolled"])
    taken = sum(amount for name, amount in kept.items() if name.startswith("bridge."))
    np.testing.assert_array_equal(kept["accountant.claimed"] - taken, kept["accountant.validated"])


@given(scenarios(), st.sampled_from([None, "line", "per_year", "total", "annual_return"]))
def test_no_payment_is_negative_or_above_a_cap(plain: Plain, cap: str | None) -> None:
    if cap is not None:  # savings are high, and are paid out whether or not they are due: only the cap holds them
        commitment = plain["contract"]["commitment"]
        for segment in plain["programme"]["segments"]:
            segment |= {"success": 0.9, "saving": commitment}
        line = {"kind": "savings_share", "name": "all", "share": 1.0, "share_after_redemption": 1.0}
        plain["contract"]["payments"] = [line | {"cap": 2 * commitment} if cap == "line" else line]
        plain["contract"]["caps"] = {} if cap == "line" else {cap: 0.04 if cap == "annual_return" else commitment}
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
        for year in set(fiscal_years(chapter)):
            assert paid[np.array(fiscal_years(chapter)) == year].sum(axis=0).max() <= cents(contract.caps.per_year)
    if contract.caps.annual_return is not None:
        assert_return_is_capped(chapter, 1 + contract.caps.annual_return)


def fiscal_years(chapter: Chapter) -> list[int]:
    """The fiscal year of each period: of closing, then of the day before its end."""
    closing, *ends = chapter.calendar.dates
    days = [closing, *(end - timedelta(days=1) for end in ends)]
    return [day.year - (day.month < chapter.deal.timeline.fiscal_year_start) for day in days]


def assert_return_is_capped(chapter: Chapter, growth: float) -> None:
    """Nothing goes into the waterfall beyond what the outlay, grown at the cap, is worth less what came back."""
    flows, worth = chapter.flows, 0.0
    through = [line.name for line in chapter.deal.contract.payments if not goes_direct(line)]
    for period, day in enumerate(chapter.calendar.dates):
        elapsed = (day - chapter.calendar.dates[max(period - 1, 0)]).days / 365
        put_in = sum(flows.draws[name][period] - flows.returned[name][period] for name in flows.draws)
        worth = worth * growth**elapsed + put_in
        paid = sum(flows.payments[name][period] for name in through)
        assert np.all((paid <= worth + 1e-6) | (paid == 0)), "a millionth of a cent for sums of floats"
        got = [amount[period] for step, amount in flows.paid.items() if not step.startswith(("fees:", "surplus:"))]
        worth = worth - sum(got)


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
    if "sample" in plain["accountant"]:
        plain["accountant"]["sample"]["pay_on"] = "point"  # an upper limit holds back where nothing is wrong
    for segment in plain["programme"]["segments"] if plain["accountant"].get("claim_at") == "plan" else ():
        segment.pop("relapse", None)  # what is claimed before a relapse is too much, and nobody's error
        segment.pop("aftercare", None)
    kept = tally(block(plain))
    np.testing.assert_array_equal(kept["accountant.validated"], kept["accountant.admissible"])
    for trigger in plain["contract"]["triggers"]:
        paid, earned = (kept[f"trigger.{trigger['name']}.{name}"] for name in ("paid", "earned"))
        np.testing.assert_array_equal(paid, earned)


# What may not matter


@given(scenarios(), st.integers(0, 5))
def test_segments_may_stand_in_any_order(plain: Plain, seed: int) -> None:
    assume(len(plain["programme"]["segments"]) > 1)
    plain["accountant"]["counting"].pop("own_cost", None)  # who meets the end of a custom budget hangs on the order
    if plain["accountant"].pop("sample", None):
        plain["accountant"]["mode"] = "full"  # files lie in the order of the segments when they are drawn
    if plain["programme"]["dependence"]["kind"] == "gaussian_factor":
        for segment in plain["programme"]["segments"]:
            segment["success"] = 0.6  # the first segment's unknown p is drawn together with the factor
    shuffled = deepcopy(plain)
    Random(seed).shuffle(shuffled["programme"]["segments"])
    found, expected = block(shuffled), block(plain)
    assert_same(tally(found), tally(expected))
    assert_same(paths(found), paths(expected))


@given(scenarios(), st.integers(1, 4))
def test_a_segment_more_leaves_the_cases_of_the_others_as_they_were(plain: Plain, n_cases: int) -> None:
    plain["programme"].pop("enrolment", None)  # the budget's lines limit all segments together
    if plain["programme"]["dependence"]["kind"] == "beta_binomial":
        plain["programme"]["dependence"]["across_segments"] = 0.0
    more = deepcopy(plain)
    more["programme"]["segments"].append(household(name="newcomers", cases=n_cases))
    for line in more["budget"]["lines"]:
        line["number"] += n_cases
    stream = Stream(5, 0)
    before, after = (Scenario.model_validate(deal) for deal in (plain, more))
    for place, segment in enumerate(before.programme.segments):
        tables = [cases(deal, place, stream=stream, drawn=factors(deal, stream)) for deal in (before, after)]
        assert_same(*(fields(rows, "n_cases") for rows in tables))
        loads = [Caseload(deal, segment, rows, stream) for deal, rows in zip((before, after), tables, strict=True)]
        assert_same(*(fields(claim(load)) for load in loads))


UNIT = 25**3 * 300
"""Euros of which every share makes whole cents, and 4% (a 25th, a 300th a month) too, compounded for three years."""


def bond_of(unit: int) -> Scenario:
    """A deal with chance everywhere, all of whose amounts are multiples of a unit."""
    pilot, amounts = {"kind": "evidence", "successes": 3, "trials": 5}, [unit, 2 * unit, 5 * unit]
    terms = {"cases": 4, "success": pilot, "saving": {"kind": "empirical", "values": amounts}, "saving_months": 10}
    terms |= {"relapse": 0.05, "partial": {"chance": 0.5, "saving_share": 0.4}, "failure_saving": -unit}
    terms |= {"deadweight": 0.2, "direct_share": 0.5, "by_law": {"Wmo": 0.8, "Zvw": 0.2}}
    wrong = {"wrong_rejection": 0.1, "wrong_adjustment": 0.2, "adjustment_share": 0.5, "invalid_detected": 0.5}
    line = {"kind": "savings_share", "name": "repayment", "share": 0.8, "when": "proof", "cap": 3 * unit}
    delay = {"kind": "uniform_months", "low": 0, "high": 9}
    return plain_deal(
        *(household(name=name, **terms) for name in ("families", "youth")),
        timeline={"maturity": 36},
        enrolment={"kind": "uniform", "low": 0.5, "high": 1.0},
        lines=[{"activity": "plans", "number": 8, "unit_price": unit, "when": {"stage": "monitoring", "months": 10}}],
        payers={"Wmo": {"party": "municipality", "cashable": {"direct": 0.9}}, "Zvw": {"party": "insurer"}},
        dependence={"kind": "beta_binomial", "icc": 0.1, "across_segments": 0.3},
        counting={"max_months": 8, "cap_per_case": unit, "own_cost": "in", "negative": "net"},
        accountant={"delay": delay, "claims": {"invalid": 0.2}, "review": wrong, "fee": {"per_case": unit}},
        contract={
            "interest": {"rate": 0.04, "basis": "per_year", "compounding": "annual", "day_count": "30E/360"},
            "triggers": [{"name": "proof", "metric": "validated_savings", "at_least": unit}],
            "payments": [line],
            "waterfall": ["interest:investor", "principal:investor", "surplus"],
        },
    )


@pytest.mark.parametrize("factor", [2, 10, 1000])
def test_a_deal_in_another_unit_of_money_is_the_same_deal(factor: int) -> None:
    small, large = (tally(replay(bond_of(unit), 11, trial=0)[0]) for unit in (UNIT, factor * UNIT))
    assert all(small[f"bridge.{name}"].any() for name in ("cap_per_case", "negative", "own_cost", "invalid"))
    for name, values in small.items():
        expected = factor * values if unit_of(name) == "money" else values
        in_floats = name in ("investor.npv", "investor.irr", "investor.wal_years") or name.endswith("present_value")
        if in_floats:  # quotients and roots, in floats
            np.testing.assert_allclose(large[name], expected, rtol=1e-9, atol=1e-9, err_msg=name)
        else:
            np.testing.assert_array_equal(large[name], expected, name)


# More successes


def where_more_cannot_harm(plain: Plain) -> Plain:
    """The deal without the terms under which a success can leave the investor worse off than a failure."""
    deal = deepcopy(plain)
    deal["programme"].pop("has_effect", None)  # a case that help would have made a success may show less than in part
    for segment in deal["programme"]["segments"]:
        segment.pop("failure_saving", None)  # savings are not negative
    accountant, contract = deal["accountant"], deal["contract"]
    accountant["counting"].pop("own_cost", None)  # a success can cost more than it saves
    if "sample" in accountant:  # what one file shows is held against all
        accountant["mode"] = "full"
        del accountant["sample"]
    accountant.get("claims", {}).pop("invalid", None)  # who passes for a success escapes the harshness to successes
    for trigger in contract["triggers"]:
        level = next(trigger.pop(name) for name in COMPARISONS if name in trigger)
        trigger |= {"at_least": max(level) if isinstance(level, list) else level, "latched": True}
    shares = [line for line in contract["payments"] if line["kind"] == "savings_share"]
    contract["payments"] = shares or [{"kind": "savings_share", "name": "all", "share": 1.0}]  # not more than is due
    contract["caps"].pop("annual_return", None)  # what comes early lowers what may come later
    contract.pop("tranches", None)  # what comes early may go to the tranche that costs least, or to fees
    contract["fees"] = []
    contract["waterfall"] = [f"{step}:investor" for step in ("interest", "principal", "success_fee")]
    return deal


def raised(chance: Any, by: float) -> Any:
    """A higher chance of success; one known by mean and sd stays, as such betas are not ordered."""
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
    kept = ("programme.successes", *(f"accountant.{name}" for name in ("claimed", "admissible", "validated")))
    for name in (*kept, "investor.repaid_in_full"):
        assert np.all(better[name] >= worse[name]), name
    for name in ("savings", "cases"):
        gained, before = (getattr(chapter.metrics, name).cumsum(axis=1) for chapter in (more, less))
        assert np.all(gained >= before), name
    for name in more.flows.met:
        assert np.all(more.flows.met[name] >= less.flows.met[name]), name
    for name in ("due", "outstanding"):
        assert np.all(paths(more)[name] <= paths(less)[name]), name
