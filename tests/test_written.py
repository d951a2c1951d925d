"""Terms as text: what is written is read back as the same tables."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from sib.deal.written import toml_text


@pytest.mark.parametrize(
    "tables",
    [
        {"contract": {"interest": {"rate": 0.05}}},
        {"payers": {"Wet lang. zorg": {"cashable": {"direct": 0.5, "real": 0.0}}, 'a "b"': {"party": "x"}}},
        {"programme": {"segments": [{"name": "one", "saving": {"mean": 1.125}}, {"name": "two", "cases": 3}]}},
        {"programme": {"groups": [{"name": "g", "outcomes": [{"name": "a", "after": 3}, {"name": "b", "after": 4}]}]}},
        {"timeline": {"payment_dates": {"months": [6, 12]}, "maturity": 78}, "programme": {"has_effect": False}},
        {"programme": {"dependence": {"kind": "gaussian_factor", "weight": 0.1}, "source": {"dependence": "é"}}},
        {"contract": {"caps": {"by_metric": {}}}},
    ],
)
def test_what_is_written_is_read_back(tables: dict[str, Any]) -> None:
    assert tomllib.loads(toml_text(tables)) == tables
