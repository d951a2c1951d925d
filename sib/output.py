"""The result folder: what a run leaves on disk, and what a payoff does.

In come a run, or points, and the reading they began with, out go ``manifest.json``, tables, trials and charts.
But for the manifest's times every byte follows from scenario, seed, version and platform. No figure is made here that
the run does not have.
"""

from __future__ import annotations

import csv
import json
import platform
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from sib import __version__
from sib.amounts import NumberFormat
from sib.analysis.design import Comparison
from sib.analysis.luck import DateOfLuck, Luck
from sib.bridge import STEP, bridge_rows
from sib.calibrating import BANDS, FIGURES, bands, figures
from sib.calibration import Calibration
from sib.deal.assumptions import assumptions
from sib.deal.consistency import planned_people
from sib.deal.reader import Reading
from sib.folder import MANIFEST, files, sha256, told
from sib.fragment import fragment
from sib.payout import Point, as_row
from sib.results import Row, percentile
from sib.run import Run, simulate
from sib.tally import FLAGS
from sib.views.design import way_named
from sib.views.words import Words

ROW_FIELDS = tuple(Row.__dataclass_fields__)
PATH_TRIALS = 20_000
"""Trials that the quantiles of flows come from: the first so many."""
CURVE_TRIALS, CURVE_SEED = 2_000, 1
"""Of the simulation below a payoff's curve."""
PATH_LEVELS = (0.05, 0.25, 0.50, 0.75, 0.95)
LIBRARIES = ("numpy", "scipy", "pandas", "matplotlib", "pydantic", "click")
PATHS = {
    "outstanding": ("investor", "outstanding_principal"), "due": ("investor", "outstanding_with_interest"),
    "true_savings": ("society", "true_savings"), "validated_savings": ("accountant", "validated_savings"),
    "outcome_payer": ("municipality", "net_cash"), "outcome_payments": ("programme", "outcome_payments"),
}
"""Party and kind of the flows that are not the net cash of the party they are named after."""


def save(run: Run, folder: Path, *, reading: Reading, started: datetime, lang: NumberFormat = "en") -> None:
    """Write everything that a run leaves behind.

    Parameters
    ----------
    run : Run
    folder : Path
        From ``result_folder``, still empty.
    reading : Reading
        The deal with its overlays and settings.
    started : datetime
        When the run began.
    lang : {"en", "nl"}
        Language of the charts.
    """
    from sib.views.plots import save_charts

    with told(folder):
        for name, write in FILES:
            write(run, folder / name)
        (folder / "charts").mkdir()
        save_charts(run, folder / "charts", lang=lang)
        about = {"seed": run.seed, "draws": run.draws, "trials": run.n_trials, "method": "mc",
                 "checks": list(run.simulation.checks)}
        write_manifest(folder, reading, started=started, about=about)


def save_payoff(
    points: Sequence[Point], folder: Path, *, reading: Reading, started: datetime, lang: NumberFormat = "en"
) -> None:
    """Write what a deal pays at given outcomes: the points, and a chart of them where a metric was stated.

    Parameters
    ----------
    points : sequence of Point
    folder : Path
        From ``result_folder``, still empty.
    reading : Reading
    started : datetime
    lang : {"en", "nl"}
        Language of the chart.
    """
    from sib.views.curve import draw_curve
    from sib.views.style import write_figure

    rows = [as_row(point) for point in points]
    about: dict[str, Any] = {"method": "exact", "points": len(rows)}
    with told(folder):
        write_csv(folder / "payoff.csv", tuple(rows[0]), lines=[list(row.values()) for row in rows])
        if points[0].is_stated:
            about |= {"seed": CURVE_SEED, "trials": CURVE_TRIALS, "metrics": list(points[0].metrics)}
            run = simulate(reading.scenario, CURVE_TRIALS, seed=CURVE_SEED)
            write_figure(draw_curve(run, points, lang=lang), folder, name="payoff")
        write_manifest(folder, reading, started=started, about=about)


