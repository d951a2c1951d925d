"""What ways to pay for the work are called, and what is said of them, in English and Dutch."""

from __future__ import annotations

from sib.views.captions import Captions
from sib.views.words import Words

FORM_NAMES: dict[str, tuple[str, str]] = {
    "do_nothing": ("do nothing", "niets doen"),
    "pays_itself": ("pays itself", "betaalt zelf"),
    "custom_budget": ("custom budget", "maatwerkbudget"),
    "learning": ("learning budget", "lerend budget"),
    "revolving": ("revolving budget", "revolverend budget"),
    "pre_booked": ("pre-booked budget", "vooraf ingeboekt"),
    "impact_bond": ("impact bond", "impact bond"),
    "payment_agreement": ("payment agreement", "betaalafspraak"),
    "central_reimbursement": ("central reimbursement", "centrale vergoeding"),
    "lump_sum": ("lump sum", "lumpsum"),
}
"""By form: English, Dutch."""

HOLDERS = {"health insurer": "zorgverzekeraar", "care office": "zorgkantoor", "social investor": "sociale investeerder"}
"""Dutch for kinds of budget holder that deals name so."""


def holder(name: str, words: Words | Captions) -> str:
    """Return what a party that holds a budget is called; a name of its own is left alone."""
    return HOLDERS.get(name, words.party(name)) if words.lang == "nl" else name


FORM_MEANT: dict[str, tuple[str, str]] = {
    "do_nothing": ("nobody pays and nothing is saved", "niemand betaalt en er wordt niets bespaard"),
    "pays_itself": (
        "the outcome payer buys the work from its general means, and proves nothing to anybody",
        "de uitkomstbetaler koopt het werk uit de algemene middelen en hoeft niemand iets te bewijzen",
    ),
    "custom_budget": (
        "one budget without compartments, filled by several laws and not settled afterwards",
        "één budget zonder schotten, gevuld door meerdere wetten en achteraf niet verrekend",
    ),
    "learning": (
        "a custom budget of which every expense is recorded, so that later cases go better",
        "een maatwerkbudget waarvan elke uitgave wordt vastgelegd, zodat latere casussen beter gaan",
    ),
    "revolving": (
        "one law pays first; others pay back, without interest, what is proven on them, up to the cost: validated "
        "savings where the accountant counts the law, else cashable savings",
        "één wet schiet voor; andere betalen zonder rente terug wat op hen bewezen is, tot de kosten: gevalideerde "
        "besparingen waar de accountant de wet meetelt, anders verzilverbare",
    ),
    "pre_booked": (
        "as revolving, with the expected saving taken from each budget in advance and corrected a year later; what is "
        "taken is not capped at the cost",
        "als revolverend, waarbij de verwachte besparing vooraf van elk budget wordt afgeboekt en een jaar later "
        "gecorrigeerd; de afboeking is niet begrensd op de kosten",
    ),
    "impact_bond": (
        "an investor pays first, and is repaid as far as outcomes were reached: the contract of the scenario",
        "een investeerder schiet voor en krijgt terugbetaald voor zover resultaten zijn behaald: het contract van het "
        "scenario",
    ),
    "payment_agreement": (
        "funders bear the cost in shares agreed in advance, whatever comes of it",
        "financiers dragen de kosten in vooraf afgesproken delen, wat er ook van komt",
    ),
    "central_reimbursement": (
        "the State pays a norm for each case that gets a plan; the rest, or what is left of it, is the "
        "outcome payer's",
        "het Rijk betaalt een normbedrag voor elke casus met een plan; de rest, of wat ervan overblijft, is voor de "
        "uitkomstbetaler",
    ),
    "lump_sum": (
        "a contractor is paid a sum whatever the volume, and keeps what is saved on the care within it in the fiscal "
        "years before the one that holds the renewal month",
        "een aannemer krijgt een som ongeacht het volume, en houdt wat op de zorg daarbinnen wordt bespaard in de "
        "begrotingsjaren vóór het jaar waarin de verlengingsmaand valt",
    ),
}
"""By form, how it works: English, Dutch."""

