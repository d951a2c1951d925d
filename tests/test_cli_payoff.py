"""``sib payoff``: exact grids, what is refused, and what it tells people, programs and the disk."""

from __future__ import annotations

import csv
import json
from fractions import Fraction
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

import sib
from sib.cli import main
from sib.cli.grids import MOST_POINTS, numbers
from sib.errors import RefusedError

REFERENCE, METRIC = "zwarte-zwanen", "validated_savings=0:4000000:1000000"


def answered(*words: str) -> Result:
    return CliRunner().invoke(main, ["payoff", *words])


def said(*words: str) -> str:
    result = answered(*words)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0:1:0.1", [Fraction(n, 10) for n in range(11)]),
        ("0:1:0.3", [0, Fraction(3, 10), Fraction(6, 10), Fraction(9, 10)]),
        ("3:1:-1", [3, 2, 1]),
        ("5:5:1", [5]),
        ("-1:1:1", [-1, 0, 1]),
        ("0.1,0.2", [Fraction(1, 10), Fraction(2, 10)]),
        ("7", [7]),
        (f"1:{MOST_POINTS}:1", list(range(1, MOST_POINTS + 1))),
    ],
)
def test_grids_are_exact(text: str, values: list[Fraction]) -> None:
    assert numbers(text) == values


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("0:1:0", "has a step of 0"),
        ("0:1:-1", "write the step as 1"),
        ("1:0:0.5", "write the step as -0.5"),
        ("0:1", "is no grid"),
        ("0:1:1:1", "is no grid"),
        ("nan", "no finite number"),
        ("1e6", "is not written out"),
        ("20,000", "commas stand between values"),
        ("1.797.500", "marks between its digits"),
        ("70%", "is a percentage"),
        ("", "is empty"),
        ("1,,2", "is empty"),
        ("x" * 300, "is no plain decimal"),
        ("+1", "is no plain decimal"),
    ],
)
def test_what_is_no_number(text: str, answer: str) -> None:
    with pytest.raises(click.BadParameter) as caught:
        numbers(text)
    assert answer in caught.value.message
    assert len(caught.value.message) < 200
    assert answered(REFERENCE, "--metric", f"validated_savings={text}").exit_code == 2


@pytest.mark.parametrize("text", ["0:10000:1", "0:1000000000000000:0.000001", ",".join("1" * 10_001)])
def test_too_many_points_are_refused(text: str) -> None:
    with pytest.raises(RefusedError, match="the largest number is 10,000"):
        numbers(text)
    result = answered(REFERENCE, "--metric", f"validated_savings={text}")
    assert (result.exit_code, result.stdout) == (4, "")


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["savings=1"], "it has validated_savings (eur), validated_cases (count)"),
        (["validated_savings.east=1"], "no cohort of this deal"),
        (["validated_savings@2027-01-02=1"], "no payment date"),
        (["validated_savings"], "has no name"),
        (["=1"], "has no name"),
        (["validated_savings=1", "validated_savings=2"], "is given twice"),
        (["validated_savings=1,2,3", "enrolled=1,2"], "give as many of each metric, or one"),
        (["validated_cases=2.5"], "is no count"),
        (["validated_share=70"], "70% is 0.70"),
    ],
)
def test_slips_of_the_command_line(words: list[str], answer: str) -> None:
    result = answered(REFERENCE, *(word for text in words for word in ("--metric", text)))
    assert (result.exit_code, result.stdout) == (2, "")
    assert answer in result.stderr
    assert "--metric" in result.stderr


def test_a_deal_that_is_wrong_is_no_slip() -> None:
    assert answered("no-such-deal").exit_code == 3
    assert answered(REFERENCE, "--set", "contract.interest.rate=4").exit_code == 3


def test_one_row_a_point() -> None:
    lines = said(REFERENCE, "--metric", METRIC).splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("---"))
    heading, rows = lines[first - 1], lines[first + 1 : first + 6]
    assert heading.split()[:2] == ["validated_savings", "paid"]
    assert "municipality net" in heading
    assert [row.split()[0] for row in rows] == ["0", "1,000,000", "2,000,000", "3,000,000", "4,000,000"]
    assert [row.split()[-1] for row in rows] == ["no", "no", "yes", "yes", "yes"]
    assert "provider net 1,717,500" in lines[first + 6]


