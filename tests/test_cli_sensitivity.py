"""``sib sensitivity``: what it tells people, programs and the disk, and how it ends on a fault."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import sib
from sib.analysis.indices import Design, indices
from sib.analysis.sensitivity import Plan, tornado
from sib.cli import main
from sib.deal.rangefile import ranges
from sib.deal.reader import read
from sib.views import indices as shares_view
from sib.views import sensitivity as bars_view
from sib.views.words import Words

REFERENCE = "zwarte-zwanen"
RATE = "contract.interest.rate"
FEW = ("--trials", "60")
TOGETHER = ("--global", "--points", "4", "--trials", "40")
IRR = ("--measure", "investor.irr")
TIED = """
[[dependence]]
inputs = ["programme.segments.*.success.successes", "programme.segments.*.saving.mean"]
correlation = 0.5
"""


def answered(*words: str) -> Result:
    return CliRunner().invoke(main, ["sensitivity", *words])


def said(*words: str) -> str:
    result = answered(*words)
    assert result.exit_code == 0, result.output
    assert result.stderr == "" or "-o" in words
    return result.stdout


def test_the_page_is_that_of_the_analysis() -> None:
    reading = read(REFERENCE)
    found = tornado(reading, ranges(reading, given={RATE: (0.02, 0.06)}), plan=Plan(trials=60, seed=2))
    words = (REFERENCE, "--input", f"{RATE}=0.02:0.06", *FEW, "--seed", "2")
    assert said(*words) == bars_view.Page(found, Words("en")).text() + "\n"
    assert said(*words, "--lang", "nl", "--workers", "1") == bars_view.Page(found, Words("nl")).text() + "\n"


def test_the_page_of_all_together_is_that_of_the_analysis() -> None:
    reading = read(REFERENCE)
    found = indices(reading, ranges(reading), design=Design(("investor.irr",), 4, 40, 1))
    words = (REFERENCE, *TOGETHER, *IRR)
    assert said(*words) == shares_view.Page(found, Words("en")).text() + "\n"
    assert said(*words, "--lang", "nl", "--workers", "1") == shares_view.Page(found, Words("nl")).text() + "\n"


def test_every_range_is_told_with_its_source(tmp_path: Path) -> None:
    file = tmp_path / "ranges.toml"
    file.write_text(f'[[inputs]]\npath = "{RATE}"\nlow = 0.02\nhigh = 0.06\nkind = "pert"\nsource = "our bank"\n',
                    encoding="utf-8")
    page = " ".join(said(REFERENCE, "--ranges", str(file), *IRR, *FEW).split())
    assert "contract.interest.rate interest rate: now 0.04, from 0.02 to 0.06, PERT, likeliest 0.04; our bank" in page
    assert "deadweight: now 0.1, from 0 to 0.3; assumed: 0 to 0.30 argued" in page
    assert "64 other numbers of the deal have no range" in page
    assert "and with it payers.Jeugdwet.cashable.direct" in page


def test_a_program_gets_all_of_it(tmp_path: Path) -> None:
    file = tmp_path / "ranges.toml"
    file.write_text(TIED, encoding="utf-8")
    told = json.loads(said(REFERENCE, *FEW, *IRR, "--json", "--set", f"{RATE}=0.05"))
    assert told["scenario"]["digest"] == sib.load(REFERENCE, set={RATE: 0.05}).digest
    assert (told["trials"], told["seed"], told["currency"]) == (60, 1, "EUR")
    assert [each["mode"] for each in told["inputs"]] == [None] * 6
    assert told["measures"][0]["now"]["measure"] == "irr"
    assert {"name", "low", "high", "swing"} == set(told["measures"][0]["inputs"][0])
    told = json.loads(said(REFERENCE, *TOGETHER, *IRR, "--json", "--ranges", str(file)))
    assert (told["kind"], told["points"]) == ("shapley", 4)
    assert told["dependence"][0]["correlation"] == 0.5
    shares = [each["shapley"]["share"] for each in told["measures"][0]["inputs"]]
    assert sum(shares) == pytest.approx(1)


@pytest.mark.parametrize(
    ("words", "code", "answer"),
    [
        ([], 2, "Missing argument"),
        ([REFERENCE, "--input", RATE], 2, "is no PATH=LOW:HIGH"),
        ([REFERENCE, "--input", f"{RATE}=0.1"], 2, "is no PATH=LOW:HIGH"),
        ([REFERENCE, "--input", f"{RATE}=nan:1"], 2, "no finite number"),
        ([REFERENCE, "--input", f"{RATE}=2%:4%"], 2, "unit of the term"),
        ([REFERENCE, "--input", f"{RATE}=0.1:0.2", "--input", f"{RATE}=0.1:0.3"], 2, "given twice"),
        ([REFERENCE, "--measure", "investor.joy"], 2, "no figure 'investor.joy'"),
        ([REFERENCE, "--measure", "investor.irr.p05"], 2, "neither a mean nor a chance"),
        ([REFERENCE, "--trials", "0"], 2, "out of range"),
        ([REFERENCE, "--points", "8"], 2, "give --global with it"),
        ([REFERENCE, "--global", "--points", "10"], 2, "no power of two"),
        (["no-such-deal"], 3, "does not exist"),
        ([REFERENCE, "--input", "contract.intrest.rate=0:1"], 3, "did you mean 'interest'"),
        ([REFERENCE, "--input", f"{RATE}=0.05:0.02"], 3, "is not above low"),
        ([REFERENCE, "--input", f"{RATE}=2:4"], 3, "makes no deal"),
        ([REFERENCE, "--input", "programme.segments.*.cases=300.5:400"], 3, "no whole number"),
        ([REFERENCE, "--ranges", "no-such-file.toml"], 3, "cannot be read"),
        (["worked-example"], 4, "no number of this deal has a range"),
        ([REFERENCE, "--global", "--points", "4096"], 4, "32,768 deals are too many"),
        ([REFERENCE, "--trials", "99999999"], 4, "largest number of trials"),
    ],
)
def test_how_it_ends_when_something_is_wrong(words: list[str], code: int, answer: str) -> None:
    result = answered(*words)
    assert (result.exit_code, result.stdout) == (code, "")
    assert answer in result.stderr
    assert "Traceback" not in result.stderr


def test_faults_of_a_file_are_data_for_a_program(tmp_path: Path) -> None:
    file = tmp_path / "ranges.toml"
    file.write_text('[[inputs]]\npath = "contract.interest.rate"\nlow = 1\n', encoding="utf-8")
    result = answered(REFERENCE, "--ranges", str(file), "--json")
    assert result.exit_code == 3
    assert [(each["line"], each["path"]) for each in json.loads(result.stdout)["errors"]] == [(1, "inputs[1].high")]


def contents(folder: Path) -> dict[str, bytes]:
    """Every file but the manifest, which has the time in it."""
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert found.pop("manifest.json")
    return found


@pytest.mark.parametrize(
    ("more", "name", "rows"),
    [(FEW, "tornado", 6 * 2), (TOGETHER, "shares", 6 * 2 * 2)],
)
def test_folders_hold_tables_a_chart_and_a_manifest(
    more: tuple[str, ...], name: str, rows: int, tmp_path: Path
) -> None:
    words = (REFERENCE, *more, *IRR, "--measure", "municipality.net_cash")
    one, two = tmp_path / "one", tmp_path / "two"
    assert answered(*words, "-o", str(one)).stderr == f"results in {one}\n"
    assert answered(*words, "-o", str(two), "--workers", "1", "--quiet").stderr == ""
    assert contents(one) == contents(two)
    assert sorted(contents(one)) == [f"charts/{name}.png", f"charts/{name}.svg", *sorted(["inputs.csv", f"{name}.csv"])]
    assert len(list(csv.DictReader((one / f"{name}.csv").read_text(encoding="utf-8").splitlines()))) == rows
    listed = list(csv.DictReader((one / "inputs.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["input"] for row in listed] == sorted(row["input"] for row in listed)
    assert json.loads((one / "manifest.json").read_text(encoding="utf-8"))["seed"] == 1
