"""``sib stress``: what it tells people, programs and the disk, on every deal, and how it ends on a fault."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import sib
from sib.analysis.stress import Asked, plan, stress_test
from sib.cli import main
from sib.cli.stress import TRIALS
from sib.deal.stress import library
from sib.views.stress import Page
from sib.views.words import Words

REFERENCE = "zwarte-zwanen"
MANY_PEOPLE = {"chicago-cpc": "fewer-referrals", "innovation-fund": "slow-start"}
"""Deals of thousands of people, each followed by name: one stress says enough of these."""
FEW = ("--trials", "200", "--stress", "relapse", "--stress", "not-cashable")
OWN = ('title = "Strike"\ntitle_nl = "Staking"\nreason = "R."\nsource = "assumed"\n'
       '[[mild]]\nterms = ["programme.enrolment"]\ntimes = 0.5\n')


def answered(*words: str) -> Result:
    return CliRunner().invoke(main, ["stress", *words])


def said(*words: str) -> str:
    result = answered(*words)
    assert result.exit_code == 0, result.output
    assert result.stderr == "" or "-o" in words
    return result.stdout


@pytest.fixture
def own(tmp_path: Path) -> Path:
    file = tmp_path / "strike.toml"
    file.write_text(OWN, encoding="utf-8")
    return file


@pytest.mark.parametrize("deal", list(sib.packaged()))
def test_every_packaged_deal_can_be_stressed(deal: str) -> None:
    only = ("--stress", MANY_PEOPLE[deal]) if deal in MANY_PEOPLE else ()
    told = json.loads(said(deal, "--trials", "200", "--grade", "severe", "--json", *only))
    laid = {(each["name"], each["grade"]) for each in told["stresses"] if "+" not in each["name"]}
    out = {(each["name"], each["grade"]) for each in told["left_out"]}
    assert (laid | out) - {("all", "severe")} == {(name, "severe") for name in only[1:] or library()}
    assert not laid & out
    assert all(each["why"] for each in told["left_out"])
    assert laid - {("all", "severe")}


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_it_prints_the_page_of_the_analysis(lang: str) -> None:
    chosen = (library()["relapse"], library()["not-cashable"])
    found = stress_test(plan(sib.load(REFERENCE), Asked(chosen)), 200)
    assert said(REFERENCE, *FEW, "--lang", lang) == Page(found, Words(lang)).text() + "\n"  # type: ignore[arg-type]


def test_one_grade_and_a_combination() -> None:
    told = json.loads(said(REFERENCE, *FEW, "--grade", "mild", "--combine", "relapse+slow-start", "--json"))
    assert [each["name"] for each in told["stresses"]][-2:] == ["relapse+slow-start", "all"]
    assert {each["grade"] for each in told["stresses"]} == {"mild"}
    assert (told["trials"], told["scenario"]["digest"]) == (200, sib.load(REFERENCE).digest)


def test_overlays_and_settings_are_laid_first() -> None:
    told = json.loads(said(REFERENCE, *FEW, "--with", "as-spent", "--set", "contract.interest.rate=0.05", "--json"))
    deal = sib.load(REFERENCE, overlays=["as-spent"], set={"contract.interest.rate": 0.05})
    assert told["scenario"]["digest"] == deal.digest


def test_a_file_of_ones_own(own: Path) -> None:
    told = json.loads(said(REFERENCE, "--file", str(own), "--stress", "strike", "--trials", "64", "--json"))
    assert [(each["name"], each["grade"]) for each in told["stresses"]] == [("strike", "mild")]
    assert [(each["name"], each["grade"]) for each in told["left_out"]] == [("strike", "severe")]


def test_the_overlay_that_is_shown_can_be_laid(tmp_path: Path) -> None:
    shown = said(REFERENCE, "--show", "relapse+epidemic", "--grade", "severe")
    assert shown.startswith("# Relapse, severe: Households fall back")
    overlay = tmp_path / "both.toml"
    overlay.write_text(shown, encoding="utf-8")
    told = json.loads(said(REFERENCE, "--combine", "relapse+epidemic", "--stress", "relapse", "--grade", "severe",
                           "--trials", "1", "--json"))
    digests = {each["name"]: each["digest"] for each in told["stresses"]}
    assert sib.load(REFERENCE, overlays=[overlay]).digest == digests["relapse+epidemic"]


def test_the_mildest_grade_is_shown_unless_said() -> None:
    assert said(REFERENCE, "--show", "relapse") == said(REFERENCE, "--show", "relapse", "--grade", "mild")


def test_the_list_says_what_applies() -> None:
    lines = said("peterborough", "--list").splitlines()
    assert [line.split()[0] for line in lines] == sorted(library())
    assert "Relapse" in next(line for line in lines if line.startswith("relapse"))
    assert "the deal has no programme.segments.*.relapse" in next(line for line in lines if line.startswith("relapse"))
    assert next(line for line in lines if line.startswith("not-cashable")).endswith("Savings not cashable")
    assert "Pilot had geluk" in said("peterborough", "--list", "--lang", "nl")


def test_an_invalid_deal_is_told_and_the_others_go_on(own: Path) -> None:
    own.write_text(OWN.replace("times = 0.5", "times = 50"), encoding="utf-8")
    text = said(REFERENCE, "--file", str(own), "--stress", "strike", *FEW)
    assert "Makes no valid deal\n  Strike, mild: programme.enrolment" in text
    assert "Relapse, severe" in text


def test_workers_do_not_count_and_seeds_do() -> None:
    plain = said(REFERENCE, *FEW)
    assert said(REFERENCE, *FEW, "--workers", "1", "--quiet") == plain
    assert said(REFERENCE, *FEW, "--seed", "2") != plain


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ([], 2, "Missing argument 'SCENARIO'"),
        ([REFERENCE, "--stress", "relaps"], 2, "there is no stress 'relaps'; did you mean 'relapse'?"),
        ([REFERENCE, "--combine", "relapse+x"], 2, "there is no stress 'x'; known: "),
        ([REFERENCE, "--combine", "relapse"], 2, "--combine 'relapse' is one stress; name two or more"),
        ([REFERENCE, "--grade", "heavy"], 2, "'heavy' is not one of 'mild', 'severe'"),
        ([REFERENCE, "--trials", "0"], 2, "out of range"),
        ([REFERENCE, "--file", "no-such.toml"], 3, "no-such.toml: cannot be read"),
        (["no-such-deal"], 3, "does not exist"),
        (["peterborough", "--show", "relapse"], 3, "Relapse, mild: the deal has no programme.segments.*.relapse"),
        ([REFERENCE, "--trials", "99999999"], 4, "GB"),
    ],
)
def test_how_it_ends_when_something_is_wrong(words: list[str], code: int, told: str) -> None:
    result = answered(*words)
    assert (result.exit_code, result.stdout) == (code, "")
    assert told in result.stderr
    assert "Traceback" not in result.stderr


def test_a_bad_file_gives_all_its_problems(own: Path) -> None:
    own.write_text(OWN.replace("times = 0.5", 'times = "half"').replace("enrolment", "enrollment"), encoding="utf-8")
    result = answered(REFERENCE, "--file", str(own), "--json")
    assert result.exit_code == 3
    told = json.loads(result.stdout)["errors"]
    assert [(problem["line"], problem["path"]) for problem in told] == [(6, "mild[1].terms"), (7, "mild[1].times")]
    assert "did you mean 'enrolment'?" in result.stderr


def test_a_name_of_the_library_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "relapse.toml"
    file.write_text(OWN, encoding="utf-8")
    result = answered(REFERENCE, "--file", str(file))
    assert result.exit_code == 2
    assert "there is a stress 'relapse' already" in result.stderr


def test_a_folder_holds_tables_a_chart_and_a_manifest(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    words = ("zaanstad", *FEW, "--stress", "law-changes")
    assert answered(*words, "-o", str(one)).stderr == f"results in {one}\n"
    assert answered(*words, "-o", str(two), "--workers", "1", "--quiet").stderr == ""
    files = ["charts/stress.png", "charts/stress.svg", "left_out.csv", "stresses.csv"]
    for name in files:
        assert (one / name).read_bytes() == (two / name).read_bytes()
    manifest = json.loads((one / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["seed"], manifest["trials"], set(manifest["files"])) == (1, 200, set(files))
    rows = list(csv.DictReader((one / "stresses.csv").read_text(encoding="utf-8").splitlines()))
    assert {row["stress"] for row in rows} == {"", "relapse", "not-cashable", "law-changes", "all"}
    assert {row["kind"] for row in rows} == {"value", "difference"}
    assert (one / "left_out.csv").read_text(encoding="utf-8") == "stress,grade,why\n"


def test_few_trials_unless_said() -> None:
    assert f"[default: {TRIALS}]" in answered("--help").stdout
