"""Which deals differ in their contract alone: the same cases and the same accountant, so the same findings.

In come deals, out go their places in groups. A deal of a group need not work out again what another has found.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from sib.deal.scenario import Scenario

ELSEWHERE = ("name", "contract", "measures", "arrangements")
"""Tables that findings do not rest on, but for what ``footing`` takes from them."""


def alike(deals: Sequence[Scenario]) -> list[list[int]]:
    """Return the places of deals that share their findings, group by group, in order of the first of each."""
    groups: dict[str, list[int]] = {}
    for place, deal in enumerate(deals):
        groups.setdefault(footing(deal), []).append(place)
    return list(groups.values())


def footing(deal: Scenario) -> str:
    """Return everything that findings rest on: all but the contract, and of it how metrics are kept apart."""
    plain = deal.canonical()
    prices = {name: plain["measures"].get(name) for name in ("indexation", "price_base")}
    cohorts = plain["contract"].get("cohorts")
    kept = [prices, cohorts, "enrolled" in deal.contract.metrics_used, _cards(deal)]
    return json.dumps([{name: each for name, each in plain.items() if name not in ELSEWHERE}, kept], sort_keys=True)


def _cards(deal: Scenario) -> list[object]:
    """Rate cards count people, and what is counted follows their terms; so do metrics that only a contract names."""
    return [line.model_dump(mode="json") for line in deal.contract.payments if hasattr(line, "prices")] + [
        sorted(deal.contract.metrics_used)
    ]
