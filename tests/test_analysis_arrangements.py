"""Ways to pay side by side: what the study says of them in words, each as a number; figures against the papers."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sib.analysis.arrangements import EVERYBODY, Arranged, arrange, base_of, lowest, variants
from sib.deal.arrangements import FORMS
from sib.deal.conditions import Trigger
from sib.deal.reader import load
from sib.engine import simulate
from sib.results import summarise

TOWN, INVESTOR, TRIALS = "municipality", "social investor", 5_120


@cache
def found(overlay: str = "enrolment") -> Arranged:
    """The reference deal, with an enrolment that varies."""
    return arrange(load("zwarte-zwanen", overlays=[overlay] if overlay else []), TRIALS)


def value(form: str, party: str, measure: str, statistic: str = "mean") -> float:
    return found().way(form).value(party, measure, statistic=statistic)


class TestWhatTheStudySays:
    def test_revolving_pays_no_interest_and_the_bond_does(self) -> None:
        """S4: nothing is charged for advancing the money."""
        assert value("revolving", EVERYBODY, "paid_for_finance") == 0
        assert value("revolving", TOWN, "price_of_transfer") == 0
        assert value("impact_bond", EVERYBODY, "paid_for_finance") > 0

    def test_the_bond_moves_the_risk_of_failure_to_the_investor(self) -> None:
        """Euro for euro: what the town is spared in the worst tenth, the investor loses there."""
        spared = value("impact_bond", TOWN, "spared_if_it_fails")
        assert spared > 500_000
        assert spared == pytest.approx(value("impact_bond", INVESTOR, "worse_if_it_fails"), abs=1)
        assert abs(value("pays_itself", TOWN, "spared_if_it_fails")) < 0.01

    def test_what_moving_it_costs(self) -> None:
        """The town pays more than by itself: the investor's gain, and the dealmaker and the accountant: 80,000."""
        assert value("impact_bond", EVERYBODY, "extra_work") == pytest.approx(80_000, abs=0.01)
        price = value("impact_bond", EVERYBODY, "paid_for_finance") + 80_000
        assert value("impact_bond", TOWN, "price_of_transfer") == pytest.approx(price, abs=0.05)

    def test_a_lump_sum_moves_the_risk_of_volume_to_the_contractor(self) -> None:
        """The town's bill does not move at all; the contractor's does, by all that the town's does otherwise."""
        assert value("lump_sum", TOWN, "cost", "sd") == 0
        assert value("lump_sum", TOWN, "pays_more_if_volume_is_high") == 0
        assert value("pays_itself", TOWN, "pays_more_if_volume_is_high") > 50_000
        assert value("lump_sum", "provider", "pays_more_if_volume_is_high") == pytest.approx(
            value("pays_itself", TOWN, "pays_more_if_volume_is_high"), abs=0.01)

    def test_central_reimbursement_cures_the_wrong_pocket(self) -> None:
        """Where half of the saving is others' (S1, K), a town that pays by itself loses; with the State's norm not."""
        name = "programme.segments.multi-problem households.by_law"
        half = {"Wmo": 0.25, "Jeugdwet": 0.25, "Participatiewet": 0.0, "Wgs": 0.0, "Zvw": 0.25, "Wlz": 0.25}
        deal = load("zwarte-zwanen", settings={f"{name}.{law}": part for law, part in half.items()})
        forms = arrange(deal, 2_048, forms=("pays_itself", "central_reimbursement"))
        alone, central = (forms.way(form).value(TOWN, "worse_off", statistic="probability") for form in
                          ("pays_itself", "central_reimbursement"))
        assert (alone > 0.6, central) == (True, 0.0)

    def test_a_payment_agreement_brings_those_in_who_gain(self) -> None:
        assert value("payment_agreement", "health insurer", "cost") == pytest.approx(
            value("pays_itself", TOWN, "cost") / 2, abs=1)

    def test_learning_helps_later_cases_at_a_price(self) -> None:
        assert value("learning", TOWN, "savings") > value("custom_budget", TOWN, "savings") * 1.05
        assert value("learning", TOWN, "cost") == pytest.approx(
            value("custom_budget", TOWN, "cost") + 150 * mean_plans(), rel=1e-9)


def mean_plans() -> float:
    return float(simulate(load("zwarte-zwanen", overlays=["enrolment"]), TRIALS).trials["programme.enrolled"].mean())


def test_the_bond_is_the_run_itself() -> None:
    deal = load("zwarte-zwanen", overlays=["enrolment"])
    rows = {(row.party, row.measure, row.statistic): row for row in summarise(simulate(deal, TRIALS))}
    way = found().way("impact_bond")
    for measure, statistic, name in (("net_cash", "mean", "net_cash"), ("net_cash", "p05", "net_cash"),
                                     ("savings", "mean", "cashable_savings")):
        ours, theirs = way.row(TOWN, measure, statistic=statistic), rows[TOWN, name, statistic]
        assert ours is not None
        assert ours.value == pytest.approx(theirs.value, abs=0.01)
        assert ours.standard_error == pytest.approx(theirs.standard_error)
    behind = rows[TOWN, "pays_more_than_it_saves", "probability"].value
    assert way.value(TOWN, "worse_off", statistic="probability") == behind
    assert way.value(TOWN, "reserve", statistic="p90") == pytest.approx(rows[TOWN, "reserve", "p90"].value, abs=0.01)


def test_failure_adds_up_over_parties_and_is_what_the_work_loses() -> None:
    for way in found().ways:
        total = sum(way.value(party, "worse_if_it_fails") for party in found().parties)
        assert total == pytest.approx(way.value(EVERYBODY, "worse_if_it_fails"), abs=0.5)
    whole = value("pays_itself", EVERYBODY, "worse_if_it_fails")
    assert value("revolving", EVERYBODY, "worse_if_it_fails") == pytest.approx(whole, abs=0.01)


