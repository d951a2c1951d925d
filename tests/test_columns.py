"""Which columns a file may have, and amounts written in one way. The files that use it try the rest."""

from __future__ import annotations

import pytest

from sib.columns import Manner, faults_of_columns, in_options, quoted
from sib.delimited import Rows

KNOWN = {"case": "a key", "book": "an amount"}


def faults(*names: str) -> list[str]:
    rows = Rows("x.csv", names, (2,), (("",) * len(names),))
    return [str(each) for each in faults_of_columns(rows, KNOWN, needed=("case",), things="rows", line=3)]


def test_columns_are_compared_with_those_that_are_known() -> None:
    assert faults("case", "book") == []
    assert faults("book") == ["x.csv:3: lacks the column 'case': a key"]
    assert faults("case", "bok") == ["x.csv:3: column 2 'bok' is not known; did you mean 'book'?"]
    assert faults("a", "b") == ["x.csv:3: names none of the columns case, book; the first line holds their names"]
    assert faults("case", "geboortedatum") == [
        "x.csv:3: column 2 looks like a date of birth; leave it out, rows are read without anything that names people"]


@pytest.mark.parametrize(("name", "shown"), [("region", "'region' "), ("0612345678", ""), ("ann@x.nl", "")])
def test_a_name_is_shown_only_where_it_reads_like_one(name: str, shown: str) -> None:
    assert quoted(name) == shown


def test_amounts_are_english_or_dutch_and_not_both() -> None:
    manner = Manner()
    assert manner.fault("1200", line=2, column="a") is None
    assert manner.fault("1.200,50", line=3, column="a") is None
    assert manner.fault("3,50", line=4, column="b") is None
    assert manner.fault("3.50", line=5, column="b") == (
        "is written in another way than a on line 3; write all amounts in one way")


def test_the_option_is_named() -> None:
    told = in_options('may be two: declare number_format = "en" or "nl"', "--manner")
    assert told == "may be two: say which with --manner en or --manner nl"
