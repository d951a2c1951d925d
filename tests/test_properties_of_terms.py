"""What must hold whatever a contract says: caps, signs, triggers, shares, guarantees, and two ends of every euro."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from group_deal import PUPILS, counts_deal, effect_deal, euros, line, on_dates, settled, values
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies_of_effect import KINDS, deals, levels, rows

from sib.accountant.reconcile import Audit
from sib.chapter import reconcile
from sib.contract.earnings import MADE
from sib.contract.payments import PAYMENTS
from sib.deal.lines import (
    InterpolatedTable,
    PerPoint,
    Proportional,
    RateCard,
    SavingsShare,
    Shortfall,
    StepTable,
    TwoWay,
)
from sib.engine import replay, simulate
from sib.payout import payoff
from sib.programme.series import Series

EASY = settings(max_examples=50, suppress_health_check=list(HealthCheck))
CLEAR = 1e-6
"""Cents by which a cap in euros times 100 may differ from whole cents."""


def chapter_of(deal):
    chapter, _ = replay(deal, 1, trial=0)
    return chapter


def lines_of(chapter):
    """Terms of each line with what it paid, by period and trial; early ends are no lines."""
    return [(terms, chapter.flows.payments[terms.name]) for terms in chapter.deal.contract.payments]


def is_within(paid, cap):
    """Whether amounts stay within a cap in euros, where there is one."""
    return cap is None or (paid <= cap * 100 + CLEAR).all()


def years_of(chapter, paid):
    """Amounts by fiscal year and trial."""
    fiscal = chapter.calendar.fiscal_year
    return np.array([paid[fiscal == year].sum(axis=0) for year in np.unique(fiscal)])


def caps_hold(chapter):
    paid, caps = lines_of(chapter), chapter.deal.contract.caps
    for terms, amounts in paid:
        assert is_within(amounts.sum(axis=0), terms.cap)
        assert is_within(years_of(chapter, amounts), terms.cap_per_year)
        if isinstance(terms, TwoWay) and terms.name in chapter.flows.owed_back:
            assert is_within(chapter.flows.owed_back[terms.name].sum(axis=0), terms.liability)
    together = sum(amounts for _, amounts in paid)
    assert is_within(together.sum(axis=0), caps.total)
    assert is_within(years_of(chapter, together), caps.per_year)
    for metric, cap in (caps.by_metric or {}).items():
        mine = [amounts.sum(axis=0) for terms, amounts in paid if metric in metrics_of(terms)]
        assert mine
        assert is_within(np.sum(mine, axis=0), cap)


def metrics_of(terms):
    """The metric that a line pays for, or the outcomes of a card."""
    return {getattr(terms, "metric", None)} | {price.outcome for price in getattr(terms, "prices", ())}


def payers_add_up(chapter):
    flows, payers = chapter.flows, chapter.deal.contract.outcome_payers
    for payer in payers:
        mine = sum(flows.borne[terms.name, payer.name] for terms, _ in lines_of(chapter))
        assert (mine >= 0).all()
        assert is_within(mine.sum(axis=0), payer.cap)
        assert is_within(years_of(chapter, mine), payer.cap_per_year)
    for name, paid in flows.payments.items() if payers else ():
        assert (sum(flows.borne[name, payer.name] for payer in payers) == paid).all()
    for terms, paid in lines_of(chapter) if payers else ():
        if terms.paid_by is not None:
            assert (flows.borne[terms.name, terms.paid_by] == paid).all()
    for name, back in flows.owed_back.items() if payers else ():
        assert (sum(flows.borne[f"owed back:{name}", payer.name] for payer in payers) == back).all()
    if payers and "surplus:" in flows.paid:
        assert (sum(flows.borne["surplus:", payer.name] for payer in payers) == flows.paid["surplus:"]).all()


def nothing_is_negative(chapter):
    assert all((paid >= 0).all() for paid in chapter.flows.payments.values())
    owing = {terms.name for terms in chapter.deal.contract.payments if isinstance(terms, TwoWay)}
    assert set(chapter.flows.owed_back) <= owing
    assert all((paid >= 0).all() for paid in chapter.flows.owed_back.values())
    assert all((paid >= 0).all() for paid in chapter.flows.guaranteed.values())


def unmet_pays_nothing(chapter):
    dates = list(chapter.calendar.payment_periods)
    for terms, paid in lines_of(chapter):
        paid = paid + chapter.flows.owed_back.get(terms.name, 0.0)
        assert not np.delete(paid, dates, axis=0).any()
        if terms.when is not None:
            assert not paid[dates][~chapter.flows.met[terms.when]].any()
        if terms.months is not None and (terms.when is None or not is_by_date(terms)):
            assert not paid[[date for date in dates if date not in terms.months]].any()


def is_by_date(terms):
    """Whether a line owes on each date, so that a trigger can release later what was owed before."""
    return terms.kind in ("fixed", "shortfall") or getattr(terms, "measure", "cumulative") == "per_period"


def guarantees_stay_within(chapter):
    for terms in chapter.deal.contract.guarantees:
        paid = sum(amounts.sum(axis=0) for (name, _), amounts in chapter.flows.guaranteed.items() if name == terms.name)
        assert is_within(np.asarray(paid), terms.limit)


def return_stays_within(chapter):
    """Replay the investor's balance: what goes to it on a date is never more than its outlay grown so far."""
    contract, flows, years = chapter.deal.contract, chapter.flows, chapter.calendar.years
    if contract.caps.annual_return is None:
        return
    mine = [tranche.name for tranche in contract.tranches if tranche.holder == "investor"]
    claims = {f"{kind}:{name}" for kind in ("interest", "principal", "success_fee") for name in mine}
    nothing = np.zeros(chapter.shape)
    reached = sum((paid for terms, paid in lines_of(chapter) if terms.to in ("waterfall", "investor")), nothing)
    got = sum((amounts for claim, amounts in flows.paid.items() if claim in claims), 0.0 * chapter.cash["account"])
    got = got + sum(amounts for terms, amounts in lines_of(chapter) if terms.to == "investor")
    for terms in contract.payments:
        if isinstance(terms, TwoWay) and terms.liable == "investor":
            got = got - flows.owed_back.get(terms.name, 0.0)
    put_in = sum(flows.draws[name] - flows.returned[name] for name in mine)
    balance, running = np.zeros(chapter.shape[1]), np.ones(chapter.shape[1], dtype=bool)
    ends = sum((paid for name, paid in flows.payments.items() if name.startswith("early end")), 0.0 * got)
    for period in range(chapter.calendar.maturity + 1):
        if period:
            balance = balance * (1 + contract.caps.annual_return) ** (years[period] - years[period - 1])
        balance = balance + put_in[period]
        debts = sum(
            (flows.owed_back[terms.name][period] for terms in contract.payments
             if isinstance(terms, TwoWay) and terms.liable == "investor" and terms.name in flows.owed_back),
            np.zeros(chapter.shape[1]),
        )
        room = np.maximum(np.floor(balance + debts + 1e-5), 0.0)
        assert (reached[period][running] <= room[running]).all()
        balance = balance - got[period]
        running = running & (ends[period] == 0)


