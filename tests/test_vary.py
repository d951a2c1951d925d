"""A varied deal is the deal that loading with the same settings gives; what is wrong is said in the same words."""

from __future__ import annotations

import doctest
from dataclasses import replace
from typing import Any

import pytest

import sib
from sib.deal import vary as room
from sib.deal.reader import read
from sib.deal.vary import base_of, vary

REFERENCE = "zwarte-zwanen"
SETTINGS: list[dict[str, Any]] = [
    {},
    {"contract.interest.rate": 0.0321},
    {"contract.commitment": 1000},
    {"programme.segments.*.success": 0.5, "contract.interest.rate": 0.01},
    {"payers.*.cashable.direct": 0.5},
    {"contract.triggers.*.at_least": 5},
    {"contract.intrest": 3},
    {"contract.interest.rate": 4, "contract.commitment": "much"},
]


def outcome(make: Any) -> str:
    """The digest of a deal, or what is wrong with it, wherever a term is said to come from."""
    try:
        return str(make().digest)
    except sib.ScenarioError as error:
        return "\n".join(str(replace(each, file=each.file.replace("--set", "term"))) for each in error.problems)


def test_the_example_runs() -> None:
    assert doctest.testmod(room).failed == 0


@pytest.mark.parametrize("name", sorted(sib.packaged()))
def test_a_variant_is_what_loading_with_the_settings_gives(name: str) -> None:
    deal, reading = sib.load(name), read(name)
    for terms in SETTINGS:
        loaded = outcome(lambda terms=terms: sib.load(name, set=terms))
        assert outcome(lambda terms=terms: vary(reading, terms)) == loaded
        of_deal = outcome(lambda terms=terms: vary(deal, terms))
        assert of_deal == loaded or (len(loaded) != 64 and len(of_deal) != 64)


def test_overlays_and_earlier_settings_stay() -> None:
    reading = read(REFERENCE, overlays=["as-spent"], settings={"contract.interest.rate": 0.05})
    both = {"contract.interest.rate": 0.05, "contract.commitment": 2_000_000}
    loaded = sib.load(REFERENCE, overlays=["as-spent"], set=both)
    assert vary(reading, {"contract.commitment": 2_000_000}).digest == loaded.digest
    assert vary(reading.scenario, {"contract.commitment": 2_000_000}).digest == loaded.digest


def test_a_variant_leaves_what_it_began_with() -> None:
    reading = read(REFERENCE)
    base, digest = base_of(reading), reading.scenario.digest
    assert base.with_terms({"contract.triggers.proof.at_least": 5}).digest != digest
    assert base.with_terms({}).digest == digest
    assert vary(reading, {}).digest == digest


def test_a_disagreement_without_a_file_names_the_deal() -> None:
    deal = sib.load(REFERENCE)
    with pytest.raises(sib.ScenarioError, match="share") as found:
        vary(deal, {"contract.tranches.investor.share": 0.5})
    assert found.value.problems[0].file in (deal.name, "term")


def test_a_star_stands_for_every_name() -> None:
    laws = sib.load(REFERENCE).payers
    own = [law for law, payer in laws.items() if payer.party == "municipality"]
    terms = {f"payers.{law}.cashable.direct": 0.4 for law in laws}
    assert vary(sib.load(REFERENCE), {"payers.*.cashable.direct": 0.4}) == sib.load(REFERENCE, set=terms)
    assert len(own) > 1


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("contract.*.rate", "contract has no things with names in it"),
        ("contract.interest.rate.*", "has no things with names"),
        ("programme.*", "programme has no things with names"),
        ("timeline.*.every", "timeline has no things with names"),
        ("contract.fees.*.amount", "contract.fees is empty"),
        ("programme.segments.*", "is a table; set one of its terms"),
    ],
)
def test_a_star_where_nothing_has_a_name_is_refused(path: str, reason: str) -> None:
    with pytest.raises(sib.ScenarioError, match=reason.replace("*", r"\*")):
        vary(sib.load(REFERENCE), {path: 1})


def test_a_term_knows_what_stands_and_what_may() -> None:
    base = base_of(sib.load(REFERENCE))
    assert base.term("contract.interest.rate").value == 0.04
    assert base.term("programme.segments.*.cases").value == 375
    silent = base.term("measures.inflation")
    assert silent.value is None
    assert silent.shape is not None
    assert silent.shape.default == 0.02
    with pytest.raises(sib.ScenarioError, match="is not there; did you mean"):
        base.term("contract.triggers.prof.at_least")
