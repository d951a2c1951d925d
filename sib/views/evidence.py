"""What knowing more is worth, as text: how each party decides now, pilots by size, fewer errors, control groups.

In come an ``Evidence`` paper and, where they were asked for, ``Stricter`` and ``Control`` papers, out goes a page or
plain data. Nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from sib import __version__
from sib.analysis.control import Control
from sib.analysis.evidence import PARTIES, VALUE, Evidence, Pilot, Rule, Side, Worth
from sib.analysis.stricter import Stricter
from sib.deal.term import Term
from sib.results import Row
from sib.views.figure_words import measure, party, style_of, term
from sib.views.tables import DIGEST, columns, plain, ruled, wrapped
from sib.views.words import Phrases, Words

FEW = 0.05
"""Chance of outcomes with too few trials from which on the page says so."""

TEXTS: dict[str, tuple[str, str]] = {
    "open": (
        "incomplete: interrupted before all that was asked for was worked out; what is shown is finished",
        "onvolledig: onderbroken voordat alles was uitgerekend wat gevraagd is; wat hier staat, is af",
    ),
    "head": (
        "{trials} · seed {seed} · scenario {digest} · sib {version} · amounts in {currency}",
        "{trials} · seed {seed} · scenario {digest} · sib {version} · bedragen in {currency}",
    ),
    "chance": (
        "Chance of success of {segment!r}: {mean} expected, give or take {sd} points (one standard deviation).",
        "Slaagkans van {segment!r}: {mean} verwacht, plus of min {sd} punten (één standaardafwijking).",
    ),
    "known": (
        "Chance of success of {segment!r}: {mean}, taken as known, so that a pilot has nothing to show.",
        "Slaagkans van {segment!r}: {mean}, als bekend verondersteld; een pilot kan dus niets laten zien.",
    ),
    "now": ("As things stand", "Zoals het nu is"),
    "goes_when": ("goes when", "doet mee als"),
    "expected": ("expected", "verwacht"),
    "worth_now": ("deal is worth", "waarde"),
    "decides": ("decides", "besluit"),
    "at_least": ("{measure} is {bound} or more", "{measure} {bound} is of meer"),
    "at_most": ("{measure} is {bound} or less", "{measure} {bound} is of minder"),
    "go": ("to go", "meedoen"),
    "no": ("not to go", "niet meedoen"),
    "pilot": ("A pilot of", "Een pilot van"),
    "cost": ("costs", "kost"),
    "worth": ("is worth", "is waard"),
    "goes": ("goes", "dan mee"),
    "net": ("less cost", "na kosten"),
    "perfect": ("perfect knowledge", "volledige kennis"),
    "nothing": (
        "No outcome of a pilot of these sizes changes what the {party} does, so that none is worth anything to it.",
        "Geen uitkomst van een pilot van deze omvang verandert wat de {party} doet; geen is dus iets waard.",
    ),
    "too_dear": (
        "To the {party} no pilot of these sizes is worth what it costs: the most is {worth}, of {cases} that cost "
        "{cost}.",
        "Voor de {party} is geen pilot van deze omvang waard wat die kost: hoogstens {worth}, bij {cases} die {cost} "
        "kosten.",
    ),
    "best": (
        "To the {party} a pilot of {cases} is the best of these: worth {worth}, {net} more than it costs.",
        "Voor de {party} is een pilot van {cases} hiervan de beste: {worth} waard, {net} meer dan die kost.",
    ),
    "cost_given": ("A case of the pilot costs {cost}, as given.", "Een casus van de pilot kost {cost}, als opgegeven."),
    "cost_lines": (
        "A case of the pilot costs {cost}: what the deal's budget has for one ({lines}).",
        "Een casus van de pilot kost {cost}: wat de begroting van de deal er voor één heeft ({lines}).",
    ),
    "meaning": (
        "Worth is what a party gains on average by seeing the pilot before it decides, if it decides alone and has 0 "
        "where it does not go; ± is its 95% error. The pilot comes before the deal, delays nothing, and takes no case "
        "away. Perfect knowledge is of the chance of success: no pilot is worth more.",
        "De waarde is wat een partij gemiddeld wint door de pilot te zien voordat zij besluit, als zij alleen besluit "
        "en 0 heeft waar zij niet meedoet; ± is de 95%-fout. De pilot komt vóór de deal, vertraagt niets en neemt geen "
        "casus weg. Volledige kennis is van de slaagkans: geen pilot is meer waard.",
    ),
    "hurdle": (
        "No measures.hurdle is set: the investor discounts at the contract's own rate, against which interest alone "
        "gains nothing. Set the return that it wants.",
        "Er is geen measures.hurdle: de investeerder rekent met de contractrente, waartegen rente alleen niets "
        "oplevert. Geef het rendement op dat de investeerder wil.",
    ),
    "independent": (
        "Cases of the pilot do not depend on each other, as in the deal.",
        "Casussen van de pilot hangen niet van elkaar af, net als in de deal.",
    ),
    "beta_binomial": (
        "Cases of the pilot share a luck of their own, as those of the deal do (programme.dependence.icc = {icc}), so "
        "that even a large pilot shows the chance of success only roughly.",
        "Casussen van de pilot delen hun eigen geluk, net als die van de deal (programme.dependence.icc = {icc}); ook "
        "een grote pilot laat de slaagkans dus maar ongeveer zien.",
    ),
    "gaussian_factor": (
        "Cases of the pilot share a factor of their own, of the weight that it has in the deal, so that even a large "
        "pilot shows the chance of success only roughly.",
        "Casussen van de pilot delen hun eigen factor, met het gewicht dat die in de deal heeft; ook een grote pilot "
        "laat de slaagkans dus maar ongeveer zien.",
    ),
    "thin": (
        "For {n} cases too few trials speak of outcomes with a chance of {share} together: more trials are needed.",
        "Bij {n} casussen spreken te weinig simulaties van uitkomsten met samen een kans van {share}: er zijn meer "
        "simulaties nodig.",
    ),
    "fewer": ("If the accountant errs", "Als de accountant fouten maakt"),
    "half": ("half as often", "half zo vaak"),
    "none": ("never", "nooit"),
    "gains": ("gains", "wint"),
    "a_file": ("a file", "per dossier"),
    "files": (
        "{files} files are opened, for {price} each in this deal. A gain by file is what a file may cost more before "
        "fewer errors are no longer worth it to that party; below nothing, the errors are to its good.",
        "Er gaan {files} dossiers open, in deze deal voor {price} per stuk. Winst per dossier is wat een dossier meer "
        "mag kosten voordat minder fouten het voor die partij niet meer waard zijn; onder nul zijn de fouten in haar "
        "voordeel.",
    ),
    "deadweight": ("Deadweight of {segment!r}", "Deadweight van {segment!r}"),
    "span": ("{low} to {high}, not known", "{low} tot {high}, onbekend"),
    "control": ("A control group of", "Een controlegroep van"),
    "knowing": ("knowing it exactly", "precies weten"),
    "control_note": (
        "All deadweights of the range are taken as equally likely, tried at {n} values. Households without help end "
        "well with the chance of success times the deadweight; the group has a luck and a chance of its own, so that "
        "it says nothing of the deal's chance of success. What such a group costs is not known here.",
        "Elke deadweight van het bereik geldt als even waarschijnlijk, geprobeerd op {n} waarden. Huishoudens zonder "
        "hulp slagen met de slaagkans maal de deadweight; de groep heeft haar eigen geluk en haar eigen kans, en zegt "
        "dus niets van de slaagkans van de deal. Wat zo'n groep kost, is hier niet bekend.",
    ),
}
"""By key: English, Dutch."""


def as_data(found: Evidence, fewer: Stricter | None = None, *, control: Control | None = None) -> dict[str, Any]:
    """Return what knowing more is worth as plain data, amounts in currency units."""
    sides = [{
        "party": side.party, "rule": asdict(side.rule), "value": asdict(side.value), "judged": asdict(side.judged),
        "goes": side.goes, "perfect": _worth(side.perfect),
        "best": best.n_cases if (best := found.best(place)) else 0,
    } for place, side in enumerate(found.sides)]
    pilots = [{
        "cases": each.n_cases, "cost": each.cost, "both_go": each.both_go, "thin_share": each.thin_share,
        "worths": [{"party": name, **_worth(worth), "net": each.net(place)}
                   for place, (name, worth) in enumerate(zip(PARTIES, each.worths, strict=True))],
    } for each in found.pilots]
    data: dict[str, Any] = {
        "seed": found.seed, "trials": found.n_trials, "currency": found.deal.currency, "segment": found.segment,
        "chance": {"mean": found.chance[0], "sd": found.chance[1]},
        "cost_per_case": found.cost_per_case, "cost_lines": list(found.cost_lines), "parties": sides, "pilots": pilots,
    }
    data |= {"review": _fewer(fewer)} if fewer else {}
    return data | ({"control": _control(control)} if control else {})


def _worth(worth: Worth) -> dict[str, Any]:
    row = worth.worth
    return {"worth": row.value, "standard_error": row.standard_error, "low": row.low, "high": row.high,
            "goes": worth.goes}


def _fewer(found: Stricter) -> dict[str, Any]:
    return {"files": found.files.value, "price": found.price, "fewer": [{
        "errors": each.name, "review": each.review.model_dump(exclude={"source"}),
        "parties": [{"party": name, "gain": asdict(gain), "a_file": a_file, "goes": goes} for name, gain, a_file, goes
                    in zip(PARTIES, each.gains, each.a_file, each.goes, strict=True)],
    } for each in found.fewer]}


def _control(found: Control) -> dict[str, Any]:
    return {
        "segment": found.segment, "low": found.span[0], "high": found.span[1],
        "values": [{"deadweight": each.deadweight, "parties": [
            {"party": name, "value": asdict(row), "goes": goes}
            for name, row, goes in zip(PARTIES, each.values, each.goes, strict=True)]} for each in found.values],
        "goes": dict(zip(PARTIES, found.goes, strict=True)),
        "perfect": [{"party": name, **_worth(each)} for name, each in zip(PARTIES, found.perfect, strict=True)],
        "groups": [{"cases": each.n_cases, "thin_share": each.thin_share, "worths": [
            {"party": name, **_worth(worth)} for name, worth in zip(PARTIES, each.worths, strict=True)]}
            for each in found.groups],
    }


class Page:
    """The page of what knowing more is worth.

    Parameters
    ----------
    found : Evidence
    words : Words
    fewer : Stricter, optional
    control : Control, optional
    """

    def __init__(
        self, found: Evidence, words: Words, *, fewer: Stricter | None = None, control: Control | None = None
    ) -> None:
        self.found, self.words, self.say = found, words, Phrases(TEXTS, words.lang)
        self.fewer, self.control = fewer, control

    def text(self, *, is_cut: bool = False) -> str:
        """Return the whole page, marked where the work was cut short before all that was asked for was finished."""
        parts = [self.head(), *([wrapped(self.say("open"))] if is_cut else []), self.now(), self.pilots(),
                 "\n".join(self.readings()), "\n".join(self.notes())]
        parts += [self.errors(self.fewer)] if self.fewer else []
        parts += [self.groups(self.control)] if self.control else []
        return "\n\n".join(parts)

    def head(self) -> str:
        """Return which deal it is and what is known of its chance of success."""
        found, (mean, sd) = self.found, self.found.chance
        head = self.say("head", trials=self.words.trials(found.n_trials), seed=found.seed,
                        digest=found.deal.digest[:DIGEST], version=__version__, currency=found.deal.currency)
        known = self.say("chance" if sd else "known", segment=plain(found.segment), mean=self.percent(mean),
                         sd=self.words.number(Decimal(repr(100 * sd)), -1))
        return "\n".join((plain(found.deal.name), head, wrapped(known)))

    def now(self) -> str:
        """Return how each party decides if it learns nothing."""
        heading = (self.say("now"), self.say("goes_when"), self.say("expected"), "", self.say("worth_now"), "",
                   self.say("decides"))
        rows = [heading, *(self.side(side) for side in self.found.sides)]
        return ruled(columns(rows, n_left=2))

    def side(self, side: Side) -> tuple[str, ...]:
        """Return how a party decides as a row."""
        judged = self.words.figure(side.judged, style_of(side.judged))
        value = self.words.figure(side.value, "euros")
        return (self.who(side.party), self.rule(side.rule), *judged, *value, self.say("go" if side.goes else "no"))

    def rule(self, rule: Rule) -> str:
        """Say when a party goes."""
        who, _, name = rule.measure.rpartition(".")
        named = measure((who, name, "mean"), self.words)
        key = "at_least" if rule.is_at_least else "at_most"
        return self.say(key, measure=named, bound=term(rule.bound, self.words))

    def pilots(self) -> str:
        """Return what pilots are worth by their size."""
        of_party = (self.say("worth"), "", self.say("net"), self.say("goes"))
        names = [cell for side in self.found.sides for cell in (self.who(side.party), "", "", "")]
        heading = (self.say("pilot"), self.say("cost"), *of_party, *of_party)
        rows = [self.pilot(each) for each in self.found.pilots]
        known = [cell for side in self.found.sides for cell in (*self.worth(side.perfect), "", self.percent(
            side.perfect.goes))]
        lines = columns([("", "", *names), heading, *rows, (self.say("perfect"), "", *known)], n_left=1)
        return "\n".join((lines[0], ruled(lines[1:])))

    def pilot(self, pilot: Pilot) -> tuple[str, ...]:
        """Return what a pilot is worth as a row."""
        cells = [cell for place, worth in enumerate(pilot.worths)
                 for cell in (*self.worth(worth), self.words.figure(pilot.less_cost(place), "euros")[0],
                              self.percent(worth.goes))]
        return (self.words.cases(pilot.n_cases), self.euros(pilot.cost), *cells)

    def worth(self, worth: Worth) -> tuple[str, str]:
        """Return what something is worth, and its error."""
        figure, error = self.words.figure(worth.worth, "euros")
        return figure, error if worth.worth.value else ""

    def readings(self) -> Iterator[str]:
        """Yield one sentence on each party."""
        for place, side in enumerate(self.found.sides):
            most = max(self.found.pilots, key=lambda each: each.worths[place].worth.value)
            best = self.found.best(place)
            shown = best or most
            key = "best" if best else ("too_dear" if most.worths[place].worth.value > 0 else "nothing")
            net = self.words.figure(shown.less_cost(place), "euros")[0]
            yield wrapped(self.say(
                key, party=self.who(side.party), worth=self.worth(shown.worths[place])[0],
                cases=self.words.cases(shown.n_cases), cost=self.euros(shown.cost), net=net))

    def notes(self) -> Iterator[str]:
        """Yield what the figures rest on."""
        found = self.found
        terms: Term = found.deal.dependence
        kind = str(getattr(terms, "kind", ""))
        key, lines = "cost_lines" if found.cost_lines else "cost_given", ", ".join(map(plain, found.cost_lines))
        yield wrapped(self.say(key, cost=self.euros(found.cost_per_case), lines=lines))
        yield wrapped(self.say(kind, icc=term(getattr(terms, "icc", 0.0), self.words)))
        yield wrapped(self.say("meaning"))
        if found.deal.measures.hurdle is None and found.sides[0].rule.measure == VALUE["investor"]:
            yield wrapped(self.say("hurdle"))
        for each in found.pilots:
            if each.thin_share > FEW:
                yield wrapped(self.say("thin", n=self.words.number(each.n_cases), share=self.percent(each.thin_share)))

    def errors(self, found: Stricter) -> str:
        """Return what fewer errors of the accountant are worth to each party."""
        rows: list[tuple[str, ...]] = [
            (self.say("fewer"), self.say("gains"), "", self.say("a_file"), self.say("decides"))]
        for place, name in enumerate(PARTIES):
            rows.append((self.who(name), "", "", "", ""))
            for each in found.fewer:
                decides = self.say("go" if each.goes[place] else "no")
                rows.append((f"  {self.say(each.name)}", *self.gain(each.gains[place]),
                             self.euros(each.a_file[place]), decides))
        files = self.words.figure(found.files, "number")[0]
        note = wrapped(self.say("files", files=files, price=self.euros(found.price)))
        return "\n".join((ruled(columns(rows, n_left=1)), note))

    def gain(self, row: Row) -> tuple[str, str]:
        """Return a gain and its error."""
        figure, error = self.words.figure(row, "euros")
        return figure, error if row.value else ""

    def groups(self, found: Control) -> str:
        """Return what control groups are worth by their size."""
        return "\n\n".join((self.across(found), self.by_size(found), wrapped(
            self.say("control_note", n=self.words.number(len(found.values))))))

    def across(self, found: Control) -> str:
        """Return the deal at values of its deadweight."""
        rows = [("", *(cell for name in PARTIES for cell in (self.who(name), "", "")))]
        for each in found.values:
            cells = [cell for row, goes in zip(each.values, each.goes, strict=True)
                     for cell in (*self.words.figure(row, "euros"), self.say("go" if goes else "no"))]
            rows.append((term(each.deadweight, self.words), *cells))
        low, high = (term(end, self.words) for end in found.span)
        decided = [cell for goes in found.goes for cell in ("", "", self.say("go" if goes else "no"))]
        rows.append((self.say("span", low=low, high=high), *decided))
        title = self.say("deadweight", segment=plain(found.segment))
        return f"{title}\n{ruled(columns(rows, n_left=1))}"

    def by_size(self, found: Control) -> str:
        """Return what groups of some sizes, and knowing the deadweight exactly, are worth."""
        named: list[tuple[str, Sequence[Worth]]] = [
            *((self.words.cases(each.n_cases), each.worths) for each in found.groups),
            (self.say("knowing"), found.perfect),
        ]
        top = ("", *(cell for name in PARTIES for cell in (self.who(name), "", "")))
        heading = (self.say("control"), *(self.say("worth"), "", self.say("goes")) * len(PARTIES))
        rows = [(name, *(cell for worth in worths for cell in (*self.worth(worth), self.percent(worth.goes))))
                for name, worths in named]
        lines = columns([top, heading, *rows], n_left=1)
        return "\n".join((lines[0], ruled(lines[1:])))

    def who(self, name: str) -> str:
        """Return what a party is called."""
        return party((name, "", ""), self.words)

    def euros(self, amount: float) -> str:
        """Return an amount in whole currency units."""
        return self.words.number(Decimal(repr(round(amount, 6))))

    def percent(self, share: float) -> str:
        """Return a chance in percents, one decimal where it is not all or nothing."""
        value = Decimal(repr(round(100 * share, 6)))
        return f"{self.words.number(value, 0 if value in (0, 100) else -1)}%"
