"""What charts say: their sentences and labels in English and Dutch, and how numbers are written in them.

In come keys, figures of the summary and labels of the deal, out goes text. A key without one of the languages
cannot be written down here; nothing is drawn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from sib.amounts import NumberFormat, format_amount
from sib.chance.draws import Source
from sib.deal.scenario import Scenario

LANGUAGES: tuple[NumberFormat, ...] = ("en", "nl")
MINUS, NO_BREAK = "\u2212", "\u00a0"
LONGEST_NAME = 32
"""Characters of a party's or a deal's name in a sentence."""

TEXTS: dict[str, tuple[str, str]] = {
    # the sentences that charts answer
    "repayment-risk": (
        "Repaid in full in {full} of trials; principal lost (less back than laid out) in {lost}",
        "Volledig terugbetaald in {full} van de simulaties; hoofdsom verloren (minder terug dan ingelegd) in "
        "{lost}",
    ),
    "outstanding": (
        "In half of the trials all principal is repaid by {day}; in {short} principal or interest is unpaid at "
        "maturity",
        "In de helft van de simulaties is de hoofdsom afgelost in {day}; in {short} is op de einddatum hoofdsom of "
        "rente onbetaald",
    ),
    "outstanding-late": (
        "In {owing} of trials principal is still outstanding at maturity; in {short} principal or interest is unpaid",
        "In {owing} van de simulaties staat op de einddatum nog hoofdsom open; in {short} is hoofdsom of rente "
        "onbetaald",
    ),
    "municipality-net-cash": (
        "{party} pays more than it saves in {short} of trials; a reserve of {reserve} is enough in 90%",
        "{party} betaalt meer dan zij bespaart in {short} van de simulaties; een reserve van {reserve} volstaat in 90%",
    ),
    "bridge": (
        "On average {validated} of {claimed} claimed is validated ({part}); most falls to: {reason}",
        "Gemiddeld wordt {validated} van de {claimed} aan claims gevalideerd ({part}); het meest valt af door: "
        "{reason}",
    ),
    "bridge-whole": (
        "On average all of the {claimed} claimed is validated", "Gemiddeld worden alle claims ({claimed}) gevalideerd",
    ),
    "bridge-empty": ("Nothing is claimed in any trial", "In geen enkele simulatie wordt iets geclaimd"),
    "cumulative-cash": (
        "On average {investor} ends {result}; {party} pays {paid}{own} and saves {saved}, {cashable} of it cashable",
        "Gemiddeld eindigt {investor} {result}; {party} betaalt {paid}{own} en bespaart {saved}, waarvan {cashable} "
        "verzilverbaar",
    ),
    "own-costs": (", bears {amount} of fees and costs itself", ", draagt zelf {amount} aan honoraria en kosten"),
    "own-gain": (", gets {amount} of unspent money back", ", krijgt {amount} ongebruikt geld terug"),
    "ahead": ("{amount} ahead", "{amount} in de plus"),
    "behind": ("{amount} short", "{amount} in de min"),
    "convergence": (
        "After {trials} the chance of repayment in full is known to within {error} percentage points",
        "Na {trials} is de kans op volledige terugbetaling bekend op {error} procentpunt na",
    ),
    "compare-repayment": (
        "Principal is lost (less back than laid out) in {chances} of trials",
        "Hoofdsom gaat verloren (minder terug dan ingelegd) in {chances} van de simulaties",
    ),
    "or": (" or ", " of "),
    # repayment and net cash
    "lost": ("principal lost: {chance}", "hoofdsom verloren: {chance}"),
    "short": ("outlay back, interest short: {chance}", "inleg terug, rente niet volledig: {chance}"),
    "full": ("repaid in full: {chance}", "volledig terugbetaald: {chance}"),
    "below": ("pays more than it saves: {chance}", "betaalt meer dan zij bespaart: {chance}"),
    "above": ("saves at least what it pays: {chance}", "bespaart ten minste wat zij betaalt: {chance}"),
    "nothing": ("nothing back: {chance}", "niets terug: {chance}"),
    "outlay-line": ("outlay", "inleg"),
    "full-line": ("mean where repaid in full: {amount}", "gemiddeld indien volledig terug: {amount}"),
    "even-line": ("pays what it saves", "betaalt wat zij bespaart"),
    "reserve-line": ("reserve P90: {amount}", "reserve P90: {amount}"),
    "receipts-share": ("what the investor gets back, % of outlay", "wat de investeerder terugkrijgt, % van de inleg"),
    "gain": (
        "what the investor gets back less its outlay, {unit}", "wat de investeerder terugkrijgt min de inleg, {unit}",
    ),
    "net-cash": (
        "cashable savings less payments and own costs, {unit}",
        "verzilverbare besparing min betalingen en eigen kosten, {unit}",
    ),
    "trials-per-bar": ("trials, % per bar of {width}", "simulaties, % per balk van {width}"),
    "points": ("{width} percentage points", "{width} procentpunt"),
    "last-holds-the-rest": (
        "the last bar holds all that lies beyond it", "de laatste balk bevat alles wat verder ligt",
    ),
    "less-back": ("trials in which less comes back, %", "simulaties waarin minder terugkomt, %"),
    "compared": (
        "{label}: {cases} effective cases, {mean} back on average, principal lost in {lost}",
        "{label}: {cases} effectieve casussen, gemiddeld {mean} terug, hoofdsom verloren in {lost}",
    ),
    # over time
    "outstanding-axis": ("outstanding principal, {unit}", "openstaande hoofdsom, {unit}"),
    "band-90": ("5% to 95% of trials", "5% tot 95% van de simulaties"),
    "band-50": ("25% to 75% of trials", "25% tot 75% van de simulaties"),
    "of-first": (" (first {n})", " (eerste {n})"),
    "median": ("median", "mediaan"),
    "mean": ("mean", "gemiddelde"),
    "cash-axis": ("mean cash since closing, {unit}", "gemiddelde kas sinds de ingangsdatum, {unit}"),
    "and": (" and ", " en "),
    "own-savings": (
        "true savings on its own budgets, {label}: {amount}",
        "werkelijke besparing op eigen budgetten, {label}: {amount}",
    ),
    "all-savings": ("true savings on all budgets: {amount}", "werkelijke besparing op alle budgetten: {amount}"),
    "cashable": ("of which cashable, {label}: {amount}", "waarvan verzilverbaar, {label}: {amount}"),
    # convergence
    "n-trials": ("trials", "simulaties"),
    "one-trial": ("1 trial", "1 simulatie"),
    "many-trials": ("{n} trials", "{n} simulaties"),
    "off-final": (
        "estimate so far less the last one, percentage points", "schatting tot dan toe min de laatste, procentpunt",
    ),
    "repaid_in_full": ("chance repaid in full", "kans op volledige terugbetaling"),
    "principal_loss": ("chance of losing principal", "kans op verlies van hoofdsom"),
    "irr": ("mean IRR", "gemiddelde IRR"),
    "with-interval": (" with 95% interval", " met 95%-interval"),
    # bridge
    "claimed": ("claimed", "geclaimd"),
    "validated": ("validated", "gevalideerd"),
    "late": ("validated, of which {amount} too late to pay", "gevalideerd, waarvan {amount} te laat voor betaling"),
    "amount-per-trial": ("mean of the trials, {unit}", "gemiddelde van de simulaties, {unit}"),
    "law": ("law not in the contract", "wet niet in het contract"),
    "evidence": ("evidence missing", "bewijs ontbreekt"),
    "class": ("class of saving not counted", "soort besparing telt niet mee"),
    "baseline": ("measured from another baseline", "ander nulscenario"),
    "months": ("beyond the months that count", "na de maanden die meetellen"),
    "double_counting": ("counted elsewhere already", "elders al geteld"),
    "own_cost": ("own cost of the case", "eigen kosten van de casus"),
    "cap_per_case": ("cap per case", "plafond per casus"),
    "negative": ("cases that cost more", "casussen die meer kosten"),
    "invalid": ("claim of a failed case found out", "claim van mislukte casus ontdekt"),
    "overstated": ("overstated claim cut", "te hoge claim gecorrigeerd"),
    "wrongly_rejected": ("good claim refused", "goede claim geweigerd"),
    "missing_evidence": ("no evidence in an opened file", "geen bewijs in een geopend dossier"),
    "appeal": ("won back on appeal", "in bezwaar teruggewonnen"),
    "challenge": ("lost on challenge", "na betwisting vervallen"),
    "extrapolated": ("held back of files not opened", "ingehouden op ongeopende dossiers"),
    "wrongly_adjusted": ("good claim cut", "goede claim verlaagd"),
    # what the contract pays at given outcomes
    "payoff-from": (
        "At {name} of {value} or more the investor has its outlay back; {party} pays at most {most}",
        "Bij {name} van {value} of meer heeft de investeerder zijn inleg terug; {party} betaalt hoogstens {most}",
    ),
    "payoff-always": (
        "The investor has its outlay back at every value of {name} shown; {party} pays from {least} to {most}",
        "De investeerder heeft bij elke getoonde waarde van {name} zijn inleg terug; {party} betaalt van {least} tot "
        "{most}",
    ),
    "payoff-never": (
        "The investor has its outlay back at no value of {name} shown; {party} pays at most {most}",
        "De investeerder heeft bij geen getoonde waarde van {name} zijn inleg terug; {party} betaalt hoogstens {most}",
    ),
    "payoff-mixed": (
        "Whether the investor has its outlay back turns more than once over {name}; {party} pays at most {most}",
        "Of de investeerder zijn inleg terug heeft wisselt over {name}; {party} betaalt hoogstens {most}",
    ),
    "payoff-paid": ("outcome payments, {unit}", "uitkomstbetalingen, {unit}"),
    "payoff-pays": ("{party} pays", "{party} betaalt"),
    "payoff-gets": ("{party} receives", "{party} ontvangt"),
    "payoff-outlay": ("outlay of {party}", "inleg van {party}"),
    "payoff-irr": ("IRR of the investor,\n% a year", "IRR investeerder,\n% per jaar"),
    "payoff-lost": ("nothing back: −100%", "niets terug: −100%"),
    "payoff-below": ("below {floor}%: not drawn", "onder {floor}%: niet getekend"),
    "payoff-today": (
        "Where it ends with today's assumptions: mean {mean}",
        "Waar het eindigt met de aannames van nu: gemiddeld {mean}",
    ),
    "payoff-outside": ("; {chance} of trials outside this range", "; {chance} van de simulaties buiten dit bereik"),
    "payoff-bars": ("trials,\n% per bar", "simulaties,\n% per balk"),
    "payoff-amount": ("{unit}", "{unit}"),
    "payoff-with": ("with {listed}", "met {listed}"),
    "payoff-to": ("{name} {first} to {last}", "{name} {first} tot {last}"),
    "validated_savings": ("validated savings", "gevalideerde besparing"),
    "validated_cases": ("validated cases", "gevalideerde casussen"),
    "validated_share": ("validated share of cases", "gevalideerd deel van de casussen"),
    "enrolled": ("people enrolled", "deelnemers"),
    # foot and units
    "foot": (
        "{name} · {trials} · seed {seed} · scenario {digest}", "{name} · {trials} · seed {seed} · scenario {digest}",
    ),
    "stratified": ("{seed}", "{seed}"),
    "latin": ("{seed}, Latin hypercube draws", "{seed}, trekkingen als Latijnse hyperkubus"),
    "antithetic": ("{seed}, antithetic draws", "{seed}, antithetische trekkingen"),
    "independent": ("{seed}, independent draws", "{seed}, onafhankelijke trekkingen"),
    "corrected": (
        "What has a ± is corrected by what is known exactly of {names}, so that it is not quite that of the trials; "
        "quantiles, and what goes by order statistics, are those of the trials.",
        "Wat een ± heeft is gecorrigeerd met wat exact bekend is van {names}, en dus niet precies dat van de "
        "simulaties; kwantielen, en wat met orde-statistieken gaat, zijn die van de simulaties.",
    ),
    "EUR": ("euro", "euro"),
    "million": ("million {unit}", "miljoen {unit}"),
}
"""By key: English, Dutch."""

PARTIES = {
    "investor": "investeerder", "municipality": "gemeente", "provider": "uitvoerder", "intermediary": "dealmaker",
    "contract account": "contractrekening", "State": "Rijk",
}
"""Dutch for the names that parties go by where the deal gives them none; a name from the deal is left alone."""

SIGNS = {"EUR": "€"}
"""Signs of currencies; the others are written by their codes, since dollars and crowns share theirs."""

MONTHS = (
    ("January", "januari"), ("February", "februari"), ("March", "maart"), ("April", "april"), ("May", "mei"),
    ("June", "juni"), ("July", "juli"), ("August", "augustus"), ("September", "september"), ("October", "oktober"),
    ("November", "november"), ("December", "december"),
)


@dataclass(frozen=True, slots=True)
class Captions:
    """Writes texts and numbers in one language for one deal.

    Parameters
    ----------
    lang : {"en", "nl"}
    currency : str
        Code of the currency.
    """

    lang: NumberFormat
    currency: str

    def text(self, key: str, **values: str) -> str:
        """Return the text of a key with the values filled in."""
        return TEXTS[key][LANGUAGES.index(self.lang)].format(**values)

    def reason(self, name: str) -> str:
        """Return the text of a step of the bridge; its own name where there is none."""
        return self.text(name) if name in TEXTS else name.replace("_", " ")

    def seed(self, source: Source) -> str:
        """Return the seed of a run, with how it was drawn where that is not the usual way."""
        return self.text(source.scheme, seed=str(source.seed))

    def unit(self) -> str:
        """Return the currency as the label of an axis."""
        return self.text(self.currency) if self.currency in TEXTS else self.currency

    def number(self, value: float, decimals: int = 0) -> str:
        """Return a number with separators, rounded half away from zero.

        Examples
        --------
        >>> Captions("nl", "EUR").number(-1797500)
        '−1.797.500'
        """
        return format_amount(value, lang=self.lang, decimals=decimals, minor=0).replace("-", MINUS)

    def money(self, amount: float) -> str:
        """Return an amount with its currency: whole, or with its cents where it has them and is below 1,000.

        Examples
        --------
        >>> Captions("en", "EUR").money(-1797500), Captions("en", "EUR").money(105.76)
        ('−€1,797,500', '€105.76')
        """
        has_cents = abs(amount) < 1000 and round(amount * 100) % 100 != 0
        return self.with_currency(self.number(amount, 2 if has_cents else 0))

    def with_currency(self, number: str) -> str:
        r"""Return a written number with the currency between its sign and its digits.

        Examples
        --------
        >>> Captions("en", "EUR").with_currency("-341,000"), Captions("en", "GBP").with_currency("5")
        ('−€341,000', 'GBP\xa05')
        """
        digits = number.lstrip(f"-{MINUS}")
        space = NO_BREAK if self.lang == "nl" or self.currency != "EUR" else ""
        return f"{MINUS if digits != number else ''}{SIGNS.get(self.currency, self.currency)}{space}{digits}"

    def percent(self, fraction: float) -> str:
        """Return a share in whole percents; in tenths near none and all, which it never rounds to.

        Examples
        --------
        >>> [Captions("en", "EUR").percent(share) for share in (0, 0.00004, 0.0094, 0.1488, 0.9996, 1)]
        ['0%', '<0.1%', '0.9%', '15%', '>99.9%', '100%']
        """
        if math.isnan(fraction):
            return "–"
        rest = min(abs(fraction), abs(1 - fraction))
        if 0 < rest < 0.001 and 0 < fraction < 1:
            return f"<{self.number(0.1, 1)}%" if fraction < 0.5 else f">{self.number(99.9, 1)}%"
        return f"{self.number(fraction * 100, 1 if 0 < rest < 0.01 else 0)}%"

    def trials(self, n_trials: int) -> str:
        """Return a number of trials."""
        return self.text("one-trial" if n_trials == 1 else "many-trials", n=self.number(n_trials))

    def month(self, day: date) -> str:
        """Return month and year of a date."""
        return f"{MONTHS[day.month - 1][LANGUAGES.index(self.lang)]} {day.year}"

    def party(self, name: str) -> str:
        """Return the name of a party, in Dutch where it is one that the program gave."""
        return PARTIES.get(name, name) if self.lang == "nl" else name


def captions_for(deal: Scenario, lang: NumberFormat = "en") -> Captions:
    """Return the writer of a deal's charts in a language."""
    return Captions(lang, deal.currency)