@EASY
@given(deals())
def test_whatever_a_contract_says(deal):
    chapter = chapter_of(deal)
    audit = Audit()
    reconcile(chapter, audit)
    assert len(audit.passed) >= 10
    for check in (caps_hold, payers_add_up, nothing_is_negative, unmet_pays_nothing, guarantees_stay_within,
                  return_stays_within):
        check(chapter)


@settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(deals(), st.integers(1, 300))
def test_a_trial_knows_nothing_of_the_others(deal, n_trials):
    few, many = simulate(deal, n_trials).trials, simulate(deal, 513).trials
    assert all(np.array_equal(amounts, many[name][:n_trials], equal_nan=True) for name, amounts in few.items())


@settings(max_examples=50, suppress_health_check=list(HealthCheck))
@given(deals(is_sure=True))
def test_without_variance_the_simulation_is_the_payoff(deal):
    agrees(deal)


def agrees(deal):
    """Payments by line, flows by party, guarantees and triggers of a simulation and of the payoff, to the cent."""
    chapter, (point,) = chapter_of(deal), payoff(deal, {})
    for name, paid in chapter.flows.payments.items():
        back = chapter.flows.owed_back.get(name)
        total = paid.sum(axis=0) - (0 if back is None else back.sum(axis=0))
        assert (total == round(point.payments[name] * 100)).all(), name
    for name, found in point.triggers.items():
        assert (chapter.flows.met[name][-1] == found).all(), name
    for name, amount in point.guarantees.items():
        paid = sum(part.sum(axis=0) for (each, _), part in chapter.flows.guaranteed.items() if each == name)
        assert np.all(paid == round(amount * 100)), name
    for who, net in point.flows.items():
        role = "outcome_payer" if who == "municipality" else who
        assert (chapter.cash[role].sum(axis=0) == round(net * 100)).all(), who
    assert sum(round(net * 100) for net in point.flows.values()) == 0
    unpaid = sum(chapter.flows.written_off.values())
    assert np.all(unpaid == round(point.unpaid * 100))


