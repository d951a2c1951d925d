"""``sib pseudonymise``: what it writes, what it refuses to write over, and what it says."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sib.casefile import read_cases
from sib.cli import main


def answered(*words: str) -> Result:
    return CliRunner().invoke(main, ["pseudonymise", *words])


def test_it_writes_a_case_file_with_the_same_lines(tmp_path: Path) -> None:
    place = tmp_path / "new.csv"
    result = answered("portfolio", "-o", str(place))
    assert (result.exit_code, result.stderr) == (0, "")
    assert f"lines of 150 cases in {place}" in result.stdout
    old, new = read_cases("portfolio"), read_cases(str(place))
    assert sorted(old.savings) == sorted(new.savings)
    assert not set(old.cases) & set(new.cases)
    assert not list(tmp_path.glob(".*"))
    if sys.platform != "win32":
        assert stat.S_IMODE(place.stat().st_mode) == 0o600


def test_keys_differ_from_run_to_run_unless_the_secret_is_given(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"x" * 16)
    made = {name: tmp_path / name for name in ("a.csv", "b.csv", "c.csv", "d.csv")}
    for name, place in made.items():
        given = ("--key-file", str(secret)) if name in ("c.csv", "d.csv") else ()
        assert answered("practice-cases", "-o", str(place), *given).exit_code == 0
    texts = {name: place.read_text() for name, place in made.items()}
    assert texts["a.csv"] != texts["b.csv"]
    assert texts["c.csv"] == texts["d.csv"]


def test_nothing_is_written_over_without_force(tmp_path: Path) -> None:
    place = tmp_path / "new.csv"
    place.write_text("mine")
    result = answered("practice-cases", "-o", str(place))
    assert (result.exit_code, place.read_text()) == (5, "mine")
    assert "exists" in result.stderr
    assert answered("practice-cases", "-o", str(place), "--force", "--quiet").output == ""
    assert place.read_text().startswith("case,law")


@pytest.mark.parametrize(("words", "code"), [
    (("practice-cases",), 2), (("no-such-cases", "-o", "x.csv"), 3),
    (("practice-cases", "-o", "no/such/folder/x.csv"), 5), (("practice-cases", "-o", "."), 5),
    (("practice-cases", "-o", "x.csv", "--key-file", "short"), 3),
    (("practice-cases", "-o", "x.csv", "--sheet", "a"), 3), (("practice-cases", "-o", "x.xlsx"), 2),
    (("practice-cases", "-o", "x"), 2), (("practice-cases", "-o", "x.csv", "--law", "Kerkweg 3a"), 2),
])
def test_how_it_ends_when_something_is_wrong(
    words: tuple[str, ...], code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("short").write_bytes(b"short")
    result = answered(*words)
    assert (result.exit_code, result.stdout) == (code, "")
    assert "Traceback" not in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["short"]
    assert "Kerkweg" not in result.stderr


def test_only_csv_is_written_and_few_cases_are_not_counted(tmp_path: Path) -> None:
    path, place = tmp_path / "cases.csv", tmp_path / "out.CSV"
    path.write_text("case,law,class,current,threatening,tailored,months\nx,Zorg,direct,1,2,3,4\n")
    assert answered(str(path), "-o", str(place)).exit_code == 3
    told = answered(str(path), "-o", str(place), "--law", "Zorg")
    assert told.stdout == f"fewer than 10 cases in {place}\n"
    wrong = answered(str(path), "-o", str(tmp_path / "out.xlsx"))
    assert "does not end in .csv, and CSV is what is written" in " ".join(wrong.stderr.split())


def test_a_refusal_shows_nothing_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text("case,law,class,current,threatening,tailored,months\nx,Jan Jansen,direct,1,2,3,4\n")
    result = answered(str(path), "-o", str(tmp_path / "out.csv"))
    assert result.exit_code == 3
    assert "Jansen" not in result.output
