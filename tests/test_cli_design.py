"""``sib audit design``: which ways are compared, what is refused, and what people, programs and the disk are told."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import sib
from sib.cli.design import verb
from sib.deal.reader import load
from sib.errors import OutputError, ScenarioError
from sib.views.design import Page, way_named
from sib.views.words import Words

REFERENCE = "zwarte-zwanen"
WORDS = (REFERENCE, "--with", "claim-errors", "--trials", "40", "--files", "30,54", "--price", "100")


def answered(*words: str) -> Result:
    return CliRunner().invoke(verb, [*words])


def said(*words: str) -> str:
    result = answered(*words)
    assert result.exit_code == 0, result.output
    return result.stdout


def found(**choice: Any) -> Any:
    return sib.designs(load(REFERENCE, overlays=["claim-errors"]), 40, choice=sib.Choice(**choice))


def test_it_prints_the_page_of_the_analysis() -> None:
    expected = found(sizes=(30, 54), price=100.0)
    assert said(*WORDS) == Page(expected, Words("en")).text() + "\n"
    assert said(*WORDS, "--lang", "nl") == Page(expected, Words("nl")).text() + "\n"


def test_sizes_tolerance_and_price_are_read() -> None:
    plain = said(REFERENCE, "--with", "claim-errors", "--trials", "40")
    assert plain == Page(found(), Words("en")).text() + "\n"
    assert "54 in 375 by lot" in plain
    assert "133.33" in plain
    told = said(REFERENCE, "--with", "claim-errors", "--trials", "40", "--tolerable", "0.1", "--price", "99.50")
    assert told == Page(found(tolerable=0.1, price=99.5), Words("en")).text() + "\n"
    assert "all if over 10%" in told


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["--files", "0"], "out of range"),
        (["--files", "30,,54"], "is no whole number"),
        (["--files", "30.5"], "is no whole number"),
        (["--files", "many"], "is no whole number"),
        (["--tolerable", "5"], "5% is written 0.05"),
        (["--tolerable", "0"], "is below 1 and above 0"),
        (["--tolerable", "1"], "is below 1 and above 0"),
        (["--tolerable", "nan"], "is no share"),
        (["--price", "0"], "an amount here is above 0"),
        (["--price", "-1"], "an amount here is above 0"),
        (["--price", "1.797"], "--price"),
        (["--trials", "0"], "out of range"),
    ],
)
def test_slips_of_the_command_line(words: list[str], answer: str) -> None:
    result = answered(REFERENCE, *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert answer in " ".join(result.stderr.split())


@pytest.mark.parametrize("words", [[REFERENCE, "--with", "claim-monthly"], ["peterborough"], ["santa-clara"]])
def test_what_cannot_be_sampled_is_said(words: list[str]) -> None:
    result = answered(*words, "--trials", "1")
    assert isinstance(result.exception, ScenarioError)
    assert result.exception.exit_code == 3
    assert "claimed once each" in str(result.exception)
    assert result.stdout == ""


def test_programs_get_one_object() -> None:
    told = json.loads(said(*WORDS, "--json"))
    assert list(told) == ["scenario", "seed", "trials", "currency", "designs", "version"]
    assert (told["seed"], told["trials"], told["currency"]) == (1, 40, "EUR")
    assert [each["mode"] for each in told["designs"]] == [
        "unseen", "full", *(["attributes"] * 3 + ["monetary_unit"] * 3) * 2
    ]
    assert [each["n_files"] for each in told["designs"]] == [None, None, *[30] * 6, *[54] * 6]
    for each in told["designs"]:
        rows = {row["measure"]: row["value"] for row in each["measures"]}
        assert rows["fee"] == pytest.approx(100 * rows["files_opened"])


def contents(folder: Path) -> dict[str, bytes]:
    """Every file but the manifest, which has the time in it."""
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert files.pop("manifest.json")
    return files


def test_a_folder_holds_the_table_and_the_chart(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    result = answered(*WORDS, "-o", str(one))
    assert (result.exit_code, result.stderr) == (0, f"results in {one}\n")
    assert answered(*WORDS, "-o", str(two), "--workers", "1", "--quiet").stderr == ""
    assert contents(one) == contents(two)
    assert sorted(contents(one)) == ["charts/designs.png", "charts/designs.svg", "designs.csv"]
    rows = list(csv.DictReader((one / "designs.csv").read_text(encoding="utf-8").splitlines()))
    designs = found(sizes=(30, 54), price=100.0).designs
    assert [(row["review"], row["measure"], float(row["value"])) for row in rows] == [
        (way_named(design.way, Words("en"), n_cases=375), row.measure, pytest.approx(row.value))
        for design in designs for row in design.rows
    ]
    refused = answered(*WORDS, "-o", str(one))
    assert isinstance(refused.exception, OutputError)
    assert refused.exception.exit_code == 5
    assert answered(*WORDS, "-o", str(one), "--force", "--lang", "nl").exit_code == 0
    assert "elk dossier" in (one / "designs.csv").read_text(encoding="utf-8")
