"""Scenario files: what is read, what is refused and in which words, overlays and settings, packaged deals."""

from __future__ import annotations

import os
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_deal import TEXT, Change, changed, line_of, problems, write

from sib.deal.overlay import Draft, Layer
from sib.deal.reader import load, packaged, parse_setting, read, validated
from sib.deal.setting import lay_setting
from sib.errors import Problem, ScenarioError

ROOT = Path(__file__).parents[1]
SEGMENT = "programme.segments.young parents"

# One fault each: the change; words of the line that is named; the path; words of the message.
FAULTS: list[tuple[Change, str, str, list[str]]] = [
    (("rate = 0.04", "rate = 4"), "rate = 4", "contract.interest.rate",
     ["= 4 is not a yearly rate", "fractions", "4% is written 0.04"]),
    (("rate = 0.04", "rate = 4.5"), "rate = 4.5", "contract.interest.rate", ["4.5% is written 0.045"]),
    (("rate = 0.04", 'rate = "4%"'), "rate =", "contract.interest.rate", ['= "4%" is text', "0.04 without quotation"]),
    (("rate = 0.04", "rate = -0.04"), "rate =", "contract.interest.rate", ["= -0.04", "from 0 to below 1"]),
    (("rate = 0.04", "rate = 0.012345678901"), "rate =", "contract.interest.rate", ["eight decimals"]),
    (("rate = 0.04", "rate = nan"), "rate =", "contract.interest.rate", ["= nan is not a finite number"]),
    (("rate = 0.04", "rate = true"), "rate =", "contract.interest.rate", ["= true is true or false, not a number"]),
    (("rate = 0.04", "rate = [0.04]"), "rate =", "contract.interest.rate", ["is not a number"]),
    (("rate = 0.04\n", ""), "[contract.interest]", "contract.interest.rate", ["is missing", "write a number"]),
    (('basis = "per_year"\n', ""), "[contract.interest]", "contract.interest.basis",
     ["is missing", '"per_year" or "over_term"', "compounding", "71,900", "215,700", "224,443"]),
    (('compounding = "annual"\n', ""), "[contract.interest]", "contract.interest",
     ["per year needs compounding and day_count"]),
    (('"per_year"', '"over_term"'), "[contract.interest]", "contract.interest", ["leave them out"]),
    (('"annual"', '"anual"'), "compounding", "contract.interest.compounding",
     ['= "anual" is none of "simple", "annual"', "did you mean 'annual'"]),
    (('"annual"', '"yearly"'), "compounding", "contract.interest.compounding", ['"continuous"; choose one']),
    (("deadweight = 0.1", "deadweight = 70"), "deadweight", f"{SEGMENT}.deadweight", ["70% is written 0.70"]),
    (("deadweight = 0.1", "deadweigth = 0.1"), "deadweigth", f"{SEGMENT}.deadweigth",
     ["is not known here", "did you mean 'deadweight'"]),
    (("deadweight = 0.1", "xyzzy = 0.1"), "xyzzy", f"{SEGMENT}.xyzzy", ["known: 'name', 'cases'"]),
    (("cases = 10", "cases = 10.0"), "cases", f"{SEGMENT}.cases", ["= 10.0 is not a whole number", "write 10"]),
    (("cases = 10", "cases = 10.5"), "cases", f"{SEGMENT}.cases", ["one without decimals"]),
    (("cases = 10", "cases = 0"), "cases", f"{SEGMENT}.cases", ["= 0 is out of range", "from 1 to 1,000,000"]),
    (("cases = 10", "cases = 1" + 5_000 * "0"), "cases", "", ["a number that is too long"]),
    (("cases = 10", "cases = 1" + 400 * "0"), "cases", f"{SEGMENT}.cases", ["a number of 401 digits", "out of range"]),
    (("total = 50_000", "total = 1" + 400 * "0"), "total", "budget.total", ["a number of 401 digits is too large"]),
    (("total = 50_000", "total = 0"), "total", "budget.total", ["= 0 is out of range"]),
    (("success = { kind = \"fixed\", value = 0.6 }", "success = true"), "success", f"{SEGMENT}.success",
     ["= true is no table", 'a number, or a table with kind = "fixed", "evidence" or "beta"']),
    (('kind = "fixed", value', 'kind = "fixd", value'), "success", f"{SEGMENT}.success.kind",
     ['= "fixd" is none of "fixed", "evidence" or "beta"', "did you mean 'fixed'"]),
    (('kind = "fixed", value', "value"), "success", f"{SEGMENT}.success.kind",
     ["is missing", '"fixed", "evidence" or "beta"']),
    (("value = 0.6", "mean = 0.6, value = 0.6"), "success", f"{SEGMENT}.success.mean",
     ['is not known with kind = "fixed"', "'value'"]),
    (("value = 0.6", "value = 60"), "success", f"{SEGMENT}.success.value", ["= 60", "0.60"]),
    (("mean = 20_000", "mean = 1.797"), "saving = ", f"{SEGMENT}.saving.mean", ["= 1.797", "thousands", "1797"]),
    (("mean = 20_000", "mean = 12.500"), "saving = ", f"{SEGMENT}.saving.mean", ["= 12.500", "write 12500"]),
    (("mean = 20_000", "mean = 0.005"), "saving = ", f"{SEGMENT}.saving.mean", ["= 0.005 has parts of a cent"]),
    (("mean = 20_000", "mean = 2e13"), "saving = ", f"{SEGMENT}.saving.mean", ["larger than any deal"]),
    (("cv = 0.5", "cv = 50"), "saving = ", f"{SEGMENT}.saving.cv", ["= 50 is out of range", "from 0 to 20"]),
    (('"lognormal", mean = 20_000, cv = 0.5', '"triangular", low = 1.000, mode = 22.000, high = 35.000'), "saving = ",
     f"{SEGMENT}.saving", ["low = 1.000", "write 1000"]),
    (("at_least = 20_000", "at_least = 20.000"), "at_least", "contract.triggers.proof.at_least", ["write 20000"]),
    (("at_least = 20_000", "between = [1]"), "between", "contract.triggers.proof.between", ["has 1 number only"]),
    (("at_least = 20_000", "between = [1, 2, 3]"), "between", "contract.triggers.proof.between", ["has 3", "give 2"]),
    (("at_least = 20_000\n", ""), "[[contract.triggers]]", "contract.triggers.proof",
     ["exactly one of", "none of them"]),
    (("at_least = 20_000", "at_least = 1\nabove = 1"), "[[contract.triggers]]", "contract.triggers.proof",
     ["at_least and above"]),
    (('metric = "validated_savings"', 'metric = "savings"'), "metric", "contract.triggers.proof.metric",
     ["'savings' is no metric", "'validated_savings', 'validated_cases', 'validated_share', 'enrolled'"]),
    (('metric = "validated_savings"\n', ""), "[[contract.triggers]]", "contract.triggers.proof", ["needs a metric"]),
    (('name = "senior"\n', ""), "[[contract.tranches]]", "contract.tranches[1].name", ["is missing", "a text"]),
    (('name = "senior"', 'name = ""'), 'name = ""', "contract.tranches[1].name", ['= "" is empty']),
    (('name = "Small deal"', f'name = "{301 * "x"}"'), "name", "name", ["longer than 300"]),
    (("closing = 2026-01-01", 'closing = "2026-01-01"'), "closing", "timeline.closing", ["2026-01-31", "without quot"]),
    (("closing = 2026-01-01", "closing = 2026-01-01T00:00:00"), "closing", "timeline.closing", ["without a time"]),
    (("closing = 2026-01-01", "closing = 1826-01-01"), "closing", "timeline.closing",
     ["= 1826-01-01", "1900 and 2200"]),
    (("{ every = 6 }", "{ months = [6, 42] }"), "[timeline]", "timeline", ["month 42", "after maturity in month 36"]),
    (("{ every = 6 }", "{ months = [12, 6] }"), "payment_dates", "timeline.payment_dates", ["months in rising order"]),
    (("{ every = 6 }", "{ dates = [2026-07-02] }"), "[timeline]", "timeline", ["2026-07-02", "no whole number"]),
    (("{ every = 6 }", "{ every = 6, months = [6] }"), "payment_dates", "timeline.payment_dates", ["every and months"]),
    (("{ every = 6 }", "{ months = [\n 6,\n 12.0,\n] }"), "12.0", "timeline.payment_dates.months[2]", ["write 12"]),
    (("maturity = 36", 'maturity = "36"'), "maturity", "timeline.maturity", ["without quotation marks"]),
    (("[timeline]", "fiscal_year_start = 1\n[timeline]"), "fiscal", "fiscal_year_start", ["it belongs in timeline"]),
    (("commitment = 50_000", "commitment = 50_000\nevery = 3"), "every = 3", "contract.every",
     ["it belongs in timeline.payment_dates"]),
    (("maturity = 36", "maturity = 36\nfiscal_year_start = 13"), "fiscal", "timeline.fiscal_year_start",
     ["= 13", "from 1 to 12"]),
    (('name = "proof"', 'name = "proof"\nmain = 1'), "main", "contract.triggers.proof.main",
     ["neither true nor false"]),
    (("share = 1.0", "share = 0.0"), "share = 0.0", "contract.payments.repayment.share", ["leave the line out"]),
    (("[contract.interest]", "[contract.intrest]"), "[contract.intrest]", "contract.intrest",
     ["did you mean 'interest'"]),
    (("deadweight = 0.1", "failure_saving = 1"), "failure", f"{SEGMENT}.failure_saving", ["= 1 is above 0"]),
    (("[budget]", "[[budget]]"), "[[budget]]", "budget", ["is a list", "write a table"]),
    (('[[contract.triggers]]\nname = "proof"', "[contract.triggers]"), "[contract.triggers]", "contract.triggers",
     ["one table", "write [[contract.triggers]]"]),
    (('laws = ["Wmo"]', 'laws = "Wmo"'), "laws", "accountant.counting.laws", ['= "Wmo" is no list', "square brackets"]),
    (('laws = ["Wmo"]', "laws = []"), "laws", "accountant.counting.laws", ["is missing or empty", "list"]),
    (('laws = ["Wmo"]', "laws = [7]"), "laws", "accountant.counting.laws[1]", ["= 7 is no text"]),
    (('party = "health insurer" }', 'party = "health insurer", source = 7 }'), "Zvw", "payers.Zvw.source",
     ["= 7 is no text", "a text or a table of texts"]),
    (('party = "health insurer" }', 'party = "health insurer", source.party = 7 }'), "Zvw", "payers.Zvw.source.party",
     ["= 7 is no text"]),
    (('party = "health insurer" }', 'party = "health insurer", source.prty = "S1" }'), "Zvw", "payers.Zvw",
     ["names 'prty', which is no field here"]),
    (("Zvw = {", '"" = {'), '"" = {', 'payers.""', ["is empty"]),
    (("format = 1", "format = 2"), "format", "format", ["= 2 is not known; write 1"]),
    (("format = 1\n", ""), "name", "format", ["is missing"]),
    (("format = 1", 'format = 1\ncurrency = "euro"'), "currency", "currency", ['= "euro" is no currency', '"EUR"']),
    (("format = 1", 'format = 1\ncurrency = "JPY"'), "currency", "currency", ['= "JPY" does not divide']),
    (('"uniform_months", low = 1', '"uniform_months", low = 4'), "delay", "accountant.delay", ["low <= high", "4, 3"]),
]


