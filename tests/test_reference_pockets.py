"""Pockets by fiscal year, tax, price levels and ways to pay: the engine against a second account of the model page.

``reference_pockets`` and ``reference_forms`` were written from docs/model.md by somebody who had not read the rooms
that they are held against; whole cents, one trial at a time.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_forms import FORMS as REFERENCE
from reference_pockets import by_year, present_values
from sampled_states import sampled_states
from strategies import faulty_deals, scenarios

from sib.analysis.arrangements import variant_of, variants
from sib.analysis.forms import PAID, Basis
from sib.deal.arrangements import FORMS
from sib.deal.consistency import inconsistencies
from sib.deal.reader import load
from sib.deal.scenario import Scenario
from sib.engine import YEARS, Simulation, simulate
from sib.errors import RefusedError

TRIALS, SEED = 3, 7
RATES = (0.0, 0.0123, 0.05)
SHARES = (0.0, 0.25, 0.333, 0.5)


@st.composite
def budgeted(draw: st.DrawFn) -> dict[str, Any]:
    """A generated deal with prices, waterbeds, tax and terms of other ways to pay laid over it."""
    plain = draw(scenarios() | faulty_deals(mode="full"))
    laws = list(plain["payers"])
    for law in laws:
        others = [other for other in laws if other != law]
        if others and draw(st.booleans()):
            plain["payers"][law] |= {"waterbed": {draw(st.sampled_from(others)): draw(st.sampled_from(SHARES))}}
        if draw(st.booleans()):
            plain["payers"][law] |= {"indexation": draw(st.sampled_from(RATES))}
    plain["measures"] = plain.get("measures", {}) | {
        "indexation": draw(st.sampled_from(RATES)), "inflation": draw(st.sampled_from(RATES)),
        "discount_rate": draw(st.sampled_from(RATES)), "price_base": draw(st.integers(2020, 2030)),
    }
    if draw(st.booleans()):
        plain["contract"] |= {"vat": {"rate": draw(st.sampled_from(RATES[1:])), "included": draw(st.booleans()),
                                      "compensable": draw(st.booleans())}}
    plain["arrangements"] = draw(forms_of(plain, laws))
    return plain


def forms_of(plain: dict[str, Any], laws: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Terms of the ways to pay, with the defaults among them."""
    owner = plain.get("parties", {}).get("outcome_payer", "municipality")
    own = [law for law in laws if plain["payers"][law]["party"] == owner]
    holders = list(dict.fromkeys([*(payer["party"] for payer in plain["payers"].values()), "State"]))
    lines = [line["activity"] for line in plain["budget"]["lines"]]
    some = st.lists(st.sampled_from(laws), unique=True, min_size=1)
    settled = {"lead": st.sampled_from(own), "settled_with": some}
    halves = st.sampled_from(holders).map(lambda party: {owner: 0.75, party: 0.25} if party != owner else {owner: 1.0})
    return st.fixed_dictionaries({}, optional={
        "bond_only": st.lists(st.sampled_from(lines), unique=True),
        "custom_budget": st.just({"filled_by": dict(zip(own, [1.0] + [0.0] * len(own), strict=False))}),
        "learning": st.fixed_dictionaries({}, optional={"gain": st.sampled_from([0.0, 0.5]),
                                                        "recording_cost": st.sampled_from([0.0, 7.77])}),
        "revolving": st.fixed_dictionaries({}, optional=settled),
        "pre_booked": st.fixed_dictionaries({}, optional=settled | {"booked_share": st.sampled_from(SHARES)}),
        "payment_agreement": st.fixed_dictionaries({"shares": halves}),
        "central_reimbursement": st.fixed_dictionaries({}, optional={"norm": st.sampled_from([0.0, 0.33, 1234.56])}),
        "lump_sum": st.fixed_dictionaries({}, optional={
            "laws": st.lists(st.sampled_from(own), unique=True), "margin": st.sampled_from([0.0, 0.0333]),
            "amount": st.sampled_from([0.0, 99.99]), "from": st.integers(1, 5), "months": st.integers(1, 30),
            "renewal_month": st.integers(0, 40), "excused_share": st.sampled_from(SHARES),
        }),
    })


