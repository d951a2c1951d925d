"""What is said of the exact method, in English and Dutch: heads and verdicts, and why some figures need simulation."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    "head": (
        "worked out exactly, no simulation · scenario {digest} · sib {version} · amounts in {currency}",
        "exact uitgerekend, geen simulatie · scenario {digest} · sib {version} · bedragen in {currency}",
    ),
    "head_both": ("beside {trials} · seed {seed}", "naast {trials} · seed {seed}"),
    "what": ("", ""),
    "mean": ("mean", "gemiddeld"),
    "sd": ("sd", "sd"),
    "exact": ("exact", "exact"),
    "simulated": ("simulated", "simulatie"),
    "error": ("", ""),
    "z": ("z", "z"),
    "others": ("These need simulation:", "Hiervoor is simulatie nodig:"),
    "no_error": (
        "These figures have no simulation error; the assumptions are the same.",
        "Deze cijfers hebben geen simulatiefout; de aannames zijn dezelfde.",
    ),
    "grid": (
        "Amounts that vary by case were added up on a grid of {step} {currency} or finer.",
        "Bedragen die per casus verschillen zijn opgeteld op een raster van {step} {currency} of fijner.",
    ),
    "passed": (
        "{n} figures compared: the largest is {z} standard errors off ({which}); up to {limit} is chance. Passed.",
        "{n} cijfers vergeleken: het grootste verschil is {z} standaardfouten ({which}); tot "
        "{limit} is toeval. In orde.",
    ),
    "failed": (
        "{n} figures compared: the largest is {z} standard errors off ({which}), more than {limit}. Failed.",
        "{n} cijfers vergeleken: het grootste verschil is {z} standaardfouten ({which}), meer dan "
        "{limit}. Niet in orde.",
    ),
    "nothing_compared": ("No figure could be compared.", "Geen cijfer kon worden vergeleken."),
    "nothing": (
        "nothing of this deal can be worked out exactly; use --method mc. Why:",
        "niets van deze deal is exact uit te rekenen; gebruik --method mc. Waarom:",
    ),
    "numerics": ("Simulation against exact figures ({trials}, seed {seed})",
                 "Simulatie naast exacte cijfers ({trials}, seed {seed})"),
}
"""By key: English, Dutch."""

GROUPS: dict[str, tuple[str, str]] = {
    "contract": ("investor and payments", "investeerder en betalingen"),
    "net_cash": ("net cash", "netto kas"),
    "trigger": ("trigger", "drempel"),
    "successes": ("successes", "successen"),
    "enrolled": ("who takes part", "wie meedoet"),
    "claimed": ("claimed", "geclaimd"),
    "admissible": ("admissible", "toelaatbaar"),
    "validated": ("validated", "gevalideerd"),
    "validated_cases": ("validated cases", "gevalideerde casussen"),
    "files_opened": ("files opened", "geopende dossiers"),
    "late": ("too late", "te laat"),
    "true": ("true savings", "werkelijke besparing"),
    "cashable": ("cashable savings", "verzilverbare besparing"),
    "metric": ("{name}", "{name}"),
}
"""By group of measures: English, Dutch."""

REASONS: dict[str, tuple[str, str]] = {
    "dates": (
        "what counts comes in on {n} payment dates, and what is paid on one depends on what was paid before",
        "wat telt komt op {n} betaaldata binnen, en wat er op een datum betaald wordt hangt af van wat al betaald is",
    ),
    "measurements": (
        "{metric} is measured {n} times, each time with an error of its own",
        "{metric} wordt {n} keer gemeten, telkens met een eigen meetfout",
    ),
    "several_cohorts": (
        "{n} cohorts are measured, each with an effect of its own",
        "{n} cohorten worden gemeten, elk met een eigen effect",
    ),
    "metrics": (
        "it hangs on several metrics at once ({metrics})",
        "het hangt van meer metingen tegelijk af ({metrics})",
    ),
    "metric": (
        "it reads {metric}, whose law is not worked out",
        "het leest {metric}, waarvan de verdeling niet bekend is",
    ),
    "nothing_read": ("the contract reads no metric", "het contract leest geen meting"),
    "cohorts": ("it reads cohorts apart", "het leest cohorten apart"),
    "stops": (
        "a trigger can stop the intake or end the contract on the way",
        "een drempel kan onderweg de instroom of het contract stoppen",
    ),
    "who_comes": (
        "how many take part varies, and with it what is spent and drawn",
        "hoeveel er meedoen wisselt, en daarmee wat er wordt uitgegeven en opgenomen",
    ),
    "custom": ("cases ask for different amounts of {line}", "casussen vragen verschillende bedragen uit {line}"),
    "unable": ("guarantee {guarantee} may not be able to pay", "garantie {guarantee} kan mogelijk niet betalen"),
    "in_time": (
        "chance decides which cases are validated by month {month}",
        "toeval bepaalt welke casussen uiterlijk in maand {month} gevalideerd zijn",
    ),
    "late": ("some cases are validated too late to count", "sommige casussen worden te laat gevalideerd om te tellen"),
    "sample": ("only a sample of the files is opened", "alleen een steekproef van de dossiers wordt geopend"),
    "strictness": (
        "how strict the review is varies from trial to trial", "hoe streng de controle is wisselt per simulatie",
    ),
    "leaning_savings": (
        "savings lean on a common factor (programme.dependence.savings)",
        "besparingen leunen op een gemeenschappelijke factor (programme.dependence.savings)",
    ),
    "learning": ("later cases of {segment} save more", "latere casussen van {segment} besparen meer"),
    "enrolment_and_losses": (
        "how many come varies, and failures bring something too",
        "hoeveel er komen wisselt, en mislukkingen tellen ook mee",
    ),
    "intake": (
        "how many come hangs together with how many succeed (programme.dependence.intake)",
        "hoeveel er komen hangt samen met hoeveel er slagen (programme.dependence.intake)",
    ),
    "across_segments": (
        "chances of success of different groups are joined (across_segments)",
        "slaagkansen van verschillende groepen hangen samen (across_segments)",
    ),
    "parameters": (
        "what is not known of several chances of success is joined (programme.dependence.parameters)",
        "wat van meer slaagkansen niet bekend is hangt samen (programme.dependence.parameters)",
    ),
    "causes": ("several causes join the segments in part", "meer oorzaken verbinden de segmenten ten dele"),
    "no_effect": (
        "without any effect some cases change their fate (programme.has_effect = false)",
        "zonder effect lopen sommige casussen anders af (programme.has_effect = false)",
    ),
    "indexation": ("prices of {law} rise with the year", "prijzen van {law} stijgen met het jaar"),
    "waterbed": (
        "part of what {law} saves comes back elsewhere",
        "een deel van de besparing op {law} komt elders terug",
    ),
    "renewal": (
        "savings on {law} free money only from a month on",
        "besparing op {law} maakt pas vanaf een maand geld vrij",
    ),
    "composite": ("trigger {trigger} is made of others", "drempel {trigger} bestaat uit andere"),
    "per_period": ("trigger {trigger} looks at each period", "drempel {trigger} kijkt naar elke periode"),
    "pool": ("trigger {trigger} may fall back on the pool", "drempel {trigger} kan terugvallen op het geheel"),
    "window": (
        "trigger {trigger} can be met only before the last date", "drempel {trigger} kan alleen vóór de laatste datum",
    ),
    "latched": (
        "trigger {trigger} may be met on the way and not at the end",
        "drempel {trigger} kan onderweg gehaald zijn en aan het eind niet",
    ),
    "fees": ("the accountant is paid by the file", "de accountant wordt per dossier betaald"),
    "two_amounts": (
        "what is cashable is no fixed multiple of what is paid on",
        "wat verzilverbaar is, is geen vast veelvoud van waarop betaald wordt",
    ),
    "error_between": (
        "payments follow what is measured and savings what is true, with an error between them",
        "betalingen volgen de meting en besparingen de werkelijkheid, met een meetfout ertussen",
    ),
    "chain": ("{outcome} requires {required} first", "voor {outcome} is eerst {required} nodig"),
    "repeats": ("one person can reach {outcome} several times", "één persoon kan {outcome} meer keren bereiken"),
    "outcomes": ("several outcomes save money ({outcomes})", "meer uitkomsten besparen geld ({outcomes})"),
    "per_person": ("line {line} caps what one person earns", "regel {line} begrenst wat één persoon oplevert"),
}
"""By key of a reason: English, Dutch."""
