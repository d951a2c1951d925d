"""The exact method: what can be known of a deal without simulating it.

In comes a deal, out goes ``Found``: rows of the summary without any error, and why the others need simulation.
"""

from __future__ import annotations

from collections.abc import Callable

from sib.deal.group import CountsProgramme, EffectProgramme
from sib.deal.programme import Programme
from sib.deal.scenario import Scenario
from sib.exact.found import Found
from sib.exact.of_cases import of_cases
from sib.exact.of_counts import of_counts
from sib.exact.of_effect import of_effect


def exact(deal: Scenario) -> Found:
    """Return what can be worked out exactly of a deal.

    Examples
    --------
    >>> import sib
    >>> found = exact(sib.load("worked-example"))
    >>> next(row.value for row in found.rows if (row.party, row.measure) == ("investor", "receipts"))
    105.76
    """
    return FINDERS[type(deal.programme)](deal)


FINDERS: dict[type, Callable[[Scenario], Found]] = {
    Programme: of_cases,
    EffectProgramme: of_effect,
    CountsProgramme: of_counts,
}
"""Who works out which kind of programme."""