def test_every_kind_of_payment_comes_up():
    assert set(KINDS) == {kind.model_fields["kind"].annotation.__args__[0] for kind in PAYMENTS}


class TestWithoutVariance:
    """Payoff and simulation of sure numbers."""

    def deal(self, **contract):
        people = PUPILS | {"people": 24, "intake": {"from": 1, "months": 24}}
        lines = [{"activity": "work", "number": 24, "unit_price": 100, "when": {"stage": "plan"}}]
        card = {"kind": "rate_card", "name": "card", "prices": [{"outcome": "diploma", "price": 10}]}
        return counts_deal(people, budget={"total": 2400, "lines": lines}, contract={
            "commitment": 2400, "payments": [card], "triggers": [{"name": "full", "metric": "enrolled",
                "at_least": 12}],
        } | contract)

    def test_of_counts(self):
        agrees(self.deal())

    def test_of_counts_that_end_early(self):
        end = {"name": "stop", "when": "full", "principal": 0.5, "interest": 1}
        agrees(self.deal(early_ends=[end]))

    def test_of_counts_whose_intake_stops(self):
        agrees(self.deal(stop_intake="full"))

    def test_of_a_cap_per_person(self):
        outcomes = [{"name": "diploma", "chance": 1.0}, {"name": "job", "chance": 1.0, "after": 14}]
        card = {"kind": "rate_card", "name": "card", "cap_per_person": 25,
                "prices": [{"outcome": "diploma", "price": 10}, {"outcome": "job", "price": 20}]}
        agrees(counts_deal(PUPILS | {"outcomes": outcomes, "within_person": 0.5}, contract={"payments": [card]}))


