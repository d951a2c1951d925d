"""``sib negotiate``: what it tells people, programs and the disk, and how it ends on a fault."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sib.analysis.concessions import Ask, exchange
from sib.analysis.negotiate import negotiate
from sib.cli import main
from sib.deal.reader import read
from sib.deal.red_lines import read_red_lines
from sib.views import concessions
from sib.views import negotiate as zones
from sib.views.words import Words

REFERENCE = "zwarte-zwanen"
FEW = ("--trials", "300")
RATE, TRIGGER = "contract.interest.rate", "contract.triggers.proof.at_least"
SHEET = f"""\
[[red_lines]]
party = "investor"
measure = "repaid_in_full"
at_least = 0.7

[[red_lines]]
party = "municipality"
measure = "net_cash"
at_least = 250_000

[[terms]]
path = "{RATE}"
values = [0.02, 0.04, 0.06]
"""
SECOND = f"""
[[terms]]
path = "{TRIGGER}"
low = 600_000
high = 1_200_000
step = 600_000
"""
THIRD = """
[[terms]]
path = "contract.interest.compounding"
values = ["annual", "simple"]
"""


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "lines.toml"
    path.write_text(SHEET + SECOND, encoding="utf-8")
    return path


def answered(*words: str | Path) -> Result:
    return CliRunner().invoke(main, list(map(str, words)))


def said(*words: str | Path) -> str:
    result = answered(*words)
    assert result.exit_code == 0, result.output
    assert result.stderr == "" or "-o" in words
    return result.stdout


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_the_page_is_that_of_the_analyses(lang: str, sheet: Path) -> None:
    words = Words("nl" if lang == "nl" else "en")
    zone = negotiate(read(REFERENCE), read_red_lines(sheet), trials=300)
    rates = exchange(read(REFERENCE), Ask((RATE, TRIGGER)), trials=300)
    told = said("negotiate", REFERENCE, sheet, "--vary", RATE, "--vary", TRIGGER, *FEW, "--lang", lang, "--workers=1")
    pages = zones.Page(zone, words).text(), concessions.Page(rates, words).text(has_name=False)
    assert told == "{}\n\n{}\n".format(*pages)


def test_without_red_lines_there_are_rates_only() -> None:
    told = said("negotiate", REFERENCE, *FEW, "--vary", TRIGGER)
    assert told == concessions.Page(exchange(read(REFERENCE), Ask((TRIGGER,)), trials=300), Words("en")).text() + "\n"
    data = json.loads(said("negotiate", REFERENCE, *FEW, "--vary", TRIGGER, "--json"))
    assert data["zone"] is None
    assert data["concessions"]["yardstick"] == RATE
    assert [each["path"] for each in data["concessions"]["trades"]] == [RATE, TRIGGER]


def test_data_say_where_every_line_stands(sheet: Path) -> None:
    data = json.loads(said("negotiate", REFERENCE, sheet, "--vary", RATE, *FEW, "--json"))["zone"]
    zone = negotiate(read(REFERENCE), read_red_lines(sheet), trials=300)
    assert data["zone"] == list(zone.zone)
    assert [point["red_lines"] for point in data["points"]] == [
        [zones.NAMES[state] for state in states] for states in zone.stands]
    assert data["red_lines"][0]["name"] == "investor: investor.repaid_in_full.probability >= 0.7"


def test_the_front_is_of_risk_and_cost_whatever_the_lines_are_about(sheet: Path) -> None:
    about_risk = SHEET.replace('"repaid_in_full"\nat_least = 0.7', '"principal_loss"\nat_most = 0.5')
    sheet.write_text(about_risk, encoding="utf-8")
    told = said("negotiate", REFERENCE, sheet, "--vary", RATE, *FEW)
    assert " [a]  investor: loses principal, chance  outcome payer: pays, mean" in told


def test_strict_ends_with_six_where_there_is_no_zone(sheet: Path) -> None:
    assert answered("negotiate", REFERENCE, sheet, "--vary", RATE, *FEW, "--strict").exit_code == 0
    sheet.write_text(SHEET.replace("0.7", "1.0").replace("250_000", "900_000"), encoding="utf-8")
    result = answered("negotiate", REFERENCE, sheet, "--vary", RATE, *FEW, "--strict")
    assert result.exit_code == 6
    assert "No zone: not one of 3 combinations keeps every red line." in result.stdout
    assert answered("negotiate", REFERENCE, sheet, "--vary", RATE, *FEW).exit_code == 0


def test_a_name_means_a_file_beside_the_deal() -> None:
    result = answered("negotiate", REFERENCE, "red-lnes", *FEW)
    assert result.exit_code == 3
    assert "red-lnes" in result.stderr


@pytest.mark.parametrize(
    ("old", "new", "answer"),
    [
        ("net_cash", "net_csh", "no figure 'municipality.net_csh'"),
        ("at_least = 0.7", 'at_least = "70%"', "lines.toml:4: red_lines[1].at_least"),
        (RATE, "contract.interest.rte", "did you mean 'rate'?"),
        ("[0.02, 0.04, 0.06]", "[2, 4]", "is not a yearly rate"),
    ],
)
def test_bad_files_end_with_three(old: str, new: str, answer: str, sheet: Path) -> None:
    sheet.write_text((SHEET if "[2" in new else SHEET + SECOND).replace(old, new), encoding="utf-8")
    result = answered("negotiate", REFERENCE, sheet, *FEW)
    assert (result.exit_code, result.stdout) == (3, "")
    assert answer in result.stderr
    told = json.loads(answered("negotiate", REFERENCE, sheet, *FEW, "--json").stdout)
    assert told["errors"][0]["message"]


@pytest.mark.parametrize(
    ("words", "code", "answer"),
    [
        (["--measure", "investor.joy"], 2, "is no measure with a mean"),
        (["--cost", "municipality.joy"], 2, "is no measure with a mean"),
        (["--vary", "contract.intrest.rate"], 3, "did you mean 'interest'"),
        (["--vary", "contract.interest.compounding"], 3, "is no number"),
        (["--per", "timeline.maturity", "--vary", RATE], 4, "does nothing for investor.npv"),
        (["--trials", "0"], 2, "out of range"),
    ],
)
def test_how_it_ends_when_something_is_wrong(words: list[str], code: int, answer: str) -> None:
    result = answered("negotiate", REFERENCE, *FEW, *words)
    assert (result.exit_code, result.stdout) == (code, "")
    assert answer in result.stderr
    assert "Traceback" not in result.stderr


def contents(folder: Path) -> dict[str, bytes]:
    """Every file but the manifest, which has the time in it."""
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert found.pop("manifest.json")
    return found


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (SHEET, ["concessions", "front", "zone"]), (SHEET + SECOND, ["concessions", "front", "zone"]),
        (SHEET + THIRD + SECOND, ["concessions", "front"]),
    ],
)
def test_folders_hold_tables_charts_and_a_manifest(text: str, names: list[str], sheet: Path, tmp_path: Path) -> None:
    sheet.write_text(text, encoding="utf-8")
    one, two = tmp_path / "one", tmp_path / "two"
    words = ("negotiate", REFERENCE, sheet, "--vary", RATE, "--trials", "100")
    assert answered(*words, "-o", one).stderr == f"results in {one}\n"
    assert answered(*words, "-o", two, "--workers", "1", "--quiet").stderr == ""
    assert contents(one) == contents(two)
    files = [*(f"charts/{name}.{kind}" for name in names for kind in ("png", "svg")), "concessions.csv", "zone.csv"]
    assert sorted(contents(one)) == sorted(files)
    rows = list(csv.DictReader((one / "zone.csv").read_text(encoding="utf-8").splitlines()))
    assert {row["whose"] for row in rows} == {"investor", "municipality"}
    assert {row["zone"] for row in rows} <= {"holds", "perhaps", "fails"}
    manifest = json.loads((one / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["terms"][RATE] == [0.02, 0.04, 0.06]
    assert len(manifest["red_lines"]) == 2
