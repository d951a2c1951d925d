"""Each rule on the clauses of a contract has deals that break it, and says what is allowed."""

from __future__ import annotations

import pytest
from group_deal import PUPILS, REDUCTION, VILLAGE, built
from one_block import household, plain_deal

from sib.deal.clauses import CLAUSES, nearest
from sib.deal.consistency import RULES

FRACTION = REDUCTION | {"name": "attendance", "unit": "fraction", "decimals": 4}
SAVED = {"name": "saved", "unit": "eur", "accumulates": True, "effect": 100}
EFFECT = {"kind": "effect", "cohorts": [VILLAGE], "metrics": [REDUCTION, FRACTION, SAVED], "across_metrics": 0.0}
COUNTS = {"kind": "counts", "groups": [PUPILS], "dependence": {"kind": "independent"}}
CASES = {"segments": [household(cases=1)], "dependence": {"kind": "independent"}}
STEPS = {"kind": "step_table", "name": "pay", "metric": "reduction", "rows": [{"pays": 1}]}
CARD = {"kind": "rate_card", "name": "card", "prices": [{"outcome": "diploma", "price": 1}]}
SHARE = {"kind": "savings_share", "name": "share", "share": 1.0}
LOW = {"name": "low", "metric": "reduction", "at_least": 1}
COUPON = {"kind": "interest_table", "name": "coupon", "tranche": "investor", "rows": [{"rate": 0.01}],
    "day_count": "ACT/360"}
GRANT = [{"name": "investor", "share": 0.5}, {"name": "gift", "share": 0.5, "grant": True}]
PAYERS = [{"name": "municipality", "share": 0.5}, {"name": "ministry", "share": 0.5}]
END = {"name": "stop", "when": "low", "principal": 1, "interest": 1}


def pays(*lines, **contract):
    return {"payments": list(lines)} | contract


def divided(shares):
    """A waterfall that divides what is left."""
    return pays(STEPS, success_fee=shares, waterfall=["principal:investor", "success_fee", "surplus"])


def with_price(**terms):
    return pays(CARD | {"prices": [CARD["prices"][0] | terms]})


def triggered(*triggers, **contract):
    """Triggers beside a line that pays."""
    marked = [each | {"main": place == 0} for place, each in enumerate(triggers)]
    return pays(STEPS, triggers=marked, **contract)


def of_laws(by_law, kind="effect"):
    """A programme whose worth falls on laws."""
    if kind == "effect":
        return EFFECT | {"metrics": [REDUCTION | {"worth": 1, "by_law": by_law}], "across_metrics": None}
    outcome = PUPILS["outcomes"][0] | {"worth": 1, "by_law": by_law}
    return COUNTS | {"groups": [PUPILS | {"outcomes": [outcome]}]}


