"""What the exact method finds of a deal: figures, and why the others need simulation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sib.deal.scenario import Scenario
from sib.exact.figures import Figures, Spread
from sib.exact.reasons import NotExactError, Reason
from sib.results import Row, Unit


@dataclass(frozen=True, slots=True)
class Found:
    """What the exact method finds.

    Parameters
    ----------
    deal : Scenario
    figures : Figures
    refused : dict of str to Reason
        By group of measures, why they need simulation.
    steps : dict of str to float
        By group, the width in cents of the grid on which amounts were added up.
    """

    deal: Scenario
    figures: Figures
    refused: dict[str, Reason] = field(default_factory=dict)
    steps: dict[str, float] = field(default_factory=dict)

    @property
    def rows(self) -> list[Row]:
        """The rows of the summary that are known exactly."""
        return self.figures.rows

    @property
    def spreads(self) -> dict[tuple[str, str], tuple[Spread, Unit]]:
        """By party and measure, the number that rows are statistics of, in cents where it is money."""
        return self.figures.spreads

    @contextmanager
    def trying(self, group: str) -> Iterator[None]:
        """Note why a group of measures cannot be worked out, where it cannot."""
        try:
            yield
        except NotExactError as error:
            self.refused.setdefault(group, error.reason)


def nothing_yet(deal: Scenario) -> Found:
    """Return a paper in which nothing is found yet."""
    return Found(deal, Figures(deal))
