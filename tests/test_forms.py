"""What each way to pay moves, by hand on two cases, and identities that hold in every trial of every deal."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from one_block import household, plain_deal

from sib.analysis.agreed import bond_only, planned_cents
from sib.analysis.arrangements import variant_of, variants
from sib.analysis.forms import PAID, Basis, Paid
from sib.arrays import add_up
from sib.deal.arrangements import FORMS
from sib.deal.reader import load
from sib.deal.scenario import Scenario
from sib.engine import YEARS, simulate

LINES = [
    {"activity": "plans", "number": 2, "unit_price": 50, "when": {"stage": "plan"}},
    {"activity": "desk", "number": 1, "unit_price": 20, "when": {"at": 13}},
    {"activity": "audit", "number": 1, "unit_price": 8, "when": {"at": 24}, "payee": "accountant"},
]
PAYERS = {"Wmo": {"party": "municipality"}, "Jw": {"party": "municipality"}, "Zvw": {"party": "insurer"}}
SHARES = {"Wmo": 0.5, "Jw": 0.25, "Zvw": 0.25}


def small(**arrangements: Any) -> Scenario:
    """Two cases from 2025-01-01 save 120 each, 10 a month, half Wmo, a quarter Jw, a quarter Zvw; 100 + 20 + 8 of work.

    All is direct and cashable, claimed and validated at the end of month 12 (in 2025), Wmo and Jw counted.
    """
    terms = {"contract": {"commitment": 128}, "counting": {"laws": ["Wmo", "Jw"]}, "payers": PAYERS, "lines": LINES}
    deal = plain_deal(household(by_law=SHARES), **terms)
    data = deal.model_dump(by_alias=True, exclude_none=True) | {"arrangements": arrangements}
    return Scenario.model_validate(data)


def paid(deal: Scenario, form: str, trials: int = 1) -> tuple[Basis, Paid]:
    found = variants(deal, (form,))
    basis = Basis(simulate(found[variant_of(form, found)], trials, keep_flows=(YEARS,)))
    return basis, PAID[form](basis)


def first(amounts: np.ndarray[Any, Any]) -> list[float]:
    """The first trial's first two fiscal years, in euros; nothing happens later."""
    assert not amounts[2:, 0].any()
    return [float(each) / 100 for each in amounts[:2, 0]]


def costs(form: str, **arrangements: Any) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """What parties bear, and what laws are charged, in 2025 and 2026; zeros left out."""
    _, found = paid(small(**arrangements), form)
    return tuple({name: first(each) for name, each in by.items() if each.any()} for by in (found.cost, found.charged))


TOWN, INSURER, STATE = "municipality", "insurer", "State"


def test_the_basis() -> None:
    """The audit is paid to the accountant, so only the contract needs it: 100 in 2025 and 20 in 2026 are left."""
    basis, _ = paid(small(), "pays_itself")
    assert (first(basis.cost), planned_cents(basis.deal), bond_only(basis.deal)) == ([100, 20], 12_000, ("audit",))
    assert first(basis.of("Wmo", "cashable")) == [120, 0]
    assert first(basis.gains()[TOWN]) == [180, 0]


def test_doing_nothing_and_paying_itself() -> None:
    assert costs("do_nothing") == ({}, {})
    assert not any(each.any() for each in paid(small(), "do_nothing")[1].gains.values())
    assert costs("pays_itself") == ({TOWN: [100, 20]}, {})


def test_a_custom_budget_is_filled_by_laws() -> None:
    assert costs("custom_budget") == ({TOWN: [100, 20]}, {"Wmo": [50, 10], "Jw": [50, 10]})
    filled = {"filled_by": {"Jw": 0.9, "Wmo": 0.1}}
    assert costs("custom_budget", custom_budget=filled)[1] == {"Jw": [90, 18], "Wmo": [10, 2]}


