"""``sib compare`` and ``sib pockets``: what they tell people, programs and the disk, and how they end on a fault."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import sib
from sib.analysis.arrangements import arrange
from sib.analysis.budgets import budgets
from sib.cli import main
from sib.deal.arrangements import FORMS
from sib.views import arrangements
from sib.views import budgets as budget_pages
from sib.views.words import Words

REFERENCE = "zwarte-zwanen"
FEW = ("--trials", "300")


def answered(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def said(*words: str) -> str:
    result = answered(*words)
    assert result.exit_code == 0, result.output
    assert result.stderr == "" or "-o" in words
    return result.stdout


def test_one_deal_is_shown_in_every_form() -> None:
    found = arrange(sib.load(REFERENCE), 300)
    assert said("compare", REFERENCE, *FEW) == arrangements.Page(found, Words("en")).text() + "\n"
    few = arrange(sib.load(REFERENCE), 300, forms=("pays_itself", "revolving"))
    assert said("compare", REFERENCE, *FEW, "--form", "revolving", "--form", "pays_itself", "--lang", "nl") == (
        arrangements.Page(few, Words("nl")).text() + "\n")


def test_several_deals_are_compared_with_the_first() -> None:
    text = said("compare", REFERENCE, f"{REFERENCE}+trigger-high+as-spent", *FEW)
    deal = sib.load(REFERENCE, overlays=["trigger-high", "as-spent"])
    assert f"[B] {REFERENCE}+trigger-high+as-spent · scenario {deal.digest[:12]}" in text


def test_overlays_and_settings_hold_for_all(tmp_path: Path) -> None:
    told = json.loads(said("compare", REFERENCE, f"{REFERENCE}+trigger-high", *FEW, "--with", "as-spent", "--json",
                           "--set", "contract.interest.rate=0.05"))
    digests = [each["digest"] for each in told["scenarios"]]
    rate = {"contract.interest.rate": 0.05}
    assert digests == [sib.load(REFERENCE, overlays=each, set=rate).digest
                       for each in (["as-spent"], ["trigger-high", "as-spent"])]


def test_a_path_with_a_plus_in_it_is_a_path(tmp_path: Path) -> None:
    folder = tmp_path / "a+b"
    folder.mkdir()
    text = (Path(sib.packaged()["worked-example"]) / "scenario.toml").read_text(encoding="utf-8")
    (folder / "scenario.toml").write_text(text, encoding="utf-8")
    assert "[B]" in said("compare", "worked-example", str(folder), "--trials", "1")


def test_programs_get_one_object() -> None:
    told = json.loads(said("compare", REFERENCE, *FEW, "--json"))
    assert list(told) == ["scenario", "seed", "trials", "currency", "base", "forms", "version"]
    assert [each["form"] for each in told["forms"]] == list(FORMS)
    told = json.loads(said("pockets", REFERENCE, *FEW, "--json", "--form", "revolving"))
    assert (told["form"], told["fiscal_years"][0]) == ("revolving", 2026)
    assert {"party", "law", "year", "measure", "mean", "standard_error", "p80", "p90", "p95"} == set(told["budgets"][0])


def test_pockets_are_the_page_of_the_analysis() -> None:
    found = budgets(sib.load(REFERENCE), 300)
    assert said("pockets", REFERENCE, *FEW) == budget_pages.Page(found, Words("en")).text() + "\n"
    pasted = said("pockets", REFERENCE, *FEW, "--paste", "--lang", "nl", "--measure", "saving")
    assert pasted == budget_pages.Page(found, Words("nl"), measure="saving").pasted() + "\n"


def test_pockets_take_the_form_that_is_in_use() -> None:
    setting = ("--set", 'arrangements.actual="custom_budget"')
    assert json.loads(said("pockets", REFERENCE, *FEW, "--json", *setting))["form"] == "custom_budget"


@pytest.mark.parametrize("verb", ["compare", "pockets"])
def test_workers_do_not_count_and_seeds_do(verb: str) -> None:
    plain = said(verb, REFERENCE, *FEW)
    assert said(verb, REFERENCE, *FEW, "--workers", "1") == plain
    assert said(verb, REFERENCE, *FEW, "--seed", "2") != plain


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["compare"], 2),
        (["compare", REFERENCE, "--trials", "0"], 2),
        (["compare", REFERENCE, "--form", "bond"], 2),
        (["compare", REFERENCE, REFERENCE, "--form", "revolving"], 2),
        (["pockets", REFERENCE, "--measure", "nett"], 2),
        (["compare", "no-such-deal"], 3),
        (["compare", REFERENCE, f"{REFERENCE}+no-such-overlay"], 3),
        (["compare", REFERENCE, "peterborough"], 3),
        (["pockets", REFERENCE, "--set", "arrangements.revolving.lead=\"Zvw\""], 3),
        (["compare", REFERENCE, "--trials", "99999999"], 4),
        (["pockets", REFERENCE, "--trials", "99999999"], 4),
    ],
)
def test_how_it_ends_when_something_is_wrong(words: list[str], code: int) -> None:
    result = answered(*words)
    assert (result.exit_code, result.stdout) == (code, "")
    assert "Traceback" not in result.stderr


def contents(folder: Path) -> dict[str, bytes]:
    """Every file but the manifest, which has the time in it."""
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert found.pop("manifest.json")
    return found


@pytest.mark.parametrize(
    ("words", "files"),
    [
        (("compare", REFERENCE), ["charts/forms.png", "charts/forms.svg", "forms.csv"]),
        (("compare", REFERENCE, f"{REFERENCE}+trigger-high"),
         ["charts/scenarios.png", "charts/scenarios.svg", "differences.csv", "scenarios.csv"]),
        (("pockets", REFERENCE), ["budgets.csv", "charts/budgets.png", "charts/budgets.svg"]),
    ],
)
def test_folders_hold_tables_charts_and_a_manifest(words: tuple[str, ...], files: list[str], tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    assert answered(*words, *FEW, "-o", str(one)).stderr == f"results in {one}\n"
    assert answered(*words, *FEW, "-o", str(two), "--workers", "1", "--quiet").stderr == ""
    assert contents(one) == contents(two)
    assert sorted(contents(one)) == files
    manifest = json.loads((one / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["seed"], manifest["trials"], set(manifest["files"])) == (1, 300, set(files))
    for name in files:
        if name.endswith(".csv"):
            rows = list(csv.DictReader((one / name).read_text(encoding="utf-8").splitlines()))
            assert rows
            assert None not in rows[0]