@pytest.mark.parametrize(("change", "line", "path", "words"), FAULTS)
def test_a_fault_is_told_where_it_stands_and_how_to_mend_it(
    tmp_path: Path, change: Change, line: str, path: str, words: list[str]
) -> None:
    text = changed(change)
    file = write(tmp_path, text)
    (told,) = (each for each in problems(file) if each.path == path)
    assert (told.file, told.line) == (str(file), line_of(text, line))
    assert all(word in told.message for word in words), told.message
    load(write(tmp_path, TEXT))


def test_the_message_of_the_style_guide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = changed(("rate = 0.04", "rate = 4"))
    write(tmp_path, text)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ScenarioError) as caught:
        load("scenario.toml")
    assert str(caught.value) == (
        f"scenario.toml:{line_of(text, 'rate = 4')}: contract.interest.rate = 4 is not a yearly rate; "
        "rates are fractions, so 4% is written 0.04"
    )


def test_all_faults_are_told_together_in_the_order_of_files_and_lines(tmp_path: Path) -> None:
    text = changed(
        ('basis = "per_year"\n', ""),  # a missing term
        ("cases = 10", "cases = -1"),  # out of range
        ("maturity = 36", "maturty = 36"),  # misspelt, so that the right one is missing
        ("total = 50_000", "total = 50_001"),  # parts that do not agree, where both are sound
        ('"uniform_months", low = 1', '"uniform_month", low = 1'),  # no such kind
    )
    overlay = write(tmp_path, '[contract.interest]\nday_count = "30/360"\n', "over.toml")
    found = problems(write(tmp_path, text), overlays=[overlay], settings={"contract.comitment": 1, "measures.kind": 2})
    file = str(tmp_path / "scenario.toml")
    assert [(each.file, each.line, each.path) for each in found] == [
        (file, line_of(text, "maturty"), "timeline.maturty"),
        (file, line_of(text, "cases"), f"{SEGMENT}.cases"),
        (file, line_of(text, "total"), "budget.total"),
        (file, line_of(text, "delay"), "accountant.delay.kind"),
        (file, line_of(text, "[contract.interest]"), "contract.interest.basis"),
        (str(overlay), 2, "contract.interest.day_count"),
        ("--set", None, "contract.comitment"),
        ("--set", None, "measures.kind"),
    ]
    assert "did you mean 'commitment'" in found[-2].message


