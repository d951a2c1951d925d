"""What kills this deal, as text: the deal under each stress, the worst for each side, and what could not be laid on it.

In comes a ``StressTest`` paper, out goes a page or plain data. Nothing is computed here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from sib import __version__
from sib.amounts import NumberFormat
from sib.analysis.stress import (
    INVESTOR,
    PAYER,
    Case,
    Figure,
    LeftOut,
    Stressed,
    StressTest,
    is_clear,
    is_harmful,
    is_nothing,
)
from sib.deal.adapt import Lack
from sib.deal.location import spelled
from sib.deal.stress import Stress
from sib.results import Row
from sib.views.tables import DIGEST, columns, plain, ruled, wrapped
from sib.views.words import Phrases, Words

STYLES = {
    ("investor", "repaid_in_full"): "share", ("investor", "principal_loss"): "share", ("investor", "irr"): "share",
    ("municipality", "outcome_payments"): "euros", ("municipality", "net_cash"): "euros",
    ("municipality", "pays_more_than_it_saves"): "share",
}
"""How each figure is written."""
LONGEST_TITLE, LONGEST_PARTY = 40, 24
MOST_PROBLEMS = 3
"""Problems of a stress that makes no valid deal which are told in full."""

TEXTS: dict[str, tuple[str, str]] = {
    "head": (
        "{trials} under each stress, on the same draws · seed {seed} · scenario {digest} · sib {version} · amounts in "
        "{currency}",
        "{trials} onder elke stress, met dezelfde trekkingen · seed {seed} · scenario {digest} · sib {version} · "
        "bedragen in {currency}",
    ),
    "open": (
        "incomplete: interrupted before {n} more were worked out",
        "onvolledig: onderbroken voordat er nog {n} waren uitgerekend",
    ),
    "investor": ("Investor", "Investeerder"),
    "payer": ("Outcome payer: {name}", "Uitkomstbetaler: {name}"),
    "repaid_in_full": ("repaid in full", "volledig terug"),
    "principal_loss": ("loses principal", "verlies hoofdsom"),
    "irr": ("IRR, mean", "IRR, gemiddeld"),
    "outcome_payments": ("pays", "betaalt"),
    "net_cash": ("is left", "houdt over"),
    "pays_more_than_it_saves": ("pays > saves", "betaalt > bespaart"),
    "none": ("no stress", "geen stress"),
    "mild": ("mild", "licht"),
    "severe": ("severe", "zwaar"),
    "case": ("{title}, {grade}", "{title}, {grade}"),
    "all": ("All {n} together", "Alle {n} samen"),
    "all_two": ("Both together", "Beide samen"),
    "nothing": (
        "No stress of those asked for can be laid over this deal.",
        "Geen van de gevraagde stressen past op deze deal.",
    ),
    "kills": (
        "What kills it: the chance of full repayment is at most a half under {cases}.",
        "Wat de deal nekt: de kans op volledige terugbetaling is hoogstens de helft onder {cases}.",
    ),
    "survives": (
        "None of these kills it alone: the chance of full repayment stays above a half.",
        "Geen van deze stressen nekt de deal alleen: de kans op volledige terugbetaling blijft boven de helft.",
    ),
    "unlikely": (
        "Without any stress the chance of full repayment is only {chance}.",
        "Zonder enige stress is de kans op volledige terugbetaling maar {chance}.",
    ),
    "worst_investor": (
        "Most harm to the investor: {case}: {what}.", "Meeste schade voor de investeerder: {case}: {what}.",
    ),
    "worst_payer": (
        "Most harm to the outcome payer: {case}: {what}.", "Meeste schade voor de uitkomstbetaler: {case}: {what}.",
    ),
    "unharmed_investor": (
        "None of these stresses harms the investor.", "Geen van deze stressen schaadt de investeerder.",
    ),
    "unharmed_payer": (
        "None of these stresses costs the outcome payer cash.", "Geen van deze stressen kost de uitkomstbetaler geld.",
    ),
    "together": ("{case}: {what}.", "{case}: {what}."),
    "moves": ("{what} {verb} from {before} to {after}", "{what} {verb} van {before} naar {after}"),
    "falls": ("falls", "daalt"),
    "rises": ("rises", "stijgt"),
    "says_repaid_in_full": ("the chance of full repayment", "de kans op volledige terugbetaling"),
    "says_principal_loss": ("the chance of loss", "de kans op verlies"),
    "says_irr": ("mean IRR", "de gemiddelde IRR"),
    "says_net_cash": ("what the outcome payer is left with", "wat de uitkomstbetaler overhoudt"),
    "says_pays_more_than_it_saves": (
        "the chance that it pays more than it saves", "de kans dat hij meer betaalt dan bespaart",
    ),
    "and": (", ", ", "),
    "stays": ("{what} stays {before}", "{what} blijft {before}"),
    "unclear": (
        "{what} does not clearly move ({before} and {after})", "{what} verandert niet duidelijk ({before} en {after})",
    ),
    "left_out": ("Does not apply to this deal", "Niet van toepassing op deze deal"),
    "in_part": ("Applies in part", "Gedeeltelijk toegepast"),
    "invalid": ("Makes no valid deal", "Geeft geen geldige deal"),
    "without": ("Left out of all together", "Niet in alle samen"),
    "because": ("{case}: {why}", "{case}: {why}"),
    "absent": ("the deal has no {what}", "de deal heeft geen {what}"),
    "zero": (
        "{what} is 0, and 0 times anything stays 0", "{what} is 0, en 0 maal wat dan ook blijft 0",
    ),
    "unchanged": (
        "{what} is already what the stress makes of it", "{what} is al wat de stress ervan maakt",
    ),
    "needs": ("it needs {what}", "nodig is {what}"),
    "grade": ("{what} has no such grade", "{what} kent die graad niet"),
    "more_problems": ("and {n} more", "en nog {n}"),
    "or": (" or ", " of "),
    "both": (" and ", " en "),
    "foot": (
        "Most harm to the investor first: by the chance of full repayment, then of loss, then by mean IRR. The column "
        "beside each figure is the change, trial by trial, in points or {currency}; in brackets where it is not beyond "
        "its 95% error, = where there is none. A stress is an assumption, not a forecast: sib stress ... --show NAME "
        "prints what it changes.",
        "Meeste schade voor de investeerder eerst: naar de kans op volledige terugbetaling, dan op verlies, dan naar "
        "de gemiddelde IRR. De kolom naast elk cijfer is de verandering, per simulatie, in punten of {currency}; "
        "tussen haakjes waar die niet groter is dan haar 95%-fout, = waar er geen is. Een stress is een aanname, geen "
        "voorspelling: sib stress ... --show NAAM toont wat die verandert.",
    ),
}
"""By key: English, Dutch."""


def title_of(stress: Stress, lang: NumberFormat) -> str:
    """Return what a stress is called."""
    return plain(stress.terms.title_nl if lang == "nl" else stress.terms.title, longest=LONGEST_TITLE)


def case_title(case: Case, lang: NumberFormat) -> str:
    """Return what a stress, or several together, is called, with the grade.

    Examples
    --------
    >>> from sib.deal.stress import library
    >>> case_title(Case((library()["relapse"],), "severe"), "nl")
    'Terugval, zwaar'
    """
    say = Phrases(TEXTS, lang)
    titles = " + ".join(title_of(stress, lang) for stress in case.stresses)
    n_all = len(case.stresses)
    title = say("all_two" if n_all == 2 else "all", n=n_all) if case.is_all else titles
    return say("case", title=title, grade=say(case.grade))


def titles_of(cases: Sequence[Case], lang: NumberFormat) -> list[str]:
    """Return what cases are called, without the grade where both grades are among them."""
    grades: dict[str, list[Case]] = {}
    for case in cases:
        grades.setdefault(case.name, []).append(case)
    return [title_of(mine[0].stresses[0], lang) if len(mine) > 1 and mine[0].is_single else case_title(case, lang)
            for mine in grades.values() for case in (mine[:1] if mine[0].is_single else mine)]


def as_data(found: StressTest) -> dict[str, Any]:
    """Return a stress test as plain data, amounts in currency units."""
    return {
        "seed": found.seed, "trials": found.n_trials, "currency": found.deal.currency,
        "incomplete": found.n_open > 0,
        "base": [asdict(row) for row in found.base.values()],
        "stresses": [_stress_data(each) for each in (*found.singles, *found.together)],
        "left_out": [_left_out_data(each) for each in found.left_out],
    }


def _stress_data(each: Stressed) -> dict[str, Any]:
    return {
        **_case_data(each.case), "digest": each.laid.adapted.deal.digest,
        "measures": [asdict(row) for row in each.figures.values()],
        "differences": [{**asdict(row), "is_clear": is_clear(row)} for row in each.changes.values()],
        "changed": [
            {"path": spelled(term.path), "before": term.before, "after": term.after, "source": term.source}
            for term in each.laid.adapted.changed
        ],
        "missing": [asdict(lack) for lack in each.laid.adapted.missing],
        "without": [_left_out_data(other) for other in each.laid.without],
    }


def _case_data(case: Case) -> dict[str, Any]:
    names = [stress.name for stress in case.stresses]
    return {"name": case.name, "grade": case.grade, "title": case_title(case, "en"), "title_nl": case_title(case, "nl"),
            "stresses": names}


def _left_out_data(each: LeftOut) -> dict[str, Any]:
    return {**_case_data(each.case), "lacks": [asdict(lack) for lack in each.lacks],
            "problems": [asdict(problem) for problem in each.problems], "why": why(each, "en")}


def why(each: LeftOut, lang: NumberFormat) -> str:
    """Return in words why a stress is left out."""
    say = Phrases(TEXTS, lang)
    if each.lacks:
        return lacking(each.lacks, lang)
    told = [f"{problem.path} {problem.message}".strip() for problem in each.problems[:MOST_PROBLEMS]]
    n_more = len(each.problems) - len(told)
    return "; ".join((*told, *([say("more_problems", n=n_more)] if n_more > 0 else [])))


def lacking(lacks: Sequence[Lack], lang: NumberFormat) -> str:
    """Return in words what a stress asks for in vain."""
    say, by_kind = Phrases(TEXTS, lang), dict[str, list[str]]()
    for lack in lacks:
        joined = say("both" if lack.why == "needs" else "or").join(plain(each, longest=None) for each in lack.what)
        by_kind.setdefault(lack.why, []).append(joined)
    return "; ".join(say(kind, what=say("or").join(dict.fromkeys(told))) for kind, told in by_kind.items())


class Page:
    """The page of a stress test.

    Parameters
    ----------
    found : StressTest
    words : Words
    """

    def __init__(self, found: StressTest, words: Words) -> None:
        self.found, self.words, self.say = found, words, Phrases(TEXTS, words.lang)

    def text(self) -> str:
        """Return the whole page."""
        found = self.found
        head = self.say("head", trials=self.words.trials(found.n_trials), seed=found.seed, version=__version__,
                        digest=found.deal.digest[:DIGEST], currency=found.deal.currency)
        name = plain(self.words.party(found.deal.parties.outcome_payer), longest=LONGEST_PARTY)
        gap = f"\n{self.say('open', n=self.words.number(found.n_open))}" if found.n_open else ""
        blocks = [f"{plain(found.deal.name)}\n{wrapped(head)}{gap}", "\n".join(map(wrapped, self.readings())),
                  self.table(self.say("investor"), INVESTOR), self.table(self.say("payer", name=name), PAYER)]
        blocks += [block for block in self.notes() if block]
        return "\n\n".join((*blocks, wrapped(self.say("foot", currency=found.deal.currency))))

    def table(self, title: str, figures: Sequence[Figure]) -> str:
        """Return some figures under each stress, each with its change."""
        heading = (title, *(cell for _, measure in figures for cell in (self.say(measure), "")))
        base = (self.say("none"), *(cell for key in figures for cell in (self.figure(self.found.base[key], key), "")))
        rows = [
            (case_title(each.case, self.words.lang),
             *(cell for key in figures
               for cell in (self.figure(each.figures[key], key), self.change(each.changes[key], key))))
            for each in (*self.found.singles, *self.found.together)
        ]
        return ruled(columns([heading, base, *rows], n_left=1))

    def figure(self, row: Row, key: Figure) -> str:
        """Return a figure to the digits that its error leaves standing."""
        return self.words.figure(row, STYLES[key])[0]

    def change(self, row: Row, key: Figure) -> str:
        """Return a difference with its sign, in brackets where it is not beyond its error."""
        if math.isnan(row.value):
            return ""
        if is_nothing(row):
            return "="
        shown = self.figure(row, key).removesuffix("%")
        is_bare = shown.startswith("-") or not shown.strip("0.,")
        signed = shown if is_bare else f"+{shown}"
        return signed if is_clear(row) else f"({signed})"

    def readings(self) -> Iterator[str]:
        """Yield one sentence on what harms each side most, and one on each combination."""
        found = self.found
        if not found.singles and not found.together:
            yield self.say("nothing")
        if found.singles:
            yield from (self.killed(), self.worst("investor"), self.worst("payer"))
        for each in found.together:
            told = (self.moved(each, INVESTOR, most=1), self.moved(each, PAYER[1:2]))
            yield self.say("together", case=case_title(each.case, self.words.lang), what=self.say("and").join(told))

    def killed(self) -> str:
        """Say under which stresses the chance of full repayment is a half or less."""
        if not self.found.is_likely_repaid():
            return self.say("unlikely", chance=self.figure(self.found.base[INVESTOR[0]], INVESTOR[0]))
        cases = titles_of([each.case for each in self.found.killers()], self.words.lang)
        return self.say("kills", cases="; ".join(cases)) if cases else self.say("survives")

    def worst(self, side: str, *, most: int = len(INVESTOR)) -> str:
        """Say which stress harms a side most, ``investor`` or ``payer``, and what it does to so many of its figures."""
        stressed, figures = {
            "investor": (self.found.worst_for_investor(), INVESTOR),
            "payer": (self.found.worst_for_payer(), PAYER[1:]),
        }[side]
        if stressed is None:
            return self.say(f"unharmed_{side}")
        harmed = [key for key in figures if is_harmful(stressed, key)]
        return self.say(f"worst_{side}", case=case_title(stressed.case, self.words.lang),
                        what=self.moved(stressed, harmed, most=most))

    def moved(self, each: Stressed, figures: Sequence[Figure], *, most: int = len(INVESTOR)) -> str:
        """Say from what to what figures go; those that stay, or move no further than their error, are left out."""
        seen = [key for key in figures
                if self.figure(self.found.base[key], key) != self.figure(each.figures[key], key)]
        told = [self.said("moves", each, key=key, verb=self.say("rises" if each.changes[key].value > 0 else "falls"))
                for key in seen if is_clear(each.changes[key])]
        if told:
            return self.say("and").join(told[:most])
        moved = [key for key in seen if not is_nothing(each.changes[key])]
        return self.said("unclear" if moved else "stays", each, key=(*moved, *figures)[0])

    def said(self, text: str, each: Stressed, *, key: Figure, **values: str) -> str:
        """Fill in a text with a figure before and after."""
        before, after = self.figure(self.found.base[key], key), self.figure(each.figures[key], key)
        return self.say(text, what=self.say(f"says_{key[1]}"), before=before, after=after, **values)

    def notes(self) -> Iterator[str]:
        """Yield what does not apply, what applies in part, and what makes no valid deal."""
        lang, found = self.words.lang, self.found
        laid = (*found.singles, *found.together)
        in_part = [(each.case, lacking(each.laid.adapted.missing, lang))
                   for each in found.singles if each.laid.adapted.missing]
        without = [(other.case, why(other, lang)) for each in laid for other in each.laid.without]
        for key, told in (
            ("left_out", [(each.case, why(each, lang)) for each in found.left_out if each.lacks]),
            ("invalid", [(each.case, why(each, lang)) for each in found.left_out if each.problems]),
            ("in_part", in_part), ("without", without),
        ):
            yield self.listed(key, told)

    def listed(self, key: str, told: Sequence[tuple[Case, str]]) -> str:
        """Return cases with a reason each, those with the same reason together; nothing where there are none."""
        by_reason: dict[str, list[Case]] = {}
        for case, reason in told:
            by_reason.setdefault(reason, []).append(case)
        lines = [wrapped(self.say("because", case="; ".join(titles_of(cases, self.words.lang)), why=reason), "  ",
                         others="    ") for reason, cases in by_reason.items()]
        return "\n".join((self.say(key), *lines)) if lines else ""
