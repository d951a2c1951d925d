"""``sib sweep``: what it tells people, programs and the disk, and how it ends on a fault."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import sib
from sib.analysis.sweep import Plan, sweep
from sib.cli import main
from sib.deal.reader import read
from sib.views.sweep import Page
from sib.views.words import Words

REFERENCE = "zwarte-zwanen"
FEW = ("--trials", "300")
RATE, TRIGGER = "contract.interest.rate", "contract.triggers.proof.at_least"


def answered(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def said(*words: str) -> str:
    result = answered(*words)
    assert result.exit_code == 0, result.output
    assert result.stderr == "" or "-o" in words
    return result.stdout


def test_the_page_is_that_of_the_analysis() -> None:
    found = sweep(read(REFERENCE), {RATE: [0.02, 0.03, 0.04], TRIGGER: [900_000]}, plan=Plan(trials=300))
    words = ("sweep", REFERENCE, f"{RATE}=0.02:0.04:0.01", f"{TRIGGER}=900000", *FEW)
    assert said(*words) == Page(found, Words("en")).text() + "\n"
    assert said(*words, "--lang", "nl", "--workers", "1") == Page(found, Words("nl")).text() + "\n"


def test_overlays_settings_measures_and_the_front() -> None:
    told = json.loads(said("sweep", REFERENCE, f"{RATE}=0.02,0.03", *FEW, "--with", "as-spent", "--front", "--json",
                           "--set", f"{TRIGGER}=900000", "--measure", "investor.irr.p05"))
    assert told["paths"] == [RATE]
    first = told["points"][0]
    deal = sib.load(REFERENCE, overlays=["as-spent"], set={TRIGGER: 900_000, RATE: 0.02})
    assert (first["values"], first["digest"], first["problem"]) == ({RATE: 0.02}, deal.digest, None)
    assert [each["statistic"] for each in first["measures"]] == ["p05", "probability", "mean"]
    assert any(point["on_front"] for point in told["points"])
    assert (told["trials"], told["seed"], told["currency"]) == (300, 1, "EUR")


def test_what_is_no_deal_is_null_with_its_reason() -> None:
    told = json.loads(said("sweep", REFERENCE, f"{RATE}=0.02,4", *FEW, "--json"))
    bad = told["points"][1]
    assert (bad["digest"], bad["measures"], bad["on_front"]) == (None, [], None)
    assert "4% is written 0.04" in bad["problem"]
    assert "no deal: contract.interest.rate = 4 is not a yearly rate" in said("sweep", REFERENCE,
                                                                                  f"{RATE}=0.02,4", *FEW)


@pytest.mark.parametrize(
    ("words", "code", "answer"),
    [
        (["sweep", REFERENCE], 2, "Missing argument"),
        (["sweep", REFERENCE, RATE], 2, "has no name"),
        (["sweep", REFERENCE, f"{RATE}=nan"], 2, "no finite number"),
        (["sweep", REFERENCE, f"{RATE}=4%"], 2, "unit of the term"),
        (["sweep", REFERENCE, f"{RATE}=0:1:0"], 2, "step of 0"),
        (["sweep", REFERENCE, f"{RATE}=0.04", "--measure", "investor.joy"], 2, "no figure 'investor.joy'"),
        (["sweep", REFERENCE, f"{RATE}=0.04", "--trials", "0"], 2, "out of range"),
        (["sweep", "no-such-deal", f"{RATE}=0.04"], 3, "does not exist"),
        (["sweep", REFERENCE, "contract.intrest=0.04"], 3, "did you mean 'interest'"),
        (["sweep", REFERENCE, "contract.triggers.1.at_least=4"], 3, "is not there"),
        (["sweep", REFERENCE, f"{RATE}=4"], 3, "is not a yearly rate"),
        (["sweep", REFERENCE, f"{RATE}=0:0.2:0.001", f"{TRIGGER}=1:100:1"], 4, "20,100 combinations"),
        (["sweep", REFERENCE, f"{RATE}=0.04", "--trials", "99999999"], 4, "largest number of trials"),
    ],
)
def test_how_it_ends_when_something_is_wrong(words: list[str], code: int, answer: str) -> None:
    result = answered(*words)
    assert (result.exit_code, result.stdout) == (code, "")
    assert answer in result.stderr
    assert "Traceback" not in result.stderr


def contents(folder: Path) -> dict[str, bytes]:
    """Every file but the manifest, which has the time in it."""
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert found.pop("manifest.json")
    return found


@pytest.mark.parametrize(
    ("terms", "names"),
    [
        ((f"{RATE}=0.02,0.04,4", "--front"), ["front", "sweep"]),
        ((f"{RATE}=0.02,0.04", f"{TRIGGER}=900000,1200000"), ["sweep"]),
        ((f"{RATE}=0.02", f"{TRIGGER}=900000", "accountant.review.wrong_rejection=0.1"), []),
    ],
)
def test_folders_hold_a_table_charts_and_a_manifest(terms: tuple[str, ...], names: list[str], tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    assert answered("sweep", REFERENCE, *terms, *FEW, "-o", str(one)).stderr == f"results in {one}\n"
    assert answered("sweep", REFERENCE, *terms, *FEW, "-o", str(two), "--workers", "1", "--quiet").stderr == ""
    assert contents(one) == contents(two)
    files = [*(f"charts/{name}.{kind}" for name in names for kind in ("png", "svg")), "sweep.csv"]
    assert sorted(contents(one)) == sorted(files)
    rows = list(csv.DictReader((one / "sweep.csv").read_text(encoding="utf-8").splitlines()))
    assert rows[0][RATE] == "0.02"
    assert len([row for row in rows if not row["problem"]]) % 6 == 0
    manifest = json.loads((one / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["terms"][RATE][0] == 0.02
