"""Case files: what is read, what is refused, and that no message shows anything of a household."""

from __future__ import annotations

import io
import pickle
import random
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from sib.amounts import NumberFormat
from sib.casefile import CaseFile, read_cases
from sib.errors import ScenarioError

HEAD = "case,law,class,current,threatening,tailored,months"
KNOWN = "columns: case, segment, law, class, current, threatening, tailored, months, success; leave others out"
WHOLE = "a whole number from 1 to 600 is meant"


def cases_of(folder: Path, *lines: str, numbers: NumberFormat | None = None) -> CaseFile:
    path = folder / "cases.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
    return read_cases(str(path), number_format=numbers)


def told(folder: Path, *lines: str, numbers: NumberFormat | None = None) -> list[str]:
    with pytest.raises(ScenarioError) as error:
        cases_of(folder, *lines, numbers=numbers)
    assert error.value.exit_code == 3
    return [str(problem).removeprefix(f"{folder}/cases.csv") for problem in error.value.problems]


def as_xlsx(folder: Path, *rows: tuple[object, ...], name: str = "cases.xlsx") -> str:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder / name)
    return str(folder / name)


# What is read


def test_a_line_saves_threatening_less_tailored_for_its_months(tmp_path: Path) -> None:
    found = cases_of(
        tmp_path, "Months;LAW;class;case;tailored;threatening;current;segment;success",
        "12;Wmo;Direct;b;100,00;1.000,50;;one;ja", "6;Wmo;reëel;a;50;;20;two;NO", "3;Zvw;REEEL;b;;10,00;10;one;yes",
    )
    assert found.cases == ("a", "b")
    assert found.segments == ("two", "one")
    assert found.succeeded == (False, True)
    assert (found.laws, found.classes) == (("Wmo", "Wmo", "Zvw"), ("real", "direct", "real"))
    assert found.line_savings.tolist() == [-6 * 5000, 12 * 90050, 3 * 1000]
    assert found.savings.tolist() == [-30000, 12 * 90050 + 3000]
    assert not found.savings.flags.writeable


def test_success_and_segment_are_not_needed(tmp_path: Path) -> None:
    found = cases_of(tmp_path, HEAD, "x,Wmo,direct,1,1,,12")
    assert (found.segments, found.succeeded, found.is_practice) == (("",), None, False)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_separator_is_found_out(mark: str, tmp_path: Path) -> None:
    found = cases_of(tmp_path, HEAD.replace(",", mark), mark.join(("x", "Wmo", "direct", "1", "2", "", "12")))
    assert found.savings.tolist() == [2400]


def test_keys_stay_what_they_are(tmp_path: Path) -> None:
    keys = ("007", "NA", "TRUE", "12345678901234567890", "1e5", "null")
    found = cases_of(tmp_path, HEAD, *(f"{key},Wmo,direct,1,1,,12" for key in keys))
    assert found.cases == tuple(sorted(keys))


def test_the_order_of_the_lines_changes_nothing(tmp_path: Path) -> None:
    lines = [f"K{number % 40},Wmo,direct,{number},{number}.25,,12" for number in range(120)]
    one = cases_of(tmp_path, HEAD, *lines)
    random.Random(3).shuffle(lines)
    other = cases_of(tmp_path, HEAD, *lines)
    assert one.cases == other.cases
    assert one.savings.tolist() == other.savings.tolist()


def test_lines_are_counted_right_after_quoted_newlines(tmp_path: Path) -> None:
    lines = ('"a\nb",Wmo,direct,1,1,,12', "x,Wmo,direct,1,1,,-3")
    assert told(tmp_path, HEAD, *lines) == [
        ":2: case is longer than 100 characters or not printable", f":4: months is negative; {WHOLE}"]


# What is refused


