"""What changed between two simulations that are on disk: which terms, which results, and how sure that is.

In come two ``Result`` papers, as their folders hold them, out goes a ``Diff`` paper. Nothing is simulated again: where
both rest on the same draws a difference is paired trial by trial, else the two errors are combined.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sib.arrays import Floats
from sib.asked import What
from sib.chance.draws import USUAL, Source
from sib.deal.location import Keys, spelled
from sib.deal.shape import IDENTITIES, has_names, name_of
from sib.engine import batches_of
from sib.measures import risk
from sib.measures.risk import BLOCKS, Batches
from sib.results import Row

Z = 1.959964
"""Standard errors that a difference may have by chance in 19 of 20 cases."""
ROUNDING = 1e-9
"""Figures that differ by less, as a share of themselves, are the same: another machine may round otherwise."""
SET = "--set"
"""The source of a term that was set on the command line."""

Trials = Mapping[str, Floats]
"""By measure: one value a trial, money in currency units."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a result that its reader should know: a key of a text, and the file that it is about."""

    key: str
    file: str


@dataclass(frozen=True, slots=True)
class Result:
    """A simulation as its folder holds it.

    Parameters
    ----------
    place : str
        The folder as the user named it.
    about : mapping
        Its manifest: scenario, digest, seed, draws, trials, versions and more.
    rows : tuple of Row
        Its summary.
    trials : mapping of str to ndarray of shape (n_trials,)
        Empty where they are not there or cannot be trusted.
    remarks : tuple of Remark
    """

    place: str
    about: Mapping[str, Any]
    rows: tuple[Row, ...]
    trials: Trials
    remarks: tuple[Remark, ...]

    @property
    def version(self) -> str:
        """The version of this package that made it."""
        return str(self.about["versions"]["sib"])

    @property
    def drawn(self) -> Source:
        """Seed and scheme of the draws; what names no scheme was made by a version that knew only the usual one."""
        return Source(self.about["seed"], str(self.about.get("draws", USUAL)))

    @property
    def n_trials(self) -> int:
        """The number of trials."""
        return int(self.about["trials"])

    def source(self, path: str) -> str | None:
        """Return where a term comes from, as far as the folder says."""
        if path in (each[0] for each in self.about.get("settings", ())):
            return SET
        found = self.about.get("sources", {}).get(path)
        return None if found is None else str(found)


@dataclass(frozen=True, slots=True)
class TermChange:
    """A term that is not what it was; None where one of the two does not have it."""

    path: str
    old: Any
    new: Any
    old_source: str | None
    new_source: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """A result that is not what it was.

    Parameters
    ----------
    old, new : Row
    difference : Row
        New less old, with the error of the difference; without one where neither summary gives it.
    errors : float or None
        How many standard errors the difference is, without sign; infinite where there is no chance in it, None where
        the error is not known.
    is_paired : bool
        Whether the error is that of the differences trial by trial.
    """

    old: Row
    new: Row
    difference: Row
    errors: float | None
    is_paired: bool

    @property
    def is_beyond(self) -> bool:
        """Whether it is more than chance shows in 19 of 20 cases."""
        return self.errors is not None and self.errors > Z


@dataclass(frozen=True, slots=True)
class Diff:
    """What changed between two results.

    Parameters
    ----------
    first, other : Result
    terms : tuple of TermChange
        In the order of the deal.
    reordered : tuple of str
        Paths of lists that hold the same names in another order.
    changes : tuple of Change
        Results, the largest in errors first.
    gone, new : tuple of (str, str, str)
        Party, measure and statistic of figures that only one of the two has.
    n_figures : int
        Figures that both have.
    is_paired : bool
        Whether both rest on the same draws and their trials can be paired.
    """

    first: Result
    other: Result
    terms: tuple[TermChange, ...]
    reordered: tuple[str, ...]
    changes: tuple[Change, ...]
    gone: tuple[What, ...]
    new: tuple[What, ...]
    n_figures: int
    is_paired: bool

    @property
    def has_changes(self) -> bool:
        """Whether any term or result is not what it was."""
        return bool(self.terms or self.reordered or self.changes or self.gone or self.new)

    @property
    def same_draws(self) -> bool:
        """Whether version, seed, way of drawing and trials are the same."""
        return self.first.version == self.other.version and _draws(self.first) == _draws(self.other)


