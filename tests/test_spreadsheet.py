"""XLSX files: what is read of them, and what is refused before anything is opened."""

from __future__ import annotations

import io
import pickle
import zipfile
from datetime import date

import openpyxl
import pytest

from sib import spreadsheet
from sib.delimited import Rows
from sib.errors import ScenarioError
from sib.spreadsheet import rows_in_sheet

load = openpyxl.load_workbook
HEAD = ("case", "law", "current")
CONTENT_TYPES = "[Content_Types].xml"


def xlsx(*rows: tuple[object, ...], sheets: dict[str, list[tuple[object, ...]]] | None = None) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for name, others in (sheets or {}).items():
        sheet = book.create_sheet(name)
        for row in others:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def with_parts(content: bytes, **parts: bytes) -> bytes:
    """The file with parts added or replaced, by name with __ for the slash and _dot_ for the dot."""
    named = {name.replace("__", "/").replace("_dot_", "."): part for name, part in parts.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename not in named:
                new.writestr(info.filename, old.read(info))
        for name, part in named.items():
            new.writestr(name, part)
    return out.getvalue()


def rows_of(content: bytes, sheet: str | None = None) -> Rows:
    return rows_in_sheet(content, "x.xlsx", sheet=sheet)[0]


def refusal(content: bytes, sheet: str | None = None) -> str:
    with pytest.raises(ScenarioError) as error:
        rows_of(content, sheet)
    return str(error.value)


def test_text_stays_text_and_numbers_stay_numbers() -> None:
    long = "12345678901234567890"
    found = rows_of(xlsx(
        (" Case ", "LAW", "current"), ("007", "NA", 1234.5), (), (long, "TRUE", 0.1), ("=not", None, -12)))
    assert found.names == HEAD
    assert found.lines == (2, 4, 5)
    assert found.cells == (("007", "NA", "1234.5"), (long, "TRUE", "0.1"), ("", "", "-12"))
    assert found.kinds == {(0, 2): "number", (1, 2): "number", (2, 2): "number", (2, 0): "formula"}


def test_what_a_cell_is_stored_as_is_told() -> None:
    found = rows_of(xlsx(HEAD, (7, True, date(2024, 2, 1)), ("=1+1", "x", False)))
    assert found.cells == (("7", "yes", ""), ("", "x", "no"))
    assert found.kinds == {(0, 0): "number", (0, 1): "truth", (0, 2): "date", (1, 0): "formula", (1, 2): "truth"}


def test_a_formula_with_its_result_is_the_result_and_an_error_is_one() -> None:
    content = xlsx(HEAD, ("a", "b", "=1+1"))
    sheet = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    assert b"<f>1+1</f><v />" in sheet or b"<f>1+1</f><v></v>" in sheet
    for empty in (b"<v />", b"<v></v>"):
        sheet = sheet.replace(b"<f>1+1</f>" + empty, b"<f>1+1</f><v>2</v>")
    found = rows_of(with_parts(content, xl__worksheets__sheet1_dot_xml=sheet))
    assert (found.cells, found.kinds) == ((("a", "b", "2"),), {(0, 2): "number"})
    broken = rows_of(xlsx(HEAD, ("a", "b", "#DIV/0!")))
    assert broken.kinds == {(0, 2): "error"}


def test_the_first_sheet_is_read_unless_another_is_named() -> None:
    content = xlsx(HEAD, ("a", "b", 1), sheets={"Blad 2": [HEAD, ("c", "d", 2)]})
    assert rows_in_sheet(content, "x.xlsx")[1] == 2
    assert rows_of(content).cells == (("a", "b", "1"),)
    assert rows_of(content, "Blad 2").cells == (("c", "d", "2"),)
    assert "has no sheet of the name that was given; it has 2" in refusal(content, "blad 2")


def test_a_field_too_many_is_refused_in_one_row_and_in_all() -> None:
    beyond = "has something beyond the last column that has a name"
    assert refusal(xlsx(HEAD, ("a", "b", 1, 2), ("a", "c", 1))).count(beyond) == 1
    assert refusal(xlsx(HEAD, ("a", "b", 1, 2), ("a", "c", 1, 0))).count(beyond) == 2
    assert "column 2 has no name" in refusal(xlsx(("case", None, "law"), ("a", "b", 1)))
    assert "columns 1 and 3 have the same name" in refusal(xlsx(("case", "law", "Case"), ("a", "b", 1)))
    assert "no rows below it" in refusal(xlsx(HEAD))
    assert "has nothing on its first sheet" in refusal(xlsx())


def test_a_zip_bomb_is_refused_by_its_sizes_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "_parse", lambda *_: pytest.fail("a part was opened"))
    tight = with_parts(xlsx(HEAD, ("a", "b", 1)), xl__media_dot_bin=b"\0" * 30_000_000)
    assert "packed more than 200 times smaller" in refusal(tight)
    monkeypatch.setattr(spreadsheet, "LARGEST_INSIDE", 10_000_000)
    assert "would unpack to 30," in refusal(tight)
    monkeypatch.setattr(spreadsheet, "MOST_PARTS", 3)
    assert "at most 10,000,000 in 3 are read" in refusal(xlsx(HEAD, ("a", "b", 1)))


