"""``sib audit``: plans, selections and work papers, in both languages, and what is refused."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from test_cli import said, sib_run, strictly

from sib.cli import main
from sib.cli.audit import SUBCOMMANDS

BOOK = dict(zip("ABCDEFGHIJ", (7, 3, 4, 9, 0, 1, 8, 2, 6, 5), strict=True))
FOUND = {"A": "6.30,yes", "C": "4,yes", "D": "8,yes", "G": ",no", "I": "6,yes", "J": "5,yes"}
DRAW = ("--interval", "9", "--start", "2")


@pytest.fixture
def path(tmp_path: Path) -> str:
    """Ten claims; A C D G I are audited, J too."""
    rows = [f"{case},{book},{FOUND.get(case, ',')}" for case, book in BOOK.items()]
    (tmp_path / "claims.csv").write_text("\n".join(["case,book,audited,evidence", *rows]), encoding="utf-8")
    return str(tmp_path / "claims.csv")


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_help_of_each_ends_with_an_example_that_runs(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [f"{number},{2_000 + number},{2_000 + number}" for number in range(1_000, 1_040)]
    Path("claims.csv").write_text("\n".join(["case,book,audited", *rows]), encoding="utf-8")
    text = said("audit", name, "--help")
    program, *words = shlex.split(text.rstrip().splitlines()[-1])
    assert (program, words[:2]) == ("sib", ["audit", name])
    assert said(*words)
    assert strictly(said(*words, "--json"))["version"]


# Plans


def test_a_plan_names_its_models() -> None:
    told = said("audit", "plan", "--tolerable", "0.05", "--population", "500")
    assert [line.split()[:2] for line in told.splitlines()[3:6]] == [
        ["binomial", "59"], ["poisson", "60"], ["hypergeometric", "56"]]
    assert "tolerable rate 5%, 95% confidence, deviations expected 0, 500 files in all" in told
    dutch = said("audit", "plan", "--tolerable", "0.05", "--expected", "0.01", "--lang", "nl", "--model", "binomial")
    assert "toelaatbaar 5%, betrouwbaarheid 95%, verwacht 1%" in dutch
    assert "93" in dutch
    assert "poisson" not in dutch


def test_a_plan_in_money() -> None:
    words = ("audit", "plan", "--tolerable-amount", "50000", "--book-value", "1000000", "--expected-amount", "10000")
    printed = said(*words, "--factors", "printed")
    for figure in ("11,333.33", "88.24", "1.6", "3.0000"):
        assert figure in printed
    assert "binomial" not in printed
    data = strictly(said(*words, "--factors", "printed", "--json"))["monetary_unit"]
    assert data == {"book_value": 1e6, "tolerable": 5e4, "expected": 1e4, "expansion": 1.6, "confidence": 0.95,
                    "factors": "printed", "factor": 3.0, "interval": 11_333.33, "n": pytest.approx(88.235294)}
    shares = ("--tolerable", "0.05", "--expected", "0.01")
    both = strictly(said("audit", "plan", *shares, "--book-value", "1000000", "--json"))
    assert both["monetary_unit"]["interval"] == 11_349.47  # 34,000 / 2.995732 = 11,349.479, rounded down
    assert both["attributes"]["sizes"] == {"binomial": 93, "poisson": 95}
    assert both["attributes"]["expected_rate"] == 0.01


# Selections


def test_a_selection_lists_what_to_open(path: str) -> None:
    told = said("audit", "select", path, *DRAW)
    assert [line[0] for line in told.splitlines() if line[1:3] == "  " and line[0].isupper()] == [*"ACDGI"]
    assert "D     top         5  9.00" in told
    assert "1 claims of zero or less, together 0.00" in told
    data = strictly(said("audit", "select", path, *DRAW, "--json"))
    assert [file["case"] for file in data["files"]] == [*"ACDGI"]
    assert data["population"]["digest"] in told
    assert data["seed"] is None
    assert data["apart"] == [{"case": "E", "line": 6, "book": 0.0}]


def test_the_seed_decides_and_the_order_of_the_file_does_not(path: str) -> None:
    words = ("--interval", "9", "--seed", "4", "--json")
    first = strictly(said("audit", "select", path, *words))
    heading, *rows = Path(path).read_text(encoding="utf-8").splitlines()
    Path(path).write_text("\n".join([heading, *reversed(rows)]), encoding="utf-8")
    again = strictly(said("audit", "select", path, *words))
    assert [file["case"] for file in again["files"]] == [file["case"] for file in first["files"]]
    assert again["population"]["digest"] == first["population"]["digest"]
    starts = {strictly(said("audit", "select", path, "--interval", "9", "--seed", str(seed), "--json"))["start"]
              for seed in range(9)}
    assert len(starts) > 5


def test_a_size_is_turned_into_an_interval_and_files_can_be_drawn_alike(path: str) -> None:
    assert strictly(said("audit", "select", path, "--size", "5", "--json"))["interval"] == 9.0
    drawn = strictly(said("audit", "select", path, "--size", "5", "--method", "attributes", "--json"))
    assert len(drawn["files"]) == 5
    assert drawn["interval"] is None
    assert "5 of 10" in said("audit", "select", path, "--size", "5", "--method", "attributes")


# Work papers


def test_a_work_paper_has_every_figure(path: str) -> None:
    told = said("audit", "evaluate", path, *DRAW, "--tolerable-amount", "44")
    rows = {line[2:32].strip(): line.split()[-3:] for line in told.splitlines() if line.startswith("  ")}
    # D 1.00 in the top stratum; A a tenth of 9.00; G all of 9.00 without evidence; 900 x 2.995732 = 26.96
    assert rows["found in files opened"] == ["1.70", "8.00", "9.70"]
    assert rows["found in files not selected"] == ["0.00", "0.00", "0.00"]
    assert rows["top stratum, all opened"] == ["1.00", "0.00", "1.00"]
    assert rows["projection to all claims"] == ["1.90", "9.00", "10.90"]
    assert rows["basic precision"] == ["26.96", "26.96", "26.96"]
    assert rows["increments"] == ["0.67", "6.73", "7.23"]
    assert rows["upper limit, 95%"] == ["29.53", "36.00", "37.00"]
    assert rows["found in claims of zero or les"] == rows["found in files not selected"]
    assert rows["wrong at least, as known"] == rows["found in files opened"]
    assert (rows["counts as likely"], rows["counts as upper limit"]) == (
        rows["projection to all claims"], rows["upper limit, 95%"])
    assert "Audited and not selected: J. Corrected" in told
    assert "The limit is all that can be wrong" in told
    assert "With 95% confidence what is wrong or uncertain stays within" in told
    assert "as claimed if tolerable, else all reviewed  35.30" in told


def test_a_work_paper_in_dutch(path: str) -> None:
    told = said("audit", "evaluate", path, *DRAW, "--regime", "nl-municipal", "--year", "2025", "--lang", "nl")
    for text in ("Werkdossier: geldsteekproef", "kenmerk (SHA-256)", "onzekerheden", "10,90", "overschreden",
                 "Nederlandse gemeenten, 2025", "controleer alles, of corrigeer", "alles controleren"):
        assert text in told


@pytest.mark.parametrize(
    ("year", "kinds"), [("2024", {"errors": 0.45, "uncertainties": 1.35}), ("2025", {"together": 0.9})]
)
def test_tolerances_follow_the_year(year: str, kinds: dict[str, float], path: str) -> None:
    data = strictly(said("audit", "evaluate", path, *DRAW, "--regime", "nl-municipal", "--year", year, "--json"))
    assert {each["kind"]: each["tolerable"] for each in data["measures"]} == kinds
    assert data["conclusion"] == "exceeded"
    assert data["accepted"]["accept"] is None


def test_agreed_upon_procedures_state_findings_and_conclude_nothing(path: str) -> None:
    words = ("audit", "evaluate", path, *DRAW, "--engagement", "agreed-upon-procedures", "--tolerable", "0.9")
    told = said(*words)
    assert "agreed-upon procedures, standard 4400N" in told
    assert "draws no conclusion" in told
    assert "Amount accepted" not in told
    assert "tolerable" not in told
    data = strictly(said(*words, "--json"))
    assert (data["standard"], data["conclusion"], data["measures"], data["accepted"]) == ("4400N", None, [], None)
    assert data["findings"]["together"]["projection"] == 10.9
    assert "assurance, standard 3000A" in said(*words[:-4], "--engagement", "assurance", "--tolerable", "0.9")


def test_an_attributes_paper(path: str) -> None:
    found = {case: f"{book},yes" for case, book in BOOK.items()} | {"A": "6.30,yes", "D": "8,yes", "G": ",no"}
    rows = [f"{case},{book},{found[case]}" for case, book in BOOK.items()]
    Path(path).write_text("\n".join(["case,book,audited,evidence", *rows]), encoding="utf-8")
    words = ("audit", "evaluate", path, "--method", "attributes", "--size", "10", "--tolerable", "0.31")
    told = said(*words)
    assert "deviating of 10 files       2              1         3" in told
    assert "upper limit, 95%          20%            10%       30%" in told
    assert "hypergeometric" in told
    assert "Amount accepted" not in told
    data = strictly(said(*words, "--json", "--model", "poisson"))
    assert data["findings"]["together"]["limit"] == pytest.approx(0.7753657, abs=5e-8)
    assert data["conclusion"] == "undecided"


# Refusals


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("plan", "say what is tolerable"),
        ("plan --tolerable 5", "5% is written 0.05"),
        ("plan --tolerable 5%", "5% is written 0.05"),
        ("plan --tolerable nan", "'nan' is no share"),
        ("plan --tolerable 1e-2", "'1e-2' is no share"),
        ("plan --tolerable 0", "above 0"),
        ("plan --tolerable 0.05 --confidence 1", "below 1"),
        ("plan --tolerable 0.05 --expected 0.05", "not below the tolerable"),
        ("plan --tolerable 0.05 --model hypergeometric", "needs the size of the population"),
        ("plan --tolerable 0.05 --tolerable-amount 5", "give one"),
        ("plan --tolerable-amount 5", "--book-value"),
        ("plan --tolerable 0.05 --book-value 1.797", "--numbers en or --numbers nl"),
        ("plan --tolerable 0.05 --book-value inf", "finite number"),
        ("plan --tolerable 0.05 --book-value 1000 --expansion 0.5", "from 1 to 10"),
        ("plan --tolerable 0.05 --book-value 1000 --expected 0.04", "leaves nothing of the tolerable"),
        ("plan --tolerable 0.05 --population 1e3", "write 1000"),
        ("pln", "did you mean 'plan'?"),
        ("reticulate", "there are: plan, select, evaluate"),
        ("select FILE", "--interval or --size, one of them"),
        ("select FILE --interval 9 --size 5", "--interval or --size, one of them"),
        ("select FILE --interval 0", "above 0"),
        ("select FILE --interval 9 --start 10", "beyond the interval"),
        ("select FILE --method attributes --interval 9", "--size alone"),
        ("select FILE --method attributes --size 11", "11 is more than the 10 files"),
        ("evaluate FILE --interval 9 --year 2025", "--regime and --year together"),
        ("evaluate FILE --interval 9 --start 2 --regime nl-municipal --year 2003", "before the first year"),
        ("evaluate FILE --interval 9 --tolerable 0.05 --tolerable-amount 5", "three measures"),
        ("evaluate FILE --interval 9 --engagement assurance", "needs a measure"),
        ("evaluate FILE --method attributes --size 5 --tolerable-amount 5", "share of the files"),
    ],
)
def test_slips_of_the_command_line(words: str, told: str, path: str) -> None:
    result = sib_run("audit", *(path if word == "FILE" else word for word in words.split()))
    assert result.exit_code == 2
    assert told in " ".join(result.stderr.split())
    assert result.stdout == ""


def test_a_file_that_is_wrong_is_told_to_programs_too(path: str) -> None:
    result = CliRunner().invoke(main, ["audit", "evaluate", path, "--interval", "9", "--start", "1", "--json"])
    assert result.exit_code == 3
    # units 1 10 19 28 of A B C F G H I J: of A B G I only B has nothing filled in
    assert [(each["line"], each["path"]) for each in strictly(result.stdout)["errors"]] == [(3, "audited")]
    assert "was selected; open it" in result.stderr
    assert sib_run("audit", "select", f"{path}.gone", "--size", "1").exit_code == 3


def test_claims_that_are_all_zero_have_no_unit_to_draw(path: str) -> None:
    Path(path).write_text("case,book\nA,0\nB,-1\n", encoding="utf-8")
    result = sib_run("audit", "select", path, "--size", "1")
    assert result.exit_code == 2
    assert "no claim is above zero" in result.stderr


def test_the_page_on_sampling_says_what_happens() -> None:
    page = (Path(__file__).parents[1] / "docs" / "audit.md").read_text(encoding="utf-8")
    example = page.split("```python\n")[1].split("```")[0]
    names: dict[str, object] = {}
    *lines, last = example.strip().splitlines()
    exec("\n".join(lines), names)
    figures, _, comment = last.partition("#")
    assert str(eval(figures, names)) == f"({comment.strip().removesuffix(' cents')})"
    commands = [shlex.split(line)[2] for line in page.splitlines() if line.startswith("sib audit ")]
    assert commands == [*SUBCOMMANDS][:3]
