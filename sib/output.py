"""The result folder: what a run leaves on disk, whole or not at all.

In come a run and the reading it began with, out goes a folder: ``manifest.json``, tables, trials, charts. Work is
done in a locked sibling folder that takes the place of an earlier result only when it is complete and on disk.
But for the manifest's times every byte follows from scenario, seed, version and platform. No figure is made here
that the run does not have.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import platform
import re
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import numpy as np

from sib import __version__
from sib.bridge import STEP, bridge_rows
from sib.deal.reader import Reading
from sib.errors import OutputError
from sib.money import NumberFormat
from sib.results import Row, percentile
from sib.run import Run

MANIFEST, LOCK = "manifest.json", "lock"
ROW_FIELDS = tuple(Row.__dataclass_fields__)
PATH_TRIALS = 20_000
"""Trials that the quantiles of flows come from: the first so many."""
PATH_LEVELS = (0.05, 0.25, 0.50, 0.75, 0.95)
LIBRARIES = ("numpy", "scipy", "pandas", "matplotlib", "pydantic", "click")
PATHS = {
    "outstanding": ("investor", "outstanding_principal"), "due": ("investor", "outstanding_with_interest"),
    "true_savings": ("society", "true_savings"), "validated_savings": ("accountant", "validated_savings"),
    "outcome_payer": ("municipality", "net_cash"),
}
"""Party and kind of the flows that are not the net cash of the party they are named after."""


@contextmanager
def result_folder(target: str | Path, *, force: bool = False) -> Iterator[Path]:
    """Give a folder to work in, which becomes ``target`` at the end and vanishes if that is not reached.

    Parameters
    ----------
    target : str or Path
    force : bool
        Whether an earlier result may be replaced; it stays whole until then.

    Raises
    ------
    OutputError
        If the target exists and may not be replaced, is being written by another run, or cannot be written.
    """
    place = Path(os.path.realpath(target))
    _refuse_if_taken(place, str(target), force=force)
    partial = place.with_name(f"{place.name}.partial")
    with _told(target):
        partial.mkdir(parents=True, exist_ok=True)
        lock = _lock(partial, str(target))
    try:
        with _told(target):
            _empty(partial)
        yield partial
        with _told(target):
            _flush(partial)
            _refuse_if_taken(place, str(target), force=force)
            if sys.platform == "win32":
                lock.close()
            _swap(partial, place)
            (place / LOCK).unlink()
    except BaseException:
        if _is_ours(lock, partial):
            shutil.rmtree(partial, ignore_errors=True)
        raise
    finally:
        lock.close()


def _refuse_if_taken(place: Path, shown: str, *, force: bool) -> None:
    if not os.path.lexists(place):
        return
    if not force:
        raise OutputError(f"{shown} exists; give another folder, or --force to replace an earlier result")
    is_result = place.is_dir() and ((place / MANIFEST).is_file() or not any(place.iterdir()))
    if not is_result:
        raise OutputError(f"{shown} is no result folder (it has no {MANIFEST}), so --force does not replace it")


@contextmanager
def _told(target: str | Path) -> Iterator[None]:
    """Turn what the system refuses into a sentence for a person."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"{target} cannot be written: {error.strerror or error}") from error


def _lock(partial: Path, shown: str) -> IO[bytes]:
    """Return the open lock file of a folder, held until it is closed or its process ends."""
    lock = (partial / LOCK).open("ab")
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not _is_ours(lock, partial):
            raise BlockingIOError
    except (BlockingIOError, PermissionError):
        lock.close()
        raise OutputError(f"{shown} is being written by another run; wait for it, or give another folder") from None
    return lock


def _is_ours(lock: IO[bytes], partial: Path) -> bool:
    """Whether the folder still holds the lock file that we hold."""
    try:
        return os.path.samestat(os.fstat(lock.fileno()), os.stat(partial / LOCK))
    except (OSError, ValueError):
        return False


def _empty(partial: Path) -> None:
    """Remove what a run that was killed left behind."""
    for left in partial.iterdir():
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left)
        elif left.name != LOCK:
            left.unlink()


def _flush(folder: Path) -> None:
    """Bring all files to disk."""
    for path in _files(folder):
        with path.open("rb+") as file:
            os.fsync(file.fileno())


