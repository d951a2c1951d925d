"""What luck pays, as text: every figure is the paper's, in both languages, and nothing breaks a line."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from itertools import pairwise
from string import Formatter
from typing import Any

import pytest
from charts import NASTY, nasty
from one_block import household, plain_deal

from sib.analysis.luck import Luck, luck
from sib.deal.reader import load
from sib.deal.scenario import Scenario
from sib.views.luck import PAYS, TEXTS, TRIGGER, as_data, page
from sib.views.words import Phrases, Words

HOUSEHOLDS = "programme.segments.multi-problem households"
PICKED = {"cost": 10_000, "cv": 2.0, "top_share": 0.04, "correlation": 0.7}
EN, NL = Words("en"), Words("nl")


@cache
def errors() -> Luck:
    settings = {f"{HOUSEHOLDS}.selection": PICKED, f"{HOUSEHOLDS}.regression_to_mean": 0.3}
    return luck(load("zwarte-zwanen", overlays=["claim-errors", "trigger-high"], settings=settings), 1_500)


def trigger_deal(**segment: Any) -> Scenario:
    trigger = {"name": "all", "main": True, "metric": "validated_savings", "at_least": 240}
    payments = [{"kind": "savings_share", "name": "repayment", "share": 1.0, "when": "all"}]
    return plain_deal(household(**segment), contract={"triggers": [trigger], "payments": payments})


@pytest.mark.parametrize("key", TEXTS)
def test_every_text_is_said_in_both_languages_with_the_same_gaps(key: str) -> None:
    english, dutch = TEXTS[key]
    assert dutch not in ("", english) or key == "date"
    assert [{name for _, name, _, _ in Formatter().parse(text) if name} for text in TEXTS[key]] == [
        {name for _, name, _, _ in Formatter().parse(english) if name}
    ] * 2
    assert "  " not in english.lstrip()
    assert "  " not in dutch.lstrip()


@pytest.mark.parametrize("words", [EN, NL], ids=["en", "nl"])
def test_every_figure_stands_on_the_page_with_its_error(words: Words) -> None:
    found, say = errors(), Phrases(TEXTS, words.lang)
    lines = page(found, words).splitlines()
    for name in (*PAYS, *TRIGGER):
        row = found.row(name)
        figure, note = words.figure(row, "share" if row.unit == "fraction" else "money")
        [line] = [line for line in lines if line.startswith(f"{say(name)}  ")]
        assert line.split()[-len([figure, *note.split()]):] == [figure, *note.split()]


def test_rows_of_a_trigger_are_told_in_order() -> None:
    text = page(errors(), EN)
    places = [text.index(TEXTS[name][0][:40]) for name in (*PAYS, *TRIGGER, "dates", "picked", "meant")]
    assert places == sorted(places)
    assert "Trigger 'proof', by the last date" in text
    assert "Drempel 'proof', tot en met de laatste datum" in page(errors(), NL)


def test_dates_on_which_nothing_changes_are_left_out_and_it_says_so() -> None:
    found = errors()
    told = re.findall(r"^(\d{4}-\d\d-\d\d)", page(found, EN), re.MULTILINE)
    assert told[0] == found.dates[0].day.isoformat()
    assert len(told) < len(found.dates)
    assert TEXTS["same"][0] in page(found, EN)
    changing = [each for one, each in pairwise(found.dates) if replace(one, day=each.day) != each]
    assert told[1:] == [each.day.isoformat() for each in changing]
    everything = replace(found, dates=tuple(changing))
    assert TEXTS["same"][0] not in page(everything, EN)


def test_dates_are_by_hand() -> None:
    [_, rule, first, *_] = page(luck(trigger_deal(), 10), EN).split("By payment date, so far\n")[1].splitlines()
    assert set(rule) == {"-"}
    assert first.split() == ["2026-01-01", "100.0%", "100.0%", "0.0%", "0.0%", "0", "0"]


def test_a_selection_is_a_sentence() -> None:
    one_line = " ".join(page(errors(), EN).split())
    assert (
        "multi-problem households: those picked cost 78,721 a year, and would cost 48,542 a year later if nobody "
        "helped. That shows as a saving of 137% of the 22,000 that the deal takes a success to save; its "
        "regression_to_mean is 30%." in one_line
    )
    assert "kosten 78.721 per jaar" in " ".join(page(errors(), NL).split())


def test_a_share_of_no_saving_is_no_number() -> None:
    for words in (EN, NL):
        text = page(luck(plain_deal(household(saving=0, selection=PICKED)), 2), words)
        assert not re.search(r"nan\b", text, re.IGNORECASE)
        assert re.search("a success to save nothing|bespaart volgens de deal niets", " ".join(text.split()))


def test_what_was_assumed_away_is_said_and_only_then() -> None:
    nothing = TEXTS["nothing"][0][:40]
    assert nothing in page(luck(trigger_deal(), 5), EN)
    assert TEXTS["nothing"][1][:40] in page(luck(trigger_deal(), 5), NL)
    assert nothing not in page(luck(trigger_deal(deadweight=1.0), 5), EN)
    assert nothing not in page(luck(load("peterborough"), 5), EN)


def test_without_a_trigger_nothing_is_said_of_one() -> None:
    text = page(luck(load("worked-example"), 5), EN)
    assert "rigger" not in text
    assert "payment date" not in text


def test_dutch_numbers_have_commas() -> None:
    text = page(errors(), NL)
    assert "1.500 simulaties" in text
    assert re.search(r"\d,\d%", text)
    assert not re.search(r"\d\.\d%", text)


@pytest.mark.parametrize("words", [EN, NL], ids=["en", "nl"])
def test_names_cannot_break_the_page(words: Words) -> None:
    text = page(luck(nasty(), 5), words)
    assert max(map(len, text.splitlines())) < 200
    deal = trigger_deal(name=NASTY[3][:200], selection=PICKED)
    assert max(map(len, page(luck(deal, 5), words).splitlines())) < 250


def test_only_the_main_of_several_triggers_is_told_and_amounts_may_fall() -> None:
    found = luck(load("peterborough"), 100)
    for place, words in enumerate((EN, NL)):
        text = " ".join(page(found, words).split())
        assert TEXTS["others"][place].format(n=2) in text
        assert TEXTS["falls"][place] in " ".join(page(errors(), words).split())
        assert TEXTS["others"][place][:20] not in page(errors(), words)
        assert TEXTS["falls"][place] not in " ".join(page(replace(found, dates=found.dates[:1]), words).split())
        assert "household" not in text
        assert "euro" not in text


def test_plain_data_is_the_paper() -> None:
    found = errors()
    told = json.loads(json.dumps(as_data(found)))
    assert list(told) == ["seed", "trials", "currency", "measures", "dates", "selections"]
    assert (told["seed"], told["trials"], told["currency"]) == (1, 1_500, "EUR")
    assert [row["measure"] for row in told["measures"]] == [row.measure for row in found.rows]
    assert [row["value"] for row in told["measures"]] == [row.value for row in found.rows]
    assert told["dates"][0]["day"] == found.dates[0].day.isoformat()
    assert [each["paid"] for each in told["dates"]] == [each.paid for each in found.dates]
    assert told["selections"][0]["then"] == found.selections[0].then
