"""The term sheet: every term with its value and where it comes from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from small_deal import changed, write

from sib.deal.assumptions import Assumption, assumptions, text_of
from sib.deal.reader import packaged, read
from sib.views.terms import DITTO, origin, parted, term_sheet
from sib.views.words import Words

EN = Words("en")


def listed(sheet: str) -> dict[str, tuple[str, str]]:
    """Value and source of each term of a sheet, by path; a source that goes on is filled in."""
    found: dict[str, tuple[str, str]] = {}
    heading = path = before = ""
    for line in sheet.split("\n\n", 1)[1].splitlines():
        term = re.match(r"  (\S+)  +(\S.*?)(?:  +(\S.*))?$", line)
        if line and line[0] != " ":
            heading, path = line, ""
        elif term:
            before = found[path][1] if path else ""
            path = f"{heading}.{term[1]}".removeprefix("deal.")
            found[path] = (term[2], before if term[3] == DITTO else term[3] or "")
        elif path:
            found[path] = (found[path][0], f"{found[path][1]} {line.strip()}".strip())
    return found


def test_every_term_is_on_the_sheet_with_its_value_and_source() -> None:
    reading = read("zwarte-zwanen")
    sheet = term_sheet(reading, EN)
    found = listed(sheet)
    terms = assumptions(reading)
    for term in terms:
        assert found[term.path] == (text_of(term.value), origin(term, EN)), term.path
    assert len(found) == len(terms)


def test_the_head_counts_what_is_assumed() -> None:
    reading = read("zwarte-zwanen")
    kinds = [term.kind for term in assumptions(reading)]
    head = term_sheet(reading, EN).split("\n\n")[0]
    assert f"{len(kinds)} terms: {kinds.count('sourced')} from documents, {kinds.count('assumed')} assumed" in head
    assert reading.scenario.digest[:12] in head


def test_a_long_source_that_goes_on_is_written_once() -> None:
    sheet = term_sheet(read("zwarte-zwanen"), EN)
    timeline = sheet[sheet.index("\ntimeline\n") : sheet.index("\npayers.Wmo\n")]
    assert timeline.count("the slides give no dates") == 1
    assert timeline.count(DITTO) == 3
    assert "default" in sheet[sheet.index("programme\n") :]
    assert len(re.findall(r"dependence\.\w+ +0 +default\n", sheet)) == 5


def test_what_a_setting_changed_says_so() -> None:
    reading = read("zwarte-zwanen", settings=[("contract.interest.rate", 0.05)])
    assert listed(term_sheet(reading, EN))["contract.interest.rate"] == ("0.05", "set by --set")


@pytest.mark.parametrize(
    ("kind", "source", "shown"),
    [
        ("default", None, "default"),
        ("untagged", None, "no source given"),
        ("assumed", "assumed: argued", "assumed: argued"),
        ("assumed", "mean S4, cv assumed", "assumed: mean S4, cv assumed"),
        ("sourced", "S0", "S0"),
    ],
)
def test_origins_in_words(kind: str, source: str | None, shown: str) -> None:
    assert origin(Assumption("a.b", "1", source, kind), EN) == shown  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "heading", "name"),
    [
        ("currency", "", "currency"),
        ("contract.interest.rate", "contract", "interest.rate"),
        ("contract.triggers.proof.at_least", "contract.triggers.proof", "at_least"),
        ('payers."Wet 1.1".cashable.real', 'payers."Wet 1.1"', "cashable.real"),
        ("contract.drawdown.draws[1].amount", "contract", "drawdown.draws[1].amount"),
    ],
)
def test_terms_stand_under_the_thing_they_belong_to(path: str, heading: str, name: str) -> None:
    assert parted(path) == (heading, name)


def test_sources_assumptions_and_cautions_end_the_sheet(tmp_path: Path) -> None:
    text = changed(('name = "Small deal"', 'name = "Small deal"\n\n[sources]\nS9 = "A ledger\\u001b[31m of 1999"'))
    sheet = term_sheet(read(write(tmp_path, text)), EN)
    assert "Sources\n  S9: A ledger [31m of 1999\n" in sheet
    assert "errors of the review, from claim to claim (programme.dependence.review)" in sheet
    assert "\x1b" not in sheet


def test_the_dutch_sheet_writes_numbers_headings_and_remarks_in_dutch() -> None:
    sheet = term_sheet(read("zwarte-zwanen"), Words("nl"))
    assert re.search(r"^  commitment +1\.797\.500 ", sheet, re.MULTILINE)
    assert re.search(r"^  interest\.rate +0,04 ", sheet, re.MULTILINE)
    for heading in ("Tijdlijn: timeline", "Segment: programme.segments.multi-problem households",
                    "Drempel: contract.triggers.proof", "Budget: payers.Wmo", "Begroting: budget"):
        assert f"\n{heading}\n" in sheet
    assert "fouten van de beoordeling, van claim tot claim (programme.dependence.review)" in sheet
    assert "from claim to claim" not in sheet
    assert "geluk wordt niet gemeten" in " ".join(term_sheet(read("worked-example"), Words("nl")).split())


def test_every_table_of_a_sheet_has_a_dutch_heading() -> None:
    headings = {parted(term.path)[0] for deal in packaged() for term in assumptions(read(deal))} - {""}
    assert all(Words("nl").table(heading).endswith(f": {heading}") for heading in headings)
    assert all(Words("en").table(heading) == heading for heading in headings)
