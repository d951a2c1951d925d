"""Single figures of the summary, by name: what each rests on, and no more of the summary than that.

In come names such as ``investor.irr`` and simulations, out go rows, the same as the summary has. A summary of
everything costs as much as the contract; one chance costs next to nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial

from sib.arrays import Floats
from sib.deal.scenario import Scenario
from sib.engine import Simulation, simulate
from sib.measures.risk import Estimate, Estimates
from sib.results import FIGURES, LEVELS, Measure, Row, Summary, measures_of, percentile, row_of, summarise

What = tuple[str, str, str]
"""Party, measure and statistic."""


def _quantile(of: Estimates, values: Floats, *, level: float) -> Estimate:
    return of.quantiles(values, (level,))[0]


STATISTICS: dict[str, Callable[[Estimates, Floats], Estimate]] = {
    "mean": lambda of, values: of.mean(values), "sd": lambda of, values: of.sd(values),
    **{percentile(level): partial(_quantile, level=level) for level in LEVELS},
    "undefined_share": lambda of, values: of.undefined_share(values),
}
"""How a statistic of one value a trial is found."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A figure of the summary.

    Parameters
    ----------
    what : (str, str, str)
        Party, measure and statistic.
    maker : int, optional
        Which of ``FIGURES`` makes its row; None where it is a statistic of one value a trial.
    """

    what: What
    maker: int | None

    @property
    def name(self) -> str:
        """Return the figure as it is written, such as ``investor.irr.mean``."""
        return ".".join(self.what)


def asked(deal: Scenario, names: Sequence[str]) -> tuple[Asked, ...]:
    """Return the figures that are meant by ``PARTY.MEASURE`` or ``PARTY.MEASURE.STATISTIC``.

    Without a statistic the mean, probability or value is meant, whichever there is.

    Raises
    ------
    KeyError
        With the nearest names, when the summary has no such figure.
    """
    run = simulate(deal, 1)
    known = known_figures(run)
    whats = [meant(name, known) for name in names]
    makers = {(row.party, row.measure, row.statistic): place
              for place, make in enumerate(FIGURES) for row in make(Summary(run))}
    return tuple(Asked(what, makers.get(what)) for what in whats)


def known_figures(run: Simulation) -> dict[str, What]:
    """Return every figure of the summary by its full name."""
    return {".".join(what): what for what in sorted((row.party, row.measure, row.statistic) for row in summarise(run))}


def meant(name: str, known: dict[str, What]) -> What:
    """Return the figure that a name means; raise ``KeyError`` with the nearest names where there is none."""
    for end in ("", ".mean", ".probability", ".value"):
        if f"{name}{end}" in known:
            return known[f"{name}{end}"]
    close = get_close_matches(name, {text.rpartition(".")[0] for text in known}, n=3, cutoff=0.4)
    raise KeyError(f"no figure {name!r}; the nearest: {', '.join(close) or 'none'}")


def rows_of(run: Simulation, figures: Sequence[Asked]) -> tuple[Row, ...]:
    """Return the rows of the summary that were asked for; undefined where this deal's summary has none."""
    summary = Summary(run)
    made = {(row.party, row.measure, row.statistic): row
            for place in dict.fromkeys(each.maker for each in figures if each.maker is not None)
            for row in FIGURES[place](summary)}
    measures = {(each.party, each.name): each for each in measures_of(run.deal)}
    return tuple(made.get(each.what) or _spread(summary, each.what, measures) for each in figures)


def _spread(summary: Summary, what: What, measures: dict[tuple[str, str], Measure]) -> Row:
    """Return a statistic of one value a trial."""
    measure = measures.get(what[:2])
    if measure is None or what[2] not in STATISTICS:
        return row_of(summary.run.deal, what, estimate=Estimate(math.nan, None, None, None), unit="fraction")
    unit = "fraction" if what[2] == "undefined_share" else measure.unit
    return summary.row(what, STATISTICS[what[2]](summary.of, summary.trials(measure.key)), unit=unit)
