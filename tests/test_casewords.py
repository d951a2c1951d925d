"""Words of a case file: laws that are known, segments that name nobody, and messages that show no cell."""

from __future__ import annotations

import doctest

import pytest

from sib import casewords
from sib.casewords import LAWS, fault_of_name, faults_of_laws, faults_of_segments, small_segments


def test_examples_of_the_docstrings_run() -> None:
    assert doctest.testmod(casewords).failed == 0


def test_laws_are_those_that_are_known_or_named() -> None:
    cells = ("Wmo", "WMO", "Wlz Jansen", "", "Beschermd Wonen", "Jeugdwet")
    found = dict(faults_of_laws(cells, range(2, 8)))
    assert set(found) == {2, 4}
    assert "known: Wmo, " in found[2]
    assert "--law" in found[2]
    assert found[4] == "is no law that is known; line 4 says which are"
    assert "Jansen" not in " ".join(found.values())
    assert set(dict(faults_of_laws(cells, range(6), laws=("Beschermd Wonen",)))) == {2}
    assert len({name.casefold() for name in LAWS}) == len(LAWS)


def test_capitals_are_doubtful_and_the_rest_is_not() -> None:
    cells = ["Jonge Moeders"] * 10 + ["Dorpsstraat 12"] * 10
    cases = [f"K{place}" for place in range(20)]
    assert dict(faults_of_segments(cells, cases)) == {10: "an address"}
    assert dict(faults_of_segments(cells[:9], cases[:9])) == {0: "a name"}
    assert dict(faults_of_segments(cells[:10], ["K1"] * 10)) == {0: "a name"}


def test_a_segment_counts_cases_and_not_lines() -> None:
    cases = [*map(str, range(12)), *"123412341234", "x", "y"]
    assert small_segments(["a"] * 12 + ["b"] * 12 + ["", ""], cases) == {"b"}


@pytest.mark.parametrize(("name", "is_taken"), [
    ("multi-problem households", True), ("Wet 'werk' = \"x\".y", True), (" ", False), ("x" * 101, False),
    ("a\nb", False), ("Familie Jansen", False), ("3311 AB", False),
])
def test_names_that_the_user_gives(name: str, is_taken: bool) -> None:
    assert (fault_of_name(name) is None) == is_taken