@st.composite
def rising(draw):
    """A table that never pays less for more, of any kind."""
    money = st.integers(0, 9999).map(lambda cents: cents / 100)
    kind = draw(st.sampled_from([StepTable, TwoWay, InterpolatedTable, PerPoint, Proportional, RateCard]))
    if kind in (StepTable, TwoWay):
        listed = draw(rows("reduction", "pays", money))
        if kind is TwoWay and not set(listed[0]).isdisjoint({"at_least", "above"}):
            listed = [{"pays": 0.0}, *listed]  # below a first row with a bound is nothing, which is more than less
        pays = sorted(row["pays"] - (50 if kind is TwoWay else 0) for row in listed)
        return line(kind, rows=[row | {"pays": round(each, 2)} for row, each in zip(listed, pays, strict=True)])
    if kind is InterpolatedTable:
        at = sorted(draw(st.sets(levels("reduction"), min_size=2, max_size=5)))
        pays = sorted(draw(st.lists(money, min_size=len(at), max_size=len(at))))
        return line(kind, points=[{"at": a, "pays": p} for a, p in zip(at, pays, strict=True)])
    if kind is PerPoint:
        extra = draw(st.sampled_from([{}, {"up_to": 9}, {"point": 0.3}, {"point": 0.5, "up_to": 12.2}]))
        return line(kind, **{"from": draw(st.integers(-9, 9))}, amount=draw(money), jump=draw(money), **extra)
    if kind is Proportional:
        return line(kind, target=draw(st.integers(1, 90)) / 10, amount=draw(money), at_least=0.7, at_most=1.6)
    tiers = [{"after": 0, "price": 5}, {"after": 30, "price": 0.01}]
    price = draw(st.sampled_from([{"price": 1.23}, {"tiers": tiers}, {"price": 3, "cap": 50}, {"price": 3,
        "most": 40}]))
    return line(kind, prices=[{"outcome": "m"} | price])


def of_values(terms, steps, weight):
    """What a table makes of values in tenths, each a trial, measured on two cohorts of some weight together."""
    numbers = np.array(steps, dtype=float)
    fresh = np.array([[True], [False]])
    if isinstance(terms, RateCard):
        return MADE[RateCard](terms, on_dates(1, m=Series(np.array([[numbers], [0 * numbers]]))))[0]
    series = Series(np.array([[numbers], [0 * numbers]]), np.array([[[weight]], [[0.0]]]), fresh, 10)
    return MADE[type(terms)](terms, on_dates(1, m=series))[0]


@given(rising(), st.lists(st.integers(-400, 900), min_size=2, max_size=12), st.sampled_from([1.0, 3.0, 7.0]))
def test_a_rising_table_never_pays_less_for_more(terms, steps, weight):
    made = of_values(terms, sorted(max(step, 0) if isinstance(terms, RateCard) else step for step in steps), weight)
    assert (np.diff(made) >= 0).all()


@given(rising().filter(lambda terms: isinstance(terms, RateCard)), st.lists(st.integers(0, 300), max_size=9))
def test_an_outcome_never_earns_more_than_its_cap_or_its_number(terms, numbers):
    (price,) = terms.prices
    made = of_values(terms, numbers, 1.0)
    assert is_within(made, price.cap)
    assert is_within(made, price.most and price.most * price.price)


@EASY
@given(
    st.lists(st.sampled_from([0.0, 0.3, 1.0]), min_size=2, max_size=2), st.integers(0, 9000), st.integers(1, 3),
    st.sampled_from([{"price": 12.34}, {"tiers": [{"after": 0, "price": 30}, {"after": 2, "price": 1.01}]}]),
)
def test_nobody_earns_more_than_the_cap_per_person(chances, cap, most, price):
    outcomes = [{"name": "diploma", "chance": chances[0]}, {"name": "job", "chance": chances[1],
        "repeats": {"most": most, "every": 6}}]
    alone = PUPILS | {"people": 1, "outcomes": outcomes, "within_person": 0.5}
    card = {"kind": "rate_card", "name": "card", "cap_per_person": cap / 100,
            "prices": [{"outcome": "diploma"} | price, {"outcome": "job", "price": 20}]}
    chapter = chapter_of(counts_deal(alone, contract={"payments": [card]}))
    assert is_within(chapter.flows.payments["card"].sum(axis=0), cap / 100)


