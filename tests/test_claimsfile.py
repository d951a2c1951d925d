"""Claims from CSV files: what is read, what is refused, and what is never shown."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from sib.amounts import NumberFormat
from sib.claimsfile import Claims, read_claims
from sib.errors import ScenarioError


def claims_of(
    folder: Path, content: str, *, numbers: NumberFormat | None = None, is_audited: bool = False,
) -> Claims:
    path = folder / "claims.csv"
    path.write_text(content, encoding="utf-8", newline="")
    return read_claims(str(path), number_format=numbers, is_audited=is_audited)


def told(folder: Path, content: str, *, numbers: NumberFormat | None = None, is_audited: bool = False) -> list[str]:
    with pytest.raises(ScenarioError) as error:
        claims_of(folder, content, numbers=numbers, is_audited=is_audited)
    return [str(problem).removeprefix(f"{folder}/claims.csv") for problem in error.value.problems]


def test_claims_are_in_the_order_of_their_keys(tmp_path: Path) -> None:
    rows = ("evidence;audited;case;book", "ja;1.000,50;b;1.200,00", ";;NA;-3,00", "NO;;007;0", "nee;0,5;10;4")
    found = claims_of(tmp_path, "\n".join(rows))
    assert found.cases == ("007", "10", "NA", "b")
    assert found.lines == (4, 5, 3, 2)
    assert found.book.tolist() == [0, 400, -300, 120_000]
    np.testing.assert_array_equal(found.audited, [np.nan, 50, np.nan, 100_050])
    assert found.has_evidence.tolist() == [False, False, True, True]
    assert not found.book.flags.writeable


def test_the_digest_is_of_keys_and_book_values_and_can_be_worked_out_elsewhere(tmp_path: Path) -> None:
    # printf '[["007",100],["\\u00e9",-250]]' | sha256sum
    expected = "8a010ee510dfb6b6425968a8984d028bab77956214a05c7a9dbdcb81c155bdc0"
    found = claims_of(tmp_path, "case,book\n\u00e9,-2.50\n007,1\n").digest
    assert found == expected
    other = claims_of(tmp_path, "book;case;audited\n1,00;007;3,00\n-2,50;\u00e9;\n").digest
    assert found == other
    assert claims_of(tmp_path, "case,book\n\u00e9,-2.50\n007,1.01\n").digest != found


def test_the_order_of_the_file_changes_nothing(tmp_path: Path) -> None:
    rows = [f"K{number},{number}.25" for number in range(200)]
    one = claims_of(tmp_path, "\n".join(["case,book", *rows]))
    random.Random(3).shuffle(rows)
    other = claims_of(tmp_path, "\n".join(["case,book", *rows]))
    assert one.cases == other.cases
    assert one.digest == other.digest
    assert one.lines != other.lines


KNOWN = "columns: case, book, audited, evidence; leave others out"
NO_KEY = "case is no key: it is longer than 100 characters or not printable"
A_BSN = "looks like a citizen service number"


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        ("case,bok\n1,2\n", [
            ":1: column 2 'bok' is not known; did you mean 'book'?",
            ":1: lacks the column 'book': the amount claimed"]),
        ("case,book,month\n1,2,3\n", [f":1: column 3 'month' is not known; {KNOWN}"]),
        ("case,book,jan@x.nl\n1,2,3\n", [f":1: column 3 is not known; {KNOWN}"]),
        ("jan@x.nl,3\ny,4\n", [
            ":1: names none of the columns case, book, audited, evidence; the first line holds their names"]),
        ("case,book,BSN\n1,2,3\n", [
            f":1: column 3 {A_BSN}; leave it out, claims are read without anything that names people"]),
        ("case,book\n,2\nA,\nA,2\n", [
            ":2: case is blank; every claim has a key", ":3: book is blank; every claim has a book value",
            ":4: case has the key of line 3; every claim has its own"]),
        (f"case,book\n{'x' * 101},2\n\"a\nb\",2\n", [f":2: {NO_KEY}", f":3: {NO_KEY}"]),
        ("case,book\n111222333,2\n123456782,3\n", [
            f":{line}: case {A_BSN}; use a key that says nothing about people" for line in (2, 3)]),
        ("case,book\nA,1.797\n", [
            ":2: book = '1.797' may be 1.797 or 1797: say which with --numbers en or --numbers nl"]),
        ("case;book\nA;1.797,50\nB;2,797.50\n", [
            ":3: book is written in another way than book on line 2; write all amounts in one way"]),
        ("case,book\nA,nan\nB,inf\nC,1e3\nD,\"(1,00)\"\n", [
            ":2: book = 'nan' is not an amount: an amount is a finite number",
            ":3: book = 'inf' is not an amount: an amount is a finite number",
            ":4: book = '1e3' is not an amount: write the number out, without an exponent",
            ":5: book = '(1,00)' is not an amount: a negative amount has a plain minus in front, such as -1.000,00"]),
        ("case,book\nA,Jan Jansen\n", [":2: book is no amount, it has no digit"]),
        ("case,book,evidence\nA,1,perhaps\nB,1,\n", [":2: evidence is neither yes nor no"]),
        ("case,book,audited,evidence\nA,1,1,\n", [
            ":2: evidence is neither yes nor no, at a file that was audited"]),
        ("case,book\nA,80000000000000\nB,80000000000000\n", [
            ": has amounts that add up to more than can be counted in cents"]),
    ],
)
def test_what_is_wrong_is_told_all_at_once(content: str, problems: list[str], tmp_path: Path) -> None:
    assert sorted(told(tmp_path, content)) == sorted(problems)


def test_the_manner_of_amounts_can_be_declared(tmp_path: Path) -> None:
    assert claims_of(tmp_path, "case,book\nA,1.797\n", numbers="nl").book.tolist() == [179_700]
    assert claims_of(tmp_path, "case;book\nA;1,797\n", numbers="en").book.tolist() == [179_700]
    assert told(tmp_path, "case,book\nA,1797500.00\n", numbers="nl")[0].startswith(
        ":2: book = '1797500.00' is not an amount with --numbers 'nl'")


def test_a_file_to_evaluate_needs_what_was_found(tmp_path: Path) -> None:
    content = "case,book\nA,1\n"
    assert claims_of(tmp_path, content).cases == ("A",)
    assert told(tmp_path, content, is_audited=True) == [
        ":1: lacks the column 'audited': the amount that the accountant found; blank where the file was not opened"]


def test_no_message_shows_another_field_of_its_row(tmp_path: Path) -> None:
    secret = "Jansen-Pietersen"
    content = f"case,book,audited,evidence\n{secret} 1,x1,y,maybe\n{secret} 1,2,nan,no\n"
    assert not [problem for problem in told(tmp_path, content) if secret in problem]