@pytest.mark.parametrize(
    ("head", "row", "problems"),
    [
        (HEAD, "x,Wmo,direct,1,2,,12,9", [
            ":2: has 8 fields, where the first line has 7 names; a text with the separator in it stands between "
            "quotation marks"]),
        (HEAD.replace("months", "mnths"), "x,Wmo,direct,1,2,,12", [
            ":1: column 7 'mnths' is not known; did you mean 'months'?",
            ":1: lacks the column 'months': for how many months"]),
        (HEAD + ",Law", "x,Wmo,direct,1,2,,12,Wmo", [":1: columns 2 and 8 have the same name; keep one"]),
        (HEAD + ",start", "x,Wmo,direct,1,2,,12,01-02-2024", [f":1: column 8 'start' is not known; {KNOWN}"]),
        (HEAD + ",BSN", "x,Wmo,direct,1,2,,12,111222333", [
            ":1: column 8 looks like a citizen service number; leave it out, cases are read without anything that "
            "names people"]),
        (HEAD, ",Wmo,direct,1,2,,12", [
            ":2: case is blank; every line has a key for the case that says nothing about people, text"]),
        (HEAD, "x,,direct,1,2,,12", [":2: law is blank; every line has whose budget pays the cost"]),
        (HEAD, "x,Wmo,indirect,1,2,,12", [":2: class is neither direct nor real (in Dutch: direct, reëel)"]),
        (HEAD, "x,Wmo,direct,1,2,,", [f":2: months is blank; {WHOLE}"]),
        (HEAD, "x,Wmo,direct,1,2,,-12", [f":2: months is negative; {WHOLE}"]),
        (HEAD, "x,Wmo,direct,1,2,,0", [f":2: months is no number of months; {WHOLE}"]),
        (HEAD, "x,Wmo,direct,1,2,,1.5", [f":2: months is no number of months; {WHOLE}"]),
        (HEAD, "x,Wmo,direct,1,2,,01-02-2024", [f":2: months looks like a date; {WHOLE}"]),
        (HEAD, "x,Wmo,direct,01-02-2024,2,,12", [":2: current looks like a date, and an amount is meant"]),
        (HEAD, "01-02-2024,Wmo,direct,1,2,,12", [
            ":2: case looks like a date, of birth perhaps; use a key that says nothing about people"]),
        (HEAD, "x,Wmo,direct,1,1.797,,12", [
            ":2: threatening has thousands or decimals: say which with --number-format en or --number-format nl"]),
        (HEAD, "x,Wmo,direct,1,nan,1e3,12", [
            ":2: threatening is not an amount: an amount is a finite number",
            ":2: tailored is not an amount: write the number out, without an exponent"]),
        (HEAD, "x,Wmo,direct,1,(100),1_000,12", [
            ":2: threatening is not an amount: a negative amount has a plain minus in front, such as -1.000,00",
            ":2: tailored is not an amount: leave the underscores out"]),
        (HEAD + ",success", "x,Wmo,direct,1,2,,12,maybe", [
            ":2: success is neither yes nor no; leave the column out where it is not known"]),
        (HEAD, "x,Wmo,direct,1,80000000000000,,600", [
            ": has amounts that add up to more than can be counted in cents"]),
        (HEAD + ",segment", "x,Wmo,direct,1,2,,12,fam. Jansen", [
            ":2: segment looks like a name; use words that say nothing about people on every line that has it"]),
    ],
)
def test_what_is_wrong_is_told(head: str, row: str, problems: list[str], tmp_path: Path) -> None:
    assert sorted(told(tmp_path, head, row)) == sorted(problems)


def test_a_field_too_many_in_all_rows_is_told_once(tmp_path: Path) -> None:
    assert told(tmp_path, HEAD, *["x,Wmo,direct,1,2,,12,9"] * 3) == [
        ":2: and every row after it has 8 fields, where the first line has 7 names; give every column a name"]


def test_everything_is_told_at_once_and_nothing_of_the_household(tmp_path: Path) -> None:
    secrets = ("Jansen-Pietersen", "4321.987", "Dorpsstraat 12", "98765")
    problems = told(
        tmp_path, HEAD + ",segment,success", f"{secrets[0]},{secrets[2]},x,{secrets[1]},98765,{secrets[0]},-1,z,q",
        f"A,Wmo,direct,1,2,3,12,{secrets[2]},yes",
    )
    assert {problem.split()[1] for problem in problems} == {
        "law", "class", "current", "tailored", "months", "success", "segment"}
    assert not [secret for secret in secrets if secret in " ".join(problems)]


@pytest.mark.parametrize(("key", "what"), [
    ("111222333", "a citizen service number"), ("ann@example.nl", "an e-mail address"),
    ("06-12345678", "a telephone number"), ("Jan Jansen", "a name"), ("1980-03-12", "a date, of birth perhaps"),
    ("Dorpsstraat 12", "an address"),
])
def test_keys_that_name_people_are_refused(key: str, what: str, tmp_path: Path) -> None:
    assert told(tmp_path, HEAD, f"{key},Wmo,direct,1,2,,12") == [
        f":2: case looks like {what}; use a key that says nothing about people"]


@pytest.mark.parametrize("name", ["naam", "BSN", "Geboortedatum", "e-mail", "telefoon", "adres", "postcode", "IBAN"])
def test_columns_that_name_people_are_refused(name: str, tmp_path: Path) -> None:
    (problem,) = told(tmp_path, f"{HEAD},{name}", "x,Wmo,direct,1,2,,12,geheim")
    assert problem.startswith(":1: column 8 looks like a")
    assert "geheim" not in problem


