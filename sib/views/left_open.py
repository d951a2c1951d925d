"""What is said of what a contract leaves open, in English and Dutch.

In comes a remark of ``deal/lint.py`` or ``linter.py``, out goes its sentence, which goes on where the path of the
term ends and says how to mend it. What a contract leaves open is found there, and how it is put is decided here only.
"""

from __future__ import annotations

from sib.amounts import NumberFormat
from sib.deal.assumptions import text_of
from sib.deal.independence import Remark

FINDINGS: dict[str, tuple[str, str]] = {
    # rules that no clause speaks of
    "one_pool_of_months": (
        "is not named, so all who come over {months} months are one pool: give each cohort of {table} its own, or say "
        "in the source that they count together",
        "is niet genoemd, dus iedereen die in {months} maanden instroomt vormt één groep: geef elk cohort van {table} "
        "een eigen regel, of zeg in de bron dat zij samen tellen",
    ),
    "one_pool_of_kinds": (
        "is not named, so {kinds} kinds of people are one pool: give each cohort of {table} its own, or say in the "
        "source that they count together",
        "is niet genoemd, dus {kinds} soorten deelnemers vormen één groep: geef elk cohort van {table} een eigen "
        "regel, of zeg in de bron dat zij samen tellen",
    ),
    "compared_with_nothing": (
        "counts as the help's own: name in its source what it is compared with (a control group, the years before)",
        "telt helemaal als verdienste van de hulp: noem in de bron waarmee het vergeleken is (een controlegroep, de "
        "jaren ervoor)",
    ),
    "gross_outcomes": (
        "pay for outcomes gross: say in the source of the prices what people would have reached anyway",
        "betalen voor uitkomsten bruto: zeg in de bron van de prijzen wat mensen ook zonder hulp hadden bereikt",
    ),
    "undated_price": (
        "is in {currency} of no stated year: name the year of the unit costs in its source, and say whether they are "
        "indexed",
        "is in {currency} van een jaar dat nergens staat: noem in de bron van welk jaar de eenheidskosten zijn, en of "
        "zij geïndexeerd worden",
    ),
    "undated_prices": (
        "is in {currency} of no stated year (so are {others} more): name the year of the unit costs in its source, and "
        "say whether they are indexed",
        "is in {currency} van een jaar dat nergens staat (en zo zijn er nog {others}): noem in de bron van welk jaar "
        "de eenheidskosten zijn, en of zij geïndexeerd worden",
    ),
    "double_count": (
        'is not stated while {laws} laws are counted: write "excluded" or "allowed", and the double_count of each '
        "segment",
        'is niet genoemd terwijl {laws} wetten meetellen: schrijf "excluded" of "allowed", en bij elk segment '
        "double_count",
    ),
    "cap_per_person": (
        "is missing: one person in {group!r} can earn {prices} of its prices; set the most that a person earns",
        "ontbreekt: voor één persoon in {group!r} kunnen {prices} prijzen samen betaald worden; leg vast hoeveel een "
        "persoon hoogstens oplevert",
    ),
    "no_way_out": (
        "is missing in a deal of {months} months: say who may end it on which trigger and what is paid then, or give "
        "early_ends a source that says nobody may",
        "ontbreekt in een deal van {months} maanden: zeg wie op welke drempel mag stoppen en wat er dan betaald wordt, "
        "of geef early_ends een bron die zegt dat niemand dat mag",
    ),
    "no_stop": (
        "is missing, so intake goes on for {months} months whatever the first results are: name a trigger, or give "
        "stop_intake a source that says it cannot be stopped",
        "ontbreekt, dus de instroom loopt {months} maanden door wat de eerste resultaten ook zijn: noem een drempel, "
        "of geef stop_intake een bron die zegt dat stoppen niet kan",
    ),
    "last_date": (
        "end in month {date}, before maturity in month {maturity}: add a date at maturity, or let maturity be the last "
        "date",
        "eindigen in maand {date}, voor de einddatum in maand {maturity}: voeg een betaaldatum op de einddatum toe, of "
        "laat de deal op de laatste betaaldatum eindigen",
    ),
    "always_able": (
        "is 0 by default: the {role} can always pay; state the chance that it cannot",
        "is standaard 0: de {role} kan altijd betalen; noem de kans dat dat niet lukt",
    ),
    "exact_evaluator": (
        "is 0 by default: every measurement is exact; state the standard error of the evaluator",
        "is standaard 0: elke meting is exact; noem de standaardfout van de evaluator",
    ),
    "exact_accountant": (
        "is 0 by default: the accountant never refuses a good claim; state the chance",
        "is standaard 0: de accountant wijst nooit een goede claim af; noem de kans daarop",
    ),
    "liability": (
        "is missing: the {role} can owe {amount}; state the most that it ever pays",
        "ontbreekt: de {role} kan {amount} verschuldigd zijn; noem wat die ooit hoogstens betaalt",
    ),
    "liability_each_date": (
        "is missing: the {role} can owe {amount} on every date; state the most that it ever pays",
        "ontbreekt: de {role} kan op elke datum {amount} verschuldigd zijn; noem wat die ooit hoogstens betaalt",
    ),
    # amounts at stake
    "cliff_below": (
        "makes a cliff: at {at} of {metric} the payment jumps from {below} to {above}; today's estimate is {today} "
        '(the jump lies {percent}% below it). Let it rise gradually (kind = "interpolated_table"), or keep the '
        "distance",
        "maakt een klif: bij {metric} = {at} springt de betaling van {below} naar {above}; de schatting van nu is "
        '{today} (de sprong ligt {percent}% lager). Laat de betaling geleidelijk stijgen (kind = '
        '"interpolated_table"), of houd afstand',
    ),
    "cliff_above": (
        "makes a cliff: at {at} of {metric} the payment jumps from {below} to {above}; today's estimate is {today} "
        '(the jump lies {percent}% above it). Let it rise gradually (kind = "interpolated_table"), or keep the '
        "distance",
        "maakt een klif: bij {metric} = {at} springt de betaling van {below} naar {above}; de schatting van nu is "
        '{today} (de sprong ligt {percent}% hoger). Laat de betaling geleidelijk stijgen (kind = '
        '"interpolated_table"), of houd afstand',
    ),
    "cliff_here": (
        "makes a cliff: at {at} of {metric} the payment jumps from {below} to {above}; today's estimate is {today} "
        '(right there). Let it rise gradually (kind = "interpolated_table"), or keep the distance',
        "maakt een klif: bij {metric} = {at} springt de betaling van {below} naar {above}; de schatting van nu is "
        '{today} (precies daar). Laat de betaling geleidelijk stijgen (kind = "interpolated_table"), of houd afstand',
    ),
    "steep": (
        "are steep at today's estimate of {metric}, {today}, which pays {pays}: a step or 1% less pays {less}, more "
        "{more}. Flatten the table, or cap the line (cap)",
        "zijn steil bij de schatting van nu: {metric} = {today} betaalt {pays}, een stap of 1% minder {less}, meer "
        "{more}. Maak de tabel vlakker, of geef de betaalregel een maximum (cap)",
    ),
    "interest_undocumented": (
        "is read in a way that no document gives: let the contract say basis, compounding and day_count, and quote it "
        "in their source. {percent}% on {lent} until maturity, month {maturity}, comes to, the deal's reading first",
        "is gelezen op een manier die in geen document staat: laat het contract basis, compounding en day_count "
        "noemen, en citeer dat in de bron. {percent}% over {lent} tot de einddatum, maand {maturity}, komt neer op "
        "(eerst zoals de deal het leest)",
    ),
    "interest_not_quoted": (
        "is read in a way that its source does not quote: let the contract say basis, compounding and day_count, and "
        "quote it in their source. {percent}% on {lent} until maturity, month {maturity}, comes to, the deal's reading "
        "first",
        "is gelezen op een manier die de bron niet citeert: laat het contract basis, compounding en day_count noemen, "
        "en citeer dat in de bron. {percent}% over {lent} tot de einddatum, maand {maturity}, komt neer op (eerst "
        "zoals de deal het leest)",
    ),
    "unpaid_at_best": (
        "leave {unpaid} of principal and interest unpaid however good the outcome: let them pay that much more, or say "
        "who bears it",
        "laten {unpaid} aan hoofdsom en rente onbetaald, hoe goed de uitkomst ook is: laat ze zoveel meer betalen, of "
        "zeg wie dat draagt",
    ),
    "unpaid_under_cap": (
        "leaves {unpaid} of principal and interest unpaid however good the outcome: raise it by that much more, or say "
        "who bears it",
        "laat {unpaid} aan hoofdsom en rente onbetaald, hoe goed de uitkomst ook is: verhoog het met zoveel, of zeg "
        "wie dat draagt",
    ),
    "draws_short": (
        "fall short of the work in month {first}: by month {worst} it costs {cost} and {drawn} is drawn. Draws then "
        'come earlier, with their interest: move them forward, or let them follow the work (kind = "as_spent")',
        "schieten in maand {first} tekort voor het werk: tot en met maand {worst} kost dat {cost} en is {drawn} "
        "opgenomen. Opnames komen dan eerder, met hun rente: haal ze naar voren, of laat ze het werk volgen (kind = "
        '"as_spent")',
    ),
}
"""By key: English, Dutch."""

