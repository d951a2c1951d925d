"""Ways of reviewing side by side, as text: what each opens, costs, lets pass and takes away.

In come ``Design`` papers, out goes a page or plain data. Nothing is computed here.
"""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from sib import __version__
from sib.analysis.design import UNSEEN, Comparison, Design, Way
from sib.deal.consistency import planned_people
from sib.views.tables import DIGEST, columns, plain, ruled, wrapped
from sib.views.words import Phrases, Words

TEXTS: dict[str, tuple[str, str]] = {
    "head": (
        "{trials} each, on the same draws · seed {seed} · scenario {digest} · sib {version} · amounts in {currency}",
        "{trials} elk, met dezelfde trekkingen · seed {seed} · scenario {digest} · sib {version} · bedragen in "
        "{currency}",
    ),
    "way": ("review", "controle"),
    "files_opened": ("files", "dossiers"),
    "fee": ("fee", "honorarium"),
    "haircut": ("taken off", "afgetrokken"),
    "wrongly_accepted": ("too much", "te veel"),
    "wrongly_withheld": ("too little", "te weinig"),
    "months": ("month", "maand"),
    "late": ("too late", "te laat"),
    "false_trigger": ("false", "ten onrechte"),
    "missed_trigger": ("missed", "gemist"),
    "outcome_payments": ("paid", "betaald"),
    "repaid_in_full": ("repaid in full", "geheel terugbetaald"),
    "unseen": ("no file; paid as claimed", "geen dossier; betaald zoals geclaimd"),
    "full": ("every file", "elk dossier"),
    "attributes": ("{n} in {all} by lot", "{n} op {all} bij loting"),
    "monetary_unit": ("{n} in {all} by amount", "{n} op {all} naar bedrag"),
    "point": ("as dates come, likely error off", "per datum, verwachte fout eraf"),
    "upper": ("at the end, upper limit off", "aan het eind, bovengrens eraf"),
    "accept": ("at the end, all if over {tolerable}", "aan het eind, alle bij meer dan {tolerable}"),
    "meaning": (
        "taken off: by the accountant, beyond the counting rules · too much, too little: validated beyond and short of "
        "what faultless claims and review would give, mean of all trials · month: when a validated euro counts, on "
        "average · too late: validated after the last payment date · false, missed: chance that the trigger is met and "
        "not earned, earned and not met.",
        "afgetrokken: door de accountant, na de telregels · te veel, te weinig: gevalideerd boven en onder wat "
        "foutloze claims en controle zouden geven, gemiddeld over alle simulaties · maand: wanneer een gevalideerde "
        "euro gemiddeld meetelt · te laat: gevalideerd na de laatste betaaldatum · ten onrechte, gemist: kans dat de "
        "drempel gehaald en niet verdiend is, verdiend en niet gehaald.",
    ),
    "priced": (
        "A file is priced at {price}; the fee of the contract itself stays as it is.",
        "Een dossier is gerekend op {price}; het honorarium van het contract zelf blijft zoals het is.",
    ),
    "price": (
        "Opening every file instead of {few} drawn by amount as dates come costs {fee} more in fees; {much} is then "
        "validated too much, and {little} too little.",
        "Elk dossier openen in plaats van {few}, per datum getrokken naar bedrag, kost {fee} meer aan honorarium; "
        "{much} "
        "wordt dan te veel gevalideerd, en {little} te weinig.",
    ),
    "unpriced": (
        "No price of a file is known, so that every fee is 0 here: give one with --price.",
        "Er is geen prijs van een dossier bekend, dus is elk honorarium hier 0: geef er een met --price.",
    ),
    "less": ("{amount} less", "{amount} minder"),
    "more": ("{amount} more", "{amount} meer"),
}
"""By key: English, Dutch."""

COLUMNS = ("files_opened", "fee", "haircut", "wrongly_accepted", "wrongly_withheld", "months", "late", "false_trigger",
           "missed_trigger", "outcome_payments", "repaid_in_full")


