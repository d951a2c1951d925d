"""The schema for editors: it accepts what the reader accepts, and marks a misspelt word and a wrong type."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from small_deal import TEXT, Change, changed

from sib.deal.reader import packaged
from sib.deal.schema import schema


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    Draft202012Validator.check_schema(schema())
    return Draft202012Validator(schema())


def as_json(text: str) -> Any:
    """A text of TOML as an editor sees it: dates are strings."""
    return json.loads(json.dumps(tomllib.loads(text), default=str))


def test_packaged_deals_and_the_small_one_fit(validator: Draft202012Validator) -> None:
    texts = [(folder / "scenario.toml").read_text(encoding="utf-8") for folder in packaged().values()]
    for text in [*texts, TEXT]:
        assert [error.message for error in validator.iter_errors(as_json(text))] == []


@pytest.mark.parametrize(
    "change",
    [
        ("deadweight", "deadweigth"),
        ("rate = 0.04", "rate = 4"),
        ("rate = 0.04", 'rate = "0.04"'),
        ('"annual"', '"yearly"'),
        ('basis = "per_year"\n', ""),
        ('kind = "fixed", value = 0.6', 'kind = "fixd", value = 0.6'),
        ("value = 0.6", "value = 60"),
        ("format = 1", "format = 2"),
    ],
)
def test_slips_are_marked(validator: Draft202012Validator, change: Change) -> None:
    assert list(validator.iter_errors(as_json(changed(change))))


def test_tables_and_fields_are_described_without_the_headings_of_docstrings() -> None:
    made = schema()
    assert made["title"] == "Scenario of a social impact bond"
    for name, table in made["$defs"].items():
        assert table["description"].strip(), name
        assert "Parameters" not in table["description"]
    deadweight = made["$defs"]["Segment"]["properties"]["deadweight"]["description"]
    assert deadweight == "Share of the gross saving that would have come anyway."
    assert "Evenly" in made["$defs"]["When"]["properties"]["from"]["description"]
