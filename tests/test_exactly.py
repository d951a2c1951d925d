"""``sib run --method`` and ``sib check --numerics``: what they tell people and programs, and how they end."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner, Result

import sib
from sib.cli import main
from sib.exact.against import Compared, Verdict
from sib.exact.method import exact
from sib.views.exact import Page
from sib.views.words import Words

FEW = ("--trials", "300")


def answered(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_exact_figures_and_why_others_need_simulation(lang):
    result = answered("run", "zwarte-zwanen", "--method", "exact", "--lang", lang)
    assert result.exit_code == 0
    assert result.stderr == ""
    page = Page(exact(sib.load("zwarte-zwanen")), Words(lang)).alone()
    assert result.stdout == page + "\n"
    told = {"en": "comes in on 11 payment dates", "nl": "op 11 betaaldata binnen"}[lang]
    assert told in result.stdout


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_whichever_figure_is_furthest_off_has_a_name(lang):
    found = exact(sib.load("worked-example"))
    page = Page(found, Words(lang))
    for row in found.rows:
        told = page.verdict(Verdict((Compared(row, row, 1.0),)))
        if row.statistic.startswith("p") and row.statistic != "probability":
            assert f", {row.statistic})" in " ".join(told.split())
    assert {"p01", "p10", "p25", "p75"} <= {row.statistic for row in found.rows}


def test_figures_by_hand_as_data():
    told = json.loads(answered("run", "worked-example", "--method", "exact", "--json").stdout)
    assert told["method"] == "exact"
    rows = {(row["party"], row["measure"], row["statistic"]): row for row in told["measures"]}
    # 4 + 56 in the first year, 1.76 + 44 in the second; 180 saved
    assert rows["investor", "receipts", "mean"]["value"] == 105.76
    assert rows["municipality", "net_cash", "p05"]["value"] == pytest.approx(180 - 105.76)
    assert rows["investor", "receipts", "mean"]["standard_error"] is None
    assert told["needs_simulation"] == []


def test_both_side_by_side():
    result = answered("run", "rikers-able", "--method", "both", *FEW, "--strict")
    assert result.exit_code == 0
    assert "Passed." in result.stdout
    told = json.loads(answered("run", "rikers-able", "--method", "both", *FEW, "--json").stdout)
    assert told["method"] == "both"
    assert told["passed"]
    assert {"value", "exact", "z"} <= told["measures"][0].keys()


def test_strict_ends_with_6_where_they_differ(monkeypatch):
    # the exact side is that of four points of effect more, which moves the chance of payment by a quarter
    deal = sib.load("rikers-able")
    other = exact(sib.load("rikers-able", set={"programme.metrics.bed_day_reduction.effect.mean": 12}))
    monkeypatch.setattr("sib.cli.exactly.exact", lambda _: replace(other, deal=deal))
    words = ("run", "rikers-able", "--method", "both", "--trials", "2000")
    result = answered(*words, "--strict")
    assert result.exit_code == 6
    assert "Failed." in result.stdout
    assert answered(*words).exit_code == 0
    assert answered("check", "rikers-able", "--numerics", "--trials", "2000").exit_code == 6


def test_nothing_exact_is_refused_with_the_reason():
    result = answered("run", "newpin", "--method", "exact", "--lang", "nl")
    assert result.exit_code == 0  # what is measured last is known
    result = answered("run", "peterborough", "--method", "exact")
    assert result.exit_code == 4
    assert "3 cohorts are measured" in result.stderr
    assert result.stdout == ""


def test_numerics_in_short():
    result = answered("check", "worked-example", "--numerics", *FEW)
    assert result.exit_code == 0
    assert "figures compared" in result.stdout
    told = json.loads(answered("check", "worked-example", "--numerics", *FEW, "--json").stdout)
    assert told["numerics"]["passed"]
    assert told["numerics"]["n_compared"] > 300


@pytest.mark.parametrize("words", [("-o", "somewhere"), ("--precision", "investor.irr=0.1")])
def test_options_of_a_simulation_alone_are_refused(words):
    result = answered("run", "worked-example", "--method", "exact", *words)
    assert result.exit_code == 2
    assert "--method mc" in result.stderr


def test_trials_go_with_numerics():
    result = answered("check", "worked-example", "--trials", "100")
    assert result.exit_code == 2
    assert "--numerics" in result.stderr


def test_an_unknown_method_is_refused():
    assert answered("run", "worked-example", "--method", "magic").exit_code == 2