def as_data(design: Design) -> dict[str, Any]:
    """Return one way of reviewing as plain data."""
    sample = design.way.sample
    terms = None if sample is None or design.way is UNSEEN else sample.model_dump(mode="json", exclude_none=True)
    mode = "unseen" if design.way is UNSEEN else design.way.mode
    return {
        "mode": mode, "n_files": design.way.n_files, "sample": terms, "mean_month": design.months,
        "measures": [asdict(row) for row in design.rows],
    }


def way_named(way: Way, words: Words, *, n_cases: int) -> str:
    """Return what a way of reviewing is called."""
    say = Phrases(TEXTS, words.lang)
    if way is UNSEEN:
        return say("unseen")
    if way.sample is None:
        return say(way.mode)
    tolerable = f"{words.plain_number(float(Decimal(repr(way.sample.tolerable or 0.0)).scaleb(2)))}%"
    rule = say(way.sample.pay_on, tolerable=tolerable)
    return f"{say(way.mode, n=words.number(way.n_files or 0), all=words.number(n_cases))}; {rule}"


class Page:
    """The table of some ways of reviewing one deal.

    Parameters
    ----------
    found : Comparison
    words : Words
    """

    def __init__(self, found: Comparison, words: Words) -> None:
        self.found, self.deal, self.designs, self.words = found, found.deal, found.designs, words
        self.say = Phrases(TEXTS, words.lang)

    def text(self) -> str:
        """Return the whole page."""
        found = self.found
        head = self.say("head", trials=self.words.trials(found.n_trials), seed=found.seed,
                        digest=self.deal.digest[:DIGEST], version=__version__, currency=self.deal.currency)
        shown = [name for name in COLUMNS if self.is_told(name)]
        heading = (self.say("way"), *(self.say(name) for name in shown))
        n_cases = planned_people(self.deal)
        rows = [
            (way_named(each.way, self.words, n_cases=n_cases), *(self.cell(each, name) for name in shown))
            for each in self.designs
        ]
        priced = self.say("priced", price=self.words.number(Decimal(repr(found.price)), -2))
        verdict = f"{priced} {self.marginal()}" if found.price else self.say("unpriced")
        told = (wrapped(text) for text in (self.say("meaning"), verdict))
        return "\n\n".join((f"{plain(self.deal.name)}\n{head}", ruled(columns([heading, *rows], n_left=1)), *told))

    def is_told(self, name: str) -> bool:
        """Return whether a column has anything to say; one on what is too late only where something is."""
        found = [each.row(name) for each in self.designs]
        if name == "late":
            return any(row is not None and row.value for row in found)
        return name == "months" or found[0] is not None

    def cell(self, design: Design, name: str) -> str:
        """Return one figure, to the digits that its error leaves standing."""
        if name == "months":
            return self.words.number(Decimal(repr(design.months)), -1) if design.months == design.months else "-"
        row = design.row(name)
        assert row is not None
        style = {"fraction": "share", "count": "number"}.get(row.unit, "euros")
        return self.words.figure(row, style)[0]

    def marginal(self) -> str:
        """Say what it costs to open every file instead of the smallest sample paid on its likely error."""
        full = next(each for each in self.designs if each.way.mode == "full")
        few = next((each for each in self.designs if each.way.sample is not None and each.way is not UNSEEN
                    and each.way.mode == "monetary_unit"), None)
        if few is None:
            return ""
        steps = {}
        for name in ("fee", "wrongly_accepted", "wrongly_withheld"):
            one, other = full.row(name), few.row(name)
            assert one is not None
            assert other is not None
            steps[name] = round(one.value - other.value)
        opened = few.row("files_opened")
        assert opened is not None
        return self.say("price", few=self.words.number(round(opened.value)), fee=self.words.number(steps["fee"]),
                        much=self._step(steps["wrongly_accepted"]), little=self._step(steps["wrongly_withheld"]))

    def _step(self, amount: int) -> str:
        return self.say("less" if amount < 0 else "more", amount=self.words.number(abs(amount)))
