"""Where the parties can meet, as text: the red lines, the terms on the table, the zone or what stands in its way.

In comes a ``Negotiation`` paper, out goes a page or plain data. Nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any

from sib import __version__
from sib.analysis.negotiate import FAILS, HOLDS, PERHAPS, Line, Negotiation, Removal
from sib.analysis.sweep import COST, RISK
from sib.results import Row
from sib.views.figure_words import called, measure, party, statistic, style_of, term
from sib.views.sweep import as_data as sweep_data
from sib.views.tables import DIGEST, columns, plain, ruled, wrapped
from sib.views.words import Phrases, Words

TEXTS: dict[str, tuple[str, str]] = {
    "head": (
        "{n} combinations of terms, {trials} each on the same draws · seed {seed} · scenario {digest} · sib {version} "
        "· amounts in {currency}",
        "{n} combinaties van voorwaarden, elk {trials} met dezelfde trekkingen · seed {seed} · scenario {digest} · "
        "sib {version} · bedragen in {currency}",
    ),
    "term": ("[{letter}] {path}; now {now}", "[{letter}] {path}; nu {now}"),
    "lines": ("Red lines", "Rode lijnen"),
    "whose": ("whose", "van wie"),
    "figure": ("figure", "cijfer"),
    "limit": ("limit", "grens"),
    "surely": ("surely", "zeker"),
    "perhaps": ("perhaps", "misschien"),
    "fails": ("not", "niet"),
    "at_least": ("at least {limit}", "minstens {limit}"),
    "at_most": ("at most {limit}", "hoogstens {limit}"),
    "map": ("Who can live with what: [{down}] downwards, [{across}] across",
            "Wie waarmee kan leven: [{down}] omlaag, [{across}] opzij"),
    "key": (
        "# every red line holds; ? every one holds or may, within the error; {letters}; . nobody's hold; - no deal",
        "# voldoet aan elke rode lijn; ? voldoet, of misschien, binnen de fout; {letters}; . van niemand; - geen deal",
    ),
    "letter": ("{letter} those of the {party} only", "{letter} alleen aan die van de {party}"),
    "marks": (
        "+ holds, ~ within the error, - does not; the last column is # where all hold and ? where all may.",
        "+ voldoet, ~ binnen de fout, - voldoet niet; achteraan # waar aan alles is voldaan, ? waar misschien.",
    ),
    "zone": (
        "Zone of possible agreement: {sure} of {n} combinations keep every red line beyond the error, {more} more may.",
        "Ruimte voor een akkoord: {sure} van {n} combinaties voldoen buiten de fout aan elke rode lijn, nog {more} "
        "misschien.",
    ),
    "perhaps_only": (
        "Zone of possible agreement: none of {n} combinations keeps every red line beyond the error, {more} may. More "
        "trials would tell.",
        "Ruimte voor een akkoord: geen van {n} combinaties voldoet buiten de fout aan elke rode lijn, {more} misschien."
        " Meer simulaties wijzen het uit.",
    ),
    "span": ("  {path} from {low} to {high}", "  {path} van {low} tot {high}"),
    "values": ("  {path} at {listed}", "  {path} op {listed}"),
    "none": ("No zone: not one of {n} combinations keeps every red line.",
             "Geen ruimte: geen van {n} combinaties voldoet aan elke rode lijn."),
    "blocks": (
        "In the way stands {lines}: without it the rest hold, or may, at {terms}. There {comes}.",
        "In de weg staat {lines}: aan de rest voldoet, misschien, {terms}. Daar {comes}.",
    ),
    "block": (
        "In the way stand together {lines}: without them the rest hold, or may, at {terms}. There {comes}.",
        "In de weg staan samen {lines}: aan de rest voldoet, misschien, {terms}. Daar {comes}.",
    ),
    "comes": ("{number} comes to {figure}, {move} off", "komt {number} op {figure}, {move} ernaast"),
    "alone": ("No terms on the table keep {lines}, whatever becomes of the rest.",
              "Geen voorwaarden op tafel voldoen aan {lines}, wat er ook van de rest komt."),
    "clash": ("Each can be kept, and nowhere all of them: {lines}.",
              "Aan elk apart is te voldoen, nergens aan alle: {lines}."),
    "points": ("{number} points", "{number} procentpunt"),
    "line": ("red line {number} ({name})", "rode lijn {number} ({name})"),
    "and": ("{first} and {last}", "{first} en {last}"),
    "places": (
        "Terms worth a look, with what they come to at each red line",
        "Voorwaarden om naar te kijken, met wat ze bij elke rode lijn opleveren",
    ),
    "nearest": (
        "Nearest terms, with what they come to at each red line",
        "Dichtstbijzijnde voorwaarden, met wat ze bij elke rode lijn opleveren",
    ),
    "now": ("now", "nu"),
    "middle": ("most room", "meeste ruimte"),
    "best": ("best for {party}", "beste voor {party}"),
    "place": ("{n}.", "{n}."),
    "near": (
        "Near is a small worst violation, counted as a part of how far its figure moves over the table; a figure that "
        "nothing on the table moves counts as 1.",
        "Dichtbij is een kleine grootste overschrijding, als deel van hoe ver het cijfer over de tafel beweegt; een "
        "cijfer dat door niets op tafel beweegt, telt als 1.",
    ),
    "room": (
        "Most room is the largest distance from the nearest limit, counted as a part of how far its figure moves over "
        "the table.",
        "Meeste ruimte is de grootste afstand tot de dichtstbijzijnde grens, als deel van hoe ver het cijfer over de "
        "tafel beweegt.",
    ),
    "worst": ("worst violation", "grootste overschrijding"),
    "front": (
        "Front, least risk first: nothing else on the table has less risk for the investor for as little from the "
        "outcome payer",
        "Front, minste risico eerst: niets anders op tafel geeft de investeerder minder risico voor even weinig van de "
        "uitkomstbetaler",
    ),
    "note": ("({n}) no deal: {problem}", "({n}) geen deal: {problem}"),
    "foot": (
        "A line holds where the whole 95% interval of its figure does. Each line is judged by itself: with {n} lines "
        "and many terms, some within the error are on the wrong side. Terms share their draws.",
        "Aan een lijn is voldaan waar het hele 95%-interval van het cijfer dat doet. Elke lijn is apart beoordeeld: "
        "bij {n} lijnen en veel voorwaarden ligt een deel van wat binnen de fout is aan de verkeerde kant. Alle "
        "voorwaarden delen hun trekkingen.",
    ),
}
"""By key: English, Dutch."""
MARKS = {FAILS: "-", PERHAPS: "~", HOLDS: "+"}
WHOLE = {FAILS: "", PERHAPS: "?", HOLDS: "#"}
MOST_REMOVALS, MOST_CONFLICTS, MOST_FRONT = 3, 6, 12
"""What is told at most: ways to open a zone, contradictions, rows of the front."""


def as_data(found: Negotiation) -> dict[str, Any]:
    """Return a negotiation as plain data, amounts in currency units."""
    sweep = sweep_data(found.found)
    for place, point in enumerate(sweep["points"]):
        states = found.stands[place]
        point["red_lines"] = [NAMES[state] for state in states]
        point["zone"] = NAMES[found.verdict(place)]
    return {
        **sweep,
        "red_lines": [{**asdict(line), "name": line.name, "holds": _count(found, number, HOLDS),
                       "may_hold": _count(found, number, PERHAPS)} for number, line in enumerate(found.lines)],
        "zone": list(found.zone), "sure": list(found.sure), "middle": found.middle, "best": found.best,
        "nearest": [{"point": place, "violations": found.violations(place)} for place in found.nearest],
        "removals": [asdict(each) for each in found.removals], "conflicts": [list(each) for each in blocking(found)],
    }


NAMES = {FAILS: "fails", PERHAPS: "perhaps", HOLDS: "holds"}
"""How a red line stands, in data."""


def _count(found: Negotiation, number: int, state: int) -> int:
    return sum(states[number] == state for states in found.stands if states)


def blocking(found: Negotiation) -> tuple[tuple[int, ...], ...]:
    """Return the contradictions of a negotiation without a zone."""
    return () if found.zone else found.conflicts


def letters(names: Sequence[str]) -> list[str]:
    """Return a capital for each name: the first of its letters that no name before it has.

    Examples
    --------
    >>> letters(["investor", "outcome payer", "insurer"])
    ['I', 'O', 'N']
    """
    found: list[str] = []
    for name in names:
        found.append(next((mark for mark in (*name.upper(), *"XYZ") if mark.isalpha() and mark not in found), "*"))
    return found


class Page:
    """The page of a negotiation.

    Parameters
    ----------
    found : Negotiation
    words : Words
    """

    def __init__(self, found: Negotiation, words: Words) -> None:
        self.found, self.sweep, self.words = found, found.found, words
        self.say = Phrases(TEXTS, words.lang)
        self.problems = list(dict.fromkeys(point.problem for point in self.sweep.points if point.problem))
        self.marks = [chr(ord("a") + place) for place in range(len(self.sweep.terms))]

    def text(self) -> str:
        """Return the whole page."""
        body = {1: self.listed, 2: self.map}.get(len(self.sweep.terms))
        parts = (self.head(), self.lines(), *((body(),) if body else ()), self.verdict(), self.places(), *self.front(),
                 self.foot())
        return "\n\n".join(parts)

    def head(self) -> str:
        """Return what is on the table, and on how many trials."""
        found = self.sweep
        title = self.say("head", n=self.words.number(len(found.points)), trials=self.words.trials(found.plan.trials),
                         seed=found.plan.seed, digest=found.deal.digest[:DIGEST], version=__version__,
                         currency=found.deal.currency)
        terms = [self.say("term", letter=letter, path=plain(path, longest=None), now=term(now, self.words))
                 for letter, path, now in zip(self.marks, found.terms, found.now, strict=True)]
        return "\n".join((plain(found.deal.name), *wrapped(title).splitlines(), *terms))

    def party(self, name: str) -> str:
        """Return what a party is called."""
        return party((name, "", ""), self.words)

    def limit(self, line: Line) -> str:
        """Return the limit of a line."""
        row = Row(*line.what, line.limit, None, None, None, self.unit(line))
        shown = self.words.figure(replace(row, statistic="value"), style_of(row))[0]
        return self.say("at_least" if line.is_floor else "at_most", limit=shown)

    def unit(self, line: Line) -> str:
        """Return the unit of the figure of a line."""
        return self.found.now(line.what).unit

    def line(self, number: int) -> str:
        """Return a red line in words."""
        line = self.found.lines[number]
        return f"{called(line.what, self.words)}, {self.limit(line)}"

    def lines(self) -> str:
        """Return the red lines, with how many combinations keep each."""
        n = len(self.found.valid)
        heads = ["", *(self.say(key) for key in ("whose", "figure", "limit", "surely", "perhaps", "fails"))]
        rows = []
        for number, line in enumerate(self.found.lines):
            counts = [_count(self.found, number, state) for state in (HOLDS, PERHAPS)]
            told = [self.words.number(count) for count in (*counts, n - sum(counts))]
            called_so = called(line.what, self.words)
            rows.append([str(number + 1), self.party(line.party), called_so, self.limit(line), *told])
        reasons = [wrapped(f"{number} {line.why}", others="  ")
                   for number, line in enumerate(self.found.lines, start=1) if line.why]
        return "\n".join((self.say("lines"), ruled(columns([heads, *rows], n_left=4)), *reasons))

    def listed(self) -> str:
        """Return a row for each value of the one term."""
        heads = [["[a]" if name is statistic else "", *(name(line.what, self.words) for line in self.found.lines), ""]
                 for name in (party, measure, statistic)]
        rows = []
        for place, point in enumerate(self.sweep.points):
            cells = [f"{self.figure(place, line)} {MARKS[state]}"
                     for line, state in zip(self.found.lines, self.found.stands[place], strict=False)]
            cells = cells or [self.mark(point.problem), *("" for _ in self.found.lines[1:])]
            rows.append([term(point.values[0], self.words), *cells, WHOLE[self.found.verdict(place)]])
        lines = columns([*heads, *rows], n_left=0)
        ruler = "-" * max(map(len, lines))
        return "\n".join((*lines[: len(heads)], ruler, *lines[len(heads) :], wrapped(self.say("marks"))))

    def figure(self, place: int, line: Line) -> str:
        """Return the figure of a line at valid terms, without its error."""
        row = self.found.row(place, line.what)
        return self.words.figure(row, style_of(row))[0]

    def mark(self, problem: str) -> str:
        """Return the number of the note on terms that are no deal."""
        return f"({self.problems.index(problem) + 1})" if problem else ""

    def map(self) -> str:
        """Return a map of characters: who can live with which of two terms."""
        down, across = self.sweep.terms.values()
        heads = ["", *(term(value, self.words) for value in across)]
        cells = iter(range(len(self.sweep.points)))
        rows = [[term(value, self.words), *(self.cell(next(cells)) for _ in across)] for value in down]
        names = [self.party(each) for each in self.found.parties]
        told = [self.say("letter", letter=letter, party=name)
                for letter, name in zip(letters(names), names, strict=True)]
        title, key = self.say("map", down=self.marks[0], across=self.marks[1]), self.say("key", letters="; ".join(told))
        return f"{title}\n{ruled(columns([heads, *rows], n_left=0))}\n{wrapped(key)}"

    def cell(self, place: int) -> str:
        """Return the characters of one combination."""
        if not self.found.stands[place]:
            return "-"
        whole = WHOLE[self.found.verdict(place)]
        names = [self.party(each) for each in self.found.parties]
        living = [letter for letter, each in zip(letters(names), self.found.parties, strict=True)
                  if self.found.verdict(place, each) != FAILS]
        return whole or "".join(living) or "."

    def verdict(self) -> str:
        """Return the zone and how far it reaches, or what stands in its way."""
        n, sure, zone = (self.words.number(len(each)) for each in (
            self.found.valid, self.found.sure, self.found.zone[len(self.found.sure):]))
        if not self.found.zone:
            return "\n".join((self.say("none", n=n), *map(wrapped, self.blocked())))
        title = self.say("zone" if self.found.sure else "perhaps_only", n=n, sure=sure, more=zone)
        return "\n".join((wrapped(title), *self.spans()))

    def spans(self) -> Iterator[str]:
        """Yield how far the zone reaches in each term."""
        inside = [self.sweep.points[place].values for place in (self.found.sure or self.found.zone)]
        for number, (path, values) in enumerate(self.sweep.terms.items()):
            here = [value for value in values if value in [each[number] for each in inside]]
            if all(type(value) in (int, float) for value in here):
                yield self.say("span", path=plain(path), low=term(min(here), self.words),
                               high=term(max(here), self.words))
            else:
                yield self.say("values", path=plain(path), listed=", ".join(term(each, self.words) for each in here))

    def blocked(self) -> Iterator[str]:
        """Yield what stands in the way of a zone."""
        for removal in self.found.removals[:MOST_REMOVALS]:
            key = "blocks" if len(removal.lines) == 1 else "block"
            yield self.say(key, lines=self.together(removal.lines), terms=self.terms(removal.point),
                           comes=self.comes(removal))
        for numbers in self.found.conflicts[:MOST_CONFLICTS]:
            yield self.say("alone" if len(numbers) == 1 else "clash", lines=self.together(numbers))

    def together(self, numbers: Sequence[int]) -> str:
        """Return some red lines in one sentence."""
        *most, last = [self.say("line", number=number + 1, name=self.line(number)) for number in numbers]
        return self.say("and", first=", ".join(most), last=last) if most else last

    def comes(self, removal: Removal) -> str:
        """Return what the figures of red lines come to, and how far their limits would have to move."""
        return "; ".join(
            self.say("comes", number=number + 1, figure=self.figure(removal.point, self.found.lines[number]),
                     move=self.move(number, move))
            for number, move in zip(removal.lines, removal.moves, strict=True)
        )

    def move(self, number: int, move: float) -> str:
        """Return how far a limit would have to move, in percentage points where it is a fraction."""
        line = self.found.lines[number]
        row = Row(*line.what[:2], "value", move, None, None, None, self.unit(line))
        shown = self.words.figure(row, style_of(row))[0]
        return self.say("points", number=shown[:-1]) if shown.endswith("%") else shown

    def terms(self, place: int) -> str:
        """Return the values of one combination."""
        values = self.sweep.points[place].values
        return ", ".join(f"{plain(path)} = {term(value, self.words)}"
                         for path, value in zip(self.sweep.terms, values, strict=True))

    def places(self) -> str:
        """Return some combinations beside the deal as it is: their terms, and the figures of the red lines."""
        found = self.found
        chosen = {self.say("middle"): found.middle} if found.zone else {
            self.say("place", n=number): place for number, place in enumerate(found.nearest, start=1)}
        chosen |= {self.say("best", party=self.party(name)): place for name, place in found.best.items()}
        shown = {title: place for title, place in chosen.items() if place is not None}
        numbers = [str(number) for number, _ in enumerate(found.lines, start=1)]
        heads = ["", *(f"[{mark}]" for mark in self.marks), *numbers, *([] if found.zone else [self.say("worst")])]
        rows = [[self.say("now"), *(term(now, self.words) for now in self.sweep.now),
                 *(self.judged(line, found.now(line.what)) for line in found.lines), *([] if found.zone else [""])]]
        for name, place in shown.items():
            worst = [] if found.zone else [self.words.plain_number(round(max(found.violations(place)), 2))]
            values = (term(value, self.words) for value in self.sweep.points[place].values)
            judged = (self.judged(line, found.row(place, line.what)) for line in found.lines)
            rows.append([name, *values, *judged, *worst])
        title, note = (self.say(key) for key in (("places", "room") if found.zone else ("nearest", "near")))
        return f"{title}\n{ruled(columns([heads, *rows], n_left=1))}\n{wrapped(note)}"

    def judged(self, line: Line, row: Row) -> str:
        """Return a figure with its error, and whether the line holds."""
        value, error = self.words.figure(row, style_of(row))
        return f"{value} {error}".rstrip() + f" {MARKS[line.stands(row)]}"

    def front(self) -> Iterator[str]:
        """Yield the combinations that none other beats in risk and cost, and whether they keep the red lines."""
        places = self.sweep.front[:MOST_FRONT]
        by_name = {".".join(what): what for what in self.sweep.figures}
        whats = [by_name[name] for name in (RISK, COST)]
        heads = [*(f"[{mark}]" for mark in self.marks), *(called(what, self.words) for what in whats), ""]
        rows = []
        for place in places:
            figures = [self.words.figure(row, style_of(row)) for row in (self.found.row(place, what) for what in whats)]
            rows.append([*(term(value, self.words) for value in self.sweep.points[place].values),
                         *(" ".join(each).rstrip() for each in figures), WHOLE[self.found.verdict(place)]])
        if rows:
            yield f"{wrapped(self.say('front'))}\n{ruled(columns([heads, *rows], n_left=0))}"

    def foot(self) -> str:
        """Return what the marks mean, and why some terms are no deals."""
        notes = [wrapped(self.say("note", n=place, problem=problem), others="    ")
                 for place, problem in enumerate(self.problems, start=1)]
        return "\n".join((*notes, wrapped(self.say("foot", n=len(self.found.lines)))))