LEAST = st.one_of(st.none(), st.integers(0, 3000))
"""A ceiling in euros, or none."""


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(
    st.lists(rising().filter(lambda terms: not isinstance(terms, RateCard | TwoWay)), min_size=1, max_size=3),
    st.fixed_dictionaries({"by_metric": LEAST, "per_year": LEAST, "total": LEAST}), LEAST, LEAST,
    st.integers(-9, 30), st.lists(st.integers(-400, 900), min_size=2, max_size=8),
)
def test_under_all_caps_together_more_never_earns_less(lines, ceilings, ours, theirs, threshold, steps):
    """Lines that never pay less for more, behind a trigger, over two payers: neither does the contract."""
    caps = {name: cap for name, cap in ceilings.items() if cap is not None}
    if "by_metric" in caps:
        caps["by_metric"] = {"reduction": caps["by_metric"]}
    payments = [
        each.model_dump(by_alias=True, exclude_none=True, exclude_defaults=True, exclude={"source"})
        | {"kind": each.kind, "name": f"line {place}", "metric": "reduction", "when": "enough", "months": [36]}
        for place, each in enumerate(lines)
    ]
    payers = [{"name": "municipality", "share": 0.6}, {"name": "ministry", "share": 0.4}]
    for payer, cap in zip(payers, (ours, theirs), strict=True):
        payer |= {} if cap is None else {"cap": cap}
    deal = effect_deal(contract={
        "payments": payments, "caps": caps, "outcome_payers": payers,
        "triggers": [{"name": "enough", "metric": "reduction", "at_least": threshold}],
    })
    tenths = sorted(steps)
    points = payoff(deal, {"reduction": [Fraction(step, 10) for step in tenths]})
    paid = [round(point.outcome_payment * 100) for point in points]
    assert paid == sorted(paid)
    assert paid[0] >= 0
    assert not any(cents for cents, step in zip(paid, tenths, strict=True) if step < 10 * threshold)
    limits = [cap for cap in ceilings.values() if cap is not None]
    assert all(cents <= 100 * min(limits) for cents in paid) if limits else True


@given(st.integers(1, 50), st.integers(0, 999), st.lists(st.integers(-99, 999), min_size=2, max_size=9))
def test_a_shortfall_never_costs_more_for_more(agreed, cents, steps):
    terms = line(Shortfall, agreed=agreed, tolerance=0.1, amount=cents / 100, months=[12])
    made = of_values(terms, sorted(steps), 3.0)
    assert (np.diff(made) <= 0).all()
    assert (made >= 0).all()


@EASY
@given(st.integers(0, 1500), st.integers(0, 2000), st.sampled_from(["amount", "share"]))
def test_a_recovery_floor_lifts_to_exactly_the_floor(paid, floor, form):
    said = {"amount": floor / 2} if form == "amount" else {"share": min(floor, 1000) / 1000}
    deal = effect_deal(contract={
        "payments": [{"kind": "fixed", "name": "pay", "amount": paid, "months": [24]}],
        "guarantees": [{"kind": "recovery_floor", "name": "floor"} | said],
    })
    point = payoff(deal, {})[0]
    least = floor / 2 if form == "amount" else min(floor, 1000)
    assert point.investor.receipts == max(paid, least)


UP_AND_DOWN = {"kind": "two_way", "name": "both", "metric": "reduction", "to": "provider", "liable": "provider",
               "rows": [{"pays": -150}, {"at_least": 0, "pays": 0}, {"at_least": 5, "pays": 100}]}


def both(*trials, triggers=(), **terms):
    deal = effect_deal(contract={"payments": [UP_AND_DOWN | terms], "triggers": list(triggers)})
    return settled(deal, {"reduction": values(deal, "reduction", *trials)})


