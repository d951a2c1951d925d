"""Results that are on disk, read again and compared.

In comes the folder that a run left, out goes a ``Result`` paper, or one sentence on what is missing from the folder;
two of them make a frame of what changed.
"""

from __future__ import annotations

import csv
import json
import math
import zipfile
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pandas as pd

from sib.analysis import diff as differing
from sib.analysis.diff import Remark, Result, Trials
from sib.arrays import Floats
from sib.chance.draws import SCHEMES, USUAL
from sib.deal.scenario import digest_of
from sib.errors import Problem, ScenarioError
from sib.folder import MANIFEST, sha256
from sib.results import Row

SUMMARY, TRIALS = "summary.csv", "trials.npz"
NEEDED = ("scenario", "digest", "seed", "trials", "versions", "files")
"""What the manifest of a run must say."""
MADE = "; give the folder that sib run -o DIR made"


def result(place: str | Path) -> Result:
    """Return what a result folder holds.

    Parameters
    ----------
    place : str or Path
        A folder that ``sib run -o`` made.

    Raises
    ------
    ScenarioError
        Saying what is missing, when it is no such folder or it is broken.
    """
    folder, shown = Path(place), str(place)
    about = _about(folder, shown)
    remarks = [Remark("digest", MANIFEST)] if digest_of(about["scenario"]) != about["digest"] else []
    if not (folder / SUMMARY).is_file():
        _refuse(shown, f"holds no {SUMMARY}{MADE}")
    rows = _rows(folder / SUMMARY, shown)
    if not _is_as_left(folder, SUMMARY, about):
        remarks.append(Remark("changed", SUMMARY))
    trials: Trials = {}
    if not (folder / TRIALS).is_file():
        remarks.append(Remark("gone", TRIALS))
    elif not _is_as_left(folder, TRIALS, about):
        remarks.append(Remark("changed", TRIALS))
    else:
        trials = _trials(folder / TRIALS, shown)
    return Result(shown, about, rows, trials, tuple(remarks))


def diff(first: str | Path, other: str | Path) -> pd.DataFrame:
    """Return what changed between two result folders.

    Parameters
    ----------
    first, other : str or Path
        Folders that ``sib run -o`` made.

    Returns
    -------
    DataFrame
        One row a change: kind (``term`` or ``figure``), name (a path, or party, measure and statistic), old, new;
        for figures also difference, standard_error, errors (how many the difference is), beyond (the error) and paired.
        Empty where nothing changed.

    Raises
    ------
    ScenarioError
        When one of them is no result of a run.
    """
    found = differing.diff(result(first), result(other))
    rows: list[dict[str, Any]] = [
        {"kind": "term", "name": each.path, "old": each.old, "new": each.new} for each in found.terms
    ]
    rows += [{
        "kind": "figure", "name": ".".join((each.new.party, each.new.measure, each.new.statistic)),
        "old": each.old.value, "new": each.new.value, "difference": each.difference.value,
        "standard_error": each.difference.standard_error, "errors": each.errors, "beyond": each.is_beyond,
        "paired": each.is_paired,
    } for each in found.changes]
    numbers = ("difference", "standard_error", "errors")
    frame = pd.DataFrame(rows, columns=["kind", "name", "old", "new", *numbers, "beyond", "paired"])
    return frame.astype(dict.fromkeys(numbers, float) | dict.fromkeys(("beyond", "paired"), "boolean"))


def _refuse(shown: str, message: str) -> NoReturn:
    raise ScenarioError([Problem(shown, None, "", message)])


def _about(folder: Path, shown: str) -> dict[str, Any]:
    """Return the manifest of a run."""
    if not folder.is_dir():
        _refuse(shown, ("is no folder" if folder.exists() else "does not exist") + MADE)
    try:
        text = (folder / MANIFEST).read_text(encoding="utf-8")
        about = json.loads(text)
    except FileNotFoundError:
        _refuse(shown, f"holds no {MANIFEST}, so it is no result folder{MADE}")
    except (OSError, ValueError, RecursionError) as error:
        _refuse(shown, f"has a {MANIFEST} that cannot be read ({error}); run it again")
    missing = [name for name in NEEDED if not isinstance(about, dict) or about.get(name) is None]
    is_of_run = not missing and SUMMARY in about["files"]
    if missing or not is_of_run:
        lacks = f"its {MANIFEST} does not say {', '.join(missing)}" if missing else f"it lists no {SUMMARY}"
        _refuse(shown, f"is no result of sib run: {lacks}{MADE}")
    if not _is_sound(about):
        _refuse(shown, f"has a {MANIFEST} that was not written by sib run; run it again")
    return dict(about)


def _is_sound(about: dict[str, Any]) -> bool:
    """Whether the parts of a manifest that are used are of the kind that they should be."""
    kinds = (("scenario", dict), ("digest", str), ("seed", int), ("trials", int), ("versions", dict), ("files", dict))
    settings = about.get("settings", [])
    return (
        all(isinstance(about[name], kind) for name, kind in kinds)
        and "sib" in about["versions"]
        and about["seed"] >= 0 and str(about.get("draws", USUAL)) in SCHEMES
        and isinstance(about.get("sources", {}), dict)
        and isinstance(settings, list) and all(isinstance(each, list) and each for each in settings)
    )


def _is_as_left(folder: Path, name: str, about: dict[str, Any]) -> bool:
    """Whether a file is as the run left it."""
    return bool(sha256(folder / name) == about["files"].get(name))


def _rows(path: Path, shown: str) -> tuple[Row, ...]:
    """Return the figures of a summary."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            lines = list(csv.DictReader(file))
        return tuple(_row(line) for line in lines)
    except (OSError, ValueError, KeyError, TypeError, csv.Error):
        _refuse(shown, f"has a {SUMMARY} that cannot be read as party, measure, statistic, value, standard_error, "
                       "low, high, unit; run it again")


def _row(line: dict[str, str]) -> Row:
    """Return one figure; empty cells are what is undefined."""
    value, error, low, high = (
        None if line[name] == "" else float(line[name]) for name in ("value", "standard_error", "low", "high")
    )
    value = math.nan if value is None else value
    return Row(line["party"], line["measure"], line["statistic"], value, error, low, high, line["unit"])


def _trials(path: Path, shown: str) -> dict[str, Floats]:
    """Return one array a measure."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (OSError, ValueError, zipfile.BadZipFile):
        _refuse(shown, f"has a {TRIALS} that cannot be read; run it again")