def test_capitals_that_ten_cases_share_are_nobodys(tmp_path: Path) -> None:
    lines = [f"K{number},Wmo,direct,1,2,,12,Beschermd Wonen" for number in range(10)]
    assert set(cases_of(tmp_path, f"{HEAD},segment", *lines).segments) == {"Beschermd Wonen"}
    again = "K2,Wmo,real,1,2,,12,Beschermd Wonen"
    (problem,) = told(tmp_path, f"{HEAD},segment", *lines[:1], *lines[2:], again)
    assert problem.startswith(":2: segment looks like a name")


@pytest.mark.parametrize(("segment", "what"), [
    ("Dorpsstraat 12", "an address"), ('"Kerkweg 3a, 3311 AB"', "an address"), ("3311 AB", "a postcode"),
    ('"Familie Jansen, geb. 12-03-1984"', "a date, of birth perhaps"), ("mw. Smit", "a name"),
    ("ann@example.nl", "an e-mail address"), ("bel 06-12345678", "a number of somebody"),
])
def test_segments_that_name_people_or_places_are_refused_however_many_share_them(
    segment: str, what: str, tmp_path: Path,
) -> None:
    lines = [f"K{number},Wmo,direct,1,2,,12,{segment}" for number in range(12)]
    problems = told(tmp_path, f"{HEAD},segment", *lines)
    meant = "use words that say nothing about people on every line that has it"
    assert problems == [f":2: segment looks like {what}; {meant}"]


def test_laws_are_known_or_named(tmp_path: Path) -> None:
    lines = ("x,wmo,direct,1,2,,12", "x,Wlz Jansen,direct,1,2,,12", "x,Beschermd Wonen,direct,1,2,,12")
    first, second = told(tmp_path, HEAD, *lines)
    assert first.startswith(":3: law is no law that is known; known: Wmo, ")
    assert second == ":4: law is no law that is known; line 3 says which are"
    path = tmp_path / "cases.csv"
    path.write_text("\n".join((HEAD, lines[0], lines[2])))
    assert read_cases(str(path), laws=("Beschermd Wonen",)).laws == ("wmo", "Beschermd Wonen")


def test_the_first_line_of_each_case_is_kept(tmp_path: Path) -> None:
    lines = ("b,Wmo,direct,1,2,,12", "a,Wmo,direct,1,2,,12", "b,Zvw,direct,1,2,,12")
    assert cases_of(tmp_path, HEAD, *lines).first_lines == (3, 2)


def test_a_line_that_is_there_twice_is_refused_however_it_is_written(tmp_path: Path) -> None:
    lines = ("x,Wmo,direct,1,2,,12", "x,Wmo,real,1,2,,12", "x,Wmo,direct,1.00,2,0,12")
    assert told(tmp_path, HEAD, *lines) == [
        ":4: is the same as line 2 in every field; keep one, or add up what is meant twice"]
    assert cases_of(tmp_path, HEAD, *lines[:2], "x,Wmo,direct,1,3,,12").savings.tolist() == [7 * 1200]


def test_lines_of_a_case_agree(tmp_path: Path) -> None:
    lines = ("x,Wmo,direct,1,2,,12,a,yes", "x,Zvw,direct,1,2,,12,b,ja", "x,Wlz,direct,1,2,,12,a,no")
    assert told(tmp_path, HEAD + ",segment,success", *lines) == [
        ":3: segment differs from line 2, which is of the same case",
        ":4: success differs from line 2, which is of the same case"]


def test_a_law_is_written_in_one_way(tmp_path: Path) -> None:
    assert told(tmp_path, HEAD, "x,Wmo,direct,1,2,,12", "y,WMO,direct,1,2,,12") == [
        ":3: law is written with other capitals than on line 2; write it in one way"]


def test_the_manner_of_amounts_can_be_declared(tmp_path: Path) -> None:
    line = "x;Wmo;direct;1;1.797;;1"
    head = HEAD.replace(",", ";")
    assert cases_of(tmp_path, head, line, numbers="nl").savings.tolist() == [179_700]
    assert told(tmp_path, head, line.replace("1.797", "1797.00"), numbers="nl") == [
        ":2: threatening is not an amount with --number-format 'nl': amounts look like 1797500, 1,797,500.00 (en) or "
        "1.797.500,00 (nl)"]
    assert told(tmp_path, head, line.replace("1.797", "1.797,50"), line.replace("1.797", "797.50")) == [
        ":3: threatening is written in another way than threatening on line 2; write all amounts in one way"]


# What is worth a second look


