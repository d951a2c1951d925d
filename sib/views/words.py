"""What text tables say, in English and Dutch, and how their figures are written.

In come keys and numbers, out goes text. A figure shows as many digits as its error leaves standing: one digit
of the error, two where the first is a 1. Nothing is computed here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal

from sib.amounts import SEPARATORS, NumberFormat
from sib.chance.draws import Source
from sib.results import Row
from sib.views.audit_words import AUDIT_TEXTS
from sib.views.captions import Captions

TEXTS: dict[str, tuple[str, str]] = {
    **AUDIT_TEXTS,
    # head and foot
    "head": (
        "{trials} · seed {seed} · scenario {digest} · sib {version}",
        "{trials} · seed {seed} · scenario {digest} · sib {version}",
    ),
    "span": (
        "closing {closing} · maturity {maturity} · {cases}amounts in {currency}",
        "ingangsdatum {closing} · einddatum {maturity} · {cases}bedragen in {currency}",
    ),
    "meant": (
        "Principal is lost where receipts, interest included, stay below the outlay; repaid in full is with all "
        "interest.",
        "Hoofdsom is verloren waar de ontvangsten, rente meegeteld, onder de inleg blijven; volledig terugbetaald is "
        "met alle rente.",
    ),
    "error": (
        "± is the 95% error of the simulation ({method}; order statistics for quantiles). More trials make it smaller; "
        "they do not make the assumptions better. {checks} bookkeeping checks held in every trial.",
        "± is de 95%-fout van de simulatie ({method}; orde-statistieken voor kwantielen). Meer simulaties "
        "verkleinen die fout; de aannames worden er niet beter van. {checks} boekhoudcontroles klopten in elke "
        "simulatie.",
    ),
    "batch means": ("means of blocks of {n} trials", "gemiddelden van blokken van {n} simulaties"),
    "independent trials": ("trials taken as independent", "simulaties als onafhankelijk genomen"),
    "few": ("(too few trials)", "(te weinig simulaties)"),
    "at_most": ("(at most {bound})", "(hoogstens {bound})"),
    "at_least": ("(at least {bound})", "(minstens {bound})"),
    "undefined": ("undefined", "onbepaald"),
    # the three numbers
    "no_effect": (
        "Without any effect (programme.has_effect = false): all that is validated and paid here is luck or error.",
        "Zonder enig effect (programme.has_effect = false): al wat hier is gevalideerd en betaald, is geluk of fout.",
    ),
    "decides": ("What decides this deal", "Wat deze deal bepaalt"),
    "needed": (
        "chance of success at which the deal just repays in full if nothing varies; {expected} is expected",
        "slaagkans waarbij de deal net volledig terugbetaalt als niets varieert; {expected} wordt verwacht",
    ),
    "never": ("none", "geen"),
    "needs": (
        "{metric} ({unit}) at which the deal just repays in full, all else as expected; {expected} is expected",
        "{metric} ({unit}) waarbij de deal net volledig terugbetaalt, al het overige als verwacht; {expected} verwacht",
    ),
    "in_percent": ("percent", "procent"),
    "in_fraction": ("fraction", "deel van 1"),
    "in_count": ("number", "aantal"),
    "in_points": ("points", "punten"),
    "effective": (
        "independent cases would carry the same risk as these {cases}; {known} if the chance of success were known",
        "onafhankelijke casussen zouden hetzelfde risico dragen als deze {cases}; {known} als de slaagkans bekend was",
    ),
    "per_success": (
        "{currency} of validated savings for each success", "{currency} gevalideerde besparing per succes",
    ),
    # the parties
    "investor": ("Investor", "Investeerder"),
    "payer": ("Outcome payer", "Uitkomstbetaler"),
    "party": ("{role}: {name}", "{role}: {name}"),
    "outlay": ("Outlay", "Inleg"),
    "receipts": ("Receives, expected", "Ontvangt, verwacht"),
    "receipts_low": ("  in 1 of 20 less than (p05)", "  in 1 op 20 minder dan (p05)"),
    "receipts_high": ("  in 1 of 20 more than (p95)", "  in 1 op 20 meer dan (p95)"),
    "repaid": ("Chance repaid in full", "Kans volledig terugbetaald"),
    "lost": ("Chance of losing principal", "Kans op verlies van hoofdsom"),
    "irr_mean": ("IRR, mean", "IRR, gemiddeld"),
    "irr_median": ("IRR, median", "IRR, mediaan"),
    "irr_flow": ("IRR of the mean cash flow", "IRR van de gemiddelde kasstroom"),
    "irr_undefined": ("IRR undefined in", "IRR onbepaald in"),
    "irr_nothing": ("IRR -100%, nothing back, in", "IRR -100%, niets terug, in"),
    "var": ("Loss in 1 of 20 over (VaR95)", "Verlies: 1 op 20 hoger (VaR95)"),
    "var_gain": ("Gain in 1 of 20 under (VaR95)", "Winst: 1 op 20 lager (VaR95)"),
    "es": ("Mean loss in those (ES95)", "Gemiddeld verlies daarin (ES95)"),
    "es_gain": ("Mean gain in those (ES95)", "Gemiddelde winst daarin (ES95)"),
    "wal": ("Average life, years (WAL)", "Gemiddelde looptijd, jaren (WAL)"),
    "pays": ("Pays, expected", "Betaalt, verwacht"),
    "validated_own": ("Savings validated", "Besparing gevalideerd"),
    "true": ("Savings that are true", "Besparing werkelijk"),
    "cashable": ("Savings that free money", "Besparing verzilverbaar"),
    "own_costs": ("Fees and costs it bears", "Honoraria en eigen kosten"),
    "own_gain": ("Unspent money it gets back", "Ongebruikt geld terug"),
    "net": ("Net cash, expected", "Netto kas, verwacht"),
    "net_low": ("  in 1 of 20 less than (p05)", "  in 1 op 20 minder dan (p05)"),
    "net_high": ("  in 1 of 20 more than (p95)", "  in 1 op 20 meer dan (p95)"),
    "pays_more": ("Chance it pays more than saves", "Kans: betaalt meer dan bespaart"),
    "break_even": ("Cashability that breaks even", "Verzilverbaarheid, break-even"),
    "reserve": ("Reserve enough in 9 of 10 (P90)", "Reserve genoeg in 9 op 10 (P90)"),
    "ratio": ("Capacity / reserve, class {letter}", "Capaciteit / reserve, klasse {letter}"),
    "tranche": ("Tranche {name}", "Tranche {name}"),
    # the accountant
    "bridge": ("From claimed to validated, expected", "Van geclaimd naar gevalideerd, verwacht"),
    "claimed": ("Claimed", "Geclaimd"),
    "validated": ("Validated", "Gevalideerd"),
    "late": ("  of which too late to be paid", "  waarvan te laat voor betaling"),
    "review": ("The accountant, expected", "De accountant, verwacht"),
    "files_opened": ("Files opened", "Dossiers geopend"),
    "accountant_gets": ("Is paid for it", "Krijgt daarvoor"),
    "found_wrong": ("Taken off as wrong", "Als fout afgetrokken"),
    "uncertain": ("Without evidence", "Zonder bewijs"),
    "over_tolerance": ("Chance of more than is tolerated", "Kans op meer dan de tolerantie"),
    "trigger": ("Trigger {name!r}", "Drempel {name!r}"),
    "earned": ("Earned: met on faultless claims", "Verdiend: gehaald op foutloze claims"),
    "paid": ("Paid: met on what was validated", "Betaald: gehaald op wat gevalideerd is"),
    "false_trigger": ("Paid, not earned (false)", "Betaald, niet verdiend (ten onrechte)"),
    "missed_trigger": ("Earned, not paid (missed)", "Verdiend, niet betaald (gemist)"),
    # assumptions
    "independent": (
        "Assumed independent: bad luck then averages out (field that changes it)",
        "Onafhankelijk verondersteld: pech middelt dan uit (veld dat het verandert)",
    ),
    "none_independent": ("nothing that is uncertain", "niets dat onzeker is"),
    "cautions": ("Worth a second look", "Verdient een tweede blik"),
    "findings": ("What the contract leaves open", "Wat het contract openlaat"),
    "terms": (
        "{n} terms: {sourced} from documents, {assumed} assumed, {default} by default, {untagged} without a source",
        "{n} voorwaarden: {sourced} uit documenten, {assumed} aangenomen, {default} standaard, {untagged} zonder bron",
    ),
    "sheet": ("scenario {digest} · sib {version}", "scenario {digest} · sib {version}"),
    "default": ("default", "standaard"),
    "untagged": ("no source given", "geen bron genoemd"),
    "assumed": ("assumed", "aangenomen"),
    "deal": ("deal", "deal"),
    "sources": ("Sources", "Bronnen"),
    # packaged deals and statement
    "shelf_founding": ("Founding deals", "Eigen deals"),
    "shelf_initiatives": ("Initiatives and proposals", "Initiatieven en voorstellen"),
    "shelf_public": ("Public deals", "Openbare deals"),
    "one_case": ("{n} case", "{n} casus"),
    "many_cases": ("{n} cases", "{n} casussen"),
    "one_trial": ("{n} trial", "{n} simulatie"),
    "many_trials": ("{n} trials", "{n} simulaties"),
    "people": ("{n} people", "{n} mensen"),
    "trial": ("trial {trial} · seed {seed} · scenario {digest} · sib {version}",
              "simulatie {trial} · seed {seed} · scenario {digest} · sib {version}"),
    "date": ("date", "datum"),
    "from": ("from", "van"),
    "to": ("to", "aan"),
    "clause": ("clause", "bepaling"),
    "amount": ("amount", "bedrag"),
    "account": ("account", "rekening"),
    "totals": ("Totals by party", "Totalen per partij"),
    "received": ("received", "ontvangen"),
    "given": ("paid", "betaald"),
    "balance": ("net", "saldo"),
    "sum": ("sum", "som"),
    # what the contract pays at given outcomes
    "payoff": (
        "exact, no simulation · scenario {digest} · sib {version} · amounts in {currency}",
        "exact, geen simulatie · scenario {digest} · sib {version} · bedragen in {currency}",
    ),
    "payoff_arrives": (
        "A value without a date is the last one, and arrives over the payment dates as expected.",
        "Een waarde zonder datum is de laatste, en komt over de betaaldata binnen zoals verwacht.",
    ),
    "payoff_expected": (
        "What today's assumptions expect, without variance; which is not what happens on average.",
        "Wat de aannames van nu verwachten, zonder spreiding; dat is niet wat er gemiddeld gebeurt.",
    ),
    "payoff_paid": ("paid", "betaald"),
    "payoff_received": ("investor receives", "investeerder ontvangt"),
    "payoff_net": ("{party} net", "{party} netto"),
    "payoff_lines": ("By payment line", "Per betaalregel"),
    "payoff_tranches": ("What each tranche receives", "Wat elke tranche ontvangt"),
    "payoff_metrics": (
        "What can be given with --metric NAME=VALUE", "Wat met --metric NAAM=WAARDE opgegeven kan worden",
    ),
    "payoff_cohorts": ("cohorts, as NAME.COHORT=VALUE: {listed}", "cohorten, als NAAM.COHORT=WAARDE: {listed}"),
    "payoff_dates": (
        "payment dates, as NAME@DATE=VALUE: {n}, from {first} to {last}",
        "betaaldata, als NAAM@DATUM=WAARDE: {n}, van {first} tot {last}",
    ),
    "same": ("The same at each: {listed}", "Steeds hetzelfde: {listed}"),
    "metric": ("metric", "maat"),
    "unit": ("unit", "eenheid"),
    "expected": ("expected", "verwacht"),
    "yes": ("yes", "ja"),
    "no": ("no", "nee"),
    "unit_eur": ("{currency}", "{currency}"),
    "unit_count": ("number", "aantal"),
    "unit_fraction": ("fraction, 70% is 0.70", "fractie, 70% is 0.70"),
    "unit_percent": ("percent, 70% is 70", "procent, 70% is 70"),
    "unit_points": ("points", "punten"),
}
"""By key: English, Dutch."""

TABLES = {
    "timeline": "Tijdlijn", "parties": "Partijen", "payers": "Budget", "programme": "Programma",
    "programme.segments": "Segment", "budget": "Begroting", "budget.lines": "Begrotingsregel",
    "accountant": "Accountant", "contract": "Contract", "contract.cohorts": "Cohort", "contract.triggers": "Drempel",
    "contract.payments": "Betaling", "contract.tranches": "Tranche", "contract.fees": "Vergoeding",
    "contract.guarantees": "Garantie", "contract.early_ends": "Vervroegd einde",
    "contract.outcome_payers": "Uitkomstbetaler", "programme.metrics": "Maat", "programme.cohorts": "Cohort",
    "programme.groups": "Groep",
    "measures": "Maatstaven", "arrangements": "Financieringsvorm",
}
"""Dutch for the tables of a scenario, each after the one it lies in; in English they go by their paths."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """The texts of one page in one language.

    Parameters
    ----------
    texts : dict of str to (str, str)
        By key: English, Dutch.
    lang : {"en", "nl"}
    """

    texts: dict[str, tuple[str, str]]
    lang: NumberFormat

    def __call__(self, key: str, **values: object) -> str:
        """Return a text with its values filled in."""
        return self.texts[key][self.lang == "nl"].format(**values)


@dataclass(frozen=True, slots=True)
class Style:
    """How a kind of figure is written.

    Parameters
    ----------
    shift : int
        Decimal places that the value moves to the left: 2 makes a fraction a percentage.
    unit : str
        What follows the number.
    finest, plain, whole : int
        Power of ten of the last digit that is shown: at the finest, where there is no error, and where there is
        none and the number is whole.
    """

    shift: int
    unit: str
    finest: int
    plain: int
    whole: int


STYLES = {
    "money": Style(0, "", -2, -2, 0),
    "euros": Style(0, "", 0, 0, 0),
    "share": Style(2, "%", -2, -1, 0),
    "rate": Style(2, "%", -2, -2, -2),
    "years": Style(0, "", -2, -2, -2),
    "number": Style(0, "", -1, -1, 0),
}


@dataclass(frozen=True, slots=True)
class Words:
    """Texts and figures of one language.

    Parameters
    ----------
    lang : {"en", "nl"}
    """

    lang: NumberFormat

    def __call__(self, key: str, **values: object) -> str:
        """Return a text with its values filled in."""
        return TEXTS[key][self.lang == "nl"].format(**values)

    def cases(self, n: int) -> str:
        """Return a number of cases."""
        return self("one_case" if n == 1 else "many_cases", n=self.number(n))

    def people(self, n: int, *, of_cases: bool) -> str:
        """Return a number of people, who are cases where each is claimed by itself."""
        return self.cases(n) if of_cases else self("people", n=self.number(n))

    def seed(self, source: Source) -> str:
        """Return the seed of a run, with how it was drawn where that is not the usual way."""
        return Captions(self.lang, "").seed(source)

    def trials(self, n: int) -> str:
        """Return a number of trials.

        Examples
        --------
        >>> Words("en").trials(1), Words("nl").trials(20_000)
        ('1 trial', '20.000 simulaties')
        """
        return self("one_trial" if n == 1 else "many_trials", n=self.number(n))

    def party(self, name: str) -> str:
        """Return the name of a party, in Dutch where it is one that the program gave."""
        return Captions(self.lang, "").party(name)

    def table(self, path: str) -> str:
        """Return what a table of a scenario is called, and the path it is written under.

        Examples
        --------
        >>> Words("en").table("timeline"), Words("nl").table("timeline"), Words("nl").table("contract.triggers.proof")
        ('timeline', 'Tijdlijn: timeline', 'Drempel: contract.triggers.proof')
        """
        names = [name for table, name in TABLES.items() if path == table or path.startswith(f"{table}.")]
        return f"{names[-1]}: {path}" if names and self.lang == "nl" else path

    def reason(self, name: str) -> str:
        """Return what a step of the bridge is called."""
        return Captions(self.lang, "").reason(name)

    def number(self, value: Decimal | int, last: int = 0) -> str:
        """Return a number to the digit at ``10**last``, halves away from zero."""
        rounded = Decimal(value).quantize(Decimal(1).scaleb(last), ROUND_HALF_UP)
        text = f"{rounded if rounded else abs(rounded):,f}"
        return text.translate(str.maketrans(",.", "".join(SEPARATORS[self.lang])))

    def plain_number(self, value: float) -> str:
        """Return a number with the decimals that it has.

        Examples
        --------
        >>> Words("en").plain_number(1200000.0), Words("nl").plain_number(0.25)
        ('1,200,000', '0,25')
        """
        if math.isnan(value):
            return self("undefined")
        number = Decimal(repr(float(value)))
        return self.number(number, min(0, int(number.normalize().as_tuple().exponent)))

    def figure(self, row: Row, style: str) -> tuple[str, str]:
        """Return a figure, and what is known of its error.

        Examples
        --------
        >>> row = Row("investor", "receipts", "mean", 1880726.0, 1215.3, 1878344.0, 1883108.0, "EUR")
        >>> Words("en").figure(row, "money")
        ('1,881,000', '± 2,000')
        """
        manner = STYLES[style]
        if math.isnan(row.value):
            return self("undefined"), ""
        value = _decimal(row.value, manner)
        half, note = self._error(row, manner)
        if half:
            last = max(_last_digit(half), manner.finest)
            shown = half.quantize(Decimal(1).scaleb(last), ROUND_HALF_UP)
            note = f"± {self.number(shown, last)}" if shown else ""
        else:
            last = manner.whole if value == value.to_integral_value() else manner.plain
        return self.number(value, last) + manner.unit, note

    def _error(self, row: Row, manner: Style) -> tuple[Decimal, str]:
        """Return half the 95% interval in the unit that is shown, or what there is to say instead."""
        if row.low is None or row.high is None:
            return Decimal(0), "" if row.statistic == "value" else self("few")
        low, value, high = (_decimal(end, manner) for end in (row.low, row.value, row.high))
        if row.standard_error is None and row.statistic in ("probability", "undefined_share"):
            return Decimal(0), self._one_sided(low, high, manner)
        return max(value - low, high - value), ""

    def _one_sided(self, low: Decimal, high: Decimal, manner: Style) -> str:
        """Return the bound of a chance that no trial, or every trial, met."""
        whole = Decimal(1).scaleb(manner.shift)
        is_none = low == 0
        miss = _coarse(high if is_none else whole - low)
        bound = miss if is_none else whole - miss
        shown = self.number(bound, min(0, int(bound.normalize().as_tuple().exponent))) + manner.unit
        return self("at_most" if is_none else "at_least", bound=shown)


def _decimal(value: float, manner: Style) -> Decimal:
    """Return the decimal that a number prints as, in the unit that is shown."""
    return Decimal(repr(float(value))).scaleb(manner.shift)


def _last_digit(half: Decimal) -> int:
    """Return the power of ten of the last digit that an error leaves standing."""
    first = half.adjusted()
    return first - 1 if half < Decimal(2).scaleb(first) else first


def _coarse(bound: Decimal) -> Decimal:
    """Return a bound to two digits, rounded away from zero."""
    return bound.quantize(Decimal(1).scaleb(bound.adjusted() - 1), ROUND_UP)
