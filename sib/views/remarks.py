"""What is said of a deal's assumptions and clauses, in English and Dutch.

In comes a remark of ``deal/cautions.py``, out goes its sentence. Which remarks a deal deserves is decided there, and
how they are put is decided here only.
"""

from __future__ import annotations

from sib.amounts import NumberFormat
from sib.deal.assumptions import text_of
from sib.deal.independence import Remark

REMARKS: dict[str, tuple[str, str]] = {
    # assumed independent
    "outcomes": ("outcomes of cases, given the chance of success", "uitkomsten van casussen, gegeven de slaagkans"),
    "outcomes_in": (
        "outcomes of cases in {segment!r}, given the chance of success",
        "uitkomsten van casussen in {segment!r}, gegeven de slaagkans",
    ),
    "segments": (
        "what moves the outcomes of one segment and of another",
        "wat de uitkomsten van het ene en van het andere segment beweegt",
    ),
    "unknown": (
        "what is not known of the chances of success of several segments",
        "wat niet bekend is van de slaagkansen van verschillende segmenten",
    ),
    "savings": (
        "amounts of the savings, of each other and of the outcomes",
        "bedragen van de besparingen, van elkaar en van de uitkomsten",
    ),
    "review": ("errors of the review, from claim to claim", "fouten van de beoordeling, van claim tot claim"),
    "delays_by_claim": (
        "delays of validation, from claim to claim", "vertragingen van de validatie, van claim tot claim",
    ),
    "delays_by_date": (
        "delays of validation, from date to date", "vertragingen van de validatie, van datum tot datum",
    ),
    "intake": ("intake and success", "instroom en succes"),
    "effects_of_cohorts": ("true effects on different cohorts", "werkelijke effecten op verschillende cohorten"),
    "effects_on_metrics": ("true effects on different metrics", "werkelijke effecten op verschillende maten"),
    "evaluator": (
        "errors of the evaluator, from one measurement to the next", "fouten van de evaluator, van meting tot meting",
    ),
    "people": ("outcomes of people, given their chance", "uitkomsten van mensen, gegeven hun kans"),
    "groups": (
        "what moves the outcomes of one group and of another",
        "wat de uitkomsten van de ene en van de andere groep beweegt",
    ),
    "person": ("outcomes of one person in {group!r}", "uitkomsten van een en dezelfde persoon in {group!r}"),
    "unknown_outcomes": (
        "what is not known of the chances of several outcomes",
        "wat niet bekend is van de kansen op verschillende uitkomsten",
    ),
    "guarantors": (
        "whether a guarantee can be paid, and how the deal fares",
        "of een garantie betaald kan worden, en hoe het de deal vergaat",
    ),
    # cautions
    "late": (
        "end in month {date}, but a claim can be validated as late as month {last}: what comes after the last date "
        "pays nothing and is reported as late",
        "eindigen in maand {date}, maar een claim kan nog in maand {last} gevalideerd worden: wat na de laatste datum "
        "komt betaalt niets en wordt als te laat gemeld",
    ),
    "ends_early": (
        "end in month {date}, before maturity in month {maturity}: at maturity itself nothing is paid, and what is "
        "still owed is written off",
        "eindigen in maand {date}, voor de einddatum in maand {maturity}: op de einddatum zelf wordt niets betaald, en "
        "wat dan nog openstaat wordt afgeschreven",
    ),
    "capped": (
        "is {cap}, below the commitment of {commitment}: the payments alone can never repay it in full",
        "is {cap}, minder dan de toezegging van {commitment}: de betalingen alleen kunnen die nooit volledig "
        "terugbetalen",
    ),
    "sum_too_late": (
        "goes on until month {end}, after maturity in month {maturity}: what is left of the sum by then falls in the "
        "last month",
        "loopt door tot maand {end}, na het einde in maand {maturity}: wat dan van de som over is valt in de laatste "
        "maand",
    ),
    "margin_unused": (
        "does nothing beside the sum of {amount}; leave one of them out",
        "doet niets naast de som van {amount}; laat een van beide weg",
    ),
    "settled_with_nobody": (
        "names no law but {lead!r}, which goes first: nothing is paid back to it",
        "noemt geen andere wet dan {lead!r}, die voorschiet: er wordt niets aan terugbetaald",
    ),
    "no_deadweight": (
        "is 0: every saving counts as the help's own; say what households would have managed without",
        "is 0: elke besparing telt als verdienste van de hulp; zeg wat huishoudens ook zonder hulp hadden gered",
    ),
    "luck": (
        "has no claims for failed cases, and there is no deadweight or regression to the mean: a programme "
        "without any effect would be paid nothing, so luck is not measured",
        "heeft geen claims voor mislukte casussen, en er is geen deadweight of terugval naar het "
        "gemiddelde: een programma zonder enig effect zou niets betaald krijgen, dus geluk wordt niet gemeten",
    ),
    "always_refused": (
        "is {size}, and not even {size} files without an error show that less than {tolerable} is wrong: every sample "
        "is refused and all files are opened; {needed} can show it",
        "is {size}, en zelfs {size} dossiers zonder fout tonen niet dat minder dan {tolerable} fout is: elke "
        "steekproef wordt afgewezen en alle dossiers gaan open; {needed} kunnen het tonen",
    ),
    "paid_twice": (
        "comes on top of the budget line {line!r}, which pays the accountant already: let fee.line name it, or leave "
        "one of them out",
        "komt boven op de begrotingsregel {line!r}, die de accountant al betaalt: laat fee.line die noemen, of laat "
        "een van beide weg",
    ),
    "no_tolerance": (
        "has no tolerance for {year}, the year of the last payment date; add one that holds from then or before",
        "heeft geen tolerantie voor {year}, het jaar van de laatste betaaldatum; voeg er een toe die dan geldt",
    ),
    "census": (
        "is {size} of each population, and {cases} cases over {dates} settlements make about {each} each: most files "
        "are opened; state a share, or settle less often with every",
        "is {size} van elke populatie, en {cases} casussen over {dates} afrekeningen zijn er elk zo'n {each}: de "
        "meeste dossiers worden geopend; noem een share, of reken minder vaak af met every",
    ),
    "not_cashable": (
        "counts {saving_class} savings, of which nothing is cashable on {laws}: the outcome payer pays for them with "
        "other money",
        "telt besparingen van de soort {saving_class} mee, waarvan op {laws} niets verzilverbaar is: de "
        "uitkomstbetaler betaalt ervoor met ander geld",
    ),
    "wrong_pocket": (
        "counts {law}, a budget of the {party}: the outcome payer pays for a saving that falls to another",
        "telt {law} mee, een budget van een ander ({party}): de uitkomstbetaler betaalt voor een besparing die daar "
        "valt",
    ),
    "no_review": (
        'says what goes wrong, but with accountant.mode = "none" nothing of it happens',
        'zegt wat er misgaat, maar met accountant.mode = "none" gebeurt daar niets van',
    ),
}
"""By key: English, Dutch."""


def sentence(remark: Remark, lang: NumberFormat = "en") -> str:
    """Return what a remark says in a language.

    Examples
    --------
    >>> sentence(Remark("contract.caps.total", "capped", {"cap": 5e4, "commitment": 6e4}), "nl")[:47]
    'is 50.000, minder dan de toezegging van 60.000:'
    """
    values = {name: text_of(value, lang) for name, value in remark.values.items()}
    return REMARKS[remark.key][lang == "nl"].format(**values)