def test_learning_costs_its_recording_and_later_cases_save_more() -> None:
    """Case 0 saves 120, case 1 120 (1 + 0.5 (1 - e^-1)) = 157.93; recording 2 x 5."""
    terms = {"learning": {"gain": 0.5, "pace": 1, "recording_cost": 5}}
    _, found = paid(small(**terms), "learning")
    assert first(found.cost[TOWN]) == [110, 20]
    assert first(found.gains[TOWN] + found.gains[INSURER]) == [pytest.approx(120 + 157.93), 0]


def test_a_revolving_budget_is_paid_back_in_proportion_up_to_the_cost() -> None:
    """Proven by the end of 2025: Wmo 120, Jw 60; of 100 spent they pay 66.67 and 33.33, of 120 in the end 80 and 40."""
    charged = costs("revolving")[1]
    assert charged == {"Jw": [33.33, pytest.approx(6.67)], "Wmo": [66.67, pytest.approx(13.33)]}
    assert costs("revolving")[0] == {TOWN: [100, 20]}


def test_other_parties_may_pay_back_too() -> None:
    """The insurer's quarter: 60 of 240 proven, so 25 of the first 100 and 30 of all 120."""
    cost, charged = costs("revolving", revolving={"settled_with": ["Wmo", "Jw", "Zvw"]})
    assert cost == {TOWN: [75, 15], INSURER: [25, 5]}
    assert charged["Zvw"] == [25, 5]


def test_what_is_not_proven_stays_with_the_law_that_went_first() -> None:
    """Jw proves 60 of 120; Wmo, settled with nobody else, bears the other 60."""
    charged = costs("revolving", revolving={"lead": "Wmo", "settled_with": ["Jw"]})[1]
    assert charged == {"Jw": [60, 0], "Wmo": [40, 20]}


def test_pre_booked_takes_what_is_expected_and_settles_a_year_later() -> None:
    """One trial: expected is what happens. Booked at a half, Jw gives 30 in 2025 and 30 in 2026, Wmo the rest."""
    assert costs("pre_booked")[1] == {"Jw": [60, 0], "Wmo": [40, 20]}
    assert costs("pre_booked", pre_booked={"booked_share": 0.5})[1] == {"Jw": [30, 30], "Wmo": [70, -10]}


def test_the_bond_is_the_ledger() -> None:
    """The investor lays out 128 in 2025 and has it back by the end: 128 of 180 validated, two thirds of it Wmo."""
    cost, charged = costs("impact_bond")
    assert cost == {TOWN: [128, 0]}
    assert charged == {"Wmo": [85.33, 0], "Jw": [42.67, 0]}


def test_funders_share_as_agreed() -> None:
    assert costs("payment_agreement") == ({TOWN: [50, 10], INSURER: [50, 10]}, {})
    shares = {"municipality": 0.75, "insurer": 0.25}
    assert costs("payment_agreement", payment_agreement={"shares": shares})[0] == {TOWN: [75, 15], INSURER: [25, 5]}


def test_the_state_pays_a_norm_for_each_case() -> None:
    """Planned 120 for two cases makes 60 each, in the year they start; a norm of 45 leaves 30 to the town."""
    assert costs("central_reimbursement")[0] == {TOWN: [-20, 20], STATE: [120, 0]}
    assert costs("central_reimbursement", central_reimbursement={"norm": 45})[0] == {TOWN: [10, 20], STATE: [90, 0]}


def test_a_contractor_has_its_sum_and_what_it_saves_until_the_renewal() -> None:
    """120 x 1.05 over 24 months is 63 a year; in 2025 it keeps the Wmo's 120."""
    terms = {"months": 24, "renewal_month": 24}
    _, found = paid(small(lump_sum=terms), "lump_sum")
    assert (first(found.cost[TOWN]), first(found.cost["provider"])) == ([63, 63], [37, -43])
    assert (first(found.gains[TOWN]), first(found.gains["provider"])) == ([60, 0], [120, 0])


