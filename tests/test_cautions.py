"""What a deal takes for granted: each entry on a deal where it applies, and on the nearest where it does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from small_deal import deal

from sib.deal.cautions import CAUTIONS, cautions, last_validation_month
from sib.deal.independence import INDEPENDENT, assumed_independent
from sib.deal.reader import load
from sib.views.remarks import sentence

SEGMENT = "programme.segments.young parents"
DEPENDENCE = "programme.dependence"
UNKNOWN = {"kind": "evidence", "successes": 3, "trials": 5}
GUARANTEE = {"kind": "first_loss", "name": "first", "limit": 1_000}
TRIANGLE = {"kind": "triangular", "low": 0.8, "mode": 1.0, "high": 1.0}
SECOND = """
[[programme.segments]]
name = "students"
cases = 5
success = { kind = "evidence", successes = 3, trials = 5 }
saving = 1_000
saving_months = 6
deadweight = 0.2
by_law = { Wmo = 1.0 }
direct_share = 1.0

[programme.dependence]
across_segments = 0
"""
TWO = (
    ("\n[programme.dependence]\n", SECOND),
    ("number = 10", "number = 20"),
    ("unit_price = 4_000", "unit_price = 2_000"),
)
PLAIN = {f"{DEPENDENCE}.savings", f"{DEPENDENCE}.review", f"{DEPENDENCE}.delays"}


def fields(folder: Path, *changes: tuple[str, str], **settings: Any) -> set[str]:
    """The fields that would change what the small deal assumes independent."""
    said = assumed_independent(deal(folder, *changes, settings=settings.get("settings")))
    assert all(sentence(each) for each in said)
    return {each.path for each in said}


def test_the_small_deal(tmp_path: Path) -> None:
    assert fields(tmp_path) == PLAIN


@pytest.mark.parametrize(
    ("settings", "more", "less"),
    [
        # outcomes
        ({f"{DEPENDENCE}.icc": 0.0}, "icc", None),
        ({DEPENDENCE: {"kind": "independent"}}, "kind", None),
        ({DEPENDENCE: {"kind": "gaussian_factor", "weight": 0.0}}, "weight", None),
        ({DEPENDENCE: {"kind": "gaussian_factor", "weight": 0.1}}, None, None),
        ({DEPENDENCE: {"kind": "gaussian_factor", "causes": {"housing": {"young parents": 0.1}}}}, None, None),
        ({DEPENDENCE: {"kind": "gaussian_factor", "causes": {"housing": {"young parents": 0.0}}}}, "causes", None),
        ({f"{DEPENDENCE}.icc": 0.0, f"{SEGMENT}.success": 1.0}, None, None),
        ({f"{DEPENDENCE}.icc": 0.0, f"{SEGMENT}.cases": 1, f"{SEGMENT}.intake.months": 1}, None, None),
        # savings
        ({f"{DEPENDENCE}.savings": 0.2}, None, "savings"),
        ({f"{DEPENDENCE}.savings": -0.2}, None, "savings"),
        ({f"{SEGMENT}.saving": 1_000}, None, "savings"),
        ({f"{SEGMENT}.saving.cv": 0.0}, None, "savings"),
        ({f"{SEGMENT}.saving": {"kind": "uniform", "low": 5, "high": 5}}, None, "savings"),
        ({f"{SEGMENT}.saving": {"kind": "uniform", "low": 5, "high": 6}}, None, None),
        ({f"{SEGMENT}.saving": {"kind": "empirical", "values": [7, 7]}}, None, "savings"),
        ({f"{SEGMENT}.saving": {"kind": "empirical", "values": [7, 8]}}, None, None),
        # review
        ({f"{DEPENDENCE}.review": 0.2}, None, "review"),
        ({"accountant.review.wrong_rejection": 0.0}, None, "review"),
        ({"accountant.review.wrong_rejection": 1.0}, None, "review"),
        ({"accountant.mode": "none"}, None, "review"),
        ({"accountant.review": {"wrong_rejection": 0.0, "wrong_adjustment": 0.1}}, None, None),
        ({"accountant.review": {"wrong_rejection": 0.0, "invalid_detected": 0.5}}, None, "review"),
        ({"accountant.review": {"wrong_rejection": 0.0, "invalid_detected": 0.5}, "accountant.claims.invalid": 0.1},
         None, None),
        # delays
        ({f"{DEPENDENCE}.delays": 0.2}, None, "delays"),
        ({"accountant.delay": 3}, None, "delays"),
        ({"accountant.delay.low": 3}, None, "delays"),
        # intake
        ({"programme.enrolment": TRIANGLE}, "intake", None),
        ({"programme.enrolment": TRIANGLE, f"{DEPENDENCE}.intake": 0.2}, None, None),
        ({"programme.enrolment": {**TRIANGLE, "low": 1.0}}, None, None),
        ({"programme.enrolment": 0.9}, None, None),
        # what is not known of p, in one segment
        ({f"{SEGMENT}.success": UNKNOWN}, None, None),
    ],
)
def test_only_what_is_uncertain_and_not_tied_is_listed(
    tmp_path: Path, settings: dict[str, Any], more: str | None, less: str | None
) -> None:
    expected = PLAIN | {f"{DEPENDENCE}.{more}"} if more else PLAIN - {f"{DEPENDENCE}.{less}"}
    assert fields(tmp_path, settings=settings) == expected


@pytest.mark.parametrize(
    ("settings", "more"),
    [
        ({}, {"across_segments"}),
        ({f"{DEPENDENCE}.across_segments": 0.5}, set()),
        ({f"{DEPENDENCE}.icc": 0.0}, {"icc"}),
        ({f"{SEGMENT}.success": UNKNOWN}, {"across_segments", "parameters"}),
        ({f"{SEGMENT}.success": UNKNOWN, f"{DEPENDENCE}.parameters": 0.5}, {"across_segments"}),
        ({f"{SEGMENT}.success": {"kind": "beta", "mean": 0.5, "sd": 0.0}}, {"across_segments"}),
        ({f"{SEGMENT}.success": 0.0}, set()),
    ],
)
def test_several_segments_may_go_their_own_ways(tmp_path: Path, settings: dict[str, Any], more: set[str]) -> None:
    assert fields(tmp_path, *TWO, settings=settings) == PLAIN | {f"{DEPENDENCE}.{field}" for field in more}


def test_only_segments_without_a_cause_are_named(tmp_path: Path) -> None:
    causes = {"kind": "gaussian_factor", "causes": {"housing": {"young parents": 0.1}}}
    said = assumed_independent(deal(tmp_path, *TWO, settings={DEPENDENCE: causes}))
    assert [sentence(each) for each in said if each.path.endswith("causes")] == [
        "outcomes of cases in 'students', given the chance of success"
    ]


@pytest.mark.parametrize(("unable", "more"), [(0.0, set()), (0.1, {"contract.guarantees"}), (1.0, set())])
def test_whether_a_guarantor_can_pay_is_its_own_matter(tmp_path: Path, unable: float, more: set[str]) -> None:
    terms = {"contract.guarantees": [GUARANTEE | {"chance_unable": unable}]}
    assert fields(tmp_path, settings=terms) == PLAIN | more


def test_every_question_is_answered_somewhere_above(tmp_path: Path) -> None:
    guarantees = [GUARANTEE | {"chance_unable": 0.1}]
    everything = {
        f"{SEGMENT}.success": UNKNOWN, "programme.enrolment": TRIANGLE, "contract.guarantees": guarantees,
    }
    all_said = deal(tmp_path, *TWO, settings=everything)
    assert all(list(question(all_said)) for question in INDEPENDENT[1:])


@pytest.mark.parametrize(
    ("settings", "month"),
    [
        ({}, 20),  # last start 6, twelve months counted 6-17, three months later
        ({"accountant.delay": 0}, 17),
        ({"accountant.claim_at": "plan"}, 9),
        ({"accountant.claim_at": "monthly"}, 20),
        ({"accountant.counting.max_months": 3}, 11),  # 6-8, and three
        ({"accountant.counting.max_months": {"remove": True}, f"{SEGMENT}.saving_months": 18}, 26),
        ({f"{SEGMENT}.months_to_effect": 2}, 22),
        ({f"{SEGMENT}.intake.delay": 4}, 24),
        ({f"{SEGMENT}.intake": {"months": 3, "profile": "counts", "counts": [0, 10, 0]}}, 16),  # last start 2
    ],
)
def test_the_last_validation_counted_by_hand(tmp_path: Path, settings: dict[str, Any], month: int) -> None:
    assert last_validation_month(deal(tmp_path, settings=settings)) == month


CAUTIONED: list[tuple[dict[str, Any], str, list[str]]] = [
    ({"timeline.payment_dates": {"every": {"remove": True}, "months": [6, 19]}}, "timeline.payment_dates",
     ["month 19", "month 20", "late"]),
    ({"timeline.payment_dates.every": 16}, "timeline.payment_dates", ["month 32", "maturity in month 36"]),
    ({"arrangements.lump_sum": {"from": 2, "months": 36}}, "arrangements.lump_sum.months",
     ["month 37", "maturity in month 36"]),
    ({"arrangements.lump_sum": {"amount": 100.0, "margin": 0.05}}, "arrangements.lump_sum.margin", ["sum of 100"]),
    ({"arrangements.revolving": {"settled_with": []}}, "arrangements.revolving.settled_with", ["'Wmo'", "goes first"]),
    ({"contract.caps": {"total": 49_999.5}}, "contract.caps.total", ["is 49,999.5", "commitment of 50,000"]),
    ({f"{SEGMENT}.deadweight": 0.0, "accountant.claims.invalid": 0.1}, f"{SEGMENT}.deadweight", ["is 0"]),
    ({"accountant.counting.classes": ["direct", "real"]}, "accountant.counting.classes", ["real", "Wmo"]),
    ({"payers.Wmo.bought": "lump_sum"}, "accountant.counting.classes", ["direct", "Wmo"]),
    ({"accountant.counting.laws": ["Wmo", "Zvw"]}, "accountant.counting.laws", ["Zvw", "health insurer"]),
    ({"accountant.mode": "none"}, "accountant.review", ['accountant.mode = "none"']),
    ({"accountant.mode": "none", "accountant.review": {"remove": True}, "accountant.claims.invalid": 0.1},
     "accountant.claims", ['accountant.mode = "none"']),
    ({"accountant.mode": "none", "accountant.review": {"remove": True}, "accountant.disputes": {"appeal": 0.1}},
     "accountant.disputes", ['accountant.mode = "none"']),
    ({"accountant.mode": "attributes", "accountant.sample": {"size": 5}}, "accountant.sample.size", ["is 5", "share"]),
    ({"accountant.mode": "attributes",
      "accountant.sample": {"size": 5, "tolerable": 0.4, "pay_on": "accept", "every": 36}},
     "accountant.sample.size", ["is 5", "6 can show it"]),  # 0.6**5 = .078, 0.6**6 = .047
    ({"accountant.assurance": {"engagement": "assurance", "tolerances": [{"from_year": 2200, "together_share": 0.1}]}},
     "accountant.assurance", ["no tolerance for"]),
    ({"accountant.fee": {"line": {"remove": True}, "per_case": 5}}, "accountant.fee", ["on top of the budget line"]),
]
QUIET: list[dict[str, Any]] = [
    {},
    {"timeline.payment_dates": {"every": {"remove": True}, "months": [6, 20]}},
    {"timeline.payment_dates.every": 12},
    {"contract.caps": {"total": 50_000}},
    {"accountant.counting.classes": ["direct", "real"], "payers.Wmo.cashable": {"real": 0.1}},
    {"accountant.counting.classes": ["direct", "real"], f"{SEGMENT}.direct_share": 1.0},
    {"payers.Wmo": {"bought": "lump_sum", "renewal_month": 12}},
    {"arrangements.lump_sum": {"from": 1, "months": 36, "amount": 100.0}, "arrangements.revolving": {"lead": "Wmo"}},
    {"accountant.mode": "none", "accountant.review": {"remove": True}},
    {"accountant.mode": "attributes", "accountant.sample": {"share": 0.3}},
    {"accountant.mode": "attributes", "accountant.sample": {"size": 5, "every": 36}},
    {"accountant.mode": "attributes",
     "accountant.sample": {"size": 6, "tolerable": 0.4, "pay_on": "accept", "every": 36}},
    {"accountant.assurance": {"engagement": "agreed_upon_procedures"}},
    {"accountant.mode": "none", "accountant.review": {"wrong_rejection": 0.0, "source": "S1"}},
]


@pytest.mark.parametrize(("settings", "path", "words"), CAUTIONED)
def test_a_caution_where_it_is_due(tmp_path: Path, settings: dict[str, Any], path: str, words: list[str]) -> None:
    (said,) = cautions(deal(tmp_path, settings=settings))
    assert said.path == path
    assert all(word in sentence(said) for word in words), said


@pytest.mark.parametrize("settings", QUIET)
def test_no_caution_where_none_is_due(tmp_path: Path, settings: dict[str, Any]) -> None:
    assert cautions(deal(tmp_path, settings=settings)) == []


def test_a_deal_in_which_luck_pays_nothing_says_so_besides(tmp_path: Path) -> None:
    paths = [each.path for each in cautions(deal(tmp_path, settings={f"{SEGMENT}.deadweight": 0.0}))]
    assert paths == [f"{SEGMENT}.deadweight", "accountant.claims"]


def test_a_law_whose_shares_are_given_by_class(tmp_path: Path) -> None:
    old = "by_law = { Wmo = 0.8, Zvw = 0.2 }\ndirect_share = 0.5"
    both = {"accountant.counting.classes": ["direct", "real"]}
    real = "shares = { Wmo = { direct = 0.5, real = 0.3 }, Zvw = { direct = 0.2 } }"
    (said,) = cautions(deal(tmp_path, (old, real), settings=both))
    assert said.path == "accountant.counting.classes"
    elsewhere = "shares = { Wmo = { direct = 0.5 }, Zvw = { direct = 0.2, real = 0.3 } }"
    assert cautions(deal(tmp_path, (old, elsewhere), settings=both)) == []


def test_every_caution_is_given_somewhere_above(tmp_path: Path) -> None:
    given = set()
    for settings, *_ in [*CAUTIONED, ({f"{SEGMENT}.deadweight": 0.0}, "", [])]:
        terms = deal(tmp_path, settings=settings)
        given |= {question for question in CAUTIONS if list(question(terms))}
    assert given == set(CAUTIONS)


def test_the_reference_deal_says_what_it_takes_for_granted() -> None:
    reference = load("zwarte-zwanen")
    assert {each.path for each in assumed_independent(reference)} == PLAIN
    assert last_validation_month(reference) == 44  # 24 + 12 - 1 + 9, as its timeline says
    assert cautions(reference) == []
