"""Ways of reviewing as a table: names, figures and the sentence of the margin, in both languages."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal
from functools import cache
from string import Formatter

import pytest
from charts import nasty
from one_block import household, plain_deal

from sib.analysis.design import UNSEEN, Choice, Comparison, designs, ways
from sib.deal.reader import load
from sib.views.design import COLUMNS, TEXTS, Page, as_data, way_named
from sib.views.words import Words

EN, NL = Words("en"), Words("nl")


@cache
def compared() -> Comparison:
    deal = load("zwarte-zwanen", overlays=["claim-errors", "trigger-high"])
    return designs(deal, 400, choice=Choice(sizes=(30, 54), price=125.5))


@pytest.mark.parametrize("key", TEXTS)
def test_every_text_is_said_in_both_languages_with_the_same_gaps(key: str) -> None:
    english, dutch = TEXTS[key]
    assert dutch not in ("", english)
    gaps = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in (english, dutch)]
    assert gaps[0] == gaps[1]
    assert "  " not in english + dutch


def test_every_way_has_a_name_of_its_own() -> None:
    deal = load("zwarte-zwanen")
    names = [way_named(way, EN, n_cases=375) for way in ways(deal, Choice((54,), 0.025))]
    assert names == [
        "no file; paid as claimed", "every file",
        "54 in 375 by lot; as dates come, likely error off", "54 in 375 by lot; at the end, upper limit off",
        "54 in 375 by lot; at the end, all if over 2.5%",
        "54 in 375 by amount; as dates come, likely error off", "54 in 375 by amount; at the end, upper limit off",
        "54 in 375 by amount; at the end, all if over 2.5%",
    ]
    dutch = [way_named(way, NL, n_cases=1_375) for way in ways(deal, Choice((54,), 0.025))]
    assert len({*dutch}) == len(dutch)
    assert dutch[4] == "54 op 1.375 bij loting; aan het eind, alle bij meer dan 2,5%"
    assert not {*names} & {*dutch}


@pytest.mark.parametrize("words", [EN, NL], ids=["en", "nl"])
def test_every_figure_of_every_way_stands_in_its_row(words: Words) -> None:
    found = compared()
    lines = Page(found, words).text().splitlines()
    for design in found.designs:
        name = way_named(design.way, words, n_cases=375)
        [line] = [line for line in lines if line.startswith(f"{name}  ")]
        cells = line.removeprefix(name).split()
        shown = [column for column in COLUMNS if column != "late"]  # nothing is too late here
        for column, cell in zip(shown, cells, strict=True):
            row = design.row(column)
            if row is None:
                assert cell == words.number(Decimal(f"{design.months:.1f}"), -1)
            else:
                style = {"fraction": "share", "count": "number"}.get(row.unit, "euros")
                assert cell == words.figure(row, style)[0]


def test_the_month_is_to_a_tenth() -> None:
    page = Page(compared(), NL)
    assert page.cell(replace(compared().designs[1], months=30.25), "months") == "30,3"
    assert page.cell(replace(compared().designs[1], months=float("nan")), "months") == "-"


def test_a_deal_without_a_trigger_has_no_columns_of_one() -> None:
    text = Page(designs(plain_deal(), 5, choice=Choice(sizes=(1,))), EN).text()
    heading = next(line for line in text.splitlines() if line.startswith("review"))
    assert "missed" not in heading
    assert "repaid in full" in heading


def test_nothing_validated_is_no_number() -> None:
    for words in (EN, NL):
        text = Page(designs(plain_deal(household(success=0.0)), 5, choice=Choice(sizes=(1,))), words).text()
        assert not re.search(r"\bnan\b", text, re.IGNORECASE)


def test_the_margin_is_the_difference_of_two_rows() -> None:
    """Everything against the first sample by amount, paid on its likely error."""
    found = compared()
    full = found.designs[1]
    few = next(each for each in found.designs if each.way is not UNSEEN and each.way.mode == "monetary_unit")
    assert few.way.sample is not None
    assert (few.way.n_files, few.way.sample.pay_on) == (30, "point")
    steps = []
    for name in ("fee", "wrongly_accepted", "wrongly_withheld"):
        one, other = full.row(name), few.row(name)
        assert one is not None
        assert other is not None
        steps.append(round(one.value - other.value))
    text = " ".join(Page(found, EN).text().split())
    much, little = (f"{abs(step):,} {'less' if step < 0 else 'more'}" for step in steps[1:])
    assert f"costs {steps[0]:,} more in fees; {much} is then validated too much, and {little} too little." in text
    assert "A file is priced at 125.50;" in text
    assert "Een dossier is gerekend op 125,50;" in " ".join(Page(found, NL).text().split())


def test_without_a_price_no_costs_are_compared() -> None:
    found = replace(compared(), price=0.0)
    for words, asked in ((EN, "give one with --price"), (NL, "geef er een met --price")):
        text = " ".join(Page(found, words).text().split())
        assert asked in text
        assert "Opening every file instead" not in text
        assert "Elk dossier openen in plaats" not in text


def test_without_a_sample_there_is_no_margin() -> None:
    assert Page(replace(compared(), designs=compared().designs[:2]), EN).marginal() == ""


@pytest.mark.parametrize("words", [EN, NL], ids=["en", "nl"])
def test_names_cannot_break_the_page(words: Words) -> None:
    deal = nasty()
    once = deal.model_copy(update={"accountant": deal.accountant.model_copy(update={"claim_at": "end"})})
    text = Page(designs(once, 3, choice=Choice(sizes=(1,))), words).text()
    assert max(map(len, text.splitlines())) < 220


def test_plain_data_says_what_was_drawn() -> None:
    told = json.loads(json.dumps([as_data(each) for each in compared().designs]))
    assert list(told[0]) == ["mode", "n_files", "sample", "mean_month", "measures"]
    assert [each["mode"] for each in told[:3]] == ["unseen", "full", "attributes"]
    assert [each["sample"] for each in told[:2]] == [None, None]
    assert (told[2]["n_files"], told[2]["sample"]["share"], told[2]["sample"]["pay_on"]) == (30, 0.08, "point")
    stated = [told[4]["sample"][name] for name in ("size", "every", "tolerable")]
    assert stated == [30, 45, 0.05]  # all is ready by month 44
    assert [row["measure"] for row in told[0]["measures"]] == [row.measure for row in compared().designs[0].rows]
