"""Ways to pay as text: figures are the paper's, in both languages, and nothing breaks a line."""

from __future__ import annotations

import json
from functools import cache
from string import Formatter

import pytest
from charts import NASTY, nasty

from sib.analysis.arrangements import EVERYBODY, Arranged, arrange
from sib.deal.reader import load
from sib.views.arrangements import Page, as_data
from sib.views.form_words import BUDGET_TEXTS, FORM_MEANT, FORM_NAMES, FORM_TEXTS
from sib.views.words import Words

TEXTS = {f"{kind}.{key}": pair for kind, texts in (("names", FORM_NAMES), ("forms", FORM_TEXTS), ("meant", FORM_MEANT),
                                                   ("budgets", BUDGET_TEXTS)) for key, pair in texts.items()}


@cache
def found() -> Arranged:
    settings = {"arrangements.central_reimbursement.based_on": 40, "arrangements.custom_budget.filled_by": {"Wmo": 1.0}}
    return arrange(load("zwarte-zwanen", overlays=["enrolment"], settings=settings), 1_024)


@pytest.mark.parametrize("key", TEXTS)
def test_every_text_is_said_in_both_languages_with_the_same_gaps(key: str) -> None:
    english, dutch = TEXTS[key]
    assert bool(dutch) == bool(english)
    gaps = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in (english, dutch)]
    assert gaps[0] == gaps[1]
    assert "  " not in english + dutch


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_every_form_and_party_stands_on_the_page(lang: str) -> None:
    text = Page(found(), Words(lang)).text()
    for names in FORM_NAMES.values():
        assert names[lang == "nl"] in text
    assert f"{FORM_NAMES['impact_bond'][lang == 'nl']} *" in text
    assert ("zorgverzekeraar" if lang == "nl" else "health insurer") in text
    assert "nan" not in text.split()
    assert max(map(len, text.splitlines())) <= 115


def test_figures_are_those_of_the_paper() -> None:
    page = Page(found(), Words("en"))
    line = next(line for line in page.payer().splitlines() if line.startswith("pays itself"))
    row = found().way("pays_itself").row("municipality", "net_cash")
    assert row is not None
    assert Words("en").figure(row, "euros")[0] in line


def test_it_says_what_is_not_settled_and_how_sure_a_norm_is() -> None:
    text = " ".join(Page(found(), Words("en")).text().split())
    assert "No interest is paid." in text
    assert "rests on 40 cases" in text
    assert "stated: filled_by Wmo 1" in text
    assert "stated: based_on 40 assumed: norm 4,580 · cv 0.8" in text


def test_what_the_bond_costs_for_each_hundred_spared() -> None:
    way = found().way("impact_bond")
    price, spared = (way.value("municipality", name) for name in ("price_of_transfer", "spared_if_it_fails"))
    assert Page(found(), Words("en")).per_hundred(way) == f"{100 * price / spared:.1f}"
    assert Page(found(), Words("en")).per_hundred(found().way("pays_itself")) == "-"


def test_a_deal_whose_volume_does_not_vary_says_so() -> None:
    forms = arrange(load("worked-example"), 1)
    assert "does not vary" in Page(forms, Words("en")).text()
    assert "varieert in deze deal niet" in Page(forms, Words("nl")).text()


def test_names_cannot_break_the_page() -> None:
    text = Page(arrange(nasty(), 20), Words("en")).text()
    assert "\n".join(NASTY) not in text
    assert all(line.isprintable() for line in text.splitlines())


def test_data_are_plain() -> None:
    told = json.loads(json.dumps(as_data(found())))
    assert [each["form"] for each in told["forms"]] == list(FORM_NAMES)
    assert {EVERYBODY, "municipality"} < {row["party"] for row in told["forms"][1]["measures"]}