ROLES = {
    "guarantor": ("guarantor", "garantiegever"),
    "provider": ("provider", "uitvoerder"),
    "outcome_payer": ("outcome payer", "uitkomstbetaler"),
    "investor": ("investor", "investeerder"),
}
"""How a role of the contract is called: English, Dutch."""

READINGS = {
    "over the term": "over de looptijd", "simple": "enkelvoudig", "compounded yearly": "jaarlijks samengesteld",
    "compounded quarterly": "per kwartaal samengesteld", "compounded monthly": "maandelijks samengesteld",
    "compounded continuously": "continu samengesteld",
}
"""Dutch for the ways in which a rate can be read; a day count goes by its name."""


def finding_sentence(remark: Remark, lang: NumberFormat = "en") -> str:
    """Return what is said of something that a contract leaves open, in a language.

    Examples
    --------
    >>> finding_sentence(Remark("contract.caps.total", "unpaid_under_cap", {"unpaid": 97_500}), "nl")[:50]
    'laat 97.500 aan hoofdsom en rente onbetaald, hoe g'
    """
    values = {name: text_of(value, lang) for name, value in remark.values.items()}
    if "role" in values:
        values["role"] = ROLES[values["role"]][lang == "nl"]
    return FINDINGS[remark.key][lang == "nl"].format(**values)


def amount_name(name: str, lang: NumberFormat = "en") -> str:
    """Return what an amount below a finding is called in a language.

    Examples
    --------
    >>> amount_name("compounded yearly, ACT/360", "nl"), amount_name("over the term")
    ('jaarlijks samengesteld, ACT/360', 'over the term')
    """
    how, comma, days = name.partition(", ")
    return f"{READINGS[how]}{comma}{days}" if lang == "nl" else name