def save_luck(
    luck: Luck, folder: Path, *, reading: Reading, started: datetime, lang: NumberFormat = "en"
) -> None:
    """Write what luck pays: its figures, the trigger by date, and a chart; parameters as for ``save``."""
    from sib.views.luck_chart import draw_luck
    from sib.views.style import write_figure

    with told(folder):
        lines = [[getattr(row, name) for name in ROW_FIELDS] for row in luck.rows]
        write_csv(folder / "luck.csv", ROW_FIELDS, lines=lines)
        fields = tuple(DateOfLuck.__dataclass_fields__)
        dates = [[each.day.isoformat(), *(getattr(each, name) for name in fields[1:])] for each in luck.dates]
        write_csv(folder / "dates.csv", fields, lines=dates)
        write_figure(draw_luck(luck, lang=lang), folder / "charts", name="luck")
        about = {"seed": luck.seed, "trials": luck.n_trials, "method": "mc"}
        write_manifest(folder, reading, started=started, about=about)


def save_design(
    found: Comparison, folder: Path, *, reading: Reading, started: datetime, lang: NumberFormat = "en"
) -> None:
    """Write ways of reviewing: their figures and a chart; parameters as for ``save``."""
    from sib.views.design_chart import draw_designs
    from sib.views.style import write_figure

    with told(folder):
        lines = [[way_named(each.way, Words(lang), n_cases=planned_people(found.deal)),
                  *(getattr(row, name) for name in ROW_FIELDS)] for each in found.designs for row in each.rows]
        write_csv(folder / "designs.csv", ("review", *ROW_FIELDS), lines=lines)
        write_figure(draw_designs(found, lang=lang), folder / "charts", name="designs")
        about = {"seed": found.seed, "trials": found.n_trials, "method": "mc"}
        write_manifest(folder, reading, started=started, about=about)


def save_calibration(found: Calibration, folder: Path, *, started: datetime, lang: NumberFormat = "en") -> None:
    """Write what a case file says: the fragment, its figures, bands of cases beside the fits, a chart where it can be.

    Parameters
    ----------
    found : Calibration
    folder : Path
        From ``result_folder``, still empty.
    started : datetime
    lang : {"en", "nl"}
        Language of the chart and of the comments in the fragment.
    """
    from sib.views.calibration_chart import draw_calibration, drawable
    from sib.views.style import write_figure

    with told(folder):
        (folder / "fragment.toml").write_text(fragment(found, lang), encoding="utf-8", newline="\n")
        write_csv(folder / "fit.csv", FIGURES, lines=[*figures(found)])
        write_csv(folder / "bands.csv", BANDS, lines=[*bands(found)])
        if drawable(found):
            write_figure(draw_calibration(found, lang=lang), folder / "charts", name="calibration")
        about = {"scenario": None, "digest": sha256(folder / "fragment.toml"), "seed": found.asked.seed,
                 "cases": sum(segment.n_cases for segment in found.segments)}
        _write_json(folder, {**about, **_circumstances(folder, started)})


def write_manifest(folder: Path, reading: Reading, *, started: datetime, about: dict[str, Any]) -> None:
    """Write what the folder holds, and from what it can be made again; the last file to be written."""
    _write_json(folder, {
        "scenario": reading.scenario.canonical(),
        "digest": reading.scenario.digest,
        "overlays": [Path(overlay).name for overlay in reading.overlays],
        "settings": [[path, _plain(value)] for path, value in reading.settings],
        "sources": {each.path: each.source for each in assumptions(reading) if each.kind in ("sourced", "assumed")},
        **about,
        **_circumstances(folder, started),
    })


def _write_json(folder: Path, manifest: dict[str, Any]) -> None:
    text = json.dumps(manifest, indent=1, ensure_ascii=True)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")


