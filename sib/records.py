"""What comparisons leave in a result folder: tables, a chart, the manifest.

In come the papers of an analysis, out go files. No figure is made here that the paper does not have.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sib.amounts import NumberFormat
from sib.analysis.arrangements import Arranged
from sib.analysis.budgets import Budgets, Entry
from sib.analysis.compare import Compared
from sib.analysis.concessions import Exchange
from sib.analysis.negotiate import Negotiation
from sib.analysis.sweep import Sweep
from sib.deal.reader import Reading
from sib.folder import told
from sib.measures.risk import Estimate
from sib.output import ROW_FIELDS, write_csv, write_manifest

ESTIMATE_FIELDS = ("value", "standard_error", "low", "high")
ENTRY_FIELDS = tuple(Entry.__dataclass_fields__)


def save_arranged(
    found: Arranged, folder: Path, *, reading: Reading, started: datetime, lang: NumberFormat = "en"
) -> None:
    """Write ways to pay: every figure of every party, and a chart.

    Parameters
    ----------
    found : Arranged
    folder : Path
        From ``result_folder``, still empty.
    reading : Reading
    started : datetime
    lang : {"en", "nl"}
        Of the chart.
    """
    from sib.views.forms_chart import draw_forms
    from sib.views.style import write_figure

    with told(folder):
        lines = [[way.form, *(getattr(row, name) for name in ROW_FIELDS)] for way in found.ways for row in way.rows]
        write_csv(folder / "forms.csv", ("form", *ROW_FIELDS), lines=lines)
        write_figure(draw_forms(found, lang=lang), folder / "charts", name="forms")
        about = {"seed": found.seed, "trials": found.n_trials, "method": "mc"}
        write_manifest(folder, reading, started=started, about=about)


def save_compared(
    found: Compared, folder: Path, *, readings: Sequence[Reading], started: datetime, lang: NumberFormat = "en"
) -> None:
    """Write deals side by side: their figures and the paired differences; parameters as for ``save_arranged``."""
    with told(folder):
        lines = [[deal.digest[:12], deal.name, *(getattr(row, name) for name in ROW_FIELDS)]
                 for deal, rows in zip(found.deals, found.rows, strict=True) for row in rows]
        write_csv(folder / "scenarios.csv", ("digest", "name", *ROW_FIELDS), lines=lines)
        lines = [[deal.digest[:12], deal.name, *(getattr(row, name) for name in ROW_FIELDS)]
                 for deal, rows in zip(found.deals[1:], found.differences, strict=True) for row in rows]
        write_csv(folder / "differences.csv", ("digest", "name", *ROW_FIELDS), lines=lines)
        others = [deal.canonical() for deal in found.deals[1:]]
        about = {"seed": found.seed, "trials": found.n_trials, "method": "mc", "compared_with": others}
        write_manifest(folder, readings[0], started=started, about=about)


def save_budgets(
    found: Budgets, folder: Path, *, reading: Reading, started: datetime, lang: NumberFormat = "en"
) -> None:
    """Write budgets by fiscal year, and a chart; parameters as for ``save_arranged``."""
    from sib.views.budgets_chart import draw_budgets
    from sib.views.style import write_figure

    with told(folder):
        lines = [[getattr(entry, name) for name in ENTRY_FIELDS] for entry in found.entries]
        write_csv(folder / "budgets.csv", ENTRY_FIELDS, lines=lines)
        write_figure(draw_budgets(found, lang=lang), folder / "charts", name="budgets")
        about = {"seed": found.seed, "trials": found.n_trials, "method": "mc", "form": found.form}
        write_manifest(folder, reading, started=started, about=about)


def save_sweep(
    found: Sweep, folder: Path, *, reading: Reading, started: datetime, lang: NumberFormat = "en"
) -> None:
    """Write a sweep: every figure of every combination, and charts; parameters as for ``save_arranged``."""
    from sib.views.style import write_figure
    from sib.views.sweep_chart import charts_of

    with told(folder):
        lines = [[*point.values, *(getattr(row, name) for name in ROW_FIELDS), ""]
                 for point in found.points for row in point.rows]
        lines += [[*point.values, *("" for _ in ROW_FIELDS), point.problem] for point in found.points if point.problem]
        write_csv(folder / "sweep.csv", (*found.terms, *ROW_FIELDS, "problem"), lines=lines)
        for name, figure in charts_of(found, lang=lang).items():
            write_figure(figure, folder / "charts", name=name)
        plan = found.plan
        about = {"seed": plan.seed, "trials": plan.trials, "method": "mc", "terms": found.terms}
        write_manifest(folder, reading, started=started, about=about)


def save_negotiated(
    found: tuple[Negotiation | None, Exchange], folder: Path, *, reading: Reading, started: datetime,
    lang: NumberFormat = "en",
) -> None:
    """Write a negotiation: every red line at every combination, exchange rates, and charts.

    Parameters as for ``save_arranged``; there is no zone where there were no red lines.
    """
    zone, rates = found
    with told(folder):
        about = {"seed": rates.seed, "trials": rates.n_trials, "method": "mc"}
        if zone is not None:
            _save_zone(zone, folder, lang=lang)
            about |= {"terms": zone.found.terms, "red_lines": [line.name for line in zone.lines]}
        _save_trades(rates, folder, lang=lang)
        write_manifest(folder, reading, started=started, about=about)


def _save_zone(zone: Negotiation, folder: Path, *, lang: NumberFormat) -> None:
    from sib.views.negotiate import NAMES
    from sib.views.style import write_figure
    from sib.views.zone_chart import charts_of

    lines = [
        [*zone.found.points[place].values, line.party, line.name, *(getattr(row, name) for name in ROW_FIELDS),
         line.limit, NAMES[zone.stands[place][number]], NAMES[zone.verdict(place)]]
        for place in zone.valid for number, line in enumerate(zone.lines) for row in (zone.row(place, line.what),)
    ]
    header = (*zone.found.terms, "whose", "red_line", *ROW_FIELDS, "limit", "stands", "zone")
    write_csv(folder / "zone.csv", header, lines=lines)
    for name, figure in charts_of(zone, lang=lang).items():
        write_figure(figure, folder / "charts", name=name)


def _save_trades(rates: Exchange, folder: Path, *, lang: NumberFormat) -> None:
    """Write what each term is worth, amounts of money in currency units, and a chart of what it costs."""
    from sib.views.concessions_chart import draw_concessions
    from sib.views.style import write_figure

    figure = draw_concessions(rates, lang=lang)
    if figure is not None:
        write_figure(figure, folder / "charts", name="concessions")
    lines: list[list[object]] = []
    for trade in rates.trades:
        head = [trade.number.path, trade.number.now, trade.low, trade.high, trade.verdict]
        scale = 100.0 if rates.cost.unit == "money" else 1.0
        figures = (("amount", trade.amount, 1.0), ("in_full", trade.in_full, 1.0), ("cost", trade.cost, scale),
                   ("others", trade.third, scale))
        lines += [[*head, name, *_scaled(estimate, by), trade.problem]
                  for name, estimate, by in figures if estimate is not None]
        if trade.amount is None:
            lines.append([*head, "", *("" for _ in ESTIMATE_FIELDS), trade.problem])
    header = ("path", "now", "from", "to", "verdict", "figure", *ESTIMATE_FIELDS, "problem")
    write_csv(folder / "concessions.csv", header, lines=lines)


def _scaled(estimate: Estimate, by: float) -> list[float | None]:
    values = (getattr(estimate, name) for name in ESTIMATE_FIELDS)
    return [None if value is None else value / by for value in values]
