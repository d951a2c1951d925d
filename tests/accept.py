"""Golden figures: what the packaged deals come to, kept where a person can read them, and the way to accept new ones.

``.venv/bin/python tests/accept.py`` works all of them out again, prints each figure that changed as old, new and
ratio, and writes ``tests/golden/``. ``test_end_to_end.py`` compares and writes nothing. Which changes may be
accepted, and how, is in CONTRIBUTING.md.
"""

from __future__ import annotations

import csv
import math
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import sib

GOLDEN = Path(__file__).parent / "golden"
TRIALS, SEED = 2_000, 1
SHOWN = {"mean", "probability", "value", "undefined_share", "sd", "p05", "p50", "p95", "var95", "es95"}
"""Statistics that are kept; of single laws only the mean."""

DIGITS, NOISE = 9, 2e-8
"""Significant digits in the files, and the relative difference that is rounding: of these digits, and of another
machine's last binary digit, which moves an amount by a cent in a trial at the very most."""

COLUMNS = ("party", "measure", "statistic", "value", "unit")
Key = tuple[str, str, str]
Figures = dict[Key, tuple[float, str]]


@dataclass(frozen=True)
class Change:
    """A figure that is not what it was; None where there was, or is, no such figure."""

    key: Key
    old: float | None
    new: float | None

    @property
    def ratio(self) -> str:
        """New over old, where there are both."""
        if self.old is None or self.new is None:
            return "added" if self.old is None else "gone"
        return f"{self.new / self.old:.6f}" if self.old else "from 0"


def path_of(deal: str) -> Path:
    """Where the golden figures of a deal are kept."""
    return GOLDEN / f"{deal}.csv"


def figures(rows: Iterable[sib.Row]) -> Figures:
    """The rows that are kept of a summary."""
    return {
        (row.party, row.measure, row.statistic): (row.value, row.unit)
        for row in rows
        if row.statistic == "mean" or (row.statistic in SHOWN and not row.party.startswith("payer."))
    }


def figures_now(deal: str) -> Figures:
    """What a packaged deal comes to today."""
    return figures(sib.simulate(sib.load(deal), TRIALS, seed=SEED).rows)


def read(path: Path) -> Figures:
    """Return the figures of a file; none where there is no file."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {(row["party"], row["measure"], row["statistic"]): (float(row["value"]), row["unit"]) for row in rows}


def write(path: Path, found: Figures) -> None:
    """Write figures to a file, a line each."""
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows((*key, f"{value + 0.0:.{DIGITS}g}", unit) for key, (value, unit) in found.items())


def changes(old: Figures, new: Figures) -> list[Change]:
    """Return every figure that differs by more than noise, in the order of the summary."""
    found = []
    for key in dict.fromkeys([*new, *old]):
        before, after = (of.get(key, (None, ""))[0] for of in (old, new))
        if before is None or after is None or not is_same(before, after):
            found.append(Change(key, before, after))
    return found


def is_same(old: float, new: float) -> bool:
    """Whether two figures differ by rounding only; what is undefined is so in both."""
    return (math.isnan(old) and math.isnan(new)) or math.isclose(old, new, rel_tol=NOISE, abs_tol=1e-9)


def table(found: list[Change]) -> str:
    """Return changes as text: figure, old, new, ratio."""
    lines = [("figure", "old", "new", "new / old")]
    for change in found:
        old, new = ("-" if value is None else f"{value:,.{DIGITS}g}" for value in (change.old, change.new))
        lines.append((" ".join(change.key), old, new, change.ratio))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(f"{line[0]:<{widths[0]}}  " + "  ".join(map(str.rjust, line[1:], widths[1:])) for line in lines)


def accept(deals: Mapping[str, Path], say: Callable[[str], object]) -> None:
    """Bring the golden files up to date and say what changed."""
    for gone in sorted({path.stem for path in GOLDEN.glob("*.csv")} - set(deals)):
        path_of(gone).unlink()
        say(f"{gone}: no such deal any more; its figures are removed\n")
    for deal in deals:
        new = figures_now(deal)
        found = changes(read(path_of(deal)), new)
        if found:
            write(path_of(deal), new)
        say(f"{deal}: {len(found)} of {len(new)} figures changed\n" + (f"{table(found)}\n" if found else ""))


if __name__ == "__main__":
    accept(sib.packaged(), sys.stdout.write)