def test_no_fault_is_invented_about_a_part_that_is_faulty_itself(tmp_path: Path) -> None:
    town = [('Wmo = { party = "municipality" }', 'Wmo = { party = "town" }')]
    parties = '[parties]\noutcome_payer = "town"\ninvestor = 7\n[payers]'
    (told,) = problems(write(tmp_path, changed(*town, ("[payers]", parties))))
    assert told.path == "parties.investor"


# Files that cannot be read as a scenario at all.

SYNTAX: list[tuple[Change, str, list[str]]] = [
    (("rate = 0.04", "rate = 4%"), "rate = 4%", ["4% is written 0.04"]),
    (("rate = 0.04", "rate = 0,04"), "rate = 0,04", ["decimals are written with a point"]),
    (("total = 50_000", "total = 1.797.500"), "total", ["1_797_500 or 1797500"]),
    (("total = 50_000", "total = 1,797,500.00"), "total", ["1_797_500 or 1797500"]),
    (("total = 50_000", "total = €50_000"), "total", ["without a currency sign"]),
    (("2026-01-01", "01-01-2026"), "closing", ["2026-01-31"]),
    (("2026-01-01", "2026-02-30"), "closing", ["in the calendar"]),
    (('"Small deal"', "Small deal"), "name", ["between quotation marks"]),
    (("maturity = 36", "maturity = 036"), "maturity", ["do not begin with 0"]),
    (("maturity = 36", "maturity: 36"), "maturity", ["key = value"]),
    (('name = "proof"', 'name = "proof"\nmain = True'), "main", ["true or false"]),
]


@pytest.mark.parametrize(("change", "line", "words"), SYNTAX)
def test_a_line_that_is_no_toml_is_named_with_the_likely_slip(
    tmp_path: Path, change: Change, line: str, words: list[str]
) -> None:
    text = changed(change)
    (told,) = problems(write(tmp_path, text))
    assert told.line == line_of(text, line)
    assert all(word in told.message for word in ["is not TOML", *words]), told.message