def usable(plain: dict[str, Any]) -> Scenario | None:
    """The deal, where what was laid over it fits it."""
    deal = Scenario.model_validate(plain)
    return None if inconsistencies(deal) else deal


def engine_years(run: Simulation, trial: int) -> dict[str, list[int]]:
    return {name: amounts[:, trial].astype(int).tolist() for name, amounts in run.years.items()}


def differing(found: dict[str, list[int]], expected: dict[str, list[int]]) -> dict[str, Any]:
    """What is not the same; what one of them does not mention is zero."""
    names = {*found, *expected}
    zero: list[int] = [0] * len(next(iter(found.values())))
    pairs = {name: (found.get(name, zero), expected.get(name, zero)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def assert_years_agree(deal: Scenario) -> None:
    run = simulate(deal, TRIALS, seed=SEED, keep_flows=(YEARS,))
    for trial in range(TRIALS):
        states, plain = sampled_states(deal, SEED, trial), deal.canonical()
        expected = {name: row for name, row in by_year(plain, states).items() if name != "cash.account"}
        odd = differing(engine_years(run, trial), expected)
        assert not odd, f"trial {trial}: {odd}"
        for party, worth in present_values(plain, states).items():
            assert run.trials[f"{party}.present_value"][trial] == pytest.approx(float(worth), rel=1e-9, abs=1e-6)


@settings(max_examples=80)
@given(budgeted())
def test_amounts_by_fiscal_year_agree_to_the_cent(plain: dict[str, Any]) -> None:
    deal = usable(plain)
    if deal is not None:
        try:
            assert_years_agree(deal)
        except RefusedError:
            return


def assert_forms_agree(deal: Scenario) -> None:
    for form in FORMS:
        found = variants(deal, (form,))
        one = found[variant_of(form, found)]
        run = simulate(one, TRIALS, seed=SEED, keep_flows=(YEARS,))
        paid, plain = PAID[form](Basis(run)), deal.canonical()
        rows = [engine_years(run, trial) for trial in range(TRIALS)]
        for trial in range(TRIALS):
            expected = REFERENCE[form](plain, rows[trial], rows)
            for name in ("cost", "gains", "charged"):
                engine = {each: amounts[:, trial].astype(int).tolist() for each, amounts in getattr(paid, name).items()}
                if name == "gains" and form == "do_nothing":
                    assert not any(map(any, engine.values()))
                    continue
                odd = differing(engine, getattr(expected, name)) if engine else {}
                assert not odd, f"{form}, trial {trial}, {name}: {odd}"


@settings(max_examples=60)
@given(budgeted())
def test_ways_to_pay_agree_to_the_cent(plain: dict[str, Any]) -> None:
    deal = usable(plain)
    if deal is not None:
        try:
            assert_forms_agree(deal)
        except RefusedError:
            return


@cache
def initiative(name: str) -> Scenario:
    return load(name)


@pytest.mark.parametrize("name", ["zwarte-zwanen", "wij-groningen", "maastricht-50-families", "maatpact-tilburg-2"])
def test_packaged_deals_agree(name: str) -> None:
    assert_years_agree(initiative(name))
    assert_forms_agree(initiative(name))


def test_a_deal_with_another_payer_agrees_on_the_ways_to_pay() -> None:
    """The second account knows one outcome payer only, so the contract itself is left out."""
    assert_forms_agree(initiative("hollandscheveld-verbindt"))


def test_the_generated_deals_are_used() -> None:
    used: list[bool] = []

    @settings(max_examples=60)
    @given(budgeted())
    def collect(plain: dict[str, Any]) -> None:
        used.append(usable(plain) is not None)

    collect()
    assert np.mean(used) > 0.5
