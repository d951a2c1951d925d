"""Which figures are meant by their names, where each is the mean of one value a trial.

In come a deal and names, out go figures that can be compared. Nothing is simulated but one trial, for the names.
"""

from __future__ import annotations

from collections.abc import Sequence

from sib.analysis.compare import COMPARED, Compare, of_key
from sib.asked import asked
from sib.deal.scenario import Scenario
from sib.results import measures_of

MEASURES = (
    "investor.irr", "investor.repaid_in_full", "investor.principal_loss",
    "municipality.net_cash", "municipality.outcome_payments", "municipality.pays_more_than_it_saves",
)
"""What is shown where nothing else is asked for; the first of each party is the one that it goes by."""


def targets(deal: Scenario, names: Sequence[str]) -> tuple[Compare, ...]:
    """Return the figures that are meant by names such as ``investor.irr``.

    Raises
    ------
    KeyError
        When the summary has no such figure, or it is no mean of one value a trial.
    """
    known = {each.what: each for each in COMPARED}
    for each in measures_of(deal):
        known.setdefault((each.party, each.name, "mean"),
                         Compare(each.party, each.name, "mean", each.unit, of_key(each.key)))
    found = []
    for figure in asked(deal, names):
        if figure.what not in known:
            raise KeyError(f"{figure.name} is neither a mean nor a chance over trials; take such as investor.irr, "
                           "investor.repaid_in_full or municipality.net_cash")
        found.append(known[figure.what])
    return tuple(dict.fromkeys(found))