def test_what_is_written_twice_is_told_with_both_lines_all_of_it(tmp_path: Path) -> None:
    doubled = [("maturity = 36", "maturity = 36\nmaturity = 48"), ("[contract.interest]", "[accountant] # again")]
    unreadable = [('"Small deal"', "Small deal"), *doubled]
    for changes in (doubled, unreadable):
        text = changed(*changes)
        *other, first, last = problems(write(tmp_path, text))
        assert [each.line for each in other if "is not TOML" in each.message] == ([2] if changes is unreadable else [])
        assert (first.line, first.path) == (line_of(text, "maturity = 48"), "timeline.maturity")
        assert f"in line {line_of(text, 'maturity = 36')} and here" in first.message
        assert (last.line, last.path) == (line_of(text, "# again"), "accountant")
        assert f"in line {line_of(text, '[accountant]')} and here" in last.message


def test_a_bracket_left_open_is_told_at_the_end(tmp_path: Path) -> None:
    text = 'a = 1\nb = [1,\n2'
    (told,) = problems(write(tmp_path, text))
    assert told.line == 3
    assert "left open" in told.message


def test_files_of_the_wrong_sort(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "scenario.toml").mkdir(parents=True)
    odd = [Path(os.devnull)]
    if hasattr(os, "mkfifo"):  # reading from it would wait for ever
        odd.append(tmp_path / "fifo")
        os.mkfifo(odd[-1])
    for file in (folder, *odd):
        (told,) = problems(file)
        assert "no regular file" in told.message
    for overlay in odd:
        (told,) = problems(write(tmp_path, TEXT), overlays=[overlay])
        assert (told.file, "no regular file" in told.message) == (str(overlay), True)


def test_the_size_of_a_file(tmp_path: Path) -> None:
    file = write(tmp_path, TEXT + "#" * (5_000_000 - len(TEXT)))
    assert load(file).name == "Small deal"
    with file.open("a") as stream:
        stream.write("#")
    (told,) = problems(file)
    assert "5,000,001 bytes" in told.message
    assert "5,000,000" in told.message


@pytest.mark.parametrize("empty", ["", " \n\n", "\ufeff"])
def test_an_empty_file(tmp_path: Path, empty: str) -> None:
    (told,) = problems(write(tmp_path, empty))
    assert "is empty" in told.message


def test_a_file_of_comments_misses_everything(tmp_path: Path) -> None:
    found = problems(write(tmp_path, "# nothing\n"))
    assert {each.path for each in found} >= {"format", "timeline", "contract"}
    assert {each.line for each in found} == {1}


def test_a_byte_order_mark_is_fine_and_other_encodings_are_told_by_the_byte(tmp_path: Path) -> None:
    file = write(tmp_path, TEXT)
    digest = load(file).digest
    file.write_bytes(b"\xef\xbb\xbf" + TEXT.encode())
    assert load(file).digest == digest
    latin = changed(("young parents", "young p\u00e9rents")).encode("latin-1")
    file.write_bytes(latin)
    (told,) = problems(file)
    assert told.line == line_of(TEXT, "young parents")
    assert f"0xe9 at offset {latin.index(0xE9)}" in told.message
    file.write_bytes(TEXT.encode("utf-16"))
    (told,) = problems(file)
    assert "at offset 0" in told.message


@pytest.mark.parametrize(("n_lists", "is_told"), [(20, False), (21, True), (100_000, True)])
def test_nesting(tmp_path: Path, n_lists: int, is_told: bool) -> None:
    found = problems(write(tmp_path, f"\nxx = {'[' * n_lists}{']' * n_lists}\n{TEXT}"))
    assert len(found) == 1
    assert ("nests deeper than 20" in found[0].message) is is_told
    assert found[0].line == 2


def test_a_missing_file_names_the_nearest_deal(tmp_path: Path) -> None:
    for source in ("zwarte-zwane", tmp_path / "zwarte-zwane"):
        (told,) = problems(source)
        assert told.file == str(source)
        assert "does not exist" in told.message
        assert "did you mean 'zwarte-zwanen'" in told.message
    (told,) = problems(tmp_path)
    assert "holds no scenario.toml" in told.message
    for odd in ("", "\0", "x" * 5_000, tmp_path / "a" / "b"):
        assert len(problems(odd)) == 1


# Finding

def test_packaged_deals_are_found_by_name_wherever_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deals = packaged()
    shelf = ROOT / "scenarios"
    folders = [
        path.parent for place in (shelf, shelf / "initiatives", shelf / "public")
        for path in sorted(place.glob("*/scenario.toml"))
    ]
    assert list(deals) == [folder.name for folder in folders]
    assert list(deals.values()) == folders
    monkeypatch.chdir(tmp_path)
    assert read("worked-example").file == str(ROOT / "scenarios" / "worked-example" / "scenario.toml")
    (tmp_path / "worked-example").mkdir()
    assert load("worked-example").name != "Small deal"
    write(tmp_path / "worked-example", TEXT)
    assert load("worked-example").name == "Small deal"


def test_files_are_called_what_the_user_calls_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "deal", TEXT)
    write(tmp_path / "deal" / "overlays", "format = 1", "same.toml")
    monkeypatch.chdir(tmp_path)
    reading = read("deal", overlays=["same", "deal/overlays/same.toml", tmp_path / "deal" / "overlays" / "same.toml"])
    same = os.path.join("deal", "overlays", "same.toml")
    assert reading.file == os.path.join("deal", "scenario.toml")
    assert reading.overlays == (same, same, str(tmp_path / same))
    monkeypatch.chdir(ROOT)
    assert read("worked-example").file == os.path.join("scenarios", "worked-example", "scenario.toml")


