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
from sib.analysis.evidence import PARTIES, Evidence
from sib.analysis.sweep import Sweep
from sib.deal.reader import Reading
from sib.folder import told
from sib.output import ROW_FIELDS, write_csv, write_manifest

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


def save_evidence(
    found: Evidence, folder: Path, *, reading: Reading, started: datetime, lang: NumberFormat = "en"
) -> None:
    """Write what pilots are worth to each party, and a chart; parameters as for ``save_arranged``."""
    from sib.views.evidence_chart import draw_evidence
    from sib.views.style import write_figure

    fields = ("cases", "party", "cost", "worth", "standard_error", "low", "high", "less_cost", "goes", "thin_share")
    with told(folder):
        lines = [[pilot.n_cases, party, pilot.cost, row.value, row.standard_error, row.low, row.high,
                  pilot.net(place), pilot.worths[place].goes, pilot.thin_share]
                 for pilot in found.pilots for place, party in enumerate(PARTIES)
                 for row in (pilot.worths[place].worth,)]
        lines += [["all", side.party, None, row.value, row.standard_error, row.low, row.high, None, side.perfect.goes,
                   None] for side in found.sides for row in (side.perfect.worth,)]
        write_csv(folder / "evidence.csv", fields, lines=lines)
        write_figure(draw_evidence(found, lang=lang), folder / "charts", name="evidence")
        about = {"seed": found.seed, "trials": found.n_trials, "method": "mc", "segment": found.segment,
                 "cost_per_case": found.cost_per_case}
        write_manifest(folder, reading, started=started, about=about)