def test_it_speaks_dutch() -> None:
    text = said(REFERENCE, "--metric", METRIC, "--lang", "nl")
    assert "investeerder ontvangt" in text
    assert "2.000.000,00" in text
    assert "Wat met --metric" in said(REFERENCE, "--lang", "nl")


def test_without_metrics_it_says_what_can_be_given() -> None:
    text = said("worked-example")
    assert "105.76" in text
    for metric, unit in sib.load("worked-example").metrics.items():
        assert metric in text
        assert unit in text.lower() or unit == "count"
    assert "NAME@DATE" in text


def test_programs_get_what_the_interface_promises() -> None:
    told = json.loads(said(REFERENCE, "--metric", "validated_savings=0,2000000", "--metric", "enrolled=375", "--json"))
    deal = sib.load(REFERENCE)
    assert told["scenario"] == {"name": deal.name, "digest": deal.digest}
    assert (told["currency"], told["version"]) == ("EUR", sib.__version__)
    nothing, all_of_it = told["points"]
    assert list(nothing) == [
        "metrics", "outcome_payment", "flows", "investor", "tranches", "guarantor", "payments", "triggers", "unpaid",
    ]
    assert nothing["metrics"] == {"validated_savings": 0.0, "enrolled": 375.0}
    assert nothing["investor"] == {"outlay": 1_797_500.0, "receipts": 0.0, "irr": -1.0, "moic": 0.0}
    assert all_of_it["outcome_payment"] == all_of_it["payments"]["repayment"] == 2_000_000.0
    assert all_of_it["triggers"] == {"proof": True}
    assert all_of_it["guarantor"] == {"paid": 0.0}
    assert all_of_it["flows"]["municipality"] == -2_000_000.0


def test_terms_can_be_changed() -> None:
    words = (REFERENCE, "--metric", "validated_savings=1500000", "--json")
    changed = json.loads(said(*words, "--with", "trigger-high"))
    assert json.loads(said(*words))["points"][0]["outcome_payment"] == 1_500_000
    assert changed["points"][0]["outcome_payment"] == 0


def test_a_folder_holds_points_chart_and_manifest(tmp_path: Path) -> None:
    place = tmp_path / "x"
    result = answered(REFERENCE, "--metric", METRIC, "-o", str(place))
    assert result.stderr == f"results in {place}\n"
    assert sorted(path.name for path in place.iterdir()) == ["manifest.json", "payoff.csv", "payoff.png", "payoff.svg"]
    rows = list(csv.DictReader((place / "payoff.csv").read_text(encoding="utf-8").splitlines()))
    assert [float(row["outcome_payment"]) for row in rows][:3] == [0.0, 0.0, 2_000_000.0]
    manifest = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["digest"] == sib.load(REFERENCE).digest
    assert (manifest["method"], manifest["points"], manifest["metrics"]) == ("exact", 5, ["validated_savings"])
    assert set(manifest["files"]) == {"payoff.csv", "payoff.png", "payoff.svg"}
    assert answered(REFERENCE, "-o", str(place)).exit_code == 5
    assert answered(REFERENCE, "-o", str(place), "--force", "--quiet").stderr == ""
    assert sorted(path.name for path in place.iterdir()) == ["manifest.json", "payoff.csv"]  # nothing to draw it over


def test_a_folder_that_exists_is_refused_before_any_work(tmp_path: Path) -> None:
    result = answered(REFERENCE, "--metric", METRIC, "-o", str(tmp_path))
    assert (result.exit_code, result.stdout) == (5, "")


def test_python_gets_a_tidy_frame() -> None:
    frame = sib.payoff(sib.load("worked-example"), {"validated_savings": [0, 60, 180]})
    assert frame["validated_savings"].tolist() == [0.0, 60.0, 180.0]
    assert frame["outcome_payment"].tolist() == [0.0, 60.0, 105.76]
    assert frame["investor.irr"].iloc[2] == pytest.approx(0.04)
    assert len(sib.payoff(sib.load("worked-example"))) == 1
    assert len(sib.payoff(sib.load("worked-example"), {"validated_savings": 180})) == 1
    with pytest.raises(ValueError, match="is no metric"):
        sib.payoff(sib.load("worked-example"), {"savings": 180})
