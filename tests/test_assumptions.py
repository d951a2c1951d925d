"""The list of terms with their sources: what is listed, what a source covers, what an overlay does to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from small_deal import Change, changed, write

from sib.deal.assumptions import Assumption, assumptions, text_of
from sib.deal.location import spelled
from sib.deal.reader import packaged, read

SEGMENT = "programme.segments.young parents"


def listed(folder: Path, *changes: Change, **layers: Any) -> dict[str, Assumption]:
    """The terms of the small deal with changes, by path; no path stands twice."""
    found = assumptions(read(write(folder, changed(*changes)), **layers))
    assert len({each.path for each in found}) == len(found)
    return {each.path: each for each in found}


def kinds(terms: dict[str, Assumption], table: str) -> dict[str, tuple[str, str, str | None]]:
    """The terms of one table: value, kind, source."""
    return {
        path.removeprefix(f"{table}."): (text_of(each.value), each.kind, each.source)
        for path, each in terms.items()
        if path.startswith(f"{table}.")
    }


def test_each_number_and_choice_of_a_table_is_listed_with_its_defaults(tmp_path: Path) -> None:
    untagged, default = ("untagged", None), ("default", None)
    assert kinds(listed(tmp_path), SEGMENT) == {
        "cases": ("10", *untagged),
        "intake.from": ("1", *untagged),
        "intake.months": ("6", *untagged),
        "intake.profile": ("even", *default),
        "intake.delay": ("0", *default),
        "triage_share": ("1", *default),
        "success.kind": ("fixed", *untagged),
        "success.value": ("0.6", *untagged),
        "saving.kind": ("lognormal", *untagged),
        "saving.mean": ("20,000", *untagged),
        "saving.cv": ("0.5", *untagged),
        "failure_saving": ("0", *default),
        "saving_months": ("12", *untagged),
        "months_to_effect": ("0", *default),
        "relapse": ("0", *default),
        "deadweight": ("0.1", *untagged),
        "regression_to_mean": ("0", *default),
        "double_count": ("0", *default),
        "current_share": ("1", *default),
        "by_law.Wmo": ("0.8", *untagged),
        "by_law.Zvw": ("0.2", *untagged),
        "direct_share": ("0.5", *untagged),
    }


def test_tables_come_in_the_order_of_the_models_and_labels_are_left_out(tmp_path: Path) -> None:
    paths = list(listed(tmp_path))
    tables = list(dict.fromkeys(path.split(".")[0] for path in paths))
    assert tables == ["currency", "timeline", "payers", "programme", "budget", "accountant", "contract", "measures"]
    assert not [path for path in paths if path.endswith((".name", ".activity", "source")) or path.startswith("parties")]


def test_a_source_covers_its_table_and_what_is_inside_until_another_says_more(tmp_path: Path) -> None:
    terms = listed(
        tmp_path,
        ("format = 1", 'format = 1\nsource = "S1, page 3"'),
        ("deadweight = 0.1", 'deadweight = 0.1\nsource = { saving_months = "Assumed, as always", by_law = "S2" }'),
        ("cv = 0.5 }", 'cv = 0.5, source = "mean S4; cv assumed" }'),
        ("rate = 0.04", 'rate = 0.04\nsource = "not presumed"'),
    )
    inherited = ("sourced", "S1, page 3")
    segment = kinds(terms, SEGMENT)
    assert segment["cases"] == ("10", *inherited)
    assert segment["intake.months"] == ("6", *inherited)
    assert segment["saving_months"] == ("12", "assumed", "Assumed, as always")
    assert segment["by_law.Zvw"] == ("0.2", "sourced", "S2")
    assert segment["saving.mean"] == ("20,000", "assumed", "mean S4; cv assumed")
    assert segment["relapse"] == ("0", "default", None)
    assert terms["contract.interest.rate"].kind == "sourced"
    assert (terms["contract.commitment"].kind, terms["contract.commitment"].source) == inherited


def test_a_source_does_not_cover_what_was_laid_over_it(tmp_path: Path) -> None:
    text = "[contract.interest]\nrate = 0.05\ncompounding = 'simple'\nsource.compounding = 'S5'"
    over = write(tmp_path, text, "over.toml")
    bare = write(tmp_path, "[contract.interest]\nrate = 0.05\nsource = 'assumed by the bank'", "bare.toml")
    sourced = ("rate = 0.04", 'rate = 0.04\nsource = "S1"')
    set_to = {"contract.interest.day_count": "30E/360"}
    terms = kinds(listed(tmp_path, sourced, overlays=[over], settings=set_to), "contract.interest")
    assert terms["rate"] == ("0.05", "untagged", f"set by {over}")
    assert terms["compounding"] == ("simple", "sourced", "S5")
    assert terms["basis"] == ("per_year", "sourced", "S1")
    assert terms["day_count"] == ("30E/360", "untagged", "set by --set")
    terms = kinds(listed(tmp_path, sourced, overlays=[bare]), "contract.interest")
    assert terms["rate"] == ("0.05", "assumed", "assumed by the bank")
    assert terms["basis"] == ("per_year", "sourced", "S1")


def test_a_bare_number_is_one_term_and_a_default_in_a_set_table_stays_one(tmp_path: Path) -> None:
    terms = listed(tmp_path, ('{ kind = "fixed", value = 0.6 }', "0.6"), settings={"programme.enrolment.value": 0.9})
    assert kinds(terms, SEGMENT)["success"] == ("0.6", "untagged", None)
    assert kinds(terms, "programme.enrolment") == {
        "kind": ("fixed", "default", None), "value": ("0.9", "untagged", "set by --set"),
    }
    terms = listed(tmp_path, ('{ kind = "fixed", value = 0.6 }', "0.6"), settings={f"{SEGMENT}.success.value": 0.7})
    assert kinds(terms, f"{SEGMENT}.success") == {
        "kind": ("fixed", "untagged", None), "value": ("0.7", "untagged", "set by --set"),
    }


def test_what_follows_from_another_term_is_listed_as_a_default(tmp_path: Path) -> None:
    terms = listed(tmp_path, ('party = "health insurer"', 'party = "health insurer", bought = "lump_sum"'))
    assert kinds(terms, "payers.Wmo.cashable") == {"direct": ("1", "default", None), "real": ("0", "default", None)}
    assert kinds(terms, "payers.Zvw.cashable") == {"direct": ("0", "default", None), "real": ("0", "default", None)}
    assert terms["measures.hurdle"].value == 0.04
    assert kinds(listed(tmp_path, settings={"measures.hurdle": 0.02}), "measures")["hurdle"][0] == "0.02"


@pytest.mark.parametrize(
    ("settings", "path", "is_listed"),
    [
        ({}, "accountant.review.wrong_adjustment", True),
        ({}, "accountant.review.adjustment_share", False),
        ({"accountant.review.wrong_adjustment": 0.1}, "accountant.review.adjustment_share", True),
        ({}, "accountant.review.invalid_detected", False),
        ({"accountant.claims.invalid": 0.1}, "accountant.review.invalid_detected", True),
        ({"accountant.review.invalid_detected": 0.5}, "accountant.review.invalid_detected", True),
        ({}, "accountant.claims.invalid", True),
        ({"accountant.mode": "none"}, "accountant.claims.invalid", False),
        ({"accountant.mode": "none"}, "accountant.review.wrong_rejection", True),
        ({}, "accountant.fee.payer", False),
        ({"accountant.fee": {"line": {"remove": True}, "fixed": 100}}, "accountant.fee.payer", True),
    ],
)
def test_a_default_that_says_nothing_is_left_out(
    tmp_path: Path, settings: dict[str, Any], path: str, is_listed: bool
) -> None:
    assert (path in listed(tmp_path, settings=settings)) is is_listed


def test_what_is_not_written_is_a_default_and_nothing_else_is(tmp_path: Path) -> None:
    for name in packaged():
        reading = read(name)
        written = {spelled(path) for path in reading.places}
        for each in assumptions(reading):
            assert (each.kind == "default") == (each.path not in written), each
            assert (each.source is None) == (each.kind in ("default", "untagged"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1797500.0, "1,797,500"), (1234.5, "1,234.5"), (0.1, "0.1"), (375, "375"), (False, "false"), ((), ""),
        (("a", 2.0, True), "a, 2, true"), (1e20, "1e+20"), ("30E/360", "30E/360"),
    ],
)
def test_values_as_a_reader_writes_them(value: Any, text: str) -> None:
    assert text_of(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(300_000.0, "300.000"), (0.6, "0,6"), (1234.5, "1.234,5"), ((0.5, 2), "0,5; 2"), (True, "true")]
)
def test_numbers_as_a_dutch_reader_writes_them(value: Any, text: str) -> None:
    assert text_of(value, "nl") == text