def test_an_overlay_that_is_not_there_names_the_nearest(tmp_path: Path) -> None:
    file = write(tmp_path, TEXT)
    write(tmp_path / "overlays", "format = 1", "high-trigger.toml")
    first, second = problems(file, overlays=["high-triger", "../scenario"])
    assert "did you mean 'high-trigger'" in first.message
    assert "does not exist" in second.message


def test_every_packaged_deal_and_overlay_is_sound() -> None:
    for name, folder in packaged().items():
        load(name)
        for overlay in (folder / "overlays").glob("*.toml"):
            load(name, overlays=[overlay.stem])


# Overlays and settings: the same deal as if the file had been edited.

OVERLAYS: list[tuple[str, list[Change]]] = [
    ("[contract.interest]\nrate = 0.05", [("rate = 0.04", "rate = 0.05")]),
    ("contract.interest.rate = 0.05", [("rate = 0.04", "rate = 0.05")]),
    ("accountant.counting.laws = ['Zvw']", [('["Wmo"]', '["Zvw"]')]),
    ("[[contract.tranches]]\nname = 'junior'\nshare = 0.4\n[[contract.tranches]]\nname = 'senior'\nshare = 0.6",
     [("share = 0.7", "share = 0.6"), ("share = 0.3", "share = 0.4")]),
    ("[[budget.lines]]\nactivity = 'accountancy'\nwhen.months = 6",
     [("from = 12, months = 12", "from = 12, months = 6")]),
    ("[[programme.segments]]\nname = 'young parents'\nsuccess = { kind = 'evidence', successes = 3, trials = 5 }",
     [('"fixed", value = 0.6', '"evidence", successes = 3, trials = 5')]),
    ("[[programme.segments]]\nname = 'young parents'\nsuccess.value = 0.7", [("value = 0.6", "value = 0.7")]),
    ("[[programme.segments]]\nname = 'young parents'\nsaving = 100",
     [('"lognormal", mean = 20_000, cv = 0.5', '"fixed", amount = 100')]),
    ("[contract.interest]\nbasis = 'over_term'\ncompounding = { remove = true }\nday_count.remove = true",
     [('"per_year"\ncompounding = "annual"\nday_count = "ACT/365F"', '"over_term"')]),
    ("[[contract.triggers]]\nname = 'proof'\nremove = true\n"
     "[[contract.payments]]\nname = 'repayment'\nwhen.remove = true",
     [('[[contract.triggers]]\nname = "proof"\nmetric = "validated_savings"\nat_least = 20_000\n\n', ""),
      ('when = "proof"\n', "")]),
    ("[[contract.triggers]]\nname = 'count'\nmain = true\nmetric = 'validated_cases'\nabove = 3",
     [("\n[[contract.payments]]", "\n[[contract.triggers]]\nname = 'count'\nmain = true\nmetric = 'validated_cases'\n"
       "above = 3\n[[contract.payments]]")]),
    ("[[contract.cohorts]]\nname = 'early'\nfrom = 1\nto = 3",
     [("[contract.interest]", "cohorts = [{ name = 'early', from = 1, to = 3 }]\n[contract.interest]")]),
    ("accountant.delay = 2", [('{ kind = "uniform_months", low = 1, high = 3 }', '{ kind = "fixed", months = 2 }')]),
    ("[programme.enrolment]\nvalue = 0.9",
     [("[budget]", "[programme.enrolment]\nkind = 'fixed'\nvalue = 0.9\n[budget]")]),
    ("contract.caps.total = 60_000", [("[contract.interest]", "caps = { total = 60_000 }\n[contract.interest]")]),
    ("contract.caps.remove = true", []),
    ("payers.Wlz = { party = 'care office' }", [("Zvw = {", "Wlz = { party = 'care office' }\nZvw = {")]),
    ("[[programme.segments]]\nname = 'young parents'\nby_law.Zvw.remove = true\nby_law.Wmo = 1.0",
     [("Wmo = 0.8, Zvw = 0.2", "Wmo = 1.0")]),
]

@pytest.mark.parametrize(("overlay", "edits"), OVERLAYS)
def test_an_overlay_is_the_same_as_an_edit(tmp_path: Path, overlay: str, edits: list[Change]) -> None:
    plain = write(tmp_path, TEXT)
    over = write(tmp_path, overlay, "over.toml")
    edited = load(write(tmp_path / "edited", changed(*edits)))
    laid = load(plain, overlays=[over])
    assert (laid, laid.digest) == (edited, edited.digest)


