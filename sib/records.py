"""What comparisons leave in a result folder: tables, a chart, the manifest.

In come the papers of an analysis, out go files. No figure is made here that the paper does not have.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from sib.amounts import NumberFormat
from sib.analysis.arrangements import Arranged
from sib.analysis.budgets import Budgets, Entry
from sib.analysis.compare import Compared
from sib.analysis.concessions import Exchange
from sib.analysis.control import Control
from sib.analysis.evidence import PARTIES, Evidence, Worth
from sib.analysis.indices import Indices
from sib.analysis.negotiate import Negotiation
from sib.analysis.sensitivity import Tornado
from sib.analysis.stress import StressTest, is_clear
from sib.analysis.stricter import Stricter
from sib.analysis.sweep import Sweep
from sib.deal.ranges import Ranges
from sib.deal.reader import Reading
from sib.folder import told
from sib.measures.risk import Estimate
from sib.output import ROW_FIELDS, write_csv, write_manifest
from sib.results import Row

ESTIMATE_FIELDS = ("value", "standard_error", "low", "high")
ENTRY_FIELDS = tuple(Entry.__dataclass_fields__)
WORTH_FIELDS = ("cases", "party", "cost", "worth", "standard_error", "low", "high", "less_cost", "goes", "thin_share")
GAIN_FIELDS = ("errors", "party", "gain", "standard_error", "low", "high", "a_file", "goes")

Papers = tuple[Evidence, Stricter | None, Control | None]
"""What knowing more is worth: of pilots, and where it was asked for of fewer errors and of control groups."""


def _cells(row: Row) -> list[object]:
    return [getattr(row, name) for name in ROW_FIELDS]


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
        lines = [[way.form, *_cells(row)] for way in found.ways for row in way.rows]
        write_csv(folder / "forms.csv", ("form", *ROW_FIELDS), lines=lines)
        write_figure(draw_forms(found, lang=lang), folder / "charts", name="forms")
        about = {"seed": found.seed, "trials": found.n_trials, "method": "mc"}
        write_manifest(folder, reading, started=started, about=about)


def save_compared(
    found: Compared, folder: Path, *, readings: Sequence[tuple[str, Reading]], started: datetime,
    lang: NumberFormat = "en",
) -> None:
    """Write deals side by side: their figures, the paired differences, and a chart; parameters as for the others.

    Parameters
    ----------
    readings : sequence of (str, Reading)
        What each deal goes by, and itself.
    """
    from sib.views.compare_chart import draw_compared
    from sib.views.style import write_figure

    with told(folder):
        labels = [label for label, _ in readings]
        write_figure(draw_compared(found, labels, lang=lang), folder / "charts", name="scenarios")
        lines = [[deal.digest[:12], deal.name, *_cells(row)]
                 for deal, rows in zip(found.deals, found.rows, strict=True) for row in rows]
        write_csv(folder / "scenarios.csv", ("digest", "name", *ROW_FIELDS), lines=lines)
        lines = [[deal.digest[:12], deal.name, *_cells(row)]
                 for deal, rows in zip(found.deals[1:], found.differences, strict=True) for row in rows]
        write_csv(folder / "differences.csv", ("digest", "name", *ROW_FIELDS), lines=lines)
        others = [deal.canonical() for deal in found.deals[1:]]
        about = {"seed": found.seed, "trials": found.n_trials, "method": "mc", "compared_with": others}
        write_manifest(folder, readings[0][1], started=started, about=about)


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


def save_stresses(
    found: StressTest, folder: Path, *, reading: Reading, started: datetime, lang: NumberFormat = "en"
) -> None:
    """Write a deal under stresses: its figures, the paired differences, and a chart; parameters as for the others.

    A stress that could not be laid over the deal is in ``left_out.csv`` with the reason.
    """
    from sib.views.stress import why
    from sib.views.stress_chart import draw_stresses
    from sib.views.style import write_figure

    with told(folder):
        lines = [["", "", "value", "", *_cells(row)] for row in found.base.values()]
        for each in (*found.singles, *found.together):
            named = [each.case.name, each.case.grade]
            lines += [[*named, "value", "", *_cells(row)] for row in each.figures.values()]
            lines += [[*named, "difference", is_clear(row), *_cells(row)] for row in each.changes.values()]
        write_csv(folder / "stresses.csv", ("stress", "grade", "kind", "is_clear", *ROW_FIELDS), lines=lines)
        lines = [[each.case.name, each.case.grade, why(each, lang)] for each in found.left_out]
        write_csv(folder / "left_out.csv", ("stress", "grade", "why"), lines=lines)
        write_figure(draw_stresses(found, lang=lang), folder / "charts", name="stress")
        stressed = [{"stress": each.case.name, "grade": each.case.grade, "digest": each.laid.adapted.deal.digest}
                    for each in (*found.singles, *found.together)]
        about = {"seed": found.seed, "trials": found.n_trials, "method": "mc", "stresses": stressed}
        write_manifest(folder, reading, started=started, about=about)


def save_sweep(
    found: Sweep, folder: Path, *, reading: Reading, started: datetime, lang: NumberFormat = "en"
) -> None:
    """Write a sweep: every figure of every combination, and charts; parameters as for ``save_arranged``."""
    from sib.views.style import write_figure
    from sib.views.sweep_chart import charts_of

    with told(folder):
        lines = [[*point.values, *_cells(row), ""] for point in found.points for row in point.rows]
        lines += [[*point.values, *("" for _ in ROW_FIELDS), point.problem] for point in found.points if point.problem]
        write_csv(folder / "sweep.csv", (*found.terms, *ROW_FIELDS, "problem"), lines=lines)
        for name, figure in charts_of(found, lang=lang).items():
            write_figure(figure, folder / "charts", name=name)
        plan = found.plan
        about = {"seed": plan.seed, "trials": plan.trials, "method": "mc", "terms": found.terms}
        write_manifest(folder, reading, started=started, about=about)


INPUT_FIELDS = ("input", "paths", "now", "low", "high", "kind", "mode", "source")
BAR_FIELDS = ("party", "measure", "statistic", "input", "low", "now", "high", "swing", "swing_error", "unit")
SHARE_FIELDS = ("party", "measure", "statistic", "input", "index", "share", "standard_error", "noise_share")


def save_tornado(
    found: Tornado, folder: Path, *, reading: Reading, started: datetime, lang: NumberFormat = "en"
) -> None:
    """Write one assumption at a time: ranges, bars, and a chart; parameters as for ``save_arranged``."""
    from sib.views.sensitivity_chart import draw_tornado
    from sib.views.style import write_figure

    with told(folder):
        _write_inputs(found.ranges, folder)
        lines = [
            [*panel.what, bar.input.name, bar.low.value, panel.now.value, bar.high.value, bar.swing.value,
             bar.swing.standard_error, bar.swing.unit]
            for panel in found.panels for bar in panel.bars
        ]
        write_csv(folder / "tornado.csv", BAR_FIELDS, lines=lines)
        write_figure(draw_tornado(found, lang=lang), folder / "charts", name="tornado")
        about = {"seed": found.plan.seed, "trials": found.plan.trials, "method": "mc"}
        write_manifest(folder, reading, started=started, about=about)


def save_indices(
    found: Indices, folder: Path, *, reading: Reading, started: datetime, lang: NumberFormat = "en"
) -> None:
    """Write all assumptions at a time: ranges, shares, and a chart; parameters as for ``save_arranged``."""
    from sib.views.sensitivity_chart import draw_shares
    from sib.views.style import write_figure

    with told(folder):
        _write_inputs(found.ranges, folder)
        lines = [
            [*spread.what, part.input.name, name, share, error, spread.noise_share]
            for spread in found.spreads for part in spread.parts for name, (share, error) in part.shares.items()
        ]
        write_csv(folder / "shares.csv", SHARE_FIELDS, lines=lines)
        write_figure(draw_shares(found, lang=lang), folder / "charts", name="shares")
        design = found.design
        about = {"seed": design.seed, "trials": design.trials, "method": "mc", "points": design.points,
                 "deals": found.n_deals, "kind": found.kind}
        write_manifest(folder, reading, started=started, about=about)


def _write_inputs(ranges: Ranges, folder: Path) -> None:
    lines = [
        [one.name, "; ".join(one.paths), one.number.now, one.low, one.high, one.shape,
         "" if one.mode is None else one.mode, one.source]
        for one in ranges.inputs
    ]
    write_csv(folder / "inputs.csv", INPUT_FIELDS, lines=lines)


def save_evidence(
    papers: Papers, folder: Path, *, reading: Reading, started: datetime, lang: NumberFormat = "en"
) -> None:
    """Write what knowing more is worth: pilots with a chart, and fewer errors and control groups where there are any.

    Parameters
    ----------
    papers : (Evidence, Stricter or None, Control or None)
    folder, reading, started, lang
        As for ``save_arranged``.
    """
    from sib.views.evidence_chart import draw_evidence
    from sib.views.style import write_figure

    found, fewer, control = papers
    with told(folder):
        known = [("all", None, None, [side.perfect for side in found.sides])]
        pilots = [(each.n_cases, each.cost, each.thin_share, each.worths) for each in found.pilots]
        write_csv(folder / "evidence.csv", WORTH_FIELDS, lines=_worths([*pilots, *known]))
        if fewer:
            lines = [[each.name, party, *(getattr(gain, name) for name in ("value", "standard_error", "low", "high")),
                      a_file, goes] for each in fewer.fewer for party, gain, a_file, goes
                     in zip(PARTIES, each.gains, each.a_file, each.goes, strict=True)]
            write_csv(folder / "review.csv", GAIN_FIELDS, lines=lines)
        if control:
            groups = [(each.n_cases, None, each.thin_share, each.worths) for each in control.groups]
            write_csv(folder / "control.csv", WORTH_FIELDS, lines=_worths([*groups, ("all", None, None,
                                                                                     control.perfect)]))
        write_figure(draw_evidence(found, lang=lang), folder / "charts", name="evidence")
        about = {"seed": found.seed, "trials": found.n_trials, "method": "mc", "segment": found.segment,
                 "cost_per_case": found.cost_per_case, "deadweight": control.span if control else None}
        write_manifest(folder, reading, started=started, about=about)


def _worths(
    findings: Iterable[tuple[int | str, float | None, float | None, Sequence[Worth]]]
) -> list[list[object]]:
    """Return a line for each finding and party: cases, cost and what it is worth."""
    return [
        [cases, party, cost, row.value, row.standard_error, row.low, row.high,
         None if cost is None else row.value - cost, worth.goes, thin]
        for cases, cost, thin, worths in findings for party, worth in zip(PARTIES, worths, strict=True)
        for row in (worth.worth,)
    ]


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
        [*zone.found.points[place].values, line.party, line.name, *_cells(row), line.limit,
         NAMES[zone.stands[place][number]], NAMES[zone.verdict(place)]]
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