FORM_TEXTS: dict[str, tuple[str, str]] = {
    "head": (
        "{trials}, the same cases under every form · seed {seed} · scenario {digest} · sib {version} · amounts in "
        "{currency}",
        "{trials}, dezelfde casussen bij elke vorm · seed {seed} · scenario {digest} · sib {version} · bedragen in "
        "{currency}",
    ),
    "form": ("way to pay", "vorm"),
    "payer": (
        "{party}: what it pays, and what is left, expected over the whole horizon",
        "{party}: wat die betaalt en overhoudt, verwacht over de hele looptijd",
    ),
    "pays": ("pays", "betaalt"),
    "spread": ("spread", "spreiding"),
    "saves": ("saves, cash", "bespaart"),
    "net": ("is left", "houdt over"),
    "worse": ("worse off", "slechter"),
    "reserve": ("reserve P90", "reserve P90"),
    "against": ("against *", "t.o.v. *"),
    "nets": ("What is left to each party, expected", "Wat elke partij overhoudt, verwacht"),
    "chances": (
        "Chance that a party is worse off than if nothing were done",
        "Kans dat een partij slechter af is dan als er niets gebeurde",
    ),
    "fails": (
        "Who carries the risk of failure: how much worse off each party is in the tenth of trials that saves least, "
        "against the mean (a minus: better off)",
        "Wie het risico van mislukken draagt: hoeveel slechter af elke partij is in het tiende deel van de simulaties "
        "dat het minst bespaart, vergeleken met het gemiddelde (een min: beter af)",
    ),
    "volume": (
        "Who carries the risk of volume: how much more each party pays in the tenth of trials with the most work, "
        "against the mean (a minus: less); there is never more work than planned",
        "Wie het volumerisico draagt: hoeveel meer elke partij betaalt in het tiende deel van de simulaties met het "
        "meeste werk, vergeleken met het gemiddelde (een min: minder); meer werk dan gepland is er nooit",
    ),
    "no_failure": (
        "The savings that the scenario states do not vary, so there is no worst tenth of them to look at; who carries "
        "a risk shows in the spread and the chances above.",
        "De besparingen die het scenario noemt variëren niet, dus er is geen slechtste tiende deel van om naar te "
        "kijken; wie risico draagt blijkt uit de spreiding en de kansen hierboven.",
    ),
    "no_volume": (
        "The volume of work does not vary in this deal, so nobody carries that risk here; let enrolment or the custom "
        "budget vary to see who would.",
        "De hoeveelheid werk varieert in deze deal niet, dus niemand draagt hier dat risico; laat de instroom of het "
        "maatwerkbudget variëren om te zien wie dat zou doen.",
    ),
    "all": ("all", "samen"),
    "costs": (
        "What moving risk costs, and at what scale it pays",
        "Wat het verplaatsen van risico kost, en bij welke schaal het loont",
    ),
    "finance": ("to investor", "investeerder"),
    "extra": ("extra work", "extra werk"),
    "transfer": ("pays more", "betaalt meer"),
    "spared": ("spared", "minder nadeel"),
    "cents": ("per 100 spared", "per 100 minder nadeel"),
    "scale": ("break-even cases", "quitte bij"),
    "costs_meant": (
        "to investor: what the investor gains, expected · extra work: work that only this form needs, such as the "
        "accountant · pays more: {party} against paying itself · spared: how much less of a bad outcome (the tenth of "
        "trials that saves least) it bears than if it paid itself · break-even cases: cases at which the cashable "
        "savings of all parties make up for the cost of the work, fixed costs staying as they are.",
        "investeerder: wat de investeerder naar verwachting wint · extra werk: werk dat alleen deze vorm nodig "
        "heeft, zoals de accountant · betaalt meer: {party} vergeleken met zelf betalen · minder nadeel: hoeveel "
        "minder van een slechte uitkomst (het tiende deel van de simulaties dat het minst bespaart) die draagt dan bij "
        "zelf betalen · quitte bij: aantal casussen waarbij de verzilverbare besparingen van alle partijen de kosten "
        "van het werk goedmaken, bij gelijkblijvende vaste kosten.",
    ),
    "not_settled": (
        "Revolving: in {chance}% of trials the budgets prove too little to pay back the law that went first, {amount} "
        "short on average over all trials. No interest is paid.",
        "Revolverend: in {chance}% van de simulaties is op de budgetten te weinig bewezen om het budget dat voorschoot "
        "terug te betalen, gemiddeld over alle simulaties {amount} te weinig. Er wordt geen rente betaald.",
    ),
    "no_savings": (
        "In no form is any money saved: the scenario puts no amount on what its outcomes save, or care is bought in a "
        "way that frees none. What is compared here is only who pays.",
        "In geen enkele vorm wordt geld bespaard: het scenario zet geen bedrag op wat de uitkomsten besparen, of zorg "
        "is zo ingekocht dat er geen geld vrijkomt. Vergeleken wordt hier alleen wie betaalt.",
    ),
    "norm_error": (
        "Central reimbursement: the norm rests on {n} cases, so it may be {share} off either way (95%), if they are "
        "comparable at all.",
        "Centrale vergoeding: het normbedrag rust op {n} casussen en kan er dus {share} naast zitten (95%), als ze al "
        "vergelijkbaar zijn.",
    ),
    "base": ("* what the others are compared with", "* waarmee de andere vergeleken worden"),
    "actual": (
        "* in fact this is paid for so; the contract of the file is then a what-if",
        "* zo wordt dit in feite betaald; het contract in het bestand is dan alleen een vergelijking",
    ),
    "terms": (
        "The forms, and the terms that they go by here (`arrangements` in the scenario)",
        "De vormen, en de voorwaarden die hier gelden (`arrangements` in het scenario)",
    ),
    "stated": ("stated", "afgesproken"),
    "assumed": ("assumed", "aangenomen"),
    "meant": (
        "A form changes who pays and when, not what the work saves; learning is the exception. Savings are those that "
        "free money in a budget; each party keeps those on its own laws. ± is the 95% error of the simulation. Figures "
        "are rounded each to its own error, so they may not add up to the last digit.",
        "Een vorm verandert wie betaalt en wanneer, niet wat het werk bespaart; lerend is de uitzondering. Besparingen "
        "zijn die waar in een budget geld door vrijkomt; elke partij houdt die op de eigen wetten. ± is de 95%-fout "
        "van de simulatie. Elk cijfer is afgerond op de eigen fout; sommen kunnen dus in het laatste cijfer afwijken.",
    ),
}
"""By key: English, Dutch."""

