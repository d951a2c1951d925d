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
from sib.analysis.control import Control
from sib.analysis.evidence import PARTIES, Evidence, Worth
from sib.analysis.stricter import Stricter
from sib.analysis.sweep import Sweep
from sib.deal.reader import Reading
from sib.folder import told
from sib.output import ROW_FIELDS, write_csv, write_manifest

ENTRY_FIELDS = tuple(Entry.__dataclass_fields__)
WORTH_FIELDS = ("cases", "party", "cost", "worth", "standard_error", "low", "high", "less_cost", "goes", "thin_share")
GAIN_FIELDS = ("errors", "party", "gain", "standard_error", "low", "high", "a_file", "goes")

Papers = tuple[Evidence, Stricter | None, Control | None]
"""What knowing more is worth: of pilots, and where it was asked for of fewer errors and of control groups."""


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