def test_part_of_a_shortfall_is_excused() -> None:
    """A contractor paid 90 who spends 120 is 30 short, of which the town makes good a tenth at the end: 3."""
    deal = small(lump_sum={"amount": 90, "laws": [], "excused_share": 0.1, "months": 12})
    _, found = paid(deal, "lump_sum")
    assert (found.cost["provider"].sum(), found.cost[TOWN].sum()) == (2_700, 9_300)
    assert found.cost[TOWN][-1, 0] == 300


REAL = {
    "reference": ("zwarte-zwanen", ["claim-errors", "enrolment"], {}),
    "waterbed, prices, VAT": ("zwarte-zwanen", [], {
        "measures.indexation": 0.03, "payers.Wmo.waterbed": {"Wlz": 0.3},
        "contract.vat": {"rate": 0.21, "compensable": True}, "contract.payer_shares": {"Wmo": 0.4, "Wgs": 0.6},
    }),
    "group": ("peterborough", [], {}),
    "counts, several payers": ("denver-supportive-housing", [], {}),
    "fees and pools": ("educate-girls", [], {}),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", REAL)
def test_over_parties_net_is_what_is_saved_less_what_the_work_costs(name: str, form: str) -> None:
    source, overlays, settings = REAL[name]
    deal = load(source, overlays=overlays, settings=settings)
    basis, found = paid(deal, form, trials=300)
    net = add_up(found.net(party) for party in found.cost).sum(axis=0)
    saved = add_up([basis.nothing(), *(basis.of(law, "cashable") for law in deal.payers)]).sum(axis=0)
    work = basis.cost.sum(axis=0)
    if form == "do_nothing":
        assert not net.any()
        return
    if form == "impact_bond":
        work = add_up(basis.years[f"work.{role}"] for role in ("provider", "intermediary", "accountant")).sum(axis=0)
    if form == "learning":
        work = work + basis.years["plans"].sum(axis=0) * 15_000
    assert np.array_equal(net, saved - work)


@pytest.mark.parametrize("form", ["custom_budget", "learning", "revolving", "pre_booked"])
def test_what_laws_are_charged_is_what_their_parties_bear(form: str) -> None:
    deal = load("zwarte-zwanen", overlays=["claim-errors"], settings={
        "arrangements.revolving.settled_with": ["Wmo", "Jeugdwet", "Zvw"], "arrangements.revolving.lead": "Jeugdwet",
        "arrangements.pre_booked.settled_with": ["Zvw", "Wlz"],
    })
    _, found = paid(deal, form, trials=300)
    for party, cost in found.cost.items():
        laws = [law for law, payer in deal.payers.items() if payer.party == party]
        assert np.array_equal(cost, add_up([np.zeros_like(cost), *(found.charged[law] for law in laws
                                                                    if law in found.charged)]))


def test_a_revolving_budget_never_gets_back_more_than_was_spent_or_proven() -> None:
    deal = load("zwarte-zwanen", overlays=["claim-errors"])
    basis, found = paid(deal, "revolving", trials=2000)
    others = add_up(found.charged[law] for law in deal.own_laws()[1:])
    proven = add_up(basis.proven(law) for law in deal.own_laws()[1:])
    assert (np.cumsum(others, axis=0) <= np.cumsum(proven, axis=0) + 2).all()
    assert (np.cumsum(add_up(found.charged.values()), axis=0) == np.cumsum(basis.cost, axis=0)).all()


def test_a_norm_that_is_no_whole_number_of_cents_leaves_nothing_where_all_come() -> None:
    """100 for three cases is 33.33 each; with all three in, the State has paid 100 and the town nothing."""
    lines = [{"activity": "plans", "number": 1, "unit_price": 100, "when": {"at": 1}}]
    deal = plain_deal(household(cases=3), lines=lines)
    _, found = paid(deal, "central_reimbursement")
    assert found.cost["State"].sum() == 10_000
    assert not found.cost[TOWN].any()