def _circumstances(folder: Path, started: datetime) -> dict[str, Any]:
    return {
        "versions": {
            "sib": __version__, "python": platform.python_version(), **{name: version(name) for name in LIBRARIES},
        },
        "platform": platform.platform(),
        "times": {"started": _stamp(started), "finished": _stamp(datetime.now(UTC))},
        "files": {path.relative_to(folder).as_posix(): sha256(path) for path in files(folder)},
    }


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _plain(value: object) -> object:
    return value if isinstance(value, bool | int | float | str | list | dict) else str(value)


def write_summary(run: Run, path: Path) -> None:
    """Write every row of the summary."""
    write_csv(path, ROW_FIELDS, lines=[[getattr(row, name) for name in ROW_FIELDS] for row in run.rows])


def write_bridge(run: Run, path: Path) -> None:
    """Write claimed, what each step takes off, validated: in the order in which they add up."""
    claimed, validated = (
        [row for row in run.rows if row.party == "accountant" and row.measure == name]
        for name in ("claimed", "validated")
    )
    rows = [*claimed, *bridge_rows(run.simulation), *validated]
    fields = ROW_FIELDS[2:]
    lines = [[row.measure.removeprefix(STEP), *(getattr(row, name) for name in fields)] for row in rows]
    write_csv(path, ("step", *fields), lines=lines)


def write_flows(run: Run, path: Path) -> None:
    """Write what moves on each date: the mean over all trials, quantiles over the first ``PATH_TRIALS``."""
    n_trials = min(run.n_trials, PATH_TRIALS)
    lines: list[list[object]] = []
    for name, total in run.simulation.flow_sums.items():
        if name in FLAGS:
            continue
        party, kind = PATHS.get(name, (name, "net_cash"))
        spread = np.quantile(run.cash_flows(name, trials=n_trials), PATH_LEVELS, axis=0, method="inverted_cdf")
        for period, day in enumerate(run.simulation.calendar.dates):
            figures = [float(cents) / 100 for cents in (total[period] / run.n_trials, *spread[:, period])]
            lines.append([party, kind, day.isoformat(), period, *figures, run.n_trials, n_trials])
    levels = [percentile(level) for level in PATH_LEVELS]
    fields = ("party", "kind", "date", "period", "mean", *levels, "n_trials", "n_trials_of_quantiles")
    write_csv(path, fields, lines=lines)


def write_trials(run: Run, path: Path) -> None:
    """Write one array a measure, one value a trial, as ``numpy.load`` reads them; amounts in currency units."""
    with zipfile.ZipFile(path, "w", compresslevel=1) as archive:
        for name, values in _entries(run):
            undated = zipfile.ZipInfo(f"{name}.npy")
            undated.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(undated, "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, values, allow_pickle=False)


def _entries(run: Run) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    """Yield names that are safe as file names, each once, with their values."""
    taken: set[str] = set()
    for column in run.trials:
        name = safe = re.sub(r"[/\\\x00-\x1f\x7f]", "_", str(column))
        while safe in taken:
            safe = f"{name}_{len(taken)}"
        taken.add(safe)
        yield safe, np.ascontiguousarray(run.trials[column].to_numpy())


FILES: tuple[tuple[str, Callable[[Run, Path], None]], ...] = (
    ("summary.csv", write_summary),
    ("bridge.csv", write_bridge),
    ("flows.csv", write_flows),
    ("trials.npz", write_trials),
)
"""What a result folder holds beside manifest and charts."""


def write_csv(path: Path, fields: Sequence[str], *, lines: Sequence[Sequence[object]]) -> None:
    """Write a table that a spreadsheet opens without running anything in it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(fields)
        table.writerows([[cell(value) for value in line] for line in lines])


def cell(value: object) -> object:
    """Return what stands in a cell: numbers as they are, nothing for what is undefined, text that is no formula.

    Examples
    --------
    >>> cell("=1+1"), cell(-5.0), cell(None), cell(float("nan"))
    ("'=1+1", -5.0, '', '')
    """
    if isinstance(value, str):
        return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
    if value is None or value != value:
        return ""
    return value + 0.0 if isinstance(value, float) else value