BROKEN = {
    "metrics_are_measured": [
        (EFFECT, pays(STEPS | {"metric": "reducton"}), "payments.pay.metric", "did you mean 'reduction'?"),
        (EFFECT, pays(STEPS | {"cohort": "city"}), "payments.pay.cohort", "= 'city' is no cohort; known: 'village'"),
        (EFFECT, triggered(LOW | {"metric": "weight"}), "triggers.low.metric",
         "known: 'reduction', 'attendance', 'saved'"),
        (EFFECT, triggered(LOW | {"cohort": "vilage"}), "triggers.low.cohort", "did you mean 'village'?"),
        (COUNTS, pays(STEPS), "payments.pay.metric", "known: 'diploma', 'enrolled'"),
        (EFFECT, pays(STEPS, caps={"by_metric": {"diploma": 1}}), "caps.by_metric.diploma",
         "no metric of this programme"),
    ],
    "caps_by_metric_hold": [
        (EFFECT, pays(STEPS, caps={"by_metric": {"saved": 1}}), "caps.by_metric.saved",
         "no payment line pays for that metric"),
        (COUNTS, pays(CARD, caps={"by_metric": {"enrolled": 1}}), "caps.by_metric.enrolled", "leave it out"),
        (COUNTS, pays(CARD | {"prices": [*CARD["prices"], {"outcome": "enrolled", "price": 1}]},
                      caps={"by_metric": {"diploma": 1}}),
         "caps.by_metric.diploma", "one of several prices of 'card'; give it a cap there, or a rate card of its own"),
    ],
    "triggers_build_on_earlier_ones": [
        (EFFECT, triggered({"name": "both", "all": ["low"]}, LOW), "triggers.both",
         "no trigger before it; known: none"),
        (EFFECT, triggered(LOW, {"name": "not", "not": "loww"}), "triggers.not", "did you mean 'low'?"),
        (EFFECT, triggered({"name": "own", "any": ["own"]}), "triggers.own", "no trigger before it"),
        (EFFECT, pays(STEPS | {"when": "low"}), "payments.pay.when", "= 'low' is no trigger; known: none"),
        (EFFECT, pays(SHARE | {"metric": "saved", "change": {"when": "low", "share": 0.5}}),
         "payments.share.change.when",
         "is no trigger"),
        (EFFECT, pays(STEPS, early_ends=[END]), "early_ends.stop.when", "is no trigger"),
        (COUNTS, pays(CARD, stop_intake="low"), "contract.stop_intake", "is no trigger"),
    ],
    "levels_are_in_the_unit": [
        (EFFECT, triggered(LOW | {"metric": "attendance", "at_least": 70}), "triggers.low.at_least", "70% is 0.70"),
        (EFFECT, triggered(LOW | {"metric": "attendance", "at_least": 0.5, "cohort": "village", "pool": 1.01}),
         "triggers.low.at_least", "compares a fraction with 1.01"),
        (EFFECT, pays(STEPS | {"metric": "attendance", "rows": [{"above": 1.5, "pays": 1}]}), "payments.pay",
         "has 1.5 for a metric that is a fraction"),
        (EFFECT, pays({"kind": "interpolated_table", "name": "pay", "metric": "attendance",
                       "points": [{"at": 0, "pays": 0}, {"at": 100, "pays": 1}]}), "payments.pay", "has 100 for"),
        (EFFECT, pays({"kind": "per_point", "name": "pay", "metric": "attendance", "from": 0, "amount": 1}),
         "payments.pay", "a point of one percent 0.01"),
        (EFFECT, pays({"kind": "per_point", "name": "pay", "metric": "attendance", "from": 70, "amount": 1,
         "point": 0.01}),
         "payments.pay", "has 70 for"),
        (EFFECT, pays({"kind": "proportional", "name": "pay", "metric": "attendance", "target": 70, "amount": 1}),
         "payments.pay", "has 70 for"),
        (EFFECT, pays({"kind": "shortfall", "name": "pay", "metric": "attendance", "agreed": 70, "amount": 1,
                       "months": [12]}), "payments.pay", "has 70 for"),
    ],
    "payments_fit_the_programme": [
        (EFFECT, pays(SHARE), "payments.share.metric", "a share of savings needs one"),
        (EFFECT, pays(SHARE | {"metric": "reduction"}), "payments.share.metric", "no metric in euros with accumulates"),
        (CASES, pays(SHARE | {"metric": "validated_cases"}), "payments.share.metric", "cases have 'validated_savings'"),
        (COUNTS, pays(SHARE | {"metric": "diploma"}), "payments.share.metric", "is no saving"),
        (COUNTS, pays(CARD | {"cohort": "pupil"}), "payments.card.cohort", "did you mean 'pupils'?"),
        (COUNTS, with_price(outcome="job"), "payments.card.prices.job", "is no number of outcomes that adds up"),
        (EFFECT, with_price(outcome="reduction"), "payments.card.prices.reduction", "is no number of outcomes"),
        (COUNTS, with_price(by_cohort={"adults": 1}), "prices.diploma.by_cohort.adults",
         "is no cohort; known: 'pupils'"),
        (CASES, pays({"kind": "rate_card", "name": "card", "cap_per_person": 5,
                      "prices": [{"outcome": "validated_cases", "price": 1}]}), "payments.card.cap_per_person",
         'needs a programme of kind "counts"'),
    ],
    "tranches_are_there": [
        (EFFECT, pays(COUPON | {"tranche": "investr"}), "payments.coupon.tranche", "did you mean 'investor'?"),
        (EFFECT, pays(COUPON | {"tranche": "gift"}, tranches=GRANT), "payments.coupon.tranche",
         "tranche that is repaid"),
        (EFFECT, pays(COUPON, waterfall=["principal:investor", "surplus"]), "contract.waterfall",
         'add "interest:investor"'),
        (EFFECT, pays({"kind": "redemption_table", "name": "back", "tranche": "investor", "rows": [{"share": 1}]},
                      waterfall=["interest:investor", "surplus"]), "contract.waterfall", 'add "principal:investor"'),
        (EFFECT, pays({"kind": "minimum_coupon", "name": "least", "tranche": "x", "rate": 0.01, "until": 12,
                       "day_count": "ACT/360"}), "payments.least.tranche", "is no tranche that is repaid"),
        (EFFECT, pays(COUPON | {"pool": "side"}, pools={"side": ["principal:investor", "surplus"]}),
         "contract.waterfall",
         'never pays what \'coupon\' is for; add "interest:investor"'),
        (EFFECT, pays(STEPS, tranches=GRANT, guarantees=[{"kind": "first_loss", "name": "g", "limit": 1,
                                                           "tranches": ["gift"]}]),
         "guarantees.g.tranches", "known: 'investor'"),
        (EFFECT, pays(STEPS, tranches=[{"name": "investor", "share": 1, "holder": "provider"}]), "contract.tranches",
         "no tranche that an investor holds and is repaid"),
        (EFFECT, pays(STEPS, tranches=[{"name": "investor", "share": 1, "grant": True}]), "contract.tranches",
         "one at least"),
    ],
    "pools_are_waterfalls": [
        (EFFECT, pays(STEPS | {"pool": "side"}, pools={"side": ["principle:investor", "surplus"]}), "pools.side",
         "did you mean 'principal:investor'?"),
        (EFFECT, pays(STEPS | {"pool": "side"}, pools={"side": ["recycle", "surplus"]}), "pools.side",
         "does not exist"),
        (EFFECT, pays(STEPS | {"pool": "side"}, pools={"side": ["principal:investor"]}), "pools.side",
         'must end with "surplus"'),
        (EFFECT, pays(STEPS, pools={"side": ["principal:investor", "surplus"]}), "pools.side", "gets no money"),
        (EFFECT, pays(STEPS | {"pool": "side"}), "payments.pay.pool", "= 'side' is no pool; known: none"),
    ],
    "payers_are_there": [
        (EFFECT, pays(STEPS | {"paid_by": "ministry"}), "payments.pay.paid_by", "is no outcome payer; known: none"),
        (EFFECT, pays(STEPS | {"paid_by": "minstry"}, outcome_payers=PAYERS), "payments.pay.paid_by",
         "did you mean 'ministry'?"),
        (EFFECT, pays(STEPS, outcome_payers=[PAYERS[0], PAYERS[1] | {"share": 0.4}]), "contract.outcome_payers",
         "shares that make 0.9; they must make exactly 1"),
        (EFFECT, pays(STEPS, outcome_payers=[{"name": "ministry", "share": 1}]), "contract.outcome_payers",
         "leaves out the outcome payer itself, 'municipality'"),
    ],
    "success_is_divided": [
        (EFFECT, pays(STEPS, success_fee={"investor": 1}), "contract.success_fee", "give both or neither"),
        (EFFECT, pays(STEPS, waterfall=["principal:investor", "success_fee", "surplus"]), "contract.success_fee",
         "go together"),
        (EFFECT, divided({"investor": 0.5, "providr": 0.5}), "success_fee.providr", "did you mean 'provider'?"),
        (EFFECT, divided({"gift": 0.5}) | {"tranches": GRANT}, "success_fee.gift", "is no tranche or party"),
        (EFFECT, divided({"investor": 0.5, "provider": 0.51}), "contract.success_fee", "must make 1 at most"),
    ],
    "recycling_has_somewhere_to_go": [
        (EFFECT, pays(STEPS, recycling=True, drawdown={"kind": "as_spent"}), "contract.recycling",
         "give both or neither"),
        (EFFECT, pays(STEPS, drawdown={"kind": "as_spent"}, waterfall=["principal:investor", "recycle", "surplus"]),
         "contract.recycling", "give both or neither"),
        (EFFECT, pays(STEPS, recycling=True, waterfall=["principal:investor", "recycle", "surplus"]),
         "contract.recycling", "draw as spent or on a schedule"),
    ],
    "groups_have_their_own_cohorts": [
        (EFFECT, pays(STEPS, cohorts=[{"name": "first", "from": 1, "to": 2}]), "contract.cohorts", "use their names"),
        (CASES, pays(SHARE, cohorts=[{"name": "first", "from": 1, "to": 2, "segment": "household"}]),
         "cohorts.first.segment", "did you mean 'households'?"),
        (EFFECT, triggered(LOW, stop_intake="low"), "contract.stop_intake", "cohorts of an effect are all there"),
    ],
    "cases_are_counted": [
        (CASES, pays(SHARE), "accountant.counting.laws", "list the laws whose savings count"),
    ],
    "two_way_lines_are_liable": [
        (EFFECT, pays(STEPS | {"kind": "two_way"}), "payments.pay.kind", 'write "step_table"'),
        (EFFECT, pays(STEPS | {"kind": "two_way", "rows": [{"pays": 0}]}), "payments.pay.kind", "no row is below 0"),
        (EFFECT, pays(STEPS | {"kind": "two_way", "rows": [], "points": [{"at": 0, "pays": 0}, {"at": 1, "pays": 2}]}),
         "payments.pay.kind", 'write "interpolated_table"'),
    ],
    "laws_of_groups_exist": [
        (of_laws({"won": 1.0}), pays(STEPS), "metrics.reduction.by_law.won", "did you mean 'own'?"),
        (of_laws({"own": 0.9}), pays(STEPS), "metrics.reduction.by_law", "do not make exactly 1"),
        (of_laws({"law": 1.0}, "counts"), pays(CARD), "groups.pupils.outcomes.diploma.by_law.law", "known: 'own'"),
        (of_laws({"own": 0.5}, "counts"), pays(CARD), "groups.pupils.outcomes.diploma.by_law", "exactly 1"),
    ],
}
"""By rule: a programme, a contract that breaks the rule, where that is said, and what is said of it."""