class TestTwoWay:
    """Up to 100 to the provider, and 150 back; by hand."""

    def test_what_is_settled_follows_the_table(self):
        flows = both((9, -1, 9))
        assert euros(flows.payments["both"], 12, 36) == [100, 250]
        assert euros(flows.owed_back["both"], 24) == [250]

    def test_by_date(self):
        flows = both((9, -1, -2), measure="per_period")
        assert euros(flows.payments["both"], 12) == [100]
        assert euros(flows.owed_back["both"], 24, 36) == [150, 150]

    def test_what_came_back_does_not_make_room_under_the_cap(self):
        flows = both((9, -1, 9), cap=120)
        assert euros(flows.payments["both"], 12, 36) == [100, 20]
        assert euros(flows.owed_back["both"], 24) == [250]

    @pytest.mark.parametrize("measure", ["cumulative", "per_period"])
    def test_without_its_trigger_nothing_is_owed_back(self, measure):
        good = {"name": "good", "metric": "reduction", "at_least": 6, "latched": False, "releases": "from_then"}
        flows = both((9, -1, -1), triggers=[good], when="good", measure=measure)
        assert euros(flows.payments["both"], 12) == [100]
        assert not flows.owed_back

    @pytest.mark.parametrize("measure", ["cumulative", "per_period"])
    def test_liability_in_all(self, measure):
        flows = both((-1, -2, -3), measure=measure, liability=160)
        assert flows.owed_back["both"].sum() == (150_00 if measure == "cumulative" else 160_00)

    @pytest.mark.parametrize("measure", ["cumulative", "per_period"])
    def test_liability_in_all_after_something_was_paid(self, measure):
        flows = both((9, -1, -2), measure=measure, liability=60)
        assert flows.owed_back["both"].sum() <= 60_00

    @pytest.mark.parametrize(("terms", "back"), [
        ({"outcome_payers": [{"name": "municipality", "share": 0.6}, {"name": "ministry", "share": 0.4}]}, (90, 60)),
        ({"outcome_payers": [{"name": "municipality"}, {"name": "ministry"}], "payers_in_turn": True}, (150, 0)),
    ])
    def test_what_is_owed_back_is_shared_as_payments_are(self, terms, back):
        point = self.pays_back(UP_AND_DOWN, terms)
        assert (point.flows["municipality"], point.flows["ministry"]) == back
        assert (point.outcome_payment, point.flows["provider"]) == (-150, 850)

    def test_what_is_owed_back_to_one(self):
        payers = [{"name": "municipality", "share": 0.6}, {"name": "ministry", "share": 0.4}]
        point = self.pays_back(UP_AND_DOWN | {"paid_by": "ministry"}, {"outcome_payers": payers})
        assert (point.flows["municipality"], point.flows["ministry"]) == (0, 150)

    def pays_back(self, terms, contract):
        deal = effect_deal(contract={"payments": [terms]} | contract)
        return payoff(deal, {"reduction": [-1]})[0]

    def test_backlog_of_a_trial_does_not_depend_on_the_others(self):
        late = {"name": "late", "metric": "reduction", "at_least": 6}
        alone = both((5, 5, 9), triggers=[late], when="late", measure="per_period")
        beside = both((5, 5, 9), (-1, 5, 9), triggers=[late], when="late", measure="per_period")
        assert alone.payments["both"][:, 0].tolist() == beside.payments["both"][:, 0].tolist()

    def test_backlog_is_added_up_and_settled_when_the_trigger_is_met(self):
        # 100, -150 and 100 on three dates, of which none before the third: 50
        late = {"name": "late", "metric": "reduction", "at_least": 6}
        flows = both((5, -1, 9), triggers=[late], when="late", measure="per_period")
        assert euros(flows.payments["both"], 36) == [50]


def test_savings_shares_pay_no_more_than_the_share():
    saved = {"name": "saved", "unit": "eur", "accumulates": True, "effect": {"kind": "normal", "mean": 300, "sd": 300}}
    pays = {"kind": "savings_share", "name": "share", "metric": "saved", "share": 0.333, "share_after_redemption": 0.1}
    chapter = chapter_of(effect_deal(saved, contract={"payments": [pays]}))
    assert isinstance(chapter.deal.contract.payments[0], SavingsShare)
    number, _ = chapter.metrics.reading("saved", cohort=None, measure="cumulative")
    paid = np.cumsum(chapter.flows.payments["share"], axis=0)[list(chapter.calendar.payment_periods)]
    assert (paid <= np.maximum.accumulate(np.maximum(number, 0), axis=0) * 0.333 + CLEAR).all()