SETTINGS: list[tuple[str, list[Change]]] = [
    ("contract.interest.rate=0.05", [("rate = 0.04", "rate = 0.05")]),
    (" contract . interest.rate = 0.05 ", [("rate = 0.04", "rate = 0.05")]),
    ("contract.interest.day_count=30E/360", [("ACT/365F", "30E/360")]),
    ("contract.interest.day_count=ACT/ACT ISDA", [("ACT/365F", "ACT/ACT ISDA")]),
    ("contract.interest.compounding=\"simple\"", [('"annual"', '"simple"')]),
    ("contract.interest.compounding=simple", [('"annual"', '"simple"')]),
    ("programme.segments.young parents.cases=9", [("cases = 10", "cases = 9")]),
    ("programme.segments.'young parents'.cases=9", [("cases = 10", "cases = 9")]),
    ('programme.segments."young parents".by_law={Wmo=0.7, Zvw=0.3}',
     [("Wmo = 0.8, Zvw = 0.2", "Wmo = 0.7, Zvw = 0.3")]),
    ("programme.segments.young parents.success=0.7", [("value = 0.6", "value = 0.7")]),
    ("programme.segments.young parents.relapse=0.02", [("deadweight", "relapse = 0.02\ndeadweight")]),
    ("programme.enrolment.value=0.9", [("[budget]", "[programme.enrolment]\nkind = 'fixed'\nvalue = 0.9\n[budget]")]),
    ("accountant.claim_at=plan", [("[accountant]", '[accountant]\nclaim_at = "plan"')]),
    ("accountant.claims.invalid=0.1", [("[contract]", "[accountant.claims]\ninvalid = 0.1\n[contract]")]),
    ("contract.triggers.proof.latched=false", [("at_least", "latched = false\nat_least")]),
    ("contract.tranches.senior.interest={rate=0.05, basis='over_term'}",
     [("share = 0.7", "share = 0.7\ninterest = { rate = 0.05, basis = 'over_term' }")]),
    ("contract.caps={total=60_000}", [("[contract.interest]", "caps = { total = 60_000 }\n[contract.interest]")]),
    ("timeline.closing=2027-01-01", [("2026-01-01", "2027-01-01")]),
    ("timeline.payment_dates.every=4", [("every = 6", "every = 4")]),
]


@pytest.mark.parametrize(("setting", "edits"), SETTINGS)
def test_a_setting_is_the_same_as_an_edit(tmp_path: Path, setting: str, edits: list[Change]) -> None:
    edited = load(write(tmp_path / "edited", changed(*edits)))
    assert load(write(tmp_path, TEXT), settings=[parse_setting(setting)]) == edited


def test_a_default_that_the_file_leaves_out_can_be_set_by_name() -> None:
    interest = {"rate": 0.05, "basis": "over_term"}
    (tranche,) = load("worked-example", settings={"contract.tranches.investor.interest": interest}).contract.tranches
    assert (tranche.name, tranche.share) == ("investor", 1.0)
    assert tranche.interest is not None
    assert tranche.interest.basis == "over_term"
    path = "programme.segments.households.success"  # written as a bare number
    deals = [load("worked-example", settings={setting: 0.5}) for setting in (path, f"{path}.value")]
    assert deals[0] == deals[1]


def test_layers_lie_in_order(tmp_path: Path) -> None:
    file = write(tmp_path, TEXT)
    first = write(tmp_path, "contract.interest.rate = 0.01\naccountant.delay.high = 8", "1.toml")
    second = write(tmp_path, "contract.interest.rate = 0.02", "2.toml")
    path = "contract.interest.rate"

    def rate(*overlays: Path, settings: Any = ()) -> float:
        return load(file, overlays=overlays, settings=settings).contract.interest.rate

    assert rate(first, second) == 0.02
    assert rate(second, first) == 0.01
    assert rate(second, settings=[(path, 0.03), (path, 0.05)]) == 0.05
    kinds = [("programme.segments.young parents.success", {"kind": "beta", "mean": 0.5, "sd": 0.1})]
    kinds += [("programme.segments.young parents.success.sd", 0.2)]
    assert load(file, settings=kinds).programme.segments[0].success.model_dump(exclude={"source"}) == {
        "kind": "beta", "mean": 0.5, "sd": 0.2,
    }


def test_new_tables_go_to_the_end_and_known_ones_stay_in_place(tmp_path: Path) -> None:
    over = write(tmp_path, "[[contract.tranches]]\nname = 'grant'\nshare = 0.1\n"
                 "[[contract.tranches]]\nname = 'senior'\nshare = 0.6\n[contract]\n"
                 "waterfall = ['interest:senior', 'principal:senior', 'interest:junior', "
                 "'principal:junior', 'interest:grant', 'principal:grant', 'surplus']", "over.toml")
    deal = load(write(tmp_path, TEXT), overlays=[over])
    assert [(tranche.name, tranche.share) for tranche in deal.contract.tranches] == [
        ("senior", 0.6), ("junior", 0.3), ("grant", 0.1),
    ]


REFUSED: list[tuple[str, str, list[str]]] = [
    ("[contract.tranches]\nsenior.share = 0.5", "contract.tranches",
     ["one table, not a list", "[[contract.tranches]]"]),
    ("[[contract.triggers]]\nname = 'prof'\nremove = true", "contract.triggers.prof",
     ["not there", "did you mean 'proof'"]),
    ("contract.caps.remove = true\ncontract.cap.remove = true", "contract.cap", ["not there to be removed"]),
    ("contract.interest = { remove = true, rate = 0.05 }", "contract.interest", ["either changed or removed"]),
    ("[[contract.triggers]]\nname = 'proof'\nremove = true\nat_least = 1", "contract.triggers.proof",
     ["either changed or removed"]),
    ("[[contract.triggers]]\nname = 'proof'\nabove = 1\nat_least.remove = true\n[[contract.triggers]]\nname = 'proof'",
     "contract.triggers.proof", ["is there twice"]),
    ("[[contract.triggers]]\nat_least = 1", "contract.triggers[1].name", ["is missing"]),
    ("[[contract.triggers]]\nname = 'other'", "contract.triggers.other", ["exactly one of", "none of them"]),
    ("accountant.delay.remove = false", "accountant.delay.remove", ["is not known"]),
]