HOLDING = [
    (EFFECT, pays(STEPS | {"cohort": "village"}, SHARE | {"metric": "saved"}, COUPON,
     caps={"by_metric": {"saved": 1}})),
    (EFFECT, triggered(LOW, {"name": "not low", "not": "low"}, {"name": "any", "any": ["low", "not low"]})),
    (EFFECT, triggered(LOW | {"metric": "attendance", "at_least": 1.0}, early_ends=[END])),
    (EFFECT, triggered(LOW | {"metric": "reduction", "at_least": 70})),
    (COUNTS, pays(CARD | {"cap_per_person": 9, "cohort": "pupils"}, triggers=[LOW | {"metric": "enrolled"}],
                  stop_intake="low")),
    (EFFECT, pays(STEPS | {"paid_by": "ministry"}, outcome_payers=PAYERS)),
    (EFFECT, pays(STEPS | {"pool": "side"}, pools={"side": ["success_fee:investor", "surplus"]})),
    (EFFECT, pays(STEPS, recycling=True, drawdown={"kind": "as_spent"},
                  waterfall=["principal:investor", "recycle", "surplus"])),
    (EFFECT, divided({"investor": 0.5, "provider": 0.5})), (EFFECT, divided({"investor": 0.5, "intermediary": 0.1})),
    (of_laws({"own": 1.0}), pays(STEPS)), (of_laws({"own": 1.0}, "counts"), pays(CARD)),
    (EFFECT, pays(STEPS | {"kind": "two_way", "rows": [{"pays": -1}, {"at_least": 0, "pays": 1}]})),
]