BUDGET_TEXTS: dict[str, tuple[str, str]] = {
    "head": (
        "paid for by: {form} · {trials} · seed {seed} · scenario {digest} · sib {version} · amounts in {currency}",
        "betaald via: {form} · {trials} · seed {seed} · scenario {digest} · sib {version} · bedragen in {currency}",
    ),
    "pocket": ("Which budget gains, and which pays, expected", "Welk budget wint en welk betaalt, verwacht"),
    "law": ("budget", "budget"),
    "general": ("general means", "algemene middelen"),
    "every": ("all budgets", "alle budgetten"),
    "direct": ("direct", "direct"),
    "real": ("real", "reëel"),
    "saving": ("saving", "besparing"),
    "cashable": ("cashable", "verzilverbaar"),
    "validated": ("validated", "gevalideerd"),
    "charged": ("charged", "ten laste"),
    "net": ("is left", "houdt over"),
    "net_cost": ("net cost", "netto kosten"),
    "sum": ("together", "samen"),
    "everybody": ("all parties", "alle partijen"),
    "outside": (
        "Of every 100 saved, {share} falls with parties that bear none of the cost.",
        "Van elke 100 die bespaard wordt, valt {share} bij partijen die niets van de kosten dragen.",
    ),
    "central": (
        "The {state} bears most of the cost, on behalf of everybody, so no saving falls in a pocket that does not pay.",
        "Het {state} draagt de meeste kosten, namens iedereen; geen besparing valt dus bij wie niet betaalt.",
    ),
    "by_year": ("{measure} by fiscal year", "{measure} per begrotingsjaar"),
    "what": ("", ""),
    "mean": ("mean", "gemiddeld"),
    "year": ("year", "jaar"),
    "meant": (
        "saving: true savings, deadweight and regression to the mean taken off, at the prices of their year; direct "
        "and real are its classes · cashable: what of it frees money in the budget · validated: what the accountant "
        "let count, as the contract prices it · charged: what the budget pays · is left: cashable less charged. "
        "P80, P90, P95: in so many of 100 trials the amount of that year is no higher; the quantiles of years do not "
        "add up.",
        "besparing: werkelijke besparing, zonder deadweight en terugval naar het gemiddelde, in prijzen van het jaar; "
        "direct en reëel zijn de klassen ervan · verzilverbaar: waar in het budget geld door vrijkomt · gevalideerd: "
        "wat de accountant liet tellen, in de prijzen van het contract · ten laste: wat het budget betaalt · houdt "
        "over: verzilverbaar min ten laste. P80, P90, P95: in zoveel van de 100 simulaties is het bedrag van dat jaar "
        "niet hoger; kwantielen van jaren tellen niet op.",
    ),
}
"""By key: English, Dutch."""
