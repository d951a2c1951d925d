"""What looks as if it names people."""

from __future__ import annotations

import doctest

import pytest

from sib import privacy
from sib.privacy import BSN, is_bsn, is_date, looks_like, names_somebody, suspicions


def test_examples_of_the_docstrings_run() -> None:
    assert doctest.testmod(privacy).failed == 0


@pytest.mark.parametrize(
    "name",
    ["BSN", "burgerservicenummer", "Naam", "achternaam", "first name", "Last-Name", "name", "geboortedatum",
     "date of birth", "DOB", "adres", "Street address", "postcode", "zip", "E-mail", "email", "telefoon", "tel",
     "phone number", "mobiel", "IBAN", "voorletters"],
)
def test_columns_by_name(name: str) -> None:
    assert looks_like(name)


@pytest.mark.parametrize("name", ["case", "book", "audited", "evidence", "total", "telling", "amount"])
def test_columns_that_may_be_anything(name: str) -> None:
    assert looks_like(name) is None


# weights 9 8 7 6 5 4 3 2 -1: 111222333 gives 9+8+7+12+10+8+9+6-3 = 66 = 6 x 11
# 12345672 lost a zero: 8+14+18+20+20+18+14-2 = 110 = 10 x 11
@pytest.mark.parametrize(
    ("number", "passes"),
    [("111222333", True), ("123456782", True), ("123456783", False), ("000000000", False), ("12345678", False),
     ("10000009", False), ("12345672", True), ("1234567", False),
     ("1112.22.333", True), ("a11222333", False), ("١١١٢٢٢٣٣٣", False)],
)
def test_eleven_test(number: str, passes: bool) -> None:
    assert is_bsn(number) == passes


def test_one_number_in_eleven_passes_by_chance_and_is_no_ground() -> None:
    numbers = [f"{number:09}" for number in range(100_000_000, 100_001_100)]
    assert sum(map(is_bsn, numbers)) == 100
    assert list(suspicions(numbers)) == []
    running = [f"2024{number:04}" for number in range(1, 400)]
    assert any(map(is_date, running))
    assert list(suspicions(running)) == []
    assert list(suspicions(["12345672", "111222333", "123456782", "x"])) == [(0, BSN), (1, BSN), (2, BSN)]
    assert list(suspicions(["111222333", "123456782", "x"])) == [(0, BSN), (1, BSN)]


@pytest.mark.parametrize(
    ("cell", "what"),
    [
        ("jan@example.nl", "an e-mail address"), ("0612345678", "a telephone number"),
        ("+31 6 1234 5678", "a telephone number"), ("020-1234567", "a telephone number"),
        ("1980-12-31", "a date, of birth perhaps"), ("31-12-1980", "a date, of birth perhaps"),
        ("1234 AB", "a postcode"), ("Dorpsstraat 5 1234AB Utrecht", "a postcode"),
        ("NL91 ABNA 0417 1643 00", "a bank account"), ("Jan de Vries", "a name"), ("Anna Smit", "a name"),
        ("19800312", "a date, of birth perhaps"), ("12031980", "a date, of birth perhaps"),
        ("1980-03-12", "a date, of birth perhaps"), ("12-03-1980", "a date, of birth perhaps"),
        ("12.03.1980", "a date, of birth perhaps"),
        ("Kerkstraat 12", "an address"), ("Laan 12", "an address"), ("Oude Gracht 3a", "an address"),
        ("kerkstraat 12-2", "an address"), ("12 High Street", "an address"),
        ("Jansen, J.", "a name"), ("J. Jansen", "a name"), ("J.P. van den Berg", "a name"), ("Jansen J.", "a name"),
        ("Berg, J. van den", "a name"), ("Jansen, Piet", "a name"), ("gezin Jansen", "a name"),
        ("Fam. de Vries", "a name"), ("familie El-Amrani", "a name"), ("mevr. J. Smit", "a name"),
    ],
)
def test_cells_by_what_they_hold(cell: str, what: str | None) -> None:
    assert list(suspicions([cell])) == ([(0, what)] if what else [])


@pytest.mark.parametrize(
    "key", ["007", "NA", "C1", "12345678901234567890", "Z-2024-0001", "gezin 12", "case A", "0123456789",
            "C12", "case 12", "A-2024-01", "2024-01", "20241399", "Case 12", "fam 3", "Fam. 3", "zaak C", "Week 12",
            "Gezin 7", "A. 12", "P.12", "Hof 3", "2024.01.0001", "onderweg"]
)
def test_keys_that_say_nothing_about_people(key: str) -> None:
    assert list(suspicions([key])) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Familie Jansen, geb. 12-03-1984", "a date, of birth perhaps"),
        ("Jansen geb 1984", "a date, of birth perhaps"),
        ("moeder, 12 maart 1984", "a date, of birth perhaps"), ("casus 12/3/84 oud", "a date, of birth perhaps"),
        ("born in 1984", "a date, of birth perhaps"), ("van 1984-03-12 af", "a date, of birth perhaps"),
        ("familie jansen", "a name"), ("het gezin El-Amrani in schulden", "a name"), ("fam. de vries", "a name"),
        ("dhr. Smit en kinderen", "a name"), ("mw. Smit", "a name"), ("Mevrouw", "a name"), ("gezin: Jansen", "a name"),
        ("kinderen van J.P. van den Berg", "a name"), ("Jan de Vries en zijn zoon", "a name"),
        ("Kerkweg 3a, 3311 AB", "an address"), ("huis Dorpsstraat 12 boven", "an address"), ("Brink 7b", "an address"),
        ("Lindepad 2", "an address"),
        ("wonen op 3311 AB", "a postcode"), ("3311ab", "a postcode"), ("mail ann@x.nl", "an e-mail address"),
        ("tel 06-12345678", "a number of somebody"), ("bsn 111222333", "a number of somebody"),
        ("1112.22.333 x", "a number of somebody"), ("NL91 ABNA 0417 x", "a bank account"),
        ("Dorpsstraat\u00a012", "an address"), ("geb. \uff11\uff12", "a date, of birth perhaps"),
    ],
)
def test_parts_of_a_text(text: str, what: str) -> None:
    assert names_somebody(text) == what


@pytest.mark.parametrize("text", [
    "multi-problem households", "gezinnen met schulden", "gezin met kinderen", "Gezin zonder werk", "Beschermd Wonen",
    "jongeren 18-23 jaar", "Wmo 2015", "cohort 2019-2020", "Fase 2", "Groep 3a", "onder de Wmo", "eenoudergezinnen",
    "AMW en MW", "Zorgpad 2", "vroeg geboren kinderen", "0-18, 18-65", "families with children", "50 families",
    "Type A",
])
def test_texts_that_name_nobody(text: str) -> None:
    assert names_somebody(text) is None


def test_within_a_key_numbers_may_be_anything() -> None:
    assert names_somebody("Z-2024-0001-12345", is_key=True) is None
    assert names_somebody("Familie Jansen, 12", is_key=True) == "a name"