def rule(name):
    return next(each for each in CLAUSES if each.__name__ == name)


def test_every_rule_has_deals_that_break_it():
    assert set(BROKEN) == {each.__name__ for each in CLAUSES}
    assert set(CLAUSES) <= set(RULES)


@pytest.mark.parametrize(("name", "programme", "contract", "path", "words"), [
    pytest.param(name, *each, id=f"{name} {number}") for name, all_of in BROKEN.items() for number,
        each in enumerate(all_of)
])
def test_it_is_found_and_said(name, programme, contract, path, words):
    found = list(rule(name)(built(programme, contract, {})))
    assert any(where.endswith(path) and words in message for where, message in found), found
    assert all(where.startswith(("contract", "programme", "accountant")) for where, _ in found)


@pytest.mark.parametrize(("programme", "contract"), HOLDING)
def test_what_is_right_is_left_alone(programme, contract):
    deal = built(programme, contract, {})
    assert [each for clause in CLAUSES for each in clause(deal)] == []


def test_plain_deals_of_cases_break_none():
    deal = plain_deal(household())
    assert [each for clause in CLAUSES for each in clause(deal)] == []


def test_nearest():
    assert nearest("reducton", ["reduction", "saved"]) == "did you mean 'reduction'?"
    assert nearest("x", ["reduction", "saved"]) == "known: 'reduction', 'saved'"
    assert nearest("x", []) == "known: none"
