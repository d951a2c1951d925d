"""From a scenario file to a validated deal: file, overlays, settings; every problem at once.

Comes in: the path of a ``scenario.toml``, of a folder that holds one, or the name of a packaged deal, with
overlays and single settings. Goes out: a frozen ``Scenario``, or one ``ScenarioError`` that says of everything
that is wrong where it stands and how to mend it. Nothing is computed here and nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError

from sib.deal.location import Keys
from sib.deal.overlay import Complaint, Draft, Layer, Place
from sib.deal.scenario import Scenario
from sib.deal.setting import lay_setting, parse_setting
from sib.deal.shelf import Found, find, find_overlay, packaged
from sib.deal.text import read_toml
from sib.deal.wording import complaints, disagreements
from sib.errors import Problem, ScenarioError

Settings = Sequence[tuple[str, Any]] | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """A scenario and where its terms come from.

    Parameters
    ----------
    scenario : Scenario
    file : str
        The scenario file as the user named it.
    overlays : tuple of str
        The overlays laid over it, likewise, in order.
    settings : tuple of (str, object)
        The single terms set after that.
    data : dict
        The terms as merged, before defaults.
    places : dict of tuple to Place
        Where each term that is written stands, by path with names for list items; a default has none.
    began : dict of tuple to Place
        Where each was first written.
    """

    scenario: Scenario
    file: str
    overlays: tuple[str, ...]
    settings: tuple[tuple[str, Any], ...]
    data: Mapping[str, Any]
    places: Mapping[Keys, Place]
    began: Mapping[Keys, Place]


def load(source: str | Path, *, overlays: Sequence[str | Path] = (), settings: Settings = ()) -> Scenario:
    """Return the deal that a scenario file describes.

    Parameters
    ----------
    source : str or Path
        A ``scenario.toml``, a folder that holds one, or the name of a packaged deal.
    overlays : sequence of str or Path
        Files laid over it, from left to right; a bare name is looked up in the ``overlays`` folder of the deal.
    settings : sequence of (str, value) or mapping
        Single terms by path, after the overlays, in order.

    Returns
    -------
    Scenario

    Raises
    ------
    ScenarioError
        With every problem found, in the order of files and lines.

    Examples
    --------
    >>> load("worked-example", settings={"contract.interest.rate": 0.05}).contract.interest.rate
    0.05
    """
    return read(source, overlays=overlays, settings=settings).scenario


def read(source: str | Path, *, overlays: Sequence[str | Path] = (), settings: Settings = ()) -> Reading:
    """Return the deal that a scenario file describes and where its terms stand; see ``load``."""
    draft, layers = Draft(), _layers(find(source), overlays)
    for layer in layers:
        draft.lay(layer)
    pairs = tuple(settings.items() if isinstance(settings, Mapping) else settings)
    for rank, (path, value) in enumerate(pairs, start=len(layers)):
        lay_setting(draft, path, value=value, rank=rank)
    file, *others = (layer.file for layer in layers)
    return Reading(validated(draft), file, tuple(others), pairs, draft.data, draft.wrote, draft.began)


def _layers(file: Found, overlays: Sequence[str | Path]) -> list[Layer]:
    """Read the file and its overlays; raise the problems of all of them together."""
    finders: list[Callable[[], Found]] = [lambda: file]
    finders += [partial(find_overlay, name, file.path.parent) for name in overlays]
    layers: list[Layer] = []
    problems: list[Problem] = []
    for rank, finder in enumerate(finders):
        try:
            found = finder()
            text = read_toml(found.path, found.shown)
        except ScenarioError as error:
            problems += error.problems
        else:
            layers.append(Layer.of_file(rank, found.shown, data=text.data, lines=text.lines))
    if problems:
        raise ScenarioError(problems)
    return layers


def validated(draft: Draft) -> Scenario:
    """Return the scenario of a draft; raise ``ScenarioError`` with all that is wrong with it."""
    found = list(draft.complaints)
    try:
        deal = Scenario.model_validate(draft.data)
        found += disagreements(deal, draft)
    except ValidationError as error:
        found += complaints(error, draft)
        found += disagreements(_sound_parts(draft.data), draft, in_part=True)
    if found:
        raise _error(found)
    return deal


def _sound_parts(data: Mapping[str, Any]) -> Scenario:
    """Return a scenario without the tables that are faulty by themselves, to find fault with the others only."""
    parts: dict[str, Any] = {}
    faulty: list[str] = []
    for name, field in Scenario.model_fields.items():
        written: Any = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
        try:
            parts |= {name: TypeAdapter(written).validate_python(data[name])} if name in data else {}
        except ValidationError:
            faulty.append(name)
    deal = Scenario.model_construct(**parts)
    for name in faulty:
        deal.__dict__.pop(name, None)
    return deal


def _error(found: list[Complaint]) -> ScenarioError:
    """Return complaints as problems, in the order of layers and lines."""
    found = sorted(found, key=lambda each: (each.place.rank, each.place.line or 0))
    return ScenarioError([Problem(each.place.file, each.place.line, each.path, each.message) for each in found])


__all__ = ["Place", "Reading", "load", "packaged", "parse_setting", "read"]