def test_differences_to_the_base_are_paired() -> None:
    """Paired, the error of the difference is far below that of either."""
    row = found().way("pays_itself").row(TOWN, "against_base")
    own = found().way("pays_itself").row(TOWN, "net_cash")
    assert row is not None
    assert own is not None
    apart = value("pays_itself", TOWN, "net_cash") - value("impact_bond", TOWN, "net_cash")
    assert row.value == pytest.approx(apart, abs=0.01)
    assert row.standard_error is not None
    assert own.standard_error is not None
    assert row.standard_error > 0


def test_break_even_scale_by_hand() -> None:
    """Plain deal: what is left of a case is its cashable saving less 3,300 and the custom budget; 135,000 - 30,000 -
    50,000 + ... of fixed lines without the dealmaker and the accountant: 105,000."""
    deal = load("zwarte-zwanen")
    forms = arrange(deal, TRIALS, forms=("pays_itself", "impact_bond"))
    alone = forms.way("pays_itself")
    left = alone.value(EVERYBODY, "savings") / 375 - 3_300 - 1_000
    assert alone.value(EVERYBODY, "left_per_case", statistic="value") == pytest.approx(left, abs=0.01)
    assert alone.value(EVERYBODY, "break_even_cases", statistic="value") == pytest.approx(105_000 / left)
    bond = forms.way("impact_bond")
    assert bond.value(EVERYBODY, "break_even_cases", statistic="value") == pytest.approx(185_000 / left)


def test_a_contract_that_cuts_the_work_short_is_compared_with_all_of_it() -> None:
    stop = {"name": "enough", "metric": "validated_savings", "at_least": 500_000}
    reference = load("zwarte-zwanen")
    contract = reference.contract.model_copy(update={"triggers": (*reference.contract.triggers, Trigger(**stop)),
                                                     "stop_intake": "enough"})
    deal = reference.model_copy(update={"contract": contract})
    assert set(variants(reference, FORMS)) == {"agreed", "taught"}
    assert set(variants(deal, FORMS)) == {"agreed", "plain", "taught"}
    assert set(variants(deal, ("impact_bond",))) == {"agreed"}
    assert set(variants(deal, ("pays_itself",))) == {"plain"}
    assert variants(deal, ("pays_itself",))["plain"].contract.stop_intake is None
    forms = arrange(deal, 1_024, forms=("pays_itself", "impact_bond"))
    alone = arrange(reference, 1_024, forms=("pays_itself",)).way("pays_itself").value(TOWN, "net_cash")
    assert forms.way("pays_itself").value(TOWN, "net_cash") == alone
    assert forms.way("impact_bond").value(EVERYBODY, "cost") < 1_797_500


def test_what_others_are_compared_with() -> None:
    deal = load("zwarte-zwanen")
    actual = load("zwarte-zwanen", settings={"arrangements.actual": "revolving"})
    assert [base_of(deal, FORMS), base_of(actual, FORMS)] == ["impact_bond", "revolving"]
    assert base_of(actual, ("pays_itself", "lump_sum")) == "pays_itself"


def test_the_lowest_share_of_trials() -> None:
    """Equals at the bound share what is left; none of them is picked."""
    assert lowest(np.array([3.0, 1.0, 2.0, 1.0]), 0.5).tolist() == [0, 1, 0, 1]
    assert lowest(np.array([3.0, 1.0, 2.0, 2.0]), 0.5).tolist() == [0, 1, 0.5, 0.5]
    assert lowest(np.array([1.0, 1.0, 1.0]), 0.1).tolist() == [1 / 3] * 3


def test_where_nothing_is_saved_nobody_carries_a_risk_of_failure() -> None:
    """Peterborough puts no amount on what is saved: the worst tenth would be a pick among equals."""
    forms = arrange(load("peterborough"), 200)
    assert not forms.savings_vary
    assert all(row.measure != "worse_if_it_fails" for way in forms.ways for row in way.rows)


def test_nothing_alone_is_a_comparison_too() -> None:
    way = arrange(load("worked-example"), 1, forms=("do_nothing",)).way("do_nothing")
    assert [way.value(TOWN, measure) for measure in ("cost", "savings", "net_cash", "against_base")] == [0, 0, 0, 0]
    with pytest.raises(ValueError, match="no way to pay is named"):
        arrange(load("worked-example"), 1, forms=())


def test_recording_grows_with_the_cases() -> None:
    """Fixed are 105,000; a case costs 150 for recording besides its 4,300, so that is divided by what is left."""
    way = arrange(load("zwarte-zwanen"), TRIALS, forms=("learning",)).way("learning")
    left = way.value(EVERYBODY, "savings") / 375 - 4_300 - 150
    assert way.value(EVERYBODY, "break_even_cases", statistic="value") == pytest.approx(105_000 / left)


def test_a_revolving_budget_says_how_often_it_falls_short() -> None:
    chance, short = (value("revolving", EVERYBODY, "not_settled", each) for each in ("probability", "mean"))
    assert 0 < chance < 0.5
    assert short > 0


def test_how_far_off_a_norm_may_be() -> None:
    """cv 0.8 over 40 cases: 1.96 x 0.8 / 40 ** 0.5 = 0.248."""
    deal = load("zwarte-zwanen", settings={"arrangements.central_reimbursement.based_on": 40})
    way = arrange(deal, 1, forms=("central_reimbursement",)).way("central_reimbursement")
    assert way.value(EVERYBODY, "norm_error", statistic="value") == pytest.approx(0.2479, abs=1e-4)