@pytest.mark.parametrize(("overlay", "path", "words"), REFUSED)
def test_an_overlay_that_fits_nothing_is_refused(tmp_path: Path, overlay: str, path: str, words: list[str]) -> None:
    over = write(tmp_path, overlay, "over.toml")
    told = next(each for each in problems(write(tmp_path, TEXT), overlays=[over]) if each.path == path)
    assert told.file == str(over)
    assert told.line is not None
    assert all(word in told.message for word in words), told.message


def test_a_missing_term_is_told_where_its_table_began_and_a_clash_where_it_was_made(tmp_path: Path) -> None:
    file = write(tmp_path, changed(('basis = "per_year"\n', "")))
    over = write(tmp_path, "[contract.interest]\nrate = 0.05", "over.toml")
    (told,) = problems(file, overlays=[over], settings={"contract.interest.on": "committed"})
    assert told.file == str(file)
    write(tmp_path, "\n[contract.interest]\nbasis = 'over_term'", "over.toml")
    (told,) = problems(write(tmp_path, TEXT), overlays=[over])
    assert (told.file, told.line, told.path) == (str(over), 2, "contract.interest")
    write(tmp_path, "\n\naccountant.delay.kind = 'fixed'", "over.toml")
    (told,) = problems(write(tmp_path, TEXT), overlays=[over])
    assert (told.file, told.line, told.path) == (str(over), 3, "accountant.delay.months")


def test_tranches_of_an_overlay_take_the_place_of_a_default_one(tmp_path: Path) -> None:
    text = TEXT[: TEXT.index("\n[[contract.tranches]]")]
    over = write(tmp_path, TEXT[TEXT.index("\n[[contract.tranches]]") :], "over.toml")
    assert load(write(tmp_path, text), overlays=[over]) == load(write(tmp_path, TEXT))


def test_a_term_that_the_term_sheet_counts_is_not_set_by_its_place(tmp_path: Path) -> None:
    settings = {
        "contract.drawdown": {"kind": "schedule", "draws": [{"month": 0, "amount": 50_000}]},
        "contract.drawdown.draws[1].amount": 40_000,
    }
    (told,) = problems(write(tmp_path, TEXT), settings=settings)
    assert told.path == "contract.drawdown.draws"
    assert told.message == "is a list without names; set all of it, between square brackets"


def test_an_overlay_that_is_a_folder_is_called_one(tmp_path: Path) -> None:
    (told,) = problems(write(tmp_path, TEXT), overlays=[tmp_path])
    assert told.message.startswith("is a folder; an overlay is a path to a TOML file")


BAD_SETTINGS: list[tuple[str, Any, str, list[str]]] = [
    ("contract.intrest.rate", 0.05, "contract.intrest", ["did you mean 'interest'"]),
    ("contract.interest.rat", 0.05, "contract.interest.rat", ["did you mean 'rate'"]),
    ("contract.interest.rate", 5, "contract.interest.rate", ["= 5 is not a yearly rate", "0.05"]),
    ("contract.interest.rate", "high", "contract.interest.rate", ['= "high" is text']),
    ("contract.interest.rate", float("inf"), "contract.interest.rate", ["not a finite number"]),
    ("contract.interest.rate.x", 5, "contract.interest.rate", ["has no terms in it; give it a number"]),
    ("name.x", 1, "name", ["has no terms in it; give it a text between quotation marks"]),
    ("contract.interest.basis.x.y", 1, "contract.interest.basis", ['no terms in it; give it "per_year" or']),
    ("contract.tranches[1].share", 0.5, "contract.tranches", ["write a name, such as contract.tranches.senior"]),
    ("contract.tranches[1]", 0.5, "contract.tranches", ["write a name, such as contract.tranches.senior"]),
    ("contract.waterfall[1]", "surplus", "contract.waterfall", ["list without names", "all of it"]),
    ("contract.tranches.senor.share", 0.5, "contract.tranches.senor", ["not there", "did you mean 'senior'"]),
    ("contract.tranches.senior", 0.5, "contract.tranches.senior", ["is a table"]),
    ("contract.tranches.1.share", 0.5, "contract.tranches.1", ["not there", "'senior', 'junior'"]),
    ("contract.waterfall.1", "surplus", "contract.waterfall", ["list without names", "all of it"]),
    ("contract.cohorts.a.from", 1, "contract.cohorts.a", ["not there", "known: none"]),
    ("contract..rate", 1, "", ["'contract..rate' is no path"]),
    ("", 1, "", ["is no path"]),
    ("nonsense", 1, "nonsense", ["is not known here"]),
    ("programme.segments.young parents.cases", 12, "budget.lines.plans.number", ["12 cases"]),
]