def test_tailored_above_current_is_a_caution(tmp_path: Path) -> None:
    found = cases_of(tmp_path, HEAD, "x,Wmo,real,1,2,1,12", "y,Wmo,real,,5,1,12", "z,Wmo,real,,5,1,12")
    assert [str(each).removeprefix(f"{tmp_path}/cases.csv") for each in found.cautions] == [
        ":3: tailored is above current: the plan costs more than today (fewer than 10 lines, this is the first)"]


def test_direct_savings_beyond_what_is_paid_today_are_a_caution(tmp_path: Path) -> None:
    assert not cases_of(tmp_path, HEAD, "x,Wmo,direct,2,2,,12", "y,Wmo,real,,5,,12").cautions
    (caution,) = cases_of(tmp_path, HEAD, "x,Wmo,direct,1,2,,12").cautions
    assert (caution.line, caution.path) == (2, "class")


# XLSX


def test_a_spreadsheet_is_read_like_a_csv_file(tmp_path: Path) -> None:
    path = as_xlsx(tmp_path, (*HEAD.split(","), "success"),
                   ("007", "Wmo", "direct", 1000.5, "1.000,50", None, 12, True),
                   ("007", "Zvw", "reëel", None, 1000 / 3, 0.1 + 0.2, 12.0, "ja"))
    found = read_cases(path)
    assert found.cases == ("007",)
    assert found.succeeded == (True,)
    assert found.line_savings.tolist() == [12 * 100050, 12 * (33333 - 30)]
    numeric = as_xlsx(tmp_path, HEAD.split(","), ("a", "Wmo", "direct", 1, 1.797, None, 12))
    assert read_cases(numeric, number_format="nl").savings.tolist() == [12 * 180]


def test_what_a_spreadsheet_may_have_spoilt_is_refused(tmp_path: Path) -> None:
    path = as_xlsx(tmp_path, (*HEAD.split(","), "success"), (7, "Wmo", "direct", 1, 2, None, 12, 1),
                   ("x", True, "direct", date(2024, 2, 1), "=1+1", "#REF!", date(2024, 1, 1), "yes"))
    with pytest.raises(ScenarioError) as error:
        read_cases(path)
    told = {(problem.line, problem.path): problem.message for problem in error.value.problems}
    assert set(told) == {(2, "case"), (2, "success"), (3, "law"), (3, "current"), (3, "threatening"), (3, "tailored"),
                         (3, "months")}
    assert "without leading zeros" in told[2, "case"]
    assert "formula whose result is not in the file" in told[3, "threatening"]


def test_several_sheets_are_a_caution(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for sheet in (book.active, book.create_sheet("other")):
        sheet.append(HEAD.split(","))
        sheet.append(("x", "Wmo", "direct", 2, 2, None, 12))
    book.save(tmp_path / "x.xlsx")
    (caution,) = read_cases(str(tmp_path / "x.xlsx")).cautions
    assert "has 2 sheets" in caution.message
    assert read_cases(str(tmp_path / "x.xlsx"), sheet="other").cautions == ()


def test_other_kinds_of_files_are_refused(tmp_path: Path) -> None:
    sound = Path(as_xlsx(tmp_path, HEAD.split(","), ("x", "Wmo", "direct", 1, 2, None, 12))).read_bytes()
    pickled = io.BytesIO()
    pickle.dump({"case": "x"}, pickled)
    files = {
        "x.xlsm": (sound, "may hold macros"), "x.xls": (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "of an old kind"),
        "x.xlsx": (b"case,law\n", "is called XLSX and is none"), "x.pkl": (pickled.getvalue(), "is not UTF-8"),
    }
    for name, (content, message) in files.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ScenarioError, match=message):
            read_cases(str(tmp_path / name))
    (tmp_path / "x.csv").write_text(f"{HEAD}\nx,Wmo,direct,1,2,,12\n")
    with pytest.raises(ScenarioError, match="leave --sheet out"):
        read_cases(str(tmp_path / "x.csv"), sheet="one")


# The packaged files


def test_the_practice_cases_have_the_totals_of_the_document() -> None:
    found = read_cases("practice-cases")
    assert dict(zip(found.cases, found.savings.tolist(), strict=True)) == {
        "mother-with-child": 3_358_000, "refugee-student": 1_100_000}
    assert found.is_practice


def test_a_file_of_ones_own_goes_before_a_packaged_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("portfolio").write_text(f"{HEAD}\nx,Wmo,direct,1,2,,12\n")
    assert not read_cases("portfolio").is_practice
    assert read_cases("practice-cases").is_practice
    with pytest.raises(ScenarioError, match="cannot be read"):
        read_cases("no-such-cases")
