"""Other keys: the same lines, nothing that leads back, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from sib.casefile import read_cases, read_table
from sib.errors import ScenarioError
from sib.pseudonyms import Pseudonymised, new_secret, pseudonym, pseudonymised

HEAD = "case,law,class,current,threatening,tailored,months"
SECRET = b"0123456789abcdef"


def made(folder: Path, *lines: str, secret: bytes = SECRET, laws: tuple[str, ...] = ()) -> Pseudonymised:
    (folder / "cases.csv").write_text("\n".join(lines), encoding="utf-8")
    return pseudonymised(read_table(str(folder / "cases.csv")).rows, secret, laws=laws)


def rows(found: Pseudonymised) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(found.text)))


def test_a_key_is_the_keyed_hash_of_the_old_one() -> None:
    # printf 007 | openssl dgst -sha256 -hmac 0123456789abcdef -binary | base32 | cut -c1-16
    assert pseudonym("007", SECRET) == "c-c5ijdenuyb2ghgco"
    assert pseudonym("007", b"another secret!!") != pseudonym("007", SECRET) != pseudonym("7", SECRET)


def test_the_lines_are_the_same_and_the_cases_still_belong_together(tmp_path: Path) -> None:
    lines = ("b,Wmo,direct,1,2.50,,12", "a,Zvw,real,,3,,1", "b,Zvw,real,,-4,,6")
    found = made(tmp_path, HEAD, *lines)
    assert (found.n_cases, found.n_lines, found.dropped) == (2, 3, ())
    told = rows(found)
    assert [row["case"] for row in told] == sorted(row["case"] for row in told)
    assert {(*list(row.values())[1:],) for row in told} == {tuple(line.split(",")[1:]) for line in lines}
    (tmp_path / "new.csv").write_text(found.text, encoding="utf-8")
    assert sorted(read_cases(str(tmp_path / "new.csv")).savings) == sorted(
        read_cases(str(tmp_path / "cases.csv")).savings)


def test_personal_and_unknown_columns_are_left_out_and_never_shown(tmp_path: Path) -> None:
    found = made(
        tmp_path, f"{HEAD},naam,BSN,remarks,segment",
        "111222333,Wmo,direct,1,2,,12,Jan Jansen,111222333,moved,Jan Jansen",
        "x,Wmo,real,1,2,,12,Piet Pietersen,123456782,,Jan Jansen")
    assert found.dropped == (
        "column 8 looks like a name", "column 9 looks like a citizen service number",
        "column 10 'remarks' is no column of a case file",
        "column 11 'segment' holds what looks like a name, on line 2 first")
    assert list(rows(found)[0]) == HEAD.split(",")
    for secret in ("Jan", "Piet", "111222333", "123456782", "moved"):
        assert secret not in found.text + " ".join(found.dropped)


def test_what_cannot_be_left_out_is_refused(tmp_path: Path) -> None:
    for lines, message in (
        ((HEAD, "x,Jan Jansen,direct,1,2,,12"), ":2: law is no law that is known; known: Wmo, "),
        ((HEAD.replace(",months", ""), "x,Wmo,direct,1,2,"), "lacks the column 'months'"),
        ((HEAD, ",Wmo,direct,1,2,,12"), ":2: case is blank"),
    ):
        with pytest.raises(ScenarioError, match=message) as error:
            made(tmp_path, *lines)
        assert "Jansen" not in str(error.value)


@pytest.mark.parametrize("name", ["law", "class", "current", "threatening", "tailored", "months"])
@pytest.mark.parametrize("cell", ["Familie Jansen, geb. 12-03-1984", "Jansen", "12-03-1984", "Kerkweg 3a"])
def test_no_cell_is_kept_that_is_not_what_its_column_holds(name: str, cell: str, tmp_path: Path) -> None:
    right = dict(zip(HEAD.split(","), ("x", "Wmo", "direct", "1", "2", "", "12"), strict=True))
    wrong = ",".join(f'"{each}"' for each in {**right, name: cell}.values())
    with pytest.raises(ScenarioError) as error:
        made(tmp_path, HEAD, ",".join(right.values()), wrong)
    assert [(each.line, each.path) for each in error.value.problems] == [(3, name)]
    assert not [part for part in ("Jansen", "1984", "Kerkweg") if part in str(error.value)]


def test_columns_that_are_not_needed_are_left_out_where_they_tell_of_people(tmp_path: Path) -> None:
    many = [f"K{place},Wmo,direct,1,2,,12,{{}},yes" for place in range(12)]
    head = f"{HEAD},segment,success"
    for segment, why in (
        ('"Familie Jansen, geb. 12-03-1984"', "holds what looks like a date, of birth perhaps, on line 2 first"),
        ("Dorpsstraat 12", "holds what looks like an address, on line 2 first"),
    ):
        found = made(tmp_path, head, *(line.format(segment) for line in many))
        assert found.dropped == (f"column 8 'segment' {why}",)
        assert list(rows(found)[0]) == [*HEAD.split(","), "success"]
    assert not made(tmp_path, head, *(line.format("Beschermd Wonen") for line in many)).dropped
    few = made(tmp_path, head, *(line.format("a") for line in many[:9]), "K9,Wmo,direct,1,2,,12,a,Jansen")
    assert few.dropped == ("column 9 'success' holds what is neither yes nor no, on line 11 first",)
    assert made(tmp_path, head, *(line.format("a") for line in many[:9])).dropped == (
        "column 8 'segment' holds a segment of fewer than 10 cases, whose name may be that of a household",)


@pytest.mark.parametrize("mark", ["=", "+", "-", "@"])
def test_text_that_a_spreadsheet_would_run_is_text(mark: str, tmp_path: Path) -> None:
    line = f"{mark}a,{mark}cmd|x,direct,-1,{mark if mark in '+-' else ''}2,,12"
    (row,) = rows(made(tmp_path, HEAD, line, laws=(f"{mark}cmd|x",)))
    assert row["law"] == f"'{mark}cmd|x"
    assert row["case"].startswith("c-")
    assert row["current"] == "-1"


def test_a_new_secret_is_new() -> None:
    assert len({new_secret() for _ in range(10)}) == 10
    assert len(new_secret()) == 32
