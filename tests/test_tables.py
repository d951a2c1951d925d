"""The page of a run: which figures stand on it, that they are those of the summary, and how it is laid out."""

from __future__ import annotations

import re
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from small_deal import changed, write

from sib import engine
from sib.bridge import bridge_rows
from sib.deal.reader import load
from sib.deal.scenario import Scenario
from sib.results import Row, summarise
from sib.views.tables import INVESTOR, MUNICIPALITY, TRIGGER, Page, beside, block, opposite, plain
from sib.views.words import Words


def page_of(deal: Scenario, trials: int = 300, *, words: Words | None = None) -> Page:
    simulation = engine.simulate(deal, trials)
    rows = [*summarise(simulation), *bridge_rows(simulation)]
    return Page(simulation, rows, words=words or Words("en"))


@cache
def small_page() -> Page:
    return page_of(load("zwarte-zwanen"), 6_000)


def figures(text: str) -> dict[str, str]:
    """Label and figure of each line of a table; a label may stand there more than once, then the first counts."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        for half in re.split(r" {3,}(?=[A-Z])", line):
            match = re.match(r"\s*(.+?)  +(-?[\d.,]+%?|undefined)", half)
            if match:
                found.setdefault(match[1].strip(), match[2])
    return found


def test_the_worked_example_by_pencil(capsys: pytest.CaptureFixture[str]) -> None:
    # outlay 100; 60 + 45.76 come back; 180 are saved, all on budgets of the municipality, which keeps the rest;
    # principal outstanding 100, 44 and 0 in the three years: WAL (56 * 1 + 44 * 2) / 100
    found = figures(page_of(load("worked-example")).parties())
    assert found["Outlay"] == "100"
    assert found["Receives, expected"] == "105.76"
    assert found["Pays, expected"] == "105.76"
    assert found["Savings validated"] == found["Savings that are true"] == found["Savings that free money"] == "180"
    assert found["Net cash, expected"] == "74.24"
    assert found["IRR, mean"] == found["IRR, median"] == found["IRR of the mean cash flow"] == "4.00%"
    assert found["Average life, years (WAL)"] == "1.44"
    assert found["Gain in 1 of 20 under (VaR95)"] == found["Mean gain in those (ES95)"] == "5.76"
    assert found["Chance repaid in full"] == "100%"
    assert found["Cashability that breaks even"] == "58.8%"


def test_every_line_shows_the_row_of_the_summary() -> None:
    page = small_page()
    for party, lines in (("investor", INVESTOR), ("municipality", MUNICIPALITY), ("accountant", TRIGGER)):
        for line in lines:
            row = page.rows.get((party, line.measure, line.statistic))
            shown = list(page.cells(party, [line]))
            if row is None or (line.is_optional and not row.value):
                assert line.is_optional
                assert not shown
            else:
                assert shown == [(page.words(line.label), *page.words.figure(row, line.style))]


def test_what_is_no_loss_is_shown_as_a_gain_with_its_own_interval() -> None:
    page = small_page()
    row = Row("investor", "loss", "var95", -20_000.0, None, -21_000.0, -18_000.0, "EUR")
    (line,) = [line for line in INVESTOR if line.statistic == "var95"]
    for value, words, label, figure in (
        (row, Words("en"), "Gain in 1 of 20 under (VaR95)", "20,000"),
        (row, Words("nl"), "Winst: 1 op 20 lager (VaR95)", "20.000"),
        (opposite(row), Words("en"), "Loss in 1 of 20 over (VaR95)", "20,000"),
        (opposite(row), Words("nl"), "Verlies: 1 op 20 hoger (VaR95)", "20.000"),
    ):
        other = Page(page.simulation, [*page.rows.values(), value], words=words)
        assert list(other.cells("investor", [line])) == [(label, figure, f"± {words.number(2_000)}")]
    assert (opposite(row).low, opposite(row).high) == (18_000.0, 21_000.0)
    unknown = opposite(Row("investor", "loss", "es95", -1.0, None, None, 2.0, "EUR"))
    assert (unknown.value, unknown.low, unknown.high) == (1.0, -2.0, None)


def test_cashable_less_paid_less_own_costs_is_net_on_the_screen() -> None:
    # 7 + 2 claims at 3; 180 saved, 105.76 paid
    fee = {"accountant.fee": {"fixed": 7, "per_case": 3, "payer": "outcome_payer"}}
    found = figures(page_of(load("worked-example", settings=fee)).parties())
    column = [float(found[label]) for label in ("Savings that free money", "Pays, expected", "Fees and costs it bears")]
    assert column[2] > 7
    assert column[0] - column[1] - column[2] == pytest.approx(float(found["Net cash, expected"]), abs=1e-9)
    assert "Fees and costs" not in small_page().parties()


def test_unspent_money_that_comes_back_is_no_cost() -> None:
    page = small_page()
    row = Row("municipality", "own_costs", "mean", -5_000.0, 10.0, -5_020.0, -4_980.0, "EUR")
    other = Page(page.simulation, [*page.rows.values(), row], words=page.words)
    assert figures(other.parties())["Unspent money it gets back"] == "5,000"


def test_labels_name_the_statistic_that_they_show() -> None:
    en, nl = Words("en"), Words("nl")
    named = 0
    for line in (*INVESTOR, *MUNICIPALITY):
        for words, label in product((en, nl), filter(None, (line.label, line.opposite))):
            statistic = re.search(r"\((p\d+|P\d+|VaR\d+|ES\d+)\)", words(label))
            assert statistic is None or statistic[1].lower() == line.statistic
            named += statistic is not None
    assert named == 2 * 9


def test_one_is_no_plural() -> None:
    deal = load("worked-example", settings={
        "programme.segments.households.cases": 1, "budget.lines.two plans.unit_price": 100,
        "budget.lines.two plans.number": 1,
    })
    one = page_of(deal, 1).head()
    assert "\n1 trial · seed" in one
    assert "· 1 case ·" in one
    assert "\n1 simulatie · seed" in page_of(deal, 1, words=Words("nl")).head()
    assert "\n2 trials · seed" in page_of(load("worked-example"), 2).head()


def test_the_three_numbers_stand_first_with_what_they_are_compared_with() -> None:
    page = small_page()
    text = page.text()
    needed, cases, euros = page.decides().splitlines()[1:]
    # of 25 cases 15 succeeded: the mean of Jeffreys' beta is 15.5 / 26; effective cases 375 / (1 + 374 rho)
    assert "59.6% is expected" in needed
    assert "independent cases would carry the same risk as these 375; 19.0 if" in cases
    # 62% of 22,000 is direct, 90% of it on laws of the municipality, 90% of those claims are accepted
    assert euros.split()[0] == f"{22_000 * 0.62 * 0.9 * 0.9:,.0f}"
    assert text.index(page.decides()) < text.index(page.parties())


def test_a_deal_that_cannot_repay_says_so() -> None:
    page = page_of(load("worked-example", settings={"programme.segments.households.saving": 1}))
    assert page.decides().splitlines()[1].split()[0] == "none"


def test_the_bridge_starts_claimed_ends_validated_and_has_each_step_that_takes() -> None:
    page = small_page()
    labels = [line.rsplit("  ", 1)[0].strip() for line in page.bridge().splitlines()[2:]]
    assert labels[0].startswith("Claimed")
    assert labels[-1].startswith("Validated")
    assert [label.split("  ")[0] for label in labels[1:-1]] == [
        "- law not in the contract", "- class of saving not counted", "- good claim refused",
    ]


def test_what_an_appeal_brings_back_is_added_and_not_taken_off() -> None:
    page = page_of(load("zwarte-zwanen", overlays=["disputes"]), 50)
    told = figures(page.bridge())
    assert not [label for label, figure in told.items() if figure.startswith("-")]
    assert next(label for label in told if label.endswith("won back on appeal")).startswith("+")
    assert page.rows["accountant", "bridge.appeal", "mean"].value < 0


def test_what_comes_too_late_to_be_paid_is_shown(tmp_path: Path) -> None:
    late = load(write(tmp_path, changed(("payment_dates = { every = 6 }", "payment_dates = { months = [6] }"))))
    assert "of which too late to be paid" in page_of(late).bridge()
    assert "too late" not in small_page().bridge()


def test_tables_that_a_deal_has_no_use_for_are_left_out(tmp_path: Path) -> None:
    worked, small = page_of(load("worked-example")), page_of(load(write(tmp_path, changed())))
    assert worked.trigger() == ""
    assert not list(worked.tranches())
    assert "\n\n\n" not in worked.text()
    assert [table.splitlines()[0] for table in small.tranches()] == ["Tranche senior", "Tranche junior"]
    assert small.trigger().startswith("Trigger 'proof'")


def test_capacity_is_compared_with_the_reserve_where_it_is_given() -> None:
    assert "Capacity" not in small_page().parties()
    page = page_of(load("zwarte-zwanen", settings={"measures.available_capacity": 1_000_000_000}), 1_000)
    assert "Capacity / reserve, class A" in page.parties()


def test_what_is_assumed_independent_and_what_deserves_a_look_is_on_the_page() -> None:
    text = small_page().text()
    assert "programme.dependence.savings" in text
    assert "Worth a second look" not in text
    worked = page_of(load("worked-example")).text()
    assert "nothing that is uncertain" in worked
    assert "Worth a second look\n  programme.segments.households.deadweight" in worked


def test_the_foot_names_the_way_of_the_errors() -> None:
    assert "means of blocks of 256 trials" in small_page().foot()
    assert "trials taken as independent" in page_of(load("worked-example"), 300).foot()
    foot = small_page().foot()
    assert f"{len(small_page().simulation.checks)} bookkeeping checks" in foot
    assert foot.startswith("Principal is lost where receipts, interest included, stay below the outlay")


def test_parties_stand_side_by_side_or_below_each_other_where_there_is_no_room() -> None:
    page = small_page()
    wide, narrow = page.parties(), page.parties(width=60)
    assert max(map(len, wide.splitlines())) > 80
    assert max(map(len, narrow.splitlines())) <= 60
    assert narrow.index("Investor") < narrow.index("Outcome payer")
    assert figures(wide) == figures(narrow)
    assert page.parties(width=200) == wide


def test_blocks_of_unlike_length_stay_in_their_columns() -> None:
    left, right = block("A", [("a", "1", "± 1")]), block("B", [("b", "2", ""), ("cc", "33", "")])
    assert beside(left, right, width=None).splitlines() == [
        "A          B",
        "--------   -------",
        "a  1 ± 1   b    2",
        "           cc  33",
    ]


def test_too_few_trials_are_noticed() -> None:
    assert small_page().is_supported()
    assert not page_of(load("worked-example"), 3).is_supported()


def test_dutch_tables_are_dutch() -> None:
    page = Page(small_page().simulation, list(small_page().rows.values()), words=Words("nl"))
    text = page.text()
    for english in ("Outlay", "Chance", "Claimed", "Trigger", "trials"):
        assert not re.search(rf"\b{english}\b", text), english
    assert "Investeerder: social investor" in text
    assert "Uitkomstbetaler: gemeente" in text
    assert "1.797.500" in text


@pytest.mark.parametrize(
    ("name", "shown"),
    [("a\nb\t c", "a b c"), ("\x1b[31mred\x07", "[31mred"), ("x" * 300, "x" * 57 + "..."), ("<b> $x$ _y",) * 2],
)
def test_names_of_a_deal_cannot_break_a_table(name: str, shown: str) -> None:
    assert plain(name) == shown


def test_undefined_trials_get_a_line_only_where_there_are_some() -> None:
    page = small_page()
    row = page.rows["investor", "irr", "undefined_share"]
    assert row.value == 0
    assert "IRR undefined in" not in page.parties()
    some = Row(row.party, row.measure, row.statistic, 0.25, 0.01, 0.23, 0.27, row.unit)
    other = Page(page.simulation, [*page.rows.values(), some], words=page.words)
    assert figures(other.parties())["IRR undefined in"] == "25%"
