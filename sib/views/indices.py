"""All assumptions at a time, as text: for each figure which share of its variance comes from which input.

In comes an ``Indices`` paper, out goes a page or plain data. Nothing is computed here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from sib import __version__
from sib.analysis.indices import Indices, Part, Spread
from sib.results import Row
from sib.views.figure_words import called, party, style_of
from sib.views.input_words import as_inputs, labels, left_out, listed, measure_of
from sib.views.tables import DIGEST, columns, plain, ruled, wrapped
from sib.views.words import Phrases, Words

TEXTS: dict[str, tuple[str, str]] = {
    "head": (
        "all assumptions at a time · {n} deals, {trials} each on the same draws · design of {points} points · seed "
        "{seed} · scenario {digest} · sib {version} · amounts in {currency}",
        "alle aannames tegelijk · {n} deals, elk {trials} met dezelfde trekkingen · opzet van {points} punten · seed "
        "{seed} · scenario {digest} · sib {version} · bedragen in {currency}",
    ),
    "over": (
        "{name}; over the ranges {mean} on average, standard deviation {sd}; noise of the simulation {noise} of the "
        "variance",
        "{name}; over de bandbreedtes gemiddeld {mean}, standaardafwijking {sd}; ruis van de simulatie {noise} van de "
        "variantie",
    ),
    "sd_points": ("{sd} points", "{sd} punten"),
    "below": ("below {bound}", "minder dan {bound}"),
    "first": ("alone", "alleen"),
    "total": ("with interactions", "met wisselwerking"),
    "shapley": ("share", "aandeel"),
    "decides": (
        "For the {party}, this decides: {label}. {share} of what the ranges leave open of {measure} comes from it.",
        "Voor de {party} beslist dit: {label}. {share} van wat de bandbreedtes openlaten aan {measure} komt "
        "daarvandaan.",
    ),
    "close": (
        "For the {party}, these matter most: {label} ({share} of what the ranges leave open of {measure}), and "
        "{second} ({other}); a design of more points must say which does more.",
        "Voor de {party} doen deze het meest: {label} ({share} van wat de bandbreedtes openlaten aan {measure}), en "
        "{second} ({other}); een opzet met meer punten moet zeggen welke meer doet.",
    ),
    "nothing": ("Nothing here moves it.", "Niets hier verandert er iets aan."),
    "undefined": ("Undefined at some points of the design.", "Onbepaald in sommige punten van de opzet."),
    "idle": ("Without effect: {listed}.", "Zonder effect: {listed}."),
    "noisy": (
        "More than a tenth of the variance is noise of the simulation; take more --trials.",
        "Meer dan een tiende van de variantie is ruis van de simulatie; neem meer --trials.",
    ),
    "foot_sobol": (
        "Shares of the variance over the ranges, the inputs taken as independent (Sobol indices). Alone: what would "
        "go if the number became known. With interactions: what would stay if all others became known. ± is the 95% "
        "error, found by drawing the points of the design again.",
        "Aandelen in de variantie over de bandbreedtes, de getallen onafhankelijk genomen (Sobol-indices). Alleen: wat "
        "wegvalt als het getal bekend wordt. Met wisselwerking: wat overblijft als alle andere bekend worden. ± is de "
        "95%-fout, gevonden door de punten van de opzet opnieuw te trekken.",
    ),
    "foot_shapley": (
        "Shares of the variance over the ranges, with what ties the inputs together (Shapley effects); they add up to "
        "100%. ± is the 95% error, found by drawing the points of the design again.",
        "Aandelen in de variantie over de bandbreedtes, met wat de getallen samenbindt (Shapley-effecten); samen "
        "100%. ± is de 95%-fout, gevonden door de punten van de opzet opnieuw te trekken.",
    ),
}
"""By key: English, Dutch."""
Z = 1.96
NOISY = 0.1
"""Share of noise from which a page warns."""


def as_data(found: Indices) -> dict[str, Any]:
    """Return the paper as plain data, amounts in currency units."""
    design = found.design
    return {
        "seed": design.seed, "trials": design.trials, "method": "mc", "currency": found.deal.currency,
        "kind": found.kind, "points": design.points, "deals": found.n_deals, **as_inputs(found.ranges),
        "measures": [
            {"party": spread.what[0], "measure": spread.what[1], "statistic": spread.what[2], "unit": spread.unit,
             "mean": spread.mean, "sd": spread.sd, "noise_share": spread.noise_share,
             "inputs": [{"name": part.input.name, **_shares(part)} for part in spread.parts]}
            for spread in found.spreads
        ],
    }


def _shares(part: Part) -> dict[str, Any]:
    return {name: {"share": share, "standard_error": error} for name, (share, error) in part.shares.items()}


def main_share(part: Part) -> tuple[float, float]:
    """Return the share that inputs are ordered by, and its standard error."""
    return list(part.shares.values())[-1]


def is_idle(part: Part) -> bool:
    """Whether an input does nothing at any point of the design."""
    return all(share == 0 for share, _ in part.shares.values())


def is_close(first: Part, second: Part) -> bool:
    """Whether the design does not say which of two inputs does more, their errors taken as independent."""
    (one, error), (other, its) = main_share(first), main_share(second)
    return bool(one - other <= Z * math.hypot(error, its))


class Page:
    """The page of the shares of variance.

    Parameters
    ----------
    found : Indices
    words : Words
    """

    def __init__(self, found: Indices, words: Words) -> None:
        self.found, self.words, self.say = found, words, Phrases(TEXTS, words.lang)
        self.labels = labels(found.ranges.inputs, words)

    def text(self) -> str:
        """Return the whole page."""
        tables = (self.spread(spread) for spread in self.found.spreads)
        return "\n\n".join((self.head(), listed(self.found.ranges, self.words), *tables, self.foot()))

    def head(self) -> str:
        """Return which deal, and how much of it was evaluated."""
        deal, design = self.found.deal, self.found.design
        title = self.say("head", n=self.words.number(self.found.n_deals), trials=self.words.trials(design.trials),
                         points=self.words.number(design.points), seed=design.seed, digest=deal.digest[:DIGEST],
                         version=__version__, currency=deal.currency)
        return f"{plain(deal.name)}\n{wrapped(title)}"

    def spread(self, spread: Spread) -> str:
        """Return the table of a figure and what it says."""
        sd = self.value(spread, spread.sd)
        title = self.say("over", name=called(spread.what, self.words), mean=self.value(spread, spread.mean),
                         sd=self.say("sd_points", sd=sd.removesuffix("%")) if sd.endswith("%") else sd,
                         noise=self.noise(spread))
        parts = [part for part in spread.parts if not is_idle(part)]
        table = (self.table(parts),) if parts and spread.sd > 0 else ()
        return "\n".join((wrapped(title), *table, *self.idle(spread), *wrapped(self.reading(spread)).splitlines()))

    def value(self, spread: Spread, value: float) -> str:
        """Return a figure of a spread, to the digits that its standard deviation leaves."""
        digits = Row(*spread.what, value, spread.sd / 20, value - spread.sd / 10, value + spread.sd / 10, spread.unit)
        return self.words.figure(digits, style_of(digits))[0]

    def noise(self, spread: Spread) -> str:
        """Return the share of noise, in whole percents."""
        percents = round(spread.noise_share * 100)
        return self.say("below", bound="1%") if percents < 1 else f"{percents}%"

    def table(self, parts: list[Part]) -> str:
        """Return one line an input."""
        names = list(parts[0].shares)
        heads = ["", *(self.say(name) for name in names)]
        rows = [[self.labels[part.input.name], *(self.share(*part.shares[name]) for name in names)] for part in parts]
        return ruled(columns([heads, *rows], n_left=1))

    def share(self, share: float, error: float) -> str:
        """Return a share and its error in whole percents."""
        return f"{self.percents(share)} ± {round(Z * error * 100):>2}"

    def percents(self, share: float) -> str:
        """Return a share in whole percents, a negative one, which only error makes so, with its sign."""
        return f"{round(share * 100) + 0}%"

    def idle(self, spread: Spread) -> Iterator[str]:
        """Yield which inputs do nothing to a figure."""
        names = [self.labels[part.input.name] for part in spread.parts if is_idle(part)]
        if names:
            yield wrapped(self.say("idle", listed=", ".join(names)), others="    ")

    def reading(self, spread: Spread) -> str:
        """Return in a sentence what decides a figure."""
        if math.isnan(spread.mean):
            return self.say("undefined")
        parts = [part for part in spread.parts if not is_idle(part)]
        if not parts or spread.sd == 0:
            return self.say("nothing")
        known = {"party": party(spread.what, self.words), "label": self.labels[parts[0].input.name],
                 "share": self.percents(main_share(parts[0])[0]), "measure": measure_of(spread.what, self.words)}
        noisy = f" {self.say('noisy')}" if spread.noise_share > NOISY else ""
        if len(parts) > 1 and is_close(parts[0], parts[1]):
            return self.say("close", second=self.labels[parts[1].input.name],
                            other=self.percents(main_share(parts[1])[0]), **known) + noisy
        return self.say("decides", **known) + noisy

    def foot(self) -> str:
        """Return what has no range, and what the shares are."""
        return "\n".join((*left_out(self.found.ranges, self.words), wrapped(self.say(f"foot_{self.found.kind}"))))
