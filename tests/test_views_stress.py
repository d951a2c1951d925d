"""A deal under stress as text and as a chart: figures, errors, a sentence each, in both languages."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from string import Formatter

import pytest

from sib.analysis.stress import INVESTOR, PAYER, Asked, Case, LeftOut, StressTest, plan, stress_test
from sib.deal.adapt import Lack
from sib.deal.reader import load
from sib.deal.stress import library
from sib.errors import Problem
from sib.views import stress_chart
from sib.views.stress import TEXTS, Page, as_data, case_title, why
from sib.views.words import Words


@cache
def found(name: str = "zwarte-zwanen") -> StressTest:
    chosen = tuple(library()[each] for each in ("relapse", "not-cashable", "epidemic"))
    return stress_test(plan(load(name), Asked(chosen)), 512)


@pytest.mark.parametrize("key", [*TEXTS, *(f"chart {key}" for key in stress_chart.TEXTS)])
def test_every_text_is_said_in_both_languages_with_the_same_gaps(key: str) -> None:
    texts = stress_chart.TEXTS if key.startswith("chart ") else TEXTS
    english, dutch = texts[key.removeprefix("chart ")]
    gaps = [sorted(name for _, name, _, _ in Formatter().parse(text) if name) for text in (english, dutch)]
    assert gaps[0] == gaps[1]
    assert bool(english) == bool(dutch)


def test_every_figure_stands_in_its_row() -> None:
    page = Page(found(), Words("en"))
    for title, figures in (("Investor", INVESTOR), ("Outcome payer", PAYER)):
        lines = page.table(title, figures).splitlines()
        rows = [*found().singles, *found().together]
        assert len(lines) == 3 + len(rows)
        assert lines[2].startswith("no stress")
        for line, each in zip(lines[3:], rows, strict=True):
            assert line.startswith(case_title(each.case, "en"))
            for key in figures:
                assert page.figure(each.figures[key], key) in line
                assert page.change(each.changes[key], key) in line


def test_changes_have_a_sign_and_brackets_where_they_are_not_clear() -> None:
    page, key = Page(found(), Words("en")), ("municipality", "net_cash")
    row = replace(found().singles[0].changes[key], value=-1200.0, standard_error=10.0, low=-1220.0, high=-1180.0)
    assert page.change(row, key) == "-1,200"
    assert page.change(replace(row, value=1200.0, low=1180.0, high=1220.0), key) == "+1,200"
    assert page.change(replace(row, value=10.0, low=-10.0, high=30.0), key) == "(+10)"
    assert page.change(replace(row, value=0.0, low=0.0, high=0.0), key) == "="
    assert page.change(replace(row, value=float("nan"), low=None, high=None), key) == ""


def test_the_readings_say_what_harms_each_side_most() -> None:
    killed, *told = Page(found(), Words("en")).readings()
    assert killed == (
        "What kills it: the chance of full repayment is at most a half under Epidemic, severe; Relapse, severe.")
    assert told[0].startswith("Most harm to the investor: Epidemic, severe: the chance of full repayment falls from ")
    assert told[1].startswith("Most harm to the outcome payer: Savings not cashable, severe: what the outcome")
    assert [text.partition(":")[0] for text in told[2:]] == ["All 3 together, mild", "All 3 together, severe"]
    _, *dutch = Page(found(), Words("nl")).readings()
    assert dutch[0].startswith("Meeste schade voor de investeerder: Epidemie, zwaar: de kans op volledige terug")


def test_a_deal_that_survives_and_one_that_was_dead_before() -> None:
    relapse = Asked((library()["slow-start"],))
    lives = stress_test(plan(load("zwarte-zwanen"), relapse), 512)
    assert next(Page(lives, Words("en")).readings()).startswith("None of these kills it alone: the chance of")
    dead = stress_test(plan(load("zwarte-zwanen", settings={"contract.caps.total": 1_000_000}), relapse), 512)
    assert next(Page(dead, Words("en")).readings()) == (
        "Without any stress the chance of full repayment is only 0%.")


def test_what_does_not_move_clearly_is_not_said_to_move() -> None:
    page, each = Page(found(), Words("en")), found().singles[0]
    key = ("municipality", "net_cash")
    unclear = replace(each.changes[key], value=5.0, low=-10.0, high=20.0)
    told = page.moved(replace(each, changes={**each.changes, key: unclear}), [key])
    assert told.startswith("what the outcome payer is left with does not clearly move (")
    same = replace(each, changes={**each.changes, key: replace(unclear, value=0.0, low=0.0, high=0.0)})
    assert page.moved(same, [key]).startswith("what the outcome payer is left with stays ")


def test_what_does_not_fit_is_told_with_the_reason() -> None:
    text = Page(found("dc-water"), Words("en")).text()
    assert "Does not apply to this deal\n  Relapse: the deal has no programme.segments.*.relapse or" in text
    assert "Applies in part\n  Epidemic: the deal has no programme.segments.*.intake.delay or" in text
    assert "Makes no valid deal" not in text
    assert "None of these stresses costs the outcome payer cash." in text


def test_problems_are_told_and_many_are_counted() -> None:
    problems = tuple(Problem("f", None, f"a.b{place}", "is too much") for place in range(5))
    out = LeftOut(Case((library()["relapse"],), "mild"), problems=problems)
    assert why(out, "en") == "a.b0 is too much; a.b1 is too much; a.b2 is too much; and 2 more"
    page = Page(replace(found(), left_out=(out,)), Words("en")).text()
    assert "Makes no valid deal\n  Relapse, mild: a.b0 is too much" in page


def test_both_grades_with_one_reason_are_told_once() -> None:
    lack = (Lack("needs", ("programme.kind = cases (is effect)",)),)
    outs = tuple(LeftOut(Case((library()["evidence-late"],), grade), lacks=lack) for grade in ("mild", "severe"))
    page = Page(replace(found(), left_out=outs), Words("nl")).text()
    assert "Niet van toepassing op deze deal\n  Bewijs te laat: nodig is programme.kind = cases (is effect)" in page


def test_nothing_to_lay_is_said() -> None:
    nothing = stress_test(plan(load("dc-water"), Asked((library()["relapse"],))), 1)
    assert "No stress of those asked for can be laid over this deal." in Page(nothing, Words("en")).text()
    assert stress_chart.draw_stresses(nothing).axes


def test_data_are_plain() -> None:
    told = json.loads(json.dumps(as_data(found("dc-water"))))
    assert [(each["name"], each["grade"]) for each in told["left_out"]] == [("relapse", "mild"), ("relapse", "severe")]
    stressed = {(each["name"], each["grade"]): each for each in told["stresses"]}
    assert stressed["not-cashable", "severe"]["changed"][0]["path"].startswith("payers.")
    assert stressed["epidemic", "mild"]["missing"][0]["why"] == "absent"
    assert {row["is_clear"] for row in stressed["not-cashable", "mild"]["differences"]} <= {True, False}