@pytest.mark.parametrize(("setting", "value", "path", "words"), BAD_SETTINGS)
def test_a_setting_that_fits_nothing_is_refused(
    tmp_path: Path, setting: str, value: Any, path: str, words: list[str]
) -> None:
    told = problems(write(tmp_path, TEXT), settings={setting: value})[0]
    assert told.path == path
    assert told.file == ("--set" if path != "budget.lines.plans.number" else str(tmp_path / "scenario.toml"))
    assert all(word in told.message for word in words), told.message


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("a.b=0.05", "a.b", 0.05),
        ("a=1_000", "a", 1000),
        ("a = [1, 2]", "a", [1, 2]),
        ("a={b=1}", "a", {"b": 1}),
        ("a=2026-01-31", "a", date(2026, 1, 31)),
        ("a=true", "a", True),
        ("a=simple", "a", "simple"),
        ("a=interest:senior", "a", "interest:senior"),
        ("a='4%'", "a", "4%"),
        ("a.'b=c.d'.e=1", "a.'b=c.d'.e", 1),
        ('a."b=c".e="x=y"', 'a."b=c".e', "x=y"),
        ("a.children's homes.b=1", "a.children's homes.b", 1),
    ],
)
def test_a_setting_is_path_and_value(text: str, path: str, value: Any) -> None:
    found = parse_setting(text)
    assert found == (path, value)
    assert type(found[1]) is type(value) or isinstance(value, float)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a", ["no PATH=VALUE"]),
        ("=1", ["no PATH=VALUE"]),
        ("a..b=1", ["no PATH=VALUE"]),
        ("a.=1", ["no PATH=VALUE"]),
        ("a=", ["no value"]),
        ("a=4%", ["= 4% is no value", "4% is written 0.04"]),
        ("a=0,05", ["decimals are written with a point"]),
        ("a=1.797.500", ["1797500"]),
        ("a=€5", ["currency sign"]),
        ("a=[1", ["no value"]),
        ("a=1\nb=2", ["more than one value"]),
        ("a=1\n[b]", ["more than one value"]),
        ("a=" + "[" * 5000, ["nests deeper"]),
        ("a=5 apples", ["no value"]),
    ],
)
def test_a_setting_that_cannot_be_read_is_refused(text: str, words: list[str]) -> None:
    with pytest.raises(ScenarioError) as caught:
        parse_setting(text)
    (told,) = caught.value.problems
    assert told.file == "--set"
    assert all(word in told.message for word in words), told.message


def test_numbers_of_numpy_are_taken_as_plain_ones(tmp_path: Path) -> None:
    file = write(tmp_path, TEXT)
    settings = {
        "contract.interest.rate": np.float64(0.05),
        "timeline.maturity": np.int64(48),
        "programme.segments.young parents.saving": {"kind": "empirical", "values": np.array([1.0, 2.5])},
        "timeline.payment_dates": {"every": {"remove": True}, "months": (6, 12)},
    }
    deal = load(file, settings=settings)
    assert (type(deal.contract.interest.rate), type(deal.timeline.maturity)) == (float, int)
    assert deal.timeline.payment_months == (6, 12)
    assert deal.programme.segments[0].saving.model_dump()["values"] == (1.0, 2.5)


def test_the_digest_sees_terms_and_neither_sources_nor_layout(tmp_path: Path) -> None:
    digest = load(write(tmp_path, TEXT)).digest
    same = changed(
        ("format = 1", 'format = 1 # comment\nsource = "assumed"\nsources = { S1 = "a report" }'),
        ("total = 50_000", "total = 50000.00\nsource.total = 'S1'"),
        ('success = { kind = "fixed", value = 0.6 }', "success = 0.6"),
        ("deadweight = 0.1", "deadweight = 0.10\nrelapse = 0.0"),
    )
    assert load(write(tmp_path, same)).digest == digest
    assert load(write(tmp_path, changed(("deadweight = 0.1", "deadweight = 0.2")))).digest != digest


def test_a_reading_knows_where_terms_stand(tmp_path: Path) -> None:
    over = write(tmp_path, "\n\ncontract.interest.rate = 0.05", "over.toml")
    reading = read(write(tmp_path, TEXT), overlays=[over], settings={"timeline.maturity": 48})
    stands = {".".join(map(str, path)): (place.file, place.line) for path, place in reading.places.items()}
    file = str(tmp_path / "scenario.toml")
    assert stands["contract.interest.rate"] == (str(over), 3)
    assert stands["contract.interest.basis"] == (file, line_of(TEXT, "basis"))
    assert stands["contract.tranches.junior.share"] == (file, line_of(TEXT, "share = 0.3"))
    assert stands["timeline.maturity"] == ("--set", None)
    assert "accountant.mode" not in stands
    assert reading.settings == (("timeline.maturity", 48),)


JUNK = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.dates()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
PATHS = st.sampled_from([
    "contract", "contract.interest", "contract.interest.rate", "contract.tranches", "contract.tranches.senior",
    "contract.waterfall", "contract.triggers.proof.between", "programme.segments", "programme.segments.young parents",
    "programme.segments.young parents.success", "programme.segments.young parents.saving.cv", "programme.dependence",
    "programme.segments.young parents.by_law", "timeline.closing", "payers", "payers.Wmo", "budget.lines.plans.when",
    "accountant.delay", "accountant.counting.laws", "sources", "source", "name", "contract.source", "measures.hurdle",
])


@given(st.lists(st.tuples(PATHS, JUNK), min_size=1, max_size=3))
def test_whatever_is_set_is_either_read_or_refused_in_words(settings: list[tuple[str, Any]]) -> None:
    draft = Draft()
    draft.lay(Layer.of_file(0, "small", data=tomllib.loads(TEXT), lines={}))
    for path, value in settings:
        lay_setting(draft, path, value=value, rank=1)
    told: tuple[Problem, ...] = ()
    try:
        validated(draft)
    except ScenarioError as error:
        told = error.problems
        assert told
    assert all(each.message and "\n" not in str(each) for each in told)
