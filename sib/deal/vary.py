"""A deal with some terms at other values, again and again, without reading its file again.

In come a ``Reading`` or a deal and terms by path, out goes the deal that loading with these settings would give: the
same layers, the same checks, the same errors. What takes time is done once; a variant costs a few milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sib.deal.location import Keys
from sib.deal.overlay import Draft, Layer, Place, copied, plain
from sib.deal.reader import Reading, validated
from sib.deal.scenario import Scenario
from sib.deal.setting import VARIED, Spot, lay_setting, term_at, terms_at


@dataclass(frozen=True, slots=True)
class Base:
    """What variants of a deal begin with.

    Parameters
    ----------
    deal : Scenario
        As it is.
    data : dict
        The terms as they stand, before defaults.
    began, wrote : dict of tuple to Place
        Where each term was first written, and last.
    rank : int
        Of the first setting that is laid over them.
    """

    deal: Scenario
    data: Mapping[str, Any]
    began: Mapping[Keys, Place]
    wrote: Mapping[Keys, Place]
    rank: int

    def with_terms(self, terms: Mapping[str, Any]) -> Scenario:
        """Return the deal with some terms at other values; see ``vary``."""
        draft = Draft(copied(self.data), dict(self.began), dict(self.wrote))
        for rank, (path, value) in enumerate(terms.items(), start=self.rank):
            lay_setting(draft, path, value=value, rank=rank, file=VARIED)
        return validated(draft)

    def term(self, path: str) -> Spot:
        """Return what stands at a path and what may; of several that ``*`` stands for, the first.

        Raises
        ------
        ScenarioError
            If the path leads nowhere; with the nearest right name.
        """
        spot = term_at(dict(self.data), path)
        if spot.shape is None:
            self.with_terms({path: spot.value})  # says what is known there
        return spot

    def each(self, path: str) -> list[Spot]:
        """Return what stands at every place that a path stands for; raises as ``term`` does."""
        return terms_at(dict(self.data), path)


def base_of(deal: Reading | Scenario) -> Base:
    """Return what variants of a deal begin with; errors name the deal where there is no file to name."""
    if isinstance(deal, Reading):
        return Base(deal.scenario, deal.data, deal.began, deal.places, 1 + len(deal.overlays) + len(deal.settings))
    draft = Draft()
    draft.lay(Layer(0, deal.name, copied(plain(deal)), {}))
    return Base(deal, draft.data, draft.began, draft.wrote, 1)


def vary(deal: Reading | Scenario, terms: Mapping[str, Any]) -> Scenario:
    """Return a deal with some terms at other values: the deal that loading with these settings gives.

    Parameters
    ----------
    deal : Reading or Scenario
    terms : mapping of str to value
        By path, as for ``--set``; a ``*`` in a path stands for every table of a list.

    Raises
    ------
    ScenarioError
        With all that is wrong, as when loading.

    Examples
    --------
    >>> from sib.deal.reader import load
    >>> vary(load("worked-example"), {"contract.interest.rate": 0.05}).contract.interest.rate
    0.05
    """
    return base_of(deal).with_terms(terms)
