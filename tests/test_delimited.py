"""Rows of CSV files, good and bad, and the lines they stand on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sib import delimited
from sib.delimited import read_rows
from sib.errors import ScenarioError


def rows_of(folder: Path, content: str | bytes) -> delimited.Rows:
    path = folder / "x.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_rows(path, "x.csv")


def told(folder: Path, content: str | bytes) -> list[str]:
    with pytest.raises(ScenarioError) as error:
        rows_of(folder, content)
    return [str(problem) for problem in error.value.problems]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("start", ["", "\ufeff", "\n\n"])
def test_separators_are_found_out(mark: str, end: str, start: str, tmp_path: Path) -> None:
    found = rows_of(tmp_path, start + end.join([mark.join(["Case", " book "]), mark.join(["007", " 1"]), ""]))
    assert found.names == ("case", "book")
    assert found.cells == (("007", "1"),)
    assert found.lines == (2 + start.count("\n"),)
    assert found.column("book") == ("1",)


def test_a_separator_of_another_kind_belongs_to_its_cell(tmp_path: Path) -> None:
    found = rows_of(tmp_path, 'case;book;"a,b,c,d"\n1;1.000,50;"x;y"\n')
    assert found.names == ("case", "book", "a,b,c,d")
    assert found.cells == (("1", "1.000,50", "x;y"),)


def test_lines_are_right_after_line_breaks_inside_quotes_and_blank_rows(tmp_path: Path) -> None:
    found = rows_of(tmp_path, 'case,book\n"a\n\nb",1\n\n,\nc,2\r\n"d ""e""",3')
    assert found.lines == (2, 7, 8)
    assert [row[0] for row in found.cells] == ["a\n\nb", "c", 'd "e"']


def test_what_is_text_stays_text(tmp_path: Path) -> None:
    keys = ["007", "NA", "TRUE", "nan", "12345678901234567890", "1e5", "=1+1"]
    assert rows_of(tmp_path, "case,book\n" + "".join(f"{key},1\n" for key in keys)).column("case") == tuple(keys)


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        ("", ["x.csv: is empty"]),
        (" \n;;\n", ["x.csv: is empty"]),
        ("a,b\n", ["x.csv: has a first line and no rows below it"]),
        ("a,b\n1,2\n1,2,3\n4\n", [
            "x.csv:3: has 3 fields, where the first line has 2 names; a text with the separator in it stands between "
            "quotation marks",
            "x.csv:4: has 1 fields, where the first line has 2 names; a text with the separator in it stands between "
            "quotation marks"]),
        ("a,b\n1,2,3\n4,5,6\n", ["x.csv:2: and every row after it has 3 fields, where the first line has 2 names; give "
                                 "every column a name"]),
        ("a,b,A,\n1,2,3,4\n", [
            "x.csv:1: column 4 has no name", "x.csv:1: columns 1 and 3 have the same name; keep one"]),
        ('a,b\n1,2\n"3,4\n5,6\n', ["x.csv:3: is no CSV: a quotation mark that is opened or closed in the wrong place"]),
        ('a,b\n"1"x,2\n', ["x.csv:2: is no CSV: a quotation mark that is opened or closed in the wrong place"]),
        (b"a,b\n1,2\n\xe9,4\n", ["x.csv:3: is not UTF-8: byte 0xe9 at offset 8; save the file as CSV UTF-8"]),
        ("a,b\n1,2\n".encode("utf-16"), ["x.csv:1: is not UTF-8: byte 0xff at offset 0; save the file as CSV UTF-8"]),
        ("a,b\n1,\x00\n", ["x.csv: has a zero byte at offset 6; it is no text, save it as CSV UTF-8"]),
    ],
)
def test_what_is_wrong_is_told_with_its_line(content: str | bytes, problems: list[str], tmp_path: Path) -> None:
    assert told(tmp_path, content) == problems


def test_files_that_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path, message in ((tmp_path, "is no regular file"), (tmp_path / "gone.csv", "cannot be read: No such file")):
        with pytest.raises(ScenarioError, match=message):
            read_rows(path, "x.csv")
    with pytest.raises(ScenarioError, match="cannot be read"):
        read_rows(Path("a\0b"), "x.csv")
    monkeypatch.setattr(delimited, "LARGEST", 9)
    assert rows_of(tmp_path, "a,b\n1,22\n").lines == (2,)
    assert told(tmp_path, "a,b\n1,222\n") == ["x.csv: has 10 bytes; the largest that is read has 9"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="only Unix has pipes with a name")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ScenarioError, match="is no regular file"):
        read_rows(tmp_path / "pipe", "pipe")


def test_of_very_many_problems_the_first_are_told(tmp_path: Path) -> None:
    found = told(tmp_path, "a,b\n1,2\n" + "1,2,3\n" * 1_000)
    assert len(found) == delimited.MOST_PROBLEMS + 1
    assert found[-1] == "x.csv: has 950 more problems like these"


def test_a_cell_of_any_length_is_read_or_refused(tmp_path: Path) -> None:
    assert "field larger than field limit" in told(tmp_path, f"a,b\n1,{'x' * 200_000}\n")[0]
