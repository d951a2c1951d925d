"""``sib luck``: what it tells people, programs and the disk, and how it ends when something is wrong."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import sib
from sib.cli import main
from sib.views.luck import page
from sib.views.words import Words

REFERENCE = "zwarte-zwanen"
WORDS = (REFERENCE, "--with", "claim-errors", "--with", "trigger-high", "--trials", "300")


def answered(*words: str) -> Result:
    return CliRunner().invoke(main, ["luck", *words])


def said(*words: str) -> str:
    result = answered(*words)
    assert result.exit_code == 0, result.output
    assert result.stderr == "" or "-o" in words
    return result.stdout


def test_it_prints_the_page_of_the_analysis() -> None:
    found = sib.luck(sib.load(REFERENCE, overlays=["claim-errors", "trigger-high"]), 300)
    assert said(*WORDS) == page(found, Words("en")) + "\n"
    assert said(*WORDS, "--lang", "nl") == page(found, Words("nl")) + "\n"
    assert "drie keer 300 simulaties" in said(*WORDS, "--lang", "nl")


def test_seed_and_terms_count_and_workers_do_not() -> None:
    plain = said(*WORDS)
    assert said(*WORDS, "--workers", "1") == plain
    assert said(*WORDS, "--seed", "2") != plain
    assert said(*WORDS, "--set", "contract.triggers.proof.at_least=1200000") != plain


def test_programs_get_one_object() -> None:
    told = json.loads(said(*WORDS, "--json"))
    assert list(told) == ["scenario", "seed", "trials", "currency", "measures", "dates", "selections", "version"]
    deal = sib.load(REFERENCE, overlays=["claim-errors", "trigger-high"])
    assert told["scenario"] == {"name": deal.name, "digest": deal.digest}
    assert (told["seed"], told["trials"], told["currency"], told["version"]) == (1, 300, "EUR", sib.__version__)
    rows = {row["measure"]: row["value"] for row in told["measures"]}
    assert rows["paid"] == pytest.approx(rows["earned"] + rows["false_trigger"] - rows["missed_trigger"])
    assert list(told["dates"][0]) == ["day", "earned", "paid", "false", "missed", "paid_falsely", "not_paid"]
    assert told["selections"] == []


def test_what_is_undefined_is_null() -> None:
    told = json.loads(said(REFERENCE, "--trials", "5", "--json", "--set",
                           "programme.segments.'multi-problem households'.success=0.0"))
    assert {row["measure"]: row["value"] for row in told["measures"]}["luck_share"] is None


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([REFERENCE, "--trials", "0"], 2),
        ([REFERENCE, "--trials", "2.5"], 2),
        ([REFERENCE, "--lang", "de"], 2),
        ([], 2),
        (["no-such-deal"], 3),
        ([REFERENCE, "--set", "contract.interest.rate=4"], 3),
        ([REFERENCE, "--with", "no-such-overlay"], 3),
        ([REFERENCE, "--trials", "999999999999"], 4),
    ],
)
def test_how_it_ends_when_something_is_wrong(words: list[str], code: int) -> None:
    result = answered(*words)
    assert (result.exit_code, result.stdout) == (code, "")
    assert "Traceback" not in result.stderr


def test_what_is_wrong_is_told_to_programs_too() -> None:
    result = answered(REFERENCE, "--json", "--set", "contract.interest.rate=4")
    assert result.exit_code == 3
    assert json.loads(result.stdout)["errors"][0]["path"] == "contract.interest.rate"


def contents(folder: Path) -> dict[str, bytes]:
    """Every file but the manifest, which has the time in it."""
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert found.pop("manifest.json")
    return found


def test_a_folder_holds_figures_dates_chart_and_manifest(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    result = answered(*WORDS, "-o", str(one))
    assert (result.exit_code, result.stderr) == (0, f"results in {one}\n")
    assert answered(*WORDS, "-o", str(two), "--workers", "1", "--quiet").stderr == ""
    assert contents(one) == contents(two)
    assert sorted(contents(one)) == ["charts/luck.png", "charts/luck.svg", "dates.csv", "luck.csv"]
    manifest = json.loads((one / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["seed"], manifest["trials"]) == (1, 300)
    assert [Path(each).stem for each in manifest["overlays"]] == ["claim-errors", "trigger-high"]
    assert set(manifest["files"]) == set(contents(one))


def test_the_tables_are_those_of_the_analysis(tmp_path: Path) -> None:
    answered(*WORDS, "-o", str(tmp_path / "x"))
    found = sib.luck(sib.load(REFERENCE, overlays=["claim-errors", "trigger-high"]), 300)
    rows, dates = (
        list(csv.DictReader((tmp_path / "x" / f"{name}.csv").read_text(encoding="utf-8").splitlines()))
        for name in ("luck", "dates")
    )
    assert [(row["measure"], float(row["value"])) for row in rows] == [
        (row.measure, pytest.approx(row.value)) for row in found.rows
    ]
    assert [(row["day"], float(row["missed"])) for row in dates] == [
        (each.day.isoformat(), pytest.approx(each.missed)) for each in found.dates
    ]


def test_a_folder_that_exists_is_refused_unless_it_is_forced(tmp_path: Path) -> None:
    folder = tmp_path / "x"
    words = ("worked-example", "--trials", "5", "-o", str(folder))
    assert answered(*words).exit_code == 0
    result = answered(*words)
    assert (result.exit_code, result.stdout) == (5, "")
    assert answered(*words, "--force").exit_code == 0


def test_the_chart_speaks_the_language(tmp_path: Path) -> None:
    for lang in ("en", "nl"):
        answered(*WORDS[:-1], "20", "-o", str(tmp_path / lang), "--lang", lang)
    one, other = ((tmp_path / lang / "charts" / "luck.svg").read_bytes() for lang in ("en", "nl"))
    assert one != other
