"""One assumption at a time, as text: for each figure the inputs from the largest swing to the smallest, and a sentence.

In comes a ``Tornado`` paper, out goes a page or plain data. Nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

from sib import __version__
from sib.analysis.sensitivity import Bar, Panel, Tornado
from sib.results import Row
from sib.views.figure_words import called, party, style_of
from sib.views.input_words import as_inputs, labels, left_out, listed, measure_of
from sib.views.tables import DIGEST, columns, plain, ruled, wrapped
from sib.views.words import Phrases, Words

TEXTS: dict[str, tuple[str, str]] = {
    "open": (
        "incomplete: interrupted before {n} of the assumptions were worked out; what is said below is of the others",
        "onvolledig: onderbroken voordat {n} van de aannames waren uitgerekend; wat hieronder staat, gaat over de "
        "andere",
    ),
    "head": (
        "one assumption at a time · {trials} a variant on the same draws · seed {seed} · scenario {digest} · sib "
        "{version} · amounts in {currency}",
        "één aanname tegelijk · {trials} per variant met dezelfde trekkingen · seed {seed} · scenario {digest} · sib "
        "{version} · bedragen in {currency}",
    ),
    "now": ("{name}; as the deal is {now}", "{name}; zoals de deal is {now}"),
    "low": ("at low", "bij laag"),
    "high": ("at high", "bij hoog"),
    "swing": ("swing", "uitslag"),
    "points": ("swing, points", "uitslag, punten"),
    "decides": (
        "For the {party}, this decides: {label}. Over its range, {measure} lies between {low} and {high}.",
        "Voor de {party} beslist dit: {label}. Over de bandbreedte ligt {measure} tussen {low} en {high}.",
    ),
    "close": (
        "For the {party}, these decide: {label}, and {second}; the trials do not say which does more. Over the range "
        "of the first, {measure} lies between {low} and {high}.",
        "Voor de {party} beslissen deze: {label}, en {second}; de simulaties zeggen niet welke meer doet. Over de "
        "bandbreedte van de eerste ligt {measure} tussen {low} en {high}.",
    ),
    "unclear": (
        "Nothing here moves it beyond the error of the simulation.",
        "Niets hier verandert er iets aan dat buiten de fout van de simulatie valt.",
    ),
    "nothing": ("Nothing here moves it.", "Niets hier verandert er iets aan."),
    "idle": ("Without effect: {listed}.", "Zonder effect: {listed}."),
    "foot": (
        "± is the 95% error of the simulation; that of a swing is of the paired difference. Swing: from the smallest "
        "to the largest of the figure at low, as the deal is, and at high.",
        "± is de 95%-fout van de simulatie; bij een uitslag die van het gepaarde verschil. Uitslag: van het kleinste "
        "tot het grootste bij laag, zoals de deal is, en bij hoog.",
    ),
}
"""By key: English, Dutch."""
Z = 1.96


def as_data(found: Tornado) -> dict[str, Any]:
    """Return the paper as plain data, amounts in currency units."""
    plan = found.plan
    return {
        "seed": plan.seed, "trials": plan.trials, "method": "mc", "currency": found.deal.currency,
        "incomplete": found.n_open > 0,
        **as_inputs(found.ranges),
        "measures": [
            {"now": asdict(panel.now), "inputs": [
                {"name": bar.input.name, "low": asdict(bar.low), "high": asdict(bar.high), "swing": asdict(bar.swing)}
                for bar in panel.bars
            ]}
            for panel in found.panels
        ],
    }


def ends(panel: Panel, bar: Bar) -> tuple[Row, Row]:
    """Return the smallest and the largest of a figure over the range of an input."""
    rows = sorted((bar.low, panel.now, bar.high), key=lambda row: row.value)
    return rows[0], rows[-1]


def is_close(first: Bar, second: Bar) -> bool:
    """Whether the trials do not say which of two inputs does more, their errors taken as independent."""
    errors = [bar.swing.standard_error or 0.0 for bar in (first, second)]
    return bool(abs(first.swing.value - second.swing.value) <= Z * (errors[0] ** 2 + errors[1] ** 2) ** 0.5)


def moving(panel: Panel) -> list[Bar]:
    """Return the inputs that move a figure, or leave it undefined."""
    return [bar for bar in panel.bars if bar.swing.value != 0]


def clear(panel: Panel) -> list[Bar]:
    """Return the inputs that move a figure beyond the error."""
    return [bar for bar in moving(panel) if abs(bar.swing.value) > Z * (bar.swing.standard_error or 0.0)]


class Page:
    """The page of a tornado.

    Parameters
    ----------
    found : Tornado
    words : Words
    """

    def __init__(self, found: Tornado, words: Words) -> None:
        self.found, self.words, self.say = found, words, Phrases(TEXTS, words.lang)
        self.labels = labels(found.ranges.inputs, words)

    def text(self) -> str:
        """Return the whole page."""
        tables = (self.panel(panel) for panel in self.found.panels)
        return "\n\n".join((self.head(), listed(self.found.ranges, self.words), *tables, self.foot()))

    def head(self) -> str:
        """Return which deal, and on how many trials."""
        found, deal, plan = self.found, self.found.deal, self.found.plan
        title = self.say("head", trials=self.words.trials(plan.trials), seed=plan.seed, digest=deal.digest[:DIGEST],
                         version=__version__, currency=deal.currency)
        gap = f"\n{wrapped(self.say('open', n=self.words.number(found.n_open)))}" if found.n_open else ""
        return f"{plain(deal.name)}\n{wrapped(title)}{gap}"

    def panel(self, panel: Panel) -> str:
        """Return the table of a figure and what it says."""
        now = " ".join(filter(None, self.words.figure(panel.now, style_of(panel.now))))
        title, bars = self.say("now", name=called(panel.what, self.words), now=now), moving(panel)
        table = (self.table(bars),) if bars else ()
        return "\n".join((wrapped(title), *table, *self.idle(panel), *wrapped(self.reading(panel)).splitlines()))

    def table(self, bars: list[Bar]) -> str:
        """Return one line an input."""
        is_share = bars[0].swing.unit == "fraction"
        heads = ["", self.say("low"), self.say("high"), self.say("points" if is_share else "swing")]
        swings = [self.swing(bar) for bar in bars]
        error = max(len(pair[1]) for pair in swings)
        rows = [
            [self.labels[bar.input.name], self.figure(bar.low), self.figure(bar.high), f"{swing} {half:<{error}}"]
            for bar, (swing, half) in zip(bars, swings, strict=True)
        ]
        heads[-1] += " " * (error + 1)
        return ruled(columns([heads, *rows], n_left=1))

    def figure(self, row: Row) -> str:
        """Return a figure without its error, in the digits that this leaves."""
        return self.words.figure(row, style_of(row))[0]

    def swing(self, bar: Bar) -> tuple[str, str]:
        """Return a swing and its error; that of a share in percentage points, without a sign."""
        row = replace(bar.swing, measure=bar.low.measure, statistic="mean")
        text, error = self.words.figure(row, style_of(row))
        return text.removesuffix("%"), error

    def idle(self, panel: Panel) -> Iterator[str]:
        """Yield which inputs do nothing to a figure."""
        names = [self.labels[bar.input.name] for bar in panel.bars if bar.swing.value == 0]
        if names:
            yield wrapped(self.say("idle", listed=", ".join(names)), others="    ")

    def reading(self, panel: Panel) -> str:
        """Return in a sentence what decides a figure."""
        bars = clear(panel)
        if not bars:
            return self.say("unclear" if moving(panel) else "nothing")
        low, high = (self.figure(row) for row in ends(panel, bars[0]))
        known = {"party": party(panel.what, self.words), "label": self.labels[bars[0].input.name], "low": low,
                 "high": high, "measure": measure_of(panel.what, self.words)}
        if len(bars) > 1 and is_close(bars[0], bars[1]):
            return self.say("close", second=self.labels[bars[1].input.name], **known)
        return self.say("decides", **known)

    def foot(self) -> str:
        """Return what has no range, and what the columns are."""
        return "\n".join((*left_out(self.found.ranges, self.words), wrapped(self.say("foot"))))
