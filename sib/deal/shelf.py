"""Where deals lie: paths, folders that hold a ``scenario.toml``, the deals that come with the package, overlays.

Finds files and says what the user will see them called; opens none of them.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sib.deal.clauses import nearest
from sib.errors import Problem, ScenarioError

FILE_NAME = "scenario.toml"
OVERLAYS = "overlays"
INITIATIVES = "initiatives"
"""Folder on the shelf with Dutch initiatives, bonds or not, and proposals for some."""
PUBLIC = "public"
"""Folder on the shelf with deals that others made, whose terms were published."""
GROUPS = ("founding", INITIATIVES, PUBLIC)
"""The groups on the shelf, in the order in which they are shown; the founding deals lie on the shelf itself."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file, and its name in messages: as the user gave it."""

    path: Path
    shown: str


def packaged() -> dict[str, Path]:
    """Return the folders of the deals that come with the package, by name, group by group."""
    return _deals_in(shelf()) | _deals_in(shelf() / INITIATIVES) | _deals_in(shelf() / PUBLIC)


def is_public(folder: Path) -> bool:
    """Whether a packaged deal is one that others made."""
    return folder.parent.name == PUBLIC


def group_of(folder: Path) -> str:
    """Return the group of a packaged deal, one of ``GROUPS``."""
    return folder.parent.name if folder.parent.name in GROUPS[1:] else GROUPS[0]


def _deals_in(place: Path) -> dict[str, Path]:
    folders = sorted(place.iterdir()) if place.is_dir() else []
    return {folder.name: folder for folder in folders if (folder / FILE_NAME).is_file()}


def shelf() -> Path:
    """Return the folder of the packaged deals: inside an installed package, beside it in a checkout."""
    package = Path(__file__).parents[1]
    inside = package / "_scenarios"
    return inside if inside.is_dir() else package.parent / "scenarios"


def find(source: str | Path) -> Found:
    """Return the scenario file that is meant; raise ``ScenarioError`` if there is none.

    A path goes before the name of a packaged deal.
    """
    path, deals = Path(source), packaged()
    mode = _mode(path) if str(source) else None
    if mode is not None and stat.S_ISDIR(mode) and _mode(path / FILE_NAME) is not None:
        return Found(path / FILE_NAME, str(path / FILE_NAME))
    if mode is not None and not stat.S_ISDIR(mode):
        return Found(path, str(source))
    if str(source) in deals:
        return _from_here(deals[str(source)] / FILE_NAME)
    fails = "does not exist" if mode is None else f"holds no {FILE_NAME}"
    raise _nothing(
        source,
        f"{fails}; a scenario is a path to a {FILE_NAME}, a folder that holds one, or the name of a "
        f"packaged deal: {nearest(path.name, deals)}",
    )


def find_overlay(source: str | Path, deal: Path) -> Found:
    """Return the overlay that is meant; a bare name is looked up beside the deal, then beside all deals.

    Parameters
    ----------
    source : str or Path
    deal : Path
        Folder of the scenario file.
    """
    path = Path(source)
    mode = _mode(path) if str(source) else None
    if mode is not None and not stat.S_ISDIR(mode):
        return Found(path, str(source))
    places = (deal / OVERLAYS, shelf() / OVERLAYS)
    is_name = path.name == str(source)
    for place in places if is_name else ():
        for candidate in (place / path, place / f"{path}.toml"):
            if candidate.is_file():
                return _from_here(candidate)
    known = {file.stem for place in places for file in _files(place)}
    beside = _from_here(places[0]).shown
    fails = "does not exist" if mode is None else "is a folder"
    raise _nothing(
        source,
        f"{fails}; an overlay is a path to a TOML file, or the name of one in {beside}: "
        f"{nearest(path.stem, sorted(known))}",
    )


def _files(folder: Path) -> Iterable[Path]:
    return folder.glob("*.toml") if folder.is_dir() else ()


def _mode(path: Path) -> int | None:
    """Return what kind of thing a path is: None if nothing is there, 0 if it cannot be told."""
    try:
        return os.stat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError):
        return 0


def _from_here(path: Path) -> Found:
    """Return a file under the shortest name that leads to it from the working directory downwards."""
    here = Path.cwd()
    return Found(path, str(path.relative_to(here) if path.is_relative_to(here) else path))


def _nothing(source: str | Path, message: str) -> ScenarioError:
    return ScenarioError([Problem(str(source) or '""', None, "", message)])