def _swap(partial: Path, place: Path) -> None:
    """Put the new folder in its place; if that fails the earlier one goes back."""
    if not place.exists():
        partial.rename(place)
        return
    aside = Path(tempfile.mkdtemp(prefix=f"{place.name}.earlier-", dir=place.parent))
    earlier = aside / place.name
    try:
        place.rename(earlier)
        partial.rename(place)
    except BaseException:
        if earlier.exists() and not place.exists():
            earlier.rename(place)
        raise
    finally:
        with suppress(OSError):
            shutil.rmtree(aside) if place.exists() else aside.rmdir()


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != LOCK)


def save(run: Run, folder: Path, *, reading: Reading, started: datetime, lang: NumberFormat = "en") -> None:
    """Write everything that a run leaves behind.

    Parameters
    ----------
    run : Run
    folder : Path
        From ``result_folder``.
    reading : Reading
        The deal with its overlays and settings.
    started : datetime
        When the run began.
    lang : {"en", "nl"}
        Language of the charts.
    """
    from sib.views.plots import save_charts

    with _told(folder):
        for name, write in FILES:
            write(run, folder / name)
        (folder / "charts").mkdir()
        save_charts(run, folder / "charts", lang=lang)
        text = json.dumps(_manifest(run, folder, reading, started), indent=1, ensure_ascii=True)
        (folder / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")


def _manifest(run: Run, folder: Path, reading: Reading, started: datetime) -> dict[str, Any]:
    from importlib.metadata import version

    return {
        "scenario": run.deal.canonical(),
        "digest": run.deal.digest,
        "overlays": [Path(overlay).name for overlay in reading.overlays],
        "settings": [[path, _plain(value)] for path, value in reading.settings],
        "seed": run.seed,
        "trials": run.n_trials,
        "method": "mc",
        "checks": list(run.simulation.checks),
        "versions": {"sib": __version__, "python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
        "platform": platform.platform(),
        "times": {"started": _stamp(started), "finished": _stamp(datetime.now(UTC))},
        "files": {path.relative_to(folder).as_posix(): _sha256(path) for path in _files(folder)},
    }


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _plain(value: object) -> object:
    return value if isinstance(value, bool | int | float | str | list | dict) else str(value)


def write_summary(run: Run, path: Path) -> None:
    """Write every row of the summary."""
    write_csv(path, ROW_FIELDS, [[getattr(row, name) for name in ROW_FIELDS] for row in run.rows])


def write_bridge(run: Run, path: Path) -> None:
    """Write claimed, what each step takes off, validated: in the order in which they add up."""
    ends = {name: [row for row in run.rows if (row.party, row.measure) == ("accountant", name)] for name in ("claimed", "validated")}
    rows = [*ends["claimed"], *bridge_rows(run.simulation), *ends["validated"]]
    fields = ("step", *ROW_FIELDS[2:])
    write_csv(path, fields, [[row.measure.removeprefix(STEP), *(getattr(row, name) for name in fields[1:])] for row in rows])


def write_flows(run: Run, path: Path) -> None:
    """Write what moves on each date: the mean over all trials, quantiles over the first ``PATH_TRIALS``."""
    n_trials = min(run.n_trials, PATH_TRIALS)
    lines: list[list[object]] = []
    for name, total in run.simulation.flow_sums.items():
        party, kind = PATHS.get(name, (name, "net_cash"))
        spread = np.quantile(run.cash_flows(name, trials=n_trials), PATH_LEVELS, axis=0, method="inverted_cdf")
        for period, day in enumerate(run.simulation.calendar.dates):
            figures = [float(cents) / 100 for cents in (total[period] / run.n_trials, *spread[:, period])]
            lines.append([party, kind, day.isoformat(), period, *figures, run.n_trials, n_trials])
    levels = [percentile(level) for level in PATH_LEVELS]
    fields = ("party", "kind", "date", "period", "mean", *levels, "n_trials", "n_trials_of_quantiles")
    write_csv(path, fields, lines)


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


def write_csv(path: Path, fields: Sequence[str], lines: Sequence[Sequence[object]]) -> None:
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

