"""``sib solve``: what it tells people and programs, and how it ends on a fault and without an answer."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

import sib
from sib.analysis.solve import Goal, solve
from sib.cli import main
from sib.deal.reader import read
from sib.views.solve import Page
from sib.views.words import Words

REFERENCE = "zwarte-zwanen"
FEW = ("--trials", "300")
RATE = "contract.interest.rate"
ASKED = ("solve", REFERENCE, "--for", "investor.irr=0.02", "--vary", RATE, "--between", "0:0.2", *FEW)


def answered(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def said(*words: str) -> str:
    result = answered(*words)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    return result.stdout


def test_the_page_is_that_of_the_analysis() -> None:
    found = solve(read(REFERENCE), Goal("investor.irr", 0.02, RATE, (0.0, 0.2)), trials=300)
    assert said(*ASKED) == Page(found, Words("en")).text() + "\n"
    assert said(*ASKED, "--lang", "nl", "--workers", "1") == Page(found, Words("nl")).text() + "\n"


def test_programs_get_one_object() -> None:
    told = json.loads(said(*ASKED, "--json", "--set", "contract.commitment=2000000"))
    assert told["scenario"]["digest"] == sib.load(REFERENCE, set={"contract.commitment": 2_000_000}).digest
    assert (told["verdict"], told["goal"], told["path"], told["between"]) == ("found", 0.02, RATE, [0.0, 0.2])
    assert told["low"] < told["value"] < told["high"]
    (root,) = told["roots"]
    assert root["check"]["low"] <= 0.02 <= root["check"]["high"]
    run = json.loads(said("run", REFERENCE, *FEW, "--json", "--set", "contract.commitment=2000000",
                          "--set", f"{RATE}={told['value']}"))
    assert root["check"] in run["measures"]
    assert {"value": 0.04, "problem": None, "measure": told["scan"][2]["measure"]} in told["scan"]


@pytest.mark.parametrize(
    ("goal", "path", "verdict"),
    [("investor.irr=0.9", RATE, "none"), ("investor.principal_loss=0.1", RATE, "flat")],
)
def test_without_an_answer_strict_ends_with_six(goal: str, path: str, verdict: str) -> None:
    words = ("solve", REFERENCE, "--for", goal, "--vary", path, *FEW)
    assert "No answer" in said(*words)
    assert "Geen antwoord" in said(*words, "--lang", "nl")
    strict = answered(*words, "--strict", "--json")
    assert strict.exit_code == 6
    told = json.loads(strict.stdout)
    assert (told["verdict"], told["value"], told["roots"]) == (verdict, None, [])
    assert answered(*ASKED, "--strict").exit_code == 0


@pytest.mark.parametrize(
    ("words", "code", "answer"),
    [
        (["--for", "investor.irr=0.02"], 2, "Missing option '--vary'"),
        (["--for", "investor.irr", "--vary", RATE], 2, "is not MEASURE=VALUE"),
        (["--for", "=0.02", "--vary", RATE], 2, "is not MEASURE=VALUE"),
        (["--for", "investor.irr=nan", "--vary", RATE], 2, "no finite number"),
        (["--for", "investor.irr=2%", "--vary", RATE], 2, "unit of the measure"),
        (["--for", "investor.joy=2", "--vary", RATE], 2, "no figure 'investor.joy'"),
        (["--for", "investor.repaid_in_full=90", "--vary", RATE], 2, "90% is written 0.9"),
        (["--for", "investor.irr=0.02", "--vary", RATE, "--between", "0.2:0.1"], 2, "is not LOW:HIGH"),
        (["--for", "investor.irr=0.02", "--vary", RATE, "--between", "0.2"], 2, "is not LOW:HIGH"),
        (["--for", "investor.irr=0.02", "--vary", RATE, "--between", "0:inf"], 2, "no finite number"),
        (["--for", "investor.irr=0.02", "--vary", "measures.available_capacity"], 2, "give two values"),
        (["--for", "investor.irr=0.02", "--vary", "contract.intrest.rate"], 3, "contract.intrest"),
        (["--for", "investor.irr=0.02", "--vary", "contract.interest"], 3, "vary a number in it"),
        (["--for", "investor.irr=0.02", "--vary", RATE, "--between", "2:3"], 3, "is not a yearly rate"),
        (["--for", "investor.irr=0.02", "--vary", RATE, "--trials", "99999999"], 4, "largest number of trials"),
    ],
)
def test_how_it_ends_when_something_is_wrong(words: list[str], code: int, answer: str) -> None:
    result = answered("solve", REFERENCE, *words)
    assert (result.exit_code, result.stdout) == (code, "")
    assert answer in result.stderr
    assert "Traceback" not in result.stderr