def test_a_size_that_lies_does_not_get_more_read() -> None:
    content = bytearray(with_parts(xlsx(HEAD, ("a", "b", 1)), xl__more_dot_xml=b"<a>" + b" " * 500_000 + b"</a>"))
    place = content.rindex(b"xl/more.xml") - 46 + 24
    content[place : place + 4] = (10).to_bytes(4, "little")
    assert "is damaged" in refusal(bytes(content))


@pytest.mark.parametrize("part", ["xl__sharedStrings_dot_xml", "xl__worksheets__sheet1_dot_xml", "docProps__x_dot_xml"])
@pytest.mark.parametrize("declared", [
    b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>',
    b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><x>&a;</x>',
    b'<!DOCTYPE x SYSTEM "http://localhost/x.dtd"><x/>',
])
def test_entities_are_refused_in_every_part(part: str, declared: bytes) -> None:
    sound = xlsx(HEAD, ("a", "b", 1))
    assert "declares entities or a document type" in refusal(with_parts(sound, **{part: declared}))
    wide = declared.decode().encode("utf-16")
    assert "declares entities" in refusal(with_parts(sound, **{part: wide}))


def test_macros_passwords_and_other_files_are_refused() -> None:
    sound = xlsx(HEAD, ("a", "b", 1))
    assert "holds macros" in refusal(with_parts(sound, xl__vbaProject_dot_bin=b"x"))
    plain_zip = io.BytesIO()
    with zipfile.ZipFile(plain_zip, "w") as archive:
        archive.writestr("data.pkl", pickle.dumps({"a": 1}))
    assert "is a zip file and no XLSX" in refusal(plain_zip.getvalue())
    assert "is damaged" in refusal(sound[: len(sound) // 2])
    assert "is damaged" in refusal(with_parts(sound, xl__worksheets__sheet1_dot_xml=b"<worksheet><sheetData><row>"))
    assert "has no sheets" in refusal(with_parts(sound, xl__workbook_dot_xml=b"<workbook/>"))
    locked = bytearray(sound)
    place = locked.rindex(CONTENT_TYPES.encode()) - 46 + 8
    locked[place] |= 1
    assert "password" in refusal(bytes(locked))


def test_no_message_shows_a_cell() -> None:
    secret = "Pietersen"
    told = refusal(xlsx(HEAD, (secret, secret, 1, secret), (secret, secret, secret, 2)))
    assert secret not in told


def hidden(*places: int, state: str = "visible") -> bytes:
    """A sheet of five rows, the fourth of them empty, of which some are hidden."""
    book = openpyxl.Workbook()
    for row in (HEAD, ("a", "b", 1), ("c", "d", 2), (), ("e", "f", 3)):
        book.active.append(row)
    for place in places:
        book.active.row_dimensions[place].hidden = True
    book.create_sheet("other").append(HEAD)
    book["other"].append(("x", "y", 1))
    book.active.sheet_state = state
    book.active = book["other"]
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_hidden_rows_are_refused_where_they_hold_something() -> None:
    assert "has 2 hidden rows that hold something, row 3 first" in refusal(hidden(3, 5))
    assert rows_of(hidden(4)).lines == (2, 3, 5)
    assert rows_of(hidden(3), "other").lines == (2,)


def test_hidden_columns_are_refused_where_they_hold_something() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx(HEAD, ("a", "b", 1))))
    for letter, message in (("D", None), ("C", "has 1 hidden columns that hold something, column 3 first")):
        book.active.column_dimensions[letter].hidden = True
        file = io.BytesIO()
        book.save(file)
        assert rows_of(file.getvalue()).lines == (2,) if message is None else message in refusal(file.getvalue())


def test_a_hidden_sheet_is_read_only_if_it_is_named() -> None:
    content = hidden(state="hidden")
    assert "has a first sheet that is hidden; say with --sheet" in refusal(content)
    assert rows_of(content, "Sheet").lines == (2, 3, 5)


def test_a_sheet_is_read_again_for_formulas_only_where_it_has_some(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    monkeypatch.setattr(openpyxl, "load_workbook", lambda *args, **how: opened.append(how["data_only"]) or load(
        *args, **how))
    rows_of(xlsx(HEAD, ("a", "b", 1)))
    assert opened == [True]
    rows_of(xlsx(HEAD, ("a", "b", "=1")))
    assert opened == [True, True, False]