def diff(first: Result, other: Result) -> Diff:
    """Compare two results.

    Parameters
    ----------
    first, other : Result
        The earlier and the later one.
    """
    old, new = ({(row.party, row.measure, row.statistic, row.unit): row for row in each.rows}
                for each in (first, other))
    is_paired = _draws(first) == _draws(other) and bool(first.trials and other.trials)
    both = [key for key in old if key in new]
    changes = [_change(first, other, rows=(old[key], new[key]), is_paired=is_paired) for key in both
               if not _is_same(old[key].value, new[key].value)]
    changes.sort(key=lambda each: -1.0 if each.errors is None else each.errors, reverse=True)
    return Diff(
        first, other, tuple(term_changes(first, other)),
        tuple(_reordered(first.about["scenario"], other.about["scenario"])), tuple(changes),
        tuple(key[:3] for key in old if key not in new), tuple(key[:3] for key in new if key not in old), len(both),
        is_paired,
    )


def _draws(result: Result) -> tuple[Source, int]:
    return result.drawn, result.n_trials


def term_changes(first: Result, other: Result) -> Iterator[TermChange]:
    """Yield the terms that are not what they were, in the order of the deal."""
    old, new = (dict(_leaves(each.about["scenario"], ())) for each in (first, other))
    paths = [*old, *(path for path in new if path not in old)]
    for path in paths:
        if not _is_same(old.get(path), new.get(path)) and not _is_filled(path, old, new):
            name = spelled(path)
            yield TermChange(name, old.get(path), new.get(path), first.source(name), other.source(name))


def _leaves(data: Any, path: Keys) -> Iterator[tuple[Keys, Any]]:
    """Yield every term with its path; tables in a list by their names, as ``--set`` addresses them."""
    if isinstance(data, dict) and data:
        for key, inner in data.items():
            yield from _leaves(inner, (*path, key))
    elif data and _is_named(data):
        for item in data:
            inner = {key: value for key, value in item.items() if key not in IDENTITIES}
            yield from _leaves(inner, (*path, name_of(item, 0)))
    else:
        yield path, data


def _is_named(data: Any) -> bool:
    return has_names(data) and len({name_of(item, 0) for item in data}) == len(data)


def _is_filled(path: Keys, *sides: Mapping[Keys, Any]) -> bool:
    """Whether an empty table stands at a path of which the other side has the terms."""
    return any(side.get(path) == {} for side in sides) and any(
        known[: len(path)] == path and known != path for side in sides for known in side)


def _is_same(old: Any, new: Any) -> bool:
    """Whether two values are the same: numbers but for rounding, nothing and nothing, texts and lists exactly."""
    if isinstance(old, float) and isinstance(new, float):
        both_undefined = math.isnan(old) and math.isnan(new)
        return both_undefined or old == new or math.isclose(old, new, rel_tol=ROUNDING)
    return bool(old == new) and isinstance(old, bool) == isinstance(new, bool)


