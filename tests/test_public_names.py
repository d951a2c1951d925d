"""What ``import sib`` promises: these names, quickly, and nothing else."""

from __future__ import annotations

import subprocess
import sys

import pytest

import sib

NAMES = [
    *("Choice", "OutputError", "RefusedError", "Row", "Run", "Scenario", "ScenarioError", "SibError"),
    *("__version__", "budgets", "calibrate", "compare", "designs", "diff", "load", "luck", "packaged", "payoff"),
    *("concessions", "evidence", "keep_memory", "negotiate", "sensitivity", "simulate", "solve", "stress", "sweep"),
]


def test_the_names_are_these() -> None:
    assert sorted(sib.__all__) == sorted(NAMES)
    assert set(NAMES) <= set(dir(sib))
    assert all(getattr(sib, name) is not None for name in NAMES)


def test_they_are_what_they_are_called() -> None:
    deal = sib.load("worked-example")
    assert isinstance(deal, sib.Scenario)
    run = sib.simulate(deal, trials=1)
    assert isinstance(run, sib.Run)
    assert isinstance(run.rows[0], sib.Row)
    assert "worked-example" in sib.packaged()
    for error in (sib.ScenarioError, sib.RefusedError, sib.OutputError):
        assert issubclass(error, sib.SibError)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'sumulate'"):
        _ = sib.sumulate  # type: ignore[attr-defined]


def test_importing_loads_nothing_yet() -> None:
    code = "import sys; before = set(sys.modules); import sib; print(*sorted(set(sys.modules) - before))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert [name for name in loaded if name.startswith("sib")] == ["sib"]
    assert not {"numpy", "scipy", "pandas", "matplotlib", "pydantic", "click"} & set(loaded)


RATE = "contract.interest.rate"
OF_A_DEAL = {
    "simulate": {}, "payoff": {}, "compare": {}, "budgets": {}, "stress": {}, "sensitivity": {}, "evidence": {},
    "concessions": {}, "sweep": {"terms": {RATE: [0.0]}},
    "solve": {"measure": "investor.irr", "value": 0.0, "vary": RATE},
    "negotiate": {"red_lines": [{"party": "investor", "measure": "irr", "at_least": 0}], "terms": {RATE: [0.0]}},
}


@pytest.mark.parametrize("name", OF_A_DEAL)
def test_a_name_where_a_deal_is_expected_is_told(name: str) -> None:
    with pytest.raises(TypeError, match=r"a deal is expected, not str; read one with sib\.load"):
        getattr(sib, name)("worked-example", **OF_A_DEAL[name])
