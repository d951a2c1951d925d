"""``sib calibrate``: what it tells people, programs and the disk, and how it ends when something is wrong."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

import sib
from sib.cli import main
from sib.fragment import fragment

HEAD = "case,law,class,current,threatening,tailored,months"


def answered(*words: str, verb: str = "calibrate") -> Result:
    return CliRunner().invoke(main, [verb, *words])


def said(*words: str, verb: str = "calibrate") -> str:
    result = answered(*words, verb=verb)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_page_ends_with_the_fragment() -> None:
    told = said("portfolio")
    assert told.endswith(sib.calibrate("portfolio").fragment)
    assert "Saving of a success, mean   21,906" in told.replace("    ", "   ")
    dutch = said("portfolio", "--lang", "nl")
    assert "Besparing per succes, gemiddeld" in dutch
    assert "21.906" in dutch
    assert dutch.endswith(fragment(sib.calibrate("portfolio").paper, "nl"))
    assert "# Gekalibreerd op 150 casussen" in json.loads(said("portfolio", "--json", "--lang", "nl"))["fragment"]


def test_the_fragment_goes_into_a_deal_that_passes_its_check(tmp_path: Path) -> None:
    assert answered("portfolio", "-o", str(tmp_path / "out")).exit_code == 0
    overlay = str(tmp_path / "out" / "fragment.toml")
    sheet = said("zwarte-zwanen", "--with", overlay, verb="check")
    assert "calibrated from 88 successful cases of portfolio.csv" in sheet
    assert "21,906.14" in sheet


def test_a_folder_holds_fragment_figures_bands_and_a_chart(tmp_path: Path) -> None:
    place = tmp_path / "out"
    assert "results in" in answered("portfolio", "-o", str(place)).stderr
    names = {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}
    assert names == {"fragment.toml", "fit.csv", "bands.csv", "manifest.json", "charts/calibration.png",
                     "charts/calibration.svg"}
    with (place / "fit.csv").open(encoding="utf-8") as file:
        figures = {row["measure"]: float(row["value"]) for row in csv.DictReader(file)}
    assert figures["cases"] == 150
    assert sum(value for name, value in figures.items() if name.startswith("share:")) == pytest.approx(1)
    manifest = json.loads((place / "manifest.json").read_text())
    assert set(manifest["files"]) == names - {"manifest.json"}
    before = {name: (place / name).read_bytes() for name in manifest["files"]}
    assert answered("portfolio", "-o", str(place)).exit_code == 5
    assert answered("portfolio", "-o", str(place), "--force").exit_code == 0
    assert before == {name: (place / name).read_bytes() for name in manifest["files"]}


def test_few_cases_get_no_chart(tmp_path: Path) -> None:
    assert answered("practice-cases", "-o", str(tmp_path / "out")).exit_code == 0
    assert not (tmp_path / "out" / "charts").exists()


def test_programs_get_one_object() -> None:
    told = json.loads(said("portfolio", "--json"))
    assert list(told) == ["file", "currency", "segments", "fragment", "cautions", "version"]
    (segment,) = told["segments"]
    assert segment["saving"]["mean"] == pytest.approx(21_906.14, abs=0.005)
    assert sum(cell["share"] for cell in segment["shares"]) == pytest.approx(1)
    assert {fit["kind"] for fit in segment["fits"]} == {"lognormal", "gamma"}
    practice = json.loads(said("practice-cases", "--json"))
    assert practice["segments"][0]["successes"] is None
    assert practice["cautions"][0]["path"] == "tailored"


def test_cautions_go_to_stderr_unless_it_is_to_be_quiet() -> None:
    assert "practice-cases.csv:5: tailored is above current" in answered("practice-cases").stderr
    assert answered("practice-cases", "--quiet").stderr == ""


def test_options_reach_the_calibration() -> None:
    assert 'kind = "gamma"' in said("portfolio", "--fit", "gamma")
    assert 'kind = "empirical", values = [' in said("portfolio", "--fit", "empirical")
    saving = next(line for line in said("portfolio", "--all-cases").splitlines() if line.startswith("saving = "))
    assert "calibrated from 150 cases of" in saving
    assert "cases = 150\n" in said("portfolio", "--with-cases")
    assert 'name = "mine"' in said("practice-cases", "--segment", "mine")
    assert said("portfolio", "--seed", "2") != said("portfolio")


def test_an_xlsx_file_says_the_same_as_a_csv_file(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "empty"
    sheet = book.create_sheet("cases")
    with (Path(__file__).parents[1] / "scenarios" / "cases" / "portfolio.csv").open(encoding="utf-8") as file:
        for row in csv.reader(file):
            sheet.append([int(cell) if cell.isdigit() else cell for cell in row])
    path = tmp_path / "portfolio.xlsx"
    book.save(path)
    told = said(str(path), "--sheet", "cases").partition("\n")[2]
    assert told.replace("portfolio.xlsx", "portfolio.csv") == said("portfolio").partition("\n")[2].replace(
        "These cases are taken to be published or made up: figures may rest on fewer than 10.\n", "").replace(
        "do not make it smaller.", "do not make it smaller. No figure rests on fewer\nthan 10 cases.")


@pytest.mark.parametrize(("words", "code"), [
    ((), 2), (("portfolio", "--fit", "normal"), 2), (("portfolio", "--number-format", "de"), 2),
    (("portfolio", "--seed", "-1"), 2), (("practice-cases", "--segment", " "), 2),
    (("practice-cases", "--segment", "Familie Jansen"), 2), (("practice-cases", "--law", "3311 AB"), 2),
    (("no-such-cases",), 3),
    (("portfolio", "--sheet", "x"), 3), (("portfolio", "--segment", "x"), 3), ((".",), 3),
])
def test_how_it_ends_when_something_is_wrong(words: tuple[str, ...], code: int) -> None:
    result = answered(*words)
    assert result.exit_code == code
    assert "Traceback" not in result.stderr
    assert bool(result.stdout) == (code == 0)
    assert not [secret for secret in ("Jansen", "3311") if secret in result.stderr]


def test_what_is_wrong_with_a_file_is_one_object_too(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(f"{HEAD}\nJansen-Pietersen,Wmo,direct,1,4321.987,,0\n", encoding="utf-8")
    result = answered(str(path), "--json", "-o", str(tmp_path / "out"))
    assert result.exit_code == 3
    assert [(each["line"], each["path"]) for each in json.loads(result.stdout)["errors"]] == [
        (2, "threatening"), (2, "months")]
    assert not (tmp_path / "out").exists()
    assert not [secret for secret in ("Jansen", "4321", "987") if secret in result.output]


@pytest.mark.parametrize("form", [(), ("--json",), ("--lang", "nl")])
def test_a_few_that_failed_are_told_nowhere(form: tuple[str, ...], tmp_path: Path) -> None:
    path, place = tmp_path / "cases.csv", tmp_path / "out"
    path.write_text(f"{HEAD},success\n" + "".join(
        f"K{n},Wmo,direct,5000,{1000 + n if n > 3 else 0},,1,{'yes' if n < 146 else 'no'}\n" for n in range(150)))
    result = answered(str(path), *form, "-o", str(place))
    assert result.exit_code == 0
    written = "".join(each.read_text() for each in place.rglob("*") if each.suffix in (".toml", ".csv", ".json"))
    for text in (result.output, written):
        # 146 of 150 succeeded, and 4 of these save nothing
        assert not re.search(r"\b(146|142|4 of these|4 van deze|successes = )\b", text)
    assert "141" in result.stdout if "--json" in form else "140" in result.stdout
    told = said(str(path), "--own-data")
    assert "successes = 146, trials = 150" in told
    assert "Keep this page to yourself" in told
    refused = answered(str(path), "--all-cases")
    assert (refused.exit_code, refused.stdout) == (3, "")
    assert "tells would, beside what is told without it" in " ".join(refused.stderr.split())


def test_no_figure_in_json_is_a_zero_below_zero_and_cautions_have_no_line(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(f"{HEAD}\n" + "".join(
        f"K{n},Wmo,direct,10,15,10,12\nK{n},Zvw,real,50,,50,12\n" for n in range(20)))
    told = said(str(path), "--json")
    assert "-0.0" not in told
    assert json.loads(told)["segments"][0]["current_share"] == 0
    assert "-0.0" not in fragment(sib.calibrate(path).paper)
    path.write_text(f"{HEAD}\n" + "".join(f"K{n},Wmo,direct,9,19,10,12\n" for n in range(20)))
    cautions = json.loads(said(str(path), "--json"))["cautions"]
    assert [(each["line"], each["path"]) for each in cautions] == [(None, "tailored")]
    assert "(10 lines or more, this is the first)" in cautions[0]["message"]


def test_a_csv_file_loads_no_spreadsheet_and_no_chart() -> None:
    code = ("import sys; from sib.cli import main\ntry: main(['calibrate', 'practice-cases', '--quiet'])\n"
            "except SystemExit: pass\nprint(*sorted(sys.modules))")
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "sib.calibration" in loaded
    assert not {"openpyxl", "defusedxml", "matplotlib", "scipy.stats"} & set(loaded)
