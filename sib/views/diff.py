"""What changed between two results, as text: draws, terms, results, and one sentence on all of it.

In comes a ``Diff`` paper, out goes a page or plain data. Nothing is computed here; what did not change is not said.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from decimal import Decimal
from itertools import pairwise
from typing import Any

from sib.analysis.diff import Change, Diff, Result, TermChange
from sib.deal.assumptions import text_of
from sib.views.figure_words import called, style_of, term
from sib.views.tables import DIGEST, WIDTH, columns, plain, ruled, wrapped
from sib.views.terms import parted
from sib.views.words import Phrases, Words

HEADLINES = ("mean", "probability", "value")
"""Statistics that are shown; the others are counted."""
LONGEST = 32
"""Letters of a value or a source that are shown."""
MOST = 20
"""Most results that are shown where not all are asked for."""

TEXTS: dict[str, tuple[str, str]] = {
    "result": (
        "[{letter}] {place} · {trials} · seed {seed} · scenario {digest} · sib {version}",
        "[{letter}] {place} · {trials} · seed {seed} · scenario {digest} · sib {version}",
    ),
    "A": ("A", "A"), "B": ("B", "B"),
    "nothing": ("Nothing changed.", "Er is niets veranderd."),
    "same": ("Same version, seed and trials.", "Zelfde versie, seed en aantal simulaties."),
    "differs": ("Not the same: {what}.", "Niet gelijk: {what}."),
    "version": ("version", "versie"), "seed": ("seed", "seed"), "trials": ("trials", "aantal simulaties"),
    "draws": ("way of drawing", "manier van trekken"),
    "digest": (
        "[{letter}] its scenario was changed after the run: it does not have the digest that {file} gives.",
        "[{letter}] het scenario is na het draaien gewijzigd: het heeft niet de digest die {file} geeft.",
    ),
    "changed": (
        "[{letter}] {file} was changed after the run: it does not have the digest that the manifest gives.",
        "[{letter}] {file} is na het draaien gewijzigd: het heeft niet de digest die het manifest geeft.",
    ),
    "gone": ("[{letter}] {file} is not there.", "[{letter}] {file} ontbreekt."),
    "terms": ("Terms that changed", "Gewijzigde voorwaarden"),
    "deal": ("deal", "deal"),
    "absent": (
        "A term without a line A, or without a line B, is not stated there.",
        "Een voorwaarde zonder regel A, of zonder regel B, staat daar niet.",
    ),
    "source": ("source", "bron"),
    "no_source": ("none", "geen"),
    "reordered": ("in another order: {path}", "in een andere volgorde: {path}"),
    "results": ("Results that changed", "Gewijzigde uitkomsten"),
    "beyond": ("Beyond the error of the simulation", "Buiten de fout van de simulatie"),
    "within": ("Within it, or of unknown error", "Daarbinnen, of met onbekende fout"),
    "difference": ("B less A", "B min A"),
    "errors": ("standard|errors", "standaard-|fouten"),
    "exact": ("exact", "exact"),
    "unknown": ("unknown", "onbekend"),
    "more": (
        "and {n} other figures, {beyond} of them beyond the error: --all shows them",
        "en nog {n} andere cijfers, {beyond} daarvan buiten de fout: --all toont ze",
    ),
    "all_hidden": (
        "{n} figures, {beyond} of them beyond the error: --all shows them",
        "{n} cijfers, {beyond} daarvan buiten de fout: --all toont ze",
    ),
    "units": (
        "{n} figures are not compared, since they are in another unit in A than in B",
        "{n} cijfers zijn niet vergeleken, want ze staan in A in een andere eenheid dan in B",
    ),
    "only": ("only in {letter}: {names}", "alleen in {letter}: {names}"),
    "and_more": ("and {n} more", "en nog {n}"),
    "unchanged": ("No result changed.", "Geen uitkomst is veranderd."),
    "none_beyond": (
        "No result changed beyond the error of the simulation ({n} of {of} within it).",
        "Geen uitkomst is buiten de fout van de simulatie veranderd ({n} van {of} daarbinnen).",
    ),
    "largest": (
        "{n} of {of} results changed beyond the error of the simulation, the most certain of them {name}: from {old} "
        "to {new}.",
        "{n} van {of} uitkomsten zijn buiten de fout van de simulatie veranderd, het zekerst {name}: van {old} naar "
        "{new}.",
    ),
    "by_terms": (
        "Version, seed and trials are the same, so that the terms are the only cause.",
        "Versie, seed en aantal simulaties zijn gelijk; de voorwaarden zijn dus de enige oorzaak.",
    ),
    "by_chance": (
        "The draws are not the same: of figures that did not really change, 1 in 20 is beyond its error by chance.",
        "De trekkingen zijn niet gelijk: van cijfers die niet echt veranderden, valt 1 op 20 toevallig buiten de fout.",
    ),
    "by_version": (
        "The versions are not the same, so that not all of it need be the doing of the terms.",
        "De versies zijn niet gelijk; niet alles hoeft dus door de voorwaarden te komen.",
    ),
    "unexplained": (
        "No term, seed or number of trials changed: the version, or somebody's hand, did this.",
        "Geen voorwaarde, seed of aantal simulaties is veranderd: dit komt door de versie, of door iemands hand.",
    ),
    "points": (
        "The difference is B less A, in points for percentages, and beside it how many standard errors that is.",
        "Het verschil is B min A, bij percentages in punten; ernaast hoeveel standaardfouten dat is.",
    ),
    "paired": (
        "± is the 95% error of the difference, paired trial by trial for means and chances, and combined (so rather "
        "too large) for what cannot be paired.",
        "± is de 95%-fout van het verschil, per simulatie gepaard voor gemiddelden en kansen, en samengenomen (dus "
        "eerder te groot) voor wat niet te paren is.",
    ),
    "combined": (
        "± is the 95% error of the difference: the errors of both, combined.",
        "± is de 95%-fout van het verschil: de fouten van beide, samengenomen.",
    ),
}
"""By key: English, Dutch."""


def as_data(found: Diff) -> dict[str, Any]:
    """Return what changed as plain data, amounts in currency units."""
    return {
        "results": [_identity(each) for each in (found.first, found.other)],
        "same": {
            "version": found.first.version == found.other.version,
            "seed": found.first.drawn.seed == found.other.drawn.seed,
            "draws": found.first.drawn.scheme == found.other.drawn.scheme,
            "trials": found.first.n_trials == found.other.n_trials,
        },
        "changed": found.has_changes, "paired": found.is_paired,
        "terms": [asdict(each) for each in found.terms], "reordered": list(found.reordered),
        "figures": found.n_figures,
        "changes": [_change(each) for each in found.changes],
        "gone": [".".join(what) for what in found.gone], "new": [".".join(what) for what in found.new],
    }


def _identity(result: Result) -> dict[str, Any]:
    return {
        "place": result.place, "name": result.about["scenario"].get("name"), "digest": result.about["digest"],
        "sib": result.version, "seed": result.drawn.seed, "draws": result.drawn.scheme, "trials": result.n_trials,
        "remarks": [asdict(each) for each in result.remarks],
    }


def _change(each: Change) -> dict[str, Any]:
    row = each.difference
    return {
        "party": row.party, "measure": row.measure, "statistic": row.statistic, "unit": row.unit,
        "old": each.old.value, "new": each.new.value, "difference": row.value, "standard_error": row.standard_error,
        "errors": each.errors, "exact": each.errors == math.inf, "beyond": each.is_beyond, "paired": each.is_paired,
    }


class Page:
    """The page of what changed.

    Parameters
    ----------
    found : Diff
    words : Words
    has_all : bool
        Whether every result that changed is shown, not just means and chances beyond the error.
    """

    def __init__(self, found: Diff, words: Words, *, has_all: bool = False) -> None:
        self.found, self.words, self.has_all = found, words, has_all
        self.say = Phrases(TEXTS, words.lang)

    def text(self) -> str:
        """Return the whole page."""
        if not self.found.has_changes:
            return "\n\n".join((self.head(), self.say("nothing")))
        parts = (self.head(), self.terms(), self.results(), self.reading())
        return "\n\n".join(filter(None, parts))

    def head(self) -> str:
        """Return which results these are, what of their making differs, and what is odd about them."""
        both = tuple(zip("AB", (self.found.first, self.found.other), strict=True))
        lines = [
            wrapped(self.say("result", letter=letter, place=plain(each.place), trials=self.words.trials(each.n_trials),
                             seed=self.words.seed(each.drawn), digest=str(each.about["digest"])[:DIGEST],
                             version=plain(each.version)), others="    ")
            for letter, each in both
        ]
        lines.append(self.say("same") if self.found.same_draws else self.differs())
        lines += [wrapped(self.say(remark.key, letter=letter, file=remark.file))
                  for letter, each in both for remark in each.remarks]
        return "\n".join(lines)

    def differs(self) -> str:
        """Say which of version, seed, way of drawing and trials are not the same."""
        made = [{"version": each.version, "seed": each.drawn.seed, "draws": each.drawn.scheme, "trials": each.n_trials}
                for each in (self.found.first, self.found.other)]
        return self.say("differs", what=", ".join(self.say(key) for key in made[0] if made[0][key] != made[1][key]))

    def terms(self) -> str:
        """Return the terms that changed, each with where it came from."""
        if not (self.found.terms or self.found.reordered):
            return ""
        source = self.say("source")
        rows: list[tuple[str, ...]] = [(self.say("terms"), "A", "B", f"{source} A", f"{source} B")]
        rows += [self.term(each) for each in self.found.terms]
        if not any(each.old_source or each.new_source for each in self.found.terms):
            rows = [row[:3] for row in rows]
        lines = columns(rows, n_left=1)
        table = ruled(lines) if max(map(len, lines)) <= WIDTH else self.by_side()
        other = [f"  {self.say('reordered', path=plain(path, longest=None))}" for path in self.found.reordered]
        return "\n".join((table, *other))

    def by_side(self) -> str:
        """Return the terms that changed below the tables that they are in, with a line for each of the two results."""
        rows, tables = [(self.say("terms"), "", "", self.say("source"))], [""]
        for each in self.found.terms:
            table, name = parted(each.path)
            for row in self.sides(each):
                rows.append((f"    {plain(name, longest=LONGEST)}", *row))
                tables.append(table or self.say("deal"))
                name = ""
        lines = columns(rows, n_left=4)
        new = [now != before for before, now in pairwise(tables)]
        body = ((f"  {plain(self.words.table(table), longest=None)}\n" if is_new else "") + line
                for line, table, is_new in zip(lines[1:], tables[1:], new, strict=True))
        return "\n".join((lines[0], "-" * max(map(len, lines)), *body, f"  {self.say('absent')}"))

    def sides(self, each: TermChange) -> Iterator[tuple[str, str, str]]:
        """Yield what a term is in each of the two results that states it, and where it came from."""
        for letter, value, source in (("A", each.old, each.old_source), ("B", each.new, each.new_source)):
            if value is not None or source is not None:
                shown = self.say("no_source") if source is None else plain(source, longest=LONGEST)
                yield letter, self.value(value), shown

    def term(self, each: TermChange) -> tuple[str, ...]:
        """Return a term that changed as a row."""
        sources = (self.say("no_source") if source is None else plain(source, longest=LONGEST)
                   for source in (each.old_source, each.new_source))
        path = plain(each.path, longest=None)
        return (f"  {path}", self.value(each.old), self.value(each.new), *sources)

    def value(self, value: Any) -> str:
        """Return a value of a term, what is long cut off; a program reads all of it."""
        shown = (text_of(value, self.words.lang) or "[]") if isinstance(value, list) else term(value, self.words)
        return plain(shown, longest=LONGEST)

    def results(self) -> str:
        """Return the results that changed, those beyond the error first."""
        if not (self.found.changes or self.found.gone or self.found.new):
            return ""
        shown = list(self.found.changes)
        if not self.has_all:
            shown = [each for each in shown if each.is_beyond and each.new.statistic in HEADLINES][:MOST]
        lines = [self.table(shown)] if shown else [self.say("results")]
        hidden = [each for each in self.found.changes if each not in shown]
        n_beyond = sum(each.is_beyond for each in hidden)
        more = self.say("more" if shown else "all_hidden", n=self.words.number(len(hidden)),
                        beyond=self.words.number(n_beyond))
        lines += [f"  {more}"] if hidden else []
        return "\n".join((*lines, *self.apart()))

    def table(self, shown: Sequence[Change]) -> str:
        """Return some results as a table, those beyond the error first."""
        named = (self.say(key).rpartition("|")[::2] for key in ("results", "difference", "errors"))
        heads = zip(*named, strict=True)
        headings = [(what, *letters, difference, "", errors)
                    for (what, difference, errors), letters in zip(heads, (("", ""), ("A", "B")), strict=True)]
        rows = [*headings, *self.rows([each for each in shown if each.is_beyond], "beyond"),
                *self.rows([each for each in shown if not each.is_beyond], "within")]
        return ruled(columns(rows, n_left=1), n_heads=2)

    def apart(self) -> Iterator[str]:
        """Yield which figures only one of the two has, and how many cannot be compared."""
        found = self.found
        if both := set(found.gone) & set(found.new):
            yield f"  {self.say('units', n=self.words.number(len(both)))}"
        for letter, whats, other in (("A", found.gone, found.other), ("B", found.new, found.first)):
            known = {(row.party, row.measure) for row in other.rows}
            names = [plain(".".join(what[: 2 + (what[:2] in known)])) for what in whats if what not in both]
            if names:
                yield self.only(letter, list(dict.fromkeys(names)))

    def rows(self, changes: Sequence[Change], heading: str) -> Iterator[tuple[str, ...]]:
        """Yield some changes as rows below a heading of their own."""
        if changes:
            yield (f"  {self.say(heading)}", *("" for _ in range(5)))
        for each in changes:
            what = (each.new.party, each.new.measure, each.new.statistic)
            style = style_of(each.new)
            old, new = (self.words.figure(row, style)[0] for row in (each.old, each.new))
            known = each.difference.low is not None
            difference, error = (part.replace("%", "") for part in self.words.figure(each.difference, style))
            yield (f"    {called(what, self.words)}", old, new, difference, error if known else "", self.errors(each))

    def errors(self, each: Change) -> str:
        """Say how large a change is in errors."""
        if each.errors is None:
            return self.say("unknown")
        if math.isinf(each.errors):
            return self.say("exact")
        return self.words.number(Decimal(repr(each.errors)), -1)

    def only(self, letter: str, names: Sequence[str]) -> str:
        """Say which figures only one of the two has."""
        more = [self.say("and_more", n=self.words.number(len(names) - MOST))] if len(names) > MOST else []
        return wrapped(self.say("only", letter=letter, names=", ".join([*names[:MOST], *more])), "  ", others="    ")

    def reading(self) -> str:
        """Say in a sentence what changed, and what may have caused it."""
        found = self.found
        changed = [each for each in found.changes if each.is_beyond]
        of = self.words.number(found.n_figures)
        if not found.changes:
            return self.say("unchanged")
        if not changed:
            first = self.say("none_beyond", n=self.words.number(len(found.changes)), of=of)
        else:
            headline = next((each for each in changed if each.new.statistic in HEADLINES), changed[0])
            old, new = (self.words.figure(row, style_of(row))[0] for row in (headline.old, headline.new))
            what = (headline.new.party, headline.new.measure, headline.new.statistic)
            first = self.say("largest", n=self.words.number(len(changed)), of=of, name=called(what, self.words),
                             old=old, new=new)
        told = (f"{first} {self.cause()}".rstrip(),
                f"{self.say('points')} {self.say('paired' if found.is_paired else 'combined')}")
        return "\n".join(map(wrapped, told))

    def cause(self) -> str:
        """Say what may have caused it."""
        found = self.found
        if (found.first.drawn, found.first.n_trials) != (found.other.drawn, found.other.n_trials):
            return self.say("by_chance")
        if not (found.terms or found.reordered):
            return self.say("unexplained")
        return self.say("by_terms" if found.same_draws else "by_version")
