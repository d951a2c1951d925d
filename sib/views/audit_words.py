"""What plans, selections and work papers of an accountant say, in English and Dutch.

Only texts stand here; `views/words.py` takes them in.
"""

from __future__ import annotations

AUDIT_TEXTS: dict[str, tuple[str, str]] = {
    # plan
    "plan_files": (
        "How many files: tolerable rate {tolerable}, {confidence} confidence, {expected}{population}",
        "Hoeveel dossiers: toelaatbaar {tolerable}, betrouwbaarheid {confidence}, {expected}{population}",
    ),
    "plan_expected_rate": ("expected rate {rate}", "verwacht {rate}"),
    "plan_expected_number": ("deviations expected {n}", "afwijkingen verwacht {n}"),
    "plan_population": (", {n} files in all", ", {n} dossiers in totaal"),
    "plan_model": ("model", "model"),
    "plan_size": ("files", "dossiers"),
    "plan_meaning": ("which is", "dat is"),
    "binomial": ("drawn from very many, each rate of deviation", "getrokken uit zeer veel, bij elk foutpercentage"),
    "poisson": (
        "the cautious one for small rates; monetary-unit sampling rests on it",
        "de voorzichtige bij kleine percentages; de geldsteekproef berust erop",
    ),
    "hypergeometric": (
        "drawn from exactly so many, none twice", "getrokken uit precies zoveel, geen twee keer",
    ),
    "plan_none": ("none", "geen"),
    "plan_models": (
        "A size belongs to its model: name it in the work paper. Every file selected has to be opened.",
        "Een omvang hoort bij haar model: noem het in het werkdossier. Elk getrokken dossier moet worden geopend.",
    ),
    "plan_money": (
        "How many files in units of money: book value {book}, {confidence} confidence",
        "Hoeveel dossiers in geldeenheden: boekwaarde {book}, betrouwbaarheid {confidence}",
    ),
    "plan_tolerable": ("error that may stay", "toelaatbare fout"),
    "plan_expected": ("error expected", "verwachte fout"),
    "plan_expansion": ("expansion of it", "opslagfactor daarop"),
    "plan_factor": ("factor of no errors ({factors})", "factor bij geen fouten ({factors})"),
    "plan_interval": ("sampling interval", "steekproefinterval"),
    "plan_n": ("files, about", "dossiers, ongeveer"),
    "exact": ("exact", "exact"),
    "printed": ("printed", "afgedrukt"),
    # population and selection
    "paper_units": ("Work paper: monetary-unit sample", "Werkdossier: geldsteekproef"),
    "paper_files": ("Work paper: attributes sample", "Werkdossier: attributensteekproef"),
    "select_units": ("Files to open: monetary-unit sample", "Te openen dossiers: geldsteekproef"),
    "select_files": ("Files to open: attributes sample", "Te openen dossiers: attributensteekproef"),
    "population": ("population", "massa"),
    "population_is": ("{n} claims, book value {book}", "{n} claims, boekwaarde {book}"),
    "digest": ("digest (SHA-256)", "kenmerk (SHA-256)"),
    "drawn_with": ("drawn with", "getrokken met"),
    "drawn_seed": ("seed {seed}", "seed {seed}"),
    "drawn_given": ("a start that was given", "een opgegeven start"),
    "interval": ("interval, start", "interval, start"),
    "opened": ("files to open", "te openen"),
    "opened_units": (
        "{n}: {top} as large as the interval, {hit} of the {others} below it",
        "{n}: {top} zo groot als het interval, {hit} van de {others} daaronder",
    ),
    "opened_files": ("{n} of {others}", "{n} van {others}"),
    "apart": (
        "{n} claims of zero or less, together {book}, cannot be drawn by money; look at them by themselves.",
        "{n} claims van nul of minder, samen {book}, kunnen niet naar geld worden getrokken; bekijk ze afzonderlijk.",
    ),
    "case": ("case", "casus"),
    "line": ("line", "regel"),
    "stratum": ("stratum", "groep"),
    "top": ("top", "top"),
    "sampled": ("sampled", "getrokken"),
    "drawn": ("drawn", "getrokken"),
    "book": ("book", "boek"),
    "audited": ("audited", "gecontroleerd"),
    "difference": ("difference", "verschil"),
    "taint": ("taint", "foutfractie"),
    "evidence": ("evidence", "bewijs"),
    "not_said": ("-", "-"),
    # evaluation
    "errors": ("errors", "fouten"),
    "uncertainties": ("uncertainties", "onzekerheden"),
    "together": ("together", "samen"),
    "found_known": ("found in files opened", "gevonden in geopende dossiers"),
    "found_beside": ("found in files not selected", "gevonden in niet getrokken dossiers"),
    "found_apart": ("found in claims of zero or less", "gevonden in claims van nul of minder"),
    "known_at_least": ("wrong at least, as known", "onjuist ten minste, als bekend"),
    "counts_likely": ("counts as likely", "telt als waarschijnlijk"),
    "counts_upper": ("counts as upper limit", "telt als bovengrens"),
    "found_top": ("top stratum, all opened", "topgroep, alles geopend"),
    "projection": ("projection to all claims", "projectie op alle claims"),
    "basic_precision": ("basic precision", "basisprecisie"),
    "increments": ("increments", "opslagen"),
    "limit": ("upper limit, {confidence}", "bovengrens, {confidence}"),
    "tolerable": ("tolerable", "toelaatbaar"),
    "measured": ("measured", "getoetst"),
    "within": ("within", "binnen"),
    "undecided": ("undecided", "onbeslist"),
    "exceeded": ("exceeded", "overschreden"),
    "deviations": ("deviating of {n} files", "afwijkend van {n} dossiers"),
    "rate": ("share of the files", "deel van de dossiers"),
    "by_model": ("model", "model"),
    "factors": ("factors", "factoren"),
    # notes
    "note_apart": (
        "Errors are amounts known to be wrong; uncertainties have no evidence. Where too little was claimed, the "
        "projection is lower for it; the limit is not, except for the top stratum, of which everything is known.",
        "Fouten zijn bedragen die aantoonbaar onjuist zijn; onzekerheden missen bewijs. Waar te weinig is geclaimd is "
        "de projectie daardoor lager; de bovengrens niet, behalve voor de topgroep, waarvan alles bekend is.",
    ),
    "note_capped": (
        "The limit is all that can be wrong: the sample is too small to say more.",
        "De bovengrens is alles wat onjuist kan zijn: de steekproef is te klein om meer te zeggen.",
    ),
    "note_taint": (
        "A claim was wrong by more than its size. The limit supposes that none is worse than the worst one found.",
        "Een claim was voor meer dan zijn omvang onjuist. De bovengrens veronderstelt dat geen claim slechter is dan "
        "de slechtste die gevonden is.",
    ),
    "note_beside": (
        "Audited and not selected: {cases}. Corrected, and no ground for a projection; what is wrong in them counts as "
        "known. In claims above zero it is part of what is projected, and counts by itself where it is more; in claims "
        "of zero or less it comes on top. Too little claimed there lowers nothing.",
        "Gecontroleerd en niet getrokken: {cases}. Gecorrigeerd, en geen grond voor projectie; wat er onjuist aan is "
        "geldt als bekend. In claims boven nul valt het onder de projectie, en telt het zelf waar het meer is; in "
        "claims van nul of minder komt het erbovenop. Te weinig geclaimd verlaagt daar niets.",
    ),
    # conclusion
    "engagement": ("engagement", "opdracht"),
    "agreed_upon_procedures": (
        "agreed-upon procedures, standard {number}", "overeengekomen specifieke werkzaamheden, standaard {number}",
    ),
    "assurance": ("assurance, standard {number}", "assurance, standaard {number}"),
    "regime": ("tolerances", "toleranties"),
    "nl_municipal": (
        "Dutch municipalities, {year}, here of the amount claimed",
        "Nederlandse gemeenten, {year}, hier van het geclaimde bedrag",
    ),
    "conclusion": ("Conclusion", "Conclusie"),
    "findings_only": (
        "These are findings. In agreed-upon procedures the accountant draws no conclusion; the reader does.",
        "Dit zijn bevindingen. Bij overeengekomen werkzaamheden trekt de accountant geen conclusie; dat doet de lezer.",
    ),
    "concludes_within": (
        "With {confidence} confidence what is wrong or uncertain stays within what is tolerable.",
        "Met {confidence} betrouwbaarheid blijft wat onjuist of onzeker is binnen wat toelaatbaar is.",
    ),
    "concludes_undecided": (
        "The projection is tolerable and the upper limit is not: draw more files, or review everything.",
        "De projectie is toelaatbaar en de bovengrens niet: trek meer dossiers, of controleer alles.",
    ),
    "concludes_exceeded": (
        "What is projected is more than is tolerable: review everything, or correct the claims.",
        "Wat geprojecteerd wordt is meer dan toelaatbaar: controleer alles, of corrigeer de claims.",
    ),
    "accepted": ("Amount accepted, by decision rule", "Geaccepteerd bedrag, naar beslisregel"),
    "rule_point": ("on the projection", "op de projectie"),
    "rule_upper": ("on the upper limit", "op de bovengrens"),
    "rule_accept": ("as claimed if tolerable, else all reviewed", "als geclaimd indien toelaatbaar, anders alles"),
    "review_all": ("review all", "alles controleren"),
}
"""By key: English, Dutch."""
