"""What value of a term gives a figure, as text: the answer with its interval, the check, and the scan.

In comes a ``Solved`` paper, out goes a page or plain data. Nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from sib import __version__
from sib.analysis.bracketing import Root, Try
from sib.analysis.solve import Solved
from sib.results import Row
from sib.views.figure_words import MOST_PROBLEMS, called, no_deal, problems, style_of, term
from sib.views.tables import DIGEST, columns, plain, ruled, wrapped
from sib.views.words import Phrases, Words

TEXTS: dict[str, tuple[str, str]] = {
    "head": (
        "{trials} a value, on the same draws · seed {seed} · scenario {digest} · sib {version} · amounts in {currency}",
        "{trials} per waarde, met dezelfde trekkingen · seed {seed} · scenario {digest} · sib {version} · bedragen in "
        "{currency}",
    ),
    "asked": (
        "Asked: the value of {path} at which {figure} = {goal}; now {now}; looked for from {low} to {high}",
        "Gevraagd: de waarde van {path} waarbij {figure} = {goal}; nu {now}; gezocht van {low} tot {high}",
    ),
    "without": ("without a number", "zonder getal"),
    "answer": ("{path} = {value}", "{path} = {value}"),
    "within": ("{path} = {value}, from {low} to {high} (95%)", "{path} = {value}, van {low} tot {high} (95%)"),
    "from": (
        "{path} = {value}, from {low} on (95%); it has no upper end where was looked",
        "{path} = {value}, vanaf {low} (95%); er is geen bovengrens waar gezocht is",
    ),
    "up_to": (
        "{path} = {value}, up to {high} (95%); it has no lower end where was looked",
        "{path} = {value}, tot {high} (95%); er is geen ondergrens waar gezocht is",
    ),
    "check": ("A run with {value} gives {figure}", "Een run met {value} geeft {figure}"),
    "neighbours": (
        "Of whole numbers, {one} gives {first} and {other} gives {second}",
        "Van de gehele getallen geeft {one} {first} en {other} {second}",
    ),
    "several": (
        "{n} values are found; there may be more between two lines of the table",
        "Er zijn {n} waarden gevonden; tussen twee regels van de tabel kunnen er meer zijn",
    ),
    "turns": (
        "The figure does not move one way only; there may be other values between two lines of the table",
        "De uitkomst beweegt niet één kant op; tussen twee regels van de tabel kunnen andere waarden zijn",
    ),
    "flat": (
        "No answer: it is {figure} at every value that was tried; this term does not move it",
        "Geen antwoord: de uitkomst is {figure} bij elke geprobeerde waarde; deze voorwaarde verandert er niets aan",
    ),
    "open": (
        "incomplete: interrupted before the answer was found; the values below are finished",
        "onvolledig: onderbroken voordat het antwoord gevonden was; de waarden hieronder zijn af",
    ),
    "alone": (
        "No answer: of the {tried} values that were tried only {low} makes a deal with such a figure, so that there is "
        "nothing to look between{why}",
        "Geen antwoord: van de {tried} geprobeerde waarden geeft alleen {low} een deal met zo'n uitkomst; er is dus "
        "niets om tussen te zoeken{why}",
    ),
    "nowhere": (
        "No answer: none of the {tried} values that were tried makes a deal with such a figure{why}",
        "Geen antwoord: geen van de {tried} geprobeerde waarden geeft een deal met zo'n uitkomst{why}",
    ),
    "why": (
        "; why the first of the others is no deal stands below",
        "; waarom de eerste andere geen deal is, staat onderaan",
    ),
    "none": (
        "No answer where was looked: it goes from {first} at {low} to {last} at {high}, at least {least} and at most "
        "{most}",
        "Geen antwoord waar gezocht is: de uitkomst gaat van {first} bij {low} naar {last} bij {high}, minstens "
        "{least} en hoogstens {most}",
    ),
    "replaced": (
        "The deal has a table at {path}; every value here takes its place as a number that is known.",
        "De deal heeft een tabel bij {path}; elke waarde hier komt daarvoor in de plaats als een bekend getal.",
    ),
    "is_now": ("now", "nu"),
    "foot": ("± is the 95% error of the simulation.", "± is de 95%-fout van de simulatie."),
    "interval": (
        "The interval of the answer holds every value at which that error leaves the goal possible.",
        "Het interval van het antwoord bevat elke waarde waarbij die fout het doel mogelijk laat.",
    ),
}
"""By key: English, Dutch."""


def as_data(found: Solved) -> dict[str, Any]:
    """Return what was found as plain data, amounts in currency units."""
    party, measure, statistic = found.what
    return {
        "seed": found.seed, "trials": found.n_trials, "method": "mc", "currency": found.deal.currency,
        "party": party, "measure": measure, "statistic": statistic, "goal": found.goal.value,
        "path": found.goal.path, "now": found.number.now, "between": found.goal.between, "verdict": found.verdict,
        "incomplete": found.verdict == "open",
        "value": found.value, "low": found.low, "high": found.high,
        "roots": [
            {"value": root.value, "low": root.low, "high": root.high, "check": asdict(root.check),
             "neighbours": [_tried(each) for each in root.neighbours]}
            for root in found.roots
        ],
        "scan": [_tried(each) for each in found.scan],
    }


def _tried(each: Try) -> dict[str, Any]:
    return {"value": each.value, "problem": each.problem or None, "measure": each.row and asdict(each.row)}


class Page:
    """The page of what was found.

    Parameters
    ----------
    found : Solved
    words : Words
    """

    def __init__(self, found: Solved, words: Words) -> None:
        self.found, self.words, self.say = found, words, Phrases(TEXTS, words.lang)
        self.path = plain(found.goal.path, longest=None)
        self.known = [each for each in found.scan if each.is_defined]

    def text(self) -> str:
        """Return the whole page."""
        answers = "\n".join(wrapped(line) for line in (*self.remarks(), *self.answers()))
        most = 1 if self.found.verdict == "alone" else MOST_PROBLEMS
        notes = problems([each.problem for each in self.found.scan], self.words, most=most)
        foot = " ".join(map(self.say, ("foot", "interval") if self.found.roots else ("foot",)))
        return "\n\n".join((self.head(), answers, self.scan(), "\n".join((*notes, wrapped(foot)))))

    def head(self) -> str:
        """Return on how many trials, and what was asked."""
        found, words = self.found, self.words
        low, high = found.goal.between or (None, None)
        title = self.say("head", trials=words.trials(found.n_trials), seed=found.seed, version=__version__,
                         digest=found.deal.digest[:DIGEST], currency=found.deal.currency)
        goal = words.figure(self._goal(), style_of(self._goal()))[0]
        now = self.say("without") if found.number.now is None else term(found.number.now, words)
        asked = self.say("asked", path=self.path, figure=called(found.what, words), goal=goal, now=now,
                         low=term(low, words), high=term(high, words))
        return "\n".join((plain(found.deal.name), wrapped(title), wrapped(asked)))

    def _goal(self) -> Row:
        """Return the goal as a row without an error."""
        unit = next((each.row.unit for each in self.known if each.row), "fraction")
        party, measure, _ = self.found.what
        return Row(party, measure, "value", self.found.goal.value, None, None, None, unit)

    def remarks(self) -> Iterator[str]:
        """Yield what to know before the answer."""
        if self.found.number.replaces:
            yield self.say("replaced", path=self.path)

    def answers(self) -> Iterator[str]:
        """Yield the answer with its check, or why there is none."""
        for root in self.found.roots:
            yield self.answer(root)
            if root.neighbours:
                (one, other) = root.neighbours
                yield self.say("neighbours", one=term(one.value, self.words), first=self.figure(one.row),
                               other=term(other.value, self.words), second=self.figure(other.row))
            else:
                yield self.say("check", value=term(root.value, self.words), figure=self.figure(root.check))
        if self.found.verdict in VERDICTS:
            verdict = self.found.verdict if self.known or self.found.verdict == "open" else "nowhere"
            yield self.say(verdict, **self.verdict())

    def answer(self, root: Root) -> str:
        """Return the answer, with its interval where it has one."""
        ends = {(False, False): "answer", (True, False): "from", (False, True): "up_to", (True, True): "within"}
        key = ends[root.low is not None, root.high is not None]
        return self.say(key, path=self.path, **{
            name: term(value, self.words)
            for name, value in (("value", root.value), ("low", root.low), ("high", root.high))
        })

    def verdict(self) -> dict[str, str]:
        """Return what a sentence on the scan needs."""
        tried = {"tried": self.words.number(len(self.found.scan)),
                 "why": self.say("why") if any(each.problem for each in self.found.scan) else ""}
        if not self.known:
            return tried
        by_figure = sorted(self.known, key=lambda each: each.figure)
        first, last = self.known[0], self.known[-1]
        return tried | {
            "n": self.words.number(len(self.found.roots)), "figure": self.figure(first.row),
            "first": self.figure(first.row), "last": self.figure(last.row), "low": term(first.value, self.words),
            "high": term(last.value, self.words), "least": self.figure(by_figure[0].row, is_bare=True),
            "most": self.figure(by_figure[-1].row, is_bare=True),
        }

    def figure(self, row: Row | None, *, is_bare: bool = False) -> str:
        """Return a figure with its error."""
        if row is None:
            return "-"
        value, error = self.words.figure(row, style_of(row))
        return value if is_bare else f"{value} {error}".rstrip()

    def scan(self) -> str:
        """Return every value of the scan with the figure at it, and the value as it is marked."""
        heading = (self.path, called(self.found.what, self.words), "", "")
        rows = [(term(each.value, self.words), *self._cells(each)) for each in self.found.scan]
        return ruled(columns([heading, *rows], n_left=0))

    def _cells(self, each: Try) -> tuple[str, str, str]:
        if each.row is None:
            return (no_deal(self.words), "", "")
        value, error = self.words.figure(each.row, style_of(each.row))
        return value, error, self.say("is_now") if each.value == self.found.number.now else ""


VERDICTS = ("several", "turns", "flat", "none", "alone", "open")
"""What a sentence is for, beside the answers."""
