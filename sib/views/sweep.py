"""A sweep, as text: one row a value, or a grid for each figure where two terms change, and the front.

In comes a ``Sweep`` paper, out goes a page or plain data. Nothing is computed here.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from sib import __version__
from sib.analysis.sweep import Point, Sweep
from sib.asked import What
from sib.results import Row
from sib.views.figure_words import called, measure, no_deal, party, problems, statistic, style_of, term
from sib.views.tables import DIGEST, columns, panels, plain, ruled, wrapped
from sib.views.words import Phrases, Words

TEXTS: dict[str, tuple[str, str]] = {
    "head": (
        "{n} variants, {trials} each on the same draws · seed {seed} · scenario {digest} · sib {version} · amounts in "
        "{currency}",
        "{n} varianten, elk {trials} met dezelfde trekkingen · seed {seed} · scenario {digest} · sib {version} · "
        "bedragen in {currency}",
    ),
    "term": ("[{letter}] {path}; now {now}", "[{letter}] {path}; nu {now}"),
    "silent": ("[{letter}] {path}; now without", "[{letter}] {path}; nu zonder"),
    "error": ("error at most {error}", "fout hoogstens {error}"),
    "front": (
        "Front: no variant shown gives the investor less risk for as little from the outcome payer",
        "Front: geen getoonde variant geeft de investeerder minder risico voor even weinig van de uitkomstbetaler",
    ),
    "open": (
        "incomplete: interrupted before {n} of them were worked out; they show ...",
        "onvolledig: onderbroken voordat er {n} waren uitgerekend; die tonen ...",
    ),
    "foot": (
        "± is the 95% error of the simulation. Rows share their draws, so that differences between them are surer than "
        "that.",
        "± is de 95%-fout van de simulatie. De rijen delen hun trekkingen, dus verschillen ertussen zijn zekerder dan "
        "dat.",
    ),
}
"""By key: English, Dutch."""


def width(row: Row) -> float:
    """Return how wide the 95% interval of a row is; nothing where it has none."""
    return 0.0 if row.low is None or row.high is None else row.high - row.low


def as_data(found: Sweep) -> dict[str, Any]:
    """Return a sweep as plain data, amounts in currency units."""
    return {
        "seed": found.plan.seed, "trials": found.plan.trials, "method": "mc", "currency": found.deal.currency,
        "incomplete": found.n_open > 0, "paths": list(found.terms),
        "points": [
            {
                "values": dict(zip(found.terms, point.values, strict=True)), "digest": point.digest or None,
                "problem": point.problem or None, "on_front": place in found.front if found.plan.has_front else None,
                "measures": [asdict(row) for row in point.rows],
            }
            for place, point in enumerate(found.points)
        ],
    }


class Page:
    """The page of a sweep.

    Parameters
    ----------
    found : Sweep
    words : Words
    """

    def __init__(self, found: Sweep, words: Words) -> None:
        self.found, self.words, self.say = found, words, Phrases(TEXTS, words.lang)
        self.letters = [chr(ord("a") + place) for place in range(len(found.terms))]

    def text(self) -> str:
        """Return the whole page."""
        tables = self.grids() if len(self.found.terms) == 2 else (self.listed(range(len(self.found.points))),)
        front = (f"{self.say('front')}\n\n{self.listed(self.found.front)}",) if self.found.front else ()
        return "\n\n".join((self.head(), *tables, *front, self.foot()))

    def head(self) -> str:
        """Return what was varied, from what, and on how many trials."""
        found = self.found
        title = self.say("head", n=self.words.number(len(found.points)), trials=self.words.trials(found.plan.trials),
                         seed=found.plan.seed, digest=found.deal.digest[:DIGEST], version=__version__,
                         currency=found.deal.currency)
        terms = [
            self.say("silent" if now is None else "term", letter=letter, path=plain(path, longest=None),
                     now=term(now, self.words))
            for letter, path, now in zip(self.letters, found.terms, found.now, strict=True)
        ]
        gap = [self.say("open", n=self.words.number(found.n_open))] if found.n_open else []
        return "\n".join((plain(found.deal.name), *wrapped(title).splitlines(), *gap, *terms))

    def listed(self, places: Iterable[int]) -> str:
        """Return a table with one row a point; one a party where the figures of all do not fit beside each other."""
        points, whats = [self.found.points[place] for place in places], self.found.figures
        values = [[term(value, self.words) for value in point.values] for point in points]
        tables = list(self.tables(points, values, whats=whats))
        if len(tables) > 1:
            names = dict.fromkeys(what[0] for what in whats)
            of_parties = ([what for what in whats if what[0] == name] for name in names)
            tables = [table for those in of_parties for table in self.tables(points, values, whats=those)]
        return "\n\n".join(tables)

    def tables(self, points: list[Point], values: list[list[str]], *, whats: Sequence[What]) -> Iterator[str]:
        """Yield tables of some figures, with the values of the terms in each."""
        filled = [self.column(points, self.found.figures.index(what)) for what in whats]
        heads = [self.heads(what, max(map(len, cells), default=0)) for what, cells in zip(whats, filled, strict=True)]
        high = max(map(len, heads))
        stacked = [[*head[:1], *[""] * (high - len(head)), *head[1:]] for head in heads]
        letters = [[*[""] * (high - 1), f"[{letter}]", *column]
                   for letter, column in zip(self.letters, zip(*values, strict=True), strict=True)]
        rows = list(zip(*letters, *(head + cells for head, cells in zip(stacked, filled, strict=True)), strict=True))
        for table in panels(rows, n_kept=len(letters)):
            yield ruled(columns(table, n_left=0), n_heads=high)

    def heads(self, what: What, wide: int) -> list[str]:
        """Return what stands above a figure whose cells are so wide: whose it is, what it is, which statistic."""
        name, last = party(what, self.words), statistic(what, self.words)
        middle = textwrap.wrap(measure(what, self.words), max(wide, len(name), len(last)), break_long_words=False)
        return [name, *middle, last]

    def column(self, points: list[Point], place: int) -> list[str]:
        """Return one figure of some points, each with its error, of one length."""
        pairs = [self.words.figure(point.rows[place], style_of(point.rows[place])) if point.rows
                 else (self.nothing(point), "") for point in points]
        figure, error = (max(len(pair[side]) for pair in pairs) for side in (0, 1))
        return [f"{one:>{figure}} {other:<{error}}" if error else one for one, other in pairs]

    def grids(self) -> Iterator[str]:
        """Yield a grid for each figure: the values of the first term downwards, of the second across."""
        for place, what in enumerate(self.found.figures):
            yield self.grid(place, what)

    def grid(self, place: int, what: What) -> str:
        """Return the grid of one figure, and the largest error in it; turned over where it is too wide else."""
        letters, (down, across) = [f"[{letter}]" for letter in self.letters], self.found.terms.values()
        points = iter(self.found.points)
        cells = [[self.cell(next(points), place) for _ in across] for _ in down]
        tables = self.crossed(letters, down, across=across, cells=cells)
        if len(tables) > 1:
            turned = [list(row) for row in zip(*cells, strict=True)]
            tables = min(tables, self.crossed(letters[::-1], across, across=down, cells=turned), key=len)
        shown = [point.rows[place] for point in self.found.points if point.rows]
        error = self.words.figure(max(shown, key=width), style_of(shown[0]))[1]
        note = f" ({self.say('error', error=error)})" if error.startswith("±") else ""
        return f"{called(what, self.words)}{note}\n" + "\n\n".join(tables)

    def crossed(
        self, letters: list[str], down: Sequence[Any], *, across: Sequence[Any], cells: list[list[str]]
    ) -> list[str]:
        """Return cells below the values of one term and beside those of the other, in tables that fit a line."""
        rows = [[" \\ ".join(letters), *(term(each, self.words) for each in across)],
                *([term(value, self.words), *row] for value, row in zip(down, cells, strict=True))]
        return [ruled(columns(table, n_left=0)) for table in panels(rows, n_kept=1)]

    def cell(self, point: Point, place: int) -> str:
        """Return one figure of a point."""
        if not point.rows:
            return self.nothing(point)
        return self.words.figure(point.rows[place], style_of(point.rows[place]))[0]

    def nothing(self, point: Point) -> str:
        """Return what stands for a figure that there is not: no such deal, or not worked out."""
        return "..." if point.is_open else no_deal(self.words)

    def foot(self) -> str:
        """Return why some points are no deals, and what the errors are."""
        notes = problems([point.problem for point in self.found.points], self.words)
        return "\n".join((*notes, wrapped(self.say("foot"))))
