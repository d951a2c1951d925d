"""``sib evidence``: what it tells people, programs and the disk, and how it ends on a fault."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import sib
from sib.analysis.control import Question, control
from sib.analysis.evidence import Asked, Rule, evidence
from sib.analysis.stricter import stricter
from sib.cli import main
from sib.deal.reader import load, read
from sib.views.evidence import Page
from sib.views.words import Words

REFERENCE = "zwarte-zwanen"
TERMS = {"measures.hurdle": 0.02}
SET = ("--set", "measures.hurdle=0.02")
FEW = ("--trials", "300")


def answered(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def said(*words: str) -> str:
    result = answered(*words)
    assert result.exit_code == 0, result.output
    assert result.stderr == "" or "-o" in words
    return result.stdout


def test_the_page_is_that_of_the_analysis() -> None:
    found = evidence(load(REFERENCE, settings=TERMS), 300, asked=Asked((5, 20)))
    words = ("evidence", REFERENCE, *SET, *FEW, "--cases", "5,20")
    assert said(*words) == Page(found, Words("en")).text() + "\n"
    assert said(*words, "--lang", "nl", "--workers", "1") == Page(found, Words("nl")).text() + "\n"


def test_fewer_errors_and_a_control_group_are_told_too() -> None:
    reading, asked = read(REFERENCE, settings=TERMS), Asked((5,))
    found = evidence(reading.scenario, 100, asked=asked)
    page = Page(found, Words("nl"), fewer=stricter(reading.scenario, 100, asked=asked),
                control=control(reading, Question((0.0, 0.3), asked, 100)))
    words = ("evidence", REFERENCE, *SET, "--trials", "100", "--cases", "5", "--review", "--deadweight", "0:0.30")
    assert said(*words, "--lang", "nl") == page.text() + "\n"
    told = json.loads(said(*words, "--json"))
    assert [each["errors"] for each in told["review"]["fewer"]] == ["half", "none"]
    assert (told["control"]["low"], told["control"]["high"]) == (0.0, 0.3)
    assert len(told["control"]["values"]) == 5


def test_a_program_reads_rules_costs_and_worths() -> None:
    words = ("--investor-rule", "investor.irr>=0.01", "--municipality-rule", "municipality.net_cash<=0")
    words = (*words, "--cases", "0,10", "--cost-per-case", "12.50")
    told = json.loads(said("evidence", REFERENCE, *FEW, "--json", *words))
    assert [side["rule"] for side in told["parties"]] == [
        {"measure": "investor.irr", "bound": 0.01, "is_at_least": True},
        {"measure": "municipality.net_cash", "bound": 0.0, "is_at_least": False}]
    rules = {"investor": Rule("investor.irr", 0.01), "municipality": Rule("municipality.net_cash", 0.0, False)}
    found = evidence(load(REFERENCE), 300, asked=Asked((0, 10), None, 12.5, rules))
    assert [each["cost"] for each in told["pilots"]] == [0.0, 125.0]
    for pilot, each in zip(told["pilots"], found.pilots, strict=True):
        assert [worth["worth"] for worth in pilot["worths"]] == [worth.worth.value for worth in each.worths]
        assert [worth["net"] for worth in pilot["worths"]] == [worth.worth.value - each.cost for worth in each.worths]
    assert told["pilots"][0]["worths"][0]["worth"] == 0


def test_the_page_says_what_it_rests_on() -> None:
    page = " ".join(said("evidence", REFERENCE, *FEW).split())
    assert "A case of the pilot costs 4,300: what the deal's budget has for one" in page
    assert "programme.dependence.icc = 0.05" in page
    assert "No measures.hurdle is set" in page
    known = said("evidence", "worked-example", "--trials", "10", "--cost-per-case", "5")
    assert "taken as known, so that a pilot has nothing" in known
    assert "A case of the pilot costs 5, as given." in known
    few = said("evidence", REFERENCE, "--trials", "60", "--cases", "400")
    assert "For 400 cases too few trials speak" in few


def test_a_result_folder_holds_the_table_and_a_chart(tmp_path: Path) -> None:
    place = tmp_path / "made"
    said("evidence", REFERENCE, *SET, *FEW, "--cases", "0,10", "-o", str(place))
    with (place / "evidence.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["cases"], row["party"]) for row in rows] == [
        (cases, party) for cases in ("0", "10", "all") for party in ("investor", "municipality")]
    found = evidence(load(REFERENCE, settings=TERMS), 300, asked=Asked((0, 10)))
    assert float(rows[2]["worth"]) == found.pilots[1].worths[0].worth.value
    assert float(rows[2]["less_cost"]) == found.pilots[1].worths[0].worth.value - 43_000
    assert (place / "charts" / "evidence.png").is_file()
    manifest = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["seed"], manifest["trials"], manifest["cost_per_case"]) == (1, 300, 4_300.0)


def test_the_folder_holds_what_else_was_asked_for(tmp_path: Path) -> None:
    place = tmp_path / "made"
    words = (*SET, "--trials", "100", "--cases", "5", "--review", "--deadweight", "0:0.30", "--json")
    told = json.loads(said("evidence", REFERENCE, *words, "-o", str(place)))
    tables = {}
    for name in ("review", "control"):
        with (place / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            tables[name] = list(csv.DictReader(file))
    assert [float(row["gain"]) for row in tables["review"]] == [
        party["gain"]["value"] for each in told["review"]["fewer"] for party in each["parties"]]
    assert [float(row["worth"]) for row in tables["control"]] == [
        worth["worth"] for each in told["control"]["groups"] for worth in each["worths"]] + [
        each["worth"] for each in told["control"]["perfect"]]
    assert json.loads((place / "manifest.json").read_text(encoding="utf-8"))["deadweight"] == [0.0, 0.3]


def test_the_frame_is_the_table() -> None:
    deal = sib.load(REFERENCE, set=TERMS)
    frame = sib.evidence(deal, [0, 10], trials=300)
    found = evidence(deal, 300, asked=Asked((0, 10)))
    assert frame["worth"].tolist() == [worth.worth.value for pilot in found.pilots for worth in pilot.worths] + [
        side.perfect.worth.value for side in found.sides]
    assert frame["cases"].isna().tolist() == [False] * 4 + [True] * 2
    assert sib.evidence(deal, [10], cost_per_case=7, trials=50)["cost"].iloc[0] == 70


@pytest.mark.parametrize(
    ("words", "code", "answer"),
    [
        (["--cases", "0.5"], 2, "no whole number"),
        (["--cases", "-1"], 2, "out of range"),
        (["--cases", "10001"], 2, "out of range"),
        (["--cases", "nan"], 2, "no finite number"),
        (["--cost-per-case", "0"], 2, "out of range"),
        (["--investor-rule", "investor.npv"], 2, "is no rule"),
        (["--investor-rule", "investor.npv>=inf"], 2, "no finite number"),
        (["--investor-rule", "investor.nvp>=0"], 2, "the nearest: investor.npv"),
        (["--deadweight", "0.3"], 2, "is no range of shares"),
        (["--deadweight", "0.3:0.1"], 2, "is no range of shares"),
        (["--deadweight", "0:2"], 2, "is no range of shares"),
        (["--segment", "nobody"], 3, "has no 'nobody'"),
        (["--review", "--set", "accountant.review.wrong_rejection=0"], 4, "has no error to take away"),
        (["--trials", "99999999"], 4, "largest number of trials"),
    ],
)
def test_faults(words: list[str], code: int, answer: str) -> None:
    result = answered("evidence", REFERENCE, "--trials", "20", *words)
    assert (result.exit_code, result.stdout) == (code, "")
    assert answer in result.stderr


def test_a_deal_of_a_group_is_refused() -> None:
    result = answered("evidence", "peterborough", "--trials", "10")
    assert (result.exit_code, result.stdout) == (4, "")
    assert 'programme.kind is "effect", not "cases"' in result.stderr
    told = answered("evidence", REFERENCE, "--trials", "10", "--json", "--segment", "nobody")
    assert told.exit_code == 3
    assert "has no 'nobody'" in json.loads(told.stdout)["errors"][0]["message"]


def test_the_dutch_page_fits_a_line_and_says_when_it_is_cut_short() -> None:
    page = answered("evidence", REFERENCE, "--trials", "200", "--cases", "25", "--review", "--deadweight", "0:0.3",
                    "--lang", "nl").stdout
    assert max(map(len, page.splitlines())) <= 115
    rows = [line.split()[:2] for line in page[page.index("Als de accountant fouten") :].splitlines()]
    assert [row[0] for row in rows[2:8]] == ["investeerder", "half", "nooit", "uitkomstbetaler", "half", "nooit"]
    assert "onvolledig" not in page
    found = evidence(load(REFERENCE), 100, asked=Asked((25,)))
    assert "\n\nincomplete: interrupted before all that was asked for" in Page(found, Words("en")).text(is_cut=True)