def _reordered(old: Any, new: Any, path: Keys = ()) -> Iterator[str]:
    """Yield the paths of lists of the same names in another order."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old:
            yield from _reordered(old[key], new.get(key), (*path, key))
    elif old and new and _is_named(old) and _is_named(new):
        before, after = ({name_of(item, 0): item for item in each} for each in (old, new))
        kept = [name for name in before if name in after]
        if kept != [name for name in after if name in before]:
            yield spelled(path)
        for name in kept:
            yield from _reordered(before[name], after[name], (*path, name))


def _change(first: Result, other: Result, *, rows: tuple[Row, Row], is_paired: bool) -> Change:
    old, new = rows
    batches = batches_of(other.drawn.scheme)
    paired = paired_error(first.trials, other.trials, row=new, batches=batches) if is_paired else None
    error = paired if paired is not None else combined_error(old, new)
    value = new.value - old.value
    low, high = (None, None) if error is None else (value - Z * error, value + Z * error)
    difference = Row(new.party, new.measure, new.statistic, value, error, low, high, new.unit)
    return Change(old, new, difference, _errors(value, error), paired is not None)


def _errors(value: float, error: float | None) -> float | None:
    """Return how many errors a difference is; infinite where there is none, None where nobody knows."""
    if error is None or math.isnan(value):
        return None
    return abs(value) / error if error else math.inf


def combined_error(old: Row, new: Row) -> float | None:
    """Return the standard error of a difference of two figures as if they had nothing in common.

    It is too large, rather than too small, for figures of the same draws. None where either error is not known.
    """
    parts = [_error(row) for row in (old, new)]
    known = [part for part in parts if part is not None]
    return math.hypot(*known) if len(known) == len(parts) else None


def _error(row: Row) -> float | None:
    """Return the standard error of a figure; from its interval where it has only that, 0 where nothing is drawn."""
    if row.standard_error is not None:
        return row.standard_error
    if row.low is not None and row.high is not None:
        return max(row.value - row.low, row.high - row.value) / Z
    return 0.0 if (row.party, row.statistic) == ("programme", "value") else None


def paired_error(old: Trials, new: Trials, *, row: Row, batches: Batches = BLOCKS) -> float | None:
    """Return the standard error of the mean difference trial by trial; None where the figure cannot be paired."""
    values = VALUES.get(row.statistic)
    before, after = (values(trials, row) if values else None for trials in (old, new))
    if before is None or after is None or before.shape != after.shape:
        return None
    if not np.array_equal(np.isnan(before), np.isnan(after)):
        return None
    return risk.mean(after - before, batches=batches).standard_error


def _mean(trials: Trials, row: Row) -> Floats | None:
    if row.measure == "loss" and f"{row.party}.outlay" in trials:
        return np.asarray(trials[f"{row.party}.outlay"] - trials[f"{row.party}.receipts"], dtype=np.float64)
    names = (f"{row.party}.{row.measure}", f"metric.{row.measure}")
    return next((np.asarray(trials[name], dtype=np.float64) for name in names if name in trials), None)


def _chance(trials: Trials, row: Row) -> Floats | None:
    hits = CHANCES.get(row.measure)
    try:
        found = hits(trials, row.party) if hits else None
    except KeyError:
        return None
    return None if found is None else np.asarray(found, dtype=np.float64)


def _trigger(trials: Trials, name: str) -> Any:
    """Return when the only trigger is met in one way; of several a folder does not say which is the main one."""
    found = [key for key in trials if key.startswith("trigger.") and key.endswith(f".{name}")]
    if len(found) != 1:
        raise KeyError(name)
    return trials[found[0]]


VALUES: dict[str, Callable[[Trials, Row], Floats | None]] = {"mean": _mean, "probability": _chance}
"""By statistic: one value a trial whose mean the figure is."""
CHANCES: dict[str, Callable[[Trials, str], Any]] = {
    "repaid_in_full": lambda trials, party: trials[f"{party}.repaid_in_full"],
    "principal_loss": lambda trials, party: trials[f"{party}.receipts"] < trials[f"{party}.outlay"],
    "pays_more_than_it_saves": lambda trials, party: trials[f"{party}.net_cash"] < 0,
    "paid": lambda trials, _: _trigger(trials, "paid"),
    "earned": lambda trials, _: _trigger(trials, "earned"),
    "late_trigger": lambda trials, _: _trigger(trials, "late"),
    "false_trigger": lambda trials, _: _trigger(trials, "paid") & ~_trigger(trials, "earned"),
    "missed_trigger": lambda trials, _: _trigger(trials, "earned") & ~_trigger(trials, "paid"),
}
"""By chance: in which trials it happens."""
